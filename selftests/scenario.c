// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps of a scenario, as they take place in a guest: a program in the guest tells
 * what has become of cpusets, affinities and policies; workers, payloads and
 * schedulers come and go. What fails or is refused: selftests/scenario_fail.c.
 */
#include "ktstr_harness.h"
#include "lib/cpulist.h"
#include "lib/util.h"

#define RUN_TIMEOUT_S 240
#define TOPOLOGY      "1n2l2c1t"
#define PROGRAM	      "ktstr_payload"
#define CPUS_OF(path) "/sys/fs/cgroup/ktstr/" path "/cpuset.cpus.effective"
#define RUN(tag, ...)                                                               \
	{                                                                           \
		.kind = KTSTR_OP_RUN, .name = tag, .argv = { PROGRAM, __VA_ARGS__ } \
	}

FIXTURE(scenario)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(scenario)
{
}

FIXTURE_TEARDOWN(scenario)
{
	test_end(_metadata, &self->res);
}

static void run_it(struct ktstr_result *res, const struct ktstr_test *test)
{
	ktstr_run(test, res);
	test_summary(res);
}

/* Lines of an output with a text in them, of all outputs of that name. */
static u32 lines(const struct ktstr_result *res, const char *tag, const char *text)
{
	u32 nr = 0;
	size_t i;

	for (i = 0; i < res->nr_outputs; i++) {
		const char *line = res->outputs[i].text, *at;

		if (strcmp(res->outputs[i].tag, tag))
			continue;
		for (; *line; line += strcspn(line, "\n"), line += !!*line) {
			at = strstr(line, text);
			nr += at && at + strlen(text) <= line + strcspn(line, "\n");
		}
	}
	return nr;
}

static u32 outputs(const struct ktstr_result *res, const char *tag)
{
	u32 nr = 0;
	size_t i;

	for (i = 0; i < res->nr_outputs; i++)
		nr += !strcmp(res->outputs[i].tag, tag);
	return nr;
}

/* For what does not fit: what the programs said. */
static void tell_outputs(struct __test_metadata *_metadata, const struct ktstr_result *res)
{
	size_t i;

	for (i = 0; i < res->nr_outputs && !__test_passed(_metadata); i++) {
		ksft_print_msg("%s: %s\n", res->outputs[i].tag, res->outputs[i].reason);
		test_diag(res->outputs[i].text);
	}
}

static u64 iterations(const struct ktstr_load *l, u32 step)
{
	return l->phases[step].iterations_to - l->phases[step].iterations_from;
}

FIXTURE(cpusets)
{
	struct ktstr_result res;
};

FIXTURE_VARIANT(cpusets)
{
	const char *scheduler;
};

FIXTURE_VARIANT_ADD(cpusets, eevdf) { .scheduler = NULL };
FIXTURE_VARIANT_ADD(cpusets, simple) { .scheduler = "scx_simple" };

static const struct ktstr_cgroup halves[] = {
	{ .name = "left", .cpuset = KTSTR_LLC(0), .workers = { { .nr = 2, .comm = "left" } } },
	{ .name = "right", .cpuset = KTSTR_LLC(1), .workers = { { .nr = 2, .comm = "right" } } },
	{},
};

static const struct ktstr_cgroup nested[] = {
	{ .name = "nest", .cpuset = KTSTR_EXACT("1-3") },
	{ .name = "nest/one",
	  .cpuset = KTSTR_EXACT("3"),
	  .workers = { { .nr = 1, .work = { .type = WORK_BURSTY } } } },
	{ .name = "nest/two", .workers = { { .nr = 2, .work = { .type = WORK_PIPE } } } },
	{},
};

static const struct ktstr_workers root = { .name = "root",
					   .nr = 1,
					   .work = { .type = WORK_YIELD } };

static const struct ktstr_op set_ops[] = {
	{ .kind = KTSTR_OP_SPAWN, .workers = &root },
	{ .kind = KTSTR_OP_RUN,
	  .at_ms = 100,
	  .name = "set",
	  .argv = { PROGRAM, "cat", CPUS_OF("left"), CPUS_OF("right"), CPUS_OF("nest"),
		    CPUS_OF("nest/one"), CPUS_OF("nest/two") } },
	{},
};

static const struct ktstr_op swap_ops[] = {
	{ .kind = KTSTR_OP_SWAP_CPUSETS, .cgroup = "left", .to = "right" },
	RUN("swapped", "cat", CPUS_OF("left"), CPUS_OF("right")),
	RUN("swapped_tasks", "tasks", "left", "right"),
	{},
};

static const struct ktstr_op change_ops[] = {
	{ .kind = KTSTR_OP_SET_CPUSET, .cgroup = "left", .cpuset = KTSTR_DISJOINT(2, 3) },
	{ .kind = KTSTR_OP_CLEAR_CPUSET, .cgroup = "right" },
	RUN("changed", "cat", CPUS_OF("left"), CPUS_OF("right")),
	{ .kind = KTSTR_OP_MOVE_ALL_TASKS, .cgroup = "right", .to = "left" },
	{ .kind = KTSTR_OP_CAPTURE_PROCS, .cgroup = "left", .name = "moved" },
	{ .kind = KTSTR_OP_STOP_CGROUP, .cgroup = "left", .at_ms = 200 },
	{ .kind = KTSTR_OP_CAPTURE_PROCS, .cgroup = "left", .name = "stopped", .at_ms = 200 },
	{},
};

static const struct ktstr_step cpuset_steps[] = {
	{ .name = "set", .setup = nested, .ops = set_ops, .hold = KTSTR_FRAC(0.4) },
	{ .name = "swap", .ops = swap_ops, .hold = KTSTR_FRAC(0.3) },
	{ .name = "change", .ops = change_ops, .hold = KTSTR_FRAC(0.3) },
	{},
};

FIXTURE_SETUP(cpusets)
{
	const struct ktstr_test test = {
		.name = "cpusets",
		.topology = TOPOLOGY,
		.scheduler = variant->scheduler,
		.duration_ms = 1500,
		.backdrop = halves,
		.steps = cpuset_steps,
		.checks = { .isolation = 1, .min_work_units = 1 },
	};

	run_it(&self->res, &test);
}

FIXTURE_TEARDOWN(cpusets)
{
	test_end(_metadata, &self->res);
}

/* CPUs the workers of a group were seen on. */
static void seen_cpus(const struct ktstr_load *l, const char *group, char *text, size_t room)
{
	struct cpulist seen = {};
	size_t i, k;

	for (i = 0; i < l->nr_workers; i++)
		for (k = 0; k < sizeof(seen.bits); k++)
			if (!strcmp(l->groups[l->workers[i].group].name, group))
				seen.bits[k] |= l->workers[i].cpus[k];
	cpulist_format(&seen, text, room);
}

TEST_F_TIMEOUT(cpusets, hold_workers_and_programs_agree, RUN_TIMEOUT_S)
{
	const struct ktstr_result *res = &self->res;
	const struct ktstr_load *l = &res->load;
	char cpus[CPULIST_TEXT_MAX];
	u32 i;

	EXPECT_EQ(res->verdict, KTSTR_PASS);
	ASSERT_EQ(l->nr_phases, 4);
	EXPECT_STREQ(l->phases[1].name, "set");
	EXPECT_STREQ(l->phases[3].name, "change");
	for (i = 1; i < l->nr_phases; i++)
		EXPECT_GT(iterations(l, i), 0);
	EXPECT_EQ(l->nr_workers, 8);
	EXPECT_NE(ktstr_load_cgroup(l, "left", 0), NULL);
	EXPECT_NE(ktstr_load_cgroup(l, "nest/one", 1), NULL);
	EXPECT_EQ(ktstr_load_cgroup(l, "nest/one", 2), NULL);
	seen_cpus(l, "nest/one", cpus, sizeof(cpus));
	EXPECT_STREQ(cpus, "3");

	EXPECT_EQ(lines(res, "set", "/left/cpuset.cpus.effective: 0-1"), 1);
	EXPECT_EQ(lines(res, "set", "/right/cpuset.cpus.effective: 2-3"), 1);
	EXPECT_EQ(lines(res, "set", "/nest/cpuset.cpus.effective: 1-3"), 1);
	EXPECT_EQ(lines(res, "set", "/one/cpuset.cpus.effective: 3"), 1);
	EXPECT_EQ(lines(res, "set", "/two/cpuset.cpus.effective: 1-3"), 1);
	EXPECT_EQ(lines(res, "swapped", "/left/cpuset.cpus.effective: 2-3"), 1);
	EXPECT_EQ(lines(res, "swapped", "/right/cpuset.cpus.effective: 0-1"), 1);
	EXPECT_EQ(lines(res, "swapped_tasks", "cpus=2-3 leader=left cgroup=0::/ktstr/left"), 2);
	EXPECT_EQ(lines(res, "swapped_tasks", "cpus=0-1 leader=right cgroup=0::/ktstr/right"), 2);
	/* the last CPU of four is not among the usable ones */
	EXPECT_EQ(lines(res, "changed", "/left/cpuset.cpus.effective: 2"), 1);
	EXPECT_EQ(lines(res, "changed", "/right/cpuset.cpus.effective: 0-3"), 1);
	EXPECT_EQ(lines(res, "moved", " left"), 2);
	EXPECT_EQ(lines(res, "moved", " right"), 2);
	EXPECT_EQ(outputs(res, "stopped"), 1);
	EXPECT_EQ(lines(res, "stopped", " "), 0);
	tell_outputs(_metadata, res);
}

/* Rounds take place as often as there is time for; here there is for four. */
#define ROUNDS	 4
#define ROUND_MS 750

static const struct ktstr_cgroup ice[] = {
	{ .name = "ice", .workers = { { .nr = 2 } } },
	{},
};

static const struct ktstr_cgroup kept[] = {
	{ .name = "kept", .workers = { { .nr = 2, .comm = "mover" } } },
	{},
};

static const struct ktstr_cgroup churned = { .name = "churned", .cpuset = KTSTR_LLC(1) };

static const struct ktstr_op round_ops[] = {
	{ .kind = KTSTR_OP_ADD_CGROUP, .def = &churned },
	{ .kind = KTSTR_OP_MOVE_ALL_TASKS, .cgroup = "kept", .to = "churned" },
	{ .kind = KTSTR_OP_CAPTURE_PROCS, .cgroup = "churned", .name = "round" },
	{ .kind = KTSTR_OP_MOVE_ALL_TASKS, .cgroup = "churned", .to = "kept", .at_ms = 50 },
	{ .kind = KTSTR_OP_REMOVE_CGROUP, .cgroup = "churned", .at_ms = 50 },
	{},
};

static const struct ktstr_op freeze_ops[] = {
	{ .kind = KTSTR_OP_FREEZE_CGROUP, .cgroup = "ice" },
	{},
};

static const struct ktstr_op nothing[] = {
	{ .kind = KTSTR_OP_CAPTURE_PROCS, .cgroup = "ice", .name = "frozen" },
	{},
};

static const struct ktstr_op thaw_ops[] = {
	{ .kind = KTSTR_OP_UNFREEZE_CGROUP, .cgroup = "ice" },
	{},
};

static const struct ktstr_step round_steps[] = {
	{ .name = "rounds",
	  .setup = kept,
	  .ops = round_ops,
	  .hold = { .ms = ROUNDS * ROUND_MS, .loop_ms = ROUND_MS } },
	{ .name = "freeze", .ops = freeze_ops, .hold = KTSTR_HOLD_MS(50) },
	{ .name = "frozen", .ops = nothing, .hold = KTSTR_HOLD_MS(300) },
	{ .name = "thawed", .ops = thaw_ops, .hold = KTSTR_HOLD_MS(300) },
	{},
};

TEST_F_TIMEOUT(scenario, goes_round_and_freezes, RUN_TIMEOUT_S)
{
	const struct ktstr_test test = {
		.name = "rounds",
		.topology = TOPOLOGY,
		.backdrop = ice,
		.steps = round_steps,
	};
	const struct ktstr_result *res = &self->res;
	const struct ktstr_load *l = &res->load;
	u32 rounds;

	run_it(&self->res, &test);
	EXPECT_EQ(res->verdict, KTSTR_PASS);
	rounds = outputs(res, "round");
	ksft_print_msg("%u rounds of %u\n", rounds, ROUNDS);
	/* one that is late does not make those behind it hurry: it takes their time */
	EXPECT_GE(rounds, 2);
	EXPECT_LE(rounds, ROUNDS);
	EXPECT_EQ(lines(res, "round", " mover"), 2 * rounds);
	/* what loops is one step all the same */
	ASSERT_EQ(l->nr_phases, 5);
	EXPECT_GT(iterations(l, 1), 0);
	EXPECT_STREQ(l->phases[3].name, "frozen");
	EXPECT_EQ(iterations(l, 3), 0);
	EXPECT_EQ(lines(res, "frozen", " spin"), 2);
	EXPECT_GT(iterations(l, 4), 0);
	tell_outputs(_metadata, res);
}

/* Work that leaves time for others, even for one that only gets what nobody wants. */
#define LAZY(n) .nr = (n), .work = { .type = WORK_IDLE_CHURN }

/* Found by their names; a group that has none of its own is called as its cgroup. */
static const struct ktstr_cgroup placed[] = {
	{ .name = "some",
	  .cpuset = KTSTR_EXACT("1-2"),
	  .workers = { { .comm = "single",
			 LAZY(2),
			 .affinity = { .kind = KTSTR_AFFINITY_SINGLE } } } },
	{ .name = "all",
	  .workers = { { .comm = "pair", LAZY(4), .affinity = { .kind = KTSTR_AFFINITY_SMT_PAIR } },
		       { .comm = "random",
			 LAZY(1),
			 .affinity = { KTSTR_AFFINITY_RANDOM, KTSTR_EXACT("2"), 1 } },
		       { .comm = "exact",
			 LAZY(1),
			 .affinity = { .kind = KTSTR_AFFINITY_EXACT, .from = KTSTR_EXACT("0,3") } },
		       { .name = "changed", .comm = "changed", LAZY(1) } } },
	{ .name = "classes",
	  .workers = { { .comm = "batch", LAZY(1), .policy = KTSTR_POLICY_BATCH, .nice = 5 },
		       { .comm = "idle", .nr = 1, .policy = KTSTR_POLICY_IDLE },
		       { .comm = "normal", LAZY(1), .nice = -7 },
		       { .comm = "thread", LAZY(1), .pcomm = "leader" } } },
	{ .name = "real_time",
	  .workers = { { .comm = "fifo", LAZY(1), .policy = KTSTR_POLICY_FIFO, .priority = 10 },
		       { .comm = "rr", LAZY(1), .policy = KTSTR_POLICY_RR, .priority = 20 },
		       { .comm = "deadline",
			 LAZY(1),
			 .policy = KTSTR_POLICY_DEADLINE,
			 .runtime_us = 5000,
			 .deadline_us = 20000,
			 .period_us = 100000 } } },
	{},
};

static const struct ktstr_op placed_ops[] = {
	{ .kind = KTSTR_OP_SET_AFFINITY,
	  .name = "changed",
	  .affinity = { .kind = KTSTR_AFFINITY_EXACT, .from = KTSTR_EXACT("1") },
	  .at_ms = 50 },
	{ .kind = KTSTR_OP_RUN,
	  .at_ms = 50,
	  .name = "tasks",
	  .argv = { PROGRAM, "tasks", "single", "pair", "random", "exact", "changed", "batch",
		    "idle", "normal", "thread", "fifo", "rr", "deadline" } },
	{},
};

static const struct ktstr_step placed_steps[] = {
	{ .name = "placed", .setup = placed, .ops = placed_ops, .hold = KTSTR_HOLD_MS(600) },
	{},
};

TEST_F_TIMEOUT(scenario, places_workers_as_they_are_wanted, RUN_TIMEOUT_S)
{
	const struct ktstr_test test = {
		.name = "placed",
		.topology = "1n1l2c2t",
		.steps = placed_steps,
		.checks = { .isolation = 1 },
	};
	static const char *const wanted[] = {
		"single policy=0 prio=0 nice=0 cpus=1 ",
		"single policy=0 prio=0 nice=0 cpus=2 ",
		"pair policy=0 prio=0 nice=0 cpus=0 ",
		"pair policy=0 prio=0 nice=0 cpus=1 ",
		"pair policy=0 prio=0 nice=0 cpus=2 ",
		"pair policy=0 prio=0 nice=0 cpus=3 ",
		"random policy=0 prio=0 nice=0 cpus=2 ",
		"exact policy=0 prio=0 nice=0 cpus=0,3 ",
		"changed policy=0 prio=0 nice=0 cpus=1 ",
		"batch policy=3 prio=0 nice=5 cpus=0-3 ",
		"idle policy=5 prio=0 nice=0 cpus=0-3 ",
		"normal policy=0 prio=0 nice=-7 cpus=0-3 ",
		"thread policy=0 prio=0 nice=0 cpus=0-3 leader=leader ",
		"fifo policy=1 prio=10 nice=0 cpus=0-3 ",
		"rr policy=2 prio=20 nice=0 cpus=0-3 ",
		"deadline policy=6 prio=0 nice=0 us=5000/20000/100000 cpus=0-3 ",
	};
	const struct ktstr_result *res = &self->res;
	u32 i;

	run_it(&self->res, &test);
	EXPECT_EQ(res->verdict, KTSTR_PASS);
	EXPECT_EQ(res->load.nr_workers, ARRAY_SIZE(wanted));
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		EXPECT_EQ(lines(res, "tasks", wanted[i]), 1)
		TH_LOG("no line with '%s'", wanted[i]);
	}
	tell_outputs(_metadata, res);
}

/* Far more than a payload that ends needs on any host. */
#define PAYLOAD_MS 60000

static const char *const measure[] = { PROGRAM, "measure", NULL };
static const char *const nap[] = { PROGRAM, "sleep", "200", NULL };
static const char *const hang[] = { "ktstr_misfit", "hang", NULL };
static const char *const crash[] = { "ktstr_misfit", "signal", "11", NULL };
static const char *const exit_3[] = { "ktstr_misfit", "exit", "3", NULL };

static const struct ktstr_metric measured[] = {
	{ .name = "total", .min = 42, .has_min = true, .max = 42, .has_max = true },
	{ .name = "jobs.0.rps",
	  .polarity = KTSTR_BETTER_HIGHER,
	  .unit = "/s",
	  .min = 1000,
	  .has_min = true },
	{ .name = "jobs.0.p99_us", .polarity = KTSTR_BETTER_LOWER, .unit = "us" },
	{},
};

static const struct ktstr_metric slept[] = {
	{ .name = "slept_ms", .min = 200, .has_min = true },
	{},
};

static const struct ktstr_payload measures = {
	.argv = measure,
	.name = "measures",
	.timeout_ms = PAYLOAD_MS,
	.json = true,
	.metrics = measured,
};

static const struct ktstr_payload naps = {
	.argv = nap,
	.name = "naps",
	.timeout_ms = PAYLOAD_MS,
	.json = true,
	.metrics = slept,
};

static const struct ktstr_payload exits = { .argv = exit_3, .name = "exits", .exit_code = 3 };
static const struct ktstr_payload killed = { .argv = hang, .name = "killed" };
static const struct ktstr_payload crashes = { .argv = crash, .name = "crashes" };
static const struct ktstr_payload left = { .argv = hang, .name = "left" };

static const struct ktstr_cgroup programs[] = {
	{ .name = "a", .cpuset = KTSTR_LLC(1), .payload = &measures },
	{ .name = "b",
	  .workers = { { .nr = 1, .work = { .type = WORK_BURSTY } } },
	  .payload = &left },
	{},
};

static const struct ktstr_op payload_ops[] = {
	{ .kind = KTSTR_OP_RUN_PAYLOAD, .payload = &naps },
	{ .kind = KTSTR_OP_WAIT_PAYLOAD, .name = "naps", .timeout_ms = PAYLOAD_MS },
	{ .kind = KTSTR_OP_RUN_PAYLOAD, .payload = &exits },
	{ .kind = KTSTR_OP_WAIT_PAYLOAD, .name = "exits", .timeout_ms = PAYLOAD_MS },
	{ .kind = KTSTR_OP_RUN_PAYLOAD, .payload = &crashes, .may_fail = true },
	{ .kind = KTSTR_OP_WAIT_PAYLOAD, .name = "crashes", .timeout_ms = PAYLOAD_MS },
	{ .kind = KTSTR_OP_RUN_PAYLOAD, .payload = &killed },
	{ .kind = KTSTR_OP_KILL_PAYLOAD, .name = "killed", .at_ms = 100 },
	{ .kind = KTSTR_OP_WAIT_PAYLOAD,
	  .name = "measures",
	  .timeout_ms = PAYLOAD_MS,
	  .at_ms = 100 },
	{},
};

static const struct ktstr_step payload_steps[] = {
	{ .name = "programs", .setup = programs, .ops = payload_ops, .hold = KTSTR_HOLD_MS(300) },
	{},
};

TEST_F_TIMEOUT(scenario, runs_payloads, RUN_TIMEOUT_S)
{
	const struct ktstr_test test = {
		.name = "payloads",
		.topology = TOPOLOGY,
		.steps = payload_steps,
	};
	const struct ktstr_result *res = &self->res;
	const struct ktstr_metric_value *m;
	const struct ktstr_output *o;

	run_it(&self->res, &test);
	EXPECT_EQ(res->verdict, KTSTR_PASS);
	m = ktstr_load_metric(&res->load, "measures", "jobs.0.rps");
	ASSERT_NE(m, NULL);
	EXPECT_EQ(m->value, 1500.5);
	EXPECT_EQ(m->polarity, KTSTR_BETTER_HIGHER);
	EXPECT_STREQ(m->unit, "/s");
	m = ktstr_load_metric(&res->load, "measures", "jobs.1.rps");
	ASSERT_NE(m, NULL);
	EXPECT_EQ(m->value, 900);
	m = ktstr_load_metric(&res->load, "naps", "slept_ms");
	ASSERT_NE(m, NULL);
	EXPECT_GE(m->value, 200);
	EXPECT_TRUE(ktstr_output_ok(ktstr_output_find(res, "naps")));
	o = ktstr_output_find(res, "exits");
	ASSERT_NE(o, NULL);
	EXPECT_EQ(o->end, WIRE_RUN_EXITED);
	EXPECT_EQ(o->code, 3);
	o = ktstr_output_find(res, "crashes");
	ASSERT_NE(o, NULL);
	EXPECT_EQ(o->end, WIRE_RUN_SIGNALED);
	o = ktstr_output_find(res, "killed");
	ASSERT_NE(o, NULL);
	EXPECT_EQ(o->end, WIRE_RUN_CANCELLED);
	o = ktstr_output_find(res, "left");
	ASSERT_NE(o, NULL);
	EXPECT_EQ(o->end, WIRE_RUN_CANCELLED);
	tell_outputs(_metadata, res);
}

static const struct ktstr_cgroup steady[] = {
	{ .name = "steady", .workers = { { .nr = 4, .comm = "steady" } } },
	{},
};

static const struct ktstr_op restart_ops[] = {
	{ .kind = KTSTR_OP_RESTART_SCHEDULER },
	RUN("restarted", "cat", "/sys/kernel/sched_ext/root/ops"),
	RUN("policy", "tasks", "steady"),
	{},
};

static const struct ktstr_op replace_ops[] = {
	{ .kind = KTSTR_OP_REPLACE_SCHEDULER, .argv = { "ktstr_bad", "--good" } },
	RUN("replaced", "cat", "/sys/kernel/sched_ext/root/ops"),
	{},
};

static const struct ktstr_op detach_ops[] = {
	{ .kind = KTSTR_OP_DETACH_SCHEDULER },
	RUN("detached", "cat", "/sys/kernel/sched_ext/state"),
	{ .kind = KTSTR_OP_CAPTURE, .tag = "without" },
	{},
};

/* The snapshot is of the program's own write. */
static const struct ktstr_op attach_ops[] = {
	{ .kind = KTSTR_OP_ATTACH_SCHEDULER, .argv = { "scx_simple" }, .expect_ops = "simple" },
	{ .kind = KTSTR_OP_WATCH, .name = "panic_timeout" },
	RUN("write", "put", "/proc/sys/kernel/panic", "77"),
	/* one that was written is watched no more */
	{ .kind = KTSTR_OP_WATCH, .name = "panic_on_warn" },
	{ .kind = KTSTR_OP_UNWATCH, .name = "panic_on_warn" },
	{},
};

static const struct ktstr_step sched_steps[] = {
	{ .name = "restart", .ops = restart_ops, .hold = KTSTR_HOLD_MS(200) },
	{ .name = "replace", .ops = replace_ops, .hold = KTSTR_HOLD_MS(200) },
	{ .name = "detach", .ops = detach_ops, .hold = KTSTR_HOLD_MS(200) },
	{ .name = "attach", .ops = attach_ops, .hold = KTSTR_HOLD_MS(200) },
	{},
};

TEST_F_TIMEOUT(scenario, workers_outlive_schedulers, RUN_TIMEOUT_S)
{
	const struct ktstr_test test = {
		.name = "schedulers",
		.topology = "1n1l2c1t",
		.scheduler = "scx_simple",
		.backdrop = steady,
		.steps = sched_steps,
	};
	const struct ktstr_result *res = &self->res;
	const struct ktstr_load *l = &res->load;
	u32 i;

	run_it(&self->res, &test);
	EXPECT_EQ(res->verdict, KTSTR_PASS);
	EXPECT_STREQ(res->ops, "simple");
	ASSERT_EQ(l->nr_phases, 5);
	for (i = 1; i < l->nr_phases; i++)
		EXPECT_GT(iterations(l, i), 0);
	EXPECT_EQ(l->nr_workers, 4);
	EXPECT_EQ(lines(res, "restarted", ": simple"), 1);
	/* SCHED_EXT */
	EXPECT_EQ(lines(res, "policy", "steady policy=7 "), 4);
	EXPECT_EQ(lines(res, "replaced", ": ktstr_bad"), 1);
	EXPECT_EQ(lines(res, "detached", ": disabled"), 1);
	EXPECT_NE(ktstr_snapshot_find(res, "without"), NULL);
	EXPECT_NE(ktstr_snapshot_find(res, "panic_timeout"), NULL);
	tell_outputs(_metadata, res);
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
