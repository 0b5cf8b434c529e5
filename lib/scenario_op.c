// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/scenario_op.h"
#include "lib/util.h"
#include "lib/wire.h"
#include "lib/wire_ops.h"

/*
 * SOPR: the strings whose bits are set in @strings follow in the order of those,
 * then argv, then the lists of CPUs, each string with its NUL; what is left is a
 * WIRE_KORQ payload.
 */
struct scenario_op_wire {
	__le32 kind;
	__le32 at_ms;
	__le32 count;
	__le32 flags;
	__le32 timeout_ms;
	__le32 group;
	__le32 strings;
	__le32 nr_argv;
	__le32 nr_cpus;
} __packed;
static_assert(sizeof(struct scenario_op_wire) == 36);

/* Which members an op has: strings come first, their bits are in the file. */
#define HAS_TAG	    BIT(0)
#define HAS_PATH    BIT(1)
#define HAS_CGROUP  BIT(2)
#define HAS_TO	    BIT(3)
#define HAS_VALUE   BIT(4)
#define NR_STRINGS  5
#define HAS_ARGV    BIT(5)
#define HAS_CPUS    BIT(6)
#define HAS_KORQ    BIT(7)
#define HAS_TIMEOUT BIT(8)
#define HAS_GROUP   BIT(9)

/* What an op must have; and what it may have besides. */
static const struct op_rule {
	const char *name;
	u32 must;
	u32 may;
} rules[SCENARIO_OP_NR] = {
	[SCENARIO_OP_CAPTURE] = { "capture", HAS_TAG, 0 },
	[SCENARIO_OP_WATCH] = { "watch", HAS_TAG, 0 },
	[SCENARIO_OP_UNWATCH] = { "unwatch", HAS_TAG, 0 },
	[SCENARIO_OP_KERNEL] = { "kernel-op", HAS_KORQ, 0 },
	[SCENARIO_OP_RUN] = { "run", HAS_TAG | HAS_PATH | HAS_ARGV | HAS_TIMEOUT, 0 },
	[SCENARIO_OP_MEMORY] = { "memory", HAS_TAG, 0 },
	[SCENARIO_OP_HOLD] = { "hold", HAS_TAG | HAS_TIMEOUT, 0 },
	[SCENARIO_OP_CGROUP_ADD] = { "cgroup-add", HAS_CGROUP, 0 },
	[SCENARIO_OP_CGROUP_SET] = { "cgroup-set", HAS_CGROUP | HAS_TO | HAS_VALUE, 0 },
	[SCENARIO_OP_CGROUP_REMOVE] = { "cgroup-remove", HAS_CGROUP, 0 },
	[SCENARIO_OP_SPAWN] = { "spawn", HAS_GROUP, 0 },
	[SCENARIO_OP_STOP] = { "stop", HAS_GROUP | HAS_TIMEOUT, 0 },
	[SCENARIO_OP_AFFINITY] = { "affinity", HAS_GROUP | HAS_CPUS, 0 },
	[SCENARIO_OP_MOVE] = { "move", HAS_CGROUP | HAS_TO, 0 },
	[SCENARIO_OP_PAYLOAD] = { "payload", HAS_TAG | HAS_PATH | HAS_ARGV | HAS_TIMEOUT,
				  HAS_CGROUP },
	[SCENARIO_OP_PAYLOAD_WAIT] = { "payload-wait", HAS_TAG | HAS_TIMEOUT, 0 },
	[SCENARIO_OP_PAYLOAD_KILL] = { "payload-kill", HAS_TAG, 0 },
	[SCENARIO_OP_SCHED_ATTACH] = { "sched-attach", HAS_PATH | HAS_ARGV | HAS_TIMEOUT, HAS_TO },
	[SCENARIO_OP_SCHED_DETACH] = { "sched-detach", HAS_TIMEOUT, 0 },
	[SCENARIO_OP_CGROUP_PROCS] = { "cgroup-procs", HAS_TAG | HAS_CGROUP, 0 },
};

static const size_t string_at[NR_STRINGS] = {
	offsetof(struct scenario_op, tag),    offsetof(struct scenario_op, path),
	offsetof(struct scenario_op, cgroup), offsetof(struct scenario_op, to),
	offsetof(struct scenario_op, value),
};

const char *scenario_op_name(u32 kind)
{
	return kind < SCENARIO_OP_NR ? rules[kind].name : NULL;
}

static const char **op_string(const struct scenario_op *op, unsigned int i)
{
	return (const char **)((char *)op + string_at[i]);
}

static u32 op_strings(const struct scenario_op *op)
{
	u32 has = 0;
	unsigned int i;

	for (i = 0; i < NR_STRINGS; i++)
		if (*op_string(op, i))
			has |= BIT(i);
	return has;
}

static u32 op_members(const struct scenario_op *op)
{
	return op_strings(op) | (op->argv ? HAS_ARGV : 0) | (op->cpus ? HAS_CPUS : 0) |
	       (op->korq_len ? HAS_KORQ : 0) | (op->timeout_ms ? HAS_TIMEOUT : 0);
}

static bool length_ok(const char *s, size_t max)
{
	size_t len = strlen(s);

	return len && len <= max;
}

static bool argv_ok(char *const *argv)
{
	size_t argc = scenario_strings_count(argv);

	return argc && argc <= SCENARIO_ARGV_MAX;
}

static bool to_ok(const struct scenario_op *op)
{
	if (op->kind == SCENARIO_OP_MOVE)
		return scenario_cgroup_ok(op->to);
	if (op->kind == SCENARIO_OP_CGROUP_SET)
		return length_ok(op->to, NAME_MAX) && !strchr(op->to, '/') &&
		       scenario_cgroup_ok(op->to);
	return length_ok(op->to, SCENARIO_PATH_MAX - 1);
}

/* What an op must be, on either side. */
static bool op_ok(const struct scenario_op *op)
{
	u32 has = op_members(op);
	struct korq_view korq;
	const struct op_rule *rule;

	if (!scenario_op_name(op->kind) ||
	    op->flags & ~(SCENARIO_OP_MAY_FAIL | SCENARIO_OP_CLEANUP))
		return false;
	rule = &rules[op->kind];
	if (rule->must & HAS_GROUP)
		has |= HAS_GROUP;
	else if (op->group)
		return false;
	return (has & rule->must) == rule->must && !(has & ~(rule->must | rule->may)) &&
	       (!op->tag || length_ok(op->tag, WIRE_SNAP_TAG_MAX)) && (!op->path || *op->path) &&
	       (!op->cgroup || scenario_cgroup_ok(op->cgroup)) && (!op->to || to_ok(op)) &&
	       (!op->value || strlen(op->value) < SCENARIO_PATH_MAX) &&
	       (!op->argv || argv_ok(op->argv)) && (!op->cpus || scenario_cpus_ok(op->cpus)) &&
	       (!op->korq_len || !korq_decode(op->korq, op->korq_len, &korq));
}

bool scenario_op_has_group(const struct scenario_op *op)
{
	return rules[op->kind].must & HAS_GROUP;
}

void scenario_op_encode(const struct scenario_op *op, struct scenario_buf *b)
{
	struct scenario_op_wire w = {
		.kind = cpu_to_le32(op->kind),
		.at_ms = cpu_to_le32(op->at_ms),
		.count = cpu_to_le32(op->count),
		.flags = cpu_to_le32(op->flags),
		.timeout_ms = cpu_to_le32(op->timeout_ms),
		.group = cpu_to_le32(op->group),
		.strings = cpu_to_le32(op_strings(op)),
		.nr_argv = cpu_to_le32(scenario_strings_count(op->argv)),
		.nr_cpus = cpu_to_le32(scenario_strings_count(op->cpus)),
	};
	unsigned int i;

	if (!b->err && !op_ok(op))
		b->err = -EINVAL;
	scenario_buf_put(b, &w, sizeof(w));
	for (i = 0; i < NR_STRINGS; i++)
		scenario_buf_put_string(b, *op_string(op, i));
	scenario_buf_put_strings(b, op->argv);
	scenario_buf_put_strings(b, op->cpus);
	scenario_buf_put(b, op->korq, op->korq_len);
}

static int get_parts(struct scenario_op *op, const struct scenario_op_wire *w,
		     struct scenario_rest *rest)
{
	u32 strings = le32_to_cpu(w->strings);
	unsigned int i;
	int ret = 0;

	for (i = 0; i < NR_STRINGS && !ret; i++)
		if (strings & BIT(i))
			ret = scenario_take_string(rest, op_string(op, i));
	if (!ret)
		ret = scenario_take_strings(rest, le32_to_cpu(w->nr_argv), &op->argv);
	if (!ret)
		ret = scenario_take_strings(rest, le32_to_cpu(w->nr_cpus), &op->cpus);
	if (ret || !rest->len)
		return ret;
	op->korq = mem_copy(rest->p, rest->len);
	if (!op->korq)
		return -ENOMEM;
	op->korq_len = rest->len;
	return 0;
}

int scenario_op_decode(struct scenario_op *op, const void *payload, size_t len, const char **why)
{
	struct scenario_rest rest = { payload, len };
	struct scenario_op_wire w;
	int ret;

	*why = "too short";
	if (!scenario_take(&rest, &w, sizeof(w)))
		return -EBADMSG;
	op->kind = le32_to_cpu(w.kind);
	op->at_ms = le32_to_cpu(w.at_ms);
	op->count = le32_to_cpu(w.count);
	op->flags = le32_to_cpu(w.flags);
	op->timeout_ms = le32_to_cpu(w.timeout_ms);
	op->group = le32_to_cpu(w.group);
	*why = "its strings do not fit";
	if (le32_to_cpu(w.strings) >> NR_STRINGS)
		return -EBADMSG;
	ret = get_parts(op, &w, &rest);
	if (ret)
		return ret;
	*why = "no such op";
	return op_ok(op) ? 0 : -EBADMSG;
}

void scenario_op_free(struct scenario_op *op)
{
	unsigned int i;

	for (i = 0; i < NR_STRINGS; i++)
		free((void *)*op_string(op, i));
	scenario_strings_free(op->argv);
	scenario_strings_free(op->cpus);
	free((void *)op->korq);
}
