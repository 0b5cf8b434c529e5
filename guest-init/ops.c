// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "lib/wire_ops.h"
#include "ops.h"

void ops_init(struct ops *ops, const struct scenario *sc, struct requests *rq,
	      struct program *program, u64 start_ns)
{
	memset(ops, 0, sizeof(*ops));
	ops->sc = sc;
	ops->rq = rq;
	ops->program = program;
	ops->start_ns = start_ns;
}

static const struct scenario_op *current_op(const struct ops *ops)
{
	return ops->next < ops->sc->nr_ops ? &ops->sc->ops[ops->next] : NULL;
}

static u64 op_due_ns(const struct ops *ops, const struct scenario_op *op)
{
	return ops->start_ns + op->at_ms * NSEC_PER_MSEC;
}

static u32 op_count(const struct scenario_op *op)
{
	return op->count ? op->count : 1;
}

/* "watch 'jiffies_64'" */
static const char *op_text(const struct scenario_op *op, char *buf, size_t len)
{
	struct korq_view korq = { .tag = op->tag, .tag_len = op->tag ? strlen(op->tag) : 0 };

	if (op->kind == SCENARIO_OP_KERNEL && korq_decode(op->korq, op->korq_len, &korq))
		korq.tag_len = 0;
	snprintf(buf, len, "%s '%.*s'", scenario_op_name(op->kind), (int)korq.tag_len,
		 korq.tag ? korq.tag : "");
	return buf;
}

static int op_ask(struct requests *rq, const struct scenario_op *op)
{
	switch (op->kind) {
	case SCENARIO_OP_CAPTURE:
		return request_snap(rq, WIRE_SNAP_CAPTURE, op->tag);
	case SCENARIO_OP_WATCH:
		return request_snap(rq, WIRE_SNAP_WATCH, op->tag);
	case SCENARIO_OP_UNWATCH:
		return request_snap(rq, WIRE_SNAP_UNWATCH, op->tag);
	case SCENARIO_OP_MEMORY:
		return request_snap(rq, WIRE_SNAP_MEMORY, op->tag);
	case SCENARIO_OP_HOLD:
		return request_snap(rq, WIRE_SNAP_HOLD, op->tag);
	case SCENARIO_OP_KERNEL:
		/* decoded, so it is ours to write to */
		return request_kernel(rq, (void *)op->korq, op->korq_len);
	default:
		return -EINVAL;
	}
}

/* No further op: whatever failed, the run has. */
static int op_fail(struct ops *ops, const struct scenario_op *op, int code, const char *what,
		   struct ktstr_err *err)
{
	char name[WIRE_KOP_TAG_MAX + 32];

	request_give_up(ops->rq);
	ops->next = ops->sc->nr_ops;
	ops->busy = false;
	return ktstr_err_set(err, code, "%s%s", op_text(op, name, sizeof(name)), what);
}

static int op_begin(struct ops *ops, const struct scenario_op *op, u64 now_ns,
		    struct ktstr_err *err)
{
	int ret = 0;

	if (op->kind == SCENARIO_OP_RUN)
		program_start(ops->program, op, now_ns);
	else
		ret = op_ask(ops->rq, op);

	if (ret)
		return op_fail(ops, op, ret, ": cannot write to the port", err);
	ops->busy = true;
	ops->deadline_ns = now_ns + OPS_TIMEOUT_NS;
	if (op->kind == SCENARIO_OP_HOLD)
		ops->deadline_ns += op->timeout_ms * NSEC_PER_MSEC;
	return 0;
}

static bool program_ok(const struct program *p)
{
	return p->end == WIRE_RUN_EXITED && !p->code;
}

/* Why an op that must not fail has, or 0. */
static int op_outcome(struct ops *ops, const struct scenario_op *op, char *what, size_t len)
{
	bool run = op->kind == SCENARIO_OP_RUN;

	if (run && ops->program->error) {
		snprintf(what, len, ": cannot write its output to the port");
		return ops->program->error;
	}
	if (op->flags & SCENARIO_OP_MAY_FAIL)
		return 0;
	if (run && !program_ok(ops->program)) {
		snprintf(what, len, ": %s %s", op->argv[0], ops->program->reason);
		return -EREMOTEIO;
	}
	if (!run && ops->rq->state == REQUEST_REFUSED) {
		snprintf(what, len, " refused: %s", ops->rq->reason);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int op_end(struct ops *ops, const struct scenario_op *op, struct ktstr_err *err)
{
	char what[640];
	int ret = op_outcome(ops, op, what, sizeof(what));

	if (ret)
		return op_fail(ops, op, ret, what, err);
	ops->busy = false;
	if (++ops->done < op_count(op))
		return 0;
	ops->done = 0;
	ops->next++;
	return 0;
}

static bool op_pending(struct ops *ops, const struct scenario_op *op, u64 now_ns)
{
	if (op->kind == SCENARIO_OP_RUN)
		return !program_step(ops->program, now_ns);
	return ops->rq->state == REQUEST_PENDING;
}

int ops_step(struct ops *ops, u64 now_ns, struct ktstr_err *err)
{
	const struct scenario_op *op = current_op(ops);
	int ret;

	if (op && ops->busy && op_pending(ops, op, now_ns)) {
		/* a program has a deadline of its own */
		if (op->kind == SCENARIO_OP_RUN || now_ns < ops->deadline_ns)
			return 0;
		return op_fail(ops, op, -ETIMEDOUT, ": the host did not answer", err);
	}
	if (op && ops->busy) {
		ret = op_end(ops, op, err);
		if (ret)
			return ret;
		op = current_op(ops);
	}
	if (op && now_ns >= op_due_ns(ops, op))
		return op_begin(ops, op, now_ns, err);
	return 0;
}

u64 ops_wake_ns(const struct ops *ops)
{
	const struct scenario_op *op = current_op(ops);

	if (!op)
		return UINT64_MAX;
	if (ops->busy && op->kind == SCENARIO_OP_RUN)
		return ops->program->busy ? ops->program->wake_ns : 0;
	return ops->busy ? ops->deadline_ns : op_due_ns(ops, op);
}

bool ops_busy(const struct ops *ops)
{
	return ops->busy;
}

bool ops_pending(const struct ops *ops, u64 end_ns)
{
	const struct scenario_op *op = current_op(ops);

	return op && (ops->busy || op_due_ns(ops, op) < end_ns);
}

void ops_end(struct ops *ops, u64 now_ns)
{
	program_cancel(ops->program, now_ns);
}

int ops_unfinished(const struct ops *ops, struct ktstr_err *err)
{
	char name[WIRE_KOP_TAG_MAX + 32];
	u32 i;

	for (i = ops->next; i < ops->sc->nr_ops; i++) {
		const struct scenario_op *op = &ops->sc->ops[i];

		if (op->flags & SCENARIO_OP_MAY_FAIL)
			continue;
		return ktstr_err_set(err, -ECANCELED,
				     "%s was carried out %u of %u times when the scenario ended",
				     op_text(op, name, sizeof(name)),
				     i == ops->next ? ops->done : 0, op_count(op));
	}
	return 0;
}
