// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest kernel from outside: symbols, slide and memory, told by VMCOREINFO, by
 * the image or by neither, truly or not. The "guest" is a few MiB of memory.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
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
#define VARIABLE    0x4100ULL
#define TABLES	    0x10000ULL
#define PGD	    0x20000ULL
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
	{ "variable", TEXT + VARIABLE },
	{ "init_uts_ns", TEXT + 0x5000 },
	{ "init_top_pgt", TEXT + PGD },
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

static void put64(u8 *ram, u64 gpa, u64 v)
{
	memcpy(ram + gpa, &v, sizeof(v));
}

/* Two pages of VMALLOC, neighbours there and strangers in memory; then a hole. */
static void make_page_tables(u8 *ram)
{
	u64 pgd = TEXT_GPA + PGD, table = 0x200000;
	unsigned int shift;

	put64(ram, pgd + 8 * (VMALLOC >> 39 & 511), table | PTE_PRESENT);
	for (shift = 30; shift > 12; shift -= 9, table += SZ_4K)
		put64(ram, table + 8 * (VMALLOC >> shift & 511), (table + SZ_4K) | PTE_PRESENT);
	put64(ram, table + 8 * (VMALLOC >> 12 & 511), PAGE_A | PTE_PRESENT);
	put64(ram, table + 8 * ((VMALLOC >> 12 & 511) + 1), PAGE_B | PTE_PRESENT);
}

static void make_variables(u8 *ram)
{
	u32 shift = 39;

	put64(ram, TEXT_GPA + PAGE_OFFSET, DIRECT);
	memcpy(ram + TEXT_GPA + PGDIR_SHIFT, &shift, sizeof(shift));
	put64(ram, TEXT_GPA + VARIABLE, 0x1122334455667788);
}

static u64 make_note(u8 *ram, const char *text)
{
	Elf64_Nhdr nh = { .n_namesz = 11, .n_descsz = strlen(text) };

	memcpy(ram + NOTE_GPA, &nh, sizeof(nh));
	memcpy(ram + NOTE_GPA + 12, "VMCOREINFO\0", 12);
	memcpy(ram + NOTE_GPA + 24, text, nh.n_descsz);
	return 24 + nh.n_descsz;
}

/* kallsyms in the image and a note that leads there. */
static void make_kallsyms(u8 *ram, struct gk_config *cfg, const struct kt_symbol *sym, u32 nr)
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

static bool make_image(struct guest *g)
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

static bool guest_init(struct guest *g)
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

static void guest_end(struct guest *g)
{
	gk_free(g->gk);
	kernel_image_free(g->img);
	free(g->file);
	free(g->ram);
}

/* Whether gk_new() fails with @error and says @text. */
static bool refused(struct guest *g, int error, const char *text)
{
	errno = 0;
	g->gk = gk_new(&g->cfg, &g->err);
	if (!g->gk && errno == error && strstr(g->err.msg, text))
		return true;
	fprintf(stderr, "# errno %d: %s\n", errno, g->err.msg);
	return false;
}

/* What must hold whoever told of the kernel. */
FIXTURE(source)
{
	struct guest g;
};

FIXTURE_VARIANT(source)
{
	bool note;
	bool image;
};

FIXTURE_VARIANT_ADD(source, vmcoreinfo) {
	.note = true,
};

FIXTURE_VARIANT_ADD(source, image) {
	.image = true,
};

FIXTURE_VARIANT_ADD(source, both) {
	.note = true,
	.image = true,
};

FIXTURE_SETUP(source)
{
	ASSERT_TRUE(guest_init(&self->g));
	if (!variant->note)
		self->g.cfg.vmcoreinfo_size = 0;
	if (!variant->image)
		self->g.cfg.image = NULL;
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk)
	{
		TH_LOG("%s", self->g.err.msg);
	}
}

FIXTURE_TEARDOWN(source)
{
	guest_end(&self->g);
}

TEST_F(source, symbols_have_their_runtime_address)
{
	struct guest_kernel *gk = self->g.gk;
	u64 v;

	EXPECT_TRUE(gk_symbol(gk, "variable", &v));
	EXPECT_EQ(TEXT + VARIABLE, v);
	EXPECT_TRUE(gk_symbol_link(gk, "variable", &v));
	EXPECT_EQ(LINK + VARIABLE, v);
	EXPECT_FALSE(gk_symbol(gk, "variabl", &v));
	EXPECT_FALSE(gk_symbol_link(gk, "variabl", &v));
	EXPECT_EQ(ARRAY_SIZE(runtime), gk_symbol_count(gk));
}

TEST_F(source, percpu_variables_do_not_move)
{
	u64 v;

	EXPECT_TRUE(gk_symbol(self->g.gk, "runqueues", &v));
	EXPECT_EQ(0x2f3c0, v);
	EXPECT_TRUE(gk_symbol_link(self->g.gk, "runqueues", &v));
	EXPECT_EQ(0x2f3c0, v);
}

TEST_F(source, the_slide_is_known_and_the_registers_agree)
{
	u64 slide;

	EXPECT_TRUE(gk_slide(self->g.gk, &slide));
	EXPECT_EQ(SLIDE, slide);
	/* for every vCPU */
	EXPECT_EQ(0, gk_check_entry(self->g.gk, TEXT + ENTRY, &self->g.err));
	EXPECT_EQ(0, gk_check_entry(self->g.gk, TEXT + ENTRY, &self->g.err));
	EXPECT_TRUE(gk_slide(self->g.gk, NULL));
}

TEST_F(source, registers_that_disagree_make_the_slide_unknown)
{
	u64 v;

	EXPECT_EQ(-EBADMSG, gk_check_entry(self->g.gk, TEXT + ENTRY + SZ_2M, &self->g.err));
	EXPECT_NE(NULL, strstr(self->g.err.msg, "by MSR_LSTAR"));
	EXPECT_FALSE(gk_slide(self->g.gk, &v));
	/* another vCPU does not settle it */
	EXPECT_EQ(-EBADMSG, gk_check_entry(self->g.gk, TEXT + ENTRY, &self->g.err));
	EXPECT_FALSE(gk_slide(self->g.gk, &v));
	/* only what kallsyms says is left */
	EXPECT_EQ(variant->note, gk_symbol(self->g.gk, "variable", &v));
}

TEST_F(source, registers_that_make_no_sense_make_the_slide_unknown)
{
	EXPECT_EQ(-ERANGE, gk_check_entry(self->g.gk, 0x1000, &self->g.err));
	EXPECT_FALSE(gk_slide(self->g.gk, NULL));
}

TEST_F(source, addresses_of_the_image_are_named)
{
	char buf[GK_SYMBOLISE_MAX], small[8];

	EXPECT_STREQ("variable+0x1f",
		     gk_symbolise(self->g.gk, TEXT + VARIABLE + 0x1f, buf, sizeof(buf)));
	EXPECT_STREQ("entry_SYSCALL_64", gk_symbolise(self->g.gk, TEXT + ENTRY, buf, sizeof(buf)));
	EXPECT_STREQ("entry_S", gk_symbolise(self->g.gk, TEXT + ENTRY, small, sizeof(small)));
	EXPECT_STREQ("", gk_symbolise(self->g.gk, TEXT - 1, buf, sizeof(buf)));
	EXPECT_STREQ("", gk_symbolise(self->g.gk, TEXT + END, buf, sizeof(buf)));
	EXPECT_STREQ("", gk_symbolise(self->g.gk, 0x400000, buf, sizeof(buf)));
	EXPECT_STREQ("", gk_symbolise(NULL, TEXT, buf, sizeof(buf)));
}

TEST_F(source, three_ways_to_memory)
{
	struct guest_kernel *gk = self->g.gk;
	u64 gpa;

	EXPECT_EQ(0, gk_gpa(gk, TEXT + VARIABLE, &gpa));
	EXPECT_EQ(TEXT_GPA + VARIABLE, gpa);
	EXPECT_EQ(0, gk_gpa(gk, DIRECT + 0x12345, &gpa));
	EXPECT_EQ(0x12345, gpa);
	EXPECT_EQ(0, gk_gpa(gk, VMALLOC + 0xabc, &gpa));
	EXPECT_EQ(PAGE_A + 0xabc, gpa);
	EXPECT_EQ(0, gk_gpa(gk, VMALLOC + SZ_4K, &gpa));
	EXPECT_EQ(PAGE_B, gpa);
}

TEST_F(source, what_is_mapped_nowhere)
{
	static const u64 bad[] = { 0,
				   0x400000,
				   DIRECT - 1,
				   DIRECT + RAM_SIZE,
				   VMALLOC + SZ_8K,
				   VMALLOC - SZ_4K,
				   TEXT - 1,
				   TEXT + END,
				   ~0ULL };
	u64 v, i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EFAULT, gk_gpa(self->g.gk, bad[i], &v));
		EXPECT_EQ(-EFAULT, gk_read_u64(self->g.gk, bad[i], &v));
		EXPECT_EQ(NULL, gk_hva(self->g.gk, bad[i], 1));
	}
}

FIXTURE(guest_kernel)
{
	struct guest g;
};

FIXTURE_SETUP(guest_kernel)
{
	ASSERT_TRUE(guest_init(&self->g));
}

FIXTURE_TEARDOWN(guest_kernel)
{
	guest_end(&self->g);
}

TEST_F(guest_kernel, the_direct_map_is_as_long_as_memory)
{
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	EXPECT_TRUE(gk_direct_map(self->g.gk, DIRECT));
	EXPECT_TRUE(gk_direct_map(self->g.gk, DIRECT + RAM_SIZE - 1));
	EXPECT_FALSE(gk_direct_map(self->g.gk, DIRECT + RAM_SIZE));
	EXPECT_FALSE(gk_direct_map(self->g.gk, DIRECT - 1));
	EXPECT_FALSE(gk_direct_map(self->g.gk, TEXT));
}

TEST_F(guest_kernel, values_are_read_across_pages)
{
	u64 v = 0x8877665544332211;
	u8 buf[SZ_8K];
	u32 half;

	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	memset(self->g.ram + PAGE_A, 'a', SZ_4K);
	memset(self->g.ram + PAGE_B, 'b', SZ_4K);
	EXPECT_EQ(0, gk_read(self->g.gk, VMALLOC, buf, sizeof(buf)));
	EXPECT_EQ('a', buf[SZ_4K - 1]);
	EXPECT_EQ('b', buf[SZ_4K]);
	EXPECT_EQ(-EFAULT, gk_read(self->g.gk, VMALLOC + 1, buf, sizeof(buf)));
	EXPECT_EQ(0, gk_write(self->g.gk, VMALLOC + SZ_4K - 3, &v, sizeof(v)));
	EXPECT_EQ(0x11, self->g.ram[PAGE_A + SZ_4K - 3]);
	EXPECT_EQ(0x44, self->g.ram[PAGE_B]);
	v = 0;
	EXPECT_EQ(0, gk_read_u64(self->g.gk, VMALLOC + SZ_4K - 3, &v));
	EXPECT_EQ(0x8877665544332211, v);
	EXPECT_EQ(0, gk_read_u32(self->g.gk, VMALLOC + SZ_4K - 3, &half));
	EXPECT_EQ(0x44332211, half);
	EXPECT_EQ(0, gk_read_u32(self->g.gk, TEXT + VARIABLE, &half));
	EXPECT_EQ(0x55667788, half);
}

TEST_F(guest_kernel, a_write_that_does_not_fit_writes_nothing)
{
	u8 buf[SZ_4K + 1];

	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	memset(buf, 'x', sizeof(buf));
	EXPECT_EQ(-EFAULT, gk_write(self->g.gk, VMALLOC + SZ_4K, buf, sizeof(buf)));
	EXPECT_EQ(0, self->g.ram[PAGE_B]);
	EXPECT_EQ(0, gk_write(self->g.gk, VMALLOC + SZ_4K, buf, SZ_4K));
	EXPECT_EQ('x', self->g.ram[PAGE_B + SZ_4K - 1]);
}

TEST_F(guest_kernel, a_host_pointer_is_good_for_one_page)
{
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	EXPECT_EQ(self->g.ram + PAGE_B + 16, gk_hva(self->g.gk, VMALLOC + SZ_4K + 16, 8));
	EXPECT_EQ(self->g.ram + PAGE_A, gk_hva(self->g.gk, VMALLOC, SZ_4K));
	EXPECT_EQ(NULL, gk_hva(self->g.gk, VMALLOC, SZ_4K + 1));
	EXPECT_EQ(NULL, gk_hva(self->g.gk, VMALLOC + 1, SZ_4K));
	EXPECT_EQ(NULL, gk_hva(self->g.gk, VMALLOC, ~0ULL));
	EXPECT_EQ(self->g.ram, gk_hva(self->g.gk, DIRECT, SZ_4K));
}

TEST_F(guest_kernel, strings_end_at_nul_at_the_room_or_at_a_hole)
{
	char buf[16];

	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	memcpy(self->g.ram + PAGE_A + SZ_4K - 3, "abc", 3);
	memcpy(self->g.ram + PAGE_B, "def", 4);
	memcpy(self->g.ram + PAGE_B + SZ_4K - 3, "xyz", 3);
	EXPECT_EQ(6, gk_read_str(self->g.gk, VMALLOC + SZ_4K - 3, buf, sizeof(buf)));
	EXPECT_STREQ("abcdef", buf);
	EXPECT_EQ(4, gk_read_str(self->g.gk, VMALLOC + SZ_4K - 3, buf, 5));
	EXPECT_STREQ("abcd", buf);
	EXPECT_EQ(0, gk_read_str(self->g.gk, VMALLOC + SZ_4K - 3, buf, 1));
	EXPECT_EQ(-EFAULT, gk_read_str(self->g.gk, VMALLOC + SZ_8K - 3, buf, sizeof(buf)));
	EXPECT_STREQ("xyz", buf);
	EXPECT_EQ(3, gk_read_str(self->g.gk, VMALLOC + SZ_8K - 3, buf, 4));
	EXPECT_EQ(-EFAULT, gk_read_str(self->g.gk, 0, buf, sizeof(buf)));
	EXPECT_STREQ("", buf);
}

TEST_F(guest_kernel, a_direct_map_base_that_cannot_be_is_not_used)
{
	static const u64 bad[] = { 0, 0x1000, ~0ULL, DIRECT + 1, MAP };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		put64(self->g.ram, TEXT_GPA + PAGE_OFFSET, bad[i]);
		self->g.gk = gk_new(&self->g.cfg, &self->g.err);
		ASSERT_NE(NULL, self->g.gk);
		EXPECT_TRUE(gk_direct_map(self->g.gk, 0xffff888000000000));
		EXPECT_FALSE(gk_direct_map(self->g.gk, bad[i]));
		gk_free(self->g.gk);
	}
	self->g.gk = NULL;
}

TEST_F(guest_kernel, the_registers_give_the_slide_that_nothing_else_gave)
{
	u64 v;

	self->g.cfg.vmcoreinfo_size = 0;
	self->g.cfg.kadr_text = 0;
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	EXPECT_FALSE(gk_slide(self->g.gk, &v));
	EXPECT_FALSE(gk_symbol(self->g.gk, "variable", &v));
	EXPECT_EQ(-EFAULT, gk_read_u64(self->g.gk, TEXT + VARIABLE, &v));
	EXPECT_EQ(-ENOENT, gk_check_entry(self->g.gk, 0, &self->g.err));
	EXPECT_EQ(0, gk_check_entry(self->g.gk, TEXT + ENTRY, &self->g.err));
	EXPECT_TRUE(gk_slide(self->g.gk, &v));
	EXPECT_EQ(SLIDE, v);
	EXPECT_TRUE(gk_symbol(self->g.gk, "variable", &v));
	EXPECT_EQ(0, gk_read_u64(self->g.gk, v, &v));
	EXPECT_EQ(0x1122334455667788, v);
	EXPECT_EQ(0, gk_gpa(self->g.gk, VMALLOC, &v));
}

TEST_F(guest_kernel, functions_by_kallsyms_and_data_by_the_image)
{
	/* as without KALLSYMS_ALL */
	static const struct kt_symbol text[] = {
		{ "_text", TEXT },
		{ "_stext", TEXT },
		{ "entry_SYSCALL_64", TEXT + ENTRY },
		{ "only_here", TEXT + 0x100 },
	};
	u64 v;

	make_kallsyms(self->g.ram, &self->g.cfg, text, ARRAY_SIZE(text));
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	EXPECT_TRUE(gk_symbol(self->g.gk, "only_here", &v));
	EXPECT_TRUE(gk_symbol(self->g.gk, "variable", &v));
	EXPECT_EQ(TEXT + VARIABLE, v);
	EXPECT_EQ(0, gk_gpa(self->g.gk, VMALLOC, &v));
	gk_free(self->g.gk);
	/* no image: what there is */
	self->g.cfg.image = NULL;
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	EXPECT_FALSE(gk_symbol(self->g.gk, "variable", &v));
}

TEST_F(guest_kernel, with_nothing_to_go_by_the_message_says_what_is_missing)
{
	self->g.cfg.vmcoreinfo_size = 0;
	self->g.cfg.image = NULL;
	EXPECT_TRUE(refused(&self->g, ENODATA, "the guest told of no VMCOREINFO"));
	EXPECT_NE(NULL, strstr(self->g.err.msg, "no kernel image"));
	self->g.cfg.image = self->g.img;
	self->g.cfg.kadr_phys_base = 0;
	EXPECT_TRUE(refused(&self->g, ENODATA, "frame KADR"));
}

TEST_F(guest_kernel, a_note_that_is_none_is_refused_unless_the_image_will_do)
{
	static const u64 bad[] = { RAM_SIZE, RAM_SIZE - 10, ~0ULL, 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		self->g.cfg.vmcoreinfo_gpa = bad[i];
		self->g.cfg.image = NULL;
		EXPECT_TRUE(refused(&self->g, EBADMSG, "VMCOREINFO: "));
	}
	self->g.cfg.vmcoreinfo_size = ~0ULL;
	EXPECT_TRUE(refused(&self->g, EBADMSG, "VMCOREINFO: "));
	self->g.cfg.image = self->g.img;
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	EXPECT_NE(NULL, self->g.gk);
}

TEST_F(guest_kernel, a_kernel_without_kallsyms_is_named_as_such)
{
	self->g.cfg.image = NULL;
	self->g.cfg.vmcoreinfo_size = make_note(self->g.ram, "SYMBOL(_stext)=ffffffff9d400000\n"
							     "NUMBER(phys_base)=0\n");
	EXPECT_TRUE(refused(&self->g, ENODATA, "CONFIG_KALLSYMS"));
	self->g.cfg.vmcoreinfo_size = make_note(self->g.ram, "OSRELEASE=7.2.13\n");
	EXPECT_TRUE(refused(&self->g, EBADMSG, "NUMBER(phys_base)"));
}

TEST_F(guest_kernel, sources_that_disagree_are_refused)
{
	self->g.cfg.kadr_text += SZ_2M;
	EXPECT_TRUE(refused(&self->g, EBADMSG, "frame KADR"));
	self->g.cfg.vmcoreinfo_size = 0;
	self->g.cfg.kadr_text = 0x1000;
	EXPECT_TRUE(refused(&self->g, ERANGE, "no kernel address"));
	EXPECT_NE(NULL, strstr(self->g.err.msg, "is this the image the guest was booted from?"));
}

TEST_F(guest_kernel, a_physical_address_that_disagrees_is_refused)
{
	self->g.cfg.kadr_phys_base += SZ_2M;
	EXPECT_TRUE(refused(&self->g, EBADMSG, "_text is at guest physical 0x100000"));
}

TEST_F(guest_kernel, an_image_of_another_kernel_is_refused)
{
	/* with data symbols kallsyms alone would do, but the link address is the image's */
	((Elf64_Phdr *)(self->g.file + sizeof(Elf64_Ehdr)))->p_vaddr = LINK + SZ_2M;
	EXPECT_TRUE(refused(&self->g, EBADMSG, "KASLR slide"));
}

/* Bit flips all over the guest: refused, or something that can be asked. */
TEST_F(guest_kernel, a_guest_full_of_flipped_bits_does_no_harm)
{
	u64 rng = 0x9e3779b97f4a7c15, v, i;
	struct ktstr_err err;
	int round, odd = 0;
	char buf[64];

	for (round = 0; round < 300; round++) {
		struct guest_kernel *gk;

		for (i = 0; i < 64; i++) {
			rng = rng * 6364136223846793005 + 1442695040888963407;
			self->g.ram[(rng >> 20) % (TEXT_GPA + IMAGE_SIZE)] ^= 1 << (rng >> 60 & 7);
			self->g.ram[0x200000 + (rng >> 24) % SZ_16K] ^= 1 << (rng >> 57 & 7);
		}
		gk = gk_new(&self->g.cfg, &err);
		odd += !gk && !err.msg[0];
		if (!gk)
			continue;
		for (i = 0; i < 64 * SZ_4K; i += SZ_4K - 8) {
			gk_read_u64(gk, VMALLOC - SZ_64K + i, &v);
			gk_read_str(gk, DIRECT + i, buf, sizeof(buf));
			gk_symbolise(gk, TEXT + i, buf, sizeof(buf));
		}
		gk_free(gk);
	}
	EXPECT_EQ(0, odd);
}

TEST_F(guest_kernel, free_takes_null)
{
	gk_free(NULL);
}

TEST_HARNESS_MAIN
