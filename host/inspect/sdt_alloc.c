// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "host/kernel/guest_kernel.h"
#include "insp.h"
#include "render.h"
#include "sdt_alloc.h"
#include "sdt_resolve.h"
#include "value.h"

/* Objects shown between two looks at the clock. */
#define LOOK_EVERY 64

static bool get_u64(const struct sdt_alloc_src *src, const struct sdt_allocator *a, u32 member,
		    u64 *v)
{
	u64 offset = (u64)a->offset + member;

	if (offset > src->len || src->len - offset < sizeof(*v))
		return false;
	memcpy(v, (const u8 *)src->data + offset, sizeof(*v));
	return true;
}

/* What the walk needs from the variable. Return: NULL, or why there is no walk. */
static const char *tree_init(const struct sdt_alloc_src *src, const struct sdt_allocator *a,
			     struct sdt_tree *t, u64 *elem_size)
{
	t->o = &a->o;
	t->arena = src->arena;
	t->root = 0;
	*elem_size = 0;
	if (a->unusable)
		return a->unusable;
	if (!get_u64(src, a, a->o.elem_size, elem_size))
		return "the variable lies outside of its map's value";
	if (*elem_size < SDT_ELEM_MIN || *elem_size > SDT_ELEM_MAX)
		return *elem_size ? "elem_size is not between 16 and 4096" : "not initialised";
	if (*elem_size < a->o.header)
		return "elem_size is less than the header";
	t->elem_size = *elem_size;
	if (!get_u64(src, a, a->o.root, &t->root))
		return "the variable lies outside of its map's value";
	if (!t->root)
		return "there is no root descriptor";
	return src->arena ? NULL : "its arena is not known";
}

static bool all_zero(const u8 *buf, size_t len)
{
	return !len || (!buf[0] && memcmp(buf, buf + 1, len - 1) == 0);
}

/* Return: whether the payload's bytes are all zero. */
static bool add_payload(struct insp *in, const struct sdt_alloc_src *src, const struct sdt_tree *t,
			const struct sdt_type *type, const struct sdt_entry *e, struct value *to)
{
	u32 want = t->elem_size - t->o->header;
	u8 buf[SDT_ELEM_MAX];
	size_t len;

	len = arena_read(src->arena, in->gk, e->addr, t->o->header, buf, want);
	if (!len)
		value_unsupported(in->tree, to, "payload", "none of its %u bytes can be read",
				  want);
	else if (type->id)
		value_render(in->tree, to, "payload", src->env, src->l->btf, type->id, buf, len);
	else
		value_add_bytes(in->tree, to, "payload", buf, len);
	return len && all_zero(buf, len);
}

static u32 add_entries(struct insp *in, const struct sdt_alloc_src *src, const struct sdt_tree *t,
		       const struct sdt_type *type, struct value *entries)
{
	const struct sdt_entry *e;
	struct value *to;
	u32 i, zero = 0;

	for (i = 0; i < t->nr; i++) {
		if (vtree_full(in->tree) || (i % LOOK_EVERY == 0 && insp_late(in))) {
			value_cut(entries, t->nr, i);
			break;
		}
		e = &t->entries[i];
		to = value_add_struct(in->tree, entries, NULL);
		value_add_int(in->tree, to, "idx", e->idx);
		value_add_int(in->tree, to, "genn", e->genn);
		value_add_hex(in->tree, to, "user_addr", e->addr);
		zero += add_payload(in, src, t, type, e, to);
	}
	return zero;
}

static void add_allocator(struct insp *in, const struct sdt_alloc_src *src,
			  const struct sdt_allocator *a, const struct sdt_tree *t, u64 elem_size,
			  const struct sdt_type *type, const char *why, struct value *to)
{
	struct vtree *tree = in->tree;
	u32 zero;

	to = value_add_struct(tree, to, NULL);
	value_add_text(tree, to, "name", a->name);
	value_add_uint(tree, to, "elem_size", elem_size);
	if (type->name)
		value_add_text(tree, to, "payload_type", type->name);
	else
		value_add_null(tree, to, "payload_type");
	value_add_text(tree, to, "payload_type_reason", type->reason);
	value_add_uint(tree, to, "skipped_subtrees", t->skipped);
	value_add_bool(tree, to, "truncated", t->truncated);
	if (t->truncated)
		value_add_text(tree, to, "truncated_reason", t->truncated);
	if (t->truncated || t->skipped || why)
		vtree_gap(tree);
	if (t->unpopulated)
		value_add_uint(tree, to, "unpopulated", t->unpopulated);
	if (why)
		value_add_text(tree, to, "entries_unavailable", why);
	zero = add_entries(in, src, t, type, value_add_array(tree, to, "entries"));
	if (zero)
		value_add_uint(tree, to, "zero_payloads", zero);
}

static void walk_one(struct insp *in, const struct sdt_alloc_src *src,
		     const struct sdt_allocator *a, struct value *to, struct sdt_index *index)
{
	struct sdt_owner owner = { .btf = src->l->btf, .header = a->o.header };
	struct sdt_type type = {};
	struct sdt_tree t;
	const char *why;
	u64 elem_size;

	t.nr = 0;
	t.skipped = 0;
	t.unpopulated = 0;
	t.truncated = NULL;
	why = tree_init(src, a, &t, &elem_size);
	if (why) {
		snprintf(type.reason, sizeof(type.reason), "%s", why);
	} else {
		sdt_payload_type(src->l->btf, &a->o, elem_size - a->o.header, &type);
		owner.arena = *src->arena;
		owner.elem_size = elem_size;
		owner.type_id = type.id;
		sdt_tree_walk(in, &t, index, sdt_index_owner(index, &owner));
	}
	if (to)
		add_allocator(in, src, a, &t, elem_size, &type, why, to);
}

void sdt_alloc_walk(struct insp *in, const struct sdt_alloc_src *src, struct value *to,
		    struct sdt_index *index)
{
	u32 i;

	for (i = 0; i < src->l->nr; i++)
		if (src->l->at[i].section == src->section)
			walk_one(in, src, &src->l->at[i], to, index);
}
