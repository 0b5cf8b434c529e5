// SPDX-License-Identifier: GPL-2.0-only
/*
 * An allocator's tree in an arena, or the types it is found by, of a guest that
 * has written what it likes there.
 *
 * The first byte chooses. 0: the rest is BTF of a BPF object. Else the rest is
 * stores to an arena: 2 bytes of offset in words, 8 bytes of value; the words
 * elem_size and root of the allocator follow those of the arena.
 */
#include <json_writer.h>

#include "fuzz.h"
#include "selftests/unit/sdt_fixture.h"
#include "host/inspect/render.h"
#include "host/inspect/value.h"
#include "host/inspect/value_json.h"

#define ARENA_WORDS 6144
#define TREE_BYTES  (4U << 20)
#define WALK_NS	    (2 * NSEC_PER_MSEC)

/**
 * struct world - what is made once and used for every input
 * @gk: memory of the arena
 * @btf: types of a sane object
 * @layout: its allocator
 * @words: the arena, then the allocator's elem_size and root
 * @index: of its objects
 * @arena: where it is
 */
static struct world {
	struct guest_kernel gk;
	struct kbtf *btf;
	struct sdt_layout layout;
	u64 words[ARENA_WORDS + 2];
	struct sdt_index *index;
	struct arena arena;
} *world;

static void world_init(void)
{
	if (world)
		return;
	world = calloc(1, sizeof(*world));
	world->btf = fake_sdt_btf(&fake_sdt_default);
	world->index = sdt_index_new();
	FUZZ_ASSERT(sdt_layout_init(&world->layout, world->btf, NULL) == 0);
	world->arena = (struct arena){ SDT_KERN, SDT_USER, 1 << 10, 4096 };
	fake_map(&world->gk, SDT_KERN + (SDT_USER & 0xffffffff), world->words,
		 ARENA_WORDS * sizeof(u64));
}

static void show(const struct value *v)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	json_writer_t *w = jsonw_new(out);

	value_json(w, v);
	jsonw_destroy(&w);
	fclose(out);
	free(text);
}

static void walk(const struct sdt_layout *l)
{
	struct sdt_resolver r = {
		.gk = &world->gk, .index = world->index, .arenas = &world->arena, .nr_arenas = 1
	};
	struct render_env env = { .resolve = sdt_resolve, .ctx = &r, .chase = 4 };
	struct insp in = { .gk = &world->gk, .tree = vtree_new(TREE_BYTES) };
	struct fake_allocator bss[8] = {};
	struct sdt_alloc_src src = { .l = l, .arena = &world->arena, .env = &env };
	struct value *to = value_add_array(in.tree, vtree_root(in.tree), "sdt_allocations");
	u32 i;

	sdt_index_reset(world->index);
	src.data = bss;
	src.len = sizeof(bss);
	in.deadline_ns = mono_ns() + WALK_NS;
	for (i = 0; i < l->nr; i++) {
		if (l->at[i].offset < sizeof(bss) - sizeof(bss[0])) {
			struct fake_allocator a = { .elem_size = world->words[ARENA_WORDS],
						    .root = world->words[ARENA_WORDS + 1] };

			memcpy((u8 *)bss + l->at[i].offset, &a, sizeof(a));
		}
		src.section = l->at[i].section;
		sdt_alloc_walk(&in, &src, to, world->index);
	}
	FUZZ_ASSERT(sdt_index_count(world->index) <= SDT_SLOTS_MAX);
	show(to);
	vtree_free(in.tree);
}

static void types(const u8 *data, size_t size)
{
	struct kbtf *btf = kbtf_from_raw(data, size, NULL, NULL);
	struct sdt_layout l;
	struct sdt_type type;
	u64 bytes;

	if (!btf)
		return;
	if (sdt_layout_init(&l, btf, NULL) == 0) {
		for (bytes = 0; bytes < 128; bytes += 8)
			sdt_payload_type(btf, &l.at[0].o, bytes, &type);
		walk(&l);
	}
	kbtf_free(btf);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct fuzz_in in = { data, len };
	u16 at;

	world_init();
	memset(world->words, 0, sizeof(world->words));
	if (fuzz_u8(&in)) {
		while (in.len) {
			at = fuzz_u16(&in) % ARRAY_SIZE(world->words);
			world->words[at] = fuzz_u64(&in);
		}
		walk(&world->layout);
	} else {
		types(in.p, in.len);
	}
	return 0;
}
