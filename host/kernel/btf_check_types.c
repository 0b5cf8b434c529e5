// SPDX-License-Identifier: GPL-2.0-only
#include "btf_check_int.h"

/* Largest integer: __int128. */
#define INT_BYTES_MAX 16

static bool name_ok(const struct btf_blob *b, u32 off)
{
	const char *s;

	if (off < b->strings_base) {
		s = btf__str_by_offset(b->base->btf, off);
		return s && strnlen(s, BTF_CHECK_NAME_MAX + 1) <= BTF_CHECK_NAME_MAX;
	}
	off -= b->strings_base;
	if (off >= b->strings_len)
		return false;
	/* The section ends in NUL, so what is short does not leave it. */
	return b->short_names ||
	       strnlen(b->strings + off, BTF_CHECK_NAME_MAX + 1) <= BTF_CHECK_NAME_MAX;
}

/* Can a value, or what a pointer points to, be of this type? */
static bool value_ok(const struct btf_blob *b, u32 id)
{
	if (id >= b->end)
		return false;
	switch (btf_blob_kind(b, id)) {
	case BTF_KIND_VAR:
	case BTF_KIND_DATASEC:
	case BTF_KIND_DECL_TAG:
		return false;
	default:
		return true;
	}
}

static int bad_id(const struct btf_blob *b, u32 id, u32 other)
{
	return btf_blob_bad(b, id, "refers to %u, which %s", other,
			    other < b->end ? "cannot stand there" : "does not exist");
}

static int bad_name(const struct btf_blob *b, u32 id, u32 off)
{
	return btf_blob_bad(b, id, "has a name at %u that does not exist or has no end", off);
}

/* One that has a size and no elements. */
static int check_scalar(const struct btf_blob *b, u32 id, const struct btf_type *t, bool ok)
{
	if (!ok)
		return btf_blob_bad(b, id, "has %u bytes", t->size);
	if (BTF_INFO_VLEN(t->info))
		return btf_blob_bad(b, id, "has elements");
	return 0;
}

static int check_int(const struct btf_blob *b, u32 id, const struct btf_type *t)
{
	u32 v = btf_blob_u32(btf_blob_rest(b, id));
	u32 bits = BTF_INT_OFFSET(v) + BTF_INT_BITS(v);

	if (bits > t->size * 8ULL)
		return btf_blob_bad(b, id, "has %u bits in %u bytes", bits, t->size);
	return check_scalar(b, id, t, t->size && t->size <= INT_BYTES_MAX);
}

static bool power_of_two(u32 v)
{
	return v && !(v & (v - 1));
}

static int check_float(const struct btf_blob *b, u32 id, const struct btf_type *t)
{
	bool ok = (power_of_two(t->size) && t->size >= 2 && t->size <= 16) || t->size == 12;

	return check_scalar(b, id, t, ok);
}

static int check_ref(const struct btf_blob *b, u32 id, const struct btf_type *t)
{
	if (BTF_INFO_VLEN(t->info))
		return btf_blob_bad(b, id, "has elements");
	return value_ok(b, t->type) ? 0 : bad_id(b, id, t->type);
}

static int check_array(const struct btf_blob *b, u32 id)
{
	struct btf_array a;

	memcpy(&a, btf_blob_rest(b, id), sizeof(a));
	if (!value_ok(b, a.type))
		return bad_id(b, id, a.type);
	return value_ok(b, a.index_type) ? 0 : bad_id(b, id, a.index_type);
}

static int check_members(const struct btf_blob *b, u32 id, u32 vlen)
{
	const u8 *at = btf_blob_rest(b, id);
	struct btf_member m;
	u32 i;

	for (i = 0; i < vlen; i++, at += sizeof(m)) {
		memcpy(&m, at, sizeof(m));
		if (!name_ok(b, m.name_off))
			return bad_name(b, id, m.name_off);
		if (!value_ok(b, m.type))
			return bad_id(b, id, m.type);
	}
	return 0;
}

static int check_params(const struct btf_blob *b, u32 id, const struct btf_type *t)
{
	u32 i, vlen = BTF_INFO_VLEN(t->info);
	const u8 *at = btf_blob_rest(b, id);
	struct btf_param p;

	if (!value_ok(b, t->type))
		return bad_id(b, id, t->type);
	for (i = 0; i < vlen; i++, at += sizeof(p)) {
		memcpy(&p, at, sizeof(p));
		if (!name_ok(b, p.name_off))
			return bad_name(b, id, p.name_off);
		if (!value_ok(b, p.type))
			return bad_id(b, id, p.type);
	}
	return 0;
}

static int check_enum(const struct btf_blob *b, u32 id, const struct btf_type *t, size_t stride)
{
	u32 i, off, vlen = BTF_INFO_VLEN(t->info);
	const u8 *at = btf_blob_rest(b, id);

	if (!power_of_two(t->size) || t->size > 8)
		return btf_blob_bad(b, id, "has %u bytes", t->size);
	/* The name stands first in both kinds. */
	for (i = 0; i < vlen; i++, at += stride) {
		off = btf_blob_u32(at);
		if (!name_ok(b, off))
			return bad_name(b, id, off);
	}
	return 0;
}

static int check_variables(const struct btf_blob *b, u32 id, u32 vlen)
{
	const u8 *at = btf_blob_rest(b, id);
	struct btf_var_secinfo v;
	u32 i, kind;

	for (i = 0; i < vlen; i++, at += sizeof(v)) {
		memcpy(&v, at, sizeof(v));
		kind = v.type < b->end ? btf_blob_kind(b, v.type) : BTF_KIND_UNKN;
		/* Functions: .ksyms of an object that calls the kernel's. */
		if (kind != BTF_KIND_VAR && kind != BTF_KIND_FUNC)
			return bad_id(b, id, v.type);
	}
	return 0;
}

/* vlen of a type that can be a base's; @id is one. */
static u32 vlen_of(const struct btf_blob *b, u32 id)
{
	return btf_blob_own(b, id) ? BTF_INFO_VLEN(btf_blob_type(b, id).info) :
				     btf_vlen(btf__type_by_id(b->base->btf, id));
}

static u32 target_of(const struct btf_blob *b, u32 id)
{
	return btf_blob_own(b, id) ? btf_blob_type(b, id).type :
				     btf__type_by_id(b->base->btf, id)->type;
}

static int check_tag(const struct btf_blob *b, u32 id, const struct btf_type *t)
{
	u32 nr = 0, target = t->type;
	s32 component = btf_blob_u32(btf_blob_rest(b, id));

	if (!target || target >= b->end)
		return bad_id(b, id, target);
	/* A member's or a parameter's; -1 is the whole. */
	if (btf_blob_kind(b, target) == BTF_KIND_FUNC) {
		target = target_of(b, target);
		if (!target || target >= b->end || btf_blob_kind(b, target) != BTF_KIND_FUNC_PROTO)
			return bad_id(b, id, t->type);
	}
	switch (btf_blob_kind(b, target)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_FUNC_PROTO:
		nr = vlen_of(b, target);
		break;
	}
	if (component < -1 || (component >= 0 && component >= nr))
		return btf_blob_bad(b, id, "is about element %d of %u", component, nr);
	return 0;
}

static int check_func(const struct btf_blob *b, u32 id, const struct btf_type *t)
{
	/* Its vlen is the linkage. */
	if (!t->type || t->type >= b->end || btf_blob_kind(b, t->type) != BTF_KIND_FUNC_PROTO)
		return bad_id(b, id, t->type);
	return 0;
}

static int check_one(const struct btf_blob *b, u32 id, const struct btf_type *t)
{
	u32 vlen = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
		return check_int(b, id, t);
	case BTF_KIND_FLOAT:
		return check_float(b, id, t);
	case BTF_KIND_ARRAY:
		return check_array(b, id);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return check_members(b, id, vlen);
	case BTF_KIND_ENUM:
		return check_enum(b, id, t, sizeof(struct btf_enum));
	case BTF_KIND_ENUM64:
		return check_enum(b, id, t, sizeof(struct btf_enum64));
	case BTF_KIND_FUNC_PROTO:
		return check_params(b, id, t);
	case BTF_KIND_FUNC:
		return check_func(b, id, t);
	case BTF_KIND_DATASEC:
		return check_variables(b, id, vlen);
	case BTF_KIND_DECL_TAG:
		return check_tag(b, id, t);
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
	case BTF_KIND_VAR:
		return check_ref(b, id, t);
	default:
		return 0;
	}
}

int btf_check_types(const struct btf_blob *b)
{
	struct btf_type t;
	u32 id;
	int ret;

	for (id = b->first; id < b->end; id++) {
		t = btf_blob_type(b, id);
		if (!name_ok(b, t.name_off))
			return bad_name(b, id, t.name_off);
		ret = check_one(b, id, &t);
		if (ret)
			return ret;
	}
	return 0;
}
