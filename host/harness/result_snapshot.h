/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_RESULT_SNAPSHOT_H
#define KTSTR_HOST_HARNESS_RESULT_SNAPSHOT_H

#include "ktstr.h"
#include "verdict.h"

/**
 * result_snapshot_fill() - what the VMM process observed, copied
 * @res: snapshots, op_results and the observer's word are filled in
 * @in: the evidence as it came
 *
 * Return: 0, or -ENOMEM; ktstr_result_free() @res either way.
 */
int result_snapshot_fill(struct ktstr_result *res, const struct verdict_input *in);

/**
 * result_snapshot_steps() - in which step each snapshot was taken
 * @res: with snapshots and phases
 */
void result_snapshot_steps(struct ktstr_result *res);

/**
 * result_snapshot_free() - release what result_snapshot_fill() made
 * @res: filled, half-filled or zeroed
 */
void result_snapshot_free(struct ktstr_result *res);

/**
 * result_failure_dump() - the snapshot of the scheduler's failure
 * @res: the result
 *
 * Return: the first of kind WIRE_DUMP_FAILURE or WIRE_DUMP_FALLBACK, or NULL.
 */
struct ktstr_snapshot *result_failure_dump(const struct ktstr_result *res);

/**
 * result_exit_kind() - an exit kind of sched_ext by its name
 * @kind: any value; one that is not known gives "unknown"
 */
const char *result_exit_kind(u32 kind);

#endif /* KTSTR_HOST_HARNESS_RESULT_SNAPSHOT_H */
