/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_ARENA_H
#define KTSTR_HOST_INSPECT_ARENA_H

/*
 * Memory that a BPF program shares with its user space: a BPF_MAP_TYPE_ARENA
 * (kernel/bpf/arena.c). The program and user space hold the same pointers; the
 * kernel has the page behind one at
 *
 *	kern_vm_start + the low 32 bits of the pointer
 *
 * within a window of 4 GiB, wherever user space has mapped it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/bits.h>
#include <linux/types.h>

#include "lib/err.h"

struct guest_kernel;
struct insp;
struct kbtf;
struct value;

/* Pages looked at one by one, from the first; beyond them some are probed. */
#define ARENA_PAGES_MAX	 4096
#define ARENA_PROBES_MAX 256
#define ARENA_WINDOW	 BIT_ULL(32)

/**
 * struct arena_layout - where this kernel keeps it
 * @map: offset of map in struct bpf_arena
 * @user_vm_start: of the member of that name
 * @kern_vm: the same
 * @max_entries: offset of max_entries in struct bpf_map
 * @vm_addr: offset of addr in struct vm_struct
 * @vm_size: of size
 *
 * Does not change after arena_layout_init().
 */
struct arena_layout {
	u32 map;
	u32 user_vm_start;
	u32 kern_vm;
	u32 max_entries;
	u32 vm_addr;
	u32 vm_size;
};

/**
 * struct arena - one of them
 * @kern_vm_start: kernel address of the window
 * @user_vm_start: what user space and programs call its first page; 0 as long
 *		   as neither map_extra nor an mmap() has settled it
 * @max_pages: pages it may have, at most 4 GiB worth
 * @page_size: of this kernel, in bytes
 *
 * A copy: good as long as the map lives.
 */
struct arena {
	u64 kern_vm_start;
	u64 user_vm_start;
	u32 max_pages;
	u32 page_size;
};

/**
 * arena_layout_init() - find out where this kernel keeps it
 * @l: filled in
 * @btf: types of the kernel
 * @err: names the member that is missing, or NULL
 *
 * Return: 0, or -EOPNOTSUPP for a kernel without arenas (before commit
 * 317460317a02, "bpf: Introduce bpf_arena.").
 */
int arena_layout_init(struct arena_layout *l, const struct kbtf *btf, struct ktstr_err *err);

/**
 * arena_get() - the arena behind a map
 * @l: the layout
 * @gk: memory
 * @map_kva: address of its struct bpf_map; any value
 * @a: filled in
 * @err: says what makes no sense, or NULL
 *
 * The window begins half of GUARD_SZ behind the start of the area, and GUARD_SZ
 * depends on the page size of the kernel. Both follow from the size of the
 * area (get_vm_area() adds one page to it), which also tells an arena from
 * memory that is none.
 *
 * Return: 0, -EFAULT for memory that is not there, -EINVAL for an area that
 * no kernel makes or more pages than the window has.
 */
int arena_get(const struct arena_layout *l, const struct guest_kernel *gk, u64 map_kva,
	      struct arena *a, struct ktstr_err *err);

/**
 * arena_kva() - where the kernel has what an arena pointer points to
 * @a: the arena
 * @ptr: any value: only its low 32 bits count
 *
 * Return: an address, not said to be mapped.
 */
static inline u64 arena_kva(const struct arena *a, u64 ptr)
{
	return a->kern_vm_start + (u32)ptr;
}

/**
 * arena_owns() - may a pointer be one into this arena
 * @a: the arena
 * @ptr: any value; as user space and programs have it, or its low 32 bits
 *
 * Two arenas may both answer true for a value below 4 GiB.
 */
bool arena_owns(const struct arena *a, u64 ptr);

/**
 * arena_read() - copy from an arena as far as it goes
 * @a: the arena
 * @gk: memory
 * @ptr: see arena_kva()
 * @offset: bytes behind that
 * @buf: where to
 * @len: bytes wanted
 *
 * Return: bytes copied, less than @len where a page is not there.
 */
size_t arena_read(const struct arena *a, const struct guest_kernel *gk, u64 ptr, u32 offset,
		  void *buf, size_t len);

/**
 * struct arena_pages - which pages of an arena are there
 * @looked: looked at one by one, the first ones
 * @mapped: of them, those that are mapped
 * @probed: of the others, evenly spread ones that were looked at
 * @probed_mapped: of those, the mapped ones
 * @cut: not every page was looked at
 * @map: one bit for each of @looked
 */
struct arena_pages {
	u32 looked;
	u32 mapped;
	u32 probed;
	u32 probed_mapped;
	bool cut;
	u64 map[ARENA_PAGES_MAX / 64];
};

/**
 * arena_pages() - look at the page tables of an arena
 * @in: the guest
 * @a: the arena
 * @p: filled in
 *
 * A page that a stray access made the kernel map (its scratch page) counts as
 * mapped. Looks at ARENA_PAGES_MAX + ARENA_PROBES_MAX pages at most.
 */
void arena_pages(struct insp *in, const struct arena *a, struct arena_pages *p);

/**
 * arena_walk() - what is known about an arena
 * @in: the guest
 * @a: the arena
 * @contents: also the bytes of each page found one by one
 * @to: a VALUE_STRUCT to add to, or NULL: "user_vm_start", "kern_vm_start",
 *	"page_size", "max_pages", "mapped" (an array of {"user_addr", "pages"},
 *	one for each run), "mapped_pages", "probed", "probed_mapped",
 *	"truncated", and "pages": [{"user_addr", "bytes"}] for @contents
 *
 * "user_addr" has the low 32 bits of pointers.
 */
void arena_walk(struct insp *in, const struct arena *a, bool contents, struct value *to);

#endif /* KTSTR_HOST_INSPECT_ARENA_H */
