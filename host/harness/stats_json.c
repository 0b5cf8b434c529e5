// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_member.h"
#include "lib/text.h"
#include "lib/util.h"
#include "stats_json.h"

#ifdef HAVE_JSON_C

#include <json-c/json.h>

#define SUFFIX ".result.json"
/* Deeper than any result. */
#define PARSE_DEPTH 64
/* Of one name; a longer one is cut. */
#define NAME_ROOM 512

static double number(struct json_object *j, const char *path)
{
	return json_number(json_member(j, path));
}

static const char *text(struct json_object *j, const char *path)
{
	j = json_member(j, path);
	return json_object_is_type(j, json_type_string) ? json_object_get_string(j) : NULL;
}

static char *safe_dup(const char *s)
{
	char line[NAME_ROOM];

	text_escape_line(line, sizeof(line), s, strlen(s));
	return strdup(line);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static char *test_name(struct json_object *j, const char *path)
{
	const char *name = text(j, "test.name"), *file = last_part(path);
	size_t len = strlen(file), cut = strlen(SUFFIX);
	char own[NAME_ROOM];

	if (name)
		return safe_dup(name);
	if (len > cut && !strcmp(file + len - cut, SUFFIX))
		len -= cut;
	snprintf(own, sizeof(own), "%.*s", (int)min_t(size_t, len, sizeof(own) - 1), file);
	return safe_dup(own);
}

static int fill_verdict(struct stats_run *run, struct json_object *j)
{
	const char *v = text(j, "verdict");
	u32 i;

	for (i = 0; v && i <= KTSTR_PASS; i++) {
		if (strcmp(v, ktstr_verdict_name(i)))
			continue;
		run->verdict = i;
		return 0;
	}
	return -EINVAL;
}

/* As a count of CPUs: 0 when it is none. */
static double cpus(struct json_object *j, const char *path)
{
	double v = number(j, path);

	return v > 0 && v <= UINT32_MAX ? v : 0;
}

static void fill_host(struct stats_run *run, struct json_object *j)
{
	struct topology topo;

	run->emulated = json_object_get_boolean(json_member(j, "emulated"));
	run->cpu_budget = cpus(j, "cpu_budget");
	run->dilation = cpus(j, "load.contention.dilation");
	run->vcpus = cpus(j, "vcpus");
	if (!run->vcpus && run->topology && !topology_parse(run->topology, &topo, NULL))
		run->vcpus = topology_cpus(&topo);
}

static void set_counter(struct stats_run *run, enum stats_metric m, double v, double span_s)
{
	if (isnan(v))
		return;
	run->value[m] = v;
	run->span_s[m] = span_s > 0 ? span_s : 0;
}

/* Where members of a cgroup go; the worst one stays. */
static const struct {
	enum stats_metric metric;
	const char *member;
} cgroup_members[] = {
	{ STATS_WORST_SPREAD, "spread" },
	{ STATS_WORST_GAP, "max_gap_ms" },
	{ STATS_WORST_MIGRATION_RATIO, "migration_ratio" },
	{ STATS_WORST_P99_WAKE, "p99_wake_latency_us" },
	{ STATS_WORST_MEDIAN_WAKE, "median_wake_latency_us" },
	{ STATS_WORST_WAKE_CV, "wake_latency_cv" },
	{ STATS_WORST_WAKE_TAIL, "wake_latency_tail_ratio" },
	{ STATS_WORST_MEAN_RUN_DELAY, "mean_run_delay_us" },
	{ STATS_WORST_RUN_DELAY, "worst_run_delay_us" },
	{ STATS_WORST_PAGE_LOCALITY, "page_locality" },
	{ STATS_WORST_CROSS_NODE, "cross_node_migration_ratio" },
};

static void take_worst(struct stats_run *run, enum stats_metric m, double v)
{
	double *worst = &run->value[m];

	if (isnan(v))
		return;
	if (isnan(*worst))
		*worst = v;
	else
		*worst = stats_info(m)->better == KTSTR_BETTER_HIGHER ? min(*worst, v) :
									max(*worst, v);
}

/**
 * struct span - how long workers ran in a step
 * @step: 0 = those that outlive the steps
 * @ns: of one cgroup
 */
struct span {
	double step;
	double ns;
};

/**
 * struct sums - of the cgroups of a run
 * @iterations: of all
 * @migrations: of all
 * @span: of each cgroup that has workers
 * @nr: how many
 */
struct sums {
	double iterations;
	double migrations;
	struct span *span;
	size_t nr;
};

static double or_zero(double v)
{
	return isnan(v) ? 0 : v;
}

static void add_cgroup(struct stats_run *run, struct sums *s, struct json_object *c)
{
	double workers = number(c, "num_workers"), iterations = number(c, "total_iterations");
	struct span *span = &s->span[s->nr];
	u32 i;

	if (!(workers > 0))
		return;
	for (i = 0; i < ARRAY_SIZE(cgroup_members); i++)
		take_worst(run, cgroup_members[i].metric, number(c, cgroup_members[i].member));
	take_worst(run, STATS_WORST_ITERATIONS, iterations / workers);
	s->iterations += or_zero(iterations);
	s->migrations += or_zero(number(c, "total_migrations"));
	span->step = or_zero(number(c, "step"));
	span->ns = or_zero(number(c, "wall_ns"));
	s->nr++;
}

static int by_step(const void *x, const void *y)
{
	const struct span *a = x, *b = y;

	if (a->step != b->step)
		return a->step < b->step ? -1 : 1;
	return (a->ns < b->ns) - (a->ns > b->ns);
}

/* Cgroups run beside each other, steps one after the other. */
static double span_of(struct sums *s)
{
	double backdrop = 0, steps = 0;
	size_t i;

	qsort(s->span, s->nr, sizeof(*s->span), by_step);
	for (i = 0; i < s->nr; i++) {
		/* the longest of a step is its first */
		if (i && s->span[i].step == s->span[i - 1].step)
			continue;
		if (s->span[i].step > 0)
			steps += s->span[i].ns;
		else
			backdrop = s->span[i].ns;
	}
	return max(backdrop, steps) / NSEC_PER_SEC;
}

static void set_counters(struct stats_run *run, struct sums *s)
{
	double span_s = span_of(s);

	set_counter(run, STATS_ITERATIONS, s->iterations, span_s);
	set_counter(run, STATS_MIGRATIONS, s->migrations, span_s);
	run->span_s[STATS_WORST_ITERATIONS] = span_s;
	if (span_s > 0)
		run->value[STATS_ITERATION_RATE] = s->iterations / span_s;
}

static int fill_cgroups(struct stats_run *run, struct json_object *j)
{
	struct json_object *list = json_member(j, "load.cgroups");
	struct sums s = { 0 };
	size_t i, nr;

	if (!json_object_is_type(list, json_type_array))
		return 0;
	nr = json_object_array_length(list);
	s.span = calloc(nr ?: 1, sizeof(*s.span));
	if (!s.span)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		add_cgroup(run, &s, json_object_array_get_idx(list, i));
	if (s.nr)
		set_counters(run, &s);
	free(s.span);
	return 0;
}

static void fill_monitor(struct stats_run *run, struct json_object *j)
{
	struct json_object *m = json_member(j, "monitor"), *events;
	double span_s;

	if (!(number(m, "summary.samples") > 0))
		return;
	run->value[STATS_IMBALANCE] = number(m, "summary.max_imbalance_ratio");
	run->value[STATS_DSQ_DEPTH] = number(m, "summary.max_dsq_depth");
	set_counter(run, STATS_STUCK, number(m, "summary.stuck_count"),
		    number(m, "summary.span_ns") / NSEC_PER_SEC);
	events = json_member(m, "events");
	span_s = number(events, "over_ns") / NSEC_PER_SEC;
	set_counter(run, STATS_FALLBACK, number(events, "count.select_cpu_fallback"), span_s);
	set_counter(run, STATS_KEEP_LAST, number(events, "count.dispatch_keep_last"), span_s);
}

static enum ktstr_polarity polarity(const char *better)
{
	if (better && !strcmp(better, "higher"))
		return KTSTR_BETTER_HIGHER;
	if (better && !strcmp(better, "lower"))
		return KTSTR_BETTER_LOWER;
	return KTSTR_BETTER_UNKNOWN;
}

static int add_payload(struct stats_run *run, struct json_object *m)
{
	struct stats_payload *p = &run->payload[run->nr_payload];
	const char *payload = text(m, "payload"), *name = text(m, "name");
	char full[NAME_ROOM];

	p->value = number(m, "value");
	if (!payload || !name || isnan(p->value))
		return 0;
	snprintf(full, sizeof(full), "%s.%s", payload, name);
	p->better = polarity(text(m, "better"));
	p->name = safe_dup(full);
	p->unit = safe_dup(text(m, "unit") ?: "");
	run->nr_payload++;
	return p->name && p->unit ? 0 : -ENOMEM;
}

static int by_name(const void *x, const void *y)
{
	const struct stats_payload *a = x, *b = y;

	return strcmp(a->name, b->name);
}

/* One that ran twice in a run has its names twice: their mean. */
static void fold_payload(struct stats_run *run)
{
	struct stats_payload *to = run->payload;
	size_t i, k, nr = 0;

	for (i = 0; i < run->nr_payload; i = k) {
		double sum = 0;

		for (k = i; k < run->nr_payload && !strcmp(to[i].name, to[k].name); k++) {
			sum += to[k].value;
			if (k > i) {
				free(to[k].name);
				free(to[k].unit);
			}
		}
		to[nr] = to[i];
		to[nr++].value = sum / (k - i);
	}
	run->nr_payload = nr;
}

static int fill_payload(struct stats_run *run, struct json_object *j)
{
	struct json_object *list = json_member(j, "load.metrics");
	size_t i, nr;
	int ret = 0;

	if (!json_object_is_type(list, json_type_array))
		return 0;
	nr = json_object_array_length(list);
	run->payload = calloc(nr ?: 1, sizeof(*run->payload));
	if (!run->payload)
		return -ENOMEM;
	for (i = 0; i < nr && !ret; i++)
		ret = add_payload(run, json_object_array_get_idx(list, i));
	if (ret)
		return ret;
	qsort(run->payload, run->nr_payload, sizeof(*run->payload), by_name);
	fold_payload(run);
	return 0;
}

static int fill_names(struct stats_run *run, const char *path, struct json_object *j)
{
	run->path = safe_dup(path);
	run->test = test_name(j, path);
	run->topology = safe_dup(text(j, "test.topology") ?: "");
	run->scheduler = safe_dup(last_part(text(j, "test.scheduler") ?: "EEVDF"));
	return run->path && run->test && run->topology && run->scheduler ? 0 : -ENOMEM;
}

static int fill(struct stats_run *run, const char *path, struct json_object *j,
		struct ktstr_err *err)
{
	int ret;

	ret = fill_names(run, path, j);
	if (!ret && fill_verdict(run, j))
		return ktstr_err_set(err, -EINVAL, "%.200s: no result of a run: no verdict",
				     run->path);
	if (!ret)
		ret = fill_payload(run, j);
	if (!ret)
		ret = fill_cgroups(run, j);
	if (ret)
		return ktstr_err_set(err, ret, "%.200s: out of memory", path);
	fill_host(run, j);
	fill_monitor(run, j);
	return 0;
}

static int parse_error(struct json_tokener *tok, const char *path, size_t len,
		       struct ktstr_err *err)
{
	enum json_tokener_error why = json_tokener_get_error(tok);
	size_t at = json_tokener_get_parse_end(tok);

	return ktstr_err_set(err, -EINVAL, "%.200s: malformed JSON at byte %zu of %zu: %s", path,
			     at, len, at >= len ? "it ends here" : json_tokener_error_desc(why));
}

int stats_json_parse(struct stats_run *run, const char *path, const char *json, size_t len,
		     struct ktstr_err *err)
{
	struct json_tokener *tok;
	struct json_object *j;
	int ret;

	if (len > STATS_JSON_MAX)
		return ktstr_err_set(err, -EFBIG, "%.200s: %zu bytes, more than the %u read", path,
				     len, STATS_JSON_MAX);
	tok = json_tokener_new_ex(PARSE_DEPTH);
	if (!tok)
		return ktstr_err_set(err, -ENOMEM, "%.200s: out of memory", path);
	j = json_tokener_parse_ex(tok, json, len);
	if (json_tokener_get_error(tok) != json_tokener_success)
		ret = parse_error(tok, path, len, err);
	else
		ret = fill(run, path, j, err);
	json_object_put(j);
	json_tokener_free(tok);
	return ret;
}

#else

int stats_json_parse(struct stats_run *run, const char *path, const char *json, size_t len,
		     struct ktstr_err *err)
{
	return ktstr_err_set(err, -EOPNOTSUPP,
			     "this build cannot read JSON: install json-c (Debian: libjson-c-dev, Fedora: json-c-devel, Arch: json-c) and build again");
}

#endif /* HAVE_JSON_C */
