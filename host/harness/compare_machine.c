// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "compare_internal.h"
#include "lib/util.h"

/**
 * struct machine - where a side's runs took place
 * @runs: that passed
 * @emulated: of them
 * @crowded: of them, those with more vCPUs than CPUs for them
 * @example: one of those
 * @dilation: the largest
 */
struct machine {
	size_t runs;
	size_t emulated;
	size_t crowded;
	const struct stats_run *example;
	double dilation;
};

static void look(struct machine *m, const struct stats_run *const *run, size_t nr)
{
	size_t i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < nr; i++) {
		if (run[i]->verdict != KTSTR_PASS)
			continue;
		m->runs++;
		m->emulated += run[i]->emulated;
		m->dilation = max(m->dilation, run[i]->dilation);
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

static void refuse(struct compare_test *t, const struct machine *a, const struct machine *b)
{
	const struct stats_run *e = a->example ?: b->example;

	if (!alike(a->emulated, a->runs, b->emulated, b->runs))
		snprintf(t->not_comparable, sizeof(t->not_comparable),
			 "%zu of %zu runs of A were emulated, %zu of %zu of B", a->emulated,
			 a->runs, b->emulated, b->runs);
	else if (!alike(a->crowded, a->runs, b->crowded, b->runs))
		snprintf(t->not_comparable, sizeof(t->not_comparable),
			 "%zu of %zu runs of A had too few CPUs, %zu of %zu of B (%g for %u vCPUs)",
			 a->crowded, a->runs, b->crowded, b->runs, e->cpu_budget, e->vcpus);
}

static void warn(struct compare_test *t, const struct machine *a, const struct machine *b)
{
	double dilation = max(a->dilation, b->dilation);

	if (a->example)
		snprintf(t->warning, sizeof(t->warning),
			 "%g CPUs for %u vCPUs on both sides: waits are the host's, too",
			 a->example->cpu_budget, a->example->vcpus);
	else if (dilation > COMPARE_DILATION)
		snprintf(t->warning, sizeof(t->warning),
			 "the host made the guest's time up to %.2f times as long on %s: waits are the host's, too",
			 dilation, a->dilation > b->dilation ? "A" : "B");
}

void compare_machines(struct compare_test *t, const struct compare_runs *r)
{
	struct machine a, b;

	look(&a, r->run[0], r->nr[0]);
	look(&b, r->run[1], r->nr[1]);
	if (!a.runs || !b.runs)
		return;
	refuse(t, &a, &b);
	if (!t->not_comparable[0])
		warn(t, &a, &b);
}
