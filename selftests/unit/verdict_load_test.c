// SPDX-License-Identifier: GPL-2.0-only
/* The verdict: limits, payloads and steps of a workload. */
#include "fake_vm.h"
#include "host/harness/finding.h"
#include "host/harness/scenario_plan.h"
#include "lib/wire_worker.h"

FIXTURE(load)
{
	struct fake *v;
	struct ktstr_test test;
	struct ktstr_step steps[2];
	struct ktstr_group groups[1];
	struct scenario_plan plan;
	struct worker_view reports[WORKERS];
	struct ktstr_payload payload;
	struct scenario_payload planned;
};

static void add_step(struct fake *v, u32 type, u32 step)
{
	struct wire_stim raw = { .step_index = cpu_to_le16(step) };

	v->frames[add(v, type, &raw, sizeof(raw))].t_ns = v->in.nr_frames;
}

static void add_report(struct fake *v, const struct worker_view *w)
{
	size_t len;
	void *buf;

	if (worker_encode(w, &buf, &len) || len > sizeof(v->payloads[0]))
		abort();
	add(v, WIRE_WREP, buf, len);
	free(buf);
}

/* The frames of a run with one step, behind those of its start. */
static void script(struct fake *v, const struct worker_view *reports, u32 nr)
{
	__le64 scen[2] = { cpu_to_le64(2000), cpu_to_le64(99) };
	u32 i;

	v->in.nr_frames = v->scst + 1;
	add_step(v, WIRE_STIM, 0);
	add_step(v, WIRE_STIM, 1);
	for (i = 0; i < nr; i++)
		add_report(v, &reports[i]);
	add_step(v, WIRE_STEN, 1);
	v->scen = add(v, WIRE_SCEN, scen, sizeof(scen));
	v->result.nr_reports = nr;
}

static void finish(struct fake *v)
{
	v->test = add(v, WIRE_TEST, NULL, 0);
	v->exit = add_code(v, WIRE_EXIT, v->result.error ? 1 : 0);
}

FIXTURE_SETUP(load)
{
	u32 i;

	self->v = fake_new(false);
	self->groups[0] = (struct ktstr_group){
		.name = (char *)"cell",
		.cgroup = (char *)"cell",
		.work = "spin",
		.step = 1,
		.workers = WORKERS,
		.allowed = { 0xff },
	};
	self->plan.sc.nr_steps = 1;
	self->plan.groups = self->groups;
	self->plan.nr_groups = 1;
	self->plan.nr_workers = WORKERS;
	self->test.steps = self->steps;
	self->planned = (struct scenario_payload){
		.name = "bench",
		.payload = &self->payload,
		.step = 1,
	};
	for (i = 0; i < WORKERS; i++)
		self->reports[i] = (struct worker_view){
			.tid = 100 + i,
			.index = i,
			.step = 1,
			.flags = WORKER_COMPLETED,
			.work_units = 1000,
			.iterations = 10,
			.cpu_ns = NSEC_PER_SEC,
			.wall_ns = NSEC_PER_SEC,
			.max_gap_ns = 10 * NSEC_PER_MSEC,
			.cpus = { 1 },
		};
	self->v->in.test = &self->test;
	self->v->in.load = &self->plan;
	self->v->report.contention_known = true;
	self->v->report.on_cpu_ns = NSEC_PER_SEC;
}

FIXTURE_TEARDOWN(load)
{
}

TEST_F(load, limits_that_are_kept)
{
	struct fake *v = self->v;

	self->test.checks.not_stuck = 1;
	script(v, self->reports, WORKERS);
	finish(v);
	eval(v);
	EXPECT_EQ(v->res.load.nr_findings, 3);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "3 workers made progress");
}

TEST_F(load, a_limit_that_is_not)
{
	struct fake *v = self->v;

	self->test.checks.max_gap_ms = 100;
	self->reports[1].max_gap_ns = 2500 * NSEC_PER_MSEC;
	self->reports[1].max_gap_cpu = 2;
	self->reports[1].max_gap_at_ms = 700;
	script(v, self->reports, WORKERS);
	finish(v);
	eval(v);
	EXPECT_EQ(ktstr_exit_code(&v->res), 1);
	EXPECT_STREQ(v->res.reason_text,
		     "tid 101 stuck 2500ms on cpu2 at +700ms (threshold 100ms), in cgroup cell, step 1");
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_CHECK_FAILED, "tid 101 stuck");
}

/* The guest could not say what happened: how far it came tells where it did. */
TEST_F(load, a_scheduler_that_ends_in_or_behind_a_step)
{
	struct fake *v = self->v;

	self->plan.sc.nr_steps = 3;
	v->in.sched_wanted = true;
	v->in.nr_frames = v->scst + 1;
	add_step(v, WIRE_STIM, 0);
	add_step(v, WIRE_STIM, 1);
	add_step(v, WIRE_STEN, 1);
	add_step(v, WIRE_STIM, 2);
	add_code(v, WIRE_SCDX, -9);
	v->report.exit_reason = VMM_EXIT_KILLED;
	eval(v);
	EXPECT_NE(strstr(v->res.reason_text, "into test), in step 2 of 3"), NULL)
	TH_LOG("%s", v->res.reason_text);
	v->in.nr_frames--;
	add_step(v, WIRE_STEN, 2);
	add_code(v, WIRE_SCDX, -9);
	eval(v);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_DIED, "after completing step 2 of 3");
}

TEST_F(load, the_worst_finding_decides)
{
	struct fake *v = self->v;

	/* inconclusive, and then two failures */
	self->test.checks.min_work_rate = 1;
	self->test.checks.max_migrations = 5;
	self->reports[0].cpu_ns = 0;
	self->reports[1].migrations = 6;
	self->reports[2].migrations = 7;
	script(v, self->reports, WORKERS);
	finish(v);
	eval(v);
	EXPECT_EQ(v->res.load.nr_findings, 3);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_CHECK_FAILED,
		      "tid 101 migrated 6 times (threshold 5), in cgroup cell, step 1; and 1 more finding");
}

TEST_F(load, what_cannot_be_told)
{
	struct fake *v = self->v;

	self->test.checks.min_work_rate = 1;
	self->reports[0].cpu_ns = 0;
	script(v, self->reports, WORKERS);
	finish(v);
	eval(v);
	EXPECT_EQ(ktstr_exit_code(&v->res), 2);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_CHECK_INCONCLUSIVE,
		      "worker 100 has no work rate");
}

TEST_F(load, limits_of_the_scheduler_count_as_well)
{
	struct ktstr_scheduler sched = { .checks = { .max_migrations = 5 } };
	struct fake *v = self->v;

	self->test.sched = &sched;
	self->reports[1].migrations = 6;
	script(v, self->reports, WORKERS);
	finish(v);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_CHECK_FAILED, "tid 101 migrated 6 times");
}

TEST_F(load, a_host_that_explains_it)
{
	struct fake *v = self->v;

	self->test.checks.max_gap_ms = 100;
	self->reports[1].max_gap_ns = 150 * NSEC_PER_MSEC;
	v->report.worst_wait_ns = 60 * NSEC_PER_MSEC;
	script(v, self->reports, WORKERS);
	finish(v);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_CHECK_INCONCLUSIVE,
		      "the host kept a vCPU waiting for up to 60.0 ms");
}

TEST_F(load, no_progress_on_a_host_that_never_ran_it)
{
	struct fake *v = self->v;

	v->workers[1].work_units = 0;
	v->workers[1].wall_ns = NSEC_PER_SEC;
	v->report.worst_wait_ns = NSEC_PER_SEC;
	script(v, self->reports, WORKERS);
	finish(v);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_CHECK_INCONCLUSIVE,
		      "tid 101 made no progress (0 work units); the host kept a vCPU waiting");
}

TEST_F(load, no_progress_on_a_host_that_did)
{
	struct fake *v = self->v;

	v->workers[1].work_units = 0;
	v->workers[1].wall_ns = NSEC_PER_SEC;
	v->report.worst_wait_ns = NSEC_PER_SEC / 2;
	script(v, self->reports, WORKERS);
	finish(v);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_NO_PROGRESS, "tid 101 made no progress");
}

TEST_F(load, a_report_that_was_lost)
{
	struct fake *v = self->v;

	script(v, self->reports, WORKERS - 1);
	v->result.nr_reports = WORKERS;
	finish(v);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_CHANNEL_DAMAGED,
		      "verdict channel damaged: reports of workers are missing");
}

TEST_F(load, limits_without_reports)
{
	struct fake *v = self->v;

	self->test.checks.not_stuck = 1;
	script(v, self->reports, 0);
	finish(v);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_CHECK_INCONCLUSIVE,
		      "3 of 3 workers did not report what they measured");
}

TEST_F(load, a_worker_in_the_wrong_place)
{
	struct fake *v = self->v;

	self->reports[2].flags |= WORKER_AFFINITY_ERROR;
	snprintf(self->reports[2].info, sizeof(self->reports[2].info),
		 "CPUs 7: Invalid argument\n");
	script(v, self->reports, WORKERS);
	finish(v);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_STEP_FAILED,
		      "step 1: tid 102 of group cell did not get its CPUs: CPUs 7: Invalid argument");
}

TEST_F(load, a_step_that_failed)
{
	struct fake *v = self->v;

	v->result.error = -EBUSY;
	v->result.stage = WIRE_STAGE_BODY;
	snprintf(v->result.reason, sizeof(v->result.reason),
		 "step 1: op 3: cgroup cell cannot be removed");
	script(v, self->reports, WORKERS);
	finish(v);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_STEP_FAILED,
		      "step 1: op 3: cgroup cell cannot be removed");
}

TEST_F(load, other_places_of_a_step)
{
	static const char *const places[] = {
		"backdrop, op 1: no",
		"after step 1: no",
		"end of step 1, op 4: no",
		"end of the scenario: no",
	};
	struct fake *v = self->v;
	size_t i;

	v->result.error = -EIO;
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(v->result.reason, sizeof(v->result.reason), "%s", places[i]);
		script(v, self->reports, WORKERS);
		finish(v);
		eval(v);
		EXPECT_EQ(v->res.reason, KTSTR_REASON_STEP_FAILED);
		EXPECT_EQ(strncmp(v->res.reason_text, places[i], strlen(places[i])), 0);
	}
	/* a test without steps has none that can fail */
	self->test.steps = NULL;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_FAILED, "end of the scenario: no");
}

TEST_F(load, a_guest_that_failed_elsewhere)
{
	struct fake *v = self->v;

	v->result.error = -ENOMEM;
	v->result.stage = WIRE_STAGE_DISPATCH;
	snprintf(v->result.reason, sizeof(v->result.reason), "cannot mount cgroup2");
	script(v, self->reports, WORKERS);
	finish(v);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_FAILED,
		      "guest failed in stage dispatch: cannot mount cgroup2");
}

static void add_output(struct fake *v, const struct rout_view *end)
{
	struct wire_rout head = { .id = cpu_to_le32(1), .kind = cpu_to_le32(WIRE_ROUT_START) };
	struct wire_rout_end tail = {
		.end = cpu_to_le32(end->end),
		.code = cpu_to_le32(end->code),
	};
	u8 buf[64];

	memcpy(buf, &head, sizeof(head));
	memcpy(buf + sizeof(head), "bench", 5);
	add(v, WIRE_ROUT, buf, sizeof(head) + 5);
	head.kind = cpu_to_le32(WIRE_ROUT_END);
	memcpy(buf, &head, sizeof(head));
	memcpy(buf + sizeof(head), &tail, sizeof(tail));
	add(v, WIRE_ROUT, buf, sizeof(head) + sizeof(tail));
}

TEST_F(load, payloads)
{
	static const struct {
		struct rout_view end;
		enum ktstr_verdict verdict;
		enum ktstr_reason reason;
		const char *text;
	} ends[] = {
		{ { .end = WIRE_RUN_EXITED }, KTSTR_PASS, KTSTR_REASON_PASS, "made progress" },
		{ { .end = WIRE_RUN_CANCELLED }, KTSTR_PASS, KTSTR_REASON_PASS, "made progress" },
		{ { .end = WIRE_RUN_EXITED, .code = 1 },
		  KTSTR_FAIL,
		  KTSTR_REASON_PAYLOAD_FAILED,
		  "payload bench exited with 1, expected 0" },
		{ { .end = WIRE_RUN_TIMED_OUT },
		  KTSTR_FAIL,
		  KTSTR_REASON_PAYLOAD_FAILED,
		  "payload bench hung" },
		{ { .end = 0 }, KTSTR_INCONCLUSIVE, KTSTR_REASON_CHECK_INCONCLUSIVE, "never ran" },
	};
	struct fake *v = self->v;
	size_t i;

	self->plan.payloads = &self->planned;
	self->plan.nr_payloads = 1;
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		script(v, self->reports, WORKERS);
		if (ends[i].end.end)
			add_output(v, &ends[i].end);
		finish(v);
		eval(v);
		EXPECT_EQ(v->res.verdict, ends[i].verdict) TH_LOG("%s", v->res.reason_text);
		EXPECT_EQ(v->res.reason, ends[i].reason);
		EXPECT_NE(strstr(v->res.reason_text, ends[i].text), NULL)
		TH_LOG("%s", v->res.reason_text);
	}
	fake_free(v);
}

/* The guest gives up over it, but that is not what the run is told by. */
TEST_F(load, a_payload_that_ends_the_scenario)
{
	struct rout_view end = { .end = WIRE_RUN_TIMED_OUT };
	struct fake *v = self->v;

	self->plan.payloads = &self->planned;
	self->plan.nr_payloads = 1;
	v->result.error = -ETIMEDOUT;
	v->result.stage = WIRE_STAGE_BODY;
	snprintf(v->result.reason, sizeof(v->result.reason), "step 1: payload bench timed out");
	script(v, self->reports, WORKERS);
	add_output(v, &end);
	finish(v);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_PAYLOAD_FAILED, "payload bench hung");
}

TEST_F(load, a_payload_alone)
{
	struct rout_view end = { .end = WIRE_RUN_EXITED };
	struct fake *v = self->v;

	self->plan.payloads = &self->planned;
	self->plan.nr_payloads = 1;
	self->plan.nr_groups = 0;
	self->plan.nr_workers = 0;
	self->test.checks.not_stuck = 1;
	v->in.workers = 0;
	v->result.nr_workers = 0;
	script(v, self->reports, 0);
	add_output(v, &end);
	finish(v);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "");
}

TEST_F(load, a_claim_after_the_run)
{
	struct fake *v = self->v;

	script(v, self->reports, WORKERS);
	finish(v);
	eval(v);
	EXPECT_EQ(v->res.verdict, KTSTR_PASS);
	EXPECT_FALSE(ktstr_claim_at_least(&v->res, "iterations", 30, 31));
	EXPECT_EQ(v->res.verdict, KTSTR_FAIL);
	EXPECT_STREQ(v->res.reason_text, "iterations: 30, below 31");
	fake_free(v);
}

TEST_F(load, what_cannot_be_judged_is_refused)
{
	struct ktstr_scheduler sched = { .checks = { .max_gap_ms = -3 } };
	struct ktstr_err err = { "" };

	EXPECT_EQ(verdict_check(&self->test, &self->plan, &err), 0);
	self->test.checks.min_page_locality = 2;
	EXPECT_EQ(verdict_check(&self->test, NULL, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "checks.min_page_locality is 2"), NULL);
	self->test.checks.min_page_locality = 0;
	self->test.sched = &sched;
	EXPECT_EQ(verdict_check(&self->test, NULL, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "sched->checks.max_gap_ms is -3"), NULL) TH_LOG("%s", err.msg);
	self->test.sched = NULL;
	self->test.expect_scx_error = "stall";
	EXPECT_EQ(verdict_check(&self->test, NULL, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "are about a scheduler"), NULL);
	self->test.expect_scx_error = NULL;
	self->payload.exit_code = -1;
	self->plan.payloads = &self->planned;
	self->plan.nr_payloads = 1;
	EXPECT_EQ(verdict_check(&self->test, &self->plan, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "payload \"bench\""), NULL);
	fake_free(self->v);
}

TEST_HARNESS_MAIN
