// SPDX-License-Identifier: GPL-2.0-only
/* An arm64 guest kernel from outside: what VMCOREINFO, TTBR1 and TCR are good for. */
#include <errno.h>
#include <linux/bits.h>
#include <string.h>

#include "kselftest_harness.h"
#include "guest_kernel_fixture.h"

/* 48 bits of address, 4 KiB pages: arch/arm64/include/asm/memory.h */
#define A64_TCR	    ((16ULL << 16) | (2ULL << 30))
#define A64_LINK    0xffff800080000000ULL
#define A64_SLIDE   0x12340000ULL
#define A64_TEXT    (A64_LINK + A64_SLIDE)
#define A64_MAP	    0xffff000000000000ULL
#define A64_VMALLOC 0xffff800083456000ULL
/* Guest memory begins at 0 here, as gmem_wrap() has it; the kernel's idea of it may differ. */
#define A64_PHYS 0x10000ULL
/* TTBR1 of a vCPU, and swapper_pg_dir in the image. */
#define A64_TRAMP   0x3000000ULL
#define A64_SWAPPER 0x20000ULL

static const struct kt_symbol a64_runtime[] = {
	{ "_text", A64_TEXT },
	{ "_stext", A64_TEXT },
	{ "nr_cpu_ids", A64_TEXT + NR_CPU_IDS },
	{ "variable", A64_TEXT + VARIABLE },
	{ "__per_cpu_offset", A64_TEXT + CPU_OFFSETS },
	{ "init_uts_ns", A64_TEXT + 0x5000 },
	{ "swapper_pg_dir", A64_TEXT + A64_SWAPPER },
	{ "_end", A64_TEXT + END },
};

#define ALL ARRAY_SIZE(a64_runtime)

/* A page at A64_VMALLOC, through four levels whose first one is at @root. */
static void map_vmalloc(u8 *ram, u64 root, u64 page)
{
	u64 table = 0x200000;

	put64(ram, root + 8 * (A64_VMALLOC >> 39 & 511), table | 3);
	put64(ram, table + 8 * (A64_VMALLOC >> 30 & 511), (table + SZ_4K) | 3);
	put64(ram, table + SZ_4K + 8 * (A64_VMALLOC >> 21 & 511), (table + SZ_8K) | 3);
	put64(ram, table + SZ_8K + 8 * (A64_VMALLOC >> 12 & 511), page | 3);
}

static void put_a64_kallsyms(struct guest *g, const char *numbers, u32 nr)
{
	struct kt_table t;
	char text[1024];

	kt_build(&t, A64_TEXT + TABLES, A64_TEXT, a64_runtime, nr, KT_BASE);
	memcpy(g->ram + TEXT_GPA + TABLES, t.mem, t.len);
	snprintf(text, sizeof(text),
		 "SYMBOL(_stext)=%llx\nSYMBOL(kallsyms_names)=%llx\n"
		 "SYMBOL(kallsyms_num_syms)=%llx\nSYMBOL(kallsyms_token_table)=%llx\n"
		 "SYMBOL(kallsyms_token_index)=%llx\nSYMBOL(kallsyms_offsets)=%llx\n"
		 "SYMBOL(kallsyms_relative_base)=%llx\nKERNELOFFSET=%llx\n%s",
		 A64_TEXT, (long long)t.src.names, (long long)t.src.num_syms,
		 (long long)t.src.token_table, (long long)t.src.token_index,
		 (long long)t.src.offsets, (long long)ALIGN(t.src.offsets + nr * 4, 8), A64_SLIDE,
		 numbers);
	g->cfg.vmcoreinfo_gpa = NOTE_GPA;
	g->cfg.vmcoreinfo_size = make_note(g->ram, text);
	free(t.mem);
}

static const char *a64_numbers(char *buf, size_t len)
{
	snprintf(buf, len,
		 "NUMBER(VA_BITS)=48\nNUMBER(kimage_voffset)=0x%llx\n"
		 "NUMBER(PHYS_OFFSET)=0x%llx\n",
		 A64_TEXT - TEXT_GPA, A64_PHYS);
	return buf;
}

FIXTURE(arm64)
{
	struct guest g;
	char numbers[256];
};

FIXTURE_SETUP(arm64)
{
	struct guest *g = &self->g;

	memset(g, 0, sizeof(*g));
	g->ram = calloc(1, RAM_SIZE);
	ASSERT_NE(NULL, g->ram);
	gmem_wrap(&g->gmem, g->ram, RAM_SIZE);
	put64(g->ram, TEXT_GPA + VARIABLE, 0x1122334455667788);
	map_vmalloc(g->ram, TEXT_GPA + A64_SWAPPER, PAGE_A);
	g->cfg = (struct gk_config){ .ram = &g->gmem, .ttbr1 = A64_TRAMP, .tcr_el1 = A64_TCR };
	put_a64_kallsyms(g, a64_numbers(self->numbers, sizeof(self->numbers)), ALL);
}

FIXTURE_TEARDOWN(arm64)
{
	guest_end(&self->g);
}

static bool make_gk(struct guest *g)
{
	g->gk = gk_new(&g->cfg, &g->err);
	if (!g->gk)
		fprintf(stderr, "# %s\n", g->err.msg);
	return g->gk;
}

TEST_F(arm64, symbols_and_slide)
{
	u64 v = 0;

	ASSERT_TRUE(make_gk(&self->g));
	EXPECT_TRUE(gk_symbol(self->g.gk, "variable", &v));
	EXPECT_EQ(A64_TEXT + VARIABLE, v);
	EXPECT_TRUE(gk_slide(self->g.gk, &v));
	EXPECT_EQ(A64_SLIDE, v);
	EXPECT_EQ(-ENOENT, gk_check_entry(self->g.gk, 0, &self->g.err));
}

TEST_F(arm64, image_direct_map_and_page_tables)
{
	u64 gpa = 0;

	ASSERT_TRUE(make_gk(&self->g));
	EXPECT_EQ(0, gk_gpa(self->g.gk, A64_TEXT + VARIABLE, &gpa));
	EXPECT_EQ(TEXT_GPA + VARIABLE, gpa);
	EXPECT_EQ(0, gk_gpa(self->g.gk, A64_MAP + 0x123, &gpa));
	EXPECT_EQ(A64_PHYS + 0x123, gpa);
	/* not by TTBR1 of the vCPU, which was in user space, but by swapper_pg_dir */
	EXPECT_EQ(0, gk_gpa(self->g.gk, A64_VMALLOC + 0x456, &gpa));
	EXPECT_EQ(PAGE_A + 0x456, gpa);
	EXPECT_TRUE(gk_direct_map(self->g.gk, A64_MAP));
}

TEST_F(arm64, what_is_mapped_nowhere)
{
	static const u64 bad[] = { 0,
				   0x400000,
				   A64_MAP - 1,
				   A64_MAP + RAM_SIZE - A64_PHYS,
				   A64_VMALLOC + SZ_4K,
				   A64_TEXT - 1,
				   A64_TEXT + END,
				   ~0ULL };
	u64 gpa, i;

	ASSERT_TRUE(make_gk(&self->g));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EFAULT, gk_gpa(self->g.gk, bad[i], &gpa));
}

TEST_F(arm64, translations_are_remembered)
{
	u64 gpa = 0;

	ASSERT_TRUE(make_gk(&self->g));
	gk_cache_begin(self->g.gk);
	EXPECT_EQ(0, gk_gpa(self->g.gk, A64_VMALLOC, &gpa));
	map_vmalloc(self->g.ram, TEXT_GPA + A64_SWAPPER, PAGE_B);
	EXPECT_EQ(0, gk_gpa(self->g.gk, A64_VMALLOC + 1, &gpa));
	EXPECT_EQ(PAGE_A + 1, gpa);
	gk_cache_end(self->g.gk);
	EXPECT_EQ(0, gk_gpa(self->g.gk, A64_VMALLOC, &gpa));
	EXPECT_EQ(PAGE_B, gpa);
}

TEST_F(arm64, percpu_variables)
{
	u64 kva = 0;
	u32 nr = 1;

	put64(self->g.ram, TEXT_GPA + CPU_OFFSETS, 0x1000);
	memcpy(self->g.ram + TEXT_GPA + NR_CPU_IDS, &nr, sizeof(nr));
	ASSERT_TRUE(make_gk(&self->g));
	EXPECT_EQ(0, gk_percpu(self->g.gk, A64_TEXT, 0, &kva));
	EXPECT_EQ(A64_TEXT + 0x1000, kva);
	EXPECT_EQ(1, gk_nr_cpus(self->g.gk, 8));
}

TEST_F(arm64, page_tables_alone_will_do)
{
	/* the image as pages of the last level, in one table, below TTBR1 */
	u64 root = 0x210000, table = 0x220000, gpa = 0, i;

	put64(self->g.ram, root + 8 * (A64_TEXT >> 39 & 511), (root + SZ_4K) | 3);
	put64(self->g.ram, root + SZ_4K + 8 * (A64_TEXT >> 30 & 511), (root + SZ_8K) | 3);
	put64(self->g.ram, root + SZ_8K + 8 * (A64_TEXT >> 21 & 511), table | 3);
	for (i = 0; i < IMAGE_SIZE / SZ_4K; i++)
		put64(self->g.ram, table + 8 * ((A64_TEXT >> 12 & 511) + i),
		      (TEXT_GPA + i * SZ_4K) | 3);
	/* what the vCPU has is where swapper_pg_dir is found, which then counts */
	put64(self->g.ram, TEXT_GPA + A64_SWAPPER + 8 * (A64_TEXT >> 39 & 511), (root + SZ_4K) | 3);
	put_a64_kallsyms(&self->g, "", ALL);
	self->g.cfg.ttbr1 = root;
	ASSERT_TRUE(make_gk(&self->g));
	EXPECT_EQ(0, gk_gpa(self->g.gk, A64_TEXT + VARIABLE, &gpa));
	EXPECT_EQ(TEXT_GPA + VARIABLE, gpa);
	EXPECT_FALSE(gk_map_base(self->g.gk, &gpa));
	EXPECT_FALSE(gk_direct_map(self->g.gk, A64_MAP));
}

TEST_F(arm64, with_neither_the_message_says_what_is_missing)
{
	put_a64_kallsyms(&self->g, "", ALL);
	self->g.cfg.ttbr1 = 0;
	EXPECT_EQ(NULL, gk_new(&self->g.cfg, &self->g.err));
	EXPECT_EQ(EBADMSG, errno);
	EXPECT_NE(NULL, strstr(self->g.err.msg, "NUMBER(kimage_voffset)"));
}

TEST_F(arm64, an_image_without_end_is_not_believed)
{
	u64 gpa;

	put_a64_kallsyms(&self->g, self->numbers, ALL - 1);
	ASSERT_TRUE(make_gk(&self->g));
	/* what is left are page tables, and those of the vCPU map nothing */
	EXPECT_EQ(-EFAULT, gk_gpa(self->g.gk, A64_TEXT + VARIABLE, &gpa));
}

TEST_F(arm64, numbers_that_cannot_be_do_no_harm)
{
	static const char *const bad[] = {
		"NUMBER(VA_BITS)=0\nNUMBER(PHYS_OFFSET)=0x0\n",
		"NUMBER(VA_BITS)=64\nNUMBER(PHYS_OFFSET)=0x0\n",
		"NUMBER(VA_BITS)=-1\nNUMBER(PHYS_OFFSET)=0x0\n",
		"NUMBER(VA_BITS)=52\nNUMBER(PHYS_OFFSET)=0xfff0000000000000\n",
	};
	char text[256];
	u64 gpa, i, k;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text), "%sNUMBER(kimage_voffset)=0x%llx\n", bad[i],
			 A64_TEXT - TEXT_GPA);
		put_a64_kallsyms(&self->g, text, ALL);
		ASSERT_TRUE(make_gk(&self->g));
		for (k = 0; k < 64; k++)
			if (!gk_gpa(self->g.gk, ~0ULL << k, &gpa))
				EXPECT_GT(RAM_SIZE, gpa);
		gk_free(self->g.gk);
	}
	self->g.gk = NULL;
}

TEST_HARNESS_MAIN
