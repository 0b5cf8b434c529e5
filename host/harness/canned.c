// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/harness/canned_internal.h"
#include "host/harness/checks.h"
#include "lib/names.h"
#include "lib/util.h"

/*
 * Each worker gets on. Shares are another matter: with about as many workers as
 * CPUs, or with unlike ones in a cgroup, who has a CPU to itself is chance.
 */
#define GETS_ON { .not_stuck = 1, .isolation = 1, .max_spread_pct = KTSTR_OFF }
/* With many alike on few CPUs, each must have its share, too. */
#define FAIR { .not_stuck = 1, .isolation = 1 }

static const struct ktstr_canned all[] = {
	{
		.name = "steady",
		.brief = "two cgroups of spinning workers, a CPU for each",
		.backdrop = canned_steady,
		.checks = GETS_ON,
	},
	{
		.name = "steady_llc",
		.brief = "two cgroups of spinning workers, each in an LLC of its own",
		.backdrop = canned_steady_llc,
		.checks = GETS_ON,
		.bounds = { .min_llcs = 2 },
	},
	{
		.name = "oversubscribed",
		.brief = "two cgroups of 32 spinning workers each",
		.backdrop = canned_oversubscribed,
		.checks = FAIR,
		.bounds = { .max_cpus = 32 },
		.min_ms = 4000,
	},
	{
		.name = "cpuset_apply",
		.brief = "two cgroups that run anywhere get half of the machine each",
		.backdrop = canned_steady,
		.steps = canned_cpuset_apply,
		.checks = GETS_ON,
		.bounds = { .min_cpus = 2 },
	},
	{
		.name = "cpuset_clear",
		.brief = "two cgroups with half of the machine each may run anywhere",
		.backdrop = canned_halves,
		.steps = canned_cpuset_clear,
		.checks = GETS_ON,
		.bounds = { .min_cpus = 2 },
	},
	{
		.name = "cpuset_resize",
		.brief = "cpusets of two cgroups grow and shrink",
		.backdrop = canned_halves,
		.steps = canned_cpuset_resize,
		.checks = GETS_ON,
		.bounds = { .min_cpus = 2 },
	},
	{
		.name = "cgroup_add",
		.brief = "two cgroups with workers come to one that is there",
		.backdrop = canned_one,
		.steps = canned_cgroup_add,
		.checks = GETS_ON,
	},
	{
		.name = "cgroup_remove",
		.brief = "one of two cgroups goes, with its workers",
		.backdrop = canned_steady,
		.steps = canned_cgroup_remove,
		.checks = GETS_ON,
	},
	{
		.name = "affinity_change",
		.brief = "running workers are confined to two CPUs each, and set free again",
		.backdrop = canned_one,
		.steps = canned_affinity_change,
		.checks = GETS_ON,
		.bounds = { .min_cpus = 2 },
	},
	{
		.name = "affinity_pinned",
		.brief = "four workers on CPUs 0 and 1, beside others",
		.backdrop = canned_pinned,
		.checks = GETS_ON,
		.bounds = { .min_cpus = 2 },
	},
	{
		.name = "host_contention",
		.brief = "workers outside of all cgroups come to those in one",
		.backdrop = canned_one,
		.steps = canned_host_contention,
		.checks = GETS_ON,
	},
	{
		.name = "mixed_workloads",
		.brief = "five cgroups that spin, burst, do I/O, use pipes and yield",
		.backdrop = canned_mixed,
		.checks = GETS_ON,
	},
	{
		.name = "nested_steady",
		.brief = "spinning workers in cgroups two and three levels deep",
		.backdrop = canned_nested,
		.checks = GETS_ON,
	},
	{
		.name = "nested_task_move",
		.brief = "running workers move to a sibling cgroup, then to another branch",
		.backdrop = canned_movable,
		.steps = canned_task_move,
		.checks = GETS_ON,
	},
	{
		.name = "preempt_storm",
		.brief = "real-time workers preempt others a thousand times a second",
		.backdrop = canned_preempt_storm,
		.checks = GETS_ON,
		.bounds = { .min_cpus = 2 },
	},
	{
		.name = "rt_storm",
		.brief = "real-time workers that never sleep take turns with others",
		.backdrop = canned_rt_storm,
		.checks = GETS_ON,
		.bounds = { .min_cpus = 2 },
	},
};

const struct ktstr_canned *ktstr_canned_at(size_t i)
{
	return i < ARRAY_SIZE(all) ? &all[i] : NULL;
}

const struct ktstr_canned *ktstr_canned_find(const char *name, struct ktstr_err *err)
{
	struct names names;
	size_t i;

	names_init(&names, NULL);
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		if (!strcmp(all[i].name, name))
			return &all[i];
		names_add(&names, all[i].name);
	}
	ktstr_err_set(err, -ENOENT, "no scenario '%.40s'; there are %s", name, names_list(&names));
	errno = ENOENT;
	return NULL;
}

static const struct preset *smallest(const struct preset_bounds *b)
{
	const struct preset *best = NULL;
	size_t i;

	for (i = 0; i < PRESETS_NR; i++)
		if (preset_fits(&presets[i], b) &&
		    (!best || topology_cpus(&presets[i].topo) < topology_cpus(&best->topo)))
			best = &presets[i];
	return best;
}

void ktstr_canned_fill(const struct ktstr_canned *c, struct ktstr_test *test)
{
	struct ktstr_checks own = test->checks;
	const struct preset *p;

	if (!c)
		return;
	test->backdrop = c->backdrop;
	test->steps = c->steps;
	test->checks = c->checks;
	checks_lay_over(&test->checks, &own);
	p = smallest(&c->bounds);
	if (p && !test->topology && !test->topo.llcs)
		test->topo = p->topo;
	if (!test->duration_ms)
		test->duration_ms = c->min_ms;
}
