// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "actions.h"
#include "attach.h"
#include "observe.h"
#include "scx.h"

#define EJECT_GRACE_MS	  2000 /* for a scheduler to print why */
#define DETACH_TIMEOUT_MS 4000
#define KILL_TIMEOUT_MS	  2000
#define LEFT_TIMEOUT_MS	  4000 /* for what goes with a process, but not at once */

static void not_attached(struct guest *g, int error, const char *what)
{
	char tail[160];

	if (g->sched.pid)
		guest_fail(g, error, "%s; last output: %s", what,
			   forward_tail(&g->sched.log, tail, sizeof(tail)));
	else
		guest_fail(g, error, "%s", what);
	guest_send_life(g, WIRE_LIFE_SCHED_NOT_ATTACHED, g->result.reason);
}

static bool ops_accepted(const struct guest *g, const struct scx_status *scx)
{
	return scx->state == SCX_STATE_ENABLED && scx->ops[0] &&
	       (!g->want_ops || !strcmp(g->want_ops, scx->ops));
}

static int begin(struct guest *g, const char *path, char *const *argv, const char *ops,
		 struct ktstr_err *err)
{
	sched_log_close(&g->sched);
	memset(&g->sched, 0, sizeof(g->sched));
	g->want = SCHED_WANT_CHANGE;
	g->want_ops = ops;
	return sched_start(&g->sched, path, argv, &g->writer, err);
}

/* Return: 0 when it is attached, -EAGAIN when not yet, -ECHILD when it has ended. */
static int look(struct guest *g, struct scx_status *scx, char *what, size_t len)
{
	char how[48];

	scx_read(SCX_SYSFS_DIR, scx);
	/* Looked at in this order: who attached must still be alive. */
	guest_reap(g);
	if (!g->sched.running) {
		forward_pump(&g->sched.log);
		snprintf(what, len, "scheduler %s before it attached",
			 sched_exit_text(g->sched.status, how, sizeof(how)));
		return -ECHILD;
	}
	return ops_accepted(g, scx) ? 0 : -EAGAIN;
}

static void not_in_time(const struct guest *g, const struct scx_status *scx, u64 ms, char *what,
			size_t len)
{
	if (scx->state == SCX_STATE_ENABLED)
		snprintf(what, len, "ops \"%s\" are attached instead of \"%s\"", scx->ops,
			 g->want_ops ? g->want_ops : "");
	else
		snprintf(what, len, "scheduler did not attach in %llu s (sched_ext is %s)",
			 (unsigned long long)ms / 1000, scx_state_name(scx->state));
}

static void attached(struct guest *g, const struct scx_status *scx)
{
	g->want = SCHED_WANT_ATTACHED;
	memcpy(g->result.ops, scx->ops, sizeof(scx->ops));
	guest_send_life(g, WIRE_LIFE_SCHED_ATTACHED, scx->ops);
}

static void wait_attached(struct guest *g)
{
	unsigned int timeout_ms = g->sc->attach_ms ? g->sc->attach_ms : SCENARIO_ATTACH_MS;
	u64 deadline = guest_deadline(timeout_ms);
	struct scx_status scx;
	char what[160];
	int ret;

	do
		ret = look(g, &scx, what, sizeof(what));
	while (ret == -EAGAIN && guest_turn(g, deadline));
	if (!ret) {
		g->result.flags |= WIRE_RESULT_ATTACHED_START;
		attached(g, &scx);
		return;
	}
	if (ret == -EAGAIN) {
		ret = -ETIMEDOUT;
		not_in_time(g, &scx, timeout_ms, what, sizeof(what));
	}
	not_attached(g, ret, what);
}

void attach_scheduler(struct guest *g)
{
	struct scx_status scx;
	struct ktstr_err err;
	int ret;

	if (!g->sc->sched_path)
		return;
	result_stage(&g->result, WIRE_STAGE_ATTACH);
	scx_read(SCX_SYSFS_DIR, &scx);
	if (scx.state == SCX_STATE_ABSENT) {
		not_attached(g, -EOPNOTSUPP,
			     "this kernel has no sched_ext (CONFIG_SCHED_CLASS_EXT)");
		return;
	}
	if (g->sc->observe_first)
		observe(g);
	ret = begin(g, g->sc->sched_path, g->sc->sched_argv, g->sc->sched_ops, &err);
	if (ret) {
		not_attached(g, ret, err.msg);
		return;
	}
	if (!g->sc->observe_first)
		observe(g);
	wait_attached(g);
}

/* "after completing step 2 of 5 (12.3s into test)" */
static void when(const struct guest *g, char *buf, size_t len)
{
	u64 ms = (mono_ns() - g->start_ns) / NSEC_PER_MSEC;
	char where[48] = "during workload", step[40] = "";

	if (g->steps.phase == STEPS_BETWEEN && g->steps.step)
		snprintf(where, sizeof(where), "after completing step %u of %u", g->steps.step,
			 g->sc->nr_steps);
	else if (g->steps.step && g->sc->nr_steps > 1)
		snprintf(step, sizeof(step), ", in step %u of %u", g->steps.step, g->sc->nr_steps);
	snprintf(buf, len, "%s (%llu.%llus into test)%s", where, (unsigned long long)ms / 1000,
		 (unsigned long long)ms % 1000 / 100, step);
}

/* Return: whether that is all right. */
static bool sched_died(struct guest *g, bool detached_first)
{
	char tail[76], where[116], how[48] = "does not end";

	g->sched_died = true;
	g->want = SCHED_WANT_NOTHING;
	forward_pump(&g->sched.log);
	if (!g->sched.running)
		sched_exit_text(g->sched.status, how, sizeof(how));
	/* A process that is killed detaches as well, before it can be reaped. */
	if (!g->sched.running && WIFSIGNALED(g->sched.status))
		detached_first = false;
	when(g, where, sizeof(where));
	snprintf(g->sched_why, sizeof(g->sched_why),
		 "scheduler process died unexpectedly %s: it %s%s; last output: %s", where,
		 detached_first ? "was detached and " : "", how,
		 forward_tail(&g->sched.log, tail, sizeof(tail)));
	if (g->sc->sched_may_end)
		return true;
	guest_fail(g, -ECHILD, "%s", g->sched_why);
	return false;
}

static bool is_attached(struct guest *g)
{
	struct scx_status scx;
	u64 deadline;

	if (!g->sched.running)
		return sched_died(g, false);
	scx_read(SCX_SYSFS_DIR, &scx);
	if (ops_accepted(g, &scx))
		return true;
	/* Thrown out: the process notices by and by, and prints the reason. */
	deadline = guest_deadline(EJECT_GRACE_MS);
	while (g->sched.running && guest_turn(g, deadline))
		;
	return sched_died(g, true);
}

static bool is_gone(struct guest *g)
{
	struct scx_status scx;

	scx_read(SCX_SYSFS_DIR, &scx);
	if (scx.state != SCX_STATE_ENABLED && scx.state != SCX_STATE_ENABLING)
		return true;
	guest_fail(g, -EEXIST, "ops \"%s\" are attached, after the scheduler was detached",
		   scx.ops);
	return false;
}

bool attach_is_well(struct guest *g)
{
	switch (g->want) {
	case SCHED_WANT_ATTACHED:
		return is_attached(g);
	case SCHED_WANT_DETACHED:
		return is_gone(g);
	default:
		return true;
	}
}

static bool is_detached(const struct scx_status *scx)
{
	return scx->state != SCX_STATE_ENABLED && scx->state != SCX_STATE_DISABLING;
}

/* It has ended: so must its children have, and sched_ext. */
static void see_it_gone(struct guest *g)
{
	u64 deadline = guest_deadline(LEFT_TIMEOUT_MS);
	struct scx_status scx;
	bool left;

	do {
		scx_read(SCX_SYSFS_DIR, &scx);
		left = sched_left(&g->sched);
		if (!left && is_detached(&scx))
			return;
	} while (guest_turn(g, deadline));
	if (is_detached(&scx))
		guest_fail(g, -EBUSY, "scheduler ended, but left processes behind");
	else
		guest_fail(g, -EBUSY, "scheduler ended%s, but its ops \"%s\" are still attached",
			   left ? " and left processes behind" : "", scx.ops);
	sched_signal(&g->sched, SIGKILL);
}

void attach_end(struct guest *g)
{
	u64 deadline = guest_deadline(DETACH_TIMEOUT_MS);

	if (!g->sched.running)
		return;
	sched_signal(&g->sched, SIGINT);
	while (g->sched.running && guest_turn(g, deadline))
		;
	if (!g->sched.running) {
		see_it_gone(g);
		return;
	}
	guest_fail(g, -ETIMEDOUT, "scheduler did not end within %d ms of SIGINT",
		   DETACH_TIMEOUT_MS);
	sched_signal(&g->sched, SIGKILL);
	deadline = guest_deadline(KILL_TIMEOUT_MS);
	while (g->sched.running && guest_turn(g, deadline))
		;
}

static u64 limit_of(const struct op_job *job)
{
	return min(job->limit_ns, job->begin_ns + job->op->timeout_ms * NSEC_PER_MSEC);
}

static int change_failed(struct guest *g, struct op_job *job, int ret, const char *what)
{
	char tail[160];

	g->want = SCHED_WANT_NOTHING;
	return action_failed(job, ret, ": %s; last output: %s", what,
			     forward_tail(&g->sched.log, tail, sizeof(tail)));
}

static int attach_step(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;
	struct scx_status scx;
	char what[160];
	int ret;

	ret = look(g, &scx, what, sizeof(what));
	if (!ret) {
		/* Before the word of it: what the host knew of the last one is void. */
		wire_writer_send(&g->writer, WIRE_SSWN, NULL, 0);
		attached(g, &scx);
		return OP_DONE;
	}
	if (ret == -EAGAIN && job->now_ns < limit_of(job)) {
		job->wake_ns = job->now_ns + ACTION_RECHECK_NS;
		return OP_BUSY;
	}
	if (ret == -EAGAIN) {
		ret = -ETIMEDOUT;
		not_in_time(g, &scx, job->op->timeout_ms, what, sizeof(what));
		sched_signal(&g->sched, SIGKILL);
	}
	return change_failed(g, job, ret, what);
}

static int attach_begin(void *ctx, struct op_job *job)
{
	const struct scenario_op *op = job->op;
	struct guest *g = ctx;
	struct ktstr_err err;
	int ret;

	if (g->sched.running)
		return action_failed(job, -EBUSY, ": a scheduler runs already");
	ret = begin(g, op->path, op->argv, op->to, &err);
	if (!ret)
		return attach_step(ctx, job);
	g->want = SCHED_WANT_NOTHING;
	return action_failed(job, ret, ": %.480s", err.msg);
}

static void attach_cancel(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;

	g->want = SCHED_WANT_NOTHING;
}

const struct op_action action_sched_attach = {
	.begin = attach_begin,
	.step = attach_step,
	.cancel = attach_cancel,
};

static int detach_step(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;
	struct scx_status scx;
	char what[96];

	scx_read(SCX_SYSFS_DIR, &scx);
	if (!g->sched.running && !sched_left(&g->sched) && is_detached(&scx)) {
		sched_log_close(&g->sched);
		g->want = SCHED_WANT_DETACHED;
		g->result.ops[0] = '\0';
		return OP_DONE;
	}
	if (job->now_ns < limit_of(job)) {
		job->wake_ns = job->now_ns + ACTION_RECHECK_NS;
		return OP_BUSY;
	}
	if (g->sched.running)
		snprintf(what, sizeof(what), "scheduler did not end within %u ms of SIGINT",
			 job->op->timeout_ms);
	else if (is_detached(&scx))
		snprintf(what, sizeof(what), "scheduler ended, but left processes behind");
	else
		snprintf(what, sizeof(what), "scheduler ended, but sched_ext is still %s",
			 scx_state_name(scx.state));
	sched_signal(&g->sched, SIGKILL);
	return change_failed(g, job, -ETIMEDOUT, what);
}

static int detach_begin(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;

	if (!g->sched.running && g->sched_died)
		return OP_DONE;
	if (!g->sched.running)
		return action_failed(job, -ESRCH, ": no scheduler runs");
	g->want = SCHED_WANT_CHANGE;
	sched_signal(&g->sched, SIGINT);
	return detach_step(ctx, job);
}

const struct op_action action_sched_detach = {
	.begin = detach_begin,
	.step = detach_step,
	.cancel = attach_cancel,
};
