// SPDX-License-Identifier: GPL-2.0-only
/* Tasks: those that run or wait first, who has waited longest in front. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "show_internal.h"

/* Tasks that are shown. */
#define TASKS 20

/**
 * struct row - a task
 * @v: the task
 * @rank: 3 it waits, 2 it runs, 1 it sleeps and nothing can wake it but what it
 *        waits for, 0 it sleeps
 * @wait: jiffies, of one that waits
 */
struct row {
	const struct value *v;
	u32 rank;
	u64 wait;
};

static void rate(const struct show *s, const struct value *v, struct row *r)
{
	*r = (struct row){ .v = v };
	if (show_is(v, "class", "idle"))
		return;
	if (show_num(v, "on_cpu")) {
		r->rank = 2;
	} else if (show_num(v, "on_rq")) {
		r->rank = 3;
		if (show_is(v, "class", "ext"))
			show_wait(s, show_get(v, "scx"), &r->wait);
	} else if (show_is(v, "state", "D")) {
		r->rank = 1;
	}
}

static int worse_first(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	u64 m, n;

	if (x->rank != y->rank)
		return x->rank < y->rank ? 1 : -1;
	if (x->wait != y->wait)
		return x->wait < y->wait ? 1 : -1;
	m = show_num(x->v, "pid");
	n = show_num(y->v, "pid");
	return m < n ? -1 : m > n;
}

static struct show_str doing(const struct show *s, const struct row *r)
{
	struct show_str t;

	if (r->rank == 2)
		snprintf(t.s, sizeof(t.s), "runs");
	else if (r->rank == 3 && show_is(r->v, "class", "ext"))
		snprintf(t.s, sizeof(t.s), "waits %.60s", show_jiffies(s, r->wait).s);
	else if (r->rank == 3)
		snprintf(t.s, sizeof(t.s), "waits");
	else
		t = show_str(r->v, "state");
	return t;
}

/* Of a waiting task, that it is in none says that nobody will find it. */
static struct show_str queue(const struct row *r)
{
	struct show_str t = show_dsq_id(r->v, "scx.dsq_id");

	if (!*t.s && r->rank == 3 && show_is(r->v, "class", "ext"))
		snprintf(t.s, sizeof(t.s), "none");
	return t;
}

static void put_task(const struct show *s, const struct row *r)
{
	const struct value *v = r->v;

	fprintf(s->out, "  %6s  %-16s %4s  %-14s %-5s %6s %10s  ", show_str(v, "pid").s,
		show_str(v, "comm").s, show_str(v, "cpu").s, doing(s, r).s, show_str(v, "class").s,
		show_str(v, "scx.weight").s, show_ns(show_num(v, "se.sum_exec_runtime")).s);
	fprintf(s->out, "%-10s %s\n", queue(r).s, show_str(v, "cgroup").s);
	if (s->all)
		show_value(s, v, 2, 0);
}

/* "41 sleep: 30 I, 11 S" */
static void put_sleepers(const struct show *s, const struct row *rows, u64 nr)
{
	u64 states[128] = {}, sleep = 0, i;
	struct show_str state;
	const char *sep = ": ";

	for (i = 0; i < nr; i++) {
		if (rows[i].rank || show_is(rows[i].v, "class", "idle"))
			continue;
		sleep++;
		state = show_str(rows[i].v, "state");
		states[state.s[0] & 127]++;
	}
	if (!sleep)
		return;
	fprintf(s->out, "  (%" PRIu64 " sleep", sleep);
	for (i = ' ' + 1; i < ARRAY_SIZE(states) - 1; i++) {
		if (states[i]) {
			fprintf(s->out, "%s%" PRIu64 " %c", sep, states[i], (char)i);
			sep = ", ";
		}
	}
	fputs(")\n", s->out);
}

bool show_tasks(const struct show *s)
{
	const struct value *v = show_items(s->dump, "task_enrichments.tasks");
	u64 nr = 0, i, active = 0, max;
	struct row *rows;

	if (!v)
		return false;
	nr = value_count(show_get(s->dump, "task_enrichments.tasks"));
	rows = calloc(nr, sizeof(*rows));
	if (!rows)
		return false;
	for (i = 0; v && i < nr; v = value_next(v), i++) {
		rate(s, v, &rows[i]);
		active += rows[i].rank != 0;
	}
	qsort(rows, nr, sizeof(*rows), worse_first);
	show_heading(s, "TASKS: %" PRIu64 ", of these %" PRIu64 " run, wait or are stuck", nr,
		     active);
	max = s->all ? nr : min_t(u64, active, TASKS);
	if (max)
		fprintf(s->out, "  %6s  %-16s %4s  %-14s %-5s %6s %10s  %-10s %s\n", "pid", "name",
			"cpu", "does", "class", "weight", "ran", "queue", "cgroup");
	for (i = 0; i < max; i++)
		put_task(s, &rows[i]);
	if (!s->all && active > max)
		fprintf(s->out, "  (%" PRIu64 " more run or wait: --all)\n", active - max);
	put_sleepers(s, rows, nr);
	free(rows);
	return true;
}
