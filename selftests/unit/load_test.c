// SPDX-License-Identifier: GPL-2.0-only
/* The workload of a result: who reported, what was planned, and what does not fit. */
#include "fake_load.h"

FIXTURE(load)
{
	struct fake_load f;
};

FIXTURE_SETUP(load)
{
	fake_load_init(&self->f);
}

FIXTURE_TEARDOWN(load)
{
	fake_load_free(&self->f);
}

TEST_F(load, a_good_run)
{
	const struct ktstr_load *l = &self->f.res.load;

	fake_load_script(&self->f);
	fake_load_result(&self->f, 4);
	fake_load_eval(&self->f);
	EXPECT_EQ(self->f.e.load_damage, NULL);
	EXPECT_EQ(self->f.e.out_of_order, NULL);
	EXPECT_EQ(self->f.e.malformed, 0);
	EXPECT_EQ(self->f.e.reports, 4);
	EXPECT_EQ(l->nr_groups, 3);
	EXPECT_STREQ(l->groups[1].name, "more");
	EXPECT_STREQ(l->groups[1].cgroup, "a");
	EXPECT_NE(l->groups[1].cgroup, self->f.groups[1].cgroup);
	ASSERT_EQ(l->nr_workers, 4);
	EXPECT_EQ(l->workers[0].tid, 100);
	EXPECT_EQ(l->workers[3].tid, 120);
	EXPECT_EQ(l->nr_cgroups, 2);
	EXPECT_EQ(l->nr_phases, 3);
}

TEST_F(load, a_lost_report_is_noticed)
{
	fake_load_script(&self->f);
	fake_load_result(&self->f, 5);
	fake_load_eval(&self->f);
	ASSERT_NE(self->f.e.load_damage, NULL);
	EXPECT_STREQ(self->f.e.load_damage,
		     "reports of workers are missing, or there are too many");
}

TEST_F(load, a_report_with_a_wrong_crc_is_lost)
{
	fake_load_script(&self->f);
	self->f.frames[3].crc_ok = false;
	fake_load_result(&self->f, 4);
	fake_load_eval(&self->f);
	EXPECT_NE(self->f.e.load_damage, NULL);
	EXPECT_EQ(self->f.e.bad_crc, 1);
	EXPECT_EQ(self->f.res.load.nr_workers, 3);
}

TEST_F(load, a_report_that_makes_no_sense_does_not_count)
{
	fake_load_script(&self->f);
	self->f.frames[3].len--;
	fake_load_result(&self->f, 4);
	fake_load_eval(&self->f);
	EXPECT_NE(self->f.e.load_damage, NULL);
	EXPECT_EQ(self->f.e.malformed, 1);
	EXPECT_EQ(self->f.res.load.nr_workers, 3);
}

TEST_F(load, a_report_after_the_result)
{
	struct worker_view v = fake_load_worker(&self->f, 2, 0);

	fake_load_result(&self->f, 0);
	fake_load_report(&self->f, &v);
	fake_load_eval(&self->f);
	EXPECT_NE(self->f.e.out_of_order, NULL);
}

static void expect_stranger(struct __test_metadata *_metadata, struct fake_load *f,
			    const struct worker_view *v)
{
	fake_load_init(f);
	fake_load_script(f);
	fake_load_report(f, v);
	fake_load_eval(f);
	ASSERT_NE(f->e.load_damage, NULL);
	EXPECT_STREQ(f->e.load_damage, "a worker has reported that was not planned, or twice");
	EXPECT_EQ(f->res.load.nr_workers, 4);
	fake_load_free(f);
}

TEST(workers_that_were_not_planned)
{
	struct fake_load *f = malloc(sizeof(*f));
	struct worker_view v;

	fake_load_init(f);
	v = fake_load_worker(f, 0, 0);
	expect_stranger(_metadata, f, &v); /* a second time */
	v.index = 2;
	expect_stranger(_metadata, f, &v); /* a third one of two */
	v.index = UINT32_MAX;
	expect_stranger(_metadata, f, &v);
	v = fake_load_worker(f, 2, 0);
	v.group = 3;
	expect_stranger(_metadata, f, &v);
	v.group = UINT32_MAX;
	expect_stranger(_metadata, f, &v);
	v = fake_load_worker(f, 1, 0);
	v.step = 2;
	expect_stranger(_metadata, f, &v);
	free(f);
}

TEST_F(load, without_a_plan_nobody_is_a_stranger)
{
	self->f.in.load = NULL;
	fake_load_script(&self->f);
	fake_load_result(&self->f, 4);
	fake_load_eval(&self->f);
	EXPECT_EQ(self->f.e.load_damage, NULL);
	EXPECT_EQ(self->f.res.load.nr_workers, 0);
	EXPECT_EQ(self->f.res.load.nr_cgroups, 0);
	ASSERT_EQ(self->f.res.load.nr_phases, 3);
	EXPECT_STREQ(self->f.res.load.phases[1].name, "step 1");
}

TEST_F(load, steps_that_are_missing)
{
	fake_load_script(&self->f);
	self->f.plan.sc.nr_steps = 3;
	fake_load_result(&self->f, 4);
	fake_load_eval(&self->f);
	ASSERT_NE(self->f.e.load_damage, NULL);
	EXPECT_STREQ(self->f.e.load_damage, "steps are missing, or there are too many");
}

TEST_F(load, a_run_that_was_cut_short_lacks_steps_without_damage)
{
	fake_load_add(&self->f, WIRE_SCST, NULL, 0, 100);
	fake_load_step(&self->f, WIRE_STIM, 0, 0, 0, 150);
	fake_load_step(&self->f, WIRE_STIM, 1, 10, 5, 250);
	fake_load_eval(&self->f);
	EXPECT_EQ(self->f.e.load_damage, NULL);
	EXPECT_EQ(self->f.res.load.nr_phases, 2);
}

TEST_F(load, a_result_in_the_middle_of_a_step)
{
	fake_load_add(&self->f, WIRE_SCST, NULL, 0, 100);
	fake_load_step(&self->f, WIRE_STIM, 0, 0, 0, 150);
	fake_load_step(&self->f, WIRE_STIM, 1, 10, 5, 250);
	fake_load_result(&self->f, 0);
	fake_load_eval(&self->f);
	ASSERT_NE(self->f.e.out_of_order, NULL);
	EXPECT_STREQ(self->f.e.out_of_order, "the result before the end of a step");
}

TEST_F(load, a_step_before_the_scenario)
{
	fake_load_step(&self->f, WIRE_STIM, 0, 0, 0, 150);
	fake_load_eval(&self->f);
	EXPECT_NE(self->f.e.out_of_order, NULL);
}

TEST_F(load, what_the_host_did)
{
	const struct ktstr_contention *c = &self->f.res.load.contention;

	self->f.report.contention_known = 1;
	self->f.report.on_cpu_ns = 1000;
	self->f.report.run_delay_ns = 500;
	self->f.report.worst_wait_ns = 70;
	fake_load_eval(&self->f);
	EXPECT_TRUE(c->known);
	EXPECT_EQ(c->dilation, 1.5);
	EXPECT_EQ(c->worst_wait_ns, 70);
	EXPECT_EQ(c->run_delay_ns, 500);
	EXPECT_EQ(c->on_cpu_ns, 1000);
}

TEST_F(load, what_the_host_did_may_be_unknown)
{
	fake_load_eval(&self->f);
	EXPECT_FALSE(self->f.res.load.contention.known);
	EXPECT_EQ(self->f.res.load.contention.dilation, 1);
	self->f.report.contention_known = 1;
	fake_load_eval(&self->f);
	EXPECT_FALSE(self->f.res.load.contention.known);
	self->f.in.report = NULL;
	fake_load_eval(&self->f);
	EXPECT_FALSE(self->f.res.load.contention.known);
}

TEST_F(load, cgroups_are_found_by_name_and_step)
{
	const struct ktstr_load *l = &self->f.res.load;

	fake_load_script(&self->f);
	fake_load_eval(&self->f);
	EXPECT_EQ(ktstr_load_cgroup(l, "a", 0), &l->cgroups[0]);
	EXPECT_EQ(ktstr_load_cgroup(l, "a", 1), &l->cgroups[0]);
	EXPECT_EQ(ktstr_load_cgroup(l, "a", 2), NULL);
	EXPECT_EQ(ktstr_load_cgroup(l, "b", 2), &l->cgroups[1]);
	EXPECT_EQ(ktstr_load_cgroup(l, "c", 0), NULL);
}

TEST(metrics_are_found_by_name_and_payload)
{
	struct ktstr_metric_value m[] = {
		{ .payload = (char *)"p", .name = (char *)"rps", .value = 1 },
		{ .payload = (char *)"q", .name = (char *)"rps", .value = 2 },
	};
	const struct ktstr_load l = { .metrics = m, .nr_metrics = 2 };

	EXPECT_EQ(ktstr_load_metric(&l, NULL, "rps"), &m[0]);
	EXPECT_EQ(ktstr_load_metric(&l, "q", "rps"), &m[1]);
	EXPECT_EQ(ktstr_load_metric(&l, "r", "rps"), NULL);
	EXPECT_EQ(ktstr_load_metric(&l, NULL, "ops"), NULL);
}

TEST_HARNESS_MAIN
