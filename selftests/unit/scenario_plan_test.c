// SPDX-License-Identifier: GPL-2.0-only
/* What a test says of its load, as the ops that its guest is told. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "plan_text.h"

FIXTURE(plan)
{
	struct topology topo;
	struct ktstr_test test;
	struct scenario_plan p;
	struct ktstr_err err;
	char *text;
};

FIXTURE_SETUP(plan)
{
	memset(self, 0, sizeof(*self));
	self->topo = (struct topology){ .nodes = 2, .llcs = 2, .cores = 4, .threads = 1 };
	self->test.duration_ms = 1000;
}

FIXTURE_TEARDOWN(plan)
{
	free(self->text);
	scenario_plan_free(&self->p);
}

static int make(FIXTURE_DATA(plan) * self)
{
	scenario_plan_free(&self->p);
	return scenario_plan_make(&self->test, &self->topo, 7, &self->p, &self->err);
}

/* The plan goes through the codec, and says this. */
static void says(struct __test_metadata *_metadata, FIXTURE_DATA(plan) * self, const char *want)
{
	struct scenario *back;
	size_t len;
	void *buf;

	ASSERT_EQ(0, make(self))
	TH_LOG("%s", self->err.msg);
	free(self->text);
	self->text = plan_text(&self->p.sc);
	EXPECT_STREQ(want, self->text);
	ASSERT_EQ(0, scenario_encode(&self->p.sc, &buf, &len));
	back = scenario_decode(buf, len, &self->err);
	ASSERT_NE(NULL, back)
	TH_LOG("%s", self->err.msg);
	free(self->text);
	self->text = plan_text(back);
	EXPECT_STREQ(want, self->text);
	scenario_free(back);
	free(buf);
}

TEST_F(plan, without_steps_workers_and_ops_make_one)
{
	const struct ktstr_op ops[] = {
		{ .kind = KTSTR_OP_CAPTURE, .name = "now" },
		{ .kind = KTSTR_OP_WATCH, .at_ms = 500, .name = "jiffies_64", .may_fail = true },
	};

	self->test.ops = ops;
	self->test.nr_ops = 2;
	self->test.save_memory = "file";
	says(_metadata, self,
	     "step 1: 1000 ms\n"
	     "0 spawn group 0\n"
	     "0 capture: now\n"
	     "500 watch: jiffies_64, may fail\n"
	     "999 memory: memory, may fail\n"
	     "end of step:\n"
	     "0 stop group 0, clean-up\n"
	     "group 0: step 1, 8 of spin, policy 0\n");
	EXPECT_EQ(8, self->p.nr_workers);
	EXPECT_EQ(1000, self->p.sc.duration_ms);
	EXPECT_STREQ("workload", self->p.step_names[0]);
	EXPECT_STREQ("workers", self->p.groups[0].name);
	EXPECT_STREQ("", self->p.groups[0].cgroup);
	EXPECT_EQ(0xff, self->p.groups[0].allowed[0]);
	EXPECT_EQ(1, self->p.ops.captures);
}

TEST_F(plan, workers_of_a_kind_under_a_scheduler)
{
	self->test.scheduler = "scx_simple";
	self->test.expect_ops = "simple";
	self->test.workers = 4;
	self->test.work = (struct work){ .type = WORK_PIPE };
	says(_metadata, self,
	     "step 1: 1000 ms\n"
	     "0 spawn group 0\n"
	     "end of step:\n"
	     "0 stop group 0, clean-up\n"
	     "group 0: step 1, 4 of pipe, policy 7\n");
	EXPECT_TRUE(self->p.sched_at_end);
	EXPECT_STREQ("simple", self->p.ops_at_end);
}

TEST_F(plan, two_steps)
{
	const struct ktstr_cgroup backdrop[] = {
		{ .name = "top", .cpuset = KTSTR_NODE(0), .mems = "0", .workers = { { .nr = 1 } } },
		{},
	};
	const struct ktstr_cgroup setup[] = {
		{ .name = "a/b",
		  .cpuset = KTSTR_DISJOINT(0, 2),
		  .cpu_quota_pct = 150,
		  .cpu_weight = 50,
		  .memory_max_mib = 64,
		  .workers = { { .nr = 2, .comm = "two" },
			       { .name = "bursts",
				 .per_cpu = 0.5,
				 .work = { .type = WORK_BURSTY },
				 .affinity = { .kind = KTSTR_AFFINITY_SINGLE } } } },
		{},
	};
	const struct ktstr_op first_ops[] = {
		{ .kind = KTSTR_OP_CAPTURE, .name = "before" },
		{ .kind = KTSTR_OP_CAPTURE, .name = "within", .at_ms = 100 },
		{},
	};
	const struct ktstr_op second_ops[] = {
		{ .kind = KTSTR_OP_SET_CPUSET, .cgroup = "top", .cpuset = KTSTR_EXACT("1-2,7") },
		{ .kind = KTSTR_OP_CLEAR_CPUSET, .cgroup = "top", .at_ms = 10 },
		{},
	};
	const struct ktstr_step steps[] = {
		{ .name = "load", .setup = setup, .ops = first_ops, .hold = KTSTR_FRAC(0.5) },
		{ .ops = second_ops, .hold = KTSTR_HOLD_MS(300) },
		{},
	};

	self->test.backdrop = backdrop;
	self->test.steps = steps;
	says(_metadata, self,
	     "backdrop:\n"
	     "0 cgroup-add top\n"
	     "0 cgroup-set top cpuset.mems=0\n"
	     "0 cgroup-set top cpuset.cpus=0-3\n"
	     "0 spawn group 0\n"
	     "step 1: 500 ms\n"
	     "0 capture: before\n"
	     "0 cgroup-add a\n"
	     "0 cgroup-add a/b\n"
	     "0 cgroup-set a/b cpuset.cpus=0-2\n"
	     "0 cgroup-set a/b cpu.max=150000 100000\n"
	     "0 cgroup-set a/b cpu.weight=50\n"
	     "0 cgroup-set a/b memory.max=67108864\n"
	     "0 spawn group 1\n"
	     "0 spawn group 2\n"
	     "100 capture: within\n"
	     "end of step:\n"
	     "0 stop group 1, clean-up\n"
	     "0 stop group 2, clean-up\n"
	     "0 cgroup-remove a/b, clean-up\n"
	     "0 cgroup-remove a, clean-up\n"
	     "step 2: 300 ms\n"
	     "0 cgroup-set top cpuset.cpus=1-2,7\n"
	     "10 cgroup-set top cpuset.cpus=\n"
	     "end of step:\n"
	     "end:\n"
	     "0 stop group 0, clean-up\n"
	     "0 cgroup-remove top, clean-up\n"
	     "group 0: step 0, 1 of spin, policy 0, in top\n"
	     "group 1: step 1, 2 of spin, policy 0, in a/b, comm two\n"
	     "group 2: step 1, 2 of bursty, policy 0, in a/b, cpus 0 1\n");
	EXPECT_EQ(800, self->p.sc.duration_ms);
	EXPECT_STREQ("load", self->p.step_names[0]);
	EXPECT_STREQ("step 2", self->p.step_names[1]);
	EXPECT_EQ(5, self->p.nr_workers);
	EXPECT_STREQ("top", self->p.groups[0].name);
	EXPECT_EQ(0xff, self->p.groups[0].allowed[0]);
	EXPECT_STREQ("a/b", self->p.groups[1].name);
	EXPECT_EQ(0x07, self->p.groups[1].allowed[0]);
	EXPECT_STREQ("bursts", self->p.groups[2].name);
	EXPECT_STREQ("bursty", self->p.groups[2].work);
}

TEST_F(plan, a_step_that_loops)
{
	const struct ktstr_cgroup setup[] = { { .name = "a", .workers = { { .nr = 2 } } }, {} };
	const struct ktstr_cgroup churned = { .name = "churn" };
	const struct ktstr_op ops[] = {
		{ .kind = KTSTR_OP_ADD_CGROUP, .def = &churned },
		{ .kind = KTSTR_OP_FREEZE_CGROUP, .cgroup = "a" },
		{ .kind = KTSTR_OP_CAPTURE, .name = "frozen", .at_ms = 50 },
		{ .kind = KTSTR_OP_UNFREEZE_CGROUP, .cgroup = "a", .at_ms = 50 },
		{ .kind = KTSTR_OP_REMOVE_CGROUP, .cgroup = "churn", .at_ms = 50 },
		{},
	};
	const struct ktstr_step steps[] = {
		{ .setup = setup, .ops = ops, .hold = KTSTR_LOOP_MS(300) },
		{},
	};

	self->test.steps = steps;
	self->test.save_memory = "file";
	says(_metadata, self,
	     "step 1: 1000 ms, rounds of 300 ms\n"
	     "0 cgroup-add a\n"
	     "0 spawn group 0\n"
	     "each round:\n"
	     "0 cgroup-add churn\n"
	     "0 cgroup-set a cgroup.freeze=1\n"
	     "50 capture: frozen\n"
	     "50 cgroup-set a cgroup.freeze=0\n"
	     "50 cgroup-remove churn\n"
	     "end of step:\n"
	     "0 memory: memory, may fail\n"
	     "0 stop group 0, clean-up\n"
	     "0 cgroup-remove a, clean-up\n"
	     "group 0: step 1, 2 of spin, policy 0, in a\n");
	EXPECT_EQ(4, self->p.ops.captures);
}

TEST_F(plan, all_that_ops_do)
{
	static const char *const argv[] = { "/bin/sh", "-c", "exit 0", NULL };
	const struct ktstr_payload payload = { .argv = argv };
	const struct ktstr_cgroup setup[] = {
		{ .name = "a", .cpuset = KTSTR_LLC(0), .workers = { { .nr = 2 } } },
		{ .name = "b", .cpuset = KTSTR_LLC(1), .payload = &payload },
		{},
	};
	const struct ktstr_workers more = { .name = "more", .nr = 1 };
	const struct ktstr_op ops[] = {
		{ .kind = KTSTR_OP_SWAP_CPUSETS, .cgroup = "a", .to = "b", .at_ms = 1 },
		{ .kind = KTSTR_OP_SPAWN, .workers = &more, .at_ms = 2 },
		{ .kind = KTSTR_OP_SET_AFFINITY,
		  .name = "a",
		  .affinity = { .kind = KTSTR_AFFINITY_SINGLE },
		  .at_ms = 3 },
		{ .kind = KTSTR_OP_SET_AFFINITY, .name = "more", .at_ms = 4 },
		{ .kind = KTSTR_OP_MOVE_ALL_TASKS, .cgroup = "a", .to = "b", .at_ms = 5 },
		{ .kind = KTSTR_OP_MOVE_ALL_TASKS, .cgroup = "b", .to = "", .at_ms = 6 },
		{ .kind = KTSTR_OP_CAPTURE_PROCS, .cgroup = "b", .name = "who", .at_ms = 7 },
		{ .kind = KTSTR_OP_WAIT_PAYLOAD, .name = "sh", .timeout_ms = 9, .at_ms = 8 },
		{ .kind = KTSTR_OP_RUN_PAYLOAD, .payload = &payload, .cgroup = "a", .at_ms = 9 },
		{ .kind = KTSTR_OP_KILL_PAYLOAD, .name = "sh", .at_ms = 10, .may_fail = true },
		{ .kind = KTSTR_OP_REMOVE_CGROUP, .cgroup = "b", .at_ms = 11 },
		{},
	};
	const struct ktstr_step steps[] = {
		{ .setup = setup, .ops = ops, .hold = KTSTR_HOLD_FULL },
		{},
	};

	self->test.steps = steps;
	says(_metadata, self,
	     "step 1: 1000 ms\n"
	     "0 cgroup-add a\n"
	     "0 cgroup-set a cpuset.cpus=0-3\n"
	     "0 spawn group 0\n"
	     "0 cgroup-add b\n"
	     "0 cgroup-set b cpuset.cpus=4-7\n"
	     "0 payload: sh: /bin/sh -c exit 0, in b\n"
	     "1 cgroup-set a cpuset.cpus=4-7\n"
	     "1 cgroup-set b cpuset.cpus=0-3\n"
	     "2 spawn group 1\n"
	     "3 affinity group 0 cpus 4 5\n"
	     "4 affinity group 1 cpus 0-7\n"
	     "5 move a to b\n"
	     "6 move b to the outside\n"
	     "7 cgroup-procs: who, in b\n"
	     "8 payload-wait: sh\n"
	     "9 payload: sh: /bin/sh -c exit 0, in a\n"
	     "10 payload-kill: sh, may fail\n"
	     "11 cgroup-remove b\n"
	     "end of step:\n"
	     "0 stop group 0, clean-up\n"
	     "0 stop group 1, clean-up\n"
	     "0 cgroup-remove a, clean-up\n"
	     "group 0: step 1, 2 of spin, policy 0, in a\n"
	     "group 1: step 1, 1 of spin, policy 0\n");
	EXPECT_EQ(2, self->p.nr_payloads);
	EXPECT_STREQ("sh", self->p.payloads[0].name);
	EXPECT_EQ(&payload, self->p.payloads[0].payload);
	EXPECT_EQ(0xff, self->p.groups[0].allowed[0]);
}

TEST_F(plan, what_is_removed_reports_first)
{
	const struct ktstr_cgroup backdrop[] = { { .name = "top" }, {} };
	const struct ktstr_cgroup setup[] = { { .name = "top/a", .workers = { { .nr = 1 } } }, {} };
	const struct ktstr_op first[] = {
		{ .kind = KTSTR_OP_FREEZE_CGROUP, .cgroup = "top/a", .at_ms = 5 },
		{},
	};
	const struct ktstr_op second[] = {
		{ .kind = KTSTR_OP_REMOVE_CGROUP, .cgroup = "top", .at_ms = 5 },
		{},
	};
	const struct ktstr_step steps[] = {
		{ .setup = setup, .ops = first, .hold = KTSTR_HOLD_MS(10) },
		{ .setup = setup, .ops = second, .hold = KTSTR_HOLD_MS(10) },
		{},
	};

	self->test.backdrop = backdrop;
	self->test.steps = steps;
	says(_metadata, self,
	     "backdrop:\n"
	     "0 cgroup-add top\n"
	     "step 1: 10 ms\n"
	     "0 cgroup-add top/a\n"
	     "0 spawn group 0\n"
	     "5 cgroup-set top/a cgroup.freeze=1\n"
	     "end of step:\n"
	     "0 cgroup-set top/a cgroup.freeze=0, clean-up\n"
	     "0 stop group 0, clean-up\n"
	     "0 cgroup-remove top/a, clean-up\n"
	     "step 2: 10 ms\n"
	     "0 cgroup-add top/a\n"
	     "0 spawn group 1\n"
	     "5 stop group 1\n"
	     "5 cgroup-remove top/a\n"
	     "5 cgroup-remove top\n"
	     "end of step:\n"
	     "group 0: step 1, 1 of spin, policy 0, in top/a\n"
	     "group 1: step 2, 1 of spin, policy 0, in top/a\n");
}

TEST_F(plan, schedulers_that_come_and_go)
{
	static const char *const args[] = { "-v", NULL };
	const struct ktstr_workers w = { .nr = 1 };
	const struct ktstr_op ops[] = {
		{ .kind = KTSTR_OP_SPAWN, .workers = &w },
		{ .kind = KTSTR_OP_RESTART_SCHEDULER },
		{ .kind = KTSTR_OP_REPLACE_SCHEDULER, .argv = { "/bin/cat", "-x" } },
		{ .kind = KTSTR_OP_DETACH_SCHEDULER },
		{ .kind = KTSTR_OP_ATTACH_SCHEDULER,
		  .argv = { "/bin/sh" },
		  .expect_ops = "shell",
		  .timeout_ms = 50 },
		{},
	};
	const struct ktstr_step steps[] = { { .ops = ops, .hold = KTSTR_HOLD_FULL }, {} };

	self->test.steps = steps;
	self->test.scheduler = "/bin/sh";
	self->test.sched_args = args;
	self->test.expect_ops = "first";
	says(_metadata, self,
	     "step 1: 1000 ms\n"
	     "0 spawn group 0\n"
	     "0 sched-detach\n"
	     "0 sched-attach /bin/sh -v as first\n"
	     "0 sched-detach\n"
	     "0 sched-attach /bin/cat -x\n"
	     "0 sched-detach\n"
	     "0 sched-attach /bin/sh as shell\n"
	     "end of step:\n"
	     "0 stop group 0, clean-up\n"
	     "group 0: step 1, 1 of spin, policy 7\n");
	EXPECT_TRUE(self->p.sched_at_end);
	EXPECT_STREQ("shell", self->p.ops_at_end);
}

TEST_F(plan, a_backdrop_is_a_load_of_its_own)
{
	const struct ktstr_cgroup backdrop[] = {
		{ .name = "a",
		  .workers = { { .nr = 2,
				 .policy = KTSTR_POLICY_FIFO,
				 .priority = 5,
				 .nice = -3,
				 .mem = SCENARIO_MEM_BIND,
				 .mem_nodes = 2,
				 .pcomm = "leader",
				 .uid = 1000,
				 .gid = 100 } } },
		{},
	};

	self->test.backdrop = backdrop;
	says(_metadata, self,
	     "backdrop:\n"
	     "0 cgroup-add a\n"
	     "0 spawn group 0\n"
	     "step 1: 1000 ms\n"
	     "end of step:\n"
	     "end:\n"
	     "0 stop group 0, clean-up\n"
	     "0 cgroup-remove a, clean-up\n"
	     "group 0: step 0, 2 of spin, policy 1, priority 5, nice -3, mem 1 of 0x2, as 1000:100, in a, threads of leader\n");
}

TEST_F(plan, what_was_drawn_can_be_drawn_again)
{
	const struct ktstr_cgroup backdrop[] = {
		{ .name = "a",
		  .workers = { { .nr = 8,
				 .affinity = { .kind = KTSTR_AFFINITY_RANDOM, .count = 2 } } } },
		{},
	};
	char *first;

	self->test.backdrop = backdrop;
	ASSERT_EQ(0, make(self));
	EXPECT_EQ(7, self->p.seed);
	first = plan_text(&self->p.sc);
	self->test.seed = 8;
	ASSERT_EQ(0, make(self));
	EXPECT_EQ(8, self->p.seed);
	self->text = plan_text(&self->p.sc);
	EXPECT_STRNE(first, self->text);
	free(self->text);
	self->test.seed = 7;
	ASSERT_EQ(0, make(self));
	self->text = plan_text(&self->p.sc);
	EXPECT_STREQ(first, self->text);
	free(first);
}

TEST_F(plan, time_for_all_of_it)
{
	const struct ktstr_workers w = { .nr = 1 };
	const struct ktstr_op ops[] = {
		{ .kind = KTSTR_OP_SPAWN, .workers = &w },
		{ .kind = KTSTR_OP_RUN, .argv = { "/bin/sh" }, .name = "x", .timeout_ms = 700000 },
		{},
	};
	const struct ktstr_step steps[] = {
		{ .ops = ops, .hold = KTSTR_HOLD_FULL },
		{ .hold = KTSTR_HOLD_FULL },
		{},
	};

	self->test.steps = steps;
	ASSERT_EQ(0, make(self))
	TH_LOG("%s", self->err.msg);
	EXPECT_EQ(2000, self->p.sc.duration_ms);
	EXPECT_LE(700 * NSEC_PER_SEC, self->p.ops.budget_ns);
	EXPECT_EQ(1, self->p.ops.runs);
}

TEST_HARNESS_MAIN
