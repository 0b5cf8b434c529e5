// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"
#include "render_internal.h"

static const char *symbol_of(struct render *r, u64 ptr)
{
	char text[GK_SYMBOLISE_MAX];

	if (!r->env->gk || !*gk_symbolise(r->env->gk, ptr, text, sizeof(text)))
		return NULL;
	return vtree_strdup(r->t, text);
}

static bool is_cycle(const struct render *r, u64 ptr, u32 type)
{
	u32 i;

	for (i = 0; i < r->hops; i++)
		if (r->path[i].ptr == ptr && r->path[i].type == type)
			return true;
	return false;
}

/*
 * The bytes are good until the resolver is called again, which happens while
 * they are shown.
 */
static const char *keep_bytes(struct render *r, const struct render_target *to, struct piece *part)
{
	u8 **room = &r->scratch[r->hops];
	s64 size = to->type_id && to->btf ? btf__resolve_size(kbtf_btf(to->btf), to->type_id) : 0;

	part->len = min_t(size_t, to->len, RENDER_BYTES_MAX);
	if (size > 0)
		part->len = min_t(size_t, part->len, size);
	if (!*room)
		*room = malloc(RENDER_BYTES_MAX);
	if (!*room)
		return "no memory";
	if (part->len)
		memcpy(*room, to->bytes, part->len);
	part->data = *room;
	return NULL;
}

static const char *follow(struct render *r, struct value_ptr *ptr, u32 pointee)
{
	const struct kbtf *kbtf = r->kbtf;
	const struct btf *btf = r->btf;
	struct piece part = { .parent = &ptr->v };
	struct render_target to = {};
	const char *why;

	why = r->env->resolve(r->env->ctx, ptr->v.u, kbtf, pointee, &to);
	if (why)
		return why;
	ptr->note = to.note;
	if (is_cycle(r, ptr->v.u, to.type_id))
		return "cycle";
	if (r->hops >= min_t(u32, r->env->chase, RENDER_CHASE_MAX))
		return "too many pointers one after the other";
	if (r->followed >= RENDER_FOLLOW_MAX)
		return "too many pointers";
	why = keep_bytes(r, &to, &part);
	if (why)
		return why;
	r->followed++;
	r->path[r->hops].ptr = ptr->v.u;
	r->path[r->hops].type = to.type_id;
	r->hops++;
	r->kbtf = to.btf;
	r->btf = to.btf ? kbtf_btf(to.btf) : NULL;
	if (to.type_id && to.btf)
		render_any(r, part, to.type_id);
	else
		render_bytes(r, &part, to.len, false);
	r->kbtf = kbtf;
	r->btf = btf;
	r->hops--;
	return NULL;
}

struct value *render_ptr(struct render *r, const struct piece *p, const struct btf_type *t)
{
	const struct render_env *env = r->env;
	struct value_ptr *ptr;
	struct value *v;
	u64 to;

	if (p->len < sizeof(to))
		return render_short(r, p, sizeof(to));
	memcpy(&to, p->data, sizeof(to));
	if (!to || !env) {
		v = value_new(r->t, p->parent, p->name, VALUE_PTR, sizeof(*v));
		if (v)
			v->u = to;
		return v;
	}
	ptr = value_new_ptr(r->t, p->parent, p->name, to);
	if (!ptr)
		return NULL;
	ptr->symbol = symbol_of(r, to);
	if (env->resolve && env->chase)
		ptr->skipped = follow(r, ptr, t->type);
	return &ptr->v;
}
