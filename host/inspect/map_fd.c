// SPDX-License-Identifier: GPL-2.0-only
/* Arrays of kernel objects: programs, maps, events, cgroups, sockets, devices. */
#include <linux/bpf.h>
#include <string.h>

#include "host/kernel/guest_kernel.h"
#include "lib/util.h"
#include "map_walk.h"

/**
 * struct fd_kind - where a kind keeps its pointers
 * @type: BPF_MAP_TYPE_*
 * @indirect: the member is a pointer to them
 * @members: the map in its struct, and the pointers
 */
struct fd_kind {
	u32 type;
	bool indirect;
	struct bpf_member members[2];
};

#define FD_MEMBER(s, m, at) { s, m, offsetof(struct map_fd_layout, at), false }

/* Those on struct bpf_array. */
#define FD_ARRAY(type)                                                                            \
	{                                                                                         \
		BPF_MAP_TYPE_##type, false,                                                       \
		{                                                                                 \
			FD_MEMBER("bpf_array", "map", map), FD_MEMBER("bpf_array", "ptrs", slots) \
		}                                                                                 \
	}

/* kernel/bpf/{arraymap,devmap,cpumap,reuseport_array}.c, net/core/sock_map.c, xdp_sock.h */
static const struct fd_kind fd_kinds[MAP_FD_KINDS] = {
	FD_ARRAY(PROG_ARRAY),
	FD_ARRAY(PERF_EVENT_ARRAY),
	FD_ARRAY(CGROUP_ARRAY),
	FD_ARRAY(ARRAY_OF_MAPS),
	{ BPF_MAP_TYPE_DEVMAP,
	  true,
	  { FD_MEMBER("bpf_dtab", "map", map), FD_MEMBER("bpf_dtab", "netdev_map", slots) } },
	{ BPF_MAP_TYPE_SOCKMAP,
	  true,
	  { FD_MEMBER("bpf_stab", "map", map), FD_MEMBER("bpf_stab", "sks", slots) } },
	{ BPF_MAP_TYPE_CPUMAP,
	  true,
	  { FD_MEMBER("bpf_cpu_map", "map", map), FD_MEMBER("bpf_cpu_map", "cpu_map", slots) } },
	{ BPF_MAP_TYPE_XSKMAP,
	  false,
	  { FD_MEMBER("xsk_map", "map", map), FD_MEMBER("xsk_map", "xsk_map", slots) } },
	{ BPF_MAP_TYPE_REUSEPORT_SOCKARRAY,
	  false,
	  { FD_MEMBER("reuseport_array", "map", map),
	    FD_MEMBER("reuseport_array", "ptrs", slots) } },
};

#define OBJECT_MEMBER(s, m, at) { s, m, offsetof(struct map_objects_layout, at), false }

static const struct bpf_member object_members[] = {
	OBJECT_MEMBER("bpf_prog", "aux", prog_aux),
	OBJECT_MEMBER("bpf_prog_aux", "id", aux_id),
	OBJECT_MEMBER("bpf_prog_aux", "name", aux_name),
};

void map_fd_layout_init(struct map_layout *l, const struct kbtf *btf)
{
	u32 i;

	for (i = 0; i < MAP_FD_KINDS; i++)
		l->fd[i].missing = bpf_members_find(btf, fd_kinds[i].members,
						    ARRAY_SIZE(fd_kinds[i].members), &l->fd[i]);
	l->objects.missing =
		bpf_members_find(btf, object_members, ARRAY_SIZE(object_members), &l->objects);
}

static int find_kind(u32 type)
{
	u32 i;

	for (i = 0; i < MAP_FD_KINDS; i++)
		if (fd_kinds[i].type == type)
			return i;
	return -1;
}

const struct map_fd_layout *map_fd_layout(const struct map_layout *l, u32 type)
{
	int i = find_kind(type);

	return i < 0 ? NULL : &l->fd[i];
}

static void show_map(struct map_walk *w, struct value *to, u64 kva)
{
	struct bpf_map_view view;

	if (bpf_map_read(&w->l->obj, w->in->gk, kva, &view)) {
		map_walk_unmapped(w, to, "id", kva);
		return;
	}
	value_add_uint(w->in->tree, to, "id", view.own_id);
	value_add_text(w->in->tree, to, "name", view.name);
}

static void show_prog(struct map_walk *w, struct value *to, u64 kva)
{
	const struct map_objects_layout *l = &w->l->kinds.objects;
	char name[BPF_OBJ_NAME_LEN + 1] = "";
	u64 aux;
	u32 id;

	if (l->missing)
		return;
	if (gk_read_u64(w->in->gk, kva + l->prog_aux, &aux) ||
	    gk_read_u32(w->in->gk, aux + l->aux_id, &id) ||
	    gk_read(w->in->gk, aux + l->aux_name, name, BPF_OBJ_NAME_LEN)) {
		map_walk_unmapped(w, to, "id", kva);
		return;
	}
	value_add_uint(w->in->tree, to, "id", id);
	value_add_text(w->in->tree, to, "name", name);
}

void map_walk_object(struct map_walk *w, struct value *to, u64 ptr)
{
	value_add_hex(w->in->tree, to, "ptr", ptr);
	switch (w->map->type) {
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		show_map(w, to, ptr);
		break;
	case BPF_MAP_TYPE_PROG_ARRAY:
		show_prog(w, to, ptr);
		break;
	}
}

/* Return: slots that were looked at. */
static u32 walk_slots(struct map_walk *w, struct value *entries, u64 slots, u32 nr, u32 *used)
{
	u32 i, j, n, shown = 0;
	u64 ptrs[256];

	for (i = 0; i < nr; i += n) {
		n = min_t(u32, nr - i, ARRAY_SIZE(ptrs));
		if (map_walk_stop(w, 0))
			return i;
		if (gk_read(w->in->gk, slots + i * sizeof(ptrs[0]), ptrs, n * sizeof(ptrs[0]))) {
			w->loss.unreadable += n;
			continue;
		}
		for (j = 0; j < n; j++) {
			struct value *entry;

			if (!ptrs[j])
				continue;
			(*used)++;
			if (shown == BPF_FD_ENTRIES_MAX || map_walk_stop(w, 0))
				continue;
			shown++;
			entry = value_add_struct(w->in->tree, entries, NULL);
			value_add_uint(w->in->tree, entry, "index", i + j);
			map_walk_object(w, entry, ptrs[j]);
		}
	}
	return nr;
}

void map_fd_walk(struct map_walk *w)
{
	int kind = find_kind(w->map->type);
	const struct map_fd_layout *l = &w->l->kinds.fd[kind];
	u32 nr = min_t(u32, w->map->max_entries, BPF_FD_SLOTS_MAX);
	u64 slots = w->map->kva - l->map + l->slots;
	struct value *entries;
	u32 looked, used = 0;
	u64 shown;

	if (fd_kinds[kind].indirect && gk_read_u64(w->in->gk, slots, &slots)) {
		map_walk_unmapped(w, w->node, "entries", slots);
		return;
	}
	entries = value_add_array(w->in->tree, w->node, "entries");
	looked = walk_slots(w, entries, slots, nr, &used);
	shown = value_count(entries);
	if (shown < used)
		value_cut(entries, used, shown);
	/* How many of the rest are in use is not known. */
	if (looked < w->map->max_entries)
		value_add_uint(w->in->tree, w->node, "slots_looked_at", looked);
}
