/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_GK_INTERNAL_H
#define KTSTR_HOST_KERNEL_GK_INTERNAL_H

/* What guest_kernel.c and gk_mem.c share; nobody else's. */
#include <linux/sizes.h>

#include "host/kernel/guest_kernel.h"
#include "host/kernel/kaslr.h"
#include "host/kernel/symtab.h"

/* Documentation/arch/x86/x86_64/mm.rst */
#define X86_KERNEL_MAP	    0xffffffff80000000ULL
#define X86_KERNEL_MAP_SIZE ((u64)SZ_1G)

struct gk_cache;
struct vmcoreinfo;

/**
 * struct guest_kernel - see gk_new()
 * @ram: guest memory
 * @ram_end: first address above all of it
 * @arm64: translation is that of arm64
 * @note: the VMCOREINFO note as it was read, or NULL
 * @note_len: bytes of it
 * @live: symbols of kallsyms, addresses at run time; or NULL
 * @linked: symbols of the image, addresses as linked; or NULL
 * @ev: what is known about the slide
 * @slide_known: @slide counts
 * @slide: runtime minus link address
 * @text_gpa: of _text, by WIRE_KADR; 0 = not sent
 * @image_known: @image_voff counts
 * @image_voff: of an image address, kva - gpa: what x86 takes from phys_base,
 *              and arm64 calls kimage_voffset
 * @image_start: addresses from here
 * @image_end: to below here are translated by @image_voff
 * @map_known: @map_base counts
 * @map_base: of a direct map address, kva - gpa; on arm64 this may have wrapped
 * @map_min: no address below is in the direct map
 * @root: gpa of the kernel's page tables
 * @root_known: @root counts
 * @five_levels: x86: they have five levels
 * @tcr: arm64: what says how they are read
 * @percpu_offsets: kva of __per_cpu_offset, 0 = no such symbol
 * @nr_cpu_ids: kva of the variable, 0 = no such symbol
 * @cache: translations
 */
struct guest_kernel {
	const struct gmem *ram;
	u64 ram_end;
	bool arm64;
	void *note;
	size_t note_len;
	struct symtab *live;
	struct symtab *linked;
	struct kaslr_evidence ev;
	bool slide_known;
	u64 slide;
	u64 text_gpa;
	bool image_known;
	u64 image_voff;
	u64 image_start;
	u64 image_end;
	bool map_known;
	u64 map_base;
	u64 map_min;
	u64 root;
	bool root_known;
	bool five_levels;
	u64 tcr;
	u64 percpu_offsets;
	u64 nr_cpu_ids;
	struct gk_cache *cache;
};

/**
 * gk_in_image() - is an address one of the kernel image
 * @gk: the kernel
 * @kva: any value
 */
static inline bool gk_in_image(const struct guest_kernel *gk, u64 kva)
{
	return kva >= gk->image_start && kva < gk->image_end;
}

/**
 * gk_read_some() - gk_read() that stops at what cannot be read
 * @gk: the kernel
 * @kva: from where
 * @buf: where to
 * @len: bytes
 *
 * Return: how many bytes could be read.
 */
size_t gk_read_some(const struct guest_kernel *gk, u64 kva, void *buf, size_t len);

/**
 * gk_mem_init() - everything that translation needs, once symbols and slide are there
 * @gk: the kernel
 *
 * Again after what is known of the slide has changed.
 */
void gk_mem_init(struct guest_kernel *gk);

/**
 * gk_find_image() - narrow what @gk->image_voff is good for down to the image
 * @gk: the kernel
 *
 * Modules lie right above it.
 */
void gk_find_image(struct guest_kernel *gk);

/**
 * gk_use_phys() - what VMCOREINFO says about translation on x86
 * @gk: the kernel
 * @v: its note
 *
 * Return: 0, or -ENODATA without NUMBER(phys_base).
 */
int gk_use_phys(struct guest_kernel *gk, const struct vmcoreinfo *v);

/**
 * gk_use_phys_arm64() - the same on arm64
 * @gk: the kernel
 * @v: its note
 * @stext: SYMBOL(_stext) of it
 *
 * Return: 0, or -ENODATA with neither NUMBER(kimage_voffset) nor page tables.
 */
int gk_use_phys_arm64(struct guest_kernel *gk, const struct vmcoreinfo *v, u64 stext);

/**
 * gk_cache_new() - room for translations
 *
 * Return: an empty cache, to be freed with free(), or NULL.
 */
struct gk_cache *gk_cache_new(void);

#endif /* KTSTR_HOST_KERNEL_GK_INTERNAL_H */
