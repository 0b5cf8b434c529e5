// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_internal.h"
#include "lib/util.h"

const char *compare_outcome_name(enum compare_outcome o)
{
	switch (o) {
	case COMPARE_SAME:
		return "same";
	case COMPARE_BETTER:
		return "better";
	case COMPARE_WORSE:
		return "worse";
	default:
		return "unknown";
	}
}

void compare_free(struct compare *c)
{
	size_t i;

	for (i = 0; i < c->nr_tests; i++)
		free(c->tests[i].metrics);
	free(c->tests);
	memset(c, 0, sizeof(*c));
}

/* The kernel is not in it: it is what may have changed. */
static int by_key(const struct stats_run *a, const struct stats_run *b)
{
	int c = strcmp(a->test, b->test);

	if (!c)
		c = strcmp(a->topology, b->topology);
	return c ?: strcmp(a->scheduler, b->scheduler);
}

static int runs_by_key(const void *x, const void *y)
{
	return by_key(*(const struct stats_run *const *)x, *(const struct stats_run *const *)y);
}

/* Pointers to the runs, those of one test together. */
static const struct stats_run **sorted(const struct stats_set *set)
{
	const struct stats_run **run = calloc(set->nr ?: 1, sizeof(*run));
	size_t i;

	for (i = 0; run && i < set->nr; i++)
		run[i] = &set->run[i];
	if (run)
		qsort(run, set->nr, sizeof(*run), runs_by_key);
	return run;
}

/* How many runs from @run on are of the test of @key. */
static size_t same_test(const struct stats_run *const *run, size_t nr, const struct stats_run *key)
{
	size_t n = 0;

	while (n < nr && !by_key(run[n], key))
		n++;
	return n;
}

static void count_verdicts(struct compare_test *t, const struct compare_runs *r)
{
	size_t k, i;

	for (k = 0; k < 2; k++) {
		t->nr[k] = r->nr[k];
		for (i = 0; i < r->nr[k]; i++)
			t->verdicts[k][r->run[k][i]->verdict]++;
	}
}

static void judge_verdict(struct compare_test *t)
{
	u32 fails[2], known[2], k;
	double share[2];

	for (k = 0; k < 2; k++) {
		fails[k] = t->verdicts[k][KTSTR_FAIL];
		known[k] = fails[k] + t->verdicts[k][KTSTR_PASS];
		share[k] = known[k] ? (double)fails[k] / known[k] : 0;
	}
	t->verdict = COMPARE_UNKNOWN;
	t->no_verdict = t->nr[1] && known[0] && !known[1];
	if (!known[0] || !known[1])
		return;
	t->verdict = COMPARE_SAME;
	if (share[1] > share[0] && (!fails[0] || fails[1] == known[1]))
		t->verdict = COMPARE_WORSE;
	if (share[1] < share[0] && (!fails[1] || fails[0] == known[0]))
		t->verdict = COMPARE_BETTER;
}

static int compare_test(struct compare_test *t, const struct compare_runs *r,
			const struct compare_opts *o)
{
	const struct stats_run *any = r->nr[0] ? r->run[0][0] : r->run[1][0];

	t->test = any->test;
	t->topology = any->topology;
	t->scheduler = any->scheduler;
	count_verdicts(t, r);
	judge_verdict(t);
	if (!r->nr[0] || !r->nr[1])
		return 0;
	compare_machines(t, r, o);
	return compare_metrics(t, r, o);
}

/* Both lists are sorted: one step is one test. */
static int compare_all(struct compare *c, const struct stats_run *const *a, size_t na,
		       const struct stats_run *const *b, size_t nb, const struct compare_opts *o)
{
	int ret = 0;

	while (!ret && (na || nb)) {
		const struct stats_run *key = na ? a[0] : b[0];
		struct compare_runs r = { .run = { a, b } };

		if (nb && by_key(b[0], key) < 0)
			key = b[0];
		r.nr[0] = same_test(a, na, key);
		r.nr[1] = same_test(b, nb, key);
		ret = compare_test(&c->tests[c->nr_tests++], &r, o);
		a += r.nr[0];
		na -= r.nr[0];
		b += r.nr[1];
		nb -= r.nr[1];
	}
	return ret;
}

static void count_metrics(struct compare *c, const struct compare_test *t)
{
	size_t i;

	for (i = 0; i < t->nr_metrics; i++) {
		const struct compare_metric *m = &t->metrics[i];

		c->improvements += m->outcome == COMPARE_BETTER;
		if (m->outcome != COMPARE_WORSE)
			continue;
		c->regressions++;
		c->must_fail += m->must_fail;
	}
}

static void count_test(struct compare *c, const struct compare_test *t)
{
	c->both += t->nr[0] && t->nr[1];
	c->missing += !t->nr[1] || t->no_verdict;
	c->added += !t->nr[0];
	c->verdict_regressions += t->verdict == COMPARE_WORSE;
	c->compared += t->compared;
	count_metrics(c, t);
}

static bool was_compared(const struct compare *c, const char *name)
{
	size_t i, k;

	for (i = 0; i < c->nr_tests; i++) {
		const struct compare_test *t = &c->tests[i];

		for (k = 0; k < t->nr_metrics && !t->not_comparable[0]; k++)
			if (t->metrics[k].a.n && t->metrics[k].b.n &&
			    !strcmp(t->metrics[k].info.name, name))
				return true;
	}
	return false;
}

static const char *first_uncompared(const struct compare *c, const struct strv *names)
{
	size_t i;

	for (i = 0; i < names->nr; i++)
		if (!was_compared(c, names->v[i]))
			return names->v[i];
	return NULL;
}

static enum compare_status status_of(const struct compare *c, const struct compare_opts *o)
{
	if (c->verdict_regressions || c->must_fail || (o->strict && c->missing))
		return COMPARE_REGRESSED;
	if (c->regressions && c->regressions >= o->fail_threshold)
		return COMPARE_REGRESSED;
	return c->compared && !c->uncompared ? COMPARE_OK : COMPARE_NOTHING;
}

/* Those that got worse, those that got better, the rest, those of one side. */
static int rank(const struct compare_test *t)
{
	const struct compare_metric *m = t->nr_metrics ? &t->metrics[0] : NULL;

	if (!t->nr[0])
		return 5;
	if (!t->nr[1])
		return 4;
	if (t->verdict == COMPARE_WORSE)
		return 0;
	if (m && m->outcome == COMPARE_WORSE)
		return 1;
	if (t->verdict == COMPARE_BETTER || (m && m->outcome == COMPARE_BETTER))
		return 2;
	return 3;
}

static int worst_first(const void *x, const void *y)
{
	const struct compare_test *a = x, *b = y;
	double ra = a->nr_metrics ? fabs(a->metrics[0].rel) : 0;
	double rb = b->nr_metrics ? fabs(b->metrics[0].rel) : 0;
	int c;

	if (rank(a) != rank(b))
		return rank(a) - rank(b);
	if (ra != rb && rank(a) < 3)
		return ra > rb ? -1 : 1;
	c = strcmp(a->test, b->test);
	if (!c)
		c = strcmp(a->topology, b->topology);
	return c ?: strcmp(a->scheduler, b->scheduler);
}

static void conclude(struct compare *c, const struct compare_opts *o)
{
	size_t i;

	for (i = 0; i < c->nr_tests; i++)
		count_test(c, &c->tests[i]);
	c->uncompared = first_uncompared(c, &o->metrics);
	if (!c->uncompared)
		c->uncompared = first_uncompared(c, &o->must_fail);
	c->status = status_of(c, o);
	qsort(c->tests, c->nr_tests, sizeof(*c->tests), worst_first);
}

int compare_sets(struct compare *c, const struct stats_set *a, const struct stats_set *b,
		 const struct compare_opts *o)
{
	const struct stats_run **ra = sorted(a), **rb = sorted(b);
	int ret = -ENOMEM;

	memset(c, 0, sizeof(*c));
	c->tests = calloc(a->nr + b->nr + 1, sizeof(*c->tests));
	if (ra && rb && c->tests)
		ret = compare_all(c, ra, a->nr, rb, b->nr, o);
	free(ra);
	free(rb);
	if (!ret)
		conclude(c, o);
	return ret;
}
