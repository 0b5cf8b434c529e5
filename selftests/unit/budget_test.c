// SPDX-License-Identifier: GPL-2.0-only
/* host/harness/budget: which runs are worth a limited time */
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>

#include "host/harness/budget.h"
#include "kselftest_harness.h"
#include "lib/preset.h"
#include "lib/util.h"

#define EACH_MS 10000

static const struct topology one_llc = { 1, 1, 4, 1 };
static const struct topology two_llcs = { 1, 2, 2, 1 };
static const struct topology smt = { 1, 2, 2, 2 };
static const struct topology numa = { 2, 4, 4, 1 };

static struct budget_run run(const struct topology *topo, u32 scheduler, u32 test)
{
	return (struct budget_run){
		.covers = budget_covers(topo, scheduler, test),
		.ms = EACH_MS,
	};
}

TEST(what_is_new_is_picked_before_what_repeats)
{
	struct budget_run runs[] = {
		run(&one_llc, 0, 0), run(&one_llc, 0, 0), run(&one_llc, 1, 0),
		run(&numa, 0, 0),    run(&smt, 0, 0),
	};
	struct budget_sum sum;

	budget_pick(runs, ARRAY_SIZE(runs), 4 * EACH_MS, &sum);
	EXPECT_EQ(sum.picked, 4);
	EXPECT_FALSE(runs[0].picked && runs[1].picked);
	EXPECT_TRUE(runs[2].picked);
	EXPECT_TRUE(runs[3].picked);
	EXPECT_TRUE(runs[4].picked);
	EXPECT_EQ(sum.covered, sum.configurations);
}

TEST(time_that_is_left_goes_to_repeats)
{
	struct budget_run runs[] = { run(&one_llc, 0, 0), run(&one_llc, 0, 0) };
	struct budget_sum sum;

	budget_pick(runs, ARRAY_SIZE(runs), 5 * EACH_MS, &sum);
	EXPECT_EQ(sum.picked, 2);
	EXPECT_EQ(sum.used_ms, 2 * EACH_MS);
}

TEST(short_runs_are_preferred_for_the_same_gain)
{
	struct budget_run runs[] = { run(&one_llc, 0, 0), run(&one_llc, 0, 0) };
	struct budget_sum sum;

	runs[0].ms = 2 * EACH_MS;
	budget_pick(runs, ARRAY_SIZE(runs), 2 * EACH_MS, &sum);
	EXPECT_FALSE(runs[0].picked);
	EXPECT_TRUE(runs[1].picked);
}

TEST(each_test_and_each_scheduler_comes_first_once)
{
	struct budget_run runs[] = {
		run(&two_llcs, 0, 0),
		run(&two_llcs, 1, 0),
		run(&two_llcs, 0, 1),
		run(&two_llcs, 1, 1),
	};
	struct budget_sum sum;

	budget_pick(runs, ARRAY_SIZE(runs), 2 * EACH_MS, &sum);
	EXPECT_EQ(sum.picked, 2);
	EXPECT_TRUE(runs[0].picked);
	EXPECT_TRUE(runs[3].picked);
}

TEST(the_budget_is_never_exceeded)
{
	struct budget_run runs[PRESETS_NR];
	struct budget_sum sum;
	u64 used;
	u32 s;
	size_t i;

	for (s = 12; s < 2000; s += 7) {
		for (i = 0, used = 0; i < PRESETS_NR; i++)
			runs[i] = (struct budget_run){
				.covers = budget_covers(&presets[i].topo, i % 3, i % 2),
				.ms = budget_estimate_ms(&presets[i].topo, 1000, true),
			};
		budget_pick(runs, PRESETS_NR, s * 1000, &sum);
		for (i = 0; i < PRESETS_NR; i++)
			used += runs[i].picked ? runs[i].ms : 0;
		ASSERT_EQ(used, sum.used_ms);
		ASSERT_LE(used, s * 1000);
		ASSERT_FALSE(sum.too_small);
	}
	EXPECT_EQ(sum.picked, PRESETS_NR);
}

TEST(what_is_larger_than_the_budget_is_said)
{
	struct budget_run runs[] = { run(&smt, 0, 0), run(&one_llc, 0, 0) };
	struct budget_sum sum;
	char text[200];

	runs[1].ms = 5000;
	budget_pick(runs, ARRAY_SIZE(runs), 1000, &sum);
	EXPECT_TRUE(sum.too_small);
	EXPECT_FALSE(runs[0].picked);
	EXPECT_TRUE(runs[1].picked);
	EXPECT_NE(strstr(budget_text(&sum, text, sizeof(text)), "1/2 tests, 5/1 s, "), NULL);
	EXPECT_NE(strstr(text, "too little time"), NULL);
}

TEST(the_same_runs_give_the_same_picks)
{
	struct budget_run a[PRESETS_NR], b[PRESETS_NR];
	struct budget_sum sum;
	size_t i;

	for (i = 0; i < PRESETS_NR; i++) {
		a[i] = run(&presets[i].topo, 0, 0);
		b[i] = a[i];
		b[i].picked = true;
	}
	budget_pick(a, PRESETS_NR, 5 * EACH_MS, &sum);
	budget_pick(b, PRESETS_NR, 5 * EACH_MS, &sum);
	EXPECT_EQ(sum.picked, 5);
	for (i = 0; i < PRESETS_NR; i++)
		EXPECT_EQ(a[i].picked, b[i].picked);
}

TEST(no_runs_are_no_trouble)
{
	struct budget_sum sum;
	char text[200];

	budget_pick(NULL, 0, 1000, &sum);
	EXPECT_STREQ(budget_text(&sum, text, sizeof(text)),
		     "0/0 tests, 0/1 s, 0 of 0 configurations covered");
}

TEST(large_machines_and_emulated_hosts_take_longer)
{
	EXPECT_LT(budget_estimate_ms(&one_llc, 1000, false),
		  budget_estimate_ms(&numa, 1000, false));
	EXPECT_LT(budget_estimate_ms(&one_llc, 1000, false),
		  budget_estimate_ms(&one_llc, 1000, true));
	EXPECT_LT(budget_estimate_ms(&one_llc, 1000, true),
		  budget_estimate_ms(&one_llc, 5000, true));
}

TEST_HARNESS_MAIN
