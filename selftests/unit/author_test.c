// SPDX-License-Identifier: GPL-2.0-only
/* selftests/ktstr_variant.h: what the harness gets to know of variants */
#include "selftests/ktstr_variant.h"

#define TESTS 2

FIXTURE(author)
{
	struct __fixture_metadata fixture;
	struct __test_metadata tests[TESTS];
	struct test_fixture f;
};

/* A fixture with two tests, as the macros of the harness would have left it. */
FIXTURE_SETUP(author)
{
	static const char *const names[TESTS] = { "first", "second" };
	size_t i;

	unsetenv(KTSTR_MAX_VCPUS_ENV);
	unsetenv(BUDGET_ENV);
	unsetenv(EMULATED_ENV);
	self->fixture.name = "load";
	self->f.fixture = &self->fixture;
	for (i = 0; i < TESTS; i++) {
		self->tests[i].name = names[i];
		self->tests[i].fixture = &self->fixture;
		self->tests[i].next = i + 1 < TESTS ? &self->tests[i + 1] : NULL;
	}
	self->fixture.tests = self->tests;
	test_fixture_add(&self->f);
}

FIXTURE_TEARDOWN(author)
{
	struct __fixture_variant_metadata *m = self->fixture.variant, *next;

	for (; m; m = next) {
		next = m->next;
		free((void *)m->data);
		free(m);
	}
	test_fixtures = NULL;
}

static const struct test_variant *data(const struct __fixture_variant_metadata *m)
{
	return m->data;
}

/* Tests of all variants that are not skipped. */
static u32 to_be_run(FIXTURE_DATA(author) * self)
{
	struct __fixture_variant_metadata *m;
	u32 nr = 0, i;

	for (m = self->fixture.variant; m; m = m->next)
		for (i = 0; i < TESTS; i++)
			nr += !test_variant_skip(&self->tests[i], data(m));
	return nr;
}

TEST_F(author, variants_are_in_the_order_of_the_presets)
{
	static const struct ktstr_variants v = { .presets = { .min_llcs = 2, .max_cpus = 9 } };
	struct __fixture_variant_metadata *m;

	self->f.variants = &v;
	test_variants_register();
	m = self->fixture.variant;
	ASSERT_NE(NULL, m);
	EXPECT_STREQ("tiny-2llc", m->name);
	EXPECT_STREQ("tiny-2llc", data(m)->topology);
	EXPECT_EQ(4, data(m)->cpus);
	ASSERT_NE(NULL, m->next);
	EXPECT_STREQ("odd-3llc", m->next->name);
	ASSERT_NE(NULL, m->next->next);
	EXPECT_STREQ("smt-2llc", m->next->next->name);
	EXPECT_EQ(NULL, m->next->next->next);
}

TEST_F(author, without_variants_there_is_one_without_a_name)
{
	test_variants_register();
	ASSERT_NE(NULL, self->fixture.variant);
	EXPECT_STREQ("", self->fixture.variant->name);
	EXPECT_EQ(NULL, data(self->fixture.variant)->topology);
	EXPECT_EQ(NULL, self->fixture.variant->next);
	EXPECT_EQ(TESTS, to_be_run(self));
}

TEST_F(author, what_is_too_large_is_skipped)
{
	static const struct ktstr_variants v = { .topologies = { "1n1l2c1t", "1n1l4c1t" } };
	struct __fixture_variant_metadata *m;

	setenv(KTSTR_MAX_VCPUS_ENV, "2", 1);
	self->f.variants = &v;
	test_variants_register();
	m = self->fixture.variant;
	EXPECT_EQ(NULL, test_variant_skip(self->tests, data(m)));
	EXPECT_STREQ(VARIANT_SKIP_CPUS, test_variant_skip(self->tests, data(m->next)));
}

TEST_F(author, a_budget_leaves_tests_out)
{
	static const struct ktstr_variants v = { .presets = { .max_cpus = PRESET_ANY } };
	char *argv[2] = { "load" };

	self->f.variants = &v;
	test_variants_register();
	EXPECT_EQ(TESTS * 15, to_be_run(self));
	setenv(BUDGET_ENV, "12", 1);
	test_budget_apply(1, argv);
	EXPECT_GT(to_be_run(self), 1);
	EXPECT_LT(to_be_run(self), TESTS * 15);
	ASSERT_NE(NULL, test_notice);
	EXPECT_EQ(0, strncmp(test_notice->text, "KTSTR_BUDGET_SECS: ", 19));
	EXPECT_NE(NULL, strstr(test_notice->text, "/30 tests"));
	EXPECT_TRUE(test_notice->said);
}

TEST_F(author, a_budget_is_for_what_is_asked_for)
{
	static const struct ktstr_variants v = { .topologies = { "1n1l2c1t", "1n1l4c1t" } };
	char *argv[4] = { "load", "-t", "second" };

	self->f.variants = &v;
	test_variants_register();
	setenv(BUDGET_ENV, "1000", 1);
	test_budget_apply(3, argv);
	ASSERT_NE(NULL, test_notice);
	EXPECT_NE(NULL, strstr(test_notice->text, " 2/2 tests"));
}

int main(int argc, char **argv)
{
	return test_harness_run(argc, argv);
}
