// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>

#include "host/inspect/klist.h"
#include "host/inspect/krhash.h"
#include "host/inspect/kstruct.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"

/* Pointers in a page, of which a nested table has one (lib/rhashtable.c). */
#define PAGE_SLOTS 512
/* A table has at most 2^31 buckets: 2^nest times 512 three times. */
#define LEVELS_MAX 5

/**
 * struct walk - over one struct rhashtable
 * @l: layout
 * @gk: memory
 * @fn: takes the entries
 * @ctx: its own
 * @buckets: read so far
 * @entries: given out so far
 * @bad: what was passed over: 0, -EFAULT, -EINVAL or -ELOOP
 */
struct walk {
	const struct krhash_layout *l;
	const struct guest_kernel *gk;
	int (*fn)(void *ctx, u64 node);
	void *ctx;
	u32 buckets;
	u32 entries;
	int bad;
};

int krhash_layout_init(struct krhash_layout *l, const struct kbtf *btf, struct ktstr_err *err)
{
	int ret;

	ret = kmember_need(btf, "rhashtable", "tbl", &l->tbl, err);
	if (!ret)
		ret = kmember_need(btf, "bucket_table", "size", &l->size, err);
	if (!ret)
		ret = kmember_need(btf, "bucket_table", "nest", &l->nest, err);
	if (!ret)
		ret = kmember_need(btf, "bucket_table", "future_tbl", &l->future_tbl, err);
	if (!ret)
		ret = kmember_need(btf, "bucket_table", "buckets", &l->buckets, err);
	return ret;
}

static int walk_chain(struct walk *w, u64 first)
{
	struct klist k;
	u64 node;
	int ret = 0;

	klist_begin_at(&k, w->gk, KLIST_NULLS, first, KRHASH_ENTRIES_MAX - w->entries);
	while (!ret && klist_next(&k, &node)) {
		w->entries++;
		ret = w->fn(w->ctx, node);
	}
	if (!ret && k.end == -E2BIG)
		return -E2BIG;
	if (k.end)
		w->bad = k.end;
	return ret;
}

/* Read a piece of a table: as many slots as fit, or none. */
static u32 read_slots(struct walk *w, u64 kva, u32 nr, u64 *slots)
{
	nr = min_t(u32, nr, PAGE_SLOTS);
	if (gk_read(w->gk, kva, slots, nr * sizeof(*slots)) == 0)
		return nr;
	w->bad = -EFAULT;
	return 0;
}

static int walk_buckets(struct walk *w, u64 kva, u32 nr)
{
	u64 slots[PAGE_SLOTS];
	u32 got, i;
	int ret;

	while (nr) {
		got = read_slots(w, kva, nr, slots);
		if (!got)
			return 0;
		if (w->buckets + got > KRHASH_BUCKETS_MAX)
			return -E2BIG;
		w->buckets += got;
		for (i = 0; i < got; i++) {
			/* Bit 0 is the bucket's lock. */
			ret = walk_chain(w, slots[i] & ~1ULL);
			if (ret)
				return ret;
		}
		kva += got * sizeof(*slots);
		nr -= got;
	}
	return 0;
}

/**
 * struct level - a nested table on the way down
 * @kva: of its next slot
 * @left: slots to come
 * @size: buckets behind each slot
 */
struct level {
	u64 kva;
	u32 left;
	u32 size;
};

/* __rht_bucket_nested(): tables of tables until one has all buckets left. */
static int walk_nested(struct walk *w, u64 top, u32 size, u32 nest)
{
	struct level levels[LEVELS_MAX];
	struct level *level = levels;
	u64 table;
	int ret;

	*level = (struct level){ top, 1U << nest, size >> nest };
	while (level >= levels) {
		if (!level->left) {
			level--;
			continue;
		}
		if (w->buckets++ >= KRHASH_BUCKETS_MAX)
			return -E2BIG;
		if (gk_read_u64(w->gk, level->kva, &table)) {
			w->bad = -EFAULT;
			level--;
			continue;
		}
		level->kva += sizeof(table);
		level->left--;
		if (!table)
			continue;
		if (level->size > PAGE_SLOTS && level < &levels[LEVELS_MAX - 1]) {
			level[1] = (struct level){ table, PAGE_SLOTS, level->size / PAGE_SLOTS };
			level++;
			continue;
		}
		ret = walk_buckets(w, table, level->size);
		if (ret)
			return ret;
	}
	return 0;
}

static int walk_table(struct walk *w, u64 tbl, u64 *future)
{
	const struct krhash_layout *l = w->l;
	u32 size, nest;
	u64 top;

	*future = 0;
	if (gk_read_u32(w->gk, tbl + l->size, &size) || gk_read_u32(w->gk, tbl + l->nest, &nest) ||
	    gk_read_u64(w->gk, tbl + l->future_tbl, future)) {
		w->bad = -EFAULT;
		return 0;
	}
	if (!size || (size & (size - 1)) || nest > 9 || size >> nest == 0) {
		w->bad = -EINVAL;
		return 0;
	}
	if (!nest)
		return walk_buckets(w, tbl + l->buckets, size);
	if (gk_read_u64(w->gk, tbl + l->buckets, &top)) {
		w->bad = -EFAULT;
		return 0;
	}
	return walk_nested(w, top, size, nest);
}

int krhash_for_each(const struct krhash_layout *l, const struct guest_kernel *gk, u64 ht_kva,
		    int (*fn)(void *ctx, u64 node), void *ctx)
{
	struct walk w = { .l = l, .gk = gk, .fn = fn, .ctx = ctx };
	u64 tbl, future;
	u32 tables;
	int ret;

	if (gk_read_u64(gk, ht_kva + l->tbl, &tbl))
		return -EFAULT;
	for (tables = 0; tbl; tables++) {
		if (tables == KRHASH_TABLES_MAX)
			return -E2BIG;
		ret = walk_table(&w, tbl, &future);
		if (ret)
			return ret;
		tbl = future;
	}
	return w.bad;
}
