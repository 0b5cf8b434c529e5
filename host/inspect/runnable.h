/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_RUNNABLE_H
#define KTSTR_HOST_INSPECT_RUNNABLE_H

/*
 * How long runnable tasks have waited: what the kernel's stall watchdog
 * checks (check_rq_for_timeouts()), seen from outside and earlier.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "lib/err.h"

struct guest_kernel;
struct kbtf;

/* Tasks looked at on one run queue; a longer list is reported as cut. */
#define RUNNABLE_TASKS_MAX 65536

/**
 * struct runnable_layout - addresses and offsets, looked up once
 * @runqueues: the per-CPU symbol
 * @jiffies: address of jiffies_64
 * @list: offset of scx.runnable_list in struct rq
 * @node: offset of scx.runnable_node in struct task_struct
 * @at: offset of scx.runnable_at in struct task_struct
 *
 * Does not change after runnable_layout_init().
 */
struct runnable_layout {
	u64 runqueues;
	u64 jiffies;
	u32 list;
	u32 node;
	u32 at;
};

/**
 * runnable_layout_init() - find out where this kernel keeps it
 * @l: filled in
 * @gk: symbols
 * @btf: types
 * @err: names the symbol or member that is missing, or NULL
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int runnable_layout_init(struct runnable_layout *l, const struct guest_kernel *gk,
			 const struct kbtf *btf, struct ktstr_err *err);

/**
 * struct runnable_scan - one look at all run queues
 * @jiffies: guest time, read before the first task
 * @tasks: runnable tasks seen, on the run queues that count
 * @max_age: how long the one that waits longest has waited, in jiffies
 * @task: its address, 0 = there is none
 * @cpu: whose run queue it is on
 * @cut: run queues with more than RUNNABLE_TASKS_MAX tasks, or a list that
 *       does not lead back to its head
 * @unreadable: run queues that could not be read, or ended in memory that is
 *              not there
 */
struct runnable_scan {
	u64 jiffies;
	u32 tasks;
	u64 max_age;
	u64 task;
	u32 cpu;
	u32 cut;
	u32 unreadable;
};

/**
 * runnable_oldest() - look at every run queue
 * @l: the layout
 * @gk: memory
 * @nr_cpus: of the machine
 * @out: filled in; what is bad on one run queue does not end the walk
 *
 * The guest may run: a list that changes under the walk ends as @out->cut or
 * @out->unreadable, counts for nothing then, and is right the next time. Steps
 * are bounded, loops found.
 *
 * Return: 0, or -EFAULT when not even guest time can be read.
 */
int runnable_oldest(const struct runnable_layout *l, const struct guest_kernel *gk, u32 nr_cpus,
		    struct runnable_scan *out);

#endif /* KTSTR_HOST_INSPECT_RUNNABLE_H */
