// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "compare_internal.h"
#include "lib/util.h"

/**
 * struct machine - where a side's runs took place
 * @passed: runs that passed
 * @runs: of them, those that count
 * @emulated: of these
 * @crowded: of these, those with more vCPUs than CPUs for them
 * @example: one of those
 * @dilation: the largest, of all that passed
 */
struct machine {
	size_t passed;
	size_t runs;
	size_t emulated;
	size_t crowded;
	const struct stats_run *example;
	double dilation;
};

bool compare_run_counts(const struct stats_run *run, const struct compare_opts *o)
{
	return run->verdict == KTSTR_PASS && (o->force || run->dilation <= COMPARE_DILATION);
}

static void look(struct machine *m, const struct stats_run *const *run, size_t nr,
		 const struct compare_opts *o)
{
	size_t i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < nr; i++) {
		if (run[i]->verdict == KTSTR_PASS) {
			m->passed++;
			m->dilation = max(m->dilation, run[i]->dilation);
		}
		if (!compare_run_counts(run[i], o))
			continue;
		m->runs++;
		m->emulated += run[i]->emulated;
		if (!(run[i]->cpu_budget > 0) || run[i]->cpu_budget >= run[i]->vcpus)
			continue;
		m->crowded++;
		m->example = run[i];
	}
}

/* All runs of both sides, or none of them. */
static bool alike(size_t a, size_t of_a, size_t b, size_t of_b)
{
	return (a == 0 && b == 0) || (a == of_a && b == of_b);
}

/* Return: whether there is a reason not to compare. */
static bool differ(char why[COMPARE_NOTE_MAX], const struct machine *a, const struct machine *b)
{
	const struct stats_run *e = a->example ?: b->example;

	if (!alike(a->emulated, a->runs, b->emulated, b->runs))
		snprintf(why, COMPARE_NOTE_MAX,
			 "%zu of %zu runs of A were emulated, %zu of %zu of B", a->emulated,
			 a->runs, b->emulated, b->runs);
	else if (!alike(a->crowded, a->runs, b->crowded, b->runs))
		snprintf(why, COMPARE_NOTE_MAX,
			 "%zu of %zu runs of A had too few CPUs, %zu of %zu of B (%g for %u vCPUs)",
			 a->crowded, a->runs, b->crowded, b->runs, e->cpu_budget, e->vcpus);
	else if (!a->runs || !b->runs)
		snprintf(why, COMPARE_NOTE_MAX,
			 "the host made the guest's time up to %.2f times as long in %s",
			 a->runs ? b->dilation : a->dilation,
			 a->runs ? "all runs of B" :
			 b->runs ? "all runs of A" :
				   "all runs");
	else
		return false;
	return true;
}

static void warn(char warning[COMPARE_NOTE_MAX], const struct machine *a, const struct machine *b)
{
	double dilation = max(a->dilation, b->dilation);

	if (a->runs < a->passed || b->runs < b->passed)
		snprintf(warning, COMPARE_NOTE_MAX,
			 "%zu runs of A and %zu of B are left out: their time was up to %.2f times as long by the host",
			 a->passed - a->runs, b->passed - b->runs, dilation);
	else if (a->example)
		snprintf(warning, COMPARE_NOTE_MAX,
			 "%g CPUs for %u vCPUs on both sides: waits are the host's, too",
			 a->example->cpu_budget, a->example->vcpus);
	else if (dilation > COMPARE_DILATION)
		snprintf(warning, COMPARE_NOTE_MAX,
			 "the host made the guest's time up to %.2f times as long: waits are the host's",
			 dilation);
	else if (a->emulated)
		snprintf(warning, COMPARE_NOTE_MAX,
			 "emulated on both sides: speeds are those of a machine that may have been busy");
}

void compare_machines(struct compare_test *t, const struct compare_runs *r,
		      const struct compare_opts *o)
{
	struct machine a, b;

	look(&a, r->run[0], r->nr[0], o);
	look(&b, r->run[1], r->nr[1], o);
	if (!a.passed || !b.passed)
		return;
	if (!differ(o->force ? t->warning : t->not_comparable, &a, &b))
		warn(t->warning, &a, &b);
}
