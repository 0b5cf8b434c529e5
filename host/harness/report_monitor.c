// SPDX-License-Identifier: GPL-2.0-only
/* The part of the report that the monitor fills. */
#include <string.h>

#include "guest_text.h"
#include "lib/util.h"
#include "report_internal.h"

static double us(u64 ns)
{
	return ns / 1e3;
}

static void print_verdict(FILE *out, const struct ktstr_monitor *m)
{
	bool counts = m->enforced || m->verdict == KTSTR_MONITOR_PASS;
	char text[sizeof(m->text)];

	guest_line(text, sizeof(text), m->text, strlen(m->text));
	report_row(out, "monitor", "%s%s: %s", ktstr_monitor_verdict_name(m->verdict),
		   counts ? "" : " (does not count)", text);
}

static void print_queues(FILE *out, const struct ktstr_monitor_summary *s)
{
	report_row(out, "",
		   "imbalance max %.2f, avg %.2f; local DSQ max %u, avg %.2f; run queue max %u, avg %.2f",
		   s->imbalance_max, s->imbalance_avg, s->dsq_depth_max, s->dsq_depth_avg,
		   s->nr_running_max, s->nr_running_avg);
	if (s->stuck || s->preempted)
		report_row(out, "", "clock stuck %llu times, %llu more on vCPUs the host preempted",
			   (unsigned long long)s->stuck, (unsigned long long)s->preempted);
}

static void print_rates(FILE *out, const struct ktstr_monitor_summary *s)
{
	if (s->events_ns)
		report_row(out, "", "fallback %.1f/s, keep_last %.1f/s",
			   ktstr_monitor_rate(s, MONITOR_SELECT_CPU_FALLBACK),
			   ktstr_monitor_rate(s, MONITOR_DISPATCH_KEEP_LAST));
}

static void print_samples(FILE *out, const struct ktstr_monitor *m)
{
	const struct ktstr_monitor_summary *s = &m->summary;

	report_row(out, "",
		   "%zu samples of %u CPUs in %.1f s, %.1f us of the host per vCPU (min %.1f, max %.1f)",
		   m->nr_samples, m->samples[0].nr_cpus, (double)s->span_ns / NSEC_PER_SEC,
		   us(s->cost_median_ns), us(s->cost_min_ns), us(s->cost_max_ns));
	if (s->missed || s->dropped || s->invalid || s->duplicates)
		report_row(out, "",
			   "%llu ticks without a sample; %llu samples dropped, %u invalid, %u twice",
			   (unsigned long long)s->missed, (unsigned long long)s->dropped,
			   s->invalid, s->duplicates);
}

void report_monitor_print(FILE *out, const struct ktstr_result *res)
{
	const struct ktstr_monitor *m = &res->monitor;

	/* who does not look has nothing to say, unless it was to decide */
	if (!m->info_seen && !m->nr_samples && !m->enforced)
		return;
	print_verdict(out, m);
	if (!m->nr_samples)
		return;
	if (m->summary.samples)
		print_queues(out, &m->summary);
	print_rates(out, &m->summary);
	print_samples(out, m);
}
