// SPDX-License-Identifier: GPL-2.0-only
/* host/vmm/gmem_slot: which RAM is which node's */
#include <stdio.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "kselftest_harness.h"
#include "host/vmm/gmem_slot.h"
#include "lib/preset.h"
#include "lib/util.h"

#define GAP_START 0xc0000000ULL
#define GAP_END	  0x100000000ULL

/* As gmem_new() would lay it out, without the memory */
static struct gmem ram(u64 size)
{
	u64 below = min_t(u64, size, GAP_START);
	struct gmem m = {
		.regions = { { .len = below }, { .gpa = GAP_END, .len = size - below } },
		.nr = size > below ? 2 : 1,
		.size = size,
	};

	return m;
}

TEST(one_node_has_a_slot_each_side_of_the_gap)
{
	struct topology t = { 1, 1, 1, 1 };
	struct gmem_slot s[GMEM_SLOTS_MAX];
	struct gmem m = ram(256 * SZ_1M);

	ASSERT_EQ(1, gmem_slots(&m, &t, s));
	EXPECT_EQ(0, s[0].gpa);
	EXPECT_EQ(256 * SZ_1M, s[0].len);
	m = ram(GAP_START + SZ_2M);
	ASSERT_EQ(2, gmem_slots(&m, &t, s));
	EXPECT_EQ(GAP_START, s[0].len);
	EXPECT_EQ(GAP_END, s[1].gpa);
	EXPECT_EQ(SZ_2M, s[1].len);
	EXPECT_EQ(0, s[1].node);
}

TEST(node_astride_the_gap_has_two_slots)
{
	const struct topology_node node[] = {
		{ .llcs = 1, .mem_mib = 1024 },
		{ .llcs = 1, .mem_mib = 2560 },
		{ .mem_mib = 512 },
	};
	struct topology t = { .nodes = 3, .llcs = 2, .cores = 1, .threads = 1, .node = node };
	struct gmem_slot s[GMEM_SLOTS_MAX];
	struct gmem m = ram(4ULL * SZ_1G);

	ASSERT_EQ(4, gmem_slots(&m, &t, s));
	EXPECT_EQ(0, s[0].node);
	EXPECT_EQ(SZ_1G, s[0].len);
	EXPECT_EQ(1, s[1].node);
	EXPECT_EQ(SZ_1G, s[1].gpa);
	EXPECT_EQ(2ULL * SZ_1G, s[1].len);
	EXPECT_EQ(1, s[2].node);
	EXPECT_EQ(GAP_END, s[2].gpa);
	EXPECT_EQ(SZ_512M, s[2].len);
	EXPECT_EQ(2, s[3].node);
	EXPECT_EQ(GAP_END + SZ_512M, s[3].gpa);
	EXPECT_EQ(SZ_512M, s[3].len);
}

/* A boundary at the very gap splits nothing */
TEST(node_that_ends_at_the_gap_has_one_slot)
{
	struct topology t = { 2, 2, 1, 1 };
	struct gmem_slot s[GMEM_SLOTS_MAX];
	struct gmem m = ram(2 * GAP_START);

	ASSERT_EQ(2, gmem_slots(&m, &t, s));
	EXPECT_EQ(GAP_START, s[0].len);
	EXPECT_EQ(GAP_END, s[1].gpa);
	EXPECT_EQ(1, s[1].node);
}

/* Every byte is some node's, and each node has what it should have */
TEST(slots_cover_all_memory)
{
	static const u64 sizes[] = { SZ_1G, 3ULL * SZ_1G, 5ULL * SZ_1G + SZ_2M, 64ULL * SZ_1G };
	struct gmem_slot s[GMEM_SLOTS_MAX];
	unsigned int i, j, k, nr;

	for (i = 0; i < PRESETS_NR; i++) {
		const struct topology *t = &presets[i].topo;

		for (j = 0; j < ARRAY_SIZE(sizes); j++) {
			struct gmem m = ram(sizes[j]);
			u64 at = 0, have[TOPOLOGY_MAX_NODES] = { 0 };

			ASSERT_EQ(0, topology_check_mem(t, m.size >> 20, NULL));
			nr = gmem_slots(&m, t, s);
			for (k = 0; k < nr; k++) {
				if (at == GAP_START)
					at = GAP_END;
				ASSERT_EQ(at, s[k].gpa);
				ASSERT_LT(s[k].node, t->nodes);
				at += s[k].len;
				have[s[k].node] += s[k].len;
			}
			EXPECT_EQ(at, m.regions[m.nr - 1].gpa + m.regions[m.nr - 1].len);
			for (k = 0; k < t->nodes; k++)
				EXPECT_EQ(have[k] >> 20, topology_node_mem(t, k, m.size >> 20));
		}
	}
}

TEST_HARNESS_MAIN
