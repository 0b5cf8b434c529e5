// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "host/harness/cpuset_spec.h"
#include "lib/util.h"

/* 0.3 * 10 is a little below 3. */
#define ROUNDING 0.000000001

static int __printf(2, 3) refuse(struct ktstr_err *err, const char *fmt, ...)
{
	char why[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return ktstr_err_set(err, -EINVAL, "CpusetSpec validation failed: %s", why);
}

static void put_range(struct cpulist *out, const struct cpulist *of, u32 from, u32 to)
{
	for (; from < to; from++)
		cpulist_set(out, cpulist_nth(of, from));
}

void cpuset_all(const struct topology *t, struct cpulist *out)
{
	u32 cpu;

	*out = (struct cpulist){};
	for (cpu = 0; cpu < topology_cpus(t); cpu++)
		cpulist_set(out, cpu);
}

void cpuset_usable(const struct topology *t, struct cpulist *out)
{
	u32 cpus = topology_cpus(t), cpu;

	*out = (struct cpulist){};
	for (cpu = 0; cpu < cpus - (cpus > 2); cpu++)
		cpulist_set(out, cpu);
}

static int by_llc(const struct ktstr_cpuset *s, const struct topology *t, struct cpulist *out,
		  struct ktstr_err *err)
{
	u32 cpu;

	if (s->index >= t->llcs)
		return refuse(err, "LLC %u: the machine has %u (0-%u)", s->index, t->llcs,
			      t->llcs - 1);
	for (cpu = 0; cpu < topology_cpus(t); cpu++)
		if (topology_cpu_llc(t, cpu) == s->index)
			cpulist_set(out, cpu);
	return 0;
}

static int by_node(const struct ktstr_cpuset *s, const struct topology *t, struct cpulist *out,
		   struct ktstr_err *err)
{
	u32 cpu;

	if (s->index >= t->nodes)
		return refuse(err, "node %u: the machine has %u (0-%u)", s->index, t->nodes,
			      t->nodes - 1);
	for (cpu = 0; cpu < topology_cpus(t); cpu++)
		if (topology_llc_node(t, topology_cpu_llc(t, cpu)) == s->index)
			cpulist_set(out, cpu);
	if (!cpulist_count(out))
		return refuse(err, "node %u has memory only, no CPUs: use another one", s->index);
	return 0;
}

static int by_range(const struct ktstr_cpuset *s, const struct cpulist *usable, struct cpulist *out,
		    struct ktstr_err *err)
{
	u32 n = cpulist_count(usable), from, to;

	/* not a number is in no range */
	if (!(s->from >= 0 && s->from <= 1 && s->to >= 0 && s->to <= 1))
		return refuse(err, "range %g-%g: its ends are fractions from 0 to 1", s->from,
			      s->to);
	if (!(s->from < s->to))
		return refuse(err, "range %g-%g: its end must be above its start", s->from, s->to);
	from = s->from * n + ROUNDING;
	to = s->to * n + ROUNDING;
	if (from >= to)
		return refuse(err, "range %g-%g is less than one of %u usable CPUs", s->from, s->to,
			      n);
	put_range(out, usable, from, to);
	return 0;
}

/* Parts differ by one CPU at most. */
static u32 part_start(u32 n, u32 index, u32 of)
{
	return (u64)n * index / of;
}

static int by_part(const struct ktstr_cpuset *s, const struct cpulist *usable, struct cpulist *out,
		   struct ktstr_err *err)
{
	const char *kind = s->kind == KTSTR_CPUS_OVERLAP ? "overlapping" : "disjoint";
	u32 n = cpulist_count(usable), from, to;

	if (!s->of)
		return refuse(err, "%s part %u of 0: there must be one part at least", kind,
			      s->index);
	if (s->index >= s->of)
		return refuse(err, "%s part %u of %u: parts are counted from 0 to %u", kind,
			      s->index, s->of, s->of - 1);
	if (s->of > n)
		return refuse(err, "%u %s parts of %u usable CPUs: too few CPUs for so many parts",
			      s->of, kind, n);
	if (s->kind == KTSTR_CPUS_OVERLAP && !(s->from >= 0 && s->from <= 1))
		return refuse(err, "overlap of %g: use a fraction from 0 to 1", s->from);
	from = part_start(n, s->index, s->of);
	to = part_start(n, s->index + 1, s->of);
	if (s->kind == KTSTR_CPUS_OVERLAP) {
		double more = s->from * (to - from);

		/* some of a CPU is all of it; the last one has nothing to reach into */
		to = min_t(u32, to + (u32)(more + 1 - ROUNDING), n);
	}
	put_range(out, usable, from, to);
	return 0;
}

static int by_list(const struct ktstr_cpuset *s, const struct topology *t, struct cpulist *out,
		   struct ktstr_err *err)
{
	u32 cpus = topology_cpus(t);
	struct ktstr_err why;
	int ret;

	if (!s->list || !*s->list)
		return refuse(err, "an exact set needs a list of CPUs, such as \"0-%u\"", cpus - 1);
	ret = cpulist_parse(s->list, cpus, out, &why);
	if (ret == -ERANGE)
		return refuse(err, "CPUs \"%.100s\": the machine has %u (0-%u)", s->list, cpus,
			      cpus - 1);
	return ret ? refuse(err, "%s", why.msg) : 0;
}

int cpuset_resolve(const struct ktstr_cpuset *s, const struct topology *t,
		   const struct cpulist *inherited, struct cpulist *out, struct ktstr_err *err)
{
	struct cpulist usable;

	*out = (struct cpulist){};
	cpuset_usable(t, &usable);
	switch (s->kind) {
	case KTSTR_CPUS_INHERIT:
		*out = *inherited;
		return 0;
	case KTSTR_CPUS_LLC:
		return by_llc(s, t, out, err);
	case KTSTR_CPUS_NODE:
		return by_node(s, t, out, err);
	case KTSTR_CPUS_RANGE:
		return by_range(s, &usable, out, err);
	case KTSTR_CPUS_DISJOINT:
	case KTSTR_CPUS_OVERLAP:
		return by_part(s, &usable, out, err);
	case KTSTR_CPUS_EXACT:
		return by_list(s, t, out, err);
	}
	return refuse(err, "kind %u does not exist; use the macros KTSTR_LLC() to KTSTR_EXACT()",
		      s->kind);
}
