/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_COMPARE_H
#define KTSTR_HOST_HARNESS_COMPARE_H

/*
 * Two sets of runs side by side: A is the base, B is what may be worse. Nothing
 * here reads or prints anything. Any thread, for sets of its own.
 */
#include "host/harness/stats.h"
#include "host/harness/welch.h"

/**
 * struct compare_opts - what counts
 * @threshold: relative gate of every metric, 0.05 = 5 %; negative = its own
 * @metrics: only these; empty = all
 * @must_fail: a regression of one of these is enough
 * @fail_threshold: so many regressions are enough, from 1
 * @strict: tests that B lacks, or has no verdict of any more, are enough
 * @force: also figures that the machine is in, or that are of other machines
 */
struct compare_opts {
	double threshold;
	struct strv metrics;
	struct strv must_fail;
	u32 fail_threshold;
	bool strict;
	bool force;
};

/**
 * enum compare_outcome - what a difference is
 * @COMPARE_SAME: none that counts
 * @COMPARE_BETTER: an improvement
 * @COMPARE_WORSE: a regression
 * @COMPARE_UNKNOWN: nobody said which way is better, or one side has no figure
 */
enum compare_outcome {
	COMPARE_SAME,
	COMPARE_BETTER,
	COMPARE_WORSE,
	COMPARE_UNKNOWN,
};

/**
 * compare_outcome_name() - an outcome as one lower-case word
 * @o: any value; an unknown one gives "unknown"
 */
const char *compare_outcome_name(enum compare_outcome o);

/**
 * struct compare_metric - one metric of one test
 * @info: the metric; its strings are borrowed from the sets
 * @rel_gate: that was applied
 * @a: of A's runs that count: that passed, and that the host let run, see
 *     COMPARE_DILATION; a STATS_COUNTER as if each had been as long as A's are on
 *     average
 * @b: of B's, likewise
 * @delta: B's mean less A's
 * @rel: @delta over A's mean, infinite when that is 0 and @delta is not
 * @p: of Welch's test; NaN unless both sides have two runs
 * @disjoint: every run of one side is beyond every run of the other; false unless
 *            both have two
 * @outcome: what it is
 * @must_fail: a regression of it is enough by itself
 */
struct compare_metric {
	struct stats_info info;
	double rel_gate;
	struct sample_stat a;
	struct sample_stat b;
	double delta;
	double rel;
	double p;
	bool disjoint;
	enum compare_outcome outcome;
	bool must_fail;
};

/* Verdicts of a side, by enum ktstr_verdict. */
#define COMPARE_VERDICTS (KTSTR_PASS + 1)
/* Where the host made the guest's time so much longer, figures are the host's. */
#define COMPARE_DILATION 1.5
#define COMPARE_NOTE_MAX 160

/**
 * struct compare_test - one test on one machine under one scheduler
 * @test: its name, borrowed from a set, as all strings
 * @topology: see struct stats_run
 * @scheduler: see there
 * @nr: runs of it, A's and B's; 0 = that side lacks it
 * @verdicts: how many of them had which verdict
 * @verdict: what became of the verdict: a failure is a regression where A never
 *           failed, or where B always does and A did not
 * @no_verdict: some run of A passed or failed, and none of B
 * @not_comparable: why its figures are not compared, or ""
 * @warning: what is to be said about them, or ""
 * @metrics: worst first, then those that are better, then the rest
 * @nr_metrics: how many
 * @compared: of them, those that both sides have
 */
struct compare_test {
	const char *test;
	const char *topology;
	const char *scheduler;
	u32 nr[2];
	u32 verdicts[2][COMPARE_VERDICTS];
	enum compare_outcome verdict;
	bool no_verdict;
	char not_comparable[COMPARE_NOTE_MAX];
	char warning[COMPARE_NOTE_MAX];
	struct compare_metric *metrics;
	size_t nr_metrics;
	size_t compared;
};

/**
 * enum compare_status - what the comparison says
 * @COMPARE_OK: no regression, or not as many as it takes
 * @COMPARE_REGRESSED: regressions
 * @COMPARE_NOTHING: no metric could be compared, or not every one asked for
 *
 * These are exit statuses.
 */
enum compare_status {
	COMPARE_OK,
	COMPARE_REGRESSED,
	COMPARE_NOTHING,
};

/**
 * struct compare - the comparison
 * @tests: worst first; those that only one side has last
 * @nr_tests: how many
 * @both: of them, those that both sides have
 * @regressions: metrics that are worse, all tests together
 * @verdict_regressions: tests whose verdict is
 * @must_fail: regressions of metrics that are enough by themselves
 * @improvements: metrics that are better
 * @compared: metrics that both sides have, all tests together
 * @missing: tests that only A has, or of which B has no verdict any more
 * @added: tests that only B has
 * @uncompared: a metric that was asked for, and that no test has on both sides; or
 *              NULL. Borrowed from struct compare_opts
 * @status: what it comes to
 */
struct compare {
	struct compare_test *tests;
	size_t nr_tests;
	size_t both;
	size_t regressions;
	size_t verdict_regressions;
	size_t must_fail;
	size_t improvements;
	size_t compared;
	size_t missing;
	size_t added;
	const char *uncompared;
	enum compare_status status;
};

/**
 * compare_sets() - compare
 * @c: filled in, valid as long as the sets; compare_free() it, also after a failure
 * @a: the base
 * @b: what may be worse
 * @o: what counts
 *
 * Return: 0 or -ENOMEM.
 */
int compare_sets(struct compare *c, const struct stats_set *a, const struct stats_set *b,
		 const struct compare_opts *o);

/**
 * compare_free() - release it
 * @c: filled, half-filled or zeroed
 */
void compare_free(struct compare *c);

#endif /* KTSTR_HOST_HARNESS_COMPARE_H */
