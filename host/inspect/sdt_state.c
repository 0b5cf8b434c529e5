// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/inspect/insp.h"
#include "host/inspect/sdt_state.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_btf.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"

int sdt_state_init(struct sdt_state *s, const struct guest_kernel *gk, const struct kbtf *btf,
		   struct ktstr_err *err)
{
	int ret;

	memset(s, 0, sizeof(*s));
	ret = bpf_obj_layout_init(&s->obj, gk, btf, err);
	if (!ret)
		ret = arena_layout_init(&s->arena, btf, err);
	if (!ret)
		ret = kmember_need(btf, "bpf_prog", "aux", &s->prog_aux, err);
	if (!ret)
		ret = kmember_need(btf, "bpf_prog_aux", "btf", &s->aux_btf, err);
	if (!ret)
		ret = kmember_need(btf, "bpf_prog_aux", "arena", &s->aux_arena, err);
	if (!ret)
		ret = kmember_need(btf, "bpf_array", "map", &s->array_map, err);
	if (!ret)
		ret = kmember_need(btf, "bpf_array", "value", &s->array_value, err);
	if (ret)
		return ret;
	s->index = sdt_index_new();
	s->section = malloc(SDT_SECTION_MAX);
	if (!s->index || !s->section)
		return ktstr_err_set(err, -ENOMEM, "no memory for an index of arena objects");
	s->resolver.gk = gk;
	s->resolver.index = s->index;
	s->resolver.arenas = s->arenas;
	s->env = (struct render_env){
		.gk = gk,
		.resolve = sdt_resolve,
		.ctx = &s->resolver,
		.chase = RENDER_CHASE_MAX,
	};
	return 0;
}

void sdt_state_free(struct sdt_state *s)
{
	sdt_index_free(s->index);
	free(s->section);
	s->index = NULL;
	s->section = NULL;
}

static struct sdt_object *find_object(struct sdt_state *s, u64 btf_kva)
{
	u32 i;

	for (i = 0; i < s->nr; i++)
		if (s->objects[i].btf_kva == btf_kva)
			return &s->objects[i];
	return NULL;
}

/**
 * struct warming - sdt_state_warm() at work
 * @s: the state
 * @in: the guest
 */
struct warming {
	struct sdt_state *s;
	struct insp *in;
};

static int warm_prog(void *ctx, u64 id, u64 prog)
{
	struct warming *w = ctx;
	struct sdt_state *s = w->s;
	const struct guest_kernel *gk = w->in->gk;
	const struct kbtf *btf;
	struct sdt_object *o;
	u64 aux, kva, arena;

	if (gk_read_u64(gk, prog + s->prog_aux, &aux) || !aux ||
	    gk_read_u64(gk, aux + s->aux_arena, &arena) || !arena ||
	    gk_read_u64(gk, aux + s->aux_btf, &kva) || !kva || find_object(s, kva))
		return 0;
	if (s->nr == SDT_OBJECTS_MAX) {
		s->dropped++;
		return 0;
	}
	btf = guest_btf_get(w->in->btfs, kva, NULL);
	if (!btf)
		return 0;
	o = &s->objects[s->nr++];
	o->btf_kva = kva;
	/* a struct bpf_arena begins with its struct bpf_map, see kernel/bpf/arena.c */
	o->arena_kva = arena + s->arena.map;
	/* no allocator is no error: the arena counts for pointers all the same */
	if (sdt_layout_init(&o->layout, btf, NULL))
		o->layout.nr = 0;
	return 0;
}

void sdt_state_warm(struct sdt_state *s, struct insp *in)
{
	struct warming w = { s, in };

	s->nr = 0;
	s->dropped = 0;
	if (in->btfs)
		bpf_prog_for_each(&s->obj, in->gk, warm_prog, &w);
}

/**
 * struct walking - sdt_state_walk() at work
 * @s: the state
 * @in: the guest
 * @to: where to
 */
struct walking {
	struct sdt_state *s;
	struct insp *in;
	struct value *to;
};

/* The kernel's array of one element, whose value is a whole data section. */
static int walk_map(void *ctx, const struct bpf_map_view *map, bool readable)
{
	struct walking *w = ctx;
	struct sdt_alloc_src src = { .section = map->value_type, .env = &w->s->env };
	struct sdt_object *o;
	u64 kva;

	if (!readable || map->type != BPF_MAP_TYPE_ARRAY || map->max_entries != 1 || !map->btf)
		return insp_late(w->in);
	o = find_object(w->s, map->btf);
	if (!o || !o->layout.nr || map->value_size > SDT_SECTION_MAX)
		return 0;
	kva = map->kva - w->s->array_map + w->s->array_value;
	src.l = &o->layout;
	src.arena = &w->s->arenas[o - w->s->objects];
	if (!src.arena->max_pages)
		src.arena = NULL;
	src.data = w->s->section;
	src.len = map->value_size;
	if (!gk_read(w->in->gk, kva, w->s->section, src.len))
		sdt_alloc_walk(w->in, &src, w->to, w->s->index);
	return insp_late(w->in);
}

void sdt_state_walk(struct sdt_state *s, struct insp *in, struct value *to)
{
	struct walking w = { s, in, to };
	struct ktstr_err err = { "" };
	u32 i;

	sdt_index_reset(s->index);
	s->resolver.nr_arenas = s->nr;
	for (i = 0; i < s->nr; i++) {
		if (!arena_get(&s->arena, in->gk, s->objects[i].arena_kva, &s->arenas[i], &err))
			continue;
		s->arenas[i] = (struct arena){ 0 };
		value_unsupported(in->tree, to, NULL, "%s", err.msg);
	}
	bpf_map_for_each(&s->obj, in->gk, walk_map, &w);
	if (s->dropped)
		value_unsupported(in->tree, to, NULL, "%u more BPF objects with an arena",
				  s->dropped);
}
