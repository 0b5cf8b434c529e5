// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <string.h>

#include "lib/util.h"
#include "render_enum.h"
#include "render_internal.h"

/* __int128, the widest integer of C: shown as bytes. */
#define INT_BYTES_MAX 16
/* Enumerators that may be looked at for what one node counts as. */
#define STEPS_PER_NODE 16

static s64 sign_extend(u64 u, u32 bits)
{
	return (s64)(u << (64 - bits)) >> (64 - bits);
}

static struct value *scalar(struct render *r, const struct piece *p, enum value_kind kind, u64 u)
{
	struct value *v = value_new(r->t, p->parent, p->name, kind, sizeof(*v));

	if (v)
		v->u = u;
	return v;
}

static struct value *enum_value(struct render *r, const struct piece *p, const struct btf_type *t,
				u64 u, u32 bits)
{
	bool sign = enum_is_signed(t);
	struct value_enum *e;
	u32 steps = 0;

	e = (struct value_enum *)value_new(r->t, p->parent, p->name, VALUE_ENUM, sizeof(*e));
	if (!e)
		return NULL;
	e->v.i = sign ? sign_extend(u, bits) : (s64)u;
	e->v.flags = sign ? 0 : VALUE_F_UNSIGNED;
	e->enumerator = enum_name(r->btf, t, e->v.i, &steps);
	if (steps >= STEPS_PER_NODE)
		vtree_charge(r->t, steps / STEPS_PER_NODE * sizeof(*e));
	return &e->v;
}

struct value *render_number(struct render *r, const struct piece *p, const struct btf_type *t,
			    u64 u, u32 bits)
{
	u8 encoding;

	if (btf_is_any_enum(t))
		return enum_value(r, p, t, u, bits);
	encoding = btf_int_encoding(t);
	/* What no compiler stores in a bool is worth seeing. */
	if (encoding & BTF_INT_BOOL && u <= 1)
		return scalar(r, p, VALUE_BOOL, u);
	if (encoding & BTF_INT_SIGNED)
		return scalar(r, p, VALUE_INT, sign_extend(u, bits));
	return scalar(r, p, VALUE_UINT, u);
}

static struct value *reason(struct render *r, const struct piece *p, const char *what, u64 size)
{
	struct value_list *l;

	/* A parent of its own, so that the node can be returned. */
	l = (struct value_list *)value_new_truncated(r->t, p->parent, p->name, size, p->len);
	if (!l)
		return NULL;
	value_unsupported(r->t, &l->v, NULL, "%s of %llu bits", what, (unsigned long long)size);
	return &l->v;
}

static u64 load(const u8 *data, u32 size)
{
	u64 u = 0;

	memcpy(&u, data, size);
	return u;
}

struct value *render_int(struct render *r, const struct piece *p, const struct btf_type *t)
{
	u32 bits = btf_int_bits(t);

	if (p->len < t->size)
		return render_short(r, p, t->size);
	if (!t->size || t->size > INT_BYTES_MAX)
		return reason(r, p, "an integer", t->size * 8ULL);
	if (bits != t->size * 8 || btf_int_offset(t))
		return render_bits(r, p, t, 0, 0);
	if (t->size > 8)
		return value_new_data(r->t, p->parent, p->name, VALUE_BYTES, p->data, t->size);
	return render_number(r, p, t, load(p->data, t->size), bits);
}

struct value *render_enum(struct render *r, const struct piece *p, const struct btf_type *t)
{
	if (p->len < t->size)
		return render_short(r, p, t->size);
	if (!t->size || t->size > 8)
		return reason(r, p, "an enum", t->size * 8ULL);
	return render_number(r, p, t, load(p->data, t->size), t->size * 8);
}

struct value *render_float(struct render *r, const struct piece *p, const struct btf_type *t)
{
	struct value *v;
	float single;

	if (p->len < t->size)
		return render_short(r, p, t->size);
	if (t->size != sizeof(float) && t->size != sizeof(double))
		return reason(r, p, "a floating point number", t->size * 8ULL);
	v = scalar(r, p, VALUE_FLOAT, 0);
	if (!v)
		return NULL;
	if (t->size == sizeof(double)) {
		memcpy(&v->f, p->data, sizeof(double));
	} else {
		memcpy(&single, p->data, sizeof(single));
		v->f = single;
	}
	return v;
}

/* Up to 64 bits from any bit on, little endian. */
static u64 load_bits(const u8 *data, u32 shift, u32 bits)
{
	u32 bytes = DIV_ROUND_UP(shift + bits, 8);
	u64 u = load(data, min_t(u32, bytes, 8)) >> shift;

	if (bytes > 8)
		u |= (u64)data[8] << (64 - shift);
	return bits < 64 ? u & ((1ULL << bits) - 1) : u;
}

/*
 * Before the kind flag of structs (Linux 5.0, 9d5f9f701b18) a bit field was a
 * type of its own, with its bits and their offset: then @bits is 0.
 */
struct value *render_bits(struct render *r, const struct piece *p, const struct btf_type *t, u64 at,
			  u32 bits)
{
	u64 end;

	if (!t || !(btf_is_int(t) || btf_is_any_enum(t)))
		return reason(r, p, "a bit field of no number,", bits);
	if (!bits) {
		bits = btf_is_int(t) ? btf_int_bits(t) : t->size * 8;
		at += btf_is_int(t) ? btf_int_offset(t) : 0;
	}
	if (!bits || bits > 64)
		return reason(r, p, "a bit field", bits);
	end = DIV_ROUND_UP(at + bits, 8);
	if (end > p->len)
		return value_new_truncated(r->t, p->parent, p->name, end, p->len);
	return render_number(r, p, t, load_bits(p->data + at / 8, at % 8, bits), bits);
}
