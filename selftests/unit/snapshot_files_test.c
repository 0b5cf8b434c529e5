// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots in an output directory: their names, and that nothing leaves it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/harness/run_files.h"
#include "host/harness/snapshot_files.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define NR 4

FIXTURE(files)
{
	char dir[64];
	int fd;
	struct ktstr_result res;
	struct ktstr_err err;
};

/* A directory inside another one, so that a way out of it would be seen. */
FIXTURE_SETUP(files)
{
	memset(self, 0, sizeof(*self));
	snprintf(self->dir, sizeof(self->dir), "/tmp/ktstr-files.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	strcat(self->dir, "/out");
	ASSERT_EQ(0, mkdir(self->dir, 0755));
	self->fd = open(self->dir, O_RDONLY | O_DIRECTORY);
	ASSERT_GE(self->fd, 0);
	self->res.snapshots = calloc(NR, sizeof(*self->res.snapshots));
}

FIXTURE_TEARDOWN(files)
{
	struct dirent *d;
	DIR *dir;

	lseek(self->fd, 0, SEEK_SET);
	dir = fdopendir(self->fd);
	while ((d = readdir(dir)))
		if (unlinkat(self->fd, d->d_name, 0))
			unlinkat(self->fd, d->d_name, AT_REMOVEDIR);
	closedir(dir);
	rmdir(self->dir);
	*strrchr(self->dir, '/') = '\0';
	EXPECT_EQ(0, rmdir(self->dir))
	TH_LOG("something lies beside the output directory");
	ktstr_result_free(&self->res);
}

static void add(FIXTURE_DATA(files) * self, u32 kind, const char *tag, const char *json)
{
	struct ktstr_snapshot *s = &self->res.snapshots[self->res.nr_snapshots++];

	s->v.kind = kind;
	snprintf(s->v.tag, sizeof(s->v.tag), "%s", tag);
	s->json = strdup(json);
	s->v.json = s->json;
	s->v.json_len = strlen(json);
}

static int write_all(FIXTURE_DATA(files) * self)
{
	return snapshot_files_write(self->fd, self->dir, "t", &self->res, &self->err);
}

static bool exists(FIXTURE_DATA(files) * self, const char *name)
{
	struct stat st;

	return !fstatat(self->fd, name, &st, AT_SYMLINK_NOFOLLOW);
}

static void put(FIXTURE_DATA(files) * self, const char *name)
{
	int fd = openat(self->fd, name, O_WRONLY | O_CREAT | O_EXCL, 0644);

	if (fd >= 0)
		close(fd);
}

static void holds(struct __test_metadata *_metadata, FIXTURE_DATA(files) * self, const char *name,
		  const char *text)
{
	char path[PATH_MAX], *got;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", self->dir, name);
	got = file_read(path, 4096, &len);
	ASSERT_NE(NULL, got)
	TH_LOG("%s: %s", path, strerror(errno));
	EXPECT_STREQ(text, got);
	free(got);
}

TEST_F(files, failure_dump_and_tagged)
{
	char path[128];

	add(self, WIRE_DUMP_CAPTURE, "mid_run", "{\"a\":1}");
	add(self, WIRE_DUMP_FAILURE, "", "{\"b\":2}");
	ASSERT_EQ(0, write_all(self));
	holds(_metadata, self, "t.snapshot.mid_run.json", "{\"a\":1}");
	holds(_metadata, self, "t.failure-dump.json", "{\"b\":2}");
	snprintf(path, sizeof(path), "%s/t.failure-dump.json", self->dir);
	EXPECT_STREQ(path, self->res.dump_path);
	EXPECT_STREQ(path, self->res.snapshots[1].path);
	snprintf(path, sizeof(path), "%s/t.snapshot.mid_run.json", self->dir);
	EXPECT_STREQ(path, self->res.snapshots[0].path);
}

TEST_F(files, hostile_tags_stay_inside)
{
	add(self, WIRE_DUMP_CAPTURE, "../../etc/passwd", "1");
	add(self, WIRE_DUMP_WATCH, "/abs;rm -rf $HOME\n", "2");
	add(self, WIRE_DUMP_CAPTURE, "..", "3");
	add(self, WIRE_DUMP_CAPTURE, "", "4");
	ASSERT_EQ(0, write_all(self));
	holds(_metadata, self, "t.snapshot..._.._etc_passwd.json", "1");
	holds(_metadata, self, "t.snapshot._abs_rm_-rf__HOME_.json", "2");
	holds(_metadata, self, "t.snapshot....json", "3");
	holds(_metadata, self, "t.snapshot._.json", "4");
}

TEST_F(files, names_that_collide_get_numbers)
{
	add(self, WIRE_DUMP_CAPTURE, "a/b", "1");
	add(self, WIRE_DUMP_CAPTURE, "a_b", "2");
	add(self, WIRE_DUMP_CAPTURE, "a_b.2", "3");
	add(self, WIRE_DUMP_CAPTURE, "a b", "4");
	ASSERT_EQ(0, write_all(self));
	holds(_metadata, self, "t.snapshot.a_b.json", "1");
	holds(_metadata, self, "t.snapshot.a_b.2.json", "2");
	holds(_metadata, self, "t.snapshot.a_b.2.2.json", "3");
	holds(_metadata, self, "t.snapshot.a_b.3.json", "4");
}

TEST_F(files, second_failure_dump)
{
	add(self, WIRE_DUMP_FAILURE, "", "1");
	add(self, WIRE_DUMP_FALLBACK, "", "2");
	add(self, WIRE_DUMP_FAILURE, "early-degraded", "3");
	ASSERT_EQ(0, write_all(self));
	holds(_metadata, self, "t.failure-dump.json", "1");
	holds(_metadata, self, "t.failure-dump.2.json", "2");
	holds(_metadata, self, "t.snapshot.early-degraded.json", "3");
	EXPECT_NE(NULL, strstr(self->res.dump_path, "t.failure-dump.json"));
}

TEST_F(files, a_link_is_replaced_not_followed)
{
	ASSERT_EQ(0, symlinkat("../victim", self->fd, "t.failure-dump.json"));
	add(self, WIRE_DUMP_FAILURE, "", "1");
	ASSERT_EQ(0, write_all(self));
	holds(_metadata, self, "t.failure-dump.json", "1");
}

TEST_F(files, J2_one_that_fails_does_not_lose_the_others)
{
	ASSERT_EQ(0, mkdirat(self->fd, "t.snapshot.a.json", 0755));
	add(self, WIRE_DUMP_CAPTURE, "a", "1");
	add(self, WIRE_DUMP_CAPTURE, "b", "2");
	EXPECT_EQ(-EISDIR, write_all(self));
	EXPECT_NE(NULL, strstr(self->err.msg, "t.snapshot.a.json"));
	EXPECT_EQ(NULL, self->res.snapshots[0].path);
	holds(_metadata, self, "t.snapshot.b.json", "2");
}

/* A process number that is nobody's. */
static pid_t dead_pid(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

TEST_F(files, J3_temporary_files_of_killed_runs_go)
{
	char dead[64], own[64], alive[64];

	snprintf(dead, sizeof(dead), "t.snapshot.a.json.%d.tmp", dead_pid());
	snprintf(own, sizeof(own), "t.report.txt.%d.tmp", getpid());
	snprintf(alive, sizeof(alive), "t.report.txt.%d.tmp", getppid());
	put(self, dead);
	put(self, own);
	put(self, alive);
	snapshot_files_clean(self->fd, "t");
	EXPECT_FALSE(exists(self, dead));
	EXPECT_FALSE(exists(self, own));
	EXPECT_TRUE(exists(self, alive));
}

TEST_F(files, dumps_of_an_earlier_run_go_and_nothing_else)
{
	static const char *const gone[] = {
		"t.failure-dump.json",
		"t.failure-dump.2.json",
		"t.snapshot.old.json",
	};
	static const char *const stay[] = {
		"t.result.json",    "t2.failure-dump.json",    "failure-dump.json",
		"t.notes.tmp",	    "t.snapshot.x.tmp",	       "t..tmp",
		"t.snapshot.a.txt", "t.99999999999999999.tmp", "tt.snapshot.a.json",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gone); i++)
		put(self, gone[i]);
	for (i = 0; i < ARRAY_SIZE(stay); i++)
		put(self, stay[i]);
	snapshot_files_clean(self->fd, "t");
	for (i = 0; i < ARRAY_SIZE(gone); i++)
		EXPECT_FALSE(exists(self, gone[i]));
	for (i = 0; i < ARRAY_SIZE(stay); i++)
		EXPECT_TRUE(exists(self, stay[i]))
	TH_LOG("%s", stay[i]);
}

TEST_F(files, a_whole_run_leaves_all_of_it)
{
	struct ktstr_test test = { .name = "t", .out_dir = self->dir };
	char *text, path[PATH_MAX];
	size_t len;

	put(self, "t.snapshot.old.json");
	add(self, WIRE_DUMP_FAILURE, "", "{}");
	ASSERT_EQ(0, run_files_write(&test, &self->res, &self->err))
	TH_LOG("%s", self->err.msg);
	EXPECT_FALSE(exists(self, "t.snapshot.old.json"));
	EXPECT_TRUE(exists(self, "t.failure-dump.json"));
	EXPECT_STREQ(self->dir, self->res.artifact_dir);
	snprintf(path, sizeof(path), "%s/t.result.json", self->dir);
	text = file_read(path, 1 << 20, &len);
	ASSERT_NE(NULL, text);
	EXPECT_NE(NULL, strstr(text, "t.failure-dump.json"));
	free(text);
}

TEST_F(files, a_lost_snapshot_still_leaves_a_report)
{
	struct ktstr_test test = { .name = "t", .out_dir = self->dir };
	struct stat st;

	ASSERT_EQ(0, mkdirat(self->fd, "t.snapshot.a.json", 0755));
	add(self, WIRE_DUMP_CAPTURE, "a", "1");
	EXPECT_EQ(-EISDIR, run_files_write(&test, &self->res, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "t.snapshot.a.json"));
	EXPECT_EQ(0, fstatat(self->fd, "t.report.txt", &st, 0));
	EXPECT_EQ(0, fstatat(self->fd, "t.result.json", &st, 0));
}

#define J3_LEN 65536

/* Writes the dump over and over, until it is killed. */
static void write_for_ever(FIXTURE_DATA(files) * self, int ready)
{
	char *json = malloc(J3_LEN + 1);
	struct ktstr_snapshot s = { .json = json, .v.kind = WIRE_DUMP_FAILURE };
	struct ktstr_result res = { .snapshots = &s, .nr_snapshots = 1 };
	char fill = 'a';

	json[J3_LEN] = '\0';
	s.v.json_len = J3_LEN;
	for (;; fill = fill == 'a' ? 'b' : 'a') {
		memset(json, fill, J3_LEN);
		if (write(ready, &fill, 1) != 1 ||
		    snapshot_files_write(self->fd, self->dir, "t", &res, NULL))
			_exit(1);
	}
}

static unsigned int count_files(FIXTURE_DATA(files) * self)
{
	DIR *dir = opendir(self->dir);
	unsigned int nr = 0;
	struct dirent *d;

	while ((d = readdir(dir)))
		nr += d->d_name[0] != '.';
	closedir(dir);
	return nr;
}

TEST_F(files, J3_killed_at_any_time)
{
	char path[PATH_MAX], *text;
	unsigned int round;
	size_t len, i;

	snprintf(path, sizeof(path), "%s/t.failure-dump.json", self->dir);
	for (round = 0; round < 30; round++) {
		int ready[2];
		pid_t pid;
		char c;

		ASSERT_EQ(0, pipe(ready));
		pid = fork();
		if (!pid)
			write_for_ever(self, ready[1]);
		for (i = 0; i <= round % 4; i++)
			ASSERT_EQ(1, read(ready[0], &c, 1));
		usleep(round * 37);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		close(ready[0]);
		close(ready[1]);
		text = file_read(path, J3_LEN, &len);
		for (i = 1; text && i < len; i++)
			ASSERT_EQ(text[0], text[i]);
		EXPECT_TRUE(!text || len == J3_LEN);
		free(text);
		snapshot_files_clean(self->fd, "t");
		EXPECT_EQ(0, count_files(self));
	}
}

TEST_HARNESS_MAIN
