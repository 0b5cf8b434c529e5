/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_FAULT_H
#define KTSTR_GUEST_FAULT_H

#include "lib/err.h"
#include "lib/scenario.h"
#include "sched.h"

/**
 * fault_fire() - break the guest in the way a test of the tester asks for
 * @fault: what to break
 * @sched: the scheduler, for SCENARIO_FAULT_KILL_SCHED
 * @err: why it could not be done, or NULL
 *
 * Most faults do not come back. User space cannot turn interrupts off, so
 * SCENARIO_FAULT_HANG occupies every CPU with a SCHED_FIFO 99 spinner instead,
 * without the throttling that would let others in.
 *
 * Return: 0 when the run goes on (none, or the scheduler was killed), else
 * a negative errno.
 */
int fault_fire(enum scenario_fault fault, const struct sched *sched, struct ktstr_err *err);

#endif /* KTSTR_GUEST_FAULT_H */
