// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture_state.h"
#include "host/vmm/watch.h"
#include "lib/util.h"

/* enum scx_exit_kind: a task or the watchdog itself did not run in time. */
#define SCX_EXIT_ERROR_STALL 1026

void capture_init(struct capture_state *s, bool dual)
{
	*s = (struct capture_state){ .phase = CAPTURE_IDLE, .dual = dual };
}

void capture_note_scan(struct capture_state *s, u64 max_age_jiffies, u64 watchdog_jiffies)
{
	s->scanned = true;
	s->peak_jiffies = max(s->peak_jiffies, max_age_jiffies);
	if (!watchdog_jiffies)
		return;
	s->threshold_jiffies = watchdog_jiffies / 2;
	if (!s->dual || s->phase != CAPTURE_IDLE || s->early_due)
		return;
	if (max_age_jiffies <= s->threshold_jiffies)
		return;
	s->early_due = true;
	s->early_max_age_jiffies = max_age_jiffies;
	s->early_threshold_jiffies = s->threshold_jiffies;
}

void capture_note_unavailable(struct capture_state *s, const char *why)
{
	snprintf(s->unavailable, sizeof(s->unavailable), "%s", why);
}

enum capture_trigger capture_next(const struct capture_state *s, const struct capture_inputs *in)
{
	if (in->kill || in->vcpu_died)
		return CAPTURE_STOP;
	if (s->phase != CAPTURE_DONE && in->error_latch)
		return CAPTURE_ERROR;
	if (s->phase != CAPTURE_DONE && in->fallback_latch)
		return CAPTURE_FALLBACK;
	if (in->requests)
		return CAPTURE_REQUEST;
	if (in->user_hits)
		return CAPTURE_USER_HIT;
	if (in->periodic_due)
		return CAPTURE_PERIODIC;
	if (s->phase == CAPTURE_IDLE && s->dual && s->early_due)
		return CAPTURE_EARLY;
	return CAPTURE_NOTHING;
}

static void report(struct capture_reports *out, const char *tag, const char *schema, bool early,
		   bool late)
{
	out->report[out->nr++] = (struct capture_report){
		.tag = tag,
		.schema = schema,
		.early = early,
		.late = late,
	};
}

/* The early snapshot goes out by itself. */
static void report_early(struct capture_state *s, const char *tag, const char *schema,
			 struct capture_reports *out)
{
	report(out, tag, schema, true, false);
	s->early_held = false;
	s->early_tag = tag;
}

static int step_early(struct capture_state *s, enum capture_event ev, struct capture_reports *out)
{
	if (!s->dual || s->phase != CAPTURE_IDLE)
		return -EPROTO;
	/* Once, however it went: the next try would cost a timeout too. */
	s->phase = CAPTURE_TOOK_EARLY;
	s->early_due = false;
	if (ev == CAPTURE_EV_EARLY_CAPTURED)
		s->early_held = true;
	else
		report_early(s, SNAPSHOT_TAG_EARLY_DEGRADED, CAPTURE_SCHEMA_DEGRADED, out);
	return 0;
}

static int step_late_captured(struct capture_state *s, struct capture_reports *out)
{
	if (s->phase == CAPTURE_DONE)
		return -EPROTO;
	report(out, "", s->dual ? CAPTURE_SCHEMA_DUAL : CAPTURE_SCHEMA_SINGLE, s->early_held, true);
	out->skipped = s->dual && !s->early_held;
	s->early_held = false;
	s->phase = CAPTURE_DONE;
	return 0;
}

static int step_late_degraded(struct capture_state *s, struct capture_reports *out)
{
	if (s->phase == CAPTURE_DONE)
		return -EPROTO;
	report(out, "", CAPTURE_SCHEMA_DEGRADED, false, true);
	if (s->early_held)
		report_early(s, SNAPSHOT_TAG_EARLY_PRE_LATE_DEGRADED, CAPTURE_SCHEMA_SINGLE, out);
	s->phase = CAPTURE_DONE;
	return 0;
}

static int step_late_suppressed(struct capture_state *s, struct capture_reports *out)
{
	if (s->phase == CAPTURE_DONE)
		return -EPROTO;
	/* What is due was due for the scheduler that has left. */
	s->early_due = false;
	if (s->early_held)
		report_early(s, SNAPSHOT_TAG_EARLY_ONLY_LATE_SUPPRESSED, CAPTURE_SCHEMA_SINGLE,
			     out);
	return 0;
}

static int step_run_end(struct capture_state *s, struct capture_reports *out)
{
	if (s->early_held)
		report_early(s, SNAPSHOT_TAG_EARLY_ONLY_LATE_NEVER_FIRED, CAPTURE_SCHEMA_SINGLE,
			     out);
	s->phase = CAPTURE_DONE;
	return 0;
}

int capture_step(struct capture_state *s, enum capture_event ev, struct capture_reports *out)
{
	*out = (struct capture_reports){};
	switch (ev) {
	case CAPTURE_EV_EARLY_CAPTURED:
	case CAPTURE_EV_EARLY_DEGRADED:
		return step_early(s, ev, out);
	case CAPTURE_EV_LATE_CAPTURED:
		return step_late_captured(s, out);
	case CAPTURE_EV_LATE_DEGRADED:
		return step_late_degraded(s, out);
	case CAPTURE_EV_LATE_SUPPRESSED:
		return step_late_suppressed(s, out);
	case CAPTURE_EV_RUN_END:
		return step_run_end(s, out);
	default:
		return -EPROTO;
	}
}

const char *capture_skipped_text(const struct capture_state *s, bool tick_stall, char *buf,
				 size_t room)
{
	if (s->early_tag)
		snprintf(buf, room, "the early capture was written as %s", s->early_tag);
	else if (!s->scanned || !s->threshold_jiffies)
		snprintf(buf, room, "scan prerequisites unavailable: %s",
			 s->unavailable[0] ? s->unavailable :
			 s->scanned	   ? "scheduler watchdog timeout not known" :
					     "the run queues were not read before the exit");
	else if (s->peak_jiffies > s->threshold_jiffies)
		snprintf(buf, room,
			 "the exit came before the early capture (peak=%" PRIu64
			 "j, threshold=%" PRIu64 "j)",
			 s->peak_jiffies, s->threshold_jiffies);
	else if (tick_stall)
		snprintf(buf, room, "scx_tick stall - no per-task runnable_at data");
	else
		snprintf(buf, room,
			 "max_age never crossed threshold (peak=%" PRIu64 "j, threshold=%" PRIu64
			 "j)",
			 s->peak_jiffies, s->threshold_jiffies);
	return buf;
}

bool capture_is_tick_stall(u32 exit_kind, const char *msg)
{
	/* scx_tick(), kernel/sched/ext: "watchdog failed to check in for %u.%03us" */
	static const char text[] = "watchdog failed to check in";

	return exit_kind == SCX_EXIT_ERROR_STALL && strstr(msg, text);
}

const char *capture_trigger_name(enum capture_trigger t)
{
	static const char *const name[] = {
		[CAPTURE_NOTHING] = "nothing",
		[CAPTURE_STOP] = "end of the machine",
		[CAPTURE_ERROR] = "scheduler error",
		[CAPTURE_FALLBACK] = "scheduler error (fallback)",
		[CAPTURE_REQUEST] = "guest request",
		[CAPTURE_USER_HIT] = "watched symbol",
		[CAPTURE_PERIODIC] = "periodic capture",
		[CAPTURE_EARLY] = "early capture",
	};

	return t < ARRAY_SIZE(name) ? name[t] : "unknown";
}

int capture_gate_take(struct capture_gate *g, enum capture_trigger who, struct ktstr_err *err)
{
	unsigned int holder = CAPTURE_NOTHING;

	if (atomic_compare_exchange_strong_explicit(&g->holder, &holder, who, memory_order_acquire,
						    memory_order_relaxed))
		return 0;
	return ktstr_err_set(err, -EBUSY,
			     "%s refused: another capture is going on (%s); ask again when it is over",
			     capture_trigger_name(who), capture_trigger_name(holder));
}

void capture_gate_drop(struct capture_gate *g)
{
	atomic_store_explicit(&g->holder, CAPTURE_NOTHING, memory_order_release);
}
