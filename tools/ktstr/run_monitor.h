/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_RUN_MONITOR_H
#define KTSTR_TOOLS_RUN_MONITOR_H

#include "host/harness/ktstr_monitor.h"
#include "lib/err.h"

/**
 * run_monitor_limits() - take the value of --monitor
 * @list: "imbalance=2.5,rq_clock_stuck=allow", or NULL without one
 * @l: the limits that it names are set, and that they count; zeroed or as a
 *     --monitor before has left it
 * @err: names the limit and what it takes
 *
 * Return: 0, -EINVAL, or -ERANGE.
 */
int run_monitor_limits(const char *list, struct ktstr_monitor_limits *l, struct ktstr_err *err);

#endif /* KTSTR_TOOLS_RUN_MONITOR_H */
