// SPDX-License-Identifier: GPL-2.0-only
/* The part of the report that the observer fills: snapshots, requests, clocks. */
#include <string.h>

#include "guest_text.h"
#include "lib/util.h"
#include "report.h"
#include "report_internal.h"
#include "result_snapshot.h"

/* Of each list; the rest is counted, and stands in the JSON. */
#define LIST_MAX 10

static const char *guest(char *dst, size_t room, const char *text)
{
	guest_line(dst, room, text, strlen(text));
	return dst;
}

static double ms(u64 ns)
{
	return (double)ns / NSEC_PER_MSEC;
}

static void print_stop(FILE *out, const struct dump_view *v)
{
	char where[200];

	guest(where, sizeof(where), v->ip_symbol);
	if (v->vcpu == WIRE_DUMP_NO_VCPU)
		report_row(out, "", "seen without a trap; frozen=%u/%u", v->frozen, v->vcpus);
	else
		report_row(out, "", "stopped at %s (%#llx) on vCPU %u; frozen=%u/%u",
			   where[0] ? where : "?", (unsigned long long)v->ip, v->vcpu, v->frozen,
			   v->vcpus);
	report_row(out, "",
		   "trap to frozen %.3f ms, frozen to captured %.3f ms, standstill %.3f ms",
		   ms(v->latch_to_frozen_ns), ms(v->frozen_to_captured_ns), ms(v->frozen_ns));
}

static void print_failure(FILE *out, const struct ktstr_snapshot *s)
{
	char msg[300];

	report_row(out, "failure", "exit kind %u (%s): %s", s->v.exit_kind,
		   result_exit_kind(s->v.exit_kind), guest(msg, sizeof(msg), s->v.exit_msg));
	print_stop(out, &s->v);
}

static void print_snapshot(FILE *out, const char *label, const struct ktstr_snapshot *s)
{
	const struct dump_view *v = &s->v;
	char tag[100], where[200];

	guest(tag, sizeof(tag), v->tag);
	if (v->kind == WIRE_DUMP_WATCH)
		report_row(out, label, "%s: %#llx -> %#llx at %s on vCPU %u; frozen=%u/%u", tag,
			   (unsigned long long)v->old_value, (unsigned long long)v->new_value,
			   v->ip_symbol[0] ? guest(where, sizeof(where), v->ip_symbol) : "?",
			   v->vcpu, v->frozen, v->vcpus);
	else
		report_row(out, label, "%s (%s): frozen=%u/%u, standstill %.3f ms", tag,
			   wire_dump_kind_name(v->kind), v->frozen, v->vcpus, ms(v->frozen_ns));
}

static void print_snapshots(FILE *out, const struct ktstr_result *res)
{
	const struct ktstr_snapshot *failure = result_failure_dump(res);
	size_t i, shown = 0, total = res->nr_snapshots - (failure ? 1 : 0);

	if (failure)
		print_failure(out, failure);
	for (i = 0; i < res->nr_snapshots && shown < LIST_MAX; i++) {
		if (&res->snapshots[i] == failure)
			continue;
		print_snapshot(out, shown ? "" : "snapshots", &res->snapshots[i]);
		shown++;
	}
	if (total > shown)
		report_row(out, "", "and %zu more", total - shown);
	if (res->snapshots_evicted)
		report_row(out, "", "and %llu older ones that had to go",
			   (unsigned long long)res->snapshots_evicted);
}

static bool worth_telling(const struct op_view *v)
{
	return v->op != WIRE_OP_OBSERVER &&
	       (v->status != WIRE_SNAP_OK || v->op == WIRE_OP_WATCH_END);
}

static void print_op(FILE *out, const char *label, const struct op_view *v)
{
	char tag[100], why[520];

	guest(tag, sizeof(tag), v->tag);
	guest(why, sizeof(why), v->reason);
	if (v->op == WIRE_OP_WATCH_END)
		report_row(out, label, "watch of %s ended after %llu writes: %s", tag,
			   (unsigned long long)v->writes, why);
	else
		report_row(out, label, "%s%s%s refused: %s", report_op_name(v->op),
			   tag[0] ? " " : "", tag, why);
}

static void print_ops(FILE *out, const struct ktstr_result *res)
{
	size_t i, shown = 0, total = 0;

	for (i = 0; i < res->nr_op_results; i++) {
		const struct op_view *v = &res->op_results[i];

		if (!worth_telling(v))
			continue;
		total++;
		if (shown == LIST_MAX)
			continue;
		print_op(out, shown ? "" : "requests", v);
		shown++;
	}
	if (total > shown)
		report_row(out, "", "and %zu more", total - shown);
}

void report_observer_print(FILE *out, const struct ktstr_result *res)
{
	const struct ktstr_timecheck *t = &res->timecheck;
	char why[520];

	if (res->observer_seen && !res->observer_ok)
		report_row(out, "observer", "blind: %s",
			   guest(why, sizeof(why), res->observer_text));
	if (res->report.freezes)
		report_row(out, "freezes", "%llu, %.3f ms in all",
			   (unsigned long long)res->report.freezes, ms(res->report.frozen_ns));
	print_ops(out, res);
	if (res->timecheck_seen)
		report_row(out, "clocks",
			   "%llu samples, %llu backwards, longest step %.3f ms, drift %.3f ms",
			   (unsigned long long)t->samples, (unsigned long long)t->backwards,
			   ms(t->max_step_ns), ms(t->max_drift_ns));
}

void report_dumps_print(FILE *out, const struct ktstr_result *res)
{
	print_snapshots(out, res);
	if (res->dump_path)
		report_row(out, "dump", "%s", res->dump_path);
}

const char *report_op_name(u32 op)
{
	static const char *const names[WIRE_OP_NR] = {
		[WIRE_OP_CAPTURE] = "capture", [WIRE_OP_WATCH] = "watch",
		[WIRE_OP_UNWATCH] = "unwatch", [WIRE_OP_WATCH_END] = "watch_end",
		[WIRE_OP_KERNEL] = "kernel",   [WIRE_OP_MAP_WRITE] = "map_write",
		[WIRE_OP_CANARY] = "canary",   [WIRE_OP_OBSERVER] = "observer",
		[WIRE_OP_MEMORY] = "memory",   [WIRE_OP_HOLD] = "hold",
	};

	return op < WIRE_OP_NR && names[op] ? names[op] : "unknown";
}
