// SPDX-License-Identifier: GPL-2.0-only
/* What a test says through its scheduler, and what it says itself. */
#include <errno.h>
#include <string.h>

#include "host/harness/plan_merge.h"
#include "kselftest_harness.h"

static const char *const args[] = { "-v", NULL };
static const struct ktstr_scheduler simple = {
	.program = "scx_simple",
	.args = args,
	.expect_ops = "simple",
	.monitor = { .max_local_dsq_depth = 7, .enforce = true },
};

TEST(without_one_nothing_changes)
{
	struct ktstr_test test = { .scheduler = "scx_qmap", .workers = 3 }, to;

	ASSERT_EQ(0, plan_merge(&test, &to, NULL));
	EXPECT_STREQ("scx_qmap", to.scheduler);
	EXPECT_EQ(3, to.workers);
}

TEST(all_of_it_is_filled_in)
{
	struct ktstr_test test = { .sched = &simple }, to;

	ASSERT_EQ(0, plan_merge(&test, &to, NULL));
	EXPECT_STREQ("scx_simple", to.scheduler);
	EXPECT_EQ(&args[0], to.sched_args);
	EXPECT_STREQ("simple", to.expect_ops);
	EXPECT_EQ(7, to.monitor.max_local_dsq_depth);
	EXPECT_TRUE(to.monitor.enforce);
}

TEST(limits_of_the_test_replace_those_of_the_scheduler)
{
	struct ktstr_test test = { .sched = &simple, .monitor = { .sustained_samples = 9 } }, to;

	ASSERT_EQ(0, plan_merge(&test, &to, NULL));
	EXPECT_EQ(9, to.monitor.sustained_samples);
	EXPECT_EQ(0, to.monitor.max_local_dsq_depth);
	EXPECT_FALSE(to.monitor.enforce);
}

TEST(said_twice)
{
	struct ktstr_test test = { .sched = &simple, .scheduler = "scx_qmap" }, to;
	struct ktstr_err err;

	EXPECT_EQ(-EINVAL, plan_merge(&test, &to, &err));
	EXPECT_STREQ("sched and scheduler exclude each other: say it in sched alone", err.msg);
	test = (struct ktstr_test){ .sched = &simple, .sched_args = args };
	EXPECT_EQ(-EINVAL, plan_merge(&test, &to, &err));
	EXPECT_STREQ("sched and sched_args exclude each other: say it in sched alone", err.msg);
	test = (struct ktstr_test){ .sched = &simple, .expect_ops = "simple" };
	EXPECT_EQ(-EINVAL, plan_merge(&test, &to, &err));
	EXPECT_STREQ("sched and expect_ops exclude each other: say it in sched alone", err.msg);
}

TEST_HARNESS_MAIN
