/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_VALUE_INTERNAL_H
#define KTSTR_HOST_INSPECT_VALUE_INTERNAL_H

/*
 * Nodes as they lie in memory: for the files that build and show values, and
 * for nobody else. A node is as long as its kind needs, and what it shows lies
 * behind it, so that one step of a pointer makes one node.
 */
#include <pthread.h>
#include <linux/bits.h>
#include <linux/types.h>

#include "value.h"

struct btf;
struct btf_type;

/* Deeper trees are not shown below: rendered ones end long before. */
#define VALUE_DEPTH_MAX 1024

/* Of memory, for vtree_last_words(): half a dozen scalars. */
#define VTREE_LAST_WORDS 32

/* The number of an enum is unsigned. */
#define VALUE_F_UNSIGNED BIT(0)
/* An array whose elements are bytes: struct value_compact. */
#define VALUE_F_COMPACT BIT(1)
/* An array of which value_cut() was called. */
#define VALUE_F_CUT BIT(2)
/* A pointer that is a struct value_ptr. */
#define VALUE_F_PTR_FULL BIT(3)

/**
 * struct value - a node
 * @kind: enum value_kind
 * @flags: VALUE_F_*
 * @elem_kind: of a compact array's elements
 * @elem_size: their bytes
 * @len: members, elements, bytes of text or bits, by kind
 * @name: of a member, or NULL
 * @next: the next member of the same parent
 * @first: members of a STRUCT or ARRAY, what a TRUNCATED has
 * @data: bytes of STRING, BYTES, CPULIST, UNSUPPORTED and compact arrays
 * @u: numbers, bits, pointers
 * @i: the same, signed
 * @f: a FLOAT
 */
struct value {
	u8 kind;
	u8 flags;
	u8 elem_kind;
	u8 elem_size;
	u32 len;
	const char *name;
	struct value *next;
	union {
		struct value *first;
		const void *data;
		u64 u;
		s64 i;
		double f;
	};
};

/* A VALUE_ENUM. */
struct value_enum {
	struct value v;
	const char *enumerator;
};

/* A VALUE_PTR with VALUE_F_PTR_FULL. */
struct value_ptr {
	struct value v;
	const char *symbol;
	const char *note;
	const char *skipped;
	struct value *deref;
};

/* A VALUE_STRUCT. */
struct value_list {
	struct value v;
	struct value *last;
};

/* A VALUE_ARRAY or VALUE_TRUNCATED, and the tree it is in. */
struct value_array {
	struct value_list l;
	u64 needed;
	u64 had;
	struct vtree *t;
};

/**
 * struct value_compact - a VALUE_ARRAY with VALUE_F_COMPACT
 * @a: @a.l.last is unused
 * @btf: names of @type
 * @type: of elements that are enums, or NULL
 * @elems: nodes made of the bytes when somebody asked for one; under @t's lock
 */
struct value_compact {
	struct value_array a;
	const struct btf *btf;
	const struct btf_type *type;
	struct value_enum *elems;
};

struct vtree_chunk {
	struct vtree_chunk *next;
	u64 data[];
};

/**
 * struct vtree - a tree and its memory
 * @at: free bytes of the newest chunk begin here
 * @end: and end here
 * @chunks: all of them
 * @room: of the chunks together
 * @max: what @room and @charged may come to
 * @charged: taken off for work that left nothing behind
 * @nodes: see vtree_nodes()
 * @full: see vtree_full(); @at is @end then
 * @gap: see vtree_gap()
 * @root: the root
 * @lock: for what reading adds
 * @extra: chunks of that
 * @last: see vtree_last_words()
 */
struct vtree {
	u8 *at;
	u8 *end;
	struct vtree_chunk *chunks;
	size_t room;
	size_t max;
	size_t charged;
	u64 nodes;
	bool full;
	bool gap;
	struct value_list root;
	pthread_mutex_t lock;
	struct vtree_chunk *extra;
	u64 last[VTREE_LAST_WORDS];
};

/* The slow half of vtree_alloc(). */
void *vtree_grow(struct vtree *t, size_t size);

/**
 * vtree_alloc() - memory that lives as long as the tree
 * @t: the tree
 * @size: bytes
 *
 * Return: @size bytes aligned to 8, or NULL: then the tree is full from here on.
 */
static inline void *vtree_alloc(struct vtree *t, size_t size)
{
	void *p = t->at;

	size = (size + 7) & ~(size_t)7;
	if (size > (size_t)(t->end - t->at))
		return vtree_grow(t, size);
	t->at += size;
	return p;
}

/**
 * vtree_charge() - work on guest data that adds no node
 * @t: the tree
 * @bytes: what it counts as
 *
 * So that types which lead nowhere end too: with a tree that is full.
 */
void vtree_charge(struct vtree *t, size_t bytes);

/* Can nodes be added to it. */
static inline bool value_is_open(const struct value *v)
{
	if (v->kind == VALUE_PTR)
		return v->flags & VALUE_F_PTR_FULL;
	return v->kind == VALUE_STRUCT || v->kind == VALUE_TRUNCATED ||
	       (v->kind == VALUE_ARRAY && !(v->flags & VALUE_F_COMPACT));
}

/**
 * value_new() - add a node
 * @t: the tree
 * @parent: to what, or NULL
 * @name: as for value_add_struct()
 * @kind: its kind
 * @size: its bytes, those of what it shows included; only the part that is
 *        struct value is initialised
 *
 * Return: the node, or NULL.
 */
static inline struct value *value_new(struct vtree *t, struct value *parent, const char *name,
				      enum value_kind kind, size_t size)
{
	struct value_list *l = (struct value_list *)parent;
	struct value *v;

	if (!parent || !value_is_open(parent))
		return NULL;
	v = vtree_alloc(t, size);
	if (!v)
		return NULL;
	t->nodes++;
	*v = (struct value){ .kind = kind, .name = name };
	if (parent->kind == VALUE_PTR) {
		((struct value_ptr *)parent)->deref = v;
		return v;
	}
	if (l->last)
		l->last->next = v;
	else
		parent->first = v;
	l->last = v;
	parent->len++;
	return v;
}

/**
 * value_new_data() - add a node with bytes
 * @t: see value_new()
 * @parent: see there
 * @name: see there
 * @kind: see there
 * @data: copied, and a NUL behind it
 * @len: how many, which becomes the node's @len
 */
struct value *value_new_data(struct vtree *t, struct value *parent, const char *name,
			     enum value_kind kind, const void *data, size_t len);

/* As value_add_cpulist(). */
struct value *value_new_cpulist(struct vtree *t, struct value *parent, const char *name,
				const void *bits, u32 nr_bits);

/**
 * value_new_ptr() - add a pointer of which more will be said
 * @t: see value_new()
 * @parent: see there
 * @name: see there
 * @ptr: where it points
 */
struct value_ptr *value_new_ptr(struct vtree *t, struct value *parent, const char *name, u64 ptr);

/**
 * value_new_truncated() - add what has fewer bytes than its type
 * @t: see value_new()
 * @parent: see there
 * @name: see there
 * @needed: bytes of the type
 * @had: bytes there are
 *
 * Return: the node; what could be shown is to be added to it.
 */
struct value *value_new_truncated(struct vtree *t, struct value *parent, const char *name,
				  u64 needed, u64 had);

/**
 * value_elem() - element of a compact array
 * @v: the array
 * @i: below its len
 * @to: filled in; name and next are NULL
 */
void value_elem(const struct value *v, u32 i, struct value_enum *to);

/**
 * value_expand() - all elements of a compact array as nodes
 * @v: the array
 *
 * Any thread. Return: the elements, owned by the tree; or NULL when there are
 * none, or no memory (errno).
 */
const struct value_enum *value_expand(const struct value *v);

/**
 * value_cpulist() - "0-3,7" of a VALUE_CPULIST
 * @v: the node
 *
 * Return: the text, to be freed by the caller, or NULL with errno ENOMEM.
 */
char *value_cpulist(const struct value *v);

/* Text that was printed into a VALUE_UNSUPPORTED, and the like. */
static inline const char *value_chars(const struct value *v)
{
	return v->data;
}

#endif /* KTSTR_HOST_INSPECT_VALUE_INTERNAL_H */
