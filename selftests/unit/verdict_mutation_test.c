// SPDX-License-Identifier: GPL-2.0-only
/* The verdict: each thing that a pass rests on is needed. */
#include "fake_vm.h"

static void set_crc(struct fake *v)
{
	v->report.crc_errors = 1;
}

static void set_oversize(struct fake *v)
{
	v->report.oversize = 1;
}

static void set_resyncs(struct fake *v)
{
	v->report.resyncs = 1;
}

static void set_dropped(struct fake *v)
{
	v->report.dropped_bytes = 1;
}

static void set_unknown(struct fake *v)
{
	v->report.unknown_frames = 1;
}

static void set_log_dropped(struct fake *v)
{
	v->report.log_dropped = 1;
}

static void set_resets(struct fake *v)
{
	v->report.device_resets = 1;
}

static void set_errors(struct fake *v)
{
	v->report.device_errors = 1;
}

static void set_torn(struct fake *v)
{
	v->in.log_damaged = true;
}

static void set_malformed_stim(struct fake *v)
{
	v->frames[v->life].type = WIRE_STIM;
}

static void set_malformed_life(struct fake *v)
{
	v->payloads[v->life][0] = 77;
}

TEST(V10_any_loss_on_the_verdict_channel)
{
	void (*spoil[])(struct fake *v) = {
		set_crc,     set_oversize,	 set_resyncs,	     set_dropped,
		set_unknown, set_log_dropped,	 set_resets,	     set_errors,
		set_torn,    set_malformed_stim, set_malformed_life,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(spoil); i++) {
		struct fake *v = fake_new(true);

		spoil[i](v);
		EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_CHANNEL_DAMAGED,
			      "verdict channel damaged");
	}
}

TEST(V10_what_is_harmless)
{
	struct fake *v = fake_new(true);

	v->report.unhandled_io = 12345;
	v->report.console_dropped = 1 << 20;
	v->report.frames = 77;
	v->report.kvm_exits = 99;
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "");
}

/*
 * One spoiler for each thing a pass rests on. Should a check be lost in the
 * code, the run with just that thing spoiled passes, and this goes red.
 */
static void no_console(struct fake *v)
{
	say(v, "Oops: 0000 [#1]\n");
}

static void nobody_looked(struct fake *v)
{
	v->in.report = NULL;
}

static void not_shutdown(struct fake *v)
{
	v->report.exit_reason = VMM_EXIT_KILLED;
}

static void bad_status(struct fake *v)
{
	v->in.wait_status = 1 << 8;
}

static void hit_deadline(struct fake *v)
{
	v->in.deadline = true;
}

static void was_stopped(struct fake *v)
{
	v->in.stopped = true;
}

static void no_attach_start(struct fake *v)
{
	v->result.flags &= ~WIRE_RESULT_ATTACHED_START;
}

static void no_attach_end(struct fake *v)
{
	v->result.flags &= ~WIRE_RESULT_ATTACHED_END;
}

static void not_alive(struct fake *v)
{
	v->result.flags &= ~WIRE_RESULT_SCHED_ALIVE;
}

static void died_phase(struct fake *v)
{
	v->payloads[v->life][0] = WIRE_LIFE_SCHED_DIED;
}

static void not_attached_phase(struct fake *v)
{
	v->payloads[v->life][0] = WIRE_LIFE_SCHED_NOT_ATTACHED;
}

static void sched_exit_frame(struct fake *v)
{
	add_code(v, WIRE_SCDX, 0);
}

static void wrong_ops(struct fake *v)
{
	v->in.expect_ops = "other";
}

static void no_ops(struct fake *v)
{
	v->result.ops[0] = '\0';
}

static void no_result(struct fake *v)
{
	drop(v, v->test);
}

static void two_results(struct fake *v)
{
	add(v, WIRE_TEST, NULL, 0);
	swap_frames(v, v->exit, v->exit + 1);
}

static void bad_result_crc(struct fake *v)
{
	v->frames[v->test].crc_ok = false;
}

static void wrong_nonce(struct fake *v)
{
	v->result.nonce ^= 1;
}

static void guest_error(struct fake *v)
{
	v->result.error = -EIO;
}

static void guest_stage(struct fake *v)
{
	v->result.stage = WIRE_STAGE_TEARDOWN;
}

static void no_exit(struct fake *v)
{
	drop(v, v->exit);
}

static void exit_one(struct fake *v)
{
	v->payloads[v->exit][0] = 1;
}

static void two_exits(struct fake *v)
{
	add_code(v, WIRE_EXIT, 0);
}

static void no_start(struct fake *v)
{
	drop(v, v->scst);
}

static void no_end(struct fake *v)
{
	drop(v, v->scen);
}

static void late_start(struct fake *v)
{
	add(v, WIRE_SCST, NULL, 0);
}

static void fewer_workers(struct fake *v)
{
	v->in.workers++;
}

static void more_workers(struct fake *v)
{
	v->in.workers--;
}

static void no_work(struct fake *v)
{
	v->workers[0].work_units = 0;
}

static void lost_worker(struct fake *v)
{
	v->workers[0].flags = 0;
}

static void not_done(struct fake *v)
{
	v->result.flags &= ~WIRE_RESULT_WORKERS_DONE;
}

static void com2_text(struct fake *v)
{
	v->in.com2 = "PANIC: x";
	v->in.com2_len = 8;
}

TEST(V12_every_condition_of_a_pass_is_needed)
{
	void (*spoil[])(struct fake *v) = {
		no_console,
		nobody_looked,
		not_shutdown,
		bad_status,
		hit_deadline,
		was_stopped,
		no_attach_start,
		no_attach_end,
		not_alive,
		died_phase,
		not_attached_phase,
		sched_exit_frame,
		wrong_ops,
		no_ops,
		no_result,
		two_results,
		bad_result_crc,
		wrong_nonce,
		guest_error,
		guest_stage,
		no_exit,
		exit_one,
		two_exits,
		no_start,
		no_end,
		late_start,
		fewer_workers,
		more_workers,
		no_work,
		lost_worker,
		not_done,
		com2_text,
		set_crc,
		set_oversize,
		set_resyncs,
		set_dropped,
		set_unknown,
		set_log_dropped,
		set_resets,
		set_errors,
		set_torn,
		set_malformed_stim,
		set_malformed_life,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(spoil); i++) {
		struct fake *v = fake_new(true);

		spoil[i](v);
		eval(v);
		EXPECT_NE(v->res.verdict, KTSTR_PASS) TH_LOG("spoiler %zu", i);
		EXPECT_NE(v->res.verdict, KTSTR_SKIP) TH_LOG("spoiler %zu", i);
		EXPECT_NE(v->res.reason_text[0], '\0') TH_LOG("spoiler %zu", i);
		EXPECT_NE(ktstr_exit_code(&v->res), 0) TH_LOG("spoiler %zu", i);
		fake_free(v);
	}
}

TEST_HARNESS_MAIN
