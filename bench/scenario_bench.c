// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: scenario-bench
 *
 * What measuring costs a worker, natively: time of the same work with its checkpoints
 * over the time without. Both are the least of many short runs, by turns, as what else
 * a machine does only ever adds to one. The rest is scenario-once.
 *
 * Prints lines for scripts/bench.awk, see figure.h.
 */
#include <stdio.h>

#include "bench/figure.h"
#include "guest-init/work_run.h"

#define ROUNDS 5
#define RUNS   200
/* Some milliseconds: between two of these a machine is often left alone. */
#define BATCHES 10000

static u64 least(u64 a, u64 b)
{
	return !a || b < a ? b : a;
}

/* The share of the work that goes into measuring it. */
static double cost(void)
{
	u64 with = 0, without = 0;
	int i;

	for (i = 0; i < RUNS; i++) {
		with = least(with, work_spin_cost(BATCHES, true));
		without = least(without, work_spin_cost(BATCHES, false));
	}
	return with && without ? (double)with / without - 1 : -1;
}

int main(void)
{
	double percent[ROUNDS];
	int i;

	for (i = 0; i < ROUNDS; i++) {
		percent[i] = 100 * cost();
		if (percent[i] <= -100) {
			figure_missing("worker.measure_cost");
			return 1;
		}
	}
	figure_print("worker.measure_cost", "%", percent, ROUNDS, 0, "<=1");
	return 0;
}
