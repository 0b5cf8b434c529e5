// SPDX-License-Identifier: GPL-2.0-only
/* Run queues, as the monitor reads them and as the dump shows them. */
#include "fake_sched.h"
#include "host/inspect/rq.h"
#include "kselftest_harness.h"

FIXTURE(rq)
{
	struct fake_sched *fs;
	struct rq_layout *l;
	struct rq_state st;
};

FIXTURE_SETUP(rq)
{
	struct ktstr_err err = {};

	self->fs = fake_sched_new(NULL);
	self->l = calloc(1, sizeof(*self->l));
	ASSERT_EQ(0, rq_layout_init(self->l, &self->fs->gk, self->fs->btf, &err))
	TH_LOG("%s", err.msg);
}

FIXTURE_TEARDOWN(rq)
{
	free(self->l);
	fake_sched_free(self->fs);
}

static void walk(FIXTURE_DATA(rq) * self)
{
	rq_walk(&self->fs->in, self->l, value_add_array(self->fs->in.tree, self->fs->root, "rqs"));
}

/* Into a CPU's runnable_list. */
static void runnable(struct fake_sched *fs, u32 cpu, u32 task)
{
	struct fs_list *head = &fs->cpus[cpu].rq.scx.runnable_list;
	struct fs_list *last = fake_hva(&fs->gk, head->prev, sizeof(*last));
	u64 node = fs_task(task) + offsetof(struct fs_task, scx.runnable_node);

	fs->tasks[task].scx.runnable_node =
		(struct fs_list){ fs_area(cpu) + offsetof(struct fs_area, rq.scx.runnable_list),
				  head->prev };
	last->next = node;
	head->prev = node;
}

TEST_F(rq, idle_cpu)
{
	ASSERT_EQ(0, rq_state_read(self->l, &self->fs->gk, 1, &self->st));
	EXPECT_TRUE(self->st.idle);
	EXPECT_TRUE(self->st.has_scx);
	EXPECT_EQ(fs_area(1), self->st.kva);
	EXPECT_EQ(1000001, self->st.clock);
	EXPECT_EQ(0, self->st.nr_running);
	EXPECT_STREQ("task-1", self->st.curr_comm);
}

TEST_F(rq, busy_cpu)
{
	struct fs_rq *rq = &self->fs->cpus[0].rq;

	rq->nr_running = 7;
	rq->nr_switches = 1ULL << 40;
	rq->curr = fs_task(9);
	rq->scx.nr_running = 5;
	rq->scx.flags = 0x10001;
	rq->scx.cpu_released = 1;
	rq->scx.clock = 99;
	fs_enqueue(self->fs, &rq->scx.local_dsq, fs_local_dsq(0), 20);
	ASSERT_EQ(0, rq_state_read(self->l, &self->fs->gk, 0, &self->st));
	EXPECT_FALSE(self->st.idle);
	EXPECT_EQ(7, self->st.nr_running);
	EXPECT_EQ(1ULL << 40, self->st.nr_switches);
	EXPECT_EQ(9, self->st.curr_pid);
	EXPECT_EQ(5, self->st.scx_nr_running);
	EXPECT_EQ(1, self->st.local_dsq_depth);
	EXPECT_EQ(0x10001, self->st.scx_flags);
	EXPECT_EQ(99, self->st.scx_clock);
	EXPECT_TRUE(self->st.scx_cpu_released);
}

TEST_F(rq, curr_that_is_not_there)
{
	static const u64 wild[] = { 0, 1, FS_POISON, ~0ULL, FS_NOWHERE };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		self->fs->cpus[0].rq.curr = wild[i];
		ASSERT_EQ(0, rq_state_read(self->l, &self->fs->gk, 0, &self->st));
		EXPECT_EQ(wild[i], self->st.curr);
		EXPECT_EQ(0, self->st.curr_pid);
		EXPECT_STREQ("", self->st.curr_comm);
		EXPECT_FALSE(self->st.idle);
	}
}

/* A name without its NUL does not run into what is behind it. */
TEST_F(rq, name_without_an_end)
{
	memset(self->fs->tasks[0].comm, 'x', sizeof(self->fs->tasks[0].comm));
	ASSERT_EQ(0, rq_state_read(self->l, &self->fs->gk, 0, &self->st));
	EXPECT_EQ(TASK_COMM_LEN - 1, strlen(self->st.curr_comm));
}

TEST_F(rq, cpus_that_are_not_there)
{
	static const u32 cpus[] = { 2, 63, 0x7fffffff, ~0U };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cpus); i++) {
		self->st.clock = 1;
		EXPECT_EQ(-EFAULT, rq_state_read(self->l, &self->fs->gk, cpus[i], &self->st));
		EXPECT_EQ(0, self->st.clock);
	}
	self->fs->offsets[1] = FS_POISON;
	EXPECT_EQ(-EFAULT, rq_state_read(self->l, &self->fs->gk, 1, &self->st));
}

TEST_F(rq, shown_with_its_tasks)
{
	struct fake_sched *fs = self->fs;

	fs->cpus[1].rq.curr = fs_task(30);
	fs_enqueue(fs, &fs->cpus[1].rq.scx.local_dsq, fs_local_dsq(1), 31);
	fs_enqueue(fs, &fs->cpus[1].rq.scx.local_dsq, fs_local_dsq(1), 32);
	runnable(fs, 1, 33);
	walk(self);
	ASSERT_EQ(2, fs_count(fs, "rqs"));
	EXPECT_EQ(1, fs_u64(fs, "rqs[0].idle"));
	EXPECT_EQ(0, fs_count(fs, "rqs[0].scx.local_dsq.tasks"));
	EXPECT_EQ(0, fs_u64(fs, "rqs[1].idle"));
	EXPECT_EQ(30, fs_u64(fs, "rqs[1].curr.pid"));
	EXPECT_EQ(1, fs_u64(fs, "rqs[1].scx.flags"));
	EXPECT_EQ(2, fs_count(fs, "rqs[1].scx.local_dsq.tasks"));
	EXPECT_EQ(32, fs_u64(fs, "rqs[1].scx.local_dsq.tasks[1].pid"));
	ASSERT_EQ(1, fs_count(fs, "rqs[1].scx.runnable.tasks"));
	EXPECT_EQ(33, fs_u64(fs, "rqs[1].scx.runnable.tasks[0].pid"));
}

TEST_F(rq, one_bad_queue_does_not_hide_the_others)
{
	struct fake_sched *fs = self->fs;

	fs->cpus[0].rq.scx.local_dsq.list.next = FS_POISON;
	fs->cpus[0].rq.scx.runnable_list.next = fs->cpus[0].rq.scx.runnable_list.next + 8;
	walk(self);
	EXPECT_TRUE(fs_has(fs, "rqs[0].scx.local_dsq.incomplete"));
	EXPECT_TRUE(fs_has(fs, "rqs[0].scx.runnable.crossed_links"));
	EXPECT_FALSE(fs_has(fs, "rqs[1].scx.local_dsq.incomplete"));
	EXPECT_FALSE(fs_has(fs, "rqs[1].scx.runnable.crossed_links"));
}

TEST_F(rq, more_cpus_than_there_are)
{
	self->fs->in.nr_cpus = 4;
	walk(self);
	ASSERT_EQ(4, fs_count(self->fs, "rqs"));
	EXPECT_FALSE(fs_has(self->fs, "rqs[1].unreadable"));
	EXPECT_TRUE(fs_has(self->fs, "rqs[3].unreadable"));
	EXPECT_EQ(3, fs_u64(self->fs, "rqs[3].cpu"));
}

TEST_F(rq, missing_symbol_is_named)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	struct ktstr_err err;

	EXPECT_EQ(-EOPNOTSUPP, rq_layout_init(self->l, gk, self->fs->btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "runqueues"));
	free(gk);
}

/* A kernel without sched_ext has run queues like any other. */
TEST(without_sched_ext)
{
	struct fake_sched *fs = fake_sched_new(NULL);
	struct rq_layout *l = calloc(1, sizeof(*l));
	struct rq_state st;
	struct fs_types t;

	kbtf_free(fs->btf);
	fs_types_begin(&t);
	FS_STRUCT(&t, "rq", fs_rq, FAKE_MEMBER(struct fs_rq, nr_running, t.u32_id),
		  FAKE_MEMBER(struct fs_rq, curr, t.u64_id),
		  FAKE_MEMBER(struct fs_rq, clock, t.u64_id));
	FS_STRUCT(&t, "task_struct", fs_task, FAKE_MEMBER(struct fs_task, pid, t.s32_id),
		  FAKE_MEMBER(struct fs_task, tgid, t.s32_id),
		  FAKE_MEMBER(struct fs_task, comm, t.char16));
	fs->btf = fake_kbtf(t.btf, NULL);
	fs->in.btf = fs->btf;
	ASSERT_EQ(0, rq_layout_init(l, &fs->gk, fs->btf, NULL));
	EXPECT_FALSE(l->has_scx);
	ASSERT_EQ(0, rq_state_read(l, &fs->gk, 1, &st));
	EXPECT_FALSE(st.has_scx);
	EXPECT_EQ(1000001, st.clock);
	rq_walk(&fs->in, l, value_add_array(fs->in.tree, fs->root, "rqs"));
	EXPECT_EQ(0, fs_u64(fs, "rqs[0].nr_running"));
	EXPECT_FALSE(fs_has(fs, "rqs[0].scx"));
	free(l);
	fake_sched_free(fs);
}

TEST_HARNESS_MAIN
