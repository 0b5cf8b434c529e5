// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/text.h"
#include "lib/util.h"
#include "result_fill.h"
#include "verdict_judge.h"

void judge_note(struct judge *j, enum ktstr_verdict verdict, bool infra, enum ktstr_reason reason,
		const char *fmt, ...)
{
	va_list ap;

	if (j->noted && ktstr_verdict_worse(j->against, verdict) == j->against)
		return;
	j->noted = true;
	j->against = verdict;
	j->res->infra = infra;
	j->res->reason = reason;
	va_start(ap, fmt);
	vsnprintf(j->res->reason_text, sizeof(j->res->reason_text), fmt, ap);
	va_end(ap);
}

static const char *stage_words(const struct judge *j)
{
	if (!j->ev.init_started)
		return "init script never started (kernel or mount failure)";
	if (!j->ev.payload_started)
		return "init started but payload never ran (cgroup/scheduler setup failed)";
	return "payload started but produced no test result";
}

static void check_console(struct judge *j)
{
	const struct vmm_report *r = j->in->report;
	const struct conscan *c = j->in->console;
	struct ktstr_result *res = j->res;
	const char *panic = "";

	if (r) {
		res->console_kind = r->console_kind;
		judge_text(res->console_line, sizeof(res->console_line), r->console_line);
	}
	if (c && (u32)c->kind >= res->console_kind) {
		res->console_kind = c->kind;
		judge_text(res->console_line, sizeof(res->console_line), c->line);
		panic = c->panic_line;
	}
	if (!conscan_crashed(res->console_kind)) {
		/* without either nobody has looked */
		if (c || r)
			judge_proved(j, PROOF_CONSOLE);
		return;
	}
	if (panic[0] && strcmp(panic, res->console_line))
		judge_fail(j, GUEST_CRASHED, "guest crashed: %s; then: %s", res->console_line,
			   panic);
	else
		judge_fail(j, GUEST_CRASHED, "guest crashed: %s",
			   res->console_line[0] ? res->console_line :
						  conscan_kind_name(res->console_kind));
}

static void check_com2(struct judge *j)
{
	char text[300];

	if (!j->in->com2_len)
		return;
	text_escape_line(text, sizeof(text), j->in->com2, j->in->com2_len);
	judge_fail(j, GUEST_FAILED, "guest crashed: %s", text);
}

static void timed_out(struct judge *j, const char *where)
{
	if (j->ev.results)
		judge_fail(j, TIMED_OUT, "timed out after the result: %s", where);
	else
		judge_fail(j, TIMED_OUT, "timed out (no result via bulk port or COM2): %s: %s",
			   where, stage_words(j));
}

static void check_vm_end(struct judge *j)
{
	const struct vmm_report *r = j->in->report;
	const char *stage = wire_stage_name(j->res->stage);
	char why[300];

	if (!r)
		return;
	judge_text(why, sizeof(why), r->reason);
	switch (r->exit_reason) {
	case VMM_EXIT_SHUTDOWN:
		judge_proved(j, PROOF_VM_END);
		break;
	case VMM_EXIT_TRIPLE_FAULT:
		judge_fail(j, GUEST_CRASHED, "guest crashed: triple fault in stage %s", stage);
		break;
	case VMM_EXIT_FATAL:
		judge_fail(j, GUEST_CRASHED, "guest crashed: KVM exit %u in stage %s: %s",
			   r->kvm_exit_reason, stage, why);
		break;
	case VMM_EXIT_GUEST_PANIC:
		judge_fail(j, GUEST_CRASHED, "guest crashed: %s", why[0] ? why : "panic");
		break;
	case VMM_EXIT_TIMEOUT:
		timed_out(j, why[0] ? why : stage);
		break;
	case VMM_EXIT_KILLED:
		judge_doubt(j, STOPPED, "the VM was stopped in stage %s%s%s", stage,
			    why[0] ? ": " : "", why);
		break;
	case VMM_EXIT_RUN_ERROR:
		judge_infra(j, VMM_ERROR, "KVM_RUN failed in stage %s: %s: %s", stage,
			    strerror(-r->error), why);
		break;
	default:
		judge_infra(j, VMM_ERROR, "the VMM failed in stage %s: %s", stage, why);
		break;
	}
}

static void check_vmm_process(struct judge *j)
{
	const struct verdict_input *in = j->in;
	const char *stage = wire_stage_name(j->res->stage);

	if (in->deadline) {
		char where[80];

		snprintf(where, sizeof(where), "the deadline of the run passed in stage %s", stage);
		timed_out(j, where);
	} else if (in->stopped) {
		judge_doubt(j, STOPPED, "the run was stopped from outside in stage %s", stage);
	} else if (WIFSIGNALED(in->wait_status)) {
		judge_infra(j, VMM_DIED, "the VMM process was killed by signal %d (%s) in stage %s",
			    WTERMSIG(in->wait_status), strsignal(WTERMSIG(in->wait_status)), stage);
	} else if (!WIFEXITED(in->wait_status) || WEXITSTATUS(in->wait_status)) {
		judge_infra(j, VMM_DIED, "the VMM process ended with status %d in stage %s",
			    WEXITSTATUS(in->wait_status), stage);
	} else if (!in->report) {
		judge_infra(j, VMM_DIED, "the VMM process ended without a report in stage %s",
			    stage);
	} else {
		judge_proved(j, PROOF_VMM_PROCESS);
	}
}

static void check_result(struct judge *j)
{
	const struct evidence *e = &j->ev;

	if (e->results > 1)
		judge_doubt(j, DUPLICATE_RESULT, "%llu results arrived instead of one",
			    (unsigned long long)e->results);
	else if (e->results_unreadable)
		judge_doubt(j, BAD_RESULT, "a result arrived that cannot be read (%llu of them)",
			    (unsigned long long)e->results_unreadable);
	else if (e->results_stale)
		judge_doubt(j, STALE_RESULT,
			    "a result of another run arrived (its nonce is not ours)");
	else if (e->results)
		judge_proved(j, PROOF_RESULT);
	else if (j->in->report && !e->exits && j->in->report->exit_reason == VMM_EXIT_SHUTDOWN)
		judge_fail(j, GUEST_VANISHED, "guest went down by itself in stage %s: %s",
			   wire_stage_name(j->res->stage), stage_words(j));
	else
		judge_doubt(j, NO_RESULT,
			    "no test result received from guest (no AssertResult arrived via bulk port or COM2; check kernel log and scheduler exit status): %s",
			    stage_words(j));
}

static void check_guest(struct judge *j)
{
	const struct wire_result_view *r = &j->ev.result;
	char why[300];

	if (!j->ev.results)
		return;
	judge_text(why, sizeof(why), r->reason);
	if (r->error && judge_refused(j))
		return;
	/* what went wrong in a step comes with its cause: an errno says no more */
	if (r->error && judge_in_step(j))
		judge_fail(j, STEP_FAILED, "%s", why);
	else if (r->error)
		judge_fail(j, GUEST_FAILED, "guest failed in stage %s: %s (%s)",
			   wire_stage_name(r->stage), why, strerror(-r->error));
	else if (r->stage != WIRE_STAGE_DONE)
		judge_fail(j, GUEST_FAILED, "guest stopped in stage %s: %s",
			   wire_stage_name(r->stage), why);
	else
		judge_proved(j, PROOF_GUEST);
}

static void check_exit(struct judge *j)
{
	if (!j->ev.exits)
		judge_doubt(j, NO_RESULT, "the guest sent no exit code");
	else if (j->ev.exit_code && judge_refused(j))
		return; /* it follows from that */
	else if (j->ev.exit_code)
		judge_fail(j, GUEST_FAILED, "guest exit code %d", j->ev.exit_code);
	else if (j->ev.exits > 1)
		judge_doubt(j, DUPLICATE_RESULT, "%llu exit codes arrived instead of one",
			    (unsigned long long)j->ev.exits);
	else
		judge_proved(j, PROOF_EXIT);
}

static void check_order(struct judge *j)
{
	if (j->ev.out_of_order)
		judge_doubt(j, DUPLICATE_RESULT, "frames out of order: %s", j->ev.out_of_order);
	else if (!j->ev.scenario_started || !j->ev.scenario_ended)
		judge_doubt(j, NO_RESULT, "the scenario never %s",
			    j->ev.scenario_started ? "ended" : "started");
	else
		judge_proved(j, PROOF_ORDER);
}

static void check_channel(struct judge *j)
{
	const struct vmm_report *r = j->in->report;
	const struct evidence *e = &j->ev;

	if (!r)
		return;
	if (r->crc_errors || e->bad_crc || e->malformed || r->oversize || r->resyncs ||
	    r->dropped_bytes || r->unknown_frames || r->log_dropped || j->in->log_damaged)
		judge_doubt(j, CHANNEL_DAMAGED,
			    "verdict channel damaged: %llu CRC errors, %llu malformed, %llu oversize, %llu resyncs, %llu bytes dropped, %llu unknown, %llu frames without room%s",
			    (unsigned long long)max(r->crc_errors, e->bad_crc),
			    (unsigned long long)e->malformed, (unsigned long long)r->oversize,
			    (unsigned long long)r->resyncs, (unsigned long long)r->dropped_bytes,
			    (unsigned long long)r->unknown_frames,
			    (unsigned long long)r->log_dropped,
			    j->in->log_damaged ? ", torn log of the VMM" : "");
	else if (r->device_resets || r->device_errors)
		judge_doubt(j, CHANNEL_DAMAGED,
			    "verdict channel damaged: the console device was reset %llu times and broke %llu times",
			    (unsigned long long)r->device_resets,
			    (unsigned long long)r->device_errors);
	else if (e->load_damage)
		judge_doubt(j, CHANNEL_DAMAGED, "verdict channel damaged: %s", e->load_damage);
	else
		judge_proved(j, PROOF_CHANNEL);
}

/* The order decides which of several findings of the same weight is told. */
static void judge_run(struct judge *j)
{
	check_console(j);
	check_com2(j);
	judge_sched(j);
	judge_failure_dump(j);
	check_vm_end(j);
	check_vmm_process(j);
	judge_no_sched(j);
	judge_payloads(j);
	check_guest(j);
	judge_workers(j);
	check_result(j);
	check_exit(j);
	check_order(j);
	judge_checks(j);
	judge_canary(j);
	judge_frozen(j);
	judge_map_writes(j);
	judge_periodic(j);
	check_channel(j);
	judge_monitor(j);
	if (!j->noted && j->proofs == (1U << PROOF_NR) - 1) {
		j->res->verdict = KTSTR_PASS;
		j->res->reason = KTSTR_REASON_PASS;
		snprintf(j->res->reason_text, sizeof(j->res->reason_text),
			 "%u workers made progress", j->res->nr_workers);
		return;
	}
	if (!j->noted)
		judge_doubt(j, NO_RESULT, "evidence is missing (%#x)", j->proofs);
	j->res->verdict = j->against;
	judge_append_stop(j);
}

int verdict_eval(const struct verdict_input *in, struct ktstr_result *res)
{
	struct judge j = { .in = in, .res = res };
	int err;

	memset(res, 0, sizeof(*res));
	err = evidence_collect(&j.ev, in->frames, in->nr_frames, in->nonce);
	if (!err)
		err = result_fill(res, in, &j.ev);
	if (!err)
		err = judge_load(&j);
	if (!err)
		judge_run(&j);
	else
		judge_infra(&j, VMM_ERROR, "out of memory while judging the run");
	evidence_free(&j.ev);
	return err;
}

void verdict_setup_failed(struct ktstr_result *res, const char *why)
{
	memset(res, 0, sizeof(*res));
	res->infra = true;
	res->reason = KTSTR_REASON_SETUP;
	judge_text(res->reason_text, sizeof(res->reason_text), why);
}
