// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest_text.h"
#include "host/inspect/json_text.h"
#include "lib/util.h"
#include "sweep.h"

#define SWEEP_JSON_FORMAT 1

static void put_line(void *ctx, const char *line)
{
	jsonw_string(ctx, line);
}

static void put_log(json_writer_t *w, const char *log)
{
	if (!log) {
		jsonw_null_field(w, "log");
		return;
	}
	jsonw_name(w, "log");
	jsonw_start_array(w);
	guest_lines(log, strlen(log), SIZE_MAX, put_line, w);
	jsonw_end_array(w);
}

static void put_progs(json_writer_t *w, const struct sweep_cell *c)
{
	u32 i;

	jsonw_name(w, "programs");
	jsonw_start_array(w);
	for (i = 0; i < c->nr_progs; i++) {
		jsonw_start_object(w);
		json_text_field(w, "name", c->progs[i].name);
		json_text_field(w, "attach", c->progs[i].attach);
		json_u64_field(w, "verified_insns", c->progs[i].verified_insns);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void put_place(json_writer_t *w, const struct sweep *s, const struct sweep_cell *c)
{
	char text[320];

	json_text_field(w, "cell", sweep_cell_name(s, c, text, sizeof(text)));
	json_text_field(w, "scheduler", s->scheds[c->sched]);
	json_text_field(w, "kernel", s->kernels[c->kernel].path);
	json_text_field(w, "kernel_label", s->kernels[c->kernel].label);
	json_text_field(w, "preset", s->machines[c->machine].name);
	json_text_field(w, "topology",
			topology_format(&s->machines[c->machine].topo, text, sizeof(text)));
}

static void put_cell(json_writer_t *w, const struct sweep *s, const struct sweep_cell *c)
{
	put_place(w, s, c);
	if (c->done)
		jsonw_string_field(w, "verdict", ktstr_verdict_name(c->verdict));
	else
		jsonw_null_field(w, "verdict");
	jsonw_bool_field(w, "infra", c->infra);
	jsonw_string_field(w, "reason", ktstr_reason_name(c->reason));
	json_text_field(w, "reason_text", c->done ? c->text : "not run");
	jsonw_bool_field(w, "attached", c->attached);
	json_text_field(w, "ops", c->ops);
	jsonw_bool_field(w, "dispatched", c->dispatched);
	jsonw_uint_field(w, "workers", c->workers);
	put_progs(w, c);
	put_log(w, c->log);
	jsonw_uint_field(w, "elapsed_ms", c->elapsed_ns / NSEC_PER_MSEC);
}

static int end(FILE *out, json_writer_t *w)
{
	jsonw_destroy(&w);
	return fflush(out) || ferror(out) ? -EIO : 0;
}

int sweep_cell_json(FILE *out, const struct sweep *s, const struct sweep_cell *c)
{
	json_writer_t *w = jsonw_new(out);

	if (!w)
		return -ENOMEM;
	jsonw_pretty(w, true);
	jsonw_start_object(w);
	jsonw_uint_field(w, "format", SWEEP_JSON_FORMAT);
	put_cell(w, s, c);
	jsonw_end_object(w);
	return end(out, w);
}

static void put_counts(json_writer_t *w, const struct sweep *s)
{
	u32 counts[KTSTR_PASS + 1] = { 0 }, infra = 0, i;

	for (i = 0; i < s->nr_cells; i++) {
		if (s->cells[i].infra)
			infra++;
		else
			counts[s->cells[i].verdict]++;
	}
	jsonw_uint_field(w, "passed", counts[KTSTR_PASS]);
	jsonw_uint_field(w, "failed", counts[KTSTR_FAIL]);
	jsonw_uint_field(w, "inconclusive", counts[KTSTR_INCONCLUSIVE]);
	jsonw_uint_field(w, "skipped", counts[KTSTR_SKIP]);
	jsonw_uint_field(w, "infra", infra);
}

int sweep_json(FILE *out, const struct sweep *s)
{
	json_writer_t *w = jsonw_new(out);
	u32 i;

	if (!w)
		return -ENOMEM;
	jsonw_pretty(w, true);
	jsonw_start_object(w);
	jsonw_uint_field(w, "format", SWEEP_JSON_FORMAT);
	jsonw_uint_field(w, "exit_status", sweep_exit_code(s));
	put_counts(w, s);
	jsonw_name(w, "cells");
	jsonw_start_array(w);
	for (i = 0; i < s->nr_cells; i++) {
		jsonw_start_object(w);
		put_cell(w, s, &s->cells[i]);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_end_object(w);
	return end(out, w);
}

static int replace(const char *dir, const char *name, const char *text, size_t len,
		   struct ktstr_err *err)
{
	int fd, ret;

	if (mkdir(dir, 0755) && errno != EEXIST)
		return ktstr_err_set(err, -errno, "output directory %s: %s", dir, strerror(errno));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ktstr_err_set(err, -errno, "output directory %s: %s", dir, strerror(errno));
	ret = file_replace(fd, name, text, len);
	close(fd);
	return ret ? ktstr_err_set(err, ret, "%s/%s: %s", dir, name, strerror(-ret)) : 0;
}

/* A cell, or without one the summary. */
static int write_json(const struct sweep *s, const struct sweep_cell *c, const char *name,
		      struct ktstr_err *err)
{
	char *text = NULL;
	size_t len;
	FILE *f;
	int ret;

	if (!s->out_dir)
		return 0;
	f = open_memstream(&text, &len);
	if (!f)
		return ktstr_err_set(err, -ENOMEM, "out of memory for %s", name);
	ret = c ? sweep_cell_json(f, s, c) : sweep_json(f, s);
	if (fclose(f) || ret)
		ret = ktstr_err_set(err, -ENOMEM, "out of memory for %s", name);
	else
		ret = replace(s->out_dir, name, text, len, err);
	free(text);
	return ret;
}

int sweep_write_cell(const struct sweep *s, const struct sweep_cell *c, struct ktstr_err *err)
{
	char file[128], name[160];

	snprintf(name, sizeof(name), "%s.verifier.json", sweep_cell_file(s, c, file, sizeof(file)));
	return write_json(s, c, name, err);
}

int sweep_write(const struct sweep *s, struct ktstr_err *err)
{
	return write_json(s, NULL, "verifier.json", err);
}
