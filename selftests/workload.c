// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every kind of work for real, under the kernel's own scheduler and under a good
 * one of sched_ext: each worker gets on, measures what it is there to measure,
 * ends when told to, and no limit is held against the scheduler without cause.
 */
#include "ktstr_harness.h"
#include "lib/util.h"

#define RUN_TIMEOUT_S 240
/* The two threads of a core. More CPUs than a host has make each of them slow. */
#define TOPOLOGY "1n1l1c2t"
#define STEPS	 4
#define JOBS_MAX 4
/* Ten iterations of bursty, which takes longest with 150 ms. */
#define HOLD_MS 1500
/*
 * Shares of CPU time are compared: who stops first keeps the others of its CPU
 * waiting while it ends, a tenth of a second on a slow host.
 */
#define EVEN_HOLD_MS 4000
/* Of those one must be done each second, whatever the others do. */
#define ITERATION_RATE 1
/*
 * At most ten on two CPUs want to run, in time slices of 20 ms: who wakes up waits
 * for four of them at worst. Five times that is for a host that is slow without
 * knowing it, as an emulated one is.
 */
#define WAKE_P99_NS (400.0 * NSEC_PER_MSEC)

/**
 * struct job - workers in a cgroup of their own, called as their work
 * @step: from 0
 * @cpus: of the cgroup
 * @nr: how many
 * @work: what they do
 */
struct job {
	u32 step;
	const char *cpus;
	u32 nr;
	struct work work;
};

/* Equals with equal neighbours: what one of them has, the others must have. */
static const struct job even[] = {
	{ 0, "0", 2, { WORK_SPIN } },
	{ 0, "0", 2, { WORK_ALU } },
	{ 0, "1", 2, { WORK_YIELD } },
	{ 0, "1", 2, { WORK_MIXED } },
	{ 1, "0", 2, { WORK_CACHE } },
	/* of 64 rounds, its default, one iteration would take long */
	{ 1, "0", 2, { WORK_IPC, .ipc = { .period = 2 } } },
	{ 1, "1", 2, { WORK_CACHE_YIELD } },
	{ 2, "0-1", 2, { WORK_SMT_SPIN } },
	{},
};

/* Pairs, rings and crowds; they sleep much of the time. */
static const struct job wakers[] = {
	{ 0, "0-1", 2, { WORK_PIPE } },
	{ 0, "0-1", 2, { WORK_FUTEX_PING_PONG } },
	{ 0, "0-1", 2, { WORK_CACHE_PIPE } },
	{ 0, "0-1", 4, { WORK_WAKE_CHAIN } },
	{ 1, "0", 1, { WORK_BURSTY } },
	{ 1, "1", 1, { WORK_IDLE_CHURN } },
	{ 1, "0-1", 1, { WORK_TIMER_LATENCY } },
	{ 1, "0-1", 8, { WORK_THUNDERING_HERD } },
	{ 2, "0-1", 5, { WORK_FUTEX_FAN_OUT } },
	/* with 256 KiB, its default, one iteration would take long */
	{ 2, "0-1", 5, { WORK_FAN_OUT_COMPUTE, .fan = { .kib = 16 } } },
	{},
};

/*
 * Files, processes and locks; then what real-time workers do to others. The two
 * that have no real-time priority in a priority inversion, and of them the one
 * that is as nice as can be, get something whatever the scheduler is like: three
 * are on two CPUs, of which the first leaves one at times.
 */
static const struct job others[] = {
	{ 0, "0", 1, { WORK_IO_SYNC } },
	{ 0, "1", 1, { WORK_IO_READ } },
	{ 0, "0-1", 1, { WORK_IO_CONVOY } },
	{ 0, "0-1", 1, { WORK_SEQUENCE } },
	{ 1, "0", 1, { WORK_FORK_EXIT } },
	{ 1, "1", 1, { WORK_CGROUP_ATTACH_STORM } },
	{ 1, "0-1", 4, { WORK_MUTEX } },
	{ 2, "0", 3, { WORK_PREEMPT_STORM } },
	{ 2, "1", 2, { WORK_RT_STARVATION } },
	{ 3, "0-1", 3, { WORK_PRIORITY_INVERSION } },
	{},
};

FIXTURE(workload)
{
	struct ktstr_cgroup cgroups[STEPS][JOBS_MAX + 1];
	struct ktstr_step steps[STEPS + 1];
	u32 workers;
	struct ktstr_result res;
};

FIXTURE_VARIANT(workload)
{
	const struct job *jobs;
	const char *scheduler;
	bool threads;
	/* 0 = HOLD_MS */
	u32 hold_ms;
	/* 0 = the default of not_stuck */
	double max_spread_pct;
};

FIXTURE_VARIANT_ADD(workload, even_eevdf) {
	.jobs = even,
	.hold_ms = EVEN_HOLD_MS,
};

FIXTURE_VARIANT_ADD(workload, even_simple) {
	.jobs = even,
	.scheduler = "scx_simple",
	.hold_ms = EVEN_HOLD_MS,
};

FIXTURE_VARIANT_ADD(workload, wakers_eevdf) {
	.jobs = wakers,
	.max_spread_pct = KTSTR_OFF,
};

FIXTURE_VARIANT_ADD(workload, wakers_simple_threads) {
	.jobs = wakers,
	.scheduler = "scx_simple",
	.threads = true,
	.max_spread_pct = KTSTR_OFF,
};

FIXTURE_VARIANT_ADD(workload, others_eevdf_threads) {
	.jobs = others,
	.threads = true,
	.max_spread_pct = KTSTR_OFF,
};

FIXTURE_VARIANT_ADD(workload, others_simple) {
	.jobs = others,
	.scheduler = "scx_simple",
	.max_spread_pct = KTSTR_OFF,
};

/* Return: workers of all jobs; cgroups are ended by one of zeroes as they come. */
static u32 lay_out(const struct job *job, bool threads, u32 hold_ms,
		   struct ktstr_cgroup (*cgroups)[JOBS_MAX + 1], struct ktstr_step *steps)
{
	u32 nr[STEPS] = { 0 }, workers = 0, i;

	for (; job->nr; job++) {
		const struct work_info *info = work_info(job->work.type);

		cgroups[job->step][nr[job->step]++] = (struct ktstr_cgroup){
			.name = info->name,
			.cpuset = KTSTR_EXACT(job->cpus),
			.workers = { { .nr = job->nr,
				       .work = job->work,
				       .threads = threads && !info->fork_only } },
		};
		workers += job->nr;
	}
	for (i = 0; i < STEPS && nr[i]; i++)
		steps[i] = (struct ktstr_step){
			.setup = cgroups[i],
			.hold = KTSTR_HOLD_MS(hold_ms),
		};
	return workers;
}

FIXTURE_SETUP(workload)
{
	const struct ktstr_test test = {
		.name = "workload",
		.topology = TOPOLOGY,
		.scheduler = variant->scheduler,
		.steps = self->steps,
		.checks = {
			.not_stuck = 1,
			.isolation = 1,
			.max_spread_pct = variant->max_spread_pct,
			.min_iteration_rate = ITERATION_RATE,
			.max_p99_wake_latency_ns = WAKE_P99_NS,
			.min_work_units = 1,
		},
	};

	self->workers = lay_out(variant->jobs, variant->threads, variant->hold_ms ?: HOLD_MS,
				self->cgroups, self->steps);
	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(workload)
{
	test_end(_metadata, &self->res);
}

/* That the host kept the guest waiting is no fault of the scheduler, but is told. */
static bool is_good(const struct ktstr_result *res)
{
	if (res->verdict == KTSTR_INCONCLUSIVE && res->reason == KTSTR_REASON_CHECK_INCONCLUSIVE)
		ksft_print_msg("not judged by all limits, as the host was busy\n");
	else if (res->verdict != KTSTR_PASS)
		return false;
	return true;
}

static u32 findings(const struct ktstr_load *l, u32 check, enum ktstr_finding_kind kind)
{
	u32 nr = 0;
	size_t i;

	for (i = 0; i < l->nr_findings; i++)
		nr += l->findings[i].check == check && l->findings[i].kind == kind;
	return nr;
}

static bool is_in_order(const struct latency *l)
{
	return l->total && l->min <= l->p50 && l->p50 <= l->p90 && l->p90 <= l->p99 &&
	       l->p99 <= l->p999 && l->p999 <= l->max;
}

static void tell_latency(const char *what, const struct latency *l)
{
	if (l->total)
		ksft_print_msg("  %s: %llu, p50 %llu us, p99 %llu us, at most %llu us\n", what,
			       (unsigned long long)l->total, (unsigned long long)l->p50 / 1000,
			       (unsigned long long)l->p99 / 1000,
			       (unsigned long long)l->max / 1000);
}

static void tell(const struct ktstr_cgroup_stats *c)
{
	ksft_print_msg("%s: %u workers, %llu iterations, gap %llu ms, spread %.1f%%\n", c->cgroup,
		       c->workers, (unsigned long long)c->iterations,
		       (unsigned long long)(c->max_gap_ns / NSEC_PER_MSEC), c->spread);
	tell_latency("wake-ups", &c->wake);
	tell_latency("timers", &c->timer);
}

/* Each for itself: it is the one that stands still that would be missed in a sum. */
static u32 good_workers(const struct ktstr_load *l)
{
	u32 good = 0;
	size_t i;

	for (i = 0; i < l->nr_workers; i++) {
		const struct worker_view *w = &l->workers[i];
		bool ended =
			w->flags & WORKER_COMPLETED &&
			!(w->flags & (WORKER_KILLED | WORKER_AFFINITY_ERROR | WORKER_POLICY_ERROR));

		if (ended && w->iterations && w->work_units && w->cpu_ns && w->wall_ns)
			good++;
		else
			ksft_print_msg("%s, worker %u: flags %#x, %llu iterations\n",
				       l->groups[w->group].work, w->index, w->flags,
				       (unsigned long long)w->iterations);
	}
	return good;
}

TEST_F_TIMEOUT(workload, gets_on, RUN_TIMEOUT_S)
{
	const struct ktstr_load *l = &self->res.load;
	const struct job *job;

	EXPECT_TRUE(is_good(&self->res));
	ASSERT_EQ(l->nr_workers, self->workers);
	EXPECT_EQ(good_workers(l), self->workers);
	EXPECT_EQ(findings(l, KTSTR_CHECK_NOT_STUCK, KTSTR_FINDING_PASS), 1);
	EXPECT_EQ(findings(l, KTSTR_CHECK_ISOLATION, KTSTR_FINDING_PASS), 1);
	EXPECT_EQ(findings(l, KTSTR_CHECK_WORK_UNITS, KTSTR_FINDING_PASS), 1);
	for (job = variant->jobs; job->nr; job++) {
		const struct work_info *info = work_info(job->work.type);
		const struct ktstr_cgroup_stats *c =
			ktstr_load_cgroup(l, info->name, job->step + 1);

		ASSERT_NE(c, NULL);
		tell(c);
		EXPECT_EQ(c->workers, job->nr);
		EXPECT_EQ(!!c->wake.total, info->latency);
		EXPECT_EQ(!!c->timer.total, job->work.type == WORK_TIMER_LATENCY);
		if (c->wake.total)
			EXPECT_TRUE(is_in_order(&c->wake));
		if (c->timer.total)
			EXPECT_TRUE(is_in_order(&c->timer));
		if (c->cost.total)
			EXPECT_TRUE(is_in_order(&c->cost));
	}
}

TEST(no_kind_of_work_is_left_out)
{
	static const struct job *const all[] = { even, wakers, others };
	u32 seen = 0, i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		const struct job *job;

		for (job = all[i]; job->nr; job++)
			seen |= 1U << job->work.type;
	}
	for (i = 0; i < WORK_TYPES; i++)
		if (!(seen & 1U << i))
			ksft_print_msg("%s is not tested\n", work_info(i)->name);
	EXPECT_EQ(seen, (1U << WORK_TYPES) - 1);
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
