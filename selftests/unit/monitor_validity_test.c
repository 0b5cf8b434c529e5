// SPDX-License-Identifier: GPL-2.0-only
/* Samples that are not what they seem, and what the rest of them sums up to. */
#include "host/harness/monitor_eval.h"
#include "host/inspect/scx_events.h"
#include "kselftest_harness.h"
#include "monitor_samples.h"

FIXTURE(monitor)
{
	struct mon_fake *f;
	struct ktstr_monitor_limits limits;
	struct ktstr_monitor m;
	const char *why;
};

FIXTURE_SETUP(monitor)
{
	self->f = mon_new(20);
	self->m.info_seen = true;
	self->m.info.hz = 1000;
	self->limits.enforce = true;
}

FIXTURE_TEARDOWN(monitor)
{
	free(self->f);
}

static enum ktstr_monitor_verdict judge(FIXTURE_DATA(monitor) * self)
{
	self->m.samples = self->f->s;
	self->m.nr_samples = self->f->nr;
	if (monitor_eval(&self->m, &self->limits, self->why))
		abort();
	return self->m.verdict;
}

TEST_F(monitor, nothing_is_never_a_pass)
{
	self->f->nr = 0;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_INCONCLUSIVE);
	EXPECT_STREQ(self->m.text, "no samples: the guest was up for too short a time");
	EXPECT_EQ(self->m.checked, 0);
	self->why = "the host cannot observe this kernel: no VMCOREINFO";
	EXPECT_EQ(judge(self), KTSTR_MONITOR_INCONCLUSIVE);
	EXPECT_STREQ(self->m.text,
		     "no samples: the host cannot observe this kernel: no VMCOREINFO");
	snprintf(self->m.info.error, WIRE_MON_TEXT_MAX, "no symbol \x1b[2Jrunqueues");
	EXPECT_EQ(judge(self), KTSTR_MONITOR_INCONCLUSIVE);
	EXPECT_STREQ(self->m.text, "no samples: no symbol \\x1b[2Jrunqueues");
}

TEST_F(monitor, fewer_samples_than_a_window)
{
	self->f->nr = 4;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_INCONCLUSIVE);
	EXPECT_STREQ(self->m.text, "4 samples, too few for a window of 5");
	self->f->nr = 1;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_INCONCLUSIVE);
	EXPECT_STREQ(self->m.text, "1 sample, too few for a window of 5");
	self->limits.sustained_samples = 1;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
}

static void set_clocks(struct mon_fake *f, u64 clock)
{
	u32 i;

	for (i = 0; i < f->nr * MON_CPUS; i++)
		f->cpus[i].rq_clock = clock;
}

TEST_F(monitor, clocks_that_are_all_the_same)
{
	set_clocks(self->f, 0);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_INCONCLUSIVE);
	EXPECT_NE(strstr(self->m.text, "not initialised"), NULL);
	EXPECT_NE(strstr(self->m.text, "clocks"), NULL);
	EXPECT_EQ(self->m.violations[KTSTR_MONITOR_CLOCK_STUCK].samples, 0);
	set_clocks(self->f, 0x123456789);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_INCONCLUSIVE);
	/* one CPU that is different is enough */
	self->f->s[19].cpus[2].rq_clock++;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
}

TEST_F(monitor, one_reading_is_no_clock)
{
	self->f->nr = 1;
	self->f->s[0].nr_cpus = 1;
	self->limits.sustained_samples = 1;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_INCONCLUSIVE);
	EXPECT_NE(strstr(self->m.text, "not initialised"), NULL);
}

TEST_F(monitor, depth_that_cannot_be)
{
	self->f->s[7].cpus[1].local_dsq_depth = 10001;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.invalid, 1);
	EXPECT_EQ(self->m.summary.samples, 19);
	EXPECT_EQ(self->m.summary.dsq_depth_max, 0);
	self->f->s[7].cpus[1].local_dsq_depth = 10000;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.invalid, 0);
	EXPECT_EQ(self->m.summary.dsq_depth_max, 10000);
}

TEST_F(monitor, tasks_that_cannot_be)
{
	self->f->s[7].cpus[1].nr_running = ~0U;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.invalid, 1);
	EXPECT_EQ(self->m.summary.nr_running_max, 1);
}

TEST_F(monitor, clock_that_runs_backwards)
{
	self->f->s[7].cpus[1].rq_clock = 1;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.invalid, 1);
	EXPECT_EQ(self->m.summary.samples, 19);
}

TEST_F(monitor, time_that_runs_backwards)
{
	self->f->s[7].t_ns = 1;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.invalid, 1);
}

/* The first one is from the future, so all others are behind it. */
TEST_F(monitor, most_samples_cannot_be)
{
	self->f->s[0].cpus[3].rq_clock = ~0ULL;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_INCONCLUSIVE);
	EXPECT_EQ(self->m.summary.invalid, 19);
	EXPECT_NE(strstr(self->m.text, "not initialised: of 20 samples, most"), NULL);
}

TEST_F(monitor, violations_of_what_cannot_be_are_none)
{
	u32 i;

	for (i = 0; i < 20; i++) {
		self->f->s[i].cpus[0].nr_running = 100;
		if (i > 6)
			self->f->s[i].cpus[1].local_dsq_depth = ~0U;
	}
	EXPECT_EQ(judge(self), KTSTR_MONITOR_INCONCLUSIVE);
	EXPECT_EQ(self->m.violations[KTSTR_MONITOR_IMBALANCE].samples, 0);
}

TEST_F(monitor, sample_without_a_cpu_that_was_read)
{
	u32 i;

	for (i = 0; i < MON_CPUS; i++)
		self->f->s[3].cpus[i].flags = 0;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.invalid, 1);
}

/* It has no task and no clock, and is not the shortest run queue either. */
TEST_F(monitor, cpu_that_was_not_read)
{
	u32 i;

	for (i = 0; i < 20; i++) {
		struct monitor_cpu *c = self->f->s[i].cpus;

		c[0].nr_running = 6;
		c[1].nr_running = 6;
		c[2].nr_running = 6;
		memset(&c[3], 0, sizeof(c[3]));
	}
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.imbalance_max, 1.0);
	EXPECT_EQ(self->m.summary.nr_running_avg, 6.0);
}

static void imbalance(struct mon_fake *f, u32 from, u32 to)
{
	u32 i;

	for (i = from; i <= to; i++)
		f->s[i].cpus[0].nr_running = 9;
}

TEST_F(monitor, window_ends_at_a_sample_thrown_away)
{
	imbalance(self->f, 1, 9);
	self->f->s[5].cpus[0].local_dsq_depth = ~0U;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	imbalance(self->f, 6, 10);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_FAIL);
}

TEST_F(monitor, window_ends_where_samples_were_dropped)
{
	u32 i;

	imbalance(self->f, 1, 8);
	for (i = 5; i < 20; i++)
		self->f->s[i].seq += 1000;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.dropped, 1000);
	EXPECT_EQ(self->m.summary.samples, 20);
}

TEST_F(monitor, first_samples_were_dropped)
{
	u32 i;

	for (i = 0; i < 20; i++)
		self->f->s[i].seq += 7;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.dropped, 7);
}

/* The same sample twice is one sample, and does not make a window longer. */
TEST_F(monitor, duplicates)
{
	imbalance(self->f, 2, 5);
	self->f->s[6] = self->f->s[5];
	self->f->s[7] = self->f->s[2];
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.duplicates, 2);
	EXPECT_EQ(self->m.summary.samples, 18);
	/* what should have been there */
	EXPECT_EQ(self->m.summary.dropped, 2);
}

TEST_F(monitor, missed_ticks_are_counted)
{
	self->f->s[4].missed = 3;
	self->f->s[9].missed = 1;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.missed, 4);
}

/* A CPU that appears later has no neighbour before. */
TEST_F(monitor, number_of_cpus_changes)
{
	u32 i;

	for (i = 0; i < 10; i++)
		self->f->s[i].nr_cpus = 2;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.samples, 20);
}

TEST_F(monitor, sums)
{
	u32 i;

	for (i = 0; i < 20; i++) {
		struct monitor_sample *s = &self->f->s[i];

		s->cpus[0].nr_running = 2;
		s->cpus[1].local_dsq_depth = i < 10 ? 4 : 0;
		s->cpus[2].stats[MONITOR_TTWU_COUNT] = 100 + 5 * i;
		s->cpus[3].stats[MONITOR_TTWU_COUNT] = 3 * i;
		s->cpus[3].stats[MONITOR_RUN_DELAY] = 1000 - i;
		s->cost_ns = (20 - i) * 400;
	}
	mon_count(self->f, MONITOR_BYPASS_ACTIVATE, 1, 19, 2);
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.samples, 20);
	EXPECT_EQ(self->m.summary.span_ns, 19 * MON_PERIOD);
	EXPECT_EQ(self->m.summary.imbalance_max, 2.0);
	EXPECT_EQ(self->m.summary.imbalance_avg, 2.0);
	EXPECT_EQ(self->m.summary.nr_running_avg, 1.25);
	EXPECT_EQ(self->m.summary.nr_running_max, 2);
	EXPECT_EQ(self->m.summary.dsq_depth_avg, 0.5);
	EXPECT_EQ(self->m.summary.events[MONITOR_BYPASS_ACTIVATE], 38);
	EXPECT_EQ(ktstr_monitor_rate(&self->m.summary, MONITOR_BYPASS_ACTIVATE), 20.0);
	EXPECT_EQ(self->m.summary.stats[MONITOR_TTWU_COUNT], 8 * 19);
	EXPECT_EQ(self->m.summary.stats[MONITOR_RUN_DELAY], 0);
	EXPECT_EQ(self->m.summary.stats_ns, 19 * MON_PERIOD);
	EXPECT_EQ(self->m.summary.cost_min_ns, 100);
	EXPECT_EQ(self->m.summary.cost_median_ns, 1100);
	EXPECT_EQ(self->m.summary.cost_max_ns, 2000);
}

TEST_F(monitor, without_schedstats)
{
	u32 i;

	for (i = 0; i < 20 * MON_CPUS; i++)
		self->f->cpus[i].flags = MONITOR_CPU_RQ;
	EXPECT_EQ(judge(self), KTSTR_MONITOR_PASS);
	EXPECT_EQ(self->m.summary.stats_ns, 0);
}

TEST_F(monitor, names)
{
	u32 i;

	for (i = 0; i < KTSTR_MONITOR_CHECKS; i++)
		EXPECT_STRNE(ktstr_monitor_check_name(i), "unknown");
	EXPECT_STREQ(ktstr_monitor_check_name(KTSTR_MONITOR_CHECKS), "unknown");
	EXPECT_STREQ(ktstr_monitor_verdict_name(KTSTR_MONITOR_FAIL), "FAIL");
	EXPECT_STREQ(ktstr_monitor_verdict_name(KTSTR_MONITOR_PASS), "PASS");
	EXPECT_STREQ(ktstr_monitor_verdict_name(KTSTR_MONITOR_INCONCLUSIVE), "INCONCLUSIVE");
	EXPECT_STREQ(ktstr_monitor_verdict_name(77), "UNKNOWN");
	/* who reads them and who shows them have a list each */
	for (i = 0; i < WIRE_MON_EVENTS; i++)
		EXPECT_STREQ(monitor_event_name(i), scx_event_name(i));
}

TEST_HARNESS_MAIN
