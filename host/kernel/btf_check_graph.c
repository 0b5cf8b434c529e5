// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "btf_check_int.h"
#include "lib/util.h"

/* In visit.size: void, functions, forward declarations, unknown kinds. */
#define NO_SIZE UINT32_MAX
/* In visit.height; heights themselves stop at BTF_CHECK_DEPTH_MAX. */
#define ON_PATH 255

/* What counts as a step from one type to another. */
enum step {
	STEP_INTO, /* from what contains to what is in it */
	STEP_NAMING, /* all but those out of structs and unions: how C spells a type */
};

/**
 * struct visit - what is known about a type
 * @size: bytes, or NO_SIZE
 * @members: of a value, spelt out
 * @height: types below it on the longest way, itself counted; 0 = not known
 *          yet, ON_PATH = it is being looked at
 */
struct visit {
	u32 size;
	u32 members;
	u8 height;
};

/**
 * struct frame - a type on the way down
 * @id: of it
 * @kind: of it
 * @nr: types one step away
 * @next: the one to look at
 * @height: of those looked at, the most
 * @members: of those looked at, the sum
 * @t: its head
 */
struct frame {
	u32 id;
	u32 kind;
	u32 nr;
	u32 next;
	u32 height;
	u32 members;
	struct btf_type t;
};

/**
 * struct graph - a search through all types, depth first
 * @b: the blob
 * @step: what is followed
 * @visits: by id - first
 * @path: types on the way down: no longer than the greatest height
 * @depth: how many
 */
struct graph {
	const struct btf_blob *b;
	enum step step;
	struct visit *visits;
	struct frame path[BTF_CHECK_DEPTH_MAX];
	u32 depth;
};

static u32 steps(enum step step, u32 kind, u32 vlen)
{
	switch (kind) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
	case BTF_KIND_VAR:
		return 1;
	case BTF_KIND_ARRAY:
		return 2;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return step == STEP_INTO ? vlen : 0;
	case BTF_KIND_PTR:
	case BTF_KIND_FUNC:
		return step == STEP_NAMING ? 1 : 0;
	case BTF_KIND_FUNC_PROTO:
		return step == STEP_NAMING ? vlen + 1 : 0;
	default:
		return 0;
	}
}

static u32 step_to(const struct btf_blob *b, const struct frame *f)
{
	const u8 *rest = btf_blob_rest(b, f->id);

	switch (f->kind) {
	case BTF_KIND_ARRAY:
		return btf_blob_u32(rest + (f->next ? offsetof(struct btf_array, index_type) :
						      offsetof(struct btf_array, type)));
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return btf_blob_u32(rest + f->next * sizeof(struct btf_member) +
				    offsetof(struct btf_member, type));
	case BTF_KIND_FUNC_PROTO:
		if (f->next)
			return btf_blob_u32(rest + (f->next - 1) * sizeof(struct btf_param) +
					    offsetof(struct btf_param, type));
		return f->t.type;
	default:
		return f->t.type;
	}
}

/* What a type of the base, or void, counts as. */
static struct visit visit_base(const struct btf_blob *b, u32 id)
{
	struct visit v = { .size = NO_SIZE, .members = 1, .height = 1 };
	s64 size = id ? btf__resolve_size(b->base->btf, id) : -1;

	if (size >= 0 && size < NO_SIZE)
		v.size = size;
	return v;
}

static u32 int_data(const struct btf_blob *b, u32 id)
{
	if (btf_blob_own(b, id))
		return btf_blob_u32(btf_blob_rest(b, id));
	return btf_blob_u32((const u8 *)(btf__type_by_id(b->base->btf, id) + 1));
}

/* Bits a member takes in its struct; -1 = unknown. */
static s64 member_bits(const struct graph *g, const struct frame *f, const struct btf_member *m,
		       u32 size)
{
	u32 bits;

	if (size == NO_SIZE)
		return -1;
	if (BTF_INFO_KFLAG(f->t.info)) {
		bits = BTF_MEMBER_BITFIELD_SIZE(m->offset);
		return bits ? bits : size * 8LL;
	}
	/* Bit fields of before the flag are integers of fewer bits. */
	if (m->type && btf_blob_kind(g->b, m->type) == BTF_KIND_INT) {
		bits = int_data(g->b, m->type);
		return BTF_INT_OFFSET(bits) + BTF_INT_BITS(bits);
	}
	return size * 8LL;
}

static int check_member(const struct graph *g, const struct frame *f, const struct visit *v)
{
	bool kflag = BTF_INFO_KFLAG(f->t.info);
	struct btf_member m;
	u64 at;
	s64 bits;

	memcpy(&m, btf_blob_rest(g->b, f->id) + f->next * sizeof(m), sizeof(m));
	at = kflag ? BTF_MEMBER_BIT_OFFSET(m.offset) : m.offset;
	bits = member_bits(g, f, &m, v->size);
	if (bits >= 0 && kflag && BTF_MEMBER_BITFIELD_SIZE(m.offset) && bits > v->size * 8LL)
		return btf_blob_bad(g->b, f->id, "has a bit field of %lld bits in %u bytes",
				    (long long)bits, v->size);
	if (at + (bits < 0 ? 0 : bits) > f->t.size * 8ULL)
		return btf_blob_bad(g->b, f->id, "of %u bytes has member %u at bit %llu, %lld bits",
				    f->t.size, f->next, (unsigned long long)at, (long long)bits);
	return 0;
}

/* Take into account what is one step away. */
static int account(struct graph *g, struct frame *f, const struct visit *v)
{
	bool index = f->kind == BTF_KIND_ARRAY && f->next == 1;

	f->height = max_t(u32, f->height, v->height);
	if (g->step == STEP_INTO && !index) {
		if (v->members > BTF_CHECK_MEMBERS_MAX - f->members)
			return btf_blob_bad(g->b, f->id, "has more than %u members, spelt out",
					    BTF_CHECK_MEMBERS_MAX);
		f->members += v->members;
		if (f->kind == BTF_KIND_STRUCT || f->kind == BTF_KIND_UNION)
			return check_member(g, f, v);
	}
	return 0;
}

static u32 known_size(const struct graph *g, u32 id)
{
	if (btf_blob_own(g->b, id))
		return g->visits[id - g->b->first].size;
	return visit_base(g->b, id).size;
}

static int array_size(const struct graph *g, const struct frame *f, u32 *size)
{
	struct btf_array a;
	u32 elem;

	memcpy(&a, btf_blob_rest(g->b, f->id), sizeof(a));
	elem = known_size(g, a.type);
	*size = NO_SIZE;
	if (elem == NO_SIZE)
		return 0;
	if (elem && a.nelems > (NO_SIZE - 1) / elem)
		return btf_blob_bad(g->b, f->id, "has %u elements of %u bytes", a.nelems, elem);
	*size = elem * a.nelems;
	return 0;
}

/* The size of a type whose types one step away are known. */
static int size_of(const struct graph *g, const struct frame *f, u32 *size)
{
	switch (f->kind) {
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		*size = f->t.size;
		return 0;
	case BTF_KIND_PTR:
		*size = sizeof(u64);
		return 0;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
	case BTF_KIND_VAR:
		*size = known_size(g, f->t.type);
		return 0;
	case BTF_KIND_ARRAY:
		return array_size(g, f, size);
	default:
		*size = NO_SIZE;
		return 0;
	}
}

static void push(struct graph *g, u32 id)
{
	struct frame *f = &g->path[g->depth++];

	*f = (struct frame){ .id = id, .t = btf_blob_type(g->b, id) };
	f->kind = BTF_INFO_KIND(f->t.info);
	f->nr = steps(g->step, f->kind, BTF_INFO_VLEN(f->t.info));
	f->members = f->kind == BTF_KIND_STRUCT || f->kind == BTF_KIND_UNION || !f->nr;
	g->visits[id - g->b->first].height = ON_PATH;
}

static int pop(struct graph *g)
{
	const struct frame *f = &g->path[g->depth - 1];
	struct visit *v = &g->visits[f->id - g->b->first];

	if (f->height >= BTF_CHECK_DEPTH_MAX)
		return btf_blob_bad(g->b, f->id, "is nested more than %u deep",
				    BTF_CHECK_DEPTH_MAX);
	v->height = f->height + 1;
	v->members = f->members;
	g->depth--;
	return g->step == STEP_INTO ? size_of(g, f, &v->size) : 0;
}

/* One step: down to a type not seen yet, along to the next, or back up. */
static int advance(struct graph *g)
{
	struct frame *f = &g->path[g->depth - 1];
	struct visit base;
	const struct visit *v;
	u32 to;
	int ret;

	if (f->next == f->nr)
		return pop(g);
	to = step_to(g->b, f);
	if (btf_blob_own(g->b, to)) {
		v = &g->visits[to - g->b->first];
		if (v->height == ON_PATH)
			return btf_blob_bad(g->b, to,
					    g->step == STEP_INTO ? "contains itself" :
								   "is made of itself");
		if (!v->height && g->depth == BTF_CHECK_DEPTH_MAX)
			return btf_blob_bad(g->b, to, "is nested more than %u deep",
					    BTF_CHECK_DEPTH_MAX);
		if (!v->height) {
			push(g, to);
			return 0;
		}
	} else {
		base = visit_base(g->b, to);
		v = &base;
	}
	ret = account(g, f, v);
	f->next++;
	return ret;
}

static int search(struct graph *g, enum step step)
{
	const struct btf_blob *b = g->b;
	u32 id;
	int ret;

	memset(g->visits, 0, (b->end - b->first) * sizeof(*g->visits));
	g->step = step;
	for (id = b->first; id < b->end; id++) {
		if (g->visits[id - b->first].height)
			continue;
		for (push(g, id); g->depth;) {
			ret = advance(g);
			if (ret)
				return ret;
		}
	}
	return 0;
}

int btf_check_graph(const struct btf_blob *b)
{
	struct graph g;
	int ret;

	if (b->end == b->first)
		return 0;
	g.b = b;
	g.depth = 0;
	g.visits = malloc((b->end - b->first) * sizeof(*g.visits));
	if (!g.visits)
		return ktstr_err_set(b->err, -ENOMEM, "no memory to check BTF");
	ret = search(&g, STEP_INTO);
	ret = ret ?: search(&g, STEP_NAMING);
	free(g.visits);
	return ret;
}
