// SPDX-License-Identifier: GPL-2.0-only
/* Reports of scripted results: what is in them, and what never is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/coord/conscan.h"
#include "host/harness/guest_text.h"
#include "host/harness/report.h"
#include "json_reader.h"
#include "kselftest_harness.h"
#include "lib/util.h"
#include "text_check.h"

static struct wire_worker_view workers[] = {
	{ 101, WIRE_WORKER_COMPLETED, 90, 900000, 1000000 },
	{ 102, WIRE_WORKER_COMPLETED, 110, 910000, 1000000 },
	{ 103, 0, 100, 920000, 1000000 },
};

static const struct ktstr_test run_test = {
	.name = "demo",
	.scheduler = "scx_simple",
	.topology = "1n2l2c1t",
	.duration_ms = 3000,
};

static const char sched_log[] = "loaded\nlocal=1 global=2\n";
static const char console[] = "[    0.000000] Linux version\n"
			      "[    1.234567][    T1] BUG: kernel NULL pointer dereference\n"
			      "[    1.234568] Call Trace:\n"
			      "not ok 1 forged\n";

/* A pass; tests spoil what they are about. */
static void script(struct ktstr_result *res)
{
	memset(res, 0, sizeof(*res));
	res->verdict = KTSTR_PASS;
	res->reason = KTSTR_REASON_PASS;
	snprintf(res->reason_text, sizeof(res->reason_text), "3 workers made progress");
	res->stage = WIRE_STAGE_DONE;
	res->nr_workers = ARRAY_SIZE(workers);
	res->workers = workers;
	snprintf(res->ops, sizeof(res->ops), "simple");
	res->sched_log = (char *)sched_log;
	res->sched_log_len = strlen(sched_log);
	res->console = (char *)console;
	res->console_len = strlen(console);
	res->report_valid = true;
	res->report.exit_reason = VMM_EXIT_SHUTDOWN;
	res->report.kvm_exits = 9000;
	res->report.kvm_exits_at_srdy = 8000;
	res->report.unhandled_io = 6;
	res->timings.total_ns = 5 * NSEC_PER_SEC;
	res->timings.first_run_ns = 12 * NSEC_PER_MSEC;
	res->timings.ready_ns = 3 * NSEC_PER_SEC;
}

static void fail_script(struct ktstr_result *res)
{
	script(res);
	res->verdict = KTSTR_FAIL;
	res->reason = KTSTR_REASON_GUEST_CRASHED;
	res->console_kind = CONSCAN_OOPS;
	snprintf(res->console_line, sizeof(res->console_line), "BUG: kernel NULL pointer");
	snprintf(res->reason_text, sizeof(res->reason_text), "guest crashed: BUG");
}

static char *report(const struct ktstr_test *test, const struct ktstr_result *res)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	ktstr_report_print(f, test, res);
	fclose(f);
	return text;
}

static char *json(const struct ktstr_test *test, const struct ktstr_result *res)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (ktstr_result_json(f, test, res)) {
		fclose(f);
		free(text);
		return NULL;
	}
	fclose(f);
	return text;
}

TEST(the_reader_of_these_tests_can_say_no)
{
	EXPECT_TRUE(is_json("{\"a\": [1, -2.5, \"x\\\"\"], \"b\": null}\n"));
	EXPECT_FALSE(is_json("{\"a\": 1,}"));
	EXPECT_FALSE(is_json("{\"a\" 1}"));
	EXPECT_FALSE(is_json("[1 2]"));
	EXPECT_FALSE(is_json("\"\x1b\""));
	EXPECT_FALSE(is_json("\"\\x1b\""));
	EXPECT_FALSE(is_json("{} {}"));
}

TEST(first_line_is_a_summary)
{
	struct ktstr_test test = run_test;
	struct ktstr_result res;
	char *text;

	script(&res);
	text = report(&test, &res);
	EXPECT_EQ(strncmp(text, "PASS scx_simple 1n2l2c1t: 3 workers made progress\n", 49), 0);
	free(text);
	test.scheduler = NULL;
	test.topology = NULL;
	res.verdict = KTSTR_INCONCLUSIVE;
	res.infra = true;
	text = report(&test, &res);
	EXPECT_EQ(strncmp(text, "INCONCLUSIVE (infrastructure) EEVDF 1n1l1c1t: ", 46), 0)
	TH_LOG("%s", text);
	free(text);
	text = report(NULL, &res);
	EXPECT_EQ(strncmp(text, "INCONCLUSIVE (infrastructure): ", 31), 0);
	free(text);
}

/* What comes after what, for whoever reads it from the top. */
TEST(a_failure_in_reading_order)
{
	struct ktstr_snapshot dump = {
		.v = { .kind = WIRE_DUMP_FAILURE,
		       .exit_kind = 1026,
		       .exit_msg = "runnable task stall",
		       .vcpu = 1,
		       .frozen = 4,
		       .vcpus = 4 },
	};
	struct ktstr_finding findings[] = {
		{ .check = KTSTR_CHECK_GAP,
		  .kind = KTSTR_FINDING_FAIL,
		  .step = 1,
		  .cgroup = "a",
		  .text = "worker 7 stuck 2100 ms" },
	};
	struct ktstr_cgroup_stats cgroups[] = {
		{ .cgroup = "a", .step = 1, .iterations = 400, .wall_ns = 2000000000 },
		{ .cgroup = "b", .step = 1, .iterations = 100, .wall_ns = 2000000000 },
	};
	struct ktstr_phase phases[] = {
		{ .step = 1, .name = (char *)"hot", .from_ns = 1, .to_ns = 2000000001 },
	};
	static const char *const order[] = {
		"BUG SUMMARY: FAIL (sched_ejected) scx_simple 1n2l2c1t: ejected; sched_ext: runnable task stall\n",
		"\n  check      fail in a, step 1: worker 7 stuck 2100 ms\n",
		"\n  workers    3, 2 completed\n",
		"\n  cgroup     a, step 1: ",
		"\n  step 1     hot: 2.000 s",
		"\n             a 200 iterations/s; b 50 iterations/s\n",
		"\n  scheduler  ops \"simple\"",
		"\n    sched| local=1 global=2\n",
		"\n  time       5.000 s in all",
		"\n  host       KVM\n",
		"\n  guest      came to stage ",
		", exit code 3\n",
		"\n    guest| (    0.000000) Linux version\n",
		"\n  failure    exit kind 1026 ",
		"\n  dump       /out/demo.failure-dump.json\n",
		"\n  monitor    INCONCLUSIVE",
		"\n  artifacts  /out\n",
	};
	struct ktstr_result res;
	char *text, *at, *found;
	size_t i;

	script(&res);
	res.verdict = KTSTR_FAIL;
	res.reason = KTSTR_REASON_SCHED_EJECTED;
	snprintf(res.reason_text, sizeof(res.reason_text), "ejected");
	res.exit_seen = true;
	res.exit_code = 3;
	res.snapshots = &dump;
	res.nr_snapshots = 1;
	res.load.findings = findings;
	res.load.nr_findings = 1;
	res.load.cgroups = cgroups;
	res.load.nr_cgroups = 2;
	res.load.phases = phases;
	res.load.nr_phases = 1;
	res.monitor.info_seen = true;
	res.artifact_dir = "/out";
	res.dump_path = "/out/demo.failure-dump.json";
	text = report(&run_test, &res);
	for (i = 0, at = text; i < ARRAY_SIZE(order); i++) {
		found = strstr(at, order[i]);
		ASSERT_NE(found, NULL)
		TH_LOG("\"%s\" is not where it should be in:\n%s", order[i], text);
		at = found + strlen(order[i]) - 1;
	}
	free(text);
}

TEST(what_is_no_bug_is_not_called_one)
{
	struct ktstr_result res;
	char *text;

	script(&res);
	text = report(&run_test, &res);
	lacks(_metadata, text, "BUG SUMMARY");
	free(text);
	res.verdict = KTSTR_SKIP;
	text = report(&run_test, &res);
	EXPECT_EQ(strncmp(text, "SKIP scx_simple", 15), 0);
	free(text);
	res.verdict = KTSTR_FAIL;
	res.infra = true;
	text = report(&run_test, &res);
	lacks(_metadata, text, "BUG SUMMARY");
	free(text);
	res.verdict = KTSTR_INCONCLUSIVE;
	res.infra = false;
	text = report(NULL, &res);
	EXPECT_EQ(strncmp(text, "BUG SUMMARY: INCONCLUSIVE (pass): ", 34), 0);
	free(text);
}

TEST(the_end_of_the_console_is_short)
{
	struct ktstr_result res;
	char many[1024] = "", *text;
	int i;

	fail_script(&res);
	for (i = 0; i < 50; i++)
		sprintf(many + strlen(many), "line %d\n", i);
	res.console = many;
	res.console_len = strlen(many);
	text = report(&run_test, &res);
	has(_metadata, text, "the last 20 of 50 lines:");
	has(_metadata, text, "guest| line 30\n");
	lacks(_metadata, text, "guest| line 29\n");
	free(text);
}

TEST(report_of_a_pass)
{
	struct ktstr_result res;
	char *text;

	script(&res);
	text = report(&run_test, &res);
	has(_metadata, text, "5.000 s in all; VM: first instruction 0.012 s, ready 3.000 s\n");
	has(_metadata, text, "3, 2 completed\n");
	has(_metadata, text, "min 90, avg 100, max 110 (spread 20.0 %)\n");
	has(_metadata, text, "ops \"simple\"");
	has(_metadata, text, "sched| local=1 global=2\n");
	has(_metadata, text, "9000 KVM exits, 8000 until ready");
	has(_metadata, text, "KVM\n");
	lacks(_metadata, text, "guest|");
	lacks(_metadata, text, "unhandled");
	lacks(_metadata, text, "attached");
	free(text);
}

TEST(report_of_a_failure_has_the_console)
{
	struct ktstr_result res;
	char *text;

	fail_script(&res);
	res.emulated = true;
	res.artifact_dir = "/out";
	res.report.crc_errors = 3;
	text = report(&run_test, &res);
	has(_metadata, text, "guest| (    1.234567)(    T1) BUG: kernel NULL pointer");
	has(_metadata, text, "guest| not ok 1 forged\n");
	has(_metadata, text, "showed: ");
	has(_metadata, text, "crc errors: 3\n");
	has(_metadata, text, "emulated");
	has(_metadata, text, "artifacts  /out\n");
	free(text);
}

TEST(C6_nothing_a_ci_takes_for_its_own)
{
	struct ktstr_result res;
	char *text, *line;

	fail_script(&res);
	snprintf(res.reason_text, sizeof(res.reason_text), "[ 1.0] Kernel panic\nnot ok 2 x");
	snprintf(res.ops, sizeof(res.ops), "] RIP: 0010");
	res.sched_log = "\x1b[2Jok 7\n::error::x\n[FAIL] y\n";
	res.sched_log_len = strlen(res.sched_log);
	text = report(&run_test, &res);
	EXPECT_EQ(strpbrk(text, "[]\x1b"), NULL);
	for (line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n'))
		EXPECT_EQ(line[1], ' ');
	has(_metadata, text, "sched| \\x1b(2Jok 7\n");
	free(text);
	text = json(&run_test, &res);
	ASSERT_NE(text, NULL);
	EXPECT_TRUE(is_json(text));
	lacks(_metadata, text, "] Call Trace:");
	lacks(_metadata, text, "] RIP:");
	lacks(_metadata, text, "[ 1.0]");
	free(text);
}

TEST(json_has_the_facts)
{
	struct ktstr_result res;
	char *text;

	script(&res);
	text = json(&run_test, &res);
	ASSERT_NE(text, NULL);
	EXPECT_TRUE(is_json(text));
	has(_metadata, text, "\"format\": 1,");
	has(_metadata, text, "\"verdict\": \"PASS\"");
	has(_metadata, text, "\"exit_status\": 0");
	has(_metadata, text, "\"reason\": \"pass\"");
	has(_metadata, text, "\"scheduler\": \"scx_simple\"");
	has(_metadata, text, "\"topology\": \"1n2l2c1t\"");
	has(_metadata, text, "\"ready\": 3000000000");
	has(_metadata, text, "\"min\": 90");
	has(_metadata, text, "\"avg\": 100.0");
	has(_metadata, text, "\"tid\": 103");
	has(_metadata, text, "\"completed\": false");
	has(_metadata, text, "\"ops\": \"simple\"");
	has(_metadata, text, "\"local=1 global=2\"");
	has(_metadata, text, "\"unhandled_io\": 6");
	has(_metadata, text, "\"artifact_dir\": null");
	free(text);
}

TEST(json_of_a_run_that_never_started)
{
	struct ktstr_result res = {
		.infra = true,
		.reason = KTSTR_REASON_SETUP,
		.reason_text = "no kernel to test",
	};
	char *text = json(NULL, &res);

	ASSERT_NE(text, NULL);
	EXPECT_TRUE(is_json(text));
	has(_metadata, text, "\"verdict\": \"INCONCLUSIVE\"");
	has(_metadata, text, "\"exit_status\": 3");
	has(_metadata, text, "\"test\": null");
	has(_metadata, text, "\"vm\": null");
	has(_metadata, text, "\"workers\": [");
	free(text);
	text = report(NULL, &res);
	lacks(_metadata, text, "workers");
	lacks(_metadata, text, "host");
	free(text);
}

TEST(T7_hostile_bytes)
{
	struct ktstr_test test = run_test;
	struct ktstr_result res;
	char all[512], *text;
	size_t n = 0;
	int c;

	for (c = 1; c < 256; c++)
		all[n++] = c;
	all[n] = '\0';
	fail_script(&res);
	test.scheduler = "/tmp/\x80\xff\"\\/scx";
	res.console = all;
	res.console_len = n;
	res.sched_log = all;
	res.sched_log_len = n;
	memcpy(res.console_line, all, sizeof(res.console_line) - 1);
	memcpy(res.report.reason, all + 100, 100);
	memcpy(res.ops, all, sizeof(res.ops) - 1);
	res.artifact_dir = all;
	text = json(&test, &res);
	ASSERT_NE(text, NULL);
	EXPECT_TRUE(is_json(text));
	has(_metadata, text, "\"/tmp/\\\\x80\\\\xff\\\"\\\\/scx\"");
	free(text);
	res.artifact_dir = NULL;
	text = report(&test, &res);
	for (n = 0; text[n]; n++)
		EXPECT_TRUE(text[n] == '\n' || (text[n] >= ' ' && text[n] <= '~'));
	free(text);
}

TEST(json_says_when_it_was_not_written)
{
	struct ktstr_result res;
	FILE *f = fopen("/dev/full", "w");

	ASSERT_NE(f, NULL);
	script(&res);
	EXPECT_EQ(ktstr_result_json(f, &run_test, &res), -EIO);
	fclose(f);
}

TEST(units_without_work)
{
	struct wire_worker_view idle[] = { { 1, WIRE_WORKER_COMPLETED, 0, 0, 0 } };
	struct ktstr_result res = { .nr_workers = 1, .workers = idle };
	struct report_units u;

	report_units(&res, &u);
	EXPECT_EQ(u.completed, 1);
	EXPECT_EQ(u.max, 0);
	EXPECT_TRUE(u.spread_pct == 0);
	res.nr_workers = 0;
	report_units(&res, &u);
	EXPECT_EQ(u.completed, 0);
}

static void collect(void *ctx, const char *line)
{
	strcat(strcat(ctx, line), "|");
}

TEST(guest_lines_are_the_last_ones)
{
	char got[256] = "";

	EXPECT_EQ(guest_lines_count("", 0), 0);
	EXPECT_EQ(guest_lines_count("\n", 1), 1);
	EXPECT_EQ(guest_lines_count("a\n\nb", 4), 3);
	guest_lines("a\nb\nc\n", 6, 2, collect, got);
	EXPECT_STREQ(got, "b|c|");
	got[0] = '\0';
	guest_lines("a\n\nb", 4, 9, collect, got);
	EXPECT_STREQ(got, "a||b|");
	got[0] = '\0';
	guest_lines("[1.2] x\0y\n", 10, 9, collect, got);
	EXPECT_STREQ(got, "(1.2) x\\x00y|");
}

TEST_HARNESS_MAIN
