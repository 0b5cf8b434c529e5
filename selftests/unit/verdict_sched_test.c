// SPDX-License-Identifier: GPL-2.0-only
/* The verdict: what became of the scheduler. */
#include "fake_vm.h"
#include "host/harness/evidence.h"

TEST(V7_never_attached)
{
	struct fake *v = fake_new(true);

	v->in.nr_frames = 0;
	add_life(v, WIRE_LIFE_INIT_STARTED, "");
	add_life(v, WIRE_LIFE_SCHED_NOT_ATTACHED, "scheduler did not attach in 30 s");
	add(v, WIRE_TEST, NULL, 0);
	add_code(v, WIRE_EXIT, 1);
	v->result.flags = 0;
	v->result.nr_workers = 0;
	v->result.ops[0] = '\0';
	v->result.stage = WIRE_STAGE_ATTACH;
	v->result.error = -ETIMEDOUT;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_NOT_ATTACHED,
		      "scheduler: NOT ATTACHED - scheduler did not attach in 30 s");
}

TEST(V7_rejected_by_the_verifier)
{
	static const char log[] = "SCHED_OUTPUT_START\n"
				  "libbpf: prog 'bad_enqueue': BPF program load failed: -EACCES\n"
				  "libbpf: prog 'bad_enqueue': -- BEGIN PROG LOAD LOG --\n"
				  "0: R1=ctx() R10=fp0\n; p->scx.slice = 1;\n"
				  "7: (7b) *(u64 *)(r1 +0) = r2\n"
				  "R1 invalid mem access 'scalar'\n"
				  "processed 8 insns (limit 1000000) max_states_per_insn 0\n"
				  "-- END PROG LOAD LOG --\n"
				  "libbpf: failed to load object 'bad'\n"
				  "SCHED_OUTPUT_END\n";
	struct fake *v = fake_new(true);

	v->in.nr_frames = 0;
	add_life(v, WIRE_LIFE_INIT_STARTED, "");
	/* cut anywhere, as chunks are */
	add(v, WIRE_SCLG, log, 100);
	add(v, WIRE_SCLG, log + 100, sizeof(log) - 101);
	add_life(v, WIRE_LIFE_SCHED_NOT_ATTACHED,
		 "scheduler exited with status 1 before it attached");
	add(v, WIRE_TEST, NULL, 0);
	add_code(v, WIRE_EXIT, 1);
	v->result.flags = 0;
	v->result.error = -ECHILD;
	v->result.stage = WIRE_STAGE_ATTACH;
	v->result.nr_workers = 0;
	eval(v);
	EXPECT_EQ(v->res.verdict, KTSTR_FAIL);
	EXPECT_EQ(v->res.reason, KTSTR_REASON_SCHED_NOT_ATTACHED);
	EXPECT_STREQ(v->res.reason_text,
		     "scheduler: NOT ATTACHED - scheduler process exited during BPF load/startup; verifier, program bad_enqueue: R1 invalid mem access 'scalar'; scheduler exited with status 1 before it attached");
	EXPECT_EQ(v->res.stage, WIRE_STAGE_ATTACH);
	EXPECT_STREQ(v->res.sched_log, log);
	fake_free(v);
}

TEST(V7_not_attached_by_flags_alone)
{
	struct fake *v = fake_new(true);

	v->result.flags &= ~WIRE_RESULT_ATTACHED_START;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_NOT_ATTACHED,
		      "scheduler: NOT ATTACHED - scheduler process exited during BPF load/startup");
}

TEST(V7_not_attached_and_the_reason_only_in_the_result)
{
	struct fake *v = fake_new(true);

	v->result.flags &= ~WIRE_RESULT_ATTACHED_START;
	v->result.error = -ENOENT;
	memcpy(v->result.reason, "no such \x07 file", 15);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_NOT_ATTACHED,
		      "scheduler: NOT ATTACHED - no such \\x07 file");
}

TEST(V7_killed_mid_run)
{
	struct fake *v = fake_new(true);

	v->frames[v->test].type = WIRE_LIFE;
	memcpy(v->payloads[v->test], "\3scheduler was killed by signal 9", 33);
	v->frames[v->test].len = 33;
	v->frames[v->exit] = v->frames[v->test];
	v->in.nr_frames = v->test + 1;
	add(v, WIRE_TEST, NULL, 0);
	add_code(v, WIRE_EXIT, 1);
	add_code(v, WIRE_SCDX, -9);
	v->result.flags &= ~(WIRE_RESULT_ATTACHED_END | WIRE_RESULT_SCHED_ALIVE);
	v->result.error = -ECHILD;
	v->report.exit_reason = VMM_EXIT_KILLED;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_DIED,
		      "scheduler process died unexpectedly during workload (2.0s into test): scheduler was killed by signal 9");
}

TEST(V7_scheduler_exit_frame_alone)
{
	struct fake *v = fake_new(true);

	v->in.nr_frames = v->scst + 1;
	add_code(v, WIRE_SCDX, 1);
	v->report.exit_reason = VMM_EXIT_KILLED;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_DIED, "3.0s into test");
}

TEST(V7_scheduler_exit_frame_and_a_dead_vmm)
{
	struct fake *v = fake_new(true);

	v->in.nr_frames = v->scst + 1;
	add_code(v, WIRE_SCDX, 1);
	v->in.report = NULL;
	v->in.wait_status = SIGSEGV;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_DIED, "0.0s into test");
}

TEST(T1_scheduler_exit_frame_without_a_code)
{
	struct fake *v = fake_new(true);
	struct evidence e;

	v->frames[v->exit].type = WIRE_SCDX;
	v->frames[v->exit].len = 3;
	EXPECT_EQ(evidence_collect(&e, v->frames, v->exit + 1, NONCE), 0);
	EXPECT_TRUE(e.sched_exit);
	EXPECT_EQ(e.malformed, 1);
	evidence_free(&e);
	evidence_free(NULL);
	fake_free(v);
}

TEST(S3_log_flood_keeps_its_end)
{
	size_t part = EVIDENCE_SCHED_LOG_MAX / 3 + 100;
	struct fake *v = fake_new(true);
	u8 *chunk = malloc(part);
	int i, at;

	ASSERT_NE(chunk, NULL);
	memset(chunk, 'z', part);
	chunk[part - 1] = '!';
	for (i = 0; i < 3; i++) {
		at = add(v, WIRE_SCLG, NULL, 0);
		v->frames[at].payload = chunk;
		v->frames[at].len = part;
	}
	eval(v);
	EXPECT_EQ(v->res.verdict, KTSTR_PASS);
	EXPECT_EQ(v->res.sched_log_len, EVIDENCE_SCHED_LOG_MAX);
	EXPECT_TRUE(v->res.sched_log_cut);
	EXPECT_EQ(v->res.sched_log[EVIDENCE_SCHED_LOG_MAX - 1], '!');
	fake_free(v);
	v = fake_new(true);
	at = add(v, WIRE_SCLG, NULL, 0);
	v->frames[at].payload = chunk;
	v->frames[at].len = part;
	eval(v);
	EXPECT_EQ(v->res.sched_log_len, part);
	EXPECT_FALSE(v->res.sched_log_cut);
	fake_free(v);
	free(chunk);
}

TEST(V7_ejected_by_the_kernel)
{
	static const char log[] = "local=1 global=2\n"
				  "EXIT: runnable task stall (x[1] failed to run for 5.0s)\n";
	struct fake *v = fake_new(true);

	add(v, WIRE_SCLG, log, sizeof(log) - 1);
	add_code(v, WIRE_SCDX, 0);
	v->result.flags &= ~(WIRE_RESULT_ATTACHED_END | WIRE_RESULT_SCHED_ALIVE);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_EJECTED,
		      "ejected by the kernel (2.0s into test); runnable task stall (x[1] failed to run for 5.0s)");
}

TEST(V7_detached_but_alive)
{
	struct fake *v = fake_new(true);

	v->result.flags &= ~WIRE_RESULT_ATTACHED_END;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_EJECTED, "no longer at the end");
}

TEST(V7_process_gone)
{
	struct fake *v = fake_new(true);

	v->result.flags &= ~WIRE_RESULT_SCHED_ALIVE;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_DIED, "died");
}

TEST(V7_other_ops)
{
	struct fake *v = fake_new(true);

	v->in.expect_ops = "qmap";
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_WRONG_OPS,
		      "ops \"simple\" are attached, expected \"qmap\"");
}

TEST(V7_attached_without_a_name)
{
	struct fake *v = fake_new(true);

	v->result.ops[0] = '\0';
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_BAD_RESULT, "not which");
}

TEST(V7_scheduler_where_none_was_wanted)
{
	struct fake *v = fake_new(false);

	v->result.flags |= WIRE_RESULT_ATTACHED_END;
	memcpy(v->result.ops, "simple", 7);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_WRONG_OPS,
		      "ops \"simple\" are attached, none was wanted");
}

TEST_HARNESS_MAIN
