/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_XARRAY_H
#define KTSTR_HOST_INSPECT_XARRAY_H

/*
 * XArrays (and IDRs, which are built of them) in guest memory, see
 * include/linux/xarray.h.
 */
#include <linux/types.h>

#include "lib/err.h"

struct guest_kernel;
struct kbtf;

/**
 * struct xa_layout - offsets, looked up once
 * @shift: of struct xa_node
 * @slots: of struct xa_node
 * @chunk: slots in a node: 64, or 16 with CONFIG_BASE_SMALL
 */
struct xa_layout {
	u32 shift;
	u32 slots;
	u32 chunk;
};

#define XA_CHUNK_MAX 64
/* Nodes and entries looked at. */
#define XA_NODES_MAX   8192
#define XA_ENTRIES_MAX 65536

/**
 * xa_layout_init() - find out what a node looks like
 * @l: filled in
 * @btf: types of the kernel
 * @err: names the member that is missing, or NULL
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int xa_layout_init(struct xa_layout *l, const struct kbtf *btf, struct ktstr_err *err);

/**
 * xa_for_each() - every pointer in the array, in order of index
 * @l: the layout
 * @gk: memory
 * @head_kva: address of xarray.xa_head
 * @fn: called with the index and the pointer; returns not 0 to end the walk
 * @ctx: passed to @fn
 *
 * Value entries, siblings and retry entries are passed over. A node's shift
 * must be smaller than its parent's, so no loop is deeper than the array can
 * be. What cannot be read is passed over too and told at the end. The guest may
 * run: entries may be missed or be gone.
 *
 * Return: 0, what @fn returned, -EFAULT when a part could not be read,
 * -EINVAL when a node makes no sense (the rest was walked), or -E2BIG at
 * XA_NODES_MAX or XA_ENTRIES_MAX.
 */
int xa_for_each(const struct xa_layout *l, const struct guest_kernel *gk, u64 head_kva,
		int (*fn)(void *ctx, u64 index, u64 ptr), void *ctx);

#endif /* KTSTR_HOST_INSPECT_XARRAY_H */
