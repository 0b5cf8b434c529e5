// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/harness/initramfs.h"
#include "lib/util.h"
#include "kselftest_harness.h"

#define HDR 110

struct member {
	const char *name;
	const u8 *data;
	u32 mode, ino, mtime, size;
};

static u32 field(const u8 *hdr, unsigned int nr)
{
	char text[9] = "";

	memcpy(text, hdr + 6 + 8 * nr, 8);
	return strtoul(text, NULL, 16);
}

/* Returns where the next member begins, or 0 when this one is malformed. */
static size_t member_at(const u8 *cpio, size_t len, size_t pos, struct member *m)
{
	const u8 *h = cpio + pos;
	size_t name_size, data;

	if (pos % 4 || len - pos < HDR || memcmp(h, "070701", 6))
		return 0;
	m->ino = field(h, 0);
	m->mode = field(h, 1);
	m->mtime = field(h, 5);
	m->size = field(h, 6);
	name_size = field(h, 11);
	m->name = (const char *)h + HDR;
	data = (pos + HDR + name_size + 3) & ~(size_t)3;
	if (strlen(m->name) + 1 != name_size || data + m->size > len)
		return 0;
	m->data = cpio + data;
	return (data + m->size + 3) & ~(size_t)3;
}

static bool member_find(const u8 *cpio, size_t len, const char *name, struct member *m)
{
	size_t pos = 0;

	while (pos < len) {
		pos = member_at(cpio, len, pos, m);
		if (!pos)
			return false;
		if (!strcmp(m->name, name))
			return true;
	}
	return false;
}

FIXTURE(initramfs)
{
	struct initramfs *fs;
	struct ktstr_err err;
	void *cpio;
	size_t len;
	char file[64];
};

FIXTURE_SETUP(initramfs)
{
	int fd;

	self->fs = initramfs_new();
	ASSERT_NE(self->fs, NULL);
	snprintf(self->file, sizeof(self->file), "/tmp/ktstr-initramfs.XXXXXX");
	fd = mkstemp(self->file);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(write(fd, "hello", 5), 5);
	close(fd);
}

FIXTURE_TEARDOWN(initramfs)
{
	unlink(self->file);
	initramfs_free(self->fs);
	free(self->cpio);
}

TEST_F(initramfs, parents_come_first)
{
	struct member m;
	u32 dir_ino;

	ASSERT_EQ(initramfs_add_mem(self->fs, "/a/b/file", "xyz", 3, 0640, NULL), 0);
	ASSERT_EQ(initramfs_build(self->fs, &self->cpio, &self->len, NULL), 0);
	ASSERT_TRUE(member_find(self->cpio, self->len, "a", &m));
	EXPECT_EQ(m.mode, S_IFDIR | 0755);
	ASSERT_TRUE(member_find(self->cpio, self->len, "a/b", &m));
	dir_ino = m.ino;
	ASSERT_TRUE(member_find(self->cpio, self->len, "a/b/file", &m));
	EXPECT_GT(m.ino, dir_ino);
	EXPECT_EQ(m.mode, S_IFREG | 0640);
	EXPECT_EQ(m.size, 3);
	EXPECT_EQ(memcmp(m.data, "xyz", 3), 0);
	EXPECT_EQ(m.mtime, 0);
	ASSERT_TRUE(member_find(self->cpio, self->len, "TRAILER!!!", &m));
}

TEST_F(initramfs, size_is_known_before)
{
	ASSERT_EQ(initramfs_add_mem(self->fs, "/ktstr/scenario", "12345", 5, 0600, NULL), 0);
	ASSERT_EQ(initramfs_add_file(self->fs, "/init", self->file, 0755, NULL), 0);
	ASSERT_EQ(initramfs_add_symlink(self->fs, "/lib64", "usr/lib64", NULL), 0);
	ASSERT_EQ(initramfs_build(self->fs, &self->cpio, &self->len, NULL), 0);
	EXPECT_EQ(self->len, initramfs_size(self->fs));
	EXPECT_EQ(self->len % 4, 0);
}

TEST_F(initramfs, order_of_adding_does_not_matter)
{
	struct initramfs *other = initramfs_new();
	size_t len;
	void *cpio;

	ASSERT_NE(other, NULL);
	ASSERT_EQ(initramfs_add_mem(self->fs, "/b", "1", 1, 0644, NULL), 0);
	ASSERT_EQ(initramfs_add_mem(self->fs, "/a/c", "22", 2, 0644, NULL), 0);
	ASSERT_EQ(initramfs_add_mem(other, "/a/c", "22", 2, 0644, NULL), 0);
	ASSERT_EQ(initramfs_add_mem(other, "/b", "1", 1, 0644, NULL), 0);
	ASSERT_EQ(initramfs_build(self->fs, &self->cpio, &self->len, NULL), 0);
	ASSERT_EQ(initramfs_build(other, &cpio, &len, NULL), 0);
	ASSERT_EQ(len, self->len);
	EXPECT_EQ(memcmp(cpio, self->cpio, len), 0);
	free(cpio);
	initramfs_free(other);
}

TEST_F(initramfs, file_and_symlink)
{
	struct member m;

	ASSERT_EQ(initramfs_add_file(self->fs, "/init", self->file, 0, NULL), 0);
	ASSERT_EQ(initramfs_add_symlink(self->fs, "/sbin/init", "../init", NULL), 0);
	ASSERT_EQ(initramfs_build(self->fs, &self->cpio, &self->len, NULL), 0);
	ASSERT_TRUE(member_find(self->cpio, self->len, "init", &m));
	EXPECT_EQ(m.mode, S_IFREG | 0600);
	EXPECT_EQ(m.size, 5);
	EXPECT_EQ(memcmp(m.data, "hello", 5), 0);
	ASSERT_TRUE(member_find(self->cpio, self->len, "sbin/init", &m));
	EXPECT_TRUE(S_ISLNK(m.mode));
	EXPECT_EQ(m.size, 7);
	EXPECT_EQ(memcmp(m.data, "../init", 7), 0);
}

TEST_F(initramfs, memfd_holds_the_same)
{
	size_t len = 0;
	void *map;
	int fd;

	ASSERT_EQ(initramfs_add_file(self->fs, "/init", self->file, 0755, NULL), 0);
	ASSERT_EQ(initramfs_build(self->fs, &self->cpio, &self->len, NULL), 0);
	fd = initramfs_build_fd(self->fs, &len, NULL);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(len, self->len);
	map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
	ASSERT_NE(map, MAP_FAILED);
	EXPECT_EQ(memcmp(map, self->cpio, len), 0);
	munmap(map, len);
	close(fd);
}

TEST_F(initramfs, same_file_twice)
{
	size_t size;

	ASSERT_EQ(initramfs_add_file(self->fs, "/init", self->file, 0755, NULL), 0);
	size = initramfs_size(self->fs);
	EXPECT_EQ(initramfs_add_file(self->fs, "/init", self->file, 0755, NULL), 0);
	EXPECT_EQ(initramfs_size(self->fs), size);
	EXPECT_EQ(initramfs_add_mem(self->fs, "/init", "HELLO", 5, 0755, &self->err), -EEXIST);
	EXPECT_NE(strstr(self->err.msg, "/init"), NULL);
}

TEST_F(initramfs, file_as_directory)
{
	ASSERT_EQ(initramfs_add_mem(self->fs, "/a", "", 0, 0644, NULL), 0);
	EXPECT_EQ(initramfs_add_mem(self->fs, "/a/b", "", 0, 0644, &self->err), -ENOTDIR);
	EXPECT_EQ(initramfs_add_dir(self->fs, "/a", 0755, NULL), -ENOTDIR);
}

TEST_F(initramfs, unclean_paths)
{
	static const char *const bad[] = {
		"", "/", "a", "/a/", "//a", "/a//b", "/a/./b", "/../a", "/a/..", "/.",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(initramfs_add_mem(self->fs, bad[i], "", 0, 0644, NULL), -EINVAL)
		TH_LOG("path \"%s\"", bad[i]);
	}
	EXPECT_EQ(initramfs_add_mem(self->fs, "/..a/.b/...", "", 0, 0644, NULL), 0);
}

TEST_F(initramfs, missing_source)
{
	EXPECT_EQ(initramfs_add_file(self->fs, "/x", "/nonexistent/x", 0, &self->err), -ENOENT);
	EXPECT_NE(strstr(self->err.msg, "/nonexistent/x"), NULL);
	EXPECT_EQ(initramfs_add_file(self->fs, "/x", "/tmp", 0, NULL), -EINVAL);
}

TEST_F(initramfs, source_changes)
{
	ASSERT_EQ(initramfs_add_file(self->fs, "/init", self->file, 0755, NULL), 0);
	ASSERT_EQ(truncate(self->file, 2), 0);
	EXPECT_EQ(initramfs_build(self->fs, &self->cpio, &self->len, &self->err), -ESTALE);
	ASSERT_EQ(truncate(self->file, 9), 0);
	EXPECT_EQ(initramfs_build(self->fs, &self->cpio, &self->len, &self->err), -ESTALE);
	EXPECT_NE(strstr(self->err.msg, self->file), NULL);
	self->cpio = NULL;
}

TEST_F(initramfs, elf_brings_its_libraries)
{
	struct member m;

	ASSERT_EQ(initramfs_add_elf(self->fs, "/bin/self", "/proc/self/exe", &self->err), 0)
	TH_LOG("%s", self->err.msg);
	ASSERT_EQ(initramfs_build(self->fs, &self->cpio, &self->len, NULL), 0);
	ASSERT_TRUE(member_find(self->cpio, self->len, "bin/self", &m));
	EXPECT_NE(m.mode & 0111, 0);
	EXPECT_EQ(initramfs_add_elf(self->fs, "/bin/text", self->file, NULL), -ENOEXEC);
}

TEST_HARNESS_MAIN
