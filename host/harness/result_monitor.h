/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_RESULT_MONITOR_H
#define KTSTR_HOST_HARNESS_RESULT_MONITOR_H

#include "ktstr.h"
#include "verdict.h"

/**
 * result_monitor_fill() - the monitor's samples, copied and judged
 * @res: what the observer said is read, the monitor is filled in
 * @in: the evidence as it came
 *
 * Return: 0, or -ENOMEM; ktstr_result_free() @res either way.
 */
int result_monitor_fill(struct ktstr_result *res, const struct verdict_input *in);

/**
 * result_monitor_free() - release what result_monitor_fill() made
 * @res: filled, half-filled or zeroed
 */
void result_monitor_free(struct ktstr_result *res);

#endif /* KTSTR_HOST_HARNESS_RESULT_MONITOR_H */
