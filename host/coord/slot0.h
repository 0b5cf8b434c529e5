/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_SLOT0_H
#define KTSTR_HOST_COORD_SLOT0_H

/*
 * The part of the lookout that follows the scheduler.
 *
 *	slot0_follow.c  which scheduler slot 0 watches
 *	slot0.c     the scan: scheduler, exit kind, fallback flag, run queues
 */
#include <stdbool.h>
#include <linux/types.h>

struct lookout;

/**
 * slot0_scan() - follow the scheduler
 * @l: started
 *
 * Every 100 ms, every 10 ms while no scheduler is watched.
 */
void slot0_scan(struct lookout *l);

/**
 * slot0_expect() - find out where schedulers attach
 * @l: started, and the kernel can be looked at
 */
void slot0_expect(struct lookout *l);

/**
 * slot0_follow() - let slot 0 watch who is attached
 * @l: started
 * @sched_kva: what the scan saw, 0 = none
 *
 * Return: whether slot 0 is at a new scheduler.
 */
bool slot0_follow(struct lookout *l, u64 sched_kva);

/**
 * slot0_warm() - load the types of a new scheduler's maps and programs
 * @l: the kernel can be looked at
 *
 * What a freeze would wait for; once for each attach. By the scan after it, since
 * at the attach itself a vCPU waits, and schedulers may come and go quickly; a
 * snapshot that is earlier does it itself.
 */
void slot0_warm(struct lookout *l);

/**
 * slot0_changed() - serve what slot 0 saw that is no failure
 * @l: started
 *
 * A scheduler that attaches, whose vCPU waits, or one that begins to leave.
 *
 * Return: whether there was anything to do.
 */
bool slot0_changed(struct lookout *l);

/**
 * slot0_late() - slot 0 latched, or the scan saw a failure: freeze and copy
 * @l: started
 * @kind: WIRE_DUMP_FAILURE or WIRE_DUMP_FALLBACK
 */
void slot0_late(struct lookout *l, u32 kind);

/**
 * slot0_early() - a task has waited too long: freeze and copy
 * @l: started
 */
void slot0_early(struct lookout *l);

/**
 * slot0_message() - write the failure dump once the kernel's message is there
 * @l: the lookout
 * @now: do not wait any longer
 */
void slot0_message(struct lookout *l, bool now);

/**
 * slot0_end() - the run is over: write what the state machine still holds
 * @l: the lookout
 */
void slot0_end(struct lookout *l);

#endif /* KTSTR_HOST_COORD_SLOT0_H */
