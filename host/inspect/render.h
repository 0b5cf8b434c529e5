/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_RENDER_H
#define KTSTR_HOST_INSPECT_RENDER_H

/*
 * Bytes and a type make a value. Types and bytes are the guest's: depth,
 * elements and total work are bounded, and what was left out is said.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct guest_kernel;
struct kbtf;
struct value;
struct vtree;

/* Typedefs, qualifiers and tags around one type. */
#define RENDER_PEEL_MAX	 32
#define RENDER_DEPTH_MAX 32
/* Elements of one array; more are cut. */
#define RENDER_ARRAY_MAX 4096
/* Bytes that a pointer leads to; more are cut. */
#define RENDER_BYTES_MAX 65536
/* Pointers followed from one value into the next. */
#define RENDER_CHASE_MAX 16
/* And in one call of value_render() altogether. */
#define RENDER_FOLLOW_MAX 1024

/**
 * struct render_target - what a pointer leads to
 * @btf: types of @type_id
 * @type_id: what is there, 0 = nothing is known: shown as bytes
 * @bytes: the memory, valid until the next call of the resolver
 * @len: its bytes
 * @note: how it was found, such as "sdt_alloc"; a constant, or NULL
 */
struct render_target {
	const struct kbtf *btf;
	u32 type_id;
	const void *bytes;
	size_t len;
	const char *note;
};

/**
 * struct render_env - how pointers are followed
 * @gk: the guest, for symbols of addresses; or NULL
 * @resolve: asked for every pointer that is not NULL: fills in the target and
 *           returns NULL, or returns why it is not followed (a constant).
 *           @pointee is the type it points to, 0 for void. NULL: none is
 * @ctx: for @resolve
 * @chase: pointers to follow one after the other, at most RENDER_CHASE_MAX
 * @nr_cpus: bits of a cpumask that count, 0 = all its type has: memory of a
 *           kernel with CONFIG_CPUMASK_OFFSTACK has fewer
 */
struct render_env {
	const struct guest_kernel *gk;
	const char *(*resolve)(void *ctx, u64 ptr, const struct kbtf *btf, u32 pointee,
			       struct render_target *to);
	void *ctx;
	u32 chase;
	u32 nr_cpus;
};

/**
 * value_render() - show bytes as a type
 * @t: tree to add to
 * @parent: node to add to, or NULL
 * @name: see value_add_struct()
 * @env: how pointers are followed, or NULL: they are not
 * @btf: the types; must outlive the tree: names are not copied
 * @type_id: which; 0 shows bytes; a DATASEC is shown variable by variable
 * @data: the bytes, copied as far as need be
 * @len: how many; fewer than the type has give a VALUE_TRUNCATED, more are
 *       ignored
 *
 * Return: the node, or NULL when the tree is full.
 */
struct value *value_render(struct vtree *t, struct value *parent, const char *name,
			   const struct render_env *env, const struct kbtf *btf, u32 type_id,
			   const void *data, size_t len);

#endif /* KTSTR_HOST_INSPECT_RENDER_H */
