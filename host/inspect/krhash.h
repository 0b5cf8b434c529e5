/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_KRHASH_H
#define KTSTR_HOST_INSPECT_KRHASH_H

/*
 * Resizable hash tables in guest memory (include/linux/rhashtable.h).
 */
#include <linux/sizes.h>
#include <linux/types.h>

#include "lib/err.h"

struct guest_kernel;
struct kbtf;

/* Buckets read, tables of one rehash, and entries given out, at most. */
#define KRHASH_BUCKETS_MAX SZ_1M
#define KRHASH_TABLES_MAX  4
#define KRHASH_ENTRIES_MAX 65536

/**
 * struct krhash_layout - offsets, looked up once
 * @tbl: in struct rhashtable
 * @size: in struct bucket_table, as all below
 * @nest: the same
 * @future_tbl: the same
 * @buckets: the same
 */
struct krhash_layout {
	u32 tbl;
	u32 size;
	u32 nest;
	u32 future_tbl;
	u32 buckets;
};

/**
 * krhash_layout_init() - find out what a table looks like
 * @l: filled in
 * @btf: types of the kernel
 * @err: names the member that is missing, or NULL
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int krhash_layout_init(struct krhash_layout *l, const struct kbtf *btf, struct ktstr_err *err);

/**
 * krhash_for_each() - every entry, in the order of the buckets
 * @l: the layout
 * @gk: memory
 * @ht_kva: address of struct rhashtable
 * @fn: called with the address of an entry's struct rhash_head, which is
 *      mapped; returns not 0 to end the walk
 * @ctx: passed to @fn
 *
 * Bit 0 of a bucket is its lock and is taken off. Nested tables are followed
 * (pages of 4 KiB), and the tables a rehash moves entries to; an entry that
 * moves meanwhile may come twice or not at all. What cannot be read is passed
 * over and told at the end. No recursion.
 *
 * Return: 0, what @fn returned, -EFAULT when a part could not be read, -EINVAL
 * for a table that makes no sense, -ELOOP for a chain without an end (the rest
 * was walked), or -E2BIG at one of the limits.
 */
int krhash_for_each(const struct krhash_layout *l, const struct guest_kernel *gk, u64 ht_kva,
		    int (*fn)(void *ctx, u64 node), void *ctx);

#endif /* KTSTR_HOST_INSPECT_KRHASH_H */
