// SPDX-License-Identifier: GPL-2.0-only
/* The part of the report that the workload fills. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "guest_text.h"
#include "lib/util.h"
#include "monitor_eval.h"
#include "report_internal.h"
#include "report_load.h"

/* Lines of a kind; the JSON result has all of them. */
#define LINES_MAX 64
#define NAME_ROOM 80
#define STEP_ROOM 16
#define PLURAL(n) ((n) == 1 ? "" : "s")

const char *report_finding_kind(u32 kind)
{
	static const char *const names[] = {
		[KTSTR_FINDING_PASS] = "pass",
		[KTSTR_FINDING_NOTE] = "note",
		[KTSTR_FINDING_INCONCLUSIVE] = "inconclusive",
		[KTSTR_FINDING_FAIL] = "fail",
	};

	return kind < ARRAY_SIZE(names) ? names[kind] : "unknown";
}

double report_phase_throughput(const struct ktstr_phase *p)
{
	if (p->to_ms <= p->from_ms || p->iterations_to < p->iterations_from)
		return (double)NAN;
	return (double)(p->iterations_to - p->iterations_from) * 1e3 /
	       (double)(p->to_ms - p->from_ms);
}

bool report_phase_monitor(const struct ktstr_result *res, const struct ktstr_phase *p,
			  struct ktstr_monitor_summary *s)
{
	const struct ktstr_monitor *all = &res->monitor;
	struct ktstr_monitor part = {
		.info = all->info,
		.info_seen = all->info_seen,
		.samples = all->samples + p->first_sample,
		.nr_samples = p->nr_samples,
	};

	if (!p->nr_samples || p->first_sample > all->nr_samples ||
	    p->nr_samples > all->nr_samples - p->first_sample ||
	    monitor_eval(&part, &all->limits, NULL) || !part.summary.samples)
		return false;
	*s = part.summary;
	return true;
}

double report_phase_rate(const struct ktstr_monitor_summary *s, u32 event)
{
	return s->events_ns ? ktstr_monitor_rate(s, event) : (double)NAN;
}

static const char *name_of(char *dst, const char *src)
{
	guest_line(dst, NAME_ROOM, src, strlen(src));
	return dst;
}

static const char *step_of(char *dst, u32 step)
{
	if (step)
		snprintf(dst, STEP_ROOM, "step %u", step);
	else
		snprintf(dst, STEP_ROOM, "backdrop");
	return dst;
}

static void print_more(FILE *out, size_t nr, const char *what)
{
	if (nr > LINES_MAX)
		report_row(out, "", "%zu more %s are in the JSON result", nr - LINES_MAX, what);
}

static int __printf(4, 5) put(char *dst, size_t room, int at, const char *fmt, ...)
{
	va_list ap;
	int n;

	if ((size_t)at >= room)
		return at;
	va_start(ap, fmt);
	n = vsnprintf(dst + at, room - at, fmt, ap);
	va_end(ap);
	return at + n;
}

static int put_phase_monitor(char *dst, size_t room, int at, const struct ktstr_result *res,
			     const struct ktstr_phase *p)
{
	struct ktstr_monitor_summary s;

	if (!report_phase_monitor(res, p, &s))
		return at;
	at = put(dst, room, at,
		 "; imbalance max %.2f, avg %.2f; DSQ max %u, avg %.2f; running avg %.2f",
		 s.imbalance_max, s.imbalance_avg, s.dsq_depth_max, s.dsq_depth_avg,
		 s.nr_running_avg);
	if (!s.events_ns)
		return at;
	return put(dst, room, at, "; fallback %.1f/s, keep_last %.1f/s",
		   report_phase_rate(&s, MONITOR_SELECT_CPU_FALLBACK),
		   report_phase_rate(&s, MONITOR_DISPATCH_KEEP_LAST));
}

static void print_phase(FILE *out, const struct ktstr_result *res, const struct ktstr_phase *p)
{
	double rate = report_phase_throughput(p);
	char label[STEP_ROOM], text[512], name[NAME_ROOM];
	int at = 0;

	at = put(text, sizeof(text), at, "%s: ", name_of(name, p->name));
	if (p->to_ns)
		at = put(text, sizeof(text), at, "%.3f s",
			 (double)(p->to_ns - p->from_ns) / NSEC_PER_SEC);
	else
		at = put(text, sizeof(text), at, "did not end");
	at = put(text, sizeof(text), at, ", %u op%s, %u worker%s in %u cgroup%s", p->ops,
		 PLURAL(p->ops), p->workers, PLURAL(p->workers), p->cgroups, PLURAL(p->cgroups));
	if (isfinite(rate))
		at = put(text, sizeof(text), at, ", %.0f iterations/s", rate);
	put_phase_monitor(text, sizeof(text), at, res, p);
	report_row(out, p->step ? step_of(label, p->step) : "steps", "%s", text);
}

static int put_latency(char *dst, size_t room, int at, const char *what, const struct latency *l)
{
	if (!l->total)
		return at;
	return put(dst, room, at, ", %s p50 %.1f us, p99 %.1f us", what, (double)l->p50 / 1e3,
		   (double)l->p99 / 1e3);
}

static void print_cgroup(FILE *out, const struct ktstr_cgroup_stats *c)
{
	char text[512], name[NAME_ROOM], step[STEP_ROOM];
	int at;

	at = put(text, sizeof(text), 0, "%s, %s: %u worker%s on %u CPU%s",
		 c->cgroup[0] ? name_of(name, c->cgroup) : "outside of all", step_of(step, c->step),
		 c->workers, PLURAL(c->workers), c->cpus, PLURAL(c->cpus));
	if (isfinite(c->spread))
		at = put(text, sizeof(text), at, ", off CPU %.1f %% (%.1f to %.1f, spread %.1f)",
			 c->off_cpu_avg, c->off_cpu_min, c->off_cpu_max, c->spread);
	at = put(text, sizeof(text), at, ", gap %.1f ms, %llu migrations, %llu iterations",
		 (double)c->max_gap_ns / NSEC_PER_MSEC, (unsigned long long)c->migrations,
		 (unsigned long long)c->iterations);
	at = put_latency(text, sizeof(text), at, "wake", &c->wake);
	at = put_latency(text, sizeof(text), at, "timer", &c->timer);
	put_latency(text, sizeof(text), at, "iteration", &c->cost);
	report_row(out, "cgroup", "%s", text);
}

static void print_finding(FILE *out, const struct ktstr_finding *f)
{
	char text[sizeof(f->text)], name[NAME_ROOM], step[STEP_ROOM];

	guest_line(text, sizeof(text), f->text, strlen(f->text));
	if (f->cgroup && f->cgroup[0])
		report_row(out, "check", "%s in %s, %s: %s", report_finding_kind(f->kind),
			   name_of(name, f->cgroup), step_of(step, f->step), text);
	else if (f->step)
		report_row(out, "check", "%s in %s: %s", report_finding_kind(f->kind),
			   step_of(step, f->step), text);
	else
		report_row(out, "check", "%s: %s", report_finding_kind(f->kind), text);
}

static void print_contention(FILE *out, const struct ktstr_contention *c)
{
	if (!c->known)
		return;
	report_row(out, "host CPUs",
		   "vCPUs waited %.1f ms of %.1f ms they ran (dilation %.3f), %.1f ms at worst",
		   (double)c->run_delay_ns / NSEC_PER_MSEC, (double)c->on_cpu_ns / NSEC_PER_MSEC,
		   c->dilation, (double)c->worst_wait_ns / NSEC_PER_MSEC);
}

void report_findings_print(FILE *out, const struct ktstr_result *res)
{
	const struct ktstr_load *l = &res->load;
	size_t i;

	for (i = 0; i < min_t(size_t, l->nr_findings, LINES_MAX); i++)
		print_finding(out, &l->findings[i]);
	print_more(out, l->nr_findings, "checks");
}

void report_cgroups_print(FILE *out, const struct ktstr_result *res)
{
	const struct ktstr_load *l = &res->load;
	size_t i;

	for (i = 0; i < min_t(size_t, l->nr_cgroups, LINES_MAX); i++)
		print_cgroup(out, &l->cgroups[i]);
	print_more(out, l->nr_cgroups, "cgroups");
	print_contention(out, &l->contention);
	if (l->seed)
		report_row(out, "affinity", "drawn from seed %llu: set .seed to repeat",
			   (unsigned long long)l->seed);
}

/* What each cgroup of a step did a second, all of them on one line. */
static void print_phase_cgroups(FILE *out, const struct ktstr_load *l, const struct ktstr_phase *p)
{
	char text[512] = "", name[NAME_ROOM];
	const char *sep = "";
	size_t i;
	int at = 0;

	for (i = 0; p->step && i < l->nr_cgroups; i++) {
		const struct ktstr_cgroup_stats *c = &l->cgroups[i];

		if (c->step != p->step || !c->wall_ns)
			continue;
		at = put(text, sizeof(text), at, "%s%s %.0f iterations/s", sep,
			 c->cgroup[0] ? name_of(name, c->cgroup) : "outside of all",
			 (double)c->iterations * NSEC_PER_SEC / (double)c->wall_ns);
		sep = "; ";
	}
	if (text[0])
		report_row(out, "", "%s", text);
}

void report_timeline_print(FILE *out, const struct ktstr_result *res)
{
	const struct ktstr_load *l = &res->load;
	size_t i;

	for (i = 0; i < min_t(size_t, l->nr_phases, LINES_MAX); i++) {
		print_phase(out, res, &l->phases[i]);
		print_phase_cgroups(out, l, &l->phases[i]);
	}
	print_more(out, l->nr_phases, "steps");
}
