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
#include "lib/wire_ops.h"

/* More requests than this between two drains are counted and dropped. */
#define SNAPSHOT_PENDING_MAX  64
#define OBSERVER_PENDING_MAX  16
#define KERNEL_OP_PENDING_MAX 16

/* A whole WIRE_KORQ payload. */
#define KERNEL_OP_REQUEST_MAX SZ_1M

/* How far back a request's id is known again. */
#define REQUEST_IDS_MAX 128

/* The kernel keeps its VMCOREINFO note in one page, of 64 KiB at most. */
#define VMCOREINFO_MAX SZ_64K

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
 * struct observer_request - a decoded WIRE_OBSQ
 * @id: chosen by the guest, not 0
 * @kind: enum wire_obs_kind, not 0; an unknown one deserves an error reply
 * @addr: the guest's word, any value
 * @count: likewise
 */
struct observer_request {
	u32 id;
	u32 kind;
	u64 addr;
	u32 count;
};

/**
 * struct observer_queue - requests that wait for the coordinator's loop
 * @req: in order of arrival
 * @nr: how many
 * @dropped: those that found no room
 */
struct observer_queue {
	struct observer_request req[OBSERVER_PENDING_MAX];
	unsigned int nr;
	u64 dropped;
};

/**
 * struct kernel_op_request - a WIRE_KORQ that has an id
 * @id: chosen by the guest, not 0
 * @error: 0, or why @data is NULL, which deserves an error reply: -EMSGSIZE
 *         for more than KERNEL_OP_REQUEST_MAX bytes, -ENOMEM
 * @data: the payload, not decoded yet, malloc()ed
 * @len: bytes of it
 */
struct kernel_op_request {
	u32 id;
	int error;
	void *data;
	size_t len;
};

/**
 * struct kernel_op_queue - requests that wait for the coordinator's loop
 * @req: in order of arrival
 * @nr: how many
 * @dropped: those that found no room
 */
struct kernel_op_queue {
	struct kernel_op_request req[KERNEL_OP_PENDING_MAX];
	unsigned int nr;
	u64 dropped;
};

/**
 * kernel_op_queue_take() - the oldest request
 * @q: the queue
 * @out: filled in; @out->data is the caller's to free
 *
 * Return: true, or false when there is none.
 */
bool kernel_op_queue_take(struct kernel_op_queue *q, struct kernel_op_request *out);

/**
 * observer_queue_take() - the oldest request
 * @q: the queue
 * @out: filled in
 *
 * Return: true, or false when there is none.
 */
bool observer_queue_take(struct observer_queue *q, struct observer_request *out);

/**
 * snapshot_queue_take() - the oldest request
 * @q: the queue
 * @out: filled in
 *
 * Return: true, or false when there is none.
 */
bool snapshot_queue_take(struct snapshot_queue *q, struct snapshot_request *out);

/**
 * kernel_op_queue_free() - forget all requests
 * @q: the queue, or NULL; empty afterwards
 */
void kernel_op_queue_free(struct kernel_op_queue *q);

/**
 * struct request_ids - ids the guest has used; one row for all its requests
 * @id: the newest ones, 0 = none
 * @next: where the next one goes
 * @replays: requests dropped because their id had come before
 */
struct request_ids {
	u32 id[REQUEST_IDS_MAX];
	u32 next;
	u64 replays;
};

/**
 * struct dispatch_sinks - everything a frame may touch
 * @kill: set by WIRE_SCDX (release); ends the run
 * @kill_evt: eventfd written after @kill, so that no sleeper waits its poll
 *            interval out
 * @sys_rdy_evt: eventfd written by the first WIRE_SRDY, then set to -1 here;
 *               the descriptor stays the caller's
 * @snapshots: takes WIRE_SNRQ
 * @observer: takes WIRE_OBSQ
 * @kernel_ops: takes WIRE_KORQ
 * @ids: drops a request whose id came before
 * @kern_phys_base: phys_base + 1 of WIRE_KADR (release); 0 = not known
 * @kern_text: address of _text + 1 of the same frame (release, before
 *             @kern_phys_base); 0 = not known
 * @kern_phys_base_evt: eventfd written after it
 * @vmcoreinfo_gpa: of the first WIRE_VMCI (release), valid once
 *                  @vmcoreinfo_size is not 0
 * @vmcoreinfo_size: likewise, 1..VMCOREINFO_MAX (release, behind the address)
 * @sched_swaps: WIRE_SSWN frames; addresses cached before are void
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
 * The caller owns all of it. Descriptors may be -1. @observer, @kernel_ops,
 * @ids, @kern_text and the two of VMCOREINFO may be NULL: nobody is interested.
 */
struct dispatch_sinks {
	atomic_bool *kill;
	int kill_evt;
	int sys_rdy_evt;
	struct snapshot_queue *snapshots;
	struct observer_queue *observer;
	struct kernel_op_queue *kernel_ops;
	struct request_ids *ids;
	atomic_ullong *kern_phys_base;
	atomic_ullong *kern_text;
	int kern_phys_base_evt;
	atomic_ullong *vmcoreinfo_gpa;
	atomic_ullong *vmcoreinfo_size;
	u64 sched_swaps;
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

/**
 * observer_request_decode() - check a WIRE_OBSQ payload and read it
 * @payload: the bytes
 * @len: how many; exactly sizeof(struct wire_obsq)
 * @req: filled in on success
 *
 * Return: 0, or -EBADMSG for another length, the id 0 or the kind 0.
 */
int observer_request_decode(const void *payload, size_t len, struct observer_request *req);

#endif /* KTSTR_HOST_COORD_DISPATCH_H */
