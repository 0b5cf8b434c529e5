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
#include "selftests/unit/bpf_world.h"
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

static void world_init(void)
{
	struct bpf_fix *f;

	if (world)
		return;
	world = calloc(1, sizeof(*world));
	f = fix_new(NULL);
	world->f = f;
	bpf_world_add(f, FIX_RAM + 0x2000);
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
