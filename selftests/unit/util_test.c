// SPDX-License-Identifier: GPL-2.0-only
/* Whole reads and writes, and files that are never torn. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/util.h"

FIXTURE(dir)
{
	char path[64];
	int fd;
};

FIXTURE_SETUP(dir)
{
	snprintf(self->path, sizeof(self->path), "/tmp/ktstr-util-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->path));
	self->fd = open(self->path, O_RDONLY | O_DIRECTORY);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(dir)
{
	unlinkat(self->fd, "file", 0);
	close(self->fd);
	/* no temporary file was left behind */
	EXPECT_EQ(0, rmdir(self->path));
}

TEST_F(dir, J2_file_replace_writes_and_replaces)
{
	char path[96];
	size_t size;
	char *text;

	ASSERT_EQ(0, file_replace(self->fd, "file", "first one", 9));
	ASSERT_EQ(0, file_replace(self->fd, "file", "second", 6));
	snprintf(path, sizeof(path), "%s/file", self->path);
	text = file_read(path, 100, &size);
	ASSERT_NE(NULL, text);
	EXPECT_EQ(6, size);
	EXPECT_STREQ("second", text);
	free(text);
}

TEST_F(dir, J2_failed_file_replace_keeps_the_old_file)
{
	char path[96];
	size_t size;
	char *text;

	ASSERT_EQ(0, file_replace(self->fd, "file", "old", 3));
	ASSERT_EQ(0, mkdirat(self->fd, "dir", 0755));
	/* a directory cannot be replaced by a file: everything but the rename works */
	EXPECT_EQ(-EISDIR, file_replace(self->fd, "dir", "new", 3));
	EXPECT_EQ(-ENOENT, file_replace(self->fd, "missing/file", "new", 3));
	unlinkat(self->fd, "dir", AT_REMOVEDIR);
	snprintf(path, sizeof(path), "%s/file", self->path);
	text = file_read(path, 100, &size);
	ASSERT_NE(NULL, text);
	EXPECT_STREQ("old", text);
	free(text);
}

TEST_F(dir, J2_full_disk_is_an_error)
{
	int fd = open("/dev/full", O_WRONLY);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-ENOSPC, write_full(fd, "x", 1));
	close(fd);
}

TEST(file_read_takes_procfs_and_honours_its_bound)
{
	size_t size;
	char *text = file_read("/proc/self/status", 1 << 20, &size);

	ASSERT_NE(NULL, text);
	EXPECT_LT(100, size);
	EXPECT_EQ(size, strlen(text));
	free(text);
	EXPECT_EQ(NULL, file_read("/proc/self/status", 10, &size));
	EXPECT_EQ(EFBIG, errno);
	EXPECT_EQ(NULL, file_read("/nonexistent", 10, &size));
	EXPECT_EQ(ENOENT, errno);
}

TEST(read_full_joins_short_reads)
{
	char buf[8] = "";
	int p[2];

	ASSERT_EQ(0, pipe(p));
	if (!fork()) {
		write_full(p[1], "abc", 3);
		usleep(10000);
		write_full(p[1], "def", 3);
		_exit(0);
	}
	close(p[1]);
	EXPECT_EQ(6, read_full(p[0], buf, sizeof(buf)));
	EXPECT_STREQ("abcdef", buf);
	close(p[0]);
}

TEST(close_fd_keeps_errno)
{
	int fd = -1;

	errno = ENOTTY;
	close_fd(&fd);
	fd = dup(0);
	close_fd(&fd);
	EXPECT_EQ(-1, fd);
	EXPECT_EQ(ENOTTY, errno);
}

TEST(square_roots)
{
	EXPECT_EQ(square_root(0), 0);
	EXPECT_EQ(square_root(-4), 0);
	EXPECT_EQ(square_root(__builtin_nan("")), 0);
	EXPECT_EQ(square_root(1), 1);
	EXPECT_EQ(square_root(144), 12);
	EXPECT_EQ(square_root(0.25), 0.5);
	EXPECT_EQ(square_root(0x1p1000), 0x1p500);
	EXPECT_EQ(square_root(1 / 0x1p1000), 1 / 0x1p500);
	EXPECT_GT(square_root(2), 1.41421356237309);
	EXPECT_LT(square_root(2), 1.41421356237310);
}

TEST_HARNESS_MAIN
