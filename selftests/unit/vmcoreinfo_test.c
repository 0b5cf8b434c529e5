// SPDX-License-Identifier: GPL-2.0-only
/* What a kernel says about itself in VMCOREINFO. */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "host/kernel/vmcoreinfo.h"
#include "lib/util.h"

#define HEAD 24

static const char text[] = "OSRELEASE=7.2.13+deb14-cloud-amd64\n"
			   "BUILD-ID=1f2e\n"
			   "PAGESIZE=4096\n"
			   "SYMBOL(init_uts_ns)=ffffffff9ea15300\n"
			   "SYMBOL(_stext)=ffffffff9d400000\n"
			   "SYMBOL(_stext)=1\n"
			   "NUMBER(phys_base)=-469762048\n"
			   "NUMBER(pgtable_l5_enabled)=1\n"
			   "NUMBER(kimage_voffset)=0xffff7fffc0000000\n"
			   "NUMBER(broken)=12x\n"
			   "NUMBER(empty)=\n"
			   "NUMBER(huge)=99999999999999999999999\n"
			   "OFFSET(list_head.next)=0\n"
			   "KERNELOFFSET=1c400000\n"
			   "LAST=end";

static size_t make_note(u8 *note, const char *desc, size_t len)
{
	Elf64_Nhdr nh = { .n_namesz = 11, .n_descsz = len };

	memcpy(note, &nh, sizeof(nh));
	memcpy(note + sizeof(nh), "VMCOREINFO\0", 12);
	memcpy(note + HEAD, desc, len);
	return HEAD + len;
}

FIXTURE(vmcoreinfo)
{
	u8 note[1024];
	size_t len;
	struct vmcoreinfo v;
	struct ktstr_err err;
};

FIXTURE_SETUP(vmcoreinfo)
{
	self->len = make_note(self->note, text, sizeof(text) - 1);
	ASSERT_EQ(0, vmcoreinfo_parse(self->note, self->len, &self->v, &self->err));
}

FIXTURE_TEARDOWN(vmcoreinfo)
{
}

TEST_F(vmcoreinfo, symbols)
{
	u64 addr = 7;

	EXPECT_TRUE(vmcoreinfo_symbol(&self->v, "init_uts_ns", &addr));
	EXPECT_EQ(0xffffffff9ea15300, addr);
	EXPECT_FALSE(vmcoreinfo_symbol(&self->v, "init_uts", &addr));
	EXPECT_FALSE(vmcoreinfo_symbol(&self->v, "phys_base", &addr));
	EXPECT_EQ(0xffffffff9ea15300, addr);
}

TEST_F(vmcoreinfo, the_first_line_of_a_name_counts)
{
	u64 addr;

	EXPECT_TRUE(vmcoreinfo_symbol(&self->v, "_stext", &addr));
	EXPECT_EQ(0xffffffff9d400000, addr);
}

TEST_F(vmcoreinfo, numbers_may_be_negative)
{
	s64 v;

	EXPECT_TRUE(vmcoreinfo_number(&self->v, "phys_base", &v));
	EXPECT_EQ(-469762048, v);
	EXPECT_TRUE(vmcoreinfo_number(&self->v, "pgtable_l5_enabled", &v));
	EXPECT_EQ(1, v);
	EXPECT_TRUE(vmcoreinfo_number(&self->v, "kimage_voffset", &v));
	EXPECT_EQ(0xffff7fffc0000000, (u64)v);
}

TEST_F(vmcoreinfo, the_kernels_offset)
{
	struct vmcoreinfo none = { "A=b\nKERNELOFFSET=\n", 18 };
	u64 slide;

	EXPECT_TRUE(vmcoreinfo_slide(&self->v, &slide));
	EXPECT_EQ(0x1c400000, slide);
	EXPECT_FALSE(vmcoreinfo_slide(&none, &slide));
}

TEST_F(vmcoreinfo, text_is_cut_to_the_room_there_is)
{
	char buf[8];

	EXPECT_TRUE(vmcoreinfo_string(&self->v, "OSRELEASE", buf, sizeof(buf)));
	EXPECT_STREQ("7.2.13+", buf);
	EXPECT_TRUE(vmcoreinfo_string(&self->v, "LAST", buf, sizeof(buf)));
	EXPECT_STREQ("end", buf);
	EXPECT_TRUE(vmcoreinfo_string(&self->v, "LAST", buf, 1));
	EXPECT_STREQ("", buf);
	EXPECT_FALSE(vmcoreinfo_string(&self->v, "SRELEASE", buf, sizeof(buf)));
	EXPECT_FALSE(vmcoreinfo_string(&self->v, "OSRELEASE=7", buf, sizeof(buf)));
}

TEST_F(vmcoreinfo, values_that_are_no_numbers_are_none)
{
	static const char *const bad[] = { "broken", "empty", "huge" };
	size_t i;
	s64 v;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_FALSE(vmcoreinfo_number(&self->v, bad[i], &v));
}

TEST_F(vmcoreinfo, a_name_as_long_as_they_come)
{
	char name[512];
	u64 v;

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	EXPECT_FALSE(vmcoreinfo_symbol(&self->v, name, &v));
}

TEST_F(vmcoreinfo, more_bytes_than_the_note_has_are_no_part_of_it)
{
	static const char after[] = "\n"
				    "NUMBER(after)=1\n";
	s64 v;

	memcpy(self->note + self->len, after, sizeof(after));
	ASSERT_EQ(0, vmcoreinfo_parse(self->note, sizeof(self->note), &self->v, &self->err));
	EXPECT_FALSE(vmcoreinfo_number(&self->v, "after", &v));
}

TEST_F(vmcoreinfo, a_nul_ends_the_text)
{
	static const char cut[] = "A=1\n\0NUMBER(after)=1\n";
	s64 v;

	self->len = make_note(self->note, cut, sizeof(cut));
	ASSERT_EQ(0, vmcoreinfo_parse(self->note, self->len, &self->v, &self->err));
	EXPECT_EQ(4, self->v.len);
	EXPECT_FALSE(vmcoreinfo_number(&self->v, "after", &v));
}

TEST_F(vmcoreinfo, another_note_is_refused)
{
	self->note[13] ^= 1;
	EXPECT_EQ(-EBADMSG, vmcoreinfo_parse(self->note, self->len, &self->v, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "no such ELF note"));
	memset(self->note, 0xff, sizeof(self->note));
	EXPECT_EQ(-EBADMSG, vmcoreinfo_parse(self->note, self->len, &self->v, &self->err));
}

TEST_F(vmcoreinfo, a_note_is_cut_at_every_length)
{
	size_t n;

	for (n = 0; n < self->len; n++) {
		u8 *part = malloc(n + !n);

		ASSERT_NE(NULL, part);
		memcpy(part, self->note, n);
		EXPECT_EQ(-EBADMSG, vmcoreinfo_parse(part, n, &self->v, &self->err));
		free(part);
	}
	memset(self->note + 4, 0xff, 4);
	EXPECT_EQ(-EBADMSG, vmcoreinfo_parse(self->note, self->len, &self->v, &self->err));
	memset(self->note + 4, 0, 4);
	EXPECT_EQ(-EBADMSG, vmcoreinfo_parse(self->note, self->len, &self->v, &self->err));
}

TEST_HARNESS_MAIN
