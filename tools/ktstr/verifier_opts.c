// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <linux/kernel.h>

#include "cmd.h"
#include "lib/preset.h"
#include "verifier_opts.h"

static int add_once(struct strv *list, const char *option, const char *value, struct ktstr_err *err)
{
	if (!*value)
		return ktstr_err_set(err, -EINVAL, "%s: an empty value", option);
	if (strv_has(list, value))
		return 0;
	return strv_add(list, value) ? ktstr_err_set(err, -ENOMEM, "out of memory") : 0;
}

static int add_machine(struct verifier_opts *o, const char *name, const struct topology *topo,
		       struct ktstr_err *err)
{
	u32 i;

	for (i = 0; i < o->nr_machines; i++)
		if (!strcmp(o->machines[i].name, name))
			return 0;
	if (o->nr_machines == VERIFIER_MACHINES_MAX)
		return ktstr_err_set(err, -EINVAL, "more than %u presets and topologies",
				     VERIFIER_MACHINES_MAX);
	o->machines[o->nr_machines++] = (struct sweep_machine){ name, *topo };
	return 0;
}

static int take_preset(struct verifier_opts *o, const char *name, struct ktstr_err *err)
{
	struct ktstr_err why;
	const struct preset *p = preset_find(name, &why);

	if (!p)
		return ktstr_err_set(err, -EINVAL, "--preset: %.480s", why.msg);
	return add_machine(o, p->name, &p->topo, err);
}

static int take_topology(struct verifier_opts *o, const char *text, struct ktstr_err *err)
{
	struct topology topo;
	struct ktstr_err why;

	if (topology_parse(text, &topo, &why))
		return ktstr_err_set(err, -EINVAL, "--topology: %.400s", why.msg);
	return add_machine(o, text, &topo, err);
}

static int take_option(int c, char **argv, struct verifier_opts *o, struct ktstr_err *err)
{
	switch (c) {
	case 's':
		return add_once(&o->schedulers, "--scheduler", optarg, err);
	case 'k':
		return add_once(&o->kernels, "--kernel", optarg, err);
	case 'p':
		return take_preset(o, optarg, err);
	case 't':
		return take_topology(o, optarg, err);
	case 'o':
		o->out = optarg;
		return *optarg ? 0 : ktstr_err_set(err, -EINVAL, "--out: an empty value");
	case 'r':
		o->raw = true;
		return 0;
	case 'j':
		o->json = true;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	default:
		return cmd_bad_option(c, argv[optind - 1], err);
	}
}

/* Where nothing is said: small ones, with one LLC and with two. */
static int default_machines(struct verifier_opts *o, struct ktstr_err *err)
{
	int ret = take_preset(o, "tiny-1llc", err);

	return ret ?: take_preset(o, "tiny-2llc", err);
}

int verifier_opts_parse(int argc, char **argv, struct verifier_opts *o, struct ktstr_err *err)
{
	static const struct option options[] = {
		{ "scheduler", required_argument, NULL, 's' },
		{ "preset", required_argument, NULL, 'p' },
		{ "topology", required_argument, NULL, 't' },
		{ "kernel", required_argument, NULL, 'k' },
		{ "out", required_argument, NULL, 'o' },
		{ "raw", no_argument, NULL, 'r' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL },
	};
	int c, ret;

	memset(o, 0, sizeof(*o));
	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, "+:h", options, NULL)) != -1) {
		ret = take_option(c, argv, o, err);
		if (ret || o->help)
			return ret;
	}
	if (optind < argc)
		return ktstr_err_set(err, -EINVAL, "unexpected argument '%.60s'", argv[optind]);
	return o->nr_machines ? 0 : default_machines(o, err);
}

void verifier_opts_free(struct verifier_opts *o)
{
	strv_free(&o->schedulers);
	strv_free(&o->kernels);
}
