// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/align.h>
#include <linux/sizes.h>

#include "host/kernel/buildid.h"
#include "host/kernel/vmcoreinfo.h"
#include "lib/util.h"

/* A kernel has a handful of notes of a few dozen bytes. */
#define NOTES_MAX SZ_64K

const char *buildid_text(const struct buildid *b, char *buf)
{
	u32 i;

	buf[0] = '\0';
	for (i = 0; i < b->len; i++)
		snprintf(buf + 2 * i, 3, "%02x", b->id[i]);
	return buf;
}

int buildid_in_notes(const void *notes, size_t len, struct buildid *b)
{
	const u8 *p = notes;
	Elf64_Nhdr nh;

	while (len >= sizeof(nh)) {
		size_t name, desc;

		memcpy(&nh, p, sizeof(nh));
		p += sizeof(nh);
		len -= sizeof(nh);
		name = ALIGN((u64)nh.n_namesz, 4);
		if (name > len || nh.n_descsz > len - name)
			break;
		if (nh.n_type == NT_GNU_BUILD_ID && nh.n_namesz == sizeof(ELF_NOTE_GNU) &&
		    !memcmp(p, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) && nh.n_descsz &&
		    nh.n_descsz <= BUILDID_MAX) {
			b->len = nh.n_descsz;
			memcpy(b->id, p + name, b->len);
			return 0;
		}
		/* the last note may lack its padding */
		desc = min(ALIGN((u64)nh.n_descsz, 4), (u64)(len - name));
		p += name + desc;
		len -= name + desc;
	}
	return -ENODATA;
}

static int image_notes(const struct kernel_image *img, u64 offset, u64 len, struct buildid *b)
{
	void *notes;
	int ret;

	if (!len || len > NOTES_MAX)
		return -ENODATA;
	notes = malloc(len);
	if (!notes)
		return -ENOMEM;
	ret = kernel_image_read(img, offset, notes, len);
	if (!ret)
		ret = buildid_in_notes(notes, len, b);
	free(notes);
	return ret;
}

static int in_segments(const struct kernel_image *img, const Elf64_Ehdr *eh, struct buildid *b)
{
	int ret = -ENODATA;
	Elf64_Phdr ph;
	u32 i;

	for (i = 0; ret == -ENODATA && i < eh->e_phnum; i++) {
		ret = kernel_image_read(img, eh->e_phoff + (u64)i * sizeof(ph), &ph, sizeof(ph));
		if (!ret)
			ret = ph.p_type == PT_NOTE ? image_notes(img, ph.p_offset, ph.p_filesz, b) :
						     -ENODATA;
	}
	return ret;
}

static int in_sections(const struct kernel_image *img, const Elf64_Ehdr *eh, struct buildid *b)
{
	int ret = -ENODATA;
	Elf64_Shdr sh;
	u32 i;

	if (!eh->e_shoff || eh->e_shentsize != sizeof(sh))
		return ret;
	for (i = 0; ret == -ENODATA && i < eh->e_shnum; i++) {
		ret = kernel_image_read(img, eh->e_shoff + (u64)i * sizeof(sh), &sh, sizeof(sh));
		if (!ret)
			ret = sh.sh_type == SHT_NOTE ?
				      image_notes(img, sh.sh_offset, sh.sh_size, b) :
				      -ENODATA;
	}
	return ret;
}

int buildid_of_image(const struct kernel_image *img, struct buildid *b)
{
	Elf64_Ehdr eh;
	int ret;

	if (img->format != KERNEL_ELF)
		return -ENODATA;
	ret = kernel_image_read(img, 0, &eh, sizeof(eh));
	if (!ret)
		ret = in_segments(img, &eh, b);
	/* a stripped file keeps its segments, one with debug symbols only its sections */
	return ret == -ENODATA ? in_sections(img, &eh, b) : ret;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static int from_text(const char *text, struct buildid *b)
{
	size_t i, len = strlen(text);

	if (!len || len % 2 || len > 2 * BUILDID_MAX)
		return -ENODATA;
	for (i = 0; i < len; i += 2) {
		int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);

		if (high < 0 || low < 0)
			return -ENODATA;
		b->id[i / 2] = high << 4 | low;
	}
	b->len = len / 2;
	return 0;
}

static int guest_notes(const struct guest_kernel *gk, struct buildid *b)
{
	u64 start, stop;
	void *notes;
	int ret;

	if (!gk_symbol(gk, "__start_notes", &start) || !gk_symbol(gk, "__stop_notes", &stop) ||
	    stop <= start || stop - start > NOTES_MAX)
		return -ENODATA;
	notes = malloc(stop - start);
	if (!notes)
		return -ENODATA;
	ret = gk_read(gk, start, notes, stop - start) ? -ENODATA :
							buildid_in_notes(notes, stop - start, b);
	free(notes);
	return ret;
}

int buildid_of_guest(const struct guest_kernel *gk, struct buildid *b)
{
	/* one more than an ID can have: a longer one is none */
	char text[BUILDID_TEXT + 1];
	struct vmcoreinfo v;
	const void *note;
	size_t len;

	note = gk_vmcoreinfo(gk, &len);
	if (note && !vmcoreinfo_parse(note, len, &v, NULL) &&
	    vmcoreinfo_string(&v, "BUILD-ID", text, sizeof(text)) && !from_text(text, b))
		return 0;
	return guest_notes(gk, b);
}

int buildid_check(const struct guest_kernel *gk, const struct kernel_image *img,
		  struct ktstr_err *err)
{
	char ours[BUILDID_TEXT], theirs[BUILDID_TEXT];
	struct buildid file, guest;
	int ret = img ? buildid_of_image(img, &file) : -ENODATA;

	if (ret && ret != -ENODATA)
		return ktstr_err_set(err, ret, "%s: ELF notes: %s", img->path, strerror(-ret));
	if (ret || buildid_of_guest(gk, &guest) ||
	    (file.len == guest.len && !memcmp(file.id, guest.id, file.len)))
		return 0;
	return ktstr_err_set(err, -EBADMSG,
			     "%s has build ID %s, but the guest runs a kernel with %s: give the image it was booted from",
			     img->path, buildid_text(&file, ours), buildid_text(&guest, theirs));
}
