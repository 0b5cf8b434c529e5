// SPDX-License-Identifier: GPL-2.0-only
/* Values of a series out of the monitor's samples. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/util.h"
#include "monitor_eval.h"
#include "series_internal.h"

/* By name: three of a run queue, one of all of them, then two enums. */
#define QUEUES	  3
#define IMBALANCE QUEUES
#define STATS_AT  (IMBALANCE + 1)
#define EVENTS_AT (STATS_AT + MONITOR_STATS)
#define FIGURES	  (EVENTS_AT + WIRE_MON_EVENTS)

static const char *figure_name(u32 i)
{
	static const char *const queues[] = { "nr_running", "scx_nr_running", "local_dsq_depth",
					      "imbalance" };

	if (i < ARRAY_SIZE(queues))
		return queues[i];
	return i < EVENTS_AT ? monitor_stat_name(i - STATS_AT) : monitor_event_name(i - EVENTS_AT);
}

/**
 * struct source - what is read of each sample
 * @res: the result
 * @name: as the author wrote it
 * @figure: index for figure_name(), FIGURES = there is none of that name
 * @cpu: which, or KTSTR_ALL_CPUS
 * @prev: the sample before
 * @base: what a counter came to under the schedulers before
 * @count: and under the one of @prev
 */
struct source {
	const struct ktstr_result *res;
	const char *name;
	u32 figure;
	u32 cpu;
	const struct monitor_sample *prev;
	double base;
	double count;
};

static double of_cpu(const struct monitor_cpu *c, u32 figure)
{
	switch (figure) {
	case 0:
		return c->nr_running;
	case 1:
		return c->scx_nr_running;
	case 2:
		return c->local_dsq_depth;
	}
	return c->stats[figure - STATS_AT];
}

static u32 flag_of(u32 figure)
{
	return figure <= IMBALANCE ? MONITOR_CPU_RQ : MONITOR_CPU_STATS;
}

static bool plausible(const struct monitor_cpu *c)
{
	return !(c->flags & MONITOR_CPU_RQ) || (c->local_dsq_depth <= MONITOR_DSQ_DEPTH_PLAUSIBLE &&
						c->nr_running <= MONITOR_NR_RUNNING_PLAUSIBLE);
}

static void missing(struct ktstr_series *s, struct ktstr_slot *slot, const struct source *from,
		    const char *why)
{
	series_error(s, slot, KTSTR_SLOT_MISSING_STATS, "\"%s\" was not read: %s", from->name,
		     from->res->monitor.info_seen && why[0] ? why : "the kernel shows none");
}

static void take_imbalance(struct ktstr_slot *slot, const struct monitor_sample *m)
{
	u32 shortest = ~0U, longest = 0, i;

	for (i = 0; i < m->nr_cpus; i++) {
		shortest = min(shortest, m->cpus[i].nr_running);
		longest = max(longest, m->cpus[i].nr_running);
	}
	slot->value = longest / (double)max(shortest, 1U);
}

static void take_cpus(struct ktstr_series *s, struct ktstr_slot *slot, const struct source *from,
		      const struct monitor_sample *m)
{
	u32 i, first = 0, end = m->nr_cpus;

	if (from->cpu != KTSTR_ALL_CPUS) {
		first = from->cpu;
		end = first + 1;
	}
	if (first >= m->nr_cpus || (from->figure == IMBALANCE && from->cpu != KTSTR_ALL_CPUS)) {
		series_error(s, slot, KTSTR_SLOT_FIELD_NOT_FOUND,
			     first >= m->nr_cpus ? "no CPU %u: there are 0 to %u" :
						   "CPU %u has no \"imbalance\" of its own",
			     from->cpu, m->nr_cpus - 1);
		return;
	}
	for (i = first; i < end; i++) {
		if (!plausible(&m->cpus[i])) {
			series_error(s, slot, KTSTR_SLOT_PLACEHOLDER,
				     "what was read of CPU %u cannot be", i);
			return;
		}
		if (!(m->cpus[i].flags & flag_of(from->figure))) {
			missing(s, slot, from,
				from->figure > IMBALANCE ? from->res->monitor.info.no_stats : "");
			return;
		}
	}
	if (from->figure == IMBALANCE)
		take_imbalance(slot, m);
	for (i = first; i < end && from->figure != IMBALANCE; i++)
		slot->value += of_cpu(&m->cpus[i], from->figure);
}

/* A scheduler that begins counts from 0; what was counted before is not gone. */
static void take_event(struct ktstr_series *s, struct ktstr_slot *slot, struct source *from,
		       const struct monitor_sample *m)
{
	if (from->cpu != KTSTR_ALL_CPUS) {
		series_error(s, slot, KTSTR_SLOT_FIELD_NOT_FOUND, "CPU %u has no \"%s\" of its own",
			     from->cpu, from->name);
		return;
	}
	if (!(m->flags & MONITOR_SAMPLE_EVENTS)) {
		missing(s, slot, from, from->res->monitor.info.no_events);
		return;
	}
	if (from->prev && from->prev->sched_kva != m->sched_kva)
		from->base += from->count;
	from->count = m->events[from->figure - EVENTS_AT];
	from->prev = m;
	slot->value = from->base + from->count;
}

static void take_sample(struct ktstr_series *s, struct ktstr_slot *slot, struct source *from,
			const struct monitor_sample *m)
{
	char names[512];

	if (from->figure == FIGURES)
		series_error(s, slot, KTSTR_SLOT_FIELD_NOT_FOUND,
			     "the monitor has no \"%.64s\"; it has: %s", from->name,
			     series_names(names, sizeof(names), figure_name, FIGURES));
	else if (from->figure < EVENTS_AT)
		take_cpus(s, slot, from, m);
	else
		take_event(s, slot, from, m);
}

/* The workload's own time: a sample is never taken in a freeze. */
static u64 elapsed_ns(const struct ktstr_result *res, u64 t_ns)
{
	u64 from = res->timings.scenario_ns, frozen = 0;
	size_t i;

	for (i = 0; i < res->nr_snapshots; i++) {
		const struct dump_view *v = &res->snapshots[i].v;

		if (v->t_ns >= from && v->t_ns < t_ns)
			frozen += v->frozen_ns;
	}
	return t_ns - from > frozen ? t_ns - from - frozen : 0;
}

static bool in_workload(const struct ktstr_result *res, u64 t_ns)
{
	const struct ktstr_load *l = &res->load;
	u64 end = l->nr_phases ? l->phases[l->nr_phases - 1].to_ns : 0;

	return res->timings.scenario_ns && t_ns >= res->timings.scenario_ns && (!end || t_ns < end);
}

static u32 find_figure(const char *name)
{
	u32 i;

	for (i = 0; i < FIGURES; i++)
		if (!strcmp(figure_name(i), name))
			break;
	return i;
}

int ktstr_series_monitor(struct ktstr_series *s, const struct ktstr_result *res, const char *figure,
			 u32 cpu)
{
	struct source from = {
		.res = res,
		.name = figure ?: "",
		.figure = find_figure(figure ?: ""),
		.cpu = cpu,
	};
	char tag[32];
	size_t i;

	series_begin(s, figure);
	for (i = 0; i < res->monitor.nr_samples && !s->lost; i++) {
		const struct monitor_sample *m = &res->monitor.samples[i];
		const struct ktstr_phase *p = ktstr_phase_at(&res->load, m->t_ns);
		struct ktstr_slot *slot;

		if (!in_workload(res, m->t_ns) || (i && m->seq == m[-1].seq))
			continue;
		snprintf(tag, sizeof(tag), "sample_%03zu", s->nr);
		slot = series_add(s, tag, elapsed_ns(res, m->t_ns), p ? p->step : KTSTR_NO_STEP);
		if (slot)
			take_sample(s, slot, &from, m);
	}
	return s->lost ? -ENOMEM : 0;
}
