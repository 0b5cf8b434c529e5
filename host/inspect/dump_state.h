/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_DUMP_STATE_H
#define KTSTR_HOST_INSPECT_DUMP_STATE_H

/*
 * The tree of a standstill as members of its dump, and which of them to leave
 * out when the dump gets too long.
 */
#include <json_writer.h>
#include <stdbool.h>
#include <linux/types.h>

struct vtree;

/* Members of a tree that can be left out one by one. */
#define DUMP_SECTIONS_MAX 32

/**
 * dump_state_put() - write the members of a tree
 * @w: inside an object
 * @t: the tree, or NULL
 * @left_out: bitmask of the members that become "NAME_unavailable", as far as
 *            they are structs or arrays
 *
 * One line for each member: they are long, and for machines first. Its
 * "complete" is not written: a dump has one for all that is in it.
 */
void dump_state_put(json_writer_t *w, const struct vtree *t, u32 left_out);

/**
 * dump_state_complete() - is nothing missing in what dump_state_put() writes
 * @t: the tree, or NULL
 * @left_out: as there
 *
 * Return: false without a tree, too.
 */
bool dump_state_complete(const struct vtree *t, u32 left_out);

/**
 * dump_state_largest() - what to leave out next
 * @t: the tree, or NULL
 * @left_out: what is left out already
 *
 * Return: @left_out with the bit of a struct or array more; @left_out when
 * nothing is left, or memory is short.
 */
u32 dump_state_largest(const struct vtree *t, u32 left_out);

#endif /* KTSTR_HOST_INSPECT_DUMP_STATE_H */
