// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/coord/lookout.h"
#include "host/coord/slot0.h"
#include "host/inspect/guest_state.h"
#include "lib/log.h"
#include "lib/util.h"

/* Of a freeze, for everything that can be looked at: ten times what it takes. */
#define STATE_BUDGET_NS (100 * NSEC_PER_MSEC)

int lookout_freeze(struct lookout *l, struct rendezvous *r)
{
	l->freezes++;
	return freeze_begin(l->vm, r, l->cfg->rendezvous_ns ?: RENDEZVOUS_TIMEOUT_NS);
}

u64 lookout_thaw(struct lookout *l, struct rendezvous *r)
{
	u64 frozen = freeze_end(l->vm, r);

	l->frozen_ns += frozen;
	/* a pause that goes on is as much longer */
	if (l->hooks.scenario_ns(l->hooks.ctx) && !l->hooks.paused(l->hooks.ctx)) {
		l->work_frozen_ns += frozen;
		if (l->periodic_laid_out)
			periodic_shift(&l->periodic, frozen);
	}
	l->hooks.frozen(l->hooks.ctx, frozen);
	return frozen;
}

/* The latch of slot 0 is never taken back; only its own dump is about it. */
static u32 fired_slots(const struct lookout *l, u32 kind)
{
	const struct watchpoint_arm *w = &l->vm->watch;
	u32 slots = (kind == WIRE_DUMP_FAILURE || !l->late_seen) &&
		    atomic_load_explicit(&w->hit, memory_order_acquire);

	return slots | watch_user_hits(w) << 1;
}

static int copy(struct lookout *l, const struct snap_want *want, struct snap *s)
{
	bool ready = lookout_ready(l);
	struct capture_src src = {
		.kind = want->kind,
		.tag = want->tag,
		.vcpus = l->vm->vcpus,
		.nr_vcpus = l->vm->nr_vcpus,
		.slots = fired_slots(l, want->kind),
		.vcpu = want->vcpu,
		.exit_kind = want->exit_kind,
		.sched_kva = want->exit_kind ? l->sched_kva : 0,
		.watch = want->watch,
		.gk = ready ? l->obs.gk : NULL,
		.scx = ready && l->obs.has_scx ? &l->obs.scx : NULL,
		.jiffies_kva = ready ? l->jiffies_kva : 0,
		.state = ready ? l->obs.view : NULL,
		.state_budget_ns = STATE_BUDGET_NS * l->cfg->slowdown,
	};

	if (src.state)
		src.state->in.raw = l->cfg->dump_raw;
	if (ready)
		slot0_warm(l);
	return capture_take(&s->cap, &src);
}

u64 lookout_elapsed_ns(const struct lookout *l, u64 t_ns)
{
	u64 begin = l->hooks.scenario_ns(l->hooks.ctx);
	u64 stood = l->work_frozen_ns + l->hooks.paused_ns(l->hooks.ctx);

	if (!begin || t_ns < begin || t_ns - begin < stood)
		return 0;
	return t_ns - begin - stood;
}

int snap_take(struct lookout *l, const struct snap_want *want, struct snap *s)
{
	struct rendezvous r;
	int frozen, ret;

	memset(s, 0, sizeof(*s));
	frozen = lookout_freeze(l, &r);
	ret = frozen == -ECANCELED ? frozen : copy(l, want, s);
	s->timings.t_ns = r.begin_ns - l->cfg->start_ns;
	s->timings.elapsed_ns = lookout_elapsed_ns(l, s->timings.t_ns);
	s->timings.boundary_ns = want->boundary_ns;
	s->timings.frozen_to_captured_ns = mono_ns() - r.frozen_ns;
	if (want->memory && !ret)
		save_memory(l, true, NULL);
	s->timings.frozen_ns = lookout_thaw(l, &r);
	/* the trap itself can only be before all parked */
	if (want->latch_ns && r.frozen_ns > want->latch_ns)
		s->timings.latch_to_frozen_ns = r.frozen_ns - want->latch_ns;
	if (frozen && frozen != -ECANCELED)
		snprintf(s->degraded, sizeof(s->degraded),
			 "frozen=%u/%u: vCPU %u did not stand still: %s", r.frozen, r.vcpus,
			 r.missing, strerror(-frozen));
	if (ret)
		snap_free(s);
	return ret;
}

void snap_free(struct snap *s)
{
	capture_free(&s->cap);
	memset(s, 0, sizeof(*s));
}

static int send(struct lookout *l, const struct capture *cap, const struct dump_extra *x)
{
	struct ktstr_err err = { "" };
	struct dump_view v;
	char *json = NULL;
	void *buf = NULL;
	size_t len;
	int ret;

	ret = dump_json(cap, x, &json, &len, &err);
	if (!ret) {
		dump_view_fill(cap, x, json, len, &v);
		ret = wire_dump_encode(&v, &buf, &len);
	}
	if (!ret)
		ret = runlog_own(l->log, WIRE_DUMP, buf, len);
	free(buf);
	free(json);
	if (ret)
		lookout_record(l, WIRE_OP_CAPTURE, 0, cap->tag, ret,
			       err.msg[0] ? err.msg : strerror(-ret));
	return ret;
}

int snap_write(struct lookout *l, const struct snap *s, const char *tag,
	       const struct scx_exit_info_view *info, const struct dump_dual *dual)
{
	struct dump_extra x = {
		.gk = lookout_ready(l) ? l->obs.gk : NULL,
		.btf = lookout_ready(l) ? l->obs.kbtf : NULL,
		.release = l->cfg->kernel && l->cfg->kernel->release[0] ? l->cfg->kernel->release :
									  NULL,
		.timings = s->timings,
		.exit_info = info,
		.degraded_reason = s->degraded[0] ? s->degraded : NULL,
		.dual = dual,
		.sched_log = l->sched_log,
		.sched_log_len = l->sched_log_len,
	};
	struct capture named = s->cap;
	char *console;
	int ret;

	/* the supervisor keeps the newest 64; the log must not grow for ever */
	if (named.tag[0] && l->snaps++ >= LOOKOUT_SNAPS_MAX) {
		if (l->snaps == LOOKOUT_SNAPS_MAX + 1)
			lookout_record(l, WIRE_OP_CAPTURE, 0, named.tag, -ENOSPC,
				       "too many snapshots: this one and all later are not kept");
		return -ENOSPC;
	}
	if (tag)
		snprintf(named.tag, sizeof(named.tag), "%s", tag);
	console = l->hooks.console(l->hooks.ctx, &x.console_len);
	x.console = console;
	ret = send(l, &named, &x);
	free(console);
	return ret;
}
