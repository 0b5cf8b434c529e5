// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "host/harness/result_files.h"
#include "lib/util.h"
#include "report_opts.h"

int report_opts_parse(int argc, char **argv, struct report_opts *o, struct ktstr_err *err)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL },
	};
	int c;

	memset(o, 0, sizeof(*o));
	opterr = 0;
	optind = 0;
	/* Options may also stand behind the directory. */
	while ((c = getopt_long(argc, argv, ":ho:", options, NULL)) != -1) {
		if (c == 'h')
			o->help = true;
		else if (c == 'o')
			o->output = optarg;
		else
			return cmd_bad_option(c, argv[optind - 1], err);
	}
	if (o->help)
		return 0;
	if (o->output && !*o->output)
		return ktstr_err_set(err, -EINVAL, "--output needs a file");
	if (optind == argc)
		return ktstr_err_set(err, -EINVAL, "which directory of results?");
	o->dir = argv[optind++];
	if (optind < argc)
		return ktstr_err_set(err, -EINVAL, "unexpected argument '%.60s'", argv[optind]);
	return 0;
}

char *report_opts_output(const struct report_opts *o)
{
	size_t len = strlen(o->dir), cut = strlen(RESULT_SUFFIX);
	char *path;
	int n;

	if (o->output)
		return strdup(o->output);
	while (len > 1 && o->dir[len - 1] == '/')
		len--;
	if (len > cut && !strncmp(o->dir + len - cut, RESULT_SUFFIX, cut))
		n = asprintf(&path, "%.*s.html", (int)(len - cut), o->dir);
	else
		n = asprintf(&path, "%.*s/report.html", (int)len, o->dir);
	return n < 0 ? NULL : path;
}

void report_opts_title(const struct report_opts *o, char *title, size_t len)
{
	size_t end = strlen(o->dir), from;

	while (end > 1 && o->dir[end - 1] == '/')
		end--;
	for (from = end; from && o->dir[from - 1] != '/'; from--)
		;
	snprintf(title, len, "%.*s", (int)min_t(size_t, end - from, len), o->dir + from);
}
