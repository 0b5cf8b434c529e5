// SPDX-License-Identifier: GPL-2.0-only
/* What happened, how the kernel came there, where every CPU stood, the logs. */
#include <inttypes.h>
#include <linux/bits.h>
#include <string.h>

#include "host/inspect/dump.h"
#include "lib/util.h"
#include "show_internal.h"

#define RED   "\033[1;31m"
#define PLAIN "\033[0m"
/* Lines of a log. */
#define LOG_LINES 10
/* Below are addresses of user space, on every architecture. */
#define USER_END BIT_ULL(56)

static const char *ops_name(const struct show *s, struct show_str *buf)
{
	*buf = show_str(s->dump, "scx_sched_state.ops");
	if (!*buf->s)
		*buf = show_str(s->dump, "scx_state.sched.name");
	return buf->s;
}

static void put_failure(const struct show *s)
{
	const struct value *message = show_get(s->dump, "exit_info.message");
	struct show_str name;

	if (!*ops_name(s, &name))
		snprintf(name.s, sizeof(name.s), "the scheduler");
	fprintf(s->out, "%s failed: %s (%" PRIu64 ")", name.s, show_str(s->dump, "exit_kind").s,
		show_num(s->dump, "exit_kind"));
	if (!show_has(s->dump, "exit_info.message"))
		message = show_get(s->dump, "exit_info.reason");
	if (message) {
		fputs(": ", s->out);
		show_put_text(s, message);
	} else {
		fputs("; the kernel had not written why", s->out);
	}
}

static void put_snapshot(const struct show *s)
{
	struct show_str kind = show_str(s->dump, "kind"), tag = show_str(s->dump, "tag"), name;

	if (strcmp(kind.s, "watch") == 0)
		fprintf(s->out, "%s was written", tag.s);
	else if (strcmp(kind.s, "early") == 0)
		fputs("a task had waited for half of the scheduler's watchdog", s->out);
	else
		fprintf(s->out, "a %s snapshot, \"%s\"",
			strcmp(kind.s, "capture") == 0 ? "requested" : kind.s, tag.s);
	if (*ops_name(s, &name))
		fprintf(s->out, "; scheduler %s", name.s);
}

static bool is_failure(const struct show *s)
{
	return show_is(s->dump, "kind", "failure") || show_is(s->dump, "kind", "fallback");
}

/* A function of the kernel, or what little is known of other places. */
static struct show_str place(const struct value *vcpu)
{
	struct show_str t = show_str(vcpu, "ip_symbol");
	u64 ip;

	if (*t.s)
		return t;
	if (!show_u64(vcpu, "instruction_pointer", &ip))
		snprintf(t.s, sizeof(t.s), "somewhere: %.200s", show_str(vcpu, "state").s);
	else
		snprintf(t.s, sizeof(t.s), "0x%" PRIx64 "%s", ip,
			 ip < USER_END ? ", user space" : "");
	return t;
}

static void put_place(const struct show *s)
{
	const struct value *v;
	u64 vcpu, t;

	if (!show_u64(s->dump, "vcpu", &vcpu))
		return;
	for (v = show_items(s->dump, "vcpu_regs"); v; v = value_next(v))
		if (show_u64(v, "vcpu", &t) && t == vcpu)
			show_row(s, "stopped", "at %s on vCPU %" PRIu64, place(v).s, vcpu);
}

static void put_exit(const struct show *s)
{
	const struct value *e = show_get(s->dump, "exit_info");
	s64 cpu;

	if (!show_has(e, "reason"))
		return;
	fprintf(s->out, "%*s%-11s %s", SHOW_INDENT, "", "reason", show_str(e, "reason").s);
	if (value_s64(show_get(e, "exit_cpu"), &cpu) && cpu >= 0)
		fprintf(s->out, " on CPU %" PRId64, cpu);
	if (show_num(e, "exit_code"))
		fprintf(s->out, ", exit code %s", show_str(e, "exit_code").s);
	fputc('\n', s->out);
}

static void put_store(const struct show *s)
{
	const struct value *w = show_get(s->dump, "watch");

	if (!show_has(w, "symbol"))
		return;
	show_row(s, "store", "to %s at %s: %s, before %s", show_str(w, "symbol").s,
		 show_str(w, "address").s, show_str(w, "new").s, show_str(w, "old").s);
}

static void put_early(const struct show *s)
{
	const struct value *early = show_get(s->root, "early");

	if (early)
		show_row(s, "early look", "%s after the start; longest wait then %s: --path early",
			 show_ns(show_num(early, "timings.t_ns")).s,
			 show_jiffies(s, show_num(s->root, "early_max_age_jiffies")).s);
	else if (show_has(s->root, "early_skipped_reason"))
		show_row(s, "early look", "none: %s", show_str(s->root, "early_skipped_reason").s);
}

static void put_completeness(const struct show *s)
{
	u64 yes;

	if (show_u64(s->root, "complete", &yes))
		show_row(s, "dump",
			 yes ? "complete" : "not complete: see what is missing at the end");
	if (show_num(s->root, "format") > DUMP_FORMAT)
		show_row(s, "format", "%s, newer than this ktstr knows: %u",
			 show_str(s->root, "format").s, DUMP_FORMAT);
}

bool show_summary(const struct show *s)
{
	if (s->colour)
		fputs(is_failure(s) ? RED : "\033[1m", s->out);
	if (is_failure(s))
		put_failure(s);
	else
		put_snapshot(s);
	fputs(s->colour ? PLAIN "\n" : "\n", s->out);
	put_exit(s);
	put_place(s);
	put_store(s);
	show_row(s, "time", "%s after the start; %s vCPUs stood still for %s",
		 show_ns(show_num(s->dump, "timings.t_ns")).s, show_str(s->dump, "frozen").s,
		 show_ns(show_num(s->dump, "timings.frozen_ns")).s);
	put_early(s);
	if (show_has(s->root, "kernel"))
		show_row(s, "kernel", "%s", show_str(s->root, "kernel").s);
	if (show_has(s->root, "degraded_reason"))
		show_row(s, "degraded", "%s", show_str(s->root, "degraded_reason").s);
	put_completeness(s);
	return true;
}

bool show_backtrace(const struct show *s)
{
	const struct value *frame = show_items(s->dump, "exit_info.backtrace");
	u32 i;

	if (!frame)
		return false;
	show_heading(s, "BACKTRACE");
	for (i = 0; frame; frame = value_next(frame), i++) {
		struct show_str symbol = show_str(frame, "symbol");

		fprintf(s->out, "  #%-3u %-50s %s\n", i, *symbol.s ? symbol.s : "?",
			show_str(frame, "address").s);
	}
	return true;
}

bool show_vcpus(const struct show *s)
{
	const struct value *v = show_items(s->dump, "vcpu_regs");
	u64 stopped, vcpu;

	if (!v)
		return false;
	if (!show_u64(s->dump, "vcpu", &stopped))
		stopped = UINT64_MAX;
	show_heading(s, "VCPUS");
	for (; v; v = value_next(v)) {
		fprintf(s->out, "  %-3s %s", show_str(v, "vcpu").s, place(v).s);
		if (show_u64(v, "vcpu", &vcpu) && vcpu == stopped)
			fputs("   <- its store", s->out);
		else if (!show_is(v, "state", "parked"))
			fprintf(s->out, ", %s", show_str(v, "state").s);
		fputc('\n', s->out);
		if (s->all)
			show_value(s, v, 2, 0);
	}
	return true;
}

static bool put_log(const struct show *s, const char *title, const char *name)
{
	const struct value *lines = show_get(s->root, name), *line;
	u64 i, nr = show_count(s->root, name);
	u64 from = s->all || nr <= LOG_LINES ? 0 : nr - LOG_LINES;

	if (!nr)
		return false;
	if (from)
		show_heading(s, "%s, last %u of %" PRIu64 " lines", title, LOG_LINES, nr);
	else
		show_heading(s, "%s", title);
	for (line = value_first(lines), i = 0; line; line = value_next(line), i++) {
		if (i < from)
			continue;
		fputs("  | ", s->out);
		show_put_text(s, line);
		fputc('\n', s->out);
	}
	return true;
}

bool show_logs(const struct show *s)
{
	bool sched = put_log(s, "SCHEDULER'S OUTPUT", "scheduler_log");

	return put_log(s, "CONSOLE", "console") || sched;
}
