// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor on a running guest: a load that is well spread, one that is not,
 * and a guest that nobody looks at. What its samples mean is judged by the unit
 * tests; here it is whether they are those of the guest.
 */
#include "host/harness/monitor_eval.h"
#include "ktstr_harness.h"
#include "lib/util.h"

#define RUN_TIMEOUT_S 300
#define TOPOLOGY      "1n1l2c1t"
#define CPUS	      2
#define DURATION_MS   2500
/* One each 100 ms, from guest-ready on; a slow host misses some. */
#define SAMPLES_MIN 10
/* More than one for each CPU: a scheduler always has another one to run. */
#define STEADY_WORKERS (2 * CPUS)
/* All of them on one CPU: above the default limit of 4. */
#define CROWD 8

FIXTURE(monitor)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(monitor)
{
}

FIXTURE_TEARDOWN(monitor)
{
	test_end(_metadata, &self->res);
}

static void run_it(struct ktstr_result *res, const struct ktstr_test *test)
{
	const struct ktstr_monitor_summary *s = &res->monitor.summary;

	ktstr_run(test, res);
	test_summary(res);
	ksft_print_msg("monitor: %s: %s\n", ktstr_monitor_verdict_name(res->monitor.verdict),
		       res->monitor.text);
	ksft_print_msg("%u samples in %llu ms, %llu ns for each vCPU (%llu to %llu)\n", s->samples,
		       (unsigned long long)(s->span_ns / NSEC_PER_MSEC),
		       (unsigned long long)s->cost_median_ns, (unsigned long long)s->cost_min_ns,
		       (unsigned long long)s->cost_max_ns);
	ksft_print_msg("run queues: imbalance %.2f, at most %.2f; %.2f tasks, at most %u\n",
		       s->imbalance_avg, s->imbalance_max, s->nr_running_avg, s->nr_running_max);
}

/* Samples in their order, each of every CPU, of clocks that go on. */
static u32 wrong_samples(const struct ktstr_monitor *m)
{
	const struct monitor_sample *s, *last = NULL;
	u32 wrong = 0, i, cpu;

	for (i = 0; i < m->nr_samples; i++, last = s) {
		s = &m->samples[i];
		wrong += s->nr_cpus != CPUS || !s->cost_ns;
		for (cpu = 0; cpu < CPUS && cpu < s->nr_cpus; cpu++)
			wrong += !(s->cpus[cpu].flags & MONITOR_CPU_RQ) || !s->cpus[cpu].rq_clock ||
				 !s->cpus[cpu].vcpu_ns;
		wrong += last && (s->seq != last->seq + 1 || s->t_ns <= last->t_ns);
	}
	return wrong;
}

/* What the same samples come to under other limits. */
static enum ktstr_monitor_verdict judge(const struct ktstr_monitor *m,
					const struct ktstr_monitor_limits *limits, char *text,
					size_t room)
{
	struct ktstr_monitor again = *m;

	monitor_eval(&again, limits, NULL);
	snprintf(text, room, "%s", again.text);
	ksft_print_msg("by other limits: %s: %s\n", ktstr_monitor_verdict_name(again.verdict),
		       again.text);
	return again.verdict;
}

TEST_F_TIMEOUT(monitor, a_steady_load_passes, RUN_TIMEOUT_S)
{
	static const struct ktstr_monitor_limits narrow = { .max_imbalance_ratio = 0.5 };
	static const struct ktstr_monitor_limits long_window = { .sustained_samples = 10000 };
	const struct ktstr_test test = {
		.name = "a_steady_load_passes",
		.topology = TOPOLOGY,
		.scheduler = "scx_simple",
		.workers = STEADY_WORKERS,
		.duration_ms = DURATION_MS,
		.monitor = { .enforce = true },
	};
	const struct ktstr_monitor *m = &self->res.monitor;
	char text[sizeof(m->text)];

	run_it(&self->res, &test);
	ASSERT_EQ(self->res.verdict, KTSTR_PASS);
	EXPECT_EQ(m->verdict, KTSTR_MONITOR_PASS);
	EXPECT_TRUE(m->enforced);
	ASSERT_TRUE(m->info_seen);
	EXPECT_EQ(m->info.nr_cpus, CPUS);
	EXPECT_STREQ(m->info.error, "");
	EXPECT_GT(m->info.hz, 0);
	EXPECT_GT(m->summary.samples, SAMPLES_MIN);
	EXPECT_EQ(m->summary.invalid, 0);
	EXPECT_EQ(m->summary.duplicates, 0);
	EXPECT_EQ(m->summary.dropped, 0);
	EXPECT_EQ(wrong_samples(m), 0);
	EXPECT_GT(m->summary.cost_median_ns, 0);
	EXPECT_GE(m->summary.cost_max_ns, m->summary.cost_median_ns);
	EXPECT_GE(m->summary.nr_running_max, STEADY_WORKERS / CPUS);
	/* the run queues, and where the kernel counts them the events, too */
	EXPECT_TRUE(m->checked & 1U << KTSTR_MONITOR_IMBALANCE);
	EXPECT_TRUE(m->checked & 1U << KTSTR_MONITOR_DSQ_DEPTH);
	EXPECT_TRUE(m->checked & 1U << KTSTR_MONITOR_CLOCK_STUCK);
	EXPECT_EQ(!!(m->checked & 1U << KTSTR_MONITOR_KEEP_LAST), !m->info.no_events[0]);

	/* a limit that no guest can keep, and a window that no run can fill */
	EXPECT_EQ(judge(m, &narrow, text, sizeof(text)), KTSTR_MONITOR_FAIL);
	EXPECT_NE(strstr(text, "above 0.50"), NULL);
	EXPECT_EQ(judge(m, &long_window, text, sizeof(text)), KTSTR_MONITOR_INCONCLUSIVE);
	EXPECT_NE(strstr(text, "too few"), NULL);
}

/* Nobody comes to an isolated CPU by itself. sched_ext does not take such kernels. */
TEST_F_TIMEOUT(monitor, a_crowded_cpu_fails, RUN_TIMEOUT_S)
{
	const struct ktstr_test test = {
		.name = "a_crowded_cpu_fails",
		.topology = TOPOLOGY,
		.workers = CROWD,
		.duration_ms = DURATION_MS,
		.extra_cmdline = "isolcpus=1",
		.monitor = { .enforce = true },
	};
	const struct ktstr_monitor *m = &self->res.monitor;
	const struct ktstr_monitor_violation *v = &m->violations[KTSTR_MONITOR_IMBALANCE];

	run_it(&self->res, &test);
	EXPECT_EQ(self->res.verdict, KTSTR_FAIL);
	EXPECT_EQ(self->res.reason, KTSTR_REASON_MONITOR_FAILED);
	EXPECT_NE(strstr(self->res.reason_text, "passed scenario but monitor failed: imbalance"),
		  NULL);
	EXPECT_EQ(m->verdict, KTSTR_MONITOR_FAIL);
	EXPECT_GE(v->samples, KTSTR_MONITOR_SUSTAINED);
	EXPECT_GE(v->worst, CROWD);
	EXPECT_EQ(v->cpu, 0);
	EXPECT_LT(v->from_ns, v->to_ns);
}

TEST_F_TIMEOUT(monitor, what_nobody_looked_at_is_inconclusive, RUN_TIMEOUT_S)
{
	const struct ktstr_test test = {
		.name = "what_nobody_looked_at_is_inconclusive",
		.topology = TOPOLOGY,
		.scheduler = "scx_simple",
		.no_observe = true,
	};
	const struct ktstr_monitor *m = &self->res.monitor;

	run_it(&self->res, &test);
	/* it does not count here, so the test does not suffer */
	EXPECT_EQ(self->res.verdict, KTSTR_PASS);
	EXPECT_FALSE(m->enforced);
	EXPECT_EQ(m->verdict, KTSTR_MONITOR_INCONCLUSIVE);
	EXPECT_EQ(m->nr_samples, 0);
	EXPECT_EQ(m->checked, 0);
	EXPECT_NE(strstr(m->text, "no samples"), NULL);
}

TEST_F_TIMEOUT(monitor, what_cannot_count_is_refused, RUN_TIMEOUT_S)
{
	const struct ktstr_test test = {
		.name = "what_cannot_count_is_refused",
		.no_observe = true,
		.monitor = { .enforce = true },
	};

	ktstr_run(&test, &self->res);
	EXPECT_EQ(self->res.reason, KTSTR_REASON_SETUP);
	EXPECT_NE(strstr(self->res.reason_text, "no_observe"), NULL);
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
