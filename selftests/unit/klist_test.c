// SPDX-License-Identifier: GPL-2.0-only
/* Lists that lead anywhere. */
#include "fake_sched.h"
#include "host/inspect/klist.h"
#include "kselftest_harness.h"

#define NODES 0xffff888020000000ULL
#define HEAD  0xffff888030000000ULL
#define NR    64

FIXTURE(klist)
{
	struct guest_kernel *gk;
	struct fs_list head;
	struct fs_list nodes[NR];
	struct klist k;
};

static u64 node_of(u32 i)
{
	return NODES + i * sizeof(struct fs_list);
}

/* A ring of @nr nodes. */
static void ring(FIXTURE_DATA(klist) * self, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		self->nodes[i].next = i + 1 < nr ? node_of(i + 1) : HEAD;
		self->nodes[i].prev = i ? node_of(i - 1) : HEAD;
	}
	self->head.next = nr ? node_of(0) : HEAD;
	self->head.prev = nr ? node_of(nr - 1) : HEAD;
}

/* Walks to the end; returns the nodes that came, in order. */
static u32 walk(FIXTURE_DATA(klist) * self)
{
	u32 nr = 0;
	u64 node;

	while (klist_next(&self->k, &node))
		nr++;
	return nr;
}

static u32 walk_ring(FIXTURE_DATA(klist) * self, u32 max)
{
	klist_begin(&self->k, self->gk, KLIST_RING, HEAD, max);
	return walk(self);
}

FIXTURE_SETUP(klist)
{
	self->gk = calloc(1, sizeof(*self->gk));
	fake_map(self->gk, HEAD, &self->head, sizeof(self->head));
	fake_map(self->gk, NODES, self->nodes, sizeof(self->nodes));
}

FIXTURE_TEARDOWN(klist)
{
	free(self->gk);
}

TEST_F(klist, rings_of_all_lengths)
{
	u32 nr;

	for (nr = 0; nr <= NR; nr++) {
		ring(self, nr);
		EXPECT_EQ(nr, walk_ring(self, NR));
		EXPECT_EQ(0, self->k.end);
		EXPECT_EQ(0, self->k.crossed);
	}
}

TEST_F(klist, nodes_come_in_order)
{
	u64 node;
	u32 i;

	ring(self, 5);
	klist_begin(&self->k, self->gk, KLIST_RING, HEAD, NR);
	for (i = 0; i < 5; i++) {
		ASSERT_TRUE(klist_next(&self->k, &node));
		EXPECT_EQ(node_of(i), node);
	}
	EXPECT_FALSE(klist_next(&self->k, &node));
	EXPECT_FALSE(klist_next(&self->k, &node));
}

TEST_F(klist, G7_circles_without_the_head)
{
	u32 from, to;

	for (from = 0; from < 20; from++) {
		for (to = 0; to <= from; to++) {
			ring(self, 20);
			self->nodes[from].next = node_of(to);
			EXPECT_LT(walk_ring(self, 100000), 4 * 20);
			EXPECT_EQ(-ELOOP, self->k.end);
		}
	}
}

TEST_F(klist, G7_wild_pointers)
{
	static const u64 wild[] = { 0, 1, FS_POISON, ~0ULL, HEAD - 8, NODES + sizeof(self->nodes) };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		ring(self, 3);
		self->nodes[1].next = wild[i];
		EXPECT_EQ(2, walk_ring(self, NR));
		EXPECT_EQ(-EFAULT, self->k.end);
	}
}

TEST_F(klist, head_that_is_not_there_is_no_empty_list)
{
	klist_begin(&self->k, self->gk, KLIST_RING, FS_NOWHERE, NR);
	EXPECT_EQ(0, walk(self));
	EXPECT_EQ(-EFAULT, self->k.end);
	klist_begin(&self->k, self->gk, KLIST_NULL, 0, NR);
	EXPECT_EQ(0, walk(self));
	EXPECT_EQ(-EFAULT, self->k.end);
}

TEST_F(klist, more_than_is_looked_at)
{
	ring(self, 10);
	EXPECT_EQ(10, walk_ring(self, 10));
	EXPECT_EQ(0, self->k.end);
	EXPECT_EQ(9, walk_ring(self, 9));
	EXPECT_EQ(-E2BIG, self->k.end);
	EXPECT_EQ(0, walk_ring(self, 0));
	EXPECT_EQ(-E2BIG, self->k.end);
}

TEST_F(klist, links_that_do_not_lead_back_are_counted)
{
	ring(self, 5);
	self->nodes[2].prev = node_of(0);
	self->nodes[4].prev = FS_POISON;
	EXPECT_EQ(5, walk_ring(self, NR));
	EXPECT_EQ(0, self->k.end);
	EXPECT_EQ(2, self->k.crossed);
}

TEST_F(klist, ends_that_are_no_head)
{
	static const struct {
		enum klist_kind kind;
		u64 end;
		int ret;
	} cases[] = {
		{ KLIST_NULL, 0, 0 },	   { KLIST_NULLS, 0, 0 },
		{ KLIST_NULLS, 0x123, 0 }, { KLIST_NULL, 0x123, -EFAULT },
		{ KLIST_NULLS, ~0ULL, 0 }, { KLIST_NULLS, FS_POISON, -EFAULT },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ring(self, 4);
		self->nodes[3].next = cases[i].end;
		klist_begin(&self->k, self->gk, cases[i].kind, HEAD, NR);
		EXPECT_EQ(4, walk(self));
		EXPECT_EQ(cases[i].ret, self->k.end);
		klist_begin_at(&self->k, self->gk, cases[i].kind, node_of(1), NR);
		EXPECT_EQ(3, walk(self));
	}
}

TEST_F(klist, what_is_wrong_is_said)
{
	struct vtree *t = vtree_new(4096);
	struct insp in = { .gk = self->gk, .tree = t };
	u64 crossed;

	ring(self, 5);
	walk_ring(self, NR);
	klist_finish(&in, &self->k, vtree_root(t));
	EXPECT_EQ(0, value_count(vtree_root(t)));
	self->nodes[3].next = node_of(1);
	walk_ring(self, NR);
	klist_finish(&in, &self->k, vtree_root(t));
	EXPECT_STREQ(klist_reason(-ELOOP),
		     value_text(value_get(vtree_root(t), "incomplete", NULL)));
	EXPECT_TRUE(value_u64(value_get(vtree_root(t), "crossed_links", NULL), &crossed));
	EXPECT_GT(crossed, 0);
	vtree_free(t);
	EXPECT_EQ(NULL, klist_reason(0));
	EXPECT_NE(NULL, klist_reason(-EFAULT));
	EXPECT_NE(NULL, klist_reason(-E2BIG));
	EXPECT_NE(NULL, klist_reason(-EINVAL));
}

TEST_HARNESS_MAIN
