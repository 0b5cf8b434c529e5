/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_BENCH_FIGURE_H
#define KTSTR_BENCH_FIGURE_H

/*
 * What programs named NAME-bench print for scripts/bench.awk, one line each:
 *	figure NAME VALUE UNIT N MIN MAX PEER TARGET
 *	missing NAME
 */
#include <stddef.h>

/**
 * figure_print() - the median, with the least and the greatest
 * @name: "part.what_unit"
 * @unit: of the values
 * @v: the measurements; will be sorted
 * @n: how many, at least 1
 * @peer: the same of something else, 0 = there is none
 * @target: "<=3" or ">=20"; NULL = none
 */
void figure_print(const char *name, const char *unit, double *v, size_t n, double peer,
		  const char *target);

/**
 * figure_print_value() - another value than the median, with the same
 * @name: see figure_print(), as for all below but @value
 * @unit: see there
 * @value: the figure
 * @v: see there
 * @n: see there
 * @peer: see there
 * @target: see there
 */
void figure_print_value(const char *name, const char *unit, double value, double *v, size_t n,
			double peer, const char *target);

/**
 * figure_missing() - say that one could not be measured
 * @name: of the figure
 */
void figure_missing(const char *name);

/**
 * figure_quantile() - of measurements
 * @v: the measurements; will be sorted
 * @n: how many, at least 1
 * @q: 0 to 1; 0.5 is the median
 */
double figure_quantile(double *v, size_t n, double q);

/**
 * figure_cpu_ms() - CPU time of the calling thread so far, in milliseconds
 */
double figure_cpu_ms(void);

/**
 * figure_cold_caches() - let nothing that was read before be in a cache
 *
 * Reads and writes more memory than processors have cache.
 */
void figure_cold_caches(void);

#endif /* KTSTR_BENCH_FIGURE_H */
