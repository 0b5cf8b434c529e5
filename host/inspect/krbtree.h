/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_KRBTREE_H
#define KTSTR_HOST_INSPECT_KRBTREE_H

/*
 * Red-black trees in guest memory (include/linux/rbtree_types.h), in order.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "lib/err.h"

struct guest_kernel;
struct kbtf;

/* A tree of 2^32 nodes is not deeper: 2 log2(n + 1). */
#define KRBTREE_DEPTH_MAX 64

/**
 * struct krbtree_layout - offsets in struct rb_node
 * @left: of rb_left
 * @right: of rb_right
 */
struct krbtree_layout {
	u32 left;
	u32 right;
};

/**
 * struct krbtree - a walk under way
 * @l: layout
 * @gk: memory
 * @stack: nodes whose left side is done, and what is right of them
 * @depth: how many
 * @steps: nodes given out
 * @max: at most so many
 * @end: why the walk ended: 0 = it saw all, -EFAULT = in memory that is not
 *       there, -ELOOP = deeper than any tree, -E2BIG = at @max
 */
struct krbtree {
	const struct krbtree_layout *l;
	const struct guest_kernel *gk;
	struct {
		u64 node;
		u64 right;
	} stack[KRBTREE_DEPTH_MAX];
	u32 depth;
	u32 steps;
	u32 max;
	int end;
};

/**
 * krbtree_layout_init() - find out what a node looks like
 * @l: filled in
 * @btf: types of the kernel
 * @err: names the member that is missing, or NULL
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int krbtree_layout_init(struct krbtree_layout *l, const struct kbtf *btf, struct ktstr_err *err);

/**
 * krbtree_begin() - begin a walk
 * @t: filled in
 * @l: the layout; must outlive @t
 * @gk: memory
 * @root_kva: address of struct rb_root; any value
 * @max: nodes to look at; what bounds a tree whose branches meet again
 */
void krbtree_begin(struct krbtree *t, const struct krbtree_layout *l, const struct guest_kernel *gk,
		   u64 root_kva, u32 max);

/**
 * krbtree_next() - the next node in order
 * @t: the walk
 * @node: set to the address of its struct rb_node; it is mapped
 *
 * Each node is read once. No recursion. The guest may run.
 *
 * Return: false at the end, see @t->end; klist_reason() has words for it.
 */
bool krbtree_next(struct krbtree *t, u64 *node);

#endif /* KTSTR_HOST_INSPECT_KRBTREE_H */
