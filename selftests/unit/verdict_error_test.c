// SPDX-License-Identifier: GPL-2.0-only
/* The verdict: a scheduler that is expected to fail, and one that the test ends. */
#include "fake_vm.h"
#include "host/harness/finding.h"
#include "host/harness/scenario_plan.h"
#include "host/harness/scx_error.h"

#define ERROR_LOG "EXIT: runtime error (dsq 7 is unknown)\n"

FIXTURE(error)
{
	struct fake *v;
	struct ktstr_test test;
};

/* The scheduler said @log, and was gone at the end. */
static void ejected(struct fake *v, const char *log)
{
	if (log)
		add(v, WIRE_SCLG, log, strlen(log));
	v->result.flags &= ~(WIRE_RESULT_ATTACHED_END | WIRE_RESULT_SCHED_ALIVE);
}

FIXTURE_SETUP(error)
{
	self->v = fake_new(true);
	self->test.scheduler = "simple";
	self->test.expect_scx_error = "dsq 7";
	self->v->in.test = &self->test;
}

FIXTURE_TEARDOWN(error)
{
}

TEST_F(error, as_expected)
{
	struct fake *v = self->v;

	ejected(v, ERROR_LOG);
	eval(v);
	ASSERT_EQ(v->res.load.nr_findings, 1);
	EXPECT_STREQ(v->res.load.findings[0].text,
		     "scheduler was ejected as expected: runtime error (dsq 7 is unknown)");
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "made progress");
}

TEST_F(error, by_pattern)
{
	struct fake *v = self->v;

	self->test.expect_scx_error = NULL;
	self->test.expect_scx_error_match = "dsq [0-9]+ is (unknown|gone)";
	ejected(v, ERROR_LOG);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "made progress");
}

TEST_F(error, both_must_be_met)
{
	struct fake *v = self->v;

	self->test.expect_scx_error_match = "stall";
	ejected(v, ERROR_LOG);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_NO_SCX_ERROR,
		      "another error than the expected one with \"dsq 7\" and matching \"stall\": runtime error (dsq 7 is unknown)");
}

TEST_F(error, as_the_dump_says)
{
	struct dump_view dump = {
		.kind = WIRE_DUMP_FAILURE,
		.frozen = 4,
		.vcpus = 4,
		.exit_kind = 1025,
		.exit_msg = "dsq 7 is unknown",
		.json = "{}",
		.json_len = 2,
	};
	struct fake *v = self->v;

	v->in.dumps = &dump;
	v->in.nr_dumps = 1;
	ejected(v, NULL);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "made progress");
}

TEST_F(error, as_the_guest_quotes_it)
{
	struct fake *v = self->v;

	add_life(v, WIRE_LIFE_SCHED_DIED, "exited with status 1; last output: " ERROR_LOG);
	/* before the exit code, where it belongs */
	swap_frames(v, v->exit, v->in.nr_frames - 1);
	swap_frames(v, v->test, v->exit);
	ejected(v, NULL);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "made progress");
}

TEST_F(error, another_one)
{
	struct fake *v = self->v;

	ejected(v, "EXIT: runnable task stall (a[7] failed to run for 5.0s)\n");
	eval(v);
	EXPECT_EQ(v->res.load.findings[0].kind, KTSTR_FINDING_FAIL);
	EXPECT_EQ(v->res.load.findings[0].check, KTSTR_CHECK_SCX_ERROR);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_NO_SCX_ERROR,
		      "another error than the expected one with \"dsq 7\": runnable task stall");
}

TEST_F(error, none_at_all)
{
	struct fake *v = self->v;

	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_NO_SCX_ERROR,
		      "scheduler was still attached at the end, and had not the expected error with \"dsq 7\"");
}

TEST_F(error, an_end_without_one)
{
	static const char *const logs[] = {
		"EXIT: unregistered from user space (dsq 7)\n",
		"EXIT: unregistered from the main kernel (dsq 7)\n",
		"EXIT: disabled by sysrq-S (dsq 7)\n",
		"dsq 7 is what this scheduler prints\n",
		NULL,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(logs); i++) {
		struct fake *v = fake_new(true);

		v->in.test = &self->test;
		ejected(v, logs[i]);
		EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_NO_SCX_ERROR,
			      "scheduler ended without the expected error with \"dsq 7\", and without any");
	}
	fake_free(self->v);
}

/* Its output speaks of the error, but it never ran. */
TEST_F(error, never_attached)
{
	struct fake *v = self->v;

	ejected(v, ERROR_LOG);
	v->result.flags &= ~WIRE_RESULT_ATTACHED_START;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_NOT_ATTACHED, "NOT ATTACHED");
}

TEST_F(error, other_ops)
{
	struct fake *v = self->v;

	v->in.expect_ops = "other";
	ejected(v, ERROR_LOG);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_WRONG_OPS, "expected \"other\"");
}

TEST_F(error, the_rest_of_a_pass_is_still_needed)
{
	struct fake *v = self->v;

	ejected(v, ERROR_LOG);
	say(v, "Kernel panic - not syncing: bye\n");
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_CRASHED, "bye");
}

TEST_F(error, the_result_is_still_needed)
{
	struct fake *v = self->v;

	ejected(v, ERROR_LOG);
	drop(v, v->test);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_NO_RESULT, "no test result");
}

TEST_F(error, what_cannot_be_meant)
{
	struct ktstr_test *t = &self->test;
	struct ktstr_err err = { "" };

	EXPECT_EQ(scx_error_check(t, &err), 0);
	t->expect_scx_error = "";
	EXPECT_EQ(scx_error_check(t, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "any error would do"), NULL);
	t->expect_scx_error = NULL;
	EXPECT_FALSE(scx_error_wanted(t));
	t->expect_scx_error_match = "a(b";
	EXPECT_EQ(scx_error_check(t, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "\"a(b\" is no extended regular expression: "), NULL)
	TH_LOG("%s", err.msg);
	t->expect_scx_error_match = "(stall)?";
	EXPECT_EQ(scx_error_check(t, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "matches the empty text"), NULL);
	t->expect_scx_error_match = "stall|error";
	EXPECT_EQ(scx_error_check(t, &err), 0);
	EXPECT_TRUE(scx_error_wanted(t));
	t->scheduler = NULL;
	EXPECT_EQ(scx_error_check(t, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "name one"), NULL);
	EXPECT_FALSE(scx_error_wanted(NULL));
	fake_free(self->v);
}

/* What the guest says of the time is told, and told once. */
TEST_F(error, died_behind_a_step)
{
	static const char why[] =
		"scheduler process died unexpectedly after completing step 2 of 5";
	struct fake *v = self->v;

	self->test.expect_scx_error = NULL;
	add_life(v, WIRE_LIFE_SCHED_DIED, why);
	ejected(v, NULL);
	eval(v);
	EXPECT_STREQ(v->res.reason_text, why);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_DIED, why);
}

FIXTURE(swap)
{
	struct fake *v;
	struct scenario_op op;
	struct scenario_plan plan;
};

FIXTURE_SETUP(swap)
{
	self->v = fake_new(true);
	self->op.kind = SCENARIO_OP_SCHED_DETACH;
	self->plan.sc.ops = &self->op;
	self->plan.sc.nr_ops = 1;
	self->v->in.load = &self->plan;
	/* the baseline and no step */
	add(self->v, WIRE_STIM, &(struct wire_stim){ 0 }, sizeof(struct wire_stim));
	swap_frames(self->v, self->v->in.nr_frames - 1, self->v->scst + 1);
	drop(self->v, self->v->in.nr_frames - 1);
}

FIXTURE_TEARDOWN(swap)
{
}

TEST_F(swap, ended_by_the_test)
{
	struct fake *v = self->v;

	ejected(v, NULL);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "made progress");
}

TEST_F(swap, and_still_there)
{
	struct fake *v = self->v;

	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_WRONG_OPS,
		      "ops \"simple\" are attached at the end, none was wanted");
}

TEST_F(swap, another_one_at_the_end)
{
	struct fake *v = self->v;

	self->op.kind = SCENARIO_OP_SCHED_ATTACH;
	self->plan.sched_at_end = true;
	self->plan.ops_at_end = "simple";
	v->in.expect_ops = "first";
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "made progress");
}

TEST_F(swap, not_the_one_at_the_end)
{
	struct fake *v = self->v;

	self->plan.sched_at_end = true;
	self->plan.ops_at_end = "second";
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_WRONG_OPS, "expected \"second\"");
}

TEST_F(swap, a_step_that_failed_says_nothing_of_the_scheduler)
{
	struct fake *v = self->v;

	self->plan.sched_at_end = true;
	ejected(v, NULL);
	v->result.error = -EIO;
	v->result.stage = WIRE_STAGE_BODY;
	snprintf(v->result.reason, sizeof(v->result.reason), "step 2: op 1: no");
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_FAILED, "step 2: op 1: no");
}

TEST_HARNESS_MAIN
