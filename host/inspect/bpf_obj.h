/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_BPF_OBJ_H
#define KTSTR_HOST_INSPECT_BPF_OBJ_H

/*
 * BPF maps and programs of a guest, found through map_idr and prog_idr
 * (kernel/bpf/syscall.c): what each is, not yet what is in it.
 */
#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/types.h>

#include "host/inspect/kstruct.h"
#include "host/inspect/xarray.h"
#include "lib/err.h"

struct guest_kernel;
struct kbtf;

/* Offset of a member that a kernel does not have. */
#define BPF_NO_MEMBER 0xffffffffU

/**
 * struct bpf_member - one member that a layout needs
 * @type: the struct, a constant
 * @member: a path in it, a constant
 * @at: where its offset goes, in bytes from the begin of the layout
 * @optional: a kernel may do without; its offset is BPF_NO_MEMBER then
 *
 * For layouts whose members are of several structs; one struct alone is a
 * struct kstruct.
 */
struct bpf_member {
	const char *type;
	const char *member;
	size_t at;
	bool optional;
};

/**
 * bpf_members_find() - fill in the offsets of a layout
 * @btf: types of the kernel
 * @m: the members, constant
 * @nr: how many
 * @layout: begin of the layout; every @m->at is a u32 in it
 *
 * Return: NULL, or the first member that is needed and does not exist.
 */
const struct bpf_member *bpf_members_find(const struct kbtf *btf, const struct bpf_member *m,
					  u32 nr, void *layout);

/**
 * struct bpf_obj_layout - addresses and offsets, looked up once
 * @xa: of the trees
 * @idr_head: of the tree in struct idr, include/linux/idr.h
 * @map_idr: address, 0 = no such symbol
 * @prog_idr: the same
 * @map: struct bpf_map, include/linux/bpf.h
 *
 * Does not change after bpf_obj_layout_init(), so any thread may read it.
 */
struct bpf_obj_layout {
	struct xa_layout xa;
	u32 idr_head;
	u64 map_idr;
	u64 prog_idr;
	struct kstruct map;
};

/**
 * bpf_obj_layout_init() - find out where this kernel keeps its BPF objects
 * @l: filled in
 * @gk: symbols
 * @btf: types
 * @err: names the symbol or member that is missing, or NULL
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int bpf_obj_layout_init(struct bpf_obj_layout *l, const struct guest_kernel *gk,
			const struct kbtf *btf, struct ktstr_err *err);

/**
 * struct bpf_map_view - a struct bpf_map, copied
 * @kva: its address
 * @id: by which map_idr has it
 * @own_id: that it says itself; 0 = it is being freed
 * @type: BPF_MAP_TYPE_*, any number
 * @key_size: bytes, any number
 * @value_size: the same
 * @max_entries: any number
 * @flags: BPF_F_*
 * @btf: address of the struct btf it came with, 0 = none
 * @key_type: type in it, 0 = none
 * @value_type: the same
 * @vmlinux_type: type of the value in the types of the kernel (or of the
 *                module of a struct_ops), 0 = none
 * @frozen: user space cannot write it any more
 * @name: the guest's bytes, NUL-terminated; escape them
 */
struct bpf_map_view {
	u64 kva;
	u32 id;
	u32 own_id;
	u32 type;
	u32 key_size;
	u32 value_size;
	u32 max_entries;
	u32 flags;
	u64 btf;
	u32 key_type;
	u32 value_type;
	u32 vmlinux_type;
	bool frozen;
	char name[BPF_OBJ_NAME_LEN + 1];
};

/**
 * bpf_map_read() - what kind of map is at an address
 * @l: the layout
 * @gk: memory
 * @kva: of a struct bpf_map, any value
 * @view: filled in, @view->id with the map's own; only @view->kva is on failure
 *
 * One read. Return: 0 or -EFAULT.
 */
int bpf_map_read(const struct bpf_obj_layout *l, const struct guest_kernel *gk, u64 kva,
		 struct bpf_map_view *view);

/**
 * bpf_map_for_each() - every map, in order of id
 * @l: the layout
 * @gk: memory
 * @fn: called with a copy of each; @readable is false when there is no more
 *      than an id and an address; returns not 0 to end the walk
 * @ctx: passed to @fn
 *
 * The guest may run: maps may be missed or be gone.
 *
 * Return: 0, what @fn returned, -EOPNOTSUPP without map_idr, or as
 * xa_for_each() when the tree is damaged; the rest was walked then.
 */
int bpf_map_for_each(const struct bpf_obj_layout *l, const struct guest_kernel *gk,
		     int (*fn)(void *ctx, const struct bpf_map_view *view, bool readable),
		     void *ctx);

/**
 * bpf_prog_for_each() - every program, in order of id
 * @l: the layout
 * @gk: memory
 * @fn: called with the id and the address of the struct bpf_prog; returns not
 *      0 to end the walk
 * @ctx: passed to @fn
 *
 * Return: as bpf_map_for_each(), for prog_idr.
 */
int bpf_prog_for_each(const struct bpf_obj_layout *l, const struct guest_kernel *gk,
		      int (*fn)(void *ctx, u64 id, u64 prog), void *ctx);

/**
 * bpf_obj_find_map() - one map
 * @l: the layout
 * @gk: memory
 * @name: its whole name, the end of one such as ".bss", or "#7" for an id; the
 *        kernel keeps 15 characters of a name
 * @view: filled in
 * @err: names the map and what there is instead, or NULL
 *
 * A map whose whole name is @name is preferred to those that end in it.
 *
 * Return: 0, -ENOENT when there is no such map (yet), -ENOTUNIQ when several
 * fit, or -EOPNOTSUPP without map_idr.
 */
int bpf_obj_find_map(const struct bpf_obj_layout *l, const struct guest_kernel *gk,
		     const char *name, struct bpf_map_view *view, struct ktstr_err *err);

#endif /* KTSTR_HOST_INSPECT_BPF_OBJ_H */
