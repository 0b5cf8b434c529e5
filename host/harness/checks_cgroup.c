// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "checks_internal.h"
#include "lib/util.h"
#include "lib/work.h"

#define HOST_TEXT 100

static struct about about(const struct ktstr_cgroup_stats *c, double value)
{
	return (struct about){ .step = c->step, .cgroup = c->cgroup, .value = value };
}

/* Nothing to compare with, which holds for the same test everywhere. */
static bool alone(struct probe *p, const struct ktstr_cgroup_stats *c)
{
	struct about a = about(c, NAN);

	if (c->workers > 1)
		return false;
	probe_tell(p, &a, KTSTR_FINDING_NOTE, "%s: there is one worker, and none to compare with",
		   ktstr_check_name(p->check));
	return true;
}

/* A vCPU that waited has as much time off the CPU to share among its workers. */
static double spread_slack(const struct probe *p, const struct ktstr_cgroup_stats *c)
{
	return c->wall_ns ? 100 * host_wait_ns(p, c->wall_ns) / c->wall_ns : 0;
}

static void check_spread(struct probe *p, const struct ktstr_cgroup_stats *c)
{
	struct about a = about(c, c->spread);
	enum ktstr_finding_kind kind;
	char host[HOST_TEXT];

	if (alone(p, c))
		return;
	if (!isfinite(c->spread)) {
		probe_tell(p, &a, KTSTR_FINDING_INCONCLUSIVE,
			   "spread is not known: workers had no wall time");
		return;
	}
	kind = probe_ceiling(p, c->spread, p->in->load->contention.known ? spread_slack(p, c) : 0);
	if (kind != KTSTR_FINDING_PASS)
		probe_tell(p, &a, kind,
			   "unfair cgroup: spread=%.1f%% (%.1f-%.1f%%) %u workers on %u cpus (threshold %.6g%%)%s",
			   c->spread, c->off_cpu_min, c->off_cpu_max, c->workers, c->cpus, p->limit,
			   host_text(p, kind, host, sizeof(host)));
}

static void throughput_cv(struct probe *p, const struct ktstr_cgroup_stats *c)
{
	struct about a = about(c, c->throughput_cv);

	if (alone(p, c))
		return;
	if (!isfinite(c->throughput_cv))
		probe_tell(p, &a, KTSTR_FINDING_INCONCLUSIVE,
			   "throughput CV is not known: %u workers have no mean work rate",
			   c->workers);
	else if (probe_ceiling(p, c->throughput_cv, 0) != KTSTR_FINDING_PASS)
		probe_tell(p, &a, KTSTR_FINDING_FAIL,
			   "throughput CV %.3f of %u workers (threshold %.6g)", c->throughput_cv,
			   c->workers, p->limit);
}

static bool measures_wakes(const struct ktstr_load *load, const struct ktstr_cgroup_stats *c)
{
	const struct work_info *info;
	enum work_type type;
	size_t i;

	for (i = 0; i < load->nr_groups; i++) {
		const struct ktstr_group *g = &load->groups[i];

		if (g->step != c->step || !g->work || strcmp(g->cgroup ?: "", c->cgroup ?: ""))
			continue;
		info = work_find(g->work, &type, NULL) ? NULL : work_info(type);
		if (info && info->latency)
			return true;
	}
	return false;
}

/* Work that never sleeps is not slow to wake; work that should have is. */
static void no_wakes(struct probe *p, const struct ktstr_cgroup_stats *c)
{
	struct about a = about(c, NAN);

	if (measures_wakes(p->in->load, c))
		probe_tell(p, &a, KTSTR_FINDING_INCONCLUSIVE, "%s: no wake-up was measured",
			   ktstr_check_name(p->check));
	else
		probe_tell(p, &a, KTSTR_FINDING_NOTE, "%s: the work wakes nobody",
			   ktstr_check_name(p->check));
}

static void check_p99(struct probe *p, const struct ktstr_cgroup_stats *c, const char *what,
		      const struct latency *l)
{
	struct about a = about(c, l->p99);
	enum ktstr_finding_kind kind = probe_ceiling(p, l->p99, host_wait_ns(p, l->p99));
	char host[HOST_TEXT];

	if (kind != KTSTR_FINDING_PASS)
		probe_tell(p, &a, kind, "p99 %s %lluns of %llu samples (threshold %.15gns)%s", what,
			   (unsigned long long)l->p99, (unsigned long long)l->total, p->limit,
			   host_text(p, kind, host, sizeof(host)));
}

/* A timer that is late is a wake-up that is. */
static void wake_p99(struct probe *p, const struct ktstr_cgroup_stats *c)
{
	if (c->wake.total)
		check_p99(p, c, "wake latency", &c->wake);
	if (c->timer.total)
		check_p99(p, c, "timer latency", &c->timer);
	if (!c->wake.total && !c->timer.total)
		no_wakes(p, c);
}

/*
 * Times of which each is up to W too long have a standard deviation that is up
 * to W/2 too large, and a mean that is not too small.
 */
static double cv_slack(const struct probe *p, const struct latency *l)
{
	return l->mean ? host_wait_ns(p, l->p99) / 2 / l->mean : 0;
}

static void cv(struct probe *p, const struct ktstr_cgroup_stats *c, const char *what,
	       const struct latency *l)
{
	double value = latency_cv(l);
	struct about a = about(c, value);
	enum ktstr_finding_kind kind;
	char host[HOST_TEXT];

	if (!isfinite(value)) {
		probe_tell(p, &a, KTSTR_FINDING_INCONCLUSIVE,
			   "%s CV is not known: the mean of %llu samples is 0", what,
			   (unsigned long long)l->total);
		return;
	}
	kind = probe_ceiling(p, value, cv_slack(p, l));
	if (kind != KTSTR_FINDING_PASS)
		probe_tell(p, &a, kind, "%s CV %.3f of %llu samples (threshold %.6g)%s", what,
			   value, (unsigned long long)l->total, p->limit,
			   host_text(p, kind, host, sizeof(host)));
}

static void wake_cv(struct probe *p, const struct ktstr_cgroup_stats *c)
{
	if (c->wake.total)
		cv(p, c, "wake latency", &c->wake);
	if (c->timer.total)
		cv(p, c, "timer latency", &c->timer);
	if (!c->wake.total && !c->timer.total)
		no_wakes(p, c);
}

static void iteration_cost(struct probe *p, const struct ktstr_cgroup_stats *c)
{
	struct about a = about(c, NAN);

	if (c->cost.total)
		check_p99(p, c, "iteration cost", &c->cost);
	else if (!c->iterations)
		probe_tell(p, &a, KTSTR_FINDING_INCONCLUSIVE,
			   "iteration cost is not known: there was no iteration");
	else
		probe_tell(p, &a, KTSTR_FINDING_NOTE,
			   "%s: the work does not measure what an iteration costs",
			   ktstr_check_name(p->check));
}

void checks_cgroup(struct probe *p, const struct ktstr_cgroup_stats *c)
{
	switch (p->check) {
	case KTSTR_CHECK_SPREAD:
		check_spread(p, c);
		break;
	case KTSTR_CHECK_THROUGHPUT_CV:
		throughput_cv(p, c);
		break;
	case KTSTR_CHECK_WAKE_P99:
		wake_p99(p, c);
		break;
	case KTSTR_CHECK_WAKE_CV:
		wake_cv(p, c);
		break;
	case KTSTR_CHECK_ITERATION_COST:
		iteration_cost(p, c);
		break;
	default:
		break;
	}
}
