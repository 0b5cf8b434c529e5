// SPDX-License-Identifier: GPL-2.0-only
/* struct_ops maps: a scheduler's operations, kernel/bpf/bpf_struct_ops.c. */
#include <bpf/btf.h>
#include <linux/bpf.h>
#include <string.h>

#include "host/kernel/guest_btf.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"
#include "map_walk.h"

/* Operations of one struct; BPF_STRUCT_OPS_MAX_NR_MEMBERS of linux/bpf.h. */
#define OPS_MAX 64
/* Typedefs and qualifiers around a type. */
#define PEEL_MAX 32

#define OPS_MEMBER(m, at, opt) { "bpf_struct_ops_map", m, offsetof(struct map_ops_layout, at), opt }

static const struct bpf_member ops_members[] = {
	OPS_MEMBER("map", map, false),
	OPS_MEMBER("kvalue", kvalue, false),
	OPS_MEMBER("btf", btf, true),
	OPS_MEMBER("uvalue", uvalue, true),
};

void map_ops_layout_init(struct map_ops_layout *l, const struct kbtf *btf)
{
	l->missing = bpf_members_find(btf, ops_members, ARRAY_SIZE(ops_members), l);
}

/* Of the module that has the operations, or of the kernel. */
static void value_type(struct map_walk *w, u64 map)
{
	const struct map_ops_layout *l = &w->l->kinds.ops;
	struct ktstr_err err = {};
	const struct kbtf *own;
	u64 btf;

	w->value = (struct map_type){ w->in->btf, w->map->vmlinux_type };
	if (l->btf == BPF_NO_MEMBER || !w->in->btfs || gk_read_u64(w->in->gk, map + l->btf, &btf) ||
	    !btf)
		return;
	own = guest_btf_get(w->in->btfs, btf, &err);
	w->value = (struct map_type){ own, own ? w->map->vmlinux_type : 0 };
	if (!own)
		value_add_text(w->in->tree, w->node, "btf_unavailable", ktstr_err_msg(&err));
}

static const struct btf_type *peel(const struct btf *btf, u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	u32 i;

	for (i = 0; t && i < PEEL_MAX && (btf_is_mod(t) || btf_is_typedef(t)); i++)
		t = btf__type_by_id(btf, t->type);
	return t;
}

static bool is_operation(const struct btf *btf, const struct btf_member *m)
{
	const struct btf_type *t = peel(btf, m->type);

	t = t && btf_is_ptr(t) ? peel(btf, t->type) : NULL;
	return t && btf_is_func_proto(t);
}

/* The struct with the operations: the member "data" of the value. */
static const struct btf_type *ops_type(const struct btf *btf, u32 id, u32 *at)
{
	const struct btf_type *t = id ? peel(btf, id) : NULL;
	const struct btf_member *m;
	u32 i;

	if (!t || !btf_is_struct(t))
		return NULL;
	for (i = 0, m = btf_members(t); i < btf_vlen(t); i++, m++) {
		const struct btf_type *data = peel(btf, m->type);
		const char *name = btf__name_by_offset(btf, m->name_off);

		if (!name || strcmp(name, "data") != 0 || !data || !btf_is_struct(data))
			continue;
		*at = btf_member_bit_offset(t, i) / 8;
		return data;
	}
	return NULL;
}

/* In the copy for user space the place of a function has its program's id. */
static void show_progs(struct map_walk *w, u64 uvalue)
{
	const struct btf *btf = kbtf_btf(w->value.btf);
	const struct btf_type *t;
	const struct btf_member *m;
	struct value *progs, *prog;
	u32 i, at, offset, id, nr = 0;

	t = ops_type(btf, w->value.id, &at);
	if (!t || at > w->map->value_size)
		return;
	progs = value_add_array(w->in->tree, w->node, "progs");
	for (i = 0, m = btf_members(t); i < btf_vlen(t) && nr < OPS_MAX; i++, m++) {
		offset = btf_member_bit_offset(t, i) / 8;
		if (!is_operation(btf, m) || offset > w->map->value_size - at)
			continue;
		nr++;
		if (gk_read_u32(w->in->gk, uvalue + at + offset, &id)) {
			w->loss.unreadable++;
			continue;
		}
		if (!id)
			continue;
		prog = value_add_struct(w->in->tree, progs, NULL);
		value_add_text(w->in->tree, prog, "member", btf__name_by_offset(btf, m->name_off));
		value_add_uint(w->in->tree, prog, "id", id);
	}
}

void map_ops_walk(struct map_walk *w)
{
	const struct map_ops_layout *l = &w->l->kinds.ops;
	u64 map = w->map->kva - l->map, uvalue;

	value_type(w, map);
	map_walk_value(w, w->node, "value", &w->value, map + l->kvalue, w->map->value_size);
	if (l->uvalue != BPF_NO_MEMBER && w->value.id &&
	    gk_read_u64(w->in->gk, map + l->uvalue, &uvalue) == 0 && uvalue)
		show_progs(w, uvalue);
}
