/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_INSPECT_OPTS_H
#define KTSTR_TOOLS_INSPECT_OPTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "host/inspect/query.h"
#include "lib/err.h"

/**
 * struct inspect_opts - the command line of "ktstr inspect"
 * @file: the saved guest, or NULL: a running one
 * @kernel: the kernel it ran, or NULL
 * @pid: of the run, 0 = the only one; counts without @file
 * @frozen: stop the guest for the walk; the same
 * @release: let the guest go on; the same
 * @json: print JSON
 * @help: print the usage, do nothing else
 * @about: the command to print the help of, or NULL
 * @q: what is asked, without @help and @release
 *
 * Strings lie in argv.
 */
struct inspect_opts {
	const char *file;
	const char *kernel;
	pid_t pid;
	bool frozen;
	bool release;
	bool json;
	bool help;
	const struct query_info *about;
	struct query q;
};

/**
 * inspect_opts_parse() - read it
 * @argc: of main(), without its first element
 * @argv: likewise; argv[0] is "inspect"; its elements may change their order
 * @o: filled in
 * @err: names the argument and what is allowed
 *
 * Looks at nothing but the arguments. Return: 0 or -EINVAL.
 */
int inspect_opts_parse(int argc, char **argv, struct inspect_opts *o, struct ktstr_err *err);

#endif /* KTSTR_TOOLS_INSPECT_OPTS_H */
