/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_BUDGET_H
#define KTSTR_HOST_HARNESS_BUDGET_H

/*
 * Which of many runs are worth a limited time: those that differ most from what was
 * picked before, for the time they take. Pure: no clock is read.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "lib/topology.h"

/* Seconds that a program may spend on its variants; unset = no bound. */
#define BUDGET_ENV "KTSTR_BUDGET_SECS"
/* What runs have or do not have: kinds of machines, schedulers, tests. */
#define BUDGET_BITS 256

/**
 * struct budget_set - configurations that a run covers, one bit each
 * @w: the bits
 */
struct budget_set {
	u64 w[BUDGET_BITS / 64];
};

/**
 * struct budget_run - a run that could be picked
 * @covers: its configurations, budget_covers()
 * @ms: how long it is expected to take
 * @picked: set by budget_pick()
 */
struct budget_run {
	struct budget_set covers;
	u64 ms;
	bool picked;
};

/**
 * struct budget_sum - what was picked
 * @picked: runs
 * @of: that there were
 * @used_ms: the picked ones take together
 * @budget_ms: that could be used
 * @covered: configurations
 * @configurations: that there were in all runs
 * @too_small: not even the shortest run fits, and it is picked nevertheless
 */
struct budget_sum {
	size_t picked;
	size_t of;
	u64 used_ms;
	u64 budget_ms;
	u32 covered;
	u32 configurations;
	bool too_small;
};

/**
 * budget_covers() - the configurations of a run
 * @topo: its machine: class (one LLC, several, several nodes), SMT, an odd number of
 *        LLCs, and how many CPUs and LLCs by powers of two
 * @scheduler: number of its scheduler, 0 = EEVDF; those above 63 share bits
 * @test: number of its test; those above 127 share bits
 */
struct budget_set budget_covers(const struct topology *topo, u32 scheduler, u32 test);

/**
 * budget_estimate_ms() - how long a run will take
 * @topo: its machine
 * @run_ms: its workload
 * @emulated: in an emulated host
 *
 * Booting and ending included, on a machine that has nothing else to do.
 */
u64 budget_estimate_ms(const struct topology *topo, u32 run_ms, bool emulated);

/**
 * budget_pick() - pick runs
 * @runs: all of them; @picked is set in each
 * @nr: how many
 * @budget_ms: for all that are picked
 * @sum: filled in
 *
 * Always the one that covers most that is not covered yet, per millisecond; of equal
 * ones the first. When all that can be is covered, it begins anew with what time is
 * left. The budget is kept, but for one case: when nothing fits, the shortest run is
 * picked.
 */
void budget_pick(struct budget_run *runs, size_t nr, u64 budget_ms, struct budget_sum *sum);

/**
 * budget_text() - one line about it
 * @sum: what was picked
 * @buf: where to
 * @len: room; 200 bytes are always enough
 *
 * Return: @buf: "5/24 tests, 113/120 s, 14 of 17 configurations covered".
 */
char *budget_text(const struct budget_sum *sum, char *buf, size_t len);

#endif /* KTSTR_HOST_HARNESS_BUDGET_H */
