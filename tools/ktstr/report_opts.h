/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_REPORT_OPTS_H
#define KTSTR_TOOLS_REPORT_OPTS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

/**
 * struct report_opts - the command line of 'ktstr report'
 * @dir: with results
 * @output: file of the page, "-" = standard output, NULL = report.html in @dir
 * @help: print the usage, do nothing else
 */
struct report_opts {
	const char *dir;
	const char *output;
	bool help;
};

/**
 * report_opts_parse() - parse it
 * @argc: of main(), without its first element
 * @argv: likewise; argv[0] is the name of the command
 * @o: filled in; borrows from @argv
 * @err: names the argument that is wrong, or the one that is missing
 *
 * Return: 0 or -EINVAL.
 */
int report_opts_parse(int argc, char **argv, struct report_opts *o, struct ktstr_err *err);

/**
 * report_opts_output() - the file of the page
 * @o: the command line
 *
 * Beside a single result, "NAME.result.json", it is NAME.html.
 *
 * Return: its path, from malloc(3), or NULL without memory.
 */
char *report_opts_output(const struct report_opts *o);

/**
 * report_opts_title() - what the page is called
 * @o: the command line
 * @title: set to the last part of the directory's name
 * @len: size of @title
 */
void report_opts_title(const struct report_opts *o, char *title, size_t len);

#endif /* KTSTR_TOOLS_REPORT_OPTS_H */
