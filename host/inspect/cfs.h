/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_CFS_H
#define KTSTR_HOST_INSPECT_CFS_H

/*
 * Queues of the fair class, EEVDF: who waits, in the order of their deadlines'
 * tree (struct cfs_rq, kernel/sched/sched.h).
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/inspect/krbtree.h"
#include "host/inspect/kstruct.h"
#include "host/inspect/task.h"
#include "lib/err.h"

struct guest_kernel;
struct insp;
struct kbtf;
struct value;

/* Groups in groups that are gone into, entities shown of one queue and of all. */
#define CFS_DEPTH_MAX	 8
#define CFS_SHOWN_MAX	 4096
#define CFS_ENTITIES_MAX 65536

/**
 * struct cfs_layout - offsets, looked up once
 * @queue: struct cfs_rq
 * @entity: struct sched_entity
 * @tree: of struct rb_node
 * @run_node: offset in struct sched_entity
 * @se: offset in struct task_struct
 *
 * Does not change after cfs_layout_init().
 */
struct cfs_layout {
	struct kstruct queue;
	struct kstruct entity;
	struct krbtree_layout tree;
	u32 run_node;
	u32 se;
};

/**
 * cfs_layout_init() - find out where this kernel keeps it
 * @l: filled in
 * @btf: types
 * @err: names the member that is missing, or NULL
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int cfs_layout_init(struct cfs_layout *l, const struct kbtf *btf, struct ktstr_err *err);

/**
 * cfs_show() - one queue, and those of the groups in it
 * @in: the guest
 * @l: the layout
 * @task: for the tasks
 * @kva: address of its struct cfs_rq; any value
 * @steps: entities that may be looked at, less those that were
 * @to: a struct; gets nr_queued, h_nr_queued and so on; curr, which is not in
 *      the tree; queued, an array of entities: vruntime, deadline, slice, vlag,
 *      weight, and pid and comm of a task or "group", as this, of a group;
 *      "incomplete": the reason; or "unreadable"
 */
void cfs_show(struct insp *in, const struct cfs_layout *l, const struct task_layout *task, u64 kva,
	      u32 *steps, struct value *to);

#endif /* KTSTR_HOST_INSPECT_CFS_H */
