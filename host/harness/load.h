/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_LOAD_H
#define KTSTR_HOST_HARNESS_LOAD_H

/* The workload of a result: what was planned, and what the guest said of it. */
#include "evidence.h"
#include "ktstr.h"
#include "verdict.h"

/**
 * load_fill() - put the workload together
 * @res: its load is filled in, all but metrics and findings; load_free() it even
 *       after a failure
 * @in: the plan, the frames, the samples, the report of the VMM process
 * @e: load_damage is set when what the guest said does not fit the plan
 *
 * A report counts only when its worker was planned and has not reported before.
 *
 * Return: 0 or -ENOMEM.
 */
int load_fill(struct ktstr_result *res, const struct verdict_input *in, struct evidence *e);

/**
 * load_free() - release a workload; takes a zeroed or half-filled one
 * @load: zeroed afterwards
 */
void load_free(struct ktstr_load *load);

#endif /* KTSTR_HOST_HARNESS_LOAD_H */
