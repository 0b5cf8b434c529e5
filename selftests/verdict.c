// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the harness catch what it is there for? Schedulers with one bad habit each
 * (selftests/sched/ktstr_bad) must fail, for the right reason; good ones must pass
 * with the same load and the same limits.
 */
#include "ktstr_harness.h"
#include "lib/util.h"

#define RUN_TIMEOUT_S 180
#define TOPOLOGY      "1n1l2c1t"
#define DURATION_MS   2000
/* Longer than a good scheduler keeps any of three workers on two CPUs waiting. */
#define GAP_MS 1000
/* The free worker has a CPU to itself; the bad habit moves it each time it yields. */
#define MIGRATION_RATIO 0.25

static const struct ktstr_cgroup load[] = {
	{ .name = "confined",
	  .cpuset = KTSTR_EXACT("1"),
	  .workers = { { .nr = 2, .comm = "confined" } } },
	{ .name = "free",
	  .workers = { { .nr = 1, .comm = "free", .work = { .type = WORK_MIXED } } } },
	{},
};

static const struct ktstr_step one_step[] = {
	{ .name = "load", .setup = load, .hold = KTSTR_HOLD_FULL },
	{},
};

FIXTURE(verdict)
{
	struct ktstr_result res;
};

FIXTURE_VARIANT(verdict)
{
	const char *scheduler;
	const char *args[5];
	u32 duration_ms;
	enum ktstr_verdict verdict;
	enum ktstr_reason reason;
	enum ktstr_check check;
	const char *text;
};

/* What must not be found fault with. */
FIXTURE_VARIANT_ADD(verdict, eevdf) {
	.verdict = KTSTR_PASS,
	.reason = KTSTR_REASON_PASS,
};

FIXTURE_VARIANT_ADD(verdict, simple) {
	.scheduler = "scx_simple",
	.verdict = KTSTR_PASS,
	.reason = KTSTR_REASON_PASS,
};

FIXTURE_VARIANT_ADD(verdict, good) {
	.scheduler = "ktstr_bad",
	.args = { "--good" },
	.verdict = KTSTR_PASS,
	.reason = KTSTR_REASON_PASS,
};

/* What each bad habit must be found to be. */
FIXTURE_VARIANT_ADD(verdict, starves) {
	.scheduler = "ktstr_bad",
	/* far enough above the limit for a host that runs one vCPU at a time */
	.args = { "--starve=confined", "--period=3000" },
	.duration_ms = 4000,
	.verdict = KTSTR_FAIL,
	.reason = KTSTR_REASON_CHECK_FAILED,
	.check = KTSTR_CHECK_GAP,
	.text = "stuck",
};

FIXTURE_VARIANT_ADD(verdict, migrates) {
	.scheduler = "ktstr_bad",
	.args = { "--migrate" },
	.verdict = KTSTR_FAIL,
	.reason = KTSTR_REASON_CHECK_FAILED,
	.check = KTSTR_CHECK_MIGRATION_RATIO,
	.text = "migration ratio",
};

FIXTURE_VARIANT_ADD(verdict, ignores_cpusets) {
	.scheduler = "ktstr_bad",
	.args = { "--ignore-cpuset" },
	.verdict = KTSTR_FAIL,
	.reason = KTSTR_REASON_SCHED_EJECTED,
	.text = "not allowed for",
};

FIXTURE_VARIANT_ADD(verdict, strands) {
	.scheduler = "ktstr_bad",
	.args = { "--strand", "--timeout=1000" },
	.verdict = KTSTR_FAIL,
	.reason = KTSTR_REASON_SCHED_EJECTED,
	.text = "runnable task stall",
};

FIXTURE_VARIANT_ADD(verdict, stalls) {
	.scheduler = "ktstr_bad",
	.args = { "--stall", "--after=500", "--timeout=1000" },
	.duration_ms = 4000,
	.verdict = KTSTR_FAIL,
	.reason = KTSTR_REASON_SCHED_EJECTED,
	.text = "runnable task stall",
};

FIXTURE_VARIANT_ADD(verdict, does_not_end) {
	.scheduler = "ktstr_bad",
	.args = { "--leak=hang" },
	.duration_ms = 1000,
	.verdict = KTSTR_FAIL,
	.reason = KTSTR_REASON_GUEST_FAILED,
	.text = "did not end",
};

FIXTURE_VARIANT_ADD(verdict, leaves_a_process_behind) {
	.scheduler = "ktstr_bad",
	.args = { "--leak=child" },
	.duration_ms = 1000,
	.verdict = KTSTR_FAIL,
	.reason = KTSTR_REASON_GUEST_FAILED,
	.text = "left processes behind",
};

FIXTURE_VARIANT_ADD(verdict, leaves_its_ops_behind) {
	.scheduler = "ktstr_bad",
	.args = { "--leak=ops" },
	.duration_ms = 1000,
	.verdict = KTSTR_FAIL,
	.reason = KTSTR_REASON_GUEST_FAILED,
	.text = "still attached",
};

FIXTURE_SETUP(verdict)
{
	const struct ktstr_test test = {
		.name = "verdict",
		.topology = TOPOLOGY,
		.scheduler = variant->scheduler,
		.sched_args = variant->args[0] ? variant->args : NULL,
		.duration_ms = variant->duration_ms ?: DURATION_MS,
		.steps = one_step,
		.checks = {
			.not_stuck = 1,
			.isolation = 1,
			.max_gap_ms = GAP_MS,
			/* the free one has more CPU than the others */
			.max_spread_pct = KTSTR_OFF,
			.max_migration_ratio = MIGRATION_RATIO,
			.min_work_units = 1,
		},
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(verdict)
{
	test_end(_metadata, &self->res);
}

/* Checks that did not pass, each kind once. */
static u32 failed_checks(const struct ktstr_load *l)
{
	u32 failed = 0;
	size_t i;

	for (i = 0; i < l->nr_findings; i++)
		if (l->findings[i].kind == KTSTR_FINDING_FAIL)
			failed |= 1U << l->findings[i].check;
	return failed;
}

static void print_load(const struct ktstr_load *l)
{
	size_t i;

	for (i = 0; i < l->nr_findings; i++)
		ksft_print_msg("%s\n", l->findings[i].text);
	for (i = 0; i < l->nr_cgroups; i++)
		ksft_print_msg("%s: %llu iterations, %llu migrations\n", l->cgroups[i].cgroup,
			       (unsigned long long)l->cgroups[i].iterations,
			       (unsigned long long)l->cgroups[i].migrations);
}

TEST_F_TIMEOUT(verdict, is_the_right_one, RUN_TIMEOUT_S)
{
	const struct ktstr_result *res = &self->res;

	print_load(&res->load);
	/* neither caught nor failed without cause: a host this busy lets nobody tell */
	if (res->reason == KTSTR_REASON_CHECK_INCONCLUSIVE &&
	    (variant->verdict == KTSTR_PASS || variant->check == KTSTR_CHECK_GAP))
		SKIP(return, "the host kept the guest waiting");
	EXPECT_EQ(res->verdict, variant->verdict);
	EXPECT_EQ(res->reason, variant->reason);
	EXPECT_FALSE(res->infra);
	if (variant->text)
		EXPECT_NE(strstr(res->reason_text, variant->text), NULL);
	/* that one and no other */
	if (variant->reason == KTSTR_REASON_CHECK_FAILED)
		EXPECT_EQ(failed_checks(&res->load), 1U << variant->check);
	if (variant->verdict == KTSTR_PASS) {
		EXPECT_EQ(failed_checks(&res->load), 0);
		EXPECT_EQ(res->load.nr_workers, 3);
		EXPECT_GT(res->load.nr_findings, 0);
	}
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
