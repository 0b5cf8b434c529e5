// SPDX-License-Identifier: GPL-2.0-only
/* Patterns over a series, and what they make of a verdict. */
#include <math.h>

#include "series_fixture.h"

FIXTURE(series)
{
	struct ktstr_result res;
	struct ktstr_series s;
	struct ktstr_series other;
};

FIXTURE_SETUP(series)
{
	fake_run(&self->res);
}

FIXTURE_TEARDOWN(series)
{
	ktstr_series_free(&self->s);
	ktstr_series_free(&self->other);
	ktstr_result_free(&self->res);
}

TEST_F(series, nondecreasing)
{
	struct ktstr_result *r = &self->res;

	SERIES(&self->s, 1, 1, 5, 7);
	EXPECT_TRUE(ktstr_series_nondecreasing(r, &self->s));
	EXPECT_LAST(r, PASS, "nr: nondecreasing over 4 samples, up to 7");
	EXPECT_EQ(last_finding(r)->check, KTSTR_CHECK_SERIES);
	EXPECT_EQ(r->verdict, KTSTR_PASS);
	SERIES(&self->s, 100, 150, 200, 100);
	EXPECT_FALSE(ktstr_series_nondecreasing(r, &self->s));
	EXPECT_LAST(r, FAIL,
		    "nr: regression at sample periodic_003 (+400ms): value 100 after prior value 200 at sample periodic_002 (+300ms)");
	EXPECT_EQ(last_finding(r)->value, 100);
	EXPECT_EQ(last_finding(r)->limit, 200);
	EXPECT_EQ(last_finding(r)->step, 1);
	EXPECT_EQ(r->verdict, KTSTR_FAIL);
	EXPECT_EQ(r->reason, KTSTR_REASON_CHECK_FAILED);
	EXPECT_EQ(strncmp(r->reason_text, "nr: regression at sample periodic_003", 37), 0);
	SERIES(&self->s, 3, 2, 1);
	EXPECT_FALSE(ktstr_series_nondecreasing(r, &self->s));
	has(_metadata, last_finding(r)->text, "at sample periodic_001");
	has(_metadata, last_finding(r)->text, "; and 1 more");
}

TEST_F(series, strictly_increasing)
{
	struct ktstr_result *r = &self->res;

	SERIES(&self->s, -2, 0, 0.5);
	EXPECT_TRUE(ktstr_series_strictly_increasing(r, &self->s));
	EXPECT_LAST(r, PASS, "nr: strictly increasing over 3 samples, up to 0.5");
	SERIES(&self->s, 1, 2, 2);
	EXPECT_FALSE(ktstr_series_strictly_increasing(r, &self->s));
	EXPECT_LAST(r, FAIL,
		    "nr: stall at sample periodic_002 (+300ms): value 2 after prior value 2 at sample periodic_001 (+200ms)");
}

/* Left out, noted, and no regression is hidden by one. */
TEST_F(series, samples_without_a_value)
{
	struct ktstr_result *r = &self->res;

	SERIES(&self->s, 1, FAKE_NONE, 3);
	EXPECT_TRUE(ktstr_series_nondecreasing(r, &self->s));
	ASSERT_EQ(r->load.nr_findings, 2);
	EXPECT_EQ(r->load.findings[0].kind, KTSTR_FINDING_NOTE);
	EXPECT_STREQ(r->load.findings[0].text,
		     "nr: 1 of 3 samples have no value: periodic_001 (+200ms): FieldNotFound: no \"nr\"; there is: nr_lost");
	EXPECT_LAST(r, PASS, "nr: nondecreasing over 2 samples, up to 3");
	EXPECT_EQ(r->verdict, KTSTR_PASS);
	SERIES(&self->s, 3, FAKE_NONE, 1);
	EXPECT_FALSE(ktstr_series_nondecreasing(r, &self->s));
	has(_metadata, last_finding(r)->text, "value 1 after prior value 3");
}

TEST_F(series, too_few_samples_are_a_note)
{
	struct ktstr_result *r = &self->res;

	fake_series(&self->s, NULL, 0);
	EXPECT_FALSE(ktstr_series_nondecreasing(r, &self->s));
	EXPECT_LAST(r, NOTE, "nr: nothing to compare: 0 samples, and it takes 2");
	EXPECT_FALSE(ktstr_series_always_true(r, &self->s, "x", NULL, NULL));
	EXPECT_LAST(r, NOTE, "nr: nothing to compare: 0 samples, and it takes 1");
	SERIES(&self->s, 1);
	EXPECT_FALSE(ktstr_series_strictly_increasing(r, &self->s));
	EXPECT_LAST(r, NOTE, "nr: nothing to compare: 1 sample, and it takes 2");
	EXPECT_FALSE(ktstr_series_rate_within(r, &self->s, 0, 1));
	EXPECT_EQ(last_finding(r)->kind, KTSTR_FINDING_NOTE);
	EXPECT_FALSE(ktstr_series_steady_within(r, &self->s, 0, 1));
	EXPECT_EQ(last_finding(r)->kind, KTSTR_FINDING_NOTE);
	SERIES(&self->s, 1, 1);
	EXPECT_FALSE(ktstr_series_converges_to(r, &self->s, 1, 1, 1000));
	EXPECT_LAST(r, NOTE, "nr: nothing to compare: 2 samples, and it takes 3");
	EXPECT_EQ(r->verdict, KTSTR_PASS);
}

/* A typo in a path must not look like a figure that behaves. */
TEST_F(series, nothing_but_errors_is_inconclusive)
{
	struct ktstr_result *r = &self->res;

	SERIES(&self->s, FAKE_NONE, FAKE_NONE, 1, FAKE_NONE);
	EXPECT_FALSE(ktstr_series_nondecreasing(r, &self->s));
	EXPECT_LAST(r, INCONCLUSIVE,
		    "nr: 3 of 4 samples have no value: periodic_000 (+100ms): FieldNotFound: no \"nr\"; there is: nr_lost");
	EXPECT_EQ(r->verdict, KTSTR_INCONCLUSIVE);
	EXPECT_EQ(r->reason, KTSTR_REASON_CHECK_INCONCLUSIVE);
	EXPECT_FALSE(ktstr_series_each_at_least(r, &self->s, 0));
	EXPECT_LAST(r, FAIL,
		    "nr: sample periodic_000 (+100ms): FieldNotFound: no \"nr\"; there is: nr_lost; and 2 more");
	EXPECT_EQ(r->verdict, KTSTR_FAIL);
}

TEST_F(series, rate_within)
{
	struct ktstr_result *r = &self->res;

	SERIES(&self->s, 0, 100, 300);
	EXPECT_TRUE(ktstr_series_rate_within(r, &self->s, 1, 2));
	EXPECT_LAST(r, PASS, "nr: rates within 1/ms and 2/ms over 3 samples");
	EXPECT_FALSE(ktstr_series_rate_within(r, &self->s, 1, 1.5));
	EXPECT_LAST(r, FAIL,
		    "nr: rate 2/ms not within 1 and 1.5 at sample periodic_002 (+300ms), since sample periodic_001 (+200ms)");
	EXPECT_EQ(last_finding(r)->value, 2);
	EXPECT_EQ(last_finding(r)->limit, 1.5);
}

TEST_F(series, rates_that_are_none)
{
	struct ktstr_result *r = &self->res;

	SERIES(&self->s, 0, 100, 200);
	self->s.slots[2].elapsed_ns = self->s.slots[1].elapsed_ns;
	EXPECT_FALSE(ktstr_series_rate_within(r, &self->s, 0, 2));
	EXPECT_LAST(r, INCONCLUSIVE,
		    "nr: no time between samples periodic_001 (+200ms) and periodic_002 (+200ms)");
	SERIES(&self->s, 0, INFINITY, INFINITY);
	EXPECT_FALSE(ktstr_series_rate_within(r, &self->s, 0, INFINITY));
	EXPECT_LAST(r, INCONCLUSIVE, "nr: the rate at sample periodic_002 (+300ms) is no number");
	SERIES(&self->s, 0, 1);
	EXPECT_FALSE(ktstr_series_rate_within(r, &self->s, NAN, 1));
	EXPECT_LAST(r, INCONCLUSIVE, "nr: a bound is no number");
	/* what fails is not softened by what cannot be told */
	SERIES(&self->s, 0, NAN, 1, 1000);
	EXPECT_FALSE(ktstr_series_rate_within(r, &self->s, 0, 1));
	EXPECT_EQ(last_finding(r)->kind, KTSTR_FINDING_FAIL);
}

TEST_F(series, steady_within)
{
	struct ktstr_result *r = &self->res;

	SERIES(&self->s, 1000, 90, 110);
	EXPECT_TRUE(ktstr_series_steady_within(r, &self->s, 150, 0.1));
	EXPECT_LAST(r, PASS, "nr: 2 samples within 10 % of their mean 100");
	EXPECT_FALSE(ktstr_series_steady_within(r, &self->s, 150, 0.05));
	EXPECT_LAST(r, FAIL,
		    "nr: value 90 at sample periodic_001 (+200ms) not within 5 % of the mean 100; and 1 more");
	EXPECT_FALSE(ktstr_series_steady_within(r, &self->s, 250, 0.05));
	EXPECT_LAST(r, NOTE, "nr: nothing to compare: 1 sample from 250 ms on, and it takes 2");
	SERIES(&self->s, 0, 0, 0);
	EXPECT_TRUE(ktstr_series_steady_within(r, &self->s, 0, 0));
	SERIES(&self->s, 1, NAN, 1);
	EXPECT_FALSE(ktstr_series_steady_within(r, &self->s, 0, 1));
	EXPECT_EQ(last_finding(r)->kind, KTSTR_FINDING_INCONCLUSIVE);
}

TEST_F(series, converges_to)
{
	struct ktstr_result *r = &self->res;

	SERIES(&self->s, 0, 50, 95, 105, 100, 0);
	EXPECT_TRUE(ktstr_series_converges_to(r, &self->s, 100, 5, 500));
	EXPECT_LAST(r, PASS, "nr: within 5 of 100 for 3 samples in a row by 500 ms");
	EXPECT_FALSE(ktstr_series_converges_to(r, &self->s, 100, 5, 499));
	EXPECT_LAST(r, FAIL,
		    "nr: not within 5 of 100 by 499 ms: 2 of 3 samples in a row, at last value 105 at sample periodic_003 (+400ms)");
	EXPECT_FALSE(ktstr_series_converges_to(r, &self->s, 100, 5, 50));
	EXPECT_LAST(r, INCONCLUSIVE, "nr: no sample by 50 ms");
	SERIES(&self->s, 100, 0, 100, 100);
	EXPECT_FALSE(ktstr_series_converges_to(r, &self->s, 100, 5, 1000));
	EXPECT_EQ(last_finding(r)->kind, KTSTR_FINDING_FAIL);
}

TEST_F(series, an_error_breaks_the_row)
{
	struct ktstr_result *r = &self->res;

	SERIES(&self->s, 100, 100, FAKE_NONE, 100, 0);
	EXPECT_FALSE(ktstr_series_converges_to(r, &self->s, 100, 5, 1000));
	EXPECT_LAST(r, INCONCLUSIVE,
		    "nr: 2 of 3 samples in a row within 5 of 100, and some have no value");
	SERIES(&self->s, 100, FAKE_NONE, 0, 0);
	EXPECT_FALSE(ktstr_series_converges_to(r, &self->s, 100, 5, 1000));
	EXPECT_EQ(last_finding(r)->kind, KTSTR_FINDING_FAIL);
}

TEST_F(series, ratio_within)
{
	struct ktstr_result *r = &self->res;

	SERIES(&self->s, 10, 30);
	SERIES(&self->other, 20, 20);
	snprintf(self->other.name, sizeof(self->other.name), "all");
	EXPECT_TRUE(ktstr_series_ratio_within(r, &self->s, &self->other, 0.5, 1.5));
	EXPECT_LAST(r, PASS, "nr: 2 ratios to all within 0.5 and 1.5");
	EXPECT_FALSE(ktstr_series_ratio_within(r, &self->s, &self->other, 0.5, 1));
	EXPECT_LAST(r, FAIL,
		    "nr: ratio 1.5 not within 0.5 and 1 at sample periodic_001 (+200ms): 30 over 20");
	SERIES(&self->other, 20, 20, 20);
	EXPECT_FALSE(ktstr_series_ratio_within(r, &self->s, &self->other, 0, 9));
	EXPECT_LAST(r, FAIL, "nr: 2 samples over 3 of nr cannot be compared");
	SERIES(&self->other, 20, 0);
	EXPECT_FALSE(ktstr_series_ratio_within(r, &self->s, &self->other, 0, 9));
	EXPECT_LAST(r, INCONCLUSIVE, "nr: no ratio at sample periodic_001 (+200ms): 30 over 0");
	ktstr_series_free(&self->other);
	EXPECT_FALSE(ktstr_series_ratio_within(r, &self->s, &self->other, 0, 9));
	EXPECT_NE(last_finding(r)->kind, KTSTR_FINDING_PASS);
}

TEST_F(series, ratio_of_samples_that_have_none)
{
	struct ktstr_result *r = &self->res;

	SERIES(&self->s, 10, FAKE_NONE);
	SERIES(&self->other, FAKE_NONE, 20);
	EXPECT_FALSE(ktstr_series_ratio_within(r, &self->s, &self->other, 0, 9));
	EXPECT_LAST(r, INCONCLUSIVE, "nr: no sample has a value in nr as well");
	SERIES(&self->other, 5, FAKE_NONE);
	EXPECT_TRUE(ktstr_series_ratio_within(r, &self->s, &self->other, 2, 2));
}

static bool is_even(double value, void *ctx)
{
	++*(int *)ctx;
	return !((u64)value % 2);
}

TEST_F(series, always_true)
{
	struct ktstr_result *r = &self->res;
	int asked = 0;

	SERIES(&self->s, 2, 4, 6);
	EXPECT_TRUE(ktstr_series_always_true(r, &self->s, "is even", is_even, &asked));
	EXPECT_LAST(r, PASS, "nr: \"is even\" in all of 3 samples");
	EXPECT_EQ(asked, 3);
	SERIES(&self->s, 2, 3);
	EXPECT_FALSE(ktstr_series_always_true(r, &self->s, "is even", is_even, &asked));
	EXPECT_LAST(r, FAIL, "nr: not \"is even\" at sample periodic_001 (+200ms): value 3");
	SERIES(&self->s, 2, FAKE_NONE);
	EXPECT_FALSE(ktstr_series_always_true(r, &self->s, "is even", is_even, &asked));
	EXPECT_EQ(last_finding(r)->kind, KTSTR_FINDING_FAIL);
	self->s.slots[1].kind = KTSTR_SLOT_PLACEHOLDER;
	EXPECT_FALSE(ktstr_series_always_true(r, &self->s, "is even", is_even, &asked));
	EXPECT_EQ(last_finding(r)->kind, KTSTR_FINDING_INCONCLUSIVE);
}

TEST_F(series, each)
{
	struct ktstr_result *r = &self->res;

	SERIES(&self->s, 2, 4, 6);
	EXPECT_TRUE(ktstr_series_each_at_least(r, &self->s, 2));
	EXPECT_LAST(r, PASS, "nr: each of 3 samples at least 2");
	EXPECT_TRUE(ktstr_series_each_at_most(r, &self->s, 6));
	EXPECT_TRUE(ktstr_series_each_between(r, &self->s, 2, 6));
	EXPECT_LAST(r, PASS, "nr: each of 3 samples between 2 and 6");
	EXPECT_FALSE(ktstr_series_each_at_least(r, &self->s, 3));
	EXPECT_LAST(r, FAIL, "nr: value 2 at sample periodic_000 (+100ms), not at least 3");
	EXPECT_FALSE(ktstr_series_each_at_most(r, &self->s, 5));
	EXPECT_LAST(r, FAIL, "nr: value 6 at sample periodic_002 (+300ms), not at most 5");
	EXPECT_FALSE(ktstr_series_each_between(r, &self->s, 6, 2));
	EXPECT_EQ(last_finding(r)->kind, KTSTR_FINDING_FAIL);
	SERIES(&self->s, 7);
	EXPECT_TRUE(ktstr_series_each_at_least(r, &self->s, 7));
	EXPECT_LAST(r, PASS, "nr: each of 1 sample at least 7");
	SERIES(&self->s, 2, NAN);
	EXPECT_FALSE(ktstr_series_each_at_least(r, &self->s, 0));
	EXPECT_LAST(r, INCONCLUSIVE, "nr: sample periodic_001 (+200ms) is no number");
	EXPECT_FALSE(ktstr_series_each_at_most(r, &self->s, NAN));
	EXPECT_LAST(r, INCONCLUSIVE, "nr: a bound is no number");
}

TEST_F(series, one_that_is_not_whole)
{
	SERIES(&self->s, 2, 4);
	self->s.lost = true;
	EXPECT_FALSE(ktstr_series_nondecreasing(&self->res, &self->s));
	EXPECT_LAST(&self->res, INCONCLUSIVE, "nr: out of memory for its samples");
	EXPECT_TRUE(isnan(ktstr_series_first(&self->s, 1)));
}

TEST_F(series, a_run_that_was_skipped)
{
	self->res.verdict = KTSTR_SKIP;
	SERIES(&self->s, 2, 1);
	EXPECT_FALSE(ktstr_series_nondecreasing(&self->res, &self->s));
	EXPECT_EQ(last_finding(&self->res)->kind, KTSTR_FINDING_NOTE);
	EXPECT_EQ(self->res.verdict, KTSTR_SKIP);
}

TEST_F(series, figures_of_a_step)
{
	SERIES(&self->s, 10, FAKE_NONE, 20, 60, 90, 0);
	EXPECT_EQ(ktstr_series_first(&self->s, 1), 10);
	EXPECT_EQ(ktstr_series_last(&self->s, 1), 60);
	EXPECT_EQ(ktstr_series_delta(&self->s, 1), 50);
	EXPECT_EQ(ktstr_series_value(&self->s, 1), 30);
	EXPECT_EQ(ktstr_series_value(&self->s, 2), 45);
	EXPECT_EQ(ktstr_series_delta(&self->s, 2), -90);
	EXPECT_EQ(ktstr_series_ratio_across_phases(&self->s, 2, 1), 1.5);
	EXPECT_TRUE(isnan(ktstr_series_ratio_across_phases(&self->s, 1, 3)));
	EXPECT_TRUE(isnan(ktstr_series_value(&self->s, 0)));
	EXPECT_TRUE(isnan(ktstr_series_last(&self->s, KTSTR_NO_STEP)));
	SERIES(&self->s, 0, 0, 0, 0, 5);
	EXPECT_TRUE(isnan(ktstr_series_ratio_across_phases(&self->s, 2, 1)));
	EXPECT_TRUE(isnan(ktstr_series_delta(&self->s, 2)));
}

TEST_HARNESS_MAIN
