// SPDX-License-Identifier: GPL-2.0-only
/* Resizable hash tables: flat, nested, being rehashed, and damaged. */
#include "fake_sched.h"
#include "host/inspect/krhash.h"
#include "kselftest_harness.h"

#define HT	 0xffff888020000000ULL
#define TABLES	 0xffff888021000000ULL
#define NODES	 0xffff888022000000ULL
#define PAGES	 0xffff888023000000ULL
#define NR_NODES 64
#define BUCKETS	 1024

struct table {
	u32 size;
	u32 nest;
	u64 future_tbl;
	u64 buckets[BUCKETS];
};

/* What came, and how often. */
struct seen {
	u32 nodes[NR_NODES];
	u32 nr;
	u32 stop;
};

FIXTURE(krhash)
{
	struct guest_kernel *gk;
	struct kbtf *btf;
	struct krhash_layout l;
	u64 ht;
	struct table *tables;
	u64 nodes[NR_NODES];
	u64(*pages)[512];
	struct seen seen;
	u32 stop;
};

static u64 table_of(u32 i)
{
	return TABLES + i * sizeof(struct table);
}

static u64 node_of(u32 i)
{
	return NODES + i * sizeof(u64);
}

static u64 page_of(u32 i)
{
	return PAGES + i * 4096;
}

FIXTURE_SETUP(krhash)
{
	self->gk = calloc(1, sizeof(*self->gk));
	self->tables = calloc(3, sizeof(*self->tables));
	self->pages = calloc(4, sizeof(*self->pages));
	self->btf = fs_types(NULL);
	ASSERT_EQ(0, krhash_layout_init(&self->l, self->btf, NULL));
	fake_map(self->gk, HT, &self->ht, sizeof(self->ht));
	fake_map(self->gk, TABLES, self->tables, 3 * sizeof(*self->tables));
	fake_map(self->gk, NODES, self->nodes, sizeof(self->nodes));
	fake_map(self->gk, PAGES, self->pages, 4 * sizeof(*self->pages));
	self->ht = table_of(0);
	self->tables[0].size = 4;
}

FIXTURE_TEARDOWN(krhash)
{
	kbtf_free(self->btf);
	free(self->pages);
	free(self->tables);
	free(self->gk);
}

static int count(void *ctx, u64 node)
{
	struct seen *seen = ctx;

	seen->nr++;
	if (node >= NODES && node < node_of(NR_NODES))
		seen->nodes[(node - NODES) / sizeof(u64)]++;
	return seen->nr == seen->stop ? 77 : 0;
}

static int walk(FIXTURE_DATA(krhash) * self)
{
	memset(&self->seen, 0, sizeof(self->seen));
	self->seen.stop = self->stop;
	return krhash_for_each(&self->l, self->gk, HT, count, &self->seen);
}

/* Into a bucket, in front; the chain ends as the kernel's do. */
static void add(FIXTURE_DATA(krhash) * self, u64 *bucket, u32 node)
{
	self->nodes[node] = *bucket ?: (u64)bucket | 1;
	*bucket = node_of(node);
}

TEST_F(krhash, empty)
{
	EXPECT_EQ(0, walk(self));
	self->ht = 0;
	EXPECT_EQ(0, walk(self));
	EXPECT_EQ(0, self->seen.nr);
}

TEST_F(krhash, every_entry_once)
{
	u32 i;

	for (i = 0; i < NR_NODES; i++)
		add(self, &self->tables[0].buckets[i % 3], i);
	EXPECT_EQ(0, walk(self));
	for (i = 0; i < NR_NODES; i++)
		EXPECT_EQ(1, self->seen.nodes[i]);
	self->stop = 10;
	EXPECT_EQ(77, walk(self));
	EXPECT_EQ(10, self->seen.nr);
}

TEST_F(krhash, locked_bucket)
{
	add(self, &self->tables[0].buckets[2], 5);
	self->tables[0].buckets[2] |= 1;
	self->tables[0].buckets[1] = 1;
	EXPECT_EQ(0, walk(self));
	EXPECT_EQ(1, self->seen.nr);
	EXPECT_EQ(1, self->seen.nodes[5]);
}

TEST_F(krhash, table_that_takes_over)
{
	add(self, &self->tables[0].buckets[3], 1);
	self->tables[0].future_tbl = table_of(1);
	self->tables[1].size = 1024;
	add(self, &self->tables[1].buckets[1023], 2);
	EXPECT_EQ(0, walk(self));
	EXPECT_EQ(1, self->seen.nodes[1]);
	EXPECT_EQ(1, self->seen.nodes[2]);
	self->tables[1].future_tbl = table_of(0);
	EXPECT_EQ(-E2BIG, walk(self));
}

/* __rht_bucket_nested(): 2^nest tables, of which each has the rest of the bits. */
TEST_F(krhash, nested_tables)
{
	self->tables[0].size = 1024;
	self->tables[0].nest = 1;
	self->tables[0].buckets[0] = page_of(0);
	self->pages[0][1] = page_of(1);
	add(self, &self->pages[1][0], 1);
	add(self, &self->pages[1][511], 2);
	EXPECT_EQ(0, walk(self));
	EXPECT_EQ(2, self->seen.nr);

	/* One level more: 2^9 tables behind one of the two. */
	self->tables[0].size = 2 * 512 * 512;
	self->pages[1][0] = 0;
	self->pages[1][511] = 0;
	self->pages[1][7] = page_of(2);
	add(self, &self->pages[2][511], 3);
	EXPECT_EQ(0, walk(self));
	EXPECT_EQ(1, self->seen.nr);
	EXPECT_EQ(1, self->seen.nodes[3]);
}

TEST_F(krhash, sizes_that_make_no_sense)
{
	static const struct {
		u32 size;
		u32 nest;
	} bad[] = { { 0, 0 }, { 3, 0 }, { 4, 32 }, { 4, 9 }, { ~0U, 0 }, { 1U << 31, ~0U } };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		self->tables[0].size = bad[i].size;
		self->tables[0].nest = bad[i].nest;
		EXPECT_EQ(-EINVAL, walk(self));
	}
	/* One that could be, but for the memory it has. */
	self->tables[0].size = 1U << 31;
	self->tables[0].nest = 0;
	EXPECT_EQ(-EFAULT, walk(self));
}

/* All slots of all levels lead to the same page, which would be 2^31 buckets. */
TEST_F(krhash, nested_tables_without_an_end)
{
	u32 i;

	self->tables[0].size = 1U << 31;
	self->tables[0].nest = 4;
	self->tables[0].buckets[0] = page_of(0);
	for (i = 0; i < 512; i++)
		self->pages[0][i] = page_of(0);
	EXPECT_EQ(-E2BIG, walk(self));
	EXPECT_LE(self->seen.nr, KRHASH_ENTRIES_MAX);
}

TEST_F(krhash, chains_without_an_end)
{
	u32 i;

	for (i = 0; i < 8; i++)
		add(self, &self->tables[0].buckets[i % 4], i);
	self->nodes[0] = node_of(4);
	EXPECT_EQ(-ELOOP, walk(self));
	EXPECT_LT(self->seen.nr, 64);
	EXPECT_EQ(1, self->seen.nodes[7]);
	self->nodes[0] = FS_POISON;
	EXPECT_EQ(-EFAULT, walk(self));
	EXPECT_EQ(1, self->seen.nodes[7]);
}

TEST_F(krhash, head_that_is_not_there)
{
	EXPECT_EQ(-EFAULT, krhash_for_each(&self->l, self->gk, FS_NOWHERE, count, &self->seen));
	self->ht = FS_NOWHERE;
	EXPECT_EQ(-EFAULT, walk(self));
}

TEST_HARNESS_MAIN
