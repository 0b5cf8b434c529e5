// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <json_writer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "host/harness/discover.h"
#include "lib/text.h"
#include "list_known.h"
#include "sched_names.h"

static const char list_usage[] =
	"usage: ktstr list [schedulers|scenarios|presets|works] [--json]\n"
	"\n"
	"Names what there is to choose from:\n"
	"\n"
	"  schedulers   those that --scheduler takes, and the kernel that is tested\n"
	"               unless --kernel says otherwise; the default\n"
	"  scenarios    those that 'ktstr run --scenario' takes\n"
	"  presets      machines that --topology takes by name\n"
	"  works        what workers of a test can do, with parameters\n"
	"\n"
	"  --json       print the same as JSON\n"
	"\n"
	"examples:\n"
	"  ktstr list\n"
	"  ktstr list scenarios\n"
	"  KTSTR_SCHED_DIR=$PWD/target/release ktstr list\n"
	"\n"
	"exit status: 0, 5 wrong usage\n";

static void put(json_writer_t *w, const char *text)
{
	char safe[1024];

	if (!text) {
		jsonw_null(w);
		return;
	}
	text_escape_line(safe, sizeof(safe), text, strlen(text));
	jsonw_string(w, safe);
}

static int list_json(const char *kernel, const char *dir, const struct strv *names)
{
	json_writer_t *w = jsonw_new(stdout);
	size_t i;

	if (!w)
		return -ENOMEM;
	jsonw_pretty(w, true);
	jsonw_start_object(w);
	jsonw_name(w, "kernel");
	put(w, kernel);
	jsonw_name(w, "scheduler_dir");
	put(w, dir);
	jsonw_name(w, "schedulers");
	jsonw_start_array(w);
	for (i = 0; i < names->nr; i++)
		put(w, names->v[i]);
	jsonw_end_array(w);
	jsonw_end_object(w);
	jsonw_destroy(&w);
	return 0;
}

static void list_text(const char *kernel, const struct ktstr_err *no_kernel, const char *dir,
		      const struct ktstr_err *no_dir, const struct strv *names)
{
	size_t i;

	printf("kernel: %s\n", kernel ? kernel : no_kernel->msg);
	printf("schedulers: %s\n", dir ? dir : no_dir->msg);
	for (i = 0; i < names->nr; i++)
		printf("  %s\n", names->v[i]);
}

static void list_schedulers(bool json)
{
	struct ktstr_err no_kernel, no_dir;
	struct strv names = { 0 };
	char *kernel, *dir;

	kernel = discover_kernel(NULL, &no_kernel);
	dir = sched_names(&names, &no_dir);
	if (json)
		list_json(kernel, dir, &names);
	else
		list_text(kernel, &no_kernel, dir, &no_dir, &names);
	strv_free(&names);
	free(kernel);
	free(dir);
}

static int list_main(int argc, char **argv)
{
	/* what is listed comes first, like the name of a command */
	bool said = argc > 2 && argv[2][0] != '-';
	const char *what = said ? argv[2] : "schedulers";
	struct ktstr_err err;
	int out;

	out = cmd_output_parse(argc - 1 - said, argv + 1 + said, &err);
	if (out == CMD_HELP)
		return cmd_help(&cmd_list);
	if (out >= 0 && !strcmp(what, "schedulers"))
		list_schedulers(out == CMD_JSON);
	else if (out >= 0)
		out = list_known(what, out == CMD_JSON, stdout, &err);
	return out < 0 ? cmd_usage_error(&cmd_list, &err) : 0;
}

const struct cmd cmd_list = {
	.name = "list",
	.brief = "name schedulers, scenarios, machines and work there are",
	.usage = list_usage,
	.main = list_main,
};
