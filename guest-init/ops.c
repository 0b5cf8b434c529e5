// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/wire_ops.h"
#include "ops.h"

void ops_init(struct ops *ops, const struct op_action *const *action, void *ctx)
{
	*ops = (struct ops){ .action = action, .ctx = ctx, .limit_ns = UINT64_MAX };
}

static void skip(struct ops *ops)
{
	while (ops->cleanup && ops->op < ops->end && !(ops->op->flags & SCENARIO_OP_CLEANUP))
		ops->op++;
}

void ops_run(struct ops *ops, const struct scenario_op *first, u32 nr, u64 start_ns)
{
	ops->first = first;
	ops->op = first;
	ops->end = nr ? first + nr : first;
	ops->start_ns = start_ns;
	ops->until_ns = UINT64_MAX;
	ops->done = 0;
	ops->busy = false;
	skip(ops);
}

static u64 op_due_ns(const struct ops *ops, const struct scenario_op *op)
{
	return ops->start_ns + op->at_ms * NSEC_PER_MSEC;
}

static u32 op_count(const struct scenario_op *op)
{
	return op->count ? op->count : 1;
}

/* "op 3 watch 'jiffies_64'": what it is about is what its author knows it by. */
static const char *op_text(const struct ops *ops, const struct scenario_op *op, char *buf,
			   size_t len)
{
	struct korq_view korq = { .tag = op->tag, .tag_len = op->tag ? strlen(op->tag) : 0 };
	int used;

	used = snprintf(buf, len, "op %zu %s", op - ops->first + 1, scenario_op_name(op->kind));
	if (op->kind == SCENARIO_OP_KERNEL && korq_decode(op->korq, op->korq_len, &korq))
		korq.tag_len = 0;
	if (korq.tag)
		snprintf(buf + used, len - used, " '%.*s'", (int)korq.tag_len, korq.tag);
	else if (op->cgroup)
		snprintf(buf + used, len - used, " '%.80s'", op->cgroup);
	else if (op->path)
		snprintf(buf + used, len - used, " '%.80s'", op->path);
	else if (op->kind == SCENARIO_OP_STOP)
		snprintf(buf + used, len - used, " of group %u", op->group);
	return buf;
}

static void go_on(struct ops *ops)
{
	ops->op++;
	ops->done = 0;
	skip(ops);
}

static bool counts(const struct ops *ops)
{
	return ops->job.fatal || !(ops->op->flags & SCENARIO_OP_MAY_FAIL);
}

/* What begin() or step() of an action returned. */
static int op_answer(struct ops *ops, int ret, struct ktstr_err *err)
{
	char name[WIRE_KOP_TAG_MAX + 64];

	ops->busy = ret == OP_BUSY;
	if (ops->busy)
		return 0;
	if (ret < 0 && counts(ops)) {
		ktstr_err_set(err, ret, "%s%s", op_text(ops, ops->op, name, sizeof(name)),
			      ops->job.err.msg);
		go_on(ops);
		return ret;
	}
	if (++ops->done >= op_count(ops->op))
		go_on(ops);
	return 0;
}

static int op_begin(struct ops *ops, u64 now_ns, struct ktstr_err *err)
{
	ops->job = (struct op_job){
		.op = ops->op,
		.end = ops->end,
		.now_ns = now_ns,
		.begin_ns = now_ns,
		.limit_ns = ops->limit_ns,
	};
	return op_answer(ops, ops->action[ops->op->kind]->begin(ops->ctx, &ops->job), err);
}

static bool is_due(const struct ops *ops, u64 now_ns)
{
	u64 due_ns;

	if (ops->busy || ops->op >= ops->end)
		return false;
	due_ns = op_due_ns(ops, ops->op);
	return now_ns >= due_ns && due_ns < ops->until_ns;
}

int ops_step(struct ops *ops, u64 now_ns, struct ktstr_err *err)
{
	int ret = 0;

	if (ops->busy) {
		ops->job.now_ns = now_ns;
		ops->job.limit_ns = ops->limit_ns;
		ret = op_answer(ops, ops->action[ops->op->kind]->step(ops->ctx, &ops->job), err);
	}
	if (!ret && is_due(ops, now_ns))
		ret = op_begin(ops, now_ns, err);
	return ret;
}

u64 ops_wake_ns(const struct ops *ops)
{
	if (ops->op >= ops->end)
		return UINT64_MAX;
	return ops->busy ? ops->job.wake_ns : op_due_ns(ops, ops->op);
}

bool ops_pending(const struct ops *ops, u64 end_ns)
{
	return ops->op < ops->end && (ops->busy || op_due_ns(ops, ops->op) < end_ns);
}

bool ops_leading(const struct ops *ops)
{
	return ops->op < ops->end && !ops->op->at_ms;
}

void ops_only_cleanup(struct ops *ops, u64 limit_ns)
{
	ops->cleanup = true;
	ops->limit_ns = limit_ns;
	if (!ops->busy)
		skip(ops);
}

void ops_cancel(struct ops *ops, u64 now_ns)
{
	const struct op_action *a = ops->busy ? ops->action[ops->op->kind] : NULL;

	ops->job.now_ns = now_ns;
	if (a && a->cancel)
		a->cancel(ops->ctx, &ops->job);
	ops->busy = false;
	ops->op = ops->end;
}

int ops_unfinished(const struct ops *ops, struct ktstr_err *err)
{
	const struct scenario_op *op;
	char name[WIRE_KOP_TAG_MAX + 64];

	for (op = ops->op; op < ops->end; op++) {
		if (op->flags & SCENARIO_OP_MAY_FAIL)
			continue;
		return ktstr_err_set(err, -ECANCELED,
				     "%s was carried out %u of %u times when its step ended",
				     op_text(ops, op, name, sizeof(name)),
				     op == ops->op ? ops->done : 0, op_count(op));
	}
	return 0;
}
