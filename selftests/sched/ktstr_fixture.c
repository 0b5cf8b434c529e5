// SPDX-License-Identifier: GPL-2.0-only
/*
 * User half of the fixture scheduler: sets its knobs, attaches it as often as
 * asked, sees to it that every callback is called, and reports how it ended.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <scx/common.h>

#include "ktstr_fixture.h"
#include "ktstr_fixture.bpf.skel.h"
#include "ktstr_fixture_maps.h"
#include "sched_user.h"

#define POKE_MS	  20
#define IDLE_MS	  50
#define CHILD_MS  10
#define MS_MAX	  (24 * 3600 * 1000)
#define NOT_ASKED -1L

static const char help[] =
	"Usage: %s [OPTION]...\n"
	"A sched_ext scheduler for the tests of ktstr. It behaves until told otherwise.\n"
	"\n"
	"Errors, due --error-after ms after the attach:\n"
	"      --error-from=CALLBACK   scx_bpf_error() from one of those below\n"
	"      --bad-dsq               put a task into a queue that does not exist\n"
	"      --bad-cpu               choose a CPU that does not exist\n"
	"      --stall                 never run one runnable task again\n"
	"      --error-after=MS        default 0: the first time; where the callback is part\n"
	"                              of the attach, that waits as long\n"
	"      --timeout=MS            the kernel's watchdog for tasks that wait, 1 to 30000;\n"
	"                              like --stall not behind a --reattach\n"
	"Ends without error:\n"
	"      --exit-clean-after=MS   detach and exit\n"
	"      --self-unregister-after=MS\n"
	"                              detach, and stay\n"
	"      --bpf-exit-after=MS     scx_bpf_exit(%d)\n"
	"      --reattach=N[,MS]       detach and attach again N times, MS ms after each other,\n"
	"                              default 0: ktstr_fixture_b and ktstr_fixture by turns,\n"
	"                              and at last ktstr_fixture_end\n"
	"Others:\n"
	"      --sysctl-after=MS       write kernel.panic and kernel.print-fatal-signals, which\n"
	"                              writes panic_timeout = %d, print_fatal_signals = 1\n"
	"      --arena                 lay out a list of %d nodes in an arena\n"
	"      --maps                  have and fill a map of each kind\n"
	"      --fail-verify           have a program that the verifier refuses\n"
	"      --verify-loop           the same, after %d rounds of a loop\n"
	"  -v, --verbose               messages of libbpf\n"
	"  -h, --help                  this text\n"
	"\n"
	"SIGINT and SIGTERM detach it. The exit status is 0, or 1 after an error.\n"
	"\n"
	"Callbacks:";

/**
 * struct options - what the command line asks for
 * @error_from: enum fixture_callback
 * @error_after: ms after the attach
 * @timeout: ops.timeout_ms, 0 = the kernel's own
 * @exit_clean: ms until it detaches and exits, or NOT_ASKED
 * @unregister: ms until it detaches and stays, or NOT_ASKED
 * @bpf_exit: ms until the BPF side leaves, or NOT_ASKED
 * @sysctl: ms until kernel variables are written, or NOT_ASKED
 * @reattach: how many times
 * @reattach_ms: time before each
 * @bad_dsq: put a task into no queue
 * @bad_cpu: choose no CPU
 * @stall: withhold a task
 * @arena: fill the arena
 * @maps: fill maps of all kinds
 * @fail_verify: load what the verifier refuses
 * @verify_loop: load what it refuses after a loop
 */
struct options {
	enum fixture_callback error_from;
	long error_after;
	long timeout;
	long exit_clean;
	long unregister;
	long bpf_exit;
	long sysctl;
	long reattach;
	long reattach_ms;
	bool bad_dsq;
	bool bad_cpu;
	bool stall;
	bool arena;
	bool maps;
	bool fail_verify;
	bool verify_loop;
};

static const char *const callback_names[FIXTURE_CB_NR] = {
	[FIXTURE_CB_SELECT_CPU] = "select_cpu",
	[FIXTURE_CB_ENQUEUE] = "enqueue",
	[FIXTURE_CB_DEQUEUE] = "dequeue",
	[FIXTURE_CB_DISPATCH] = "dispatch",
	[FIXTURE_CB_TICK] = "tick",
	[FIXTURE_CB_RUNNABLE] = "runnable",
	[FIXTURE_CB_RUNNING] = "running",
	[FIXTURE_CB_STOPPING] = "stopping",
	[FIXTURE_CB_QUIESCENT] = "quiescent",
	[FIXTURE_CB_YIELD] = "yield",
	[FIXTURE_CB_SET_WEIGHT] = "set_weight",
	[FIXTURE_CB_SET_CPUMASK] = "set_cpumask",
	[FIXTURE_CB_UPDATE_IDLE] = "update_idle",
	[FIXTURE_CB_INIT_TASK] = "init_task",
	[FIXTURE_CB_EXIT_TASK] = "exit_task",
	[FIXTURE_CB_ENABLE] = "enable",
	[FIXTURE_CB_DISABLE] = "disable",
	[FIXTURE_CB_CPU_ACQUIRE] = "cpu_acquire",
	[FIXTURE_CB_CPU_RELEASE] = "cpu_release",
	[FIXTURE_CB_INIT] = "init",
};

static bool verbose;

static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_DEBUG && !verbose)
		return 0;
	return vfprintf(stderr, format, args);
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000L + ts.tv_nsec / 1000000;
}

static void list_callbacks(FILE *out)
{
	int i;

	for (i = 1; i < FIXTURE_CB_NR; i++)
		fprintf(out, "%s%s", i % 8 == 1 ? "\n  " : " ", callback_names[i]);
	fputs("\n", out);
}

static enum fixture_callback callback_of(const char *option, const char *name)
{
	int i;

	for (i = 1; i < FIXTURE_CB_NR; i++)
		if (!strcmp(name, callback_names[i]))
			return i;
	fprintf(stderr, "ktstr_fixture: --%s=%s: no such callback; there are:", option, name);
	list_callbacks(stderr);
	exit(EXIT_USAGE);
}

static void take_reattach(struct options *o, const char *option)
{
	char *end;

	o->reattach = number_of(option, optarg, 1, 1000000, &end);
	if (*end == ',')
		o->reattach_ms = number_of(option, end + 1, 0, MS_MAX, NULL);
	else if (*end)
		die(EXIT_USAGE, "--%s=%s: not N or N,MS", option, optarg);
}

enum option_id {
	OPT_ERROR_FROM = 256,
	OPT_ERROR_AFTER,
	OPT_BAD_DSQ,
	OPT_BAD_CPU,
	OPT_STALL,
	OPT_TIMEOUT,
	OPT_EXIT_CLEAN,
	OPT_UNREGISTER,
	OPT_BPF_EXIT,
	OPT_REATTACH,
	OPT_SYSCTL,
	OPT_ARENA,
	OPT_MAPS,
	OPT_FAIL_VERIFY,
	OPT_VERIFY_LOOP,
};

static const struct option long_options[] = {
	{ "error-from", required_argument, NULL, OPT_ERROR_FROM },
	{ "error-after", required_argument, NULL, OPT_ERROR_AFTER },
	{ "bad-dsq", no_argument, NULL, OPT_BAD_DSQ },
	{ "bad-cpu", no_argument, NULL, OPT_BAD_CPU },
	{ "stall", no_argument, NULL, OPT_STALL },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "exit-clean-after", required_argument, NULL, OPT_EXIT_CLEAN },
	{ "self-unregister-after", required_argument, NULL, OPT_UNREGISTER },
	{ "bpf-exit-after", required_argument, NULL, OPT_BPF_EXIT },
	{ "reattach", required_argument, NULL, OPT_REATTACH },
	{ "sysctl-after", required_argument, NULL, OPT_SYSCTL },
	{ "arena", no_argument, NULL, OPT_ARENA },
	{ "maps", no_argument, NULL, OPT_MAPS },
	{ "fail-verify", no_argument, NULL, OPT_FAIL_VERIFY },
	{ "verify-loop", no_argument, NULL, OPT_VERIFY_LOOP },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void take_option(struct options *o, int opt, const char *name)
{
	switch (opt) {
	case OPT_ERROR_FROM:
		o->error_from = callback_of(name, optarg);
		break;
	case OPT_ERROR_AFTER:
		o->error_after = number_of(name, optarg, 0, MS_MAX, NULL);
		break;
	case OPT_BAD_DSQ:
		o->bad_dsq = true;
		break;
	case OPT_BAD_CPU:
		o->bad_cpu = true;
		break;
	case OPT_STALL:
		o->stall = true;
		break;
	case OPT_TIMEOUT:
		o->timeout = number_of(name, optarg, 1, 30000, NULL);
		break;
	case OPT_EXIT_CLEAN:
		o->exit_clean = number_of(name, optarg, 0, MS_MAX, NULL);
		break;
	case OPT_UNREGISTER:
		o->unregister = number_of(name, optarg, 0, MS_MAX, NULL);
		break;
	case OPT_BPF_EXIT:
		o->bpf_exit = number_of(name, optarg, 0, MS_MAX, NULL);
		break;
	case OPT_REATTACH:
		take_reattach(o, name);
		break;
	case OPT_SYSCTL:
		o->sysctl = number_of(name, optarg, 0, MS_MAX, NULL);
		break;
	case OPT_ARENA:
		o->arena = true;
		break;
	case OPT_MAPS:
		o->maps = true;
		break;
	case OPT_FAIL_VERIFY:
		o->fail_verify = true;
		break;
	case OPT_VERIFY_LOOP:
		o->verify_loop = true;
		break;
	default:
		verbose = true;
		break;
	}
}

static void parse(struct options *o, int argc, char **argv)
{
	int opt, index = 0;

	while ((opt = getopt_long(argc, argv, "vh", long_options, &index)) != -1) {
		if (opt == 'h') {
			printf(help, argv[0], FIXTURE_EXIT_CODE, FIXTURE_PANIC_TIMEOUT,
			       FIXTURE_ARENA_NODES, FIXTURE_LOOP_ROUNDS);
			list_callbacks(stdout);
			exit(0);
		}
		/* It has named the option. */
		if (opt == '?')
			exit(EXIT_USAGE);
		take_option(o, opt, long_options[index].name);
	}
	if (optind < argc) {
		fprintf(stderr, "ktstr_fixture: %s: not an option\n", argv[optind]);
		exit(EXIT_USAGE);
	}
}

static void set_ops(struct ktstr_fixture *skel, const struct options *o)
{
	/* With them the kernel says in its log that they are old. */
	if (o->error_from != FIXTURE_CB_CPU_ACQUIRE && o->error_from != FIXTURE_CB_CPU_RELEASE) {
		skel->struct_ops.fixture_a->cpu_acquire = NULL;
		skel->struct_ops.fixture_a->cpu_release = NULL;
	}
	/* A task that is alone on its CPU comes by as well. */
	if (o->stall)
		skel->struct_ops.fixture_a->flags |= SCX_OPS_ENQ_LAST;
	skel->struct_ops.fixture_a->timeout_ms = o->timeout;
	bpf_map__set_autocreate(skel->maps.fixture_b, o->reattach);
	bpf_map__set_autocreate(skel->maps.fixture_end, o->reattach);
	bpf_program__set_autoload(skel->progs.verify_fail, o->fail_verify);
	bpf_program__set_autoload(skel->progs.verify_loop, o->verify_loop);
}

static void set_knobs(struct ktstr_fixture *skel, const struct options *o)
{
	skel->bss->error_from = o->error_from;
	skel->bss->error_after_ms = o->error_after;
	skel->bss->bad_dsq = o->bad_dsq;
	skel->bss->bad_cpu = o->bad_cpu;
	skel->bss->stall = o->stall;
	skel->bss->bpf_exit = o->bpf_exit != NOT_ASKED;
	skel->bss->bpf_exit_after_ms = o->bpf_exit == NOT_ASKED ? 0 : o->bpf_exit;
	skel->bss->fixture_tgid = getpid();
}

/* An older compiler leaves the arena out of the object. */
static void set_arena(struct ktstr_fixture *skel, const struct options *o)
{
	struct bpf_program *fill = bpf_object__find_program_by_name(skel->obj, "arena_fill");
	struct bpf_map *arena = bpf_object__find_map_by_name(skel->obj, "arena");

	if (!fill || !arena) {
		if (o->arena)
			die(EXIT_FAILURE, "--arena: not in this build: it needs clang 19");
		return;
	}
	bpf_program__set_autoload(fill, o->arena);
	bpf_map__set_autocreate(arena, o->arena);
}

static void fill_arena(struct ktstr_fixture *skel)
{
	struct bpf_program *fill = bpf_object__find_program_by_name(skel->obj, "arena_fill");
	struct bpf_test_run_opts run = { .sz = sizeof(run) };
	int ret;

	ret = bpf_prog_test_run_opts(bpf_program__fd(fill), &run);
	if (ret || run.retval)
		die(EXIT_FAILURE, "--arena: it could not be filled: %s",
		    strerror(ret ? -ret : -(int)run.retval));
	printf("arena: %u nodes from 0x%llx\n", skel->bss->arena_nodes,
	       (unsigned long long)skel->bss->arena_head);
}

static struct bpf_link *attach(struct ktstr_fixture *skel, struct bpf_map *map)
{
	struct bpf_link *link;

	skel->data->uei.kind = 0;
	link = bpf_map__attach_struct_ops(map);
	if (!link)
		die(EXIT_FAILURE, "%s: not attached: %s", bpf_map__name(map), strerror(errno));
	return link;
}

/* What a task can do to itself to have the scheduler called. */
static void child_main(void)
{
	struct sched_param rt = { .sched_priority = 1 }, normal = { 0 };
	long end = now_ms() + CHILD_MS;
	cpu_set_t cpus;

	sched_getaffinity(0, sizeof(cpus), &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	setpriority(PRIO_PROCESS, 0, 1);
	sched_yield();
	sched_setscheduler(0, SCHED_FIFO, &rt);
	sched_setscheduler(0, SCHED_OTHER, &normal);
	while (now_ms() < end)
		;
	_exit(0);
}

/*
 * Have every callback called, however quiet the machine is. The child is
 * reniced while it competes for a CPU: so it is taken out of a queue, too.
 */
static void poke(void)
{
	pid_t pid = fork();
	int nice = 1;

	if (!pid)
		child_main();
	if (pid < 0)
		return;
	while (!waitpid(pid, NULL, WNOHANG)) {
		setpriority(PRIO_PROCESS, pid, nice ^= 1);
		sleep_ms(1);
	}
}

static struct bpf_map *nth_ops(struct ktstr_fixture *skel, long i, long nr)
{
	if (i == nr)
		return skel->maps.fixture_end;
	return i % 2 ? skel->maps.fixture_b : skel->maps.fixture_a;
}

/* Detach and attach by turns. NULL: it ended meanwhile. */
static struct bpf_link *reattach(struct ktstr_fixture *skel, struct bpf_link *link,
				 const struct options *o)
{
	long i, start = now_ms();

	for (i = 1; i <= o->reattach && !stop; i++) {
		if (o->reattach_ms)
			sleep_ms(o->reattach_ms);
		bpf_link__destroy(link);
		if (skel->data->uei.kind >= SCX_EXIT_ERROR)
			return NULL;
		link = attach(skel, nth_ops(skel, i, o->reattach));
	}
	printf("attached again %ld times in %ld ms\n", i - 1, now_ms() - start);
	fflush(stdout);
	return link;
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		die(EXIT_FAILURE, "%s: %s", path, strerror(errno));
}

static void write_sysctls(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", FIXTURE_PANIC_TIMEOUT);
	write_file("/proc/sys/kernel/panic", text);
	write_file("/proc/sys/kernel/print-fatal-signals", "1");
}

static bool passed(long start, long after)
{
	return after != NOT_ASKED && now_ms() - start >= after;
}

/* Returns the link if it is still there. */
static struct bpf_link *run(struct ktstr_fixture *skel, struct bpf_link *link,
			    const struct options *o)
{
	long start = now_ms();
	bool written = false;

	if (o->reattach)
		link = reattach(skel, link, o);
	while (!stop && (!link || !UEI_EXITED(skel, uei))) {
		if (passed(start, o->exit_clean))
			break;
		if (link && passed(start, o->unregister)) {
			bpf_link__destroy(link);
			link = NULL;
			printf("unregistered\n");
			fflush(stdout);
		}
		if (!link && o->unregister == NOT_ASKED)
			break;
		if (!written && passed(start, o->sysctl)) {
			write_sysctls();
			written = true;
		}
		if (o->error_from)
			poke();
		sleep_ms(o->error_from ? POKE_MS : IDLE_MS);
	}
	return link;
}

int main(int argc, char **argv)
{
	struct options o = {
		.exit_clean = NOT_ASKED,
		.unregister = NOT_ASKED,
		.bpf_exit = NOT_ASKED,
		.sysctl = NOT_ASKED,
	};
	struct sigaction act = { .sa_handler = on_signal };
	struct ktstr_fixture *skel;
	struct bpf_link *link;
	int kind;

	parse(&o, argc, argv);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	libbpf_set_print(print_libbpf);
	skel = SCX_OPS_OPEN(fixture_a, ktstr_fixture);
	set_ops(skel, &o);
	set_arena(skel, &o);
	fixture_maps_ask(skel->obj, o.maps);
	/* Not SCX_OPS_LOAD(): that minds a program that is left out. */
	UEI_SET_SIZE(skel, fixture_a, uei);
	if (ktstr_fixture__load(skel))
		die(EXIT_FAILURE, "not loaded: %s", strerror(errno));
	set_knobs(skel, &o);
	if (o.arena)
		fill_arena(skel);
	if (o.maps && fixture_maps_fill(skel->obj, skel->bss->arena_head, skel->bss->arena_nodes))
		return EXIT_FAILURE;
	link = attach(skel, skel->maps.fixture_a);
	printf("attached\n");
	fflush(stdout);
	link = run(skel, link, &o);
	bpf_link__destroy(link);
	UEI_REPORT(skel, uei);
	kind = skel->data->uei.kind;
	ktstr_fixture__destroy(skel);
	return kind >= SCX_EXIT_ERROR;
}
