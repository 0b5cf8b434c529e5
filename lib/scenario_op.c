// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "lib/wire.h"
#include "lib/wire_ops.h"
#include "scenario_op.h"

/*
 * SOPR: tag_len bytes of a tag follow. Then, for a kernel operation, a WIRE_KORQ
 * payload; for a program a struct scenario_run_wire, its path and its argv, each
 * with a NUL at its end; for a hold how long it takes at most, a __le32.
 */
struct scenario_op_wire {
	__le32 kind;
	__le32 at_ms;
	__le32 count;
	__le32 flags;
	__le32 tag_len;
} __packed;
static_assert(sizeof(struct scenario_op_wire) == 20);

struct scenario_run_wire {
	__le32 timeout_ms;
	__le32 argc;
} __packed;
static_assert(sizeof(struct scenario_run_wire) == 8);

const char *scenario_op_name(u32 kind)
{
	static const char *const names[SCENARIO_OP_NR] = {
		[SCENARIO_OP_CAPTURE] = "capture", [SCENARIO_OP_WATCH] = "watch",
		[SCENARIO_OP_UNWATCH] = "unwatch", [SCENARIO_OP_KERNEL] = "kernel-op",
		[SCENARIO_OP_RUN] = "run",	   [SCENARIO_OP_MEMORY] = "memory",
		[SCENARIO_OP_HOLD] = "hold",
	};

	return kind && kind < SCENARIO_OP_NR ? names[kind] : NULL;
}

static size_t argv_count(char *const *argv)
{
	size_t n = 0;

	while (argv && argv[n])
		n++;
	return n;
}

static bool run_ok(const struct scenario_op *op)
{
	size_t argc = argv_count(op->argv);

	return op->path && *op->path && argc && argc <= SCENARIO_ARGV_MAX && op->timeout_ms;
}

/* What an op must be, on either side. */
static bool op_ok(const struct scenario_op *op)
{
	size_t tag_len = op->tag ? strlen(op->tag) : 0;
	struct korq_view korq;

	if (!scenario_op_name(op->kind) || op->flags & ~SCENARIO_OP_MAY_FAIL)
		return false;
	if (op->kind == SCENARIO_OP_RUN ? !run_ok(op) : op->path || op->argv)
		return false;
	if (op->kind == SCENARIO_OP_HOLD && !op->timeout_ms)
		return false;
	if (op->kind == SCENARIO_OP_KERNEL)
		return !op->tag && !korq_decode(op->korq, op->korq_len, &korq);
	return tag_len && tag_len <= WIRE_SNAP_TAG_MAX && !op->korq_len;
}

static size_t run_len(const struct scenario_op *op)
{
	size_t len = sizeof(struct scenario_run_wire) + strlen(op->path) + 1, i;

	for (i = 0; op->argv[i]; i++)
		len += strlen(op->argv[i]) + 1;
	return len;
}

static u8 *put_bytes(u8 *to, const void *from, size_t len)
{
	if (len)
		memcpy(to, from, len);
	return to + len;
}

static void put_run(u8 *to, const struct scenario_op *op)
{
	struct scenario_run_wire w = {
		.timeout_ms = cpu_to_le32(op->timeout_ms),
		.argc = cpu_to_le32(argv_count(op->argv)),
	};
	size_t i;

	to = put_bytes(to, &w, sizeof(w));
	to = put_bytes(to, op->path, strlen(op->path) + 1);
	for (i = 0; op->argv[i]; i++)
		to = put_bytes(to, op->argv[i], strlen(op->argv[i]) + 1);
}

static size_t rest_len(const struct scenario_op *op)
{
	if (op->kind == SCENARIO_OP_RUN)
		return run_len(op);
	return op->kind == SCENARIO_OP_HOLD ? sizeof(__le32) : op->korq_len;
}

static void put_rest(u8 *to, const struct scenario_op *op)
{
	__le32 timeout_ms = cpu_to_le32(op->timeout_ms);

	if (op->kind == SCENARIO_OP_RUN)
		put_run(to, op);
	else if (op->kind == SCENARIO_OP_HOLD)
		put_bytes(to, &timeout_ms, sizeof(timeout_ms));
	else
		put_bytes(to, op->korq, op->korq_len);
}

int scenario_op_encode(const struct scenario_op *op, void **buf, size_t *len)
{
	struct scenario_op_wire w = {
		.kind = cpu_to_le32(op->kind),
		.at_ms = cpu_to_le32(op->at_ms),
		.count = cpu_to_le32(op->count),
		.flags = cpu_to_le32(op->flags),
	};
	size_t tag_len = op->tag ? strlen(op->tag) : 0;
	u8 *to;

	if (!op_ok(op))
		return -EINVAL;
	w.tag_len = cpu_to_le32(tag_len);
	*len = sizeof(w) + tag_len + rest_len(op);
	to = malloc(*len);
	if (!to)
		return -ENOMEM;
	*buf = to;
	to = put_bytes(to, &w, sizeof(w));
	to = put_bytes(to, op->tag, tag_len);
	put_rest(to, op);
	return 0;
}

static int bad(const char **why, const char *what)
{
	*why = what;
	return -EBADMSG;
}

/* The next string of a list, or NULL; @p moves past it. */
static char *next_string(const u8 **p, size_t *len)
{
	const u8 *nul = memchr(*p, '\0', *len);
	char *s = nul ? strdup((const char *)*p) : NULL;

	if (s) {
		*len -= nul + 1 - *p;
		*p = nul + 1;
	}
	return s;
}

static int get_run(struct scenario_op *op, const u8 *p, size_t len, const char **why)
{
	struct scenario_run_wire w;
	char **argv;
	u32 argc, i;

	if (len < sizeof(w))
		return bad(why, "too short for a program");
	memcpy(&w, p, sizeof(w));
	p += sizeof(w);
	len -= sizeof(w);
	argc = le32_to_cpu(w.argc);
	if (argc > SCENARIO_ARGV_MAX)
		return bad(why, "too many arguments");
	op->timeout_ms = le32_to_cpu(w.timeout_ms);
	argv = calloc(argc + 1, sizeof(*argv));
	op->argv = argv;
	if (!argv)
		return -ENOMEM;
	op->path = next_string(&p, &len);
	for (i = 0; i < argc && (i ? argv[i - 1] : op->path); i++)
		argv[i] = next_string(&p, &len);
	/* memory that runs out is not told from a string that is cut */
	if (!op->path || (argc && !argv[argc - 1]) || len)
		return bad(why, "its strings do not fit");
	return 0;
}

static int get_korq(struct scenario_op *op, const u8 *p, size_t len)
{
	op->korq_len = len;
	op->korq = len ? malloc(len) : NULL;
	if (len && !op->korq)
		return -ENOMEM;
	put_bytes((void *)op->korq, p, len);
	return 0;
}

static int get_hold(struct scenario_op *op, const u8 *p, size_t len, const char **why)
{
	__le32 timeout_ms;

	if (len != sizeof(timeout_ms))
		return bad(why, "wrong length of a hold");
	memcpy(&timeout_ms, p, sizeof(timeout_ms));
	op->timeout_ms = le32_to_cpu(timeout_ms);
	return 0;
}

int scenario_op_decode(struct scenario_op *op, const void *payload, size_t len, const char **why)
{
	struct scenario_op_wire w;
	const u8 *tag;
	size_t tag_len;
	int ret;

	if (len < sizeof(w))
		return bad(why, "too short");
	memcpy(&w, payload, sizeof(w));
	tag = (const u8 *)payload + sizeof(w);
	len -= sizeof(w);
	tag_len = le32_to_cpu(w.tag_len);
	if (tag_len > len)
		return bad(why, "too short");
	if (memchr(tag, '\0', tag_len))
		return bad(why, "NUL inside a string");
	op->kind = le32_to_cpu(w.kind);
	op->at_ms = le32_to_cpu(w.at_ms);
	op->count = le32_to_cpu(w.count);
	op->flags = le32_to_cpu(w.flags);
	if (tag_len) {
		op->tag = strndup((const char *)tag, tag_len);
		if (!op->tag)
			return -ENOMEM;
	}
	if (op->kind == SCENARIO_OP_RUN)
		ret = get_run(op, tag + tag_len, len - tag_len, why);
	else if (op->kind == SCENARIO_OP_HOLD)
		ret = get_hold(op, tag + tag_len, len - tag_len, why);
	else
		ret = get_korq(op, tag + tag_len, len - tag_len);
	if (!ret && !op_ok(op))
		ret = bad(why, "no such op");
	return ret;
}

void scenario_op_free(struct scenario_op *op)
{
	char *const *arg;

	for (arg = op->argv; arg && *arg; arg++)
		free(*arg);
	free((void *)op->argv);
	free((void *)op->path);
	free((void *)op->tag);
	free((void *)op->korq);
}
