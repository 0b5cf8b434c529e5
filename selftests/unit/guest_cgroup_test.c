// SPDX-License-Identifier: GPL-2.0-only
/* Cgroups, in a tree of ordinary files. */
#include <ftw.h>

#include "guest-init/cgroup.c"
#include "kselftest_harness.h"

FIXTURE(cgroup)
{
	char top[64];
	struct cgroups c;
	struct ktstr_err err;
};

FIXTURE_SETUP(cgroup)
{
	snprintf(self->top, sizeof(self->top), "/tmp/ktstr-cgroup-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->top));
	memset(&self->err, 0, sizeof(self->err));
	cgroups_init(&self->c, self->top);
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

FIXTURE_TEARDOWN(cgroup)
{
	nftw(self->top, drop, 8, FTW_DEPTH | FTW_PHYS);
}

static void lay(const FIXTURE_DATA(cgroup) * self, const char *file, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", self->top, file);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f))
		abort();
}

static const char *lies(const FIXTURE_DATA(cgroup) * self, const char *file)
{
	static char text[512];
	char path[256];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", self->top, file);
	f = fopen(path, "r");
	if (!f)
		return NULL;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	return text;
}

static void make_a(FIXTURE_DATA(cgroup) * self)
{
	if (cgroup_add(&self->c, "a", &self->err))
		abort();
}

TEST_F(cgroup, those_above_it_are_made_as_well)
{
	char dir[128];

	ASSERT_EQ(0, cgroup_add(&self->c, "a/b/c", &self->err));
	snprintf(dir, sizeof(dir), "%s/ktstr/a/b/c", self->top);
	EXPECT_TRUE(is_there(dir));
	/* our own directory is none of the workload's */
	EXPECT_EQ(3, self->c.alive);
	ASSERT_EQ(0, cgroup_add(&self->c, "a/b/c", &self->err));
	ASSERT_EQ(0, cgroup_add(&self->c, "a/d", &self->err));
	ASSERT_EQ(0, cgroup_add(&self->c, "", &self->err));
	EXPECT_EQ(4, self->c.alive);
}

TEST_F(cgroup, it_is_removed_with_those_below_it)
{
	ASSERT_EQ(0, cgroup_add(&self->c, "a/b/c", &self->err));
	ASSERT_EQ(0, cgroup_add(&self->c, "d", &self->err));
	ASSERT_EQ(0, cgroup_remove(&self->c, "a", &self->err));
	EXPECT_EQ(1, self->c.alive);
	EXPECT_EQ(-ENOENT, cgroup_remove(&self->c, "a", &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "/ktstr/a: No such file or directory"));
	lay(self, "ktstr/d/file", "in the way");
	EXPECT_EQ(-ENOTEMPTY, cgroup_remove(&self->c, "d", &self->err));
}

TEST_F(cgroup, controllers_are_handed_on_as_far_as_there_are_any)
{
	lay(self, "cgroup.controllers", "cpuset cpu io memory hugetlb\n");
	lay(self, "cgroup.subtree_control", "memory\n");
	make_a(self);
	EXPECT_STREQ("+cpu +cpuset +io", lies(self, "cgroup.subtree_control"));
}

TEST_F(cgroup, one_controller_that_cannot_takes_no_other_along)
{
	char path[128];

	lay(self, "cgroup.controllers", "cpuset cpu\n");
	lay(self, "cgroup.subtree_control", "");
	make_a(self);
	/* "a" hands nothing on: it has nothing */
	snprintf(path, sizeof(path), "%s/ktstr/a", self->top);
	lay(self, "ktstr/a/cgroup.controllers", "cpu pids\n");
	lay(self, "ktstr/a/cgroup.subtree_control", "cpu\n");
	hand_on(path);
	EXPECT_EQ(0, strncmp("+pids", lies(self, "ktstr/a/cgroup.subtree_control"), 5));
}

TEST_F(cgroup, no_file_system)
{
	cgroups_init(&self->c, "/nonexistent");
	EXPECT_EQ(-ENOENT, cgroup_add(&self->c, "a", &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "no cgroup file system is mounted"));
}

TEST_F(cgroup, a_file_is_written)
{
	make_a(self);
	lay(self, "ktstr/a/cpu.weight", "100");
	ASSERT_EQ(0, cgroup_set(&self->c, "a", "cpu.weight", "250", &self->err));
	EXPECT_STREQ("250", lies(self, "ktstr/a/cpu.weight"));
}

TEST_F(cgroup, the_missing_controller_is_named)
{
	make_a(self);
	lay(self, "cgroup.controllers", "cpuset cpu memory\n");
	lay(self, "ktstr/a/cgroup.controllers", "cpuset\n");
	EXPECT_EQ(-ENOENT, cgroup_set(&self->c, "a", "cpu.max", "9", &self->err));
	EXPECT_STREQ("cgroup 'a': set cpu.max=9 (requires +cpu in parent cgroup.subtree_control)",
		     self->err.msg);
	EXPECT_EQ(-ENOENT, cgroup_set(&self->c, "a", "io.weight", "10", &self->err));
	EXPECT_STREQ("cgroup 'a': set io.weight=10 (this kernel has no io controller)",
		     self->err.msg);
	EXPECT_EQ(-ENOENT, cgroup_set(&self->c, "a", "cpuset.no", "1", &self->err));
	EXPECT_STREQ("cgroup 'a': set cpuset.no=1 (No such file or directory)", self->err.msg);
	EXPECT_EQ(-ENOENT, cgroup_set(&self->c, "b", "cpu.max", "1", &self->err));
	EXPECT_STREQ("cgroup 'b': set cpu.max=1: no such cgroup", self->err.msg);
}

TEST_F(cgroup, what_the_kernel_refuses)
{
	char dir[128];

	make_a(self);
	snprintf(dir, sizeof(dir), "%s/ktstr/a/cpuset.cpus", self->top);
	ASSERT_EQ(0, symlink("/dev/full", dir));
	EXPECT_EQ(-ENOSPC, cgroup_set(&self->c, "a", "cpuset.cpus", "0-3", &self->err));
	EXPECT_STREQ("cgroup 'a': set cpuset.cpus=0-3 (No space left on device)", self->err.msg);
}

TEST_F(cgroup, events)
{
	make_a(self);
	EXPECT_EQ(-ENOENT, cgroup_event(&self->c, "a", "frozen", &self->err));
	lay(self, "ktstr/a/cgroup.events", "populated 1\nfrozen 0\n");
	EXPECT_EQ(1, cgroup_event(&self->c, "a", "populated", &self->err));
	EXPECT_EQ(0, cgroup_event(&self->c, "a", "frozen", &self->err));
	EXPECT_EQ(-ENODATA, cgroup_event(&self->c, "a", "froze", &self->err));
}

TEST_F(cgroup, no_process_where_controllers_are_handed_on)
{
	int fd;

	make_a(self);
	fd = cgroup_open(&self->c, "a", &self->err);
	ASSERT_LE(0, fd);
	close(fd);
	lay(self, "ktstr/a/cgroup.subtree_control", "\n");
	fd = cgroup_open(&self->c, "a", &self->err);
	ASSERT_LE(0, fd);
	close(fd);
	lay(self, "ktstr/a/cgroup.subtree_control", "cpu\n");
	EXPECT_EQ(-EBUSY, cgroup_open(&self->c, "a", &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "no process can be in it"));
	EXPECT_EQ(-ENOENT, cgroup_open(&self->c, "b", &self->err));
	EXPECT_STREQ("cgroup 'b': No such file or directory", self->err.msg);
	/* the root of all cgroups may have both */
	lay(self, "cgroup.subtree_control", "cpu\n");
	fd = cgroup_open(&self->c, "", &self->err);
	ASSERT_LE(0, fd);
	close(fd);
}

TEST_F(cgroup, processes_move)
{
	make_a(self);
	cgroup_add(&self->c, "b", &self->err);
	lay(self, "ktstr/a/cgroup.procs", "17\n18\n");
	EXPECT_EQ(-ENOENT, cgroup_move(&self->c, "a", "b", &self->err));
	EXPECT_STREQ("cannot move process 17 to cgroup 'b': No such file or directory",
		     self->err.msg);
	lay(self, "ktstr/b/cgroup.procs", "");
	EXPECT_EQ(2, cgroup_move(&self->c, "a", "b", &self->err));
	EXPECT_STREQ("18", lies(self, "ktstr/b/cgroup.procs"));
	lay(self, "cgroup.procs", "");
	EXPECT_EQ(2, cgroup_move(&self->c, "a", "", &self->err));
	EXPECT_STREQ("18", lies(self, "cgroup.procs"));
	lay(self, "ktstr/a/cgroup.procs", "");
	EXPECT_EQ(0, cgroup_move(&self->c, "a", "b", &self->err));
}

TEST_F(cgroup, who_is_in_it)
{
	char list[32], *text, *comm, own[64];
	size_t len, n;

	make_a(self);
	EXPECT_EQ(NULL, cgroup_procs(&self->c, "a", &len, &self->err));
	snprintf(list, sizeof(list), "%d\n999999999\n", getpid());
	lay(self, "ktstr/a/cgroup.procs", list);
	text = cgroup_procs(&self->c, "a", &len, &self->err);
	ASSERT_NE(NULL, text);
	comm = slurp("/proc/self", "comm", &n);
	snprintf(own, sizeof(own), "%d %s999999999 ?\n", getpid(), comm);
	EXPECT_STREQ(own, text);
	EXPECT_EQ(strlen(own), len);
	free(comm);
	free(text);
	lay(self, "ktstr/a/cgroup.procs", "");
	text = cgroup_procs(&self->c, "a", &len, &self->err);
	ASSERT_NE(NULL, text);
	EXPECT_EQ(0, len);
	free(text);
}

TEST_F(cgroup, thawed_all_the_way_up)
{
	ASSERT_EQ(0, cgroup_add(&self->c, "a/b", &self->err));
	lay(self, "cgroup.freeze", "1");
	lay(self, "ktstr/cgroup.freeze", "1");
	lay(self, "ktstr/a/cgroup.freeze", "1");
	lay(self, "ktstr/a/b/cgroup.freeze", "1");
	cgroup_thaw(&self->c, "a/b");
	cgroup_thaw(&self->c, "");
	cgroup_thaw(&self->c, "none");
	EXPECT_STREQ("0", lies(self, "ktstr/a/b/cgroup.freeze"));
	EXPECT_STREQ("0", lies(self, "ktstr/a/cgroup.freeze"));
	EXPECT_STREQ("1", lies(self, "ktstr/cgroup.freeze"));
	EXPECT_STREQ("1", lies(self, "cgroup.freeze"));
}

TEST(below_one_another)
{
	EXPECT_TRUE(cgroup_within("a", "a"));
	EXPECT_TRUE(cgroup_within("a/b", "a"));
	EXPECT_TRUE(cgroup_within("a", ""));
	EXPECT_TRUE(cgroup_within("", ""));
	EXPECT_FALSE(cgroup_within("ab", "a"));
	EXPECT_FALSE(cgroup_within("a", "a/b"));
	EXPECT_FALSE(cgroup_within("", "a"));
}

TEST_HARNESS_MAIN
