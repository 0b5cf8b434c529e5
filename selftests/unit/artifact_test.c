// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/harness/artifact.h"
#include "lib/util.h"
#include "lib/wire.h"
#include "kselftest_harness.h"

struct box {
	char top[64];
	char dir[80];
	struct artifact_sink sink;
	struct ktstr_err err;
};

FIXTURE(artifact)
{
	struct box box;
};

FIXTURE_SETUP(artifact)
{
	snprintf(self->box.top, sizeof(self->box.top), "/tmp/ktstr-artifact.XXXXXX");
	ASSERT_NE(mkdtemp(self->box.top), NULL);
	snprintf(self->box.dir, sizeof(self->box.dir), "%s/out", self->box.top);
	ASSERT_EQ(artifact_open(&self->box.sink, self->box.dir, NULL), 0);
}

FIXTURE_TEARDOWN(artifact)
{
	char cmd[128];

	artifact_close(&self->box.sink);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", self->box.top);
	EXPECT_EQ(system(cmd), 0);
}

static int piece(struct box *box, u32 flags, u32 mode, const char *path, const char *text)
{
	struct wire_hfil h = {
		.flags = cpu_to_le32(flags),
		.mode = cpu_to_le32(mode),
		.path_len = cpu_to_le16(strlen(path)),
	};
	u8 buf[8192];

	memcpy(buf, &h, sizeof(h));
	memcpy(buf + sizeof(h), path, strlen(path));
	memcpy(buf + sizeof(h) + strlen(path), text, strlen(text));
	return artifact_piece(&box->sink, buf, sizeof(h) + strlen(path) + strlen(text), &box->err);
}

#define WHOLE (WIRE_HFIL_FIRST | WIRE_HFIL_LAST)

static bool holds(struct box *box, const char *path, const char *text)
{
	char full[256], *data;
	size_t size;
	bool same;

	snprintf(full, sizeof(full), "%s/%s", box->dir, path);
	data = file_read(full, 1 << 20, &size);
	same = data && size == strlen(text) && !memcmp(data, text, size);
	free(data);
	return same;
}

/* Nothing but what was asked for: no temporary name is left. */
static unsigned int count_files(struct box *box)
{
	unsigned int n = 0;
	char cmd[128];
	FILE *f;

	snprintf(cmd, sizeof(cmd), "find %s -type f | wc -l", box->top);
	f = popen(cmd, "r");
	if (!f || fscanf(f, "%u", &n) != 1)
		n = ~0U;
	if (f)
		pclose(f);
	return n;
}

TEST_F(artifact, whole_file_in_new_directories)
{
	struct stat st;
	char full[256];

	EXPECT_EQ(piece(&self->box, WHOLE, 04750, "a/b/c.txt", "hello"), 0);
	EXPECT_TRUE(holds(&self->box, "a/b/c.txt", "hello"));
	snprintf(full, sizeof(full), "%s/a/b/c.txt", self->box.dir);
	ASSERT_EQ(stat(full, &st), 0);
	EXPECT_EQ(st.st_mode & 07000, 0);
	EXPECT_EQ(st.st_mode & 0700, 0700);
	EXPECT_EQ(count_files(&self->box), 1);
}

TEST_F(artifact, pieces_show_when_complete)
{
	EXPECT_EQ(piece(&self->box, WIRE_HFIL_FIRST, 0644, "log", "one "), 0);
	EXPECT_FALSE(holds(&self->box, "log", "one "));
	EXPECT_EQ(piece(&self->box, 0, 0644, "log", "two "), 0);
	EXPECT_EQ(piece(&self->box, WIRE_HFIL_LAST, 0644, "log", "three"), 0);
	EXPECT_TRUE(holds(&self->box, "log", "one two three"));
}

TEST_F(artifact, replaces_an_older_file)
{
	EXPECT_EQ(piece(&self->box, WHOLE, 0644, "log", "old"), 0);
	EXPECT_EQ(piece(&self->box, WHOLE, 0644, "log", "new"), 0);
	EXPECT_TRUE(holds(&self->box, "log", "new"));
	EXPECT_EQ(count_files(&self->box), 1);
}

TEST_F(artifact, unfinished_file_is_gone)
{
	EXPECT_EQ(piece(&self->box, WIRE_HFIL_FIRST, 0644, "log", "half"), 0);
	EXPECT_EQ(count_files(&self->box), 1);
	artifact_close(&self->box.sink);
	EXPECT_EQ(count_files(&self->box), 0);
}

TEST_F(artifact, J_paths_that_lead_out)
{
	static const char *const bad[] = {
		"", "/etc/passwd", "..", "../x", "a/../../x", "a//b", "a/", "./a", "a/./b", ".",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(piece(&self->box, WHOLE, 0644, bad[i], "x"), -EBADMSG)
		TH_LOG("path \"%s\"", bad[i]);
	}
	EXPECT_EQ(count_files(&self->box), 0);
	EXPECT_EQ(piece(&self->box, WHOLE, 0644, "..a/b..", "x"), 0);
}

TEST_F(artifact, J_symlinks_are_not_followed)
{
	char link[256], target[256];

	snprintf(link, sizeof(link), "%s/link", self->box.dir);
	ASSERT_EQ(symlink("..", link), 0);
	EXPECT_LT(piece(&self->box, WHOLE, 0644, "link/x", "x"), 0);
	EXPECT_EQ(count_files(&self->box), 0);
	/* A link in the place of the file is replaced, its target left alone. */
	snprintf(target, sizeof(target), "%s/target", self->box.top);
	snprintf(link, sizeof(link), "%s/file", self->box.dir);
	ASSERT_EQ(symlink(target, link), 0);
	EXPECT_EQ(piece(&self->box, WHOLE, 0644, "file", "x"), 0);
	EXPECT_TRUE(holds(&self->box, "file", "x"));
	EXPECT_EQ(access(target, F_OK), -1);
}

TEST_F(artifact, pieces_out_of_order)
{
	EXPECT_EQ(piece(&self->box, 0, 0644, "a", "x"), -EBADMSG);
	EXPECT_EQ(piece(&self->box, WIRE_HFIL_FIRST, 0644, "a", "x"), 0);
	EXPECT_EQ(piece(&self->box, WIRE_HFIL_FIRST, 0644, "b", "x"), -EBADMSG);
	EXPECT_EQ(piece(&self->box, WIRE_HFIL_FIRST, 0644, "a", "x"), 0);
	EXPECT_EQ(piece(&self->box, WIRE_HFIL_LAST, 0644, "b", "x"), -EBADMSG);
	EXPECT_EQ(piece(&self->box, 4 | WHOLE, 0644, "a", "x"), -EBADMSG);
	EXPECT_EQ(count_files(&self->box), 0);
}

TEST_F(artifact, malformed_frames)
{
	struct wire_hfil h = { .flags = cpu_to_le32(WHOLE), .path_len = cpu_to_le16(3) };
	u8 buf[sizeof(h) + 3] = { 0 };

	EXPECT_EQ(artifact_piece(&self->box.sink, buf, sizeof(h) - 1, NULL), -EBADMSG);
	memcpy(buf, &h, sizeof(h));
	EXPECT_EQ(artifact_piece(&self->box.sink, buf, sizeof(h) + 2, NULL), -EBADMSG);
	memcpy(buf + sizeof(h), "a\0b", 3);
	EXPECT_EQ(artifact_piece(&self->box.sink, buf, sizeof(buf), NULL), -EBADMSG);
	memcpy(buf + sizeof(h), "a_b", 3);
	EXPECT_EQ(artifact_piece(&self->box.sink, buf, sizeof(buf), NULL), 0);
}

TEST_F(artifact, caps)
{
	char deep[3 * ARTIFACT_DEPTH_MAX + 8] = "";
	int i;

	for (i = 0; i <= ARTIFACT_DEPTH_MAX; i++)
		strcat(deep, i ? "/d" : "d");
	EXPECT_EQ(piece(&self->box, WHOLE, 0644, deep, "x"), -EBADMSG);
	self->box.sink.bytes = ARTIFACT_BYTES_MAX - 1;
	EXPECT_EQ(piece(&self->box, WHOLE, 0644, "a", "xy"), -EFBIG);
	EXPECT_EQ(piece(&self->box, WHOLE, 0644, "a", "x"), 0);
	self->box.sink.bytes = 0;
	self->box.sink.files = ARTIFACT_FILES_MAX;
	EXPECT_EQ(piece(&self->box, WHOLE, 0644, "b", "x"), -EFBIG);
}

TEST(no_directory_refuses_everything)
{
	struct box box = { .top = "" };

	ASSERT_EQ(artifact_open(&box.sink, NULL, NULL), 0);
	EXPECT_EQ(piece(&box, WHOLE, 0644, "a", "x"), -EBADMSG);
	artifact_close(&box.sink);
}

static void put(struct box *box, const char *name)
{
	char full[256];
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", box->dir, name);
	f = fopen(full, "w");
	if (f)
		fclose(f);
}

TEST_F(artifact, dumps_of_an_earlier_run_go_with_the_first_file)
{
	put(&self->box, "run.failure-dump.json");
	put(&self->box, "run.snapshot.old.json");
	put(&self->box, "run2.snapshot.old.json");
	EXPECT_EQ(piece(&self->box, WHOLE, 0644, "run.snapshot.new.json", "{}"), 0);
	EXPECT_EQ(piece(&self->box, WHOLE, 0644, "run.report.txt", "x"), 0);
	EXPECT_FALSE(holds(&self->box, "run.failure-dump.json", ""));
	EXPECT_FALSE(holds(&self->box, "run.snapshot.old.json", ""));
	EXPECT_TRUE(holds(&self->box, "run.snapshot.new.json", "{}"));
	EXPECT_TRUE(holds(&self->box, "run2.snapshot.old.json", ""));
}

TEST_F(artifact, files_in_directories_remove_nothing)
{
	put(&self->box, "run.failure-dump.json");
	EXPECT_EQ(piece(&self->box, WHOLE, 0644, "run.d/x", "1"), 0);
	EXPECT_EQ(piece(&self->box, WHOLE, 0644, "run", "1"), 0);
	EXPECT_EQ(piece(&self->box, WHOLE, 0644, ".hidden.txt", "1"), 0);
	EXPECT_TRUE(holds(&self->box, "run.failure-dump.json", ""));
}

TEST_F(artifact, J3_temporary_files_of_killed_processes_go)
{
	char dead[64], alive[64];
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	snprintf(dead, sizeof(dead), ".ktstr-%d-3.tmp", pid);
	snprintf(alive, sizeof(alive), ".ktstr-%d-3.tmp", getppid());
	put(&self->box, dead);
	put(&self->box, alive);
	put(&self->box, ".ktstr-1x-3.tmp");
	artifact_close(&self->box.sink);
	ASSERT_EQ(artifact_open(&self->box.sink, self->box.dir, NULL), 0);
	EXPECT_FALSE(holds(&self->box, dead, ""));
	EXPECT_TRUE(holds(&self->box, alive, ""));
	EXPECT_TRUE(holds(&self->box, ".ktstr-1x-3.tmp", ""));
}

TEST_HARNESS_MAIN
