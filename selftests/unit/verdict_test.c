// SPDX-License-Identifier: GPL-2.0-only
/* The verdict: how a VM can end, what its workers and its console say. */
#include "fake_vm.h"

TEST(pass_with_a_scheduler)
{
	struct fake *v = fake_new(true);

	v->in.expect_ops = "simple";
	eval(v);
	EXPECT_EQ(v->res.verdict, KTSTR_PASS) TH_LOG("%s", v->res.reason_text);
	EXPECT_EQ(v->res.reason, KTSTR_REASON_PASS);
	EXPECT_FALSE(v->res.infra);
	EXPECT_EQ(v->res.stage, WIRE_STAGE_DONE);
	EXPECT_STREQ(v->res.ops, "simple");
	EXPECT_EQ(v->res.nr_workers, WORKERS);
	EXPECT_EQ(v->res.workers[2].work_units, 1002);
	EXPECT_TRUE(v->res.exit_seen);
	EXPECT_EQ(v->res.exit_code, 0);
	EXPECT_EQ(ktstr_exit_code(&v->res), 0);
	EXPECT_TRUE(v->res.report_valid);
	EXPECT_EQ(v->res.timings.end_ns, 4 * NSEC_PER_SEC);
	ktstr_result_free(&v->res);
	EXPECT_EQ(v->res.verdict, KTSTR_INCONCLUSIVE);
	ktstr_result_free(&v->res);
	ktstr_result_free(NULL);
	free(v);
}

TEST(pass_without_a_scheduler)
{
	struct fake *v = fake_new(false);

	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "3 workers");
}

TEST(pass_with_a_warning_on_the_console)
{
	struct fake *v = fake_new(true);

	say(v, "WARNING: CPU: 0 PID: 1 at kernel/a.c:1 f+0x1/0x2\n");
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "");
}

TEST(V1_exit_0_without_a_result)
{
	struct fake *v = fake_new(true);

	drop(v, v->test);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_NO_RESULT,
		      "no test result received from guest (no AssertResult arrived via bulk port or COM2; check kernel log and scheduler exit status): payload started but produced no test result");
}

TEST(V1_silence)
{
	struct fake *v = fake_new(true);

	v->in.nr_frames = 0;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_VANISHED,
		      "init script never started (kernel or mount failure)");
}

TEST(V1_reboot_in_the_middle)
{
	struct fake *v = fake_new(true);

	v->in.nr_frames = v->scst + 1;
	v->report.stage = WIRE_STAGE_BODY;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_VANISHED,
		      "guest went down by itself in stage body");
}

TEST(V2_crash_after_the_result)
{
	static const struct {
		const char *line;
		const char *text;
	} crashes[] = {
		{ "Oops: Oops: 0000 [#1] SMP\n", "guest crashed: Oops: Oops" },
		{ "INFO: task a:1 blocked for more than 120 seconds.\n", "blocked for more than" },
		{ "rcu: INFO: rcu_preempt self-detected stall on CPU\n", "self-detected stall" },
		{ "watchdog: BUG: soft lockup - CPU#0 stuck for 22s!\n", "soft lockup" },
		{ "Kernel panic - not syncing: bye\n",
		  "guest crashed: Kernel panic - not syncing: bye" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(crashes); i++) {
		struct fake *v = fake_new(true);

		say(v, crashes[i].line);
		EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_CRASHED, crashes[i].text);
	}
}

TEST(V2_crash_known_from_the_report_alone)
{
	struct fake *v = fake_new(true);

	v->in.console = NULL;
	v->report.console_kind = CONSCAN_OOPS;
	memcpy(v->report.console_line, "BUG: \x1b[2J", 10);
	conscan_free(&v->console);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_CRASHED, "guest crashed: BUG: \\x1b[2J");
}

TEST(V2_oops_then_panic)
{
	struct fake *v = fake_new(true);

	say(v, "BUG: kernel NULL pointer dereference, address: 0\n");
	say(v, "Kernel panic - not syncing: Fatal exception\n");
	v->report.exit_reason = VMM_EXIT_GUEST_PANIC;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_CRASHED,
		      "address: 0; then: Kernel panic - not syncing: Fatal");
}

TEST(V2_unterminated_last_line)
{
	struct fake *v = fake_new(true);

	say(v, "Kernel panic - not syncing: cut");
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_CRASHED, "cut");
}

TEST(V2_crash_text_on_com2)
{
	struct fake *v = fake_new(true);

	v->in.com2 = "PANIC: ktstr: boot: no port\n";
	v->in.com2_len = 28;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_FAILED,
		      "guest crashed: PANIC: ktstr: boot: no port");
}

TEST(V3_every_other_end_of_the_vm)
{
	static const struct {
		u32 exit;
		enum ktstr_verdict verdict;
		enum ktstr_reason reason;
		const char *text;
		int code;
	} ends[] = {
		{ VMM_EXIT_TRIPLE_FAULT, KTSTR_FAIL, KTSTR_REASON_GUEST_CRASHED, "triple fault",
		  1 },
		{ VMM_EXIT_FATAL, KTSTR_FAIL, KTSTR_REASON_GUEST_CRASHED,
		  "KVM exit 17 in stage teardown: why", 1 },
		{ VMM_EXIT_GUEST_PANIC, KTSTR_FAIL, KTSTR_REASON_GUEST_CRASHED,
		  "guest crashed: why", 1 },
		{ VMM_EXIT_TIMEOUT, KTSTR_FAIL, KTSTR_REASON_TIMED_OUT,
		  "timed out after the result: why", 1 },
		{ VMM_EXIT_KILLED, KTSTR_INCONCLUSIVE, KTSTR_REASON_STOPPED,
		  "stopped in stage teardown", 2 },
		{ VMM_EXIT_RUN_ERROR, KTSTR_INCONCLUSIVE, KTSTR_REASON_VMM_ERROR, "KVM_RUN failed",
		  3 },
		{ VMM_EXIT_INTERNAL, KTSTR_INCONCLUSIVE, KTSTR_REASON_VMM_ERROR, "the VMM failed",
		  3 },
		{ 0, KTSTR_INCONCLUSIVE, KTSTR_REASON_VMM_ERROR, "the VMM failed", 3 },
		{ 99, KTSTR_INCONCLUSIVE, KTSTR_REASON_VMM_ERROR, "the VMM failed", 3 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		struct fake *v = fake_new(true);

		v->report.exit_reason = ends[i].exit;
		v->report.kvm_exit_reason = 17;
		memcpy(v->report.reason, "why", 4);
		eval(v);
		EXPECT_EQ(v->res.verdict, ends[i].verdict);
		EXPECT_EQ(v->res.reason, ends[i].reason);
		EXPECT_NE(strstr(v->res.reason_text, ends[i].text), NULL)
		TH_LOG("reason: %s", v->res.reason_text);
		EXPECT_EQ(ktstr_exit_code(&v->res), ends[i].code);
		EXPECT_EQ(v->res.stage, WIRE_STAGE_TEARDOWN);
		fake_free(v);
	}
}

TEST(V3_timeout_without_a_result_names_the_stage)
{
	struct fake *v = fake_new(true);

	v->in.nr_frames = 1;
	v->report.exit_reason = VMM_EXIT_TIMEOUT;
	v->report.stage = WIRE_STAGE_ATTACH;
	memcpy(v->report.reason, "stage attach: the guest spins", 30);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_TIMED_OUT,
		      "timed out (no result via bulk port or COM2): stage attach: the guest spins: init started but payload never ran (cgroup/scheduler setup failed)");
}

TEST(V3_deadline_of_the_supervisor)
{
	struct fake *v = fake_new(true);

	v->in.nr_frames = v->scst + 1;
	v->in.report = NULL;
	v->in.deadline = true;
	v->in.log_damaged = true;
	v->in.wait_status = SIGKILL;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_TIMED_OUT,
		      "the deadline of the run passed in stage body");
}

TEST(stopped_from_outside)
{
	struct fake *v = fake_new(true);

	v->in.nr_frames = v->scst + 1;
	v->in.report = NULL;
	v->in.stopped = true;
	v->in.wait_status = SIGKILL;
	eval(v);
	EXPECT_EQ(v->res.verdict, KTSTR_INCONCLUSIVE);
	EXPECT_EQ(v->res.reason, KTSTR_REASON_STOPPED);
	EXPECT_EQ(ktstr_exit_code(&v->res), 2);
	fake_free(v);
}

TEST(vmm_process_dies)
{
	static const struct {
		int status;
		bool report;
		const char *text;
	} deaths[] = {
		{ SIGSEGV, false, "killed by signal 11 (Segmentation fault)" },
		{ SIGSEGV, true, "killed by signal 11" },
		{ 1 << 8, false, "ended with status 1" },
		{ 1 << 8, true, "ended with status 1" },
		{ 0, false, "ended without a report" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(deaths); i++) {
		struct fake *v = fake_new(true);

		v->in.wait_status = deaths[i].status;
		if (!deaths[i].report)
			v->in.report = NULL;
		eval(v);
		EXPECT_EQ(v->res.verdict, KTSTR_INCONCLUSIVE);
		EXPECT_TRUE(v->res.infra);
		EXPECT_EQ(v->res.reason, KTSTR_REASON_VMM_DIED);
		EXPECT_NE(strstr(v->res.reason_text, deaths[i].text), NULL);
		EXPECT_EQ(ktstr_exit_code(&v->res), 3);
		fake_free(v);
	}
}

TEST(a_fail_outranks_a_dead_vmm)
{
	struct fake *v = fake_new(true);

	v->in.report = NULL;
	v->in.wait_status = SIGSEGV;
	say(v, "Kernel panic - not syncing: first\n");
	eval(v);
	EXPECT_EQ(v->res.verdict, KTSTR_FAIL);
	EXPECT_FALSE(v->res.infra);
	fake_free(v);
}

TEST(V4_plan_mismatch)
{
	u32 got[] = { 0, WORKERS - 1, WORKERS + 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(got); i++) {
		struct fake *v = fake_new(true);

		v->result.nr_workers = got[i];
		EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_PLAN_MISMATCH,
			      "plan mismatch: 3 workers planned");
	}
}

TEST(V4_no_plan)
{
	struct fake *v = fake_new(true);

	v->in.workers = 0;
	v->result.nr_workers = 0;
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_SETUP, "no worker");
}

TEST(V4_worker_without_progress)
{
	struct fake *v = fake_new(true);

	v->workers[1].work_units = 0;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_NO_PROGRESS,
		      "tid 101 made no progress (0 work units)");
}

TEST(V4_worker_lost)
{
	struct fake *v = fake_new(true);

	v->workers[2].flags = 0;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_WORKER_LOST, "tid 102 did not report");
}

TEST(V4_workers_not_done)
{
	struct fake *v = fake_new(true);

	v->result.flags &= ~WIRE_RESULT_WORKERS_DONE;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_WORKER_LOST, "not every");
}

TEST(V5_exit_code)
{
	s32 strange[] = { 300, -1, 256, 0x7fffffff };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(strange); i++) {
		__le32 raw = cpu_to_le32(strange[i]);
		struct fake *v = fake_new(true);

		memcpy(v->payloads[v->exit], &raw, 4);
		EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_NO_RESULT, "no exit code");
	}
	for (i = 0; i < 9; i++) {
		struct fake *v = fake_new(true);

		if (i == 4)
			v->payloads[v->exit][0] = 7;
		else
			v->frames[v->exit].len = i;
		eval(v);
		EXPECT_EQ(v->res.verdict, i == 4 ? KTSTR_FAIL : KTSTR_INCONCLUSIVE);
		fake_free(v);
	}
}

TEST(V5_exit_code_latest_wins_but_two_never_pass)
{
	struct fake *v = fake_new(true);

	add_code(v, WIRE_EXIT, 0);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_DUPLICATE_RESULT, "2 exit codes");
}

TEST(V5_exit_code_latest_wins_over_zero)
{
	struct fake *v = fake_new(true);

	add_code(v, WIRE_EXIT, 3);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_FAILED, "guest exit code 3");
}

TEST(guest_reports_an_error)
{
	struct fake *v = fake_new(false);

	v->result.error = -ENOMEM;
	v->result.stage = WIRE_STAGE_DISPATCH;
	memcpy(v->result.reason, "fork: no\x1b", 10);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_FAILED,
		      "guest failed in stage dispatch: fork: no\\x1b (Cannot allocate memory)");
}

TEST(guest_stops_half_way)
{
	struct fake *v = fake_new(false);

	v->result.stage = WIRE_STAGE_BODY;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_FAILED, "guest stopped in stage body");
}

TEST(V11_chatter_until_the_deadline)
{
	struct fake *v = fake_new(true);
	int i;

	v->in.nr_frames = v->scst + 1;
	for (i = 0; i < 10; i++)
		add(v, WIRE_SOUT, "still here\n", 11);
	v->report.exit_reason = VMM_EXIT_TIMEOUT;
	v->report.stage = WIRE_STAGE_BODY;
	memcpy(v->report.reason, "stage body: the deadline passed", 32);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_TIMED_OUT,
		      "timed out (no result via bulk port or COM2): stage body: the deadline passed: payload started but produced no test result");
}

TEST(S5_pass_text_from_the_guest_means_nothing)
{
	struct fake *v = fake_new(true);

	drop(v, v->test);
	say(v, "ok 1 everything\nPASS\n");
	add(v, WIRE_SOUT, "verdict: PASS\n", 14);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_NO_RESULT, "no test");
}

TEST(order_of_verdicts_and_exit_codes)
{
	struct ktstr_result r = {};

	EXPECT_EQ(ktstr_verdict_worse(KTSTR_PASS, KTSTR_FAIL), KTSTR_FAIL);
	EXPECT_EQ(ktstr_verdict_worse(KTSTR_FAIL, KTSTR_INCONCLUSIVE), KTSTR_FAIL);
	EXPECT_EQ(ktstr_verdict_worse(KTSTR_PASS, KTSTR_INCONCLUSIVE), KTSTR_INCONCLUSIVE);
	EXPECT_EQ(ktstr_verdict_worse(KTSTR_SKIP, KTSTR_PASS), KTSTR_PASS);
	EXPECT_EQ(ktstr_exit_code(&r), 2);
	r.verdict = KTSTR_SKIP;
	EXPECT_EQ(ktstr_exit_code(&r), 4);
	r.verdict = KTSTR_FAIL;
	EXPECT_EQ(ktstr_exit_code(&r), 1);
	r.verdict = KTSTR_PASS;
	EXPECT_EQ(ktstr_exit_code(&r), 0);
	r.infra = true;
	EXPECT_EQ(ktstr_exit_code(&r), 3);
	verdict_setup_failed(&r, "no kernel found\n");
	EXPECT_EQ(ktstr_exit_code(&r), 3);
	EXPECT_STREQ(r.reason_text, "no kernel found");
}

TEST(names)
{
	u32 i;

	EXPECT_STREQ(ktstr_verdict_name(KTSTR_PASS), "PASS");
	EXPECT_STREQ(ktstr_verdict_name(99), "UNKNOWN");
	for (i = 0; i < KTSTR_REASON_NR; i++)
		EXPECT_STRNE(ktstr_reason_name(i), "unknown");
	EXPECT_STREQ(ktstr_reason_name(KTSTR_REASON_NR), "unknown");
}

TEST_HARNESS_MAIN
