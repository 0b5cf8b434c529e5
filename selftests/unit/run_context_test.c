// SPDX-License-Identifier: GPL-2.0-only
/* What surrounds a run: commits, the machine, where its files go. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/harness/artifact.h"
#include "host/harness/out_dir.h"
#include "host/harness/report.h"
#include "host/harness/run_context.h"
#include "host/harness/run_files.h"
#include "json_reader.h"
#include "kselftest_harness.h"
#include "lib/util.h"
#include "text_check.h"

#define COMMIT_A "0123456789abcdef0123456789abcdef01234567"
#define COMMIT_B "89abcdef0123456789abcdef0123456789abcdef"

FIXTURE(context)
{
	char dir[64];
	int fd;
	char commit[GIT_COMMIT_MAX];
};

FIXTURE_SETUP(context)
{
	snprintf(self->dir, sizeof(self->dir), "/tmp/ktstr-context.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	self->fd = open(self->dir, O_RDONLY | O_DIRECTORY);
	ASSERT_GE(self->fd, 0);
	unsetenv(OUT_DIR_ENV);
	unsetenv(RUN_ID_ENV);
	unsetenv(GIT_COMMITS_ENV);
}

FIXTURE_TEARDOWN(context)
{
	char cmd[128];

	close(self->fd);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", self->dir);
	EXPECT_EQ(0, system(cmd));
}

static void put(FIXTURE_DATA(context) * self, const char *name, const char *text)
{
	char path[PATH_MAX], *slash;

	snprintf(path, sizeof(path), "%s", name);
	for (slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdirat(self->fd, path, 0755);
		*slash = '/';
	}
	if (file_replace(self->fd, name, text, strlen(text)))
		abort();
}

static bool exists(FIXTURE_DATA(context) * self, const char *name)
{
	return !faccessat(self->fd, name, F_OK, 0);
}

static const char *commit_of(FIXTURE_DATA(context) * self, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", self->dir, name);
	return git_commit_of(path, self->commit) ? "none" : self->commit;
}

TEST_F(context, commit_of_a_branch)
{
	put(self, "a/.git/HEAD", "ref: refs/heads/main\n");
	put(self, "a/sub/file", "");
	EXPECT_STREQ("none", commit_of(self, "a/sub/file"));
	put(self, "a/.git/packed-refs",
	    "# pack-refs with: peeled\n" COMMIT_B " refs/heads/main2\n" COMMIT_A
	    " refs/heads/main\n");
	EXPECT_STREQ(COMMIT_A, commit_of(self, "a/sub/file"));
	put(self, "a/.git/refs/heads/main", COMMIT_B "\n");
	EXPECT_STREQ(COMMIT_B, commit_of(self, "a"));
}

TEST_F(context, commit_that_is_checked_out_by_its_name)
{
	put(self, "a/.git/HEAD", COMMIT_A "\n");
	EXPECT_STREQ(COMMIT_A, commit_of(self, "a"));
	put(self, "a/.git/HEAD", "0123abcd\n");
	EXPECT_STREQ("none", commit_of(self, "a"));
	put(self, "a/.git/HEAD", "ref: ../../secret\n");
	EXPECT_STREQ("none", commit_of(self, "a"));
}

TEST_F(context, commit_of_a_linked_work_tree)
{
	put(self, "main/.git/worktrees/w/HEAD", "ref: refs/heads/topic\n");
	put(self, "main/.git/worktrees/w/commondir", "../..\n");
	put(self, "main/.git/refs/heads/topic", COMMIT_A "\n");
	put(self, "w/.git", "gitdir: ../main/.git/worktrees/w\n");
	EXPECT_STREQ(COMMIT_A, commit_of(self, "w"));
}

TEST_F(context, commit_where_there_is_no_git)
{
	char carried[PATH_MAX];

	put(self, "bin/scx", "");
	EXPECT_STREQ("none", commit_of(self, "bin/scx"));
	EXPECT_STREQ("none", commit_of(self, "bin/nowhere"));
	snprintf(carried, sizeof(carried), "/x=" COMMIT_B ":%s/bin=" COMMIT_A, self->dir);
	setenv(GIT_COMMITS_ENV, carried, 1);
	EXPECT_STREQ(COMMIT_A, commit_of(self, "bin/scx"));
}

TEST_F(context, the_machine)
{
	struct host_context h;

	put(self, "proc/cpuinfo",
	    "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Some CPU @ 2 GHz\n\nprocessor : 1\nmodel name : other\n");
	put(self, "proc/meminfo",
	    "MemTotal:       16000 kB\nMemAvailable:    900 kB\nHugePages_Total:       8\nHugePages_Free:        3\nHugepagesize:       2048 kB\n");
	put(self, "proc/cmdline", "quiet root=/dev/vda\n");
	put(self, "sys/devices/system/cpu/online", "0-3,8,10-11\n");
	put(self, "sys/devices/system/node/online", "0-1\n");
	put(self, "sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
	host_context_read(&h, self->dir);
	EXPECT_STREQ("Some CPU @ 2 GHz", h.cpu_model);
	EXPECT_STREQ("GenuineIntel", h.cpu_vendor);
	EXPECT_EQ(16000, h.mem_total_kib);
	EXPECT_EQ(900, h.mem_available_kib);
	EXPECT_EQ(8, h.hugepages_total);
	EXPECT_EQ(3, h.hugepages_free);
	EXPECT_EQ(2048, h.hugepage_kib);
	EXPECT_STREQ("madvise", h.thp);
	EXPECT_EQ(7, h.nr_online);
	EXPECT_EQ(2, h.nr_nodes);
	EXPECT_STREQ("quiet root=/dev/vda", h.cmdline);
	EXPECT_GE(h.allowed_cpus, 1);
}

TEST_F(context, a_machine_that_says_nothing)
{
	struct host_context h;

	host_context_read(&h, self->dir);
	EXPECT_STREQ("", h.cpu_model);
	EXPECT_STREQ("", h.thp);
	EXPECT_EQ(0, h.nr_online);
	put(self, "sys/devices/system/cpu/online", "0-4294967295\n");
	put(self, "sys/kernel/mm/transparent_hugepage/enabled", "]never[");
	host_context_read(&h, self->dir);
	EXPECT_LE(h.nr_online, 65536);
	EXPECT_STREQ("", h.thp);
}

TEST_F(context, a_session_has_one_name)
{
	char a[RUN_ID_MAX], b[RUN_ID_MAX];

	run_id_begin();
	run_id_get(a);
	run_id_get(b);
	EXPECT_STREQ(a, b);
	setenv(RUN_ID_ENV, "../x y", 1);
	run_id_get(a);
	EXPECT_EQ(NULL, strchr(a, '/'));
	setenv(RUN_ID_ENV, "ci-17", 1);
	run_id_get(a);
	EXPECT_STREQ("ci-17", a);
}

TEST_F(context, a_new_session_clears_results_and_nothing_else)
{
	put(self, "old.result.json", "{}");
	put(self, "old.report.txt", "");
	put(self, "below/old.result.json", "{}");
	ASSERT_EQ(0, out_dir_begin(self->fd, "one"));
	EXPECT_FALSE(exists(self, "old.result.json"));
	EXPECT_TRUE(exists(self, "old.report.txt"));
	EXPECT_TRUE(exists(self, "below/old.result.json"));
	put(self, "new.result.json", "{}");
	ASSERT_EQ(0, out_dir_begin(self->fd, "one"));
	EXPECT_TRUE(exists(self, "new.result.json"));
	ASSERT_EQ(0, out_dir_begin(self->fd, "on"));
	EXPECT_FALSE(exists(self, "new.result.json"));
}

TEST_F(context, names_are_unique)
{
	char *name = out_dir_name(self->fd, "../a b");

	EXPECT_STREQ("-.-a-b", name);
	free(name);
	put(self, "x.result.json", "{}");
	put(self, "x-2.result.json", "{}");
	name = out_dir_name(self->fd, "x");
	EXPECT_STREQ("x-3", name);
	free(name);
}

TEST_F(context, runs_leave_their_files_where_the_environment_says)
{
	struct ktstr_test test = { .scheduler = "bin/scx_simple", .topology = "1n2l2c1t" };
	struct ktstr_err err = { "" };
	struct ktstr_result res = { 0 };
	char out[128];

	ASSERT_EQ(0, run_files_write(&test, &res, &err));
	EXPECT_EQ(NULL, res.artifact_dir);
	snprintf(out, sizeof(out), "%s/out", self->dir);
	setenv(OUT_DIR_ENV, out, 1);
	setenv(RUN_ID_ENV, "s1", 1);
	ASSERT_EQ(0, run_files_write(&test, &res, &err))
	TH_LOG("%s", err.msg);
	ktstr_result_free(&res);
	ASSERT_EQ(0, run_files_write(&test, &res, &err));
	ktstr_result_free(&res);
	EXPECT_TRUE(exists(self, "out/run_context_test/scx_simple-1n2l2c1t.result.json"));
	EXPECT_TRUE(exists(self, "out/run_context_test/scx_simple-1n2l2c1t-2.result.json"));
	test.name = "named";
	setenv(RUN_ID_ENV, "s2", 1);
	ASSERT_EQ(0, run_files_write(&test, &res, &err));
	ktstr_result_free(&res);
	EXPECT_TRUE(exists(self, "out/run_context_test/named.result.json"));
	EXPECT_FALSE(exists(self, "out/run_context_test/scx_simple-1n2l2c1t.result.json"));
	test.out_dir = self->dir;
	ASSERT_EQ(0, run_files_write(&test, &res, &err));
	EXPECT_STREQ(self->dir, res.artifact_dir);
	ktstr_result_free(&res);
	EXPECT_TRUE(exists(self, "named.result.json"));
	setenv(OUT_DIR_ENV, "/proc/self/none", 1);
	test.out_dir = NULL;
	EXPECT_LT(run_files_write(&test, &res, &err), 0);
	has(_metadata, err.msg, "KTSTR_OUT=/proc/self/none: ");
	ktstr_result_free(&res);
}

static int send_file(struct artifact_sink *s, const char *path)
{
	u8 frame[256] = { 0 };
	struct wire_hfil h = {
		.flags = cpu_to_le32(WIRE_HFIL_FIRST | WIRE_HFIL_LAST),
		.mode = cpu_to_le32(0644),
		.path_len = cpu_to_le16(strlen(path)),
	};

	memcpy(frame, &h, sizeof(h));
	memcpy(frame + sizeof(h), path, strlen(path));
	return artifact_piece(s, frame, sizeof(h) + strlen(path), NULL);
}

TEST_F(context, what_comes_back_begins_a_session_too)
{
	struct artifact_sink s;

	put(self, "old.result.json", "{}");
	ASSERT_EQ(0, artifact_open(&s, self->dir, NULL));
	s.session = "one";
	EXPECT_TRUE(exists(self, "old.result.json"));
	ASSERT_EQ(0, send_file(&s, OUT_DIR_SESSION));
	ASSERT_EQ(0, send_file(&s, "a.result.json"));
	ASSERT_EQ(0, send_file(&s, "b.result.json"));
	artifact_close(&s);
	EXPECT_FALSE(exists(self, "old.result.json"));
	EXPECT_TRUE(exists(self, "a.result.json"));
	EXPECT_TRUE(exists(self, "b.result.json"));
}

TEST_F(context, in_the_result)
{
	struct run_context *c;
	struct ktstr_test test = { .kernel = "/dev/null",
				   .no_kaslr = true,
				   .extra_cmdline = "a=1  sysctl.kernel.x=2" };
	struct topology topo = { 1, 2, 2, 1 };
	struct ktstr_result res = { .report_valid = true };
	char *text = NULL;
	size_t len;
	FILE *f;

	setenv("CI", "true", 1);
	setenv(RUN_ID_ENV, "ci-17", 1);
	c = run_context_new(&test, NULL, &topo);
	ASSERT_NE(NULL, c);
	snprintf(c->host.cpu_model, sizeof(c->host.cpu_model), "\"CPU\" \xff\n");
	snprintf(c->kernel_version, sizeof(c->kernel_version), "7.2.0");
	res.context = c;
	res.report.kvm_stats_known = 1U << VMM_KVM_HALT_EXITS;
	res.report.kvm_stats[VMM_KVM_HALT_EXITS] = 77;
	res.timings.cleanup_ns = 12500000;
	f = open_memstream(&text, &len);
	EXPECT_EQ(0, ktstr_result_json(f, &test, &res));
	fclose(f);
	EXPECT_TRUE(is_json(text));
	has(_metadata, text, "\"run_id\": \"ci-17\"");
	has(_metadata, text, "\"run_source\": \"ci\"");
	has(_metadata, text, "\"kernel_version\": \"7.2.0\"");
	has(_metadata, text, "\"kargs\": [\"nokaslr\",\"a=1\"\n");
	has(_metadata, text, "\"sysctls\": [\"sysctl.kernel.x=2\"\n");
	has(_metadata, text, "\"scheduler_commit\": null");
	has(_metadata, text, "\"vcpus\": 4");
	has(_metadata, text, "\"cpu_model\": \"\\\"CPU\\\" \\\\xff\"");
	has(_metadata, text, "\"halt_exits\": 77");
	has(_metadata, text, "\"hypercalls\": null");
	has(_metadata, text, "\"cleanup_duration_ms\": 12.500");
	has(_metadata, text, "\"inconclusive\": true");
	free(text);
	ktstr_result_free(&res);
}

TEST_HARNESS_MAIN
