// SPDX-License-Identifier: GPL-2.0-only
/* Symbols and link addresses out of kernel files, whole and broken (RELIABILITY G13). */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "vmlinux_fixture.h"

#include "host/kernel/elf_syms.h"
#include "lib/util.h"

#define TEXT 0xffffffff81000000ULL

static const struct vf_symbol symbols[] = {
	{ "vmlinux.lds", 0, SHN_ABS, STT_FILE },
	{ "", TEXT, 1, STT_SECTION },
	{ "_text", TEXT, 1, STT_NOTYPE },
	{ "missing", 0, SHN_UNDEF, STT_NOTYPE },
	{ "scx_root", TEXT + 0x2e4afd0, 1, STT_OBJECT },
	{ "early_percpu", 0, 1, STT_OBJECT },
	{ "absolute", 0x1234, SHN_ABS, STT_NOTYPE },
};

FIXTURE(elf_syms)
{
	u8 *file;
	size_t len;
	struct kernel_image *img;
	struct symtab *st;
	struct ktstr_err err;
};

FIXTURE_SETUP(elf_syms)
{
	self->file = vf_build(TEXT, symbols, ARRAY_SIZE(symbols), &self->len);
	ASSERT_NE(NULL, self->file);
	self->img = kernel_image_from_mem(self->file, self->len, "vmlinux", &self->err);
	ASSERT_NE(NULL, self->img);
	self->st = symtab_new(0);
	ASSERT_NE(NULL, self->st);
}

FIXTURE_TEARDOWN(elf_syms)
{
	symtab_free(self->st);
	kernel_image_free(self->img);
	free(self->file);
}

static Elf64_Shdr *section(u8 *file, unsigned int i)
{
	return (Elf64_Shdr *)(file + ((Elf64_Ehdr *)file)->e_shoff) + i;
}

TEST_F(elf_syms, defined_symbols_are_taken_and_others_dropped)
{
	u64 addr = 7;

	ASSERT_EQ(0, elf_syms_load(self->img, self->st, &self->err));
	ASSERT_EQ(0, symtab_finish(self->st));
	EXPECT_EQ(4, symtab_count(self->st));
	EXPECT_TRUE(symtab_lookup(self->st, "scx_root", &addr));
	EXPECT_EQ(TEXT + 0x2e4afd0, addr);
	EXPECT_TRUE(symtab_lookup(self->st, "early_percpu", &addr));
	EXPECT_EQ(0, addr);
	EXPECT_TRUE(symtab_lookup(self->st, "absolute", &addr));
	EXPECT_FALSE(symtab_lookup(self->st, "missing", &addr));
	EXPECT_FALSE(symtab_lookup(self->st, "vmlinux.lds", &addr));
}

TEST_F(elf_syms, text_is_where_the_first_segment_is)
{
	u64 text;

	EXPECT_EQ(0, elf_link_text(self->img, &text, &self->err));
	EXPECT_EQ(TEXT, text);
	((Elf64_Phdr *)(self->file + sizeof(Elf64_Ehdr)))->p_type = PT_NOTE;
	EXPECT_EQ(-ENOEXEC, elf_link_text(self->img, &text, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "vmlinux: ELF segments"));
}

TEST_F(elf_syms, a_stripped_file_says_what_else_would_do)
{
	section(self->file, VF_SYMTAB)->sh_type = SHT_PROGBITS;
	EXPECT_EQ(-ENODATA, elf_syms_load(self->img, self->st, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "unstripped vmlinux"));
	((Elf64_Ehdr *)self->file)->e_shnum = 0;
	EXPECT_EQ(-ENODATA, elf_syms_load(self->img, self->st, &self->err));
}

TEST_F(elf_syms, a_bzimage_has_a_link_address_and_no_symbols)
{
	u8 bz[2048] = { 0 };
	struct kernel_image *img;
	u64 text;

	bz[0x1f1] = 1;
	bz[0x1fe] = 0x55;
	bz[0x1ff] = 0xaa;
	memcpy(bz + 0x202, "HdrS\x0f\x02", 6);
	bz[0x258 + 3] = 1;
	img = kernel_image_from_mem(bz, sizeof(bz), "bzImage", &self->err);
	ASSERT_NE(NULL, img);
	EXPECT_EQ(-ENODATA, elf_syms_load(img, self->st, &self->err));
	EXPECT_EQ(0, elf_link_text(img, &text, &self->err));
	EXPECT_EQ(TEXT, text);
	bz[0x258 + 3] = 0;
	EXPECT_EQ(-ENOEXEC, elf_link_text(img, &text, &self->err));
	bz[0x258 + 7] = 0xff;
	EXPECT_EQ(-ENOEXEC, elf_link_text(img, &text, &self->err));
	kernel_image_free(img);
}

TEST_F(elf_syms, tables_outside_of_the_file_are_refused)
{
	static const u64 bad[] = { ~0ULL, 1ULL << 40, 4096 };
	size_t i, k;

	for (k = VF_SYMTAB; k <= VF_STRTAB; k++) {
		Elf64_Shdr good = *section(self->file, k);

		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			section(self->file, k)->sh_offset = bad[i];
			EXPECT_EQ(-ENOEXEC, elf_syms_load(self->img, self->st, &self->err));
			*section(self->file, k) = good;
			section(self->file, k)->sh_size = bad[i];
			EXPECT_EQ(-ENOEXEC, elf_syms_load(self->img, self->st, &self->err));
			*section(self->file, k) = good;
		}
	}
	EXPECT_NE(NULL, strstr(self->err.msg, "vmlinux: ELF symbol table"));
}

TEST_F(elf_syms, links_and_sizes_that_make_no_sense_are_refused)
{
	Elf64_Shdr *sh = section(self->file, VF_SYMTAB), good = *sh;

	sh->sh_link = 99;
	EXPECT_EQ(-ENOEXEC, elf_syms_load(self->img, self->st, &self->err));
	*sh = good;
	sh->sh_entsize = 8;
	EXPECT_EQ(-ENOEXEC, elf_syms_load(self->img, self->st, &self->err));
	*sh = good;
	((Elf64_Ehdr *)self->file)->e_shentsize = 8;
	EXPECT_EQ(-ENOEXEC, elf_syms_load(self->img, self->st, &self->err));
}

TEST_F(elf_syms, names_without_an_end_are_refused)
{
	Elf64_Shdr *strings = section(self->file, VF_STRTAB);

	/* the last name loses its NUL */
	strings->sh_size--;
	EXPECT_EQ(-ENOEXEC, elf_syms_load(self->img, self->st, &self->err));
	/* and now its beginning */
	strings->sh_size -= 9;
	EXPECT_EQ(-ENOEXEC, elf_syms_load(self->img, self->st, &self->err));
}

TEST_F(elf_syms, a_file_is_cut_at_every_length)
{
	size_t n;

	for (n = 64; n < self->len; n++) {
		struct kernel_image *img = kernel_image_from_mem(self->file, n, "cut", NULL);
		int ret;

		if (!img)
			continue;
		ret = elf_syms_load(img, self->st, NULL);
		EXPECT_TRUE(ret == -ENOEXEC || ret == -ENODATA);
		kernel_image_free(img);
	}
}

TEST_HARNESS_MAIN
