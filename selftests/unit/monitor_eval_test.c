// SPDX-License-Identifier: GPL-2.0-only
/* What the monitor's samples come to: limits, windows, exemptions. */
#include "host/harness/monitor_eval.h"
#include "kselftest_harness.h"
#include "monitor_samples.h"

/* As many in a row as the default window has. */
#define WINDOW KTSTR_MONITOR_SUSTAINED

FIXTURE(monitor)
{
	struct mon_fake *f;
	struct ktstr_monitor_limits limits;
	struct ktstr_monitor m;
};

FIXTURE_SETUP(monitor)
{
	self->f = mon_new(20);
	self->m.info_seen = true;
	self->m.info.hz = 1000;
}

FIXTURE_TEARDOWN(monitor)
{
	free(self->f);
}

static enum ktstr_monitor_verdict judge(FIXTURE_DATA(monitor) * self)
{
	self->m.samples = self->f->s;
	self->m.nr_samples = self->f->nr;
	if (monitor_eval(&self->m, &self->limits, NULL))
		abort();
	return self->m.verdict;
}

static const struct ktstr_monitor_violation *found(FIXTURE_DATA(monitor) * self,
						   enum ktstr_monitor_check c)
{
	return &self->m.violations[c];
}

/* All limits but one are kept. */
static bool only(FIXTURE_DATA(monitor) * self, enum ktstr_monitor_check c)
{
	u32 i, violated = 0;

	for (i = 0; i < KTSTR_MONITOR_CHECKS; i++)
		if (self->m.violations[i].samples)
			violated |= 1U << i;
	return violated == 1U << c;
}

TEST_F(monitor, well)
{
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_STREQ(self->m.text, "20 samples within limits");
	EXPECT_EQ(self->m.checked, (1 << KTSTR_MONITOR_CHECKS) - 1);
	EXPECT_FALSE(self->m.enforced);
	EXPECT_EQ(self->m.limits.max_imbalance_ratio, 4.0);
	EXPECT_EQ(self->m.limits.max_local_dsq_depth, 50);
	EXPECT_EQ(self->m.limits.sustained_samples, 5);
	EXPECT_EQ(self->m.limits.max_fallback_rate, 200.0);
	EXPECT_EQ(self->m.limits.max_keep_last_rate, 100.0);
}

static void put_tasks(struct mon_fake *f, u32 cpu, u32 from, u32 to, u32 tasks)
{
	u32 i;

	for (i = from; i <= to; i++)
		f->s[i].cpus[cpu].nr_running = tasks;
}

TEST_F(monitor, imbalance_for_a_whole_window)
{
	put_tasks(self->f, 2, 3, 3 + WINDOW - 1, 5);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
	EXPECT_TRUE(only(self, KTSTR_MONITOR_IMBALANCE));
	EXPECT_EQ(found(self, KTSTR_MONITOR_IMBALANCE)->samples, WINDOW);
	EXPECT_EQ(found(self, KTSTR_MONITOR_IMBALANCE)->worst, 5.0);
	EXPECT_EQ(found(self, KTSTR_MONITOR_IMBALANCE)->cpu, 2);
	EXPECT_EQ(found(self, KTSTR_MONITOR_IMBALANCE)->from_ns, self->f->s[3].t_ns);
	EXPECT_EQ(found(self, KTSTR_MONITOR_IMBALANCE)->to_ns, self->f->s[7].t_ns);
	EXPECT_STREQ(self->m.text,
		     "imbalance ratio 5.00 above 4.00, CPU 2 has most (5 samples in a row, 1.300 s to 1.700 s)");
}

TEST_F(monitor, imbalance_one_short_of_a_window)
{
	put_tasks(self->f, 2, 3, 3 + WINDOW - 2, 50);
	put_tasks(self->f, 2, 3 + WINDOW, 3 + WINDOW + WINDOW - 2, 50);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.imbalance_max, 50.0);
}

TEST_F(monitor, imbalance_at_the_limit)
{
	put_tasks(self->f, 2, 0, 19, 4);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.imbalance_avg, 4.0);
}

/* An empty run queue counts as one with a task: 4 to 0 is 4, 5 to 0 is 5. */
TEST_F(monitor, imbalance_against_idle_cpus)
{
	u32 i;

	for (i = 0; i < MON_CPUS; i++)
		put_tasks(self->f, i, 0, 19, i ? 0 : 4);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	put_tasks(self->f, 0, 0, 19, 5);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
}

TEST_F(monitor, limits_of_the_test)
{
	self->limits.max_imbalance_ratio = 8;
	put_tasks(self->f, 1, 0, 19, 8);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	self->limits.max_imbalance_ratio = 7.5;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
}

TEST_F(monitor, window_of_the_test)
{
	self->limits.sustained_samples = 2;
	put_tasks(self->f, 1, 4, 5, 8);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
	self->limits.sustained_samples = 3;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
}

TEST_F(monitor, limits_that_are_none)
{
	self->limits.max_imbalance_ratio = -1;
	self->limits.max_fallback_rate = -0.0;
	self->limits.max_keep_last_rate = __builtin_nan("");
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.limits.max_imbalance_ratio, 4.0);
	EXPECT_EQ(self->m.limits.max_fallback_rate, 200.0);
	EXPECT_EQ(self->m.limits.max_keep_last_rate, 100.0);
}

TEST_F(monitor, longest_of_several_windows_is_told)
{
	put_tasks(self->f, 1, 1, 5, 30);
	put_tasks(self->f, 2, 7, 13, 20);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
	EXPECT_EQ(found(self, KTSTR_MONITOR_IMBALANCE)->samples, 7);
	EXPECT_EQ(found(self, KTSTR_MONITOR_IMBALANCE)->cpu, 2);
	EXPECT_EQ(found(self, KTSTR_MONITOR_IMBALANCE)->worst, 20.0);
}

static void put_depth(struct mon_fake *f, u32 cpu, u32 from, u32 to, u32 depth)
{
	u32 i;

	for (i = from; i <= to; i++)
		f->s[i].cpus[cpu].local_dsq_depth = depth;
}

TEST_F(monitor, local_dsq_depth)
{
	put_depth(self->f, 3, 2, 6, 51);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
	EXPECT_TRUE(only(self, KTSTR_MONITOR_DSQ_DEPTH));
	EXPECT_EQ(found(self, KTSTR_MONITOR_DSQ_DEPTH)->cpu, 3);
	EXPECT_EQ(self->m.summary.dsq_depth_max, 51);
	EXPECT_NE(strstr(self->m.text, "local DSQ depth 51 above 50 on CPU 3"), NULL);
}

TEST_F(monitor, local_dsq_depth_at_the_limit)
{
	put_depth(self->f, 3, 0, 19, 50);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.dsq_depth_avg, 12.5);
}

TEST_F(monitor, local_dsq_depth_of_a_short_time)
{
	put_depth(self->f, 3, 2, 5, 9999);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
}

TEST_F(monitor, stuck_clock)
{
	mon_stop_clock(self->f, 1, 4, 4 + WINDOW);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
	EXPECT_TRUE(only(self, KTSTR_MONITOR_CLOCK_STUCK));
	EXPECT_EQ(found(self, KTSTR_MONITOR_CLOCK_STUCK)->samples, WINDOW);
	EXPECT_EQ(found(self, KTSTR_MONITOR_CLOCK_STUCK)->cpu, 1);
	EXPECT_EQ(found(self, KTSTR_MONITOR_CLOCK_STUCK)->worst, WINDOW * MON_PERIOD);
	EXPECT_EQ(self->m.summary.stuck, WINDOW);
	EXPECT_NE(strstr(self->m.text, "clock of CPU 1's run queue stuck for 500 ms"), NULL);
}

TEST_F(monitor, stuck_clock_one_short_of_a_window)
{
	mon_stop_clock(self->f, 1, 4, 4 + WINDOW - 1);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.stuck, WINDOW - 1);
}

/* Different CPUs after one another are no window. */
TEST_F(monitor, stuck_clocks_in_turn)
{
	mon_stop_clock(self->f, 0, 0, 4);
	mon_stop_clock(self->f, 1, 4, 8);
	mon_stop_clock(self->f, 2, 8, 12);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.stuck, 12);
}

TEST_F(monitor, stuck_clock_that_is_allowed)
{
	self->limits.allow_clock_stuck = true;
	mon_stop_clock(self->f, 1, 0, 19);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.stuck, 19);
	EXPECT_EQ(self->m.checked & 1 << KTSTR_MONITOR_CLOCK_STUCK, 0);
}

TEST_F(monitor, stuck_clock_of_an_idle_cpu)
{
	mon_stop_clock(self->f, 1, 0, 19);
	put_tasks(self->f, 1, 0, 19, 0);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.stuck, 0);
	EXPECT_EQ(self->m.summary.preempted, 0);
}

/* Work has to be queued at both ends of an interval. */
TEST_F(monitor, stuck_clock_of_a_cpu_that_was_idle_at_one_end)
{
	u32 i;

	mon_stop_clock(self->f, 1, 0, 19);
	for (i = 0; i < 20; i += 2)
		put_tasks(self->f, 1, i, i, 0);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.stuck, 0);
}

static void run_vcpu(struct mon_fake *f, u32 cpu, u64 ns_per_interval)
{
	u32 i;

	for (i = 0; i < f->nr; i++)
		f->s[i].cpus[cpu].vcpu_ns = NSEC_PER_SEC + i * ns_per_interval;
}

TEST_F(monitor, stuck_clock_of_a_preempted_vcpu)
{
	mon_stop_clock(self->f, 1, 0, 19);
	/* HZ = 1000: ten ticks are 10 ms */
	run_vcpu(self->f, 1, 10 * NSEC_PER_MSEC - 1);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.stuck, 0);
	EXPECT_EQ(self->m.summary.preempted, 19);
	run_vcpu(self->f, 1, 10 * NSEC_PER_MSEC);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
	EXPECT_EQ(self->m.summary.preempted, 0);
}

TEST_F(monitor, ticks_of_another_guest)
{
	mon_stop_clock(self->f, 1, 0, 19);
	self->m.info.hz = 250;
	run_vcpu(self->f, 1, 40 * NSEC_PER_MSEC - 1);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	run_vcpu(self->f, 1, 40 * NSEC_PER_MSEC);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
	/* 250 is what counts where the guest does not say */
	self->m.info_seen = false;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
	run_vcpu(self->f, 1, 40 * NSEC_PER_MSEC - 1);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
}

TEST_F(monitor, preemption_in_the_middle_ends_a_window)
{
	u32 i;

	mon_stop_clock(self->f, 1, 0, 8);
	for (i = 4; i < self->f->nr; i++)
		self->f->s[i].cpus[1].vcpu_ns -= MON_PERIOD;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.stuck, 7);
	EXPECT_EQ(self->m.summary.preempted, 1);
}

TEST_F(monitor, vcpu_time_that_is_unknown_or_runs_backwards)
{
	mon_stop_clock(self->f, 1, 0, 19);
	run_vcpu(self->f, 1, 0);
	self->f->s[0].cpus[1].vcpu_ns = ~0ULL;
	self->f->s[5].cpus[1].vcpu_ns = 0;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.preempted, 19);
}

TEST_F(monitor, fallback_rate)
{
	/* 21 in 100 ms are 210 a second */
	mon_count(self->f, MONITOR_SELECT_CPU_FALLBACK, 3, 7, 21);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
	EXPECT_TRUE(only(self, KTSTR_MONITOR_FALLBACK));
	EXPECT_EQ(found(self, KTSTR_MONITOR_FALLBACK)->samples, WINDOW);
	EXPECT_EQ(found(self, KTSTR_MONITOR_FALLBACK)->worst, 210.0);
	EXPECT_EQ(found(self, KTSTR_MONITOR_FALLBACK)->cpu, KTSTR_MONITOR_NO_CPU);
	EXPECT_EQ(found(self, KTSTR_MONITOR_FALLBACK)->from_ns, self->f->s[2].t_ns);
	EXPECT_NE(strstr(self->m.text, "select_cpu_fallback 210.0/s above 200.0/s"), NULL);
}

TEST_F(monitor, fallback_rate_at_the_limit_or_too_short)
{
	mon_count(self->f, MONITOR_SELECT_CPU_FALLBACK, 1, 19, 20);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(ktstr_monitor_rate(&self->m.summary, MONITOR_SELECT_CPU_FALLBACK), 200.0);
	mon_count(self->f, MONITOR_SELECT_CPU_FALLBACK, 1, 4, 2000);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
}

TEST_F(monitor, keep_last_rate)
{
	mon_count(self->f, MONITOR_DISPATCH_KEEP_LAST, 1, 19, 11);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
	EXPECT_TRUE(only(self, KTSTR_MONITOR_KEEP_LAST));
	EXPECT_EQ(found(self, KTSTR_MONITOR_KEEP_LAST)->samples, 19);
	EXPECT_NE(strstr(self->m.text, "dispatch_keep_last 110.0/s above 100.0/s"), NULL);
}

/* A scheduler's counters begin at 0. */
TEST_F(monitor, counters_of_another_scheduler)
{
	u32 i;

	mon_count(self->f, MONITOR_DISPATCH_KEEP_LAST, 1, 19, 1);
	for (i = 10; i < 20; i++) {
		self->f->s[i].sched_kva = MON_SCHED + 0x1000;
		self->f->s[i].events[MONITOR_DISPATCH_KEEP_LAST] += 1000000;
	}
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.events[MONITOR_DISPATCH_KEEP_LAST], 18);
	EXPECT_EQ(self->m.summary.events_ns, 18 * MON_PERIOD);
}

TEST_F(monitor, counters_that_run_backwards_or_over)
{
	self->f->s[5].events[MONITOR_DISPATCH_KEEP_LAST] = INT64_MIN;
	self->f->s[6].events[MONITOR_DISPATCH_KEEP_LAST] = INT64_MAX;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.events[MONITOR_DISPATCH_KEEP_LAST], ~0ULL);
}

TEST_F(monitor, without_event_counters)
{
	u32 i;

	for (i = 0; i < 20; i++)
		self->f->s[i].flags = 0;
	mon_count(self->f, MONITOR_DISPATCH_KEEP_LAST, 1, 19, 1000);
	snprintf(self->m.info.no_events, WIRE_MON_TEXT_MAX, "no struct\nscx_event_stats");
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.events_ns, 0);
	EXPECT_EQ(ktstr_monitor_rate(&self->m.summary, MONITOR_DISPATCH_KEEP_LAST), 0.0);
	EXPECT_EQ(self->m.checked & 1 << KTSTR_MONITOR_KEEP_LAST, 0);
	EXPECT_STREQ(self->m.text,
		     "20 samples within limits; rates of events not checked: no struct scx_event_stats");
}

TEST_F(monitor, several_violations)
{
	put_tasks(self->f, 0, 0, 19, 6);
	put_depth(self->f, 0, 0, 19, 60);
	mon_stop_clock(self->f, 3, 0, 19);
	mon_count(self->f, MONITOR_SELECT_CPU_FALLBACK, 1, 19, 1000);
	mon_count(self->f, MONITOR_DISPATCH_KEEP_LAST, 1, 19, 1000);
	self->limits.enforce = true;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
	EXPECT_TRUE(self->m.enforced);
	EXPECT_NE(strstr(self->m.text, "imbalance ratio 6.00"), NULL);
	EXPECT_NE(strstr(self->m.text, "; local DSQ depth 60"), NULL);
	EXPECT_NE(strstr(self->m.text, "; clock of CPU 3"), NULL);
	EXPECT_NE(strstr(self->m.text, "; select_cpu_fallback"), NULL);
	EXPECT_NE(strstr(self->m.text, "; dispatch_keep_last"), NULL);
}

TEST_HARNESS_MAIN
