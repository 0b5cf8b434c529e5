// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/util.h"
#include "latency.h"

#define SUB_BITS 3
#define SUBS	 8U

static_assert(SUBS == 1U << SUB_BITS && LATENCY_BUCKETS % SUBS == 0);

u32 latency_bucket(u64 ns)
{
	u32 octave, bucket;

	if (ns < SUBS)
		return ns;
	octave = 63 - __builtin_clzll(ns);
	bucket = (octave - SUB_BITS + 1) * SUBS + (u32)(ns >> (octave - SUB_BITS)) % SUBS;
	return min_t(u32, bucket, LATENCY_BUCKETS - 1);
}

u64 latency_bucket_start(u32 bucket)
{
	if (bucket < SUBS)
		return bucket;
	return (u64)(SUBS + bucket % SUBS) << (bucket / SUBS - 1);
}

struct reservoir *reservoir_new(u64 seed)
{
	struct reservoir *r;

	r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (r == MAP_FAILED)
		return NULL;
	/* xorshift stays at 0 once it is there */
	r->rng = (seed ^ 0x9e3779b97f4a7c15) ?: 1;
	return r;
}

void reservoir_free(struct reservoir *r)
{
	if (r)
		munmap(r, sizeof(*r));
}

static u64 reservoir_random(struct reservoir *r)
{
	u64 x = r->rng;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	r->rng = x;
	return x * 0x2545f4914f6cdd1d;
}

/* Where the newest latency goes; LATENCY_SAMPLES_MAX and above: nowhere. */
static u64 reservoir_place(struct reservoir *r)
{
	if (r->total <= LATENCY_SAMPLES_MAX)
		return r->total - 1;
	return reservoir_random(r) % r->total;
}

static void bucket_add(u32 *bucket, u32 by)
{
	if (__builtin_add_overflow(*bucket, by, bucket))
		*bucket = UINT32_MAX;
}

static u64 add_capped(u64 a, u64 b)
{
	u64 sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

void reservoir_add(struct reservoir *r, u64 ns)
{
	u64 place;

	if (!r->total++ || ns < r->min)
		r->min = ns;
	r->max = max(r->max, ns);
	r->sum = add_capped(r->sum, ns);
	bucket_add(&r->bucket[latency_bucket(ns)], 1);
	place = reservoir_place(r);
	if (place < LATENCY_SAMPLES_MAX)
		r->ns[place] = min_t(u64, ns, UINT32_MAX);
}

static int by_size(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

static u64 sample_stddev(const u32 *ns, u64 n)
{
	double mean = 0, var = 0, d;
	u64 i;

	for (i = 0; i < n; i++)
		mean += (double)ns[i];
	mean /= (double)n;
	for (i = 0; i < n; i++) {
		d = (double)ns[i] - mean;
		var += d * d;
	}
	return (u64)(square_root(var / (double)n) + 0.5);
}

/* Least rank that covers so many in a thousand, from 1. */
static u64 rank_of(u64 n, u32 permille)
{
	u64 rank = n / 1000 * permille + DIV_ROUND_UP(n % 1000 * permille, 1000);

	return max_t(u64, rank, 1);
}

/* Latencies above what a sample can hold are no less than the least of all. */
static u64 sample_percentile(const struct reservoir *r, u64 kept, u32 permille)
{
	return max_t(u64, r->ns[rank_of(kept, permille) - 1], r->min);
}

void reservoir_sum(struct reservoir *r, struct latency *l)
{
	memset(l, 0, sizeof(*l));
	if (!r->total)
		return;
	l->total = r->total;
	l->kept = min_t(u64, r->total, LATENCY_SAMPLES_MAX);
	qsort(r->ns, l->kept, sizeof(r->ns[0]), by_size);
	l->min = r->min;
	l->max = r->max;
	l->mean = max(r->sum / r->total, r->min);
	l->p50 = sample_percentile(r, l->kept, 500);
	l->p90 = sample_percentile(r, l->kept, 900);
	l->p99 = sample_percentile(r, l->kept, 990);
	l->p999 = sample_percentile(r, l->kept, 999);
	l->stddev = sample_stddev(r->ns, l->kept);
	memcpy(l->bucket, r->bucket, sizeof(l->bucket));
}

static u64 bucket_percentile(const struct latency *l, u32 permille)
{
	u64 rank = rank_of(l->total, permille), seen = 0;
	u32 i;

	for (i = 0; i < LATENCY_BUCKETS - 1; i++) {
		seen = add_capped(seen, l->bucket[i]);
		if (seen >= rank)
			return min(latency_bucket_start(i + 1) - 1, l->max);
	}
	return l->max;
}

/* Of both together, from the mean and the deviation of each. */
static void merge_moments(struct latency *to, const struct latency *from)
{
	double a = (double)to->total, b = (double)from->total, n = a + b;
	double ma = (double)to->mean, mb = (double)from->mean;
	double sa = (double)to->stddev, sb = (double)from->stddev;
	double mean = ma * (a / n) + mb * (b / n);
	double var = (sa * sa + (ma - mean) * (ma - mean)) * (a / n) +
		     (sb * sb + (mb - mean) * (mb - mean)) * (b / n);
	double dev = square_root(var);

	/* 2^64 itself does not fit a u64, and hostile numbers come that far */
	to->mean = mean < 0x1p63 ? (u64)(mean + 0.5) : max(to->mean, from->mean);
	to->stddev = dev < 0x1p63 ? (u64)(dev + 0.5) : INT64_MAX;
}

void latency_merge(struct latency *to, const struct latency *from)
{
	u32 i;

	if (!from->total)
		return;
	if (!to->total) {
		*to = *from;
		return;
	}
	merge_moments(to, from);
	to->total = add_capped(to->total, from->total);
	to->kept = add_capped(to->kept, from->kept);
	to->min = min(to->min, from->min);
	to->max = max(to->max, from->max);
	for (i = 0; i < LATENCY_BUCKETS; i++)
		bucket_add(&to->bucket[i], from->bucket[i]);
	to->p50 = bucket_percentile(to, 500);
	to->p90 = bucket_percentile(to, 900);
	to->p99 = bucket_percentile(to, 990);
	to->p999 = bucket_percentile(to, 999);
}

double latency_cv(const struct latency *l)
{
	return l->mean ? (double)l->stddev / (double)l->mean : (double)NAN;
}
