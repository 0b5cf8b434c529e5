/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_VERIFIER_OPTS_H
#define KTSTR_TOOLS_VERIFIER_OPTS_H

#include "host/harness/strv.h"
#include "host/harness/sweep.h"
#include "lib/err.h"

#define VERIFIER_MACHINES_MAX 64

/**
 * struct verifier_opts - the command line of "ktstr verifier"
 * @schedulers: names or paths, each once; empty = all there are
 * @kernels: paths, each once; empty = the one that is found
 * @machines: presets and topologies, each once; their names lie in argv
 * @nr_machines: at least one
 * @out: directory, or NULL
 * @raw: logs as they were
 * @json: print JSON
 * @help: print the usage, do nothing else
 */
struct verifier_opts {
	struct strv schedulers;
	struct strv kernels;
	struct sweep_machine machines[VERIFIER_MACHINES_MAX];
	u32 nr_machines;
	const char *out;
	bool raw;
	bool json;
	bool help;
};

/**
 * verifier_opts_parse() - read it
 * @argc: of main(), without its first element
 * @argv: likewise; argv[0] is "verifier"
 * @o: filled in; verifier_opts_free() it, also after a failure
 * @err: names the option, the value and what is allowed
 *
 * Looks at nothing but the arguments.
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int verifier_opts_parse(int argc, char **argv, struct verifier_opts *o, struct ktstr_err *err);

/**
 * verifier_opts_free() - release it
 * @o: filled or half-filled
 */
void verifier_opts_free(struct verifier_opts *o);

#endif /* KTSTR_TOOLS_VERIFIER_OPTS_H */
