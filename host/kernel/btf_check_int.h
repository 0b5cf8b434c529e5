/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_BTF_CHECK_INT_H
#define KTSTR_HOST_KERNEL_BTF_CHECK_INT_H

/*
 * Between the parts of btf_check(): sections and their bounds (btf_check.c),
 * each type by itself (btf_check_types.c), types among each other
 * (btf_check_graph.c).
 */
#include <bpf/btf.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <string.h>
#include <linux/types.h>

#include "btf_check.h"

/**
 * struct btf_blob - a blob under examination
 * @types: its type section; at any alignment, as all that follow
 * @types_len: bytes of it
 * @strings: its string section
 * @strings_len: bytes of it, of which the last is NUL
 * @short_names: no string of it is longer than BTF_CHECK_NAME_MAX
 * @layout: struct btf_layout for each kind, or NULL
 * @layout_nr: how many
 * @base: what it continues, or NULL
 * @strings_base: name offsets below are the base's
 * @first: id of its first type
 * @end: id behind its last
 * @offs: where each of its types begins in @types, by id - @first
 * @kinds: of each of its types, the same
 * @err: takes the message, or NULL
 */
struct btf_blob {
	const u8 *types;
	u32 types_len;
	const char *strings;
	u32 strings_len;
	bool short_names;
	const u8 *layout;
	u32 layout_nr;
	const struct btf_check_base *base;
	u32 strings_base;
	u32 first;
	u32 end;
	u32 *offs;
	u8 *kinds;
	struct ktstr_err *err;
};

/* A copy of a type's head: the blob may lie anywhere. */
static inline struct btf_type btf_blob_type(const struct btf_blob *b, u32 id)
{
	struct btf_type t;

	memcpy(&t, b->types + b->offs[id - b->first], sizeof(t));
	return t;
}

/* What follows the head of a type of the blob's own. */
static inline const u8 *btf_blob_rest(const struct btf_blob *b, u32 id)
{
	return b->types + b->offs[id - b->first] + sizeof(struct btf_type);
}

static inline u32 btf_blob_u32(const u8 *at)
{
	u32 v;

	memcpy(&v, at, sizeof(v));
	return v;
}

/* A type of the blob's own, not of its base; void is nobody's. */
static inline bool btf_blob_own(const struct btf_blob *b, u32 id)
{
	return id >= b->first && id < b->end;
}

/* Kind of a type, of the base's too; @id is one. */
static inline u32 btf_blob_kind(const struct btf_blob *b, u32 id)
{
	if (btf_blob_own(b, id))
		return b->kinds[id - b->first];
	return id && b->base ? btf_kind(btf__type_by_id(b->base->btf, id)) : BTF_KIND_UNKN;
}

/**
 * btf_blob_bad() - say what is wrong with a type
 * @b: the blob
 * @id: of the type, one of its own
 * @fmt: what, for printf
 *
 * Return: -EINVAL.
 */
int btf_blob_bad(const struct btf_blob *b, u32 id, const char *fmt, ...) __printf(3, 4);

/**
 * btf_check_types() - each type by itself: names, ids, sizes
 * @b: the blob, its types indexed
 *
 * Return: 0 or -EINVAL.
 */
int btf_check_types(const struct btf_blob *b);

/**
 * btf_check_graph() - no type without end
 * @b: the blob, its types checked
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int btf_check_graph(const struct btf_blob *b);

#endif /* KTSTR_HOST_KERNEL_BTF_CHECK_INT_H */
