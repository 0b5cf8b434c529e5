// SPDX-License-Identifier: GPL-2.0-only
/* Limits in layers, and limits that cannot be meant. */
#include <math.h>

#include "host/harness/checks.h"
#include "text_check.h"

TEST(nothing_said_is_no_limit)
{
	struct ktstr_checks none = {}, to;
	u32 check;

	checks_merge(&to, NULL, NULL);
	for (check = 0; check < KTSTR_CHECKS_NR; check++)
		EXPECT_EQ(checks_limit(&to, check), 0);
	checks_merge(&to, &none, &none);
	for (check = 0; check < KTSTR_CHECKS_NR; check++)
		EXPECT_EQ(checks_limit(&to, check), 0);
}

TEST(the_last_layer_that_speaks_counts)
{
	struct ktstr_checks sched = { .max_gap_ms = 500, .min_work_units = 7, .isolation = 1 };
	struct ktstr_checks test = { .max_gap_ms = 100, .max_migrations = 5 };
	struct ktstr_checks to;

	checks_merge(&to, &sched, &test);
	EXPECT_EQ(to.max_gap_ms, 100);
	EXPECT_EQ(to.min_work_units, 7);
	EXPECT_EQ(to.isolation, 1);
	EXPECT_EQ(to.max_migrations, 5);
}

TEST(off_takes_a_limit_away)
{
	struct ktstr_checks sched = { .not_stuck = 1, .max_gap_ms = 500, .max_migrations = 5 };
	struct ktstr_checks test = {
		.not_stuck = KTSTR_OFF,
		.max_gap_ms = KTSTR_OFF,
		.max_migrations = KTSTR_OFF,
	};
	struct ktstr_checks to;

	checks_merge(&to, &sched, &test);
	EXPECT_EQ(to.not_stuck, 0);
	EXPECT_EQ(to.max_gap_ms, 0);
	EXPECT_EQ(to.max_spread_pct, 0);
	EXPECT_EQ(to.max_migrations, 0);
	/* and a later layer brings it back */
	checks_merge(&to, &test, &sched);
	EXPECT_EQ(to.not_stuck, 1);
	EXPECT_EQ(to.max_gap_ms, 500);
}

TEST(not_stuck_brings_gap_and_spread_along)
{
	struct ktstr_checks sched = { .not_stuck = 1 }, test = {}, to;

	checks_merge(&to, &sched, &test);
	EXPECT_EQ(to.max_gap_ms, KTSTR_MAX_GAP_MS);
	EXPECT_EQ(to.max_spread_pct, KTSTR_MAX_SPREAD_PCT);
	test.max_gap_ms = 3000;
	test.max_spread_pct = KTSTR_OFF;
	checks_merge(&to, &sched, &test);
	EXPECT_EQ(to.max_gap_ms, 3000);
	EXPECT_EQ(to.max_spread_pct, 0);
	/* also when an earlier layer said so */
	checks_merge(&to, &test, &sched);
	EXPECT_EQ(to.max_gap_ms, 3000);
	EXPECT_EQ(to.max_spread_pct, 0);
}

TEST(layers_of_a_test)
{
	struct ktstr_scheduler sched = { .checks = { .min_work_rate = 9, .max_gap_ms = 8 } };
	struct ktstr_test test = { .sched = &sched, .checks = { .max_gap_ms = 7 } };
	struct ktstr_checks to;

	checks_of(&to, &test);
	EXPECT_EQ(to.min_work_rate, 9);
	EXPECT_EQ(to.max_gap_ms, 7);
	test.sched = NULL;
	checks_of(&to, &test);
	EXPECT_EQ(to.min_work_rate, 0);
	checks_of(&to, NULL);
	EXPECT_EQ(to.max_gap_ms, 0);
}

TEST(strict)
{
	struct ktstr_checks c = KTSTR_CHECKS_STRICT;

	EXPECT_EQ(checks_check(&c, NULL), 0);
	EXPECT_EQ(checks_limit(&c, KTSTR_CHECK_WAKE_P99), 10e6);
	EXPECT_EQ(checks_limit(&c, KTSTR_CHECK_ITERATION_COST), 1e6);
	EXPECT_EQ(checks_limit(&c, KTSTR_CHECK_WORK_UNITS), 1);
}

static void refused(struct __test_metadata *_metadata, const struct ktstr_checks *c,
		    const char *name, const char *text)
{
	struct ktstr_err err = { "" };

	EXPECT_EQ(checks_check(c, &err), -EINVAL);
	EXPECT_EQ(checks_check(c, NULL), -EINVAL);
	has(_metadata, err.msg, name);
	has(_metadata, err.msg, text);
}

#define EXPECT_REFUSED(member, value, text) \
	refused(_metadata, &(struct ktstr_checks){ .member = (value) }, "checks." #member, text)

TEST(what_cannot_be_meant)
{
	EXPECT_REFUSED(not_stuck, 2, "use 1, 0 to say nothing, or KTSTR_OFF");
	EXPECT_REFUSED(isolation, -2, "use 1");
	EXPECT_REFUSED(max_gap_ms, -5, "is -5; use a number above 0 and up to 86400000");
	EXPECT_REFUSED(max_gap_ms, NAN, "is nan");
	EXPECT_REFUSED(max_gap_ms, INFINITY, "is inf");
	EXPECT_REFUSED(max_gap_ms, 86400001.0, "up to 86400000");
	EXPECT_REFUSED(max_spread_pct, 101, "up to 100");
	EXPECT_REFUSED(max_throughput_cv, -0.1, "is -0.1");
	EXPECT_REFUSED(min_work_rate, -INFINITY, "is -inf");
	EXPECT_REFUSED(min_iteration_rate, NAN, "is nan");
	EXPECT_REFUSED(max_migration_ratio, -2, "is -2");
	EXPECT_REFUSED(max_p99_wake_latency_ns, 1e18, "up to 86400000000000");
	EXPECT_REFUSED(max_wake_latency_cv, 1e4, "up to 1000");
	EXPECT_REFUSED(min_page_locality, 1.01, "up to 1,");
	EXPECT_REFUSED(max_cross_node_migration_ratio, 50, "up to 1,");
	EXPECT_REFUSED(max_slow_tier_ratio, -0.5, "is -0.5");
	EXPECT_REFUSED(max_p99_iteration_cost_ns, -100, "is -100");
	EXPECT_REFUSED(max_migrations, 1e300, "is 1e+300");
	EXPECT_REFUSED(min_work_units, -1.5, "is -1.5");
}

TEST(what_can_be_meant)
{
	struct ktstr_checks c = {
		.not_stuck = KTSTR_OFF,
		.isolation = 1,
		.max_gap_ms = KTSTR_OFF,
		.max_spread_pct = 100,
		.min_page_locality = 1,
		.max_migrations = 0.5,
		.min_work_units = KTSTR_OFF,
	};

	EXPECT_EQ(checks_check(&c, NULL), 0);
}

TEST(names)
{
	EXPECT_STREQ(ktstr_check_name(KTSTR_CHECK_GAP), "max_gap_ms");
	EXPECT_STREQ(ktstr_check_name(KTSTR_CHECK_WORK_UNITS), "min_work_units");
	EXPECT_STREQ(ktstr_check_name(KTSTR_CHECK_CLAIM), "claim");
	EXPECT_STREQ(ktstr_check_name(KTSTR_CHECKS_NR), "unknown");
	EXPECT_STREQ(ktstr_check_name(~0U), "unknown");
}

TEST_HARNESS_MAIN
