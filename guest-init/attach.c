// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "attach.h"
#include "observe.h"
#include "scx.h"

#define EJECT_GRACE_MS	  2000 /* for a scheduler to print why */
#define DETACH_TIMEOUT_MS 4000
#define KILL_TIMEOUT_MS	  2000

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
	       (!g->sc->sched_ops || !strcmp(g->sc->sched_ops, scx->ops));
}

static void wait_attached(struct guest *g)
{
	unsigned int timeout_ms = g->sc->attach_ms ? g->sc->attach_ms : SCENARIO_ATTACH_MS;
	u64 deadline = guest_deadline(timeout_ms);
	char what[160], how[48];
	struct scx_status scx;

	do {
		scx_read(SCX_SYSFS_DIR, &scx);
		/* Looked at in this order: who attached must still be alive. */
		guest_reap(g);
		if (!g->sched.running) {
			forward_pump(&g->sched.log);
			snprintf(what, sizeof(what), "scheduler %s before it attached",
				 sched_exit_text(g->sched.status, how, sizeof(how)));
			not_attached(g, -ECHILD, what);
			return;
		}
		if (ops_accepted(g, &scx)) {
			g->result.flags |= WIRE_RESULT_ATTACHED_START;
			memcpy(g->result.ops, scx.ops, sizeof(scx.ops));
			guest_send_life(g, WIRE_LIFE_SCHED_ATTACHED, scx.ops);
			return;
		}
	} while (guest_turn(g, deadline));
	if (scx.state == SCX_STATE_ENABLED)
		snprintf(what, sizeof(what), "ops \"%s\" are attached instead of \"%s\"", scx.ops,
			 g->sc->sched_ops ? g->sc->sched_ops : "");
	else
		snprintf(what, sizeof(what), "scheduler did not attach in %u s (sched_ext is %s)",
			 timeout_ms / 1000, scx_state_name(scx.state));
	not_attached(g, -ETIMEDOUT, what);
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
	ret = sched_start(&g->sched, g->sc->sched_path, g->sc->sched_argv, &g->writer, &err);
	if (ret) {
		not_attached(g, ret, err.msg);
		return;
	}
	if (!g->sc->observe_first)
		observe(g);
	wait_attached(g);
}

static void sched_died(struct guest *g, bool detached_first)
{
	u64 after_ms = (mono_ns() - g->start_ns) / NSEC_PER_MSEC;
	char tail[128], how[48] = "does not end";

	g->sched_died = true;
	forward_pump(&g->sched.log);
	if (!g->sched.running)
		sched_exit_text(g->sched.status, how, sizeof(how));
	/* A process that is killed detaches as well, before it can be reaped. */
	if (!g->sched.running && WIFSIGNALED(g->sched.status))
		detached_first = false;
	guest_fail(g, -ECHILD, "scheduler %s%s, %llu ms into the scenario; last output: %s",
		   detached_first ? "was detached and " : "", how, (unsigned long long)after_ms,
		   forward_tail(&g->sched.log, tail, sizeof(tail)));
}

bool attach_is_well(struct guest *g)
{
	struct scx_status scx;
	u64 deadline;

	if (!g->sc->sched_path)
		return true;
	if (!g->sched.running) {
		sched_died(g, false);
		return false;
	}
	scx_read(SCX_SYSFS_DIR, &scx);
	if (ops_accepted(g, &scx))
		return true;
	/* Thrown out: the process notices by and by, and prints the reason. */
	deadline = guest_deadline(EJECT_GRACE_MS);
	while (g->sched.running && guest_turn(g, deadline))
		;
	sched_died(g, true);
	return false;
}

void attach_end(struct guest *g)
{
	u64 deadline = guest_deadline(DETACH_TIMEOUT_MS);

	if (!g->sched.running)
		return;
	sched_signal(&g->sched, SIGINT);
	while (g->sched.running && guest_turn(g, deadline))
		;
	if (!g->sched.running)
		return;
	guest_fail(g, -ETIMEDOUT, "scheduler did not end within %d ms of SIGINT",
		   DETACH_TIMEOUT_MS);
	sched_signal(&g->sched, SIGKILL);
	deadline = guest_deadline(KILL_TIMEOUT_MS);
	while (g->sched.running && guest_turn(g, deadline))
		;
}
