// SPDX-License-Identifier: GPL-2.0-only
/* Steps as they happened, beside the samples of the monitor. */
#include "fake_load.h"

FIXTURE(phase)
{
	struct fake_load f;
};

FIXTURE_SETUP(phase)
{
	fake_load_init(&self->f);
}

FIXTURE_TEARDOWN(phase)
{
	fake_load_free(&self->f);
}

TEST_F(phase, baseline_and_steps)
{
	const struct ktstr_phase *p;

	fake_load_script(&self->f);
	fake_load_eval(&self->f);
	ASSERT_EQ(self->f.res.load.nr_phases, 3);
	p = self->f.res.load.phases;
	EXPECT_EQ(p[0].step, 0);
	EXPECT_STREQ(p[0].name, "baseline");
	EXPECT_EQ(p[0].from_ns, 150);
	EXPECT_EQ(p[0].to_ns, 250);
	EXPECT_EQ(p[0].to_ms, 10);
	EXPECT_EQ(p[0].iterations_to, 5);
	EXPECT_EQ(p[1].step, 1);
	EXPECT_STREQ(p[1].name, "first");
	EXPECT_EQ(p[1].from_ns, 250);
	EXPECT_EQ(p[1].to_ns, 450);
	EXPECT_EQ(p[1].from_ms, 10);
	EXPECT_EQ(p[1].to_ms, 1010);
	EXPECT_EQ(p[1].ops, 2);
	EXPECT_EQ(p[1].op_kinds, 2);
	EXPECT_EQ(p[1].cgroups, 3);
	EXPECT_EQ(p[1].workers, 4);
	EXPECT_EQ(p[1].iterations_from, 5);
	EXPECT_EQ(p[1].iterations_to, 60);
	/* nobody gave it a name */
	EXPECT_STREQ(p[2].name, "step 2");
	EXPECT_EQ(p[2].from_ns, 500);
	EXPECT_EQ(p[2].to_ns, 700);
}

TEST_F(phase, samples_fall_where_they_were_taken)
{
	const struct ktstr_phase *p;

	/* at 100, 200 and so on up to 800 */
	fake_load_script(&self->f);
	fake_load_eval(&self->f);
	ASSERT_EQ(self->f.res.load.nr_phases, 3);
	p = self->f.res.load.phases;
	EXPECT_EQ(p[0].first_sample, 1);
	EXPECT_EQ(p[0].nr_samples, 1);
	EXPECT_EQ(p[1].first_sample, 2);
	EXPECT_EQ(p[1].nr_samples, 2);
	/* the one at 500 belongs to what begins then, the one at 700 to nobody */
	EXPECT_EQ(p[2].first_sample, 4);
	EXPECT_EQ(p[2].nr_samples, 2);
}

TEST_F(phase, a_step_that_never_ended)
{
	const struct ktstr_phase *p;

	fake_load_add(&self->f, WIRE_SCST, NULL, 0, 100);
	fake_load_step(&self->f, WIRE_STIM, 0, 0, 0, 150);
	fake_load_step(&self->f, WIRE_STIM, 1, 10, 5, 250);
	fake_load_eval(&self->f);
	ASSERT_EQ(self->f.res.load.nr_phases, 2);
	p = &self->f.res.load.phases[1];
	EXPECT_EQ(p->to_ns, 0);
	EXPECT_EQ(p->to_ms, 0);
	EXPECT_EQ(p->iterations_to, 5);
	EXPECT_EQ(p->first_sample, 2);
	EXPECT_EQ(p->nr_samples, 6);
}

TEST_F(phase, without_steps_the_baseline_lasts_to_the_end)
{
	__le64 scen[2] = { cpu_to_le64(2000), cpu_to_le64(99) };
	const struct ktstr_phase *p;

	fake_load_add(&self->f, WIRE_SCST, NULL, 0, 100);
	fake_load_step(&self->f, WIRE_STIM, 0, 0, 0, 150);
	fake_load_add(&self->f, WIRE_SCEN, scen, sizeof(scen), 710);
	fake_load_eval(&self->f);
	ASSERT_EQ(self->f.res.load.nr_phases, 1);
	p = self->f.res.load.phases;
	EXPECT_EQ(p->to_ns, 710);
	EXPECT_EQ(p->to_ms, 2000);
	EXPECT_EQ(p->iterations_to, 99);
	EXPECT_EQ(p->nr_samples, 6);
}

TEST_F(phase, frames_that_make_no_sense_are_no_phases)
{
	fake_load_add(&self->f, WIRE_SCST, NULL, 0, 100);
	fake_load_step(&self->f, WIRE_STEN, 1, 0, 0, 150);
	fake_load_step(&self->f, WIRE_STIM, 0, 0, 0, 150);
	fake_load_step(&self->f, WIRE_STIM, 2, 0, 0, 160);
	fake_load_step(&self->f, WIRE_STIM, 1, 10, 5, 250)->crc_ok = false;
	fake_load_step(&self->f, WIRE_STIM, 1, 10, 5, 250)->len--;
	fake_load_eval(&self->f);
	EXPECT_EQ(self->f.res.load.nr_phases, 1);
	EXPECT_NE(self->f.e.out_of_order, NULL);
	EXPECT_EQ(self->f.e.malformed, 1);
}

TEST_F(phase, there_are_no_more_steps_than_a_scenario_may_have)
{
	u32 i;

	self->f.plan.sc.nr_steps = SCENARIO_STEPS_MAX;
	self->f.in.load = NULL;
	for (i = 0; i < 3; i++)
		fake_load_step(&self->f, WIRE_STIM, SCENARIO_STEPS_MAX + 1, 0, 0, 0);
	fake_load_eval(&self->f);
	EXPECT_EQ(self->f.res.load.nr_phases, 0);
}

TEST_HARNESS_MAIN
