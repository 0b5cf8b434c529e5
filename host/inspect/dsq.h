/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_DSQ_H
#define KTSTR_HOST_INSPECT_DSQ_H

/*
 * Dispatch queues of sched_ext and the tasks in them, in the order in which
 * they will be run (struct scx_dispatch_q, include/linux/sched/ext.h).
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/inspect/klist.h"
#include "host/inspect/krhash.h"
#include "host/inspect/kstruct.h"
#include "host/inspect/task.h"
#include "lib/err.h"

struct guest_kernel;
struct insp;
struct kbtf;
struct value;

/* Queues shown, tasks shown of each, and links followed in one walk. */
#define DSQ_SHOWN_MAX 4096
#define DSQ_TASKS_MAX 4096
#define DSQ_LINKS_MAX 262144
/* Nodes with a global queue; MAX_NUMNODES of the largest kernels. */
#define DSQ_NODES_MAX 1024

/**
 * struct dsq_layout - addresses and offsets, looked up once
 * @s: struct scx_dispatch_q
 * @list_node: offset of scx.dsq_list.node in struct task_struct
 * @list_flags: offset of scx.dsq_list.flags from @list_node
 * @dsq_flags: offset of scx.dsq_flags in struct task_struct
 * @hash_node: offset of hash_node in struct scx_dispatch_q
 * @rhash: of the table of user queues
 * @hash: offset of dsq_hash in struct scx_sched (6.16, commit 48e1267773866,
 *        "sched_ext: Introduce scx_sched")
 * @hash_kva: address of the static dsq_hash before that, else 0
 * @has_hash: one of the two is known
 * @global: offset in struct scx_sched of the array of pointers, one for each
 *          node: pnode, or global_dsqs before it
 * @global_kva: address of the static global_dsqs before that, else 0
 * @has_global: one of the two is known
 * @global_dsq: offset of the queue behind such a pointer
 * @pcpu: offset of pcpu in struct scx_sched
 * @bypass_dsq: offset of the queue behind it
 * @rq_bypass: offset of scx.bypass_dsq in struct rq, where older kernels have it
 * @runqueues: the per-CPU symbol
 * @has_bypass: @pcpu and @bypass_dsq are known
 * @has_rq_bypass: @rq_bypass is known
 * @nr_node_ids: address of the number of nodes, 0 = unknown: 1 is looked at
 * @task: for the tasks
 *
 * Does not change after dsq_layout_init().
 */
struct dsq_layout {
	struct kstruct s;
	u32 list_node;
	u32 list_flags;
	u32 dsq_flags;
	u32 hash_node;
	struct krhash_layout rhash;
	u32 hash;
	u64 hash_kva;
	bool has_hash;
	u32 global;
	u64 global_kva;
	bool has_global;
	u32 global_dsq;
	u32 pcpu;
	u32 bypass_dsq;
	u32 rq_bypass;
	u64 runqueues;
	bool has_bypass;
	bool has_rq_bypass;
	u64 nr_node_ids;
	struct task_layout task;
};

/**
 * dsq_layout_init() - find out where this kernel keeps it
 * @l: filled in
 * @gk: symbols
 * @btf: types
 * @err: names the symbol or member that is missing, or NULL
 *
 * Return: 0, or -EOPNOTSUPP, as for a kernel without sched_ext.
 */
int dsq_layout_init(struct dsq_layout *l, const struct guest_kernel *gk, const struct kbtf *btf,
		    struct ktstr_err *err);

/**
 * dsq_show() - one queue
 * @in: the guest
 * @l: the layout
 * @kva: address of its struct scx_dispatch_q; any value
 * @links: how many may be followed, less those that were; what bounds a walk
 *         over many queues
 * @to: a struct; gets kva, id, nr, seq, kind ("fifo", "priq", "mixed", "empty"),
 *      tasks, an array of task_show_brief(), at most DSQ_TASKS_MAX; cursors:
 *      how many iterators of BPF programs are in it; tasks_seen when that is
 *      not nr; incomplete and crossed_links as klist_finish(); or "unreadable"
 */
void dsq_show(struct insp *in, const struct dsq_layout *l, u64 kva, u32 *links, struct value *to);

/**
 * dsq_walk() - the queues of the scheduler
 * @in: the guest; @in->sched_kva or the attached scheduler
 * @l: the layout
 * @to: a struct; gets arrays "user", "global" (by node) and "bypass" (by CPU)
 *      with dsq_show() of each; queues of the last two that are empty are left
 *      out and counted as "global_empty" and "bypass_empty". A part that cannot
 *      be read says so; local queues are with the run queues, see rq_walk()
 */
void dsq_walk(struct insp *in, const struct dsq_layout *l, struct value *to);

/**
 * dsq_sched_kva() - whose queues, events and state are looked at
 * @in: the guest
 *
 * Return: @in->sched_kva, or the attached scheduler; 0 = there is none, or
 * @in->scx is not known.
 */
u64 dsq_sched_kva(const struct insp *in);

#endif /* KTSTR_HOST_INSPECT_DSQ_H */
