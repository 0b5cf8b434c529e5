/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_COMPARE_REPORT_H
#define KTSTR_HOST_HARNESS_COMPARE_REPORT_H

/* A comparison for people and for programs. Any thread. */
#include <stdio.h>

#include "host/harness/compare.h"

/**
 * struct compare_look - how a comparison is shown
 * @name: what the user called A and B
 * @runs: how many of A and of B
 * @all: also metrics that did not change
 * @arrows: the terminal takes UTF-8; else '^' and 'v'
 * @fail_threshold: of struct compare_opts
 */
struct compare_look {
	const char *name[2];
	size_t runs[2];
	bool all;
	bool arrows;
	u32 fail_threshold;
};

/**
 * compare_print() - a table for each test, worst first, and what it comes to
 * @out: where to
 * @c: the comparison
 * @look: how
 */
void compare_print(FILE *out, const struct compare *c, const struct compare_look *look);

/**
 * compare_json() - all of it as one JSON object
 * @out: where to
 * @c: the comparison
 * @look: names and numbers of runs
 *
 * Return: 0, -ENOMEM, or -EIO when it cannot be written.
 */
int compare_json(FILE *out, const struct compare *c, const struct compare_look *look);

/**
 * compare_print_metrics() - the metrics there are, but those of payloads
 * @out: where to
 */
void compare_print_metrics(FILE *out);

/**
 * compare_json_metrics() - the same as one JSON array
 * @out: where to
 *
 * Return: as compare_json().
 */
int compare_json_metrics(FILE *out);

/**
 * compare_conclusion() - what it comes to, in words
 * @c: the comparison
 * @fail_threshold: of struct compare_opts
 * @buf: filled in, one line without its end
 * @room: bytes of @buf
 *
 * Return: @buf.
 */
const char *compare_conclusion(const struct compare *c, u32 fail_threshold, char *buf, size_t room);

#endif /* KTSTR_HOST_HARNESS_COMPARE_REPORT_H */
