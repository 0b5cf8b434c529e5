// SPDX-License-Identifier: GPL-2.0-only
/* Storage of tasks, cgroups, inodes and sockets, kernel/bpf/bpf_local_storage.c. */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "host/inspect/klist.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"
#include "map_walk.h"

/* bpf_local_storage_map_alloc() makes one for every possible CPU, rounded up. */
#define BUCKET_LOG_MAX 16
#define TASK_COMM_LEN  16
/* NAME_MAX of a directory; longer names are cut. */
#define NODE_NAME_MAX 256
/* Elements that are walked, to count them. */
#define WALK_MAX 65536
/* Buckets in a row that are not there. */
#define UNREADABLE_MAX 64

#define LOCAL_MEMBER(s, m, at, opt) { s, m, offsetof(struct map_local_layout, at), opt }

static const struct bpf_member local_members[] = {
	LOCAL_MEMBER("bpf_local_storage_map", "map", map, false),
	LOCAL_MEMBER("bpf_local_storage_map", "buckets", buckets, false),
	LOCAL_MEMBER("bpf_local_storage_map", "bucket_log", bucket_log, false),
	LOCAL_MEMBER("bpf_local_storage_map_bucket", "list.first", bucket_first, false),
	LOCAL_MEMBER("bpf_local_storage_elem", "map_node.next", next, false),
	LOCAL_MEMBER("bpf_local_storage_elem", "local_storage", storage, false),
	LOCAL_MEMBER("bpf_local_storage_elem", "sdata.smap", smap, false),
	LOCAL_MEMBER("bpf_local_storage_elem", "sdata.data", data, false),
	LOCAL_MEMBER("bpf_local_storage", "owner", owner, false),
	LOCAL_MEMBER("task_struct", "pid", task_pid, true),
	LOCAL_MEMBER("task_struct", "comm", task_comm, true),
	LOCAL_MEMBER("cgroup", "kn", cgroup_kn, true),
	LOCAL_MEMBER("kernfs_node", "id", kn_id, true),
	LOCAL_MEMBER("kernfs_node", "name", kn_name, true),
	LOCAL_MEMBER("inode", "i_ino", inode_ino, true),
};

static const struct bpf_member bucket_size = { "bpf_local_storage_map_bucket", "(size)", 0, false };

void map_local_layout_init(struct map_local_layout *l, const struct kbtf *btf)
{
	l->missing = bpf_members_find(btf, local_members, ARRAY_SIZE(local_members), l);
	if (!l->missing && kbtf_struct_size(btf, "bpf_local_storage_map_bucket", &l->bucket_size))
		l->missing = &bucket_size;
}

static void add_task(struct map_walk *w, struct value *owner, u64 task)
{
	const struct map_local_layout *l = &w->l->kinds.local;
	char comm[TASK_COMM_LEN + 1];
	u32 pid;

	if (l->task_pid != BPF_NO_MEMBER && gk_read_u32(w->in->gk, task + l->task_pid, &pid) == 0)
		value_add_int(w->in->tree, owner, "pid", (s32)pid);
	if (l->task_comm != BPF_NO_MEMBER &&
	    gk_read_str(w->in->gk, task + l->task_comm, comm, sizeof(comm)) >= 0)
		value_add_text(w->in->tree, owner, "comm", comm);
}

static void add_cgroup(struct map_walk *w, struct value *owner, u64 cgroup)
{
	const struct map_local_layout *l = &w->l->kinds.local;
	char name[NODE_NAME_MAX];
	u64 kn, id, text;

	if (l->cgroup_kn == BPF_NO_MEMBER || gk_read_u64(w->in->gk, cgroup + l->cgroup_kn, &kn))
		return;
	if (l->kn_id != BPF_NO_MEMBER && gk_read_u64(w->in->gk, kn + l->kn_id, &id) == 0)
		value_add_uint(w->in->tree, owner, "id", id);
	if (l->kn_name != BPF_NO_MEMBER && gk_read_u64(w->in->gk, kn + l->kn_name, &text) == 0 &&
	    gk_read_str(w->in->gk, text, name, sizeof(name)) >= 0)
		value_add_text(w->in->tree, owner, "name", name);
}

static void add_inode(struct map_walk *w, struct value *owner, u64 inode)
{
	const struct map_local_layout *l = &w->l->kinds.local;
	u64 ino;

	if (l->inode_ino != BPF_NO_MEMBER &&
	    gk_read_u64(w->in->gk, inode + l->inode_ino, &ino) == 0)
		value_add_uint(w->in->tree, owner, "ino", ino);
}

/* NULL while the owner ends and its storage with it. */
static void add_owner(struct map_walk *w, struct value *entry, u64 elem)
{
	const struct map_local_layout *l = &w->l->kinds.local;
	struct value *owner;
	u64 storage, kva;

	if (gk_read_u64(w->in->gk, elem + l->storage, &storage) || !storage ||
	    gk_read_u64(w->in->gk, storage + l->owner, &kva) || !kva) {
		value_add_null(w->in->tree, entry, "owner");
		return;
	}
	owner = value_add_struct(w->in->tree, entry, "owner");
	value_add_hex(w->in->tree, owner, "ptr", kva);
	switch (w->map->type) {
	case BPF_MAP_TYPE_TASK_STORAGE:
		add_task(w, owner, kva);
		break;
	case BPF_MAP_TYPE_CGRP_STORAGE:
		add_cgroup(w, owner, kva);
		break;
	case BPF_MAP_TYPE_INODE_STORAGE:
		add_inode(w, owner, kva);
		break;
	}
}

/**
 * struct local_walk - a storage map that is being walked
 * @w: the walk
 * @l: the layout
 * @entries: where elements go
 * @count: elements seen
 * @shown: of them
 */
struct local_walk {
	struct map_walk *w;
	const struct map_local_layout *l;
	struct value *entries;
	u32 count;
	u32 shown;
};

static void show_element(struct local_walk *s, u64 elem)
{
	struct map_walk *w = s->w;
	struct value *entry = value_add_struct(w->in->tree, s->entries, NULL);

	s->shown++;
	add_owner(w, entry, elem);
	map_walk_value(w, entry, "value", &w->value, elem + s->l->data, w->map->value_size);
}

/* Every element names its map: one that names another is on the wrong list. */
static bool is_foreign(struct local_walk *s, u64 elem)
{
	u64 smap;

	return gk_read_u64(s->w->in->gk, elem + s->l->smap, &smap) ||
	       smap != s->w->map->kva - s->l->map;
}

/* Return: false when the walk is over. */
static bool walk_chain(struct local_walk *s, u64 head)
{
	struct map_walk *w = s->w;
	struct klist k;
	u64 node;

	klist_begin(&k, w->in->gk, KLIST_NULL, head, WALK_MAX - s->count);
	while (klist_next(&k, &node)) {
		bool show = s->shown < BPF_LOCAL_ENTRIES_MAX;

		if (map_walk_stop(w, show ? w->map->value_size : 0))
			return false;
		if (is_foreign(s, node - s->l->next)) {
			w->loss.foreign++;
			return true;
		}
		s->count++;
		if (show)
			show_element(s, node - s->l->next);
	}
	if (k.end == -EFAULT)
		w->loss.unreadable++;
	else if (k.end == -E2BIG)
		w->loss.late = true;
	else if (k.end)
		w->loss.loops++;
	return k.end != -E2BIG;
}

void map_local_walk(struct map_walk *w)
{
	const struct map_local_layout *l = &w->l->kinds.local;
	struct local_walk s = { .w = w, .l = l };
	u64 map = w->map->kva - l->map, table;
	u32 log, i, bad = 0;

	if (gk_read_u64(w->in->gk, map + l->buckets, &table) ||
	    gk_read_u32(w->in->gk, map + l->bucket_log, &log)) {
		map_walk_unmapped(w, w->node, "entries", map + l->buckets);
		return;
	}
	if (log > BUCKET_LOG_MAX) {
		value_unsupported(w->in->tree, w->node, "entries", "2^%u buckets, more than 2^%u",
				  log, BUCKET_LOG_MAX);
		return;
	}
	s.entries = value_add_array(w->in->tree, w->node, "entries");
	for (i = 0; i < 1U << log && bad < UNREADABLE_MAX; i++) {
		u64 before = w->loss.unreadable;

		if (map_walk_stop(w, 0) ||
		    !walk_chain(&s, table + (u64)i * l->bucket_size + l->bucket_first))
			break;
		bad = w->loss.unreadable == before ? 0 : bad + 1;
	}
	if (s.shown < s.count)
		value_cut(s.entries, s.count, s.shown);
}
