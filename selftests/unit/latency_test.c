// SPDX-License-Identifier: GPL-2.0-only
/* Latencies: buckets, exact percentiles of a sample, and sums of workers. */
#include <math.h>

#include "kselftest_harness.h"
#include "lib/latency.h"
#include "lib/util.h"

TEST(buckets_have_no_gap_and_no_overlap)
{
	u32 b;

	for (b = 0; b + 1 < LATENCY_BUCKETS; b++) {
		EXPECT_EQ(latency_bucket(latency_bucket_start(b)), b);
		EXPECT_EQ(latency_bucket(latency_bucket_start(b + 1) - 1), b);
		EXPECT_LT(latency_bucket_start(b), latency_bucket_start(b + 1));
	}
}

TEST(a_bucket_is_at_most_an_eighth_wide)
{
	u32 b;

	for (b = 8; b + 1 < LATENCY_BUCKETS; b++)
		EXPECT_LE((latency_bucket_start(b + 1) - latency_bucket_start(b)) * 8,
			  latency_bucket_start(b));
}

TEST(the_last_bucket_has_all_that_is_longer)
{
	EXPECT_EQ(latency_bucket(0), 0);
	EXPECT_EQ(latency_bucket((1ull << 42) - 1), LATENCY_BUCKETS - 1);
	EXPECT_EQ(latency_bucket(1ull << 42), LATENCY_BUCKETS - 1);
	EXPECT_EQ(latency_bucket(UINT64_MAX), LATENCY_BUCKETS - 1);
}

FIXTURE(sample)
{
	struct reservoir *r;
	struct latency l;
};

FIXTURE_SETUP(sample)
{
	self->r = reservoir_new(1);
	ASSERT_NE(self->r, NULL);
	memset(&self->l, 0xff, sizeof(self->l));
}

FIXTURE_TEARDOWN(sample)
{
	reservoir_free(self->r);
}

static u64 bucket_sum(const struct latency *l)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < LATENCY_BUCKETS; i++)
		sum += l->bucket[i];
	return sum;
}

TEST_F(sample, an_empty_one_is_all_zero)
{
	static const struct latency none;

	reservoir_sum(self->r, &self->l);
	EXPECT_EQ(memcmp(&self->l, &none, sizeof(none)), 0);
	EXPECT_TRUE(isnan(latency_cv(&self->l)));
	reservoir_free(NULL);
}

TEST_F(sample, percentiles_are_exact)
{
	u64 i;

	/* 1 to 1000, in no order: 7 and 1000 have no common divisor */
	for (i = 0; i < 1000; i++)
		reservoir_add(self->r, i * 7 % 1000 + 1);
	reservoir_sum(self->r, &self->l);
	EXPECT_EQ(self->l.total, 1000);
	EXPECT_EQ(self->l.kept, 1000);
	EXPECT_EQ(self->l.min, 1);
	EXPECT_EQ(self->l.p50, 500);
	EXPECT_EQ(self->l.p90, 900);
	EXPECT_EQ(self->l.p99, 990);
	EXPECT_EQ(self->l.p999, 999);
	EXPECT_EQ(self->l.max, 1000);
	EXPECT_EQ(self->l.mean, 500);
	EXPECT_EQ(self->l.stddev, 289);
	EXPECT_EQ(bucket_sum(&self->l), 1000);
	EXPECT_TRUE(fabs(latency_cv(&self->l) - 289.0 / 500) < 0.000000001);
}

TEST_F(sample, a_single_latency_is_every_percentile)
{
	reservoir_add(self->r, 42);
	reservoir_sum(self->r, &self->l);
	EXPECT_EQ(self->l.min, 42);
	EXPECT_EQ(self->l.p50, 42);
	EXPECT_EQ(self->l.p999, 42);
	EXPECT_EQ(self->l.max, 42);
	EXPECT_EQ(self->l.stddev, 0);
	EXPECT_EQ(latency_cv(&self->l), 0);
}

TEST_F(sample, what_does_not_fit_is_kept_by_chance)
{
	const u64 n = LATENCY_SAMPLES_MAX * 5ull;
	u64 i;

	for (i = 1; i <= n; i++)
		reservoir_add(self->r, i);
	reservoir_sum(self->r, &self->l);
	EXPECT_EQ(self->l.total, n);
	EXPECT_EQ(self->l.kept, LATENCY_SAMPLES_MAX);
	EXPECT_EQ(self->l.min, 1);
	EXPECT_EQ(self->l.max, n);
	EXPECT_EQ(self->l.mean, (n + 1) / 2);
	EXPECT_EQ(bucket_sum(&self->l), n);
	/* ten times what a sample of this size is off by */
	EXPECT_GT(self->l.p50, n / 2 - n / 50);
	EXPECT_LT(self->l.p50, n / 2 + n / 50);
	EXPECT_GT(self->l.p90, n / 10 * 9 - n / 50);
	EXPECT_LT(self->l.p90, n / 10 * 9 + n / 50);
}

TEST_F(sample, one_too_long_for_the_sample_is_its_longest)
{
	reservoir_add(self->r, 10);
	reservoir_add(self->r, 10 * NSEC_PER_SEC);
	reservoir_sum(self->r, &self->l);
	EXPECT_EQ(self->l.p999, UINT32_MAX);
	EXPECT_EQ(self->l.max, 10 * NSEC_PER_SEC);
	EXPECT_EQ(self->l.mean, 5 * NSEC_PER_SEC + 5);
}

TEST_F(sample, percentiles_stay_between_least_and_longest)
{
	reservoir_add(self->r, UINT64_MAX);
	reservoir_add(self->r, UINT64_MAX - 1);
	reservoir_sum(self->r, &self->l);
	EXPECT_EQ(self->l.min, UINT64_MAX - 1);
	EXPECT_EQ(self->l.p50, UINT64_MAX - 1);
	EXPECT_EQ(self->l.mean, UINT64_MAX - 1);
	EXPECT_EQ(self->l.max, UINT64_MAX);
}

static void sum_of(u64 from, u64 to, struct latency *l)
{
	struct reservoir *r = reservoir_new(from);

	for (; from <= to; from++)
		reservoir_add(r, from);
	reservoir_sum(r, l);
	reservoir_free(r);
}

TEST(merged_counts_add_up)
{
	struct latency a, b, all;

	sum_of(1, 400, &a);
	sum_of(401, 1000, &b);
	sum_of(1, 1000, &all);
	latency_merge(&a, &b);
	EXPECT_EQ(a.total, 1000);
	EXPECT_EQ(a.kept, 1000);
	EXPECT_EQ(a.min, 1);
	EXPECT_EQ(a.max, 1000);
	EXPECT_EQ(memcmp(a.bucket, all.bucket, sizeof(all.bucket)), 0);
	/* 200 and 700 are the means that were rounded */
	EXPECT_EQ(a.mean, 500);
	EXPECT_EQ(a.stddev, all.stddev);
}

TEST(merged_percentiles_are_the_ends_of_buckets)
{
	struct latency a, b;

	sum_of(1, 400, &a);
	sum_of(401, 1000, &b);
	latency_merge(&a, &b);
	EXPECT_EQ(a.p50, latency_bucket_start(latency_bucket(500) + 1) - 1);
	EXPECT_EQ(a.p90, latency_bucket_start(latency_bucket(900) + 1) - 1);
	/* the end of the bucket is above the longest */
	EXPECT_EQ(a.p99, 1000);
	EXPECT_EQ(a.p999, 1000);
}

TEST(merging_with_nothing_changes_nothing)
{
	struct latency a, was, none = { 0 };

	sum_of(5, 50, &a);
	was = a;
	latency_merge(&a, &none);
	EXPECT_EQ(memcmp(&a, &was, sizeof(a)), 0);
	latency_merge(&none, &a);
	EXPECT_EQ(memcmp(&none, &was, sizeof(none)), 0);
}

TEST(merged_counts_stay_at_their_end)
{
	struct latency a = { .total = UINT64_MAX,
			     .kept = 1,
			     .max = UINT64_MAX,
			     .mean = UINT64_MAX,
			     .stddev = UINT64_MAX },
		       b = a;

	a.bucket[7] = UINT32_MAX;
	b.bucket[7] = 2;
	latency_merge(&a, &b);
	EXPECT_EQ(a.total, UINT64_MAX);
	EXPECT_EQ(a.bucket[7], UINT32_MAX);
	EXPECT_EQ(a.max, UINT64_MAX);
	EXPECT_EQ(a.p50, UINT64_MAX);
}

TEST_HARNESS_MAIN
