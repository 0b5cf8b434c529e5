// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "guest_text.h"
#include "host/coord/conscan.h"
#include "host/inspect/json_text.h"
#include "report.h"
#include "report_internal.h"

#define RESULT_JSON_FORMAT 1

void report_json_guest_text(json_writer_t *w, const char *name, const char *text)
{
	char line[GUEST_LINE_MAX];

	guest_line(line, sizeof(line), text, strlen(text));
	jsonw_string_field(w, name, line);
}

static void put_line(void *ctx, const char *line)
{
	jsonw_string(ctx, line);
}

static void put_lines(json_writer_t *w, const char *name, const char *text, size_t len)
{
	jsonw_name(w, name);
	jsonw_start_array(w);
	if (text)
		guest_lines(text, len, SIZE_MAX, put_line, w);
	jsonw_end_array(w);
}

static void put_test(json_writer_t *w, const struct ktstr_test *test)
{
	char topo[64];

	if (!test) {
		jsonw_null_field(w, "test");
		return;
	}
	json_start(w, "test");
	json_text_field(w, "name", test->name);
	json_text_field(w, "kernel", test->kernel);
	json_text_field(w, "scheduler", test->scheduler);
	jsonw_string_field(w, "topology", report_topology(test, topo, sizeof(topo)));
	jsonw_uint_field(w, "duration_ms", test->duration_ms);
	jsonw_uint_field(w, "workers", test->workers);
	jsonw_string_field(w, "fault", scenario_fault_name(test->fault) ?: "unknown");
	jsonw_end_object(w);
}

static void put_verdict(json_writer_t *w, const struct ktstr_result *res)
{
	jsonw_string_field(w, "verdict", ktstr_verdict_name(res->verdict));
	jsonw_int_field(w, "exit_status", ktstr_exit_code(res));
	jsonw_bool_field(w, "infra", res->infra);
	jsonw_string_field(w, "reason", ktstr_reason_name(res->reason));
	report_json_guest_text(w, "reason_text", res->reason_text);
	jsonw_string_field(w, "stage", wire_stage_name(res->stage));
	jsonw_bool_field(w, "emulated", res->emulated);
}

static void put_timings(json_writer_t *w, const struct ktstr_timings *t)
{
	json_start(w, "timings_ns");
	jsonw_uint_field(w, "total", t->total_ns);
	jsonw_uint_field(w, "first_run", t->first_run_ns);
	jsonw_uint_field(w, "ready", t->ready_ns);
	jsonw_uint_field(w, "attach", t->attach_ns);
	jsonw_uint_field(w, "scenario", t->scenario_ns);
	jsonw_uint_field(w, "end", t->end_ns);
	jsonw_uint_field(w, "cleanup", t->cleanup_ns);
	jsonw_end_object(w);
}

static void put_worker(json_writer_t *w, const struct wire_worker_view *v)
{
	jsonw_start_object(w);
	jsonw_uint_field(w, "tid", v->tid);
	jsonw_bool_field(w, "completed", v->flags & WIRE_WORKER_COMPLETED);
	jsonw_uint_field(w, "work_units", v->work_units);
	jsonw_uint_field(w, "cpu_ns", v->cpu_ns);
	jsonw_uint_field(w, "wall_ns", v->wall_ns);
	jsonw_end_object(w);
}

static void put_workers(json_writer_t *w, const struct ktstr_result *res)
{
	struct report_units u;
	u32 i;

	report_units(res, &u);
	json_start(w, "work_units");
	jsonw_uint_field(w, "min", u.min);
	jsonw_float_field_fmt(w, "avg", "%.1f", u.avg);
	jsonw_uint_field(w, "max", u.max);
	jsonw_float_field_fmt(w, "spread_pct", "%.2f", u.spread_pct);
	jsonw_end_object(w);
	jsonw_name(w, "workers");
	jsonw_start_array(w);
	for (i = 0; i < res->nr_workers; i++)
		put_worker(w, &res->workers[i]);
	jsonw_end_array(w);
}

static void put_scheduler(json_writer_t *w, const struct ktstr_result *res)
{
	json_start(w, "scheduler");
	report_json_guest_text(w, "ops", res->ops);
	jsonw_uint_field(w, "wait_status", res->sched_status);
	jsonw_bool_field(w, "log_cut", res->sched_log_cut);
	put_lines(w, "log", res->sched_log, res->sched_log_len);
	jsonw_end_object(w);
}

static void put_console(json_writer_t *w, const struct ktstr_result *res)
{
	json_start(w, "console");
	jsonw_string_field(w, "kind", conscan_kind_name(res->console_kind));
	report_json_guest_text(w, "line", res->console_line);
	put_lines(w, "log", res->console, res->console_len);
	jsonw_end_object(w);
}

static void put_vm(json_writer_t *w, const struct ktstr_result *res)
{
	const struct vmm_report *r = &res->report;
	const struct report_counter *c;

	if (!res->report_valid) {
		jsonw_null_field(w, "vm");
		return;
	}
	json_start(w, "vm");
	jsonw_string_field(w, "exit", vmm_exit_name(r->exit_reason));
	jsonw_uint_field(w, "kvm_exit_reason", r->kvm_exit_reason);
	jsonw_uint_field(w, "watchdog_tier", r->watchdog_tier);
	jsonw_int_field(w, "error", r->error);
	report_json_guest_text(w, "reason", r->reason);
	jsonw_uint_field(w, "kvm_exits", r->kvm_exits);
	jsonw_uint_field(w, "kvm_exits_at_ready", r->kvm_exits_at_srdy);
	jsonw_uint_field(w, "frames", r->frames);
	jsonw_uint_field(w, "freezes", r->freezes);
	jsonw_uint_field(w, "frozen_ns", r->frozen_ns);
	for (c = report_counters; c->name; c++)
		jsonw_uint_field(w, c->name, report_counter(r, c));
	jsonw_end_object(w);
}

int ktstr_result_json(FILE *out, const struct ktstr_test *test, const struct ktstr_result *res)
{
	json_writer_t *w = jsonw_new(out);

	if (!w)
		return -ENOMEM;
	jsonw_pretty(w, true);
	jsonw_start_object(w);
	jsonw_uint_field(w, "format", RESULT_JSON_FORMAT);
	put_verdict(w, res);
	put_test(w, test);
	report_json_context(w, test, res);
	put_timings(w, &res->timings);
	put_workers(w, res);
	put_scheduler(w, res);
	put_console(w, res);
	put_vm(w, res);
	report_json_observer(w, res);
	report_json_monitor(w, res);
	report_json_outputs(w, res);
	report_json_load(w, res);
	json_text_field(w, "artifact_dir", res->artifact_dir);
	json_text_field(w, "dump_path", res->dump_path);
	json_text_field(w, "memory_path", res->memory_path);
	jsonw_end_object(w);
	jsonw_destroy(&w);
	return ferror(out) ? -EIO : 0;
}
