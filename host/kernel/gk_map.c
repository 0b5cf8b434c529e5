// SPDX-License-Identifier: GPL-2.0-only
/* Where a guest kernel keeps its image, its direct map and its page tables. */
#include <errno.h>
#include <linux/bits.h>

#include "host/kernel/gk_internal.h"
#include "host/kernel/vmcoreinfo.h"
#include "lib/util.h"

#define PAGE SZ_4K

/* Documentation/arch/x86/x86_64/mm.rst */
#define X86_DIRECT_MAP_L4 0xffff888000000000ULL
#define X86_DIRECT_MAP_L5 0xff11000000000000ULL

/* Arm ARM: a translation table base is in these bits as long as it has no more. */
#define A64_TTBR_MAX BIT_ULL(48)

void gk_find_image(struct guest_kernel *gk)
{
	u64 start, end, min = X86_KERNEL_MAP, max = X86_KERNEL_MAP + X86_KERNEL_MAP_SIZE;

	if (gk->arm64) {
		min = KASLR_KERNEL_MIN;
		max = 0ULL - PAGE;
		gk->image_start = 0;
		gk->image_end = 0;
	} else {
		gk->image_start = min;
		gk->image_end = max;
	}
	if (gk_symbol(gk, "_text", &start) && gk_symbol(gk, "_end", &end) && start >= min &&
	    start < end && end <= max && end - start <= X86_KERNEL_MAP_SIZE) {
		gk->image_start = start;
		gk->image_end = end;
	}
}

static void find_direct_map_x86(struct guest_kernel *gk)
{
	u64 kva, base;

	gk->map_base = gk->five_levels ? X86_DIRECT_MAP_L5 : X86_DIRECT_MAP_L4;
	if (gk_symbol(gk, "page_offset_base", &kva) && !gk_read_u64(gk, kva, &base) &&
	    base >= X86_DIRECT_MAP_L5 && base < X86_KERNEL_MAP - gk->ram_end && !(base % PAGE))
		gk->map_base = base;
	gk->map_min = gk->map_base;
	gk->map_known = true;
}

static void find_page_tables_x86(struct guest_kernel *gk)
{
	u64 kva;
	u32 shift;

	if (!gk_symbol(gk, "init_top_pgt", &kva) && !gk_symbol(gk, "swapper_pg_dir", &kva))
		return;
	gk->root_known = !gk_gpa(gk, kva, &gk->root);
	/* 39 or 48: what the kernel itself goes by, arch/x86/kernel/head64.c */
	if (gk_symbol(gk, "pgdir_shift", &kva) && !gk_read_u32(gk, kva, &shift))
		gk->five_levels = shift == 48;
}

/*
 * A vCPU in user space may have the trampoline's tables in TTBR1 (CONFIG_UNMAP_KERNEL_AT_EL0),
 * which map next to nothing.
 */
static void find_page_tables_arm64(struct guest_kernel *gk)
{
	u64 kva, gpa;

	if (!gk_symbol(gk, "swapper_pg_dir", &kva) || gk_gpa(gk, kva, &gpa) || gpa >= A64_TTBR_MAX)
		return;
	gk->root = gpa;
	gk->root_known = true;
}

void gk_mem_init(struct guest_kernel *gk)
{
	u64 text;

	gk_find_image(gk);
	if (!gk_symbol(gk, "__per_cpu_offset", &gk->percpu_offsets))
		gk->percpu_offsets = 0;
	if (!gk_symbol(gk, "nr_cpu_ids", &gk->nr_cpu_ids))
		gk->nr_cpu_ids = 0;
	if (gk->arm64) {
		find_page_tables_arm64(gk);
		return;
	}
	if (!gk->image_known && gk->text_gpa && gk_symbol(gk, "_text", &text)) {
		gk->image_voff = text - gk->text_gpa;
		gk->image_known = true;
	}
	if (!gk->image_known)
		return;
	find_page_tables_x86(gk);
	find_direct_map_x86(gk);
}

int gk_use_phys(struct guest_kernel *gk, const struct vmcoreinfo *v)
{
	s64 phys_base, l5 = 0;

	if (!vmcoreinfo_number(v, "phys_base", &phys_base))
		return -ENODATA;
	gk->image_voff = X86_KERNEL_MAP - (u64)phys_base;
	gk->image_known = true;
	gk_find_image(gk);
	if (vmcoreinfo_number(v, "pgtable_l5_enabled", &l5))
		gk->five_levels = l5 == 1;
	return 0;
}

int gk_use_phys_arm64(struct guest_kernel *gk, const struct vmcoreinfo *v, u64 stext)
{
	s64 voffset, phys_offset, va_bits;

	if (vmcoreinfo_number(v, "kimage_voffset", &voffset)) {
		gk->image_voff = voffset;
		gk->image_known = true;
		/* until symbols tell: what is read before is in the image */
		gk->image_start = stext;
		gk->image_end = stext + min(X86_KERNEL_MAP_SIZE, ~stext);
	}
	/* __virt_to_phys_nodebug() of arch/arm64/include/asm/memory.h: PAGE_OFFSET is -2^VA_BITS */
	if (vmcoreinfo_number(v, "PHYS_OFFSET", &phys_offset) &&
	    vmcoreinfo_number(v, "VA_BITS", &va_bits) && va_bits >= 36 && va_bits <= 52) {
		gk->map_min = 0ULL - BIT_ULL(va_bits);
		gk->map_base = gk->map_min - (u64)phys_offset;
		gk->map_known = true;
	}
	return gk->image_known || gk->root_known ? 0 : -ENODATA;
}
