// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "actions.h"
#include "attach.h"
#include "fault.h"
#include "workload.h"

/* While one op follows another. */
#define BUSY_RECHECK_NS (100 * NSEC_PER_MSEC)

/* A count in a frame is no larger. */
#define STIM_MAX 0xffffU

static void send_stim(struct guest *g, enum wire_tag tag, u32 step, u32 ops, u32 kinds, u32 cgroups,
		      u32 workers, u64 now_ns)
{
	struct wire_stim w = {
		.elapsed_ms = cpu_to_le32((now_ns - g->start_ns) / NSEC_PER_MSEC),
		.step_index = cpu_to_le16(step),
		.op_count = cpu_to_le16(min(ops, STIM_MAX)),
		.op_kinds = cpu_to_le32(kinds),
		.cgroup_count = cpu_to_le16(min(cgroups, STIM_MAX)),
		.worker_count = cpu_to_le16(min(workers, STIM_MAX)),
		.total_iterations = cpu_to_le64(groups_total(&g->groups)),
	};

	wire_writer_send(&g->writer, tag, &w, sizeof(w));
}

static int on_start(void *ctx, u64 now_ns, struct ktstr_err *err)
{
	struct guest *g = ctx;

	groups_release(&g->groups);
	guest_send_life(g, WIRE_LIFE_WORKLOAD_DISPATCHED, "");
	wire_writer_send(&g->writer, WIRE_SCST, NULL, 0);
	g->start_ns = now_ns;
	result_stage(&g->result, WIRE_STAGE_BODY);
	return g->sc->timecheck ? timecheck_start(&g->timecheck, err) : 0;
}

static void on_begin(void *ctx, u32 step, u32 ops, u32 kinds, u64 now_ns)
{
	struct guest *g = ctx;

	send_stim(g, WIRE_STIM, step, ops, kinds, g->cgroups.alive, groups_workers(&g->groups),
		  now_ns);
}

static void on_hold_end(void *ctx, u32 step, u64 now_ns)
{
	struct guest *g = ctx;

	g->hold_end.cgroups = g->cgroups.alive;
	g->hold_end.workers = groups_workers(&g->groups);
}

/* What there was before the step was cleaned up, and what all that came to. */
static void on_end(void *ctx, u32 step, u32 ops, u32 kinds, u64 now_ns)
{
	struct guest *g = ctx;

	send_stim(g, WIRE_STEN, step, ops, kinds, g->hold_end.cgroups, g->hold_end.workers, now_ns);
}

static const struct steps_hooks hooks = {
	.start = on_start,
	.begin = on_begin,
	.hold_end = on_hold_end,
	.end = on_end,
};

/* What failed besides an op. */
static void fail(struct guest *g, const char *what)
{
	char where[32];

	guest_fail(g, -ECHILD, "%s: %s", steps_where(&g->steps, where, sizeof(where)), what);
	steps_fail(&g->steps, mono_ns());
}

static void look_after_load(struct guest *g)
{
	struct ktstr_err err;

	if (groups_died(&g->groups, &err) || payloads_failed(&g->payloads, &err))
		fail(g, err.msg);
}

/*
 * Looking at sched_ext costs system calls: not after each of thousands of ops,
 * unless the scheduler's process has ended or a step has.
 */
static void look_after_sched(struct guest *g, bool hurry, u64 *look_ns)
{
	u64 now = mono_ns();

	if (g->result.error || !g->start_ns)
		return;
	if (hurry && now < *look_ns && g->steps.phase != STEPS_BETWEEN &&
	    (g->sched.running || g->want != SCHED_WANT_ATTACHED))
		return;
	*look_ns = now + BUSY_RECHECK_NS;
	if (!attach_is_well(g))
		steps_fail(&g->steps, now);
}

static u64 fault_ns(const struct guest *g)
{
	if (!g->start_ns)
		return UINT64_MAX;
	return g->start_ns + min(g->sc->duration_ms, g->sc->fault_after_ms) * NSEC_PER_MSEC;
}

static void break_something(struct guest *g)
{
	struct ktstr_err err;
	int ret = fault_fire(g->sc->fault, &g->sched, &err);

	if (ret)
		fail(g, err.msg);
}

void workload_run(struct guest *g)
{
	bool armed = g->sc->fault != SCENARIO_FAULT_NONE;
	u64 now, wake, look_ns = 0;
	struct ktstr_err err;
	int ret;

	result_stage(&g->result, WIRE_STAGE_DISPATCH);
	guest_send_life(g, WIRE_LIFE_PAYLOAD_STARTING, "");
	steps_init(&g->steps, g->sc, guest_actions, &hooks, g, mono_ns());
	while (!steps_done(&g->steps)) {
		now = mono_ns();
		if (armed && now >= fault_ns(g)) {
			armed = false;
			break_something(g);
		}
		/* First those that ops may wait for. */
		wake = payloads_step(&g->payloads, now);
		ret = steps_turn(&g->steps, now, &err);
		if (ret)
			guest_fail(g, ret, "%s", err.msg);
		look_after_load(g);
		wake = min(wake, steps_wake_ns(&g->steps));
		if (armed)
			wake = min(wake, fault_ns(g));
		look_after_sched(g, !guest_turn(g, wake), &look_ns);
	}
}

static void thaw_all(struct guest *g)
{
	u32 i;

	for (i = 0; g->froze && i < g->groups.nr; i++)
		cgroup_thaw(&g->cgroups, g->groups.run[i]->cgroup);
}

void workload_end(struct guest *g)
{
	u64 now = mono_ns(), limit = now + GROUPS_STOP_NS, wake;
	struct ktstr_err err;

	thaw_all(g);
	groups_stop(&g->groups, GROUPS_ALL, now);
	payloads_kill(&g->payloads, NULL, now);
	for (;;) {
		now = mono_ns();
		wake = payloads_step(&g->payloads, now);
		wake = min(wake,
			   groups_collect(&g->groups, now, GROUPS_STOP_NS, limit, g->start_ns));
		if (!g->groups.nr && !payloads_running(&g->payloads, NULL))
			break;
		if (now >= limit + GROUPS_KILL_NS)
			break;
		guest_turn(g, min(wake, limit + GROUPS_KILL_NS));
	}
	payloads_cancel(&g->payloads, now);
	if (payloads_failed(&g->payloads, &err))
		guest_fail(g, -EREMOTEIO, "end of the scenario: %s", err.msg);
	if (g->groups.error)
		guest_fail(g, g->groups.error, "cannot send the reports of workers");
}
