// SPDX-License-Identifier: GPL-2.0-only
/* Claims of a test's own, and what they make of its verdict. */
#include <math.h>

#include "host/harness/finding.h"
#include "text_check.h"

FIXTURE(claim)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(claim)
{
	self->res.verdict = KTSTR_PASS;
	self->res.reason = KTSTR_REASON_PASS;
	self->res.report_valid = true;
	snprintf(self->res.reason_text, sizeof(self->res.reason_text), "3 workers made progress");
}

FIXTURE_TEARDOWN(claim)
{
	ktstr_result_free(&self->res);
}

static const struct ktstr_finding *last(const struct ktstr_result *res)
{
	return &res->load.findings[res->load.nr_findings - 1];
}

TEST_F(claim, those_that_hold)
{
	struct ktstr_result *r = &self->res;

	EXPECT_TRUE(ktstr_claim_at_least(r, "rps", 5, 5));
	EXPECT_STREQ(last(r)->text, "rps: 5, at least 5");
	EXPECT_TRUE(ktstr_claim_at_most(r, "p99", 5, 5));
	EXPECT_TRUE(ktstr_claim_between(r, "share", 0.5, 0.5, 0.6));
	EXPECT_TRUE(ktstr_claim_eq(r, "count", 3, 3));
	EXPECT_TRUE(ktstr_claim_ne(r, "count", 3, 4));
	EXPECT_TRUE(ktstr_claim_near(r, "ratio", 1.05, 1, 0.1));
	EXPECT_TRUE(ktstr_claim_is_finite(r, "ratio", 1.05));
	EXPECT_TRUE(ktstr_claim_true(r, "the flag was seen", true));
	EXPECT_EQ(r->load.nr_findings, 8);
	EXPECT_EQ(last(r)->check, KTSTR_CHECK_CLAIM);
	EXPECT_EQ(last(r)->kind, KTSTR_FINDING_PASS);
	EXPECT_EQ(r->verdict, KTSTR_PASS);
	EXPECT_STREQ(r->reason_text, "3 workers made progress");
}

TEST_F(claim, those_that_do_not)
{
	struct ktstr_result *r = &self->res;

	EXPECT_FALSE(ktstr_claim_at_least(r, "rps", 4.5, 5));
	EXPECT_STREQ(last(r)->text, "rps: 4.5, below 5");
	EXPECT_EQ(r->verdict, KTSTR_FAIL);
	EXPECT_EQ(r->reason, KTSTR_REASON_CHECK_FAILED);
	EXPECT_STREQ(r->reason_text, "rps: 4.5, below 5");
	EXPECT_EQ(ktstr_exit_code(r), 1);
	EXPECT_FALSE(ktstr_claim_at_most(r, "p99", 6, 5));
	EXPECT_STREQ(last(r)->text, "p99: 6, above 5");
	/* the first one decided */
	EXPECT_STREQ(r->reason_text, "rps: 4.5, below 5");
	EXPECT_FALSE(ktstr_claim_between(r, "share", 0.7, 0.5, 0.6));
	EXPECT_STREQ(last(r)->text, "share: 0.7, not between 0.5 and 0.6");
	EXPECT_FALSE(ktstr_claim_between(r, "share", 0.55, 0.6, 0.5));
	EXPECT_FALSE(ktstr_claim_eq(r, "count", 3, 4));
	EXPECT_STREQ(last(r)->text, "count: 3, not 4");
	EXPECT_FALSE(ktstr_claim_ne(r, "count", 3, 3));
	EXPECT_FALSE(ktstr_claim_near(r, "ratio", 1.2, 1, 0.1));
	EXPECT_STREQ(last(r)->text, "ratio: 1.2, not within 0.1 of 1");
	EXPECT_FALSE(ktstr_claim_near(r, "ratio", 1, 1, -1));
	EXPECT_FALSE(ktstr_claim_is_finite(r, "ratio", INFINITY));
	EXPECT_EQ(last(r)->kind, KTSTR_FINDING_FAIL);
	EXPECT_FALSE(ktstr_claim_true(r, "the flag was seen", false));
	EXPECT_STREQ(last(r)->text, "the flag was seen: it does not hold");
}

TEST_F(claim, what_is_no_number)
{
	struct ktstr_result *r = &self->res;

	EXPECT_FALSE(ktstr_claim_at_least(r, "ratio", NAN, 1));
	EXPECT_STREQ(last(r)->text, "ratio: the value is no number");
	EXPECT_EQ(last(r)->kind, KTSTR_FINDING_INCONCLUSIVE);
	EXPECT_EQ(r->verdict, KTSTR_INCONCLUSIVE);
	EXPECT_EQ(r->reason, KTSTR_REASON_CHECK_INCONCLUSIVE);
	EXPECT_EQ(ktstr_exit_code(r), 2);
	EXPECT_FALSE(ktstr_claim_at_most(r, "ratio", 1, NAN));
	EXPECT_STREQ(last(r)->text, "ratio: a bound is no number");
	EXPECT_FALSE(ktstr_claim_between(r, "ratio", 1, NAN, 2));
	EXPECT_FALSE(ktstr_claim_between(r, "ratio", 1, 0, NAN));
	EXPECT_FALSE(ktstr_claim_ne(r, "ratio", NAN, 1));
	EXPECT_FALSE(ktstr_claim_near(r, "ratio", 1, 1, NAN));
	EXPECT_FALSE(ktstr_claim_is_finite(r, "ratio", NAN));
	EXPECT_EQ(last(r)->kind, KTSTR_FINDING_INCONCLUSIVE);
	EXPECT_EQ(r->verdict, KTSTR_INCONCLUSIVE);
	EXPECT_FALSE(ktstr_claim_eq(r, "count", 1, 2));
	EXPECT_EQ(r->verdict, KTSTR_FAIL);
}

TEST_F(claim, a_verdict_only_gets_worse)
{
	struct ktstr_result *r = &self->res;

	r->verdict = KTSTR_FAIL;
	r->reason = KTSTR_REASON_GUEST_CRASHED;
	ktstr_claim_true(r, "a", true);
	ktstr_claim_true(r, "b", false);
	ktstr_claim_at_least(r, "c", NAN, 1);
	EXPECT_EQ(r->verdict, KTSTR_FAIL);
	EXPECT_EQ(r->reason, KTSTR_REASON_GUEST_CRASHED);
	EXPECT_EQ(r->load.nr_findings, 3);
}

TEST_F(claim, runs_that_were_none)
{
	struct ktstr_result *r = &self->res;

	r->verdict = KTSTR_SKIP;
	EXPECT_FALSE(ktstr_claim_true(r, "a", false));
	EXPECT_EQ(last(r)->kind, KTSTR_FINDING_NOTE);
	EXPECT_EQ(r->verdict, KTSTR_SKIP);
	r->verdict = KTSTR_INCONCLUSIVE;
	r->infra = true;
	r->reason = KTSTR_REASON_SETUP;
	r->report_valid = false;
	EXPECT_FALSE(ktstr_claim_true(r, "a", false));
	EXPECT_EQ(last(r)->kind, KTSTR_FINDING_INCONCLUSIVE);
	EXPECT_EQ(r->verdict, KTSTR_INCONCLUSIVE);
	EXPECT_EQ(r->reason, KTSTR_REASON_SETUP);
	EXPECT_EQ(ktstr_exit_code(r), 3);
}

TEST_F(claim, labels_are_one_printable_line)
{
	ktstr_claim_true(&self->res, "a\n\x1b[2J", true);
	EXPECT_STREQ(last(&self->res)->text, "a \\x1b[2J: it holds");
}

TEST_F(claim, events)
{
	struct ktstr_result *r = &self->res;
	u64 *events = r->monitor.summary.events;

	r->monitor.summary.events_ns = 1000;
	events[MONITOR_SELECT_CPU_FALLBACK] = 3;
	events[MONITOR_REFILL_SLICE_DFL] = 1000;
	EXPECT_TRUE(ktstr_claim_events_clean(r, 3));
	EXPECT_STREQ(last(r)->text, "events of sched_ext: at most 3 of each kind");
	EXPECT_FALSE(ktstr_claim_events_clean(r, 2));
	EXPECT_STREQ(last(r)->text, "select_cpu_fallback: 3 events, above 2");
	EXPECT_EQ(r->verdict, KTSTR_FAIL);
	EXPECT_FALSE(ktstr_claim_events(r, BIT(MONITOR_REFILL_SLICE_DFL), 999));
	EXPECT_TRUE(ktstr_claim_events(r, BIT(MONITOR_REFILL_SLICE_DFL), 1000));
}

TEST_F(claim, events_that_nobody_counted)
{
	struct ktstr_result *r = &self->res;

	EXPECT_FALSE(ktstr_claim_events_clean(r, 100));
	EXPECT_EQ(r->verdict, KTSTR_INCONCLUSIVE);
	r->monitor.summary.events_ns = 1000;
	EXPECT_FALSE(ktstr_claim_events(r, 0, 100));
	EXPECT_EQ(last(r)->kind, KTSTR_FINDING_INCONCLUSIVE);
}

TEST_HARNESS_MAIN
