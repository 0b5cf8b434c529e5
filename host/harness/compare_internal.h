/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_COMPARE_INTERNAL_H
#define KTSTR_HOST_HARNESS_COMPARE_INTERNAL_H

/* Between the files of the comparison, and for nobody else. */
#include "compare.h"

/**
 * struct compare_runs - the runs of one test
 * @run: A's, then B's; sorted so by the caller
 * @nr: of A and of B
 */
struct compare_runs {
	const struct stats_run *const *run[2];
	size_t nr[2];
};

/**
 * compare_run_counts() - do its figures count
 * @run: a run
 * @o: what counts
 */
bool compare_run_counts(const struct stats_run *run, const struct compare_opts *o);

/**
 * compare_metrics() - compare the figures of one test
 * @t: metrics, nr_metrics and compared are filled in; not_comparable is there
 * @r: its runs, also those that do not count
 * @o: what counts
 *
 * Return: 0 or -ENOMEM; then @t has those that there was memory for.
 */
int compare_metrics(struct compare_test *t, const struct compare_runs *r,
		    const struct compare_opts *o);

/**
 * compare_machines() - can figures of these runs be held against each other
 * @t: not_comparable and warning are filled in
 * @r: its runs, also those that do not count
 * @o: what counts
 */
void compare_machines(struct compare_test *t, const struct compare_runs *r,
		      const struct compare_opts *o);

#endif /* KTSTR_HOST_HARNESS_COMPARE_INTERNAL_H */
