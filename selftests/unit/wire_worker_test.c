// SPDX-License-Identifier: GPL-2.0-only
/* The report of one worker: what is sent is read, and nothing else is taken. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/util.h"
#include "lib/wire_worker.h"

/* Where things are in a payload. */
enum {
	AT_VERSION = 0,
	AT_LATENCIES = 4,
	AT_FLAGS = 24,
	AT_GAP_CPU = 32,
	AT_MIGRATIONS = 72,
	AT_RUN_DELAY = 96,
	AT_NUMA_PAGES = 128,
	AT_INFO = 320,
	HEAD = 416,
	AT_TOTAL = HEAD,
	AT_KEPT = HEAD + 8,
	AT_MIN = HEAD + 16,
	AT_P50 = HEAD + 24,
	AT_MAX = HEAD + 56,
	AT_MEAN = HEAD + 64,
	AT_STDDEV = HEAD + 72,
	AT_NR_BUCKETS = HEAD + 80,
	AT_BUCKETS = HEAD + 84,
	BUCKET = 6,
};

static void latency_of(struct latency *l, u64 from, u64 to)
{
	struct reservoir *r = reservoir_new(from);

	for (; from <= to; from++)
		reservoir_add(r, from * 1000);
	reservoir_sum(r, l);
	reservoir_free(r);
}

FIXTURE(worker)
{
	struct worker_view v;
	struct worker_view back;
	u8 *buf;
	size_t len;
};

FIXTURE_SETUP(worker)
{
	self->v = (struct worker_view){
		.tid = 101,
		.group = 2,
		.index = 7,
		.step = 3,
		.flags = WORKER_COMPLETED | WORKER_HAS_SCHEDSTAT | WORKER_HAS_NUMA,
		.status = 0x8b,
		.work_units = 1ull << 40,
		.iterations = 12,
		.cpu_ns = 13,
		.wall_ns = 14,
		.migrations = 15,
		.cross_node = 4,
		.max_gap_ns = 17,
		.max_gap_cpu = 511,
		.max_gap_at_ms = 19,
		.run_delay_ns = 20,
		.run_count = 21,
		.sched_cpu_ns = 22,
		.numa_pages = { 23, 24, [15] = 25 },
		.numa_migrated = 26,
		.cpus = { 0x0f, [63] = 0x80 },
		.info = "moved to CPUs 0-3",
	};
	latency_of(&self->v.wake, 1, 50);
	latency_of(&self->v.cost, 400, 500);
	ASSERT_EQ(worker_encode(&self->v, (void **)&self->buf, &self->len), 0);
}

FIXTURE_TEARDOWN(worker)
{
	free(self->buf);
}

/* A copy of just that size, unaligned, so that ASan sees an overrun. */
static int decode(const void *payload, size_t len)
{
	struct worker_view v;
	u8 *copy = malloc(len + 1);
	int ret;

	memcpy(copy + 1, payload, len);
	ret = worker_decode(copy + 1, len, &v);
	free(copy);
	return ret;
}

static void put32(u8 *at, u32 v)
{
	__le32 le = cpu_to_le32(v);

	memcpy(at, &le, sizeof(le));
}

static void put64(u8 *at, u64 v)
{
	__le64 le = cpu_to_le64(v);

	memcpy(at, &le, sizeof(le));
}

static u32 get32(const u8 *at)
{
	__le32 le;

	memcpy(&le, at, sizeof(le));
	return le32_to_cpu(le);
}

TEST_F(worker, round_trip)
{
	ASSERT_EQ(worker_decode(self->buf, self->len, &self->back), 0);
	EXPECT_EQ(memcmp(&self->v, &self->back, sizeof(self->v)), 0);
}

TEST_F(worker, layout)
{
	EXPECT_EQ(get32(self->buf + AT_VERSION), WIRE_WREP_VERSION);
	EXPECT_EQ(get32(self->buf + AT_LATENCIES), BIT(0) | BIT(2));
	EXPECT_EQ(get32(self->buf + 8), 101);
	EXPECT_EQ(get32(self->buf + AT_FLAGS), self->v.flags);
	EXPECT_EQ(get32(self->buf + AT_GAP_CPU), 511);
	EXPECT_EQ(get32(self->buf + AT_MIGRATIONS), 15);
	EXPECT_EQ(get32(self->buf + AT_RUN_DELAY), 20);
	EXPECT_EQ(get32(self->buf + AT_NUMA_PAGES), 23);
	EXPECT_STREQ((char *)self->buf + AT_INFO, "moved to CPUs 0-3");
	EXPECT_EQ(get32(self->buf + AT_TOTAL), 50);
	EXPECT_EQ(get32(self->buf + AT_MIN), 1000);
	EXPECT_EQ(get32(self->buf + AT_MAX), 50000);
}

TEST(nothing_measured_takes_no_room)
{
	struct worker_view v = { .tid = 1 }, back;
	size_t len;
	void *buf;

	ASSERT_EQ(worker_encode(&v, &buf, &len), 0);
	EXPECT_EQ(len, HEAD);
	ASSERT_EQ(worker_decode(buf, len, &back), 0);
	EXPECT_EQ(memcmp(&v, &back, sizeof(v)), 0);
	free(buf);
	v.wake = (struct latency){ .total = 1, .kept = 1 };
	v.wake.bucket[0] = 1;
	ASSERT_EQ(worker_encode(&v, &buf, &len), 0);
	EXPECT_EQ(len, HEAD + 84 + BUCKET);
	EXPECT_EQ(decode(buf, len), 0);
	free(buf);
}

TEST_F(worker, every_bucket_used)
{
	u64 i;

	for (i = 0; i < LATENCY_BUCKETS; i++)
		self->v.timer.bucket[i] = i + 1;
	self->v.timer.total = LATENCY_BUCKETS * (LATENCY_BUCKETS + 1) / 2;
	self->v.timer.kept = 5;
	self->v.timer.max = UINT64_MAX;
	free(self->buf);
	ASSERT_EQ(worker_encode(&self->v, (void **)&self->buf, &self->len), 0);
	ASSERT_EQ(worker_decode(self->buf, self->len, &self->back), 0);
	EXPECT_EQ(memcmp(&self->v, &self->back, sizeof(self->v)), 0);
}

TEST_F(worker, each_truncation_is_refused)
{
	size_t n;

	for (n = 0; n < self->len; n++)
		EXPECT_EQ(decode(self->buf, n), -EBADMSG);
	self->buf = realloc(self->buf, self->len + 1);
	ASSERT_NE(self->buf, NULL);
	self->buf[self->len] = 0;
	EXPECT_EQ(decode(self->buf, self->len + 1), -EBADMSG);
	EXPECT_EQ(decode(self->buf, self->len), 0);
}

TEST_F(worker, another_version_is_not_guessed_at)
{
	put32(self->buf + AT_VERSION, WIRE_WREP_VERSION + 1);
	EXPECT_EQ(decode(self->buf, self->len), -EPROTO);
}

/* Sets one number of the payload, expects it to be refused, and puts it back. */
static int with64(u8 *buf, size_t len, size_t at, u64 value)
{
	u8 was[sizeof(u64)];
	int ret;

	memcpy(was, buf + at, sizeof(was));
	put64(buf + at, value);
	ret = decode(buf, len);
	memcpy(buf + at, was, sizeof(was));
	return ret;
}

static int with32(u8 *buf, size_t len, size_t at, u32 value)
{
	u8 was[sizeof(u32)];
	int ret;

	memcpy(was, buf + at, sizeof(was));
	put32(buf + at, value);
	ret = decode(buf, len);
	memcpy(buf + at, was, sizeof(was));
	return ret;
}

TEST_F(worker, hostile_numbers)
{
	u8 *b = self->buf;
	size_t len = self->len;

	EXPECT_EQ(with32(b, len, AT_LATENCIES, BIT(3)), -EBADMSG);
	EXPECT_EQ(with32(b, len, AT_LATENCIES, 7), -EBADMSG);
	EXPECT_EQ(with32(b, len, AT_LATENCIES, 0), -EBADMSG);
	EXPECT_EQ(with32(b, len, AT_FLAGS, BIT(7)), -EBADMSG);
	EXPECT_EQ(with32(b, len, AT_FLAGS, WORKER_HAS_NUMA), -EBADMSG);
	EXPECT_EQ(with32(b, len, AT_FLAGS, WORKER_HAS_SCHEDSTAT), -EBADMSG);
	EXPECT_EQ(with32(b, len, AT_GAP_CPU, 512), -EBADMSG);
	/* more migrations to another node than at all */
	EXPECT_EQ(with64(b, len, AT_MIGRATIONS, 3), -EBADMSG);
	EXPECT_EQ(with32(b, len, AT_NR_BUCKETS, LATENCY_BUCKETS + 1), -EBADMSG);
	EXPECT_EQ(with32(b, len, AT_NR_BUCKETS, UINT32_MAX), -EBADMSG);
	EXPECT_EQ(with32(b, len, AT_NR_BUCKETS, 0), -EBADMSG);
	EXPECT_EQ(decode(b, len), 0);
}

TEST_F(worker, an_info_without_end)
{
	memset(self->buf + AT_INFO, 'x', WORKER_INFO_MAX);
	EXPECT_EQ(decode(self->buf, self->len), -EBADMSG);
	memset(self->v.info, 'x', WORKER_INFO_MAX);
	EXPECT_EQ(worker_encode(&self->v, (void **)&self->buf, &self->len), -EINVAL);
}

TEST_F(worker, latencies_that_do_not_add_up)
{
	u8 *b = self->buf;
	size_t len = self->len;

	EXPECT_EQ(with64(b, len, AT_TOTAL, 0), -EBADMSG);
	EXPECT_EQ(with64(b, len, AT_TOTAL, 51), -EBADMSG);
	EXPECT_EQ(with64(b, len, AT_TOTAL, UINT64_MAX), -EBADMSG);
	EXPECT_EQ(with64(b, len, AT_KEPT, 0), -EBADMSG);
	EXPECT_EQ(with64(b, len, AT_KEPT, 51), -EBADMSG);
	/* the least is in another bucket, the median before it, ... */
	EXPECT_EQ(with64(b, len, AT_MIN, 10), -EBADMSG);
	EXPECT_EQ(with64(b, len, AT_P50, 999), -EBADMSG);
	EXPECT_EQ(with64(b, len, AT_MAX, 1 << 30), -EBADMSG);
	EXPECT_EQ(with64(b, len, AT_MEAN, 999), -EBADMSG);
	EXPECT_EQ(with64(b, len, AT_MEAN, 50001), -EBADMSG);
	EXPECT_EQ(with64(b, len, AT_STDDEV, 50001), -EBADMSG);
	EXPECT_EQ(decode(b, len), 0);
}

TEST_F(worker, buckets_out_of_order)
{
	u8 *first = self->buf + AT_BUCKETS, swap[BUCKET];

	/* no count */
	EXPECT_EQ(with32(self->buf, self->len, AT_BUCKETS + 2, 0), -EBADMSG);
	/* twice the same */
	memcpy(swap, first, BUCKET);
	memcpy(first, first + BUCKET, 2);
	EXPECT_EQ(decode(self->buf, self->len), -EBADMSG);
	/* falling */
	memcpy(first, first + BUCKET, BUCKET);
	memcpy(first + BUCKET, swap, BUCKET);
	EXPECT_EQ(decode(self->buf, self->len), -EBADMSG);
	/* beyond the last */
	memcpy(first + BUCKET, first, BUCKET);
	memcpy(first, swap, BUCKET);
	EXPECT_EQ(decode(self->buf, self->len), 0);
	first[0] = LATENCY_BUCKETS & 0xff;
	first[1] = LATENCY_BUCKETS >> 8;
	EXPECT_EQ(decode(self->buf, self->len), -EBADMSG);
}

TEST(a_count_at_its_end_is_less_than_the_total)
{
	struct worker_view v = { .cost = { .total = 1ull << 40,
					   .kept = 1,
					   .min = 5,
					   .p50 = 5,
					   .p90 = 5,
					   .p99 = 5,
					   .p999 = 5,
					   .max = 5,
					   .mean = 5 } };
	size_t len;
	void *buf;

	v.cost.bucket[5] = UINT32_MAX;
	ASSERT_EQ(worker_encode(&v, &buf, &len), 0);
	EXPECT_EQ(decode(buf, len), 0);
	free(buf);
	v.cost.bucket[5]--;
	EXPECT_EQ(worker_encode(&v, &buf, &len), -EINVAL);
}

TEST_F(worker, what_would_not_decode_is_not_sent)
{
	void *buf;
	size_t len;

	self->v.flags = BIT(9);
	EXPECT_EQ(worker_encode(&self->v, &buf, &len), -EINVAL);
	self->v.flags = WORKER_HAS_NUMA;
	EXPECT_EQ(worker_encode(&self->v, &buf, &len), -EINVAL);
	self->v.flags = WORKER_HAS_NUMA | WORKER_HAS_SCHEDSTAT;
	self->v.cross_node = self->v.migrations + 1;
	EXPECT_EQ(worker_encode(&self->v, &buf, &len), -EINVAL);
}

TEST_HARNESS_MAIN
