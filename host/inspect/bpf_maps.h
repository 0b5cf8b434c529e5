/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_BPF_MAPS_H
#define KTSTR_HOST_INSPECT_BPF_MAPS_H

/*
 * What is in the BPF maps of a guest, by the types they came with.
 *
 * A map in the tree is a struct: "id", "name", "type", "type_name", "flags",
 * "key_size", "value_size", "max_entries", "frozen" and, by its kind,
 *
 *   ARRAY	"entries": [{"index", "value"}]; that of a data section (.bss,
 *		.data, .rodata) "value", variable by variable
 *   PERCPU_ARRAY	"entries": [{"index", "values": [one for each CPU]}]
 *   HASH, LRU_HASH	"entries": [{"key", "value"}]
 *   PERCPU_HASH, LRU_PERCPU_HASH
 *		"entries": [{"key", "values"}]
 *   ARRAY_OF_MAPS, PROG_ARRAY, other arrays of kernel objects
 *		"entries": [{"index", "ptr", "id", "name"}] of those in use;
 *		"id" and "name" where the object has them
 *   HASH_OF_MAPS	"entries": [{"key", "ptr", "id", "name"}]
 *   TASK_STORAGE, CGRP_STORAGE, INODE_STORAGE, SK_STORAGE
 *		"entries": [{"owner": {"ptr", ...}, "value"}]
 *   QUEUE, STACK	"entries": [{"index", "value"}], the next one first
 *   RINGBUF, USER_RINGBUF
 *		"capacity", "consumer_pos", "producer_pos", "pending", ...
 *   STACK_TRACE	"entries": [{"index", "hash", "nr", "stack": [...]}]
 *   STRUCT_OPS	"value" as the kernel has it, "progs": [{"member", "id"}]
 *   ARENA	"user_vm_start", "user_vm_end", "kern_vm_addr"
 *
 * and "entries": {"unsupported": why} for all else. With struct insp.raw, "key",
 * "value" and "values" have a "key_raw", "value_raw" or "values_raw" beside them:
 * the bytes they were made of. "btf_unavailable" says why
 * bytes stand where types would; "zero_tail": {"from", "to"} are the indices of
 * elements at the end of an array, the last one excluded, that are all zero
 * and not in "entries"; "incomplete" says what was left out because it could
 * not be read, made no sense or took too long. "entries" that is cut says how
 * many elements there are, those of the tail counted with what it has.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/inspect/bpf_obj.h"
#include "host/inspect/map_layout.h"
#include "lib/err.h"

struct guest_kernel;
struct insp;
struct kbtf;
struct render_env;
struct value;

/* Elements that are shown: of an array, of a per-CPU array, of a hash of any kind. */
#define BPF_ARRAY_ENTRIES_MAX  4096
#define BPF_PERCPU_ENTRIES_MAX 256
#define BPF_HASH_ENTRIES_MAX   4096
/* Elements of a hash that are walked, to count them. */
#define BPF_HASH_WALK_MAX 1000000
/* Slots of an array of kernel objects that are looked at, and shown. */
#define BPF_FD_SLOTS_MAX   4096
#define BPF_FD_ENTRIES_MAX 1024
/* Elements of a local storage map that are shown. */
#define BPF_LOCAL_ENTRIES_MAX 4096
#define BPF_STACK_BUCKETS_MAX 16384
#define BPF_STACK_PCS_MAX     128
/* Bytes of one value or key; more are not read. */
#define BPF_VALUE_MAX (4U << 20)
/* Bytes of all values of one map. */
#define BPF_MAP_BYTES_MAX (64U << 20)
/* An array has a "zero_tail" of at least so many elements. */
#define BPF_ZERO_TAIL_MIN 16

/**
 * struct bpf_maps_layout - addresses and offsets, looked up once
 * @obj: of the objects
 * @kinds: of what is in them
 * @env: how pointers in values are followed; the caller's, NULL = they are
 *       not. May be set any time no walk is under way
 */
struct bpf_maps_layout {
	struct bpf_obj_layout obj;
	struct map_layout kinds;
	const struct render_env *env;
};

/**
 * bpf_maps_layout_init() - find out how this kernel keeps its maps
 * @l: filled in
 * @gk: symbols
 * @btf: types
 * @err: names the symbol or member that is missing, or NULL
 *
 * A kind of map that the kernel does not have, or keeps in another way, is no
 * error here: its maps say so.
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int bpf_maps_layout_init(struct bpf_maps_layout *l, const struct guest_kernel *gk,
			 const struct kbtf *btf, struct ktstr_err *err);

/**
 * bpf_maps_warm() - load the types of all maps
 * @in: the guest; without @in->btfs nothing is done
 * @l: the layout
 *
 * Before a freeze, so that the walk in it does not wait for them. Map by map;
 * what fails, fails again in the walk and is said there.
 *
 * Return: maps there are.
 */
u32 bpf_maps_warm(struct insp *in, const struct bpf_maps_layout *l);

/**
 * bpf_maps_walk() - all maps
 * @in: the guest, running or frozen, with a tree
 * @l: the layout
 * @to: a VALUE_ARRAY that gets one struct for each map, in order of id; a map
 *      tree that is damaged adds a VALUE_UNSUPPORTED at its end
 *
 * A map that changes under the walk may be shown with elements missing or
 * twice; every loop is bounded and ends at @in->deadline_ns.
 */
void bpf_maps_walk(struct insp *in, const struct bpf_maps_layout *l, struct value *to);

/**
 * bpf_maps_list() - all maps, without what is in them
 * @in: the guest, running or frozen, with a tree
 * @l: the layout
 * @to: as of bpf_maps_walk(); no "entries" and nothing else that depends on a
 *      map's kind
 */
void bpf_maps_list(struct insp *in, const struct bpf_maps_layout *l, struct value *to);

/**
 * bpf_map_find() - one map
 * @in: the guest
 * @l: the layout
 * @name: see bpf_obj_find_map()
 * @view: filled in
 * @err: names the map and what there is instead, or NULL
 *
 * Return: as bpf_obj_find_map().
 */
int bpf_map_find(const struct insp *in, const struct bpf_maps_layout *l, const char *name,
		 struct bpf_map_view *view, struct ktstr_err *err);

/**
 * bpf_map_walk_one() - one map
 * @in: the guest, with a tree
 * @l: the layout
 * @view: which
 * @to: a VALUE_ARRAY or VALUE_STRUCT that gets a struct without name
 *
 * Return: the struct, or NULL when the tree is full.
 */
struct value *bpf_map_walk_one(struct insp *in, const struct bpf_maps_layout *l,
			       const struct bpf_map_view *view, struct value *to);

#endif /* KTSTR_HOST_INSPECT_BPF_MAPS_H */
