// SPDX-License-Identifier: GPL-2.0-only
/* What a host that keeps its guest waiting may do to limits on time. */
#include "load_fixture.h"

/* A limit, a value spoiled beyond it, and the wait that explains the value. */
struct spoil {
	u32 check;
	void (*limit)(struct load_fake *f);
	u64 explains_ns;
};

static void limit_gap(struct load_fake *f)
{
	f->checks.max_gap_ms = 15;
}

static void limit_spread(struct load_fake *f)
{
	f->checks.max_spread_pct = 5;
}

static void limit_p99(struct load_fake *f)
{
	f->checks.max_p99_wake_latency_ns = 60000;
}

static void limit_cv(struct load_fake *f)
{
	f->checks.max_wake_latency_cv = 0.1;
}

static void limit_cost(struct load_fake *f)
{
	f->checks.max_p99_iteration_cost_ns = 60000;
}

static const struct spoil spoils[] = {
	/* 20 ms, of which 5 ms may be the host's */
	{ KTSTR_CHECK_GAP, limit_gap, 5 * NSEC_PER_MSEC },
	/* 6 %, of which 1 % of 2 s may be */
	{ KTSTR_CHECK_SPREAD, limit_spread, 20 * NSEC_PER_MSEC },
	{ KTSTR_CHECK_WAKE_P99, limit_p99, 40000 },
	/* stddev 10000, of which half of the wait may be; mean 50000 */
	{ KTSTR_CHECK_WAKE_CV, limit_cv, 10000 },
	{ KTSTR_CHECK_ITERATION_COST, limit_cost, 40000 },
};

FIXTURE(host)
{
	struct load_fake *f;
};

FIXTURE_SETUP(host)
{
	self->f = load_fake_new();
}

FIXTURE_TEARDOWN(host)
{
	load_fake_free(self->f);
}

static const struct ktstr_finding *finding(struct load_fake *f, const struct spoil *s, u64 wait)
{
	const struct ktstr_finding *found;

	memset(&f->checks, 0, sizeof(f->checks));
	s->limit(f);
	f->load.contention.worst_wait_ns = wait;
	load_fake_eval(f);
	found = load_fake_finding(f, s->check);
	if (!found)
		abort();
	return found;
}

TEST_F(host, a_quiet_host_excuses_nothing)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(spoils); i++) {
		const struct ktstr_finding *got = finding(self->f, &spoils[i], 0);

		EXPECT_EQ(got->kind, KTSTR_FINDING_FAIL) TH_LOG("%s", got->text);
		lacks(_metadata, got->text, "host");
	}
}

TEST_F(host, a_wait_that_explains_it_makes_it_inconclusive)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(spoils); i++) {
		u64 wait = spoils[i].explains_ns + spoils[i].explains_ns / 100;
		const struct ktstr_finding *got = finding(self->f, &spoils[i], wait);

		EXPECT_EQ(got->kind, KTSTR_FINDING_INCONCLUSIVE) TH_LOG("%s", got->text);
		has(_metadata, got->text, "the host kept a vCPU waiting for up to");
	}
}

TEST_F(host, a_wait_that_is_too_short_does_not)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(spoils); i++) {
		u64 wait = spoils[i].explains_ns - spoils[i].explains_ns / 100;

		const struct ktstr_finding *got = finding(self->f, &spoils[i], wait);

		EXPECT_EQ(got->kind, KTSTR_FINDING_FAIL) TH_LOG("%s", got->text);
	}
}

TEST_F(host, no_wait_makes_a_pass)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(spoils); i++) {
		const struct ktstr_finding *got = finding(self->f, &spoils[i], UINT64_MAX);

		EXPECT_EQ(got->kind, KTSTR_FINDING_INCONCLUSIVE) TH_LOG("%s", got->text);
	}
}

TEST_F(host, an_unknown_host_is_no_excuse)
{
	size_t i;

	self->f->load.contention.known = false;
	for (i = 0; i < ARRAY_SIZE(spoils); i++) {
		const struct ktstr_finding *got = finding(self->f, &spoils[i], UINT64_MAX);

		EXPECT_EQ(got->kind, KTSTR_FINDING_FAIL) TH_LOG("%s", got->text);
		has(_metadata, got->text, "the host's share in it is not known");
	}
}

TEST_F(host, what_is_kept_stays_kept)
{
	struct load_fake *f = self->f;

	f->checks.max_gap_ms = 20;
	f->load.contention.worst_wait_ns = NSEC_PER_SEC;
	EXPECT_FINDING(f, GAP, PASS, "at worst 20 ");
	f->load.contention.known = false;
	EXPECT_FINDING(f, GAP, PASS, "at worst 20 ");
}

TEST_F(host, rates_on_a_host_that_is_shared)
{
	struct load_fake *f = self->f;

	/* 500 a second, 750 when the guest had all the time it wanted */
	f->load.contention.dilation = 1.5;
	f->checks.min_iteration_rate = 700;
	EXPECT_FINDING(f, ITERATION_RATE, INCONCLUSIVE, "dilation 1.50");
	f->checks.min_iteration_rate = 800;
	EXPECT_FINDING(f, ITERATION_RATE, FAIL,
		       "worker 100 iteration rate 500/s below floor 800/s");
	f->load.contention.dilation = NAN;
	f->checks.min_iteration_rate = 700;
	EXPECT_FINDING(f, ITERATION_RATE, FAIL, "below floor");
	f->load.contention.known = false;
	f->load.contention.dilation = 1.5;
	EXPECT_FINDING(f, ITERATION_RATE, FAIL, "the host's share in it is not known");
}

TEST_F(host, spread_by_the_sum_of_waits)
{
	struct load_fake *f = self->f;

	/* a tenth of the time is gone, in small pieces */
	f->checks.max_spread_pct = 5;
	f->load.contention.dilation = 1.1;
	EXPECT_FINDING(f, SPREAD, INCONCLUSIVE, "dilation 1.10");
	f->cgroups[0].spread = 30;
	EXPECT_FINDING(f, SPREAD, FAIL, "spread=30.0%");
}

TEST_F(host, a_long_time_has_many_waits)
{
	struct load_fake *f = self->f;

	/* 1 ms at once, and a fifth of all time */
	f->load.contention.worst_wait_ns = NSEC_PER_MSEC;
	f->load.contention.dilation = 1.25;
	f->checks.max_gap_ms = 2000;
	f->workers[0].max_gap_ns = 2450 * NSEC_PER_MSEC;
	EXPECT_FINDING(f, GAP, INCONCLUSIVE, "tid 100 stuck 2450ms");
	f->workers[0].max_gap_ns = 2550 * NSEC_PER_MSEC;
	EXPECT_FINDING(f, GAP, FAIL, "tid 100 stuck 2550ms");
}

TEST_F(host, what_is_not_about_time)
{
	struct load_fake *f = self->f;

	f->load.contention.worst_wait_ns = UINT64_MAX;
	f->load.contention.dilation = 1000;
	f->checks.max_migrations = 9;
	EXPECT_FINDING(f, MIGRATIONS, FAIL, "migrated 10 times");
	f->checks.isolation = 1;
	f->workers[0].cpus[0] = 0xf0;
	EXPECT_FINDING(f, ISOLATION, FAIL, "outside of its cpuset");
	f->checks.max_throughput_cv = 0.05;
	EXPECT_FINDING(f, THROUGHPUT_CV, FAIL, "throughput CV 0.100");
}

TEST(a_crowded_host_may_be_why_a_worker_did_nothing)
{
	struct ktstr_contention c = {
		.known = true,
		.dilation = 4.2,
		.worst_wait_ns = 200 * NSEC_PER_MSEC,
	};

	/* 2 s of which the host left less than half a second, 200 ms of it at a stretch */
	EXPECT_FALSE(checks_host_ate(&c, 2000 * NSEC_PER_MSEC));
	EXPECT_TRUE(checks_host_ate(&c, 1800 * NSEC_PER_MSEC));
	c.dilation = 1.4;
	EXPECT_FALSE(checks_host_ate(&c, 300 * NSEC_PER_MSEC));
	EXPECT_TRUE(checks_host_ate(&c, 200 * NSEC_PER_MSEC));
	c.known = false;
	EXPECT_FALSE(checks_host_ate(&c, 200 * NSEC_PER_MSEC));
}

TEST_HARNESS_MAIN
