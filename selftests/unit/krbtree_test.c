// SPDX-License-Identifier: GPL-2.0-only
/* Red-black trees, and what only looks like one. */
#include "fake_sched.h"
#include "host/inspect/krbtree.h"
#include "kselftest_harness.h"

#define NODES 0xffff888020000000ULL
#define ROOT  0xffff888030000000ULL
#define NR    200

struct node {
	u64 parent_color;
	u64 right;
	u64 left;
};

FIXTURE(krbtree)
{
	struct guest_kernel *gk;
	struct krbtree_layout l;
	struct krbtree t;
	u64 root;
	struct node nodes[NR];
};

static u64 node_of(u32 i)
{
	return NODES + i * sizeof(struct node);
}

FIXTURE_SETUP(krbtree)
{
	self->gk = calloc(1, sizeof(*self->gk));
	self->l.left = offsetof(struct node, left);
	self->l.right = offsetof(struct node, right);
	fake_map(self->gk, ROOT, &self->root, sizeof(self->root));
	fake_map(self->gk, NODES, self->nodes, sizeof(self->nodes));
}

FIXTURE_TEARDOWN(krbtree)
{
	free(self->gk);
}

/* A balanced tree of nodes first .. end - 1, in the order of their numbers. */
static u64 balanced(FIXTURE_DATA(krbtree) * self, u32 first, u32 end)
{
	u32 mid = first + (end - first) / 2;

	if (first == end)
		return 0;
	self->nodes[mid].left = balanced(self, first, mid);
	self->nodes[mid].right = balanced(self, mid + 1, end);
	return node_of(mid);
}

static u32 walk(FIXTURE_DATA(krbtree) * self, u32 max)
{
	u32 nr = 0;
	u64 node;

	krbtree_begin(&self->t, &self->l, self->gk, ROOT, max);
	while (krbtree_next(&self->t, &node))
		nr++;
	return nr;
}

TEST_F(krbtree, in_order)
{
	u64 node;
	u32 nr, i;

	for (nr = 0; nr < NR; nr += 7) {
		self->root = balanced(self, 0, nr);
		krbtree_begin(&self->t, &self->l, self->gk, ROOT, NR);
		for (i = 0; i < nr; i++) {
			ASSERT_TRUE(krbtree_next(&self->t, &node));
			ASSERT_EQ(node_of(i), node);
		}
		EXPECT_FALSE(krbtree_next(&self->t, &node));
		EXPECT_EQ(0, self->t.end);
	}
}

TEST_F(krbtree, root_that_is_not_there)
{
	u64 node;

	krbtree_begin(&self->t, &self->l, self->gk, FS_NOWHERE, NR);
	EXPECT_FALSE(krbtree_next(&self->t, &node));
	EXPECT_EQ(-EFAULT, self->t.end);
	self->root = FS_POISON;
	EXPECT_EQ(0, walk(self, NR));
	EXPECT_EQ(-EFAULT, self->t.end);
}

TEST_F(krbtree, child_that_is_not_there)
{
	self->root = balanced(self, 0, 15);
	self->nodes[11].right = FS_NOWHERE;
	EXPECT_GE(walk(self, NR), 12);
	EXPECT_EQ(-EFAULT, self->t.end);
	self->root = balanced(self, 0, 15);
	self->nodes[0].left = 1;
	EXPECT_GE(walk(self, NR), 1);
	EXPECT_EQ(-EFAULT, self->t.end);
}

TEST_F(krbtree, deeper_than_any_tree)
{
	u32 i;

	for (i = 0; i + 1 < NR; i++)
		self->nodes[i].left = node_of(i + 1);
	self->root = node_of(0);
	EXPECT_EQ(KRBTREE_DEPTH_MAX, walk(self, NR));
	EXPECT_EQ(-ELOOP, self->t.end);
}

TEST_F(krbtree, G7_node_that_is_its_own_child)
{
	self->root = balanced(self, 0, 15);
	self->nodes[3].left = node_of(3);
	EXPECT_LE(walk(self, 1000), 1000);
	EXPECT_EQ(-ELOOP, self->t.end);
	self->root = balanced(self, 0, 15);
	self->nodes[3].right = node_of(7);
	EXPECT_LE(walk(self, 1000), 1000);
	EXPECT_NE(0, self->t.end);
}

/* 40 levels whose both children are the same node have 2^40 ways down. */
TEST_F(krbtree, G7_branches_that_meet_again)
{
	u32 i;

	for (i = 0; i < 40; i++)
		self->nodes[i] = (struct node){ 0, node_of(i + 1), node_of(i + 1) };
	self->root = node_of(0);
	EXPECT_EQ(5000, walk(self, 5000));
	EXPECT_EQ(-E2BIG, self->t.end);
}

TEST_F(krbtree, missing_member_is_named)
{
	struct kbtf *btf = fs_types(NULL);
	struct ktstr_err err;

	EXPECT_EQ(-EOPNOTSUPP, krbtree_layout_init(&self->l, btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "rb_node.rb_left"));
	kbtf_free(btf);
}

TEST_HARNESS_MAIN
