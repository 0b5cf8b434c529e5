// SPDX-License-Identifier: GPL-2.0-only
/* What the observer saw, in the report and in the JSON result. */
#include <stdlib.h>
#include <string.h>

#include "host/harness/report.h"
#include "json_reader.h"
#include "kselftest_harness.h"
#include "lib/util.h"
#include "text_check.h"

#define HOSTILE "\x1b[2J\"\\\n[    1.0] BUG: \xff\xfe {}]"

/* Snapshots and records of a run; texts are added by the tests. */
struct run {
	struct ktstr_snapshot snapshots[40];
	struct op_view ops[600];
	struct ktstr_result res;
};

static struct run *run_new(void)
{
	struct run *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->res.verdict = KTSTR_FAIL;
	r->res.reason = KTSTR_REASON_SCHED_EJECTED;
	r->res.snapshots = r->snapshots;
	r->res.op_results = r->ops;
	return r;
}

static struct dump_view *add_snapshot(struct run *r, u32 kind, const char *tag)
{
	struct dump_view *v = &r->snapshots[r->res.nr_snapshots++].v;

	*v = (struct dump_view){
		.kind = kind,
		.frozen = 4,
		.vcpus = 4,
		.vcpu = 2,
		.ip = 0xffffffff81234567,
		.latch_to_frozen_ns = 250000,
		.frozen_to_captured_ns = 1500000,
		.frozen_ns = 2000000,
	};
	snprintf(v->tag, sizeof(v->tag), "%s", tag);
	return v;
}

static struct op_view *add_op(struct run *r, enum wire_op op, const char *tag, const char *why)
{
	struct op_view *v = &r->ops[r->res.nr_op_results++];

	v->op = op;
	v->status = WIRE_SNAP_ERR;
	snprintf(v->tag, sizeof(v->tag), "%s", tag);
	snprintf(v->reason, sizeof(v->reason), "%s", why);
	return v;
}

static char *report(const struct run *r)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	ktstr_report_print(f, NULL, &r->res);
	fclose(f);
	return text;
}

static char *json(const struct run *r)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (ktstr_result_json(f, NULL, &r->res))
		abort();
	fclose(f);
	return text;
}

TEST(failure_dump_in_the_report)
{
	struct run *r = run_new();
	struct dump_view *v = add_snapshot(r, WIRE_DUMP_FAILURE, "");
	char *text;

	v->exit_kind = 1026;
	snprintf(v->exit_msg, sizeof(v->exit_msg), "runnable task stall");
	snprintf(v->ip_symbol, sizeof(v->ip_symbol), "scx_claim_exit+0x2f");
	r->res.dump_path = "/out/t.failure-dump.json";
	text = report(r);
	has(_metadata, text, "exit kind 1026 (SCX_EXIT_ERROR_STALL): runnable task stall\n");
	has(_metadata, text, "stopped at scx_claim_exit+0x2f (0xffffffff81234567) on vCPU 2");
	has(_metadata, text, "frozen=4/4\n");
	has(_metadata, text,
	    "trap to frozen 0.250 ms, frozen to captured 1.500 ms, standstill 2.000 ms\n");
	has(_metadata, text, "dump       /out/t.failure-dump.json\n");
	free(text);
	free(r);
}

TEST(failure_seen_without_a_trap)
{
	struct run *r = run_new();
	struct dump_view *v = add_snapshot(r, WIRE_DUMP_FALLBACK, "");
	char *text;

	v->vcpu = WIRE_DUMP_NO_VCPU;
	v->frozen = 3;
	text = report(r);
	has(_metadata, text, "seen without a trap; frozen=3/4\n");
	lacks(_metadata, text, "4294967295");
	free(text);
	text = json(r);
	has(_metadata, text, "\"vcpu\": null");
	free(text);
	free(r);
}

TEST(watch_hit_in_the_report)
{
	struct run *r = run_new();
	struct dump_view *v = add_snapshot(r, WIRE_DUMP_WATCH, "scx_watchdog_timestamp");
	struct op_view *op;
	char *text;

	v->old_value = 0x10;
	v->new_value = 0x20;
	snprintf(v->ip_symbol, sizeof(v->ip_symbol), "scx_watchdog_workfn+0x4");
	op = add_op(r, WIRE_OP_WATCH_END, "jiffies_64", "muted after 64 writes");
	op->status = WIRE_SNAP_OK;
	op->writes = 64;
	add_op(r, WIRE_OP_WATCH, "no_such_symbol", "unknown");
	op = add_op(r, WIRE_OP_CAPTURE, "fine", "");
	op->status = WIRE_SNAP_OK;
	text = report(r);
	has(_metadata, text,
	    "snapshots  scx_watchdog_timestamp: 0x10 -> 0x20 at scx_watchdog_workfn+0x4 on vCPU 2; frozen=4/4\n");
	has(_metadata, text, "watch of jiffies_64 ended after 64 writes: muted after 64 writes\n");
	has(_metadata, text, "watch no_such_symbol refused: unknown\n");
	lacks(_metadata, text, "fine");
	free(text);
	free(r);
}

TEST(lists_in_the_report_are_bounded)
{
	struct run *r = run_new();
	char *text, *line;
	int lines = 0;

	while (r->res.nr_snapshots < ARRAY_SIZE(r->snapshots))
		add_snapshot(r, WIRE_DUMP_CAPTURE, "x");
	while (r->res.nr_op_results < ARRAY_SIZE(r->ops))
		add_op(r, WIRE_OP_CAPTURE, "x", "no");
	text = report(r);
	has(_metadata, text, "and 30 more\n");
	has(_metadata, text, "and 590 more\n");
	for (line = text; (line = strchr(line, '\n')); line++)
		lines++;
	EXPECT_LT(lines, 40);
	free(text);
	text = json(r);
	EXPECT_TRUE(is_json(text));
	has(_metadata, text, "\"ops_total\": 600");
	free(text);
	free(r);
}

TEST(json_has_what_the_observer_saw)
{
	struct run *r = run_new();
	struct dump_view *v = add_snapshot(r, WIRE_DUMP_WATCH, "sym");
	char *text;

	v->new_value = UINT64_MAX;
	r->snapshots[0].path = "/out/t.snapshot.sym.json";
	add_op(r, WIRE_OP_KERNEL, "k", "no");
	r->res.observer_seen = true;
	snprintf(r->res.observer_text, sizeof(r->res.observer_text), "no VMCOREINFO");
	r->res.timecheck_seen = true;
	r->res.timecheck.max_drift_ns = 1234;
	r->res.report_valid = true;
	r->res.report.freezes = 17;
	text = json(r);
	EXPECT_TRUE(is_json(text));
	has(_metadata, text, "\"path\": \"/out/t.snapshot.sym.json\"");
	has(_metadata, text, "\"tag\": \"sym\"");
	has(_metadata, text, "\"kind\": \"watch\"");
	has(_metadata, text, "\"frozen\": 4");
	has(_metadata, text, "\"latch_to_frozen_ns\": 250000");
	/* readers of JSON round it otherwise */
	has(_metadata, text, "\"new_value\": \"0xffffffffffffffff\"");
	has(_metadata, text, "\"op\": \"kernel\"");
	has(_metadata, text, "\"text\": \"no VMCOREINFO\"");
	has(_metadata, text, "\"max_drift_ns\": 1234");
	has(_metadata, text, "\"freezes\": 17");
	free(text);
	text = report(r);
	has(_metadata, text, "observer   blind: no VMCOREINFO\n");
	has(_metadata, text, "drift 0.001 ms\n");
	has(_metadata, text, "freezes    17, ");
	free(text);
	free(r);
}

TEST(json_of_a_run_without_an_observer)
{
	struct run *r = run_new();
	char *text = json(r);

	EXPECT_TRUE(is_json(text));
	has(_metadata, text, "\"snapshots\": [");
	has(_metadata, text, "\"observer\": null");
	has(_metadata, text, "\"timecheck\": null");
	free(text);
	free(r);
}

TEST(json_says_where_in_the_run_a_snapshot_belongs)
{
	struct run *r = run_new();
	struct dump_view *v;
	char *text;

	v = add_snapshot(r, WIRE_DUMP_PERIODIC, "periodic_000");
	v->elapsed_ns = 851999999;
	v->boundary_ns = 850000000;
	r->snapshots[0].step = 2;
	add_snapshot(r, WIRE_DUMP_CAPTURE, "late");
	r->snapshots[1].step = KTSTR_NO_STEP;
	text = json(r);
	EXPECT_TRUE(is_json(text));
	has(_metadata, text, "\"elapsed_ms\": 851,");
	has(_metadata, text, "\"boundary_offset_ms\": 850,");
	has(_metadata, text, "\"step_index\": 2");
	has(_metadata, text, "\"boundary_offset_ms\": null,");
	has(_metadata, text, "\"step_index\": null");
	free(text);
	free(r);
}

TEST(J1_hostile_texts)
{
	struct run *r = run_new();
	struct dump_view *v;
	char *text;

	v = add_snapshot(r, WIRE_DUMP_FAILURE, "");
	snprintf(v->exit_msg, sizeof(v->exit_msg), HOSTILE);
	snprintf(v->ip_symbol, sizeof(v->ip_symbol), HOSTILE);
	v = add_snapshot(r, 99, HOSTILE);
	snprintf(v->schema, sizeof(v->schema), "\n\"");
	v = add_snapshot(r, WIRE_DUMP_WATCH, HOSTILE);
	snprintf(v->ip_symbol, sizeof(v->ip_symbol), HOSTILE);
	add_op(r, 99, HOSTILE, HOSTILE);
	add_op(r, WIRE_OP_WATCH_END, HOSTILE, HOSTILE);
	r->res.observer_seen = true;
	snprintf(r->res.observer_text, sizeof(r->res.observer_text), HOSTILE);
	text = report(r);
	EXPECT_EQ(strpbrk(text, "[]\x1b\xff"), NULL)
	TH_LOG("%s", text);
	lacks(_metadata, text, "\n(    1.0");
	free(text);
	text = json(r);
	EXPECT_TRUE(is_json(text))
	TH_LOG("%s", text);
	lacks(_metadata, text, "] BUG");
	free(text);
	free(r);
}

TEST_HARNESS_MAIN
