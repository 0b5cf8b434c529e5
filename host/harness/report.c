// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>

#include "guest_text.h"
#include "host/coord/conscan.h"
#include "lib/text.h"
#include "lib/util.h"
#include "report.h"
#include "report_internal.h"
#include "result_snapshot.h"

#define COUNTER(name_) { #name_, offsetof(struct vmm_report, name_) }

const struct report_counter report_counters[] = {
	COUNTER(crc_errors),
	COUNTER(oversize),
	COUNTER(resyncs),
	COUNTER(dropped_bytes),
	COUNTER(unknown_frames),
	COUNTER(log_dropped),
	COUNTER(device_resets),
	COUNTER(device_errors),
	COUNTER(unhandled_io),
	COUNTER(console_dropped),
	{ NULL, 0 },
};

u64 report_counter(const struct vmm_report *r, const struct report_counter *c)
{
	return *(const u64 *)((const char *)r + c->offset);
}

void report_units(const struct ktstr_result *res, struct report_units *u)
{
	double sum = 0;
	u32 i;

	memset(u, 0, sizeof(*u));
	for (i = 0; i < res->nr_workers; i++) {
		const struct wire_worker_view *w = &res->workers[i];

		if (!i || w->work_units < u->min)
			u->min = w->work_units;
		u->max = max(u->max, w->work_units);
		u->completed += w->flags & WIRE_WORKER_COMPLETED ? 1 : 0;
		sum += w->work_units;
	}
	if (sum > 0) {
		u->avg = sum / res->nr_workers;
		u->spread_pct = (u->max - u->min) / u->avg * 100;
	}
}

const char *report_topology(const struct ktstr_test *test, char *buf, size_t len)
{
	static const struct topology one = { 1, 1, 1, 1 };

	if (test->topology)
		text_escape_line(buf, len, test->topology, strlen(test->topology));
	else
		topology_format(test->topo.llcs ? &test->topo : &one, buf, len);
	return buf;
}

void report_row(FILE *out, const char *label, const char *fmt, ...)
{
	va_list ap;

	fprintf(out, "  %-10s ", label);
	va_start(ap, fmt);
	vfprintf(out, fmt, ap);
	va_end(ap);
	fputc('\n', out);
}

/* What the machine or ktstr itself is to blame for is no bug of what was tested. */
static bool is_bug(const struct ktstr_result *res)
{
	return !res->infra && (res->verdict == KTSTR_FAIL || res->verdict == KTSTR_INCONCLUSIVE);
}

/* The error of the scheduler, unless the reason has said it. */
static void print_scx_error(FILE *out, const struct ktstr_result *res)
{
	const struct ktstr_snapshot *s = result_failure_dump(res);
	char msg[300];

	if (!s || !s->v.exit_msg[0] || strstr(res->reason_text, s->v.exit_msg))
		return;
	guest_line(msg, sizeof(msg), s->v.exit_msg, strlen(s->v.exit_msg));
	fprintf(out, "; sched_ext: %s", msg);
}

static void print_summary(FILE *out, const struct ktstr_test *test, const struct ktstr_result *res)
{
	char sched[256] = "EEVDF", topo[64], why[sizeof(res->reason_text)];
	bool bug = is_bug(res);

	fprintf(out, "%s%s", bug ? "BUG SUMMARY: " : "", ktstr_verdict_name(res->verdict));
	if (res->infra)
		fputs(" (infrastructure)", out);
	if (bug)
		fprintf(out, " (%s)", ktstr_reason_name(res->reason));
	if (test) {
		if (test->scheduler)
			text_escape_line(sched, sizeof(sched), test->scheduler,
					 strlen(test->scheduler));
		fprintf(out, " %s %s", sched, report_topology(test, topo, sizeof(topo)));
	}
	guest_line(why, sizeof(why), res->reason_text, strlen(res->reason_text));
	fprintf(out, ": %s", why);
	if (bug)
		print_scx_error(out, res);
	fputc('\n', out);
}

static void print_times(FILE *out, const struct ktstr_result *res)
{
	const struct ktstr_timings *t = &res->timings;
	const struct {
		const char *name;
		u64 ns;
	} points[] = {
		{ "first instruction", t->first_run_ns },
		{ "ready", t->ready_ns },
		{ "attached", t->attach_ns },
		{ "scenario", t->scenario_ns },
		{ "end", t->end_ns },
	};
	const char *sep = "; VM: ";
	unsigned int i;

	fprintf(out, "  %-10s %.3f s in all", "time", (double)t->total_ns / NSEC_PER_SEC);
	for (i = 0; i < ARRAY_SIZE(points); i++) {
		if (!points[i].ns)
			continue;
		fprintf(out, "%s%s %.3f s", sep, points[i].name,
			(double)points[i].ns / NSEC_PER_SEC);
		sep = ", ";
	}
	fputc('\n', out);
}

static void print_vm(FILE *out, const struct ktstr_result *res)
{
	const struct vmm_report *r = &res->report;
	const struct report_counter *c;
	char name[32], *p;

	report_row(out, "host", "%s",
		   res->emulated ? "emulated (QEMU TCG; times are not real hardware's)" : "KVM");
	if (!res->report_valid) {
		report_row(out, "vm", "no report of the VMM; the run came to stage %s",
			   wire_stage_name(res->stage));
		return;
	}
	report_row(out, "vm", "%s in stage %s; %llu KVM exits, %llu until ready",
		   vmm_exit_name(r->exit_reason), wire_stage_name(res->stage),
		   (unsigned long long)r->kvm_exits, (unsigned long long)r->kvm_exits_at_srdy);
	/* A pass has none that count, and some that every guest causes. */
	for (c = report_counters; c->name && res->verdict != KTSTR_PASS; c++) {
		if (!report_counter(r, c))
			continue;
		snprintf(name, sizeof(name), "%s", c->name);
		for (p = name; *p; p++)
			*p = *p == '_' ? ' ' : *p;
		report_row(out, "count", "%s: %llu", name,
			   (unsigned long long)report_counter(r, c));
	}
}

static void print_stage(FILE *out, const struct ktstr_result *res)
{
	if (res->exit_seen)
		report_row(out, "guest", "came to stage %s, exit code %d",
			   wire_stage_name(res->stage), res->exit_code);
	else
		report_row(out, "guest", "came to stage %s, no exit code",
			   wire_stage_name(res->stage));
}

static void print_workers(FILE *out, const struct ktstr_result *res)
{
	struct report_units u;

	report_units(res, &u);
	if (!res->nr_workers) {
		report_row(out, "workers", "no reports");
		return;
	}
	report_row(out, "workers", "%u, %u completed", res->nr_workers, u.completed);
	report_row(out, "work units", "min %llu, avg %.0f, max %llu (spread %.1f %%)",
		   (unsigned long long)u.min, u.avg, (unsigned long long)u.max, u.spread_pct);
}

struct tagged {
	FILE *out;
	const char *tag;
};

static void print_tagged(void *ctx, const char *line)
{
	struct tagged *t = ctx;

	fprintf(t->out, "    %s| %s\n", t->tag, line);
}

static void print_tail(FILE *out, const char *label, const char *tag, const char *text, size_t len,
		       size_t nr)
{
	struct tagged t = { out, tag };
	size_t total = guest_lines_count(text, len);

	if (!total)
		return;
	if (total > nr)
		report_row(out, label, "the last %zu of %zu lines:", nr, total);
	else
		report_row(out, label, "%zu line%s:", total, total == 1 ? "" : "s");
	guest_lines(text, len, nr, print_tagged, &t);
}

static void print_status(FILE *out, u32 status)
{
	if (WIFSIGNALED(status))
		report_row(out, "", "its process was killed by signal %d (%s)", WTERMSIG(status),
			   strsignal(WTERMSIG(status)));
	else if (status)
		report_row(out, "", "its process ended with status %d", WEXITSTATUS(status));
}

static void print_scheduler(FILE *out, const struct ktstr_result *res)
{
	char ops[sizeof(res->ops)];

	if (res->ops[0]) {
		guest_line(ops, sizeof(ops), res->ops, strlen(res->ops));
		report_row(out, "scheduler", "ops \"%s\"", ops);
	}
	print_status(out, res->sched_status);
	if (res->sched_log)
		print_tail(out, "its output", "sched", res->sched_log, res->sched_log_len,
			   res->verdict == KTSTR_PASS ? REPORT_LINES_PASS : REPORT_LINES);
}

static void print_console(FILE *out, const struct ktstr_result *res)
{
	if (res->console_kind != CONSCAN_NONE)
		report_row(out, "console", "showed: %s", conscan_kind_name(res->console_kind));
	if (res->verdict != KTSTR_PASS && res->console)
		print_tail(out, "console", "guest", res->console, res->console_len,
			   REPORT_LINES_CONSOLE);
}

static void print_memory(FILE *out, const struct ktstr_result *res)
{
	const struct op_view *v = ktstr_op_find(res, WIRE_OP_MEMORY, NULL);
	char how[200];

	if (!res->memory_path)
		return;
	report_row(out, "memory", "%s; look at it with 'ktstr inspect'", res->memory_path);
	if (!v)
		return;
	guest_line(how, sizeof(how), v->reason, strlen(v->reason));
	report_row(out, "", "%s", how);
}

/* A run that never started has nothing to say about a VM. */
static bool started(const struct ktstr_result *res)
{
	return res->report_valid || res->timings.first_run_ns || res->reason != KTSTR_REASON_SETUP;
}

static void print_diagnostics(FILE *out, const struct ktstr_result *res)
{
	print_vm(out, res);
	print_stage(out, res);
	report_observer_print(out, res);
	report_output_print(out, res);
	print_console(out, res);
}

void ktstr_report_print(FILE *out, const struct ktstr_test *test, const struct ktstr_result *res)
{
	print_summary(out, test, res);
	if (started(res)) {
		report_findings_print(out, res);
		print_workers(out, res);
		report_cgroups_print(out, res);
		report_timeline_print(out, res);
		print_scheduler(out, res);
	}
	print_times(out, res);
	if (started(res)) {
		print_diagnostics(out, res);
		report_dumps_print(out, res);
		report_monitor_print(out, res);
	}
	if (res->artifact_dir)
		report_row(out, "artifacts", "%s", res->artifact_dir);
	print_memory(out, res);
}

void ktstr_result_print(FILE *out, const struct ktstr_result *res)
{
	ktstr_report_print(out, NULL, res);
}
