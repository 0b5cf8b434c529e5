/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_KLIST_H
#define KTSTR_HOST_INSPECT_KLIST_H

/*
 * Lists in guest memory, which may lead anywhere: out of memory, into another
 * list, round in a circle that the head is not part of.
 */
#include <stdbool.h>
#include <linux/types.h>

struct guest_kernel;
struct insp;
struct value;

/**
 * enum klist_kind - what a list's end looks like
 * @KLIST_RING: struct list_head: leads back to the head
 * @KLIST_NULL: struct hlist_head, llist_head: NULL
 * @KLIST_NULLS: struct hlist_nulls_head, and the chains of a struct rhashtable:
 *               NULL or an odd pointer
 */
enum klist_kind {
	KLIST_RING,
	KLIST_NULL,
	KLIST_NULLS,
};

/**
 * struct klist - a walk under way
 * @gk: memory
 * @kind: of list
 * @head: address of the head of a ring
 * @node: to be given out next
 * @last: given out before
 * @mark: node that must not come again
 * @power: step at which the next mark is set
 * @steps: nodes given out
 * @max: at most so many
 * @crossed: nodes of a ring whose prev is not the one before them: the list is
 *           being changed, or damaged
 * @end: why the walk ended: 0 = the list did, -EFAULT = in memory that is not
 *       there, -ELOOP = in a circle, -E2BIG = at @max
 */
struct klist {
	const struct guest_kernel *gk;
	enum klist_kind kind;
	u64 head;
	u64 node;
	u64 last;
	u64 mark;
	u32 power;
	u32 steps;
	u32 max;
	u32 crossed;
	int end;
};

/**
 * klist_begin() - begin a walk
 * @k: filled in
 * @gk: memory
 * @kind: of list
 * @head_kva: address of the head, whose first member is the pointer to the
 *            first node; any value
 * @max: nodes to look at
 *
 * Loops are found by Brent's method, in a number of steps proportional to their
 * length. The guest may run.
 */
void klist_begin(struct klist *k, const struct guest_kernel *gk, enum klist_kind kind, u64 head_kva,
		 u32 max);

/**
 * klist_begin_at() - begin a walk at a node
 * @k: filled in
 * @gk: memory
 * @kind: KLIST_NULL or KLIST_NULLS
 * @first: address of the first node, or what stands for an empty list
 * @max: nodes to look at
 */
void klist_begin_at(struct klist *k, const struct guest_kernel *gk, enum klist_kind kind, u64 first,
		    u32 max);

/**
 * klist_next() - the next node
 * @k: the walk
 * @node: set to the address of a node; it is mapped
 *
 * Return: false at the end, see @k->end.
 */
bool klist_next(struct klist *k, u64 *node);

/**
 * klist_reason() - why a walk ended early, in words
 * @end: of the walk
 *
 * Return: a constant, NULL for a list that was seen whole.
 */
const char *klist_reason(int end);

/**
 * klist_finish() - say what is wrong with a list, if anything is
 * @in: the guest
 * @k: a walk that is over
 * @to: the struct that describes the list; gets "incomplete": the reason, and
 *      "crossed_links": @k->crossed, each only where there is something to say
 */
void klist_finish(struct insp *in, const struct klist *k, struct value *to);

#endif /* KTSTR_HOST_INSPECT_KLIST_H */
