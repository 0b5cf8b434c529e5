/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_STATS_H
#define KTSTR_HOST_HARNESS_STATS_H

/*
 * What runs are compared by: the metrics, and the figures of one run. Any thread
 * may call what is here, for runs of its own.
 */
#include <stdbool.h>
#include <stddef.h>

#include "host/harness/ktstr.h"
#include "host/harness/ktstr_scenario.h"
#include "host/harness/strv.h"

/* Of a payload's number, which says nothing about its noise. */
#define STATS_PAYLOAD_ABS_GATE 0.0
#define STATS_PAYLOAD_REL_GATE 0.25

/**
 * enum stats_kind - what a figure is, and so how two of them are compared
 * @STATS_COUNTER: grows with the length of a run, so it is scaled to one length
 * @STATS_PEAK: the largest seen
 * @STATS_RATE: for each second
 * @STATS_RATIO: of two figures of the same run
 * @STATS_DISTRIBUTION: a percentile
 * @STATS_PAYLOAD: nobody knows: it is taken as it is
 */
enum stats_kind {
	STATS_COUNTER,
	STATS_PEAK,
	STATS_RATE,
	STATS_RATIO,
	STATS_DISTRIBUTION,
	STATS_PAYLOAD,
};

/**
 * stats_kind_name() - a kind as one lower-case word
 * @kind: any value; an unknown one gives "unknown"
 */
const char *stats_kind_name(enum stats_kind kind);

/**
 * stats_better_name() - a polarity as one lower-case word
 * @p: any value; an unknown one gives "unknown"
 */
const char *stats_better_name(enum ktstr_polarity p);

/**
 * enum stats_metric - the metrics; "worst" is over the cgroups of a run
 * @STATS_WORST_SPREAD: how far shares of time off the CPU lie apart in a cgroup
 * @STATS_WORST_GAP: longest time between two checkpoints of a worker
 * @STATS_MIGRATIONS: of all workers
 * @STATS_WORST_MIGRATION_RATIO: migrations per iteration
 * @STATS_IMBALANCE: longest run queue over the shortest
 * @STATS_DSQ_DEPTH: deepest local DSQ
 * @STATS_STUCK: times that a run queue's clock stood still
 * @STATS_FALLBACK: select_cpu_fallback events
 * @STATS_KEEP_LAST: dispatch_keep_last events
 * @STATS_WORST_P99_WAKE: 99th percentile of wake-up latencies
 * @STATS_WORST_MEDIAN_WAKE: their median
 * @STATS_WORST_WAKE_CV: their stddev over their mean
 * @STATS_WORST_WAKE_TAIL: their 99th percentile over their median
 * @STATS_ITERATIONS: of all workers
 * @STATS_ITERATION_RATE: the same, a second
 * @STATS_WORST_ITERATIONS: iterations of a worker, mean of the slowest cgroup
 * @STATS_WORST_MEAN_RUN_DELAY: mean wait on a run queue of a cgroup's workers
 * @STATS_WORST_RUN_DELAY: that of the worker that waited longest
 * @STATS_WORST_PAGE_LOCALITY: share of pages on the nodes of the cpuset
 * @STATS_WORST_CROSS_NODE: migrations to another node, of all migrations
 * @STATS_NR: how many there are
 */
enum stats_metric {
	STATS_WORST_SPREAD,
	STATS_WORST_GAP,
	STATS_MIGRATIONS,
	STATS_WORST_MIGRATION_RATIO,
	STATS_IMBALANCE,
	STATS_DSQ_DEPTH,
	STATS_STUCK,
	STATS_FALLBACK,
	STATS_KEEP_LAST,
	STATS_WORST_P99_WAKE,
	STATS_WORST_MEDIAN_WAKE,
	STATS_WORST_WAKE_CV,
	STATS_WORST_WAKE_TAIL,
	STATS_ITERATIONS,
	STATS_ITERATION_RATE,
	STATS_WORST_ITERATIONS,
	STATS_WORST_MEAN_RUN_DELAY,
	STATS_WORST_RUN_DELAY,
	STATS_WORST_PAGE_LOCALITY,
	STATS_WORST_CROSS_NODE,
	STATS_NR,
};

/**
 * struct stats_info - a metric
 * @name: [a-z0-9_]+, or of a payload "PAYLOAD.path"
 * @unit: printable ASCII, "" for a number without one
 * @kind: what it is
 * @better: which way is better
 * @abs_gate: a change of less is none, in @unit
 * @rel_gate: nor is one of less than this share of the base
 * @what: in words, one line
 */
struct stats_info {
	const char *name;
	const char *unit;
	enum stats_kind kind;
	enum ktstr_polarity better;
	double abs_gate;
	double rel_gate;
	const char *what;
};

/**
 * stats_info() - a metric by number
 * @m: below STATS_NR
 */
const struct stats_info *stats_info(enum stats_metric m);

/**
 * stats_find() - a metric by name
 * @name: its name
 *
 * Return: it, or NULL.
 */
const struct stats_info *stats_find(const char *name);

/**
 * struct stats_payload - a number a payload measured
 * @name: "PAYLOAD.path", printable ASCII; owned
 * @unit: printable ASCII, may be empty; owned
 * @better: which way is better
 * @value: finite
 */
struct stats_payload {
	char *name;
	char *unit;
	enum ktstr_polarity better;
	double value;
};

/**
 * struct stats_run - the figures of one run
 * @path: where they are from; owned, as all strings here, and printable ASCII
 * @test: name of the test
 * @topology: of the guest, "" = not known
 * @scheduler: last part of its path, "EEVDF" without one
 * @verdict: of the run
 * @emulated: it ran in the emulated host
 * @vcpus: CPUs of the guest, 0 = not known
 * @cpu_budget: CPUs of the host there were for them, 0 = not known
 * @dilation: of the guest's time by the host (struct ktstr_contention), 0 = not
 *            known
 * @value: by enum stats_metric; NaN = the run has none
 * @span_s: how long it took to count a STATS_COUNTER; 0 = not known
 * @payload: numbers of payloads, in the order of their names, each name once
 * @nr_payload: how many
 */
struct stats_run {
	char *path;
	char *test;
	char *topology;
	char *scheduler;
	enum ktstr_verdict verdict;
	bool emulated;
	u32 vcpus;
	double cpu_budget;
	double dilation;
	double value[STATS_NR];
	double span_s[STATS_NR];
	struct stats_payload *payload;
	size_t nr_payload;
};

/**
 * struct stats_set - runs
 * @run: them, or NULL
 * @nr: how many
 *
 * Zeroed memory is an empty set.
 */
struct stats_set {
	struct stats_run *run;
	size_t nr;
};

/**
 * stats_set_add() - room for one more
 * @set: the set
 *
 * Return: the new run, without a value, valid until the next call; or NULL
 * without memory.
 */
struct stats_run *stats_set_add(struct stats_set *set);

/**
 * stats_set_drop() - take the last run away again
 * @set: the set, not empty
 */
void stats_set_drop(struct stats_set *set);

/**
 * stats_set_free() - release all runs
 * @set: the set, empty afterwards
 */
void stats_set_free(struct stats_set *set);

/**
 * stats_check_name() - is there such a metric
 * @name: as the user wrote it
 * @a: runs whose payloads may have it, or NULL
 * @b: more of them, or NULL
 * @err: names metrics that are written nearly so, else all; or NULL
 *
 * Return: 0, -EINVAL when there is none, or -ENOMEM.
 */
int stats_check_name(const char *name, const struct stats_set *a, const struct stats_set *b,
		     struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_STATS_H */
