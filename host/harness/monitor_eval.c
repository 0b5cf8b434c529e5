// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "monitor_eval.h"
#include "monitor_text.h"

/* Of a monitor that did not say what its guest ticks at; as host/inspect/monitor_sample.h. */
#define HZ_UNKNOWN 250

/**
 * struct eval - an evaluation in the making
 * @m: what is filled in
 * @l: its limits
 * @preempted_ns: a vCPU with less CPU time than that between two samples was
 *                preempted
 * @prev: the sample right before, NULL when that does not count
 * @good: the last one that counts
 * @last: the last one at all, duplicates aside
 * @run: samples in a row that violate, by check
 * @stuck: the same for the clock of each CPU, @nr_cpus of them
 * @nr_cpus: CPUs of the sample that has most
 * @cost: per vCPU, of every sample
 * @costs: how many
 * @imbalance: sum over samples
 * @depth: sum over CPUs and samples
 * @running: the same
 * @readings: CPUs in all samples
 * @clock: of the first of them
 * @clocks_differ: another one was not the same
 */
struct eval {
	struct ktstr_monitor *m;
	const struct ktstr_monitor_limits *l;
	u64 preempted_ns;
	const struct monitor_sample *prev;
	const struct monitor_sample *good;
	const struct monitor_sample *last;
	struct ktstr_monitor_violation run[KTSTR_MONITOR_CHECKS];
	struct ktstr_monitor_violation *stuck;
	u32 nr_cpus;
	u64 *cost;
	size_t costs;
	double imbalance;
	double depth;
	double running;
	u64 readings;
	u64 clock;
	bool clocks_differ;
};

static double or_default(double v, double normal)
{
	return v > 0 ? v : normal;
}

static void fill_limits(struct ktstr_monitor_limits *to, const struct ktstr_monitor_limits *from)
{
	*to = *from;
	to->max_imbalance_ratio =
		or_default(from->max_imbalance_ratio, KTSTR_MONITOR_IMBALANCE_RATIO);
	to->max_local_dsq_depth = from->max_local_dsq_depth ?: KTSTR_MONITOR_LOCAL_DSQ_DEPTH;
	to->sustained_samples = from->sustained_samples ?: KTSTR_MONITOR_SUSTAINED;
	to->max_fallback_rate = or_default(from->max_fallback_rate, KTSTR_MONITOR_FALLBACK_RATE);
	to->max_keep_last_rate = or_default(from->max_keep_last_rate, KTSTR_MONITOR_KEEP_LAST_RATE);
}

/* One more in a row; it is a violation from the end of the window on. */
static void violated(struct eval *e, enum ktstr_monitor_check c,
		     struct ktstr_monitor_violation *run, u64 from_ns, u64 to_ns, double value,
		     u32 cpu)
{
	if (!run->samples++) {
		run->from_ns = from_ns;
		run->worst = value;
		run->cpu = cpu;
	}
	run->to_ns = to_ns;
	if (value > run->worst) {
		run->worst = value;
		run->cpu = cpu;
	}
	if (run->samples >= e->l->sustained_samples && run->samples > e->m->violations[c].samples)
		e->m->violations[c] = *run;
}

static void kept(struct ktstr_monitor_violation *run)
{
	run->samples = 0;
}

static void break_windows(struct eval *e)
{
	u32 i;

	for (i = 0; i < KTSTR_MONITOR_CHECKS; i++)
		kept(&e->run[i]);
	for (i = 0; i < e->nr_cpus; i++)
		kept(&e->stuck[i]);
	e->prev = NULL;
}

static bool has_rq(const struct monitor_cpu *c)
{
	return c->flags & MONITOR_CPU_RQ;
}

static bool plausible_cpu(const struct eval *e, const struct monitor_cpu *c, u32 i)
{
	const struct monitor_sample *good = e->good;

	if (c->local_dsq_depth > MONITOR_DSQ_DEPTH_PLAUSIBLE ||
	    c->nr_running > MONITOR_NR_RUNNING_PLAUSIBLE)
		return false;
	/* update_rq_clock() of kernel/sched/core.c never sets it back */
	return !good || i >= good->nr_cpus || !has_rq(&good->cpus[i]) ||
	       c->rq_clock >= good->cpus[i].rq_clock;
}

static bool plausible(const struct eval *e, const struct monitor_sample *s)
{
	u32 i, read = 0;

	if (e->good && s->t_ns < e->good->t_ns)
		return false;
	for (i = 0; i < s->nr_cpus; i++) {
		if (!has_rq(&s->cpus[i]))
			continue;
		if (!plausible_cpu(e, &s->cpus[i], i))
			return false;
		read++;
	}
	return read;
}

static void take_clock(struct eval *e, u64 clock)
{
	if (!e->readings)
		e->clock = clock;
	else if (clock != e->clock)
		e->clocks_differ = true;
}

static void check_imbalance(struct eval *e, const struct monitor_sample *s, u32 shortest,
			    u32 longest, u32 cpu)
{
	double ratio = longest / (double)max(shortest, 1U);
	struct ktstr_monitor_summary *sum = &e->m->summary;
	struct ktstr_monitor_violation *run = &e->run[KTSTR_MONITOR_IMBALANCE];

	e->imbalance += ratio;
	sum->imbalance_max = max(sum->imbalance_max, ratio);
	if (ratio > e->l->max_imbalance_ratio)
		violated(e, KTSTR_MONITOR_IMBALANCE, run, s->t_ns, s->t_ns, ratio, cpu);
	else
		kept(run);
}

static void check_depth(struct eval *e, const struct monitor_sample *s, u32 deepest, u32 cpu)
{
	struct ktstr_monitor_violation *run = &e->run[KTSTR_MONITOR_DSQ_DEPTH];

	e->m->summary.dsq_depth_max = max(e->m->summary.dsq_depth_max, deepest);
	if (deepest > e->l->max_local_dsq_depth)
		violated(e, KTSTR_MONITOR_DSQ_DEPTH, run, s->t_ns, s->t_ns, deepest, cpu);
	else
		kept(run);
}

static void check_queues(struct eval *e, const struct monitor_sample *s)
{
	u32 i, shortest = ~0U, longest = 0, deepest = 0, long_cpu = 0, deep_cpu = 0;
	struct ktstr_monitor_summary *sum = &e->m->summary;

	for (i = 0; i < s->nr_cpus; i++) {
		const struct monitor_cpu *c = &s->cpus[i];

		if (!has_rq(c))
			continue;
		take_clock(e, c->rq_clock);
		shortest = min(shortest, c->nr_running);
		if (c->nr_running > longest)
			long_cpu = i;
		longest = max(longest, c->nr_running);
		if (c->local_dsq_depth > deepest)
			deep_cpu = i;
		deepest = max(deepest, c->local_dsq_depth);
		e->depth += c->local_dsq_depth;
		e->running += c->nr_running;
		e->readings++;
	}
	sum->nr_running_max = max(sum->nr_running_max, longest);
	check_imbalance(e, s, shortest, longest, long_cpu);
	check_depth(e, s, deepest, deep_cpu);
}

static bool was_preempted(const struct eval *e, const struct monitor_cpu *p,
			  const struct monitor_cpu *c)
{
	return !p->vcpu_ns || c->vcpu_ns < p->vcpu_ns || c->vcpu_ns - p->vcpu_ns < e->preempted_ns;
}

static void check_clock(struct eval *e, const struct monitor_sample *s, u32 i)
{
	const struct monitor_cpu *p = &e->prev->cpus[i], *c = &s->cpus[i];
	struct ktstr_monitor_violation *run = &e->stuck[i];
	u64 from = run->samples ? run->from_ns : e->prev->t_ns;

	/* nobody ticks an idle CPU's clock */
	if (!has_rq(p) || !has_rq(c) || !p->nr_running || !c->nr_running ||
	    p->rq_clock != c->rq_clock) {
		kept(run);
	} else if (was_preempted(e, p, c)) {
		e->m->summary.preempted++;
		kept(run);
	} else {
		e->m->summary.stuck++;
		if (!e->l->allow_clock_stuck)
			violated(e, KTSTR_MONITOR_CLOCK_STUCK, run, from, s->t_ns, s->t_ns - from,
				 i);
	}
}

static void check_rate(struct eval *e, const struct monitor_sample *s, enum ktstr_monitor_check c,
		       enum monitor_event ev, double limit)
{
	struct ktstr_monitor_violation *run = &e->run[c];
	s64 before = e->prev->events[ev], now = s->events[ev];
	u64 dt = s->t_ns - e->prev->t_ns;
	double rate = 0;

	if (now > before)
		rate = ((double)now - (double)before) * NSEC_PER_SEC / dt;
	if (rate > limit)
		violated(e, c, run, e->prev->t_ns, s->t_ns, rate, KTSTR_MONITOR_NO_CPU);
	else
		kept(run);
}

static bool same_counters(const struct monitor_sample *p, const struct monitor_sample *s)
{
	return p->flags & s->flags & MONITOR_SAMPLE_EVENTS && p->sched_kva == s->sched_kva &&
	       s->t_ns > p->t_ns;
}

static void check_events(struct eval *e, const struct monitor_sample *s)
{
	struct ktstr_monitor_summary *sum = &e->m->summary;
	const struct monitor_sample *p = e->prev;
	u32 i;

	if (!same_counters(p, s)) {
		kept(&e->run[KTSTR_MONITOR_FALLBACK]);
		kept(&e->run[KTSTR_MONITOR_KEEP_LAST]);
		return;
	}
	for (i = 0; i < WIRE_MON_EVENTS; i++)
		if (s->events[i] > p->events[i])
			sum->events[i] += (u64)s->events[i] - (u64)p->events[i];
	sum->events_ns += s->t_ns - p->t_ns;
	check_rate(e, s, KTSTR_MONITOR_FALLBACK, MONITOR_SELECT_CPU_FALLBACK,
		   e->l->max_fallback_rate);
	check_rate(e, s, KTSTR_MONITOR_KEEP_LAST, MONITOR_DISPATCH_KEEP_LAST,
		   e->l->max_keep_last_rate);
}

static bool add_stats(struct eval *e, const struct monitor_cpu *p, const struct monitor_cpu *c)
{
	u32 i;

	if (!(p->flags & c->flags & MONITOR_CPU_STATS))
		return false;
	for (i = 0; i < MONITOR_STATS; i++)
		if (c->stats[i] > p->stats[i])
			e->m->summary.stats[i] += c->stats[i] - p->stats[i];
	return true;
}

/* What can be said about the time between two samples only. */
static void check_interval(struct eval *e, const struct monitor_sample *s)
{
	const struct monitor_sample *p = e->prev;
	u32 i, nr = min(p->nr_cpus, s->nr_cpus);
	bool stats = false;

	for (i = 0; i < nr; i++) {
		check_clock(e, s, i);
		stats |= add_stats(e, &p->cpus[i], &s->cpus[i]);
	}
	if (stats)
		e->m->summary.stats_ns += s->t_ns - p->t_ns;
	check_events(e, s);
}

static void take_sample(struct eval *e, const struct monitor_sample *s)
{
	struct ktstr_monitor_summary *sum = &e->m->summary;
	u64 next = e->last ? e->last->seq + 1 : 0;

	if (e->last && s->seq <= e->last->seq) {
		sum->duplicates++;
		return;
	}
	if (s->seq != next)
		break_windows(e);
	sum->dropped += s->seq - next;
	sum->missed += s->missed;
	e->cost[e->costs++] = s->cost_ns / s->nr_cpus;
	e->last = s;
	if (!plausible(e, s)) {
		sum->invalid++;
		break_windows(e);
		return;
	}
	check_queues(e, s);
	if (e->prev)
		check_interval(e, s);
	if (!sum->samples++)
		sum->span_ns = s->t_ns;
	e->prev = s;
	e->good = s;
}

static int by_size(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void finish(struct eval *e)
{
	struct ktstr_monitor_summary *sum = &e->m->summary;

	if (e->costs) {
		qsort(e->cost, e->costs, sizeof(*e->cost), by_size);
		sum->cost_min_ns = e->cost[0];
		sum->cost_median_ns = e->cost[e->costs / 2];
		sum->cost_max_ns = e->cost[e->costs - 1];
	}
	if (!sum->samples)
		return;
	/* until now it was the first one's time */
	sum->span_ns = e->good->t_ns - sum->span_ns;
	sum->imbalance_avg = e->imbalance / sum->samples;
	sum->dsq_depth_avg = e->depth / e->readings;
	sum->nr_running_avg = e->running / e->readings;
}

static u32 what_was_checked(const struct ktstr_monitor *m)
{
	u32 checked = 0;

	if (m->summary.samples)
		checked |= 1U << KTSTR_MONITOR_IMBALANCE | 1U << KTSTR_MONITOR_DSQ_DEPTH;
	if (m->summary.samples && !m->limits.allow_clock_stuck)
		checked |= 1U << KTSTR_MONITOR_CLOCK_STUCK;
	if (m->summary.events_ns)
		checked |= 1U << KTSTR_MONITOR_FALLBACK | 1U << KTSTR_MONITOR_KEEP_LAST;
	return checked;
}

static void decide(struct eval *e, const char *why_none)
{
	const struct ktstr_monitor_summary *sum = &e->m->summary;
	struct ktstr_monitor *m = e->m;
	bool violation = false;
	u32 i;

	m->checked = what_was_checked(m);
	for (i = 0; i < KTSTR_MONITOR_CHECKS; i++)
		violation |= m->violations[i].samples;
	m->verdict = KTSTR_MONITOR_INCONCLUSIVE;
	if (!m->nr_samples)
		monitor_text_none(m, why_none);
	else if (sum->invalid > sum->samples || !sum->samples)
		monitor_text_invalid(m, "most of them hold what cannot be");
	else if (!e->clocks_differ)
		monitor_text_invalid(m,
				     "the clocks of all run queues are the same and stand still");
	else if (sum->samples < m->limits.sustained_samples)
		monitor_text_few(m);
	else if (violation)
		m->verdict = KTSTR_MONITOR_FAIL;
	else
		m->verdict = KTSTR_MONITOR_PASS;
	if (m->verdict != KTSTR_MONITOR_INCONCLUSIVE)
		monitor_text_verdict(m);
	/* what is not what it seems violates nothing */
	else
		memset(m->violations, 0, sizeof(m->violations));
}

int monitor_eval(struct ktstr_monitor *m, const struct ktstr_monitor_limits *limits,
		 const char *why_none)
{
	struct eval e = { .m = m, .l = &m->limits };
	u32 hz = m->info_seen && m->info.hz ? m->info.hz : HZ_UNKNOWN;
	int ret = 0;
	size_t i;

	memset(m->violations, 0, sizeof(m->violations));
	memset(&m->summary, 0, sizeof(m->summary));
	m->enforced = limits->enforce;
	fill_limits(&m->limits, limits);
	e.preempted_ns = MONITOR_PREEMPTED_TICKS * NSEC_PER_SEC / hz;
	for (i = 0; i < m->nr_samples; i++)
		e.nr_cpus = max(e.nr_cpus, m->samples[i].nr_cpus);
	e.stuck = calloc(e.nr_cpus + 1, sizeof(*e.stuck));
	e.cost = calloc(m->nr_samples + 1, sizeof(*e.cost));
	if (e.stuck && e.cost) {
		for (i = 0; i < m->nr_samples; i++)
			take_sample(&e, &m->samples[i]);
		finish(&e);
		decide(&e, why_none);
	} else {
		m->verdict = KTSTR_MONITOR_INCONCLUSIVE;
		ret = -ENOMEM;
	}
	free(e.stuck);
	free(e.cost);
	return ret;
}
