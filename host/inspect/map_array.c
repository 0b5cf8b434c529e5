// SPDX-License-Identifier: GPL-2.0-only
/* Arrays, kernel/bpf/arraymap.c. */
#include <bpf/btf.h>
#include <string.h>

#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"
#include "map_walk.h"

/* Bytes that are read at once. */
#define CHUNK 65536U
/* One page's worth of elements in a row that are not there ends a walk. */
#define UNREADABLE_MAX 64

static const struct bpf_member array_members[] = {
	{ "bpf_array", "map", offsetof(struct map_array_layout, map), false },
	{ "bpf_array", "value", offsetof(struct map_array_layout, value), false },
};

void map_array_layout_init(struct map_array_layout *l, const struct kbtf *btf)
{
	l->missing = bpf_members_find(btf, array_members, ARRAY_SIZE(array_members), l);
}

/*
 * The values of an array with BPF_F_MMAPABLE begin a page, and the struct lies
 * right in front of them (array_map_alloc()), so there is no difference here.
 */
static u64 values_kva(const struct map_walk *w)
{
	const struct map_array_layout *l = &w->l->kinds.array;

	return w->map->kva - l->map + l->value;
}

static bool is_datasec(const struct map_type *type)
{
	const struct btf_type *t;

	t = type->id ? btf__type_by_id(kbtf_btf(type->btf), type->id) : NULL;
	return t && btf_is_datasec(t);
}

/**
 * struct array_walk - elements of an array
 * @w: the walk
 * @entries: where they go
 * @values: address of the first
 * @stride: bytes from one to the next
 * @per_chunk: elements that are read at once
 */
struct array_walk {
	struct map_walk *w;
	struct value *entries;
	u64 values;
	u64 stride;
	u32 per_chunk;
};

/* Read @nr elements from @index on; NULL when one of them is not mapped. */
static const u8 *read_chunk(struct array_walk *a, u32 index, u32 nr)
{
	size_t len = nr * a->stride;

	if (len > CHUNK || map_walk_room(a->w, len) < len ||
	    gk_read(a->w->in->gk, a->values + index * a->stride, a->w->buf, len))
		return NULL;
	return a->w->buf;
}

static bool is_zero(const u8 *p, size_t len)
{
	return !len || (!*p && memcmp(p, p + 1, len - 1) == 0);
}

/* Backwards from @nr: behind which element are only zeros. */
static u32 without_tail(struct array_walk *a, u32 nr)
{
	while (nr) {
		u32 n = min(nr, a->per_chunk);
		const u8 *chunk = read_chunk(a, nr - n, n);

		if (!chunk || insp_late(a->w->in))
			return nr;
		if (is_zero(chunk, n * a->stride)) {
			nr -= n;
			continue;
		}
		while (is_zero(chunk + (n - 1) * a->stride, a->stride)) {
			n--;
			nr--;
		}
		return nr;
	}
	return 0;
}

static u32 drop_tail(struct array_walk *a, u32 nr)
{
	u32 used = without_tail(a, nr);
	struct value *tail;

	if (nr - used < BPF_ZERO_TAIL_MIN)
		return nr;
	tail = value_add_struct(a->w->in->tree, a->w->node, "zero_tail");
	value_add_uint(a->w->in->tree, tail, "from", used);
	value_add_uint(a->w->in->tree, tail, "to", nr);
	return used;
}

static void show_element(struct array_walk *a, u32 index, const u8 *bytes)
{
	struct value *entry = value_add_struct(a->w->in->tree, a->entries, NULL);
	u32 size = a->w->map->value_size;

	value_add_uint(a->w->in->tree, entry, "index", index);
	if (bytes)
		map_walk_render(a->w, entry, "value", &a->w->value, bytes, size, size);
	else
		map_walk_value(a->w, entry, "value", &a->w->value, a->values + index * a->stride,
			       size);
}

/* Return: elements shown, fewer than @nr when the walk had to end. */
static u32 show_elements(struct array_walk *a, u32 nr)
{
	u32 i, j, n, unreadable = 0;

	for (i = 0; i < nr; i += n) {
		const u8 *chunk;

		n = min(nr - i, a->per_chunk);
		chunk = read_chunk(a, i, n);
		for (j = 0; j < n; j++) {
			u64 before = a->w->loss.unreadable;

			if (map_walk_stop(a->w, a->stride) || unreadable >= UNREADABLE_MAX)
				return i + j;
			show_element(a, i + j, chunk ? chunk + j * a->stride : NULL);
			unreadable = a->w->loss.unreadable == before ? 0 : unreadable + 1;
		}
	}
	return nr;
}

void map_array_walk(struct map_walk *w)
{
	struct array_walk a = { .w = w, .values = values_kva(w) };
	u32 nr, used, shown;

	if (is_datasec(&w->value) && w->map->max_entries == 1) {
		map_walk_value(w, w->node, "value", &w->value, a.values, w->map->value_size);
		return;
	}
	a.stride = round_up((u64)w->map->value_size, 8) ?: 8;
	a.per_chunk = max_t(u64, CHUNK / a.stride, 1);
	nr = min_t(u32, w->map->max_entries, BPF_ARRAY_ENTRIES_MAX);
	used = drop_tail(&a, nr);
	a.entries = value_add_array(w->in->tree, w->node, "entries");
	shown = show_elements(&a, used);
	/* Zeros that were dropped are told of in their own place. */
	if (shown < used)
		value_cut(a.entries, w->map->max_entries, shown);
	else if (nr < w->map->max_entries)
		value_cut(a.entries, w->map->max_entries, nr);
}

static u32 show_percpu(struct map_walk *w, struct value *entries, u32 nr)
{
	u64 pptrs = values_kva(w), pptr;
	struct value *entry;
	u32 i, unreadable = 0;

	for (i = 0; i < nr; i++) {
		if (map_walk_stop(w, 0) || unreadable >= UNREADABLE_MAX)
			return i;
		entry = value_add_struct(w->in->tree, entries, NULL);
		value_add_uint(w->in->tree, entry, "index", i);
		if (gk_read_u64(w->in->gk, pptrs + i * sizeof(pptr), &pptr)) {
			map_walk_unmapped(w, entry, "values", pptrs + i * sizeof(pptr));
			unreadable++;
			continue;
		}
		unreadable = 0;
		map_walk_percpu(w, entry, pptr);
	}
	return nr;
}

void map_percpu_array_walk(struct map_walk *w)
{
	u32 nr = min_t(u32, w->map->max_entries, BPF_PERCPU_ENTRIES_MAX);
	struct value *entries = value_add_array(w->in->tree, w->node, "entries");
	u32 shown = show_percpu(w, entries, nr);

	if (shown < w->map->max_entries)
		value_cut(entries, w->map->max_entries, shown);
}
