// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "host/harness/affinity.h"
#include "host/harness/cpuset_spec.h"
#include "lib/util.h"

/* What is being made: sets of CPUs, and out of what. */
struct draft {
	const struct affinity_ctx *c;
	struct cpulist base;
	struct cpulist *set;
	u32 nr;
};

/* splitmix64, of Steele, Lea and Flood. */
static u64 draw(u64 *seed)
{
	u64 x = *seed += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static void intersect(struct cpulist *l, const struct cpulist *with)
{
	size_t i;

	for (i = 0; i < sizeof(l->bits); i++)
		l->bits[i] &= with->bits[i];
}

/* What the intent takes CPUs from: always some, always of the cpuset. */
static int make_base(const struct ktstr_affinity *a, struct draft *d, struct ktstr_err *err)
{
	char cpus[CPULIST_TEXT_MAX], cpuset[CPULIST_TEXT_MAX];
	int ret = cpuset_resolve(&a->from, d->c->topo, d->c->cpuset, &d->base, err);

	if (ret)
		return ret;
	cpulist_format(&d->base, cpus, sizeof(cpus));
	intersect(&d->base, d->c->cpuset);
	if (cpulist_count(&d->base))
		return 0;
	return ktstr_err_set(err, -EINVAL,
			     "affinity to CPUs %.100s, of which the cpuset %.100s has none", cpus,
			     cpulist_format(d->c->cpuset, cpuset, sizeof(cpuset)));
}

static int draw_sets(const struct ktstr_affinity *a, struct draft *d, struct ktstr_err *err)
{
	u32 have = cpulist_count(&d->base), picked, i;
	char cpus[CPULIST_TEXT_MAX];

	if (!a->count || a->count > have)
		return ktstr_err_set(err, -EINVAL,
				     "random affinity to %u CPUs: .count can be 1 to %u, as there are %.100s",
				     a->count, have, cpulist_format(&d->base, cpus, sizeof(cpus)));
	d->nr = min_t(u32, d->c->workers, AFFINITY_LISTS_MAX);
	for (i = 0; i < d->nr; i++) {
		struct cpulist left = d->base;

		for (picked = 0; picked < a->count; picked++) {
			u32 cpu = cpulist_nth(&left, draw(d->c->seed) % (have - picked));

			cpulist_set(&d->set[i], cpu);
			left.bits[cpu / 8] &= ~(1U << cpu % 8);
		}
	}
	return 0;
}

static void one_llc_each(struct draft *d)
{
	const struct topology *t = d->c->topo;
	u32 llc, cpu, per_llc = t->cores * t->threads;

	for (llc = 0; llc < t->llcs; llc++) {
		struct cpulist l = {};

		for (cpu = llc * per_llc; cpu < (llc + 1) * per_llc; cpu++)
			if (cpulist_has(&d->base, cpu))
				cpulist_set(&l, cpu);
		if (cpulist_count(&l))
			d->set[d->nr++] = l;
	}
}

static void one_cpu_each(struct draft *d)
{
	u32 n = cpulist_count(&d->base);

	for (d->nr = 0; d->nr < n; d->nr++)
		cpulist_set(&d->set[d->nr], cpulist_nth(&d->base, d->nr));
}

static int one_thread_each(struct draft *d, struct ktstr_err *err)
{
	const struct topology *t = d->c->topo;
	char cpus[CPULIST_TEXT_MAX];
	u32 cpu;

	if (t->threads < 2)
		return ktstr_err_set(err, -EINVAL,
				     "affinity to SMT pairs: cores of this machine have one thread; use a topology with 2t");
	for (cpu = 0; cpu < topology_cpus(t); cpu += 2) {
		if (!cpulist_has(&d->base, cpu) || !cpulist_has(&d->base, cpu + 1))
			continue;
		cpulist_set(&d->set[d->nr++], cpu);
		cpulist_set(&d->set[d->nr++], cpu + 1);
	}
	if (d->nr)
		return 0;
	return ktstr_err_set(err, -EINVAL,
			     "affinity to SMT pairs: CPUs %.100s have no core with both its threads",
			     cpulist_format(&d->base, cpus, sizeof(cpus)));
}

static int make_sets(const struct ktstr_affinity *a, struct draft *d, struct ktstr_err *err)
{
	switch (a->kind) {
	case KTSTR_AFFINITY_RANDOM:
		return draw_sets(a, d, err);
	case KTSTR_AFFINITY_LLC:
		one_llc_each(d);
		return 0;
	case KTSTR_AFFINITY_SMT_PAIR:
		return one_thread_each(d, err);
	case KTSTR_AFFINITY_CROSS_CGROUP:
		cpuset_all(d->c->topo, &d->set[d->nr++]);
		return 0;
	case KTSTR_AFFINITY_SINGLE:
		one_cpu_each(d);
		return 0;
	case KTSTR_AFFINITY_EXACT:
		if (a->from.kind == KTSTR_CPUS_INHERIT)
			return ktstr_err_set(err, -EINVAL,
					     "exact affinity needs its CPUs in .from, such as KTSTR_EXACT(\"0-1\")");
		d->set[d->nr++] = d->base;
		return 0;
	default:
		return ktstr_err_set(err, -EINVAL,
				     "affinity %u does not exist; use an enum ktstr_affinity_kind",
				     a->kind);
	}
}

static char *const *as_text(const struct draft *d, struct pool *pool)
{
	u32 nr = min_t(u32, d->nr, d->c->workers), i;
	char **v = pool_alloc(pool, nr + 1, sizeof(*v));
	char cpus[CPULIST_TEXT_MAX];

	for (i = 0; v && i < nr; i++) {
		v[i] = pool_strdup(pool, cpulist_format(&d->set[i], cpus, sizeof(cpus)));
		if (!v[i])
			return NULL;
	}
	return v;
}

int affinity_lists(const struct ktstr_affinity *a, const struct affinity_ctx *c, struct pool *pool,
		   char *const **lists, struct ktstr_err *err)
{
	struct draft d = { .c = c };
	int ret;

	*lists = NULL;
	if (a->kind == KTSTR_AFFINITY_INHERIT)
		return 0;
	ret = make_base(a, &d, err);
	if (ret)
		return ret;
	d.set = calloc(AFFINITY_LISTS_MAX, sizeof(*d.set));
	if (!d.set)
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	ret = make_sets(a, &d, err);
	if (!ret)
		*lists = as_text(&d, pool);
	free(d.set);
	return ret || *lists ? ret : ktstr_err_set(err, -ENOMEM, "out of memory");
}
