/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_KTSTR_SERIES_H
#define KTSTR_HOST_HARNESS_KTSTR_SERIES_H

/*
 * One figure of a run over its time, and patterns it must follow; part of
 * ktstr.h. For a test with snapshots at equal distances (@periodic):
 *
 *	struct ktstr_series s;
 *
 *	ktstr_run(&t, &r);
 *	ktstr_series_snapshots(&s, &r, NULL, "maps[.bss].value.nr_dispatched");
 *	ktstr_series_nondecreasing(&r, &s);
 *	ktstr_series_free(&s);
 *	EXPECT_EQ(r.verdict, KTSTR_PASS);
 *
 * Each pattern is recorded in the result's findings, as KTSTR_CHECK_SERIES, and
 * makes the verdict worse when it is not followed: call it between ktstr_run()
 * and the EXPECT on the verdict. It returns true only when there was something
 * to look at, and it was as it should be. With too few samples there is a note,
 * which changes no verdict, with too few that can be read the finding is
 * inconclusive. One thread for each result.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct ktstr_load;
struct ktstr_phase;
struct ktstr_result;

/* Of a sample: it was taken in no step. */
#define KTSTR_NO_STEP 0xffffffffU
/* Of a figure: of all CPUs together. */
#define KTSTR_ALL_CPUS 0xffffffffU
/* What periodic snapshots are called, with three digits behind it. */
#define KTSTR_SERIES_PERIODIC "periodic_"
/* ktstr_series_converges_to() wants as many samples in a row. */
#define KTSTR_SERIES_CONVERGED 3

/**
 * enum ktstr_slot_kind - what a sample has to say about the figure
 * @KTSTR_SLOT_VALUE: a number
 * @KTSTR_SLOT_FIELD_NOT_FOUND: there is no such member, map, event or CPU
 * @KTSTR_SLOT_TYPE_MISMATCH: it is no number, or one above 2^53, which cannot
 *                            be compared exactly
 * @KTSTR_SLOT_MISSING_STATS: it exists, and could not be read in this sample
 * @KTSTR_SLOT_PLACEHOLDER: the sample itself is none: not all vCPUs stood still,
 *                          or what was read cannot be
 */
enum ktstr_slot_kind {
	KTSTR_SLOT_VALUE,
	KTSTR_SLOT_FIELD_NOT_FOUND,
	KTSTR_SLOT_TYPE_MISMATCH,
	KTSTR_SLOT_MISSING_STATS,
	KTSTR_SLOT_PLACEHOLDER,
};

/**
 * ktstr_slot_kind_name() - a kind as in "FieldNotFound"
 * @k: any value; an unknown one gives "unknown"
 */
const char *ktstr_slot_kind_name(enum ktstr_slot_kind k);

/**
 * struct ktstr_slot - the figure in one sample
 * @kind: what is there
 * @value: with KTSTR_SLOT_VALUE, else 0
 * @elapsed_ns: when, since scenario start, without freezes and pauses
 * @step: in which step it was taken, 0 = the baseline, or KTSTR_NO_STEP
 * @tag: of the sample, printable ASCII
 * @error: what is missing and what there is instead, printable ASCII, one line;
 *         owned by the series; NULL with a value
 */
struct ktstr_slot {
	enum ktstr_slot_kind kind;
	double value;
	u64 elapsed_ns;
	u32 step;
	char tag[80];
	char *error;
};

/**
 * struct ktstr_series - one figure over the samples of a run, in their order
 * @name: of the figure, printable ASCII
 * @slots: one for each sample
 * @nr: how many
 * @lost: there was no memory for all of them: nothing can be said
 *
 * The owner releases what it points to: ktstr_series_free().
 */
struct ktstr_series {
	char name[128];
	struct ktstr_slot *slots;
	size_t nr;
	bool lost;
};

/**
 * ktstr_series_snapshots() - a number in each snapshot
 * @s: filled in whatever happens
 * @res: the result
 * @prefix: of the snapshots' tags; NULL = KTSTR_SERIES_PERIODIC
 * @path: as ktstr_snapshot_u64() takes: "maps[.bss].value.nr_dispatched"; also a
 *        negative number
 *
 * Return: 0 or -ENOMEM.
 */
int ktstr_series_snapshots(struct ktstr_series *s, const struct ktstr_result *res,
			   const char *prefix, const char *path);

/**
 * ktstr_series_phases() - a figure of each step that ended
 * @s: filled in whatever happens; its samples are called "phase_000", the
 *     baseline, and on, and are as old as the step at its end
 * @res: the result
 * @figure: "iterations" (of all workers since scenario start, at the end of the
 *          step), "iterations_done" (in the step), "duration_ms", "ops",
 *          "cgroups", "workers" or "samples"
 *
 * Return: 0 or -ENOMEM.
 */
int ktstr_series_phases(struct ktstr_series *s, const struct ktstr_result *res, const char *figure);

/**
 * ktstr_series_monitor() - what the monitor saw while the workload ran
 * @s: filled in whatever happens; its samples are called "sample_000" and on
 * @res: the result
 * @figure: "nr_running", "scx_nr_running" or "local_dsq_depth" (tasks, of all CPUs
 *          together their sum), a counter of enum monitor_stat by its name (the
 *          same), "imbalance" (longest run queue over the shortest, which counts
 *          as 1 when it is empty), or a counter of enum monitor_event by its name,
 *          which goes on from one scheduler to the next
 * @cpu: which CPU's; KTSTR_ALL_CPUS = of all together, the only choice for
 *       "imbalance" and events
 *
 * Return: 0 or -ENOMEM.
 */
int ktstr_series_monitor(struct ktstr_series *s, const struct ktstr_result *res, const char *figure,
			 u32 cpu);

/**
 * ktstr_series_free() - release what a series points to and zero it
 * @s: filled in or zeroed, or NULL; twice is fine
 */
void ktstr_series_free(struct ktstr_series *s);

/*
 * Patterns. A sample without a value is left out of the first five, which is
 * noted, and its neighbours are compared. Bounds that are no number are
 * inconclusive, as a comparison with what is no number is.
 */

/**
 * ktstr_series_nondecreasing() - no value is below the one before
 * @res: the result
 * @s: of @res, 2 samples at least
 *
 * Return: true when it holds.
 */
bool ktstr_series_nondecreasing(struct ktstr_result *res, const struct ktstr_series *s);

/**
 * ktstr_series_strictly_increasing() - every value is above the one before
 * @res: the result
 * @s: of @res, 2 samples at least
 *
 * Return: true when it holds.
 */
bool ktstr_series_strictly_increasing(struct ktstr_result *res, const struct ktstr_series *s);

/**
 * ktstr_series_rate_within() - how fast the values change
 * @res: the result
 * @s: of @res, 2 samples at least; without time between two it is inconclusive
 * @lo: least, units per millisecond from one sample to the next
 * @hi: most
 *
 * Return: true when it holds.
 */
bool ktstr_series_rate_within(struct ktstr_result *res, const struct ktstr_series *s, double lo,
			      double hi);

/**
 * ktstr_series_steady_within() - values stay near their mean
 * @res: the result
 * @s: of @res, 2 samples behind @warmup_ms at least
 * @warmup_ms: what was earlier than that after scenario start does not count
 * @tolerance: how far from the mean of the others, as a share of it, at least 0
 *
 * Return: true when it holds.
 */
bool ktstr_series_steady_within(struct ktstr_result *res, const struct ktstr_series *s,
				u64 warmup_ms, double tolerance);

/**
 * ktstr_series_ratio_within() - one figure over another one, sample by sample
 * @res: the result
 * @s: of @res
 * @other: of @res, with as many samples: another number fails. A value of 0 is
 *         inconclusive
 * @lo: least of value over value
 * @hi: most
 *
 * Return: true when it holds.
 */
bool ktstr_series_ratio_within(struct ktstr_result *res, const struct ktstr_series *s,
			       const struct ktstr_series *other, double lo, double hi);

/**
 * ktstr_series_converges_to() - values come near a target in time, and stay there
 *	for KTSTR_SERIES_CONVERGED samples in a row
 * @res: the result
 * @s: of @res, KTSTR_SERIES_CONVERGED samples at least
 * @target: the value
 * @tolerance: how far from it is near, in units of the value, at least 0
 * @deadline_ms: the last of them is no later than that after scenario start
 *
 * A sample without a value breaks the row; where that alone can be why there is
 * none it is inconclusive.
 *
 * Return: true when it holds.
 */
bool ktstr_series_converges_to(struct ktstr_result *res, const struct ktstr_series *s,
			       double target, double tolerance, u64 deadline_ms);

/*
 * Strict ones: every sample must have a value. One that has none because there is
 * no such number fails, one that could not be read is inconclusive. One sample is
 * enough.
 */

/**
 * ktstr_series_always_true() - a condition holds of every value
 * @res: the result
 * @s: of @res
 * @what: holds, for the texts: "is a power of two"
 * @holds: does it, of this value
 * @ctx: passed to @holds
 *
 * Return: true when it holds.
 */
bool ktstr_series_always_true(struct ktstr_result *res, const struct ktstr_series *s,
			      const char *what, bool (*holds)(double value, void *ctx), void *ctx);

/**
 * ktstr_series_each_at_least() - no value is below a bound
 * @res: the result
 * @s: of @res
 * @limit: the bound
 *
 * Return: true when it holds.
 */
bool ktstr_series_each_at_least(struct ktstr_result *res, const struct ktstr_series *s,
				double limit);

/**
 * ktstr_series_each_at_most() - no value is above a bound
 * @res: the result
 * @s: of @res
 * @limit: the bound
 *
 * Return: true when it holds.
 */
bool ktstr_series_each_at_most(struct ktstr_result *res, const struct ktstr_series *s,
			       double limit);

/**
 * ktstr_series_each_between() - every value lies between two bounds, or is one
 * @res: the result
 * @s: of @res
 * @lo: the lower one
 * @hi: the upper one; below @lo nothing lies between them
 *
 * Return: true when it holds.
 */
bool ktstr_series_each_between(struct ktstr_result *res, const struct ktstr_series *s, double lo,
			       double hi);

/*
 * Steps. What cannot be told is no number (NaN), which makes a claim about it
 * inconclusive (ktstr_claim.h):
 *
 *	ktstr_claim_at_least(&r, "runs of step 2", ktstr_series_delta(&s, 2), 100);
 */

/**
 * ktstr_phase_at() - which step went on at a time
 * @load: of a result
 * @t_ns: since the start of the run, on the host's clock
 *
 * Return: it, valid as long as the result; or NULL before the first one, after
 * the last one and in between.
 */
const struct ktstr_phase *ktstr_phase_at(const struct ktstr_load *load, u64 t_ns);

/**
 * ktstr_series_first() - the first value of a step
 * @s: the series
 * @step: 0 = the baseline
 *
 * Return: it, or NaN without one.
 */
double ktstr_series_first(const struct ktstr_series *s, u32 step);

/**
 * ktstr_series_last() - the last value of a step
 * @s: the series
 * @step: 0 = the baseline
 *
 * Return: it, or NaN without one.
 */
double ktstr_series_last(const struct ktstr_series *s, u32 step);

/**
 * ktstr_series_delta() - how much a counter grew in a step
 * @s: the series
 * @step: 0 = the baseline
 *
 * Return: last value less first, or NaN with less than two of them.
 */
double ktstr_series_delta(const struct ktstr_series *s, u32 step);

/**
 * ktstr_series_value() - mean of the values of a step
 * @s: the series
 * @step: 0 = the baseline
 *
 * Return: it, or NaN without any.
 */
double ktstr_series_value(const struct ktstr_series *s, u32 step);

/**
 * ktstr_series_ratio_across_phases() - one step's mean over another one's
 * @s: the series
 * @a: the one
 * @b: the other
 *
 * Return: it, or NaN without one of them, or when that of @b is 0.
 */
double ktstr_series_ratio_across_phases(const struct ktstr_series *s, u32 a, u32 b);

#endif /* KTSTR_HOST_HARNESS_KTSTR_SERIES_H */
