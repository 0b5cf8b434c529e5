// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf_maps.h"
#include "host/kernel/guest_btf.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "host/inspect/render.h"
#include "lib/util.h"
#include "map_walk.h"

/* Room that most values need; larger ones let it grow. */
#define ROOM_MIN 65536
/* Steps between two looks at the clock. */
#define STEPS_PER_LOOK 64

/**
 * struct kind - how a kind of map is walked
 * @type: BPF_MAP_TYPE_*
 * @walk: shows its elements
 * @missing: of the kind in struct map_layout
 */
struct kind {
	u32 type;
	void (*walk)(struct map_walk *w);
	size_t missing;
};

#define KIND(type, walk, layout) \
	{ BPF_MAP_TYPE_##type, map_##walk##_walk, offsetof(struct map_layout, layout) }

/* "missing" is the first member of every layout. */
static const struct kind kinds[] = {
	KIND(ARRAY, array, array),	  KIND(PERCPU_ARRAY, percpu_array, array),
	KIND(HASH, hash, hash),		  KIND(LRU_HASH, hash, hash),
	KIND(PERCPU_HASH, hash, hash),	  KIND(LRU_PERCPU_HASH, hash, hash),
	KIND(HASH_OF_MAPS, hash, hash),	  KIND(TASK_STORAGE, local, local),
	KIND(CGRP_STORAGE, local, local), KIND(INODE_STORAGE, local, local),
	KIND(SK_STORAGE, local, local),	  KIND(RINGBUF, ring, ring),
	KIND(USER_RINGBUF, ring, ring),	  KIND(STACK_TRACE, stack, stack),
	KIND(QUEUE, queue, queue),	  KIND(STACK, queue, queue),
	KIND(STRUCT_OPS, ops, ops),	  KIND(ARENA, arena, arena),
};

/* Why the others are not shown: what a scheduler has no use for. */
static const struct {
	u32 type;
	const char *reason;
} others[] = {
	{ BPF_MAP_TYPE_LPM_TRIE, "prefix tries are not walked" },
	{ BPF_MAP_TYPE_SOCKHASH, "sockets by key are not walked" },
	{ BPF_MAP_TYPE_DEVMAP_HASH, "network devices by key are not walked" },
	{ BPF_MAP_TYPE_CGROUP_STORAGE, "storage of an attached program is not walked" },
	{ BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, "storage of an attached program is not walked" },
	{ BPF_MAP_TYPE_BLOOM_FILTER, "a Bloom filter does not keep its elements" },
	{ BPF_MAP_TYPE_INSN_ARRAY, "addresses of instructions are not shown" },
	{ BPF_MAP_TYPE_RHASH, "resizable hashes are not walked" },
};

int bpf_maps_layout_init(struct bpf_maps_layout *l, const struct guest_kernel *gk,
			 const struct kbtf *btf, struct ktstr_err *err)
{
	int ret;

	memset(l, 0, sizeof(*l));
	ret = bpf_obj_layout_init(&l->obj, gk, btf, err);
	if (!ret && !l->obj.map_idr)
		ret = ktstr_err_set(err, -EOPNOTSUPP, "this kernel has no symbol map_idr");
	if (ret)
		return ret;
	map_array_layout_init(&l->kinds.array, btf);
	map_hash_layout_init(&l->kinds.hash, btf);
	map_local_layout_init(&l->kinds.local, btf);
	map_fd_layout_init(&l->kinds, btf);
	map_misc_layout_init(&l->kinds, btf);
	map_ops_layout_init(&l->kinds.ops, btf);
	return 0;
}

size_t map_walk_room(struct map_walk *w, u64 bytes)
{
	size_t want = min_t(u64, bytes, BPF_VALUE_MAX);
	u8 *buf;

	if (want <= w->room)
		return want;
	buf = realloc(w->buf, want);
	if (!buf)
		return w->room;
	w->buf = buf;
	w->room = want;
	return want;
}

bool map_walk_stop(struct map_walk *w, u64 bytes)
{
	w->bytes += min_t(u64, bytes, BPF_VALUE_MAX);
	if (w->bytes > BPF_MAP_BYTES_MAX || vtree_full(w->in->tree))
		w->loss.full = true;
	if (w->steps++ % STEPS_PER_LOOK == 0 && insp_late(w->in))
		w->loss.late = true;
	return w->loss.full || w->loss.late;
}

static void add_raw(struct map_walk *w, struct value *to, const char *name, const void *data,
		    size_t len)
{
	if (!w->in->raw)
		return;
	if (!name)
		value_add_bytes(w->in->tree, w->values_raw, NULL, data, len);
	else if (strcmp(name, "key") == 0)
		value_add_bytes(w->in->tree, to, "key_raw", data, len);
	else if (strcmp(name, "value") == 0)
		value_add_bytes(w->in->tree, to, "value_raw", data, len);
}

void map_walk_render(struct map_walk *w, struct value *to, const char *name,
		     const struct map_type *type, const void *data, size_t len, u64 size)
{
	struct vtree *t = w->in->tree;
	struct value *all;

	add_raw(w, to, name, data, len);
	if (type->id || len >= size) {
		value_render(t, to, name, w->l->env, type->id ? type->btf : w->in->btf, type->id,
			     data, len);
		return;
	}
	/* Bytes of no type do not know how many they should be. */
	all = value_add_struct(t, to, name);
	value_render(t, all, "bytes", NULL, w->in->btf, 0, data, len);
	value_unsupported(t, all, "rest", "%zu of %llu bytes are shown", len,
			  (unsigned long long)size);
}

void map_walk_unmapped(struct map_walk *w, struct value *to, const char *name, u64 kva)
{
	w->loss.unreadable++;
	value_unsupported(w->in->tree, to, name, "0x%llx is not mapped", (unsigned long long)kva);
}

void map_walk_value(struct map_walk *w, struct value *to, const char *name,
		    const struct map_type *type, u64 kva, u32 size)
{
	size_t len = map_walk_room(w, min_t(u32, size, BPF_VALUE_MAX));
	u64 fault;

	if (gk_read(w->in->gk, kva, w->buf, len) &&
	    gk_read_fault(w->in->gk, kva, w->buf, len, &fault)) {
		if (fault - kva == 0 || fault - kva > len) {
			map_walk_unmapped(w, to, name, kva);
			return;
		}
		len = fault - kva;
		w->loss.unreadable++;
	}
	map_walk_render(w, to, name, type, w->buf, len, size);
}

static void show_of_cpu(struct map_walk *w, struct value *values, u64 pptr, u32 cpu)
{
	u64 kva;

	if (gk_percpu(w->in->gk, pptr, cpu, &kva)) {
		w->loss.unreadable++;
		value_unsupported(w->in->tree, values, NULL, "there is no address for CPU %u", cpu);
	} else {
		map_walk_value(w, values, NULL, &w->value, kva, w->map->value_size);
	}
	/* CPUs are told by their place. */
	if (w->values_raw && value_count(w->values_raw) == cpu)
		value_add_null(w->in->tree, w->values_raw, NULL);
}

void map_walk_percpu(struct map_walk *w, struct value *to, u64 pptr)
{
	struct value *values = value_add_array(w->in->tree, to, "values");
	u32 cpu;

	w->values_raw = w->in->raw ? value_add_array(w->in->tree, to, "values_raw") : NULL;
	for (cpu = 0; cpu < w->in->nr_cpus; cpu++) {
		if (map_walk_stop(w, w->map->value_size)) {
			value_cut(values, w->in->nr_cpus, cpu);
			return;
		}
		show_of_cpu(w, values, pptr, cpu);
	}
}

static const char *no_types(struct map_walk *w, struct ktstr_err *err)
{
	if (!w->map->btf)
		return "the map came without types";
	if (!w->in->btfs)
		return "types of BPF objects are not loaded";
	w->own = guest_btf_get(w->in->btfs, w->map->btf, err);
	return w->own ? NULL : ktstr_err_msg(err);
}

/* Types by bpf_map_seq_show_elem()'s rules: the map's, for a struct_ops the kernel's. */
static void find_types(struct map_walk *w)
{
	struct ktstr_err err = {};
	const char *why = no_types(w, &err);

	if (w->own) {
		w->key = (struct map_type){ w->own, w->map->key_type };
		w->value = (struct map_type){ w->own, w->map->value_type };
	}
	if (!w->value.id && w->map->vmlinux_type)
		w->value = (struct map_type){ w->in->btf, w->map->vmlinux_type };
	if (why && !w->value.id)
		value_add_text(w->in->tree, w->node, "btf_unavailable", why);
}

static void add_type_name(struct map_walk *w)
{
	static const char prefix[] = "BPF_MAP_TYPE_";
	const char *name = kbtf_enum_name(w->in->btf, "bpf_map_type", w->map->type);

	if (name && strncmp(name, prefix, sizeof(prefix) - 1) == 0)
		name += sizeof(prefix) - 1;
	value_add_text(w->in->tree, w->node, "type_name", name ?: "unknown");
}

static void add_header(struct map_walk *w)
{
	const struct bpf_map_view *m = w->map;
	struct vtree *t = w->in->tree;

	value_add_uint(t, w->node, "id", m->id);
	value_add_text(t, w->node, "name", m->name);
	value_add_uint(t, w->node, "type", m->type);
	add_type_name(w);
	value_add_hex(t, w->node, "kva", m->kva);
	value_add_hex(t, w->node, "flags", m->flags);
	value_add_uint(t, w->node, "key_size", m->key_size);
	value_add_uint(t, w->node, "value_size", m->value_size);
	value_add_uint(t, w->node, "max_entries", m->max_entries);
	value_add_bool(t, w->node, "frozen", m->frozen);
	if (m->own_id != m->id)
		value_add_uint(t, w->node, "own_id", m->own_id);
}

static void add_loss(struct map_walk *w)
{
	const struct map_loss *loss = &w->loss;
	char text[256] = "";
	size_t used = 0;

	if (loss->unreadable)
		used += snprintf(text, sizeof(text), "unreadable elements: %llu; ",
				 (unsigned long long)loss->unreadable);
	if (loss->loops)
		used += snprintf(text + used, sizeof(text) - used, "chains without an end: %llu; ",
				 (unsigned long long)loss->loops);
	if (loss->foreign)
		used += snprintf(text + used, sizeof(text) - used,
				 "elements of another map or bucket: %llu; ",
				 (unsigned long long)loss->foreign);
	if (loss->late)
		used += snprintf(text + used, sizeof(text) - used, "the walk took too long; ");
	if (loss->full)
		used += snprintf(text + used, sizeof(text) - used,
				 "there was no room for the rest; ");
	if (used < 2)
		return;
	text[used - 2] = '\0';
	value_add_text(w->in->tree, w->node, "incomplete", text);
	vtree_gap(w->in->tree);
}

static void unsupported(struct map_walk *w)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		if (others[i].type == w->map->type) {
			value_unsupported(w->in->tree, w->node, "entries", "%s", others[i].reason);
			return;
		}
	}
	value_unsupported(w->in->tree, w->node, "entries", "maps of type %u are not known",
			  w->map->type);
}

static const struct bpf_member *find_kind(const struct map_layout *l, u32 type,
					  void (**walk)(struct map_walk *w))
{
	const struct map_fd_layout *fd = map_fd_layout(l, type);
	u32 i;

	*walk = NULL;
	if (fd) {
		*walk = map_fd_walk;
		return fd->missing;
	}
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].type == type) {
			*walk = kinds[i].walk;
			return *(const struct bpf_member **)((char *)l + kinds[i].missing);
		}
	}
	return NULL;
}

static void walk_kind(struct map_walk *w)
{
	const struct bpf_member *missing;
	void (*walk)(struct map_walk *w);

	missing = find_kind(&w->l->kinds, w->map->type, &walk);
	if (!walk) {
		unsupported(w);
	} else if (missing) {
		value_unsupported(w->in->tree, w->node, "entries",
				  "this kernel's types have no %s.%s", missing->type,
				  missing->member);
	} else {
		find_types(w);
		walk(w);
	}
}

/* What is kept from map to map: the buffer. */
static struct value *walk_map(struct map_walk *w, const struct bpf_map_view *map, struct value *to)
{
	*w = (struct map_walk){ .in = w->in, .l = w->l, .buf = w->buf, .room = w->room };
	w->map = map;
	w->node = value_add_struct(w->in->tree, to, NULL);
	if (!w->node)
		return NULL;
	add_header(w);
	walk_kind(w);
	add_loss(w);
	return w->node;
}

static int begin(struct map_walk *w, struct insp *in, const struct bpf_maps_layout *l)
{
	*w = (struct map_walk){ .in = in, .l = l };
	w->buf = malloc(ROOM_MIN);
	w->room = w->buf ? ROOM_MIN : 0;
	return w->buf ? 0 : -ENOMEM;
}

struct value *bpf_map_walk_one(struct insp *in, const struct bpf_maps_layout *l,
			       const struct bpf_map_view *map, struct value *to)
{
	struct value *node = NULL;
	struct map_walk w;

	if (begin(&w, in, l) == 0)
		node = walk_map(&w, map, to);
	free(w.buf);
	return node;
}

/**
 * struct maps_walk - all of them
 * @w: the one under way
 * @to: where they go
 * @heads: only what each is, not what is in it
 * @left_out: because it took too long
 */
struct maps_walk {
	struct map_walk w;
	struct value *to;
	bool heads;
	u64 left_out;
};

static void add_head(struct maps_walk *all, const struct bpf_map_view *map)
{
	all->w.map = map;
	all->w.node = value_add_struct(all->w.in->tree, all->to, NULL);
	add_header(&all->w);
}

static int walk_next(void *ctx, const struct bpf_map_view *map, bool readable)
{
	struct maps_walk *all = ctx;
	struct insp *in = all->w.in;
	struct value *node;

	if (insp_late(in) || vtree_full(in->tree)) {
		all->left_out++;
		return 0;
	}
	if (readable && all->heads) {
		add_head(all, map);
		return 0;
	}
	if (readable) {
		walk_map(&all->w, map, all->to);
		return 0;
	}
	node = value_add_struct(in->tree, all->to, NULL);
	value_add_uint(in->tree, node, "id", map->id);
	value_add_hex(in->tree, node, "kva", map->kva);
	value_unsupported(in->tree, node, "entries", "0x%llx is not mapped",
			  (unsigned long long)map->kva);
	return 0;
}

static void walk_all(struct insp *in, const struct bpf_maps_layout *l, bool heads, struct value *to)
{
	struct maps_walk all = { .to = to, .heads = heads };
	u64 had;
	int ret;

	if (begin(&all.w, in, l)) {
		value_unsupported(in->tree, to, NULL, "no memory for the values of maps");
		return;
	}
	ret = bpf_map_for_each(&l->obj, in->gk, walk_next, &all);
	if (ret)
		value_unsupported(in->tree, to, NULL, "map_idr could not be read to its end: %s",
				  strerror(-ret));
	had = value_count(to);
	if (all.left_out)
		value_cut(to, had + all.left_out, had);
	free(all.w.buf);
}

void bpf_maps_walk(struct insp *in, const struct bpf_maps_layout *l, struct value *to)
{
	walk_all(in, l, false, to);
}

void bpf_maps_list(struct insp *in, const struct bpf_maps_layout *l, struct value *to)
{
	walk_all(in, l, true, to);
}

int bpf_map_find(const struct insp *in, const struct bpf_maps_layout *l, const char *name,
		 struct bpf_map_view *map, struct ktstr_err *err)
{
	return bpf_obj_find_map(&l->obj, in->gk, name, map, err);
}

struct warm {
	struct insp *in;
	u32 nr;
};

static int warm_map(void *ctx, const struct bpf_map_view *map, bool readable)
{
	struct warm *w = ctx;

	w->nr++;
	if (readable && map->btf)
		guest_btf_get(w->in->btfs, map->btf, NULL);
	return 0;
}

u32 bpf_maps_warm(struct insp *in, const struct bpf_maps_layout *l)
{
	struct warm w = { .in = in };

	if (in->btfs)
		bpf_map_for_each(&l->obj, in->gk, warm_map, &w);
	return w.nr;
}
