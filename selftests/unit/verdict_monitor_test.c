// SPDX-License-Identifier: GPL-2.0-only
/* What the monitor makes of a run, when it counts and when it does not. */
#include "fake_vm.h"
#include "monitor_samples.h"

FIXTURE(verdict_monitor)
{
	struct fake *v;
	struct mon_fake *f;
	struct ktstr_monitor_limits limits;
	struct monitor_info info;
	struct op_view observer;
};

FIXTURE_SETUP(verdict_monitor)
{
	self->v = fake_new(true);
	self->f = mon_new(20);
	self->info.hz = 1000;
	self->limits.enforce = true;
	self->observer.op = WIRE_OP_OBSERVER;
	self->observer.status = WIRE_SNAP_OK;
	self->observer.data = "";
	self->v->in.ops = &self->observer;
	self->v->in.nr_ops = 1;
	self->v->in.monitor_limits = &self->limits;
	self->v->in.monitor_info = &self->info;
	self->v->in.samples = self->f->s;
	self->v->in.nr_samples = self->f->nr;
}

FIXTURE_TEARDOWN(verdict_monitor)
{
	free(self->f);
}

static void no_samples(struct verdict_input *in)
{
	in->monitor_info = NULL;
	in->samples = NULL;
	in->nr_samples = 0;
}

TEST_F(verdict_monitor, pass)
{
	struct fake *v = self->v;

	eval(v);
	EXPECT_EQ(v->res.monitor.verdict, KTSTR_MONITOR_PASS);
	EXPECT_TRUE(v->res.monitor.enforced);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "made progress");
}

TEST_F(verdict_monitor, samples_are_the_results_own)
{
	struct fake *v = self->v;

	eval(v);
	ASSERT_EQ(v->res.monitor.nr_samples, 20);
	EXPECT_TRUE(v->res.monitor.info_seen);
	memset(self->f, 0xff, sizeof(*self->f));
	EXPECT_EQ(v->res.monitor.samples[19].seq, 19);
	EXPECT_EQ(v->res.monitor.samples[19].nr_cpus, MON_CPUS);
	EXPECT_EQ(v->res.monitor.samples[19].cpus[MON_CPUS - 1].nr_running, 1);
	fake_free(v);
}

TEST_F(verdict_monitor, fail_that_counts)
{
	struct fake *v = self->v;

	mon_stop_clock(self->f, 1, 2, 19);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_MONITOR_FAILED,
		      "passed scenario but monitor failed: clock of CPU 1's run queue stuck");
}

TEST_F(verdict_monitor, fail_that_does_not_count)
{
	struct fake *v = self->v;

	mon_stop_clock(self->f, 1, 2, 19);
	self->limits.enforce = false;
	eval(v);
	EXPECT_EQ(v->res.monitor.verdict, KTSTR_MONITOR_FAIL);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "");
}

TEST_F(verdict_monitor, run_without_limits)
{
	struct fake *v = self->v;

	v->in.monitor_limits = NULL;
	mon_stop_clock(self->f, 1, 2, 19);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "");
}

TEST_F(verdict_monitor, fail_of_the_scenario_says_more)
{
	struct fake *v = self->v;

	mon_stop_clock(self->f, 1, 2, 19);
	v->workers[1].work_units = 0;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_NO_PROGRESS, "made no progress");
}

TEST_F(verdict_monitor, fail_beats_what_is_only_missing)
{
	struct fake *v = self->v;

	mon_stop_clock(self->f, 1, 2, 19);
	v->report.crc_errors = 1;
	eval(v);
	EXPECT_EQ(strncmp(v->res.reason_text, "monitor failed: ", 16), 0);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_MONITOR_FAILED, "");
}

TEST_F(verdict_monitor, no_data_is_no_pass)
{
	struct fake *v = self->v;

	no_samples(&v->in);
	eval(v);
	EXPECT_EQ(ktstr_exit_code(&v->res), 2);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_MONITOR_INCONCLUSIVE,
		      "passed scenario but monitor is inconclusive: no samples: the guest was up");
}

TEST_F(verdict_monitor, no_data_and_it_does_not_count)
{
	struct fake *v = self->v;

	no_samples(&v->in);
	self->limits.enforce = false;
	eval(v);
	EXPECT_EQ(v->res.monitor.verdict, KTSTR_MONITOR_INCONCLUSIVE);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "");
}

TEST_F(verdict_monitor, nobody_looked)
{
	struct fake *v = self->v;

	no_samples(&v->in);
	v->in.nr_ops = 0;
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_MONITOR_INCONCLUSIVE,
		      "no samples: the host was not told to observe the kernel");
}

TEST_F(verdict_monitor, host_that_is_blind)
{
	struct fake *v = self->v;

	no_samples(&v->in);
	self->observer.status = WIRE_SNAP_ERR;
	snprintf(self->observer.reason, sizeof(self->observer.reason), "no VMCOREINFO");
	eval(v);
	EXPECT_TRUE(v->res.infra);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_OBSERVER_BLIND,
		      "monitor has no samples: the host cannot observe this kernel: no VMCOREINFO");
}

TEST_F(verdict_monitor, samples_that_are_none)
{
	struct fake *v = self->v;
	u32 i;

	for (i = 0; i < self->f->nr * MON_CPUS; i++)
		self->f->cpus[i].rq_clock = 0;
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_MONITOR_INCONCLUSIVE, "not initialised");
}

TEST(reasons_have_names)
{
	EXPECT_STREQ(ktstr_reason_name(KTSTR_REASON_MONITOR_FAILED), "monitor_failed");
	EXPECT_STREQ(ktstr_reason_name(KTSTR_REASON_MONITOR_INCONCLUSIVE), "monitor_inconclusive");
}

TEST_HARNESS_MAIN
