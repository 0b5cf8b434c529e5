// SPDX-License-Identifier: GPL-2.0-only
/* Hashes of every kind, kernel/bpf/hashtab.c. */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "host/inspect/klist.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"
#include "map_walk.h"

/* Buckets that are read at once. */
#define BUCKETS_READ 256
/* struct bucket: a pointer and a lock, which grows with lockdep. */
#define BUCKET_SIZE_MAX 256
/* More make no difference: a table of them has as many bytes as a map may. */
#define BUCKETS_MAX 0x400000U
/* Buckets in a row that cannot be read, in pieces of BUCKETS_READ. */
#define PIECES_UNREADABLE_MAX 16

#define HASH_MEMBER(s, m, at) { s, m, offsetof(struct map_hash_layout, at), false }

static const struct bpf_member hash_members[] = {
	HASH_MEMBER("bpf_htab", "map", map),
	HASH_MEMBER("bpf_htab", "buckets", buckets),
	HASH_MEMBER("bpf_htab", "n_buckets", n_buckets),
	HASH_MEMBER("bucket", "head.first", bucket_first),
	HASH_MEMBER("htab_elem", "hash_node.next", next),
	HASH_MEMBER("htab_elem", "hash", hash),
	HASH_MEMBER("htab_elem", "key", key),
};

static const struct bpf_member bucket_size = { "bucket", "(size)", 0, false };

void map_hash_layout_init(struct map_hash_layout *l, const struct kbtf *btf)
{
	l->missing = bpf_members_find(btf, hash_members, ARRAY_SIZE(hash_members), l);
	if (!l->missing &&
	    (kbtf_struct_size(btf, "bucket", &l->bucket_size) || l->bucket_size < 8 ||
	     l->bucket_size > BUCKET_SIZE_MAX || l->bucket_first > l->bucket_size - 8))
		l->missing = &bucket_size;
}

/**
 * struct hash_walk - a hash that is being walked
 * @w: the walk
 * @l: the layout
 * @entries: where elements go
 * @mask: of a hash, for its bucket
 * @max: elements to walk at most: no more can be in the map
 * @count: seen
 * @shown: of them
 */
struct hash_walk {
	struct map_walk *w;
	const struct map_hash_layout *l;
	struct value *entries;
	u32 mask;
	u32 max;
	u32 count;
	u32 shown;
};

static bool is_percpu(u32 type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* A pointer where the value would be: per-CPU, or to the inner map. */
static bool has_pointer(u32 type)
{
	return is_percpu(type) || type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

static void show_pointer(struct hash_walk *h, struct value *entry, u64 kva)
{
	u64 ptr;

	if (gk_read_u64(h->w->in->gk, kva, &ptr))
		map_walk_unmapped(h->w, entry, "value", kva);
	else if (is_percpu(h->w->map->type))
		map_walk_percpu(h->w, entry, ptr);
	else
		map_walk_object(h->w, entry, ptr);
}

/* Key and value in one read, as most are small; else one by one. */
static void show_element(struct hash_walk *h, u64 elem)
{
	struct map_walk *w = h->w;
	struct value *entry = value_add_struct(w->in->tree, h->entries, NULL);
	u64 value_at = round_up((u64)w->map->key_size, 8);
	u64 key = elem + h->l->key;
	u64 all = value_at + w->map->value_size;

	h->shown++;
	if (!has_pointer(w->map->type) && all <= BPF_VALUE_MAX && map_walk_room(w, all) == all &&
	    gk_read(w->in->gk, key, w->buf, all) == 0) {
		map_walk_render(w, entry, "key", &w->key, w->buf, w->map->key_size,
				w->map->key_size);
		map_walk_render(w, entry, "value", &w->value, w->buf + value_at, w->map->value_size,
				w->map->value_size);
		return;
	}
	map_walk_value(w, entry, "key", &w->key, key, w->map->key_size);
	if (has_pointer(w->map->type))
		show_pointer(h, entry, key + value_at);
	else
		map_walk_value(w, entry, "value", &w->value, key + value_at, w->map->value_size);
}

/*
 * An element that moved to another bucket under the walk takes it along (the
 * kernel tells by the odd pointer at the end of a chain); damage looks alike.
 */
static bool is_foreign(struct hash_walk *h, u64 elem, u32 bucket)
{
	u32 hash;

	return gk_read_u32(h->w->in->gk, elem + h->l->hash, &hash) || (hash & h->mask) != bucket;
}

/* Return: false when the walk is over. */
static bool walk_chain(struct hash_walk *h, u64 first, u32 bucket)
{
	struct map_walk *w = h->w;
	struct klist k;
	u64 node;

	klist_begin_at(&k, w->in->gk, KLIST_NULLS, first, h->max - h->count);
	while (klist_next(&k, &node)) {
		bool show = h->shown < BPF_HASH_ENTRIES_MAX;

		if (map_walk_stop(w, show ? (u64)w->map->key_size + w->map->value_size : 0))
			return false;
		if (is_foreign(h, node - h->l->next, bucket)) {
			w->loss.foreign++;
			return true;
		}
		h->count++;
		if (show)
			show_element(h, node - h->l->next);
	}
	if (k.end == -EFAULT)
		w->loss.unreadable++;
	else if (k.end == -E2BIG && h->max == BPF_HASH_WALK_MAX)
		w->loss.late = true;
	else if (k.end)
		w->loss.loops++;
	return k.end != -E2BIG;
}

static bool walk_buckets(struct hash_walk *h, const u8 *buckets, u32 from, u32 nr)
{
	u64 first;
	u32 i;

	for (i = 0; i < nr; i++) {
		memcpy(&first, buckets + i * h->l->bucket_size + h->l->bucket_first, sizeof(first));
		/* Most buckets are empty: odd. */
		if ((first & 1) || !first)
			continue;
		if (!walk_chain(h, first, from + i))
			return false;
	}
	return true;
}

static void walk_table(struct hash_walk *h, u64 table, u32 nr)
{
	u8 buckets[BUCKETS_READ * 64];
	u32 piece = min_t(u32, BUCKETS_READ, sizeof(buckets) / h->l->bucket_size);
	u32 i, n, bad = 0;

	for (i = 0; i < nr; i += n) {
		n = min(nr - i, piece);
		/* Cheaper than an element, but there may be millions. */
		if (map_walk_stop(h->w, 0) || bad == PIECES_UNREADABLE_MAX)
			return;
		if (gk_read(h->w->in->gk, table + (u64)i * h->l->bucket_size, buckets,
			    (size_t)n * h->l->bucket_size)) {
			h->w->loss.unreadable++;
			bad++;
			continue;
		}
		if (!walk_buckets(h, buckets, i, n))
			return;
	}
}

void map_hash_walk(struct map_walk *w)
{
	const struct map_hash_layout *l = &w->l->kinds.hash;
	struct hash_walk h = { .w = w, .l = l };
	u64 htab = w->map->kva - l->map, table;
	u32 nr;

	if (gk_read_u64(w->in->gk, htab + l->buckets, &table) ||
	    gk_read_u32(w->in->gk, htab + l->n_buckets, &nr)) {
		map_walk_unmapped(w, w->node, "entries", htab + l->buckets);
		return;
	}
	if (!nr || (nr & (nr - 1)) || nr > BUCKETS_MAX) {
		value_unsupported(w->in->tree, w->node, "entries",
				  "%u buckets; a hash has a power of two, up to %u", nr,
				  BUCKETS_MAX);
		return;
	}
	h.mask = nr - 1;
	/* One that is being replaced is there twice, alloc_htab_elem(). */
	h.max = min_t(u64, (u64)w->map->max_entries + w->in->nr_cpus, BPF_HASH_WALK_MAX);
	h.entries = value_add_array(w->in->tree, w->node, "entries");
	walk_table(&h, table, nr);
	if (h.shown < h.count)
		value_cut(h.entries, h.count, h.shown);
}
