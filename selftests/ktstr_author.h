/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_KTSTR_AUTHOR_H
#define SELFTESTS_KTSTR_AUTHOR_H

/*
 * All that a file with tests includes (Documentation/writing-tests.rst):
 *
 *	#include "ktstr_author.h"
 *
 *	KTSTR_FIXTURE(load);
 *	KTSTR_PRESETS(load, .min_llcs = 2, .max_cpus = 8);
 *
 *	KTSTR_TEST(load, is_carried)
 *	{
 *		const struct ktstr_test test = {
 *			.topology = variant->topology,
 *			.scheduler = "scx_simple",
 *			.checks = { .not_stuck = 1 },
 *		};
 *
 *		KTSTR_RUN(&test);
 *		KTSTR_EXPECT_PASS(&self->res);
 *	}
 *
 *	KTSTR_MAIN
 *
 * Everything of kselftest_harness.h can be used beside it.
 */
#include "ktstr_harness.h"
#include "ktstr_variant.h"

/* A test may take so long: ktstr_run() ends by itself well before, with a verdict. */
#define KTSTR_TEST_TIMEOUT_S 600

/**
 * KTSTR_FIXTURE() - begin a group of tests
 * @type: its name
 *
 * Its tests see "self->res", the result of the test's run. When a test fails, the
 * whole report of its run is printed; then the result is released.
 */
#define KTSTR_FIXTURE(type)                                                                        \
	FIXTURE(type)                                                                              \
	{                                                                                          \
		struct ktstr_result res;                                                           \
	};                                                                                         \
	static struct test_fixture type##_test_fixture = { .fixture = &_##type##_fixture_object }; \
	static void __attribute__((constructor)) type##_test_fixture_add(void)                     \
	{                                                                                          \
		test_fixture_add(&type##_test_fixture);                                            \
	}                                                                                          \
	FIXTURE_SETUP(type)                                                                        \
	{                                                                                          \
		test_setup(_metadata, (const void *)variant);                                      \
	}                                                                                          \
	FIXTURE_TEARDOWN(type)                                                                     \
	{                                                                                          \
		test_end(_metadata, &self->res);                                                   \
	}                                                                                          \
	struct type##_ends_with_a_semicolon

/**
 * KTSTR_VARIANTS() - run every test of a group on many machines
 * @f: the group
 * @...: members of struct ktstr_variants
 *
 * The tests see "variant->topology" and "variant->scheduler", to be given to
 * struct ktstr_test, and "variant->cpus" (struct test_variant).
 */
#define KTSTR_VARIANTS(f, ...)                                                  \
	static const struct ktstr_variants f##_test_variants = { __VA_ARGS__ }; \
	static void __attribute__((constructor)) f##_test_variants_set(void)    \
	{                                                                       \
		f##_test_fixture.variants = &f##_test_variants;                 \
	}                                                                       \
	struct f##_variants_end_with_a_semicolon

/**
 * KTSTR_PRESETS() - run every test of a group on the presets within bounds
 * @f: the group
 * @...: members of struct preset_bounds, at least one
 */
#define KTSTR_PRESETS(f, ...) KTSTR_VARIANTS(f, .presets = { __VA_ARGS__ })

/**
 * KTSTR_TEST() - a test
 * @f: its group
 * @name: its name
 *
 * The body of a function follows, with "self" and "variant". It runs in a process of
 * its own, once for each variant.
 */
#define KTSTR_TEST(f, name) KTSTR_TEST_TIMEOUT(f, name, KTSTR_TEST_TIMEOUT_S)

/**
 * KTSTR_TEST_TIMEOUT() - a test that takes longer
 * @type: its group
 * @name: its name
 * @seconds: it is killed after so long
 */
#define KTSTR_TEST_TIMEOUT(type, name, seconds)                                            \
	static void type##_##name##_body(struct __test_metadata *_metadata,                \
					 FIXTURE_DATA(type) * self,                        \
					 const struct test_variant *variant);              \
	TEST_F_TIMEOUT(type, name, seconds)                                                \
	{                                                                                  \
		type##_##name##_body(_metadata, self, (const void *)variant);              \
	}                                                                                  \
	static void type##_##name##_body(struct __test_metadata __maybe_unused *_metadata, \
					 FIXTURE_DATA(type) __maybe_unused *self,          \
					 const struct test_variant __maybe_unused *variant)

/**
 * KTSTR_RUN() - boot a machine, do what a test says, and judge it
 * @test: struct ktstr_test; without a name, it gets that of this test
 *
 * In a KTSTR_TEST(). Says in one line what came of it, and leaves the rest to the
 * test: "self->res". A machine that cannot do this at all skips the test.
 */
#define KTSTR_RUN(test) test_run(_metadata, variant, (test), &self->res)

/**
 * KTSTR_EXPECT_PASS() - the run proved that all is well
 * @res: its result
 *
 * Anything else fails the test; what KTSTR_RUN() has said says why.
 */
#define KTSTR_EXPECT_PASS(res) KTSTR_EXPECT_VERDICT(KTSTR_PASS, res)

/**
 * KTSTR_EXPECT_VERDICT() - the run came to this
 * @expected: enum ktstr_verdict
 * @res: its result
 */
#define KTSTR_EXPECT_VERDICT(expected, res) \
	EXPECT_STREQ(ktstr_verdict_name(expected), ktstr_verdict_name((res)->verdict))

/**
 * KTSTR_MAIN - main() of a file with tests; the last line
 */
#define KTSTR_MAIN                           \
	int main(int argc, char **argv)      \
	{                                    \
		exit(test_main(argc, argv)); \
	}

/* A test of the harness's that skips ends: only its own function could return. */
static inline void test_skip(struct __test_metadata *_metadata, const char *why)
{
	SKIP(exit(KSFT_SKIP), "%s", why);
}

static inline void test_setup(struct __test_metadata *_metadata, const struct test_variant *variant)
{
	const char *why;

	ASSERT_NE(NULL, variant)
	{
		TH_LOG("the file does not end in KTSTR_MAIN");
	}
	why = test_variant_skip(_metadata, variant);
	if (why)
		test_skip(_metadata, why);
}

/* Without a name of its own, a run is called as its test: "load-tiny-1llc-is_carried". */
static inline void test_run(struct __test_metadata *_metadata, const struct test_variant *variant,
			    const struct ktstr_test *test, struct ktstr_result *res)
{
	struct ktstr_test named = *test;
	char name[256];

	snprintf(name, sizeof(name), "%s%s%s-%s", _metadata->fixture->name,
		 *variant->name ? "-" : "", variant->name, _metadata->name);
	named.name = test->name ?: name;
	ktstr_result_free(res);
	ktstr_run(&named, res);
	test_summary(res);
	if (res->verdict == KTSTR_SKIP)
		test_skip(_metadata, "a requirement of the test is not met");
}

static inline bool test_only_lists(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "-l") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

static inline int test_main(int argc, char **argv)
{
	test_variants_register();
	/* a list needs no machine */
	if (!test_only_lists(argc, argv)) {
		test_enter(argc, argv);
		test_budget_apply(argc, argv);
	}
	return test_harness_run(argc, argv);
}

#endif /* SELFTESTS_KTSTR_AUTHOR_H */
