/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_NUMBER_H
#define KTSTR_LIB_NUMBER_H

/*
 * Numbers as a user writes them, on a command line or in the environment. A
 * text is a number from its first to its last character, or it is refused:
 * no signs, no spaces, no other bases, nothing that wraps around.
 */
#include <linux/types.h>
#include "lib/err.h"

/* What is longer than this was not meant. */
#define DURATION_MAX_MS (24U * 60 * 60 * 1000)

/**
 * number_parse() - read a whole number
 * @text: decimal digits
 * @min: the smallest that is allowed
 * @max: the largest
 * @value: filled in on success
 * @err: names @text and the range, or NULL
 *
 * Return: 0, -EINVAL when @text is no number, or -ERANGE.
 */
int number_parse(const char *text, u32 min, u32 max, u32 *value, struct ktstr_err *err);

/**
 * decimal_parse() - read a number that may have decimals
 * @text: digits, or digits, a point and digits
 * @min: the smallest that is allowed
 * @max: the largest
 * @value: filled in on success
 * @err: names @text and the range, or NULL
 *
 * Return: 0, -EINVAL when @text is no such number, or -ERANGE.
 */
int decimal_parse(const char *text, double min, double max, double *value, struct ktstr_err *err);

/**
 * duration_parse() - read a time span
 * @text: a whole number and its unit, "500ms", "3s" or "2m"
 * @min_ms: the shortest that is allowed
 * @ms: filled in on success, in milliseconds, at most DURATION_MAX_MS
 * @err: names @text and what is allowed, or NULL
 *
 * Return: 0, -EINVAL when @text is no time span, or -ERANGE.
 */
int duration_parse(const char *text, u32 min_ms, u32 *ms, struct ktstr_err *err);

#endif /* KTSTR_LIB_NUMBER_H */
