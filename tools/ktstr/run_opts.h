/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_RUN_OPTS_H
#define KTSTR_TOOLS_RUN_OPTS_H

#include "host/harness/ktstr_canned.h"
#include "lib/err.h"
#include "run_watch.h"

/**
 * struct run_opts - the command line of "ktstr run"
 * @test: what to run; its strings lie in argv, its ops in @watch
 * @scenario: what takes place, or NULL: spinning workers
 * @watch: what to watch, and when to take snapshots
 * @json: print JSON instead of the report
 * @help: print the usage, do nothing else
 *
 * Not to be copied or moved once it is filled in.
 */
struct run_opts {
	struct ktstr_test test;
	const struct ktstr_canned *scenario;
	struct run_watch watch;
	bool json;
	bool help;
};

/**
 * run_opts_parse() - read it
 * @argc: of main(), without its first element
 * @argv: likewise; argv[0] is "run"
 * @o: filled in
 * @err: names the option, the value and what is allowed
 *
 * Looks at nothing but the arguments.
 *
 * Return: 0, or -EINVAL.
 */
int run_opts_parse(int argc, char **argv, struct run_opts *o, struct ktstr_err *err);

#endif /* KTSTR_TOOLS_RUN_OPTS_H */
