// SPDX-License-Identifier: GPL-2.0-only
/* The workload, in the report and in the JSON result. */
#include <math.h>

#include "host/harness/report.h"
#include "json_reader.h"
#include "kselftest_harness.h"
#include "monitor_samples.h"
#include "text_check.h"

#define HOSTILE "\x1b[2J\"\\\n[    1.0] BUG: \xff\xfe {}]"

FIXTURE(report)
{
	struct ktstr_result res;
	struct ktstr_group groups[1];
	struct ktstr_cgroup_stats cgroups[2];
	struct ktstr_phase phases[2];
	struct ktstr_finding findings[3];
	struct ktstr_metric_value metrics[1];
	struct worker_view workers[2];
	struct mon_fake *mon;
	char *text;
};

FIXTURE_SETUP(report)
{
	struct ktstr_load *l = &self->res.load;

	self->res.verdict = KTSTR_PASS;
	self->res.reason = KTSTR_REASON_PASS;
	self->groups[0] = (struct ktstr_group){
		.name = (char *)"spin",
		.cgroup = (char *)"a",
		.work = "spin",
		.step = 1,
		.workers = 2,
		.allowed = { 0x0f },
	};
	self->cgroups[0] = (struct ktstr_cgroup_stats){
		.cgroup = "a",
		.step = 1,
		.workers = 2,
		.cpus = 3,
		.off_cpu_avg = 20,
		.off_cpu_min = 10,
		.off_cpu_max = 30,
		.spread = 20,
		.max_gap_ns = 12500000,
		.migrations = 8,
		.cross_node = 2,
		.iterations = 400,
		.throughput_cv = 0.25,
		.page_locality = 0.75,
		.run_delay_mean_ns = 1500,
		.run_delay_worst_ns = 2000,
		.wake = { .total = 5,
			  .kept = 5,
			  .min = 1000,
			  .p50 = 2000,
			  .p90 = 5000,
			  .p99 = 8000,
			  .p999 = 9000,
			  .max = 9500,
			  .mean = 4000,
			  .stddev = 1000 },
	};
	self->cgroups[1] = (struct ktstr_cgroup_stats){
		.cgroup = "",
		.workers = 1,
		.cpus = 1,
		.off_cpu_avg = NAN,
		.off_cpu_min = NAN,
		.off_cpu_max = NAN,
		.spread = NAN,
		.throughput_cv = NAN,
		.page_locality = NAN,
		.run_delay_mean_ns = NAN,
		.run_delay_worst_ns = NAN,
	};
	self->phases[0] = (struct ktstr_phase){
		.name = (char *)"baseline",
		.from_ns = 1000000000,
		.to_ns = 1250000000,
		.workers = 1,
	};
	self->phases[1] = (struct ktstr_phase){
		.step = 1,
		.name = (char *)"hot",
		.from_ns = 1250000000,
		.to_ns = 2250000000,
		.from_ms = 250,
		.to_ms = 1250,
		.ops = 1,
		.op_kinds = 1U << SCENARIO_OP_SPAWN,
		.cgroups = 1,
		.workers = 3,
		.iterations_from = 100,
		.iterations_to = 500,
	};
	self->findings[0] = (struct ktstr_finding){
		.check = KTSTR_CHECK_GAP,
		.kind = KTSTR_FINDING_FAIL,
		.step = 1,
		.cgroup = "a",
		.value = 12.5,
		.limit = 10,
		.text = "stuck for 12.5 ms",
	};
	self->findings[1] = (struct ktstr_finding){
		.check = KTSTR_CHECK_SERIES,
		.kind = KTSTR_FINDING_NOTE,
		.step = 1,
		.value = NAN,
		.text = "too few samples",
	};
	self->findings[2] = (struct ktstr_finding){
		.check = KTSTR_CHECK_WORK_UNITS,
		.text = "kept",
	};
	self->metrics[0] = (struct ktstr_metric_value){
		.payload = (char *)"bench",
		.name = (char *)"jobs.0.rps",
		.value = 1234.5,
		.polarity = KTSTR_BETTER_HIGHER,
	};
	self->workers[0] = (struct worker_view){
		.tid = 101,
		.step = 1,
		.flags = WORKER_COMPLETED | WORKER_HAS_SCHEDSTAT | WORKER_HAS_NUMA,
		.iterations = 200,
		.run_delay_ns = 77,
		.numa_pages = { 5, 6 },
		.cpus = { 0x7 },
	};
	self->workers[1] = (struct worker_view){
		.tid = 102,
		.index = 1,
		.step = 1,
		.flags = WORKER_KILLED,
		.info = HOSTILE,
	};
	self->mon = mon_new(8);
	self->res.monitor.samples = self->mon->s;
	l->groups = self->groups;
	l->nr_groups = 1;
	l->cgroups = self->cgroups;
	l->nr_cgroups = 2;
	l->phases = self->phases;
	l->nr_phases = 2;
	l->findings = self->findings;
	l->nr_findings = 3;
	l->metrics = self->metrics;
	l->nr_metrics = 1;
	l->workers = self->workers;
	l->nr_workers = 2;
}

FIXTURE_TEARDOWN(report)
{
	free(self->text);
	free(self->mon);
}

static const char *print(FIXTURE_DATA(report) * self, bool json)
{
	size_t len;
	FILE *f;

	free(self->text);
	f = open_memstream(&self->text, &len);
	if (!json)
		ktstr_report_print(f, NULL, &self->res);
	else if (ktstr_result_json(f, NULL, &self->res))
		abort();
	fclose(f);
	return self->text;
}

TEST_F(report, steps)
{
	const char *text = print(self, false);

	has(_metadata, text, "  steps      baseline: 0.250 s, 0 ops, 1 worker in 0 cgroups\n");
	has(_metadata, text,
	    "  step 1     hot: 1.000 s, 1 op, 3 workers in 1 cgroup, 400 iterations/s\n");
	self->phases[1].to_ns = 0;
	self->phases[1].to_ms = 0;
	text = print(self, false);
	has(_metadata, text, "  step 1     hot: did not end, 1 op, 3 workers in 1 cgroup\n");
}

TEST_F(report, samples_of_a_step)
{
	const char *text;

	self->res.monitor.nr_samples = self->mon->nr;
	self->res.monitor.info_seen = true;
	self->res.monitor.info.hz = 1000;
	self->mon->s[5].cpus[0].nr_running = 9;
	self->phases[0].nr_samples = 3;
	self->phases[1].first_sample = 3;
	self->phases[1].nr_samples = 5;
	text = print(self, false);
	has(_metadata, text, "; imbalance max 1.00, avg 1.00; DSQ max 0, avg 0.00;");
	has(_metadata, text, "; imbalance max 9.00, avg 2.60; DSQ max 0, avg 0.00;");
	text = print(self, true);
	EXPECT_TRUE(is_json(text));
	has(_metadata, text, "\"avg_imbalance_ratio\": 2.600000");
}

TEST_F(report, samples_that_are_not_there_are_not_read)
{
	self->res.monitor.nr_samples = self->mon->nr;
	self->phases[0].first_sample = 7;
	self->phases[0].nr_samples = 2;
	self->phases[1].first_sample = 9;
	self->phases[1].nr_samples = SIZE_MAX;
	lacks(_metadata, print(self, false), "; imbalance");
}

TEST_F(report, cgroups)
{
	const char *text = print(self, false);

	has(_metadata, text,
	    "  cgroup     a, step 1: 2 workers on 3 CPUs, off CPU 20.0 % (10.0 to 30.0, spread 20.0), gap 12.5 ms, 8 migrations, 400 iterations, wake p50 2.0 us, p99 8.0 us\n");
	has(_metadata, text,
	    "  cgroup     outside of all, backdrop: 1 worker on 1 CPU, gap 0.0 ms, 0 migrations, 0 iterations\n");
}

TEST_F(report, checks)
{
	const char *text = print(self, false);

	has(_metadata, text, "  check      fail in a, step 1: stuck for 12.5 ms\n");
	has(_metadata, text, "  check      note in step 1: too few samples\n");
	has(_metadata, text, "  check      pass: kept\n");
}

TEST_F(report, what_the_host_did)
{
	lacks(_metadata, print(self, false), "host CPUs");
	has(_metadata, print(self, true), "\"contention\": null");
	self->res.load.contention = (struct ktstr_contention){
		.known = true,
		.dilation = 1.25,
		.worst_wait_ns = 3000000,
		.run_delay_ns = 250000000,
		.on_cpu_ns = 1000000000,
	};
	has(_metadata, print(self, false),
	    "  host CPUs  vCPUs waited 250.0 ms of 1000.0 ms they ran (dilation 1.250), 3.0 ms at worst\n");
	has(_metadata, print(self, true), "\"dilation\": 1.250000");
	EXPECT_TRUE(is_json(self->text));
}

TEST_F(report, what_random_cpus_were_drawn_from)
{
	lacks(_metadata, print(self, false), "seed");
	self->res.load.seed = 42;
	has(_metadata, print(self, false), "drawn from seed 42: set .seed to repeat\n");
	has(_metadata, print(self, true), "\"seed\": 42");
}

TEST_F(report, json)
{
	const char *text = print(self, true);

	EXPECT_TRUE(is_json(text));
	has(_metadata, text, "\"allowed_cpus\": \"0-3\"");
	has(_metadata, text, "\"num_workers\": 2");
	has(_metadata, text, "\"num_cpus\": 3");
	has(_metadata, text, "\"avg_off_cpu_pct\": 20.000000");
	has(_metadata, text, "\"min_off_cpu_pct\": 10.000000");
	has(_metadata, text, "\"max_off_cpu_pct\": 30.000000");
	has(_metadata, text, "\"spread\": 20.000000");
	has(_metadata, text, "\"max_gap_ms\": 12.500000");
	has(_metadata, text, "\"total_migrations\": 8");
	has(_metadata, text, "\"migration_ratio\": 0.020000");
	has(_metadata, text, "\"p99_wake_latency_us\": 8.000000");
	has(_metadata, text, "\"median_wake_latency_us\": 2.000000");
	has(_metadata, text, "\"wake_latency_cv\": 0.250000");
	has(_metadata, text, "\"wake_latency_tail_ratio\": 4.000000");
	has(_metadata, text, "\"total_iterations\": 400");
	has(_metadata, text, "\"mean_run_delay_us\": 1.500000");
	has(_metadata, text, "\"worst_run_delay_us\": 2.000000");
	has(_metadata, text, "\"page_locality\": 0.750000");
	has(_metadata, text, "\"cross_node_migration_ratio\": 0.250000");
	has(_metadata, text, "\"op_kinds\": [\"spawn\"");
	has(_metadata, text, "\"iterations_per_s\": 400.000000");
	has(_metadata, text, "\"value\": 1234.500000");
	has(_metadata, text, "\"better\": \"higher\"");
	has(_metadata, text, "\"check\": \"max_gap_ms\"");
	has(_metadata, text, "\"kind\": \"fail\"");
	has(_metadata, text, "\"run_delay_ns\":77");
	has(_metadata, text, "\"cpus_used\":\"0-2\"");
	has(_metadata, text, "\"workers_total\": 2");
}

TEST_F(report, what_is_not_known_is_null)
{
	const char *text = print(self, true);

	has(_metadata, text, "\"p99_wake_latency_us\": null");
	has(_metadata, text, "\"wake_latency_tail_ratio\": null");
	has(_metadata, text, "\"migration_ratio\": null");
	has(_metadata, text, "\"cross_node_migration_ratio\": null");
	has(_metadata, text, "\"page_locality\": null");
	has(_metadata, text, "\"mean_run_delay_us\": null");
	has(_metadata, text, "\"schedstat\":null");
	has(_metadata, text, "\"numa_pages\":null");
	lacks(_metadata, text, "nan");
	lacks(_metadata, text, "inf\"");
}

TEST_F(report, what_a_histogram_is_drawn_from)
{
	self->cgroups[0].wake.bucket[latency_bucket(2000)] = 3;
	self->cgroups[0].wake.bucket[latency_bucket(9000)] = 2;
	EXPECT_TRUE(is_json(print(self, true)));
	has(_metadata, self->text, "[[1920,3],[8192,2]]");
}

TEST_F(report, nothing_at_all)
{
	memset(&self->res.load, 0, sizeof(self->res.load));
	EXPECT_TRUE(is_json(print(self, true)));
	has(_metadata, self->text, "\"workers_total\": 0");
	lacks(_metadata, print(self, false), "cgroup");
}

TEST_F(report, hostile_texts_stay_what_they_are)
{
	self->phases[1].name = (char *)HOSTILE;
	self->cgroups[0].cgroup = HOSTILE;
	self->findings[0].cgroup = HOSTILE;
	memcpy(self->findings[0].text, HOSTILE, sizeof(HOSTILE));
	EXPECT_TRUE(is_json(print(self, true)));
	lacks(_metadata, self->text, "\x1b");
	lacks(_metadata, self->text, "] BUG:");
	lacks(_metadata, print(self, false), "] BUG:");
	lacks(_metadata, self->text, "\x1b");
}

TEST_F(report, many_lines_of_a_kind_are_cut)
{
	struct ktstr_phase *many = calloc(100, sizeof(*many));
	u32 i;

	for (i = 0; i < 100; i++)
		many[i] = self->phases[1];
	self->res.load.phases = many;
	self->res.load.nr_phases = 100;
	has(_metadata, print(self, false), "36 more steps are in the JSON result\n");
	free(many);
}

TEST_HARNESS_MAIN
