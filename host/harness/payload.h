/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_PAYLOAD_H
#define KTSTR_HOST_HARNESS_PAYLOAD_H

/* Payloads of a test: what they must measure, and what came of them. */
#include "host/harness/ktstr.h"
#include "host/harness/scenario_plan.h"
#include "lib/err.h"

/**
 * payload_check() - can what is said of the payloads be meant
 * @plan: of the test
 * @err: names the payload and what is wrong, or NULL
 *
 * Refused are metrics without json, limits that are no numbers or contradict
 * each other, two different payloads with one name, and json when this build
 * cannot read it.
 *
 * Return: 0, -EINVAL or -EOPNOTSUPP.
 */
int payload_check(const struct scenario_plan *plan, struct ktstr_err *err);

/**
 * payload_eval() - judge what the payloads of a run came to
 * @res: with its outputs; metrics and findings of its load grow
 * @plan: passed payload_check()
 *
 * A payload that has left no output is inconclusive; one that was killed at the
 * end of its step is not held against its exit code. Metrics it wrote by then
 * count, and those it did not have to are missing only when they were declared.
 *
 * Return: 0 or -ENOMEM.
 */
int payload_eval(struct ktstr_result *res, const struct scenario_plan *plan);

/**
 * payload_metrics_free() - release the metrics of a result
 * @load: of the result
 */
void payload_metrics_free(struct ktstr_load *load);

#endif /* KTSTR_HOST_HARNESS_PAYLOAD_H */
