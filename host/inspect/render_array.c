// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <string.h>

#include "lib/util.h"
#include "render_enum.h"
#include "render_internal.h"

/* Enums of more are looked up while the work is counted: one node an element. */
#define COMPACT_ENUMERATORS 64

static bool is_text(const u8 *data, size_t len, size_t room)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((data[i] < 0x20 && !strchr("\t\n\r", data[i])) || data[i] > 0x7e)
			return false;
	/* Nothing in front of the first NUL: then nothing may be behind it either. */
	for (; !len && i < room; i++)
		if (data[i])
			return false;
	return true;
}

struct value *render_bytes(struct render *r, const struct piece *p, u64 len, bool text)
{
	size_t room = min_t(u64, len, p->len), n = min_t(size_t, room, RENDER_ARRAY_MAX);
	size_t chars = text ? strnlen((const char *)p->data, n) : 0;
	struct value *parent = p->parent, *v = NULL;
	const char *name = p->name;

	text = text && is_text(p->data, chars, n);
	/* A text that ends is whole. */
	if (room < len || (n < room && !(text && chars < n))) {
		v = value_new_truncated(r->t, parent, name, len, n);
		parent = v;
		name = NULL;
	}
	if (text)
		parent = value_new_data(r->t, parent, name, VALUE_STRING, p->data, chars);
	else
		parent = value_new_data(r->t, parent, name, VALUE_BYTES, p->data, n);
	return v ?: parent;
}

static enum value_kind int_kind(const struct btf_type *t)
{
	u8 encoding = btf_int_encoding(t);

	if (encoding & BTF_INT_BOOL)
		return VALUE_BOOL;
	return encoding & BTF_INT_SIGNED ? VALUE_INT : VALUE_UINT;
}

/* How elements are shown that take one node together; VALUE_NULL for all others. */
static enum value_kind compact_kind(const struct render *r, const struct btf_type *t)
{
	bool pow2 = t->size == 1 || t->size == 2 || t->size == 4 || t->size == 8;

	switch (btf_kind(t)) {
	case BTF_KIND_INT:
		return pow2 && btf_int_bits(t) == t->size * 8 && !btf_int_offset(t) ? int_kind(t) :
										      VALUE_NULL;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return pow2 && btf_vlen(t) <= COMPACT_ENUMERATORS ? VALUE_ENUM : VALUE_NULL;
	case BTF_KIND_FLOAT:
		return t->size == 4 || t->size == 8 ? VALUE_FLOAT : VALUE_NULL;
	case BTF_KIND_PTR:
		return r->env && (r->env->gk || r->env->resolve) ? VALUE_NULL : VALUE_PTR;
	default:
		return VALUE_NULL;
	}
}

static struct value *compact(struct render *r, const struct piece *p, const struct btf_type *t,
			     enum value_kind kind, u32 size, u32 nr)
{
	struct value_compact *c;

	c = (struct value_compact *)value_add_numbers(r->t, p->parent, p->name, kind, size, p->data,
						      nr);
	if (!c)
		return NULL;
	if (kind == VALUE_ENUM) {
		c->btf = r->btf;
		c->type = t;
	}
	return &c->a.l.v;
}

static struct value *elements(struct render *r, const struct piece *p, const struct btf_type *t,
			      u32 size, u32 nr)
{
	struct value *v = value_add_array(r->t, p->parent, p->name);
	struct piece part = { .parent = v, .depth = p->depth + 1 };
	u32 i;

	for (i = 0; v && i < nr && !r->t->full; i++) {
		part.data = p->data + (size_t)i * size;
		part.len = size;
		render_type(r, &part, t);
	}
	return v;
}

static bool is_byte(const struct btf_type *t)
{
	return btf_is_int(t) && t->size == 1 && btf_int_bits(t) == 8 &&
	       !(btf_int_encoding(t) & BTF_INT_BOOL);
}

/* Compilers say BTF_INT_CHAR seldom: the name does it. */
static bool is_char(const struct render *r, const struct btf_type *t)
{
	const char *name = btf__name_by_offset(r->btf, t->name_off);

	return btf_int_encoding(t) & BTF_INT_CHAR || (name && strcmp(name, "char") == 0);
}

struct value *render_array(struct render *r, const struct piece *p, const struct btf_type *t)
{
	const struct btf_array *a = btf_array(t);
	s64 size = btf__resolve_size(r->btf, a->type);
	const struct btf_type *et = render_peel(r, a->type);
	u32 nr = min_t(u32, a->nelems, RENDER_ARRAY_MAX);
	struct value *v = NULL, *items;
	struct piece part = *p;
	enum value_kind kind;
	u64 needed;

	if (!et || size < 0 || size > UINT32_MAX)
		return value_new_data(r->t, p->parent, p->name, VALUE_UNSUPPORTED,
				      "an array of a type without a size", 33);
	if (is_byte(et))
		return render_bytes(r, p, a->nelems, is_char(r, et));
	needed = (u64)size * a->nelems;
	if (needed > p->len) {
		v = value_new_truncated(r->t, p->parent, p->name, needed, p->len);
		part.parent = v;
		part.name = NULL;
		nr = min_t(u64, nr, p->len / size);
	}
	kind = compact_kind(r, et);
	if (kind != VALUE_NULL)
		items = compact(r, &part, et, kind, size, nr);
	else
		items = elements(r, &part, et, size, nr);
	if (nr < a->nelems)
		value_cut(items, a->nelems, nr);
	return v ?: items;
}
