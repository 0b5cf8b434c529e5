// SPDX-License-Identifier: GPL-2.0-only
/*
 * The allocator of scx_sdt with as many objects as are ever shown. Its tree in the
 * image has some 1,100, in three leaves; further places of the descriptor above
 * them get the same leaves once more, so that the walk finds 4,096. Memory, page
 * tables and descriptors are the guest's own.
 *
 * A payload is rendered by its type: in the scheduler's own types it is ambiguous,
 * so here there is only the right one.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/dump.h"
#include "bench/figure.h"
#include "host/inspect/guest_state.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"

#define TREE_MAX (16U << 20)
/* Leaves that are full whenever there are 1,024 tasks. */
#define FULL_LEAVES 2

/**
 * struct sdt_bench - one allocator, apart from its scheduler
 * @state: walks of the guest
 * @layout: the allocator, with the payload's type
 * @section: the data section it is in
 * @len: bytes of that
 * @src: all of it
 */
struct sdt_bench {
	struct guest_state *state;
	struct sdt_layout layout;
	u8 section[4096];
	size_t len;
	struct sdt_alloc_src src;
};

/* struct scx_stats of tools/sched_ext/scx_sdt.bpf.c */
static struct kbtf *payload_types(void)
{
	static const char *const counters[] = { "enqueue", "exit", "init", "select_busy_cpu",
						"select_idle_cpu" };
	struct btf *btf = btf__new_empty();
	int s32_id = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int u64_id = btf__add_int(btf, "unsigned long long", 8, 0);
	struct kbtf *types;
	const void *raw;
	u32 i, len;

	btf__add_struct(btf, "scx_stats", 48);
	btf__add_field(btf, "seq", s32_id, 0, 0);
	btf__add_field(btf, "pid", s32_id, 32, 0);
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		btf__add_field(btf, counters[i], u64_id, 64 + i * 64, 0);
	raw = btf__raw_data(btf, &len);
	types = raw ? kbtf_from_raw(raw, len, NULL, NULL) : NULL;
	btf__free(btf);
	return types;
}

static int find_section(void *ctx, const struct bpf_map_view *map, bool readable)
{
	struct sdt_bench *s = ctx;
	const struct sdt_state *sdt = &s->state->sdt;
	u64 kva = map->kva - sdt->array_map + sdt->array_value;

	if (!readable || map->btf != sdt->objects[0].btf_kva || map->max_entries != 1 ||
	    map->value_type != s->layout.at[0].section || map->value_size > sizeof(s->section) ||
	    gk_read(s->state->gk, kva, s->section, map->value_size))
		return 0;
	s->len = map->value_size;
	return 1;
}

/* What a descriptor or a chunk has at an offset. */
static int pointer(const struct sdt_bench *s, u64 ptr, u32 offset, u64 *to)
{
	return gk_read_u64(s->state->gk, arena_kva(s->src.arena, ptr) + offset, to);
}

/* The chunk of pointers to leaves: that of the root's first child. */
static int find_leaves(const struct sdt_bench *s, u64 *chunk)
{
	const struct sdt_offsets *o = &s->layout.at[0].o;
	u64 root, middle;

	memcpy(&root, s->section + s->layout.at[0].offset + o->root, sizeof(root));
	if (pointer(s, root, o->chunk, chunk) || pointer(s, *chunk, o->slots, &middle))
		return -EFAULT;
	return pointer(s, middle, o->chunk, chunk);
}

static int repeat_leaves(const struct sdt_bench *s, struct ktstr_err *err)
{
	const struct sdt_offsets *o = &s->layout.at[0].o;
	u64 chunk, leaf, kva;
	u32 i;
	int ret;

	ret = find_leaves(s, &chunk);
	for (i = FULL_LEAVES; !ret && i < SDT_ENTRIES_MAX / SDT_ENTS * 2; i++) {
		ret = pointer(s, chunk, o->slots + i % FULL_LEAVES * sizeof(leaf), &leaf);
		kva = arena_kva(s->src.arena, chunk) + o->slots + i * sizeof(leaf);
		if (!ret)
			ret = gk_write(s->state->gk, kva, &leaf, sizeof(leaf));
	}
	return ret ? ktstr_err_set(err, ret, "the allocator's tree is not whole") : 0;
}

static int round_once(struct sdt_bench *s, double *ms, struct ktstr_err *err)
{
	struct vtree *t = vtree_new(TREE_MAX);
	const struct value *entries;
	int ret = 0;

	if (!t)
		return ktstr_err_set(err, -ENOMEM, "no memory");
	figure_cold_caches();
	*ms = figure_cpu_ms();
	gk_cache_begin(s->state->gk);
	s->state->in.tree = t;
	sdt_index_reset(s->state->sdt.index);
	sdt_alloc_walk(&s->state->in, &s->src, value_add_array(t, vtree_root(t), "sdt"),
		       s->state->sdt.index);
	gk_cache_end(s->state->gk);
	*ms = figure_cpu_ms() - *ms;
	s->state->in.tree = NULL;
	entries = value_get(vtree_root(t), "sdt[0].entries", err);
	if (!entries)
		ret = -errno;
	else if (vtree_full(t) || value_count(entries) != SDT_ENTRIES_MAX ||
		 !value_get(entries, "[4095].payload.select_idle_cpu", err))
		ret = ktstr_err_set(err, -ENODATA, "%llu objects were rendered, not %u",
				    (unsigned long long)value_count(entries), SDT_ENTRIES_MAX);
	vtree_free(t);
	return ret;
}

static int setup(struct sdt_bench *s, const struct dump_bench *b, struct ktstr_err *err)
{
	s->state = b->g->state;
	s->layout = s->state->sdt.objects[0].layout;
	bpf_map_for_each(&s->state->sdt.obj, b->g->gk, find_section, s);
	if (!s->len)
		return ktstr_err_set(err, -ENODATA, "the allocator is in no map");
	s->layout.btf = payload_types();
	s->layout.at[0].o.nr_own = 0;
	if (!s->layout.btf)
		return ktstr_err_set(err, -ENOMEM, "no types for the payload");
	s->src = (struct sdt_alloc_src){
		.l = &s->layout,
		.section = s->layout.at[0].section,
		.data = s->section,
		.len = s->len,
		.arena = &s->state->sdt.arenas[0],
		.env = &s->state->sdt.env,
	};
	return repeat_leaves(s, err);
}

int bench_sdt(const struct dump_bench *b, struct ktstr_err *err)
{
	struct sdt_bench *s = calloc(1, sizeof(*s));
	double ms[DUMP_ROUNDS];
	int i, ret;

	if (!s)
		return ktstr_err_set(err, -ENOMEM, "no memory");
	ret = setup(s, b, err);
	for (i = 0; i < DUMP_ROUNDS && !ret; i++)
		ret = round_once(s, &ms[i], err);
	if (!ret)
		figure_print("sdt.walk_ms", "ms", ms, DUMP_ROUNDS, 0, "<=20");
	kbtf_free((struct kbtf *)s->layout.btf);
	free(s);
	return ret;
}
