// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>

#include "host/coord/lookout.h"
#include "host/coord/slot0.h"
#include "host/inspect/bpfmap.h"
#include "host/inspect/guest_state.h"
#include "lib/log.h"
#include "lib/util.h"

#define SCAN_NS	     (100 * NSEC_PER_MSEC)
#define SCAN_FAST_NS (10 * NSEC_PER_MSEC)
/* From the store that slot 0 watches to the end of scx_vexit() is a moment. */
#define MESSAGE_NS (2 * NSEC_PER_SEC)

static void set_period(struct lookout *l, bool fast)
{
	u64 ns = fast ? SCAN_FAST_NS : SCAN_NS;
	struct itimerspec spec = {
		.it_value.tv_nsec = ns,
		.it_interval.tv_nsec = ns,
	};

	if (l->scan_fast == fast)
		return;
	l->scan_fast = fast;
	timerfd_settime(l->scan.fd, 0, &spec, NULL);
}

/*
 * A failure that slot 0 has not seen. Its own trap holds the vCPU at the store,
 * and the kernel fills in the exit info only behind it: an exit info that is
 * there, and no latch, says that the store came before the slot was armed.
 */
static void look_for_failure(struct lookout *l, u64 sched_kva, bool published)
{
	const struct coord_config *cfg = l->cfg;
	struct scx_exit_info_view info;
	u32 kind = 0, flag, size;

	if (l->late_seen || l->fallback_kind)
		return;
	if (sched_kva)
		scx_exit_kind_read(&l->obs.scx, l->obs.gk, sched_kva, &kind);
	/* 0 as long as it runs */
	if (kind && !scx_exit_info_read(&l->obs.scx, l->obs.gk, sched_kva, &info) &&
	    info.kind >= SCX_EXIT_ERROR) {
		l->fallback_kind = info.kind;
		return;
	}
	if (kind >= SCX_EXIT_ERROR && published) {
		l->fallback_kind = kind;
		return;
	}
	if (!cfg->fallback_flag)
		return;
	/* once found it is read on: the flag is set when the scheduler is already gone */
	if (!l->fallback_kva &&
	    (!sched_kva || bpfmap_find_var(l->obs.gk, l->obs.kbtf, cfg->fallback_map,
					   cfg->fallback_flag, &l->fallback_kva, &size, NULL)))
		return;
	if (!gk_read_u32(l->obs.gk, l->fallback_kva, &flag) && flag)
		l->fallback_kind = kind >= SCX_EXIT_ERROR ? kind : SCX_EXIT_ERROR;
}

static void look_for_waiters(struct lookout *l, u64 sched_kva)
{
	struct runnable_scan scan;
	u64 limit;

	if (!l->cfg->dual || !sched_kva || l->state.phase != CAPTURE_IDLE)
		return;
	if (!l->obs.has_runnable) {
		capture_note_unavailable(&l->state, l->obs.runnable_error.msg);
		return;
	}
	if (scx_watchdog_read(&l->obs.scx, l->obs.gk, sched_kva, &limit)) {
		capture_note_unavailable(&l->state, "the scheduler's watchdog is not known");
		return;
	}
	if (!runnable_oldest(&l->obs.runnable, l->obs.gk, l->vm->nr_vcpus, &scan))
		capture_note_scan(&l->state, scan.max_age, limit);
}

static void write_maps(struct lookout *l)
{
	u64 start = l->hooks.scenario_ns(l->hooks.ctx), now = mono_ns() - l->cfg->start_ns;
	struct ktstr_err err = { "" };
	u32 i;
	int ret;

	for (i = 0; start && i < l->cfg->nr_map_writes; i++) {
		const struct coord_map_write *w = &l->cfg->map_writes[i];

		if (l->maps_written & 1u << i ||
		    now < start + w->after_ns + l->hooks.paused_ns(l->hooks.ctx))
			continue;
		l->maps_written |= 1u << i;
		ret = bpfmap_write_u32(l->obs.gk, l->obs.kbtf, w->map, w->variable, w->value, &err);
		lookout_record(l, WIRE_OP_MAP_WRITE, 0, w->variable, ret, ret ? err.msg : NULL);
	}
}

void slot0_warm(struct lookout *l)
{
	if (l->warm_due && l->obs.view)
		guest_state_warm(l->obs.view);
	l->warm_due = false;
}

void slot0_scan(struct lookout *l)
{
	u64 sched_kva = 0;
	bool published;

	if (!lookout_ready(l) || lookout_ended(l))
		return;
	if (l->obs.has_scx) {
		scx_root_read(&l->obs.scx, l->obs.gk, &sched_kva);
		published = slot0_follow(l, sched_kva);
		set_period(l, !l->sched_kva);
		if (!published && l->sched_kva)
			slot0_warm(l);
		look_for_failure(l, sched_kva, published);
		look_for_waiters(l, sched_kva);
	}
	write_maps(l);
	lookout_work(l);
}

static void arm_message(struct lookout *l)
{
	struct itimerspec spec = {
		.it_value.tv_nsec = NSEC_PER_MSEC,
		.it_interval.tv_nsec = NSEC_PER_MSEC,
	};

	l->late.deadline_ns = mono_ns() + MESSAGE_NS * l->cfg->slowdown;
	timerfd_settime(l->message.fd, 0, &spec, NULL);
}

void slot0_late(struct lookout *l, u32 kind)
{
	const struct watchpoint_arm *w = &l->vm->watch;
	bool trapped = kind == WIRE_DUMP_FAILURE;
	/* the kernel claims the exit from SCX_EXIT_NONE, which is 0 */
	struct capture_watch about = {
		.symbol = "exit_kind",
		.kva = atomic_load_explicit(&w->request_kva, memory_order_acquire),
		.len = WATCH_LEN,
		.new_value = w->hit_kind,
		.writes = 1,
	};
	struct snap_want want = {
		.kind = kind,
		.tag = "",
		.latch_ns = trapped ? w->hit_ns : 0,
		.vcpu = trapped ? w->hit_vcpu : WIRE_DUMP_NO_VCPU,
		.exit_kind = trapped ? w->hit_kind : l->fallback_kind,
		.watch = trapped ? &about : NULL,
		.memory = l->cfg->save_memory,
	};
	enum capture_event ev;

	l->late_seen = true;
	l->failed_kva = l->sched_kva;
	if (snap_take(l, &want, &l->late.snap))
		return;
	ev = l->late.snap.degraded[0] ? CAPTURE_EV_LATE_DEGRADED : CAPTURE_EV_LATE_CAPTURED;
	if (capture_step(&l->state, ev, &l->late.reports)) {
		snap_free(&l->late.snap);
		return;
	}
	l->late.active = true;
	arm_message(l);
}

void slot0_early(struct lookout *l)
{
	struct snap_want want = {
		.kind = WIRE_DUMP_EARLY,
		.tag = SNAPSHOT_TAG_EARLY_DEGRADED,
		.vcpu = WIRE_DUMP_NO_VCPU,
	};
	struct capture_reports reports;
	enum capture_event ev;

	if (snap_take(l, &want, &l->early))
		return;
	ev = l->early.degraded[0] ? CAPTURE_EV_EARLY_DEGRADED : CAPTURE_EV_EARLY_CAPTURED;
	if (!capture_step(&l->state, ev, &reports) && reports.nr)
		snap_write(l, &l->early, reports.report[0].tag, NULL, NULL);
	if (!l->state.early_held)
		snap_free(&l->early);
}

static void write_reports(struct lookout *l, struct late_report *late,
			  const struct scx_exit_info_view *info)
{
	char skipped[CAPTURE_SKIPPED_TEXT];
	struct dump_dual dual = {
		.early_max_age_jiffies = l->state.early_max_age_jiffies,
		.early_threshold_jiffies = l->state.early_threshold_jiffies,
	};
	bool has_early = l->early.cap.vcpus;
	u32 i;

	for (i = 0; i < late->reports.nr; i++) {
		const struct capture_report *r = &late->reports.report[i];
		bool both = !strcmp(r->schema, CAPTURE_SCHEMA_DUAL);

		dual.early = r->early && r->late && has_early ? &l->early.cap : NULL;
		dual.early_timings = l->early.timings;
		dual.early_skipped_reason = NULL;
		if (both && !dual.early) {
			bool stall = capture_is_tick_stall(late->snap.cap.exit_kind,
							   info ? info->msg : "");

			dual.early_max_age_jiffies = l->state.peak_jiffies;
			dual.early_threshold_jiffies = l->state.threshold_jiffies;
			dual.early_skipped_reason =
				capture_skipped_text(&l->state, stall, skipped, sizeof(skipped));
		}
		if (r->late)
			snap_write(l, &late->snap, r->tag[0] ? r->tag : NULL, info,
				   both ? &dual : NULL);
		else if (has_early)
			snap_write(l, &l->early, r->tag, NULL, NULL);
	}
}

void slot0_message(struct lookout *l, bool now)
{
	struct late_report *late = &l->late;
	struct itimerspec off = { 0 };
	struct scx_exit_info_view info, again;
	bool have = false;

	if (!late->active)
		return;
	if (lookout_ready(l) && l->obs.has_scx && l->failed_kva) {
		have = !scx_exit_info_read(&l->obs.scx, l->obs.gk, l->failed_kva, &info) &&
		       scx_exit_info_complete(&info, late->snap.cap.exit_kind);
	}
	/* the CPU is written last, behind what tells us that the rest is there */
	if (have && !scx_exit_info_read(&l->obs.scx, l->obs.gk, l->failed_kva, &again) &&
	    scx_exit_info_complete(&again, info.kind))
		info = again;
	if (!have && !now && mono_ns() < late->deadline_ns)
		return;
	write_reports(l, late, have ? &info : NULL);
	/* when it was on record: the bench's figure */
	lookout_record(l, WIRE_OP_CAPTURE, 0, "failure-dump", 0,
		       have ? NULL : "the kernel did not write its exit message in time");
	late->active = false;
	snap_free(&late->snap);
	snap_free(&l->early);
	timerfd_settime(l->message.fd, 0, &off, NULL);
}

void slot0_end(struct lookout *l)
{
	struct capture_reports reports;

	slot0_message(l, true);
	if (!capture_step(&l->state, CAPTURE_EV_RUN_END, &reports) && reports.nr &&
	    l->early.cap.vcpus)
		snap_write(l, &l->early, reports.report[0].tag, NULL, NULL);
	snap_free(&l->early);
}
