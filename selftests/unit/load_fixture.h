/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_LOAD_FIXTURE_H
#define KTSTR_SELFTESTS_UNIT_LOAD_FIXTURE_H

/*
 * A workload that never ran: two cgroups with two workers each, all of them as
 * they should be. A test spoils one figure and looks at the findings.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/checks.h"
#include "host/harness/finding.h"
#include "host/harness/scenario_plan.h"
#include "lib/util.h"
#include "text_check.h"

#define LOAD_WORKERS 4
#define LOAD_CGROUPS 2

struct load_fake {
	struct ktstr_load load;
	struct ktstr_group groups[LOAD_CGROUPS];
	struct worker_view workers[LOAD_WORKERS];
	struct ktstr_cgroup_stats cgroups[LOAD_CGROUPS];
	struct ktstr_checks checks;
	struct scenario_plan plan;
	struct scenario_group sc_groups[LOAD_CGROUPS];
	struct topology topo;
	struct topology_node nodes[2];
};

static inline void load_fake_latency(struct latency *l)
{
	l->total = 1000;
	l->kept = 1000;
	l->p50 = 40000;
	l->p99 = 100000;
	l->max = 200000;
	l->mean = 50000;
	l->stddev = 10000;
}

static inline void load_fake_worker(struct load_fake *f, u32 i)
{
	struct worker_view *w = &f->workers[i];

	w->tid = 100 + i;
	w->group = i / 2;
	w->index = i % 2;
	w->step = 1;
	w->flags = WORKER_COMPLETED | WORKER_HAS_NUMA;
	w->work_units = 1000000;
	w->iterations = 1000;
	w->cpu_ns = NSEC_PER_SEC;
	w->wall_ns = 2 * NSEC_PER_SEC;
	w->migrations = 10;
	w->max_gap_ns = 20 * NSEC_PER_MSEC;
	w->max_gap_cpu = i;
	w->max_gap_at_ms = 1500;
	w->cpus[0] = 1 << i;
	w->numa_pages[0] = 90;
	w->numa_pages[1] = 10;
}

static inline void load_fake_cgroup(struct load_fake *f, u32 i)
{
	struct ktstr_cgroup_stats *c = &f->cgroups[i];
	struct ktstr_group *g = &f->groups[i];

	g->name = i ? "b" : "a";
	g->cgroup = i ? "cg/b" : "cg/a";
	g->work = "pipe";
	g->step = 1;
	g->workers = 2;
	g->allowed[0] = i ? 0x0c : 0x03;
	c->cgroup = g->cgroup;
	c->step = 1;
	c->workers = 2;
	c->cpus = 2;
	c->off_cpu_avg = 50;
	c->off_cpu_min = 47;
	c->off_cpu_max = 53;
	c->spread = 6;
	c->migrations = 20;
	c->cross_node = 2;
	c->iterations = 2000;
	c->work_units = 2000000;
	c->cpu_ns = 2 * NSEC_PER_SEC;
	c->wall_ns = 2 * NSEC_PER_SEC;
	c->throughput_cv = 0.1;
	c->page_locality = 0.9;
	load_fake_latency(&c->wake);
	load_fake_latency(&c->cost);
}

static inline struct load_fake *load_fake_new(void)
{
	struct load_fake *f = calloc(1, sizeof(*f));
	u32 i;

	if (!f)
		abort();
	for (i = 0; i < LOAD_WORKERS; i++)
		load_fake_worker(f, i);
	for (i = 0; i < LOAD_CGROUPS; i++)
		load_fake_cgroup(f, i);
	f->load.groups = f->groups;
	f->load.nr_groups = LOAD_CGROUPS;
	f->load.workers = f->workers;
	f->load.nr_workers = LOAD_WORKERS;
	f->load.cgroups = f->cgroups;
	f->load.nr_cgroups = LOAD_CGROUPS;
	f->load.contention.known = true;
	f->load.contention.dilation = 1;
	f->plan.nr_workers = LOAD_WORKERS;
	f->plan.sc.groups = f->sc_groups;
	f->plan.sc.nr_groups = LOAD_CGROUPS;
	f->nodes[0].llcs = 1;
	f->topo.nodes = 2;
	f->topo.node = f->nodes;
	return f;
}

static inline void load_fake_free(struct load_fake *f)
{
	finding_free(&f->load);
	free(f);
}

/* Hold it against its limits, once more. */
static inline void load_fake_eval(struct load_fake *f)
{
	struct ktstr_checks merged;
	struct checks_input in = {
		.checks = &merged,
		.load = &f->load,
		.plan = &f->plan,
		.topo = &f->topo,
	};

	finding_free(&f->load);
	checks_merge(&merged, NULL, &f->checks);
	if (checks_eval(&in))
		abort();
}

/* The worst finding of a check; without a failure or doubt the first one. */
static inline const struct ktstr_finding *load_fake_finding(const struct load_fake *f, u32 check)
{
	const struct ktstr_finding *found = finding_worst(&f->load, BIT(check));
	size_t i;

	for (i = 0; !found && i < f->load.nr_findings; i++)
		if (f->load.findings[i].check == check)
			found = &f->load.findings[i];
	return found;
}

static inline void expect_finding(struct __test_metadata *_metadata, struct load_fake *f, u32 check,
				  enum ktstr_finding_kind kind, const char *part)
{
	const struct ktstr_finding *found;

	load_fake_eval(f);
	found = load_fake_finding(f, check);
	ASSERT_NE(found, NULL);
	EXPECT_EQ(found->kind, kind) TH_LOG("%s", found->text);
	has(_metadata, found->text, part);
}

/* What a check comes to, and a part of its text. */
#define EXPECT_FINDING(f, check, kind, part) \
	expect_finding(_metadata, f, KTSTR_CHECK_##check, KTSTR_FINDING_##kind, part)

#endif /* KTSTR_SELFTESTS_UNIT_LOAD_FIXTURE_H */
