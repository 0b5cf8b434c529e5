// SPDX-License-Identifier: GPL-2.0-only
/* Tasks and their control groups, found and shown. */
#include "fake_sched.h"
#include "host/inspect/task.h"
#include "kselftest_harness.h"

FIXTURE(task)
{
	struct fake_sched *fs;
	struct task_layout *l;
	struct ktstr_err err;
	u64 kva;
};

FIXTURE_SETUP(task)
{
	self->fs = fake_sched_new(NULL);
	self->l = calloc(1, sizeof(*self->l));
	ASSERT_EQ(0, task_layout_init(self->l, &self->fs->gk, self->fs->btf, &self->err))
	TH_LOG("%s", self->err.msg);
}

FIXTURE_TEARDOWN(task)
{
	free(self->l);
	fake_sched_free(self->fs);
}

static int find(FIXTURE_DATA(task) * self, s32 pid)
{
	return task_find(self->l, &self->fs->gk, pid, &self->kva, &self->err);
}

static void show(FIXTURE_DATA(task) * self, u64 kva)
{
	task_show(&self->fs->in, self->l, kva,
		  value_add_struct(self->fs->in.tree, self->fs->root, "t"));
}

/* Make a task a thread of another, which leaves the list of processes. */
static void make_thread(struct fake_sched *fs, u32 leader, u32 thread)
{
	struct fs_list *head = &fs->st.signals[leader].thread_head;
	u64 node = fs_task(thread) + offsetof(struct fs_task, thread_node);
	struct fs_list *last = fake_hva(&fs->gk, head->prev, sizeof(*last));

	fs->tasks[thread].thread_node =
		(struct fs_list){ FS_STATIC(signals[leader].thread_head), head->prev };
	last->next = node;
	head->prev = node;
	fs->tasks[thread].tgid = leader;
	fs->tasks[thread - 1].tasks.next = fs->tasks[thread].tasks.next;
	fs->tasks[thread + 1].tasks.prev = fs->tasks[thread].tasks.prev;
}

TEST_F(task, found_by_pid)
{
	ASSERT_EQ(0, find(self, 17));
	EXPECT_EQ(fs_task(17), self->kva);
	ASSERT_EQ(0, find(self, FS_TASKS - 1));
	EXPECT_EQ(fs_task(FS_TASKS - 1), self->kva);
}

TEST_F(task, thread_found_by_pid)
{
	make_thread(self->fs, 5, 30);
	ASSERT_EQ(0, find(self, 30));
	EXPECT_EQ(fs_task(30), self->kva);
	ASSERT_EQ(0, find(self, 31));
}

TEST_F(task, not_found)
{
	static const s32 pids[] = { 0, -1, 1000, 0x7fffffff };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pids); i++)
		EXPECT_EQ(-ENOENT, find(self, pids[i]));
	EXPECT_NE(NULL, strstr(self->err.msg, "2147483647"));
}

TEST_F(task, processes_in_a_circle)
{
	self->fs->tasks[20].tasks.next = fs_task(10) + offsetof(struct fs_task, tasks);
	EXPECT_EQ(-ELOOP, find(self, 40));
	EXPECT_EQ(0, find(self, 15));
}

TEST_F(task, processes_that_lead_nowhere)
{
	self->fs->tasks[20].tasks.next = FS_POISON;
	EXPECT_EQ(-EFAULT, find(self, 40));
	EXPECT_EQ(0, find(self, 20));
}

TEST_F(task, threads_in_a_circle_do_not_hide_the_rest)
{
	self->fs->tasks[20].thread_node.next = fs_task(20) + offsetof(struct fs_task, thread_node);
	EXPECT_EQ(0, find(self, 40));
	EXPECT_EQ(-ELOOP, find(self, 1000));
	self->fs->tasks[21].signal = FS_NOWHERE;
	EXPECT_EQ(0, find(self, 21));
}

TEST_F(task, shown)
{
	struct fs_task *p = &self->fs->tasks[9];

	p->policy = 7;
	p->state = 1;
	p->prio = 120;
	p->nvcsw = 55;
	p->cpu = 1;
	p->sched_class = 0xffffffff82300100ULL;
	p->scx.dsq = fs_dsq(3);
	p->scx.slice = 1234;
	p->scx.flags = 0x401;
	show(self, fs_task(9));
	EXPECT_EQ(9, fs_u64(self->fs, "t.pid"));
	EXPECT_STREQ("task-9", fs_text(self->fs, "t.comm"));
	EXPECT_STREQ("S", fs_text(self->fs, "t.state"));
	EXPECT_STREQ("SCHED_EXT", fs_text(self->fs, "t.policy"));
	EXPECT_STREQ("ext", fs_text(self->fs, "t.class"));
	EXPECT_EQ(120, fs_u64(self->fs, "t.prio"));
	EXPECT_EQ(55, fs_u64(self->fs, "t.nvcsw"));
	EXPECT_EQ(1, fs_u64(self->fs, "t.cpu"));
	EXPECT_EQ(1234, fs_u64(self->fs, "t.scx.slice"));
	EXPECT_EQ(0x401, fs_u64(self->fs, "t.scx.flags"));
	EXPECT_EQ(fs_dsq(3), fs_u64(self->fs, "t.scx.dsq"));
	EXPECT_EQ(3, fs_u64(self->fs, "t.scx.dsq_id"));
	EXPECT_STREQ("/outer/inner", fs_text(self->fs, "t.cgroup"));
	EXPECT_EQ(0, fs_u64(self->fs, "t.parent.pid"));
	EXPECT_EQ(VALUE_CPULIST, value_kind(value_get(self->fs->root, "t.cpus_allowed", NULL)));
}

TEST_F(task, shown_as_far_as_it_can_be_read)
{
	struct fs_task *p = &self->fs->tasks[9];

	p->scx.dsq = FS_NOWHERE;
	p->cgroups = FS_POISON;
	p->real_parent = FS_NOWHERE;
	p->cpus_ptr = FS_NOWHERE;
	p->sched_class = FS_POISON;
	p->policy = 4;
	p->state = 0xffffffff;
	show(self, fs_task(9));
	EXPECT_FALSE(fs_has(self->fs, "t.scx.dsq_id"));
	EXPECT_EQ(VALUE_UNSUPPORTED, value_kind(value_get(self->fs->root, "t.cgroup", NULL)));
	EXPECT_EQ(VALUE_UNSUPPORTED, value_kind(value_get(self->fs->root, "t.cpus_allowed", NULL)));
	EXPECT_TRUE(fs_has(self->fs, "t.parent.unreadable"));
	EXPECT_EQ(FS_POISON, fs_u64(self->fs, "t.class"));
	EXPECT_EQ(4, fs_u64(self->fs, "t.policy"));
}

TEST_F(task, no_task_at_all)
{
	show(self, FS_POISON);
	EXPECT_TRUE(fs_has(self->fs, "t.unreadable"));
	EXPECT_FALSE(fs_has(self->fs, "t.pid"));
}

TEST_F(task, letters_of_states)
{
	static const struct {
		u32 state;
		const char *letter;
	} states[] = { { 0, "R" }, { 1, "S" },	   { 2, "D" },	  { 4, "T" },
		       { 8, "t" }, { 0x402, "I" }, { 0x40, "P" }, { 0x80, "R" } };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		struct value *to = value_add_struct(self->fs->in.tree, self->fs->root, "s");

		self->fs->tasks[3].state = states[i].state;
		task_show(&self->fs->in, self->l, fs_task(3), to);
		EXPECT_STREQ(states[i].letter, value_text(value_get(to, "state", NULL)));
	}
}

TEST_F(task, all_of_them)
{
	struct fake_sched *fs = self->fs;

	make_thread(fs, 5, 30);
	task_walk(&fs->in, self->l, fs->root);
	ASSERT_EQ(FS_TASKS, fs_count(fs, "tasks"));
	EXPECT_EQ(0, fs_u64(fs, "tasks[0].pid"));
	EXPECT_EQ(5, fs_u64(fs, "tasks[5].pid"));
	EXPECT_EQ(30, fs_u64(fs, "tasks[6].pid"));
	EXPECT_FALSE(fs_has(fs, "incomplete"));
}

TEST_F(task, all_that_can_be_reached)
{
	struct fake_sched *fs = self->fs;

	fs->tasks[20].tasks.next = fs_task(20) + offsetof(struct fs_task, tasks);
	task_walk(&fs->in, self->l, fs->root);
	EXPECT_GE(fs_count(fs, "tasks"), 21);
	EXPECT_STREQ("leads round in a circle", fs_text(fs, "incomplete"));
}

TEST_F(task, without_init_task)
{
	self->l->init_task = 0;
	EXPECT_EQ(-EOPNOTSUPP, find(self, 3));
	task_walk(&self->fs->in, self->l, self->fs->root);
	EXPECT_TRUE(fs_has(self->fs, "unavailable"));
}

static int path(FIXTURE_DATA(task) * self, u32 group, char *buf, size_t len)
{
	return cgroup_path(&self->l->cgroup, &self->fs->gk, FS_STATIC(groups[group]), buf, len);
}

TEST_F(task, paths_of_groups)
{
	char buf[CGROUP_PATH_MAX];

	ASSERT_EQ(0, path(self, 0, buf, sizeof(buf)));
	EXPECT_STREQ("/", buf);
	ASSERT_EQ(0, path(self, 1, buf, sizeof(buf)));
	EXPECT_STREQ("/outer", buf);
	ASSERT_EQ(0, path(self, 2, buf, sizeof(buf)));
	EXPECT_STREQ("/outer/inner", buf);
}

TEST_F(task, paths_that_do_not_fit)
{
	char buf[16];
	size_t len;

	for (len = 8; len <= sizeof(buf); len++) {
		memset(buf, 'x', sizeof(buf));
		ASSERT_EQ(0, path(self, 2, buf, len));
		EXPECT_LT(strlen(buf), len);
		EXPECT_TRUE(strstr(buf, "...") == buf || strcmp(buf, "/outer/inner") == 0);
	}
}

TEST_F(task, groups_in_a_circle)
{
	char buf[CGROUP_PATH_MAX];

	self->fs->st.groups[0].parent = FS_STATIC(groups[2]);
	ASSERT_EQ(0, path(self, 2, buf, sizeof(buf)));
	EXPECT_EQ(0, strncmp(buf, ".../", 4));
	EXPECT_LT(strlen(buf), sizeof(buf));
}

TEST_F(task, groups_that_lead_nowhere)
{
	char buf[CGROUP_PATH_MAX];

	self->fs->st.groups[1].name = FS_NOWHERE;
	EXPECT_EQ(-EFAULT, path(self, 2, buf, sizeof(buf)));
	EXPECT_STREQ("", buf);
	self->fs->st.groups[2].parent = FS_POISON;
	EXPECT_EQ(-EFAULT, path(self, 2, buf, sizeof(buf)));
	self->fs->st.groups[2].kn = 0;
	EXPECT_EQ(-EFAULT, path(self, 2, buf, sizeof(buf)));
	self->l->cgroup.present = false;
	EXPECT_EQ(-EOPNOTSUPP, path(self, 2, buf, sizeof(buf)));
}

TEST_HARNESS_MAIN
