/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_WELCH_H
#define KTSTR_HOST_HARNESS_WELCH_H

/* Are two means different, or is it noise? Any thread. */
#include <stddef.h>

/* What is less likely than this is not called chance. */
#define WELCH_ALPHA 0.05

/**
 * struct sample_stat - what some measurements come to
 * @n: how many there are; with none all is 0
 * @mean: of them
 * @median: of them
 * @var: variance, over @n - 1; 0 for one alone
 * @min: least
 * @max: largest
 */
struct sample_stat {
	size_t n;
	double mean;
	double median;
	double var;
	double min;
	double max;
};

/**
 * sample_stat() - sum measurements up
 * @v: finite numbers, sorted by the call
 * @n: how many
 * @s: filled in
 */
void sample_stat(double *v, size_t n, struct sample_stat *s);

/**
 * student_p() - Student's t distribution, both tails
 * @t: any number
 * @df: degrees of freedom, above 0, not necessarily whole
 *
 * Return: how likely it is to be at least as far from 0 as @t.
 */
double student_p(double t, double df);

/**
 * welch_p() - Welch's t test, two-sided
 * @a: at least two measurements
 * @b: the same
 *
 * Without any variance there is no chance in it: equal means give 1, others 0.
 *
 * Return: how likely means at least so far apart are, were there no difference;
 * NaN with fewer measurements.
 */
double welch_p(const struct sample_stat *a, const struct sample_stat *b);

#endif /* KTSTR_HOST_HARNESS_WELCH_H */
