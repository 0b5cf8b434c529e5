// SPDX-License-Identifier: GPL-2.0-only
/* Work that sleeps. */
#include <sys/prctl.h>

#include "work_ops.h"
#include "work_run.h"

static int bursty(struct work_run *r)
{
	u64 burst = work_arg(r, 0) * NSEC_PER_USEC, rest = work_arg(r, 1) * NSEC_PER_USEC, late;

	if (work_arg(r, 2))
		prctl(PR_SET_TIMERSLACK, 1);
	while (!work_stopping(r)) {
		work_burst(r, burst);
		work_step(r, 0);
		late = work_sleep_until(r, mono_ns() + rest);
		if (!work_stopping(r))
			reservoir_add(r->wake, late);
	}
	return 0;
}

static int timer_latency(struct work_run *r)
{
	u64 interval = work_arg(r, 0) * NSEC_PER_USEC, next = mono_ns(), late;

	/* The slack would be most of what is measured. */
	prctl(PR_SET_TIMERSLACK, 1);
	while (!work_stopping(r)) {
		next += interval;
		late = work_sleep_until(r, next);
		if (work_stopping(r))
			break;
		reservoir_add(r->timer, late);
		/* Who missed a time does not catch up. */
		if (late > interval)
			next += late / interval * interval;
		work_step(r, 1);
	}
	return 0;
}

/* Also idle_churn, which differs in its times. */
const struct work_ops work_bursty_ops = { .run = bursty, .flags = WORK_WAKES };

const struct work_ops work_timer_latency_ops = {
	.run = timer_latency,
	.flags = WORK_TIMES | WORK_BLOCKS,
};
