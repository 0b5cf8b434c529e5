// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <json_writer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "host/harness/discover.h"
#include "lib/text.h"
#include "sched_names.h"

static const char list_usage[] =
	"usage: ktstr list [--json]\n"
	"\n"
	"Names the schedulers that --scheduler takes, and the kernel that is tested\n"
	"unless --kernel says otherwise.\n"
	"\n"
	"  --json   print the same as JSON\n"
	"\n"
	"examples:\n"
	"  ktstr list\n"
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

static int list_main(int argc, char **argv)
{
	struct ktstr_err err, no_kernel, no_dir;
	struct strv names = { 0 };
	char *kernel, *dir;
	int out;

	out = cmd_output_parse(argc - 1, argv + 1, &err);
	if (out < 0)
		return cmd_usage_error(&cmd_list, &err);
	if (out == CMD_HELP)
		return cmd_help(&cmd_list);
	kernel = discover_kernel(NULL, &no_kernel);
	dir = sched_names(&names, &no_dir);
	if (out == CMD_JSON)
		list_json(kernel, dir, &names);
	else
		list_text(kernel, &no_kernel, dir, &no_dir, &names);
	strv_free(&names);
	free(kernel);
	free(dir);
	return 0;
}

const struct cmd cmd_list = {
	.name = "list",
	.brief = "name the schedulers and the kernel that were found",
	.usage = list_usage,
	.main = list_main,
};
