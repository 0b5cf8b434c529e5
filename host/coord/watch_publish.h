/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_WATCH_PUBLISH_H
#define KTSTR_HOST_COORD_WATCH_PUBLISH_H

/*
 * Which scheduler slot 0 watches. Each scan reads *scx_root and hands it in;
 * what was published last comes in too, so that every transition can be
 * tested without a machine. Store order: host/vmm/watch.h.
 *
 * A change from scheduler A to B takes two scans. The first only withdraws A:
 * until every vCPU has armed itself anew, a trap may still be A's, and must
 * not be judged by B's exit kind. The second publishes B.
 */
#include <linux/types.h>

#include "host/vmm/watch.h"

/**
 * enum watch_publish_outcome - what one scan did
 * @WATCH_UNCHANGED: nothing to do
 * @WATCH_DETACHED: the scheduler is gone; slot 0 is withdrawn
 * @WATCH_REBIND_DISARMED: another scheduler took over; slot 0 is withdrawn,
 *                         and the next scan publishes
 * @WATCH_PUBLISHED: slot 0 watches the new scheduler's exit kind
 * @WATCH_PUBLISH_DEFERRED: the address leads nowhere yet; nothing was
 *                          published, the next scan tries again
 */
enum watch_publish_outcome {
	WATCH_UNCHANGED,
	WATCH_DETACHED,
	WATCH_REBIND_DISARMED,
	WATCH_PUBLISHED,
	WATCH_PUBLISH_DEFERRED,
};

/**
 * struct watch_resolve - from a kernel address to host memory
 * @hva: sets @p to the 4 bytes at @kva, a multiple of 4; returns 0, or
 *       negative errno when there is no guest memory behind it
 * @ctx: passed to it
 */
struct watch_resolve {
	int (*hva)(void *ctx, u64 kva, const u32 **p);
	void *ctx;
};

/**
 * struct watch_published - what the caller keeps and logs
 * @last: what to pass as @last next time; always set
 * @previous: scheduler that was watched before this scan, 0 = none
 * @exit_kind_kva: address of the exit kind, of WATCH_PUBLISHED and
 *                 WATCH_PUBLISH_DEFERRED, else 0
 */
struct watch_published {
	u64 last;
	u64 previous;
	u64 exit_kind_kva;
};

/**
 * watch_publish() - let slot 0 follow *scx_root
 * @w: the watchpoints
 * @sched_kva: what *scx_root holds now; the guest's word, any value
 * @last: @out->last of the call before, 0 at first
 * @off: offset of scx_sched.exit_kind
 * @r: address resolution; called at most once
 * @out: filled in
 *
 * Coordinator thread. Counts @w->gen up after each change; the caller kicks
 * the vCPUs then. An address that is not a multiple of 4, or beyond the end of
 * the address space, is deferred like one without memory.
 *
 * Return: what was done.
 */
enum watch_publish_outcome watch_publish(struct watchpoint_arm *w, u64 sched_kva, u64 last, u32 off,
					 const struct watch_resolve *r,
					 struct watch_published *out);

/**
 * watch_publish_static() - slot 0 on kernels with one exit kind for all
 * @w: the watchpoints
 * @kind_kva: address of the static scx_exit_kind (6.12 to 6.15), 0 = unknown
 * @last: @out->last of the call before, 0 at first
 * @r: address resolution
 * @out: filled in
 *
 * Coordinator thread. The address belongs to no scheduler: it is published
 * once and stays, whoever attaches. As watch_publish() otherwise.
 *
 * Return: WATCH_UNCHANGED, WATCH_PUBLISHED or WATCH_PUBLISH_DEFERRED.
 */
enum watch_publish_outcome watch_publish_static(struct watchpoint_arm *w, u64 kind_kva, u64 last,
						const struct watch_resolve *r,
						struct watch_published *out);

/**
 * watch_publish_attach() - let slot 0 wait for a scheduler
 * @w: the watchpoints
 *
 * Coordinator thread. A scan would see a new scheduler some time after it was
 * attached, maybe after its end; the store that attaches it is seen at once.
 * The next watch_publish() takes the slot over.
 *
 * Return: whether that is new, so that vCPUs are to be kicked; false too while
 * slot 0 watches an exit kind, or when @w->attach_kva is not known.
 */
bool watch_publish_attach(struct watchpoint_arm *w);

/**
 * watch_withdraw() - take slot 0 back
 * @w: the watchpoints
 *
 * Coordinator thread. For the end of a run, and after the guest said that
 * cached addresses are void; pass 0 as @last afterwards.
 */
void watch_withdraw(struct watchpoint_arm *w);

/**
 * watch_publish_name() - an outcome as one lower-case word
 * @outcome: any value; an unknown one gives "unknown"
 */
const char *watch_publish_name(enum watch_publish_outcome outcome);

#endif /* KTSTR_HOST_COORD_WATCH_PUBLISH_H */
