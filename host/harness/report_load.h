/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_REPORT_LOAD_H
#define KTSTR_HOST_HARNESS_REPORT_LOAD_H

/* What is reckoned of a workload for a report, whatever it is written on. */
#include <stdbool.h>

#include "host/harness/ktstr.h"

/**
 * report_finding_kind() - a kind of finding as one lower-case word
 * @kind: any value; an unknown one gives "unknown"
 */
const char *report_finding_kind(u32 kind);

/**
 * report_phase_throughput() - iterations of all workers in a phase
 * @p: the phase
 *
 * Return: per second, or NAN when it did not end or took no time.
 */
double report_phase_throughput(const struct ktstr_phase *p);

/**
 * report_phase_monitor() - sum up the samples of a phase
 * @res: the result
 * @p: one of its phases
 * @s: filled in: imbalance, depth, events and counters of these samples alone
 *
 * Return: false when there are none that could be used.
 */
bool report_phase_monitor(const struct ktstr_result *res, const struct ktstr_phase *p,
			  struct ktstr_monitor_summary *s);

/**
 * report_phase_rate() - how often an event of the scheduler happened
 * @s: of a phase
 * @event: enum of lib/wire_monitor.h
 *
 * Return: per second, or NAN when nobody counted.
 */
double report_phase_rate(const struct ktstr_monitor_summary *s, u32 event);

#endif /* KTSTR_HOST_HARNESS_REPORT_LOAD_H */
