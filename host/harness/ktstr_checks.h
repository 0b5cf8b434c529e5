/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_KTSTR_CHECKS_H
#define KTSTR_HOST_HARNESS_KTSTR_CHECKS_H

/*
 * What must hold of a test's workers, and what came of it; part of ktstr.h.
 *
 * Limits come in layers: the scheduler's (struct ktstr_scheduler), then the
 * test's; of those that say something the last one counts. 0 says nothing,
 * KTSTR_OFF takes a limit of an earlier layer away.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "lib/wire_worker.h"

#define KTSTR_OFF (-1)
/* In effect with not_stuck, unless said otherwise. */
#define KTSTR_MAX_GAP_MS     2000
#define KTSTR_MAX_SPREAD_PCT 15

/**
 * struct ktstr_checks - limits; 0 = nothing is said, KTSTR_OFF = no limit
 * @not_stuck: 1: each worker does some work, and @max_gap_ms and @max_spread_pct
 *             are in effect with KTSTR_MAX_GAP_MS and KTSTR_MAX_SPREAD_PCT
 * @isolation: 1: no worker was seen on a CPU outside of its cgroup's cpuset
 * @max_gap_ms: longest time between two checkpoints of a worker
 * @max_spread_pct: how far shares of time off the CPU may lie apart among the
 *                  workers of one cgroup, percentage points
 * @max_throughput_cv: stddev over mean of the workers' work rates
 * @min_work_rate: units of work per second of CPU time, each worker
 * @min_iteration_rate: iterations per second, each worker
 * @max_migration_ratio: migrations per iteration, each worker
 * @max_p99_wake_latency_ns: of a cgroup's workers together; late timers count as
 *                           late wake-ups. Work that wakes nobody is noted
 * @max_wake_latency_cv: stddev over mean, of the same
 * @min_page_locality: share of pages on the nodes of the workers' cpuset, 0 to 1
 * @max_cross_node_migration_ratio: migrations to another node, of all migrations
 * @max_slow_tier_ratio: share of pages on memory-only nodes
 * @max_p99_iteration_cost_ns: how long an iteration takes, of a cgroup's workers
 *                             together
 * @max_migrations: of one worker
 * @min_work_units: of each worker
 */
struct ktstr_checks {
	int not_stuck;
	int isolation;
	double max_gap_ms;
	double max_spread_pct;
	double max_throughput_cv;
	double min_work_rate;
	double min_iteration_rate;
	double max_migration_ratio;
	double max_p99_wake_latency_ns;
	double max_wake_latency_cv;
	double min_page_locality;
	double max_cross_node_migration_ratio;
	double max_slow_tier_ratio;
	double max_p99_iteration_cost_ns;
	double max_migrations;
	double min_work_units;
};

/* p99 of a wake-up 10 ms, of an iteration 1 ms, below 1000 migrations, some work. */
#define KTSTR_CHECKS_STRICT                       \
	{                                         \
		.not_stuck = 1,                   \
		.max_p99_wake_latency_ns = 10e6,  \
		.max_p99_iteration_cost_ns = 1e6, \
		.max_migrations = 999,            \
		.min_work_units = 1,              \
	}

/**
 * enum ktstr_check - what a finding is about, in the order of struct ktstr_checks
 * @KTSTR_CHECK_NOT_STUCK: not_stuck: a worker did no work
 * @KTSTR_CHECK_ISOLATION: isolation
 * @KTSTR_CHECK_GAP: max_gap_ms
 * @KTSTR_CHECK_SPREAD: max_spread_pct
 * @KTSTR_CHECK_THROUGHPUT_CV: max_throughput_cv
 * @KTSTR_CHECK_WORK_RATE: min_work_rate
 * @KTSTR_CHECK_ITERATION_RATE: min_iteration_rate
 * @KTSTR_CHECK_MIGRATION_RATIO: max_migration_ratio
 * @KTSTR_CHECK_WAKE_P99: max_p99_wake_latency_ns
 * @KTSTR_CHECK_WAKE_CV: max_wake_latency_cv
 * @KTSTR_CHECK_PAGE_LOCALITY: min_page_locality
 * @KTSTR_CHECK_CROSS_NODE: max_cross_node_migration_ratio
 * @KTSTR_CHECK_SLOW_TIER: max_slow_tier_ratio
 * @KTSTR_CHECK_ITERATION_COST: max_p99_iteration_cost_ns
 * @KTSTR_CHECK_MIGRATIONS: max_migrations
 * @KTSTR_CHECK_WORK_UNITS: min_work_units
 * @KTSTR_CHECK_SCX_ERROR: expect_scx_error of struct ktstr_test
 * @KTSTR_CHECK_PAYLOAD: a payload's end, or one of its metrics
 * @KTSTR_CHECK_SERIES: a pattern of a series (ktstr_series.h)
 * @KTSTR_CHECK_CLAIM: a claim of the test's own (ktstr_claim.h)
 * @KTSTR_CHECKS_NR: how many there are
 */
enum ktstr_check {
	KTSTR_CHECK_NOT_STUCK,
	KTSTR_CHECK_ISOLATION,
	KTSTR_CHECK_GAP,
	KTSTR_CHECK_SPREAD,
	KTSTR_CHECK_THROUGHPUT_CV,
	KTSTR_CHECK_WORK_RATE,
	KTSTR_CHECK_ITERATION_RATE,
	KTSTR_CHECK_MIGRATION_RATIO,
	KTSTR_CHECK_WAKE_P99,
	KTSTR_CHECK_WAKE_CV,
	KTSTR_CHECK_PAGE_LOCALITY,
	KTSTR_CHECK_CROSS_NODE,
	KTSTR_CHECK_SLOW_TIER,
	KTSTR_CHECK_ITERATION_COST,
	KTSTR_CHECK_MIGRATIONS,
	KTSTR_CHECK_WORK_UNITS,
	KTSTR_CHECK_SCX_ERROR,
	KTSTR_CHECK_PAYLOAD,
	KTSTR_CHECK_SERIES,
	KTSTR_CHECK_CLAIM,
	KTSTR_CHECKS_NR,
};

/**
 * ktstr_check_name() - a check by its name in struct ktstr_checks
 * @c: any value; an unknown one gives "unknown"
 */
const char *ktstr_check_name(u32 c);

/**
 * enum ktstr_finding_kind - what a check came to
 * @KTSTR_FINDING_PASS: the limit was kept
 * @KTSTR_FINDING_NOTE: nothing to be held against the limit
 * @KTSTR_FINDING_INCONCLUSIVE: it cannot be told: no denominator, or a host that
 *                              kept the guest waiting for as long
 * @KTSTR_FINDING_FAIL: it was not kept
 */
enum ktstr_finding_kind {
	KTSTR_FINDING_PASS,
	KTSTR_FINDING_NOTE,
	KTSTR_FINDING_INCONCLUSIVE,
	KTSTR_FINDING_FAIL,
};

/**
 * struct ktstr_finding - one check of one worker or cgroup
 * @check: enum ktstr_check
 * @kind: what it came to
 * @step: it is about, as struct worker_view.step
 * @cgroup: it is about, or NULL
 * @value: measured
 * @limit: of it
 * @text: in words, one line, printable ASCII
 */
struct ktstr_finding {
	u32 check;
	enum ktstr_finding_kind kind;
	u32 step;
	const char *cgroup;
	double value;
	double limit;
	char text[240];
};

/**
 * struct ktstr_cgroup_stats - the workers of one cgroup in one step, together
 * @cgroup: its name, "" outside of all; owned by the result
 * @step: 0 = the backdrop's, else from 1
 * @workers: that reported
 * @cpus: CPUs they were seen on
 * @off_cpu_avg: mean share of time off the CPU, percent
 * @off_cpu_min: least
 * @off_cpu_max: largest
 * @spread: @off_cpu_max - @off_cpu_min
 * @max_gap_ns: longest
 * @migrations: sum
 * @cross_node: sum
 * @iterations: sum
 * @work_units: sum
 * @cpu_ns: sum
 * @wall_ns: longest
 * @run_delay_mean_ns: mean wait on a run queue per switch, over workers
 * @run_delay_worst_ns: longest of the workers' means
 * @throughput_cv: stddev over mean of the work rates, NaN when it cannot be
 * @page_locality: share of pages on the nodes of the cpuset, NaN without pages
 * @wake: together
 * @timer: together
 * @cost: together
 */
struct ktstr_cgroup_stats {
	const char *cgroup;
	u32 step;
	u32 workers;
	u32 cpus;
	double off_cpu_avg;
	double off_cpu_min;
	double off_cpu_max;
	double spread;
	u64 max_gap_ns;
	u64 migrations;
	u64 cross_node;
	u64 iterations;
	u64 work_units;
	u64 cpu_ns;
	u64 wall_ns;
	double run_delay_mean_ns;
	double run_delay_worst_ns;
	double throughput_cv;
	double page_locality;
	struct latency wake;
	struct latency timer;
	struct latency cost;
};

/**
 * struct ktstr_group - a group of workers as it was planned
 * @name: for ops; owned by the result
 * @cgroup: where, "" outside of all; owned
 * @work: name of what it does (lib/work.h)
 * @step: 0 = the backdrop's, else from 1
 * @workers: planned
 * @allowed: CPUs its cgroup's cpuset ever had while it lived, one bit each
 */
struct ktstr_group {
	char *name;
	char *cgroup;
	const char *work;
	u32 step;
	u32 workers;
	u8 allowed[TOPOLOGY_MAX_CPUS / 8];
};

/**
 * struct ktstr_phase - a step as it happened; phase 0 is what came before step 1
 * @step: from 1, 0 for what came before
 * @name: of the step, or "baseline"; owned by the result
 * @from_ns: since the start of the run, on the host's clock
 * @to_ns: end; 0 = it did not end
 * @from_ms: since scenario start, on the guest's clock
 * @to_ms: see there
 * @ops: carried out at its start
 * @op_kinds: bitmask of enum scenario_op_kind
 * @cgroups: alive at its end
 * @workers: alive at its end
 * @iterations_from: of all workers, at its start
 * @iterations_to: at its end
 * @first_sample: of the monitor, index into samples
 * @nr_samples: how many fell into it
 */
struct ktstr_phase {
	u32 step;
	char *name;
	u64 from_ns;
	u64 to_ns;
	u64 from_ms;
	u64 to_ms;
	u32 ops;
	u32 op_kinds;
	u32 cgroups;
	u32 workers;
	u64 iterations_from;
	u64 iterations_to;
	size_t first_sample;
	size_t nr_samples;
};

/**
 * struct ktstr_contention - what the host did to the guest in the workload
 * @known: it was measured
 * @dilation: 1 + sum of the vCPU threads' waits over their CPU time
 * @worst_wait_ns: longest that one vCPU thread waited for a host CPU between two
 *                 looks at it
 * @run_delay_ns: sum of waits of all vCPU threads
 * @on_cpu_ns: sum of their CPU time
 */
struct ktstr_contention {
	bool known;
	double dilation;
	u64 worst_wait_ns;
	u64 run_delay_ns;
	u64 on_cpu_ns;
};

/**
 * struct ktstr_metric_value - a number a payload measured
 * @payload: its name; owned
 * @name: dotted path; owned
 * @value: the number
 * @polarity: enum ktstr_polarity
 * @unit: owned, or NULL
 */
struct ktstr_metric_value {
	char *payload;
	char *name;
	double value;
	u32 polarity;
	char *unit;
};

/**
 * struct ktstr_load - the workload of a run: what was planned, and what came of it
 * @groups: planned
 * @nr_groups: how many
 * @workers: their reports in the order they came
 * @nr_workers: how many
 * @cgroups: by cgroup and step
 * @nr_cgroups: how many
 * @phases: in order
 * @nr_phases: how many
 * @metrics: of payloads
 * @nr_metrics: how many
 * @findings: of all checks, in the order of struct ktstr_checks
 * @nr_findings: how many
 * @contention: of the host
 * @seed: what random CPUs were drawn from; 0 = none were
 */
struct ktstr_load {
	struct ktstr_group *groups;
	size_t nr_groups;
	struct worker_view *workers;
	size_t nr_workers;
	struct ktstr_cgroup_stats *cgroups;
	size_t nr_cgroups;
	struct ktstr_phase *phases;
	size_t nr_phases;
	struct ktstr_metric_value *metrics;
	size_t nr_metrics;
	struct ktstr_finding *findings;
	size_t nr_findings;
	struct ktstr_contention contention;
	u64 seed;
};

/**
 * ktstr_load_cgroup() - a cgroup's figures by name
 * @load: of a result
 * @cgroup: its name
 * @step: 0 = the first that has it
 *
 * Return: them, valid as long as the result, or NULL.
 */
const struct ktstr_cgroup_stats *ktstr_load_cgroup(const struct ktstr_load *load,
						   const char *cgroup, u32 step);

/**
 * ktstr_load_metric() - a payload's metric
 * @load: of a result
 * @payload: the payload's name, NULL = any
 * @name: dotted path
 *
 * Return: it, valid as long as the result, or NULL.
 */
const struct ktstr_metric_value *ktstr_load_metric(const struct ktstr_load *load,
						   const char *payload, const char *name);

#endif /* KTSTR_HOST_HARNESS_KTSTR_CHECKS_H */
