/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_SDT_RESOLVE_H
#define KTSTR_HOST_INSPECT_SDT_RESOLVE_H

/*
 * From a pointer into an arena to what is there: which allocator an address
 * belongs to, and a resolver for struct render_env that uses it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "host/inspect/arena.h"
#include "host/inspect/render.h"

struct guest_kernel;
struct kbtf;

/* Objects and allocators that are remembered; more are counted. */
#define SDT_SLOTS_MAX  65536
#define SDT_OWNERS_MAX 64
/* Arenas a resolver tells apart, and bytes shown behind one pointer. */
#define SDT_ARENAS_MAX	16
#define SDT_RESOLVE_MAX 4096

/**
 * struct sdt_owner - an allocator, as far as its objects need it
 * @arena: where its objects are; a copy
 * @btf: types of its payload
 * @type_id: that type, 0 = not known
 * @elem_size: bytes of an object
 * @header: of them, those before the payload
 */
struct sdt_owner {
	struct arena arena;
	const struct kbtf *btf;
	u32 type_id;
	u32 elem_size;
	u32 header;
};

struct sdt_index;

/**
 * sdt_index_new() - an empty index
 *
 * All memory is taken here, 1 MiB: before a freeze.
 *
 * Return: the index, the caller's (sdt_index_free()), or NULL with errno ENOMEM.
 */
struct sdt_index *sdt_index_new(void);

/**
 * sdt_index_free() - forget it
 * @x: the index, or NULL
 */
void sdt_index_free(struct sdt_index *x);

/**
 * sdt_index_reset() - forget what is in it, for the next freeze
 * @x: the index, or NULL
 */
void sdt_index_reset(struct sdt_index *x);

/**
 * sdt_index_owner() - an allocator whose objects will follow
 * @x: the index, or NULL
 * @o: copied
 *
 * Return: its number, or -ENOSPC (always for NULL): its objects are not found.
 */
int sdt_index_owner(struct sdt_index *x, const struct sdt_owner *o);

/**
 * sdt_index_add() - an object
 * @x: the index, or NULL
 * @owner: from sdt_index_owner(); a negative one counts as dropped
 * @addr: low 32 bits of its arena pointer
 */
void sdt_index_add(struct sdt_index *x, int owner, u32 addr);

/**
 * sdt_index_count() - objects in it
 * @x: the index, or NULL
 */
u32 sdt_index_count(const struct sdt_index *x);

/**
 * sdt_index_dropped() - objects that had no room
 * @x: the index, or NULL
 */
u32 sdt_index_dropped(const struct sdt_index *x);

/**
 * sdt_index_find() - the object an address lies in
 * @x: the index, or NULL
 * @a: the arena the address belongs to
 * @addr: low 32 bits of a pointer
 * @offset: set to the bytes between the object's start and @addr
 *
 * The first call after new objects sorts them; so one thread at a time.
 *
 * Return: its allocator, owned by @x until it is reset, or NULL.
 */
const struct sdt_owner *sdt_index_find(struct sdt_index *x, const struct arena *a, u32 addr,
				       u32 *offset);

/**
 * struct sdt_resolver - context of sdt_resolve()
 * @gk: memory
 * @index: objects of allocators, or NULL
 * @arenas: all of the guest's, at most SDT_ARENAS_MAX are looked at; the one
 *	    of the object whose values are rendered first: it is preferred
 *	    where only 32 bits of a pointer are there
 * @nr_arenas: how many
 * @buf: what the last pointer led to
 *
 * Set up by the caller, who owns what it points to. One thread at a time.
 */
struct sdt_resolver {
	const struct guest_kernel *gk;
	struct sdt_index *index;
	const struct arena *arenas;
	u32 nr_arenas;
	u8 buf[SDT_RESOLVE_MAX];
};

/**
 * sdt_resolver_owns() - does a pointer lead into one of the arenas
 * @r: the resolver
 * @ptr: any value
 *
 * For resolvers that can follow other pointers, too.
 */
bool sdt_resolver_owns(const struct sdt_resolver *r, u64 ptr);

/**
 * sdt_resolve() - where a pointer into an arena leads: for struct render_env
 * @ctx: a struct sdt_resolver
 * @ptr: the pointer
 * @btf: types of the value it is in
 * @pointee: what it points to there; 0 for void
 * @to: filled in on success
 *
 * A pointer to the start of an allocator's object leads to its payload behind
 * the header; one to the payload leads there, and may say itself what that is.
 * Else it is the type of that allocator's payloads, bytes where that is not
 * known. Both are noted as "sdt_alloc". All other pointers must say what they
 * lead to, a type with a size ("arena"). A forward declaration is looked up by
 * name in @btf.
 *
 * Return: NULL, or why it is not followed (a constant).
 */
const char *sdt_resolve(void *ctx, u64 ptr, const struct kbtf *btf, u32 pointee,
			struct render_target *to);

#endif /* KTSTR_HOST_INSPECT_SDT_RESOLVE_H */
