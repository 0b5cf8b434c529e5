// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/harness/carry.h"
#include "lib/util.h"
#include "kselftest_harness.h"

FIXTURE(carry)
{
	char dir[64];
	struct initramfs *fs;
	struct ktstr_err err;
};

FIXTURE_SETUP(carry)
{
	snprintf(self->dir, sizeof(self->dir), "/tmp/ktstr-carry.XXXXXX");
	ASSERT_NE(mkdtemp(self->dir), NULL);
	ASSERT_EQ(chdir(self->dir), 0);
	self->fs = initramfs_new();
	ASSERT_NE(self->fs, NULL);
}

FIXTURE_TEARDOWN(carry)
{
	char cmd[128];

	initramfs_free(self->fs);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", self->dir);
	EXPECT_EQ(system(cmd), 0);
}

/* Names as cpio(5) stores them: behind each header, NUL-terminated. */
static bool archived(struct initramfs *fs, const char *dir, const char *name)
{
	char want[256];
	bool found = false;
	void *buf;
	size_t len;

	snprintf(want, sizeof(want), "%s%s%s", dir + 1, *name ? "/" : "", name);
	if (initramfs_build(fs, &buf, &len, NULL))
		return false;
	found = memmem(buf, len, want, strlen(want) + 1);
	free(buf);
	return found;
}

TEST_F(carry, absolute_paths)
{
	char *path, want[128];

	snprintf(want, sizeof(want), "%s/a/b", self->dir);
	path = carry_path("a//./b/");
	ASSERT_NE(path, NULL);
	EXPECT_STREQ(path, want);
	free(path);
	path = carry_path("/x/./y");
	EXPECT_STREQ(path, "/x/y");
	free(path);
	path = carry_path("/.");
	EXPECT_STREQ(path, "/");
	free(path);
	/* ".." is the file system's business. */
	EXPECT_EQ(carry_path("nonexistent/../x"), NULL);
	EXPECT_EQ(errno, ENOENT);
}

TEST_F(carry, directory_with_all_that_may_be_in_it)
{
	ASSERT_EQ(system("mkdir -p t/sub other && echo 1 >t/sub/file && echo 2 >t/x"), 0);
	ASSERT_EQ(system("cd t && ln -s x link && ln -s nowhere dangling && ln -s . cycle"), 0);
	ASSERT_EQ(system("echo 3 >other/o && ln -s ../other t/outside && mkfifo t/fifo"), 0);
	ASSERT_EQ(carry_tree(self->fs, "t", &self->err), 0)
	TH_LOG("%s", self->err.msg);
	EXPECT_TRUE(archived(self->fs, self->dir, "t/sub/file"));
	EXPECT_TRUE(archived(self->fs, self->dir, "t/link"));
	EXPECT_FALSE(archived(self->fs, self->dir, "t/dangling"));
	EXPECT_FALSE(archived(self->fs, self->dir, "t/cycle"));
	EXPECT_FALSE(archived(self->fs, self->dir, "t/outside/o"));
	EXPECT_FALSE(archived(self->fs, self->dir, "t/fifo"));
}

TEST_F(carry, symlink_at_the_top_is_followed)
{
	ASSERT_EQ(system("mkdir real && echo 1 >real/file && ln -s real name"), 0);
	ASSERT_EQ(carry_tree(self->fs, "name", &self->err), 0);
	EXPECT_TRUE(archived(self->fs, self->dir, "name/file"));
}

TEST_F(carry, same_file_by_two_names)
{
	ASSERT_EQ(system("mkdir d && echo 1 >d/f"), 0);
	EXPECT_EQ(carry_tree(self->fs, "d/f", NULL), 0);
	EXPECT_EQ(carry_tree(self->fs, "./d", NULL), 0);
	EXPECT_EQ(carry_tree(self->fs, "d/../d/f", NULL), 0);
}

TEST_F(carry, what_is_not_there)
{
	EXPECT_EQ(carry_tree(self->fs, "none", &self->err), -ENOENT);
	EXPECT_NE(strstr(self->err.msg, "none"), NULL);
}

TEST_HARNESS_MAIN
