/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_CAPTURE_STATE_H
#define KTSTR_HOST_COORD_CAPTURE_STATE_H

/*
 * When to freeze, what for, and which reports come of it. Decisions only: the
 * coordinator freezes, captures and writes. In dual mode an early snapshot,
 * taken when a runnable task has waited for half the scheduler's watchdog, is
 * kept for the late one, taken when the scheduler fails; an early snapshot
 * that was taken is always written, whatever comes later.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"

/* Tags of an early snapshot that does not end up in a dual report. */
#define SNAPSHOT_TAG_EARLY_DEGRADED		 "early-degraded"
#define SNAPSHOT_TAG_EARLY_PRE_LATE_DEGRADED	 "early-pre-late-degraded"
#define SNAPSHOT_TAG_EARLY_ONLY_LATE_SUPPRESSED	 "early-only-late-suppressed"
#define SNAPSHOT_TAG_EARLY_ONLY_LATE_NEVER_FIRED "early-only-late-never-fired"

#define CAPTURE_SCHEMA_SINGLE	"single"
#define CAPTURE_SCHEMA_DUAL	"dual"
#define CAPTURE_SCHEMA_DEGRADED "degraded"

/* Room that always suffices for capture_skipped_text(). */
#define CAPTURE_SKIPPED_TEXT 256

/**
 * enum capture_phase - how far the failure dump has come
 * @CAPTURE_IDLE: nothing was taken
 * @CAPTURE_TOOK_EARLY: an early snapshot was tried, and none will be again;
 *                      dual mode only
 * @CAPTURE_DONE: the late one was, or never will be
 */
enum capture_phase {
	CAPTURE_IDLE,
	CAPTURE_TOOK_EARLY,
	CAPTURE_DONE,
};

/**
 * enum capture_trigger - what to do next, most urgent first
 * @CAPTURE_NOTHING: wait
 * @CAPTURE_STOP: the machine ends; nothing is captured any more
 * @CAPTURE_ERROR: late snapshot: slot 0 latched
 * @CAPTURE_FALLBACK: late snapshot: the scheduler's own flag, or the scan,
 *                    says so and slot 0 does not
 * @CAPTURE_REQUEST: serve the guest's oldest request, a cold kernel op included
 * @CAPTURE_USER_HIT: snapshot for the lowest user slot that was hit
 * @CAPTURE_PERIODIC: snapshot for a boundary
 * @CAPTURE_EARLY: early snapshot
 */
enum capture_trigger {
	CAPTURE_NOTHING,
	CAPTURE_STOP,
	CAPTURE_ERROR,
	CAPTURE_FALLBACK,
	CAPTURE_REQUEST,
	CAPTURE_USER_HIT,
	CAPTURE_PERIODIC,
	CAPTURE_EARLY,
};

/**
 * struct capture_inputs - what there is to react to, all at the same time
 * @kill: the run was told to end
 * @vcpu_died: a vCPU thread has ended
 * @error_latch: slot 0 latched
 * @fallback_latch: the scheduler's own flag is set, or the exit kind is an error
 * @requests: guest requests that wait
 * @user_hits: bitmask of user slots that latched
 * @periodic_due: a boundary has passed
 */
struct capture_inputs {
	bool kill;
	bool vcpu_died;
	bool error_latch;
	bool fallback_latch;
	u32 requests;
	u32 user_hits;
	bool periodic_due;
};

/**
 * struct capture_state - the failure dump of one run
 * @phase: see above
 * @dual: an early snapshot is wanted too
 * @early_held: an early snapshot waits to be written
 * @early_due: a scan says that an early snapshot is to be taken
 * @scanned: the run queues could be read at least once
 * @peak_jiffies: longest wait of a runnable task ever seen
 * @threshold_jiffies: half the scheduler's watchdog, 0 = not known
 * @early_max_age_jiffies: the wait that made the early snapshot
 * @early_threshold_jiffies: threshold at that moment
 * @unavailable: why the run queues cannot be read, or ""
 * @early_tag: tag under which the early one was written by itself, or NULL
 */
struct capture_state {
	enum capture_phase phase;
	bool dual;
	bool early_held;
	bool early_due;
	bool scanned;
	u64 peak_jiffies;
	u64 threshold_jiffies;
	u64 early_max_age_jiffies;
	u64 early_threshold_jiffies;
	char unavailable[128];
	const char *early_tag;
};

/**
 * capture_init() - nothing taken
 * @s: filled in
 * @dual: take an early snapshot too
 */
void capture_init(struct capture_state *s, bool dual);

/**
 * capture_note_scan() - a scan of the run queues
 * @s: the state
 * @max_age_jiffies: longest wait of a runnable task
 * @watchdog_jiffies: the scheduler's watchdog, 0 = not known
 *
 * An early snapshot is due when the wait is longer than half the watchdog.
 */
void capture_note_scan(struct capture_state *s, u64 max_age_jiffies, u64 watchdog_jiffies);

/**
 * capture_note_unavailable() - the run queues cannot be read
 * @s: the state
 * @why: NUL-terminated, cut to fit; the newest one counts
 */
void capture_note_unavailable(struct capture_state *s, const char *why);

/**
 * capture_next() - what to do next
 * @s: the state
 * @in: what there is to react to
 *
 * Pure; asked again after each thing done. The end of the machine always wins,
 * then the error, then what others wait for. Error, fallback and early end with
 * CAPTURE_DONE; the rest is served then as before.
 */
enum capture_trigger capture_next(const struct capture_state *s, const struct capture_inputs *in);

/**
 * enum capture_event - what came of it
 * @CAPTURE_EV_EARLY_CAPTURED: early snapshot taken, every vCPU stood still
 * @CAPTURE_EV_EARLY_DEGRADED: rendezvous timed out
 * @CAPTURE_EV_LATE_CAPTURED: late snapshot taken, every vCPU stood still
 * @CAPTURE_EV_LATE_DEGRADED: rendezvous timed out
 * @CAPTURE_EV_LATE_SUPPRESSED: the scheduler left cleanly: no late snapshot of
 *                              it; the next one's failure still makes one
 * @CAPTURE_EV_RUN_END: the machine ended
 * @CAPTURE_EV_NR: how many
 */
enum capture_event {
	CAPTURE_EV_EARLY_CAPTURED,
	CAPTURE_EV_EARLY_DEGRADED,
	CAPTURE_EV_LATE_CAPTURED,
	CAPTURE_EV_LATE_DEGRADED,
	CAPTURE_EV_LATE_SUPPRESSED,
	CAPTURE_EV_RUN_END,
	CAPTURE_EV_NR,
};

/**
 * struct capture_report - one report to write
 * @tag: "" for the failure dump, else SNAPSHOT_TAG_*
 * @schema: CAPTURE_SCHEMA_*
 * @early: the early snapshot goes in
 * @late: the late snapshot goes in
 */
struct capture_report {
	const char *tag;
	const char *schema;
	bool early;
	bool late;
};

#define CAPTURE_REPORTS_MAX 2

/**
 * struct capture_reports - what to write now
 * @report: in this order
 * @nr: how many
 * @skipped: a dual report lacks its early half: say why, see
 *           capture_skipped_text()
 */
struct capture_reports {
	struct capture_report report[CAPTURE_REPORTS_MAX];
	u32 nr;
	bool skipped;
};

/**
 * capture_step() - one step of the state machine
 * @s: the state
 * @ev: what happened
 * @out: what to write; the early snapshot named there is not needed any more
 *       afterwards
 *
 * Return: 0, or -EPROTO for an event that cannot happen in this phase; @s and
 * what has to be written stay as they are then.
 */
int capture_step(struct capture_state *s, enum capture_event ev, struct capture_reports *out);

/**
 * capture_skipped_text() - early_skipped_reason of a dual report
 * @s: the state
 * @tick_stall: capture_is_tick_stall() of the exit
 * @buf: filled in
 * @room: of @buf
 *
 * Return: @buf.
 */
const char *capture_skipped_text(const struct capture_state *s, bool tick_stall, char *buf,
				 size_t room);

/**
 * capture_is_tick_stall() - did scx_tick() find the stall, not the watchdog
 * @exit_kind: of the scheduler
 * @msg: NUL-terminated, its exit message
 *
 * scx_tick() stops a scheduler whose watchdog work itself did not run; no task
 * has waited visibly then.
 */
bool capture_is_tick_stall(u32 exit_kind, const char *msg);

/**
 * struct capture_gate - one on-demand capture at a time
 * @holder: enum capture_trigger of the holder, 0 = free
 */
struct capture_gate {
	atomic_uint holder;
};

/**
 * capture_gate_take() - close the gate behind oneself
 * @g: the gate
 * @who: CAPTURE_REQUEST, CAPTURE_USER_HIT or CAPTURE_PERIODIC
 * @err: names the holder, or NULL
 *
 * Any thread. Return: 0, or -EBUSY: refused, not queued.
 */
int capture_gate_take(struct capture_gate *g, enum capture_trigger who, struct ktstr_err *err);

/**
 * capture_gate_drop() - open the gate
 * @g: the gate, held by the caller
 */
void capture_gate_drop(struct capture_gate *g);

/**
 * capture_trigger_name() - a trigger in words
 * @t: any value; an unknown one gives "unknown"
 */
const char *capture_trigger_name(enum capture_trigger t);

#endif /* KTSTR_HOST_COORD_CAPTURE_STATE_H */
