/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_UNIT_GUEST_KERNEL_FIXTURE_H
#define KTSTR_UNIT_GUEST_KERNEL_FIXTURE_H

/*
 * A guest that consists of a few MiB of memory: an image with kallsyms and
 * variables, a VMCOREINFO note, a direct map and page tables. The real
 * guest_kernel is made of it.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kallsyms_fixture.h"
#include "vmlinux_fixture.h"

#include "host/kernel/guest_kernel.h"
#include "lib/util.h"

#define RAM_SIZE (4U * SZ_1M)
#define MAP	 0xffffffff80000000ULL
#define LINK	 0xffffffff81000000ULL
#define SLIDE	 0x1c400000ULL
#define TEXT	 (LINK + SLIDE)
/* Where the image lies; its tables and variables by their offset in it. */
#define TEXT_GPA    0x100000ULL
#define IMAGE_SIZE  0x100000ULL
#define PHYS_BASE   (TEXT_GPA - (TEXT - MAP))
#define ENTRY	    0x80ULL
#define PAGE_OFFSET 0x4000ULL
#define PGDIR_SHIFT 0x4010ULL
#define NR_CPU_IDS  0x4018ULL
#define VARIABLE    0x4100ULL
#define CPU_OFFSETS 0x4200ULL
#define NOTES	    0x6000ULL
#define NOTES_SIZE  0x100ULL
#define TABLES	    0x10000ULL
#define PGD	    0x20000ULL
/* IKCFG_ST is right before */
#define CONFIG	    0x30008ULL
#define CONFIG_SIZE 0x10000ULL
#define END	    IMAGE_SIZE
#define NOTE_GPA    0x3000ULL
#define DIRECT	    0xffff9d8540000000ULL
#define VMALLOC	    0xffffc90000123000ULL
#define PAGE_A	    0x300000ULL
#define PAGE_B	    0x280000ULL
#define PTE_PRESENT 3ULL

static const struct kt_symbol runtime[] = {
	{ "runqueues", 0x2f3c0 },
	{ "_text", TEXT },
	{ "_stext", TEXT },
	{ "entry_SYSCALL_64", TEXT + ENTRY },
	{ "page_offset_base", TEXT + PAGE_OFFSET },
	{ "pgdir_shift", TEXT + PGDIR_SHIFT },
	{ "nr_cpu_ids", TEXT + NR_CPU_IDS },
	{ "variable", TEXT + VARIABLE },
	{ "__per_cpu_offset", TEXT + CPU_OFFSETS },
	{ "init_uts_ns", TEXT + 0x5000 },
	{ "__start_notes", TEXT + NOTES },
	{ "__stop_notes", TEXT + NOTES + NOTES_SIZE },
	{ "init_top_pgt", TEXT + PGD },
	{ "kernel_config_data", TEXT + CONFIG },
	{ "kernel_config_data_end", TEXT + CONFIG + CONFIG_SIZE },
	{ "_end", TEXT + END },
};

/**
 * struct guest - a guest that consists of memory
 * @ram: it
 * @gmem: the same
 * @cfg: what is told about it
 * @file: a vmlinux with the same symbols
 * @img: the same
 * @gk: what is made of it, or NULL
 * @err: why not
 */
struct guest {
	u8 *ram;
	struct gmem gmem;
	struct gk_config cfg;
	u8 *file;
	struct kernel_image *img;
	struct guest_kernel *gk;
	struct ktstr_err err;
};

static inline void put64(u8 *ram, u64 gpa, u64 v)
{
	memcpy(ram + gpa, &v, sizeof(v));
}

/* Two pages of VMALLOC, neighbours there and strangers in memory; then a hole. */
static inline void make_page_tables(u8 *ram)
{
	u64 pgd = TEXT_GPA + PGD, table = 0x200000;
	unsigned int shift;

	put64(ram, pgd + 8 * (VMALLOC >> 39 & 511), table | PTE_PRESENT);
	for (shift = 30; shift > 12; shift -= 9, table += SZ_4K)
		put64(ram, table + 8 * (VMALLOC >> shift & 511), (table + SZ_4K) | PTE_PRESENT);
	put64(ram, table + 8 * (VMALLOC >> 12 & 511), PAGE_A | PTE_PRESENT);
	put64(ram, table + 8 * ((VMALLOC >> 12 & 511) + 1), PAGE_B | PTE_PRESENT);
}

static inline void make_variables(u8 *ram)
{
	u32 shift = 39;

	put64(ram, TEXT_GPA + PAGE_OFFSET, DIRECT);
	memcpy(ram + TEXT_GPA + PGDIR_SHIFT, &shift, sizeof(shift));
	put64(ram, TEXT_GPA + VARIABLE, 0x1122334455667788);
}

static inline u64 make_note(u8 *ram, const char *text)
{
	Elf64_Nhdr nh = { .n_namesz = 11, .n_descsz = strlen(text) };

	memcpy(ram + NOTE_GPA, &nh, sizeof(nh));
	memcpy(ram + NOTE_GPA + 12, "VMCOREINFO\0", 12);
	memcpy(ram + NOTE_GPA + 24, text, nh.n_descsz);
	return 24 + nh.n_descsz;
}

/* More lines for the note that make_note() made. */
static inline void add_to_note(u8 *ram, struct gk_config *cfg, const char *text)
{
	Elf64_Nhdr nh;

	memcpy(&nh, ram + NOTE_GPA, sizeof(nh));
	memcpy(ram + NOTE_GPA + 24 + nh.n_descsz, text, strlen(text));
	nh.n_descsz += strlen(text);
	memcpy(ram + NOTE_GPA, &nh, sizeof(nh));
	cfg->vmcoreinfo_size = 24 + nh.n_descsz;
}

/* kallsyms in the image and a note that leads there. */
static inline void make_kallsyms(u8 *ram, struct gk_config *cfg, const struct kt_symbol *sym,
				 u32 nr)
{
	struct kt_table t;
	char text[1024];

	kt_build(&t, TEXT + TABLES, TEXT, sym, nr, KT_PERCPU);
	memcpy(ram + TEXT_GPA + TABLES, t.mem, t.len);
	snprintf(text, sizeof(text),
		 "SYMBOL(_stext)=%llx\nSYMBOL(kallsyms_names)=%llx\n"
		 "SYMBOL(kallsyms_num_syms)=%llx\nSYMBOL(kallsyms_token_table)=%llx\n"
		 "SYMBOL(kallsyms_token_index)=%llx\nSYMBOL(kallsyms_offsets)=%llx\n"
		 "NUMBER(phys_base)=%lld\n"
		 "NUMBER(pgtable_l5_enabled)=0\nKERNELOFFSET=%llx\n",
		 (long long)TEXT, (long long)t.src.names, (long long)t.src.num_syms,
		 (long long)t.src.token_table, (long long)t.src.token_index,
		 (long long)t.src.offsets, (long long)PHYS_BASE, (long long)SLIDE);
	cfg->vmcoreinfo_gpa = NOTE_GPA;
	cfg->vmcoreinfo_size = make_note(ram, text);
	free(t.mem);
}

static inline bool make_image(struct guest *g)
{
	struct vf_symbol sym[ARRAY_SIZE(runtime)];
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(runtime); i++) {
		u64 addr = runtime[i].addr;

		sym[i] = (struct vf_symbol){ runtime[i].name, addr < MAP ? addr : addr - SLIDE, 1,
					     STT_OBJECT };
	}
	g->file = vf_build(LINK, sym, ARRAY_SIZE(sym), &len);
	g->img = g->file ? kernel_image_from_mem(g->file, len, "vmlinux", &g->err) : NULL;
	return g->img;
}

static inline bool guest_init(struct guest *g)
{
	memset(g, 0, sizeof(*g));
	g->ram = calloc(1, RAM_SIZE);
	if (!g->ram || !make_image(g))
		return false;
	gmem_wrap(&g->gmem, g->ram, RAM_SIZE);
	make_variables(g->ram);
	make_page_tables(g->ram);
	g->cfg = (struct gk_config){
		.ram = &g->gmem,
		.kadr_phys_base = TEXT_GPA - SZ_16M + 1,
		.kadr_text = TEXT + 1,
		.image = g->img,
	};
	make_kallsyms(g->ram, &g->cfg, runtime, ARRAY_SIZE(runtime));
	return true;
}

static inline void guest_end(struct guest *g)
{
	gk_free(g->gk);
	kernel_image_free(g->img);
	free(g->file);
	free(g->ram);
}

#endif /* KTSTR_UNIT_GUEST_KERNEL_FIXTURE_H */
