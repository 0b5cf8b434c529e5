/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_DISPATCH_H
#define KTSTR_HOST_COORD_DISPATCH_H

/*
 * What one frame from the guest does. A pure function over the places it may
 * touch, so that a test can run any sequence of frames against it without a
 * VM. The coordinator thread calls it; other threads see the atomics.
 *
 * The guest is hostile: a frame with a wrong CRC has no effect on anything
 * but the verdict log, and some may not even enter that.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <linux/types.h>

#include "lib/wire.h"

/* More requests than this between two drains are counted and dropped. */
#define SNAPSHOT_PENDING_MAX 64

/**
 * struct snapshot_request - a decoded WIRE_SNRQ
 * @id: chosen by the guest, not 0
 * @kind: enum wire_snap_kind, not 0; an unknown one deserves an error reply
 * @tag: NUL-terminated; the guest's bytes, never a file name as they are
 */
struct snapshot_request {
	u32 id;
	u32 kind;
	char tag[WIRE_SNAP_TAG_MAX + 1];
};

/**
 * struct snapshot_queue - requests that wait for the coordinator's loop
 * @req: in order of arrival
 * @nr: how many
 * @dropped: those that found no room
 */
struct snapshot_queue {
	struct snapshot_request req[SNAPSHOT_PENDING_MAX];
	unsigned int nr;
	u64 dropped;
};

/**
 * struct dispatch_sinks - everything a frame may touch
 * @kill: set by WIRE_SCDX (release); ends the run
 * @kill_evt: eventfd written after @kill, so that no sleeper waits its poll
 *            interval out
 * @sys_rdy_evt: eventfd written by the first WIRE_SRDY, then set to -1 here;
 *               the descriptor stays the caller's
 * @snapshots: takes WIRE_SNRQ
 * @kern_phys_base: phys_base + 1 of WIRE_KADR (release); 0 = not known
 * @kern_phys_base_evt: eventfd written after it
 * @watchdog_reset_ns: deadline, ns since @run_start_ns, at least 1 once set
 *                     (release); NULL when the run has no workload budget
 * @watchdog_duration_ns: how far scenario start and end push the deadline
 * @watchdog_pause_ns: when the pause began, ns since @run_start_ns and at
 *                     least 1; 0 = not paused
 * @scenario_start_ns: first scenario start, ns since @run_start_ns and at
 *                     least 1; 0 = none yet. Only the coordinator reads it
 * @scenario_pause_cumulative_ns: sum of all pauses that ended
 * @run_start_ns: on the clock of @now
 * @now: the clock, nanoseconds, never backwards
 * @unknown_frames: frames with a tag that no guest may send; the first one
 *                  is also logged
 *
 * The caller owns all of it. Descriptors may be -1.
 */
struct dispatch_sinks {
	atomic_bool *kill;
	int kill_evt;
	int sys_rdy_evt;
	struct snapshot_queue *snapshots;
	atomic_ullong *kern_phys_base;
	int kern_phys_base_evt;
	atomic_ullong *watchdog_reset_ns;
	u64 watchdog_duration_ns;
	atomic_ullong *watchdog_pause_ns;
	atomic_ullong *scenario_start_ns;
	atomic_ullong *scenario_pause_cumulative_ns;
	u64 run_start_ns;
	u64 (*now)(void);
	u64 unknown_frames;
};

/**
 * dispatch_frame() - act on one frame
 * @f: the frame, in host memory
 * @s: what it may touch
 *
 * Coordinator thread only.
 *
 * Return: true when the frame belongs in the verdict log. That holds for
 * every verdict tag whatever its CRC, except WIRE_SCDX, which a wrong CRC
 * keeps out.
 */
bool dispatch_frame(const struct wire_frame *f, struct dispatch_sinks *s);

/**
 * dispatch_stage() - the stage a frame proves the guest has reached
 * @f: the frame
 *
 * A frame with a wrong CRC proves nothing.
 *
 * Return: enum wire_stage, or -1.
 */
int dispatch_stage(const struct wire_frame *f);

/**
 * snapshot_request_decode() - check a WIRE_SNRQ payload and read it
 * @payload: the bytes
 * @len: how many; exactly sizeof(struct wire_snrq)
 * @req: filled in on success
 *
 * Return: 0, or -EBADMSG for another length, the id 0 or the kind 0.
 */
int snapshot_request_decode(const void *payload, size_t len, struct snapshot_request *req);

#endif /* KTSTR_HOST_COORD_DISPATCH_H */
