// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the verifier said of a scheduler's programs, as the host reads it from the
 * guest's memory, against what the guest's own system call says; and what is left
 * of its log where it refuses one.
 */
#include <linux/bpf.h>

#include "host/harness/sweep.h"
#include "ktstr_harness.h"
#include "oracle_parse.h"
#include "sched/ktstr_fixture.h"

#define RUN_TIMEOUT_S 300
#define TOPOLOGY      "1n1l2c1t"
#define CPUS	      2

FIXTURE(verifier)
{
	struct ktstr_result res;
	struct sweep_cell cell;
};

FIXTURE_SETUP(verifier)
{
}

FIXTURE_TEARDOWN(verifier)
{
	sweep_cell_free(&self->cell);
	test_end(_metadata, &self->res);
}

static void run(FIXTURE_DATA(verifier) * self, const struct ktstr_test *test)
{
	ktstr_run(test, &self->res);
	test_summary(&self->res);
	sweep_cell_fill(&self->cell, &self->res);
}

static const struct sweep_prog *prog_of(const struct sweep_cell *c, const char *name, size_t len)
{
	u32 i;

	for (i = 0; i < c->nr_progs; i++)
		if (!strncmp(c->progs[i].name, name, len))
			return &c->progs[i];
	return NULL;
}

/* The guest knows the first 15 characters of a name. */
TEST_F_TIMEOUT(verifier, instructions_are_those_the_guest_says, RUN_TIMEOUT_S)
{
	static const struct ktstr_op ops[] = {
		{ .kind = KTSTR_OP_CAPTURE, .tag = SWEEP_TAG },
		{ .kind = KTSTR_OP_RUN, .argv = { "ktstr_oracle", "progs" }, .tag = "progs" },
	};
	const struct ktstr_test test = {
		.name = "verifier",
		.topology = TOPOLOGY,
		.scheduler = "scx_simple",
		.ops = ops,
		.nr_ops = ARRAY_SIZE(ops),
	};
	const struct ktstr_output *said;
	const struct sweep_prog *p;
	struct oracle_rec rec;
	struct oracle_iter it;
	u32 same = 0;
	u64 n;

	run(self, &test);
	ASSERT_EQ(KTSTR_PASS, self->res.verdict);
	said = ktstr_output_find(&self->res, "progs");
	ASSERT_TRUE(ktstr_output_ok(said));
	if (self->cell.verdict == KTSTR_INCONCLUSIVE && strstr(self->cell.text, "json-c"))
		SKIP(return, "a build without json-c cannot read snapshots");
	EXPECT_EQ(KTSTR_PASS, self->cell.verdict);
	EXPECT_TRUE(self->cell.attached);
	EXPECT_TRUE(self->cell.dispatched);
	EXPECT_STREQ("simple", self->cell.ops);
	EXPECT_EQ(CPUS, self->cell.workers);
	EXPECT_GE(self->cell.nr_progs, 7);
	for (it = oracle_begin(said->text, said->len); oracle_next_kind(&it, "prog", &rec);) {
		char name[BPF_OBJ_NAME_LEN];

		if (!oracle_str(&rec, "name", name, sizeof(name)))
			continue;
		p = prog_of(&self->cell, name, strlen(name));
		if (!p || !oracle_num(&rec, "verified_insns", &n))
			continue;
		EXPECT_EQ(n, p->verified_insns);
		EXPECT_GT(n, 0);
		same++;
	}
	EXPECT_EQ(self->cell.nr_progs, same);
}

TEST_F_TIMEOUT(verifier, a_refusal_has_its_reason, RUN_TIMEOUT_S)
{
	static const char *const args[] = { "--fail-verify", NULL };
	const struct ktstr_test test = {
		.name = "fail_verify",
		.topology = TOPOLOGY,
		.scheduler = "ktstr_fixture",
		.sched_args = args,
	};

	run(self, &test);
	EXPECT_EQ(KTSTR_FAIL, self->cell.verdict);
	EXPECT_EQ(KTSTR_REASON_SCHED_NOT_ATTACHED, self->cell.reason);
	EXPECT_FALSE(self->cell.attached);
	EXPECT_FALSE(self->cell.dispatched);
	EXPECT_NE(NULL, strstr(self->cell.text, "verifier, program verify_fail: R"));
	EXPECT_NE(NULL, strstr(self->cell.text, "invalid mem access 'scalar'"));
	ASSERT_NE(NULL, self->cell.log);
	EXPECT_NE(NULL, strstr(self->cell.log, "BEGIN PROG LOAD LOG"));
	EXPECT_EQ(NULL, strstr(self->cell.log, "more rounds"));
}

TEST_F_TIMEOUT(verifier, a_log_that_repeats_is_short, RUN_TIMEOUT_S)
{
	static const char *const args[] = { "--verify-loop", NULL };
	const struct ktstr_test test = {
		.name = "verify_loop",
		.topology = TOPOLOGY,
		.scheduler = "ktstr_fixture",
		.sched_args = args,
	};
	const char *more;
	u64 rounds;

	run(self, &test);
	EXPECT_EQ(KTSTR_FAIL, self->cell.verdict);
	EXPECT_NE(NULL, strstr(self->cell.text, "verifier, program verify_loop: R"));
	ASSERT_NE(NULL, self->cell.raw);
	ASSERT_NE(NULL, self->cell.log);
	EXPECT_LT(10 * strlen(self->cell.log), strlen(self->cell.raw));
	more = strstr(self->cell.log, "... (");
	ASSERT_NE(NULL, more);
	rounds = strtoull(more + strlen("... ("), NULL, 10);
	/* the first and the last rounds may differ from those between */
	EXPECT_GE(rounds, FIXTURE_LOOP_ROUNDS - 5);
	EXPECT_NE(NULL, strstr(more, "invalid mem access 'scalar'"));
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
