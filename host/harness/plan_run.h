/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_PLAN_RUN_H
#define KTSTR_HOST_HARNESS_PLAN_RUN_H

/* KTSTR_OP_RUN and other programs, as a test asks for them and as the guest is told. */
#include "host/harness/ktstr.h"
#include "host/harness/pool.h"
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
 * plan_run_path() - where a program is, here and in the guest
 * @found: its path, from malloc(3); released
 * @pool: owner of what comes back
 * @err: what is wrong with it, or NULL
 *
 * Return: the path made absolute, as a guest knows no working directory of ours;
 * or NULL with errno set.
 */
char *plan_run_path(char *found, struct pool *pool, struct ktstr_err *err);

/**
 * plan_run_argv() - a copy of a command line
 * @argv: NULL-terminated
 * @pool: owner of what comes back
 *
 * Return: it, or NULL without memory.
 */
char **plan_run_argv(const char *const *argv, struct pool *pool);

/**
 * plan_run_make() - find a program and say how to run it
 * @op: KTSTR_OP_RUN, checked
 * @i: its index, for the message
 * @pool: owner of what @to then points to
 * @to: its path, argv and timeout are set
 * @err: where the program was looked for, or NULL
 *
 * Return: 0, -ENOMEM, or as discover_program().
 */
int plan_run_make(const struct ktstr_op *op, size_t i, struct pool *pool, struct scenario_op *to,
		  struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_PLAN_RUN_H */
