/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_SHOW_OPTS_H
#define KTSTR_TOOLS_SHOW_OPTS_H

#include <stdbool.h>

#include "lib/err.h"

/**
 * struct show_opts - the command line
 * @file: the dump
 * @section: one section, or NULL
 * @path: one value, or NULL
 * @all: everything
 * @help: print the usage, do nothing else
 *
 * The strings are those of argv.
 */
struct show_opts {
	const char *file;
	const char *section;
	const char *path;
	bool all;
	bool help;
};

/**
 * show_opts_parse() - the command line of "ktstr show"
 * @argc: of @argv
 * @argv: ends with NULL; [0] is the command's name; put in order, options first
 * @o: filled in
 * @err: names the argument that is wrong
 *
 * Return: 0, or -EINVAL.
 */
int show_opts_parse(int argc, char **argv, struct show_opts *o, struct ktstr_err *err);

#endif /* KTSTR_TOOLS_SHOW_OPTS_H */
