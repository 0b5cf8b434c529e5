// SPDX-License-Identifier: GPL-2.0-only
/* Dispatch queues: what is in them, and queues that a guest made up. */
#include "fake_sched.h"
#include "host/inspect/dsq.h"
#include "kselftest_harness.h"

#define ON_PRIQ 1
#define CURSOR	1

FIXTURE(dsq)
{
	struct fake_sched *fs;
	struct dsq_layout *l;
};

FIXTURE_SETUP(dsq)
{
	struct ktstr_err err = {};

	self->fs = fake_sched_new(NULL);
	self->l = calloc(1, sizeof(*self->l));
	ASSERT_EQ(0, dsq_layout_init(self->l, &self->fs->gk, self->fs->btf, &err))
	TH_LOG("%s", err.msg);
}

FIXTURE_TEARDOWN(dsq)
{
	free(self->l);
	fake_sched_free(self->fs);
}

/* Queue 0 with tasks 10 .. 10 + nr - 1. */
static void fill(FIXTURE_DATA(dsq) * self, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		fs_enqueue(self->fs, &self->fs->dsqs[0], fs_dsq(0), 10 + i);
}

static u32 show(FIXTURE_DATA(dsq) * self, u64 kva, u32 links)
{
	dsq_show(&self->fs->in, self->l, kva, &links,
		 value_add_struct(self->fs->in.tree, self->fs->root, "q"));
	return links;
}

static void walk(FIXTURE_DATA(dsq) * self)
{
	dsq_walk(&self->fs->in, self->l, self->fs->root);
}

TEST_F(dsq, fifo_in_order)
{
	fill(self, 3);
	self->fs->tasks[11].scx.slice = 20000000;
	EXPECT_EQ(97, show(self, fs_dsq(0), 100));
	EXPECT_STREQ("fifo", fs_text(self->fs, "q.kind"));
	EXPECT_EQ(3, fs_u64(self->fs, "q.nr"));
	ASSERT_EQ(3, fs_count(self->fs, "q.tasks"));
	EXPECT_EQ(10, fs_u64(self->fs, "q.tasks[0].pid"));
	EXPECT_EQ(11, fs_u64(self->fs, "q.tasks[1].pid"));
	EXPECT_STREQ("task-12", fs_text(self->fs, "q.tasks[2].comm"));
	EXPECT_EQ(20000000, fs_u64(self->fs, "q.tasks[1].slice"));
	EXPECT_EQ(100, fs_u64(self->fs, "q.tasks[1].weight"));
	EXPECT_FALSE(fs_has(self->fs, "q.tasks_seen"));
	EXPECT_FALSE(fs_has(self->fs, "q.incomplete"));
	EXPECT_FALSE(fs_has(self->fs, "q.crossed_links"));
}

TEST_F(dsq, by_vtime)
{
	u32 i;

	fill(self, 3);
	for (i = 10; i < 13; i++) {
		self->fs->tasks[i].scx.dsq_flags = ON_PRIQ;
		self->fs->tasks[i].scx.dsq_vtime = i * 1000;
	}
	show(self, fs_dsq(0), 100);
	EXPECT_STREQ("priq", fs_text(self->fs, "q.kind"));
	EXPECT_EQ(12000, fs_u64(self->fs, "q.tasks[2].dsq_vtime"));
}

TEST_F(dsq, of_both_kinds)
{
	fill(self, 2);
	self->fs->tasks[11].scx.dsq_flags = ON_PRIQ;
	show(self, fs_dsq(0), 100);
	EXPECT_STREQ("mixed", fs_text(self->fs, "q.kind"));
}

/* An iterator of a BPF program is in the list, but is no task. */
TEST_F(dsq, cursors_are_passed_over)
{
	fill(self, 3);
	self->fs->tasks[11].scx.dsq_list.flags = CURSOR;
	self->fs->dsqs[0].nr = 2;
	show(self, fs_dsq(0), 100);
	EXPECT_EQ(2, fs_count(self->fs, "q.tasks"));
	EXPECT_EQ(12, fs_u64(self->fs, "q.tasks[1].pid"));
	EXPECT_EQ(1, fs_u64(self->fs, "q.cursors"));
	EXPECT_FALSE(fs_has(self->fs, "q.tasks_seen"));
}

TEST_F(dsq, count_that_disagrees)
{
	fill(self, 3);
	self->fs->dsqs[0].nr = 0xffffffff;
	show(self, fs_dsq(0), 100);
	EXPECT_EQ(3, fs_count(self->fs, "q.tasks"));
	EXPECT_EQ(0xffffffff, fs_u64(self->fs, "q.nr"));
	EXPECT_EQ(3, fs_u64(self->fs, "q.tasks_seen"));
}

TEST_F(dsq, G7_loops_end_and_are_told)
{
	fill(self, 20);
	self->fs->tasks[29].scx.dsq_list.node.next = fs_task_node(15);
	show(self, fs_dsq(0), 100000);
	EXPECT_LT(fs_count(self->fs, "q.tasks"), 100);
	EXPECT_STREQ(klist_reason(-ELOOP), fs_text(self->fs, "q.incomplete"));
}

/* Tasks 12 and on are in the list of another queue, which never ends here. */
TEST_F(dsq, G7_list_that_leads_into_another)
{
	struct fake_sched *fs = self->fs;

	fill(self, 2);
	fs_enqueue(fs, &fs->dsqs[1], fs_dsq(1), 12);
	fs_enqueue(fs, &fs->dsqs[1], fs_dsq(1), 13);
	fs->tasks[11].scx.dsq_list.node.next = fs_task_node(12);
	show(self, fs_dsq(0), 100000);
	EXPECT_TRUE(fs_has(fs, "q.incomplete"));
	EXPECT_TRUE(fs_has(fs, "q.crossed_links"));
	EXPECT_TRUE(fs_has(fs, "q.tasks_seen"));
}

TEST_F(dsq, G7_wild_links)
{
	static const u64 wild[] = { 0, 1, FS_POISON, ~0ULL, FS_NOWHERE };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		struct value *to = value_add_array(self->fs->in.tree, self->fs->root, "wild");
		u32 links = 100;

		fs_list_init(&self->fs->dsqs[0].list, fs_dsq(0) + offsetof(struct fs_dsq, list));
		self->fs->dsqs[0].nr = 0;
		fill(self, 3);
		self->fs->tasks[11].scx.dsq_list.node.next = wild[i];
		to = value_add_struct(self->fs->in.tree, to, NULL);
		dsq_show(&self->fs->in, self->l, fs_dsq(0), &links, to);
		EXPECT_STREQ(klist_reason(-EFAULT), value_text(value_get(to, "incomplete", NULL)));
	}
}

TEST_F(dsq, queue_that_is_not_there)
{
	show(self, FS_NOWHERE, 100);
	EXPECT_TRUE(fs_has(self->fs, "q.unreadable"));
	EXPECT_FALSE(fs_has(self->fs, "q.tasks"));
}

TEST_F(dsq, links_run_out)
{
	fill(self, 10);
	EXPECT_EQ(0, show(self, fs_dsq(0), 4));
	EXPECT_EQ(4, fs_count(self->fs, "q.tasks"));
	EXPECT_STREQ(klist_reason(-E2BIG), fs_text(self->fs, "q.incomplete"));
}

TEST_F(dsq, all_of_a_scheduler)
{
	struct fake_sched *fs = self->fs;
	u32 i;

	for (i = 0; i < 6; i++)
		fs_hash(fs, i);
	fill(self, 2);
	fs_enqueue(fs, &fs->st.global[1], FS_STATIC(global[1]), 20);
	fs_enqueue(fs, &fs->cpus[1].pcpu.bypass_dsq,
		   fs_area(1) + offsetof(struct fs_area, pcpu.bypass_dsq), 21);
	walk(self);
	EXPECT_EQ(6, fs_count(fs, "user"));
	ASSERT_EQ(1, fs_count(fs, "global"));
	EXPECT_EQ(1, fs_u64(fs, "global[0].node"));
	EXPECT_EQ(20, fs_u64(fs, "global[0].tasks[0].pid"));
	EXPECT_EQ(1, fs_u64(fs, "global_empty"));
	ASSERT_EQ(1, fs_count(fs, "bypass"));
	EXPECT_EQ(1, fs_u64(fs, "bypass[0].cpu"));
	EXPECT_EQ(21, fs_u64(fs, "bypass[0].tasks[0].pid"));
	EXPECT_EQ(1, fs_u64(fs, "bypass_empty"));
}

TEST_F(dsq, no_scheduler)
{
	self->fs->st.scx_root = 0;
	walk(self);
	EXPECT_TRUE(fs_has(self->fs, "unavailable"));
	EXPECT_FALSE(fs_has(self->fs, "user"));
}

TEST_F(dsq, scheduler_that_is_not_there)
{
	self->fs->st.scx_root = FS_NOWHERE;
	walk(self);
	EXPECT_EQ(0, fs_count(self->fs, "user"));
	EXPECT_STREQ(klist_reason(-EFAULT), fs_text(self->fs, "user_incomplete"));
	EXPECT_TRUE(fs_has(self->fs, "global"));
	EXPECT_EQ(FS_CPUS, fs_count(self->fs, "bypass"));
	EXPECT_TRUE(fs_has(self->fs, "bypass[1].unreadable"));
}

/* More nodes than any machine has, of which two are in memory. */
TEST_F(dsq, G8_absurd_number_of_nodes)
{
	self->fs->st.nr_node_ids = 0xffffffff;
	walk(self);
	EXPECT_GE(DSQ_NODES_MAX, fs_count(self->fs, "global"));
	EXPECT_LE(2, fs_u64(self->fs, "global_empty"));
}

TEST_F(dsq, hash_table_that_loops)
{
	fs_hash(self->fs, 0);
	fs_hash(self->fs, 4);
	self->fs->dsqs[0].hash_node = self->fs->st.table.buckets[0];
	walk(self);
	EXPECT_LT(fs_count(self->fs, "user"), 32);
	EXPECT_STREQ(klist_reason(-ELOOP), fs_text(self->fs, "user_incomplete"));
}

TEST_F(dsq, out_of_time)
{
	fs_hash(self->fs, 0);
	self->fs->in.deadline_ns = 1;
	walk(self);
	EXPECT_TRUE(self->fs->in.late);
	EXPECT_EQ(1, fs_count(self->fs, "user") + fs_has(self->fs, "user"));
}

/* 6.12 to 6.15: static variables instead of struct scx_sched. */
TEST_F(dsq, static_variables)
{
	struct dsq_layout l = *self->l;
	struct fake_sched *fs = self->fs;
	u64 hash = FS_STATIC(table), global = FS_STATIC(pnodes);

	l.hash_kva = fake_map(&fs->gk, 0xffffffff84000000ULL, &hash, sizeof(hash));
	l.global_kva = fake_map(&fs->gk, 0xffffffff84000010ULL, &global, sizeof(global));
	fs->sched.dsq_hash = FS_NOWHERE;
	fs->sched.pnode = FS_NOWHERE;
	fs_hash(fs, 3);
	dsq_walk(&fs->in, &l, fs->root);
	EXPECT_EQ(1, fs_count(fs, "user"));
	EXPECT_EQ(3, fs_u64(fs, "user[0].id"));
	EXPECT_EQ(2, fs_u64(fs, "global_empty"));
}

TEST_F(dsq, missing_symbol_is_named)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	struct dsq_layout l;
	struct ktstr_err err;

	EXPECT_EQ(-EOPNOTSUPP, dsq_layout_init(&l, gk, self->fs->btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "runqueues"));
	free(gk);
}

TEST_HARNESS_MAIN
