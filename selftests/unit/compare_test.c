// SPDX-License-Identifier: GPL-2.0-only
/* What counts as worse: gates, noise, verdicts, machines that differ. */
#include <math.h>

#include "host/harness/compare_report.h"
#include "kselftest_harness.h"
#include "lib/util.h"

FIXTURE(pair)
{
	struct stats_set set[2];
	struct compare_opts opts;
	struct compare c;
};

FIXTURE_SETUP(pair)
{
	self->opts.threshold = -1;
	self->opts.fail_threshold = 1;
}

FIXTURE_TEARDOWN(pair)
{
	compare_free(&self->c);
	stats_set_free(&self->set[0]);
	stats_set_free(&self->set[1]);
	strv_free(&self->opts.metrics);
	strv_free(&self->opts.must_fail);
}

enum { A, B };

static struct stats_run *add_test(FIXTURE_DATA(pair) * self, int side, const char *test)
{
	struct stats_run *run = stats_set_add(&self->set[side]);

	run->test = strdup(test);
	run->topology = strdup("1n1l2c1t");
	run->scheduler = strdup("scx_simple");
	run->path = strdup("x");
	run->vcpus = 2;
	run->verdict = KTSTR_PASS;
	return run;
}

/* A run with one figure. */
static struct stats_run *add(FIXTURE_DATA(pair) * self, int side, enum stats_metric m, double v)
{
	struct stats_run *run = add_test(self, side, "steady");

	run->value[m] = v;
	return run;
}

static void add_payload(struct stats_run *run, double v, enum ktstr_polarity better)
{
	run->payload = calloc(1, sizeof(*run->payload));
	run->payload[0] = (struct stats_payload){
		.name = strdup("bench.rps"),
		.unit = strdup("1/s"),
		.better = better,
		.value = v,
	};
	run->nr_payload = 1;
}

static struct compare *compare(FIXTURE_DATA(pair) * self)
{
	compare_free(&self->c);
	if (compare_sets(&self->c, &self->set[A], &self->set[B], &self->opts))
		abort();
	return &self->c;
}

/* The only metric of the only test. */
static enum compare_outcome outcome(FIXTURE_DATA(pair) * self)
{
	struct compare *c = compare(self);

	if (c->nr_tests != 1 || c->tests[0].nr_metrics != 1)
		abort();
	return c->tests[0].metrics[0].outcome;
}

static enum compare_outcome of(enum stats_metric m, double a, double b)
{
	FIXTURE_DATA(pair)
	self = { .opts = { .threshold = -1, .fail_threshold = 1 } };
	enum compare_outcome o;

	add(&self, A, m, a);
	add(&self, B, m, b);
	o = outcome(&self);
	compare_free(&self.c);
	stats_set_free(&self.set[A]);
	stats_set_free(&self.set[B]);
	return o;
}

TEST(both_gates_must_be_passed)
{
	/* 50 us, 25 % */
	EXPECT_EQ(of(STATS_WORST_P99_WAKE, 100, 160), COMPARE_WORSE);
	EXPECT_EQ(of(STATS_WORST_P99_WAKE, 100, 149), COMPARE_SAME);
	EXPECT_EQ(of(STATS_WORST_P99_WAKE, 1000, 1100), COMPARE_SAME);
	EXPECT_EQ(of(STATS_WORST_P99_WAKE, 200, 250), COMPARE_WORSE);
	EXPECT_EQ(of(STATS_WORST_P99_WAKE, 160, 100), COMPARE_BETTER);
	EXPECT_EQ(of(STATS_WORST_P99_WAKE, 100, 100), COMPARE_SAME);
	/* 2, 10 %, and more is better */
	EXPECT_EQ(of(STATS_ITERATIONS, 1000, 850), COMPARE_WORSE);
	EXPECT_EQ(of(STATS_ITERATIONS, 1000, 950), COMPARE_SAME);
	EXPECT_EQ(of(STATS_ITERATIONS, 10, 8.5), COMPARE_SAME);
	EXPECT_EQ(of(STATS_ITERATIONS, 1000, 1150), COMPARE_BETTER);
}

TEST(from_and_to_nothing)
{
	EXPECT_EQ(of(STATS_STUCK, 0, 1), COMPARE_WORSE);
	EXPECT_EQ(of(STATS_STUCK, 0, 0.5), COMPARE_SAME);
	EXPECT_EQ(of(STATS_STUCK, 0, 0), COMPARE_SAME);
	EXPECT_EQ(of(STATS_STUCK, 3, 0), COMPARE_BETTER);
	EXPECT_EQ(of(STATS_ITERATIONS, 1000, 0), COMPARE_WORSE);
}

TEST_F(pair, counters_are_scaled_to_the_length_of_a)
{
	struct compare_metric *m;

	add(self, A, STATS_ITERATIONS, 1000)->span_s[STATS_ITERATIONS] = 1;
	add(self, B, STATS_ITERATIONS, 3000)->span_s[STATS_ITERATIONS] = 3;
	EXPECT_EQ(outcome(self), COMPARE_SAME);
	m = &self->c.tests[0].metrics[0];
	EXPECT_EQ(m->a.mean, 1000);
	EXPECT_EQ(m->b.mean, 1000);
	self->set[B].run[0].value[STATS_ITERATIONS] = 1500;
	EXPECT_EQ(outcome(self), COMPARE_WORSE);
	EXPECT_EQ(self->c.tests[0].metrics[0].b.mean, 500);
}

/* A peak does not grow with time, and a length that is not known scales nothing. */
TEST_F(pair, others_are_not)
{
	add(self, A, STATS_WORST_GAP, 100)->span_s[STATS_WORST_GAP] = 1;
	add(self, B, STATS_WORST_GAP, 900)->span_s[STATS_WORST_GAP] = 9;
	EXPECT_EQ(outcome(self), COMPARE_WORSE);
	stats_set_free(&self->set[A]);
	stats_set_free(&self->set[B]);
	add(self, A, STATS_ITERATIONS, 1000)->span_s[STATS_ITERATIONS] = 1;
	add(self, B, STATS_ITERATIONS, 500);
	EXPECT_EQ(outcome(self), COMPARE_WORSE);
	EXPECT_EQ(self->c.tests[0].metrics[0].b.mean, 500);
}

TEST_F(pair, noise_is_no_regression)
{
	static const double a[] = { 100, 400, 150, 350 }, b[] = { 380, 120, 500, 390 };
	struct compare_metric *m;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(a); i++) {
		add(self, A, STATS_WORST_P99_WAKE, a[i]);
		add(self, B, STATS_WORST_P99_WAKE, b[i]);
	}
	EXPECT_EQ(outcome(self), COMPARE_SAME);
	m = &self->c.tests[0].metrics[0];
	EXPECT_GT(m->rel, 0.25);
	EXPECT_GT(m->delta, 50);
	EXPECT_GT(m->p, WELCH_ALPHA);
	EXPECT_FALSE(m->disjoint);
	EXPECT_EQ(m->a.median, 250);
	EXPECT_EQ(m->a.n, 4);
}

TEST_F(pair, more_than_noise_is)
{
	static const double a[] = { 100, 140, 120, 130, 125, 118 };
	static const double b[] = { 190, 138, 210, 205, 195, 201 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(a); i++) {
		add(self, A, STATS_WORST_P99_WAKE, a[i]);
		add(self, B, STATS_WORST_P99_WAKE, b[i]);
	}
	EXPECT_EQ(outcome(self), COMPARE_WORSE);
	EXPECT_LT(self->c.tests[0].metrics[0].p, WELCH_ALPHA);
	EXPECT_FALSE(self->c.tests[0].metrics[0].disjoint);
}

/* Too few for the t test, but no run of one side is like the other's. */
TEST_F(pair, bands_apart_are)
{
	add(self, A, STATS_WORST_P99_WAKE, 100);
	add(self, A, STATS_WORST_P99_WAKE, 200);
	add(self, B, STATS_WORST_P99_WAKE, 210);
	add(self, B, STATS_WORST_P99_WAKE, 390);
	EXPECT_EQ(outcome(self), COMPARE_WORSE);
	EXPECT_GT(self->c.tests[0].metrics[0].p, WELCH_ALPHA);
	EXPECT_TRUE(self->c.tests[0].metrics[0].disjoint);
}

/* Steady figures differ for sure, and by too little. */
TEST_F(pair, significance_alone_is_not_enough)
{
	static const double a[] = { 1000, 1001, 999 }, b[] = { 1040, 1041, 1039 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(a); i++) {
		add(self, A, STATS_WORST_P99_WAKE, a[i]);
		add(self, B, STATS_WORST_P99_WAKE, b[i]);
	}
	EXPECT_EQ(outcome(self), COMPARE_SAME);
	EXPECT_LT(self->c.tests[0].metrics[0].p, 0.001);
}

TEST_F(pair, one_run_knows_no_noise)
{
	add(self, A, STATS_WORST_P99_WAKE, 100);
	add(self, A, STATS_WORST_P99_WAKE, 300);
	add(self, B, STATS_WORST_P99_WAKE, 290);
	EXPECT_EQ(outcome(self), COMPARE_WORSE);
	EXPECT_TRUE(isnan(self->c.tests[0].metrics[0].p));
	EXPECT_FALSE(self->c.tests[0].metrics[0].disjoint);
}

TEST_F(pair, threshold_replaces_the_relative_gate)
{
	add(self, A, STATS_WORST_P99_WAKE, 1000);
	add(self, B, STATS_WORST_P99_WAKE, 1100);
	EXPECT_EQ(outcome(self), COMPARE_SAME);
	self->opts.threshold = 0.05;
	EXPECT_EQ(outcome(self), COMPARE_WORSE);
	EXPECT_EQ(self->c.tests[0].metrics[0].rel_gate, 0.05);
	self->opts.threshold = 0;
	self->set[B].run[0].value[STATS_WORST_P99_WAKE] = 1049;
	EXPECT_EQ(outcome(self), COMPARE_SAME);
}

TEST_F(pair, payloads_by_their_polarity)
{
	add_payload(add_test(self, A, "t"), 100, KTSTR_BETTER_HIGHER);
	add_payload(add_test(self, B, "t"), 60, KTSTR_BETTER_HIGHER);
	EXPECT_EQ(outcome(self), COMPARE_WORSE);
	EXPECT_STREQ(self->c.tests[0].metrics[0].info.name, "bench.rps");
	EXPECT_STREQ(self->c.tests[0].metrics[0].info.unit, "1/s");
	self->set[A].run[0].payload[0].better = KTSTR_BETTER_LOWER;
	EXPECT_EQ(outcome(self), COMPARE_BETTER);
	self->set[A].run[0].payload[0].better = KTSTR_BETTER_UNKNOWN;
	EXPECT_EQ(outcome(self), COMPARE_UNKNOWN);
	EXPECT_EQ(self->c.regressions, 0);
	EXPECT_EQ(self->c.status, COMPARE_OK);
}

TEST_F(pair, a_metric_of_one_side_is_not_judged)
{
	add(self, A, STATS_WORST_P99_WAKE, 100);
	add(self, B, STATS_WORST_GAP, 100);
	compare(self);
	ASSERT_EQ(self->c.nr_tests, 1);
	EXPECT_EQ(self->c.tests[0].nr_metrics, 2);
	EXPECT_EQ(self->c.compared, 0);
	EXPECT_EQ(self->c.regressions, 0);
	EXPECT_EQ(self->c.status, COMPARE_NOTHING);
}

/* A run that was cut short looks slow, or fast. */
TEST_F(pair, runs_that_did_not_pass_lend_no_figures)
{
	add(self, A, STATS_ITERATIONS, 1000);
	add(self, A, STATS_ITERATIONS, 1)->verdict = KTSTR_INCONCLUSIVE;
	add(self, B, STATS_ITERATIONS, 1000);
	EXPECT_EQ(outcome(self), COMPARE_SAME);
	EXPECT_EQ(self->c.tests[0].metrics[0].a.n, 1);
	EXPECT_EQ(self->c.tests[0].nr[A], 2);
}

static enum ktstr_verdict verdict_of(char c)
{
	switch (c) {
	case 'p':
		return KTSTR_PASS;
	case 'f':
		return KTSTR_FAIL;
	case 's':
		return KTSTR_SKIP;
	default:
		return KTSTR_INCONCLUSIVE;
	}
}

static void add_verdicts(FIXTURE_DATA(pair) * self, int side, const char *letters)
{
	stats_set_free(&self->set[side]);
	for (; *letters; letters++)
		add(self, side, STATS_WORST_GAP, 10)->verdict = verdict_of(*letters);
}

static enum compare_outcome verdict(FIXTURE_DATA(pair) * self, const char *a, const char *b)
{
	add_verdicts(self, A, a);
	add_verdicts(self, B, b);
	return compare(self)->tests[0].verdict;
}

TEST_F(pair, failures_are_regressions)
{
	EXPECT_EQ(verdict(self, "p", "f"), COMPARE_WORSE);
	EXPECT_EQ(self->c.status, COMPARE_REGRESSED);
	EXPECT_EQ(self->c.verdict_regressions, 1);
	EXPECT_EQ(verdict(self, "f", "p"), COMPARE_BETTER);
	EXPECT_EQ(verdict(self, "p", "p"), COMPARE_SAME);
	EXPECT_EQ(self->c.status, COMPARE_OK);
	EXPECT_EQ(verdict(self, "f", "f"), COMPARE_SAME);
	EXPECT_EQ(self->c.status, COMPARE_NOTHING);
	EXPECT_EQ(verdict(self, "ppp", "ppf"), COMPARE_WORSE);
	EXPECT_EQ(verdict(self, "ppf", "pff"), COMPARE_SAME);
	EXPECT_EQ(verdict(self, "ppf", "fff"), COMPARE_WORSE);
	EXPECT_EQ(verdict(self, "pff", "ppp"), COMPARE_BETTER);
	EXPECT_EQ(verdict(self, "fff", "pff"), COMPARE_BETTER);
}

TEST_F(pair, verdicts_do_not_count_towards_the_threshold)
{
	self->opts.fail_threshold = 1000;
	EXPECT_EQ(verdict(self, "p", "f"), COMPARE_WORSE);
	EXPECT_EQ(self->c.status, COMPARE_REGRESSED);
}

TEST_F(pair, no_verdict_is_neither)
{
	EXPECT_EQ(verdict(self, "p", "i"), COMPARE_UNKNOWN);
	EXPECT_TRUE(self->c.tests[0].no_verdict);
	EXPECT_EQ(self->c.missing, 1);
	EXPECT_EQ(self->c.status, COMPARE_NOTHING);
	EXPECT_EQ(verdict(self, "p", "s"), COMPARE_UNKNOWN);
	EXPECT_EQ(verdict(self, "s", "p"), COMPARE_UNKNOWN);
	EXPECT_EQ(self->c.missing, 0);
	EXPECT_EQ(verdict(self, "pi", "ip"), COMPARE_SAME);
	self->opts.strict = true;
	EXPECT_EQ(verdict(self, "p", "i"), COMPARE_UNKNOWN);
	EXPECT_EQ(self->c.status, COMPARE_REGRESSED);
}

TEST_F(pair, missing_tests_count_when_strict)
{
	add(self, A, STATS_WORST_GAP, 10);
	add(self, B, STATS_WORST_GAP, 10);
	add_test(self, A, "gone");
	add_test(self, B, "new");
	compare(self);
	EXPECT_EQ(self->c.nr_tests, 3);
	EXPECT_EQ(self->c.both, 1);
	EXPECT_EQ(self->c.missing, 1);
	EXPECT_EQ(self->c.added, 1);
	EXPECT_EQ(self->c.status, COMPARE_OK);
	EXPECT_STREQ(self->c.tests[0].test, "steady");
	EXPECT_STREQ(self->c.tests[1].test, "gone");
	EXPECT_STREQ(self->c.tests[2].test, "new");
	self->opts.strict = true;
	EXPECT_EQ(compare(self)->status, COMPARE_REGRESSED);
}

TEST_F(pair, other_machines_and_schedulers_are_other_tests)
{
	struct stats_run *run;

	add(self, A, STATS_WORST_GAP, 10);
	run = add(self, B, STATS_WORST_GAP, 9000);
	free(run->topology);
	run->topology = strdup("1n2l2c1t");
	run = add(self, B, STATS_WORST_GAP, 9000);
	free(run->scheduler);
	run->scheduler = strdup("EEVDF");
	compare(self);
	EXPECT_EQ(self->c.nr_tests, 3);
	EXPECT_EQ(self->c.both, 0);
	EXPECT_EQ(self->c.status, COMPARE_NOTHING);
}

TEST_F(pair, empty_sets)
{
	EXPECT_EQ(compare(self)->status, COMPARE_NOTHING);
	add(self, B, STATS_WORST_GAP, 10);
	EXPECT_EQ(compare(self)->status, COMPARE_NOTHING);
	EXPECT_EQ(self->c.added, 1);
}

TEST_F(pair, fail_threshold_and_must_fail)
{
	add(self, A, STATS_WORST_GAP, 100)->value[STATS_STUCK] = 0;
	add(self, B, STATS_WORST_GAP, 900)->value[STATS_STUCK] = 0;
	EXPECT_EQ(compare(self)->status, COMPARE_REGRESSED);
	EXPECT_EQ(self->c.regressions, 1);
	self->opts.fail_threshold = 2;
	EXPECT_EQ(compare(self)->status, COMPARE_OK);
	self->set[B].run[0].value[STATS_STUCK] = 9;
	EXPECT_EQ(compare(self)->status, COMPARE_REGRESSED);
	self->opts.fail_threshold = 3;
	EXPECT_EQ(compare(self)->status, COMPARE_OK);
	strv_add(&self->opts.must_fail, "stuck_count");
	EXPECT_EQ(compare(self)->status, COMPARE_REGRESSED);
	EXPECT_EQ(self->c.must_fail, 1);
}

TEST_F(pair, only_some_metrics)
{
	add(self, A, STATS_WORST_GAP, 100)->value[STATS_STUCK] = 0;
	add(self, B, STATS_WORST_GAP, 900)->value[STATS_STUCK] = 0;
	strv_add(&self->opts.metrics, "stuck_count");
	EXPECT_EQ(compare(self)->status, COMPARE_OK);
	EXPECT_EQ(self->c.compared, 1);
	strv_add(&self->opts.must_fail, "worst_gap_ms");
	EXPECT_EQ(compare(self)->status, COMPARE_REGRESSED);
}

/* A gate that could not be looked at has not been passed. */
TEST_F(pair, what_was_asked_for_must_be_there)
{
	char line[200];

	add(self, A, STATS_WORST_GAP, 100);
	add(self, B, STATS_WORST_GAP, 100);
	EXPECT_EQ(compare(self)->status, COMPARE_OK);
	strv_add(&self->opts.must_fail, "worst_p99_wake");
	EXPECT_EQ(compare(self)->status, COMPARE_NOTHING);
	compare_conclusion(&self->c, 1, line, sizeof(line));
	EXPECT_NE(strstr(line, "no test has worst_p99_wake on both sides"), NULL);
}

TEST_F(pair, emulated_on_one_side_only)
{
	const char *why;

	add(self, A, STATS_WORST_GAP, 100);
	add(self, B, STATS_WORST_GAP, 900)->emulated = true;
	compare(self);
	why = self->c.tests[0].not_comparable;
	EXPECT_NE(strstr(why, "0 of 1 runs of A were emulated, 1 of 1 of B"), NULL)
	TH_LOG("%s", why);
	EXPECT_EQ(self->c.tests[0].metrics[0].outcome, COMPARE_UNKNOWN);
	EXPECT_EQ(self->c.status, COMPARE_NOTHING);
	self->set[A].run[0].emulated = true;
	EXPECT_EQ(compare(self)->status, COMPARE_REGRESSED);
	EXPECT_STREQ(self->c.tests[0].not_comparable, "");
	EXPECT_NE(strstr(self->c.tests[0].warning, "emulated on both sides"), NULL);
}

/* That it fails there is told all the same. */
TEST_F(pair, verdicts_of_other_machines_count)
{
	add(self, A, STATS_WORST_GAP, 100);
	add(self, B, STATS_WORST_GAP, 100)->emulated = true;
	add(self, B, STATS_WORST_GAP, 100)->verdict = KTSTR_FAIL;
	EXPECT_EQ(compare(self)->status, COMPARE_REGRESSED);
	EXPECT_NE(self->c.tests[0].not_comparable[0], '\0');
}

TEST_F(pair, too_few_cpus)
{
	add(self, A, STATS_WORST_GAP, 100)->cpu_budget = 2;
	add(self, B, STATS_WORST_GAP, 900)->cpu_budget = 1.5;
	compare(self);
	EXPECT_NE(strstr(self->c.tests[0].not_comparable, "1 of 1 of B (1.5 for 2 vCPUs)"), NULL)
	TH_LOG("%s", self->c.tests[0].not_comparable);
	EXPECT_EQ(self->c.regressions, 0);
	self->set[A].run[0].cpu_budget = 1.5;
	EXPECT_EQ(compare(self)->status, COMPARE_REGRESSED);
	EXPECT_NE(strstr(self->c.tests[0].warning, "1.5 CPUs for 2 vCPUs"), NULL);
}

TEST_F(pair, a_host_in_the_way)
{
	const struct compare_test *t;

	add(self, A, STATS_WORST_GAP, 100)->dilation = 1.1;
	add(self, B, STATS_WORST_GAP, 900)->dilation = 1.5;
	EXPECT_EQ(compare(self)->status, COMPARE_REGRESSED);
	EXPECT_STREQ(self->c.tests[0].warning, "");
	self->set[B].run[0].dilation = 2;
	EXPECT_EQ(compare(self)->status, COMPARE_NOTHING);
	t = &self->c.tests[0];
	EXPECT_NE(strstr(t->not_comparable, "2.00 times as long in all runs of B"), NULL)
	TH_LOG("%s", t->not_comparable);
	EXPECT_EQ(t->verdict, COMPARE_SAME);
	self->opts.force = true;
	EXPECT_EQ(compare(self)->status, COMPARE_REGRESSED);
	t = &self->c.tests[0];
	EXPECT_NE(strstr(t->warning, "up to 2.00 times as long: waits are the host's"), NULL)
	TH_LOG("%s", t->warning);
}

TEST_F(pair, some_runs_with_the_host_in_the_way)
{
	add(self, A, STATS_WORST_GAP, 100);
	add(self, B, STATS_WORST_GAP, 100)->dilation = 1.2;
	add(self, B, STATS_WORST_GAP, 9000)->dilation = 3;
	EXPECT_EQ(outcome(self), COMPARE_SAME);
	EXPECT_EQ(self->c.tests[0].nr[B], 2);
	EXPECT_EQ(self->c.tests[0].metrics[0].b.n, 1);
	EXPECT_NE(strstr(self->c.tests[0].warning, "0 runs of A and 1 of B are left out"), NULL)
	TH_LOG("%s", self->c.tests[0].warning);
}

TEST_F(pair, force_compares_other_machines)
{
	add(self, A, STATS_WORST_GAP, 100);
	add(self, B, STATS_WORST_GAP, 900)->emulated = true;
	self->opts.force = true;
	EXPECT_EQ(compare(self)->status, COMPARE_REGRESSED);
	EXPECT_STREQ(self->c.tests[0].not_comparable, "");
	EXPECT_NE(strstr(self->c.tests[0].warning, "1 of 1 of B"), NULL);
}

TEST_F(pair, worst_first)
{
	struct stats_run *run;
	struct compare *c;

	add_test(self, A, "a_same")->value[STATS_WORST_GAP] = 1000;
	add_test(self, B, "a_same")->value[STATS_WORST_GAP] = 1000;
	add_test(self, A, "b_better")->value[STATS_WORST_GAP] = 9000;
	add_test(self, B, "b_better")->value[STATS_WORST_GAP] = 1000;
	add_test(self, A, "c_worse")->value[STATS_WORST_GAP] = 1000;
	add_test(self, B, "c_worse")->value[STATS_WORST_GAP] = 2000;
	run = add_test(self, A, "d_worst");
	run->value[STATS_WORST_GAP] = 1000;
	run->value[STATS_STUCK] = 1;
	run->value[STATS_IMBALANCE] = 9;
	run->value[STATS_DSQ_DEPTH] = 5;
	run = add_test(self, B, "d_worst");
	run->value[STATS_WORST_GAP] = 2000;
	run->value[STATS_STUCK] = 50;
	run->value[STATS_IMBALANCE] = 1;
	run->value[STATS_DSQ_DEPTH] = 5;
	add_test(self, A, "e_fails")->value[STATS_WORST_GAP] = 1000;
	add_test(self, B, "e_fails")->verdict = KTSTR_FAIL;
	c = compare(self);
	ASSERT_EQ(c->nr_tests, 5);
	EXPECT_STREQ(c->tests[0].test, "e_fails");
	EXPECT_STREQ(c->tests[1].test, "d_worst");
	EXPECT_STREQ(c->tests[2].test, "c_worse");
	EXPECT_STREQ(c->tests[3].test, "b_better");
	EXPECT_STREQ(c->tests[4].test, "a_same");
	ASSERT_EQ(c->tests[1].nr_metrics, 4);
	EXPECT_STREQ(c->tests[1].metrics[0].info.name, "stuck_count");
	EXPECT_STREQ(c->tests[1].metrics[1].info.name, "worst_gap_ms");
	EXPECT_STREQ(c->tests[1].metrics[2].info.name, "max_imbalance_ratio");
	EXPECT_STREQ(c->tests[1].metrics[3].info.name, "max_dsq_depth");
	EXPECT_EQ(c->regressions, 3);
	EXPECT_EQ(c->improvements, 2);
}

TEST_HARNESS_MAIN
