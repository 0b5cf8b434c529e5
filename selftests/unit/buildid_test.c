// SPDX-License-Identifier: GPL-2.0-only
/* Build IDs of a kernel file and of a guest, and what comes of two that differ. */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "kselftest_harness.h"
#include "guest_kernel_fixture.h"

#include "host/kernel/buildid.h"

#define ID_LEN 20

/* Appends a note and returns its end. */
static u8 *put_note(u8 *p, const char *name, u32 type, u8 fill, size_t len)
{
	Elf64_Nhdr nh = { .n_namesz = strlen(name) + 1, .n_descsz = len, .n_type = type };

	memcpy(p, &nh, sizeof(nh));
	p += sizeof(nh);
	memcpy(p, name, nh.n_namesz);
	p += ALIGN(nh.n_namesz, 4);
	memset(p, fill, len);
	return p + ALIGN(len, 4);
}

/* A file with a note of its own, in the section or in the segment that vf_build() left empty. */
static bool remake_image(struct guest *g, u8 fill, bool in_segment)
{
	u8 notes[64], *end = put_note(notes, "GNU", NT_GNU_BUILD_ID, fill, ID_LEN);
	size_t size = g->img->size, len = end - notes;
	u8 *file = calloc(1, size + len);
	Elf64_Ehdr eh;

	if (!file)
		return false;
	memcpy(file, g->file, size);
	memcpy(file + size, notes, len);
	memcpy(&eh, file, sizeof(eh));
	if (in_segment) {
		/* the load segment stays the first one: it tells the link address */
		Elf64_Phdr ph[2] = { { .p_type = PT_LOAD, .p_vaddr = LINK },
				     { .p_type = PT_NOTE, .p_offset = size, .p_filesz = len } };
		u8 *bigger = realloc(file, size + len + sizeof(ph));

		if (!bigger) {
			free(file);
			return false;
		}
		file = bigger;
		memcpy(file + size + len, ph, sizeof(ph));
		eh.e_phoff = size + len;
		eh.e_phnum = 2;
		memcpy(file, &eh, sizeof(eh));
		len += sizeof(ph);
	} else {
		Elf64_Shdr sh = { .sh_type = SHT_NOTE, .sh_offset = size, .sh_size = len };

		memcpy(file + eh.e_shoff + sizeof(sh), &sh, sizeof(sh));
	}
	kernel_image_free(g->img);
	free(g->file);
	g->file = file;
	g->img = kernel_image_from_mem(file, size + len, "vmlinux", &g->err);
	g->cfg.image = g->img;
	return g->img;
}

static void say_build_id(struct guest *g, u8 fill)
{
	char line[64] = "BUILD-ID=";
	int i;

	for (i = 0; i < ID_LEN; i++)
		snprintf(line + strlen(line), 3, "%02x", fill);
	strcat(line, "\n");
	add_to_note(g->ram, &g->cfg, line);
}

FIXTURE(buildid)
{
	struct guest g;
	struct buildid id;
};

FIXTURE_SETUP(buildid)
{
	ASSERT_TRUE(guest_init(&self->g));
}

FIXTURE_TEARDOWN(buildid)
{
	guest_end(&self->g);
}

TEST_F(buildid, is_found_among_other_notes)
{
	char text[BUILDID_TEXT];
	u8 notes[256], *p = notes;

	p = put_note(p, "Xen", 6, 1, 5);
	p = put_note(p, "GNU", NT_GNU_ABI_TAG, 2, 16);
	p = put_note(p, "Linux", NT_GNU_BUILD_ID, 3, 20);
	p = put_note(p, "GNU", NT_GNU_BUILD_ID, 0xab, 3);
	/* the end of the last one is not padded */
	ASSERT_EQ(0, buildid_in_notes(notes, p - notes - 1, &self->id));
	EXPECT_EQ(3, self->id.len);
	EXPECT_STREQ("ababab", buildid_text(&self->id, text));
}

TEST_F(buildid, notes_that_make_no_sense_have_none)
{
	u8 notes[256], *end;
	Elf64_Nhdr nh;
	size_t i;

	EXPECT_EQ(-ENODATA, buildid_in_notes(notes, 0, &self->id));
	end = put_note(notes, "GNU", NT_GNU_BUILD_ID, 1, ID_LEN);
	for (i = 0; i < (size_t)(end - notes); i++)
		EXPECT_EQ(-ENODATA, buildid_in_notes(notes, i, &self->id));
	memcpy(&nh, notes, sizeof(nh));
	nh.n_namesz = ~0U;
	memcpy(notes, &nh, sizeof(nh));
	EXPECT_EQ(-ENODATA, buildid_in_notes(notes, sizeof(notes), &self->id));
	end = put_note(notes, "GNU", NT_GNU_BUILD_ID, 1, BUILDID_MAX + 1);
	EXPECT_EQ(-ENODATA, buildid_in_notes(notes, end - notes, &self->id));
	end = put_note(notes, "GNU", NT_GNU_BUILD_ID, 1, 0);
	EXPECT_EQ(-ENODATA, buildid_in_notes(notes, end - notes, &self->id));
	memset(notes, 0, sizeof(notes));
	EXPECT_EQ(-ENODATA, buildid_in_notes(notes, sizeof(notes), &self->id));
}

TEST_F(buildid, of_an_image_by_section_or_segment)
{
	EXPECT_EQ(-ENODATA, buildid_of_image(self->g.img, &self->id));
	ASSERT_TRUE(remake_image(&self->g, 0x11, false));
	ASSERT_EQ(0, buildid_of_image(self->g.img, &self->id));
	EXPECT_EQ(ID_LEN, self->id.len);
	EXPECT_EQ(0x11, self->id.id[19]);
	ASSERT_TRUE(remake_image(&self->g, 0x22, true));
	ASSERT_EQ(0, buildid_of_image(self->g.img, &self->id));
	EXPECT_EQ(0x22, self->id.id[0]);
}

TEST_F(buildid, of_an_image_that_is_cut_short)
{
	Elf64_Shdr sh = { .sh_type = SHT_NOTE, .sh_offset = ~0ULL - 4, .sh_size = 100 };
	Elf64_Ehdr eh;

	memcpy(&eh, self->g.file, sizeof(eh));
	memcpy(self->g.file + eh.e_shoff + sizeof(sh), &sh, sizeof(sh));
	EXPECT_EQ(-ENOEXEC, buildid_of_image(self->g.img, &self->id));
	EXPECT_EQ(NULL, gk_new(&self->g.cfg, &self->g.err));
	EXPECT_NE(NULL, strstr(self->g.err.msg, "vmlinux: ELF notes: "));
	sh.sh_offset = 0;
	sh.sh_size = ~0ULL;
	memcpy(self->g.file + eh.e_shoff + sizeof(sh), &sh, sizeof(sh));
	EXPECT_EQ(-ENODATA, buildid_of_image(self->g.img, &self->id));
}

TEST_F(buildid, of_a_guest_by_vmcoreinfo_or_by_its_notes)
{
	u8 *notes = self->g.ram + TEXT_GPA + NOTES;

	self->g.cfg.image = NULL;
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	EXPECT_EQ(-ENODATA, buildid_of_guest(self->g.gk, &self->id));
	put_note(notes, "GNU", NT_GNU_BUILD_ID, 0x33, ID_LEN);
	ASSERT_EQ(0, buildid_of_guest(self->g.gk, &self->id));
	EXPECT_EQ(0x33, self->id.id[0]);
	gk_free(self->g.gk);
	say_build_id(&self->g, 0x44);
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	ASSERT_EQ(0, buildid_of_guest(self->g.gk, &self->id));
	EXPECT_EQ(ID_LEN, self->id.len);
	EXPECT_EQ(0x44, self->id.id[19]);
}

TEST_F(buildid, a_line_that_is_no_build_id_does_not_count)
{
	add_to_note(self->g.ram, &self->g.cfg, "BUILD-ID=12345z\n");
	put_note(self->g.ram + TEXT_GPA + NOTES, "GNU", NT_GNU_BUILD_ID, 0x33, ID_LEN);
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	ASSERT_EQ(0, buildid_of_guest(self->g.gk, &self->id));
	EXPECT_EQ(0x33, self->id.id[0]);
}

TEST_F(buildid, the_image_of_the_guest_will_do)
{
	ASSERT_TRUE(remake_image(&self->g, 0x55, true));
	say_build_id(&self->g, 0x55);
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	EXPECT_NE(NULL, self->g.gk);
}

TEST_F(buildid, G13_another_build_is_refused_with_both_named)
{
	ASSERT_TRUE(remake_image(&self->g, 0x55, false));
	say_build_id(&self->g, 0x66);
	errno = 0;
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	EXPECT_EQ(NULL, self->g.gk);
	EXPECT_EQ(EBADMSG, errno);
	EXPECT_NE(NULL, strstr(self->g.err.msg,
			       "vmlinux has build ID 5555555555555555555555555555555555555555"));
	EXPECT_NE(NULL, strstr(self->g.err.msg, "6666666666666666666666666666666666666666"));
}

TEST_F(buildid, G13_another_build_is_refused_by_its_notes_as_well)
{
	/* symbols of the wrong image, no VMCOREINFO: the notes happen to be in the same place */
	ASSERT_TRUE(remake_image(&self->g, 0x55, true));
	self->g.cfg.vmcoreinfo_size = 0;
	put_note(self->g.ram + TEXT_GPA + NOTES, "GNU", NT_GNU_BUILD_ID, 0x77, ID_LEN);
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	EXPECT_EQ(NULL, self->g.gk);
	EXPECT_NE(NULL, strstr(self->g.err.msg, "7777777777777777777777777777777777777777"));
}

TEST_F(buildid, with_nothing_to_compare_nothing_is_refused)
{
	say_build_id(&self->g, 0x66);
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	EXPECT_EQ(0, buildid_check(self->g.gk, NULL, &self->g.err));
}

TEST_HARNESS_MAIN
