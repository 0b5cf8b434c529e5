// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest kernel from outside: symbols, slide and memory, told by VMCOREINFO, by
 * the image or by neither, truly or not. The "guest" is a few MiB of memory.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "guest_kernel_fixture.h"

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

/* Whether every name has the address that gk_symbol() gives it. */
struct passed {
	const struct guest_kernel *gk;
	u32 nr;
	u32 wrong;
};

static void pass(void *ctx, const char *name, size_t len, u64 kva)
{
	struct passed *p = ctx;
	u64 addr;

	p->nr++;
	p->wrong += strlen(name) != len || !gk_symbol(p->gk, name, &addr) || addr != kva;
}

TEST_F(source, all_symbols_have_their_runtime_address)
{
	struct passed p = { .gk = self->g.gk };

	ASSERT_EQ(0, gk_symbol_each(self->g.gk, pass, &p));
	EXPECT_EQ(ARRAY_SIZE(runtime), p.nr);
	EXPECT_EQ(0, p.wrong);
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
	struct passed p = { .gk = self->g.gk };
	u64 v;

	EXPECT_EQ(-EBADMSG, gk_check_entry(self->g.gk, TEXT + ENTRY + SZ_2M, &self->g.err));
	EXPECT_NE(NULL, strstr(self->g.err.msg, "by MSR_LSTAR"));
	EXPECT_FALSE(gk_slide(self->g.gk, &v));
	/* another vCPU does not settle it */
	EXPECT_EQ(-EBADMSG, gk_check_entry(self->g.gk, TEXT + ENTRY, &self->g.err));
	EXPECT_FALSE(gk_slide(self->g.gk, &v));
	/* only what kallsyms says is left */
	EXPECT_EQ(variant->note, gk_symbol(self->g.gk, "variable", &v));
	EXPECT_EQ(variant->note ? 0 : -ENODATA, gk_symbol_each(self->g.gk, pass, &p));
	EXPECT_EQ(variant->note ? ARRAY_SIZE(runtime) : 0, p.nr);
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
TEST_F(guest_kernel, G12_a_guest_full_of_flipped_bits_does_no_harm)
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
