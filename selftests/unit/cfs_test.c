// SPDX-License-Identifier: GPL-2.0-only
/* Queues of the fair class: tasks, groups of tasks, and trees that are none. */
#include "fake_sched.h"
#include "host/inspect/cfs.h"
#include "host/inspect/klist.h"
#include "kselftest_harness.h"

#define QUEUES	  0xffff888020000000ULL
#define TASKS	  0xffff888021000000ULL
#define NR_QUEUES 3
#define NR_TASKS  16

struct rb {
	u64 color;
	u64 right;
	u64 left;
};

struct entity {
	u64 weight;
	struct rb run_node;
	u64 deadline;
	u64 vruntime;
	s64 vlag;
	u64 my_q;
};

struct queue {
	u32 nr_queued;
	u32 pad;
	u64 rb_node;
	u64 curr;
};

struct task {
	u64 state;
	struct entity se;
	s32 pid;
	s32 tgid;
	char comm[16];
};

static struct kbtf *types(void)
{
	struct fs_types t;
	int rb, load, root, cached, se;

	fs_types_begin(&t);
	rb = FS_STRUCT(&t, "rb_node", rb, { "rb_right", t.u64_id, offsetof(struct rb, right) },
		       { "rb_left", t.u64_id, offsetof(struct rb, left) });
	load = btf__add_struct(t.btf, "load_weight", 8);
	btf__add_field(t.btf, "weight", t.u64_id, 0, 0);
	root = btf__add_struct(t.btf, "rb_root", 8);
	btf__add_field(t.btf, "rb_node", t.u64_id, 0, 0);
	cached = btf__add_struct(t.btf, "rb_root_cached", 8);
	btf__add_field(t.btf, "rb_root", root, 0, 0);
	se = FS_STRUCT(&t, "sched_entity", entity, { "load", load, 0 },
		       FAKE_MEMBER(struct entity, run_node, rb),
		       FAKE_MEMBER(struct entity, deadline, t.u64_id),
		       FAKE_MEMBER(struct entity, vruntime, t.u64_id),
		       FAKE_MEMBER(struct entity, vlag, t.u64_id),
		       FAKE_MEMBER(struct entity, my_q, t.u64_id));
	FS_STRUCT(&t, "cfs_rq", queue, FAKE_MEMBER(struct queue, nr_queued, t.u32_id),
		  { "tasks_timeline", cached, offsetof(struct queue, rb_node) },
		  FAKE_MEMBER(struct queue, curr, t.u64_id));
	FS_STRUCT(&t, "task_struct", task, FAKE_MEMBER(struct task, se, se),
		  FAKE_MEMBER(struct task, pid, t.s32_id), FAKE_MEMBER(struct task, tgid, t.s32_id),
		  FAKE_MEMBER(struct task, comm, t.char16));
	return fake_kbtf(t.btf, NULL);
}

FIXTURE(cfs)
{
	struct guest_kernel *gk;
	struct kbtf *btf;
	struct cfs_layout l;
	struct task_layout *task;
	struct insp in;
	struct value *root;
	struct queue queues[NR_QUEUES];
	struct task tasks[NR_TASKS];
	u32 steps;
};

static u64 queue_of(u32 i)
{
	return QUEUES + i * sizeof(struct queue);
}

static u64 entity_of(u32 i)
{
	return TASKS + i * sizeof(struct task) + offsetof(struct task, se);
}

static u64 node_of(u32 i)
{
	return entity_of(i) + offsetof(struct entity, run_node);
}

/* A tree of tasks first .. end - 1. */
static u64 plant(FIXTURE_DATA(cfs) * self, u32 first, u32 end)
{
	u32 mid = first + (end - first) / 2;

	if (first == end)
		return 0;
	self->tasks[mid].se.run_node.left = plant(self, first, mid);
	self->tasks[mid].se.run_node.right = plant(self, mid + 1, end);
	return node_of(mid);
}

FIXTURE_SETUP(cfs)
{
	struct ktstr_err err = {};
	u32 i;

	self->gk = calloc(1, sizeof(*self->gk));
	self->task = calloc(1, sizeof(*self->task));
	self->btf = types();
	ASSERT_EQ(0, cfs_layout_init(&self->l, self->btf, &err))
	TH_LOG("%s", err.msg);
	ASSERT_EQ(0, task_layout_init(self->task, self->gk, self->btf, &err))
	TH_LOG("%s", err.msg);
	fake_map(self->gk, QUEUES, self->queues, sizeof(self->queues));
	fake_map(self->gk, TASKS, self->tasks, sizeof(self->tasks));
	for (i = 0; i < NR_TASKS; i++) {
		self->tasks[i].pid = i;
		self->tasks[i].se.vruntime = 1000 + i;
	}
	self->in.gk = self->gk;
	self->in.btf = self->btf;
	self->in.tree = vtree_new(64 << 20);
	self->root = vtree_root(self->in.tree);
	self->steps = CFS_ENTITIES_MAX;
}

FIXTURE_TEARDOWN(cfs)
{
	vtree_free(self->in.tree);
	kbtf_free(self->btf);
	free(self->task);
	free(self->gk);
}

static void show(FIXTURE_DATA(cfs) * self)
{
	cfs_show(&self->in, &self->l, self->task, queue_of(0), &self->steps, self->root);
}

static u64 number(FIXTURE_DATA(cfs) * self, const char *path)
{
	u64 v;

	return value_u64(value_get(self->root, path, NULL), &v) ? v : 0xbadbadbadULL;
}

static u64 count(FIXTURE_DATA(cfs) * self, const char *path)
{
	return value_count(value_get(self->root, path, NULL));
}

static bool has(FIXTURE_DATA(cfs) * self, const char *path)
{
	return value_get(self->root, path, NULL);
}

TEST_F(cfs, tasks_in_order)
{
	self->queues[0] = (struct queue){ .nr_queued = 6, .rb_node = plant(self, 0, 5) };
	self->queues[0].curr = entity_of(9);
	show(self);
	EXPECT_EQ(6, number(self, "nr_queued"));
	EXPECT_EQ(9, number(self, "curr.pid"));
	ASSERT_EQ(5, count(self, "queued"));
	EXPECT_EQ(0, number(self, "queued[0].pid"));
	EXPECT_EQ(4, number(self, "queued[4].pid"));
	EXPECT_EQ(1003, number(self, "queued[3].vruntime"));
	EXPECT_EQ(CFS_ENTITIES_MAX - 6, self->steps);
	EXPECT_FALSE(has(self, "incomplete"));
	EXPECT_TRUE(vtree_complete(self->in.tree));
}

TEST_F(cfs, groups)
{
	self->queues[0].rb_node = plant(self, 0, 3);
	self->tasks[1].se.my_q = queue_of(1);
	self->queues[1].rb_node = plant(self, 5, 7);
	show(self);
	ASSERT_EQ(3, count(self, "queued"));
	EXPECT_FALSE(has(self, "queued[1].pid"));
	ASSERT_EQ(2, count(self, "queued[1].group.queued"));
	EXPECT_EQ(6, number(self, "queued[1].group.queued[1].pid"));
	EXPECT_EQ(2, number(self, "queued[2].pid"));
}

/* Two entities whose group is the queue they are in: 2^8 ways down. */
TEST_F(cfs, groups_in_themselves)
{
	self->queues[0].rb_node = plant(self, 0, 2);
	self->tasks[0].se.my_q = queue_of(0);
	self->tasks[1].se.my_q = queue_of(0);
	show(self);
	EXPECT_TRUE(has(self, "queued[0].group.queued[1].group.queued[0]"));
	EXPECT_GE(CFS_ENTITIES_MAX - self->steps, 1U << CFS_DEPTH_MAX);
	EXPECT_LT(CFS_ENTITIES_MAX - self->steps, 4U << CFS_DEPTH_MAX);
	EXPECT_FALSE(vtree_complete(self->in.tree));
}

TEST_F(cfs, work_is_bounded)
{
	u32 i;

	self->queues[0].rb_node = plant(self, 0, NR_TASKS);
	self->queues[0].curr = entity_of(3);
	for (i = 0; i < NR_TASKS; i++)
		self->tasks[i].se.my_q = queue_of(0);
	self->steps = 1000;
	show(self);
	EXPECT_EQ(0, self->steps);
	EXPECT_STREQ(klist_reason(-E2BIG), value_text(value_get(self->root, "incomplete", NULL)));
}

TEST_F(cfs, tree_that_is_none)
{
	self->queues[0].rb_node = plant(self, 0, 7);
	self->tasks[2].se.run_node.right = node_of(3);
	show(self);
	EXPECT_TRUE(has(self, "incomplete"));
	EXPECT_GT(self->steps, 0);
	EXPECT_FALSE(vtree_complete(self->in.tree));
}

TEST_F(cfs, wild_pointers)
{
	self->queues[0].rb_node = plant(self, 0, 3);
	self->queues[0].curr = FS_POISON;
	self->tasks[0].se.my_q = FS_NOWHERE;
	self->tasks[2].se.run_node.right = FS_POISON;
	show(self);
	EXPECT_TRUE(has(self, "curr.unreadable"));
	EXPECT_TRUE(has(self, "queued[0].group.unreadable"));
	EXPECT_EQ(1, number(self, "queued[1].pid"));
	EXPECT_STREQ(klist_reason(-EFAULT), value_text(value_get(self->root, "incomplete", NULL)));
}

TEST_F(cfs, queue_that_is_not_there)
{
	cfs_show(&self->in, &self->l, self->task, FS_NOWHERE, &self->steps, self->root);
	EXPECT_TRUE(has(self, "unreadable"));
	EXPECT_FALSE(has(self, "queued"));
}

TEST_F(cfs, missing_member_is_named)
{
	struct kbtf *btf = fs_types(NULL);
	struct ktstr_err err;

	EXPECT_EQ(-EOPNOTSUPP, cfs_layout_init(&self->l, btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "cfs_rq.nr_queued"));
	kbtf_free(btf);
}

TEST_HARNESS_MAIN
