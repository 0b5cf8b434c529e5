// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "finding.h"
#include "lib/util.h"
#include "result_snapshot.h"
#include "scenario_plan.h"
#include "schedlog.h"
#include "scx_error.h"
#include "verdict_judge.h"

/* Exit kinds from here on are errors: enum scx_exit_kind of kernel/sched/ext.c. */
#define SCX_EXIT_ERROR 1024

/* What the scheduler's own output says, as an appendix to a message. */
static const char *scheduler_says(const struct judge *j, bool loading, char *dst, size_t room)
{
	const struct evidence *e = &j->ev;
	char text[480];
	bool found;

	dst[0] = '\0';
	if (!e->sched_log)
		return dst;
	if (loading)
		found = schedlog_load_error(e->sched_log, e->sched_log_len, text, sizeof(text));
	else
		found = schedlog_exit(e->sched_log, e->sched_log_len, text, sizeof(text));
	if (found)
		snprintf(dst, room, "; %s", text);
	return dst;
}

static void not_attached(struct judge *j)
{
	const struct evidence *e = &j->ev;
	const char *why = e->not_attached_why;
	/* guest-init says -ECHILD when the process ended by itself */
	bool exited = e->results && e->result.error == -ECHILD;
	char says[500], reason[512];

	if (!why[0] && e->results)
		why = judge_text(reason, sizeof(reason), e->result.reason);
	scheduler_says(j, true, says, sizeof(says));
	if (exited || !why[0])
		judge_fail(j, SCHED_NOT_ATTACHED,
			   "scheduler: NOT ATTACHED - scheduler process exited during BPF load/startup%s%s%s",
			   says, why[0] ? "; " : "", why);
	else
		judge_fail(j, SCHED_NOT_ATTACHED, "scheduler: NOT ATTACHED - %s%s", why, says);
}

static double seconds_into_test(const struct judge *j)
{
	const struct vmm_report *r = j->in->report;

	if (j->ev.scenario_ended)
		return j->ev.scenario_ms / 1e3;
	if (r && r->t_scenario_ns && r->t_end_ns > r->t_scenario_ns)
		return (double)(r->t_end_ns - r->t_scenario_ns) / NSEC_PER_SEC;
	return 0;
}

/* "during workload", and in or behind which step of several. */
static const char *when(const struct judge *j, char *dst, size_t room)
{
	const struct ktstr_load *load = &j->res->load;
	u32 begun = 0, done = 0, of = j->in->load ? j->in->load->sc.nr_steps : 0;
	char step[48] = "";
	size_t i;

	for (i = 0; i < load->nr_phases; i++) {
		begun = max(begun, load->phases[i].step);
		if (load->phases[i].to_ns)
			done = max(done, load->phases[i].step);
	}
	if (begun > done && of > 1)
		snprintf(step, sizeof(step), ", in step %u of %u", begun, of);
	if (done && done == begun && of > 1)
		snprintf(dst, room, "after completing step %u of %u (%.1fs into test)", done, of,
			 seconds_into_test(j));
	else
		snprintf(dst, room, "during workload (%.1fs into test)%s", seconds_into_test(j),
			 step);
	return dst;
}

static void sched_lost(struct judge *j)
{
	static const char died[] = "scheduler process died unexpectedly";
	const char *why = j->ev.sched_died_why;
	char says[500], at[100];

	scheduler_says(j, false, says, sizeof(says));
	if (says[0])
		judge_fail(j, SCHED_EJECTED,
			   "scheduler was ejected by the kernel (%.1fs into test)%s",
			   seconds_into_test(j), says);
	/* the guest knows best when it was */
	else if (!strncmp(why, died, strlen(died)))
		judge_fail(j, SCHED_DIED, "%s", why);
	else
		judge_fail(j, SCHED_DIED, "%s %s%s%s", died, when(j, at, sizeof(at)),
			   why[0] ? ": " : "", why);
}

/* The plan may have a scheduler end, and another one take its place. */
static bool wanted_at_end(const struct judge *j)
{
	return j->in->load ? j->in->load->sched_at_end : j->in->sched_wanted;
}

static const char *ops_at_end(const struct judge *j)
{
	return j->in->load ? j->in->load->ops_at_end : j->in->expect_ops;
}

/* Does the test itself start or end schedulers meanwhile? */
static bool changes(const struct judge *j)
{
	const struct scenario_plan *plan = j->in->load;
	u32 i;

	for (i = 0; plan && i < plan->sc.nr_ops; i++)
		if (plan->sc.ops[i].kind == SCENARIO_OP_SCHED_ATTACH ||
		    plan->sc.ops[i].kind == SCENARIO_OP_SCHED_DETACH)
			return true;
	return false;
}

static bool wanted_ever(const struct judge *j)
{
	return j->in->sched_wanted || changes(j);
}

static void check_ops(struct judge *j)
{
	const char *want = ops_at_end(j);

	if (!j->res->ops[0])
		judge_doubt(j, BAD_RESULT, "the guest says a scheduler is attached, but not which");
	else if (want && strcmp(want, j->ev.result.ops))
		judge_fail(j, SCHED_WRONG_OPS,
			   "scheduler: ops \"%s\" are attached, expected \"%s\"", j->res->ops,
			   want);
	else
		judge_proved(j, PROOF_SCHED);
}

/* It gave up for another reason, and did not look, or not at the end of the plan. */
static bool gave_up(const struct judge *j)
{
	const struct wire_result_view *r = &j->ev.result;

	if (!r->error || r->error == -ECHILD)
		return false;
	return changes(j) ||
	       (r->flags & WIRE_RESULT_SCHED_ALIVE && !(r->flags & WIRE_RESULT_ATTACHED_END));
}

static void check_end(struct judge *j)
{
	u32 flags = j->ev.result.flags;

	if (gave_up(j))
		return; /* that is for those who look at the guest's own word */
	if (!wanted_at_end(j) && flags & (WIRE_RESULT_ATTACHED_END | WIRE_RESULT_SCHED_ALIVE))
		judge_fail(j, SCHED_WRONG_OPS,
			   "scheduler: ops \"%s\" are attached at the end, none was wanted",
			   j->res->ops);
	else if (!wanted_at_end(j))
		judge_proved(j, PROOF_SCHED);
	else if (!(flags & WIRE_RESULT_SCHED_ALIVE))
		sched_lost(j);
	else if (!(flags & WIRE_RESULT_ATTACHED_END))
		judge_fail(j, SCHED_EJECTED,
			   "scheduler: NOT ATTACHED - it was attached at the start and no longer at the end");
	else
		check_ops(j);
}

static void check_wanted(struct judge *j)
{
	const struct evidence *e = &j->ev;

	if (e->not_attached)
		not_attached(j);
	else if (e->sched_died || e->sched_exit)
		sched_lost(j);
	/* without a result there is no word about it, for or against */
	else if (!e->results)
		return;
	else if (j->in->sched_wanted && !(e->result.flags & WIRE_RESULT_ATTACHED_START))
		not_attached(j);
	else
		check_end(j);
}

/* What the scheduler was ejected for, from the first that tells. */
struct scx_end {
	bool ended;
	char text[480];
};

/* The kernel's own way of saying that nobody is to blame (scx_exit_reason()). */
static bool blames(const char *text)
{
	return !strstr(text, "unregistered from") && !strstr(text, "disabled by sysrq");
}

static bool from_log(const struct judge *j, struct scx_end *end)
{
	const struct evidence *e = &j->ev;

	return e->sched_log &&
	       schedlog_exit(e->sched_log, e->sched_log_len, end->text, sizeof(end->text)) &&
	       blames(end->text);
}

static bool from_dump(const struct judge *j, struct scx_end *end)
{
	const struct ktstr_snapshot *s = result_failure_dump(j->res);
	char msg[400];

	if (!s || s->v.exit_kind < SCX_EXIT_ERROR)
		return false;
	snprintf(end->text, sizeof(end->text), "%s: %s", result_exit_kind(s->v.exit_kind),
		 judge_text(msg, sizeof(msg), s->v.exit_msg));
	return true;
}

/* guest-init quotes the last thing the scheduler said. */
static bool from_quote(const char *quote, struct scx_end *end)
{
	const char *at = strstr(quote, "EXIT: ");

	if (!at || !blames(at))
		return false;
	judge_text(end->text, sizeof(end->text), at + strlen("EXIT: "));
	return true;
}

static bool matches(const struct judge *j, bool found, const struct scx_end *from,
		    struct scx_end *end)
{
	if (!found)
		return false;
	end->ended = true;
	memcpy(end->text, from->text, sizeof(end->text));
	return scx_error_matches(j->in->test, from->text);
}

/* Was it ejected as expected? If not, @end says for what it was, if for anything. */
static bool ejected_for(const struct judge *j, struct scx_end *end)
{
	const struct evidence *e = &j->ev;
	struct scx_end from = { 0 };

	*end = from;
	return matches(j, from_quote(e->results ? e->result.reason : "", &from), &from, end) ||
	       matches(j, from_quote(e->sched_died_why, &from), &from, end) ||
	       matches(j, from_dump(j, &from), &from, end) ||
	       matches(j, from_log(j, &from), &from, end);
}

static void expected(const struct judge *j, char *dst, size_t room)
{
	const struct ktstr_test *t = j->in->test;
	bool both = t->expect_scx_error && t->expect_scx_error_match;

	snprintf(dst, room, "%s%.120s%s%s%s%.120s%s", t->expect_scx_error ? "with \"" : "",
		 t->expect_scx_error ?: "", t->expect_scx_error ? "\"" : "", both ? " and " : "",
		 t->expect_scx_error_match ? "matching \"" : "", t->expect_scx_error_match ?: "",
		 t->expect_scx_error_match ? "\"" : "");
}

static void error_finding(struct judge *j, enum ktstr_finding_kind kind, const char *text)
{
	struct ktstr_finding f = {
		.check = KTSTR_CHECK_SCX_ERROR,
		.kind = kind,
		.value = NAN,
		.limit = NAN,
	};

	if (finding_add(&j->res->load, &f, "%s", text))
		judge_infra(j, VMM_ERROR, "out of memory while judging the run");
}

static void no_error(struct judge *j, const struct scx_end *end)
{
	const struct wire_result_view *r = &j->ev.result;
	bool gone = j->ev.sched_died || j->ev.sched_exit ||
		    (j->ev.results && !(r->flags & WIRE_RESULT_ATTACHED_END));
	char want[300], text[900];

	/* nothing is known of its end: that is for those who miss the result */
	if (!end->ended && !gone && !j->ev.results)
		return;
	expected(j, want, sizeof(want));
	if (end->ended)
		snprintf(text, sizeof(text),
			 "scheduler was ejected for another error than the expected one %s: %s",
			 want, end->text);
	else if (gone)
		snprintf(text, sizeof(text),
			 "scheduler ended without the expected error %s, and without any%s%s", want,
			 j->ev.sched_died_why[0] ? ": " : "", j->ev.sched_died_why);
	else
		snprintf(text, sizeof(text),
			 "scheduler was still attached at the end, and had not the expected error %s",
			 want);
	error_finding(j, KTSTR_FINDING_FAIL, text);
	judge_fail(j, NO_SCX_ERROR, "%s", text);
}

static void check_ejected(struct judge *j)
{
	const struct wire_result_view *r = &j->ev.result;
	const char *want = j->in->expect_ops;
	struct scx_end end;
	char text[600];

	/* one that never ran cannot have been ejected, whatever its output says */
	if (j->ev.not_attached || (j->ev.results && !(r->flags & WIRE_RESULT_ATTACHED_START))) {
		not_attached(j);
		return;
	}
	if (!ejected_for(j, &end)) {
		no_error(j, &end);
		return;
	}
	snprintf(text, sizeof(text), "scheduler was ejected as expected: %s", end.text);
	error_finding(j, KTSTR_FINDING_PASS, text);
	if (want && j->ev.results && j->res->ops[0] && strcmp(want, r->ops))
		judge_fail(j, SCHED_WRONG_OPS,
			   "scheduler: ops \"%s\" were attached, expected \"%s\"", j->res->ops,
			   want);
	else if (j->ev.results)
		judge_proved(j, PROOF_SCHED);
}

void judge_sched(struct judge *j)
{
	if (scx_error_wanted(j->in->test))
		check_ejected(j);
	else if (wanted_ever(j))
		check_wanted(j);
}

void judge_no_sched(struct judge *j)
{
	const u32 any = WIRE_RESULT_ATTACHED_START | WIRE_RESULT_ATTACHED_END |
			WIRE_RESULT_SCHED_ALIVE;

	if (wanted_ever(j) || !j->ev.results)
		return;
	if (j->ev.result.flags & any || j->res->ops[0])
		judge_fail(j, SCHED_WRONG_OPS,
			   "scheduler: ops \"%s\" are attached, none was wanted", j->res->ops);
	else
		judge_proved(j, PROOF_SCHED);
}
