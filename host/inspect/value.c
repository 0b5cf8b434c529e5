// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "value_internal.h"

/* The first chunk, and the largest: in between they double. */
#define CHUNK_MIN  65536U
#define CHUNK_MAX  (4U << 20)
#define REASON_MAX 256

struct vtree *vtree_new(size_t max_bytes)
{
	struct vtree *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->max = max_bytes;
	t->nodes = 1;
	t->root.v.kind = VALUE_STRUCT;
	pthread_mutex_init(&t->lock, NULL);
	return t;
}

static void free_chunks(struct vtree_chunk *c)
{
	struct vtree_chunk *next;

	for (; c; c = next) {
		next = c->next;
		free(c);
	}
}

void vtree_free(struct vtree *t)
{
	if (!t)
		return;
	free_chunks(t->chunks);
	free_chunks(t->extra);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

struct value *vtree_root(const struct vtree *t)
{
	/* A reader, who has a const tree, keeps the root as const. */
	return (struct value *)&t->root.v;
}

bool vtree_full(const struct vtree *t)
{
	return t->full;
}

void vtree_gap(struct vtree *t)
{
	t->gap = true;
}

bool vtree_complete(const struct vtree *t)
{
	return !t->full && !t->gap;
}

void vtree_last_words(struct vtree *t)
{
	t->room -= t->end - t->at;
	t->room += sizeof(t->last);
	t->at = (u8 *)t->last;
	t->end = t->at + sizeof(t->last);
}

size_t vtree_bytes(const struct vtree *t)
{
	return sizeof(*t) - sizeof(t->last) + t->room - (t->end - t->at);
}

u64 vtree_nodes(const struct vtree *t)
{
	return t->nodes;
}

static void *tree_ends(struct vtree *t)
{
	t->room -= t->end - t->at;
	t->end = t->at;
	t->full = true;
	return NULL;
}

static bool add_chunk(struct vtree *t, size_t size)
{
	struct vtree_chunk *c = malloc(sizeof(*c) + size);

	if (!c)
		return false;
	c->next = t->chunks;
	t->chunks = c;
	t->room += size;
	t->at = (u8 *)c->data;
	t->end = t->at + size;
	return true;
}

static size_t tree_left(const struct vtree *t)
{
	size_t taken = t->room + t->charged;

	return taken < t->max ? t->max - taken : 0;
}

void *vtree_grow(struct vtree *t, size_t size)
{
	size_t left, chunk;
	void *p;

	if (t->full)
		return NULL;
	/* What is left of the last chunk is nobody's. */
	t->room -= t->end - t->at;
	t->end = t->at;
	left = tree_left(t);
	chunk = clamp(t->room, (size_t)CHUNK_MIN, (size_t)CHUNK_MAX);
	chunk = max(chunk, size);
	chunk = min(chunk, left);
	chunk &= ~(size_t)7;
	if (size > chunk || !add_chunk(t, chunk))
		return tree_ends(t);
	p = t->at;
	t->at += size;
	return p;
}

void vtree_charge(struct vtree *t, size_t bytes)
{
	t->charged += bytes;
	if (!t->full && t->room - (t->end - t->at) + t->charged > t->max)
		tree_ends(t);
}

bool vtree_reserve(struct vtree *t, size_t bytes)
{
	size_t size = min(bytes, tree_left(t)) & ~(size_t)7;

	if (t->full || (size_t)(t->end - t->at) >= size)
		return !t->full;
	t->room -= t->end - t->at;
	t->end = t->at;
	if (!add_chunk(t, size))
		return false;
	memset(t->at, 0, size);
	return true;
}

const char *vtree_strdup(struct vtree *t, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = vtree_alloc(t, size);

	return copy ? memcpy(copy, text, size) : "";
}

/* Nodes. */

struct value *value_add_struct(struct vtree *t, struct value *parent, const char *name)
{
	struct value_list *l;

	l = (struct value_list *)value_new(t, parent, name, VALUE_STRUCT, sizeof(*l));
	if (!l)
		return NULL;
	l->last = NULL;
	return &l->v;
}

static struct value *new_array(struct vtree *t, struct value *parent, const char *name,
			       enum value_kind kind)
{
	struct value_array *a;

	a = (struct value_array *)value_new(t, parent, name, kind, sizeof(*a));
	if (!a)
		return NULL;
	a->l.last = NULL;
	a->needed = 0;
	a->had = 0;
	a->t = t;
	return &a->l.v;
}

struct value *value_add_array(struct vtree *t, struct value *parent, const char *name)
{
	return new_array(t, parent, name, VALUE_ARRAY);
}

struct value *value_new_truncated(struct vtree *t, struct value *parent, const char *name,
				  u64 needed, u64 had)
{
	struct value *v = new_array(t, parent, name, VALUE_TRUNCATED);

	vtree_gap(t);
	if (v) {
		((struct value_array *)v)->needed = needed;
		((struct value_array *)v)->had = had;
	}
	return v;
}

void value_cut(struct value *array, u64 needed, u64 had)
{
	struct value_array *a = (struct value_array *)array;

	if (!array || array->kind != VALUE_ARRAY)
		return;
	vtree_gap(a->t);
	array->flags |= VALUE_F_CUT;
	a->needed = needed;
	a->had = had;
}

void value_add_null(struct vtree *t, struct value *parent, const char *name)
{
	value_new(t, parent, name, VALUE_NULL, sizeof(struct value));
}

static void add_number(struct vtree *t, struct value *parent, const char *name,
		       enum value_kind kind, u64 u)
{
	struct value *v = value_new(t, parent, name, kind, sizeof(*v));

	if (v)
		v->u = u;
}

void value_add_bool(struct vtree *t, struct value *parent, const char *name, bool v)
{
	add_number(t, parent, name, VALUE_BOOL, v);
}

void value_add_int(struct vtree *t, struct value *parent, const char *name, s64 v)
{
	add_number(t, parent, name, VALUE_INT, v);
}

void value_add_uint(struct vtree *t, struct value *parent, const char *name, u64 v)
{
	add_number(t, parent, name, VALUE_UINT, v);
}

void value_add_hex(struct vtree *t, struct value *parent, const char *name, u64 v)
{
	add_number(t, parent, name, VALUE_HEX, v);
}

void value_add_float(struct vtree *t, struct value *parent, const char *name, double f)
{
	struct value *v = value_new(t, parent, name, VALUE_FLOAT, sizeof(*v));

	if (v)
		v->f = f;
}

void value_add_enum(struct vtree *t, struct value *parent, const char *name, s64 v,
		    const char *enumerator)
{
	struct value_enum *e;

	e = (struct value_enum *)value_new(t, parent, name, VALUE_ENUM, sizeof(*e));
	if (!e)
		return;
	e->v.i = v;
	e->enumerator = enumerator;
}

struct value *value_new_data(struct vtree *t, struct value *parent, const char *name,
			     enum value_kind kind, const void *data, size_t len)
{
	struct value *v;
	char *copy;

	if (!parent)
		return NULL;
	if (len > UINT32_MAX)
		return tree_ends(t);
	v = value_new(t, parent, name, kind, sizeof(*v) + len + 1);
	if (!v)
		return NULL;
	copy = (char *)(v + 1);
	if (len)
		memcpy(copy, data, len);
	copy[len] = '\0';
	v->data = copy;
	v->len = len;
	if (kind == VALUE_UNSUPPORTED)
		vtree_gap(t);
	return v;
}

void value_add_text(struct vtree *t, struct value *parent, const char *name, const char *text)
{
	if (text)
		value_new_data(t, parent, name, VALUE_STRING, text, strlen(text));
	else
		value_add_null(t, parent, name);
}

void value_add_string(struct vtree *t, struct value *parent, const char *name, const char *text,
		      size_t len)
{
	value_new_data(t, parent, name, VALUE_STRING, text, strnlen(text, len));
}

void value_add_bytes(struct vtree *t, struct value *parent, const char *name, const void *bytes,
		     size_t len)
{
	value_new_data(t, parent, name, VALUE_BYTES, bytes, len);
}

/* Bits at the end that are clear take no room. */
struct value *value_new_cpulist(struct vtree *t, struct value *parent, const char *name,
				const void *bits, u32 nr_bits)
{
	size_t bytes = DIV_ROUND_UP((size_t)nr_bits, 8);
	const u8 *b = bits;
	struct value *v;

	while (bytes && !b[bytes - 1])
		bytes--;
	v = value_new_data(t, parent, name, VALUE_CPULIST, bits, bytes);
	if (v)
		v->len = min_t(u64, nr_bits, bytes * 8);
	return v;
}

void value_add_cpulist(struct vtree *t, struct value *parent, const char *name, const void *bits,
		       u32 nr_bits)
{
	value_new_cpulist(t, parent, name, bits, nr_bits);
}

struct value_ptr *value_new_ptr(struct vtree *t, struct value *parent, const char *name, u64 ptr)
{
	struct value_ptr *p;

	p = (struct value_ptr *)value_new(t, parent, name, VALUE_PTR, sizeof(*p));
	if (!p)
		return NULL;
	p->v.flags = VALUE_F_PTR_FULL;
	p->v.u = ptr;
	p->symbol = NULL;
	p->note = NULL;
	p->skipped = NULL;
	p->deref = NULL;
	return p;
}

struct value *value_add_ptr(struct vtree *t, struct value *parent, const char *name, u64 v,
			    const char *skipped)
{
	struct value_ptr *p = value_new_ptr(t, parent, name, v);

	if (!p)
		return NULL;
	p->skipped = skipped;
	return &p->v;
}

void value_ptr_note(struct value *ptr, const char *symbol, const char *note)
{
	struct value_ptr *p = (struct value_ptr *)ptr;

	if (!ptr || ptr->kind != VALUE_PTR || !(ptr->flags & VALUE_F_PTR_FULL))
		return;
	p->symbol = symbol;
	p->note = note;
}

void value_unsupported(struct vtree *t, struct value *parent, const char *name, const char *fmt,
		       ...)
{
	char text[REASON_MAX];
	va_list ap;

	if (!parent)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	value_new_data(t, parent, name, VALUE_UNSUPPORTED, text, strlen(text));
}

static bool compact_kind(enum value_kind kind, u32 size)
{
	switch (kind) {
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_UINT:
	case VALUE_HEX:
	case VALUE_ENUM:
		return size == 1 || size == 2 || size == 4 || size == 8;
	case VALUE_FLOAT:
		return size == 4 || size == 8;
	case VALUE_PTR:
		return size == 8;
	default:
		return false;
	}
}

struct value *value_add_numbers(struct vtree *t, struct value *parent, const char *name,
				enum value_kind kind, u32 size, const void *data, u32 nr)
{
	size_t bytes = (size_t)nr * size;
	struct value_compact *c;

	if (!compact_kind(kind, size))
		return NULL;
	c = (struct value_compact *)value_new(t, parent, name, VALUE_ARRAY, sizeof(*c) + bytes);
	if (!c)
		return NULL;
	c->a.l.v.flags = VALUE_F_COMPACT;
	c->a.l.v.elem_kind = kind;
	c->a.l.v.elem_size = size;
	c->a.l.v.len = nr;
	c->a.l.v.data = c + 1;
	if (bytes)
		memcpy(c + 1, data, bytes);
	c->a.l.last = NULL;
	c->a.needed = 0;
	c->a.had = 0;
	c->a.t = t;
	c->btf = NULL;
	c->type = NULL;
	c->elems = NULL;
	t->nodes += nr;
	return &c->a.l.v;
}
