// SPDX-License-Identifier: GPL-2.0-only
/* The part of the JSON result that the workload fills. */
#include <math.h>
#include <string.h>

#include "host/inspect/json_text.h"
#include "lib/cpulist.h"
#include "lib/util.h"
#include "report_internal.h"
#include "report_load.h"

/* Of all workers; "workers_total" says how many there are. */
#define WORKERS_MAX 4096

static void put_double(json_writer_t *w, const char *name, double v)
{
	if (isfinite(v))
		jsonw_float_field_fmt(w, name, "%.6f", v);
	else
		jsonw_null_field(w, name);
}

static void put_us(json_writer_t *w, const char *name, double ns)
{
	put_double(w, name, ns / 1e3);
}

static void put_cpus(json_writer_t *w, const char *name, const u8 *bits)
{
	char text[CPULIST_TEXT_MAX];
	struct cpulist l;

	memcpy(l.bits, bits, sizeof(l.bits));
	jsonw_string_field(w, name, cpulist_format(&l, text, sizeof(text)));
}

static void put_group(json_writer_t *w, const void *element)
{
	const struct ktstr_group *g = element;

	jsonw_start_object(w);
	report_json_guest_text(w, "name", g->name);
	report_json_guest_text(w, "cgroup", g->cgroup);
	json_text_field(w, "work", g->work);
	jsonw_uint_field(w, "step", g->step);
	jsonw_uint_field(w, "workers", g->workers);
	put_cpus(w, "allowed_cpus", g->allowed);
	jsonw_end_object(w);
}

static void put_worker_pages(json_writer_t *w, const struct worker_view *v)
{
	u32 i;

	if (!(v->flags & WORKER_HAS_NUMA)) {
		jsonw_null_field(w, "numa_pages");
		return;
	}
	jsonw_name(w, "numa_pages");
	jsonw_start_array(w);
	for (i = 0; i < WORKER_NODES_MAX; i++)
		json_u64(w, v->numa_pages[i]);
	jsonw_end_array(w);
}

static void put_worker_waits(json_writer_t *w, const struct worker_view *v)
{
	if (!(v->flags & WORKER_HAS_SCHEDSTAT)) {
		jsonw_null_field(w, "schedstat");
		return;
	}
	json_start(w, "schedstat");
	json_u64_field(w, "run_delay_ns", v->run_delay_ns);
	json_u64_field(w, "run_count", v->run_count);
	json_u64_field(w, "cpu_ns", v->sched_cpu_ns);
	jsonw_end_object(w);
}

static void put_worker_flags(json_writer_t *w, u32 flags)
{
	jsonw_bool_field(w, "completed", flags & WORKER_COMPLETED);
	jsonw_bool_field(w, "messenger", flags & WORKER_MESSENGER);
	jsonw_bool_field(w, "affinity_error", flags & WORKER_AFFINITY_ERROR);
	jsonw_bool_field(w, "policy_error", flags & WORKER_POLICY_ERROR);
	jsonw_bool_field(w, "killed", flags & WORKER_KILLED);
}

/* On one line each: there may be many. */
static void put_worker(json_writer_t *w, const void *element)
{
	const struct worker_view *v = element;

	jsonw_start_object(w);
	jsonw_uint_field(w, "tid", v->tid);
	jsonw_pretty(w, false);
	jsonw_uint_field(w, "group", v->group);
	jsonw_uint_field(w, "index", v->index);
	jsonw_uint_field(w, "step", v->step);
	put_worker_flags(w, v->flags);
	jsonw_uint_field(w, "wait_status", v->status);
	report_json_guest_text(w, "info", v->info);
	json_u64_field(w, "work_units", v->work_units);
	json_u64_field(w, "iterations", v->iterations);
	json_u64_field(w, "cpu_ns", v->cpu_ns);
	json_u64_field(w, "wall_ns", v->wall_ns);
	json_u64_field(w, "migrations", v->migrations);
	json_u64_field(w, "cross_node_migrations", v->cross_node);
	put_double(w, "max_gap_ms", (double)v->max_gap_ns / NSEC_PER_MSEC);
	jsonw_uint_field(w, "max_gap_cpu", v->max_gap_cpu);
	jsonw_uint_field(w, "max_gap_at_ms", v->max_gap_at_ms);
	put_cpus(w, "cpus_used", v->cpus);
	put_worker_waits(w, v);
	put_worker_pages(w, v);
	json_u64_field(w, "vmstat_numa_pages_migrated", v->numa_migrated);
	jsonw_end_object(w);
	jsonw_pretty(w, true);
}

/* Pairs of where a bucket begins, nanoseconds, and how many are in it. */
static void put_histogram(json_writer_t *w, const struct latency *l)
{
	u32 i;

	jsonw_name(w, "histogram_ns");
	jsonw_start_array(w);
	jsonw_pretty(w, false);
	for (i = 0; i < LATENCY_BUCKETS; i++) {
		if (!l->bucket[i])
			continue;
		jsonw_start_array(w);
		json_u64(w, latency_bucket_start(i));
		jsonw_uint(w, l->bucket[i]);
		jsonw_end_array(w);
	}
	jsonw_end_array(w);
	jsonw_pretty(w, true);
}

static void put_latency(json_writer_t *w, const char *name, const struct latency *l)
{
	if (!l->total) {
		jsonw_null_field(w, name);
		return;
	}
	json_start(w, name);
	json_u64_field(w, "samples", l->total);
	put_us(w, "min", l->min);
	put_us(w, "p50", l->p50);
	put_us(w, "p90", l->p90);
	put_us(w, "p99", l->p99);
	put_us(w, "p999", l->p999);
	put_us(w, "max", l->max);
	put_us(w, "mean", l->mean);
	put_us(w, "stddev", l->stddev);
	put_double(w, "cv", latency_cv(l));
	put_histogram(w, l);
	jsonw_end_object(w);
}

static double ratio(double a, double b)
{
	return b > 0 ? a / b : (double)NAN;
}

static void put_cgroup_waits(json_writer_t *w, const struct ktstr_cgroup_stats *c)
{
	const struct latency *l = &c->wake;
	double none = (double)NAN;

	put_us(w, "p99_wake_latency_us", l->total ? l->p99 : none);
	put_us(w, "median_wake_latency_us", l->total ? l->p50 : none);
	put_double(w, "wake_latency_cv", latency_cv(l));
	put_double(w, "wake_latency_tail_ratio", ratio(l->p99, l->p50));
	put_us(w, "mean_run_delay_us", c->run_delay_mean_ns);
	put_us(w, "worst_run_delay_us", c->run_delay_worst_ns);
	put_latency(w, "wake_latency_us", &c->wake);
	put_latency(w, "timer_latency_us", &c->timer);
	put_latency(w, "iteration_cost_us", &c->cost);
}

static void put_cgroup(json_writer_t *w, const void *element)
{
	const struct ktstr_cgroup_stats *c = element;

	jsonw_start_object(w);
	report_json_guest_text(w, "cgroup", c->cgroup);
	jsonw_uint_field(w, "step", c->step);
	jsonw_uint_field(w, "num_workers", c->workers);
	jsonw_uint_field(w, "num_cpus", c->cpus);
	put_double(w, "avg_off_cpu_pct", c->off_cpu_avg);
	put_double(w, "min_off_cpu_pct", c->off_cpu_min);
	put_double(w, "max_off_cpu_pct", c->off_cpu_max);
	put_double(w, "spread", c->spread);
	put_double(w, "max_gap_ms", (double)c->max_gap_ns / NSEC_PER_MSEC);
	json_u64_field(w, "total_migrations", c->migrations);
	put_double(w, "migration_ratio", ratio(c->migrations, c->iterations));
	put_double(w, "cross_node_migration_ratio", ratio(c->cross_node, c->migrations));
	json_u64_field(w, "total_iterations", c->iterations);
	json_u64_field(w, "total_work_units", c->work_units);
	json_u64_field(w, "total_cpu_ns", c->cpu_ns);
	json_u64_field(w, "wall_ns", c->wall_ns);
	put_double(w, "throughput_cv", c->throughput_cv);
	put_double(w, "page_locality", c->page_locality);
	put_cgroup_waits(w, c);
	jsonw_end_object(w);
}

static void put_op_kinds(json_writer_t *w, u32 kinds)
{
	u32 i;

	jsonw_name(w, "op_kinds");
	jsonw_start_array(w);
	for (i = 0; i < 32; i++)
		if (kinds & 1U << i)
			jsonw_string(w, scenario_op_name(i) ?: "unknown");
	jsonw_end_array(w);
}

static void put_phase_monitor(json_writer_t *w, const struct ktstr_result *res,
			      const struct ktstr_phase *p)
{
	struct ktstr_monitor_summary s;

	if (!report_phase_monitor(res, p, &s)) {
		jsonw_null_field(w, "monitor");
		return;
	}
	json_start(w, "monitor");
	put_double(w, "max_imbalance_ratio", s.imbalance_max);
	put_double(w, "avg_imbalance_ratio", s.imbalance_avg);
	jsonw_uint_field(w, "max_dsq_depth", s.dsq_depth_max);
	put_double(w, "avg_dsq_depth", s.dsq_depth_avg);
	put_double(w, "avg_nr_running", s.nr_running_avg);
	put_double(w, "fallback_per_s", report_phase_rate(&s, MONITOR_SELECT_CPU_FALLBACK));
	put_double(w, "keep_last_per_s", report_phase_rate(&s, MONITOR_DISPATCH_KEEP_LAST));
	jsonw_end_object(w);
}

static void put_phase(json_writer_t *w, const struct ktstr_result *res, const struct ktstr_phase *p)
{
	jsonw_start_object(w);
	jsonw_uint_field(w, "step", p->step);
	report_json_guest_text(w, "name", p->name);
	jsonw_bool_field(w, "ended", p->to_ns);
	json_u64_field(w, "from_ns", p->from_ns);
	json_u64_field(w, "to_ns", p->to_ns);
	json_u64_field(w, "from_ms", p->from_ms);
	json_u64_field(w, "to_ms", p->to_ms);
	jsonw_uint_field(w, "ops", p->ops);
	put_op_kinds(w, p->op_kinds);
	jsonw_uint_field(w, "cgroups", p->cgroups);
	jsonw_uint_field(w, "workers", p->workers);
	json_u64_field(w, "iterations_from", p->iterations_from);
	json_u64_field(w, "iterations_to", p->iterations_to);
	put_double(w, "iterations_per_s", report_phase_throughput(p));
	jsonw_uint_field(w, "first_sample", p->first_sample);
	jsonw_uint_field(w, "samples", p->nr_samples);
	put_phase_monitor(w, res, p);
	jsonw_end_object(w);
}

static void put_metric(json_writer_t *w, const void *element)
{
	static const char *const better[] = {
		[KTSTR_BETTER_HIGHER] = "higher",
		[KTSTR_BETTER_LOWER] = "lower",
	};
	const struct ktstr_metric_value *m = element;

	jsonw_start_object(w);
	report_json_guest_text(w, "payload", m->payload);
	report_json_guest_text(w, "name", m->name);
	put_double(w, "value", m->value);
	json_text_field(w, "better", m->polarity < ARRAY_SIZE(better) ? better[m->polarity] : NULL);
	json_text_field(w, "unit", m->unit);
	jsonw_end_object(w);
}

static void put_finding(json_writer_t *w, const void *element)
{
	const struct ktstr_finding *f = element;

	jsonw_start_object(w);
	jsonw_string_field(w, "check", ktstr_check_name(f->check));
	jsonw_string_field(w, "kind", report_finding_kind(f->kind));
	jsonw_uint_field(w, "step", f->step);
	if (f->cgroup)
		report_json_guest_text(w, "cgroup", f->cgroup);
	else
		jsonw_null_field(w, "cgroup");
	put_double(w, "value", f->value);
	put_double(w, "limit", f->limit);
	report_json_guest_text(w, "text", f->text);
	jsonw_end_object(w);
}

static void put_contention(json_writer_t *w, const struct ktstr_contention *c)
{
	if (!c->known) {
		jsonw_null_field(w, "contention");
		return;
	}
	json_start(w, "contention");
	put_double(w, "dilation", c->dilation);
	json_u64_field(w, "worst_wait_ns", c->worst_wait_ns);
	json_u64_field(w, "run_delay_ns", c->run_delay_ns);
	json_u64_field(w, "on_cpu_ns", c->on_cpu_ns);
	jsonw_end_object(w);
}

static void put_array(json_writer_t *w, const char *name, const void *array, size_t nr, size_t size,
		      void (*put)(json_writer_t *w, const void *element))
{
	size_t i;

	jsonw_name(w, name);
	jsonw_start_array(w);
	for (i = 0; i < nr; i++)
		put(w, (const char *)array + i * size);
	jsonw_end_array(w);
}

void report_json_load(json_writer_t *w, const struct ktstr_result *res)
{
	const struct ktstr_load *l = &res->load;
	size_t i;

	json_start(w, "load");
	json_u64_field(w, "seed", l->seed);
	put_contention(w, &l->contention);
	put_array(w, "findings", l->findings, l->nr_findings, sizeof(*l->findings), put_finding);
	put_array(w, "groups", l->groups, l->nr_groups, sizeof(*l->groups), put_group);
	put_array(w, "cgroups", l->cgroups, l->nr_cgroups, sizeof(*l->cgroups), put_cgroup);
	jsonw_name(w, "phases");
	jsonw_start_array(w);
	for (i = 0; i < l->nr_phases; i++)
		put_phase(w, res, &l->phases[i]);
	jsonw_end_array(w);
	put_array(w, "metrics", l->metrics, l->nr_metrics, sizeof(*l->metrics), put_metric);
	jsonw_uint_field(w, "workers_total", l->nr_workers);
	put_array(w, "workers", l->workers, min_t(size_t, l->nr_workers, WORKERS_MAX),
		  sizeof(*l->workers), put_worker);
	jsonw_end_object(w);
}
