// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "checks_internal.h"
#include "lib/cpulist.h"
#include "lib/util.h"

#define HOST_TEXT 100

static struct about about(const struct probe *p, const struct worker_view *w, double value)
{
	const struct ktstr_group *g = probe_group(p, w);

	return (struct about){ .step = w->step, .cgroup = g ? g->cgroup : NULL, .value = value };
}

static double per_second(u64 nr, u64 ns)
{
	return ns ? nr / ((double)ns / NSEC_PER_SEC) : NAN;
}

static void not_stuck(struct probe *p, const struct worker_view *w)
{
	struct about a = about(p, w, w->work_units);
	char host[HOST_TEXT];

	if (w->work_units)
		probe_keep(p, w->work_units, true);
	else if (checks_host_ate(&p->in->load->contention, w->wall_ns))
		probe_tell(p, &a, KTSTR_FINDING_INCONCLUSIVE,
			   "tid %u made no progress (0 work units)%s", w->tid,
			   host_text(p, KTSTR_FINDING_INCONCLUSIVE, host, sizeof(host)));
	else
		probe_tell(p, &a, KTSTR_FINDING_FAIL, "tid %u made no progress (0 work units)",
			   w->tid);
}

static void isolation(struct probe *p, const struct worker_view *w)
{
	const struct ktstr_group *g = probe_group(p, w);
	struct about a = about(p, w, 0);
	char seen[CPULIST_TEXT_MAX], may[CPULIST_TEXT_MAX];
	struct cpulist cpus, allowed, out;
	size_t i;

	memcpy(cpus.bits, w->cpus, sizeof(cpus.bits));
	if (g)
		memcpy(allowed.bits, g->allowed, sizeof(allowed.bits));
	if (!cpulist_count(&cpus) || !g || !cpulist_count(&allowed)) {
		probe_tell(p, &a, KTSTR_FINDING_INCONCLUSIVE, "tid %u: it is not known %s", w->tid,
			   g && cpulist_count(&allowed) ? "where it ran" : "where it may run");
		return;
	}
	for (i = 0; i < sizeof(out.bits); i++)
		out.bits[i] = cpus.bits[i] & ~allowed.bits[i];
	a.value = cpulist_count(&out);
	if (a.value)
		probe_tell(p, &a, KTSTR_FINDING_FAIL,
			   "tid %u ran on cpus %.60s outside of its cpuset %.60s", w->tid,
			   cpulist_format(&out, seen, sizeof(seen)),
			   cpulist_format(&allowed, may, sizeof(may)));
	else
		probe_keep(p, 0, false);
}

static void gap(struct probe *p, const struct worker_view *w)
{
	double ms = (double)w->max_gap_ns / NSEC_PER_MSEC;
	double host_ms = host_wait_ns(p, w->max_gap_ns) / NSEC_PER_MSEC;
	enum ktstr_finding_kind kind = probe_ceiling(p, ms, host_ms);
	struct about a = about(p, w, ms);
	char host[HOST_TEXT];

	if (kind != KTSTR_FINDING_PASS)
		probe_tell(p, &a, kind,
			   "tid %u stuck %.6gms on cpu%u at +%ums (threshold %.6gms)%s", w->tid, ms,
			   w->max_gap_cpu, w->max_gap_at_ms, p->limit,
			   host_text(p, kind, host, sizeof(host)));
}

/* Of two workers with as much CPU time or wall time, the one that did more. */
static void check_rate(struct probe *p, const struct worker_view *w, const char *what, double value,
		       const char *no)
{
	struct about a = about(p, w, value);
	enum ktstr_finding_kind kind;
	char host[HOST_TEXT];

	if (isnan(value)) {
		probe_tell(p, &a, KTSTR_FINDING_INCONCLUSIVE,
			   "worker %u has no %s rate: it had no %s", w->tid, what, no);
		return;
	}
	kind = probe_floor(p, value, host_dilation(p));
	if (kind != KTSTR_FINDING_PASS)
		probe_tell(p, &a, kind, "worker %u %s rate %.6g/s below floor %.6g/s%s", w->tid,
			   what, value, p->limit, host_text(p, kind, host, sizeof(host)));
}

static void migration_ratio(struct probe *p, const struct worker_view *w)
{
	double value = w->iterations ? w->migrations / (double)w->iterations : NAN;
	struct about a = about(p, w, value);

	if (isnan(value))
		probe_tell(p, &a, KTSTR_FINDING_INCONCLUSIVE,
			   "tid %u has no migration ratio: it had no iteration", w->tid);
	else if (probe_ceiling(p, value, 0) != KTSTR_FINDING_PASS)
		probe_tell(p, &a, KTSTR_FINDING_FAIL,
			   "tid %u migration ratio %.6g: %llu migrations in %llu iterations (threshold %.6g)",
			   w->tid, value, (unsigned long long)w->migrations,
			   (unsigned long long)w->iterations, p->limit);
}

static void migrations(struct probe *p, const struct worker_view *w)
{
	struct about a = about(p, w, w->migrations);

	if (probe_ceiling(p, w->migrations, 0) != KTSTR_FINDING_PASS)
		probe_tell(p, &a, KTSTR_FINDING_FAIL, "tid %u migrated %llu times (threshold %.6g)",
			   w->tid, (unsigned long long)w->migrations, p->limit);
}

static void work_units(struct probe *p, const struct worker_view *w)
{
	struct about a = about(p, w, w->work_units);
	enum ktstr_finding_kind kind = probe_floor(p, w->work_units, host_dilation(p));
	char host[HOST_TEXT];

	if (!w->work_units && checks_host_ate(&p->in->load->contention, w->wall_ns))
		kind = KTSTR_FINDING_INCONCLUSIVE;
	if (kind != KTSTR_FINDING_PASS)
		probe_tell(p, &a, kind, "tid %u did %llu work units (threshold %.6g)%s", w->tid,
			   (unsigned long long)w->work_units, p->limit,
			   host_text(p, kind, host, sizeof(host)));
}

void checks_worker(struct probe *p, const struct worker_view *w)
{
	switch (p->check) {
	case KTSTR_CHECK_NOT_STUCK:
		not_stuck(p, w);
		break;
	case KTSTR_CHECK_ISOLATION:
		isolation(p, w);
		break;
	case KTSTR_CHECK_GAP:
		gap(p, w);
		break;
	case KTSTR_CHECK_WORK_RATE:
		check_rate(p, w, "work", per_second(w->work_units, w->cpu_ns), "CPU time");
		break;
	case KTSTR_CHECK_ITERATION_RATE:
		check_rate(p, w, "iteration", per_second(w->iterations, w->wall_ns), "wall time");
		break;
	case KTSTR_CHECK_MIGRATION_RATIO:
		migration_ratio(p, w);
		break;
	case KTSTR_CHECK_MIGRATIONS:
		migrations(p, w);
		break;
	case KTSTR_CHECK_WORK_UNITS:
		work_units(p, w);
		break;
	default:
		break;
	}
}
