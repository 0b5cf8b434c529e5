// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "compare_opts.h"
#include "host/harness/compare_report.h"
#include "host/harness/stats_json.h"
#include "terminal.h"

#define EXIT_NOT_READ 3

static const char compare_usage[] =
	"usage: ktstr compare [<option>...] A B\n"
	"       ktstr compare --list-metrics [--json]\n"
	"\n"
	"Holds results against each other: A's are the base, B's may have become worse.\n"
	"Both are directories with files *.result.json, in themselves or one directory\n"
	"further down, or several of them with ':' between. Runs of the same test, on the\n"
	"same topology, under a scheduler of the same name are compared; the kernel may\n"
	"be another one.\n"
	"\n"
	"A metric is worse when it changed by more than its absolute and its relative\n"
	"gate (--list-metrics) and, where both sides ran at least twice, by more than\n"
	"noise: Welch's t test says so at 5 %, or no run of one side is within the other\n"
	"side's. A test that failed and did not before is a regression whatever else.\n"
	"\n"
	"  --threshold PCT     relative gate of every metric, instead of its own\n"
	"  --metric NAME       compare this metric only; more than once for several\n"
	"  --must-fail NAME    one regression of this metric is enough; likewise\n"
	"  --fail-threshold N  so many regressions are enough; default: 1\n"
	"  --strict            so is a test that B lacks or has no verdict of\n"
	"  --force             judge also figures that the host is in, or that are of other\n"
	"                      machines\n"
	"  --all               show what did not change, too\n"
	"  --json              print the comparison as JSON\n"
	"  --list-metrics      name the metrics and their gates\n"
	"\n"
	"examples:\n"
	"  ktstr compare base patched\n"
	"  ktstr compare base/1:base/2:base/3 patched/1:patched/2:patched/3\n"
	"  ktstr compare --metric worst_p99_wake --threshold 10 base patched\n"
	"\n"
	"exit status: 0 no regression, 1 regressions, 2 nothing could be compared, or not\n"
	"every metric that was asked for, 3 a result cannot be read, 5 wrong usage\n";

static int check_names(const struct compare_args *args, const struct stats_set sets[2],
		       struct ktstr_err *err)
{
	const struct strv *lists[] = { &args->opts.metrics, &args->opts.must_fail };
	size_t i, k;
	int ret = 0;

	for (k = 0; k < 2; k++)
		for (i = 0; i < lists[k]->nr && !ret; i++)
			ret = stats_check_name(lists[k]->v[i], &sets[0], &sets[1], err);
	return ret;
}

static int show(const struct compare *c, const struct compare_args *args,
		const struct stats_set sets[2])
{
	struct compare_look look = {
		.name = { args->place[0], args->place[1] },
		.runs = { sets[0].nr, sets[1].nr },
		.all = args->all,
		.arrows = terminal_takes_utf8(),
		.fail_threshold = args->opts.fail_threshold,
	};

	if (!args->json)
		compare_print(stdout, c, &look);
	else if (compare_json(stdout, c, &look))
		return EXIT_NOT_READ;
	return c->status;
}

static int not_read(const struct ktstr_err *err)
{
	fprintf(stderr, "ktstr compare: %s\n", err->msg);
	return EXIT_NOT_READ;
}

static int compare(const struct compare_args *args, struct stats_set sets[2])
{
	struct ktstr_err err = { "" };
	struct compare c;
	int ret;
	u32 i;

	for (i = 0; i < 2; i++)
		if (stats_read(&sets[i], args->place[i], &err))
			return not_read(&err);
	if (check_names(args, sets, &err))
		return cmd_usage_error(&cmd_compare, &err);
	ret = compare_sets(&c, &sets[0], &sets[1], &args->opts);
	if (ret) {
		ktstr_err_set(&err, ret, "out of memory");
		ret = not_read(&err);
	} else {
		ret = show(&c, args, sets);
	}
	compare_free(&c);
	return ret;
}

static int list(const struct compare_args *args)
{
	if (args->json)
		return compare_json_metrics(stdout) ? EXIT_NOT_READ : 0;
	compare_print_metrics(stdout);
	return 0;
}

static int run(const struct compare_args *args)
{
	struct stats_set sets[2] = { 0 };
	int ret;

	if (args->task == COMPARE_TASK_HELP)
		return cmd_help(&cmd_compare);
	if (args->task == COMPARE_TASK_LIST)
		return list(args);
	ret = compare(args, sets);
	stats_set_free(&sets[0]);
	stats_set_free(&sets[1]);
	return ret;
}

static int compare_main(int argc, char **argv)
{
	struct compare_args args;
	struct ktstr_err err;
	int ret;

	if (compare_args_parse(argc - 1, argv + 1, &args, &err))
		ret = cmd_usage_error(&cmd_compare, &err);
	else
		ret = run(&args);
	compare_args_free(&args);
	return ret;
}

const struct cmd cmd_compare = {
	.name = "compare",
	.brief = "hold the results of runs against those of others",
	.usage = compare_usage,
	.main = compare_main,
};
