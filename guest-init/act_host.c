// SPDX-License-Identifier: GPL-2.0-only
/* Ops that the host carries out, and programs that are waited for. */
#include <errno.h>

#include "actions.h"

static int ask_host(struct requests *rq, const struct scenario_op *op)
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

static int request_begin(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;
	int ret = ask_host(&g->rq, job->op);

	if (ret) {
		job->fatal = true;
		return action_failed(job, ret, ": cannot write to the port");
	}
	job->wake_ns = job->now_ns + ACTION_HOST_NS;
	if (job->op->kind == SCENARIO_OP_HOLD)
		job->wake_ns += job->op->timeout_ms * NSEC_PER_MSEC;
	return OP_BUSY;
}

static void request_cancel(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;

	request_give_up(&g->rq);
}

static int request_step(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;

	if (g->rq.state == REQUEST_REFUSED)
		return action_failed(job, -EOPNOTSUPP, " refused: %s", g->rq.reason);
	if (g->rq.state != REQUEST_PENDING)
		return OP_DONE;
	if (job->now_ns < job->wake_ns)
		return OP_BUSY;
	request_give_up(&g->rq);
	job->fatal = true;
	return action_failed(job, -ETIMEDOUT, ": the host did not answer");
}

const struct op_action action_request = {
	.begin = request_begin,
	.step = request_step,
	.cancel = request_cancel,
};

static int run_begin(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;

	program_start(&g->program, job->op, -1, job->now_ns);
	job->wake_ns = g->program.busy ? g->program.wake_ns : 0;
	return OP_BUSY;
}

static int run_step(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;

	if (!program_step(&g->program, job->now_ns)) {
		job->wake_ns = g->program.wake_ns;
		return OP_BUSY;
	}
	if (g->outputs.error) {
		job->fatal = true;
		return action_failed(job, g->outputs.error,
				     ": cannot write its output to the port");
	}
	if (g->program.end != WIRE_RUN_EXITED || g->program.code)
		return action_failed(job, -EREMOTEIO, ": %s %s", job->op->argv[0],
				     g->program.reason);
	return OP_DONE;
}

static void run_cancel(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;

	program_cancel(&g->program, job->now_ns);
}

const struct op_action action_run = {
	.begin = run_begin,
	.step = run_step,
	.cancel = run_cancel,
};
