// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <linux/kernel.h>

#include "cmd.h"

static const struct cmd *const cmds[] = {
	&cmd_run,     &cmd_show,     &cmd_inspect, &cmd_report,
	&cmd_compare, &cmd_verifier, &cmd_list,	   &cmd_doctor,
};

static void print_commands(FILE *out)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		fprintf(out, "  %-10s %s\n", cmds[i]->name, cmds[i]->brief);
	fprintf(out, "  %-10s %s\n", "help", "explain a command");
}

static void print_usage(FILE *out)
{
	fputs("usage: ktstr <command> [<option>...]\n"
	      "       ktstr help [<command>], ktstr --version\n"
	      "\n"
	      "Tests schedulers: boots a kernel in a VM of its own, runs a scheduler and\n"
	      "load in it, and judges what happened from outside.\n"
	      "\n"
	      "commands:\n",
	      out);
	print_commands(out);
	fputs("\n"
	      "exit status: 0 pass, 1 fail, 2 inconclusive, 3 the machine or ktstr itself\n"
	      "failed, 4 skip, 5 wrong usage, 124 timed out in the emulated host, 128+N\n"
	      "ended by signal N\n",
	      out);
}

static const struct cmd *find_cmd(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		if (!strcmp(cmds[i]->name, name))
			return cmds[i];
	}
	fprintf(stderr, "ktstr: no command '%s'; there are:\n", name);
	print_commands(stderr);
	return NULL;
}

static int help_main(const char *name)
{
	const struct cmd *cmd;

	if (!name) {
		print_usage(stdout);
		return 0;
	}
	cmd = find_cmd(name);
	return cmd ? cmd_help(cmd) : EXIT_USAGE;
}

/* A verdict that could not be printed is not one. */
static int finish(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		perror("ktstr: standard output");
		return status ? status : 3;
	}
	return status;
}

int main(int argc, char **argv)
{
	const struct cmd *cmd;

	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("ktstr " KTSTR_VERSION);
		return finish(0);
	}
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return finish(help_main(argc > 2 ? argv[2] : NULL));
	cmd = find_cmd(argv[1]);
	return cmd ? finish(cmd->main(argc, argv)) : EXIT_USAGE;
}
