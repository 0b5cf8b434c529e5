// SPDX-License-Identifier: GPL-2.0-only
/* Ring buffers, stack traces, queues and stacks, arenas. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <string.h>

#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"
#include "map_walk.h"

#define RING_MEMBER(s, m, at, opt) { s, m, offsetof(struct map_ring_layout, at), opt }
#define STACK_MEMBER(s, m, at)	   { s, m, offsetof(struct map_stack_layout, at), false }
#define QUEUE_MEMBER(s, m, at)	   { s, m, offsetof(struct map_queue_layout, at), false }
#define ARENA_MEMBER(s, m, at)	   { s, m, offsetof(struct map_arena_layout, at), false }

/* pending_pos: cfa1a2329a691 ("bpf: Fix overrunning reservations in ringbuf") */
static const struct bpf_member ring_members[] = {
	RING_MEMBER("bpf_ringbuf_map", "map", map, false),
	RING_MEMBER("bpf_ringbuf_map", "rb", rb, false),
	RING_MEMBER("bpf_ringbuf", "mask", mask, false),
	RING_MEMBER("bpf_ringbuf", "consumer_pos", consumer, false),
	RING_MEMBER("bpf_ringbuf", "producer_pos", producer, false),
	RING_MEMBER("bpf_ringbuf", "pending_pos", pending, true),
	RING_MEMBER("bpf_ringbuf", "overwrite_pos", overwrite, true),
};

static const struct bpf_member stack_members[] = {
	STACK_MEMBER("bpf_stack_map", "map", map),
	STACK_MEMBER("bpf_stack_map", "n_buckets", n_buckets),
	STACK_MEMBER("bpf_stack_map", "buckets", buckets),
	STACK_MEMBER("stack_map_bucket", "hash", hash),
	STACK_MEMBER("stack_map_bucket", "nr", nr),
	STACK_MEMBER("stack_map_bucket", "data", data),
};

static const struct bpf_member queue_members[] = {
	QUEUE_MEMBER("bpf_queue_stack", "map", map),
	QUEUE_MEMBER("bpf_queue_stack", "head", head),
	QUEUE_MEMBER("bpf_queue_stack", "tail", tail),
	QUEUE_MEMBER("bpf_queue_stack", "size", size),
	QUEUE_MEMBER("bpf_queue_stack", "elements", elements),
};

static const struct bpf_member arena_members[] = {
	ARENA_MEMBER("bpf_arena", "map", map),
	ARENA_MEMBER("bpf_arena", "user_vm_start", user_start),
	ARENA_MEMBER("bpf_arena", "user_vm_end", user_end),
	ARENA_MEMBER("bpf_arena", "kern_vm", kern_vm),
	ARENA_MEMBER("vm_struct", "addr", vm_addr),
};

void map_misc_layout_init(struct map_layout *l, const struct kbtf *btf)
{
	int id = kbtf_find(btf, "bpf_stack_build_id", BTF_KIND_STRUCT);

	l->ring.missing = bpf_members_find(btf, ring_members, ARRAY_SIZE(ring_members), &l->ring);
	l->stack.missing =
		bpf_members_find(btf, stack_members, ARRAY_SIZE(stack_members), &l->stack);
	l->stack.build_id_type = id > 0 ? id : 0;
	l->queue.missing =
		bpf_members_find(btf, queue_members, ARRAY_SIZE(queue_members), &l->queue);
	l->arena.missing =
		bpf_members_find(btf, arena_members, ARRAY_SIZE(arena_members), &l->arena);
}

static void add_member(struct map_walk *w, const char *name, u64 kva, u32 offset, bool hex)
{
	u64 v;

	if (offset == BPF_NO_MEMBER)
		return;
	if (gk_read_u64(w->in->gk, kva + offset, &v))
		map_walk_unmapped(w, w->node, name, kva + offset);
	else if (hex)
		value_add_hex(w->in->tree, w->node, name, v);
	else
		value_add_uint(w->in->tree, w->node, name, v);
}

/* Positions only grow; what lies between them was not consumed yet. */
void map_ring_walk(struct map_walk *w)
{
	const struct map_ring_layout *l = &w->l->kinds.ring;
	u64 map = w->map->kva - l->map, rb, mask, consumer, producer;

	if (gk_read_u64(w->in->gk, map + l->rb, &rb) ||
	    gk_read_u64(w->in->gk, rb + l->mask, &mask) ||
	    gk_read_u64(w->in->gk, rb + l->consumer, &consumer) ||
	    gk_read_u64(w->in->gk, rb + l->producer, &producer)) {
		map_walk_unmapped(w, w->node, "capacity", map + l->rb);
		return;
	}
	value_add_uint(w->in->tree, w->node, "capacity", mask + 1);
	value_add_uint(w->in->tree, w->node, "consumer_pos", consumer);
	value_add_uint(w->in->tree, w->node, "producer_pos", producer);
	add_member(w, "pending_pos", rb, l->pending, false);
	add_member(w, "overwrite_pos", rb, l->overwrite, false);
	/* User space writes one of the two, so it may be anything. */
	if (producer >= consumer)
		value_add_uint(w->in->tree, w->node, "pending", producer - consumer);
	else
		value_unsupported(w->in->tree, w->node, "pending",
				  "the producer is behind the consumer");
}

static void add_pcs(struct map_walk *w, struct value *entry, u64 data, u32 nr)
{
	u32 shown = min_t(u32, nr, BPF_STACK_PCS_MAX), i;
	char symbol[GK_SYMBOLISE_MAX];
	u64 pcs[BPF_STACK_PCS_MAX];
	struct value *stack;

	if (gk_read(w->in->gk, data, pcs, shown * sizeof(pcs[0]))) {
		map_walk_unmapped(w, entry, "stack", data);
		return;
	}
	stack = value_add_array(w->in->tree, entry, "stack");
	for (i = 0; i < shown && !map_walk_stop(w, sizeof(pcs[0])); i++) {
		struct value *pc = value_add_ptr(w->in->tree, stack, NULL, pcs[i], NULL);

		if (pc && *gk_symbolise(w->in->gk, pcs[i], symbol, sizeof(symbol)))
			value_ptr_note(pc, vtree_strdup(w->in->tree, symbol), NULL);
	}
	if (i < nr)
		value_cut(stack, nr, i);
}

static void add_build_ids(struct map_walk *w, struct value *entry, u64 data, u32 nr)
{
	const struct map_type type = { w->in->btf, w->l->kinds.stack.build_id_type };
	struct value *stack = value_add_array(w->in->tree, entry, "stack");
	const u32 size = sizeof(struct bpf_stack_build_id);
	u32 shown = min_t(u32, nr, BPF_STACK_PCS_MAX), i;

	for (i = 0; i < shown && !map_walk_stop(w, size); i++)
		map_walk_value(w, stack, NULL, &type, data + i * size, size);
	if (i < nr)
		value_cut(stack, nr, i);
}

static void show_trace(struct map_walk *w, struct value *entries, u32 index, u64 bucket)
{
	const struct map_stack_layout *l = &w->l->kinds.stack;
	struct value *entry = value_add_struct(w->in->tree, entries, NULL);
	u32 hash, nr;

	value_add_uint(w->in->tree, entry, "index", index);
	if (gk_read_u32(w->in->gk, bucket + l->hash, &hash) ||
	    gk_read_u32(w->in->gk, bucket + l->nr, &nr)) {
		map_walk_unmapped(w, entry, "stack", bucket);
		return;
	}
	value_add_hex(w->in->tree, entry, "hash", hash);
	value_add_uint(w->in->tree, entry, "nr", nr);
	if (w->map->flags & BPF_F_STACK_BUILD_ID)
		add_build_ids(w, entry, bucket + l->data, nr);
	else
		add_pcs(w, entry, bucket + l->data, nr);
}

void map_stack_walk(struct map_walk *w)
{
	const struct map_stack_layout *l = &w->l->kinds.stack;
	u64 map = w->map->kva - l->map, bucket, slot;
	struct value *entries;
	u32 i, nr, looked;

	if (gk_read_u32(w->in->gk, map + l->n_buckets, &nr)) {
		map_walk_unmapped(w, w->node, "entries", map + l->n_buckets);
		return;
	}
	entries = value_add_array(w->in->tree, w->node, "entries");
	looked = min_t(u32, nr, BPF_STACK_BUCKETS_MAX);
	for (i = 0; i < looked && !map_walk_stop(w, 0); i++) {
		slot = map + l->buckets + i * sizeof(bucket);
		if (gk_read_u64(w->in->gk, slot, &bucket))
			w->loss.unreadable++;
		else if (bucket)
			show_trace(w, entries, i, bucket);
	}
	if (i < nr)
		value_add_uint(w->in->tree, w->node, "slots_looked_at", i);
}

/* The element that is popped next comes first: the oldest of a queue, the newest of a stack. */
void map_queue_walk(struct map_walk *w)
{
	const struct map_queue_layout *l = &w->l->kinds.queue;
	u64 map = w->map->kva - l->map, kva;
	struct value *entries, *entry;
	u32 head, tail, size, i, nr, at;

	if (gk_read_u32(w->in->gk, map + l->head, &head) ||
	    gk_read_u32(w->in->gk, map + l->tail, &tail) ||
	    gk_read_u32(w->in->gk, map + l->size, &size)) {
		map_walk_unmapped(w, w->node, "entries", map + l->head);
		return;
	}
	if (head >= size || tail >= size) {
		value_unsupported(w->in->tree, w->node, "entries",
				  "head %u and tail %u of a ring of %u", head, tail, size);
		return;
	}
	entries = value_add_array(w->in->tree, w->node, "entries");
	nr = head >= tail ? head - tail : size - tail + head;
	for (i = 0; i < nr && i < BPF_ARRAY_ENTRIES_MAX; i++) {
		if (map_walk_stop(w, w->map->value_size))
			break;
		at = w->map->type == BPF_MAP_TYPE_QUEUE ? i : nr - 1 - i;
		at = at < size - tail ? tail + at : at - (size - tail);
		kva = map + l->elements + (u64)at * w->map->value_size;
		entry = value_add_struct(w->in->tree, entries, NULL);
		value_add_uint(w->in->tree, entry, "index", i);
		map_walk_value(w, entry, "value", &w->value, kva, w->map->value_size);
	}
	if (i < nr)
		value_cut(entries, nr, i);
}

/* What is in its pages is not a map's business: it has no elements. */
void map_arena_walk(struct map_walk *w)
{
	const struct map_arena_layout *l = &w->l->kinds.arena;
	u64 arena = w->map->kva - l->map, vm;

	add_member(w, "user_vm_start", arena, l->user_start, true);
	add_member(w, "user_vm_end", arena, l->user_end, true);
	if (gk_read_u64(w->in->gk, arena + l->kern_vm, &vm))
		map_walk_unmapped(w, w->node, "kern_vm_addr", arena + l->kern_vm);
	else
		add_member(w, "kern_vm_addr", vm, l->vm_addr, true);
}
