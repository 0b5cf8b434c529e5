// SPDX-License-Identifier: GPL-2.0-only
/*
 * User half of the bad scheduler: chooses the habit, attaches it, and ends as
 * badly as it is told to.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <scx/common.h>

#include "ktstr_bad.h"
#include "ktstr_bad.bpf.skel.h"
#include "sched_user.h"

/*
 * It wakes up so often, and with that has the kernel look for tasks, which is
 * how what is starved gets its turn on a machine that is otherwise idle.
 */
#define WAKE_MS	  20
#define PERIOD_MS 3000
#define MS_MAX	  (24 * 3600 * 1000)

static const char help[] =
	"Usage: %s [OPTION]...\n"
	"A sched_ext scheduler with one bad habit, for tests that have to find it.\n"
	"\n"
	"One of:\n"
	"      --good            none: first in, first out (default)\n"
	"      --starve[=COMM]   one task, the first of that name to have run for 100 ms, is\n"
	"                        run every --period only\n"
	"      --migrate         every task goes to another CPU each time it is queued\n"
	"      --ignore-cpuset   a task that is confined to some CPUs is sent to another\n"
	"      --strand          such a task waits where only other CPUs look for tasks\n"
	"      --stall           nothing is run any more\n"
	"Others:\n"
	"      --after=MS        when the habit begins, after the attach; default 0\n"
	"      --period=MS       default %d\n"
	"      --timeout=MS      the kernel's watchdog for tasks that wait, 1 to 30000\n"
	"      --leak=WHAT       told to end, do not: hang (stay, attached), child (leave a\n"
	"                        process behind), ops (leave one behind that keeps the\n"
	"                        scheduler attached)\n"
	"  -h, --help            this text\n"
	"\n"
	"SIGINT and SIGTERM detach it. The exit status is 0, or 1 after an error.\n";

enum leak {
	LEAK_NONE,
	LEAK_HANG,
	LEAK_CHILD,
	LEAK_OPS,
};

/**
 * struct options - what the command line asks for
 * @habit: the one it has
 * @comm: name of the victim, or NULL
 * @after: ms from the attach
 * @period: ms that a starved task waits
 * @timeout: ops.timeout_ms, 0 = the kernel's own
 * @leak: what it does when it should end
 */
struct options {
	enum bad_habit habit;
	const char *comm;
	long after;
	long period;
	long timeout;
	enum leak leak;
};

static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, args);
}

static enum leak leak_of(const char *name)
{
	static const char *const names[] = {
		[LEAK_HANG] = "hang",
		[LEAK_CHILD] = "child",
		[LEAK_OPS] = "ops",
	};
	enum leak i;

	for (i = LEAK_HANG; i <= LEAK_OPS; i++)
		if (!strcmp(name, names[i]))
			return i;
	die(EXIT_USAGE, "--leak=%s: there are hang, child and ops", name);
}

enum option_id {
	OPT_HABIT = 256, /* + enum bad_habit */
	OPT_AFTER = 300,
	OPT_PERIOD,
	OPT_TIMEOUT,
	OPT_LEAK,
};

static const struct option long_options[] = {
	{ "good", no_argument, NULL, OPT_HABIT + BAD_NONE },
	{ "starve", optional_argument, NULL, OPT_HABIT + BAD_STARVE },
	{ "migrate", no_argument, NULL, OPT_HABIT + BAD_MIGRATE },
	{ "ignore-cpuset", no_argument, NULL, OPT_HABIT + BAD_IGNORE_CPUSET },
	{ "strand", no_argument, NULL, OPT_HABIT + BAD_STRAND },
	{ "stall", no_argument, NULL, OPT_HABIT + BAD_STALL },
	{ "after", required_argument, NULL, OPT_AFTER },
	{ "period", required_argument, NULL, OPT_PERIOD },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "leak", required_argument, NULL, OPT_LEAK },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void take_option(struct options *o, int opt, const char *name)
{
	switch (opt) {
	case OPT_AFTER:
		o->after = number_of(name, optarg, 0, MS_MAX, NULL);
		break;
	case OPT_PERIOD:
		o->period = number_of(name, optarg, 1, MS_MAX, NULL);
		break;
	case OPT_TIMEOUT:
		o->timeout = number_of(name, optarg, 1, 30000, NULL);
		break;
	case OPT_LEAK:
		o->leak = leak_of(optarg);
		break;
	default:
		if (o->habit)
			die(EXIT_USAGE, "--%s: one habit is enough", name);
		o->habit = opt - OPT_HABIT;
		o->comm = optarg;
		if (o->comm && strlen(o->comm) >= BAD_COMM_LEN)
			die(EXIT_USAGE, "--%s=%s: a task's name has at most %d bytes", name,
			    o->comm, BAD_COMM_LEN - 1);
		break;
	}
}

static void parse(struct options *o, int argc, char **argv)
{
	int opt, index = 0;

	while ((opt = getopt_long(argc, argv, "h", long_options, &index)) != -1) {
		if (opt == 'h') {
			printf(help, argv[0], PERIOD_MS);
			exit(0);
		}
		/* It has named the option. */
		if (opt == '?')
			exit(EXIT_USAGE);
		take_option(o, opt, long_options[index].name);
	}
	if (optind < argc)
		die(EXIT_USAGE, "%s: not an option", argv[optind]);
}

static struct bpf_link *start(struct ktstr_bad *skel, const struct options *o)
{
	struct bpf_link *link;

	skel->bss->habit = o->habit;
	skel->bss->after_ms = o->after;
	skel->bss->period_ms = o->period;
	skel->bss->nr_cpus = libbpf_num_possible_cpus();
	if (o->comm)
		snprintf(skel->bss->victim_comm, BAD_COMM_LEN, "%s", o->comm);
	skel->bss->bad_tgid = getpid();
	skel->struct_ops.bad_ops->timeout_ms = o->timeout;
	/* A task that is alone on its CPU comes by as well. */
	if (o->habit)
		skel->struct_ops.bad_ops->flags |= SCX_OPS_ENQ_LAST;
	UEI_SET_SIZE(skel, bad_ops, uei);
	if (ktstr_bad__load(skel))
		die(EXIT_FAILURE, "not loaded: %s", strerror(errno));
	link = bpf_map__attach_struct_ops(skel->maps.bad_ops);
	if (!link)
		die(EXIT_FAILURE, "not attached: %s", strerror(errno));
	return link;
}

/* The child has the scheduler's descriptor as well, and keeps it unless told not to. */
static void leave_child(struct bpf_link *link, bool keep_ops)
{
	pid_t pid = fork();

	if (pid < 0)
		die(EXIT_FAILURE, "fork: %s", strerror(errno));
	if (pid)
		return;
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	if (!keep_ops)
		bpf_link__destroy(link);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	struct options o = { .period = PERIOD_MS };
	struct sigaction act = { .sa_handler = on_signal };
	struct ktstr_bad *skel;
	struct bpf_link *link;
	int kind;

	parse(&o, argc, argv);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	libbpf_set_print(print_libbpf);
	skel = SCX_OPS_OPEN(bad_ops, ktstr_bad);
	link = start(skel, &o);
	printf("attached\n");
	fflush(stdout);
	if (o.leak == LEAK_CHILD || o.leak == LEAK_OPS)
		leave_child(link, o.leak == LEAK_OPS);
	while (!UEI_EXITED(skel, uei) && (!stop || o.leak == LEAK_HANG))
		sleep_ms(WAKE_MS);
	bpf_link__destroy(link);
	UEI_REPORT(skel, uei);
	kind = skel->data->uei.kind;
	ktstr_bad__destroy(skel);
	return kind >= SCX_EXIT_ERROR;
}
