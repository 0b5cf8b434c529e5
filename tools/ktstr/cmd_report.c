// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "host/harness/html.h"
#include "lib/util.h"
#include "report_opts.h"

/* Of the command, beside EXIT_USAGE. */
#define EXIT_NO_REPORT 3

static const char report_usage[] =
	"usage: ktstr report [<option>...] DIR\n"
	"\n"
	"Makes one HTML page of the results that runs have left in DIR, or one directory\n"
	"down (--out DIR of 'ktstr run', KTSTR_OUT=DIR of test programs): an index, and of\n"
	"each run the queues of every CPU over time, latencies, checks, steps and cgroups.\n"
	"The page needs nothing but itself: no network, no scripts.\n"
	"\n"
	"  -o, --output FILE  where to; '-' is standard output (default: DIR/report.html)\n"
	"\n"
	"examples:\n"
	"  ktstr run --scheduler scx_simple --duration 3s --out d && ktstr report d\n"
	"  ktstr report -o today.html d\n"
	"\n"
	"exit status: 0, 3 there are no results or one cannot be read, 5 wrong usage\n";

static int write_page(const char *path, const char *title, const struct html_runs *runs,
		      struct ktstr_err *err)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int ret = f ? html_write(f, title, runs) : -ENOMEM;

	if (f && fclose(f))
		ret = -ENOMEM;
	if (!ret)
		ret = file_replace(AT_FDCWD, path, text, len);
	free(text);
	return ret ? ktstr_err_set(err, ret, "%.300s: %s", path, strerror(-ret)) : 0;
}

static int make(const struct report_opts *o, struct ktstr_err *err)
{
	struct html_runs runs = { 0 };
	char *path = NULL, title[256];
	int ret = html_runs_read(&runs, o->dir, err);

	report_opts_title(o, title, sizeof(title));
	if (!ret && !strcmp(o->output ?: "", "-")) {
		/* main() says when standard output does not take it */
		html_write(stdout, title, &runs);
	} else if (!ret) {
		path = report_opts_output(o);
		ret = path ? write_page(path, title, &runs, err) :
			     ktstr_err_set(err, -ENOMEM, "out of memory");
		if (!ret)
			printf("%s\n", path);
	}
	free(path);
	html_runs_free(&runs);
	return ret;
}

static int report_main(int argc, char **argv)
{
	struct ktstr_err err = { "" };
	struct report_opts o;

	if (report_opts_parse(argc - 1, argv + 1, &o, &err))
		return cmd_usage_error(&cmd_report, &err);
	if (o.help)
		return cmd_help(&cmd_report);
	if (!make(&o, &err))
		return 0;
	fprintf(stderr, "ktstr report: %s\n", err.msg);
	return EXIT_NO_REPORT;
}

const struct cmd cmd_report = {
	.name = "report",
	.brief = "make an HTML page of what runs have left",
	.usage = report_usage,
	.main = report_main,
};
