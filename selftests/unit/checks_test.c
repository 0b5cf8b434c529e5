// SPDX-License-Identifier: GPL-2.0-only
/* Each limit: kept, not kept, and when it cannot be told. */
#include "load_fixture.h"

FIXTURE(checks)
{
	struct load_fake *f;
};

FIXTURE_SETUP(checks)
{
	self->f = load_fake_new();
}

FIXTURE_TEARDOWN(checks)
{
	load_fake_free(self->f);
}

TEST_F(checks, no_limit_no_finding)
{
	load_fake_eval(self->f);
	EXPECT_EQ(self->f->load.nr_findings, 0);
}

TEST_F(checks, every_limit_kept_in_their_order)
{
	struct load_fake *f = self->f;
	u32 i;

	f->checks = (struct ktstr_checks){
		.not_stuck = 1,
		.isolation = 1,
		.max_throughput_cv = 0.2,
		.min_work_rate = 1e5,
		.min_iteration_rate = 100,
		.max_migration_ratio = 0.1,
		.max_p99_wake_latency_ns = 1e6,
		.max_wake_latency_cv = 1,
		.min_page_locality = 0.5,
		.max_cross_node_migration_ratio = 0.5,
		.max_slow_tier_ratio = 0.2,
		.max_p99_iteration_cost_ns = 1e6,
		.max_migrations = 100,
		.min_work_units = 1,
	};
	load_fake_eval(f);
	ASSERT_EQ(f->load.nr_findings, KTSTR_CHECK_WORK_UNITS + 1);
	for (i = 0; i <= KTSTR_CHECK_WORK_UNITS; i++) {
		EXPECT_EQ(f->load.findings[i].check, i);
		EXPECT_EQ(f->load.findings[i].kind, KTSTR_FINDING_PASS)
		TH_LOG("%s", f->load.findings[i].text);
	}
	EXPECT_EQ(finding_worst(&f->load, FINDING_LIMITS), NULL);
	EXPECT_STREQ(f->load.findings[KTSTR_CHECK_GAP].text,
		     "max_gap_ms: at worst 20 of 4 workers (limit 2000)");
	EXPECT_STREQ(f->load.findings[KTSTR_CHECK_SPREAD].text,
		     "max_spread_pct: at worst 6 of 2 cgroups (limit 15)");
	EXPECT_STREQ(f->load.findings[KTSTR_CHECK_ISOLATION].text, "isolation: kept by 4 workers");
}

TEST_F(checks, not_stuck)
{
	struct load_fake *f = self->f;

	f->checks.not_stuck = 1;
	EXPECT_FINDING(f, NOT_STUCK, PASS, "kept by 4 workers");
	f->workers[2].work_units = 0;
	EXPECT_FINDING(f, NOT_STUCK, FAIL, "tid 102 made no progress (0 work units)");
	EXPECT_STREQ(load_fake_finding(f, KTSTR_CHECK_NOT_STUCK)->cgroup, "cg/b");
	EXPECT_EQ(load_fake_finding(f, KTSTR_CHECK_NOT_STUCK)->step, 1);
	f->load.contention.worst_wait_ns = f->workers[2].wall_ns - 1;
	EXPECT_FINDING(f, NOT_STUCK, FAIL, "tid 102 made no progress (0 work units)");
	f->load.contention.worst_wait_ns = f->workers[2].wall_ns;
	EXPECT_FINDING(f, NOT_STUCK, INCONCLUSIVE,
		       "the host kept a vCPU waiting for up to 2000.0 ms");
	f->load.contention.known = false;
	EXPECT_FINDING(f, NOT_STUCK, FAIL, "tid 102 made no progress (0 work units)");
}

TEST_F(checks, isolation)
{
	struct load_fake *f = self->f;

	f->checks.isolation = 1;
	f->workers[0].cpus[0] = 0x31;
	EXPECT_FINDING(f, ISOLATION, FAIL, "tid 100 ran on cpus 4-5 outside of its cpuset 0-1");
	f->workers[0].cpus[0] = 0;
	EXPECT_FINDING(f, ISOLATION, INCONCLUSIVE, "tid 100: it is not known where it ran");
	f->workers[0].cpus[0] = 1;
	memset(f->groups[0].allowed, 0, sizeof(f->groups[0].allowed));
	EXPECT_FINDING(f, ISOLATION, INCONCLUSIVE, "it is not known where it may run");
	f->workers[0].group = 77;
	f->workers[1].group = 1;
	f->workers[1].cpus[0] = 4;
	EXPECT_FINDING(f, ISOLATION, INCONCLUSIVE, "it is not known where it may run");
	EXPECT_EQ(load_fake_finding(f, KTSTR_CHECK_ISOLATION)->cgroup, NULL);
}

TEST_F(checks, gap)
{
	struct load_fake *f = self->f;

	f->checks.max_gap_ms = 20;
	EXPECT_FINDING(f, GAP, PASS, "at worst 20 ");
	f->workers[3].max_gap_ns = 2500 * NSEC_PER_MSEC;
	EXPECT_FINDING(f, GAP, FAIL, "tid 103 stuck 2500ms on cpu3 at +1500ms (threshold 20ms)");
	EXPECT_EQ(load_fake_finding(f, KTSTR_CHECK_GAP)->value, 2500);
	EXPECT_EQ(load_fake_finding(f, KTSTR_CHECK_GAP)->limit, 20);
}

TEST_F(checks, spread)
{
	struct load_fake *f = self->f;

	f->checks.max_spread_pct = 15;
	f->cgroups[1].off_cpu_min = 10;
	f->cgroups[1].off_cpu_max = 50;
	f->cgroups[1].spread = 40;
	EXPECT_FINDING(f, SPREAD, FAIL,
		       "unfair cgroup: spread=40.0% (10.0-50.0%) 2 workers on 2 cpus (threshold 15%)");
	f->cgroups[1].spread = NAN;
	EXPECT_FINDING(f, SPREAD, INCONCLUSIVE, "spread is not known");
	f->cgroups[0].workers = 1;
	f->cgroups[1].workers = 1;
	EXPECT_FINDING(f, SPREAD, NOTE, "there is one worker, and none to compare with");
}

TEST_F(checks, throughput_cv)
{
	struct load_fake *f = self->f;

	f->checks.max_throughput_cv = 0.5;
	f->cgroups[0].throughput_cv = 0.75;
	EXPECT_FINDING(f, THROUGHPUT_CV, FAIL, "throughput CV 0.750 of 2 workers (threshold 0.5)");
	f->cgroups[0].throughput_cv = NAN;
	EXPECT_FINDING(f, THROUGHPUT_CV, INCONCLUSIVE, "have no mean work rate");
	f->cgroups[0].workers = 1;
	EXPECT_FINDING(f, THROUGHPUT_CV, NOTE, "one worker");
}

TEST_F(checks, rates)
{
	struct load_fake *f = self->f;

	f->checks.min_work_rate = 2e6;
	EXPECT_FINDING(f, WORK_RATE, FAIL, "worker 100 work rate 1e+06/s below floor 2e+06/s");
	f->checks.min_work_rate = 1e6;
	EXPECT_FINDING(f, WORK_RATE, PASS, "at worst 1e+06 of 4 workers");
	f->workers[1].cpu_ns = 0;
	EXPECT_FINDING(f, WORK_RATE, INCONCLUSIVE,
		       "worker 101 has no work rate: it had no CPU time");
	f->checks.min_iteration_rate = 1000;
	EXPECT_FINDING(f, ITERATION_RATE, FAIL,
		       "worker 100 iteration rate 500/s below floor 1000/s");
	f->checks.min_iteration_rate = 500;
	f->workers[3].wall_ns = 0;
	EXPECT_FINDING(f, ITERATION_RATE, INCONCLUSIVE, "worker 103 has no iteration rate");
}

TEST_F(checks, migrations)
{
	struct load_fake *f = self->f;

	f->checks.max_migration_ratio = 0.005;
	EXPECT_FINDING(f, MIGRATION_RATIO, FAIL,
		       "tid 100 migration ratio 0.01: 10 migrations in 1000 iterations (threshold 0.005)");
	f->checks.max_migration_ratio = 0.01;
	f->workers[0].iterations = 0;
	EXPECT_FINDING(f, MIGRATION_RATIO, INCONCLUSIVE, "it had no iteration");
	f->checks.max_migrations = 9;
	EXPECT_FINDING(f, MIGRATIONS, FAIL, "tid 100 migrated 10 times (threshold 9)");
	f->checks.max_migrations = 10;
	EXPECT_FINDING(f, MIGRATIONS, PASS, "at worst 10 of 4 workers (limit 10)");
}

TEST_F(checks, work_units)
{
	struct load_fake *f = self->f;

	f->checks.min_work_units = 5000;
	f->workers[1].work_units = 4000;
	EXPECT_FINDING(f, WORK_UNITS, FAIL, "tid 101 did 4000 work units (threshold 5000)");
	f->workers[1].work_units = 0;
	f->load.contention.worst_wait_ns = f->workers[1].wall_ns;
	EXPECT_FINDING(f, WORK_UNITS, INCONCLUSIVE, "tid 101 did 0 work units");
}

TEST_F(checks, wake_latency)
{
	struct load_fake *f = self->f;

	f->checks.max_p99_wake_latency_ns = 50000;
	EXPECT_FINDING(f, WAKE_P99, FAIL,
		       "p99 wake latency 100000ns of 1000 samples (threshold 50000ns)");
	f->checks.max_wake_latency_cv = 0.1;
	EXPECT_FINDING(f, WAKE_CV, FAIL, "wake latency CV 0.200 of 1000 samples (threshold 0.1)");
	f->cgroups[0].wake.mean = 0;
	f->cgroups[1].wake.stddev = 0;
	EXPECT_FINDING(f, WAKE_CV, INCONCLUSIVE, "the mean of 1000 samples is 0");
}

TEST_F(checks, late_timers_are_late_wakeups)
{
	struct load_fake *f = self->f;

	memset(&f->cgroups[0].wake, 0, sizeof(f->cgroups[0].wake));
	load_fake_latency(&f->cgroups[0].timer);
	f->cgroups[0].timer.p99 = 3000000;
	f->checks.max_p99_wake_latency_ns = 200000;
	EXPECT_FINDING(f, WAKE_P99, FAIL, "p99 timer latency 3000000ns");
}

TEST_F(checks, nobody_woke)
{
	struct load_fake *f = self->f;
	u32 i;

	f->checks.max_p99_wake_latency_ns = 200000;
	f->checks.max_wake_latency_cv = 2;
	for (i = 0; i < LOAD_CGROUPS; i++)
		memset(&f->cgroups[i].wake, 0, sizeof(f->cgroups[i].wake));
	/* pairs that should have */
	EXPECT_FINDING(f, WAKE_P99, INCONCLUSIVE, "no wake-up was measured");
	EXPECT_FINDING(f, WAKE_CV, INCONCLUSIVE, "no wake-up was measured");
	f->groups[0].work = "spin";
	f->groups[1].work = "spin";
	EXPECT_FINDING(f, WAKE_P99, NOTE, "the work wakes nobody");
	EXPECT_FINDING(f, WAKE_CV, NOTE, "the work wakes nobody");
}

TEST_F(checks, iteration_cost)
{
	struct load_fake *f = self->f;

	f->checks.max_p99_iteration_cost_ns = 99999;
	EXPECT_FINDING(f, ITERATION_COST, FAIL,
		       "p99 iteration cost 100000ns of 1000 samples (threshold 99999ns)");
	f->cgroups[0].cost.total = 0;
	f->cgroups[1].cost.total = 0;
	EXPECT_FINDING(f, ITERATION_COST, NOTE, "does not measure what an iteration costs");
	f->cgroups[1].iterations = 0;
	EXPECT_FINDING(f, ITERATION_COST, INCONCLUSIVE, "there was no iteration");
}

TEST_F(checks, page_locality)
{
	struct load_fake *f = self->f;

	f->checks.min_page_locality = 0.95;
	EXPECT_FINDING(f, PAGE_LOCALITY, FAIL,
		       "page locality 0.900 on the nodes of the cpuset (threshold 0.95)");
	f->cgroups[0].page_locality = 1;
	f->cgroups[1].page_locality = NAN;
	EXPECT_FINDING(f, PAGE_LOCALITY, INCONCLUSIVE, "the workers have no pages");
	f->sc_groups[1].mem = SCENARIO_MEM_INTERLEAVE;
	EXPECT_FINDING(f, PAGE_LOCALITY, INCONCLUSIVE, "the workers have no pages");
	/* the policy was to bring them there */
	f->sc_groups[1].mem = SCENARIO_MEM_BIND;
	EXPECT_FINDING(f, PAGE_LOCALITY, FAIL, "bound to nodes and have no pages at all");
	f->sc_groups[1].mem = SCENARIO_MEM_DEFAULT;
	f->sc_groups[0].mem = SCENARIO_MEM_BIND;
	EXPECT_FINDING(f, PAGE_LOCALITY, INCONCLUSIVE, "the workers have no pages");
}

TEST_F(checks, cross_node)
{
	struct load_fake *f = self->f;

	f->checks.max_cross_node_migration_ratio = 0.05;
	EXPECT_FINDING(f, CROSS_NODE, FAIL,
		       "cross-node migration ratio 0.100: 2 of 20 migrations (threshold 0.05)");
	f->checks.max_cross_node_migration_ratio = 0.1;
	f->cgroups[0].migrations = 0;
	EXPECT_FINDING(f, CROSS_NODE, INCONCLUSIVE, "nobody migrated");
}

TEST_F(checks, slow_tier)
{
	struct load_fake *f = self->f;
	u32 i;

	f->checks.max_slow_tier_ratio = 0.05;
	EXPECT_FINDING(f, SLOW_TIER, FAIL,
		       "slow-tier ratio 0.100: 20 of 200 pages on memory-only nodes (threshold 0.05)");
	f->nodes[1].llcs = 1;
	EXPECT_FINDING(f, SLOW_TIER, PASS, "at worst 0 of 2 cgroups");
	for (i = 0; i < LOAD_WORKERS; i++)
		f->workers[i].flags &= ~WORKER_HAS_NUMA;
	EXPECT_FINDING(f, SLOW_TIER, INCONCLUSIVE, "slow-tier ratio is not known");
	f->sc_groups[0].mem = SCENARIO_MEM_BIND;
	EXPECT_FINDING(f, SLOW_TIER, FAIL, "no pages at all");
}

TEST_F(checks, workers_that_are_missing)
{
	struct load_fake *f = self->f;

	f->checks.not_stuck = 1;
	f->workers[3].flags = 0;
	f->workers[3].work_units = 0;
	EXPECT_FINDING(f, NOT_STUCK, INCONCLUSIVE, "1 of 4 workers did not report");
	EXPECT_FINDING(f, SPREAD, INCONCLUSIVE, "1 of 4 workers did not report");
	f->load.nr_workers = 2;
	EXPECT_FINDING(f, GAP, INCONCLUSIVE, "2 of 4 workers did not report");
	f->load.nr_workers = 0;
	f->load.nr_cgroups = 0;
	EXPECT_FINDING(f, NOT_STUCK, INCONCLUSIVE, "4 of 4 workers did not report");
	f->plan.nr_workers = 0;
	EXPECT_FINDING(f, NOT_STUCK, NOTE, "there are no workers");
}

TEST_F(checks, cgroups_that_are_missing)
{
	struct load_fake *f = self->f;

	f->checks.max_spread_pct = 15;
	f->load.nr_cgroups = 0;
	EXPECT_FINDING(f, SPREAD, INCONCLUSIVE, "no cgroup was measured");
}

TEST_F(checks, many_that_fail)
{
	struct load_fake *f = self->f;
	struct worker_view *many = calloc(100, sizeof(*many));
	size_t i;

	ASSERT_NE(many, NULL);
	for (i = 0; i < 100; i++) {
		many[i] = f->workers[0];
		many[i].work_units = 0;
	}
	f->load.workers = many;
	f->load.nr_workers = 100;
	f->plan.nr_workers = 100;
	f->checks.not_stuck = 1;
	f->checks.max_gap_ms = KTSTR_OFF;
	f->checks.max_spread_pct = KTSTR_OFF;
	load_fake_eval(f);
	ASSERT_EQ(f->load.nr_findings, CHECKS_WORKERS_MAX + 1);
	EXPECT_STREQ(f->load.findings[CHECKS_WORKERS_MAX].text, "not_stuck: 84 more failed");
	free(many);
}

TEST_HARNESS_MAIN
