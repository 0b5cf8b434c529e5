// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a run leaves behind where $KTSTR_OUT says, and the page that is made of it: three
 * steps, two cgroups, snapshots and a watch.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "host/harness/html.h"
#include "host/harness/out_dir.h"
#include "host/harness/run_context.h"
#include "ktstr_harness.h"
#include "lib/util.h"

#define RUN_TIMEOUT_S 240

static const struct ktstr_cgroup cgroups[] = {
	{ .name = "front",
	  .cpuset = KTSTR_LLC(0),
	  .workers = { { .nr = 4, .work = { .type = WORK_FUTEX_PING_PONG } } } },
	{ .name = "batch", .workers = { { .nr = 4, .work = { .type = WORK_BURSTY } } } },
	{},
};

static const struct ktstr_cgroup crowd[] = {
	{ .name = "crowd",
	  .cpuset = KTSTR_LLC(1),
	  .workers = { { .nr = 6, .work = { .type = WORK_SPIN } } } },
	{},
};

static const struct ktstr_op look[] = {
	{ .kind = SCENARIO_OP_WATCH, .at_ms = 800, .name = "jiffies_64" },
	{},
};

static const struct ktstr_op keep[] = {
	{ .kind = SCENARIO_OP_CAPTURE, .at_ms = 700, .name = "crowded" },
	{},
};

static const struct ktstr_step steps[] = {
	{ .name = "steady", .ops = look, .hold = KTSTR_FRAC(0.35) },
	{ .name = "crowded", .setup = crowd, .ops = keep, .hold = KTSTR_FRAC(0.4) },
	{ .name = "calm again", .hold = KTSTR_FRAC(0.25) },
	{},
};

FIXTURE(artifacts)
{
	struct ktstr_result res;
	struct html_runs runs;
	char own[64];
	char *dir;
};

/* Where the user wants them, or where nobody else looks. */
FIXTURE_SETUP(artifacts)
{
	const struct ktstr_test test = {
		.name = "three_steps",
		.topology = "1n2l2c1t",
		.scheduler = "scx_simple",
		.duration_ms = 6000,
		.backdrop = cgroups,
		.steps = steps,
	};

	if (!getenv(OUT_DIR_ENV)) {
		snprintf(self->own, sizeof(self->own), "/tmp/ktstr-artifacts.XXXXXX");
		ASSERT_NE(NULL, mkdtemp(self->own));
		setenv(OUT_DIR_ENV, self->own, 1);
	}
	self->dir = out_dir_default();
	ASSERT_NE(NULL, self->dir);
	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(artifacts)
{
	char cmd[128];

	html_runs_free(&self->runs);
	if (self->own[0]) {
		snprintf(cmd, sizeof(cmd), "rm -rf '%s'", self->own);
		EXPECT_EQ(0, system(cmd));
	}
	free(self->dir);
	test_end(_metadata, &self->res);
}

static bool left(FIXTURE_DATA(artifacts) * self, const char *suffix)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/three_steps.%s", self->dir, suffix);
	return !access(path, R_OK);
}

static void has(struct __test_metadata *_metadata, const char *page, const char *part)
{
	EXPECT_NE(NULL, strstr(page, part))
	TH_LOG("no '%s' on the page", part);
}

static void look_at_run(struct __test_metadata *_metadata, const struct html_run *r)
{
	EXPECT_STREQ("three_steps", r->name);
	EXPECT_STREQ("scx_simple", r->scheduler);
	EXPECT_TRUE(r->vcpus == 4);
	EXPECT_NE(NULL, r->run_id);
	EXPECT_NE(NULL, r->host_kernel);
	EXPECT_EQ(4, r->series.cpus);
	EXPECT_GE(r->series.nr, 10);
	EXPECT_EQ(4, r->nr_phases);
	EXPECT_GE(r->nr_cgroups, 3);
	EXPECT_GE(r->nr_marks, 2);
}

static void look_at_page(struct __test_metadata *_metadata, FIXTURE_DATA(artifacts) * self)
{
	char *page = NULL;
	size_t len;
	FILE *f = open_memstream(&page, &len);

	ASSERT_NE(NULL, f);
	EXPECT_EQ(0, html_write(f, "artifacts", &self->runs));
	fclose(f);
	has(_metadata, page, "<svg class=\"timeline\"");
	has(_metadata, page, "<svg class=\"histogram\"");
	has(_metadata, page, ">crowded</text>");
	has(_metadata, page, ">watch hit jiffies_64</text>");
	has(_metadata, page, "<b>front</b>");
	free(page);
}

TEST_F_TIMEOUT(artifacts, a_run_leaves_what_a_page_is_made_of, RUN_TIMEOUT_S)
{
	struct ktstr_err err = { "" };
	int ret;

	/* what came of the workers on a busy machine is not the point */
	EXPECT_EQ(WIRE_STAGE_DONE, self->res.stage);
	ASSERT_NE(NULL, self->res.artifact_dir);
	EXPECT_STREQ(self->dir, self->res.artifact_dir);
	EXPECT_TRUE(left(self, "report.txt"));
	EXPECT_TRUE(left(self, "result.json"));
	EXPECT_TRUE(left(self, "console.txt"));
	EXPECT_TRUE(left(self, "snapshot.crowded.json"));
	EXPECT_GT(self->res.timings.cleanup_ns, 0);
	EXPECT_EQ(1, self->res.report.kvm_stats_known & 1);
	EXPECT_GT(self->res.report.kvm_stats[VMM_KVM_EXITS], 0);
	ret = html_runs_read(&self->runs, self->dir, &err);
	if (ret == -EOPNOTSUPP)
		SKIP(return, "this build is without json-c");
	ASSERT_EQ(0, ret)
	TH_LOG("%s", err.msg);
	ASSERT_EQ(1, self->runs.nr);
	look_at_run(_metadata, &self->runs.run[0]);
	look_at_page(_metadata, self);
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
