// SPDX-License-Identifier: GPL-2.0-only
/* What all symbols of a kernel come to, and how it travels. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/util.h"
#include "lib/wire_symbols.h"

#define NR 5000

static void add(struct sym_digest *d, const char *name, u64 addr)
{
	sym_digest_add(d, name, strlen(name), addr);
}

static void fill(struct sym_digest *d, int from, int to)
{
	char name[32];
	int i;

	for (i = from; i < to; i++) {
		snprintf(name, sizeof(name), "function_%d", i);
		add(d, name, 0xffffffff81000000ULL + 16 * i);
	}
}

/* The one bucket in which two digests differ; -1 without one, -2 with several. */
static int differs(const struct sym_digest *a, const struct sym_digest *b)
{
	int at = -1, i;

	for (i = 0; i < SYM_DIGEST_BUCKETS; i++)
		if (a->sum[i] != b->sum[i] || a->count[i] != b->count[i])
			at = at == -1 ? i : -2;
	return at;
}

FIXTURE(digest)
{
	struct sym_digest a;
	struct sym_digest b;
};

FIXTURE_SETUP(digest)
{
	fill(&self->a, 0, NR);
}

FIXTURE_TEARDOWN(digest)
{
}

TEST_F(digest, the_order_does_not_count)
{
	fill(&self->b, NR / 2, NR);
	fill(&self->b, 0, NR / 2);
	EXPECT_EQ(NR, self->b.nr);
	EXPECT_EQ(-1, differs(&self->a, &self->b));
}

TEST_F(digest, one_symbol_less_is_found_by_its_hash)
{
	const char *name = "function_77";
	size_t len = strlen(name);
	int at;

	fill(&self->b, 0, 77);
	fill(&self->b, 78, NR);
	at = differs(&self->a, &self->b);
	ASSERT_EQ(sym_digest_bucket(name, len), at);
	EXPECT_EQ(1, self->a.count[at] - self->b.count[at]);
	EXPECT_EQ(sym_digest_hash(name, len, 0xffffffff81000000ULL + 16 * 77),
		  self->a.sum[at] - self->b.sum[at]);
}

TEST_F(digest, the_same_symbol_twice_counts_twice)
{
	fill(&self->b, 0, NR);
	add(&self->b, "function_0", 0xffffffff81000000ULL);
	EXPECT_EQ(sym_digest_bucket("function_0", 10), differs(&self->a, &self->b));
	EXPECT_EQ(NR + 1, self->b.nr);
}

TEST_F(digest, addresses_that_are_exchanged_differ)
{
	struct sym_digest none = { 0 };

	add(&none, "one", 0x1000);
	add(&none, "two", 0x2000);
	add(&self->b, "one", 0x2000);
	add(&self->b, "two", 0x1000);
	EXPECT_NE(-1, differs(&none, &self->b));
	/* a name and an address are no sum of each other */
	EXPECT_NE(sym_digest_hash("a", 1, 1), sym_digest_hash("b", 1, 0));
}

TEST_F(digest, buckets_are_used_alike)
{
	u32 i, most = 0;

	for (i = 0; i < SYM_DIGEST_BUCKETS; i++)
		most = max(most, self->a.count[i]);
	EXPECT_LT(most, 6 * NR / SYM_DIGEST_BUCKETS);
}

TEST_F(digest, the_wire_keeps_it)
{
	struct wire_symd w;

	wire_symd_encode(&self->a, &w);
	ASSERT_EQ(0, wire_symd_decode(&w, sizeof(w), &self->b));
	EXPECT_EQ(NR, self->b.nr);
	EXPECT_EQ(-1, differs(&self->a, &self->b));
}

TEST_F(digest, what_is_none_is_refused)
{
	struct wire_symd w;

	wire_symd_encode(&self->a, &w);
	EXPECT_EQ(-EBADMSG, wire_symd_decode(&w, sizeof(w) - 1, &self->b));
	EXPECT_EQ(-EBADMSG, wire_symd_decode(&w, 0, &self->b));
	w.count[3] = cpu_to_le32(le32_to_cpu(w.count[3]) + 1);
	EXPECT_EQ(-EBADMSG, wire_symd_decode(&w, sizeof(w), &self->b));
	w.version = cpu_to_le32(WIRE_SYMD_VERSION + 1);
	EXPECT_EQ(-EPROTO, wire_symd_decode(&w, sizeof(w), &self->b));
	EXPECT_EQ(0, self->b.nr);
}

TEST_HARNESS_MAIN
