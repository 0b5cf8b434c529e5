// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "host/kernel/guest_kernel.h"
#include "insp.h"
#include "sdt_alloc.h"
#include "sdt_resolve.h"

/**
 * struct walk - one allocator on its way
 * @in: the guest
 * @t: input and results
 * @index: takes addresses
 * @owner: for it
 */
struct walk {
	struct insp *in;
	struct sdt_tree *t;
	struct sdt_index *index;
	int owner;
};

/**
 * struct desc - a descriptor and its chunk, read once
 * @allocated: the bitmap
 * @slots: what the chunk has
 */
struct desc {
	u64 allocated[SDT_WORDS];
	u64 slots[SDT_ENTS];
};

static bool read_all(const struct walk *w, u64 ptr, u32 offset, void *buf, size_t len)
{
	return gk_read(w->in->gk, arena_kva(w->t->arena, ptr) + offset, buf, len) == 0;
}

static u64 get_u64(const u8 *buf, u32 offset)
{
	u64 v;

	memcpy(&v, buf + offset, sizeof(v));
	return v;
}

static bool read_desc(const struct walk *w, u64 ptr, struct desc *d)
{
	const struct sdt_offsets *o = w->t->o;
	u8 raw[SDT_DESC_MAX];
	u64 chunk;

	if (!read_all(w, ptr, 0, raw, o->desc_size))
		return false;
	memcpy(d->allocated, raw + o->allocated, sizeof(d->allocated));
	chunk = get_u64(raw, o->chunk);
	if (get_u64(raw, o->nr_free) > SDT_ENTS || !chunk)
		return false;
	return read_all(w, chunk, o->slots, d->slots, sizeof(d->slots));
}

static void add_object(struct walk *w, u64 ptr)
{
	struct sdt_tree *t = w->t;
	s32 tid[2];

	sdt_index_add(w->index, w->owner, ptr);
	if (t->nr == SDT_ENTRIES_MAX) {
		t->truncated = "more objects than are shown";
		return;
	}
	t->steps++;
	if (!read_all(w, ptr, 0, tid, sizeof(tid))) {
		t->skipped++;
		return;
	}
	t->entries[t->nr++] = (struct sdt_entry){ .addr = ptr, .idx = tid[0], .genn = tid[1] };
}

static void add_objects(struct walk *w, const struct desc *d)
{
	u32 pos;

	for (pos = 0; pos < SDT_ENTS; pos++) {
		if (!(d->allocated[pos / 64] & BIT_ULL(pos % 64)))
			continue;
		if (d->slots[pos])
			add_object(w, d->slots[pos]);
		else
			w->t->unpopulated++;
	}
}

static bool may_go_on(struct walk *w)
{
	struct sdt_tree *t = w->t;

	if (t->truncated)
		return false;
	if (t->steps >= SDT_STEPS_MAX)
		t->truncated = "more descriptors than any scheduler has";
	else if (insp_late(w->in))
		t->truncated = "no time left";
	return !t->truncated;
}

/* Recursion ends at SDT_LEVELS, wherever the pointers lead. */
static void descend(struct walk *w, u64 ptr, u32 level)
{
	struct desc d;
	u32 pos;

	if (!may_go_on(w))
		return;
	w->t->steps++;
	if (!read_desc(w, ptr, &d)) {
		w->t->skipped++;
		return;
	}
	if (level == SDT_LEVELS - 1) {
		add_objects(w, &d);
		return;
	}
	for (pos = 0; pos < SDT_ENTS; pos++)
		if (d.slots[pos])
			descend(w, d.slots[pos], level + 1);
}

void sdt_tree_walk(struct insp *in, struct sdt_tree *t, struct sdt_index *index, int owner)
{
	struct walk w = { .in = in, .t = t, .index = index, .owner = owner };

	t->nr = 0;
	t->skipped = 0;
	t->unpopulated = 0;
	t->steps = 0;
	t->truncated = NULL;
	if (t->root)
		descend(&w, t->root, 0);
}
