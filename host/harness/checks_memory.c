// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <string.h>

#include "checks_internal.h"
#include "lib/util.h"
#include "scenario_plan.h"

static struct about about(const struct ktstr_cgroup_stats *c, double value)
{
	return (struct about){ .step = c->step, .cgroup = c->cgroup, .value = value };
}

static bool is_in(const struct ktstr_cgroup_stats *c, const struct ktstr_group *g)
{
	return g->step == c->step && !strcmp(g->cgroup ?: "", c->cgroup ?: "");
}

/* Were there to be pages on nodes of the test's choice? */
static bool is_bound(const struct probe *p, const struct ktstr_cgroup_stats *c)
{
	const struct scenario_plan *plan = p->in->plan;
	const struct ktstr_load *load = p->in->load;
	size_t i;

	for (i = 0; plan && i < load->nr_groups && i < plan->sc.nr_groups; i++)
		if (is_in(c, &load->groups[i]) && plan->sc.groups[i].mem == SCENARIO_MEM_BIND)
			return true;
	return false;
}

static void no_pages(struct probe *p, const struct ktstr_cgroup_stats *c, const char *what)
{
	struct about a = about(c, NAN);

	if (is_bound(p, c))
		probe_tell(p, &a, KTSTR_FINDING_FAIL,
			   "%s: the workers are bound to nodes and have no pages at all", what);
	else
		probe_tell(p, &a, KTSTR_FINDING_INCONCLUSIVE,
			   "%s is not known: the workers have no pages", what);
}

static void page_locality(struct probe *p, const struct ktstr_cgroup_stats *c)
{
	struct about a = about(c, c->page_locality);

	if (!isfinite(c->page_locality))
		no_pages(p, c, "page locality");
	else if (probe_floor(p, c->page_locality, 1) != KTSTR_FINDING_PASS)
		probe_tell(p, &a, KTSTR_FINDING_FAIL,
			   "page locality %.3f on the nodes of the cpuset (threshold %.6g)",
			   c->page_locality, p->limit);
}

static void cross_node(struct probe *p, const struct ktstr_cgroup_stats *c)
{
	double value = c->migrations ? c->cross_node / (double)c->migrations : NAN;
	struct about a = about(c, value);

	if (isnan(value))
		probe_tell(p, &a, KTSTR_FINDING_INCONCLUSIVE,
			   "cross-node migration ratio is not known: nobody migrated");
	else if (probe_ceiling(p, value, 0) != KTSTR_FINDING_PASS)
		probe_tell(p, &a, KTSTR_FINDING_FAIL,
			   "cross-node migration ratio %.3f: %llu of %llu migrations (threshold %.6g)",
			   value, (unsigned long long)c->cross_node,
			   (unsigned long long)c->migrations, p->limit);
}

static bool memory_only(const struct topology *t, u32 node)
{
	return t && t->node && node < t->nodes && !t->node[node].llcs;
}

static void slow_tier(struct probe *p, const struct ktstr_cgroup_stats *c)
{
	const struct ktstr_load *load = p->in->load;
	double slow = 0, all = 0, value;
	struct about a;
	size_t i;
	u32 n;

	for (i = 0; i < load->nr_workers; i++) {
		const struct worker_view *w = &load->workers[i];
		const struct ktstr_group *g = probe_group(p, w);

		if (!g || !is_in(c, g) || !(w->flags & WORKER_HAS_NUMA))
			continue;
		for (n = 0; n < WORKER_NODES_MAX; n++) {
			all += w->numa_pages[n];
			slow += memory_only(p->in->topo, n) ? w->numa_pages[n] : 0;
		}
	}
	value = all ? slow / all : NAN;
	a = about(c, value);
	if (isnan(value))
		no_pages(p, c, "slow-tier ratio");
	else if (probe_ceiling(p, value, 0) != KTSTR_FINDING_PASS)
		probe_tell(p, &a, KTSTR_FINDING_FAIL,
			   "slow-tier ratio %.3f: %.0f of %.0f pages on memory-only nodes (threshold %.6g)",
			   value, slow, all, p->limit);
}

void checks_memory(struct probe *p, const struct ktstr_cgroup_stats *c)
{
	switch (p->check) {
	case KTSTR_CHECK_PAGE_LOCALITY:
		page_locality(p, c);
		break;
	case KTSTR_CHECK_CROSS_NODE:
		cross_node(p, c);
		break;
	case KTSTR_CHECK_SLOW_TIER:
		slow_tier(p, c);
		break;
	default:
		break;
	}
}
