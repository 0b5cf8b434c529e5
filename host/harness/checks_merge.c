// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "checks.h"
#include "lib/util.h"

#define NR_LIMITS (KTSTR_CHECK_WORK_UNITS + 1)
#define MS_MAX	  (24.0 * 60 * 60 * 1000)
#define NS_MAX	  (MS_MAX * NSEC_PER_MSEC)
/* Of one value among those that a run can have, where all others are 0. */
#define CV_MAX 1000.0

/*
 * A member of struct ktstr_checks: those without a largest value are yes or no.
 */
static const struct limit {
	const char *name;
	size_t at;
	double max;
} limits[NR_LIMITS] = {
#define LIMIT(check, member, most) \
	[KTSTR_CHECK_##check] = { #member, offsetof(struct ktstr_checks, member), most }
	LIMIT(NOT_STUCK, not_stuck, 0),
	LIMIT(ISOLATION, isolation, 0),
	LIMIT(GAP, max_gap_ms, MS_MAX),
	LIMIT(SPREAD, max_spread_pct, 100),
	LIMIT(THROUGHPUT_CV, max_throughput_cv, CV_MAX),
	LIMIT(WORK_RATE, min_work_rate, 1e15),
	LIMIT(ITERATION_RATE, min_iteration_rate, 1e12),
	LIMIT(MIGRATION_RATIO, max_migration_ratio, 1e9),
	LIMIT(WAKE_P99, max_p99_wake_latency_ns, NS_MAX),
	LIMIT(WAKE_CV, max_wake_latency_cv, CV_MAX),
	LIMIT(PAGE_LOCALITY, min_page_locality, 1),
	LIMIT(CROSS_NODE, max_cross_node_migration_ratio, 1),
	LIMIT(SLOW_TIER, max_slow_tier_ratio, 1),
	LIMIT(ITERATION_COST, max_p99_iteration_cost_ns, NS_MAX),
	LIMIT(MIGRATIONS, max_migrations, 1e15),
	LIMIT(WORK_UNITS, min_work_units, 1e18),
#undef LIMIT
};

const char *ktstr_check_name(u32 c)
{
	static const char *const others[KTSTR_CHECKS_NR] = {
		[KTSTR_CHECK_SCX_ERROR] = "expect_scx_error",
		[KTSTR_CHECK_PAYLOAD] = "payload",
		[KTSTR_CHECK_SERIES] = "series",
		[KTSTR_CHECK_CLAIM] = "claim",
	};

	if (c < NR_LIMITS)
		return limits[c].name;
	return c < KTSTR_CHECKS_NR ? others[c] : "unknown";
}

static double get(const struct ktstr_checks *c, u32 check)
{
	const void *at = (const char *)c + limits[check].at;

	return limits[check].max ? *(const double *)at : *(const int *)at;
}

static void set(struct ktstr_checks *c, u32 check, double v)
{
	void *at = (char *)c + limits[check].at;

	if (limits[check].max)
		*(double *)at = v;
	else
		*(int *)at = v;
}

double checks_limit(const struct ktstr_checks *c, u32 check)
{
	return check < NR_LIMITS ? get(c, check) : 0;
}

int checks_check(const struct ktstr_checks *c, struct ktstr_err *err)
{
	u32 i;

	for (i = 0; i < NR_LIMITS; i++) {
		const struct limit *l = &limits[i];
		double v = get(c, i);

		/* no comparison holds for what is no number */
		if (v == 0 || v == KTSTR_OFF || (v > 0 && v <= (l->max ?: 1)))
			continue;
		if (!l->max)
			return ktstr_err_set(err, -EINVAL,
					     "checks.%s is %g; use 1, 0 to say nothing, or KTSTR_OFF",
					     l->name, v);
		return ktstr_err_set(err, -EINVAL,
				     "checks.%s is %g; use a number above 0 and up to %.15g, 0 to say nothing, or KTSTR_OFF",
				     l->name, v, l->max);
	}
	return 0;
}

void checks_lay_over(struct ktstr_checks *to, const struct ktstr_checks *layer)
{
	u32 i;

	for (i = 0; layer && i < NR_LIMITS; i++)
		if (get(layer, i))
			set(to, i, get(layer, i));
}

void checks_merge(struct ktstr_checks *to, const struct ktstr_checks *scheduler,
		  const struct ktstr_checks *test)
{
	u32 i;

	memset(to, 0, sizeof(*to));
	checks_lay_over(to, scheduler);
	checks_lay_over(to, test);
	if (to->not_stuck == 1 && !to->max_gap_ms)
		to->max_gap_ms = KTSTR_MAX_GAP_MS;
	if (to->not_stuck == 1 && !to->max_spread_pct)
		to->max_spread_pct = KTSTR_MAX_SPREAD_PCT;
	for (i = 0; i < NR_LIMITS; i++)
		if (get(to, i) == KTSTR_OFF)
			set(to, i, 0);
}

void checks_of(struct ktstr_checks *to, const struct ktstr_test *test)
{
	if (test)
		checks_merge(to, test->sched ? &test->sched->checks : NULL, &test->checks);
	else
		memset(to, 0, sizeof(*to));
}
