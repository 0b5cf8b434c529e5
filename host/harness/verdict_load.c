// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "checks.h"
#include "finding.h"
#include "lib/util.h"
#include "payload.h"
#include "scenario_plan.h"
#include "scx_error.h"
#include "verdict_judge.h"

int verdict_check(const struct ktstr_test *test, const struct scenario_plan *load,
		  struct ktstr_err *err)
{
	struct ktstr_err why = { "" };
	int ret;

	ret = checks_check(&test->checks, err);
	if (!ret && test->sched) {
		ret = checks_check(&test->sched->checks, &why);
		if (ret)
			ktstr_err_set(err, ret, "sched->%s", why.msg);
	}
	if (!ret)
		ret = scx_error_check(test, err);
	if (!ret && load)
		ret = payload_check(load, err);
	return ret;
}

int judge_load(struct judge *j)
{
	struct ktstr_checks checks;
	const struct checks_input in = {
		.checks = &checks,
		.load = &j->res->load,
		.plan = j->in->load,
		.topo = j->in->topo,
	};
	int ret;

	checks_of(&checks, j->in->test);
	ret = checks_eval(&in);
	if (!ret && j->in->load)
		ret = payload_eval(j->res, j->in->load);
	return ret;
}

/* Each limit in effect must have been held against something. */
static const char *unjudged(const struct judge *j)
{
	const struct ktstr_load *load = &j->res->load;
	struct ktstr_checks checks;
	u32 check, done = 0;
	size_t i;

	for (i = 0; i < load->nr_findings; i++)
		if (load->findings[i].check < KTSTR_CHECKS_NR)
			done |= BIT(load->findings[i].check);
	checks_of(&checks, j->in->test);
	for (check = 0; check <= KTSTR_CHECK_WORK_UNITS; check++)
		if (checks_limit(&checks, check) && !(done & BIT(check)))
			return ktstr_check_name(check);
	return NULL;
}

/* What the worst of some findings means for the run. Return: is there one? */
static bool note_worst(struct judge *j, u32 checks)
{
	const struct ktstr_load *load = &j->res->load;
	const struct ktstr_finding *f = finding_worst(load, checks);
	char text[sizeof(j->res->reason_text)];

	if (!f)
		return false;
	judge_note(j, f->kind == KTSTR_FINDING_FAIL ? KTSTR_FAIL : KTSTR_INCONCLUSIVE, false,
		   finding_reason(f), "%s", finding_tell(load, f, checks, text, sizeof(text)));
	return true;
}

void judge_checks(struct judge *j)
{
	const char *check = unjudged(j);

	if (note_worst(j, FINDING_LIMITS))
		return;
	if (check)
		judge_doubt(j, CHECK_INCONCLUSIVE, "%s was held against nothing", check);
	else
		judge_proved(j, PROOF_CHECKS);
}

void judge_payloads(struct judge *j)
{
	if (!note_worst(j, BIT(KTSTR_CHECK_PAYLOAD)))
		judge_proved(j, PROOF_PAYLOADS);
}

bool judge_in_step(const struct judge *j)
{
	/* guest-init names the place first: steps_where() of guest-init/steps.h */
	static const char *const places[] = {
		"step ", "after step ", "end of step ", "end of the scenario", "backdrop",
	};
	const struct ktstr_test *t = j->in->test;
	size_t i;

	if (!t || (!t->steps && !t->backdrop))
		return false;
	for (i = 0; i < ARRAY_SIZE(places); i++)
		if (!strncmp(j->ev.result.reason, places[i], strlen(places[i])))
			return true;
	return false;
}

static bool nobody_planned(const struct judge *j)
{
	const struct scenario_plan *plan = j->in->load;

	/* a scenario may be about something else than workers */
	return !j->in->workers && !(plan && (plan->nr_payloads || plan->sc.nr_ops));
}

/* Return: did it do what it was there for? */
static bool check_worker(struct judge *j, const struct wire_worker_view *w)
{
	if (!(w->flags & WIRE_WORKER_COMPLETED))
		judge_fail(j, WORKER_LOST, "tid %u did not report", w->tid);
	else if (w->work_units)
		return true;
	else if (checks_host_ate(&j->res->load.contention, w->wall_ns))
		judge_doubt(j, CHECK_INCONCLUSIVE,
			    "tid %u made no progress (0 work units); the host kept a vCPU waiting for up to %.1f ms",
			    w->tid, (double)j->res->load.contention.worst_wait_ns / NSEC_PER_MSEC);
	else
		judge_fail(j, NO_PROGRESS, "tid %u made no progress (0 work units)", w->tid);
	return false;
}

/* Return: was every worker put where the test wants it? */
static bool check_placed(struct judge *j)
{
	const struct ktstr_load *load = &j->res->load;
	char why[2 * WORKER_INFO_MAX];
	size_t i;

	for (i = 0; i < load->nr_workers; i++) {
		const struct worker_view *w = &load->workers[i];
		const char *what = w->flags & WORKER_POLICY_ERROR ? "policy" : "CPUs";

		if (!(w->flags & (WORKER_AFFINITY_ERROR | WORKER_POLICY_ERROR)))
			continue;
		judge_text(why, sizeof(why), w->info);
		judge_fail(j, STEP_FAILED, "step %u: tid %u of group %s did not get its %s%s%s",
			   w->step, w->tid,
			   w->group < load->nr_groups && load->groups[w->group].name ?
				   load->groups[w->group].name :
				   "?",
			   what, why[0] ? ": " : "", why);
		return false;
	}
	return true;
}

void judge_workers(struct judge *j)
{
	const struct ktstr_result *res = j->res;
	bool good = true;
	u32 i;

	if (nobody_planned(j)) {
		judge_infra(j, SETUP, "no worker was planned");
		return;
	}
	if (!j->ev.results)
		return;
	if (res->nr_workers != j->in->workers) {
		judge_fail(j, PLAN_MISMATCH, "plan mismatch: %u workers planned, %u reported",
			   j->in->workers, res->nr_workers);
		return;
	}
	for (i = 0; i < res->nr_workers; i++)
		good &= check_worker(j, &res->workers[i]);
	if (!check_placed(j))
		return;
	if (!(j->ev.result.flags & WIRE_RESULT_WORKERS_DONE))
		judge_fail(j, WORKER_LOST, "not every worker reported");
	else if (good)
		judge_proved(j, PROOF_WORKERS);
}
