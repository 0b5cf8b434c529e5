// SPDX-License-Identifier: GPL-2.0-only
/* Asking a finished tree, node by node. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "render_enum.h"
#include "value_internal.h"

enum value_kind value_kind(const struct value *v)
{
	return v->kind;
}

const char *value_name(const struct value *v)
{
	return v->name;
}

u64 value_count(const struct value *v)
{
	return v && (v->kind == VALUE_STRUCT || v->kind == VALUE_ARRAY) ? v->len : 0;
}

/* Little endian, as every guest of ours is. */
static u64 load(const void *data, u32 size)
{
	u64 u = 0;

	memcpy(&u, data, size);
	return u;
}

static s64 sign_extend(u64 u, u32 size)
{
	u32 shift = 64 - size * 8;

	return (s64)(u << shift) >> shift;
}

static void set_float(struct value *v, const void *data, u32 size)
{
	float single;

	if (size == sizeof(double)) {
		memcpy(&v->f, data, sizeof(double));
		return;
	}
	memcpy(&single, data, sizeof(single));
	v->f = single;
}

void value_elem(const struct value *v, u32 i, struct value_enum *to)
{
	const struct value_compact *c = (const struct value_compact *)v;
	const u8 *data = (const u8 *)v->data + (size_t)i * v->elem_size;
	u64 u = load(data, v->elem_size);

	*to = (struct value_enum){ .v = { .kind = v->elem_kind, .u = u } };
	switch (v->elem_kind) {
	case VALUE_BOOL:
		/* What no compiler stores is worth seeing. */
		if (u > 1)
			to->v.kind = VALUE_UINT;
		break;
	case VALUE_INT:
		to->v.i = sign_extend(u, v->elem_size);
		break;
	case VALUE_FLOAT:
		set_float(&to->v, data, v->elem_size);
		break;
	case VALUE_ENUM:
		if (!c->type || enum_is_signed(c->type))
			to->v.i = sign_extend(u, v->elem_size);
		else
			to->v.flags = VALUE_F_UNSIGNED;
		if (c->type)
			to->enumerator = enum_name(c->btf, c->type, to->v.i, NULL);
		break;
	default:
		break;
	}
}

static struct value_enum *make_elems(struct value_compact *c)
{
	struct value *v = &c->a.l.v;
	struct vtree_chunk *chunk;
	struct value_enum *e;
	u32 i;

	chunk = malloc(sizeof(*chunk) + (size_t)v->len * sizeof(*e));
	if (!chunk)
		return NULL;
	chunk->next = c->a.t->extra;
	c->a.t->extra = chunk;
	e = (struct value_enum *)chunk->data;
	for (i = 0; i < v->len; i++) {
		value_elem(v, i, &e[i]);
		if (i)
			e[i - 1].v.next = &e[i].v;
	}
	return e;
}

const struct value_enum *value_expand(const struct value *v)
{
	/* The elements are a cache: the tree does not look different with it. */
	struct value_compact *c = (struct value_compact *)v;
	struct value_enum *e;

	errno = 0;
	if (!v->len)
		return NULL;
	pthread_mutex_lock(&c->a.t->lock);
	if (!c->elems)
		c->elems = make_elems(c);
	e = c->elems;
	pthread_mutex_unlock(&c->a.t->lock);
	if (!e)
		errno = ENOMEM;
	return e;
}

const struct value *value_first(const struct value *v)
{
	const struct value_enum *e;

	errno = 0;
	if (v->flags & VALUE_F_COMPACT) {
		e = value_expand(v);
		return e ? &e->v : NULL;
	}
	if (v->flags & VALUE_F_PTR_FULL)
		return ((const struct value_ptr *)v)->deref;
	return value_is_open(v) ? v->first : NULL;
}

const struct value *value_next(const struct value *v)
{
	return v->next;
}

const struct value *value_at(const struct value *v, u64 i)
{
	const struct value_enum *e;
	const struct value *m;

	errno = 0;
	if (i >= value_count(v))
		return NULL;
	if (v->flags & VALUE_F_COMPACT) {
		e = value_expand(v);
		return e ? &e[i].v : NULL;
	}
	for (m = v->first; m && i; i--)
		m = m->next;
	return m;
}

bool value_u64(const struct value *v, u64 *out)
{
	if (!v)
		return false;
	switch (v->kind) {
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_UINT:
	case VALUE_HEX:
	case VALUE_ENUM:
	case VALUE_PTR:
		*out = v->u;
		return true;
	case VALUE_FLOAT:
		if (!(v->f > -9.2e18 && v->f < 1.8e19))
			return false;
		*out = v->f < 0 ? (u64)(s64)v->f : (u64)v->f;
		return true;
	default:
		return false;
	}
}

bool value_s64(const struct value *v, s64 *out)
{
	u64 u;

	if (!value_u64(v, &u))
		return false;
	*out = (s64)u;
	return true;
}

const char *value_text(const struct value *v)
{
	if (!v)
		return NULL;
	if (v->kind == VALUE_STRING)
		return value_chars(v);
	return v->kind == VALUE_ENUM ? ((const struct value_enum *)v)->enumerator : NULL;
}

const void *value_bytes(const struct value *v, size_t *len)
{
	bool bytes = v && v->kind == VALUE_BYTES;

	*len = bytes ? v->len : 0;
	return bytes ? v->data : NULL;
}

static bool cpu_is_set(const struct value *v, u32 cpu)
{
	return cpu < v->len && ((const u8 *)v->data)[cpu / 8] & BIT(cpu % 8);
}

char *value_cpulist(const struct value *v)
{
	size_t len;
	u32 from, to;
	char *text;
	FILE *out;

	out = open_memstream(&text, &len);
	if (!out)
		return NULL;
	for (from = 0; from < v->len; from = to + 1) {
		to = from;
		if (!cpu_is_set(v, from))
			continue;
		while (cpu_is_set(v, to + 1))
			to++;
		fprintf(out, ftell(out) ? ",%u" : "%u", from);
		if (to > from)
			fprintf(out, "-%u", to);
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

bool value_lost(const struct value *v, u64 *needed, u64 *had)
{
	const struct value_array *a = (const struct value_array *)v;

	if (v->kind != VALUE_TRUNCATED && !(v->kind == VALUE_ARRAY && v->flags & VALUE_F_CUT))
		return false;
	*needed = a->needed;
	*had = a->had;
	return true;
}

const char *value_reason(const struct value *v)
{
	return v->kind == VALUE_UNSUPPORTED ? value_chars(v) : NULL;
}
