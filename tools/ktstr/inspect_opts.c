// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>

#include "cmd.h"
#include "inspect_opts.h"
#include "lib/number.h"
#include "lib/wire_inspect.h"

#define RUN_PREFIX "run:"

enum {
	OPT_KERNEL = 0x100,
	OPT_LIVE,
	OPT_FROZEN,
	OPT_JSON,
	OPT_HELP,
};

static const struct option inspect_options[] = {
	{ "kernel", required_argument, NULL, OPT_KERNEL }, { "live", no_argument, NULL, OPT_LIVE },
	{ "frozen", no_argument, NULL, OPT_FROZEN },	   { "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },	   { NULL },
};

static int parse_options(int argc, char **argv, struct inspect_opts *o, bool *live,
			 struct ktstr_err *err)
{
	int c;

	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, ":h", inspect_options, NULL)) != -1) {
		switch (c) {
		case OPT_KERNEL:
			o->kernel = optarg;
			break;
		case OPT_LIVE:
			*live = true;
			break;
		case OPT_FROZEN:
			o->frozen = true;
			break;
		case OPT_JSON:
			o->json = true;
			break;
		case OPT_HELP:
		case 'h':
			o->help = true;
			break;
		default:
			return cmd_bad_option(c, argv[optind - 1], err);
		}
	}
	return 0;
}

/* Wherever it stands among the words. */
static const struct query_info *find_topic(int argc, char **argv)
{
	const struct query_info *info = NULL;
	int i;

	for (i = 0; i < argc && !info; i++)
		info = query_find(argv[i], NULL);
	return info;
}

static int take_target(char *text, struct inspect_opts *o, bool *live, struct ktstr_err *err)
{
	struct ktstr_err why;
	u32 pid;

	if (strncmp(text, RUN_PREFIX, strlen(RUN_PREFIX)) != 0) {
		o->file = text;
		return 0;
	}
	*live = true;
	if (!number_parse(text + strlen(RUN_PREFIX), 1, INT_MAX, &pid, &why)) {
		o->pid = pid;
		return 0;
	}
	return ktstr_err_set(err, -EINVAL, "%.60s: %s", text, why.msg);
}

static int check(const struct inspect_opts *o, bool live, struct ktstr_err *err)
{
	if (live && o->kernel)
		return ktstr_err_set(err, -EINVAL, "--kernel is for a FILE: a run knows its own");
	if (!live && o->frozen)
		return ktstr_err_set(err, -EINVAL,
				     "--frozen is for a run: a saved guest stands still");
	if (o->release && (o->frozen || o->json))
		return ktstr_err_set(err, -EINVAL, "'" WIRE_INQ_RELEASE "' takes no options");
	return 0;
}

int inspect_opts_parse(int argc, char **argv, struct inspect_opts *o, struct ktstr_err *err)
{
	bool live = false;
	int ret;

	memset(o, 0, sizeof(*o));
	ret = parse_options(argc, argv, o, &live, err);
	argc -= optind;
	argv += optind;
	if (ret)
		return ret;
	if (o->help) {
		o->about = find_topic(argc, argv);
		return 0;
	}
	if (!live) {
		if (!argc)
			return ktstr_err_set(err, -EINVAL,
					     "name a FILE, or ask a run: --live or run:PID");
		ret = take_target(argv[0], o, &live, err);
		argc--;
		argv++;
	}
	o->release = live && argc == 1 && !strcmp(argv[0], WIRE_INQ_RELEASE);
	if (!ret)
		ret = check(o, live, err);
	if (!ret && !o->release)
		ret = query_parse(argc, (const char *const *)argv, &o->q, err);
	return ret;
}
