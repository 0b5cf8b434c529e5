// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

#include "host/kernel/kbtf.h"
#include "lib/util.h"
#include "render_internal.h"

/* What members count as that leave no node behind: with members of their own, and without. */
#define STEP_COST sizeof(struct value)
#define SKIP_COST 8

const struct btf_type *render_peel(const struct render *r, u32 id)
{
	const struct btf_type *t = btf__type_by_id(r->btf, id);
	u32 i;

	for (i = 0; t && i <= RENDER_PEEL_MAX; i++) {
		if (!btf_is_mod(t) && !btf_is_typedef(t) && !btf_is_decl_tag(t))
			return t;
		t = btf__type_by_id(r->btf, t->type);
	}
	return NULL;
}

struct value *render_short(struct render *r, const struct piece *p, u64 needed)
{
	struct value *v = value_new_truncated(r->t, p->parent, p->name, needed, p->len);

	if (v && p->len)
		value_add_bytes(r->t, v, NULL, p->data, min_t(size_t, p->len, RENDER_ARRAY_MAX));
	return v;
}

static struct value *unsupported(struct render *r, const struct piece *p, const char *why)
{
	return value_new_data(r->t, p->parent, p->name, VALUE_UNSUPPORTED, why, strlen(why));
}

static const char *name_at(const struct render *r, u32 off)
{
	return btf__name_by_offset(r->btf, off) ?: "";
}

/*
 * Sets of CPUs: struct cpumask (include/linux/cpumask_types.h), bpf_cpumask
 * (kernel/bpf/cpumask.c) and scx_bitmap of the sched_ext library. Each has the
 * words in a member "bits", the second one a level down.
 */
static bool find_bits(const struct render *r, const struct btf_type *t, u64 *at, u64 *bytes,
		      u32 depth)
{
	const struct btf_member *m = btf_members(t);
	const struct btf_type *mt;
	u32 i, nr = min_t(u32, btf_vlen(t), 4);

	for (i = 0; i < nr; i++, m++) {
		mt = render_peel(r, m->type);
		if (!mt || btf_member_bit_offset(t, i) % 64)
			continue;
		*at += btf_member_bit_offset(t, i) / 8;
		if (btf_is_array(mt) && strcmp(name_at(r, m->name_off), "bits") == 0 &&
		    btf__resolve_size(r->btf, btf_array(mt)->type) == 8) {
			*bytes = (u64)btf_array(mt)->nelems * 8;
			return true;
		}
		if (!depth && btf_is_struct(mt) && strcmp(name_at(r, m->name_off), "cpumask") == 0)
			return find_bits(r, mt, at, bytes, 1);
		*at -= btf_member_bit_offset(t, i) / 8;
	}
	return false;
}

static bool is_cpu_set(const char *name)
{
	switch (name[0]) {
	case 'b':
		return strcmp(name, "bpf_cpumask") == 0;
	case 'c':
		return strcmp(name, "cpumask") == 0;
	case 's':
		return strcmp(name, "scx_bitmap") == 0;
	default:
		return false;
	}
}

static struct value *render_cpus(struct render *r, const struct piece *p, const struct btf_type *t)
{
	u64 at = 0, bytes;
	u32 nr;

	if (!find_bits(r, t, &at, &bytes, 0) || at > p->len || bytes > p->len - at ||
	    bytes > UINT32_MAX / 8)
		return NULL;
	nr = bytes * 8;
	if (r->env && r->env->nr_cpus)
		nr = min(nr, r->env->nr_cpus);
	return value_new_cpulist(r->t, p->parent, p->name, p->data + at, nr);
}

/* Members of a struct or union, into @to. */
static void render_members(struct render *r, struct value *to, const struct piece *p,
			   const struct btf_type *t)
{
	const struct btf_member *m = btf_members(t);
	u32 i, nr = btf_vlen(t), bits;
	const struct btf_type *mt;
	struct piece part;
	u64 at;

	part.parent = to;
	part.depth = p->depth + 1;
	for (i = 0; i < nr && !r->t->full; i++, m++) {
		at = btf_member_bit_offset(t, i);
		bits = btf_member_bitfield_size(t, i);
		part.name = name_at(r, m->name_off);
		if (at / 8 >= p->len && p->len < t->size) {
			vtree_charge(r->t, SKIP_COST);
			continue;
		}
		mt = render_peel(r, m->type);
		if (bits || at % 8) {
			part.data = p->data;
			part.len = p->len;
			render_bits(r, &part, mt, at, bits);
			continue;
		}
		at = min_t(u64, at / 8, p->len);
		part.data = p->data + at;
		part.len = p->len - at;
		if (*part.name || !mt || !btf_is_composite(mt) || part.depth > RENDER_DEPTH_MAX) {
			render_type(r, &part, mt);
			continue;
		}
		/* As in C, members of an anonymous one are members of what it is in. */
		vtree_charge(r->t, STEP_COST);
		part.len = min_t(size_t, part.len, mt->size);
		render_members(r, to, &part, mt);
	}
}

static struct value *render_composite(struct render *r, const struct piece *p,
				      const struct btf_type *t)
{
	struct piece part = *p;
	struct value *v, *to;

	if (p->len >= t->size) {
		if (is_cpu_set(name_at(r, t->name_off))) {
			v = render_cpus(r, p, t);
			if (v || r->t->full)
				return v;
		}
		part.len = t->size;
		v = value_add_struct(r->t, p->parent, p->name);
		to = v;
	} else {
		v = value_new_truncated(r->t, p->parent, p->name, t->size, p->len);
		to = p->len ? value_add_struct(r->t, v, NULL) : NULL;
	}
	if (to)
		render_members(r, to, &part, t);
	return v;
}

/* Globals keep their names. */
static void render_variables(struct render *r, struct value *to, const struct piece *p,
			     const struct btf_type *t)
{
	const struct btf_var_secinfo *s = btf_var_secinfos(t);
	const struct btf_type *var;
	u32 i, nr = btf_vlen(t);
	struct piece part;

	for (i = 0; i < nr && !r->t->full; i++, s++) {
		var = btf__type_by_id(r->btf, s->type);
		if (!var) {
			vtree_charge(r->t, SKIP_COST);
			continue;
		}
		part = (struct piece){
			.parent = to,
			.name = name_at(r, var->name_off),
			.data = p->data + min_t(size_t, s->offset, p->len),
			.len = p->len - min_t(size_t, s->offset, p->len),
			.depth = p->depth + 1,
		};
		part.len = min_t(size_t, part.len, s->size);
		render_any(r, part, s->type);
	}
}

static struct value *render_section(struct render *r, const struct piece *p,
				    const struct btf_type *t)
{
	struct value *v = p->parent, *to;

	if (p->len < t->size)
		v = value_new_truncated(r->t, p->parent, p->name, t->size, p->len);
	to = value_add_struct(r->t, v, v == p->parent ? p->name : NULL);
	if (to)
		render_variables(r, to, p, t);
	return v == p->parent ? to : v;
}

struct value *render_type(struct render *r, const struct piece *p, const struct btf_type *t)
{
	if (!t)
		return unsupported(r, p, "a type that is malformed or has too many names");
	if (p->depth > RENDER_DEPTH_MAX)
		return unsupported(r, p, "types nested too deep");
	switch (btf_kind(t)) {
	case BTF_KIND_UNKN:
		return render_bytes(r, p, p->len, false);
	case BTF_KIND_INT:
		return render_int(r, p, t);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return render_enum(r, p, t);
	case BTF_KIND_FLOAT:
		return render_float(r, p, t);
	case BTF_KIND_PTR:
		return render_ptr(r, p, t);
	case BTF_KIND_ARRAY:
		return render_array(r, p, t);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return render_composite(r, p, t);
	case BTF_KIND_DATASEC:
		return render_section(r, p, t);
	case BTF_KIND_FWD:
		return unsupported(r, p, "a type that is declared, but not defined");
	case BTF_KIND_FUNC:
	case BTF_KIND_FUNC_PROTO:
		return unsupported(r, p, "a function");
	default:
		return unsupported(r, p, "a kind of type that is not known");
	}
}

struct value *render_any(struct render *r, struct piece p, u32 id)
{
	const struct btf_type *t = render_peel(r, id);

	if (t && btf_is_var(t))
		t = render_peel(r, t->type);
	return render_type(r, &p, t);
}

struct value *value_render(struct vtree *t, struct value *parent, const char *name,
			   const struct render_env *env, const struct kbtf *btf, u32 type_id,
			   const void *data, size_t len)
{
	struct piece p = {
		.parent = parent,
		.name = name,
		.data = len ? data : (const void *)"",
		.len = len,
	};
	struct render r = { .t = t, .env = env, .kbtf = btf };
	struct value *v;
	u32 i;

	if (!parent || !value_is_open(parent))
		return NULL;
	if (!type_id || !btf)
		return render_bytes(&r, &p, len, false);
	r.btf = kbtf_btf(btf);
	v = render_any(&r, p, type_id);
	for (i = 0; i < RENDER_CHASE_MAX && r.scratch[i]; i++)
		free(r.scratch[i]);
	return v;
}
