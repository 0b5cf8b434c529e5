// SPDX-License-Identifier: GPL-2.0-only
/* What a test cannot say of its load, and what it is told then. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "host/harness/scenario_plan.h"
#include "kselftest_harness.h"
#include "lib/util.h"

FIXTURE(no)
{
	struct topology topo;
	struct ktstr_test test;
	struct ktstr_cgroup backdrop[3];
	struct ktstr_cgroup setup[3];
	struct ktstr_op ops[8];
	struct ktstr_step steps[3];
	struct scenario_plan p;
	struct ktstr_err err;
};

/* One step with cgroup "a" of CPUs 0-3 on node 0 and two workers, to be spoilt. */
FIXTURE_SETUP(no)
{
	memset(self, 0, sizeof(*self));
	self->topo = (struct topology){ .nodes = 2, .llcs = 2, .cores = 4, .threads = 1 };
	self->setup[0].name = "a";
	self->setup[0].cpuset = KTSTR_LLC(0);
	self->setup[0].mems = "0";
	self->setup[0].workers[0].nr = 2;
	self->steps[0].setup = self->setup;
	self->steps[0].ops = self->ops;
	self->steps[0].hold = KTSTR_HOLD_FULL;
	self->test.backdrop = self->backdrop;
	self->test.steps = self->steps;
}

FIXTURE_TEARDOWN(no)
{
	scenario_plan_free(&self->p);
}

static const char *why(FIXTURE_DATA(no) * self)
{
	int ret;

	scenario_plan_free(&self->p);
	ret = scenario_plan_make(&self->test, &self->topo, 1, &self->p, &self->err);
	return !ret ? "fine" : ret == -EINVAL ? self->err.msg : strerror(-ret);
}

#define REFUSED(s, text)   EXPECT_STREQ(text, why(s))
#define IN_STEP(s, text)   REFUSED(s, "step 1: " text)
#define IN_CGROUP(s, text) IN_STEP(s, "cgroup \"a\": " text)
#define IN_GROUP(s, text)  IN_CGROUP(s, "workers \"a\": " text)
#define IN_OP(s, text)	   IN_STEP(s, "op 0 (" text)

TEST_F(no, refusal_of_what_is_fine)
{
	REFUSED(self, "fine");
}

TEST_F(no, steps_with_what_belongs_to_a_test_without)
{
	self->test.workers = 1;
	REFUSED(self,
		"steps and workers exclude each other: put the workers into a step's .setup, or start them with KTSTR_OP_SPAWN");
	self->test.workers = 0;
	self->test.work.type = WORK_YIELD;
	REFUSED(self,
		"steps and work exclude each other: say it of the workers in a step's .setup");
	self->test.work.type = WORK_SPIN;
	self->test.ops = self->ops;
	REFUSED(self, "steps and ops exclude each other: put the ops into a step's .ops");
}

TEST_F(no, ops_of_steps_without_steps)
{
	self->test.steps = NULL;
	self->test.ops = self->ops;
	self->test.nr_ops = 1;
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_FREEZE_CGROUP, .cgroup = "a" };
	REFUSED(self, "op 0 (freeze_cgroup): only in a step: use .steps instead of .ops");
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_CAPTURE, .name = "x", .cgroup = "a" };
	REFUSED(self, "op 0 (capture): it has no .cgroup; drop it");
	self->test.nr_ops = KTSTR_OPS_MAX + 1;
	self->test.ops = NULL;
	REFUSED(self, "257 ops; a test has at most 256: use .count, or split it");
}

TEST_F(no, steps_that_last_for_no_time)
{
	self->steps[0].hold = (struct ktstr_hold){};
	IN_STEP(self, "give it a .hold, such as KTSTR_FRAC(0.5) or KTSTR_HOLD_MS(500)");
	self->steps[0].hold = KTSTR_FRAC(1.5);
	IN_STEP(self, ".hold of 1.5 of the duration: use a fraction up to 1");
	self->steps[0].hold = KTSTR_FRAC(-1);
	IN_STEP(self, ".hold of -1 of the duration: use a fraction up to 1");
	self->steps[0].hold = KTSTR_FRAC(NAN);
	IN_STEP(self, ".hold of nan of the duration: use a fraction up to 1");
	self->steps[0].hold = (struct ktstr_hold){ .frac = 0.5, .ms = 5 };
	IN_STEP(self, ".hold has a fraction and milliseconds: give it one");
	self->steps[0].hold = KTSTR_HOLD_MS(100000000);
	IN_STEP(self, ".hold of 1e+08 ms: steps take 1 ms to a day, all of them together");
	self->steps[0].hold = KTSTR_FRAC(0.00001);
	IN_STEP(self, ".hold of 0.01 ms: steps take 1 ms to a day, all of them together");
	self->steps[0] = (struct ktstr_step){};
	REFUSED(self, ".steps is empty: give it a step, or leave it NULL");
	self->steps[0].hold = KTSTR_HOLD_FULL;
	REFUSED(self, "nothing happens in any step, so there is nothing to judge: add workers");
}

TEST_F(no, step_without_its_name)
{
	self->steps[0].name = "load";
	self->setup[0].cpu_weight = 20000;
	REFUSED(self,
		"step 1 (load): cgroup \"a\": cpu_weight of 20000: use 1 to 10000, or 0 to leave it alone");
	self->backdrop[0] = self->setup[0];
	REFUSED(self,
		"backdrop: cgroup \"a\": cpu_weight of 20000: use 1 to 10000, or 0 to leave it alone");
}

TEST_F(no, names_of_cgroups)
{
	char longer[300];

	self->setup[0].name = "/a";
	IN_STEP(self,
		"cgroup \"/a\": names are below the root of the test's cgroups: drop the \"/\" in front");
	self->setup[0].name = "b/../a";
	IN_STEP(self, "cgroup \"b/../a\": a name cannot go up with \"..\"");
	self->setup[0].name = "a/";
	IN_STEP(self, "cgroup \"a/\": a part of its name is empty");
	self->setup[0].name = "cpu.max";
	IN_STEP(self,
		"cgroup \"cpu.max\": names are made of letters, digits, \"_\" and \"-\", with \"/\" between cgroups");
	self->setup[0].name = "";
	IN_STEP(self, "a cgroup needs a name");
	memset(longer, 'x', sizeof(longer));
	longer[256] = '\0';
	self->setup[0].name = longer;
	IN_STEP(self,
		"cgroup \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\": its name has 256 bytes; shorten it to 255");
}

TEST_F(no, cgroups_twice)
{
	self->setup[1] = (struct ktstr_cgroup){ .name = "a" };
	IN_STEP(self, "cgroup \"a\" exists already: use another name");
	self->setup[0].name = "b/c";
	self->setup[1].name = "b";
	IN_STEP(self, "cgroup \"b\" exists already because of one below it: name it first");
	self->setup[1] = (struct ktstr_cgroup){};
	self->backdrop[0].name = "b/c";
	IN_STEP(self, "cgroup \"b/c\" exists already: use another name");
}

TEST_F(no, processes_above_cgroups)
{
	const struct ktstr_workers w = { .name = "w", .nr = 1 };

	self->setup[1].name = "a/b";
	IN_STEP(self,
		"cgroup \"a/b\": there are processes in \"a\", so there can be no cgroup below it: put them into one of their own");
	self->setup[0].workers[0].nr = 0;
	self->ops[0] = (struct ktstr_op){
		.kind = KTSTR_OP_SPAWN, .cgroup = "a", .workers = &w, .at_ms = 1
	};
	IN_OP(self,
	      "spawn): cgroup \"a\" has \"a/b\" below it, so no processes can be in it: use one below it");
}

TEST_F(no, cpusets_that_cannot_be)
{
	self->setup[0].cpuset = KTSTR_LLC(3);
	IN_CGROUP(self, "CpusetSpec validation failed: LLC 3: the machine has 2 (0-1)");
	self->setup[0].cpuset = KTSTR_EXACT("2-9");
	IN_CGROUP(self, "CpusetSpec validation failed: CPUs \"2-9\": the machine has 8 (0-7)");
	self->backdrop[0] = (struct ktstr_cgroup){ .name = "top", .cpuset = KTSTR_EXACT("0-2") };
	self->setup[0].name = "top/a";
	self->setup[0].cpuset = KTSTR_EXACT("2-3");
	IN_STEP(self,
		"cgroup \"top/a\": CPUs 2-3 of cgroup \"top/a\" are not within those of \"top\": 0-2");
	self->setup[0].cpuset = KTSTR_EXACT("1-2");
	REFUSED(self, "fine");
	self->ops[0] = (struct ktstr_op){
		.kind = KTSTR_OP_SET_CPUSET, .cgroup = "top", .cpuset = KTSTR_LLC(1), .at_ms = 1
	};
	IN_OP(self,
	      "set_cpuset): CPUs 1-2 of cgroup \"top/a\" are not within those of \"top\": 4-7");
}

TEST_F(no, nodes_that_cannot_be)
{
	self->setup[0].mems = "0-2";
	IN_CGROUP(self, "nodes \"0-2\": the machine has 2 (0-1)");
	self->setup[0].mems = "x";
	IN_CGROUP(self, "nodes \"x\" are no list such as \"0-1\"");
	self->setup[0].mems = "";
	IN_CGROUP(self, "nodes \"\" are no list such as \"0-1\"");
	self->backdrop[0] = (struct ktstr_cgroup){ .name = "top", .mems = "1" };
	self->setup[0].name = "top/a";
	self->setup[0].mems = "0";
	IN_STEP(self, "cgroup \"top/a\": nodes 0 are not within those of \"top\": 1");
}

TEST_F(no, numbers_of_workers)
{
	struct ktstr_workers *w = &self->setup[0].workers[0];

	w->per_cpu = 1;
	IN_GROUP(self, ".nr and .per_cpu exclude each other: drop one");
	*w = (struct ktstr_workers){ .work = { .type = WORK_YIELD } };
	IN_GROUP(self, "how many workers? Set .nr or .per_cpu");
	w->per_cpu = -1;
	IN_GROUP(self, "-4 workers: a run has 1 to 65536");
	w->per_cpu = NAN;
	IN_GROUP(self, "nan workers: a run has 1 to 65536");
	*w = (struct ktstr_workers){ .nr = 65537 };
	IN_GROUP(self, "65537 workers: a run has 1 to 65536");
	w->nr = 65536;
	self->setup[0].workers[1].nr = 1;
	IN_GROUP(self, "1 workers, with 65536 of other groups: a run has at most 65536");
}

TEST_F(no, work_that_cannot_be_done)
{
	struct ktstr_workers *w = &self->setup[0].workers[0];

	*w = (struct ktstr_workers){ .nr = 3, .work = { .type = WORK_PIPE } };
	IN_GROUP(self, "pipe requires num_workers divisible by 2, got 3");
	*w = (struct ktstr_workers){ .nr = 2, .work = { .type = WORK_SMT_SPIN } };
	IN_GROUP(self,
		 "smt_spin needs cores of two threads, and 2n2l4c1t has cores of one: use a topology with 2t");
	*w = (struct ktstr_workers){ .nr = 1, .work = { .type = WORK_TYPES } };
	EXPECT_NE(NULL, strstr(why(self), "work type 28 does not exist"))
	TH_LOG("%s", self->err.msg);
	*w = (struct ktstr_workers){ .nr = 1, .work = { WORK_FORK_EXIT }, .pcomm = "p" };
	EXPECT_NE(NULL, strstr(why(self), "leave threads and pcomm out"))
	TH_LOG("%s", self->err.msg);
}

TEST_F(no, names_and_users_of_workers)
{
	struct ktstr_workers *w = &self->setup[0].workers[0];

	w->comm = "sixteen_letters_";
	IN_GROUP(self, ".comm \"sixteen_letters_\": a process has a name of 1 to 15 bytes");
	*w = (struct ktstr_workers){ .nr = 1, .pcomm = "" };
	IN_GROUP(self, ".pcomm \"\": a process has a name of 1 to 15 bytes");
	*w = (struct ktstr_workers){ .nr = 1, .uid = -1 };
	IN_GROUP(self, "4294967295 is no user and no group");
	*w = (struct ktstr_workers){ .nr = 1 };
	self->setup[0].workers[1] = (struct ktstr_workers){ .nr = 1, .name = "a" };
	IN_GROUP(self, "there are workers of that name already: set another .name");
}

TEST_F(no, policies_out_of_range)
{
	struct ktstr_workers *w = &self->setup[0].workers[0];

	w->policy = KTSTR_POLICY_FIFO;
	IN_GROUP(self, "priority of 0: SCHED_FIFO and SCHED_RR take 1 to 99");
	w->priority = 100;
	IN_GROUP(self, "priority of 100: SCHED_FIFO and SCHED_RR take 1 to 99");
	w->policy = KTSTR_POLICY_BATCH;
	IN_GROUP(self, "priority of 100 belongs to KTSTR_POLICY_FIFO and KTSTR_POLICY_RR");
	w->priority = 0;
	w->nice = 20;
	IN_GROUP(self, "nice of 20: use -20 to 19");
	w->nice = -21;
	IN_GROUP(self, "nice of -21: use -20 to 19");
	w->nice = 0;
	w->policy = 99;
	IN_GROUP(self, "policy 99 does not exist; use an enum ktstr_policy");
	w->policy = KTSTR_POLICY_IDLE;
	w->period_us = 1;
	IN_GROUP(self, "runtime_us, deadline_us and period_us belong to KTSTR_POLICY_DEADLINE");
}

TEST_F(no, deadlines_that_cannot_be)
{
	struct ktstr_workers *w = &self->setup[0].workers[0];

	*w = (struct ktstr_workers){
		.nr = 2,
		.policy = KTSTR_POLICY_DEADLINE,
		.runtime_us = 2000,
		.deadline_us = 1000,
		.period_us = 10000,
	};
	IN_GROUP(self,
		 "deadline: runtime_us of 2000, deadline_us of 1000, period_us of 10000: each must be set, and none above the next");
	w->deadline_us = 5000;
	IN_GROUP(self,
		 "a worker with a deadline must be allowed on all CPUs: drop its affinity and its cgroup's cpuset");
	self->setup[0].cpuset = (struct ktstr_cpuset){};
	REFUSED(self, "fine");
	self->ops[0] = (struct ktstr_op){
		.kind = KTSTR_OP_SET_CPUSET, .cgroup = "a", .cpuset = KTSTR_LLC(1), .at_ms = 1
	};
	IN_OP(self,
	      "set_cpuset): workers \"a\" have a deadline, so their cgroup must have all CPUs: leave its cpuset alone");
	self->ops[0].kind = 0;
	w->nr = 40;
	IN_GROUP(self,
		 "40 deadlines of 2000 us every 10000 us need 8.0 CPUs; the kernel gives them 95 % of 8");
	w->period_us = 5000000;
	IN_GROUP(self, "deadline: period_us of 5000000: use 100 to 4194304");
}

TEST_F(no, memory_that_cannot_be)
{
	struct ktstr_workers *w = &self->setup[0].workers[0];

	w->mem = SCENARIO_MEM_BIND;
	IN_GROUP(self, "its memory policy needs nodes: set .mem_nodes, one bit each");
	w->mem_nodes = BIT(0) | BIT(1) | BIT(5);
	IN_GROUP(self, "mem_nodes 0-1,5: its cgroup has memory of nodes 0");
	w->mem = SCENARIO_MEM_PREFERRED;
	IN_GROUP(self, "SCENARIO_MEM_PREFERRED takes one node; use SCENARIO_MEM_PREFERRED_MANY");
	w->mem = SCENARIO_MEM_LOCAL;
	IN_GROUP(self,
		 "mem_nodes belong to a memory policy that names nodes, such as SCENARIO_MEM_BIND");
	w->mem = SCENARIO_MEM_NR;
	IN_GROUP(self, "memory policy 7 does not exist; use an enum scenario_mem");
}

TEST_F(no, affinities_that_cannot_be)
{
	struct ktstr_affinity *a = &self->setup[0].workers[0].affinity;

	*a = (struct ktstr_affinity){ .kind = KTSTR_AFFINITY_EXACT, .from = KTSTR_LLC(1) };
	IN_GROUP(self, "affinity to CPUs 4-7, of which the cpuset 0-3 has none");
	*a = (struct ktstr_affinity){ .kind = KTSTR_AFFINITY_RANDOM, .count = 5 };
	IN_GROUP(self, "random affinity to 5 CPUs: .count can be 1 to 4, as there are 0-3");
}

TEST_F(no, ops_that_do_not_exist)
{
	self->ops[0].kind = 99;
	IN_STEP(self, "op 0: kind 99 does not exist; use an enum ktstr_op_kind");
	self->ops[0].kind = SCENARIO_OP_MEMORY;
	IN_STEP(self, "op 0: kind 6 does not exist; use an enum ktstr_op_kind");
}

TEST_F(no, ops_with_too_little_or_too_much)
{
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_SWAP_CPUSETS, .cgroup = "a" };
	IN_OP(self, "swap_cpusets): it needs .to");
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_SET_CPUSET, .cgroup = "a" };
	IN_OP(self, "set_cpuset): it needs .cpuset");
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_ADD_CGROUP, .cgroup = "a" };
	IN_OP(self, "add_cgroup): it needs .def");
	self->ops[0] =
		(struct ktstr_op){ .kind = KTSTR_OP_FREEZE_CGROUP, .cgroup = "a", .name = "x" };
	IN_OP(self, "freeze_cgroup): it has no .name; drop it");
	self->ops[0] =
		(struct ktstr_op){ .kind = KTSTR_OP_FREEZE_CGROUP, .cgroup = "a", .count = 2 };
	IN_OP(self, "freeze_cgroup): 2 times: it is carried out once; drop .count");
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_CAPTURE, .name = "x", .to = "a" };
	IN_OP(self, "capture): it has no .to; drop it");
}

TEST_F(no, ops_that_are_due_too_late)
{
	self->ops[0] =
		(struct ktstr_op){ .kind = KTSTR_OP_FREEZE_CGROUP, .cgroup = "a", .at_ms = 1000 };
	IN_OP(self,
	      "freeze_cgroup): due after 1000 ms, but the step ends after 1000 ms: raise its .hold");
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_CAPTURE, .name = "x", .at_ms = 1000 };
	IN_OP(self,
	      "capture): due after 1000 ms, but the step ends after 1000 ms: raise its .hold");
	self->steps[0].hold = KTSTR_LOOP_MS(100);
	IN_OP(self, "capture): due after 1000 ms, but a round ends after 100 ms: raise .loop_ms");
}

TEST_F(no, names_that_there_are_not)
{
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_FREEZE_CGROUP, .cgroup = "aa" };
	IN_OP(self,
	      "freeze_cgroup): cgroup \"aa\" does not exist, and no other one does here: name it in .backdrop or in .setup");
	self->ops[0].at_ms = 1;
	IN_OP(self,
	      "freeze_cgroup): cgroup \"aa\" does not exist here; did you mean a? there are: a");
	self->setup[1].name = "b/c";
	IN_OP(self,
	      "freeze_cgroup): cgroup \"aa\" does not exist here; did you mean a? there are: a, b, b/c");
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_SET_AFFINITY, .name = "b", .at_ms = 1 };
	IN_OP(self, "set_affinity): workers \"b\" do not exist here; there are: a");
	self->ops[0].kind = KTSTR_OP_WAIT_PAYLOAD;
	IN_OP(self, "wait_payload): payload \"b\" does not run here; there are: none");
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_STOP_CGROUP, .cgroup = "b", .at_ms = 1 };
	IN_OP(self, "stop_cgroup): no workers run in cgroup \"b\"");
}

TEST_F(no, what_ended_with_its_step)
{
	struct ktstr_op late[] = { { .kind = KTSTR_OP_FREEZE_CGROUP, .cgroup = "a" }, {} };

	self->backdrop[0].name = "all";
	self->steps[1] = (struct ktstr_step){ .ops = late, .hold = KTSTR_HOLD_FULL };
	REFUSED(self,
		"step 2: op 0 (freeze_cgroup): cgroup \"a\" does not exist here; there are: all");
}

TEST_F(no, tasks_of_the_backdrop_in_a_step)
{
	self->backdrop[0] = (struct ktstr_cgroup){ .name = "all", .workers = { { .nr = 1 } } };
	self->ops[0] = (struct ktstr_op){
		.kind = KTSTR_OP_MOVE_ALL_TASKS, .cgroup = "all", .to = "a", .at_ms = 1
	};
	IN_OP(self,
	      "move_all_tasks): tasks of \"all\", which is the backdrop's, cannot go to \"a\", which ends with its step: put that into the backdrop too");
	self->ops[0].cgroup = "a";
	IN_OP(self, "move_all_tasks): from cgroup \"a\" to itself: name two");
	self->ops[0].to = "all";
	REFUSED(self, "fine");
}

TEST_F(no, more_watches_than_registers)
{
	static const char *const symbols[] = { "jiffies", "jiffies_64", "jiffies", "a", "b" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(symbols); i++)
		self->ops[i] = (struct ktstr_op){ .kind = KTSTR_OP_WATCH, .name = symbols[i] };
	IN_STEP(self,
		"op 4 (watch): Op::WatchSnapshot cap exceeded: scenario already registered 3 watchpoints: jiffies, jiffies_64, a; give one back with KTSTR_OP_UNWATCH");
	self->ops[3] = (struct ktstr_op){ .kind = KTSTR_OP_UNWATCH, .name = "jiffies" };
	REFUSED(self, "fine");
	self->ops[3] = (struct ktstr_op){ .kind = KTSTR_OP_WATCH, .name = "a" };
	self->ops[4].may_fail = true;
	REFUSED(self, "fine");
}

TEST_F(no, rounds_that_cannot_follow_each_other)
{
	const struct ktstr_workers w = { .name = "w", .nr = 1 };
	const struct ktstr_cgroup def = { .name = "b" };

	self->steps[0].hold = KTSTR_LOOP_MS(100);
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_ADD_CGROUP, .def = &def };
	IN_OP(self,
	      "add_cgroup) in the second round: cgroup \"b\" exists already: the step that loops must remove it");
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_FREEZE_CGROUP, .cgroup = "a" };
	IN_OP(self, "freeze_cgroup) in the second round: cgroup \"a\" is frozen already");
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_SPAWN, .workers = &w };
	IN_OP(self,
	      "spawn): workers \"w\": a step that loops cannot start workers in each round: put them into its .setup");
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_CAPTURE, .name = "x", .count = 7 };
	IN_OP(self,
	      "capture): 70 snapshots asked for so far; a run keeps at most 64: lower .count");
	self->ops[0].count = 6;
	REFUSED(self, "fine");
}

TEST_F(no, frozen_workers_that_should_move)
{
	const struct ktstr_workers w = { .name = "w", .nr = 1 };

	self->ops[0] =
		(struct ktstr_op){ .kind = KTSTR_OP_FREEZE_CGROUP, .cgroup = "a", .at_ms = 1 };
	self->ops[1] = (struct ktstr_op){ .kind = KTSTR_OP_STOP_CGROUP, .cgroup = "a" };
	IN_STEP(self,
		"op 1 (stop_cgroup): cgroup \"a\" is frozen, its workers cannot stop: unfreeze it first");
	self->ops[1] = (struct ktstr_op){ .kind = KTSTR_OP_SPAWN, .cgroup = "a", .workers = &w };
	IN_STEP(self,
		"op 1 (spawn): workers \"w\": cgroup \"a\" is frozen, workers could not start: unfreeze it first");
	self->ops[0].kind = KTSTR_OP_UNFREEZE_CGROUP;
	IN_OP(self, "unfreeze_cgroup): cgroup \"a\" is not frozen");
}

TEST_F(no, schedulers_out_of_turn)
{
	self->ops[0] = (struct ktstr_op){ .kind = KTSTR_OP_DETACH_SCHEDULER };
	IN_OP(self,
	      "detach_scheduler): no scheduler is attached here: use KTSTR_OP_ATTACH_SCHEDULER first");
	self->ops[0].kind = KTSTR_OP_RESTART_SCHEDULER;
	IN_OP(self,
	      "restart_scheduler): no scheduler is attached here: use KTSTR_OP_ATTACH_SCHEDULER first");
	self->ops[0] =
		(struct ktstr_op){ .kind = KTSTR_OP_ATTACH_SCHEDULER, .argv = { "/bin/sh" } };
	REFUSED(self, "fine");
	self->ops[1] = self->ops[0];
	IN_STEP(self,
		"op 1 (attach_scheduler): scheduler \"/bin/sh\" is attached: detach it first, or use KTSTR_OP_REPLACE_SCHEDULER");
	self->ops[1] = (struct ktstr_op){};
	self->steps[0].hold = KTSTR_LOOP_MS(100);
	IN_OP(self,
	      "attach_scheduler) in the second round: scheduler \"/bin/sh\" is attached: detach it first, or use KTSTR_OP_REPLACE_SCHEDULER");
	self->ops[0].argv[0] = "/nonexistent/scx";
	EXPECT_STREQ(strerror(ENOENT), why(self));
	EXPECT_NE(NULL, strstr(self->err.msg, "/nonexistent/scx"));
}

TEST_F(no, payloads_that_cannot_be)
{
	static const char *const sh[] = { "/bin/sh", NULL };
	static const char *const nowhere[] = { "/nonexistent/program", NULL };
	struct ktstr_payload payload = { .name = "p" };

	self->setup[0].payload = &payload;
	IN_CGROUP(self, "payload \"p\": give it a program in .argv");
	payload = (struct ktstr_payload){ .argv = nowhere };
	EXPECT_STREQ(strerror(ENOENT), why(self));
	EXPECT_NE(NULL, strstr(self->err.msg, "step 1: cgroup \"a\": payload \"program\": "))
	TH_LOG("%s", self->err.msg);
	payload = (struct ktstr_payload){ .argv = sh };
	REFUSED(self, "fine");
	self->setup[1] = (struct ktstr_cgroup){ .name = "b", .payload = &payload };
	IN_STEP(self,
		"cgroup \"b\": payload \"sh\": a payload of that name may still run: set another .name, or wait for it first");
}

TEST_F(no, what_is_asked_at_the_end)
{
	self->test.hold_ms = 5;
	self->test.timeout_ms = 5;
	IN_STEP(self, "hold_ms and timeout_ms exclude each other: a hold has its own limit");
}

TEST_HARNESS_MAIN
