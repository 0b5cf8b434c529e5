/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_COMPARE_OPTS_H
#define KTSTR_TOOLS_COMPARE_OPTS_H

#include "host/harness/compare.h"
#include "lib/err.h"

/**
 * enum compare_task - what "ktstr compare" is asked to do
 * @COMPARE_TASK_COMPARE: compare
 * @COMPARE_TASK_LIST: list the metrics
 * @COMPARE_TASK_HELP: print the usage
 */
enum compare_task {
	COMPARE_TASK_COMPARE,
	COMPARE_TASK_LIST,
	COMPARE_TASK_HELP,
};

/**
 * struct compare_args - the command line of "ktstr compare"
 * @task: what to do; for all but COMPARE_TASK_COMPARE the rest may be empty
 * @opts: what counts
 * @place: A and B, in argv
 * @json: print JSON instead of the table
 * @all: also metrics that did not change
 */
struct compare_args {
	enum compare_task task;
	struct compare_opts opts;
	const char *place[2];
	bool json;
	bool all;
};

/**
 * compare_args_parse() - read it
 * @argc: of main(), without its first element
 * @argv: likewise; argv[0] is "compare"
 * @args: filled in; compare_args_free() it, also after a failure
 * @err: names the option, the value and what is allowed
 *
 * Looks at nothing but the arguments, so not at whether a metric exists.
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int compare_args_parse(int argc, char **argv, struct compare_args *args, struct ktstr_err *err);

/**
 * compare_args_free() - release it
 * @args: filled or half-filled
 */
void compare_args_free(struct compare_args *args);

#endif /* KTSTR_TOOLS_COMPARE_OPTS_H */
