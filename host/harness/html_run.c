// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "html_run.h"
#include "json_member.h"
#include "lib/util.h"
#include "result_files.h"

#ifdef HAVE_JSON_C

#include <json-c/json.h>

/* Deeper than any result. */
#define PARSE_DEPTH 64
#define JSON_MAX    (256U << 20)
#define NONE	    ((double)NAN)

static double number(struct json_object *j, const char *path)
{
	return json_number(json_member(j, path));
}

static double seconds(struct json_object *j, const char *path)
{
	return number(j, path) / NSEC_PER_SEC;
}

static u32 small(struct json_object *j, const char *path)
{
	double v = number(j, path);

	return v >= 0 && v <= UINT32_MAX ? (u32)v : 0;
}

static const char *text(struct json_object *j, const char *path)
{
	j = json_member(j, path);
	return json_object_is_type(j, json_type_string) ? json_object_get_string(j) : NULL;
}

static size_t length(struct json_object *j)
{
	return json_object_is_type(j, json_type_array) ? json_object_array_length(j) : 0;
}

/* Zeroed memory for the elements of a list, of which no more than @max count. */
static void *room(struct html_run *r, struct json_object *list, size_t max, size_t size, size_t *nr)
{
	size_t len = length(list);

	*nr = min(len, max);
	r->left_out += len - *nr;
	return calloc(*nr + 1, size);
}

static void fill_latency(struct html_latency *l, struct json_object *j)
{
	struct json_object *list = json_member(j, "histogram_ns"), *pair;
	double from, count;
	size_t i;

	l->samples = number(j, "samples");
	if (!(l->samples > 0))
		l->samples = 0;
	l->p50_us = number(j, "p50");
	l->p99_us = number(j, "p99");
	l->max_us = number(j, "max");
	for (i = 0; i < min_t(size_t, length(list), LATENCY_BUCKETS); i++) {
		pair = json_object_array_get_idx(list, i);
		if (length(pair) != 2)
			continue;
		from = json_number(json_object_array_get_idx(pair, 0));
		count = json_number(json_object_array_get_idx(pair, 1));
		if (from >= 0 && from < 1e18 && count > 0)
			l->bucket[latency_bucket((u64)from)] += count;
	}
}

static int fill_cgroups(struct html_run *r, struct json_object *j)
{
	struct json_object *list = json_member(j, "load.cgroups"), *c;
	struct html_cgroup *to;
	size_t i;

	r->cgroups = room(r, list, HTML_CGROUPS_MAX, sizeof(*r->cgroups), &r->nr_cgroups);
	for (i = 0; r->cgroups && i < r->nr_cgroups; i++) {
		c = json_object_array_get_idx(list, i);
		to = &r->cgroups[i];
		to->name = text(c, "cgroup") ?: "";
		to->step = small(c, "step");
		to->workers = number(c, "num_workers");
		to->cpus = number(c, "num_cpus");
		to->off_cpu = number(c, "avg_off_cpu_pct");
		to->spread = number(c, "spread");
		to->gap_ms = number(c, "max_gap_ms");
		to->migrations = number(c, "total_migrations");
		to->iterations = number(c, "total_iterations");
		to->run_delay_us = number(c, "mean_run_delay_us");
		fill_latency(&to->wake, json_member(c, "wake_latency_us"));
		fill_latency(&to->timer, json_member(c, "timer_latency_us"));
		fill_latency(&to->cost, json_member(c, "iteration_cost_us"));
	}
	return r->cgroups ? 0 : -ENOMEM;
}

static int fill_phases(struct html_run *r, struct json_object *j)
{
	struct json_object *list = json_member(j, "load.phases"), *p;
	struct html_phase *to;
	size_t i;

	r->phases = room(r, list, HTML_PHASES_MAX, sizeof(*r->phases), &r->nr_phases);
	for (i = 0; r->phases && i < r->nr_phases; i++) {
		p = json_object_array_get_idx(list, i);
		to = &r->phases[i];
		to->step = small(p, "step");
		to->name = text(p, "name") ?: "";
		to->from_s = seconds(p, "from_ns");
		to->to_s = json_object_get_boolean(json_member(p, "ended")) ? seconds(p, "to_ns") :
									      NONE;
		to->ops = number(p, "ops");
		to->workers = number(p, "workers");
		to->cgroups = number(p, "cgroups");
		to->rate = number(p, "iterations_per_s");
		to->imbalance_max = number(p, "monitor.max_imbalance_ratio");
		to->imbalance_avg = number(p, "monitor.avg_imbalance_ratio");
		to->dsq_max = number(p, "monitor.max_dsq_depth");
		to->running_avg = number(p, "monitor.avg_nr_running");
		to->fallback = number(p, "monitor.fallback_per_s");
		to->keep_last = number(p, "monitor.keep_last_per_s");
	}
	return r->phases ? 0 : -ENOMEM;
}

static int finding_weight(const struct html_finding *f)
{
	static const char *const worse[] = { "pass", "note", "inconclusive", "fail" };
	int i;

	for (i = ARRAY_SIZE(worse) - 1; i > 0; i--)
		if (!strcmp(f->kind, worse[i]))
			break;
	return i;
}

/* Those that count come first, each kind in its own order, which qsort(3) loses. */
static void sort_findings(struct html_finding *f, size_t nr)
{
	size_t i, at;

	for (i = 1; i < nr; i++) {
		struct html_finding one = f[i];

		for (at = i; at && finding_weight(&f[at - 1]) < finding_weight(&one); at--)
			f[at] = f[at - 1];
		f[at] = one;
	}
}

static int fill_findings(struct html_run *r, struct json_object *j)
{
	struct json_object *list = json_member(j, "load.findings"), *f;
	size_t i;

	r->findings = room(r, list, HTML_FINDINGS_MAX, sizeof(*r->findings), &r->nr_findings);
	for (i = 0; r->findings && i < r->nr_findings; i++) {
		f = json_object_array_get_idx(list, i);
		r->findings[i] = (struct html_finding){
			.check = text(f, "check") ?: "",
			.kind = text(f, "kind") ?: "",
			.cgroup = text(f, "cgroup"),
			.step = small(f, "step"),
			.text = text(f, "text") ?: "",
		};
	}
	if (!r->findings)
		return -ENOMEM;
	sort_findings(r->findings, r->nr_findings);
	return 0;
}

static enum html_mark_kind mark_kind(const char *what)
{
	if (!strcmp(what, "failure") || !strcmp(what, "fallback"))
		return HTML_MARK_DEATH;
	return strcmp(what, "watch") ? HTML_MARK_SNAPSHOT : HTML_MARK_WATCH;
}

static void add_snapshot(struct html_run *r, struct json_object *s)
{
	const char *what = text(s, "kind") ?: "";
	enum html_mark_kind kind = mark_kind(what);
	double t = seconds(s, "t_ns");

	if (!(t >= 0))
		return;
	r->marks[r->nr_marks++] = (struct html_mark){
		.t_s = t,
		.kind = kind,
		.what = what,
		.name = text(s, "tag") ?: "",
		.text = text(s, kind == HTML_MARK_DEATH ? "exit_msg" : "ip_symbol"),
	};
}

/* What a snapshot does not say already. */
static void add_op(struct html_run *r, struct json_object *o)
{
	const char *what = text(o, "op") ?: "";
	bool ok = json_object_get_boolean(json_member(o, "ok"));
	double t = seconds(o, "t_ns");

	if (!(t > 0) || (ok && (!strcmp(what, "capture") || !strcmp(what, "observer"))))
		return;
	r->marks[r->nr_marks++] = (struct html_mark){
		.t_s = t,
		.kind = HTML_MARK_OP,
		.what = what,
		.name = text(o, "tag") ?: "",
		.text = text(o, "reason"),
	};
}

static int by_time(const void *x, const void *y)
{
	const struct html_mark *a = x, *b = y;

	return (a->t_s > b->t_s) - (a->t_s < b->t_s);
}

static int fill_marks(struct html_run *r, struct json_object *j)
{
	struct json_object *shots = json_member(j, "snapshots"), *ops = json_member(j, "ops");
	size_t i, nr = length(shots) + length(ops);

	r->marks = calloc(HTML_MARKS_MAX, sizeof(*r->marks));
	if (!r->marks)
		return -ENOMEM;
	for (i = 0; i < length(shots) && r->nr_marks < HTML_MARKS_MAX; i++)
		add_snapshot(r, json_object_array_get_idx(shots, i));
	for (i = 0; i < length(ops) && r->nr_marks < HTML_MARKS_MAX; i++)
		add_op(r, json_object_array_get_idx(ops, i));
	if (r->nr_marks == HTML_MARKS_MAX && nr > HTML_MARKS_MAX)
		r->left_out += nr - HTML_MARKS_MAX;
	qsort(r->marks, r->nr_marks, sizeof(*r->marks), by_time);
	return 0;
}

static void fill_row(double *to, struct json_object *row, size_t nr)
{
	size_t i, len = min(length(row), nr);

	for (i = 0; i < nr; i++)
		to[i] = i < len ? json_number(json_object_array_get_idx(row, i)) : NONE;
}

/* Points up to the first that makes no sense. */
static int fill_times(struct html_series *s, struct json_object *list)
{
	double t, last = 0;

	s->t_s = calloc(HTML_POINTS_MAX, sizeof(*s->t_s));
	if (!s->t_s)
		return -ENOMEM;
	while (s->nr < min_t(size_t, length(list), HTML_POINTS_MAX)) {
		t = json_number(json_object_array_get_idx(list, s->nr)) / NSEC_PER_SEC;
		if (!(t >= last))
			break;
		s->t_s[s->nr++] = t;
		last = t;
	}
	return 0;
}

static int fill_series(struct html_run *r, struct json_object *j)
{
	struct json_object *running = json_member(j, "monitor.series.nr_running");
	struct json_object *dsq = json_member(j, "monitor.series.local_dsq_depth");
	struct html_series *s = &r->series;
	size_t i;

	if (fill_times(s, json_member(j, "monitor.series.t_ns")))
		return -ENOMEM;
	s->cpus = min_t(size_t, length(running), HTML_CPUS_MAX);
	r->left_out += length(running) - s->cpus;
	s->running = calloc(s->nr * s->cpus + 1, sizeof(*s->running));
	s->dsq = calloc(s->nr * s->cpus + 1, sizeof(*s->dsq));
	if (!s->running || !s->dsq)
		return -ENOMEM;
	for (i = 0; i < s->cpus; i++) {
		fill_row(s->running + i * s->nr, json_object_array_get_idx(running, i), s->nr);
		fill_row(s->dsq + i * s->nr,
			 i < length(dsq) ? json_object_array_get_idx(dsq, i) : NULL, s->nr);
	}
	return 0;
}

static size_t fill_lines(const char **lines, struct json_object *list)
{
	size_t i, nr = 0, len = length(list);

	for (i = len - min_t(size_t, len, HTML_LINES_MAX); i < len; i++) {
		struct json_object *line = json_object_array_get_idx(list, i);

		if (json_object_is_type(line, json_type_string))
			lines[nr++] = json_object_get_string(line);
	}
	return nr;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int fill_verdict(struct html_run *r, struct json_object *j)
{
	static const char *const names[] = { "SKIP", "PASS", "INCONCLUSIVE", "FAIL" };
	static const u32 weights[] = { 0, 0, 2, 3 };
	size_t i;

	r->verdict = text(j, "verdict");
	if (!r->verdict)
		return -EINVAL;
	r->weight = 1;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(r->verdict, names[i]))
			r->weight = weights[i];
	return 0;
}

static void fill_facts(struct html_run *r, struct json_object *j)
{
	r->name = text(j, "test_name") ?: text(j, "test.name");
	if (!r->name)
		r->name = last_part(r->file);
	r->reason = text(j, "reason");
	r->text = text(j, "reason_text");
	r->stage = text(j, "stage");
	r->scheduler = last_part(text(j, "test.scheduler") ?: "EEVDF");
	r->topology = text(j, "test.topology");
	r->kernel = text(j, "kernel_version");
	r->run_id = text(j, "run_id");
	r->when = text(j, "timestamp");
	r->host_cpu = text(j, "host.cpu_model");
	r->host_kernel = text(j, "host.kernel_release");
	r->commit = text(j, "scheduler_commit");
	r->monitor = text(j, "monitor.verdict");
	r->monitor_text = text(j, "monitor.text");
	r->dump = text(j, "dump_path");
	r->emulated = json_object_get_boolean(json_member(j, "emulated"));
	r->duration_s = seconds(j, "timings_ns.total");
	r->vcpus = number(j, "vcpus");
	r->cpu_budget = number(j, "cpu_budget");
	r->dilation = number(j, "load.contention.dilation");
	r->nr_sched_log = fill_lines(r->sched_log, json_member(j, "scheduler.log"));
	r->nr_console = fill_lines(r->console, json_member(j, "console.log"));
}

static int fill(struct html_run *r, struct json_object *j, struct ktstr_err *err)
{
	int ret;

	if (fill_verdict(r, j))
		return ktstr_err_set(err, -EINVAL, "%.200s: no result of a run: no verdict",
				     r->file);
	fill_facts(r, j);
	ret = fill_series(r, j);
	if (!ret)
		ret = fill_phases(r, j);
	if (!ret)
		ret = fill_cgroups(r, j);
	if (!ret)
		ret = fill_findings(r, j);
	if (!ret)
		ret = fill_marks(r, j);
	return ret ? ktstr_err_set(err, ret, "%.200s: out of memory", r->file) : 0;
}

static int parse_error(struct json_tokener *tok, const char *file, size_t len,
		       struct ktstr_err *err)
{
	enum json_tokener_error why = json_tokener_get_error(tok);
	size_t at = json_tokener_get_parse_end(tok);

	return ktstr_err_set(err, -EINVAL, "%.200s: malformed JSON at byte %zu of %zu: %s", file,
			     at, len, at >= len ? "it ends here" : json_tokener_error_desc(why));
}

int html_run_parse(struct html_run *r, const char *file, const char *text, size_t len,
		   struct ktstr_err *err)
{
	struct json_tokener *tok;
	int ret;

	if (len > JSON_MAX)
		return ktstr_err_set(err, -EFBIG, "%.200s: %zu bytes, more than the %u read", file,
				     len, JSON_MAX);
	r->file = strdup(file);
	tok = json_tokener_new_ex(PARSE_DEPTH);
	if (!tok || !r->file) {
		if (tok)
			json_tokener_free(tok);
		return ktstr_err_set(err, -ENOMEM, "%.200s: out of memory", file);
	}
	r->json = json_tokener_parse_ex(tok, text, len);
	if (json_tokener_get_error(tok) != json_tokener_success)
		ret = parse_error(tok, file, len, err);
	else
		ret = fill(r, r->json, err);
	json_tokener_free(tok);
	return ret;
}

static void drop_json(struct html_run *r)
{
	json_object_put(r->json);
}

#else

int html_run_parse(struct html_run *r, const char *file, const char *text, size_t len,
		   struct ktstr_err *err)
{
	return ktstr_err_set(err, -EOPNOTSUPP,
			     "this build cannot read JSON: install json-c (Debian: libjson-c-dev, Fedora: json-c-devel, Arch: json-c) and build again");
}

static void drop_json(struct html_run *r)
{
}

#endif /* HAVE_JSON_C */

void html_run_free(struct html_run *r)
{
	drop_json(r);
	free(r->file);
	free(r->series.t_s);
	free(r->series.running);
	free(r->series.dsq);
	free(r->phases);
	free(r->cgroups);
	free(r->findings);
	free(r->marks);
	memset(r, 0, sizeof(*r));
}
