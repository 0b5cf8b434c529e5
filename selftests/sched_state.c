// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host reads of a guest's schedulers, and what the guest's own
 * debugfs, sysfs and /proc say right before and right after.
 */
#include "domain_compare.h"
#include "ktstr_harness.h"
#include "task_compare.h"

#define RUN_TIMEOUT_S 300
/* Threads of a core share one domain, cores another one. */
#define TOPOLOGY "1n2l1c2t"
#define CPUS	 4

#define ORACLE(name) \
	{ .kind = KTSTR_OP_RUN, .argv = { "ktstr_oracle", "sched", "tasks" }, .tag = name }

static const struct ktstr_op ops[] = {
	ORACLE("before"),
	{ .kind = KTSTR_OP_CAPTURE, .tag = "between" },
	ORACLE("after"),
};

FIXTURE(sched_state)
{
	struct ktstr_result res;
	struct looks looks;
};

FIXTURE_VARIANT(sched_state)
{
	const char *scheduler;
};

FIXTURE_VARIANT_ADD(sched_state, scx_simple) {
	.scheduler = "scx_simple",
};

FIXTURE_VARIANT_ADD(sched_state, eevdf) {};

FIXTURE_SETUP(sched_state)
{
	const struct ktstr_test test = {
		.name = "sched_state",
		.topology = TOPOLOGY,
		.scheduler = variant->scheduler,
		.ops = ops,
		.nr_ops = ARRAY_SIZE(ops),
		.extra_cmdline = "schedstats=enable sched_verbose",
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
	self->looks = (struct looks){
		.before = ktstr_output_find(&self->res, "before"),
		.seen = ktstr_snapshot_find(&self->res, "between"),
		.after = ktstr_output_find(&self->res, "after"),
	};
}

FIXTURE_TEARDOWN(sched_state)
{
	test_end(_metadata, &self->res);
}

/* They spin from the first moment to the last. */
static void compare_workers(struct looks *l, const struct ktstr_result *res)
{
	const struct value *tasks = part(l, "task_enrichments.tasks");
	u64 on_rq;
	u32 i;

	for (i = 0; i < res->nr_workers; i++) {
		on_rq = 0;
		member_u64(task_by_pid(tasks, res->workers[i].tid), "on_rq", &on_rq);
		/* 2 while it is moved to another one */
		tally_between(&l->t, "on_rq of a worker", TASK_ON_RQ, on_rq, 2);
	}
}

/* One test: each boots a kernel of its own. */
TEST_F_TIMEOUT(sched_state, is_what_the_guest_says, RUN_TIMEOUT_S)
{
	struct looks *l = &self->looks;
	struct ktstr_err err = { "" };
	u64 nr;

	ASSERT_EQ(self->res.verdict, KTSTR_PASS);
	ASSERT_TRUE(ktstr_output_ok(l->before));
	ASSERT_TRUE(ktstr_output_ok(l->after));
	ASSERT_TRUE(oracle_whole(l->before->text, l->before->len));
	ASSERT_TRUE(oracle_whole(l->after->text, l->after->len));
	ASSERT_NE(l->seen, NULL);
	if (!ktstr_snapshot_value(l->seen, NULL, &err) && errno == EOPNOTSUPP)
		SKIP(return, "a build without json-c cannot read snapshots");

	compare_scx_state(l);
	EXPECT_TRUE(looks_end(l, "state", variant->scheduler ? 6 : 5));
	compare_events(l);
	EXPECT_TRUE(looks_end(l, "events", variant->scheduler ? 9 : 0));
	compare_run_queues(l, CPUS);
	EXPECT_TRUE(looks_end(l, "run queues", 3 * CPUS));
	compare_schedstat(l, CPUS);
	EXPECT_TRUE(looks_end(l, "schedstat", 8 * CPUS));
	compare_cpu_time(l, CPUS);
	EXPECT_TRUE(looks_end(l, "CPU time", 10 * CPUS));
	compare_softirqs(l, CPUS);
	EXPECT_TRUE(looks_end(l, "softirqs", 10 * CPUS));
	nr = compare_domains(l, CPUS);
	EXPECT_GE(nr, CPUS);
	EXPECT_TRUE(looks_end(l, "domains", 50 * nr));
	nr = compare_tasks(l);
	/* PID 1, the workers, and threads of the kernel for each CPU */
	EXPECT_GT(nr, 1 + CPUS + CPUS);
	EXPECT_TRUE(looks_end(l, "tasks", 5 * nr));
	ksft_print_msg("tasks: %llu, and %llu that only the host saw\n", (unsigned long long)nr,
		       (unsigned long long)unknown_tasks(l));
	EXPECT_GE(settled_queues(l), CPUS / 2);
	compare_workers(l, &self->res);
	EXPECT_TRUE(looks_end(l, "workers", self->res.nr_workers));
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
