// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_internal.h"
#include "lib/util.h"

/**
 * struct side - one metric's figures of one side
 * @v: of the runs that have it
 * @span_s: beside them
 * @nr: how many
 */
struct side {
	double *v;
	double *span_s;
	size_t nr;
};

/* Where the figures of a metric come from: a number, or a payload's name. */
struct source {
	enum stats_metric metric;
	const char *payload;
};

static const struct stats_payload *find_payload(const struct stats_run *run, const char *name)
{
	size_t lo = 0, hi = run->nr_payload;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(name, run->payload[mid].name);

		if (!c)
			return &run->payload[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

static double value_of(const struct stats_run *run, const struct source *s)
{
	const struct stats_payload *p;

	if (!s->payload)
		return run->value[s->metric];
	p = find_payload(run, s->payload);
	return p ? p->value : (double)NAN;
}

static void collect(struct side *side, const struct stats_run *const *run, size_t nr,
		    const struct source *s, const struct compare_opts *o)
{
	size_t i;

	side->nr = 0;
	for (i = 0; i < nr; i++) {
		double v = value_of(run[i], s);

		if (!compare_run_counts(run[i], o) || !isfinite(v))
			continue;
		side->v[side->nr] = v;
		side->span_s[side->nr++] = s->payload ? 0 : run[i]->span_s[s->metric];
	}
}

static bool spans_known(const struct side *side)
{
	size_t i;

	for (i = 0; i < side->nr; i++)
		if (!(side->span_s[i] > 0))
			return false;
	return side->nr;
}

/* As if each run had been as long as those of the base. */
static void scale(struct side sides[2])
{
	double length = 0;
	size_t i, k;

	if (!spans_known(&sides[0]) || !spans_known(&sides[1]))
		return;
	for (i = 0; i < sides[0].nr; i++)
		length += sides[0].span_s[i] / sides[0].nr;
	for (k = 0; k < 2; k++)
		for (i = 0; i < sides[k].nr; i++)
			sides[k].v[i] *= length / sides[k].span_s[i];
}

static bool disjoint(const struct sample_stat *a, const struct sample_stat *b)
{
	return a->n > 1 && b->n > 1 && (a->max < b->min || b->max < a->min);
}

static double relative(double delta, double base)
{
	if (!delta)
		return 0;
	if (!base)
		return delta > 0 ? (double)INFINITY : -(double)INFINITY;
	return delta / fabs(base);
}

/* Both gates, and more than noise where that can be told. */
static bool counts(const struct compare_metric *m)
{
	if (!m->delta || fabs(m->delta) < m->info.abs_gate || fabs(m->rel) < m->rel_gate)
		return false;
	return isnan(m->p) || m->p < WELCH_ALPHA || m->disjoint;
}

static enum compare_outcome judge(const struct compare_metric *m)
{
	if (!m->a.n || !m->b.n || m->info.better == KTSTR_BETTER_UNKNOWN)
		return COMPARE_UNKNOWN;
	if (!counts(m))
		return COMPARE_SAME;
	return (m->delta > 0) == (m->info.better == KTSTR_BETTER_HIGHER) ? COMPARE_BETTER :
									   COMPARE_WORSE;
}

static void sum_up(struct compare_metric *m, struct side sides[2])
{
	if (m->info.kind == STATS_COUNTER)
		scale(sides);
	sample_stat(sides[0].v, sides[0].nr, &m->a);
	sample_stat(sides[1].v, sides[1].nr, &m->b);
	m->p = (double)NAN;
	if (!m->a.n || !m->b.n)
		return;
	m->delta = m->b.mean - m->a.mean;
	m->rel = relative(m->delta, m->a.mean);
	m->p = welch_p(&m->a, &m->b);
	m->disjoint = disjoint(&m->a, &m->b);
}

/* The first run that has it says which way is better. */
static void payload_info(struct stats_info *info, const struct compare_runs *r, const char *name)
{
	const struct stats_payload *p = NULL;
	size_t k, i;

	for (k = 0; k < 2 && !p; k++)
		for (i = 0; i < r->nr[k] && !p; i++)
			p = find_payload(r->run[k][i], name);
	*info = (struct stats_info){
		.name = name,
		.unit = p ? p->unit : "",
		.kind = STATS_PAYLOAD,
		.better = p ? p->better : KTSTR_BETTER_UNKNOWN,
		.abs_gate = STATS_PAYLOAD_ABS_GATE,
		.rel_gate = STATS_PAYLOAD_REL_GATE,
		.what = "measured by a payload",
	};
}

static void compare_one(struct compare_test *t, const struct compare_runs *r, struct side sides[2],
			const struct source *s, const struct compare_opts *o)
{
	struct compare_metric *m = &t->metrics[t->nr_metrics];

	memset(m, 0, sizeof(*m));
	if (s->payload)
		payload_info(&m->info, r, s->payload);
	else
		m->info = *stats_info(s->metric);
	if (o->metrics.nr && !strv_has(&o->metrics, m->info.name) &&
	    !strv_has(&o->must_fail, m->info.name))
		return;
	collect(&sides[0], r->run[0], r->nr[0], s, o);
	collect(&sides[1], r->run[1], r->nr[1], s, o);
	if (!sides[0].nr && !sides[1].nr)
		return;
	sum_up(m, sides);
	m->rel_gate = o->threshold < 0 ? m->info.rel_gate : o->threshold;
	m->must_fail = strv_has(&o->must_fail, m->info.name);
	m->outcome = t->not_comparable[0] ? COMPARE_UNKNOWN : judge(m);
	if (m->a.n && m->b.n && !t->not_comparable[0])
		t->compared++;
	t->nr_metrics++;
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* Names of all payloads' numbers, each once; the array is the caller's. */
static int payload_names(const struct compare_runs *r, const char ***names, size_t *nr)
{
	size_t k, i, j, all = 0;

	for (k = 0; k < 2; k++)
		for (i = 0; i < r->nr[k]; i++)
			all += r->run[k][i]->nr_payload;
	*nr = 0;
	*names = calloc(all ?: 1, sizeof(**names));
	if (!*names)
		return -ENOMEM;
	for (all = 0, k = 0; k < 2; k++)
		for (i = 0; i < r->nr[k]; i++)
			for (j = 0; j < r->run[k][i]->nr_payload; j++)
				(*names)[all++] = r->run[k][i]->payload[j].name;
	qsort(*names, all, sizeof(**names), by_name);
	for (i = 0; i < all; i++)
		if (!*nr || strcmp((*names)[*nr - 1], (*names)[i]))
			(*names)[(*nr)++] = (*names)[i];
	return 0;
}

/* Regressions first, then improvements, what did not change, what nobody judges. */
static int rank(const struct compare_metric *m)
{
	static const int ranks[] = {
		[COMPARE_WORSE] = 0,
		[COMPARE_BETTER] = 1,
		[COMPARE_SAME] = 2,
		[COMPARE_UNKNOWN] = 3,
	};

	return ranks[m->outcome];
}

static int worst_first(const void *x, const void *y)
{
	const struct compare_metric *a = x, *b = y;
	double ra = fabs(a->rel), rb = fabs(b->rel);

	if (rank(a) != rank(b))
		return rank(a) - rank(b);
	if (ra != rb)
		return ra > rb ? -1 : 1;
	return strcmp(a->info.name, b->info.name);
}

static int sides_alloc(struct side sides[2], const struct compare_runs *r)
{
	size_t k;

	for (k = 0; k < 2; k++) {
		sides[k].v = calloc(r->nr[k] ?: 1, sizeof(double));
		sides[k].span_s = calloc(r->nr[k] ?: 1, sizeof(double));
	}
	return sides[0].v && sides[0].span_s && sides[1].v && sides[1].span_s ? 0 : -ENOMEM;
}

int compare_metrics(struct compare_test *t, const struct compare_runs *r,
		    const struct compare_opts *o)
{
	struct side sides[2] = { 0 };
	const char **names = NULL;
	struct source s = { 0 };
	size_t i, nr = 0;
	int ret;

	ret = sides_alloc(sides, r);
	if (!ret)
		ret = payload_names(r, &names, &nr);
	if (!ret) {
		t->metrics = calloc(STATS_NR + nr, sizeof(*t->metrics));
		ret = t->metrics ? 0 : -ENOMEM;
	}
	for (i = 0; !ret && i < STATS_NR; i++) {
		s.metric = i;
		compare_one(t, r, sides, &s, o);
	}
	for (i = 0; !ret && i < nr; i++) {
		s.payload = names[i];
		compare_one(t, r, sides, &s, o);
	}
	if (!ret)
		qsort(t->metrics, t->nr_metrics, sizeof(*t->metrics), worst_first);
	free(names);
	for (i = 0; i < 2; i++) {
		free(sides[i].v);
		free(sides[i].span_s);
	}
	return ret;
}
