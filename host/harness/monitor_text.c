// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <linux/compiler.h>

#include "lib/text.h"
#include "lib/util.h"
#include "monitor_text.h"

const char *ktstr_monitor_check_name(enum ktstr_monitor_check check)
{
	static const char *const names[KTSTR_MONITOR_CHECKS] = {
		[KTSTR_MONITOR_IMBALANCE] = "imbalance",
		[KTSTR_MONITOR_DSQ_DEPTH] = "local_dsq_depth",
		[KTSTR_MONITOR_CLOCK_STUCK] = "rq_clock_stuck",
		[KTSTR_MONITOR_FALLBACK] = "fallback_rate",
		[KTSTR_MONITOR_KEEP_LAST] = "keep_last_rate",
	};

	return (u32)check < KTSTR_MONITOR_CHECKS ? names[check] : "unknown";
}

const char *ktstr_monitor_verdict_name(enum ktstr_monitor_verdict v)
{
	switch (v) {
	case KTSTR_MONITOR_INCONCLUSIVE:
		return "INCONCLUSIVE";
	case KTSTR_MONITOR_PASS:
		return "PASS";
	case KTSTR_MONITOR_FAIL:
		return "FAIL";
	}
	return "UNKNOWN";
}

double ktstr_monitor_rate(const struct ktstr_monitor_summary *s, enum monitor_event e)
{
	return s->events_ns ? (double)s->events[e] * NSEC_PER_SEC / s->events_ns : 0;
}

/* What does not fit is cut. */
static void __printf(2, 3) append(struct ktstr_monitor *m, const char *fmt, ...)
{
	size_t used = strlen(m->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m->text + used, sizeof(m->text) - used, fmt, ap);
	va_end(ap);
}

static void start(struct ktstr_monitor *m)
{
	m->text[0] = '\0';
}

/* Reasons have names of the guest's in them. */
static void escape(struct ktstr_monitor *m)
{
	char raw[sizeof(m->text)];

	memcpy(raw, m->text, sizeof(raw));
	text_escape_line(m->text, sizeof(m->text), raw, strlen(raw));
}

void monitor_text_none(struct ktstr_monitor *m, const char *why)
{
	start(m);
	if (m->info_seen && m->info.error[0])
		why = m->info.error;
	append(m, "no samples: %s", why ?: "the guest was up for too short a time");
	escape(m);
}

void monitor_text_invalid(struct ktstr_monitor *m, const char *why)
{
	start(m);
	append(m, "not initialised: of %zu samples, %s", m->nr_samples, why);
}

void monitor_text_few(struct ktstr_monitor *m)
{
	start(m);
	append(m, "%u sample%s, too few for a window of %u", m->summary.samples,
	       m->summary.samples == 1 ? "" : "s", m->limits.sustained_samples);
}

static double seconds(u64 ns)
{
	return (double)ns / NSEC_PER_SEC;
}

static void append_what(struct ktstr_monitor *m, enum ktstr_monitor_check c)
{
	const struct ktstr_monitor_violation *v = &m->violations[c];
	const struct ktstr_monitor_limits *l = &m->limits;

	switch (c) {
	case KTSTR_MONITOR_IMBALANCE:
		append(m, "imbalance ratio %.2f above %.2f, CPU %u has most", v->worst,
		       l->max_imbalance_ratio, v->cpu);
		break;
	case KTSTR_MONITOR_DSQ_DEPTH:
		append(m, "local DSQ depth %.0f above %u on CPU %u", v->worst,
		       l->max_local_dsq_depth, v->cpu);
		break;
	case KTSTR_MONITOR_CLOCK_STUCK:
		append(m, "clock of CPU %u's run queue stuck for %.0f ms with tasks on it", v->cpu,
		       v->worst / NSEC_PER_MSEC);
		break;
	case KTSTR_MONITOR_FALLBACK:
		append(m, "select_cpu_fallback %.1f/s above %.1f/s", v->worst,
		       l->max_fallback_rate);
		break;
	case KTSTR_MONITOR_KEEP_LAST:
		append(m, "dispatch_keep_last %.1f/s above %.1f/s", v->worst,
		       l->max_keep_last_rate);
		break;
	case KTSTR_MONITOR_CHECKS:
		break;
	}
	append(m, " (%u samples in a row, %.3f s to %.3f s)", v->samples, seconds(v->from_ns),
	       seconds(v->to_ns));
}

static void append_unchecked(struct ktstr_monitor *m)
{
	const char *why = "no scheduler with event counters was attached";

	if (m->checked & 1U << KTSTR_MONITOR_FALLBACK)
		return;
	if (m->info_seen && m->info.no_events[0])
		why = m->info.no_events;
	append(m, "; rates of events not checked: %s", why);
}

void monitor_text_verdict(struct ktstr_monitor *m)
{
	const char *sep = "";
	u32 i;

	start(m);
	for (i = 0; i < KTSTR_MONITOR_CHECKS; i++) {
		if (!m->violations[i].samples)
			continue;
		append(m, "%s", sep);
		append_what(m, i);
		sep = "; ";
	}
	if (m->verdict == KTSTR_MONITOR_PASS)
		append(m, "%u samples within limits", m->summary.samples);
	append_unchecked(m);
	escape(m);
}
