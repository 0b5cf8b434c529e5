// SPDX-License-Identifier: GPL-2.0-only
/* How much of the workload has passed, when it stood still meanwhile. */
#include "host/coord/lookout.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define SEC ((u64)NSEC_PER_SEC)

FIXTURE(lookout_time)
{
	struct lookout *l;
	u64 scenario_ns;
	u64 paused_ns;
};

static u64 scenario_ns(void *ctx)
{
	return ((FIXTURE_DATA(lookout_time) *)ctx)->scenario_ns;
}

static u64 paused_ns(void *ctx)
{
	return ((FIXTURE_DATA(lookout_time) *)ctx)->paused_ns;
}

FIXTURE_SETUP(lookout_time)
{
	self->l = calloc(1, sizeof(*self->l));
	ASSERT_NE(self->l, NULL);
	self->l->hooks.scenario_ns = scenario_ns;
	self->l->hooks.paused_ns = paused_ns;
	self->l->hooks.ctx = self;
}

FIXTURE_TEARDOWN(lookout_time)
{
	free(self->l);
}

TEST_F(lookout_time, counts_from_scenario_start)
{
	EXPECT_EQ(lookout_elapsed_ns(self->l, 9 * SEC), 0);
	self->scenario_ns = 5 * SEC;
	EXPECT_EQ(lookout_elapsed_ns(self->l, 5 * SEC - 1), 0);
	EXPECT_EQ(lookout_elapsed_ns(self->l, 9 * SEC), 4 * SEC);
}

TEST_F(lookout_time, standstills_do_not_count)
{
	self->scenario_ns = 5 * SEC;
	self->l->work_frozen_ns = SEC;
	EXPECT_EQ(lookout_elapsed_ns(self->l, 9 * SEC), 3 * SEC);
	self->paused_ns = 2 * SEC;
	EXPECT_EQ(lookout_elapsed_ns(self->l, 9 * SEC), SEC);
	/* those of before scenario start are no part of it */
	self->l->frozen_ns = 7 * SEC;
	EXPECT_EQ(lookout_elapsed_ns(self->l, 9 * SEC), SEC);
	/* asked about a time within one of them */
	EXPECT_EQ(lookout_elapsed_ns(self->l, 7 * SEC), 0);
}

/* What the boundaries are moved by, and the workload's own time, are one thing. */
TEST_F(lookout_time, boundaries_are_due_at_their_time)
{
	struct periodic *p = &self->l->periodic;
	u64 next;

	self->scenario_ns = 5 * SEC;
	self->l->work_frozen_ns = SEC;
	self->paused_ns = 2 * SEC;
	ASSERT_EQ(periodic_start(p, 3, 10 * SEC, self->scenario_ns, 0, 15 * SEC), 3);
	periodic_shift(p, self->l->work_frozen_ns);
	next = periodic_next_ns(p, self->paused_ns);
	EXPECT_EQ(lookout_elapsed_ns(self->l, next), 3 * SEC);
	EXPECT_EQ(p->boundary_ns[0] - self->scenario_ns, 3 * SEC);
}

TEST_HARNESS_MAIN
