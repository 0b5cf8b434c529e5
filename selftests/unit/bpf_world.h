/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_BPF_WORLD_H
#define KTSTR_SELFTESTS_UNIT_BPF_WORLD_H

/*
 * A map of each kind and a program, with something in all of them: what a guest
 * has before it, or a mutation, writes over it.
 */
#include "bpf_fixture.h"

static inline void world_add_arrays(struct bpf_fix *f, u64 percpu)
{
	struct fix_array *a;

	a = fix_add_map(f, 1, BPF_MAP_TYPE_ARRAY, "f.bss", sizeof(*a) + 16);
	a->map.value_size = 16;
	a->map.max_entries = 1;
	a->map.btf_value_type_id = f->bss_type;
	fix_add_map(f, 2, BPF_MAP_TYPE_ARRAY, "numbers", sizeof(*a) + 4 * 8);
	a = fix_add_map(f, 3, BPF_MAP_TYPE_PERCPU_ARRAY, "stats", sizeof(*a) + 4 * 8);
	*(u64 *)a->value = percpu;
	a = fix_add_map(f, 4, BPF_MAP_TYPE_ARRAY_OF_MAPS, "outer", sizeof(*a) + 4 * 8);
	*(u64 *)a->value = fix_kva(f, a);
	a = fix_add_map(f, 5, BPF_MAP_TYPE_PROG_ARRAY, "tails", sizeof(*a) + 4 * 8);
}

static inline void world_add_hash(struct bpf_fix *f)
{
	struct fix_htab *h = fix_add_map(f, 6, BPF_MAP_TYPE_HASH, "by_pid", sizeof(*h));
	struct fix_bucket *b = fix_alloc(f, 2 * sizeof(*b));
	struct fix_elem *e = fix_alloc(f, 2 * 64);

	h->n_buckets = 2;
	h->buckets = fix_kva(f, b);
	b[0].first = fix_kva(f, e);
	b[1].first = 3;
	e->next = fix_kva(f, e) + 64;
	e = (void *)((u8 *)e + 64);
	e->next = 1;
}

static inline void world_add_storage(struct bpf_fix *f)
{
	struct fix_smap *map = fix_add_map(f, 7, BPF_MAP_TYPE_TASK_STORAGE, "ctx", sizeof(*map));
	struct fix_bucket *b = fix_alloc(f, 2 * sizeof(*b));
	struct fix_selem *e = fix_alloc(f, sizeof(*e) + 8);
	struct fix_task *task = fix_alloc(f, sizeof(*task));
	u64 *storage = fix_alloc(f, sizeof(*storage));

	map->bucket_log = 1;
	map->buckets = fix_kva(f, b);
	b->first = fix_kva(f, e);
	e->smap = fix_kva(f, map);
	e->local_storage = fix_kva(f, storage);
	*storage = fix_kva(f, task);
}

static inline void world_add_others(struct bpf_fix *f)
{
	struct fix_ringmap *ring = fix_add_map(f, 8, BPF_MAP_TYPE_RINGBUF, "events", sizeof(*ring));
	struct fix_stackmap *stacks =
		fix_add_map(f, 9, BPF_MAP_TYPE_STACK_TRACE, "stacks", sizeof(*stacks));
	struct fix_queue *q = fix_add_map(f, 10, BPF_MAP_TYPE_QUEUE, "pids", sizeof(*q));
	struct fix_opsmap *ops = fix_add_map(f, 11, BPF_MAP_TYPE_STRUCT_OPS, "ops", sizeof(*ops));
	struct fix_arena *arena = fix_add_map(f, 12, BPF_MAP_TYPE_ARENA, "arena", sizeof(*arena));

	ring->rb = fix_kva(f, fix_alloc(f, sizeof(struct fix_ring)));
	stacks->n_buckets = 4;
	stacks->buckets[1] = fix_kva(f, fix_alloc(f, sizeof(struct fix_trace)));
	q->size = 8;
	q->head = 5;
	ops->map.btf_vmlinux_value_type_id = f->ops_type;
	ops->map.value_size = sizeof(struct fix_ops_value);
	ops->uvalue = fix_kva(f, fix_alloc(f, sizeof(struct fix_ops_value)));
	arena->kern_vm = fix_kva(f, fix_alloc(f, 16));
}

static inline void world_add_prog(struct bpf_fix *f, u64 percpu)
{
	struct fix_prog *prog = fix_alloc(f, sizeof(*prog));
	struct fix_aux *aux = fix_alloc(f, sizeof(*aux));
	u32 *info = fix_alloc(f, 8);

	info[1] = f->func_type;
	aux->btf = fix_kva(f, f->types);
	aux->func_info = fix_kva(f, info);
	aux->func_info_cnt = 1;
	aux->st_ops = fix_kva(f, fix_alloc(f, 8));
	prog->aux = fix_kva(f, aux);
	prog->stats = percpu;
	f->progs->slots[1] = fix_kva(f, prog);
}

/**
 * bpf_world_add() - the maps, ids 1 to 12, and the program
 * @f: a guest without any
 * @percpu: a per-CPU pointer to memory that is there on each CPU
 */
static inline void bpf_world_add(struct bpf_fix *f, u64 percpu)
{
	world_add_arrays(f, percpu);
	world_add_hash(f);
	world_add_storage(f);
	world_add_others(f);
	world_add_prog(f, percpu);
}

#endif /* KTSTR_SELFTESTS_UNIT_BPF_WORLD_H */
