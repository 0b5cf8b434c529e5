// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cmd.h"
#include "show_opts.h"

static int take_option(int c, char **argv, struct show_opts *o, struct ktstr_err *err)
{
	switch (c) {
	case 'a':
		o->all = true;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	case 's':
		o->section = optarg;
		return 0;
	case 'p':
		o->path = optarg;
		return 0;
	default:
		return cmd_bad_option(c, argv[optind - 1], err);
	}
}

int show_opts_parse(int argc, char **argv, struct show_opts *o, struct ktstr_err *err)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "section", required_argument, NULL, 's' },
		{ "path", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL },
	};
	int c;

	memset(o, 0, sizeof(*o));
	opterr = 0;
	optind = 0;
	/* Options may also stand behind the file. */
	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1)
		if (take_option(c, argv, o, err))
			return -EINVAL;
	if (o->help)
		return 0;
	if (o->section && o->path)
		return ktstr_err_set(err, -EINVAL, "--section and --path do not go together");
	if (optind == argc)
		return ktstr_err_set(err, -EINVAL, "which dump?");
	o->file = argv[optind++];
	if (optind < argc)
		return ktstr_err_set(err, -EINVAL, "unexpected argument '%.60s'", argv[optind]);
	return 0;
}
