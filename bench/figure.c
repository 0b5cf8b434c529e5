// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/figure.h"

/* Twice the last-level cache of what stands under desks. */
#define COLD_BYTES (64UL << 20)
#define CACHE_LINE 64

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double figure_quantile(double *v, size_t n, double q)
{
	qsort(v, n, sizeof(*v), compare);
	return v[(size_t)(q * (n - 1) + 0.5)];
}

void figure_print_value(const char *name, const char *unit, double value, double *v, size_t n,
			double peer, const char *target)
{
	qsort(v, n, sizeof(*v), compare);
	printf("figure %s %.4f %s %zu %.4f %.4f ", name, value, unit, n, v[0], v[n - 1]);
	if (peer)
		printf("%.4f ", peer);
	else
		printf("- ");
	printf("%s\n", target ?: "-");
}

void figure_print(const char *name, const char *unit, double *v, size_t n, double peer,
		  const char *target)
{
	figure_print_value(name, unit, figure_quantile(v, n, 0.5), v, n, peer, target);
}

void figure_missing(const char *name)
{
	printf("missing %s\n", name);
}

double figure_cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

void figure_cold_caches(void)
{
	static char *mem;
	size_t i;

	if (!mem)
		mem = malloc(COLD_BYTES);
	for (i = 0; mem && i < COLD_BYTES; i += CACHE_LINE)
		mem[i]++;
	barrier();
}
