/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_BENCH_MONITOR_RATE_H
#define KTSTR_BENCH_MONITOR_RATE_H

/*
 * The guest's work with and without the monitor, by turns in one run. The run's
 * VMM process is forked off monitor-bench, which is linked so that
 * monitor_start() of the coordinator comes here first: from then on an event of
 * ours on the coordinator's loop sets and stops the monitor's timer.
 */
#include <linux/types.h>
#include <stdatomic.h>
#include <stdbool.h>

struct event_loop;
struct monitor;
struct monitor_view;
struct vm;

#define RATE_ROUNDS   20
#define RATE_SLICES   4 /* in each round */
#define RATE_SLICE_MS 300

/**
 * struct rate_round - two slices with the monitor and two without
 * @ratio: of the work for each second of the vCPUs' own CPU time
 * @wall_ratio: of the work for each second
 * @us_per_vcpu: CPU time of the last sample
 */
struct rate_round {
	double ratio;
	double wall_ratio;
	double us_per_vcpu;
};

/**
 * struct rate_result - what came of it
 * @nr: rounds done, the last thing written
 * @samples: taken in slices with the monitor
 * @stray: taken in those without
 * @found: the workers' counters were found
 * @round: @nr of them
 */
struct rate_result {
	atomic_uint nr;
	u32 samples;
	u32 stray;
	u32 found;
	struct rate_round round[RATE_ROUNDS];
};

/**
 * rate_begin() - measure in the next run
 * @workers: as many as the guest will have
 *
 * Before ktstr_run().
 *
 * Return: the result, in memory shared with the VMM process; NULL without memory.
 */
const struct rate_result *rate_begin(u32 workers);

/* The linker's names (--wrap) for monitor_start() and for what comes in its place. */
int __real_monitor_start(struct monitor *m, const struct vm *vm, struct event_loop *loop,
			 bool (*view)(void *ctx, struct monitor_view *v), void *ctx);
int __wrap_monitor_start(struct monitor *m, const struct vm *vm, struct event_loop *loop,
			 bool (*view)(void *ctx, struct monitor_view *v), void *ctx);

#endif /* KTSTR_BENCH_MONITOR_RATE_H */
