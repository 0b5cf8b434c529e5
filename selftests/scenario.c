// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps of a scenario, as they take place in a guest: cgroups with their CPUs,
 * workers that report when their step ends, schedulers that come and go.
 */
#include "ktstr_harness.h"
#include "lib/util.h"

#define TOPOLOGY      "1n2l2c1t"
#define RUN_TIMEOUT_S 240

static const struct ktstr_cgroup all_steps[] = {
	{ .name = "steady",
	  .cpuset = KTSTR_LLC(0),
	  .workers = { { .nr = 1, .work = { .type = WORK_BURSTY } } } },
	{},
};

static const struct ktstr_cgroup pair[] = {
	{ .name = "nest/left",
	  .cpuset = KTSTR_EXACT("0-1"),
	  .cpu_weight = 50,
	  .workers = { { .nr = 2 } } },
	{ .name = "nest/right",
	  .cpuset = KTSTR_EXACT("2-3"),
	  .workers = { { .nr = 2,
			 .work = { .type = WORK_PIPE },
			 .affinity = { .kind = KTSTR_AFFINITY_SINGLE } } } },
	{},
};

static const struct ktstr_op changes[] = {
	{ .kind = KTSTR_OP_SET_CPUSET, .cgroup = "steady", .cpuset = KTSTR_LLC(1) },
	{ .kind = KTSTR_OP_CAPTURE_PROCS, .cgroup = "steady", .name = "who", .at_ms = 100 },
	{ .kind = KTSTR_OP_FREEZE_CGROUP, .cgroup = "steady", .at_ms = 200 },
	{ .kind = KTSTR_OP_UNFREEZE_CGROUP, .cgroup = "steady", .at_ms = 250 },
	{},
};

static const struct ktstr_step two_steps[] = {
	{ .name = "pair", .setup = pair, .hold = KTSTR_FRAC(0.5) },
	{ .name = "changes", .ops = changes, .hold = KTSTR_FRAC(0.5) },
	{},
};

FIXTURE(steps)
{
	struct ktstr_result res;
};

FIXTURE_VARIANT(steps)
{
	const char *scheduler;
};

FIXTURE_VARIANT_ADD(steps, eevdf) { .scheduler = NULL };
FIXTURE_VARIANT_ADD(steps, simple) { .scheduler = "scx_simple" };

FIXTURE_SETUP(steps)
{
	struct ktstr_test test = {
		.name = "steps",
		.topology = TOPOLOGY,
		.scheduler = variant->scheduler,
		.duration_ms = 1000,
		.backdrop = all_steps,
		.steps = two_steps,
		.checks = { .isolation = 1 },
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(steps)
{
	test_end(_metadata, &self->res);
}

TEST_F_TIMEOUT(steps, take_place, RUN_TIMEOUT_S)
{
	const struct ktstr_load *l = &self->res.load;

	EXPECT_EQ(KTSTR_PASS, self->res.verdict);
	EXPECT_EQ(5, l->nr_workers);
	ASSERT_EQ(3, l->nr_phases);
	EXPECT_STREQ("pair", l->phases[1].name);
	EXPECT_STREQ("changes", l->phases[2].name);
	EXPECT_NE(NULL, ktstr_load_cgroup(l, "nest/left", 1));
	EXPECT_NE(NULL, ktstr_load_cgroup(l, "steady", 0));
	EXPECT_EQ(NULL, ktstr_load_cgroup(l, "nest/left", 2));
	EXPECT_NE(NULL, ktstr_output_find(&self->res, "who"));
}

static const char *const program[] = { "ktstr_topology", NULL };
static const struct ktstr_payload machine = { .argv = program };

static const struct ktstr_cgroup looped[] = {
	{ .name = "kept", .workers = { { .nr = 2 } } },
	{ .name = "with_program", .payload = &machine },
	{},
};

static const struct ktstr_cgroup churned = { .name = "churned", .cpuset = KTSTR_LLC(1) };

static const struct ktstr_op round_ops[] = {
	{ .kind = KTSTR_OP_ADD_CGROUP, .def = &churned },
	{ .kind = KTSTR_OP_MOVE_ALL_TASKS, .cgroup = "kept", .to = "churned" },
	{ .kind = KTSTR_OP_MOVE_ALL_TASKS, .cgroup = "churned", .to = "kept", .at_ms = 100 },
	{ .kind = KTSTR_OP_REMOVE_CGROUP, .cgroup = "churned", .at_ms = 100 },
	{},
};

static const struct ktstr_workers more = { .name = "more", .nr = 2, .policy = KTSTR_POLICY_BATCH };

static const struct ktstr_op sched_ops[] = {
	{ .kind = KTSTR_OP_SPAWN, .workers = &more },
	{ .kind = KTSTR_OP_RESTART_SCHEDULER },
	{ .kind = KTSTR_OP_DETACH_SCHEDULER, .at_ms = 200 },
	{ .kind = KTSTR_OP_SET_AFFINITY,
	  .name = "more",
	  .affinity = { .kind = KTSTR_AFFINITY_RANDOM, .count = 2 },
	  .at_ms = 250 },
	{ .kind = KTSTR_OP_ATTACH_SCHEDULER,
	  .argv = { "scx_simple" },
	  .expect_ops = "simple",
	  .at_ms = 300 },
	{},
};

static const struct ktstr_step churn_steps[] = {
	{ .name = "rounds",
	  .setup = looped,
	  .ops = round_ops,
	  .hold = { .ms = 600, .loop_ms = 200 } },
	{ .name = "schedulers", .ops = sched_ops, .hold = KTSTR_HOLD_MS(1000) },
	{},
};

FIXTURE(churn)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(churn)
{
	struct ktstr_test test = {
		.name = "churn",
		.topology = TOPOLOGY,
		.scheduler = "scx_simple",
		.steps = churn_steps,
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(churn)
{
	test_end(_metadata, &self->res);
}

TEST_F_TIMEOUT(churn, is_carried_out, RUN_TIMEOUT_S)
{
	const struct ktstr_load *l = &self->res.load;

	EXPECT_EQ(KTSTR_PASS, self->res.verdict);
	EXPECT_EQ(4, l->nr_workers);
	EXPECT_NE(NULL, ktstr_output_find(&self->res, "ktstr_topology"));
	EXPECT_NE(0, l->seed);
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
