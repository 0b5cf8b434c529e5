// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cpulist.h"
#include "lib/util.h"
#include "load_internal.h"

/**
 * struct sums - one cgroup and step being added up
 * @c: what it comes to
 * @seen: CPUs its workers were seen on
 * @off_sum: of shares of time off the CPU
 * @off_nr: workers that have one
 * @delay_sum: of mean waits on a run queue
 * @delay_nr: workers that have one
 * @rate_sum: of work rates
 * @rate_squares: of their squares
 * @rate_nr: workers that have one
 * @pages: all pages
 * @near: those on the nodes of the cpuset
 */
struct sums {
	struct ktstr_cgroup_stats c;
	struct cpulist seen;
	double off_sum;
	u32 off_nr;
	double delay_sum;
	u32 delay_nr;
	double rate_sum;
	double rate_squares;
	u32 rate_nr;
	double pages;
	double near;
};

static u64 add_capped(u64 a, u64 b)
{
	u64 sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static void add_off_cpu(struct sums *s, const struct worker_view *w)
{
	double off;

	if (!w->wall_ns)
		return;
	/* the two clocks are read one after the other */
	off = w->cpu_ns < w->wall_ns ? 100 * (1 - (double)w->cpu_ns / (double)w->wall_ns) : 0;
	s->c.off_cpu_min = s->off_nr ? min(s->c.off_cpu_min, off) : off;
	s->c.off_cpu_max = s->off_nr ? max(s->c.off_cpu_max, off) : off;
	s->off_sum += off;
	s->off_nr++;
}

static void add_delay(struct sums *s, const struct worker_view *w)
{
	double delay;

	if (!(w->flags & WORKER_HAS_SCHEDSTAT) || !w->run_count)
		return;
	delay = (double)w->run_delay_ns / (double)w->run_count;
	s->delay_sum += delay;
	s->delay_nr++;
	s->c.run_delay_worst_ns = max(s->c.run_delay_worst_ns, delay);
}

static void add_rate(struct sums *s, const struct worker_view *w)
{
	double rate;

	if (!w->cpu_ns)
		return;
	rate = (double)w->work_units / (double)w->cpu_ns;
	s->rate_sum += rate;
	s->rate_squares += rate * rate;
	s->rate_nr++;
}

static u32 nodes_of(const struct ktstr_group *g, const struct topology *topo)
{
	u32 cpu, nodes = 0;

	for (cpu = 0; cpu < topology_cpus(topo) && cpu < TOPOLOGY_MAX_CPUS; cpu++)
		if (g->allowed[cpu / 8] >> cpu % 8 & 1)
			nodes |= 1U << topology_llc_node(topo, topology_cpu_llc(topo, cpu));
	return nodes;
}

static void add_pages(struct sums *s, const struct worker_view *w, u32 nodes)
{
	u32 i;

	for (i = 0; i < WORKER_NODES_MAX; i++) {
		s->pages += (double)w->numa_pages[i];
		s->near += nodes & 1U << i ? (double)w->numa_pages[i] : 0;
	}
}

static void add_worker(struct sums *s, const struct worker_view *w)
{
	struct ktstr_cgroup_stats *c = &s->c;
	size_t i;

	c->workers++;
	c->max_gap_ns = max(c->max_gap_ns, w->max_gap_ns);
	c->migrations = add_capped(c->migrations, w->migrations);
	c->cross_node = add_capped(c->cross_node, w->cross_node);
	c->iterations = add_capped(c->iterations, w->iterations);
	c->work_units = add_capped(c->work_units, w->work_units);
	c->cpu_ns = add_capped(c->cpu_ns, w->cpu_ns);
	c->wall_ns = max(c->wall_ns, w->wall_ns);
	for (i = 0; i < sizeof(w->cpus); i++)
		s->seen.bits[i] |= w->cpus[i];
	add_off_cpu(s, w);
	add_delay(s, w);
	add_rate(s, w);
	latency_merge(&c->wake, &w->wake);
	latency_merge(&c->timer, &w->timer);
	latency_merge(&c->cost, &w->cost);
}

/* One without a rate could be the slowest of all, so then nothing is said. */
static double rate_cv(const struct sums *s)
{
	double mean, var;

	if (s->rate_nr < 2 || s->rate_nr < s->c.workers || !(s->rate_sum > 0))
		return (double)NAN;
	mean = s->rate_sum / s->rate_nr;
	var = s->rate_squares / s->rate_nr - mean * mean;
	return var > 0 ? square_root(var) / mean : 0;
}

static void finish(struct sums *s)
{
	struct ktstr_cgroup_stats *c = &s->c;

	c->cpus = cpulist_count(&s->seen);
	c->off_cpu_avg = s->off_nr ? s->off_sum / s->off_nr : (double)NAN;
	if (!s->off_nr) {
		c->off_cpu_min = (double)NAN;
		c->off_cpu_max = (double)NAN;
	}
	c->spread = c->off_cpu_max - c->off_cpu_min;
	c->run_delay_mean_ns = s->delay_nr ? s->delay_sum / s->delay_nr : (double)NAN;
	if (!s->delay_nr)
		c->run_delay_worst_ns = (double)NAN;
	c->throughput_cv = rate_cv(s);
	c->page_locality = s->pages > 0 ? s->near / s->pages : (double)NAN;
}

static bool same_cgroup(const struct ktstr_group *a, const struct ktstr_group *b)
{
	return a->step == b->step && !strcmp(a->cgroup, b->cgroup);
}

/* Group @first and all later ones of its cgroup and step. */
static void add_groups(struct sums *s, const struct ktstr_load *load, size_t first,
		       const struct topology *topo)
{
	const struct ktstr_group *of = &load->groups[first];
	size_t i;

	*s = (struct sums){ .c = { .cgroup = of->cgroup, .step = of->step } };
	for (i = 0; i < load->nr_workers; i++) {
		const struct worker_view *w = &load->workers[i];
		const struct ktstr_group *g = &load->groups[w->group];

		if (!(w->flags & WORKER_COMPLETED) || !same_cgroup(g, of))
			continue;
		add_worker(s, w);
		if (topo && w->flags & WORKER_HAS_NUMA)
			add_pages(s, w, nodes_of(g, topo));
	}
	finish(s);
}

static bool told_already(const struct ktstr_load *load, size_t group)
{
	size_t i;

	for (i = 0; i < group; i++)
		if (same_cgroup(&load->groups[i], &load->groups[group]))
			return true;
	return false;
}

int load_fill_cgroups(struct ktstr_load *load, const struct topology *topo)
{
	struct sums *s;
	size_t i;

	load->cgroups = calloc(load->nr_groups + 1, sizeof(*load->cgroups));
	s = malloc(sizeof(*s));
	if (!load->cgroups || !s) {
		free(s);
		return -ENOMEM;
	}
	for (i = 0; i < load->nr_groups; i++) {
		if (told_already(load, i))
			continue;
		add_groups(s, load, i, topo);
		if (s->c.workers)
			load->cgroups[load->nr_cgroups++] = s->c;
	}
	free(s);
	return 0;
}
