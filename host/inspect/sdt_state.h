/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_SDT_STATE_H
#define KTSTR_HOST_INSPECT_SDT_STATE_H

/*
 * The allocators of all BPF objects of a guest: which objects have some, which
 * arena is theirs, what is in them, and where pointers to them lead.
 */
#include <linux/sizes.h>
#include <linux/types.h>

#include "host/inspect/arena.h"
#include "host/inspect/bpf_obj.h"
#include "host/inspect/sdt_alloc.h"
#include "host/inspect/sdt_resolve.h"
#include "lib/err.h"

struct insp;
struct value;

/* BPF objects with an arena that are remembered; more are counted. */
#define SDT_OBJECTS_MAX 16
/* Bytes of a data section that allocators are looked for in. */
#define SDT_SECTION_MAX SZ_1M

/**
 * struct sdt_object - a BPF object that has an arena
 * @btf_kva: address of its struct btf
 * @arena_kva: address of its arena's struct bpf_map
 * @layout: its allocators, none = @layout.nr is 0
 */
struct sdt_object {
	u64 btf_kva;
	u64 arena_kva;
	struct sdt_layout layout;
};

/**
 * struct sdt_state - all of them
 * @obj: how this kernel keeps BPF objects
 * @arena: and arenas
 * @prog_aux: offset of aux in struct bpf_prog
 * @aux_btf: offset of btf in struct bpf_prog_aux
 * @aux_arena: of arena
 * @array_map: offset of map in struct bpf_array
 * @array_value: of the values
 * @objects: from the last sdt_state_warm()
 * @nr: how many
 * @dropped: those beyond SDT_OBJECTS_MAX
 * @arenas: of each object, as the last sdt_state_walk() found it
 * @index: their objects
 * @resolver: follows pointers to them
 * @env: for value_render(), set up by sdt_state_walk()
 * @section: room for one data section
 *
 * One thread at a time.
 */
struct sdt_state {
	struct bpf_obj_layout obj;
	struct arena_layout arena;
	u32 prog_aux;
	u32 aux_btf;
	u32 aux_arena;
	u32 array_map;
	u32 array_value;
	struct sdt_object objects[SDT_OBJECTS_MAX];
	u32 nr;
	u32 dropped;
	struct arena arenas[SDT_OBJECTS_MAX];
	struct sdt_index *index;
	struct sdt_resolver resolver;
	struct render_env env;
	void *section;
};

/**
 * sdt_state_init() - find out how this kernel does it
 * @s: filled in; sdt_state_free() it, also after an error
 * @gk: symbols
 * @btf: types of the kernel
 * @err: names what is missing, or NULL
 *
 * Return: 0, -EOPNOTSUPP for a kernel without arenas, or -ENOMEM.
 */
int sdt_state_init(struct sdt_state *s, const struct guest_kernel *gk, const struct kbtf *btf,
		   struct ktstr_err *err);

/**
 * sdt_state_free() - forget it; takes a zeroed one
 * @s: the state
 */
void sdt_state_free(struct sdt_state *s);

/**
 * sdt_state_warm() - look for objects with an arena
 * @s: the state
 * @in: the guest, with types of BPF objects
 *
 * Reads all programs and loads the types of those with an arena: before a
 * freeze, whenever a scheduler was attached.
 */
void sdt_state_warm(struct sdt_state *s, struct insp *in);

/**
 * sdt_state_walk() - show what is in the allocators
 * @s: warmed
 * @in: the guest, with a tree
 * @to: a VALUE_ARRAY, see sdt_alloc_walk()
 *
 * Afterwards @s->env follows pointers to their objects, until the next walk.
 */
void sdt_state_walk(struct sdt_state *s, struct insp *in, struct value *to);

#endif /* KTSTR_HOST_INSPECT_SDT_STATE_H */
