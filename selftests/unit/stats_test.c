// SPDX-License-Identifier: GPL-2.0-only
/* Metrics and their gates, and the figures of a run out of the result it left. */
#include <errno.h>
#include <math.h>

#include "fake_results.h"
#include "host/harness/report.h"
#include "host/harness/stats_json.h"
#include "kselftest_harness.h"

/* What people look up: a change here changes what gates a patch. */
TEST(gates)
{
	static const struct {
		const char *name;
		double abs_gate, rel_gate;
		bool higher;
	} want[] = {
		{ "worst_spread", 5, 0.25 },
		{ "worst_gap_ms", 500, 0.5 },
		{ "total_migrations", 2, 0.3 },
		{ "worst_migration_ratio", 0.05, 0.2 },
		{ "max_imbalance_ratio", 1, 0.25 },
		{ "max_dsq_depth", 10, 0.5 },
		{ "stuck_count", 1, 0.5 },
		{ "total_fallback", 5, 0.3 },
		{ "total_keep_last", 5, 0.3 },
		{ "worst_p99_wake", 50, 0.25 },
		{ "worst_median_wake", 20, 0.25 },
		{ "worst_wake_latency_cv", 0.1, 0.25 },
		{ "worst_wake_latency_tail_ratio", 0.5, 0.25 },
		{ "total_iterations", 2, 0.1, true },
		{ "iteration_rate", 1, 0.3, true },
		{ "worst_iterations_per_worker", 10, 0.1, true },
		{ "worst_mean_run_delay", 50, 0.25 },
		{ "worst_run_delay", 100, 0.5 },
		{ "worst_page_locality", 0.05, 0.1, true },
		{ "worst_cross_node_migration_ratio", 0.05, 0.2 },
	};
	unsigned int i;

	ASSERT_EQ(ARRAY_SIZE(want), STATS_NR);
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		const struct stats_info *info = stats_find(want[i].name);

		ASSERT_NE(info, NULL) TH_LOG("%s", want[i].name);
		EXPECT_EQ(info->abs_gate, want[i].abs_gate) TH_LOG("%s", info->name);
		EXPECT_EQ(info->rel_gate, want[i].rel_gate) TH_LOG("%s", info->name);
		EXPECT_EQ(info->better, want[i].higher ? KTSTR_BETTER_HIGHER : KTSTR_BETTER_LOWER);
		EXPECT_NE(info->what, NULL);
		EXPECT_NE(info->unit, NULL);
	}
	EXPECT_EQ(stats_find("worst"), NULL);
}

TEST(typos_name_what_was_meant)
{
	struct stats_payload p = { .name = (char *)"bench.rps", .unit = (char *)"" };
	struct stats_run run = { .payload = &p, .nr_payload = 1 };
	struct stats_set set = { .run = &run, .nr = 1 };
	struct ktstr_err err = { "" };
	char name[400];

	EXPECT_EQ(stats_check_name("worst_gap_ms", NULL, NULL, &err), 0);
	EXPECT_EQ(stats_check_name("wrost_gap", NULL, NULL, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "'wrost_gap'; did you mean worst_gap_ms"), NULL)
	TH_LOG("%s", err.msg);
	EXPECT_EQ(stats_check_name("fallback", NULL, NULL, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "did you mean total_fallback?"), NULL)
	TH_LOG("%s", err.msg);
	EXPECT_EQ(stats_check_name("nothing_like_it_at_all", NULL, NULL, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "there are worst_spread, worst_gap_ms"), NULL);
	EXPECT_EQ(stats_check_name("bench.rps", NULL, NULL, &err), -EINVAL);
	EXPECT_EQ(stats_check_name("bench.rps", NULL, &set, &err), 0);
	EXPECT_EQ(stats_check_name("bench.rsp", &set, NULL, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "did you mean bench.rps?"), NULL);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	EXPECT_EQ(stats_check_name(name, NULL, NULL, &err), -EINVAL);
	EXPECT_EQ(stats_check_name("", NULL, NULL, &err), -EINVAL);
}

FIXTURE(result)
{
	struct stats_set set;
	struct stats_run *run;
	struct ktstr_err err;
};

FIXTURE_SETUP(result)
{
	self->run = stats_set_add(&self->set);
	if (stats_json_parse(self->run, "x", "{\"verdict\": \"PASS\"}", 19, NULL) == -EOPNOTSUPP)
		SKIP(return, "this build is without json-c");
	stats_set_drop(&self->set);
	self->run = stats_set_add(&self->set);
}

FIXTURE_TEARDOWN(result)
{
	stats_set_free(&self->set);
}

static int parse(FIXTURE_DATA(result) * self, const char *text)
{
	stats_set_drop(&self->set);
	self->run = stats_set_add(&self->set);
	return stats_json_parse(self->run, "d/steady.result.json", text, strlen(text), &self->err);
}

TEST_F(result, names_and_machine)
{
	struct fake_result r = {
		.scheduler = "\"/home/x/scx_mine\"",
		.emulated = true,
		.cpu_budget = 1.5,
		.dilation = 1.25,
	};
	char *text = fake_result_json(&r);

	ASSERT_EQ(parse(self, text), 0) TH_LOG("%s", self->err.msg);
	free(text);
	EXPECT_STREQ(self->run->test, "steady");
	EXPECT_STREQ(self->run->topology, "1n1l2c1t");
	EXPECT_STREQ(self->run->scheduler, "scx_mine");
	EXPECT_STREQ(self->run->path, "d/steady.result.json");
	EXPECT_EQ(self->run->verdict, KTSTR_PASS);
	EXPECT_TRUE(self->run->emulated);
	EXPECT_EQ(self->run->vcpus, 2);
	EXPECT_EQ(self->run->cpu_budget, 1.5);
	EXPECT_EQ(self->run->dilation, 1.25);
}

TEST_F(result, figures)
{
	struct fake_result r = {
		.iterations = 5000, .wall_s = 2, .p99_us = 75, .migrations = 8, .fallback = 6
	};
	char *text = fake_result_json(&r);
	const double *v;

	ASSERT_EQ(parse(self, text), 0);
	free(text);
	v = self->run->value;
	EXPECT_EQ(v[STATS_ITERATIONS], 5000);
	EXPECT_EQ(self->run->span_s[STATS_ITERATIONS], 2);
	EXPECT_EQ(v[STATS_ITERATION_RATE], 2500);
	EXPECT_EQ(v[STATS_WORST_ITERATIONS], 2500);
	EXPECT_EQ(v[STATS_MIGRATIONS], 8);
	EXPECT_EQ(v[STATS_WORST_SPREAD], 1.5);
	EXPECT_EQ(v[STATS_WORST_GAP], 20);
	EXPECT_EQ(v[STATS_WORST_P99_WAKE], 75);
	EXPECT_EQ(v[STATS_WORST_MEDIAN_WAKE], 10);
	EXPECT_EQ(v[STATS_IMBALANCE], 2);
	EXPECT_EQ(v[STATS_DSQ_DEPTH], 3);
	EXPECT_EQ(v[STATS_STUCK], 0);
	EXPECT_EQ(v[STATS_FALLBACK], 6);
	EXPECT_EQ(self->run->span_s[STATS_FALLBACK], 1);
	EXPECT_TRUE(isnan(v[STATS_WORST_PAGE_LOCALITY]));
	EXPECT_TRUE(isnan(v[STATS_WORST_RUN_DELAY]));
}

struct fake_cgroup {
	u32 step, workers, iterations, wall_s;
	double gap_ms, locality;
};

static char *cgroups_json(const struct fake_cgroup *c, size_t nr)
{
	char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	fputs("{ \"verdict\": \"PASS\", \"load\": { \"cgroups\": [", f);
	for (i = 0; i < nr; i++) {
		fprintf(f, "%s{ \"step\": %u, \"num_workers\": %u,", i ? "," : "", c[i].step,
			c[i].workers);
		fprintf(f, "\"total_iterations\": %u, \"wall_ns\": %u000000000,", c[i].iterations,
			c[i].wall_s);
		fprintf(f, "\"max_gap_ms\": %g, \"page_locality\": %g }", c[i].gap_ms,
			c[i].locality);
	}
	fputs("] } }", f);
	fclose(f);
	return text;
}

/* The worst cgroup counts; steps follow each other, the backdrop goes beside them. */
TEST_F(result, cgroups_and_steps)
{
	static const struct fake_cgroup cgroups[] = {
		{ 2, 2, 100, 3, 7, 0.5 }, { 1, 1, 100, 1, 9, 0.75 }, { 2, 4, 100, 2, 8, 0.25 },
		{ 0, 1, 60, 3, 1, 1 },	  { 3, 0, 0, 50, 99, 0.01 },
	};
	char *text = cgroups_json(cgroups, ARRAY_SIZE(cgroups));
	const double *v;

	ASSERT_EQ(parse(self, text), 0) TH_LOG("%s", self->err.msg);
	free(text);
	v = self->run->value;
	EXPECT_EQ(v[STATS_ITERATIONS], 360);
	EXPECT_EQ(self->run->span_s[STATS_ITERATIONS], 4);
	EXPECT_EQ(v[STATS_ITERATION_RATE], 90);
	EXPECT_EQ(v[STATS_WORST_ITERATIONS], 25);
	EXPECT_EQ(v[STATS_WORST_GAP], 9);
	EXPECT_EQ(v[STATS_WORST_PAGE_LOCALITY], 0.25);
	EXPECT_TRUE(isnan(v[STATS_IMBALANCE]));
}

TEST_F(result, payloads)
{
	struct fake_result r = {
		.metrics = "{ \"payload\": \"b\", \"name\": \"z\", \"value\": 4,\n"
			   "\"better\": \"higher\", \"unit\": \"1/s\" },\n"
			   "{ \"payload\": \"b\", \"name\": \"a\", \"value\": 2 },\n"
			   "{ \"payload\": \"b\", \"name\": \"z\", \"value\": 8 },\n"
			   "{ \"payload\": \"b\", \"name\": \"none\", \"value\": null },\n"
			   "{ \"name\": \"of nobody\", \"value\": 1 }, 7, null",
	};
	char *text = fake_result_json(&r);

	ASSERT_EQ(parse(self, text), 0);
	free(text);
	ASSERT_EQ(self->run->nr_payload, 2);
	EXPECT_STREQ(self->run->payload[0].name, "b.a");
	EXPECT_EQ(self->run->payload[0].better, KTSTR_BETTER_UNKNOWN);
	EXPECT_STREQ(self->run->payload[1].name, "b.z");
	EXPECT_EQ(self->run->payload[1].value, 6);
	EXPECT_EQ(self->run->payload[1].better, KTSTR_BETTER_HIGHER);
	EXPECT_STREQ(self->run->payload[1].unit, "1/s");
}

TEST_F(result, without_figures)
{
	unsigned int i;

	ASSERT_EQ(parse(self, "{ \"verdict\": \"FAIL\", \"test\": null }"), 0);
	EXPECT_EQ(self->run->verdict, KTSTR_FAIL);
	EXPECT_STREQ(self->run->test, "steady");
	EXPECT_STREQ(self->run->topology, "");
	EXPECT_STREQ(self->run->scheduler, "EEVDF");
	for (i = 0; i < STATS_NR; i++)
		EXPECT_TRUE(isnan(self->run->value[i]));
}

TEST_F(result, large_and_odd_numbers)
{
	static const char text[] =
		"{ \"verdict\": \"PASS\", \"emulated\": 3, \"vcpus\": -1,\n"
		"\"cpu_budget\": \"many\", \"load\": { \"cgroups\": [ 1, [], {},\n"
		"{ \"num_workers\": 1, \"spread\": \"0x20000000000001\",\n"
		"\"max_gap_ms\": \"0xzz\", \"step\": [] } ], \"metrics\": {} } }";

	ASSERT_EQ(parse(self, text), 0);
	EXPECT_EQ(self->run->value[STATS_WORST_SPREAD], 9007199254740993.0);
	EXPECT_TRUE(isnan(self->run->value[STATS_WORST_GAP]));
	EXPECT_EQ(self->run->vcpus, 0);
	EXPECT_EQ(self->run->cpu_budget, 0);
}

TEST_F(result, names_are_made_harmless)
{
	static const char text[] =
		"{ \"verdict\": \"PASS\", \"test\": { \"name\": \"a\\u001b[2J\\n\",\n"
		"\"topology\": \"\\u00ff\" } }";

	ASSERT_EQ(parse(self, text), 0);
	EXPECT_STREQ(self->run->test, "a\\x1b[2J");
	EXPECT_STREQ(self->run->topology, "\\xc3\\xbf");
}

TEST_F(result, damage_is_told)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{ "", "steady.result.json: malformed JSON" },
		{ "{ \"verdict\": \"PASS\"", "it ends here" },
		{ "{ \"verdict\" }", "malformed JSON at byte 12" },
		{ "{}", "no result of a run" },
		{ "[]", "no result of a run" },
		{ "{ \"verdict\": \"MAYBE\" }", "no result of a run" },
		{ "{ \"verdict\": 3 }", "no result of a run" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(parse(self, cases[i].text), -EINVAL);
		EXPECT_NE(strstr(self->err.msg, cases[i].says), NULL)
		TH_LOG("'%s': %s", cases[i].text, self->err.msg);
	}
}

TEST_F(result, every_prefix_is_refused)
{
	struct fake_result r = { .p99_us = 1, .metrics = "{ \"payload\": \"b\" }" };
	char *text = fake_result_json(&r);
	size_t len = strlen(text) - 2, i;

	for (i = 0; i < len; i++) {
		stats_set_drop(&self->set);
		self->run = stats_set_add(&self->set);
		EXPECT_EQ(stats_json_parse(self->run, "x", text, i, NULL), -EINVAL);
	}
	free(text);
}

/* What is written is what is read. */
TEST_F(result, of_a_run)
{
	struct ktstr_cgroup_stats c = {
		.cgroup = "a",
		.step = 1,
		.workers = 4,
		.spread = 12.5,
		.max_gap_ns = 30000000,
		.migrations = 10,
		.cross_node = 5,
		.iterations = 40,
		.wall_ns = 2 * NSEC_PER_SEC,
		.run_delay_mean_ns = 1500,
		.run_delay_worst_ns = 2500,
		.throughput_cv = (double)NAN,
		.page_locality = 0.75,
		.wake = { .total = 4,
			  .kept = 4,
			  .p50 = 2000,
			  .p99 = 8000,
			  .mean = 4000,
			  .stddev = 1000 },
	};
	struct ktstr_metric_value m = {
		.payload = (char *)"b",
		.name = (char *)"rps",
		.value = 12,
		.polarity = KTSTR_BETTER_LOWER,
		.unit = (char *)"1/s",
	};
	struct ktstr_test test = { .name = "t", .topology = "1n2l2c1t", .scheduler = "d/scx_x" };
	struct ktstr_result res = {
		.verdict = KTSTR_FAIL,
		.load = { .cgroups = &c,
			  .nr_cgroups = 1,
			  .metrics = &m,
			  .nr_metrics = 1,
			  .contention = { .known = true, .dilation = 1.5 } },
	};
	const double *v;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	res.monitor.summary.samples = 3;
	res.monitor.summary.span_ns = NSEC_PER_SEC;
	res.monitor.summary.imbalance_max = 2.5;
	res.monitor.summary.dsq_depth_max = 7;
	res.monitor.summary.stuck = 2;
	res.monitor.summary.events[MONITOR_SELECT_CPU_FALLBACK] = 11;
	res.monitor.summary.events[MONITOR_DISPATCH_KEEP_LAST] = 12;
	res.monitor.summary.events_ns = 4 * NSEC_PER_SEC;
	ASSERT_EQ(ktstr_result_json(f, &test, &res), 0);
	fclose(f);
	ASSERT_EQ(parse(self, text), 0) TH_LOG("%s", self->err.msg);
	free(text);
	EXPECT_STREQ(self->run->test, "t");
	EXPECT_STREQ(self->run->topology, "1n2l2c1t");
	EXPECT_STREQ(self->run->scheduler, "scx_x");
	EXPECT_EQ(self->run->verdict, KTSTR_FAIL);
	EXPECT_EQ(self->run->vcpus, 4);
	EXPECT_EQ(self->run->dilation, 1.5);
	v = self->run->value;
	EXPECT_EQ(v[STATS_WORST_SPREAD], 12.5);
	EXPECT_EQ(v[STATS_WORST_GAP], 30);
	EXPECT_EQ(v[STATS_MIGRATIONS], 10);
	EXPECT_EQ(v[STATS_WORST_MIGRATION_RATIO], 0.25);
	EXPECT_EQ(v[STATS_IMBALANCE], 2.5);
	EXPECT_EQ(v[STATS_DSQ_DEPTH], 7);
	EXPECT_EQ(v[STATS_STUCK], 2);
	EXPECT_EQ(self->run->span_s[STATS_STUCK], 1);
	EXPECT_EQ(v[STATS_FALLBACK], 11);
	EXPECT_EQ(v[STATS_KEEP_LAST], 12);
	EXPECT_EQ(self->run->span_s[STATS_KEEP_LAST], 4);
	EXPECT_EQ(v[STATS_WORST_P99_WAKE], 8);
	EXPECT_EQ(v[STATS_WORST_MEDIAN_WAKE], 2);
	EXPECT_EQ(v[STATS_WORST_WAKE_CV], 0.25);
	EXPECT_EQ(v[STATS_WORST_WAKE_TAIL], 4);
	EXPECT_EQ(v[STATS_ITERATIONS], 40);
	EXPECT_EQ(v[STATS_ITERATION_RATE], 20);
	EXPECT_EQ(v[STATS_WORST_ITERATIONS], 10);
	EXPECT_EQ(v[STATS_WORST_MEAN_RUN_DELAY], 1.5);
	EXPECT_EQ(v[STATS_WORST_RUN_DELAY], 2.5);
	EXPECT_EQ(v[STATS_WORST_PAGE_LOCALITY], 0.75);
	EXPECT_EQ(v[STATS_WORST_CROSS_NODE], 0.5);
	ASSERT_EQ(self->run->nr_payload, 1);
	EXPECT_STREQ(self->run->payload[0].name, "b.rps");
	EXPECT_EQ(self->run->payload[0].better, KTSTR_BETTER_LOWER);
}

TEST_HARNESS_MAIN
