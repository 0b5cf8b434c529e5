/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_KTSTR_VARIANT_H
#define SELFTESTS_KTSTR_VARIANT_H

/*
 * Variants of fixtures that are not written out: struct ktstr_variants says which
 * there are, and before the harness runs they are registered as FIXTURE_VARIANT_ADD()
 * would have done. Part of ktstr_author.h.
 *
 * What a test is not made for is no variant of it, so the plan has no such test. What
 * it is made for and cannot have here and now is skipped, for a constant reason.
 */
#include "host/harness/budget.h"
#include "host/harness/ktstr_variants.h"
#include "ktstr_harness.h"
#include "lib/number.h"
#include "lib/util.h"

#define VARIANT_SKIP_CPUS   "more CPUs than KTSTR_MAX_VCPUS"
#define VARIANT_SKIP_BUDGET "not among those picked for KTSTR_BUDGET_SECS"
/* A bit each says which tests of a fixture are not picked. */
#define VARIANT_TESTS_MAX 64
/* No run of a program takes a week. */
#define VARIANT_BUDGET_MAX_S (7U * 24 * 60 * 60)

/**
 * struct test_variant - what the tests of a fixture see as "variant"
 * @topology: of the machine, for struct ktstr_test; NULL without variants
 * @scheduler: for struct ktstr_test; NULL = EEVDF
 * @name: of the variant, "" without variants
 * @topo: the machine
 * @cpus: its CPUs
 * @run_ms: about how long its workload takes
 * @too_large: for this host
 * @not_picked: tests of the fixture that the budget has left out, one bit each
 */
struct test_variant {
	const char *topology;
	const char *scheduler;
	const char *name;
	struct topology topo;
	u32 cpus;
	u32 run_ms;
	bool too_large;
	u64 not_picked;
};

/**
 * struct test_fixture - a fixture whose variants are to be registered
 * @fixture: the harness's
 * @variants: which there are; NULL = only one, without a name
 * @next: in the list of the program
 */
struct test_fixture {
	struct __fixture_metadata *fixture;
	const struct ktstr_variants *variants;
	struct test_fixture *next;
};

/**
 * struct test_choice - all tests of all variants that a budget has to choose among
 * @runs: what is known of each
 * @variants: of each
 * @bits: of each, which test of its fixture
 * @nr: how many
 * @schedulers: that were met, without EEVDF
 * @nr_schedulers: how many
 */
struct test_choice {
	struct budget_run *runs;
	struct test_variant **variants;
	u32 *bits;
	size_t nr;
	const char *schedulers[KTSTR_VARIANT_SCHEDULERS_MAX];
	u32 nr_schedulers;
};

/**
 * struct test_notice - what the first test says: no test may write before the plan
 * @said: it did
 * @text: what; "" = nothing
 */
struct test_notice {
	bool said;
	char text[256];
};

static struct test_fixture *test_fixtures;
/* The tests are processes of their own, so it is shared with them. */
static struct test_notice *test_notice;

static inline void test_fixture_add(struct test_fixture *f)
{
	f->next = test_fixtures;
	test_fixtures = f;
}

static inline void __noreturn test_no_memory(void)
{
	const struct ktstr_err err = { "no memory for the variants of the tests" };

	test_bail(&err);
}

static inline void test_variant_register(struct test_fixture *f, const struct ktstr_variant *k,
					 u32 max_cpus)
{
	static const struct ktstr_variant unnamed = { .cpus = 1, .topo = { 1, 1, 1, 1 } };
	struct __fixture_variant_metadata *m = calloc(1, sizeof(*m));
	struct test_variant *v = calloc(1, sizeof(*v));

	if (!m || !v)
		test_no_memory();
	k = k ?: &unnamed;
	v->topology = k->topology;
	v->scheduler = k->scheduler;
	v->name = k->name;
	v->topo = k->topo;
	v->cpus = k->cpus;
	v->run_ms = f->variants ? f->variants->run_ms : 0;
	v->run_ms = v->run_ms ?: KTSTR_DURATION_MS;
	v->too_large = max_cpus && v->cpus > max_cpus;
	m->name = v->name;
	m->data = v;
	__register_fixture_variant(f->fixture, m);
}

/* Where constructors run last to first, the harness puts what comes later in front. */
static inline void test_variants_of(struct test_fixture *f, u32 max_cpus)
{
	struct ktstr_err err = { "" }, why = { "" };
	struct ktstr_variant *k;
	size_t nr, i;

	if (!f->variants) {
		test_variant_register(f, NULL, 0);
		return;
	}
	if (ktstr_variants_make(f->variants, &k, &nr, &why)) {
		ktstr_err_set(&err, -EINVAL, "%s: %s", f->fixture->name, why.msg);
		test_bail(&err);
	}
	for (i = 0; i < nr; i++)
		test_variant_register(f, &k[__constructor_order_forward ? i : nr - 1 - i],
				      max_cpus);
}

/* Before the harness looks at what there is. */
static inline void test_variants_register(void)
{
	struct ktstr_err err = { "" };
	struct test_fixture *f;
	u32 max_cpus;

	if (ktstr_max_vcpus(&max_cpus, &err))
		test_bail(&err);
	for (f = test_fixtures; f; f = f->next)
		test_variants_of(f, max_cpus);
}

static inline u32 test_scheduler_nr(struct test_choice *c, const char *name)
{
	u32 i;

	if (!name)
		return 0;
	for (i = 0; i < c->nr_schedulers; i++)
		if (!strcmp(c->schedulers[i], name))
			return i + 1;
	if (i < ARRAY_SIZE(c->schedulers))
		c->schedulers[c->nr_schedulers++] = name;
	return i + 1;
}

static inline void test_choice_add(struct test_choice *c, struct test_variant *v, u32 test, u32 bit)
{
	const char *inside = getenv(EMULATED_ENV);
	struct budget_run *r = &c->runs[c->nr];

	r->covers = budget_covers(&v->topo, test_scheduler_nr(c, v->scheduler), test);
	r->ms = budget_estimate_ms(&v->topo, v->run_ms, inside && *inside);
	c->variants[c->nr] = v;
	c->bits[c->nr++] = bit;
}

static inline size_t test_count_all(const struct __fixture_metadata *f)
{
	const struct __fixture_variant_metadata *v;
	const struct __test_metadata *t;
	size_t variants = 0, tests = 0;

	for (v = f->variant; v; v = v->next)
		variants++;
	for (t = f->tests; t; t = t->next)
		tests++;
	return variants * tests;
}

/* Tests of one fixture, as far as they are asked for on the command line. */
static inline void test_choice_fixture(struct test_choice *c, struct __fixture_metadata *f,
				       u32 first_test, int argc, char **argv)
{
	struct __fixture_variant_metadata *m;
	struct __test_metadata *t;
	struct test_variant *v;
	u32 bit;

	for (m = f->variant; m; m = m->next) {
		v = (struct test_variant *)m->data;
		for (t = f->tests, bit = 0; t && bit < VARIANT_TESTS_MAX; t = t->next, bit++)
			if (!v->too_large && test_enabled(argc, argv, f, m, t))
				test_choice_add(c, v, first_test + bit, bit);
	}
}

static inline void test_choice_make(struct test_choice *c, int argc, char **argv)
{
	struct test_fixture *f;
	size_t max = 1, nr = 0;

	for (f = test_fixtures; f; f = f->next)
		max += test_count_all(f->fixture);
	c->runs = calloc(max, sizeof(*c->runs));
	c->variants = calloc(max, sizeof(struct test_variant *));
	c->bits = calloc(max, sizeof(*c->bits));
	if (!c->runs || !c->variants || !c->bits)
		test_no_memory();
	/* getopt(3) complains when the harness looks at the options, once is enough */
	opterr = 0;
	for (f = test_fixtures; f; f = f->next, nr += VARIANT_TESTS_MAX)
		test_choice_fixture(c, f->fixture, nr, argc, argv);
	opterr = 1;
	optind = 1;
}

static inline void test_choice_free(struct test_choice *c)
{
	free(c->runs);
	free(c->variants);
	free(c->bits);
}

static inline void test_notice_set(const char *what, const char *text)
{
	test_notice = mmap(NULL, sizeof(*test_notice), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (test_notice == MAP_FAILED)
		test_no_memory();
	snprintf(test_notice->text, sizeof(test_notice->text), "%s: %s", what, text);
}

/* $KTSTR_BUDGET_SECS: choose among what is asked for. */
static inline void test_budget_apply(int argc, char **argv)
{
	const char *secs = getenv(BUDGET_ENV);
	struct test_choice c = { 0 };
	struct ktstr_err err = { "" }, why = { "" };
	struct budget_sum sum;
	char text[200];
	u32 budget_s;
	size_t i;

	if (!secs || !*secs)
		return;
	if (number_parse(secs, 1, VARIANT_BUDGET_MAX_S, &budget_s, &why)) {
		ktstr_err_set(&err, -EINVAL, BUDGET_ENV ": %s", why.msg);
		test_bail(&err);
	}
	test_choice_make(&c, argc, argv);
	budget_pick(c.runs, c.nr, (u64)budget_s * 1000, &sum);
	for (i = 0; i < c.nr; i++)
		if (!c.runs[i].picked)
			c.variants[i]->not_picked |= 1ULL << c.bits[i];
	test_notice_set(BUDGET_ENV, budget_text(&sum, text, sizeof(text)));
	test_choice_free(&c);
}

/* Why a test is not run, or NULL. */
static inline const char *test_variant_skip(const struct __test_metadata *test,
					    const struct test_variant *v)
{
	const struct __test_metadata *t;
	u32 bit = 0;

	if (test_notice && !test_notice->said) {
		test_notice->said = true;
		ksft_print_msg("%s\n", test_notice->text);
	}
	if (v->too_large)
		return VARIANT_SKIP_CPUS;
	for (t = test->fixture->tests; t && t != test; t = t->next)
		bit++;
	return bit < VARIANT_TESTS_MAX && v->not_picked >> bit & 1 ? VARIANT_SKIP_BUDGET : NULL;
}

#endif /* SELFTESTS_KTSTR_VARIANT_H */
