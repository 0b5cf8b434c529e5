// SPDX-License-Identifier: GPL-2.0-only
/* The part of the JSON result that the monitor fills. */
#include <stddef.h>

#include "host/inspect/json_text.h"
#include "lib/util.h"
#include "report_internal.h"

/* Of all samples; "samples_total" says how many there are. */
#define SAMPLES_MAX 512
/* Points of the series, which spans all of them. */
#define SERIES_MAX 600

static void put_double(json_writer_t *w, const char *name, double v)
{
	jsonw_float_field_fmt(w, name, "%.3f", v);
}

static void put_limits(json_writer_t *w, const struct ktstr_monitor_limits *l)
{
	json_start(w, "limits");
	put_double(w, "max_imbalance_ratio", l->max_imbalance_ratio);
	jsonw_uint_field(w, "max_local_dsq_depth", l->max_local_dsq_depth);
	jsonw_bool_field(w, "fail_on_rq_clock_stuck", !l->allow_clock_stuck);
	jsonw_uint_field(w, "sustained_samples", l->sustained_samples);
	put_double(w, "max_fallback_rate", l->max_fallback_rate);
	put_double(w, "max_keep_last_rate", l->max_keep_last_rate);
	jsonw_end_object(w);
}

static void put_checked(json_writer_t *w, const struct ktstr_monitor *m)
{
	u32 i;

	jsonw_name(w, "checked");
	jsonw_start_array(w);
	for (i = 0; i < KTSTR_MONITOR_CHECKS; i++)
		if (m->checked & 1U << i)
			jsonw_string(w, ktstr_monitor_check_name(i));
	jsonw_end_array(w);
}

static void put_violation(json_writer_t *w, enum ktstr_monitor_check c,
			  const struct ktstr_monitor_violation *v)
{
	jsonw_start_object(w);
	jsonw_string_field(w, "check", ktstr_monitor_check_name(c));
	jsonw_uint_field(w, "samples", v->samples);
	json_u64_field(w, "from_ns", v->from_ns);
	json_u64_field(w, "to_ns", v->to_ns);
	put_double(w, "worst", v->worst);
	if (v->cpu == KTSTR_MONITOR_NO_CPU)
		jsonw_null_field(w, "cpu");
	else
		jsonw_uint_field(w, "cpu", v->cpu);
	jsonw_end_object(w);
}

static void put_violations(json_writer_t *w, const struct ktstr_monitor *m)
{
	u32 i;

	jsonw_name(w, "violations");
	jsonw_start_array(w);
	for (i = 0; i < KTSTR_MONITOR_CHECKS; i++)
		if (m->violations[i].samples)
			put_violation(w, i, &m->violations[i]);
	jsonw_end_array(w);
}

static void put_reason(json_writer_t *w, const char *name, const char *why)
{
	if (why[0])
		report_json_guest_text(w, name, why);
	else
		jsonw_null_field(w, name);
}

static void put_info(json_writer_t *w, const struct ktstr_monitor *m)
{
	const struct monitor_info *info = &m->info;

	if (!m->info_seen) {
		jsonw_null_field(w, "guest");
		return;
	}
	json_start(w, "guest");
	json_u64_field(w, "period_ns", info->period_ns);
	jsonw_uint_field(w, "cpus", info->nr_cpus);
	jsonw_uint_field(w, "hz", info->hz);
	jsonw_bool_field(w, "hz_assumed", info->hz_assumed);
	put_reason(w, "samples_unavailable", info->error);
	put_reason(w, "events_unavailable", info->no_events);
	put_reason(w, "schedstats_unavailable", info->no_stats);
	jsonw_end_object(w);
}

static void put_summary(json_writer_t *w, const struct ktstr_monitor_summary *s)
{
	json_start(w, "summary");
	jsonw_uint_field(w, "samples", s->samples);
	jsonw_uint_field(w, "invalid", s->invalid);
	jsonw_uint_field(w, "duplicates", s->duplicates);
	json_u64_field(w, "dropped", s->dropped);
	json_u64_field(w, "missed", s->missed);
	json_u64_field(w, "span_ns", s->span_ns);
	put_double(w, "max_imbalance_ratio", s->imbalance_max);
	put_double(w, "avg_imbalance_ratio", s->imbalance_avg);
	jsonw_uint_field(w, "max_dsq_depth", s->dsq_depth_max);
	put_double(w, "avg_dsq_depth", s->dsq_depth_avg);
	jsonw_uint_field(w, "max_nr_running", s->nr_running_max);
	put_double(w, "avg_nr_running", s->nr_running_avg);
	json_u64_field(w, "stuck_count", s->stuck);
	json_u64_field(w, "preempted_count", s->preempted);
	json_start(w, "cost_per_vcpu_ns");
	json_u64_field(w, "min", s->cost_min_ns);
	json_u64_field(w, "median", s->cost_median_ns);
	json_u64_field(w, "max", s->cost_max_ns);
	jsonw_end_object(w);
	jsonw_end_object(w);
}

/* How much each counter grew, and how fast; null without counters. */
static void put_counters(json_writer_t *w, const char *name, const char *(*nth)(u32 i),
			 const u64 *counts, u32 nr, u64 over_ns)
{
	u32 i;

	if (!over_ns) {
		jsonw_null_field(w, name);
		return;
	}
	json_start(w, name);
	json_u64_field(w, "over_ns", over_ns);
	json_start(w, "count");
	for (i = 0; i < nr; i++)
		json_u64_field(w, nth(i), counts[i]);
	jsonw_end_object(w);
	json_start(w, "per_s");
	for (i = 0; i < nr; i++)
		put_double(w, nth(i), (double)counts[i] * NSEC_PER_SEC / over_ns);
	jsonw_end_object(w);
	jsonw_end_object(w);
}

#define AT(member) offsetof(struct monitor_cpu, member)

/* What is shown of every CPU, null where it was not read. */
static const struct {
	const char *name;
	size_t offset;
	size_t size;
	u32 flag;
} columns[] = {
	{ "nr_running", AT(nr_running), sizeof(u32), MONITOR_CPU_RQ },
	{ "scx_nr_running", AT(scx_nr_running), sizeof(u32), MONITOR_CPU_RQ },
	{ "local_dsq_depth", AT(local_dsq_depth), sizeof(u32), MONITOR_CPU_RQ },
	{ "scx_flags", AT(scx_flags), sizeof(u32), MONITOR_CPU_RQ },
	{ "rq_clock", AT(rq_clock), sizeof(u64), MONITOR_CPU_RQ },
	{ "vcpu_ns", AT(vcpu_ns), sizeof(u64), 0 },
};

static void put_column(json_writer_t *w, const struct monitor_sample *s, u32 col)
{
	u32 i;

	jsonw_name(w, columns[col].name);
	jsonw_start_array(w);
	for (i = 0; i < s->nr_cpus; i++) {
		const void *at = (const char *)&s->cpus[i] + columns[col].offset;

		if ((s->cpus[i].flags & columns[col].flag) != columns[col].flag)
			jsonw_null(w);
		else
			json_u64(w, columns[col].size == sizeof(u64) ? *(const u64 *)at :
								       *(const u32 *)at);
	}
	jsonw_end_array(w);
}

/* On one line each: there are many. */
static void put_sample(json_writer_t *w, const struct monitor_sample *s)
{
	u32 i;

	jsonw_start_object(w);
	json_u64_field(w, "seq", s->seq);
	jsonw_pretty(w, false);
	json_u64_field(w, "t_ns", s->t_ns);
	json_u64_field(w, "cost_ns", s->cost_ns);
	json_hex_field(w, "scheduler", s->sched_kva);
	for (i = 0; i < ARRAY_SIZE(columns); i++)
		put_column(w, s, i);
	jsonw_end_object(w);
	jsonw_pretty(w, true);
}

static void put_samples(json_writer_t *w, const struct ktstr_monitor *m)
{
	size_t i;

	jsonw_uint_field(w, "samples_total", m->nr_samples);
	jsonw_name(w, "samples");
	jsonw_start_array(w);
	for (i = 0; i < min_t(size_t, m->nr_samples, SAMPLES_MAX); i++)
		put_sample(w, &m->samples[i]);
	jsonw_end_array(w);
}

/* The largest value of a column on a CPU in some samples in a row. */
static void put_peak(json_writer_t *w, const struct monitor_sample *s, size_t nr, u32 cpu,
		     size_t offset)
{
	u32 peak = 0;
	bool known = false;
	size_t i;

	for (i = 0; i < nr; i++) {
		if (cpu >= s[i].nr_cpus || !(s[i].cpus[cpu].flags & MONITOR_CPU_RQ))
			continue;
		known = true;
		peak = max(peak, *(const u32 *)((const char *)&s[i].cpus[cpu] + offset));
	}
	if (known)
		jsonw_uint(w, peak);
	else
		jsonw_null(w);
}

static void put_rows(json_writer_t *w, const char *name, const struct ktstr_monitor *m, u32 every,
		     size_t offset)
{
	u32 cpus = 0, cpu;
	size_t i;

	for (i = 0; i < m->nr_samples; i++)
		cpus = max(cpus, m->samples[i].nr_cpus);
	jsonw_name(w, name);
	jsonw_start_array(w);
	for (cpu = 0; cpu < cpus; cpu++) {
		jsonw_start_array(w);
		jsonw_pretty(w, false);
		for (i = 0; i < m->nr_samples; i += every)
			put_peak(w, &m->samples[i], min_t(size_t, every, m->nr_samples - i), cpu,
				 offset);
		jsonw_end_array(w);
		jsonw_pretty(w, true);
	}
	jsonw_end_array(w);
}

/* All of the run in few enough points to be drawn: peaks of samples in a row. */
static void put_series(json_writer_t *w, const struct ktstr_monitor *m)
{
	u32 every = (m->nr_samples + SERIES_MAX - 1) / SERIES_MAX ?: 1;
	size_t i;

	json_start(w, "series");
	jsonw_uint_field(w, "samples_per_point", every);
	jsonw_name(w, "t_ns");
	jsonw_start_array(w);
	jsonw_pretty(w, false);
	for (i = 0; i < m->nr_samples; i += every)
		json_u64(w, m->samples[i].t_ns);
	jsonw_end_array(w);
	jsonw_pretty(w, true);
	put_rows(w, "nr_running", m, every, AT(nr_running));
	put_rows(w, "local_dsq_depth", m, every, AT(local_dsq_depth));
	jsonw_end_object(w);
}

void report_json_monitor(json_writer_t *w, const struct ktstr_result *res)
{
	const struct ktstr_monitor *m = &res->monitor;
	const struct ktstr_monitor_summary *s = &m->summary;

	json_start(w, "monitor");
	jsonw_string_field(w, "verdict", ktstr_monitor_verdict_name(m->verdict));
	jsonw_bool_field(w, "enforced", m->enforced);
	report_json_guest_text(w, "text", m->text);
	put_limits(w, &m->limits);
	put_checked(w, m);
	put_violations(w, m);
	put_info(w, m);
	put_summary(w, s);
	put_counters(w, "events", monitor_event_name, s->events, WIRE_MON_EVENTS, s->events_ns);
	put_counters(w, "schedstats", monitor_stat_name, s->stats, MONITOR_STATS, s->stats_ns);
	put_series(w, m);
	put_samples(w, m);
	jsonw_end_object(w);
}
