/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_PLAN_RUN_H
#define KTSTR_HOST_HARNESS_PLAN_RUN_H

/* KTSTR_OP_RUN, as a test asks for it and as the guest is told; for plan_ops.c. */
#include "host/harness/ktstr.h"
#include "lib/err.h"
#include "lib/scenario.h"

/**
 * plan_run_check() - are the arguments of a program such as can be
 * @op: KTSTR_OP_RUN
 * @i: its index, for the message
 * @err: what is wrong and the way out, or NULL
 *
 * Return: 0 or -EINVAL.
 */
int plan_run_check(const struct ktstr_op *op, size_t i, struct ktstr_err *err);

/**
 * plan_run_budget() - how long a program may take
 * @op: KTSTR_OP_RUN
 *
 * Return: nanoseconds, on hardware.
 */
u64 plan_run_budget(const struct ktstr_op *op);

/**
 * plan_run_make() - find a program and say how to run it
 * @op: KTSTR_OP_RUN, checked; must outlive @to
 * @i: its index, for the message
 * @to: its path, argv and timeout are set; the caller frees the path
 * @err: where the program was looked for, or NULL
 *
 * Return: 0, or as discover_program().
 */
int plan_run_make(const struct ktstr_op *op, size_t i, struct scenario_op *to,
		  struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_PLAN_RUN_H */
