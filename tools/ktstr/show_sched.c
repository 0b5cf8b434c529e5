// SPDX-License-Identifier: GPL-2.0-only
/* sched_ext, its events, run queues and dispatch queues. */
#include <inttypes.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "show_internal.h"

/* Tasks of one queue. */
#define QUEUED 8
/* Where their names begin on further lines. */
#define NAMES 13

static void put_scheduler(const struct show *s, const struct value *sched)
{
	struct show_str flags = show_str(sched, "flag_names");
	u64 timeout;

	show_row(s, "scheduler", "%s%s%s", show_str(sched, "name").s, *flags.s ? ", " : "",
		 flags.s);
	if (show_u64(sched, "watchdog_timeout", &timeout))
		show_row(s, "watchdog", "%s", show_jiffies(s, timeout).s);
	if (show_num(sched, "slice_dfl"))
		show_row(s, "slice", "%s", show_ns(show_num(sched, "slice_dfl")).s);
	show_row(s, "bypass", "depth %s%s%s", show_str(sched, "bypass_depth").s,
		 show_has(sched, "bypassing_cpus") ? ", CPUs " : "",
		 show_str(sched, "bypassing_cpus").s);
	if (show_num(sched, "aborting"))
		show_row(s, "aborting", "yes");
	if (show_num(sched, "exit_kind"))
		show_row(s, "exit kind", "%s", show_str(sched, "exit_kind").s);
}

/* Text on a line of names that is at @column; what does not fit begins a new one. */
static u32 put_name(const struct show *s, u32 column, const char *text, bool more)
{
	if (column + strlen(text) + 2 > SHOW_WIDTH)
		column = fprintf(s->out, "\n%*s", NAMES, "") - 1;
	return column + fprintf(s->out, " %s%s", text, more ? "," : "");
}

static void put_events(const struct show *s)
{
	const struct value *total = show_get(s->dump, "scx_events.total"), *e;
	u32 column, zero = 0;
	char text[120];
	s64 n;

	if (!total || value_kind(total) != VALUE_STRUCT)
		return;
	column = fprintf(s->out, "  %-11s", "events");
	for (e = value_first(total); e; e = value_next(e)) {
		if (!value_s64(e, &n) || !n) {
			zero++;
			continue;
		}
		text_escape_line(text, 80, value_name(e), strlen(value_name(e)));
		snprintf(text + strlen(text), 32, " %" PRId64, n);
		column = put_name(s, column, text, true);
	}
	snprintf(text, sizeof(text), "%u %s 0", zero, zero == 1 ? "is" : "are");
	put_name(s, column, text, false);
	fputc('\n', s->out);
}

bool show_scx(const struct show *s)
{
	const struct value *state = show_get(s->dump, "scx_state");
	const struct value *sched = show_get(state, "sched");

	if (!state || value_kind(state) != VALUE_STRUCT)
		return false;
	show_heading(s, "SCHED_EXT");
	if (show_has(state, "enable_state"))
		show_row(s, "state", "%s%s", show_str(state, "enable_state").s,
			 show_num(state, "switching_all") ? ", all tasks" : "");
	if (sched && value_kind(sched) == VALUE_STRUCT)
		put_scheduler(s, sched);
	else
		show_row(s, "scheduler", "none");
	put_events(s);
	if (s->all) {
		show_value(s, state, 1, 0);
		show_value(s, show_get(s->dump, "scx_events"), 1, 0);
	}
	return true;
}

/* Queued tasks, in lines. */
static void put_queued(const struct show *s, const struct value *dsq, const char *name)
{
	const struct value *task = show_items(dsq, "tasks");
	u64 nr = show_count(dsq, "tasks"), i;
	u32 column;

	column = fprintf(s->out, "  %-11s %" PRIu64 " %s, %s:", name, nr,
			 nr == 1 ? "task" : "tasks", show_str(dsq, "kind").s);
	for (i = 0; task && (s->all || i < QUEUED); task = value_next(task), i++)
		column = put_name(s, column, show_task_name(task).s, i + 1 < nr);
	if (i < nr)
		fprintf(s->out, " %" PRIu64 " more", nr - i);
	if (show_has(dsq, "incomplete"))
		fprintf(s->out, "; the list is damaged: %s", show_str(dsq, "incomplete").s);
	fputc('\n', s->out);
}

static void put_current(const struct show *s, const struct value *rq)
{
	static const struct {
		const char *member;
		const char *name;
	} classes[] = {
		{ "scx.nr_running", "sched_ext" },
		{ "fair_nr_queued", "fair" },
		{ "rt_nr_running", "rt" },
		{ "dl_nr_running", "deadline" },
	};
	const struct value *curr = show_get(rq, "curr");
	struct show_str name = { "no task that is known" };
	const char *sep = ": ";
	u32 i;

	if (show_num(rq, "idle"))
		snprintf(name.s, sizeof(name.s), "nothing");
	else if (curr && value_kind(curr) == VALUE_STRUCT)
		name = show_task_name(curr);
	fprintf(s->out, "  CPU %-3s runs %s; %s runnable", show_str(rq, "cpu").s, name.s,
		show_str(rq, "nr_running").s);
	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		if (!show_num(rq, classes[i].member))
			continue;
		fprintf(s->out, "%s%s %s", sep, show_str(rq, classes[i].member).s, classes[i].name);
		sep = ", ";
	}
	if (show_num(rq, "scx.cpu_released"))
		fputs("; a higher class has the CPU", s->out);
	fputc('\n', s->out);
}

static void put_waiting(const struct show *s, const struct value *rq)
{
	const struct value *task = show_items(rq, "scx.runnable.tasks");
	u64 nr = show_count(rq, "scx.runnable.tasks"), i, wait;

	for (i = 0; task && (s->all || i < QUEUED); task = value_next(task), i++) {
		fprintf(s->out, "          waits %s", show_task_name(task).s);
		if (show_wait(s, task, &wait))
			fprintf(s->out, " for %s", show_jiffies(s, wait).s);
		fputc('\n', s->out);
	}
	if (i < nr)
		fprintf(s->out, "          %" PRIu64 " more wait\n", nr - i);
	if (show_has(rq, "scx.runnable.incomplete"))
		fprintf(s->out, "          the list of those who wait is damaged: %s\n",
			show_str(rq, "scx.runnable.incomplete").s);
}

static void put_fair(const struct show *s, const struct value *rq)
{
	const struct value *task = show_items(rq, "fair.queued");
	u64 nr = show_count(rq, "fair.queued"), i;

	for (i = 0; task && (s->all || i < QUEUED); task = value_next(task), i++)
		fprintf(s->out, "          waits %s in the fair class\n", show_task_name(task).s);
	if (i < nr)
		fprintf(s->out, "          %" PRIu64 " more wait in the fair class\n", nr - i);
}

static bool put_run_queues(const struct show *s)
{
	const struct value *rq = show_items(s->dump, "rq_scx_states");

	if (!rq)
		return false;
	show_heading(s, "RUN QUEUES");
	for (; rq; rq = value_next(rq)) {
		if (show_get(rq, "unreadable") || value_kind(rq) != VALUE_STRUCT) {
			show_value(s, rq, 1, 0);
			continue;
		}
		put_current(s, rq);
		if (show_num(rq, "scx.local_dsq.nr"))
			put_queued(s, show_get(rq, "scx.local_dsq"), "       local");
		put_waiting(s, rq);
		put_fair(s, rq);
	}
	return true;
}

/* One that is always there: by the number of its CPU or node. */
static void put_builtin(const struct show *s, const char *array, const char *index)
{
	const struct value *dsq;
	char name[80];

	for (dsq = show_items(s->dump, array); dsq; dsq = value_next(dsq)) {
		snprintf(name, sizeof(name), "%s of %s %.20s", strchr(array, '.') + 1, index,
			 show_str(dsq, index).s);
		put_queued(s, dsq, name);
	}
}

static bool put_dispatch_queues(const struct show *s)
{
	const struct value *all = show_get(s->dump, "dsq_states"), *dsq;
	u64 empty = 0;

	if (!all || value_kind(all) != VALUE_STRUCT || show_has(all, "unavailable"))
		return false;
	show_heading(s, "DISPATCH QUEUES");
	for (dsq = show_items(all, "user"); dsq; dsq = value_next(dsq)) {
		if (s->all || show_num(dsq, "nr") || show_count(dsq, "tasks"))
			put_queued(s, dsq, show_dsq_id(dsq, "id").s);
		else
			fprintf(s->out, "  %-11s empty\n", show_dsq_id(dsq, "id").s);
	}
	put_builtin(s, "dsq_states.global", "node");
	put_builtin(s, "dsq_states.bypass", "cpu");
	empty = show_num(all, "global_empty") + show_num(all, "bypass_empty");
	if (empty)
		fprintf(s->out, "  (%" PRIu64 " global and bypass queues are empty)\n", empty);
	return true;
}

bool show_queues(const struct show *s)
{
	bool rqs = put_run_queues(s);

	return put_dispatch_queues(s) || rqs;
}
