// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "guest_text.h"
#include "lib/util.h"
#include "sweep.h"

/* More machines share one column. */
#define COLUMNS_MAX 6
/* Of a log, where it is not asked for whole. */
#define LOG_LINES 60
#define RANGE_MAX 48

/**
 * struct table - the cells of one scheduler as a table
 * @s: the sweep
 * @sched: which
 * @columns: of machines
 * @kernel_w: width of the first column
 * @prog_w: of the second
 */
struct table {
	const struct sweep *s;
	u32 sched;
	u32 columns;
	int kernel_w;
	int prog_w;
};

/**
 * struct row - a program on a kernel
 * @name: of the program, borrowed
 */
struct row {
	const char *name;
};

static const struct sweep_cell *cell_at(const struct sweep *s, u32 sched, u32 kernel, u32 machine)
{
	return &s->cells[(sched * s->nr_kernels + kernel) * s->nr_machines + machine];
}

static u32 columns_of(const struct sweep *s)
{
	return s->nr_machines <= COLUMNS_MAX ? s->nr_machines : 1;
}

/* The machines of a column: one, or all. */
static void machines_of(const struct sweep *s, u32 columns, u32 column, u32 *from, u32 *to)
{
	*from = columns == s->nr_machines ? column : 0;
	*to = columns == s->nr_machines ? column + 1 : s->nr_machines;
}

static const char *column_name(const struct sweep *s, u32 columns, u32 column)
{
	return columns == s->nr_machines ? s->machines[column].name : "all topologies";
}

/* "23", "23..31", or "-". */
static const char *range_of(const struct table *t, u32 kernel, u32 column, const char *name,
			    char *buf)
{
	u64 lo = UINT64_MAX, hi = 0;
	u32 m, from, to, i;

	machines_of(t->s, t->columns, column, &from, &to);
	for (m = from; m < to; m++) {
		const struct sweep_cell *c = cell_at(t->s, t->sched, kernel, m);

		for (i = 0; i < c->nr_progs; i++) {
			if (strcmp(c->progs[i].name, name))
				continue;
			lo = min_t(u64, lo, c->progs[i].verified_insns);
			hi = max_t(u64, hi, c->progs[i].verified_insns);
		}
	}
	if (lo > hi)
		return "-";
	if (lo == hi)
		snprintf(buf, RANGE_MAX, "%llu", (unsigned long long)lo);
	else
		snprintf(buf, RANGE_MAX, "%llu..%llu", (unsigned long long)lo,
			 (unsigned long long)hi);
	return buf;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

/* Each program of a kernel once. NULL: there are none, or no memory. */
static struct row *rows_of(const struct table *t, u32 kernel, u32 *nr)
{
	size_t all = 0;
	struct row *rows;
	u32 m, i, to = 0;

	for (m = 0; m < t->s->nr_machines; m++)
		all += cell_at(t->s, t->sched, kernel, m)->nr_progs;
	*nr = 0;
	rows = all ? calloc(all, sizeof(*rows)) : NULL;
	if (!rows)
		return NULL;
	for (m = 0, all = 0; m < t->s->nr_machines; m++) {
		const struct sweep_cell *c = cell_at(t->s, t->sched, kernel, m);

		for (i = 0; i < c->nr_progs; i++)
			rows[all++].name = c->progs[i].name;
	}
	qsort(rows, all, sizeof(*rows), by_name);
	for (i = 0; i < all; i++)
		if (!to || strcmp(rows[to - 1].name, rows[i].name))
			rows[to++] = rows[i];
	*nr = to;
	return rows;
}

static void widths(struct table *t)
{
	const struct sweep *s = t->s;
	u32 k, m, i;

	t->kernel_w = strlen("kernel");
	t->prog_w = strlen("program");
	for (k = 0; k < s->nr_kernels; k++) {
		t->kernel_w = max_t(int, t->kernel_w, strlen(s->kernels[k].label));
		for (m = 0; m < s->nr_machines; m++) {
			const struct sweep_cell *c = cell_at(s, t->sched, k, m);

			for (i = 0; i < c->nr_progs; i++)
				t->prog_w = max_t(int, t->prog_w, strlen(c->progs[i].name));
		}
	}
}

static int column_width(const struct table *t, u32 column)
{
	/* numbers of a million are not cut, and not often wider */
	return max_t(int, 7, strlen(column_name(t->s, t->columns, column)));
}

static void print_rows(FILE *out, const struct table *t, u32 kernel)
{
	char buf[RANGE_MAX];
	struct row *rows;
	u32 nr, i, c;

	rows = rows_of(t, kernel, &nr);
	if (!nr)
		fprintf(out, "  %-*s  %-*s", t->kernel_w, t->s->kernels[kernel].label, t->prog_w,
			"none seen");
	for (c = 0; !nr && c < t->columns; c++)
		fprintf(out, "  %*s", column_width(t, c), "-");
	if (!nr)
		fputc('\n', out);
	for (i = 0; i < nr; i++) {
		fprintf(out, "  %-*s  %-*s", t->kernel_w, t->s->kernels[kernel].label, t->prog_w,
			rows[i].name);
		for (c = 0; c < t->columns; c++)
			fprintf(out, "  %*s", column_width(t, c),
				range_of(t, kernel, c, rows[i].name, buf));
		fputc('\n', out);
	}
	free(rows);
}

static void print_table(FILE *out, const struct sweep *s, u32 sched)
{
	struct table t = { .s = s, .sched = sched, .columns = columns_of(s) };
	u32 k, c;

	widths(&t);
	fprintf(out, "%s: verified instructions\n", sweep_sched_name(s, sched));
	fprintf(out, "  %-*s  %-*s", t.kernel_w, "kernel", t.prog_w, "program");
	for (c = 0; c < t.columns; c++)
		fprintf(out, "  %*s", column_width(&t, c), column_name(s, t.columns, c));
	fputc('\n', out);
	for (k = 0; k < s->nr_kernels; k++)
		print_rows(out, &t, k);
	fputc('\n', out);
}

/* The grid. */

enum mark {
	MARK_PASS,
	MARK_FAIL,
	MARK_MIXED,
	MARK_UNKNOWN,
	MARK_SKIP,
};

static const char *const words[] = {
	[MARK_PASS] = "pass",	    [MARK_FAIL] = "fail", [MARK_MIXED] = "mixed",
	[MARK_UNKNOWN] = "unknown", [MARK_SKIP] = "skip",
};

/* UTF-8; each is two columns wide on a terminal. */
static const char *const signs[] = {
	[MARK_PASS] = "\xe2\x9c\x85", /* check mark */
	[MARK_FAIL] = "\xe2\x9d\x8c", /* cross mark */
	[MARK_MIXED] = "\xf0\x9f\x87\xbd", /* regional indicator X */
	[MARK_UNKNOWN] = "\xe2\x9d\x94", /* question mark */
	[MARK_SKIP] = "--",
};

static enum mark mark_of(const struct sweep_cell *c)
{
	if (!c->done || c->infra)
		return MARK_UNKNOWN;
	switch (c->verdict) {
	case KTSTR_PASS:
		return MARK_PASS;
	case KTSTR_FAIL:
		return MARK_FAIL;
	case KTSTR_SKIP:
		return MARK_SKIP;
	default:
		return MARK_UNKNOWN;
	}
}

/* Of all kernels and the column's machines. */
static enum mark mark_at(const struct sweep *s, u32 sched, u32 columns, u32 column)
{
	enum mark all = MARK_SKIP, one;
	u32 k, m, from, to;
	bool first = true;

	machines_of(s, columns, column, &from, &to);
	for (k = 0; k < s->nr_kernels; k++) {
		for (m = from; m < to; m++) {
			one = mark_of(cell_at(s, sched, k, m));
			if (!first && one != all)
				return MARK_MIXED;
			all = one;
			first = false;
		}
	}
	return all;
}

static void print_mark(FILE *out, const struct sweep_look *look, enum mark mark, int width)
{
	if (look->signs)
		fprintf(out, "  %*s%s", width - 2, "", signs[mark]);
	else
		fprintf(out, "  %*s", width, words[mark]);
}

static void print_grid(FILE *out, const struct sweep *s, const struct sweep_look *look)
{
	struct table t = { .s = s, .columns = columns_of(s) };
	int name_w = strlen("scheduler");
	u32 i, c;

	for (i = 0; i < s->nr_scheds; i++)
		name_w = max_t(int, name_w, strlen(sweep_sched_name(s, i)));
	fprintf(out, "%-*s", name_w, "scheduler");
	for (c = 0; c < t.columns; c++)
		fprintf(out, "  %*s", column_width(&t, c), column_name(s, t.columns, c));
	fputc('\n', out);
	for (i = 0; i < s->nr_scheds; i++) {
		fprintf(out, "%-*s", name_w, sweep_sched_name(s, i));
		for (c = 0; c < t.columns; c++)
			print_mark(out, look, mark_at(s, i, t.columns, c), column_width(&t, c));
		fputc('\n', out);
	}
}

/* What did not pass. */

static void put_line(void *ctx, const char *line)
{
	fprintf(ctx, "    %s\n", line);
}

static void print_log(FILE *out, const char *log, size_t most)
{
	size_t len = log ? strlen(log) : 0, lines = guest_lines_count(log ?: "", len);

	if (!lines)
		return;
	if (lines > most)
		fprintf(out, "    (%zu lines before; --raw shows the scheduler's whole output)\n",
			lines - most);
	guest_lines(log, len, most, put_line, out);
}

static void print_failed(FILE *out, const struct sweep *s, const struct sweep_cell *c,
			 const struct sweep_look *look)
{
	char name[320];

	fprintf(out, "\n%s  %s%s%s\n", c->done ? ktstr_verdict_name(c->verdict) : "NOT RUN",
		sweep_cell_name(s, c, name, sizeof(name)), c->infra ? " (infra)" : "",
		c->done ? "" : ": stopped before");
	if (!c->done)
		return;
	fprintf(out, "  %s\n", c->text);
	if (look->raw)
		print_log(out, c->raw, SIZE_MAX);
	else
		print_log(out, c->log, LOG_LINES);
}

void sweep_print(FILE *out, const struct sweep *s, const struct sweep_look *look)
{
	u32 i, passed = 0;

	for (i = 0; i < s->nr_scheds; i++)
		print_table(out, s, i);
	print_grid(out, s, look);
	for (i = 0; i < s->nr_cells; i++) {
		if (mark_of(&s->cells[i]) == MARK_PASS)
			passed++;
		else
			print_failed(out, s, &s->cells[i], look);
	}
	fprintf(out, "\n%u of %u passed\n", passed, s->nr_cells);
}
