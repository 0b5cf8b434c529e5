/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_SDT_ALLOC_H
#define KTSTR_HOST_INSPECT_SDT_ALLOC_H

/*
 * What a scheduler keeps per task or per cgroup in its arena: the allocator of
 * tools/sched_ext/scx_sdt.bpf.c, which the schedulers of the scx project carry
 * on as lib/sdt_alloc.bpf.c. A tree of three levels leads to every object: a
 * descriptor has a bitmap and a chunk, a chunk has 512 pointers, to descriptors
 * on the first two levels and to objects on the last.
 *
 * The bitmap means two things (desc_find_empty(), mark_nodes_avail()). On the
 * last level a set bit is an object in use. Above, it is set once everything
 * below is in use, so it says nothing about whether there is anything: there
 * every pointer that is not NULL is followed.
 *
 * Two states of a tree that is being changed are not damage: a bit whose
 * pointer is still NULL (scx_alloc() stores it after the bit), and an object
 * whose bytes are zero (scx_alloc_free_idx() clears them before the bit).
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "host/inspect/arena.h"
#include "lib/err.h"

struct insp;
struct kbtf;
struct render_env;
struct sdt_index;
struct value;

/* enum sdt_consts of the allocator; its struct sdt_chunk depends on them. */
#define SDT_LEVELS 3
#define SDT_ENTS   512
#define SDT_WORDS  (SDT_ENTS / 64)

/* Bytes of a descriptor; a larger struct is none. */
#define SDT_DESC_MAX 256
/* Bytes of an object with its header; scx_alloc_init() makes no others. */
#define SDT_ELEM_MIN 16
#define SDT_ELEM_MAX 4096

/* Objects shown of one allocator. */
#define SDT_ENTRIES_MAX 4096
/*
 * Descriptors and objects visited of one allocator, whatever they are: as many
 * tasks as a kernel can have at once (PID_MAX_LIMIT) need 8192 descriptors.
 */
#define SDT_STEPS_MAX 65536
/* Allocators of one BPF object; types looked at for the one of a payload. */
#define SDT_ALLOCATORS_MAX 32
#define SDT_TYPES_MAX	   100000

/**
 * struct sdt_offsets - one kind of allocator
 * @elem_size: offset of pool.elem_size from the allocator's start
 * @root: the same for root
 * @allocated: offset of the bitmap in a descriptor
 * @nr_free: of the count of clear bits
 * @chunk: of the pointer
 * @desc_size: bytes of a descriptor up to its last member
 * @slots: offset of the pointers in a chunk
 * @header: bytes of an object before its payload
 * @own: type ids that are the allocator's, never a payload
 * @nr_own: how many
 */
struct sdt_offsets {
	u32 elem_size;
	u32 root;
	u32 allocated;
	u32 nr_free;
	u32 chunk;
	u32 desc_size;
	u32 slots;
	u32 header;
	u32 own[6];
	u32 nr_own;
};

/**
 * struct sdt_allocator - a variable that is an allocator
 * @name: of the variable, owned by the types
 * @section: type id of the DATASEC it is in
 * @offset: its place in the section's value
 * @o: what it looks like
 * @unusable: why it cannot be walked, or NULL; a constant
 */
struct sdt_allocator {
	const char *name;
	u32 section;
	u32 offset;
	struct sdt_offsets o;
	const char *unusable;
};

/**
 * struct sdt_layout - the allocators of a BPF object
 * @btf: its types; must outlive this and what is made of it
 * @nr: how many there are
 * @dropped: variables beyond SDT_ALLOCATORS_MAX
 * @at: each of them
 *
 * Does not change after sdt_layout_init(). No malloc behind it.
 */
struct sdt_layout {
	const struct kbtf *btf;
	u32 nr;
	u32 dropped;
	struct sdt_allocator at[SDT_ALLOCATORS_MAX];
};

/**
 * sdt_layout_init() - find the allocators of a BPF object
 * @l: filled in, also on failure
 * @btf: types of its programs; any content that kbtf_from_raw() takes
 * @err: says that there is none, or NULL
 *
 * An allocator is a variable of a data section whose type has pool.elem_size
 * and a root that leads to a struct with allocated, nr_free and chunk: members
 * decide, not the names of types. One inside of another struct or an array is
 * not looked for.
 *
 * clang leaves types that only a member's pointer leads to without a body, so
 * of objects and chunks there may be no more than the name. Then a chunk is
 * its pointers, and an object begins with union sdt_id, its payload after it,
 * as scx_sdt.h has them.
 *
 * One pass over all types: before a freeze. Any thread.
 *
 * Return: 0, or -ENOENT when there is no allocator.
 */
int sdt_layout_init(struct sdt_layout *l, const struct kbtf *btf, struct ktstr_err *err);

/**
 * struct sdt_entry - one object of a tree
 * @addr: low 32 bits of its arena pointer
 * @idx: its index in the tree, as it says itself
 * @genn: how often that was used before
 */
struct sdt_entry {
	u32 addr;
	s32 idx;
	s32 genn;
};

/**
 * struct sdt_tree - one allocator walked
 * @o: what it looks like; set by the caller, as are those up to @elem_size
 * @arena: where it is
 * @root: pointer to its first descriptor
 * @elem_size: bytes of an object, for the caller: no step of the walk needs it
 * @nr: objects found
 * @skipped: subtrees and objects that could not be followed: memory that is
 *	     not there, a count of free slots above 512, a descriptor without a
 *	     chunk
 * @unpopulated: bits whose pointer is not stored yet; not in @skipped
 * @steps: of SDT_STEPS_MAX
 * @truncated: why there may be more, or NULL; a constant
 * @entries: the objects in the order of the tree
 */
struct sdt_tree {
	const struct sdt_offsets *o;
	const struct arena *arena;
	u64 root;
	u32 elem_size;
	u32 nr;
	u32 skipped;
	u32 unpopulated;
	u32 steps;
	const char *truncated;
	struct sdt_entry entries[SDT_ENTRIES_MAX];
};

/**
 * sdt_tree_walk() - list the objects of an allocator
 * @in: the guest; only memory and time are used
 * @t: input set, results filled in
 * @index: takes the address of every object in use, also of those that are not
 *	   readable; or NULL
 * @owner: for sdt_index_add()
 *
 * Once an object comes after the SDT_ENTRIES_MAX that were read, no further
 * descriptor is visited; the addresses of its own descriptor still go to
 * @index.
 */
void sdt_tree_walk(struct insp *in, struct sdt_tree *t, struct sdt_index *index, int owner);

/**
 * struct sdt_type - what the payload of an allocator is
 * @id: its type, 0 = not known
 * @name: of it, owned by the types; NULL = not known
 * @reason: why it is this one, or why none
 */
struct sdt_type {
	u32 id;
	const char *name;
	char reason[192];
};

/**
 * sdt_payload_type() - guess the type of a payload by its size
 * @btf: types of the BPF object
 * @o: the allocator; its own types do not count
 * @size: bytes of the payload
 * @type: filled in
 *
 * The allocator knows its objects' size only. Of all structs, and typedefs of
 * structs without a name, the one that has it is the type; where there are
 * several, none is.
 */
void sdt_payload_type(const struct kbtf *btf, const struct sdt_offsets *o, u64 size,
		      struct sdt_type *type);

/**
 * struct sdt_alloc_src - one data section of a BPF object
 * @l: the object's allocators
 * @section: type id of the section, see struct sdt_allocator
 * @data: value of the map that holds the section, read once
 * @len: its bytes
 * @arena: of the same object
 * @env: how pointers in payloads are followed, or NULL
 */
struct sdt_alloc_src {
	const struct sdt_layout *l;
	u32 section;
	const void *data;
	size_t len;
	const struct arena *arena;
	const struct render_env *env;
};

/**
 * sdt_alloc_walk() - show the objects of all allocators of a section
 * @in: the guest; gk_cache_begin() makes it fast
 * @src: the section
 * @to: a VALUE_ARRAY to add to, or NULL; one struct for each allocator:
 *	"name", "elem_size", "payload_type" (or null), "payload_type_reason",
 *	"skipped_subtrees", "truncated", "entries": [{"idx", "genn",
 *	"user_addr", "payload"}]; where they apply also "truncated_reason",
 *	"unpopulated", "zero_payloads" and "entries_unavailable"
 * @index: takes the addresses of all objects, for sdt_resolve(); or NULL
 *
 * The guest may run: then what changes under the walk is skipped and counted.
 * Needs 80 KiB of stack and no other memory. Each guest value is read once.
 */
void sdt_alloc_walk(struct insp *in, const struct sdt_alloc_src *src, struct value *to,
		    struct sdt_index *index);

#endif /* KTSTR_HOST_INSPECT_SDT_ALLOC_H */
