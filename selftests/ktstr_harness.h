/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_KTSTR_HARNESS_H
#define SELFTESTS_KTSTR_HARNESS_H

/*
 * Instead of kselftest_harness.h: it brings that in, with result names that
 * every reader of TAP can take. The harness says "fixture.variant.test", but a
 * dot is not among [A-Za-z0-9_-], so its results go through
 * ktstr_test_result(), which makes "fixture-variant-test" of it.
 */
#include "ktstr_test.h"

#define ksft_test_result_code ktstr_test_result
#include "kselftest_harness.h"
#undef ksft_test_result_code

/* For FIXTURE_TEARDOWN(): what a failed test's run looked like, and an end to it. */
static inline void test_end(struct __test_metadata *_metadata, struct ktstr_result *res)
{
	if (!__test_passed(_metadata))
		test_report(res);
	ktstr_result_free(res);
}

#endif /* SELFTESTS_KTSTR_HARNESS_H */
