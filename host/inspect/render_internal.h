/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_RENDER_INTERNAL_H
#define KTSTR_HOST_INSPECT_RENDER_INTERNAL_H

/* Between the files that make values of bytes, and for nobody else. */
#include "render.h"
#include "value_internal.h"

struct btf;
struct btf_type;

/**
 * struct render - one call of value_render()
 * @t: tree to add to
 * @env: see value_render()
 * @kbtf: types of what is shown now
 * @btf: the same, libbpf's
 * @hops: pointers followed to get here
 * @followed: pointers followed altogether
 * @path: where they led, and as what
 * @scratch: what they led to, RENDER_BYTES_MAX for each hop, or NULL
 */
struct render {
	struct vtree *t;
	const struct render_env *env;
	const struct kbtf *kbtf;
	const struct btf *btf;
	u32 hops;
	u32 followed;
	struct {
		u64 ptr;
		u32 type;
	} path[RENDER_CHASE_MAX];
	u8 *scratch[RENDER_CHASE_MAX];
};

/**
 * struct piece - bytes to show, and where
 * @parent: node to add to
 * @name: of the new node, or NULL
 * @data: the bytes
 * @len: how many there are; a type may have more
 * @depth: types around this one
 */
struct piece {
	struct value *parent;
	const char *name;
	const u8 *data;
	size_t len;
	u32 depth;
};

/**
 * render_peel() - a type without typedefs, qualifiers and tags
 * @r: the call
 * @id: any
 *
 * Return: the type, or NULL when there are more than RENDER_PEEL_MAX or the id
 * is none.
 */
const struct btf_type *render_peel(const struct render *r, u32 id);

/* Show bytes as any type. Return: the node, or NULL. */
struct value *render_any(struct render *r, struct piece p, u32 id);

/* As a type that is peeled. */
struct value *render_type(struct render *r, const struct piece *p, const struct btf_type *t);

/* Scalars: of the kind @t has, and @t peeled. */
struct value *render_int(struct render *r, const struct piece *p, const struct btf_type *t);
struct value *render_enum(struct render *r, const struct piece *p, const struct btf_type *t);
struct value *render_float(struct render *r, const struct piece *p, const struct btf_type *t);

/**
 * render_bits() - a bit field
 * @r: the call
 * @p: the struct's bytes, the member's name
 * @t: type of the member, peeled
 * @at: first bit, counted from the struct's first byte
 * @bits: how many; 0 = what the type says
 */
struct value *render_bits(struct render *r, const struct piece *p, const struct btf_type *t, u64 at,
			  u32 bits);

/* A number of so many bytes whose BTF kind is @t's. */
struct value *render_number(struct render *r, const struct piece *p, const struct btf_type *t,
			    u64 u, u32 bits);

/* A pointer, followed as the environment says. */
struct value *render_ptr(struct render *r, const struct piece *p, const struct btf_type *t);

/* An array. */
struct value *render_array(struct render *r, const struct piece *p, const struct btf_type *t);

/* At most RENDER_ARRAY_MAX bytes of @len; @text: they may be text. */
struct value *render_bytes(struct render *r, const struct piece *p, u64 len, bool text);

/* As VALUE_TRUNCATED, what is there as bytes. */
struct value *render_short(struct render *r, const struct piece *p, u64 needed);

#endif /* KTSTR_HOST_INSPECT_RENDER_INTERNAL_H */
