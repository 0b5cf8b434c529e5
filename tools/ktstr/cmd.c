// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "cmd.h"

int cmd_help(const struct cmd *cmd)
{
	fputs(cmd->usage, stdout);
	return 0;
}

int cmd_usage_error(const struct cmd *cmd, const struct ktstr_err *err)
{
	fprintf(stderr, "ktstr %s: %s\n", cmd->name, err->msg);
	fprintf(stderr, "See 'ktstr %s --help'.\n", cmd->name);
	return EXIT_USAGE;
}

int cmd_bad_option(int c, const char *option, struct ktstr_err *err)
{
	if (c == ':')
		return ktstr_err_set(err, -EINVAL, "%.60s needs a value", option);
	return ktstr_err_set(err, -EINVAL, "no option '%.60s', or not one with a value", option);
}

int cmd_output_parse(int argc, char **argv, struct ktstr_err *err)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL },
	};
	int c, out = CMD_TEXT;

	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, "+:h", options, NULL)) != -1) {
		if (c == 'h')
			return CMD_HELP;
		if (c != 'j')
			return cmd_bad_option(c, argv[optind - 1], err);
		out = CMD_JSON;
	}
	if (optind < argc)
		return ktstr_err_set(err, -EINVAL, "unexpected argument '%.60s'", argv[optind]);
	return out;
}
