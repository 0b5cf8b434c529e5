// SPDX-License-Identifier: GPL-2.0-only
/* CPUs and nodes of a plan's cgroups, as they are at each point of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/harness/cpuset_spec.h"
#include "host/harness/scenario_planner.h"

static_assert(TOPOLOGY_MAX_NODES <= 32);

void planner_cpus(const struct planner *pl, u32 index, struct cpulist *out)
{
	for (; index != PLANNER_OUTSIDE; index = pl->cgroups[index].parent) {
		if (!pl->cgroups[index].has_cpus)
			continue;
		*out = pl->cgroups[index].cpus;
		return;
	}
	cpuset_all(pl->topo, out);
}

u32 planner_mems(const struct planner *pl, u32 index)
{
	for (; index != PLANNER_OUTSIDE; index = pl->cgroups[index].parent)
		if (pl->cgroups[index].has_mems)
			return pl->cgroups[index].mems;
	return (1U << pl->topo->nodes) - 1;
}

char *planner_mems_text(u32 mems, char buf[PLANNER_CPUS_TEXT])
{
	struct cpulist l = {};
	u32 node;

	for (node = 0; node < 32; node++)
		if (mems >> node & 1)
			cpulist_set(&l, node);
	return cpulist_format(&l, buf, PLANNER_CPUS_TEXT);
}

void planner_cpus_seen(struct planner *pl)
{
	struct cpulist now;
	size_t i, j;

	for (i = 0; i < pl->p->nr_groups; i++) {
		if (!pl->groups[i].alive)
			continue;
		planner_cpus(pl, pl->groups[i].cgroup, &now);
		for (j = 0; j < sizeof(now.bits); j++)
			pl->p->groups[i].allowed[j] |= now.bits[j];
	}
}

/* The kernel would let a cgroup have CPUs it cannot use. */
static int check_within(struct planner *pl)
{
	char mine[CPULIST_TEXT_MAX], above[CPULIST_TEXT_MAX];
	struct cpulist l;
	u32 i;

	for (i = 0; i < pl->nr_cgroups; i++) {
		const struct planner_cgroup *c = &pl->cgroups[i];

		if (!c->alive || !c->has_cpus)
			continue;
		planner_cpus(pl, c->parent, &l);
		if (!cpulist_within(&c->cpus, &l))
			return planner_refuse(pl,
					      "CPUs %.100s of cgroup \"%s\" are not within those of \"%s\": %.100s",
					      cpulist_format(&c->cpus, mine, sizeof(mine)), c->name,
					      pl->cgroups[c->parent].name,
					      cpulist_format(&l, above, sizeof(above)));
	}
	return 0;
}

/* A worker with a deadline must be able to run anywhere: sched_setattr(2). */
static int check_deadlines(struct planner *pl)
{
	struct cpulist all, l;
	u32 i;

	cpuset_all(pl->topo, &all);
	for (i = 0; i < pl->p->nr_groups; i++) {
		if (!pl->groups[i].alive || !pl->p->sc.groups[i].period_ns)
			continue;
		planner_cpus(pl, pl->groups[i].cgroup, &l);
		if (!cpulist_within(&all, &l))
			return planner_refuse(pl,
					      "workers \"%s\" have a deadline, so their cgroup must have all CPUs: leave its cpuset alone",
					      pl->p->groups[i].name);
	}
	return 0;
}

static int write_cpus(struct planner *pl, u32 index)
{
	const struct planner_cgroup *c = &pl->cgroups[index];
	char text[CPULIST_TEXT_MAX];
	const char *value = "\n"; /* nothing at all would not be written */

	if (c->has_cpus)
		value = pool_strdup(&pl->p->ops.pool, cpulist_format(&c->cpus, text, sizeof(text)));
	return planner_cgroup_set(pl, index, "cpuset.cpus", value);
}

static int changed(struct planner *pl, u32 index)
{
	int ret = check_within(pl);

	if (!ret)
		ret = check_deadlines(pl);
	planner_cpus_seen(pl);
	return ret ?: write_cpus(pl, index);
}

int planner_cpus_set(struct planner *pl, u32 index, const struct ktstr_cpuset *s)
{
	struct planner_cgroup *c = &pl->cgroups[index];
	struct cpulist above, cpus;
	int ret;

	planner_cpus(pl, c->parent, &above);
	ret = cpuset_resolve(s, pl->topo, &above, &cpus, &pl->err);
	if (ret)
		return ret;
	c->cpus = cpus;
	c->has_cpus = true;
	return changed(pl, index);
}

int planner_cpus_clear(struct planner *pl, u32 index)
{
	pl->cgroups[index].has_cpus = false;
	return changed(pl, index);
}

int planner_cpus_swap(struct planner *pl, u32 a, u32 b)
{
	struct planner_cgroup *to = &pl->cgroups[a], *from = &pl->cgroups[b], old = *to;
	int ret;

	if (a == b)
		return planner_refuse(pl, "cgroup \"%s\" exchanges CPUs with itself: name two",
				      to->name);
	to->cpus = from->cpus;
	to->has_cpus = from->has_cpus;
	from->cpus = old.cpus;
	from->has_cpus = old.has_cpus;
	ret = changed(pl, a);
	return ret ?: write_cpus(pl, b);
}

int planner_mems_set(struct planner *pl, u32 index, const char *mems)
{
	struct planner_cgroup *c = &pl->cgroups[index];
	char have[PLANNER_CPUS_TEXT];
	struct ktstr_err why;
	struct cpulist l;
	u32 node, above;
	int ret;

	ret = cpulist_parse(mems, pl->topo->nodes, &l, &why);
	if (ret == -ERANGE)
		return planner_refuse(pl, "nodes \"%.60s\": the machine has %u (0-%u)", mems,
				      pl->topo->nodes, pl->topo->nodes - 1);
	if (ret || !cpulist_count(&l))
		return planner_refuse(pl, "nodes \"%.60s\" are no list such as \"0-1\"", mems);
	above = planner_mems(pl, c->parent);
	for (node = 0, c->mems = 0; node < pl->topo->nodes; node++)
		if (cpulist_has(&l, node))
			c->mems |= 1U << node;
	c->has_mems = true;
	if (c->mems & ~above)
		return planner_refuse(pl, "nodes %.60s are not within those of \"%s\": %s", mems,
				      pl->cgroups[c->parent].name, planner_mems_text(above, have));
	return planner_cgroup_set(pl, index, "cpuset.mems", pool_strdup(&pl->p->ops.pool, mems));
}
