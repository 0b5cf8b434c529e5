/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_SCX_ERROR_H
#define KTSTR_HOST_HARNESS_SCX_ERROR_H

/* The error that a test wants its scheduler to be ejected for. */
#include <stdbool.h>

#include "host/harness/ktstr.h"
#include "lib/err.h"

/**
 * scx_error_wanted() - is the scheduler to fail
 * @test: the test, or NULL
 *
 * Return: true with expect_scx_error or expect_scx_error_match.
 */
bool scx_error_wanted(const struct ktstr_test *test);

/**
 * scx_error_check() - can the expectation be met by some texts and not by all
 * @test: the test
 * @err: says why not, with the word of regcomp(3), or NULL
 *
 * Return: 0, -EINVAL for a pattern that is none, for a text or a pattern that
 * every error would match, or for a test without a scheduler, or -ENOMEM.
 */
int scx_error_check(const struct ktstr_test *test, struct ktstr_err *err);

/**
 * scx_error_matches() - is that the error
 * @test: passed scx_error_check()
 * @text: an error's text
 *
 * Return: true when @text meets everything that was asked for.
 */
bool scx_error_matches(const struct ktstr_test *test, const char *text);

#endif /* KTSTR_HOST_HARNESS_SCX_ERROR_H */
