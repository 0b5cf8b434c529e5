/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_KTSTR_MONITOR_H
#define KTSTR_HOST_HARNESS_KTSTR_MONITOR_H

/*
 * The monitor: run queues and counters of the running guest, read from outside
 * every 100 ms, held against limits when the run is over; part of ktstr.h.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "lib/wire_monitor.h"

#define KTSTR_MONITOR_IMBALANCE_RATIO 4.0
#define KTSTR_MONITOR_LOCAL_DSQ_DEPTH 50
#define KTSTR_MONITOR_SUSTAINED	      5
#define KTSTR_MONITOR_FALLBACK_RATE   200.0
#define KTSTR_MONITOR_KEEP_LAST_RATE  100.0

/**
 * enum ktstr_monitor_check - what is checked
 * @KTSTR_MONITOR_IMBALANCE: some run queues are long while others are short
 * @KTSTR_MONITOR_DSQ_DEPTH: tasks pile up on a local DSQ
 * @KTSTR_MONITOR_CLOCK_STUCK: the clock of a run queue with tasks stands still
 * @KTSTR_MONITOR_FALLBACK: the scheduler often selects CPUs that cannot be used
 * @KTSTR_MONITOR_KEEP_LAST: it often has nothing else to run
 * @KTSTR_MONITOR_CHECKS: how many there are
 */
enum ktstr_monitor_check {
	KTSTR_MONITOR_IMBALANCE,
	KTSTR_MONITOR_DSQ_DEPTH,
	KTSTR_MONITOR_CLOCK_STUCK,
	KTSTR_MONITOR_FALLBACK,
	KTSTR_MONITOR_KEEP_LAST,
	KTSTR_MONITOR_CHECKS,
};

/**
 * ktstr_monitor_check_name() - a check as one lower-case word, for files
 * @check: any value; an unknown one gives "unknown"
 */
const char *ktstr_monitor_check_name(enum ktstr_monitor_check check);

/**
 * struct ktstr_monitor_limits - what a guest must keep to
 * @max_imbalance_ratio: the longest run queue in tasks over the shortest, which
 *                       counts as 1 when it is empty; 0 =
 *                       KTSTR_MONITOR_IMBALANCE_RATIO
 * @max_local_dsq_depth: tasks on a CPU's local DSQ; 0 =
 *                       KTSTR_MONITOR_LOCAL_DSQ_DEPTH
 * @allow_clock_stuck: do not mind when the clock of a run queue stands still
 *                     while tasks are on it
 * @sustained_samples: a limit is violated by as many samples in a row; 0 =
 *                     KTSTR_MONITOR_SUSTAINED
 * @max_fallback_rate: select_cpu_fallback events a second, of all CPUs together;
 *                     0 = KTSTR_MONITOR_FALLBACK_RATE
 * @max_keep_last_rate: the same for dispatch_keep_last; 0 =
 *                      KTSTR_MONITOR_KEEP_LAST_RATE
 * @enforce: what the monitor finds decides the test as well, and what it cannot
 *           tell makes it inconclusive; without it both are only reported
 *
 * Zeroed, these are the defaults. A negative number or what is no number counts
 * as 0.
 */
struct ktstr_monitor_limits {
	double max_imbalance_ratio;
	u32 max_local_dsq_depth;
	bool allow_clock_stuck;
	u32 sustained_samples;
	double max_fallback_rate;
	double max_keep_last_rate;
	bool enforce;
};

#define KTSTR_MONITOR_NO_CPU 0xffffffffU

/**
 * struct ktstr_monitor_violation - a limit that was not kept
 * @samples: in a row; 0 = it was kept
 * @from_ns: the first of them, since the start of the run
 * @to_ns: the last of them
 * @worst: the largest value among them; KTSTR_MONITOR_CLOCK_STUCK: nanoseconds
 *         the clock stood still
 * @cpu: whose, or KTSTR_MONITOR_NO_CPU for what is about all of them
 *
 * Of several such times the longest, of several as long the first.
 */
struct ktstr_monitor_violation {
	u32 samples;
	u64 from_ns;
	u64 to_ns;
	double worst;
	u32 cpu;
};

/**
 * struct ktstr_monitor_summary - what the samples say, those that count
 * @samples: how many they are
 * @invalid: samples that were thrown away, because what they hold cannot be
 * @duplicates: samples that came twice
 * @dropped: samples taken that are not here, because there is room for so many
 * @missed: ticks without a sample, because the host had other things to do
 * @span_ns: from the first one to the last
 * @imbalance_max: longest over shortest run queue
 * @imbalance_avg: mean over samples
 * @dsq_depth_max: tasks on a local DSQ
 * @dsq_depth_avg: mean over CPUs and samples
 * @nr_running_avg: the same, of tasks on a run queue
 * @nr_running_max: the most on one
 * @stuck: times that the clock of a run queue with tasks stood still from one
 *         sample to the next
 * @preempted: times that it did and does not count, because the host let the
 *             vCPU run for less than 10 ticks meanwhile
 * @events: by enum monitor_event: how much the counters grew
 * @events_ns: over how long; 0 = there are none
 * @stats: by enum monitor_stat: the same, of all CPUs
 * @stats_ns: over how long; 0 = there are none
 * @cost_min_ns: CPU time of the host per sample and vCPU
 * @cost_median_ns: see there
 * @cost_max_ns: see there
 */
struct ktstr_monitor_summary {
	u32 samples;
	u32 invalid;
	u32 duplicates;
	u64 dropped;
	u64 missed;
	u64 span_ns;
	double imbalance_max;
	double imbalance_avg;
	u32 dsq_depth_max;
	double dsq_depth_avg;
	double nr_running_avg;
	u32 nr_running_max;
	u64 stuck;
	u64 preempted;
	u64 events[WIRE_MON_EVENTS];
	u64 events_ns;
	u64 stats[MONITOR_STATS];
	u64 stats_ns;
	u64 cost_min_ns;
	u64 cost_median_ns;
	u64 cost_max_ns;
};

/**
 * enum ktstr_monitor_verdict - what the monitor says
 * @KTSTR_MONITOR_INCONCLUSIVE: nothing: too few samples, or none that can be
 * @KTSTR_MONITOR_PASS: every limit that could be checked was kept
 * @KTSTR_MONITOR_FAIL: one was not
 */
enum ktstr_monitor_verdict {
	KTSTR_MONITOR_INCONCLUSIVE,
	KTSTR_MONITOR_PASS,
	KTSTR_MONITOR_FAIL,
};

/**
 * ktstr_monitor_verdict_name() - a verdict as one upper-case word
 * @v: any value; an unknown one gives "UNKNOWN"
 */
const char *ktstr_monitor_verdict_name(enum ktstr_monitor_verdict v);

/**
 * struct ktstr_monitor - what the monitor saw in a run
 * @verdict: what it makes of it; what that means for the test is up to @enforced
 * @text: why, for people: one line, printable ASCII
 * @enforced: of the test
 * @limits: the limits that were applied, defaults filled in
 * @checked: bitmask of enum ktstr_monitor_check: what could be checked
 * @violations: by enum ktstr_monitor_check
 * @summary: what the samples say
 * @info_seen: @info was sent
 * @info: what this kernel lets be seen; its texts as they came: escape before
 *        printing
 * @nr_samples: samples there are, in the order they were taken, those that do
 *              not count included
 * @samples: them, or NULL
 * @cpus: what their @cpus point into
 */
struct ktstr_monitor {
	enum ktstr_monitor_verdict verdict;
	char text[512];
	bool enforced;
	struct ktstr_monitor_limits limits;
	u32 checked;
	struct ktstr_monitor_violation violations[KTSTR_MONITOR_CHECKS];
	struct ktstr_monitor_summary summary;
	bool info_seen;
	struct monitor_info info;
	size_t nr_samples;
	struct monitor_sample *samples;
	struct monitor_cpu *cpus;
};

/**
 * ktstr_monitor_rate() - an event's rate over the run
 * @s: the summary
 * @e: the event
 *
 * Return: events a second; 0 without event counters, see @s->events_ns.
 */
double ktstr_monitor_rate(const struct ktstr_monitor_summary *s, enum monitor_event e);

#endif /* KTSTR_HOST_HARNESS_KTSTR_MONITOR_H */
