// SPDX-License-Identifier: GPL-2.0-only
/* What the workers of one cgroup come to together. */
#include <math.h>

#include "fake_load.h"

FIXTURE(cgroup)
{
	struct fake_load f;
	struct worker_view v[4];
};

FIXTURE_SETUP(cgroup)
{
	fake_load_init(&self->f);
	self->v[0] = fake_load_worker(&self->f, 0, 0);
	self->v[1] = fake_load_worker(&self->f, 0, 1);
	self->v[2] = fake_load_worker(&self->f, 1, 0);
	self->v[3] = fake_load_worker(&self->f, 2, 0);
}

FIXTURE_TEARDOWN(cgroup)
{
	fake_load_free(&self->f);
}

static const struct ktstr_cgroup_stats *eval(FIXTURE_DATA(cgroup) * self)
{
	u32 i;

	for (i = 0; i < 4; i++)
		fake_load_report(&self->f, &self->v[i]);
	fake_load_eval(&self->f);
	return ktstr_load_cgroup(&self->f.res.load, "a", 1);
}

TEST_F(cgroup, groups_of_one_cgroup_are_added_up)
{
	const struct ktstr_cgroup_stats *c;

	self->v[0].max_gap_ns = 5;
	self->v[1].max_gap_ns = 9;
	self->v[2].max_gap_ns = 7;
	self->v[3].max_gap_ns = 99;
	self->v[0].migrations = 4;
	self->v[0].cross_node = 1;
	self->v[2].migrations = 3;
	self->v[2].wall_ns = 2 * NSEC_PER_SEC;
	self->v[0].cpus[0] = 0x3;
	self->v[1].cpus[0] = 0x6;
	c = eval(self);
	ASSERT_NE(c, NULL);
	EXPECT_EQ(c->step, 1);
	EXPECT_EQ(c->workers, 3);
	EXPECT_EQ(c->cpus, 3);
	EXPECT_EQ(c->max_gap_ns, 9);
	EXPECT_EQ(c->migrations, 7);
	EXPECT_EQ(c->cross_node, 1);
	EXPECT_EQ(c->iterations, 30);
	EXPECT_EQ(c->work_units, 3000);
	EXPECT_EQ(c->cpu_ns, 3 * NSEC_PER_SEC / 2);
	EXPECT_EQ(c->wall_ns, 2 * NSEC_PER_SEC);
	EXPECT_EQ(ktstr_load_cgroup(&self->f.res.load, "b", 2)->workers, 1);
}

TEST_F(cgroup, shares_of_time_off_the_cpu)
{
	const struct ktstr_cgroup_stats *c;

	self->v[0].cpu_ns = NSEC_PER_SEC / 4;
	/* clocks are not read at the same time */
	self->v[1].cpu_ns = NSEC_PER_SEC + 5;
	c = eval(self);
	EXPECT_EQ(c->off_cpu_max, 75);
	EXPECT_EQ(c->off_cpu_min, 0);
	EXPECT_EQ(c->spread, 75);
	EXPECT_EQ(c->off_cpu_avg, (75 + 0 + 50) / 3.0);
}

TEST_F(cgroup, without_wall_time_there_is_no_spread)
{
	const struct ktstr_cgroup_stats *c;
	u32 i;

	for (i = 0; i < 3; i++)
		self->v[i].wall_ns = 0;
	c = eval(self);
	EXPECT_TRUE(isnan(c->spread));
	EXPECT_TRUE(isnan(c->off_cpu_avg));
}

TEST_F(cgroup, who_did_not_report_does_not_count)
{
	const struct ktstr_cgroup_stats *c;

	self->v[1].flags = WORKER_KILLED;
	self->v[1].max_gap_ns = UINT64_MAX;
	self->v[3].flags = 0;
	c = eval(self);
	EXPECT_EQ(c->workers, 2);
	EXPECT_EQ(c->max_gap_ns, 0);
	EXPECT_EQ(self->f.res.load.nr_workers, 4);
	/* nobody is left of the other one */
	EXPECT_EQ(self->f.res.load.nr_cgroups, 1);
}

TEST_F(cgroup, how_much_work_rates_differ)
{
	const struct ktstr_cgroup_stats *c;

	self->v[0].work_units = 500;
	self->v[1].work_units = 1500;
	c = eval(self);
	EXPECT_LT(fabs(c->throughput_cv - square_root(1.0 / 6)), 0.000000001);
	/* one worker alone has nothing to differ from */
	EXPECT_TRUE(isnan(ktstr_load_cgroup(&self->f.res.load, "b", 2)->throughput_cv));
}

TEST_F(cgroup, a_worker_without_cpu_time_has_no_rate)
{
	const struct ktstr_cgroup_stats *c;

	self->v[0].cpu_ns = 0;
	c = eval(self);
	EXPECT_TRUE(isnan(c->throughput_cv));
}

TEST_F(cgroup, equal_rates_do_not_differ)
{
	EXPECT_EQ(eval(self)->throughput_cv, 0);
}

TEST_F(cgroup, waits_on_run_queues)
{
	const struct ktstr_cgroup_stats *c;
	u32 i;

	for (i = 0; i < 2; i++) {
		self->v[i].flags |= WORKER_HAS_SCHEDSTAT;
		self->v[i].run_delay_ns = 1000 * (i + 1);
		self->v[i].run_count = 10;
	}
	c = eval(self);
	EXPECT_EQ(c->run_delay_mean_ns, 150);
	EXPECT_EQ(c->run_delay_worst_ns, 200);
	EXPECT_TRUE(isnan(ktstr_load_cgroup(&self->f.res.load, "b", 2)->run_delay_mean_ns));
}

TEST_F(cgroup, pages_on_the_nodes_of_the_cpuset)
{
	const struct ktstr_cgroup_stats *c;

	/* CPUs 0 and 1 are node 0 */
	self->v[0].flags |= WORKER_HAS_NUMA;
	self->v[0].numa_pages[0] = 30;
	self->v[0].numa_pages[1] = 10;
	self->v[3].flags |= WORKER_HAS_NUMA;
	self->v[3].numa_pages[1] = 10;
	c = eval(self);
	EXPECT_EQ(c->page_locality, 0.75);
	EXPECT_EQ(ktstr_load_cgroup(&self->f.res.load, "b", 2)->page_locality, 1);
}

TEST_F(cgroup, locality_of_no_pages_is_not_known)
{
	self->v[0].flags |= WORKER_HAS_NUMA;
	EXPECT_TRUE(isnan(eval(self)->page_locality));
}

TEST_F(cgroup, without_a_topology_locality_is_not_known)
{
	self->f.in.topo = NULL;
	self->v[0].flags |= WORKER_HAS_NUMA;
	self->v[0].numa_pages[0] = 30;
	EXPECT_TRUE(isnan(eval(self)->page_locality));
}

TEST_F(cgroup, latencies_of_workers_are_one_set)
{
	struct reservoir *r = reservoir_new(1);
	const struct ktstr_cgroup_stats *c;

	reservoir_add(r, 100);
	reservoir_add(r, 200);
	reservoir_sum(r, &self->v[0].wake);
	reservoir_free(r);
	self->v[2].wake = self->v[0].wake;
	self->v[1].timer = self->v[0].wake;
	self->v[3].cost = self->v[0].wake;
	c = eval(self);
	EXPECT_EQ(c->wake.total, 4);
	EXPECT_EQ(c->wake.max, 200);
	EXPECT_EQ(c->timer.total, 2);
	EXPECT_EQ(c->timer.p50, 100);
	EXPECT_EQ(c->cost.total, 0);
}

TEST_F(cgroup, sums_do_not_wrap)
{
	const struct ktstr_cgroup_stats *c;

	self->v[0].iterations = UINT64_MAX;
	self->v[1].migrations = UINT64_MAX;
	self->v[2].migrations = UINT64_MAX;
	c = eval(self);
	EXPECT_EQ(c->iterations, UINT64_MAX);
	EXPECT_EQ(c->migrations, UINT64_MAX);
}

TEST_HARNESS_MAIN
