// SPDX-License-Identifier: GPL-2.0-only
/* What the monitor saw, in the report and in the JSON result. */
#include "host/harness/monitor_eval.h"
#include "host/harness/report.h"
#include "json_reader.h"
#include "kselftest_harness.h"
#include "monitor_samples.h"
#include "text_check.h"

#define HOSTILE "\x1b[2J\"\\\n[    1.0] BUG: \xff\xfe {}]"

FIXTURE(report)
{
	struct mon_fake *f;
	struct ktstr_monitor_limits limits;
	struct ktstr_result res;
	char *text;
};

FIXTURE_SETUP(report)
{
	struct ktstr_monitor *m = &self->res.monitor;

	self->f = mon_new(12);
	self->res.verdict = KTSTR_PASS;
	self->res.reason = KTSTR_REASON_PASS;
	m->samples = self->f->s;
	m->nr_samples = self->f->nr;
	m->info_seen = true;
	m->info.hz = 1000;
	m->info.period_ns = MON_PERIOD;
	m->info.nr_cpus = MON_CPUS;
}

FIXTURE_TEARDOWN(report)
{
	free(self->text);
	free(self->f);
}

static void judge(FIXTURE_DATA(report) * self)
{
	if (monitor_eval(&self->res.monitor, &self->limits, NULL))
		abort();
}

static void print(FIXTURE_DATA(report) * self, bool json)
{
	size_t len;
	FILE *f;

	free(self->text);
	judge(self);
	f = open_memstream(&self->text, &len);
	if (!json)
		ktstr_report_print(f, NULL, &self->res);
	else if (ktstr_result_json(f, NULL, &self->res))
		abort();
	fclose(f);
}

TEST_F(report, pass)
{
	mon_count(self->f, MONITOR_DISPATCH_KEEP_LAST, 1, 11, 5);
	print(self, false);
	has(_metadata, self->text, "  monitor    PASS: 12 samples within limits\n");
	has(_metadata, self->text,
	    "imbalance max 1.00, avg 1.00; local DSQ max 0, avg 0.00; run queue max 1, avg 1.00\n");
	has(_metadata, self->text, "fallback 0.0/s, keep_last 50.0/s\n");
	has(_metadata, self->text,
	    "12 samples of 4 CPUs in 1.1 s, 1.0 us of the host per vCPU (min 1.0, max 1.0)\n");
	lacks(_metadata, self->text, "stuck");
	lacks(_metadata, self->text, "dropped");
}

TEST_F(report, fail_that_does_not_count)
{
	mon_stop_clock(self->f, 2, 2, 11);
	print(self, false);
	has(_metadata, self->text,
	    "  monitor    FAIL (does not count): clock of CPU 2's run queue stuck for 900 ms");
	has(_metadata, self->text, "clock stuck 9 times, 0 more on vCPUs the host preempted\n");
	self->limits.enforce = true;
	print(self, false);
	has(_metadata, self->text, "  monitor    FAIL: clock of CPU 2's");
}

TEST_F(report, what_is_missing_is_said)
{
	u32 i;

	self->f->s[3].missed = 2;
	self->f->s[5].cpus[0].local_dsq_depth = ~0U;
	for (i = 8; i < 12; i++)
		self->f->s[i].seq += 100;
	print(self, false);
	has(_metadata, self->text,
	    "2 ticks without a sample; 100 samples dropped, 1 invalid, 0 twice\n");
}

TEST_F(report, nothing_to_say)
{
	self->res.monitor.nr_samples = 0;
	self->res.monitor.info_seen = false;
	print(self, false);
	lacks(_metadata, self->text, "monitor");
	print(self, true);
	has(_metadata, self->text, "\"verdict\": \"INCONCLUSIVE\"");
	has(_metadata, self->text, "\"guest\": null");
	has(_metadata, self->text, "\"events\": null");
	has(_metadata, self->text, "\"schedstats\": null");
	has(_metadata, self->text, "\"samples_total\": 0");
	EXPECT_TRUE(is_json(self->text));
	self->limits.enforce = true;
	print(self, false);
	has(_metadata, self->text, "  monitor    INCONCLUSIVE: no samples: ");
}

TEST_F(report, json)
{
	u32 i;

	for (i = 2; i < 12; i++)
		self->f->s[i].cpus[1].nr_running = 9;
	self->f->s[0].cpus[3].flags = 0;
	mon_count(self->f, MONITOR_BYPASS_ACTIVATE, 1, 11, 1);
	print(self, true);
	EXPECT_TRUE(is_json(self->text));
	has(_metadata, self->text, "\"verdict\": \"FAIL\"");
	has(_metadata, self->text, "\"enforced\": false");
	has(_metadata, self->text, "\"check\": \"imbalance\"");
	has(_metadata, self->text, "\"worst\": 9.000");
	has(_metadata, self->text, "\"fail_on_rq_clock_stuck\": true");
	has(_metadata, self->text, "\"bypass_activate\": 11");
	has(_metadata, self->text, "\"bypass_activate\": 10.000");
	has(_metadata, self->text, "\"samples_total\": 12");
	has(_metadata, self->text, "\"nr_running\":[1,1,1,null]");
	has(_metadata, self->text, "\"nr_running\":[1,9,1,1]");
	has(_metadata, self->text, "\"scheduler\":\"0xffff888004000000\"");
	has(_metadata, self->text, "\"events_unavailable\": null");
}

TEST_F(report, texts_of_the_guest)
{
	snprintf(self->res.monitor.info.no_stats, WIRE_MON_TEXT_MAX, "%s", HOSTILE);
	snprintf(self->res.monitor.info.no_events, WIRE_MON_TEXT_MAX, "%s", HOSTILE);
	self->f->s[0].flags = 0;
	print(self, true);
	EXPECT_TRUE(is_json(self->text));
	lacks(_metadata, self->text, "\x1b");
	lacks(_metadata, self->text, "] BUG:");
	print(self, false);
	lacks(_metadata, self->text, "\x1b");
	lacks(_metadata, self->text, "] BUG:");
}

static size_t count_of(const char *text, char c, const char *end)
{
	size_t nr = 0;

	for (; text < end; text++)
		nr += *text == c;
	return nr;
}

/* Peaks stay, and CPUs that were not read are no zeroes. */
TEST_F(report, a_long_run_as_a_short_series)
{
	struct ktstr_monitor *m = &self->res.monitor;
	struct monitor_sample *many = calloc(4096, sizeof(*many));
	struct monitor_cpu high = { .flags = MONITOR_CPU_RQ, .nr_running = 77 }, none = { 0 };
	const char *at;
	u32 i;

	for (i = 0; i < 4096; i++) {
		many[i] = self->f->s[i % 12];
		many[i].seq = i;
		many[i].t_ns = i * MON_PERIOD;
	}
	many[3001].nr_cpus = 1;
	many[3001].cpus = &high;
	for (i = 0; i < 7; i++) {
		many[i].nr_cpus = 1;
		many[i].cpus = &none;
	}
	m->samples = many;
	m->nr_samples = 4096;
	print(self, true);
	EXPECT_TRUE(is_json(self->text));
	has(_metadata, self->text, "\"samples_per_point\": 7,");
	at = strstr(self->text, "\"t_ns\": [0,700000000,");
	ASSERT_NE(NULL, at);
	EXPECT_EQ(585, count_of(at, ',', strchr(at, ']')));
	at = strstr(self->text, "\"nr_running\": [");
	ASSERT_NE(NULL, at);
	has(_metadata, at, "[null,1,1,");
	has(_metadata, at, ",1,77,1,");
	free(many);
}

TEST_HARNESS_MAIN
