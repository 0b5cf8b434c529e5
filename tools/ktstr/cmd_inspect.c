// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "host/inspect/image_guest.h"
#include "host/inspect/value.h"
#include "inspect_live.h"
#include "inspect_opts.h"

/* Of an answer that says that there is no such thing, and of no answer at all. */
#define EXIT_NOT_FOUND 1
#define EXIT_FAILED    3

static const char inspect_usage[] =
	"usage: ktstr inspect FILE [--kernel IMAGE] [--json] <command>\n"
	"       ktstr inspect --live|run:PID [--frozen] [--json] <command>\n"
	"\n"
	"Looks into a guest's kernel from outside, like a debugger: into one that was\n"
	"saved with 'ktstr run --save-memory FILE', or into one that runs, kept by\n"
	"'ktstr run --hold'. Needs no debug information: symbols and types are read out\n"
	"of the guest's memory.\n"
	"\n"
	"  --kernel IMAGE   bzImage or vmlinux the saved guest ran, for types that its\n"
	"                   memory does not have; must be the very build\n"
	"  --live           ask the only run there is; run:PID names one of several\n"
	"  --frozen         stop the running guest meanwhile, so that all of the answer\n"
	"                   is of one moment\n"
	"  --json           print JSON\n"
	"\n"
	"commands; '--help COMMAND' says more:\n"
	"  maps                    list the BPF maps\n"
	"  map NAME|#ID            show what is in a BPF map\n"
	"  progs                   list the BPF programs\n"
	"  symbol NAME[:TYPE]      show a variable of the kernel\n"
	"  symbols                 list the symbols of the kernel\n"
	"  percpu NAME[:TYPE]      show a per-CPU variable, of every CPU\n"
	"  task PID                show a task\n"
	"  tasks                   list the tasks\n"
	"  runqueues               show the run queues\n"
	"  dsqs                    show the dispatch queues\n"
	"  sched                   show the scheduler and its event counters\n"
	"  domains                 show the scheduling domains\n"
	"  sdt                     show what a scheduler has allocated in arenas\n"
	"  release                 let a held guest go on (--live, run:PID)\n"
	"\n"
	"examples:\n"
	"  ktstr run --scheduler scx_simple --save-memory s.vmcore\n"
	"  ktstr inspect s.vmcore map .bss\n"
	"  ktstr inspect s.vmcore percpu runqueues --json\n"
	"  ktstr run --scheduler scx_simple --hold & ktstr inspect --live runqueues\n"
	"\n"
	"exit status: 0, 1 there is no such thing in the guest, 3 the guest cannot be\n"
	"looked at, 5 wrong usage\n";

static int print_help(const struct query_info *about)
{
	if (!about)
		return cmd_help(&cmd_inspect);
	printf("usage: ktstr inspect FILE|--live|run:PID %s%s%s\n\n%s", about->name,
	       about->arg ? " " : "", about->arg ?: "", about->help);
	return 0;
}

static int inspect_file(const struct inspect_opts *o, struct ktstr_err *err)
{
	struct image_guest *g = image_guest_open(o->file, o->kernel, err);
	struct vtree *t;
	int ret;

	if (!g)
		return EXIT_FAILED;
	t = query_walk(g->state, &o->q, true, 0, err);
	ret = t ? 0 : EXIT_NOT_FOUND;
	if (t && query_print(g->state, &o->q, t, o->json, stdout)) {
		ktstr_err_set(err, -EIO, "the answer could not be written");
		ret = EXIT_FAILED;
	}
	vtree_free(t);
	image_guest_close(g);
	return ret;
}

static int inspect_run(const struct inspect_opts *o, struct ktstr_err *err)
{
	int ret = inspect_live(o, stdout, err);

	return ret < 0 ? EXIT_FAILED : ret ? EXIT_NOT_FOUND : 0;
}

static int inspect_main(int argc, char **argv)
{
	struct ktstr_err err = { "" };
	struct inspect_opts o;
	int ret;

	if (inspect_opts_parse(argc - 1, argv + 1, &o, &err))
		return cmd_usage_error(&cmd_inspect, &err);
	if (o.help)
		return print_help(o.about);
	ret = o.file ? inspect_file(&o, &err) : inspect_run(&o, &err);
	if (ret)
		fprintf(stderr, "ktstr inspect: %s\n", err.msg);
	return ret;
}

const struct cmd cmd_inspect = {
	.name = "inspect",
	.brief = "look into a saved or a running guest",
	.usage = inspect_usage,
	.main = inspect_main,
};
