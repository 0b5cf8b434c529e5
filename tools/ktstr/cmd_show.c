// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "host/inspect/value.h"
#include "host/inspect/value_parse.h"
#include "lib/util.h"
#include "show.h"
#include "show_opts.h"

/* Of the command, beside EXIT_USAGE. */
#define EXIT_NO_PART 1
#define EXIT_NO_DUMP 3

static const char show_usage[] =
	"usage: ktstr show [<option>...] DUMP.json\n"
	"\n"
	"Prints a dump that a run has left (--out DIR) in the order in which it is best\n"
	"read: what happened, the way there, the scheduler's own variables, what the\n"
	"kernel knew of it, who ran and who waited, and what could not be read. DUMP.json\n"
	"may be '-', standard input.\n"
	"\n"
	"  --all            nothing is left out for being long or zero\n"
	"  --section NAME   one section, or one member of the dump; sections are:\n"
	"                     summary      what happened, and where\n"
	"                     backtrace    how the kernel came there\n"
	"                     variables    the scheduler's own, as its source calls them\n"
	"                     maps         its other BPF maps\n"
	"                     sched_ext    what the kernel has of it, and its event counters\n"
	"                     queues       run and dispatch queues: who runs, who waits\n"
	"                     vcpus        where each CPU stood\n"
	"                     tasks        those that run, wait or are stuck\n"
	"                     allocations  objects in arenas\n"
	"                     logs         last lines of the scheduler and the console\n"
	"                     missing      what is not in the dump, and why\n"
	"  --path PATH      one value, also of JSON that is no dump, such as\n"
	"                   'maps[.bss].value.nr_queued' or 'rq_scx_states[0].curr';\n"
	"                   Documentation/dump.rst names the members\n"
	"\n"
	"examples:\n"
	"  ktstr show d/run.failure-dump.json\n"
	"  ktstr show --section queues d/run.snapshot.half.json\n"
	"  ktstr show --path 'maps[.bss].error_from' d/run.failure-dump.json\n"
	"\n"
	"exit status: 0, 1 there is no such section or value, 3 this is no dump or cannot\n"
	"be read, 5 wrong usage\n";

static struct vtree *load(const char *file, struct ktstr_err *err)
{
	const char *path = strcmp(file, "-") ? file : "/dev/stdin";
	struct ktstr_err why = { "" };
	struct vtree *t;
	size_t len;
	char *json;

	json = file_read(path, VALUE_PARSE_MAX, &len);
	if (!json) {
		ktstr_err_set(err, -errno, "%.200s: %s", file, strerror(errno));
		return NULL;
	}
	t = value_parse(json, len, &why);
	if (!t)
		ktstr_err_set(err, -errno, "%.200s: %s", file, why.msg);
	free(json);
	return t;
}

static int show_parts(struct show *s, const struct show_opts *o, struct ktstr_err *err)
{
	if (o->path)
		return show_path(s, o->path, err) ? EXIT_NO_PART : 0;
	if (o->section)
		return show_section(s, o->section, err) ? EXIT_NO_PART : 0;
	show_dump(s);
	return 0;
}

static int fail(int status, const char *file, const struct ktstr_err *err)
{
	if (file)
		fprintf(stderr, "ktstr show: %s: %s\n", file, err->msg);
	else
		fprintf(stderr, "ktstr show: %s\n", err->msg);
	return status;
}

static int show_main(int argc, char **argv)
{
	const char *no_colour = getenv("NO_COLOR");
	struct ktstr_err err = { "" };
	struct show_opts o;
	struct show s = { .colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour) };
	struct vtree *t;
	int ret;

	if (show_opts_parse(argc - 1, argv + 1, &o, &err))
		return cmd_usage_error(&cmd_show, &err);
	if (o.help)
		return cmd_help(&cmd_show);
	t = load(o.file, &err);
	if (!t)
		return fail(EXIT_NO_DUMP, NULL, &err);
	s.all = o.all;
	ret = show_init(&s, vtree_root(t), stdout, &err);
	if (ret && !o.path)
		ret = fail(EXIT_NO_DUMP, o.file, &err);
	else
		ret = show_parts(&s, &o, &err);
	if (ret == EXIT_NO_PART)
		fail(ret, o.file, &err);
	vtree_free(t);
	return ret;
}

const struct cmd cmd_show = {
	.name = "show",
	.brief = "print a dump for people",
	.usage = show_usage,
	.main = show_main,
};
