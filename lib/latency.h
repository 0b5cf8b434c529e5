/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_LATENCY_H
#define KTSTR_LIB_LATENCY_H

/*
 * Latencies: exact percentiles of a sample, and counts in buckets that can be
 * added up over workers. Eight buckets an octave, so a bucket is at most 12.5 %
 * wide.
 */
#include <stddef.h>
#include <linux/types.h>

#define LATENCY_BUCKETS	    320 /* up to 2^42 ns, more than an hour */
#define LATENCY_SAMPLES_MAX 100000

/**
 * struct latency - what a set of latencies comes to, nanoseconds
 * @total: latencies measured
 * @kept: of them, those that the percentiles are of: a uniform sample
 * @min: least
 * @p50: median
 * @p90: 90 % are no longer
 * @p99: 99 % are no longer
 * @p999: 99.9 % are no longer
 * @max: longest of all, kept or not
 * @mean: of all
 * @stddev: of those kept
 * @bucket: by latency_bucket(), of all
 */
struct latency {
	u64 total;
	u64 kept;
	u64 min;
	u64 p50;
	u64 p90;
	u64 p99;
	u64 p999;
	u64 max;
	u64 mean;
	u64 stddev;
	u32 bucket[LATENCY_BUCKETS];
};

/**
 * latency_bucket() - where a latency is counted
 * @ns: nanoseconds
 */
u32 latency_bucket(u64 ns);

/**
 * latency_bucket_start() - least latency of a bucket
 * @bucket: 0 to LATENCY_BUCKETS - 1
 */
u64 latency_bucket_start(u32 bucket);

/**
 * struct reservoir - a uniform sample of a stream of latencies (algorithm R)
 * @ns: LATENCY_SAMPLES_MAX of them
 * @total: how many came
 * @max: longest
 * @min: shortest
 * @sum: of all
 * @rng: state of the generator
 * @bucket: counts
 *
 * One thread. Large: belongs into memory that is touched only where used.
 */
struct reservoir {
	u32 ns[LATENCY_SAMPLES_MAX];
	u64 total;
	u64 max;
	u64 min;
	u64 sum;
	u64 rng;
	u32 bucket[LATENCY_BUCKETS];
};

/**
 * reservoir_new() - an empty sample, in zeroed memory that costs nothing yet
 * @seed: of the choice of what is kept
 *
 * Return: it, released with reservoir_free(), or NULL without memory.
 */
struct reservoir *reservoir_new(u64 seed);

/**
 * reservoir_free() - release it
 * @r: the sample, or NULL
 */
void reservoir_free(struct reservoir *r);

/**
 * reservoir_add() - take a latency
 * @r: the sample
 * @ns: the latency; more than 4.29 s counts as that in percentiles
 */
void reservoir_add(struct reservoir *r, u64 ns);

/**
 * reservoir_sum() - what it comes to; sorts what was kept
 * @r: the sample; nothing may be added afterwards
 * @l: filled in; zeroed for an empty one
 */
void reservoir_sum(struct reservoir *r, struct latency *l);

/**
 * latency_merge() - add up those of two workers
 * @to: grows; percentiles are taken from the buckets (their upper ends, no more
 *      than @to->max)
 * @from: the other one
 */
void latency_merge(struct latency *to, const struct latency *from);

/**
 * latency_cv() - stddev over mean
 * @l: the latencies
 *
 * Return: the ratio, or NaN when there is nothing to divide by.
 */
double latency_cv(const struct latency *l);

#endif /* KTSTR_LIB_LATENCY_H */
