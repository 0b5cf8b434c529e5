/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_PLAN_MERGE_H
#define KTSTR_HOST_HARNESS_PLAN_MERGE_H

#include "host/harness/ktstr.h"
#include "lib/err.h"

/**
 * plan_merge() - fill in what a test says through its struct ktstr_scheduler
 * @test: the test
 * @to: set to it, with scheduler, sched_args, expect_ops and, when it has no limits
 *      of its own, monitor as its sched says; borrows what @test borrows
 * @err: what is said twice and the way out, or NULL
 *
 * Limits of workers stay where they are: checks_of() merges them.
 *
 * Return: 0 or -EINVAL.
 */
int plan_merge(const struct ktstr_test *test, struct ktstr_test *to, struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_PLAN_MERGE_H */
