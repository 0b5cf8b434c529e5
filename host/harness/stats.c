// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/names.h"
#include "lib/util.h"
#include "stats.h"

static const struct stats_info infos[STATS_NR] = {
	[STATS_WORST_SPREAD] = {
		.name = "worst_spread",
		.unit = "%",
		.kind = STATS_PEAK,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 5,
		.rel_gate = 0.25,
		.what = "how far shares of time off the CPU lie apart in a cgroup",
	},
	[STATS_WORST_GAP] = {
		.name = "worst_gap_ms",
		.unit = "ms",
		.kind = STATS_PEAK,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 500,
		.rel_gate = 0.5,
		.what = "longest time between two checkpoints of a worker",
	},
	[STATS_MIGRATIONS] = {
		.name = "total_migrations",
		.unit = "",
		.kind = STATS_COUNTER,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 2,
		.rel_gate = 0.3,
		.what = "times that workers changed their CPU",
	},
	[STATS_WORST_MIGRATION_RATIO] = {
		.name = "worst_migration_ratio",
		.unit = "",
		.kind = STATS_RATIO,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 0.05,
		.rel_gate = 0.2,
		.what = "migrations per iteration in a cgroup",
	},
	[STATS_IMBALANCE] = {
		.name = "max_imbalance_ratio",
		.unit = "",
		.kind = STATS_PEAK,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 1,
		.rel_gate = 0.25,
		.what = "longest run queue over the shortest",
	},
	[STATS_DSQ_DEPTH] = {
		.name = "max_dsq_depth",
		.unit = "",
		.kind = STATS_PEAK,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 10,
		.rel_gate = 0.5,
		.what = "tasks on a local DSQ",
	},
	[STATS_STUCK] = {
		.name = "stuck_count",
		.unit = "",
		.kind = STATS_COUNTER,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 1,
		.rel_gate = 0.5,
		.what = "times that the clock of a run queue with tasks stood still",
	},
	[STATS_FALLBACK] = {
		.name = "total_fallback",
		.unit = "",
		.kind = STATS_COUNTER,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 5,
		.rel_gate = 0.3,
		.what = "select_cpu_fallback events",
	},
	[STATS_KEEP_LAST] = {
		.name = "total_keep_last",
		.unit = "",
		.kind = STATS_COUNTER,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 5,
		.rel_gate = 0.3,
		.what = "dispatch_keep_last events",
	},
	[STATS_WORST_P99_WAKE] = {
		.name = "worst_p99_wake",
		.unit = "us",
		.kind = STATS_DISTRIBUTION,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 50,
		.rel_gate = 0.25,
		.what = "99th percentile of a cgroup's wake-up latencies",
	},
	[STATS_WORST_MEDIAN_WAKE] = {
		.name = "worst_median_wake",
		.unit = "us",
		.kind = STATS_DISTRIBUTION,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 20,
		.rel_gate = 0.25,
		.what = "median of a cgroup's wake-up latencies",
	},
	[STATS_WORST_WAKE_CV] = {
		.name = "worst_wake_latency_cv",
		.unit = "",
		.kind = STATS_RATIO,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 0.1,
		.rel_gate = 0.25,
		.what = "stddev over mean of a cgroup's wake-up latencies",
	},
	[STATS_WORST_WAKE_TAIL] = {
		.name = "worst_wake_latency_tail_ratio",
		.unit = "",
		.kind = STATS_RATIO,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 0.5,
		.rel_gate = 0.25,
		.what = "99th percentile over median of a cgroup's wake-up latencies",
	},
	[STATS_ITERATIONS] = {
		.name = "total_iterations",
		.unit = "",
		.kind = STATS_COUNTER,
		.better = KTSTR_BETTER_HIGHER,
		.abs_gate = 2,
		.rel_gate = 0.1,
		.what = "iterations of all workers",
	},
	[STATS_ITERATION_RATE] = {
		.name = "iteration_rate",
		.unit = "/s",
		.kind = STATS_RATE,
		.better = KTSTR_BETTER_HIGHER,
		.abs_gate = 1,
		.rel_gate = 0.3,
		.what = "iterations of all workers a second",
	},
	[STATS_WORST_ITERATIONS] = {
		.name = "worst_iterations_per_worker",
		.unit = "",
		.kind = STATS_COUNTER,
		.better = KTSTR_BETTER_HIGHER,
		.abs_gate = 10,
		.rel_gate = 0.1,
		.what = "iterations of a worker in the slowest cgroup",
	},
	[STATS_WORST_MEAN_RUN_DELAY] = {
		.name = "worst_mean_run_delay",
		.unit = "us",
		.kind = STATS_DISTRIBUTION,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 50,
		.rel_gate = 0.25,
		.what = "mean wait on a run queue of a cgroup's workers",
	},
	[STATS_WORST_RUN_DELAY] = {
		.name = "worst_run_delay",
		.unit = "us",
		.kind = STATS_DISTRIBUTION,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 100,
		.rel_gate = 0.5,
		.what = "mean wait of the worker that waited longest",
	},
	[STATS_WORST_PAGE_LOCALITY] = {
		.name = "worst_page_locality",
		.unit = "",
		.kind = STATS_RATIO,
		.better = KTSTR_BETTER_HIGHER,
		.abs_gate = 0.05,
		.rel_gate = 0.1,
		.what = "share of pages on the nodes of a cgroup's cpuset",
	},
	[STATS_WORST_CROSS_NODE] = {
		.name = "worst_cross_node_migration_ratio",
		.unit = "",
		.kind = STATS_RATIO,
		.better = KTSTR_BETTER_LOWER,
		.abs_gate = 0.05,
		.rel_gate = 0.2,
		.what = "migrations to another node, of a cgroup's migrations",
	},
};

const struct stats_info *stats_info(enum stats_metric m)
{
	return &infos[m];
}

const struct stats_info *stats_find(const char *name)
{
	u32 i;

	for (i = 0; i < STATS_NR; i++)
		if (!strcmp(infos[i].name, name))
			return &infos[i];
	return NULL;
}

const char *stats_kind_name(enum stats_kind kind)
{
	static const char *const names[] = {
		[STATS_COUNTER] = "counter", [STATS_PEAK] = "peak",
		[STATS_RATE] = "rate",	     [STATS_RATIO] = "ratio",
		[STATS_PAYLOAD] = "payload", [STATS_DISTRIBUTION] = "distribution",
	};

	return (u32)kind < ARRAY_SIZE(names) ? names[kind] : "unknown";
}

const char *stats_better_name(enum ktstr_polarity p)
{
	switch (p) {
	case KTSTR_BETTER_HIGHER:
		return "higher";
	case KTSTR_BETTER_LOWER:
		return "lower";
	default:
		return "unknown";
	}
}

struct stats_run *stats_set_add(struct stats_set *set)
{
	struct stats_run *run;
	u32 i;

	/* doubled at each power of two */
	if (!(set->nr & (set->nr - 1))) {
		run = reallocarray(set->run, set->nr ? 2 * set->nr : 1, sizeof(*run));
		if (!run)
			return NULL;
		set->run = run;
	}
	run = &set->run[set->nr++];
	memset(run, 0, sizeof(*run));
	for (i = 0; i < STATS_NR; i++)
		run->value[i] = (double)NAN;
	return run;
}

void stats_set_drop(struct stats_set *set)
{
	struct stats_run *run = &set->run[--set->nr];
	size_t i;

	for (i = 0; i < run->nr_payload; i++) {
		free(run->payload[i].name);
		free(run->payload[i].unit);
	}
	free(run->payload);
	free(run->path);
	free(run->test);
	free(run->topology);
	free(run->scheduler);
}

void stats_set_free(struct stats_set *set)
{
	while (set->nr)
		stats_set_drop(set);
	free(set->run);
	memset(set, 0, sizeof(*set));
}

static void add_payload_names(struct strv *names, const struct stats_set *set)
{
	size_t i, j;

	for (i = 0; set && i < set->nr; i++)
		for (j = 0; j < set->run[i].nr_payload; j++)
			if (!strv_has(names, set->run[i].payload[j].name))
				strv_add(names, set->run[i].payload[j].name);
}

static int no_such_name(const char *name, const struct strv *list, struct ktstr_err *err)
{
	struct names names;
	size_t i;

	names_init(&names, name);
	for (i = 0; i < list->nr; i++)
		names_add(&names, list->v[i]);
	return ktstr_err_set(err, -EINVAL, "no metric '%.60s'; %sthere are %s", name, names.hint,
			     names_list(&names));
}

int stats_check_name(const char *name, const struct stats_set *a, const struct stats_set *b,
		     struct ktstr_err *err)
{
	struct strv names = { 0 };
	int ret = 0;
	u32 i;

	for (i = 0; i < STATS_NR; i++)
		strv_add(&names, infos[i].name);
	add_payload_names(&names, a);
	add_payload_names(&names, b);
	if (names.failed)
		ret = ktstr_err_set(err, -ENOMEM, "out of memory for the names of metrics");
	else if (!strv_has(&names, name))
		ret = no_such_name(name, &names, err);
	strv_free(&names);
	return ret;
}
