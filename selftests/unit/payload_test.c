// SPDX-License-Identifier: GPL-2.0-only
/* Payloads: what may be said of them, and what came of them. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "host/harness/finding.h"
#include "host/harness/metrics_json.h"
#include "host/harness/payload.h"
#include "text_check.h"

FIXTURE(payload)
{
	struct ktstr_metric metrics[3];
	struct ktstr_payload p;
	struct ktstr_payload other;
	struct scenario_payload planned[2];
	struct scenario_op op;
	struct scenario_plan plan;
	struct ktstr_output outputs[2];
	struct ktstr_result res;
	struct ktstr_err err;
	bool json;
};

FIXTURE_SETUP(payload)
{
	self->planned[0].name = "bench";
	self->planned[0].payload = &self->p;
	self->planned[0].step = 2;
	self->planned[1].name = "bench";
	self->planned[1].payload = &self->p;
	self->plan.payloads = self->planned;
	self->plan.nr_payloads = 1;
	snprintf(self->outputs[0].tag, sizeof(self->outputs[0].tag), "bench");
	self->outputs[0].end = WIRE_RUN_EXITED;
	self->outputs[0].text = "{\"rps\": 100, \"lat\": {\"p99\": 7.5}}";
	self->outputs[0].len = strlen(self->outputs[0].text);
	self->outputs[1] = self->outputs[0];
	self->res.outputs = self->outputs;
	self->res.nr_outputs = 1;
	self->json = !metrics_json_usable(NULL);
}

FIXTURE_TEARDOWN(payload)
{
	payload_metrics_free(&self->res.load);
	finding_free(&self->res.load);
}

/* Judges the payload, and looks at the worst finding, else the last one. */
static void check(struct __test_metadata *_metadata, struct ktstr_result *res,
		  const struct scenario_plan *plan, enum ktstr_finding_kind kind, const char *text)
{
	const struct ktstr_finding *f;

	payload_metrics_free(&res->load);
	finding_free(&res->load);
	ASSERT_EQ(payload_eval(res, plan), 0);
	ASSERT_NE(res->load.nr_findings, 0);
	f = finding_worst(&res->load, BIT(KTSTR_CHECK_PAYLOAD)) ?:
		    &res->load.findings[res->load.nr_findings - 1];
	EXPECT_EQ(f->kind, kind) TH_LOG("%s", f->text);
	EXPECT_EQ(f->check, KTSTR_CHECK_PAYLOAD);
	EXPECT_EQ(f->step, 2);
	has(_metadata, f->text, text);
}

#define EXPECT_PAYLOAD(kind, text) \
	check(_metadata, &self->res, &self->plan, KTSTR_FINDING_##kind, text)

TEST_F(payload, exit_code)
{
	EXPECT_PAYLOAD(PASS, "payload bench exited with 0");
	self->outputs[0].code = 3;
	snprintf(self->outputs[0].reason, sizeof(self->outputs[0].reason), "no such disk");
	EXPECT_PAYLOAD(FAIL, "payload bench exited with 3, expected 0: no such disk");
	self->p.exit_code = 3;
	EXPECT_PAYLOAD(PASS, "payload bench exited with 3");
}

TEST_F(payload, other_ends)
{
	struct ktstr_output *o = &self->outputs[0];

	self->p.timeout_ms = 500;
	o->end = WIRE_RUN_TIMED_OUT;
	EXPECT_PAYLOAD(FAIL, "payload bench hung: it did not end within 500 ms");
	o->end = WIRE_RUN_SIGNALED;
	o->code = 11;
	EXPECT_PAYLOAD(FAIL, "payload bench was killed by signal 11");
	o->end = WIRE_RUN_NOT_STARTED;
	snprintf(o->reason, sizeof(o->reason), "No such file");
	EXPECT_PAYLOAD(FAIL, "payload bench could not be started: No such file");
	o->end = WIRE_RUN_CANCELLED;
	EXPECT_PAYLOAD(NOTE, "payload bench ran until it was stopped");
	o->end = 0;
	snprintf(o->reason, sizeof(o->reason), "the guest ended before this program did");
	EXPECT_PAYLOAD(INCONCLUSIVE, "payload bench: the guest ended before this program did");
	self->res.nr_outputs = 0;
	EXPECT_PAYLOAD(INCONCLUSIVE, "payload bench never ran");
}

TEST_F(payload, one_that_may_fail)
{
	self->op.kind = SCENARIO_OP_PAYLOAD;
	self->op.tag = "bench";
	self->op.flags = SCENARIO_OP_MAY_FAIL;
	self->plan.sc.ops = &self->op;
	self->plan.sc.nr_ops = 1;
	self->outputs[0].code = 1;
	EXPECT_PAYLOAD(NOTE, "exited with 1, expected 0");
	self->op.tag = "other";
	EXPECT_PAYLOAD(FAIL, "exited with 1, expected 0");
}

TEST_F(payload, started_twice)
{
	self->plan.nr_payloads = 2;
	self->res.nr_outputs = 2;
	EXPECT_PAYLOAD(PASS, "exited with 0");
	EXPECT_EQ(self->res.load.nr_findings, 2);
	self->outputs[1].code = 9;
	EXPECT_PAYLOAD(FAIL, "exited with 9");
}

TEST_F(payload, all_numbers_become_metrics)
{
	const struct ktstr_metric_value *m;

	if (!self->json)
		SKIP(return, "this build is without json-c");
	self->p.json = true;
	EXPECT_PAYLOAD(PASS, "payload bench exited with 0");
	ASSERT_EQ(self->res.load.nr_metrics, 2);
	m = ktstr_load_metric(&self->res.load, "bench", "lat.p99");
	ASSERT_NE(m, NULL);
	EXPECT_EQ(m->value, 7.5);
	EXPECT_EQ(m->polarity, KTSTR_BETTER_UNKNOWN);
	EXPECT_EQ(m->unit, NULL);
	EXPECT_EQ(ktstr_load_metric(&self->res.load, "other", "lat.p99"), NULL);
	EXPECT_NE(ktstr_load_metric(&self->res.load, NULL, "rps"), NULL);
}

TEST_F(payload, metrics_that_are_declared)
{
	if (!self->json)
		SKIP(return, "this build is without json-c");
	self->p.json = true;
	self->p.metrics = self->metrics;
	self->metrics[0] = (struct ktstr_metric){
		.name = "rps",
		.polarity = KTSTR_BETTER_HIGHER,
		.unit = "1/s",
		.min = 100,
		.has_min = true,
	};
	self->metrics[1] = (struct ktstr_metric){ .name = "lat.p99", .max = 7.5, .has_max = true };
	EXPECT_PAYLOAD(PASS, "payload bench: lat.p99 is 7.5");
	EXPECT_EQ(self->res.load.nr_findings, 2);
	EXPECT_STREQ(self->res.load.findings[0].text, "payload bench: rps is 100 1/s");
	EXPECT_EQ(self->res.load.metrics[0].polarity, KTSTR_BETTER_HIGHER);
	EXPECT_STREQ(self->res.load.metrics[0].unit, "1/s");
	self->metrics[0].min = 101;
	EXPECT_PAYLOAD(FAIL, "payload bench: rps is 100 1/s, below 101");
	self->metrics[0].min = 1;
	self->metrics[1].max = 7;
	EXPECT_PAYLOAD(FAIL, "payload bench: lat.p99 is 7.5, above 7");
	self->metrics[1].name = "lat.p9";
	EXPECT_PAYLOAD(FAIL,
		       "payload bench has no metric lat.p9; did you mean lat.p99? there are rps, lat.p99");
}

TEST_F(payload, output_without_metrics)
{
	struct ktstr_output *o = &self->outputs[0];

	if (!self->json)
		SKIP(return, "this build is without json-c");
	self->p.json = true;
	o->text = "oops\n";
	o->len = 5;
	EXPECT_PAYLOAD(FAIL, "payload bench: its output has no metrics: malformed JSON at byte 0");
	o->truncated = true;
	o->bytes = 70;
	EXPECT_PAYLOAD(INCONCLUSIVE, "only 5 of 70 bytes of its output are here");
	o->truncated = false;
	/* it was stopped, and did not have to say anything yet */
	o->end = WIRE_RUN_CANCELLED;
	EXPECT_PAYLOAD(NOTE, "ran until it was stopped");
	self->p.metrics = self->metrics;
	self->metrics[0].name = "rps";
	EXPECT_PAYLOAD(FAIL, "its output has no metrics");
	o->text = "{}";
	o->len = 2;
	EXPECT_PAYLOAD(FAIL, "payload bench has no metric rps: its output has no numbers");
}

static int refuse(struct __test_metadata *_metadata, const struct scenario_plan *plan,
		  const char *text)
{
	struct ktstr_err err = { "" };
	int ret = payload_check(plan, &err);

	EXPECT_NE(ret, 0) TH_LOG("%s", text);
	has(_metadata, err.msg, text);
	return ret;
}

TEST_F(payload, what_cannot_be_meant)
{
	struct ktstr_metric *m = self->metrics;

	EXPECT_EQ(payload_check(&self->plan, NULL), 0);
	self->p.exit_code = 256;
	EXPECT_EQ(refuse(_metadata, &self->plan, "no program exits with 256"), -EINVAL);
	self->p.exit_code = 0;
	self->p.metrics = m;
	EXPECT_EQ(payload_check(&self->plan, NULL), 0);
	m->name = "rps";
	refuse(_metadata, &self->plan, "payload \"bench\" has metrics and no json");
	self->p.json = true;
	if (!self->json) {
		EXPECT_EQ(refuse(_metadata, &self->plan, "install json-c"), -EOPNOTSUPP);
		return;
	}
	EXPECT_EQ(payload_check(&self->plan, NULL), 0);
	m->has_min = true;
	m->min = NAN;
	refuse(_metadata, &self->plan, "nothing lies between the limits nan and inf of metric rps");
	m->min = 5;
	m->has_max = true;
	m->max = 4;
	refuse(_metadata, &self->plan, "nothing lies between the limits 5 and 4");
	m->max = 5;
	EXPECT_EQ(payload_check(&self->plan, NULL), 0);
	m->polarity = 7;
	refuse(_metadata, &self->plan, "metric rps has polarity 7");
	m->polarity = 0;
	m->name = "";
	refuse(_metadata, &self->plan, "a metric's name has 1 to 512 bytes");
}

TEST_F(payload, two_with_one_name)
{
	self->plan.nr_payloads = 2;
	EXPECT_EQ(payload_check(&self->plan, NULL), 0);
	self->planned[1].payload = &self->other;
	EXPECT_EQ(refuse(_metadata, &self->plan, "two payloads are called \"bench\""), -EINVAL);
}

TEST_HARNESS_MAIN
