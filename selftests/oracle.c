// SPDX-License-Identifier: GPL-2.0-only
/* Programs run inside the guest, and what ktstr_oracle says of its kernel. */
#include "ktstr_harness.h"
#include "lib/util.h"
#include "oracle_parse.h"

#define RUN_TIMEOUT_S 300
#define FLOOD_BYTES   (2 << 20)

FIXTURE(oracle)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(oracle)
{
}

FIXTURE_TEARDOWN(oracle)
{
	test_end(_metadata, &self->res);
}

static void say(const struct ktstr_output *o)
{
	ksft_print_msg("%s: %zu bytes after %llu ms: %s\n", o->tag, o->len,
		       (unsigned long long)(o->elapsed_ns / NSEC_PER_MSEC), o->reason);
}

/* One guest, several programs: a boot costs more than any of them. */
TEST_F_TIMEOUT(oracle, the_kernel_speaks_for_itself, RUN_TIMEOUT_S)
{
	const struct ktstr_op ops[] = {
		{ .kind = KTSTR_OP_RUN, .argv = { "ktstr_oracle", "kallsyms" }, .tag = "symbols" },
		{ .kind = KTSTR_OP_CAPTURE, .tag = "between" },
		{ .kind = KTSTR_OP_RUN,
		  .argv = { "ktstr_oracle", "maps", "progs", "tasks", "sched" },
		  .tag = "state" },
	};
	const struct ktstr_test test = {
		.name = "the_kernel_speaks_for_itself",
		.ops = ops,
		.nr_ops = ARRAY_SIZE(ops),
	};
	const struct ktstr_output *symbols, *state;
	struct oracle_iter it;
	struct oracle_rec rec;

	ASSERT_EQ(ktstr_run(&test, &self->res), 0);
	ASSERT_EQ(self->res.verdict, KTSTR_PASS);
	symbols = ktstr_output_find(&self->res, "symbols");
	state = ktstr_output_find(&self->res, "state");
	ASSERT_TRUE(ktstr_output_ok(symbols));
	ASSERT_TRUE(ktstr_output_ok(state));
	say(symbols);
	say(state);
	EXPECT_TRUE(oracle_whole(symbols->text, symbols->len));
	EXPECT_TRUE(oracle_whole(state->text, state->len));
	EXPECT_GT(oracle_count(symbols->text, symbols->len, "sym"), 10000);
	EXPECT_NE(oracle_sym_addr(symbols->text, symbols->len, "_stext"), 0);
	EXPECT_TRUE(oracle_find(state->text, state->len, "task", "comm", "init", &rec));
	ASSERT_TRUE(oracle_file(state->text, state->len, "/proc/schedstat", &it));
	EXPECT_TRUE(oracle_file_line(&it, &rec));
	EXPECT_TRUE(oracle_file(state->text, state->len, "/sys/kernel/debug/sched/debug", &it));
	EXPECT_TRUE(oracle_file(state->text, state->len, "/sys/kernel/sched_ext/state", &it));
	EXPECT_EQ(oracle_count(state->text, state->len, "error"), 0);
}

TEST_F_TIMEOUT(oracle, maps_and_programs_of_a_scheduler, RUN_TIMEOUT_S)
{
	const struct ktstr_op ops[] = {
		{ .kind = KTSTR_OP_RUN,
		  .argv = { "ktstr_oracle", "stats", "maps", "progs" },
		  .tag = "before" },
		{ .kind = KTSTR_OP_RUN,
		  .argv = { "ktstr_oracle", "maps", "progs", "tasks", "sched", "domains" },
		  .tag = "after" },
	};
	const struct ktstr_test test = {
		.name = "maps_and_programs_of_a_scheduler",
		.topology = "1n1l2c1t",
		.scheduler = "scx_simple",
		.ops = ops,
		.nr_ops = ARRAY_SIZE(ops),
	};
	const struct ktstr_output *before, *after;
	struct oracle_iter it;
	struct oracle_rec rec;
	u64 id, size, runs;

	ASSERT_EQ(ktstr_run(&test, &self->res), 0);
	ASSERT_EQ(self->res.verdict, KTSTR_PASS);
	before = ktstr_output_find(&self->res, "before");
	after = ktstr_output_find(&self->res, "after");
	ASSERT_TRUE(ktstr_output_ok(before));
	ASSERT_TRUE(ktstr_output_ok(after));
	say(before);
	say(after);
	/* what it counts, one value for each CPU */
	ASSERT_TRUE(oracle_find(before->text, before->len, "map", "name", "stats", &rec));
	ASSERT_TRUE(oracle_num(&rec, "id", &id));
	ASSERT_TRUE(oracle_num(&rec, "value", &size));
	it = oracle_begin(before->text, before->len);
	ASSERT_TRUE(oracle_next_elem(&it, id, &rec));
	EXPECT_EQ(oracle_bytes(&rec, "value", NULL, 0) % size, 0);
	EXPECT_GE(oracle_bytes(&rec, "value", NULL, 0), 2 * size);
	ASSERT_TRUE(oracle_find(after->text, after->len, "prog", "name", "simple_enqueue", &rec));
	EXPECT_TRUE(oracle_num(&rec, "verified_insns", &size));
	EXPECT_TRUE(oracle_num(&rec, "run_cnt", &runs));
	EXPECT_GT(size, 0);
	EXPECT_GT(runs, 0);
	EXPECT_TRUE(oracle_file(after->text, after->len,
				"/sys/kernel/debug/sched/domains/cpu0/domain0/name", &it));
	ASSERT_TRUE(oracle_file(after->text, after->len, "/sys/kernel/sched_ext/root/ops", &it));
	ASSERT_TRUE(oracle_file_line(&it, &rec));
	EXPECT_EQ(memcmp(rec.line, "simple", rec.len), 0);
}

TEST_F_TIMEOUT(oracle, programs_that_fail_are_told_apart, RUN_TIMEOUT_S)
{
	const struct ktstr_op ops[] = {
		{ .kind = KTSTR_OP_RUN,
		  .argv = { "ktstr_misfit", "exit", "3" },
		  .tag = "three",
		  .may_fail = true },
		{ .kind = KTSTR_OP_RUN,
		  .argv = { "ktstr_misfit", "signal", "11" },
		  .tag = "eleven",
		  .may_fail = true },
		{ .kind = KTSTR_OP_RUN,
		  .argv = { "ktstr_misfit", "hang" },
		  .tag = "hang",
		  .timeout_ms = 500,
		  .may_fail = true },
		{ .kind = KTSTR_OP_RUN, .argv = { "ktstr_misfit", "orphan" }, .tag = "orphan" },
		{ .kind = KTSTR_OP_RUN, .argv = { "ktstr_misfit", "flood", "2" }, .tag = "flood" },
	};
	const struct ktstr_test test = {
		.name = "programs_that_fail_are_told_apart",
		.no_observe = true,
		.ops = ops,
		.nr_ops = ARRAY_SIZE(ops),
	};
	const struct ktstr_output *o;
	size_t i, wrong = 0;

	ASSERT_EQ(ktstr_run(&test, &self->res), 0);
	ASSERT_EQ(self->res.verdict, KTSTR_PASS);
	ASSERT_EQ(self->res.nr_outputs, ARRAY_SIZE(ops));
	o = ktstr_output_find(&self->res, "three");
	ASSERT_NE(o, NULL);
	say(o);
	EXPECT_EQ(o->end, WIRE_RUN_EXITED);
	EXPECT_EQ(o->code, 3);
	EXPECT_NE(strstr(o->reason, "exiting with 3"), NULL);
	o = ktstr_output_find(&self->res, "eleven");
	ASSERT_NE(o, NULL);
	say(o);
	EXPECT_EQ(o->end, WIRE_RUN_SIGNALED);
	EXPECT_EQ(o->code, 11);
	o = ktstr_output_find(&self->res, "hang");
	ASSERT_NE(o, NULL);
	say(o);
	EXPECT_EQ(o->end, WIRE_RUN_TIMED_OUT);
	EXPECT_STREQ(o->text, "hanging\n");
	EXPECT_NE(strstr(o->reason, "500 ms"), NULL);
	o = ktstr_output_find(&self->res, "orphan");
	EXPECT_TRUE(ktstr_output_ok(o));
	o = ktstr_output_find(&self->res, "flood");
	ASSERT_TRUE(ktstr_output_ok(o));
	say(o);
	ASSERT_EQ(o->len, FLOOD_BYTES);
	for (i = 0; i < FLOOD_BYTES / 64; i++)
		wrong += strtoul(o->text + i * 64, NULL, 10) != i;
	EXPECT_EQ(wrong, 0);
}

TEST_F_TIMEOUT(oracle, a_program_that_must_not_fail_fails_the_run, RUN_TIMEOUT_S)
{
	const struct ktstr_op ops[] = {
		{ .kind = KTSTR_OP_RUN, .argv = { "ktstr_misfit", "exit", "3" }, .tag = "three" },
	};
	const struct ktstr_test test = {
		.name = "a_program_that_must_not_fail_fails_the_run",
		.no_observe = true,
		.ops = ops,
		.nr_ops = ARRAY_SIZE(ops),
	};

	ASSERT_EQ(ktstr_run(&test, &self->res), 0);
	EXPECT_EQ(self->res.verdict, KTSTR_FAIL);
	EXPECT_EQ(self->res.reason, KTSTR_REASON_GUEST_FAILED);
	EXPECT_NE(strstr(self->res.reason_text, "exited with status 3"), NULL);
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
