/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_MONITOR_EVAL_H
#define KTSTR_HOST_HARNESS_MONITOR_EVAL_H

/*
 * From samples of the monitor to its verdict, as a pure function.
 *
 * Samples are read from a kernel that runs, and may not be what they seem, so
 * they have to prove themselves first: one with what cannot be is thrown away,
 * and when most of them are, or no clock in any of them ever moved, nothing is
 * said at all. What there is no data about is never a pass.
 */
#include "host/harness/ktstr_monitor.h"

/* A local DSQ with more tasks was not read from where it is. */
#define MONITOR_DSQ_DEPTH_PLAUSIBLE 10000
/* No kernel has more tasks (PID_MAX_LIMIT of include/linux/threads.h). */
#define MONITOR_NR_RUNNING_PLAUSIBLE (4U << 20)
/* A vCPU that ran for fewer ticks between two samples was preempted by the host. */
#define MONITOR_PREEMPTED_TICKS 10

/**
 * monitor_eval() - judge the samples of a run
 * @m: @m->samples, @m->nr_samples, @m->info and @m->info_seen are read, all else
 *     but @m->cpus is filled in
 * @limits: of the test
 * @why_none: why there may be no samples, for the verdict's text: printable
 *            ASCII, or NULL
 *
 * A window of samples in a row ends at one that was thrown away and where
 * samples were dropped. Rates are between two neighbours with counters of the
 * same scheduler; a counter that runs backwards has no rate.
 *
 * Return: 0, or -ENOMEM: then the verdict is inconclusive.
 */
int monitor_eval(struct ktstr_monitor *m, const struct ktstr_monitor_limits *limits,
		 const char *why_none);

#endif /* KTSTR_HOST_HARNESS_MONITOR_EVAL_H */
