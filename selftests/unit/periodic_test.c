// SPDX-License-Identifier: GPL-2.0-only
/* Where the periodic boundaries lie, and what moves or ends them. */
#include <errno.h>

#include "host/coord/periodic.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define SEC   ((u64)NSEC_PER_SEC)
#define MS    ((u64)NSEC_PER_MSEC)
#define NEVER UINT64_MAX

FIXTURE(periodic)
{
	struct periodic p;
	struct ktstr_err err;
};

FIXTURE_SETUP(periodic)
{
}

FIXTURE_TEARDOWN(periodic)
{
}

TEST_F(periodic, boundaries_cut_the_window_into_equal_gaps)
{
	/* d = 10 s: window 1 s .. 9 s, three boundaries, gaps of 2 s */
	EXPECT_EQ(periodic_start(&self->p, 3, 10 * SEC, 0, 0, NEVER), 3);
	EXPECT_EQ(self->p.boundary_ns[0], 3 * SEC);
	EXPECT_EQ(self->p.boundary_ns[1], 5 * SEC);
	EXPECT_EQ(self->p.boundary_ns[2], 7 * SEC);
}

TEST_F(periodic, one_boundary_lies_in_the_middle)
{
	EXPECT_EQ(periodic_start(&self->p, 1, 10 * SEC, 0, 0, NEVER), 1);
	EXPECT_EQ(self->p.boundary_ns[0], 5 * SEC);
}

TEST_F(periodic, the_formula_for_every_count)
{
	const u64 d = 100 * SEC;
	u32 n, i;

	for (n = 1; n <= PERIODIC_MAX; n++) {
		ASSERT_EQ(periodic_start(&self->p, n, d, 0, 0, NEVER), n);
		for (i = 0; i < n; i++)
			EXPECT_EQ(self->p.boundary_ns[i],
				  d / 10 + (i + 1) * (d / 10 * 8) / (n + 1));
	}
}

TEST_F(periodic, the_anchor_is_the_first_scenario_start)
{
	EXPECT_EQ(periodic_start(&self->p, 1, 10 * SEC, 4 * SEC, 2 * SEC, NEVER), 1);
	EXPECT_EQ(self->p.boundary_ns[0], 9 * SEC);
}

TEST_F(periodic, none_wanted)
{
	EXPECT_EQ(periodic_check(0, 0, NULL), 0);
	EXPECT_EQ(periodic_start(&self->p, 0, 10 * SEC, 0, 0, NEVER), 0);
	EXPECT_EQ(periodic_next_ns(&self->p, 0), NEVER);
	EXPECT_FALSE(periodic_due(&self->p, NEVER, 0, false));
}

TEST_F(periodic, gaps_below_100_ms_are_a_configuration_error)
{
	/* 0.8 d / (N + 1) >= 100 ms */
	EXPECT_EQ(periodic_check(1, 250 * MS, &self->err), 0);
	EXPECT_EQ(periodic_check(1, 250 * MS - 10, &self->err), -ERANGE);
	EXPECT_NE(NULL, strstr(self->err.msg, "1 periodic snapshots"));
	EXPECT_NE(NULL, strstr(self->err.msg, "99 ms apart"));
	EXPECT_NE(NULL, strstr(self->err.msg, "less than 100 ms"));
	EXPECT_NE(NULL, strstr(self->err.msg, "run for 250 ms"));
	EXPECT_EQ(periodic_check(7, SEC, NULL), 0);
	EXPECT_EQ(periodic_check(8, SEC, NULL), -ERANGE);
	EXPECT_EQ(periodic_check(1, 0, NULL), -ERANGE);
}

TEST_F(periodic, more_than_64_are_a_configuration_error)
{
	EXPECT_EQ(periodic_check(64, 1000 * SEC, &self->err), 0);
	EXPECT_EQ(periodic_check(65, 1000 * SEC, &self->err), -E2BIG);
	EXPECT_NE(NULL, strstr(self->err.msg, "65"));
	EXPECT_NE(NULL, strstr(self->err.msg, "64"));
	EXPECT_EQ(periodic_check(~0u, UINT64_MAX, NULL), -E2BIG);
	/* and never more than there is room for */
	EXPECT_EQ(periodic_start(&self->p, ~0u, 1000 * SEC, 0, 0, NEVER), PERIODIC_MAX);
}

TEST_F(periodic, the_start_floats_to_where_the_host_can_read_the_kernel)
{
	/* ready at 5 s: what is left, 5 s .. 9 s, is cut anew */
	EXPECT_EQ(periodic_start(&self->p, 3, 10 * SEC, 0, 5 * SEC, NEVER), 3);
	EXPECT_EQ(self->p.boundary_ns[0], 6 * SEC);
	EXPECT_EQ(self->p.boundary_ns[2], 8 * SEC);
	/* ready before the window: no change */
	EXPECT_EQ(periodic_start(&self->p, 3, 10 * SEC, 0, SEC, NEVER), 3);
	EXPECT_EQ(self->p.boundary_ns[0], 3 * SEC);
}

TEST_F(periodic, the_end_is_clamped_to_the_workloads_end)
{
	EXPECT_EQ(periodic_start(&self->p, 3, 10 * SEC, 0, 0, 5 * SEC), 3);
	EXPECT_EQ(self->p.boundary_ns[0], 2 * SEC);
	EXPECT_EQ(self->p.boundary_ns[2], 4 * SEC);
	EXPECT_EQ(periodic_start(&self->p, 3, 10 * SEC, 0, 0, 10 * SEC), 3);
	EXPECT_EQ(self->p.boundary_ns[2], 7 * SEC);
}

TEST_F(periodic, a_degenerate_window_has_no_boundaries)
{
	EXPECT_EQ(periodic_start(&self->p, 3, 10 * SEC, 0, 9 * SEC, NEVER), 0);
	EXPECT_EQ(periodic_start(&self->p, 3, 10 * SEC, 0, 20 * SEC, NEVER), 0);
	EXPECT_EQ(periodic_start(&self->p, 3, 10 * SEC, 0, 0, SEC), 0);
	EXPECT_EQ(periodic_start(&self->p, 3, 10 * SEC, 0, 6 * SEC, 5 * SEC), 0);
	EXPECT_EQ(periodic_start(&self->p, 3, 0, 0, 0, NEVER), 0);
	EXPECT_EQ(periodic_next_ns(&self->p, 0), NEVER);
}

TEST_F(periodic, no_arithmetic_overflows)
{
	u32 i;

	EXPECT_EQ(periodic_start(&self->p, 64, UINT64_MAX, 0, 0, NEVER), 64);
	for (i = 1; i < 64; i++)
		EXPECT_GT(self->p.boundary_ns[i], self->p.boundary_ns[i - 1]);
	EXPECT_EQ(periodic_start(&self->p, 64, UINT64_MAX, UINT64_MAX, 0, NEVER), 0);
	EXPECT_EQ(periodic_start(&self->p, 1, 10 * SEC, UINT64_MAX - 5 * SEC, 0, NEVER), 1);
	EXPECT_EQ(periodic_check(64, UINT64_MAX, NULL), 0);
	periodic_shift(&self->p, UINT64_MAX);
	periodic_shift(&self->p, UINT64_MAX);
	EXPECT_EQ(periodic_next_ns(&self->p, UINT64_MAX), NEVER);
}

TEST_F(periodic, due_at_the_boundary_and_one_after_the_other)
{
	periodic_start(&self->p, 3, 10 * SEC, 0, 0, NEVER);
	EXPECT_EQ(periodic_next_ns(&self->p, 0), 3 * SEC);
	EXPECT_FALSE(periodic_due(&self->p, 3 * SEC - 1, 0, false));
	EXPECT_TRUE(periodic_due(&self->p, 3 * SEC, 0, false));
	EXPECT_EQ(periodic_done(&self->p, false), 0);
	EXPECT_FALSE(periodic_due(&self->p, 3 * SEC, 0, false));
	/* late by two: each is served */
	EXPECT_TRUE(periodic_due(&self->p, 8 * SEC, 0, false));
	EXPECT_EQ(periodic_done(&self->p, false), 1);
	EXPECT_TRUE(periodic_due(&self->p, 8 * SEC, 0, false));
	EXPECT_EQ(periodic_done(&self->p, false), 2);
	EXPECT_FALSE(periodic_due(&self->p, NEVER, 0, false));
	EXPECT_FALSE(self->p.abandoned);
}

TEST_F(periodic, pauses_shift_what_is_still_to_come)
{
	periodic_start(&self->p, 3, 10 * SEC, 0, 0, NEVER);
	EXPECT_EQ(periodic_next_ns(&self->p, 2 * SEC), 5 * SEC);
	EXPECT_FALSE(periodic_due(&self->p, 5 * SEC - 1, 2 * SEC, false));
	EXPECT_TRUE(periodic_due(&self->p, 5 * SEC, 2 * SEC, false));
	/* nothing is due while the workload stands still */
	EXPECT_FALSE(periodic_due(&self->p, 50 * SEC, 2 * SEC, true));
}

TEST_F(periodic, freezes_shift_what_is_still_to_come)
{
	periodic_start(&self->p, 3, 10 * SEC, 0, 0, NEVER);
	periodic_shift(&self->p, SEC);
	periodic_shift(&self->p, SEC);
	EXPECT_EQ(periodic_next_ns(&self->p, 0), 5 * SEC);
	EXPECT_EQ(periodic_next_ns(&self->p, 3 * SEC), 8 * SEC);
}

TEST_F(periodic, two_timeouts_in_a_row_give_up)
{
	periodic_start(&self->p, 10, 100 * SEC, 0, 0, NEVER);
	periodic_done(&self->p, true);
	periodic_done(&self->p, false);
	periodic_done(&self->p, true);
	EXPECT_FALSE(self->p.abandoned);
	EXPECT_TRUE(periodic_due(&self->p, NEVER - 1, 0, false));
	EXPECT_EQ(periodic_done(&self->p, true), 3);
	EXPECT_TRUE(self->p.abandoned);
	EXPECT_EQ(periodic_next_ns(&self->p, 0), NEVER);
	EXPECT_FALSE(periodic_due(&self->p, NEVER - 1, 0, false));
}

TEST(tags_have_three_digits)
{
	char tag[PERIODIC_TAG_MAX];

	EXPECT_STREQ(periodic_tag(0, tag), "periodic_000");
	EXPECT_STREQ(periodic_tag(7, tag), "periodic_007");
	EXPECT_STREQ(periodic_tag(63, tag), "periodic_063");
	EXPECT_EQ(strlen(periodic_tag(~0u, tag)), 12);
}

TEST_HARNESS_MAIN
