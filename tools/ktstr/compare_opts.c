// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cmd.h"
#include "compare_opts.h"
#include "lib/number.h"

#define THRESHOLD_MAX	   10000.0
#define FAIL_THRESHOLD_MAX 1000000

static int bad_value(const char *option, const struct ktstr_err *why, struct ktstr_err *err)
{
	return ktstr_err_set(err, -EINVAL, "%s: %.400s", option, why->msg);
}

static int take_threshold(struct compare_opts *o, struct ktstr_err *err)
{
	struct ktstr_err why;
	double pct;

	if (decimal_parse(optarg, 0, THRESHOLD_MAX, &pct, &why))
		return bad_value("--threshold", &why, err);
	o->threshold = pct / 100;
	return 0;
}

static int take_fail_threshold(struct compare_opts *o, struct ktstr_err *err)
{
	struct ktstr_err why;

	if (number_parse(optarg, 1, FAIL_THRESHOLD_MAX, &o->fail_threshold, &why))
		return bad_value("--fail-threshold", &why, err);
	return 0;
}

static int take_name(struct strv *names, const char *option, struct ktstr_err *err)
{
	if (!optarg[0])
		return ktstr_err_set(err, -EINVAL, "%s needs the name of a metric", option);
	if (strv_add(names, optarg))
		return ktstr_err_set(err, -ENOMEM, "%s: out of memory", option);
	return 0;
}

static int take_option(int c, char **argv, struct compare_args *args, struct ktstr_err *err)
{
	switch (c) {
	case 't':
		return take_threshold(&args->opts, err);
	case 'f':
		return take_fail_threshold(&args->opts, err);
	case 'm':
		return take_name(&args->opts.metrics, "--metric", err);
	case 'M':
		return take_name(&args->opts.must_fail, "--must-fail", err);
	case 's':
		args->opts.strict = true;
		return 0;
	case 'F':
		args->opts.force = true;
		return 0;
	case 'a':
		args->all = true;
		return 0;
	case 'j':
		args->json = true;
		return 0;
	case 'l':
		args->task = COMPARE_TASK_LIST;
		return 0;
	case 'h':
		args->task = COMPARE_TASK_HELP;
		return 0;
	default:
		return cmd_bad_option(c, argv[optind - 1], err);
	}
}

static int take_places(int argc, char **argv, struct compare_args *args, struct ktstr_err *err)
{
	int want = args->task == COMPARE_TASK_COMPARE ? 2 : 0, have = argc - optind;

	if (have > want)
		return ktstr_err_set(err, -EINVAL, "unexpected argument '%.60s'",
				     argv[optind + want]);
	if (have < want)
		return ktstr_err_set(err, -EINVAL, "needs two directories of results, A and B");
	if (want) {
		args->place[0] = argv[optind];
		args->place[1] = argv[optind + 1];
	}
	return 0;
}

int compare_args_parse(int argc, char **argv, struct compare_args *args, struct ktstr_err *err)
{
	static const struct option options[] = {
		{ "threshold", required_argument, NULL, 't' },
		{ "fail-threshold", required_argument, NULL, 'f' },
		{ "metric", required_argument, NULL, 'm' },
		{ "must-fail", required_argument, NULL, 'M' },
		{ "strict", no_argument, NULL, 's' },
		{ "force", no_argument, NULL, 'F' },
		{ "all", no_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'j' },
		{ "list-metrics", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL },
	};
	int c, ret;

	memset(args, 0, sizeof(*args));
	args->opts.threshold = -1;
	args->opts.fail_threshold = 1;
	opterr = 0;
	optind = 0;
	/* Options may also stand behind A and B. */
	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		ret = take_option(c, argv, args, err);
		if (ret || args->task == COMPARE_TASK_HELP)
			return ret;
	}
	return take_places(argc, argv, args, err);
}

void compare_args_free(struct compare_args *args)
{
	strv_free(&args->opts.metrics);
	strv_free(&args->opts.must_fail);
}
