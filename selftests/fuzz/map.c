// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF maps and programs of a guest that has written what it likes over them:
 * trees, maps, buckets, elements, types.
 *
 * The input is stores to a sane guest's memory: 2 bytes of offset in words, 8
 * bytes of value. With the highest bit of the offset the value is an offset in
 * that memory, so that pointers which lead somewhere are found soon.
 */
#include "fuzz.h"
#include "host/inspect/bpf_progs.h"
#include "selftests/unit/bpf_fixture.h"
#include "selftests/unit/json_check.h"

#define TREE_BYTES (4U << 20)
#define WALK_NS	   (4 * NSEC_PER_MSEC)

/**
 * struct world - what is made once and used for every input
 * @f: the guest
 * @progs: where its programs are
 * @sane: its memory before the stores
 */
static struct world {
	struct bpf_fix *f;
	struct bpf_progs_layout progs;
	u8 *sane;
} *world;

static void add_arrays(struct bpf_fix *f)
{
	struct fix_array *a;

	a = fix_add_map(f, 1, BPF_MAP_TYPE_ARRAY, "f.bss", sizeof(*a) + 16);
	a->map.value_size = 16;
	a->map.max_entries = 1;
	a->map.btf_value_type_id = f->bss_type;
	fix_add_map(f, 2, BPF_MAP_TYPE_ARRAY, "numbers", sizeof(*a) + 4 * 8);
	a = fix_add_map(f, 3, BPF_MAP_TYPE_PERCPU_ARRAY, "stats", sizeof(*a) + 4 * 8);
	*(u64 *)a->value = FIX_RAM + 0x2000;
	a = fix_add_map(f, 4, BPF_MAP_TYPE_ARRAY_OF_MAPS, "outer", sizeof(*a) + 4 * 8);
	*(u64 *)a->value = fix_kva(f, a);
	a = fix_add_map(f, 5, BPF_MAP_TYPE_PROG_ARRAY, "tails", sizeof(*a) + 4 * 8);
}

static void add_hash(struct bpf_fix *f)
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

static void add_storage(struct bpf_fix *f)
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

static void add_others(struct bpf_fix *f)
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

static void add_prog(struct bpf_fix *f)
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
	prog->stats = FIX_RAM + 0x2000;
	f->progs->slots[1] = fix_kva(f, prog);
}

static void world_init(void)
{
	struct bpf_fix *f;

	if (world)
		return;
	world = calloc(1, sizeof(*world));
	f = fix_new(NULL);
	world->f = f;
	add_arrays(f);
	add_hash(f);
	add_storage(f);
	add_others(f);
	add_prog(f);
	FUZZ_ASSERT(bpf_progs_layout_init(&world->progs, &f->gk, f->btf, NULL) == 0);
	world->sane = malloc(f->used);
	memcpy(world->sane, f->ram, f->used);
}

static void store(struct bpf_fix *f, struct fuzz_in *in)
{
	u16 at = fuzz_u16(in);
	u64 value = fuzz_u64(in), words = f->used / sizeof(value);

	if (at & 0x8000)
		value = FIX_RAM + value % f->used;
	memcpy(f->ram + (at & 0x7fff) % words * sizeof(value), &value, sizeof(value));
}

static void walk(struct bpf_fix *f)
{
	struct value *root;

	/* What was kept is of the memory before. */
	guest_btf_free(f->btfs);
	f->btfs = guest_btf_new(&f->gk, f->btf, NULL);
	f->in.btfs = f->btfs;
	f->in.late = false;
	f->in.deadline_ns = mono_ns() + WALK_NS;
	f->in.tree = vtree_new(TREE_BYTES);
	FUZZ_ASSERT(f->btfs && f->in.tree);
	root = vtree_root(f->in.tree);
	bpf_maps_walk(&f->in, &f->l, value_add_array(f->in.tree, root, "maps"));
	bpf_progs_walk(&f->in, &world->progs, value_add_array(f->in.tree, root, "progs"));
	fix_raw_json(f, root);
	FUZZ_ASSERT(json_valid(f->json, strlen(f->json)));
	vtree_free(f->in.tree);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct fuzz_in in = { data, len };

	world_init();
	memcpy(world->f->ram, world->sane, world->f->used);
	while (in.len)
		store(world->f, &in);
	walk(world->f);
	return 0;
}
