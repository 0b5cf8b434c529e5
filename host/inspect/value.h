/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_VALUE_H
#define KTSTR_HOST_INSPECT_VALUE_H

/*
 * What was read out of a guest, as one tree: built while the guest stands
 * still, printed as text, written as JSON or asked by path when it runs again.
 *
 * A tree owns all its nodes and the bytes they show. It is built by one thread
 * and is read-only afterwards. Every function that adds a node takes a NULL
 * parent and then adds nothing, so a caller checks once, at the end, whether
 * vtree_full() says that something is missing.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "lib/err.h"

struct value;
struct vtree;

/**
 * enum value_kind - what a node is, and its form in JSON
 * @VALUE_NULL: null
 * @VALUE_BOOL: true, false
 * @VALUE_INT: a number; above 2^53 a hex string
 * @VALUE_UINT: the same
 * @VALUE_HEX: an address or bits: "0x1f"
 * @VALUE_FLOAT: a number, or a string for what JSON has no number for
 * @VALUE_ENUM: {"value": 1025, "name": "SCX_EXIT_ERROR_BPF"}; the name is null
 *              for a value that the type does not name
 * @VALUE_STRING: "text", escaped so that any bytes will do
 * @VALUE_BYTES: {"hex": "00ff..."}
 * @VALUE_CPULIST: "0-3,7"
 * @VALUE_PTR: {"ptr": "0x...", "symbol": "...", "note": "...", "skipped":
 *             "cycle", "deref": ...}, where all but the first may be missing;
 *             null for NULL
 * @VALUE_STRUCT: an object, members in the order of the type
 * @VALUE_ARRAY: an array; one that was cut is {"items": [...], "truncated":
 *               {"needed": N, "had": M}}
 * @VALUE_TRUNCATED: fewer bytes than the type has: {"truncated": {"needed": N,
 *                   "had": M}, "partial": ...}
 * @VALUE_UNSUPPORTED: {"unsupported": "the reason"}
 */
enum value_kind {
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_UINT,
	VALUE_HEX,
	VALUE_FLOAT,
	VALUE_ENUM,
	VALUE_STRING,
	VALUE_BYTES,
	VALUE_CPULIST,
	VALUE_PTR,
	VALUE_STRUCT,
	VALUE_ARRAY,
	VALUE_TRUNCATED,
	VALUE_UNSUPPORTED,
};

/**
 * vtree_new() - an empty tree
 * @max_bytes: it stops growing there and says so: vtree_full()
 *
 * Return: the tree, the caller's (vtree_free()), or NULL with errno ENOMEM.
 */
struct vtree *vtree_new(size_t max_bytes);

/**
 * vtree_free() - forget it and every node
 * @t: the tree, or NULL
 */
void vtree_free(struct vtree *t);

/**
 * vtree_reserve() - get memory before it is needed
 * @t: the tree
 * @bytes: for values to come; what is above the tree's limit is left out
 *
 * Touches the memory, so that a walk during a freeze takes no page faults.
 *
 * Return: false when there is no memory.
 */
bool vtree_reserve(struct vtree *t, size_t bytes);

/**
 * vtree_root() - its root, a VALUE_STRUCT
 * @t: the tree
 */
struct value *vtree_root(const struct vtree *t);

/**
 * vtree_full() - is something missing because there was no room
 * @t: the tree
 */
bool vtree_full(const struct vtree *t);

/**
 * vtree_gap() - something is missing for another reason than room
 * @t: the tree; a member of it says what and why
 *
 * What is cut, truncated or unsupported counts by itself.
 */
void vtree_gap(struct vtree *t);

/**
 * vtree_complete() - is everything there that was to be shown
 * @t: the tree
 *
 * Return: false when it is full, when anything in it was cut, truncated or
 * unsupported, or after vtree_gap().
 */
bool vtree_complete(const struct vtree *t);

/**
 * vtree_last_words() - room for what is said about the whole
 * @t: the tree; a few scalars more can be added, full or not. Once
 */
void vtree_last_words(struct vtree *t);

/**
 * vtree_bytes() - how much memory it takes
 * @t: the tree
 */
size_t vtree_bytes(const struct vtree *t);

/**
 * vtree_nodes() - how many nodes it has, elements of compact arrays included
 * @t: the tree
 */
u64 vtree_nodes(const struct vtree *t);

/**
 * value_add_struct() - a member that has members
 * @t: the tree
 * @parent: a VALUE_STRUCT or VALUE_ARRAY of it, or NULL
 * @name: of the member; not copied: a literal, or a string that outlives the
 *        tree (see vtree_strdup()); NULL in an array
 *
 * Return: the new node, or NULL.
 */
struct value *value_add_struct(struct vtree *t, struct value *parent, const char *name);

/**
 * value_add_array() - a member that has elements
 * @t: see value_add_struct(), as for all below
 * @parent: see there
 * @name: see there
 */
struct value *value_add_array(struct vtree *t, struct value *parent, const char *name);

/**
 * value_cut() - say that elements of an array are missing
 * @array: from value_add_array(), or NULL
 * @needed: elements there are
 * @had: of them in the array
 */
void value_cut(struct value *array, u64 needed, u64 had);

/*
 * Scalars; @text and @bytes are copied, @enumerator is not. A NULL @text is a
 * VALUE_NULL; a @text with a length ends there or at its first NUL.
 */
void value_add_null(struct vtree *t, struct value *parent, const char *name);
void value_add_bool(struct vtree *t, struct value *parent, const char *name, bool v);
void value_add_int(struct vtree *t, struct value *parent, const char *name, s64 v);
void value_add_uint(struct vtree *t, struct value *parent, const char *name, u64 v);
void value_add_hex(struct vtree *t, struct value *parent, const char *name, u64 v);
void value_add_enum(struct vtree *t, struct value *parent, const char *name, s64 v,
		    const char *enumerator);
void value_add_text(struct vtree *t, struct value *parent, const char *name, const char *text);
void value_add_string(struct vtree *t, struct value *parent, const char *name, const char *text,
		      size_t len);
void value_add_float(struct vtree *t, struct value *parent, const char *name, double v);
void value_add_bytes(struct vtree *t, struct value *parent, const char *name, const void *bytes,
		     size_t len);
void value_add_cpulist(struct vtree *t, struct value *parent, const char *name, const void *bits,
		       u32 nr_bits);

/**
 * value_add_numbers() - an array of scalars, as one node
 * @t: see value_add_struct()
 * @parent: see there
 * @name: see there
 * @kind: VALUE_BOOL, _INT, _UINT, _HEX, _ENUM (without names), _FLOAT or _PTR
 * @size: bytes of one: 1, 2, 4 or 8; 4 or 8 of a float, 8 of a pointer
 * @data: the numbers, copied
 * @nr: how many
 *
 * Return: the array, to which nothing can be added but value_cut(); or NULL.
 */
struct value *value_add_numbers(struct vtree *t, struct value *parent, const char *name,
				enum value_kind kind, u32 size, const void *data, u32 nr);

/**
 * value_add_ptr() - a pointer that was not or could not be followed
 * @t: see value_add_struct()
 * @parent: see there
 * @name: see there
 * @v: where it points
 * @skipped: why it was not followed, or NULL; not copied
 */
struct value *value_add_ptr(struct vtree *t, struct value *parent, const char *name, u64 v,
			    const char *skipped);

/**
 * value_unsupported() - something that cannot be shown
 * @t: see value_add_struct()
 * @parent: see there
 * @name: see there
 * @fmt: the reason, for people
 */
void value_unsupported(struct vtree *t, struct value *parent, const char *name, const char *fmt,
		       ...) __printf(4, 5);

/**
 * value_ptr_note() - say more about a pointer
 * @ptr: from value_add_ptr(), or NULL
 * @symbol: what lies there, or NULL; not copied
 * @note: how it was found, such as "sdt_alloc", or NULL; not copied
 *
 * What it leads to is added like a member, with @ptr as the parent.
 */
void value_ptr_note(struct value *ptr, const char *symbol, const char *note);

/**
 * vtree_strdup() - a string that lives as long as the tree
 * @t: the tree
 * @text: any bytes up to a NUL
 *
 * Return: the copy, or "" when there is no room.
 */
const char *vtree_strdup(struct vtree *t, const char *text);

/* Reading. */

enum value_kind value_kind(const struct value *v);
const char *value_name(const struct value *v);

/**
 * value_count() - members or elements
 * @v: a VALUE_STRUCT or VALUE_ARRAY; anything else has none, NULL too, which is
 *     what a full tree gives for one
 */
u64 value_count(const struct value *v);

/**
 * value_first() - the first member or element
 * @v: any node; a pointer that was followed has what it leads to, a
 *     VALUE_TRUNCATED what could be shown
 *
 * Return: the node, owned by the tree; or NULL when there is none, and with
 * errno ENOMEM when elements of an array of numbers could not be made nodes.
 */
const struct value *value_first(const struct value *v);

/**
 * value_next() - the member or element behind one
 * @v: from value_first() or value_next()
 */
const struct value *value_next(const struct value *v);

/**
 * value_at() - an element by number
 * @v: a VALUE_STRUCT or VALUE_ARRAY; constant time for arrays of numbers
 * @i: 0 is the first
 *
 * Return: the node, or NULL as value_first().
 */
const struct value *value_at(const struct value *v, u64 i);

/**
 * value_get() - by path
 * @v: where to begin
 * @path: "ctx.weight", "cpus[3].nr_running", "maps[.bss].value.nr"; "[name]" is
 *        the element of an array that has that name or whose member "name" is
 *        or ends in it, or a member whose name has dots; pointers that were
 *        followed, what is there of a VALUE_TRUNCATED, and "value" of a map
 *        entry are passed through
 * @err: on failure says which part does not exist, and what does; or NULL
 *
 * Return: the node, owned by the tree, or NULL with errno ENOENT, ENOTUNIQ
 * (several elements end in a name, none is it), EINVAL (a path that is none).
 */
const struct value *value_get(const struct value *v, const char *path, struct ktstr_err *err);

/**
 * value_u64() - as a number
 * @v: the node, or NULL
 * @out: set on success
 *
 * Return: true for numbers, booleans, enums, hex values and pointers.
 */
bool value_u64(const struct value *v, u64 *out);
bool value_s64(const struct value *v, s64 *out);

/**
 * value_text() - as a string
 * @v: the node, or NULL
 *
 * Return: the text of a VALUE_STRING, the name of a VALUE_ENUM; else NULL.
 */
const char *value_text(const struct value *v);

/**
 * value_bytes() - as bytes
 * @v: the node, or NULL
 * @len: set to how many, also to 0
 *
 * Return: those of a VALUE_BYTES, owned by the tree; else NULL.
 */
const void *value_bytes(const struct value *v, size_t *len);

/**
 * value_lost() - is part of it missing
 * @v: the node
 * @needed: set to the elements or bytes there are, when true
 * @had: set to those that the node has
 *
 * Return: true for an array that was cut, and for a VALUE_TRUNCATED.
 */
bool value_lost(const struct value *v, u64 *needed, u64 *had);

/**
 * value_reason() - why something is not shown
 * @v: the node
 *
 * Return: the text of a VALUE_UNSUPPORTED; else NULL.
 */
const char *value_reason(const struct value *v);

#endif /* KTSTR_HOST_INSPECT_VALUE_H */
