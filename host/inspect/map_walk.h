/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_MAP_WALK_H
#define KTSTR_HOST_INSPECT_MAP_WALK_H

/*
 * Between bpf_maps.c and the files that know one kind of map each.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "host/inspect/bpf_maps.h"
#include "host/inspect/insp.h"
#include "host/inspect/value.h"

/**
 * struct map_type - a type, and whose
 * @btf: the types; anything when @id is 0
 * @id: 0 = none: bytes
 */
struct map_type {
	const struct kbtf *btf;
	u32 id;
};

/**
 * struct map_loss - what was left out of a map
 * @unreadable: elements, or parts of them
 * @loops: chains that lead in a circle, or do not end where they should
 * @foreign: elements that belong to something else
 * @late: the walk ended at the deadline, or at a limit of steps
 * @full: the tree or the bytes of a map were used up
 */
struct map_loss {
	u64 unreadable;
	u64 loops;
	u64 foreign;
	bool late;
	bool full;
};

/**
 * struct map_walk - a map that is being walked
 * @in: the guest
 * @l: the layout
 * @map: what kind of map
 * @node: its struct in the tree
 * @own: types it came with, NULL = none
 * @key: type of its keys
 * @value: type of its values
 * @values_raw: with @in->raw, where the bytes of the CPUs' values go
 * @buf: of @room bytes, for what is read; grows by map_walk_room()
 * @room: see @buf
 * @bytes: of values read so far
 * @steps: for map_walk_stop()
 * @loss: what was left out
 */
struct map_walk {
	struct insp *in;
	const struct bpf_maps_layout *l;
	const struct bpf_map_view *map;
	struct value *node;
	const struct kbtf *own;
	struct map_type key;
	struct map_type value;
	struct value *values_raw;
	u8 *buf;
	size_t room;
	u64 bytes;
	u32 steps;
	struct map_loss loss;
};

/**
 * map_walk_room() - make room for what is read next
 * @w: the walk
 * @bytes: wanted, any number
 *
 * Return: bytes there is room for, at most @bytes; @w->buf moves.
 */
size_t map_walk_room(struct map_walk *w, u64 bytes);

/**
 * map_walk_stop() - shall the walk over elements end
 * @w: the walk
 * @bytes: of the next element
 *
 * Every call is a step. Return: true at the deadline, when the tree is full or
 * when the map has had its bytes; @w->loss says which.
 */
bool map_walk_stop(struct map_walk *w, u64 bytes);

/**
 * map_walk_render() - show bytes by their type
 * @w: the walk
 * @to: parent
 * @name: of the member, constant
 * @type: whose
 * @data: the bytes
 * @len: how many are there; fewer than @size are shown as truncated
 * @size: how many there should be
 */
void map_walk_render(struct map_walk *w, struct value *to, const char *name,
		     const struct map_type *type, const void *data, size_t len, u64 size);

/**
 * map_walk_unmapped() - say that something could not be read
 * @w: the walk
 * @to: parent
 * @name: of the member, constant
 * @kva: where it would be
 */
void map_walk_unmapped(struct map_walk *w, struct value *to, const char *name, u64 kva);

/**
 * map_walk_value() - read a value and show it
 * @w: the walk
 * @to: parent
 * @name: of the member, constant
 * @type: of it
 * @kva: where it is
 * @size: its bytes, any number; at most BPF_VALUE_MAX are read
 */
void map_walk_value(struct map_walk *w, struct value *to, const char *name,
		    const struct map_type *type, u64 kva, u32 size);

/**
 * map_walk_percpu() - read a value of each CPU and show them as "values"
 * @w: the walk
 * @to: parent
 * @pptr: the __percpu pointer
 */
void map_walk_percpu(struct map_walk *w, struct value *to, u64 pptr);

/**
 * map_walk_object() - show a pointer to a map or a program as "ptr", "id", "name"
 * @w: the walk
 * @to: parent
 * @ptr: the pointer
 */
void map_walk_object(struct map_walk *w, struct value *to, u64 ptr);

/*
 * One kind each: adds to @w->node. The layout's "missing" of the kind is NULL.
 */
void map_array_walk(struct map_walk *w);
void map_percpu_array_walk(struct map_walk *w);
void map_fd_walk(struct map_walk *w);
void map_hash_walk(struct map_walk *w);
void map_local_walk(struct map_walk *w);
void map_ring_walk(struct map_walk *w);
void map_stack_walk(struct map_walk *w);
void map_queue_walk(struct map_walk *w);
void map_ops_walk(struct map_walk *w);
void map_arena_walk(struct map_walk *w);

/* Find the offsets; a member that does not exist becomes "missing". */
void map_array_layout_init(struct map_array_layout *l, const struct kbtf *btf);
void map_hash_layout_init(struct map_hash_layout *l, const struct kbtf *btf);
void map_local_layout_init(struct map_local_layout *l, const struct kbtf *btf);
void map_fd_layout_init(struct map_layout *l, const struct kbtf *btf);
void map_misc_layout_init(struct map_layout *l, const struct kbtf *btf);
void map_ops_layout_init(struct map_ops_layout *l, const struct kbtf *btf);

/**
 * map_fd_layout() - how an array of pointers is kept
 * @l: all layouts
 * @type: BPF_MAP_TYPE_*
 *
 * Return: the layout, or NULL for a type that is none.
 */
const struct map_fd_layout *map_fd_layout(const struct map_layout *l, u32 type);

#endif /* KTSTR_HOST_INSPECT_MAP_WALK_H */
