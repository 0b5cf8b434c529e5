/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_TASK_H
#define KTSTR_HOST_INSPECT_TASK_H

/*
 * Tasks of a guest, as its schedulers see them.
 */
#include <linux/types.h>

#include "host/inspect/cgroup.h"
#include "host/inspect/kstruct.h"
#include "lib/err.h"

struct guest_kernel;
struct insp;
struct kbtf;
struct value;

/* include/linux/sched.h */
#define TASK_COMM_LEN 16

/* Tasks that task_walk() shows, and those looked at to find one. */
#define TASK_SHOWN_MAX	8192
#define TASK_SEARCH_MAX 65536

/* Scheduling classes there are. */
#define TASK_CLASSES 6

/**
 * struct task_layout - offsets, looked up once
 * @s: struct task_struct
 * @brief: what of it a queue's entries show
 * @cgroup: of its control group
 * @init_task: address of the first task, 0 = unknown: no walk over all
 * @pid: offset in struct task_struct, as those up to @thread_node
 * @tasks: the same
 * @signal: the same
 * @thread_node: the same
 * @thread_head: offset in struct signal_struct
 * @has_threads: @signal, @thread_node and @thread_head are known; else only
 *               processes are found
 * @dsq_id: offset of the number in struct scx_dispatch_q
 * @has_dsq_id: @dsq_id is known
 * @classes: addresses of the scheduling classes, 0 = this kernel has none
 *
 * Does not change after task_layout_init().
 */
struct task_layout {
	struct kstruct s;
	struct kstruct brief;
	struct cgroup_layout cgroup;
	u64 init_task;
	u32 pid;
	u32 tasks;
	u32 signal;
	u32 thread_node;
	u32 thread_head;
	bool has_threads;
	u32 dsq_id;
	bool has_dsq_id;
	u64 classes[TASK_CLASSES];
};

/**
 * task_layout_init() - find out where this kernel keeps it
 * @l: filled in
 * @gk: symbols
 * @btf: types
 * @err: names the symbol or member that is missing, or NULL
 *
 * Without sched_ext, schedstats or control groups their members are not shown.
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int task_layout_init(struct task_layout *l, const struct guest_kernel *gk, const struct kbtf *btf,
		     struct ktstr_err *err);

/**
 * struct task_id - which task it is
 * @kva: address of its struct task_struct
 * @pid: of the thread, in the initial namespace
 * @comm: raw guest bytes, NUL-terminated
 */
struct task_id {
	u64 kva;
	s32 pid;
	char comm[TASK_COMM_LEN];
};

/**
 * task_id_read() - which task it is
 * @l: the layout
 * @gk: memory
 * @kva: its address; any value
 * @id: filled in; all 0 but @kva on failure
 *
 * Any thread; no allocation. Return: 0 or -EFAULT.
 */
int task_id_read(const struct task_layout *l, const struct guest_kernel *gk, u64 kva,
		 struct task_id *id);

/**
 * task_find() - by pid
 * @l: the layout
 * @gk: memory
 * @pid: of a thread, in the initial namespace; 0 is not found
 * @kva: set to the address of its struct task_struct
 * @err: says what is wrong, or NULL
 *
 * Return: 0, -ENOENT when there is no such task, -EFAULT or -ELOOP when the
 * lists end in memory that is not there, or not at all, before it was found,
 * -EOPNOTSUPP without the symbol init_task.
 */
int task_find(const struct task_layout *l, const struct guest_kernel *gk, s32 pid, u64 *kva,
	      struct ktstr_err *err);

/**
 * task_show() - all there is to say about a task
 * @in: the guest
 * @l: the layout
 * @kva: its address; any value
 * @to: a struct; gets kva, pid, tgid, comm, state, prio, policy, class, weight,
 *      cpu, nvcsw, nivcsw, scx {...}, se {...}, sched_info {...}, cgroup,
 *      parent {...}; or "unreadable"
 */
void task_show(struct insp *in, const struct task_layout *l, u64 kva, struct value *to);

/**
 * task_show_brief() - what an entry of a queue shows
 * @in: the guest
 * @l: the layout
 * @kva: its address; any value
 * @to: a struct; gets kva, pid, comm, cpu, weight, slice, dsq_vtime, flags,
 *      runnable_at; or "unreadable"
 */
void task_show_brief(struct insp *in, const struct task_layout *l, u64 kva, struct value *to);

/**
 * task_walk() - every task
 * @in: the guest
 * @l: the layout
 * @to: a struct; gets "tasks", an array with task_show() of each, at most
 *      TASK_SHOWN_MAX; and "incomplete" when a list was not seen to its end
 *
 * init_task first, then the processes in the order of their creation, each
 * with its threads. The idle tasks of CPUs but 0 are in no list.
 */
void task_walk(struct insp *in, const struct task_layout *l, struct value *to);

#endif /* KTSTR_HOST_INSPECT_TASK_H */
