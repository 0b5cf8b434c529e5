// SPDX-License-Identifier: GPL-2.0-only
/* The longest wait of a runnable task, over lists that may lead anywhere. */
#include <stdlib.h>

#include "fake_kernel.h"
#include "host/inspect/runnable.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define RUNQUEUES  0xffffffff83800000ULL
#define CPU_OFFSET 0xffffffff82400000ULL
#define JIFFIES	   0xffffffff82405000ULL
#define CPU0	   0xffff888007c00000ULL
#define CPU1	   0xffff888007d00000ULL
#define TASKS	   0xffff888010000000ULL
#define NOW	   4295000000ULL

#define NR_TASKS (RUNNABLE_TASKS_MAX + 1)

struct list {
	u64 next;
	u64 prev;
};

struct rq {
	u64 lock;
	struct list runnable_list;
};

struct task {
	u64 state;
	struct list runnable_node;
	u64 runnable_at;
};

static struct kbtf *types(void)
{
	struct btf *btf = btf__new_empty();
	int u64_id = btf__add_int(btf, "unsigned long", 8, 0);
	int list = btf__add_struct(btf, "list_head", sizeof(struct list));
	int entity, scx_rq;

	btf__add_field(btf, "next", u64_id, 0, 0);
	btf__add_field(btf, "prev", u64_id, 8 * 8, 0);
	scx_rq = btf__add_struct(btf, "scx_rq", 16);
	btf__add_field(btf, "runnable_list", list, 0, 0);
	entity = btf__add_struct(btf, "sched_ext_entity", 24);
	btf__add_field(btf, "runnable_node", list, 0, 0);
	btf__add_field(btf, "runnable_at", u64_id, 16 * 8, 0);
	btf__add_struct(btf, "rq", sizeof(struct rq));
	btf__add_field(btf, "scx", scx_rq, 8 * 8, 0);
	btf__add_struct(btf, "task_struct", sizeof(struct task));
	btf__add_field(btf, "scx", entity, 8 * 8, 0);
	return fake_kbtf(btf, NULL);
}

FIXTURE(runnable)
{
	struct guest_kernel *gk;
	struct kbtf *btf;
	struct runnable_layout l;
	struct runnable_scan scan;
	struct rq rq[2];
	u64 offsets[2];
	u64 jiffies;
	struct task *tasks;
};

static u64 head_of(unsigned int cpu)
{
	return (cpu ? CPU1 : CPU0) + offsetof(struct rq, runnable_list);
}

static u64 node_of(u32 task)
{
	return TASKS + task * sizeof(struct task) + offsetof(struct task, runnable_node);
}

FIXTURE_SETUP(runnable)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	unsigned int i;

	self->gk = gk;
	self->btf = types();
	ASSERT_NE(NULL, self->btf);
	self->tasks = calloc(NR_TASKS, sizeof(*self->tasks));
	self->jiffies = NOW;
	self->offsets[0] = CPU0 - RUNQUEUES;
	self->offsets[1] = CPU1 - RUNQUEUES;
	fake_symbol(gk, "runqueues", RUNQUEUES);
	fake_symbol(gk, "__per_cpu_offset",
		    fake_map(gk, CPU_OFFSET, self->offsets, sizeof(self->offsets)));
	fake_symbol(gk, "jiffies_64", fake_map(gk, JIFFIES, &self->jiffies, 8));
	fake_map(gk, CPU0, &self->rq[0], sizeof(self->rq[0]));
	fake_map(gk, CPU1, &self->rq[1], sizeof(self->rq[1]));
	fake_map(gk, TASKS, self->tasks, NR_TASKS * sizeof(*self->tasks));
	for (i = 0; i < 2; i++)
		self->rq[i].runnable_list.next = head_of(i);
	ASSERT_EQ(0, runnable_layout_init(&self->l, gk, self->btf, NULL));
}

FIXTURE_TEARDOWN(runnable)
{
	kbtf_free(self->btf);
	free(self->tasks);
	free(self->gk);
}

/* Tasks first .. first + nr - 1, one jiffy younger each. */
static void enqueue(FIXTURE_DATA(runnable) * self, unsigned int cpu, u32 first, u32 nr, u64 oldest)
{
	u32 i;

	self->rq[cpu].runnable_list.next = node_of(first);
	for (i = first; i < first + nr; i++) {
		self->tasks[i].runnable_at = NOW - oldest + (i - first);
		self->tasks[i].runnable_node.next = i + 1 < first + nr ? node_of(i + 1) :
									 head_of(cpu);
	}
}

TEST_F(runnable, idle_machine)
{
	ASSERT_EQ(0, runnable_oldest(&self->l, self->gk, 2, &self->scan));
	EXPECT_EQ(NOW, self->scan.jiffies);
	EXPECT_EQ(0, self->scan.tasks);
	EXPECT_EQ(0, self->scan.max_age);
	EXPECT_EQ(0, self->scan.task);
	EXPECT_EQ(0, self->scan.cut + self->scan.unreadable);
}

TEST_F(runnable, the_oldest_of_all_queues)
{
	enqueue(self, 0, 0, 3, 100);
	enqueue(self, 1, 3, 2, 1300);
	ASSERT_EQ(0, runnable_oldest(&self->l, self->gk, 2, &self->scan));
	EXPECT_EQ(5, self->scan.tasks);
	EXPECT_EQ(1300, self->scan.max_age);
	EXPECT_EQ(1, self->scan.cpu);
	EXPECT_EQ(TASKS + 3 * sizeof(struct task), self->scan.task);
}

TEST_F(runnable, task_newer_than_the_clock_read_before)
{
	enqueue(self, 0, 0, 1, 0);
	self->tasks[0].runnable_at = NOW + 2;
	ASSERT_EQ(0, runnable_oldest(&self->l, self->gk, 2, &self->scan));
	EXPECT_EQ(1, self->scan.tasks);
	EXPECT_EQ(0, self->scan.max_age);
	EXPECT_EQ(TASKS, self->scan.task);
}

TEST_F(runnable, loops_end_and_count_for_nothing)
{
	u32 back;

	for (back = 0; back < 20; back++) {
		enqueue(self, 0, 0, 20, 5000);
		enqueue(self, 1, 20, 1, 7);
		self->tasks[19].runnable_node.next = node_of(back);
		ASSERT_EQ(0, runnable_oldest(&self->l, self->gk, 2, &self->scan));
		EXPECT_EQ(1, self->scan.cut);
		EXPECT_EQ(1, self->scan.tasks);
		EXPECT_EQ(7, self->scan.max_age);
	}
}

/* A task that moved takes the walk along; then CPU 1's head passes for a task. */
TEST_F(runnable, G7_list_that_leads_to_another_queue)
{
	enqueue(self, 0, 0, 2, 10);
	enqueue(self, 1, 2, 2, 20);
	self->tasks[1].runnable_node.next = node_of(2);
	ASSERT_EQ(0, runnable_oldest(&self->l, self->gk, 2, &self->scan));
	EXPECT_EQ(1, self->scan.cut + self->scan.unreadable);
	EXPECT_EQ(20, self->scan.max_age);
	EXPECT_EQ(1, self->scan.cpu);
}

TEST_F(runnable, wild_pointers)
{
	static const u64 wild[] = { 0, 1, 0xdead000000000100, ~0ULL, 0xffff888007c00000 - 8 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		enqueue(self, 0, 0, 3, 5000);
		self->tasks[1].runnable_node.next = wild[i];
		ASSERT_EQ(0, runnable_oldest(&self->l, self->gk, 2, &self->scan));
		EXPECT_EQ(1, self->scan.cut + self->scan.unreadable);
		EXPECT_EQ(0, self->scan.max_age);
	}
}

TEST_F(runnable, more_tasks_than_are_looked_at)
{
	enqueue(self, 0, 0, RUNNABLE_TASKS_MAX, 70000);
	ASSERT_EQ(0, runnable_oldest(&self->l, self->gk, 1, &self->scan));
	EXPECT_EQ(RUNNABLE_TASKS_MAX, self->scan.tasks);
	EXPECT_EQ(0, self->scan.cut);
	enqueue(self, 0, 0, RUNNABLE_TASKS_MAX + 1, 70000);
	ASSERT_EQ(0, runnable_oldest(&self->l, self->gk, 1, &self->scan));
	EXPECT_EQ(1, self->scan.cut);
}

TEST_F(runnable, offsets_and_clock_that_are_not_there)
{
	self->offsets[1] = 0x1234;
	ASSERT_EQ(0, runnable_oldest(&self->l, self->gk, 3, &self->scan));
	EXPECT_EQ(2, self->scan.unreadable);
	self->l.jiffies = 8;
	EXPECT_EQ(-EFAULT, runnable_oldest(&self->l, self->gk, 2, &self->scan));
}

TEST_F(runnable, missing_symbol_is_named)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	struct runnable_layout l;
	struct ktstr_err err;

	EXPECT_EQ(-EOPNOTSUPP, runnable_layout_init(&l, gk, self->btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "runqueues"));
	free(gk);
}

TEST_HARNESS_MAIN
