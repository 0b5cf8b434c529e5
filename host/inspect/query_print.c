// SPDX-License-Identifier: GPL-2.0-only
/* Answers for people and for programs. */
#include <errno.h>
#include <inttypes.h>
#include <json_writer.h>
#include <stdlib.h>
#include <string.h>

#include "host/inspect/guest_state.h"
#include "host/inspect/json_text.h"
#include "host/inspect/query_internal.h"
#include "host/inspect/value_json.h"
#include "host/inspect/value_text.h"
#include "host/inspect/value_text_internal.h"
#include "host/kernel/guest_kernel.h"

#define COLUMNS_MAX 10
/* Characters of a cell; longer ones are cut. */
#define CELL_MAX 40

/**
 * struct column - of a table
 * @title: above it
 * @member: of each row, or a path
 * @left: text is to the left, numbers to the right
 */
struct column {
	const char *title;
	const char *member;
	bool left;
};

/**
 * struct table_spec - how a command's list is shown
 * @path: of the array in the answer
 * @columns: up to the first without a title
 */
struct table_spec {
	const char *path;
	struct column columns[COLUMNS_MAX + 1];
};

static const struct table_spec specs[QUERY_NR] = {
	[QUERY_MAPS] = {
		.path = "maps",
		.columns = {
			{ "ID", "id" },
			{ "TYPE", "type_name", true },
			{ "NAME", "name", true },
			{ "KEY", "key_size" },
			{ "VALUE", "value_size" },
			{ "ENTRIES", "max_entries" },
		},
	},
	[QUERY_PROGS] = {
		.path = "prog_runtime_stats",
		.columns = {
			{ "ID", "id" },
			{ "TYPE", "type_name", true },
			{ "NAME", "func", true },
			{ "OF", "struct_ops", true },
			{ "ATTACHED", "attach", true },
			{ "VERIFIED", "verified_insns" },
			{ "RUNS", "run_cnt" },
			{ "NS", "run_time_ns" },
			{ "MISSES", "misses" },
		},
	},
	[QUERY_TASKS] = {
		.path = "task_enrichments.tasks",
		.columns = {
			{ "PID", "pid" },
			{ "TGID", "tgid" },
			{ "COMM", "comm", true },
			{ "STATE", "state", true },
			{ "CLASS", "class", true },
			{ "CPU", "cpu" },
			{ "PRIO", "prio" },
			{ "SWITCHES", "nvcsw" },
			{ "PREEMPTED", "nivcsw" },
		},
	},
};

/**
 * struct table - one under way
 * @spec: how
 * @rows: the array
 * @cell: where a cell is written, in memory
 * @text: what was written there
 * @size: of @text
 * @width: of each column
 */
struct table {
	const struct table_spec *spec;
	const struct value *rows;
	FILE *cell;
	char *text;
	size_t size;
	u32 width[COLUMNS_MAX];
};

static const char *cell_text(struct table *t, const struct value *row, const struct column *c)
{
	const struct value *v = value_get(row, c->member, NULL);
	size_t len;

	if (!v || value_kind(v) == VALUE_NULL)
		return "-";
	rewind(t->cell);
	value_line_scalar(t->cell, v);
	fputc('\0', t->cell);
	if (fflush(t->cell))
		return "?";
	len = strlen(t->text);
	if (value_kind(v) == VALUE_STRING && len >= 2) {
		t->text[len - 1] = '\0';
		memmove(t->text, t->text + 1, len - 1);
	}
	if (strlen(t->text) > CELL_MAX)
		memcpy(t->text + CELL_MAX - 3, "...", sizeof("..."));
	return *t->text ? t->text : "-";
}

static void measure(struct table *t)
{
	const struct value *row;
	u32 i;

	for (i = 0; t->spec->columns[i].title; i++)
		t->width[i] = strlen(t->spec->columns[i].title);
	for (row = value_first(t->rows); row; row = value_next(row))
		for (i = 0; t->spec->columns[i].title; i++)
			t->width[i] = max_t(u32, t->width[i],
					    strlen(cell_text(t, row, &t->spec->columns[i])));
}

static void put_cell(const struct table *t, u32 i, const char *text, FILE *out)
{
	const struct column *c = &t->spec->columns[i];

	fputs(i ? "  " : "", out);
	if (!c->left)
		fprintf(out, "%*s", (int)t->width[i], text);
	else if (c[1].title)
		fprintf(out, "%-*s", (int)t->width[i], text);
	else
		fputs(text, out);
}

/* A row that is no struct says what is missing. */
static int put_row(struct table *t, const struct value *row, FILE *out)
{
	u32 i;

	if (value_kind(row) != VALUE_STRUCT)
		return value_text_print(out, row, NULL);
	for (i = 0; t->spec->columns[i].title; i++)
		put_cell(t, i, cell_text(t, row, &t->spec->columns[i]), out);
	fputc('\n', out);
	return 0;
}

static int put_table(struct table *t, FILE *out)
{
	const struct value *row;
	int ret = 0;
	u32 i;

	measure(t);
	for (i = 0; t->spec->columns[i].title; i++)
		put_cell(t, i, t->spec->columns[i].title, out);
	fputc('\n', out);
	for (row = value_first(t->rows); row && !ret; row = value_next(row))
		ret = put_row(t, row, out);
	return ret;
}

/* That nothing is missing need not be said to people. */
static bool is_dull(const struct value *m)
{
	u64 v;

	return !strcmp(value_name(m) ?: "", "complete") && value_u64(m, &v) && v;
}

/* Whatever else the answer has: that something is missing, above all. */
static int put_rest(const struct value *root, const char *path, FILE *out)
{
	const struct value *m;
	int ret = 0;

	for (m = value_first(root); m && !ret; m = value_next(m))
		if (strncmp(path, value_name(m), strlen(value_name(m))) != 0 && !is_dull(m))
			ret = value_text_print(out, m, NULL);
	return ret;
}

static int print_table(const struct table_spec *spec, const struct value *root, FILE *out)
{
	struct table t = { .spec = spec, .rows = value_get(root, spec->path, NULL) };
	int ret;

	if (!t.rows)
		return value_text_print(out, root, NULL);
	t.cell = open_memstream(&t.text, &t.size);
	if (!t.cell)
		return -ENOMEM;
	ret = put_table(&t, out);
	fclose(t.cell);
	free(t.text);
	return ret ? ret : put_rest(root, spec->path, out);
}

static int print_text(const struct query *q, const struct value *root, FILE *out)
{
	bool variable = q->kind == QUERY_SYMBOL || q->kind == QUERY_PERCPU;
	const struct value_text_opts opts = { .zeros = variable };
	const struct value *m;
	int ret = 0;

	if (specs[q->kind].path)
		return print_table(&specs[q->kind], root, out);
	for (m = value_first(root); m && !ret; m = value_next(m))
		if (!is_dull(m))
			ret = value_text_print(out, m, &opts);
	return ret;
}

static int print_json(const struct value *root, FILE *out)
{
	json_writer_t *w = jsonw_new(out);

	if (!w)
		return -ENOMEM;
	value_json(w, root);
	jsonw_destroy(&w);
	fputc('\n', out);
	return 0;
}

int query_print(const struct guest_state *s, const struct query *q, const struct vtree *t,
		bool json, FILE *out)
{
	int ret;

	if (q->kind == QUERY_SYMBOLS)
		ret = query_symbols_print(s->gk, json, out);
	else if (json)
		ret = print_json(vtree_root(t), out);
	else
		ret = print_text(q, vtree_root(t), out);
	if (!ret && (fflush(out) || ferror(out)))
		ret = -EIO;
	return ret;
}
