// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <linux/kernel.h>

#include "cmd.h"
#include "lib/names.h"
#include "lib/number.h"
#include "run_monitor.h"
#include "run_opts.h"

#define RUN_MEM_MIB_MIN 128
#define RUN_MEM_MIB_MAX (1024U * 1024)
/* A run with less would end before its guest is up. */
#define RUN_TIMEOUT_MIN_MS 1000

enum {
	OPT_SCHEDULER = 0x100,
	OPT_SCENARIO,
	OPT_TOPOLOGY,
	OPT_DURATION,
	OPT_WORKERS,
	OPT_KERNEL,
	OPT_BOOT,
	OPT_NO_KASLR,
	OPT_MEMORY,
	OPT_TIMEOUT,
	OPT_EXPECT_OPS,
	OPT_CMDLINE,
	OPT_FAULT,
	OPT_FAULT_AFTER,
	OPT_WATCH,
	OPT_SNAPSHOT_AT,
	OPT_MONITOR,
	OPT_OUT,
	OPT_SAVE_MEMORY,
	OPT_HOLD,
	OPT_JSON,
	OPT_VERBOSE,
	OPT_HELP,
};

static const struct option run_options[] = {
	{ "scheduler", required_argument, NULL, OPT_SCHEDULER },
	{ "scenario", required_argument, NULL, OPT_SCENARIO },
	{ "topology", required_argument, NULL, OPT_TOPOLOGY },
	{ "duration", required_argument, NULL, OPT_DURATION },
	{ "workers", required_argument, NULL, OPT_WORKERS },
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "boot", required_argument, NULL, OPT_BOOT },
	{ "no-kaslr", no_argument, NULL, OPT_NO_KASLR },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "expect-ops", required_argument, NULL, OPT_EXPECT_OPS },
	{ "cmdline", required_argument, NULL, OPT_CMDLINE },
	{ "fault", required_argument, NULL, OPT_FAULT },
	{ "fault-after", required_argument, NULL, OPT_FAULT_AFTER },
	{ "watch", required_argument, NULL, OPT_WATCH },
	{ "snapshot-at", required_argument, NULL, OPT_SNAPSHOT_AT },
	{ "monitor", optional_argument, NULL, OPT_MONITOR },
	{ "out", required_argument, NULL, OPT_OUT },
	{ "save-memory", required_argument, NULL, OPT_SAVE_MEMORY },
	{ "hold", optional_argument, NULL, OPT_HOLD },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL },
};

static const char *const boot_names[] = {
	[KTSTR_BOOT_AUTO] = "auto",
	[KTSTR_BOOT_BZIMAGE] = "bzimage",
	[KTSTR_BOOT_VMLINUX] = "vmlinux",
};

static int parse_boot(const char *text, enum ktstr_boot *boot, struct ktstr_err *err)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(boot_names); i++) {
		if (!strcmp(text, boot_names[i])) {
			*boot = i;
			return 0;
		}
	}
	return ktstr_err_set(err, -EINVAL, "'%.40s' is not auto, bzimage or vmlinux", text);
}

static int parse_fault(const char *text, enum scenario_fault *fault, struct ktstr_err *err)
{
	struct names names;
	u32 i;

	names_init(&names, text);
	for (i = 0; i < SCENARIO_FAULT_NR; i++) {
		const char *name = scenario_fault_name(i);

		if (!strcmp(text, name)) {
			*fault = i;
			return 0;
		}
		names_add(&names, name);
	}
	return ktstr_err_set(err, -EINVAL, "no fault '%.40s'; %sthere are %s", text, names.hint,
			     names_list(&names));
}

static int parse_topology(const char *text, struct ktstr_test *test, struct ktstr_err *err)
{
	test->topology = text;
	return topology_parse(text, &test->topo, err);
}

static int parse_text(const char *text, const char **value, struct ktstr_err *err)
{
	if (!*text)
		return ktstr_err_set(err, -EINVAL, "an empty value");
	*value = text;
	return 0;
}

/* Options that take a value. */
static int parse_value(int c, const char *v, struct run_opts *o, struct ktstr_err *err)
{
	struct ktstr_test *test = &o->test;

	switch (c) {
	case OPT_SCHEDULER:
		return parse_text(v, &test->scheduler, err);
	case OPT_SCENARIO:
		o->scenario = ktstr_canned_find(v, err);
		return o->scenario ? 0 : -errno;
	case OPT_TOPOLOGY:
		return parse_topology(v, test, err);
	case OPT_DURATION:
		return duration_parse(v, 1, &test->duration_ms, err);
	case OPT_WORKERS:
		return number_parse(v, 1, SCENARIO_WORKERS_MAX, &test->workers, err);
	case OPT_KERNEL:
		return parse_text(v, &test->kernel, err);
	case OPT_BOOT:
		return parse_boot(v, &test->boot, err);
	case OPT_MEMORY:
		return number_parse(v, RUN_MEM_MIB_MIN, RUN_MEM_MIB_MAX, &test->mem_mib, err);
	case OPT_TIMEOUT:
		return duration_parse(v, RUN_TIMEOUT_MIN_MS, &test->timeout_ms, err);
	case OPT_EXPECT_OPS:
		return parse_text(v, &test->expect_ops, err);
	case OPT_CMDLINE:
		return parse_text(v, &test->extra_cmdline, err);
	case OPT_FAULT:
		return parse_fault(v, &test->fault, err);
	case OPT_FAULT_AFTER:
		return duration_parse(v, 0, &test->fault_after_ms, err);
	case OPT_WATCH:
		return run_watch_symbol(&o->watch, v, err);
	case OPT_SNAPSHOT_AT:
		return run_watch_snapshot(&o->watch, v, err);
	case OPT_MONITOR:
		return run_monitor_limits(v, &test->monitor, err);
	case OPT_OUT:
		return parse_text(v, &test->out_dir, err);
	case OPT_SAVE_MEMORY:
		return parse_text(v, &test->save_memory, err);
	case OPT_HOLD:
		test->hold_ms = KTSTR_HOLD_MAX_MS;
		return v ? duration_parse(v, 1, &test->hold_ms, err) : 0;
	}
	return ktstr_err_set(err, -EINVAL, "unknown option");
}

static int parse_option(int c, int index, const char *value, struct run_opts *o,
			struct ktstr_err *err)
{
	struct ktstr_err why;

	switch (c) {
	case OPT_NO_KASLR:
		o->test.no_kaslr = true;
		return 0;
	case OPT_VERBOSE:
		o->test.verbose = true;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_HELP:
	case 'h':
		o->help = true;
		return 0;
	}
	if (!parse_value(c, value, o, &why))
		return 0;
	return ktstr_err_set(err, -EINVAL, "--%s: %s", run_options[index].name, why.msg);
}

static int check_times(const struct run_opts *o, struct ktstr_err *err)
{
	u32 duration_ms = o->test.duration_ms ?: KTSTR_DURATION_MS;
	u32 i;

	for (i = 0; i < o->watch.nr; i++) {
		if (o->watch.ops[i].at_ms >= duration_ms)
			return ktstr_err_set(err, -EINVAL,
					     "--snapshot-at: %u ms is not before the end of the run; it lasts %u ms, or what --duration says",
					     o->watch.ops[i].at_ms, duration_ms);
	}
	return 0;
}

/* Where a scenario has steps, the workload is no longer one whole. */
static int check_scenario(const struct run_opts *o, struct ktstr_err *err)
{
	if (!o->scenario)
		return 0;
	if (o->test.workers)
		return ktstr_err_set(err, -EINVAL,
				     "--scenario and --workers exclude each other: %s has workers of its own",
				     o->scenario->name);
	if (o->scenario->steps && o->watch.nr)
		return ktstr_err_set(err, -EINVAL,
				     "--scenario %s has steps: --watch and --snapshot-at go with scenarios without, such as steady",
				     o->scenario->name);
	return 0;
}

/* What needs what. */
static int check(const struct run_opts *o, struct ktstr_err *err)
{
	const struct ktstr_test *t = &o->test;

	if (t->expect_ops && !t->scheduler)
		return ktstr_err_set(err, -EINVAL, "--expect-ops needs --scheduler");
	if (t->sched_args && !t->scheduler)
		return ktstr_err_set(err, -EINVAL,
				     "arguments behind -- are the scheduler's: name it with --scheduler");
	if (t->hold_ms && t->timeout_ms)
		return ktstr_err_set(err, -EINVAL,
				     "--hold and --timeout exclude each other: write --hold=TIME");
	if (t->fault_after_ms && t->fault == SCENARIO_FAULT_NONE)
		return ktstr_err_set(err, -EINVAL, "--fault-after needs --fault");
	if (t->fault == SCENARIO_FAULT_KILL_SCHED && !t->scheduler)
		return ktstr_err_set(err, -EINVAL, "--fault kill-sched needs --scheduler");
	return check_scenario(o, err) ?: check_times(o, err);
}

int run_opts_parse(int argc, char **argv, struct run_opts *o, struct ktstr_err *err)
{
	int c, index;

	memset(o, 0, sizeof(*o));
	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, "+:h", run_options, &index)) != -1) {
		if (c == '?' || c == ':')
			return cmd_bad_option(c, argv[optind - 1], err);
		if (parse_option(c, index, optarg, o, err))
			return -EINVAL;
		if (o->help)
			return 0;
	}
	if (optind < argc && strcmp(argv[optind - 1], "--"))
		return ktstr_err_set(err, -EINVAL,
				     "unexpected argument '%.60s'; the scheduler's come behind --",
				     argv[optind]);
	if (optind < argc)
		o->test.sched_args = (const char *const *)argv + optind;
	if (o->watch.nr)
		o->test.ops = o->watch.ops;
	o->test.nr_ops = o->watch.nr;
	ktstr_canned_fill(o->scenario, &o->test);
	return check(o, err);
}
