// SPDX-License-Identifier: GPL-2.0-only
/* Kernel files: what they are, what is inside, and what is refused. */
#include <elf.h>
#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "kselftest_harness.h"

#include "host/kernel/image.h"
#include "host/kernel/inflate.h"
#include "lib/util.h"

#define SETUP 1024

static void put32(u8 *p, u32 v)
{
	memcpy(p, &v, sizeof(v));
}

/* The smallest ELF that counts as a vmlinux, and some text to compress. */
static size_t make_elf(u8 *buf, size_t room)
{
	Elf64_Ehdr eh = {
		.e_ident = ELFMAG,
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phoff = sizeof(eh),
		.e_phnum = 1,
	};
	size_t i;

	eh.e_ident[EI_CLASS] = ELFCLASS64;
	memcpy(buf, &eh, sizeof(eh));
	for (i = sizeof(eh); i < room; i++)
		buf[i] = i * 7 + (i >> 8);
	return room;
}

static size_t make_bzimage(u8 *buf, const void *payload, size_t len)
{
	static const char release[] = "7.2.13-test (someone@somewhere) #1";

	memset(buf, 0, SETUP);
	buf[0x1f1] = 1;
	buf[0x1fe] = 0x55;
	buf[0x1ff] = 0xaa;
	memcpy(buf + 0x202, "HdrS", 4);
	buf[0x206] = 0x0f;
	buf[0x207] = 0x02;
	buf[0x20e] = 0x80;
	memcpy(buf + 0x280, release, sizeof(release));
	put32(buf + 0x248, 16);
	put32(buf + 0x24c, len);
	memset(buf + SETUP, 0xcc, 16);
	memcpy(buf + SETUP + 16, payload, len);
	return SETUP + 16 + len;
}

FIXTURE(image)
{
	u8 elf[65536];
	u8 packed[2 * 65536];
	size_t packed_len;
	u8 bz[3 * 65536];
	size_t bz_len;
};

FIXTURE_SETUP(image)
{
	make_elf(self->elf, sizeof(self->elf));
	self->packed_len =
		ZSTD_compress(self->packed, sizeof(self->packed), self->elf, sizeof(self->elf), 3);
	ASSERT_FALSE(ZSTD_isError(self->packed_len));
	self->bz_len = make_bzimage(self->bz, self->packed, self->packed_len);
}

FIXTURE_TEARDOWN(image)
{
}

TEST_F(image, bzimage_is_recognised_with_its_release)
{
	struct kernel_image *img = kernel_image_from_mem(self->bz, self->bz_len, "bz", NULL);

	ASSERT_NE(NULL, img);
	EXPECT_EQ(KERNEL_BZIMAGE, img->format);
	EXPECT_STREQ("7.2.13-test", img->release);
	EXPECT_EQ(self->packed_len, img->payload_size);
	kernel_image_free(img);
}

TEST_F(image, elf_is_recognised)
{
	struct kernel_image *img = kernel_image_from_mem(self->elf, sizeof(self->elf), "elf", NULL);

	ASSERT_NE(NULL, img);
	EXPECT_EQ(KERNEL_ELF, img->format);
	kernel_image_free(img);
}

TEST_F(image, payload_is_inflated)
{
	struct kernel_image *img = kernel_image_from_mem(self->bz, self->bz_len, "bz", NULL);
	struct kernel_image *elf = kernel_image_vmlinux(img, NULL, NULL);

	ASSERT_NE(NULL, elf);
	EXPECT_EQ(sizeof(self->elf), elf->size);
	EXPECT_EQ(0, memcmp(self->elf, elf->data, elf->size));
	kernel_image_free(elf);
	kernel_image_free(img);
}

TEST_F(image, payload_is_cached_and_taken_from_the_cache)
{
	char dir[] = "/tmp/ktstr-image-XXXXXX", path[256];
	struct kernel_image *img = kernel_image_from_mem(self->bz, self->bz_len, "bz", NULL);
	struct kernel_image *first, *second;

	ASSERT_NE(NULL, mkdtemp(dir));
	first = kernel_image_vmlinux(img, dir, NULL);
	second = kernel_image_vmlinux(img, dir, NULL);
	ASSERT_NE(NULL, first);
	ASSERT_NE(NULL, second);
	EXPECT_EQ(-1, first->fd);
	EXPECT_NE(-1, second->fd);
	ASSERT_EQ(sizeof(self->elf), second->size);
	EXPECT_EQ(0, kernel_image_read(second, 0, self->packed, second->size));
	EXPECT_EQ(0, memcmp(self->elf, self->packed, sizeof(self->elf)));
	snprintf(path, sizeof(path), "%s", second->path);
	kernel_image_free(first);
	kernel_image_free(second);
	kernel_image_free(img);
	EXPECT_EQ(0, unlink(path));
	/* nothing else was left there */
	EXPECT_EQ(0, rmdir(dir));
}

TEST_F(image, corrupt_payload_is_refused)
{
	struct kernel_image *img = kernel_image_from_mem(self->bz, self->bz_len, "bz", NULL);
	struct ktstr_err err = { 0 };

	memset(self->bz + SETUP + 16 + self->packed_len / 2, 0xff, 64);
	EXPECT_EQ(NULL, kernel_image_vmlinux(img, NULL, &err));
	EXPECT_EQ(EBADMSG, errno);
	EXPECT_NE(NULL, strstr(err.msg, "zstd"));
	kernel_image_free(img);
}

TEST_F(image, truncated_bzimage_is_refused)
{
	struct ktstr_err err = { 0 };

	EXPECT_EQ(NULL, kernel_image_from_mem(self->bz, self->bz_len - 1, "half", &err));
	EXPECT_EQ(ENOEXEC, errno);
	EXPECT_NE(NULL, strstr(err.msg, "half: bzImage is truncated"));
}

TEST_F(image, G13_every_truncation_is_refused_or_harmless)
{
	size_t len;

	for (len = 0; len < self->bz_len; len++) {
		u8 *copy = malloc(len + 1);

		memcpy(copy, self->bz, len);
		EXPECT_EQ(NULL, kernel_image_from_mem(copy, len, "cut", NULL));
		memcpy(copy, self->elf, len);
		kernel_image_free(kernel_image_from_mem(copy, len, "cut", NULL));
		free(copy);
	}
}

TEST_F(image, G13_other_machine_is_refused)
{
	struct ktstr_err err = { 0 };

	self->elf[offsetof(Elf64_Ehdr, e_machine)] = EM_386;
	EXPECT_EQ(NULL, kernel_image_from_mem(self->elf, sizeof(self->elf), "i386", &err));
	EXPECT_NE(NULL, strstr(err.msg, "not a kernel for x86_64"));
}

TEST_F(image, header_offsets_beyond_the_file_are_refused)
{
	put32(self->bz + 0x248, 0xfffffff0);
	EXPECT_EQ(NULL, kernel_image_from_mem(self->bz, self->bz_len, "bz", NULL));
	put32(self->bz + 0x248, 16);
	put32(self->bz + 0x24c, 0xffffffff);
	EXPECT_EQ(NULL, kernel_image_from_mem(self->bz, self->bz_len, "bz", NULL));
}

TEST(what_is_no_kernel_is_refused_with_a_way_out)
{
	static const char text[4096] = "#!/bin/sh\n";
	struct ktstr_err err = { 0 };

	EXPECT_EQ(NULL, kernel_image_from_mem(text, sizeof(text), "script", &err));
	EXPECT_EQ(ENOEXEC, errno);
	EXPECT_NE(NULL, strstr(err.msg, "neither a bzImage nor a vmlinux"));
}

TEST(missing_kernel_names_itself_and_the_way_out)
{
	struct ktstr_err err = { 0 };

	EXPECT_EQ(NULL, kernel_image_open("/nonexistent/bzImage", &err));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_NE(NULL, strstr(err.msg, "/nonexistent/bzImage"));
	EXPECT_NE(NULL, strstr(err.msg, "scripts/setup"));
	EXPECT_EQ(NULL, kernel_image_open("/", &err));
	EXPECT_EQ(NULL, kernel_image_open("/dev/null", &err));
}

TEST_F(image, inflate_gzip_xz_and_lzma)
{
	uLongf zlen = sizeof(self->packed);
	lzma_options_lzma opt;
	size_t pos = 0, n;
	z_stream z = { 0 };
	void *out;

	ASSERT_EQ(Z_OK, deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY));
	z.next_in = self->elf;
	z.avail_in = sizeof(self->elf);
	z.next_out = self->packed;
	z.avail_out = zlen;
	ASSERT_EQ(Z_STREAM_END, deflate(&z, Z_FINISH));
	out = inflate_any(self->packed, z.total_out, 1 << 20, &n, NULL);
	deflateEnd(&z);
	ASSERT_NE(NULL, out);
	EXPECT_EQ(sizeof(self->elf), n);
	EXPECT_EQ(0, memcmp(out, self->elf, n));
	free(out);

	ASSERT_EQ(LZMA_OK,
		  lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, self->elf, sizeof(self->elf),
					  self->packed, &pos, sizeof(self->packed)));
	out = inflate_any(self->packed, pos, 1 << 20, &n, NULL);
	ASSERT_NE(NULL, out);
	EXPECT_EQ(0, memcmp(out, self->elf, n));
	free(out);
	EXPECT_FALSE(lzma_lzma_preset(&opt, 1));
}

TEST_F(image, inflate_stops_at_the_limit)
{
	size_t n;

	EXPECT_EQ(NULL, inflate_any(self->packed, self->packed_len, 4096, &n, NULL));
	EXPECT_EQ(EFBIG, errno);
}

TEST_F(image, inflate_refuses_every_truncation)
{
	size_t len, n;

	for (len = 0; len < self->packed_len; len += 61)
		EXPECT_EQ(NULL, inflate_any(self->packed, len, 1 << 20, &n, NULL));
}

TEST(inflate_refuses_an_unknown_magic)
{
	struct ktstr_err err = { 0 };
	size_t n;

	EXPECT_EQ(NULL, inflate_any("ab", 2, 10, &n, &err));
	EXPECT_EQ(EOPNOTSUPP, errno);
	EXPECT_EQ(NULL, inflate_any("", 0, 10, &n, NULL));
}

TEST_HARNESS_MAIN
