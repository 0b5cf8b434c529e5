// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <regex.h>
#include <string.h>

#include "scx_error.h"

bool scx_error_wanted(const struct ktstr_test *test)
{
	return test && (test->expect_scx_error || test->expect_scx_error_match);
}

static int compile(regex_t *re, const char *pattern, struct ktstr_err *err)
{
	int code = regcomp(re, pattern, REG_EXTENDED | REG_NOSUB);
	char why[128];

	if (!code)
		return 0;
	regerror(code, re, why, sizeof(why));
	return ktstr_err_set(err, code == REG_ESPACE ? -ENOMEM : -EINVAL,
			     "expect_scx_error_match \"%.200s\" is no extended regular expression: %s",
			     pattern, why);
}

static int check_pattern(const char *pattern, struct ktstr_err *err)
{
	regex_t re;
	int ret;

	ret = compile(&re, pattern, err);
	if (ret)
		return ret;
	if (!regexec(&re, "", 0, NULL, 0))
		ret = ktstr_err_set(err, -EINVAL,
				    "expect_scx_error_match \"%.200s\" matches the empty text, so any error would do: say what it must contain",
				    pattern);
	regfree(&re);
	return ret;
}

int scx_error_check(const struct ktstr_test *test, struct ktstr_err *err)
{
	if (!scx_error_wanted(test))
		return 0;
	if (test->expect_scx_error && !test->expect_scx_error[0])
		return ktstr_err_set(err, -EINVAL,
				     "expect_scx_error is empty, so any error would do: say what it must contain");
	if (!test->scheduler && !test->sched)
		return ktstr_err_set(err, -EINVAL,
				     "expect_scx_error and expect_scx_error_match are about a scheduler: name one");
	return test->expect_scx_error_match ? check_pattern(test->expect_scx_error_match, err) : 0;
}

bool scx_error_matches(const struct ktstr_test *test, const char *text)
{
	regex_t re;
	bool match;

	if (test->expect_scx_error && !strstr(text, test->expect_scx_error))
		return false;
	if (!test->expect_scx_error_match)
		return true;
	if (compile(&re, test->expect_scx_error_match, NULL))
		return false;
	match = !regexec(&re, text, 0, NULL, 0);
	regfree(&re);
	return match;
}
