// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "host/harness/plan_merge.h"

static bool has_limits(const struct ktstr_monitor_limits *l)
{
	return l->max_imbalance_ratio != 0 || l->max_local_dsq_depth || l->allow_clock_stuck ||
	       l->sustained_samples || l->max_fallback_rate != 0 || l->max_keep_last_rate != 0 ||
	       l->enforce;
}

int plan_merge(const struct ktstr_test *test, struct ktstr_test *to, struct ktstr_err *err)
{
	const struct ktstr_scheduler *s = test->sched;
	const char *twice = test->scheduler  ? "scheduler" :
			    test->sched_args ? "sched_args" :
			    test->expect_ops ? "expect_ops" :
					       NULL;

	*to = *test;
	if (!s)
		return 0;
	if (twice)
		return ktstr_err_set(err, -EINVAL,
				     "sched and %s exclude each other: say it in sched alone",
				     twice);
	to->scheduler = s->program;
	to->sched_args = s->args;
	to->expect_ops = s->expect_ops;
	if (!has_limits(&test->monitor))
		to->monitor = s->monitor;
	return 0;
}
