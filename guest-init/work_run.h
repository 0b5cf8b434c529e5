/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_WORK_RUN_H
#define KTSTR_GUEST_WORK_RUN_H

/*
 * Private to group.c and work_*.c: one worker at work, from the inside.
 *
 * A worker is a process or a thread of one. What it shares with PID 1 and its
 * mates was mapped before the fork, at the same address everywhere.
 */
#include <stdbool.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "lib/err.h"
#include "lib/latency.h"
#include "lib/scenario.h"
#include "lib/util.h"
#include "lib/wire_worker.h"
#include "lib/work.h"

#ifndef NSEC_PER_USEC
#define NSEC_PER_USEC 1000UL
#endif

#define WORK_BATCH	1024 /* spins between two looks at the stop flag */
#define WORK_WAKE_BATCH 256 /* what one does that was woken with many others */

struct work_ops;

/**
 * enum work_state - how far a worker came
 * @WORK_NEW: it sets itself up
 * @WORK_READY: it waits for its release, or works
 * @WORK_FAILED: it could not be set up, or could not go on; its info says why
 * @WORK_DONE: its report is whole
 */
enum work_state {
	WORK_NEW,
	WORK_READY,
	WORK_FAILED,
	WORK_DONE,
};

/**
 * struct work_slot - what a worker shows while it runs
 * @units: work units
 * @iterations: of its work
 * @tid: its thread id
 * @state: enum work_state
 * @error: negative errno behind WORK_FAILED
 * @stamp_ns: when it was woken; written by the mate that did it
 * @word: of its own for such mates
 *
 * Two cache lines each: neighbours must not slow each other down, nor through
 * the adjacent-line prefetcher.
 */
struct work_slot {
	u64 units;
	u64 iterations;
	u32 tid;
	u32 state;
	s32 error;
	__aligned(128) u64 stamp_ns;
	u32 word;
} __aligned(128);

/**
 * struct work_team - what workers that do one job share, all 0 at the start
 * @word: what they wait for; or a lock
 * @stamp_ns: when they were last woken
 * @done: those that have answered
 */
struct work_team {
	u32 word;
	u64 stamp_ns;
	__aligned(128) u32 done;
} __aligned(128);

/**
 * struct work_report - a worker's report, written by itself at its end
 * @view: all of it that the worker knows
 * @gap_end_ns: when its longest gap ended, CLOCK_MONOTONIC
 */
struct work_report {
	struct worker_view view;
	u64 gap_end_ns;
};

/**
 * struct work_shared - the memory of a group
 * @stop: no more work
 * @release_ns: when they were let go, CLOCK_MONOTONIC
 * @size: bytes of all
 * @nodes: the machine has several NUMA nodes
 * @slot: one for each worker
 * @team: one for each work_group_size() workers
 * @report: one for each worker
 */
struct work_shared {
	u32 stop;
	u64 release_ns;
	size_t size;
	bool nodes;
	struct work_slot *slot;
	struct work_team *team;
	struct work_report *report;
};

/**
 * struct work_run - one worker
 * @work: what it does
 * @ops: how
 * @shared: of its group
 * @slot: its own
 * @team: that of its mates
 * @report: its own
 * @tid: thread id
 * @index: within the group
 * @member: within the team
 * @members: of the team
 * @in: read end of its pipe, -1 without one
 * @out: write end of the pipe of the next one in the ring
 * @home: directory of its cgroup, "" when not known
 * @units: done
 * @iterations: done
 * @stride: iterations between two checkpoints
 * @left: of them, those still to do
 * @stride_max: never more than so many
 * @target_ns: time between two checkpoints that costs below 1 %
 * @last_ns: of the last one
 * @begin_cpu_ns: CPU time at its release
 * @sched: of /proc/self/task/TID/schedstat then: CPU time, delay, runs
 * @cpu: where it was last seen, -1 = nowhere yet
 * @node: of @cpu
 * @wake: how long its wake-ups took, NULL when it does not measure that
 * @timer: how late its timers were, or NULL
 * @cost: how long its iterations took, or NULL
 * @mem: memory its ->prepare() got
 * @fd: file its ->prepare() opened, -1 without
 * @rng: state of work_random()
 *
 * One thread.
 */
struct work_run {
	const struct work *work;
	const struct work_ops *ops;
	struct work_shared *shared;
	struct work_slot *slot;
	struct work_team *team;
	struct work_report *report;
	u32 tid;
	u32 index;
	u32 member;
	u32 members;
	int in;
	int out;
	const char *home;
	u64 units;
	u64 iterations;
	u32 stride;
	u32 left;
	u32 stride_max;
	u64 target_ns;
	u64 last_ns;
	u64 begin_cpu_ns;
	u64 sched[3];
	int cpu;
	u32 node;
	struct reservoir *wake;
	struct reservoir *timer;
	struct reservoir *cost;
	void *mem;
	int fd;
	u64 rng;
};

/**
 * work_init() - a worker that has not begun
 * @r: filled in
 * @sg: of its group
 * @shared: of its group
 * @index: within it
 *
 * Return: 0, or -ENOMEM.
 */
int work_init(struct work_run *r, const struct scenario_group *sg, struct work_shared *shared,
	      u32 index);

/**
 * work_begin() - the release: measuring starts
 * @r: the worker
 */
void work_begin(struct work_run *r);

/**
 * work_end() - measuring ends, the report is written
 * @r: the worker
 */
void work_end(struct work_run *r);

/**
 * work_free() - release what work_init() and ->prepare() got
 * @r: the worker
 */
void work_free(struct work_run *r);

/**
 * work_note() - put a remark into the report
 * @r: the worker
 * @fmt: printf format
 */
void work_note(struct work_run *r, const char *fmt, ...) __printf(2, 3);

/**
 * work_fail() - say why the worker cannot go on
 * @r: the worker
 * @ret: negative errno
 * @what: the call or file that failed
 *
 * Return: @ret.
 */
int work_fail(struct work_run *r, int ret, const char *what);

/**
 * work_gap() - take note of the time that has passed, and of the CPU
 * @r: the worker
 * @now: mono_ns()
 *
 * The time of the last such note is @r->last_ns.
 */
void work_gap(struct work_run *r, u64 now);

/**
 * work_checkpoint() - what work_tick() does now and then
 * @r: the worker
 */
void work_checkpoint(struct work_run *r);

/**
 * work_sleep_until() - sleep on purpose
 * @r: the worker
 * @when: CLOCK_MONOTONIC
 *
 * Only what it slept longer than it wanted to counts as a gap.
 *
 * Return: how late it woke, in nanoseconds; 0 when it was stopped.
 */
u64 work_sleep_until(struct work_run *r, u64 when);

/**
 * work_idle() - nothing to do any more: wait to be stopped
 * @r: the worker
 *
 * Return: 0.
 */
int work_idle(struct work_run *r);

/**
 * work_burst() - spin for some time
 * @r: the worker
 * @ns: how long
 */
void work_burst(struct work_run *r, u64 ns);

/**
 * work_proc_begin() - note what the kernel counts of this thread
 * @r: the worker
 */
void work_proc_begin(struct work_run *r);

/**
 * work_proc_end() - what it has counted since, and where the memory is
 * @r: the worker; its report gets it
 */
void work_proc_end(struct work_run *r);

/**
 * work_pages_migrated() - pages migrated between nodes since boot, whole machine
 */
u64 work_pages_migrated(void);

/**
 * work_spin_cost() - time of spinning, with and without measuring
 * @batches: how many
 * @measured: with checkpoints
 *
 * For benches. Return: nanoseconds, 0 without memory.
 */
u64 work_spin_cost(u32 batches, bool measured);

/**
 * work_stopping() - is it time to end
 * @r: the worker
 */
static inline bool work_stopping(const struct work_run *r)
{
	return __atomic_load_n(&r->shared->stop, __ATOMIC_RELAXED);
}

/**
 * work_spin() - burn some CPU time
 * @nr: turns of a loop
 */
static inline void work_spin(u64 nr)
{
	/*
	 * No PAUSE in here: a hypervisor with pause-loop exiting would
	 * take it for a lock spinner and schedule the vCPU out.
	 */
	while (nr--)
		asm volatile("" : : : "memory");
}

/**
 * work_tick() - work is done, but no whole iteration
 * @r: the worker
 * @units: how much
 */
static inline void work_tick(struct work_run *r, u64 units)
{
	r->units += units;
	__atomic_store_n(&r->slot->units, r->units, __ATOMIC_RELAXED);
	if (!--r->left)
		work_checkpoint(r);
}

/**
 * work_step() - an iteration is done
 * @r: the worker
 * @units: of work in it
 */
static inline void work_step(struct work_run *r, u64 units)
{
	r->iterations++;
	__atomic_store_n(&r->slot->iterations, r->iterations, __ATOMIC_RELAXED);
	work_tick(r, units);
}

/**
 * work_random() - a number of little quality
 * @r: the worker
 */
static inline u64 work_random(struct work_run *r)
{
	r->rng ^= r->rng << 13;
	r->rng ^= r->rng >> 7;
	r->rng ^= r->rng << 17;
	return r->rng;
}

/**
 * work_arg() - a parameter of the work
 * @r: the worker
 * @i: which
 */
static inline u64 work_arg(const struct work_run *r, unsigned int i)
{
	return work_get(r->work, i);
}

#endif /* KTSTR_GUEST_WORK_RUN_H */
