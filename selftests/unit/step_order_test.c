// SPDX-License-Identifier: GPL-2.0-only
/* Which beginnings and ends of steps make sense. */
#include "kselftest_harness.h"

#include "host/harness/step_order.h"
#include "lib/util.h"

FIXTURE(step_order)
{
	struct step_order o;
};

FIXTURE_SETUP(step_order)
{
	memset(&self->o, 0, sizeof(self->o));
}

FIXTURE_TEARDOWN(step_order)
{
}

static bool at(struct step_order *o, u32 type, u32 step, u32 ms)
{
	const struct step_view v = { .step = step, .elapsed_ms = ms };

	return step_next(o, type, &v);
}

static bool stim(struct step_order *o, u32 step)
{
	return at(o, WIRE_STIM, step, o->elapsed_ms);
}

static bool sten(struct step_order *o, u32 step)
{
	return at(o, WIRE_STEN, step, o->elapsed_ms);
}

TEST_F(step_order, steps_one_after_the_other)
{
	EXPECT_TRUE(stim(&self->o, 0));
	EXPECT_TRUE(stim(&self->o, 1));
	EXPECT_TRUE(sten(&self->o, 1));
	EXPECT_TRUE(stim(&self->o, 2));
	EXPECT_TRUE(sten(&self->o, 2));
	EXPECT_EQ(self->o.begun, 3);
	EXPECT_FALSE(self->o.open);
}

TEST_F(step_order, the_baseline_may_have_an_end_of_its_own)
{
	EXPECT_TRUE(stim(&self->o, 0));
	EXPECT_TRUE(sten(&self->o, 0));
	EXPECT_FALSE(sten(&self->o, 0));
	EXPECT_TRUE(stim(&self->o, 1));
}

TEST_F(step_order, the_baseline_comes_first)
{
	EXPECT_FALSE(sten(&self->o, 0));
	EXPECT_FALSE(stim(&self->o, 1));
	EXPECT_TRUE(stim(&self->o, 0));
	EXPECT_FALSE(stim(&self->o, 0));
}

TEST_F(step_order, nothing_is_left_out_or_comes_twice)
{
	stim(&self->o, 0);
	EXPECT_FALSE(stim(&self->o, 2));
	EXPECT_FALSE(sten(&self->o, 1));
	EXPECT_TRUE(stim(&self->o, 1));
	EXPECT_FALSE(stim(&self->o, 1));
	EXPECT_FALSE(stim(&self->o, 2));
	EXPECT_FALSE(sten(&self->o, 2));
	EXPECT_FALSE(sten(&self->o, 0));
	EXPECT_TRUE(sten(&self->o, 1));
	EXPECT_FALSE(sten(&self->o, 1));
	EXPECT_FALSE(stim(&self->o, 3));
}

TEST_F(step_order, time_does_not_go_back)
{
	EXPECT_TRUE(at(&self->o, WIRE_STIM, 0, 10));
	EXPECT_FALSE(at(&self->o, WIRE_STIM, 1, 9));
	EXPECT_TRUE(at(&self->o, WIRE_STIM, 1, 10));
	EXPECT_FALSE(at(&self->o, WIRE_STEN, 1, 0));
}

TEST(numbers_of_a_frame)
{
	const struct wire_stim raw = {
		.elapsed_ms = cpu_to_le32(1),
		.step_index = cpu_to_le16(2),
		.op_count = cpu_to_le16(3),
		.op_kinds = cpu_to_le32(4),
		.cgroup_count = cpu_to_le16(5),
		.worker_count = cpu_to_le16(6),
		.total_iterations = cpu_to_le64(7),
	};
	struct wire_frame f = { WIRE_STIM, true, (const u8 *)&raw, sizeof(raw), 0 };
	struct step_view v;

	ASSERT_TRUE(step_decode(&f, &v));
	EXPECT_EQ(v.elapsed_ms, 1);
	EXPECT_EQ(v.step, 2);
	EXPECT_EQ(v.ops, 3);
	EXPECT_EQ(v.op_kinds, 4);
	EXPECT_EQ(v.cgroups, 5);
	EXPECT_EQ(v.workers, 6);
	EXPECT_EQ(v.iterations, 7);
	f.len--;
	EXPECT_FALSE(step_decode(&f, &v));
}

TEST_HARNESS_MAIN
