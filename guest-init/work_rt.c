// SPDX-License-Identifier: GPL-2.0-only
/* Work in which real-time threads get in the way of the others. */
#include <sched.h>
#include <sys/prctl.h>

#include "work_ops.h"
#include "work_run.h"

#define STORM_PRIORITY 50
/*
 * It has the CPU most of the time, but not for ever: on a small machine PID 1
 * and the scheduler under test are among those that wait.
 */
#define STARVE_TURN_NS (80 * NSEC_PER_MSEC)
#define STARVE_REST_NS (20 * NSEC_PER_MSEC)

static int spin_others(struct work_run *r, u64 spins)
{
	while (!work_stopping(r)) {
		work_spin(spins);
		work_step(r, spins);
	}
	return 0;
}

static int storm(struct work_run *r)
{
	u64 spins = work_arg(r, 1), pause = work_arg(r, 2) * NSEC_PER_USEC, late;

	prctl(PR_SET_TIMERSLACK, 1);
	while (!work_stopping(r)) {
		late = work_sleep_until(r, mono_ns() + pause);
		if (work_stopping(r))
			break;
		reservoir_add(r->wake, late);
		work_spin(spins);
		work_step(r, spins);
	}
	return 0;
}

static int preempt_storm(struct work_run *r)
{
	return r->member ? spin_others(r, work_arg(r, 1)) : storm(r);
}

static void storm_role(const struct work *w, u32 member, struct work_sched *s)
{
	if (!member)
		*s = (struct work_sched){ .policy = SCHED_FIFO, .priority = STORM_PRIORITY };
}

static int starve(struct work_run *r, u64 spins)
{
	u64 end;

	while (!work_stopping(r)) {
		end = mono_ns() + STARVE_TURN_NS;
		while (r->last_ns < end && !work_stopping(r)) {
			work_spin(spins);
			work_step(r, spins);
		}
		work_sleep_until(r, mono_ns() + STARVE_REST_NS);
	}
	return 0;
}

static int rt_starvation(struct work_run *r)
{
	u64 spins = work_arg(r, 3);

	return r->member < work_arg(r, 0) ? starve(r, spins) : spin_others(r, spins);
}

static void starvation_role(const struct work *w, u32 member, struct work_sched *s)
{
	if (member < work_get(w, 0))
		*s = (struct work_sched){ .policy = SCHED_FIFO, .priority = work_get(w, 2) };
}

const struct work_ops work_preempt_storm_ops = {
	.run = preempt_storm,
	.role = storm_role,
	.flags = WORK_WAKES,
};

const struct work_ops work_rt_starvation_ops = {
	.run = rt_starvation,
	.role = starvation_role,
};
