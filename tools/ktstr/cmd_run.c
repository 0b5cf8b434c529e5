// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "host/harness/emulated.h"
#include "host/harness/plan.h"
#include "host/harness/report.h"
#include "host/harness/verdict.h"
#include "lib/log.h"
#include "lib/util.h"
#include "run_opts.h"

/* What the program and the harness take beside the guest's own memory. */
#define RUN_BASE_MIB 256

static const char run_usage[] =
	"usage: ktstr run [<option>...] [-- <scheduler argument>...]\n"
	"\n"
	"Boots a kernel in a VM, attaches a scheduler, lets spinning workers run or a\n"
	"scenario take place, and judges: the scheduler attached and stayed, every worker\n"
	"made progress, the kernel did not complain, the scenario's limits were kept.\n"
	"Where KVM is not usable, all of it happens inside an emulated host.\n"
	"\n"
	"  --scheduler NAME   a sched_ext scheduler ('ktstr list') or the path of one;\n"
	"                     default: none, so EEVDF\n"
	"  --scenario NAME    what takes place, such as cpuset_resize: see 'ktstr list\n"
	"                     scenarios'; default: spinning workers\n"
	"  --topology SPEC    nodes, LLCs in all, cores per LLC, threads per core, such\n"
	"                     as 1n2l4c2t, or a preset ('ktstr list presets'); default:\n"
	"                     1n1l1c1t, or the smallest preset that the scenario fits\n"
	"  --duration TIME    how long the workers run: 500ms, 3s, 2m; default: 1s\n"
	"  --workers N        spinning workers; default: one per CPU\n"
	"  --kernel FILE      bzImage or vmlinux; default: $KTSTR_KERNEL, the one built\n"
	"                     in $KDIR, the one scripts/setup fetched\n"
	"  --boot HOW         auto, bzimage, or vmlinux (direct entry, no KASLR; faster)\n"
	"  --no-kaslr         boot a bzImage with nokaslr\n"
	"  --memory MIB       guest memory; default: 64 per CPU, at least 512\n"
	"  --timeout TIME     end the run after this long; default: as it needs\n"
	"  --expect-ops NAME  fail if the attached ops have another name\n"
	"  --cmdline TEXT     appended to the guest kernel's command line\n"
	"  --fault NAME       break the guest on purpose: panic, reboot, hang,\n"
	"                     kill-sched, exit-init, silent\n"
	"  --fault-after TIME when, counted from the start of the workers\n"
	"  --watch SYMBOL     a snapshot at the first write to a kernel symbol; up to 3\n"
	"                     times, see Documentation/watching.rst\n"
	"  --snapshot-at TIME[:TAG]\n"
	"                     a snapshot that long after the start of the workers, such\n"
	"                     as 500ms or 500ms:half; up to 64 times\n"
	"  --monitor[=NAME=N,...]\n"
	"                     fail also when the run queues do not keep to limits, and\n"
	"                     be inconclusive when they cannot be seen. The limits and\n"
	"                     their defaults: imbalance=4 (longest run queue over the\n"
	"                     shortest), local_dsq_depth=50, fallback_rate=200 and\n"
	"                     keep_last_rate=100 (events a second), sustained=5 (samples\n"
	"                     in a row, one each 100 ms); rq_clock_stuck=allow\n"
	"  --save-memory FILE guest memory and registers as an ELF vmcore, as they were\n"
	"                     when the scheduler failed, else at the end; 'ktstr inspect'\n"
	"                     and drgn open it, see Documentation/inspecting.rst\n"
	"  --hold[=TIME]      keep the guest running under its load at the end, for\n"
	"                     'ktstr inspect --live', until a signal or for TIME\n"
	"  --out DIR          leave report, dumps, console and scheduler output there\n"
	"  --json             print the result as JSON, and nothing else\n"
	"  --verbose          show the guest's console while it runs\n"
	"\n"
	"examples:\n"
	"  ktstr run --scheduler scx_simple --topology 1n2l2c1t --duration 3s\n"
	"  ktstr run --scheduler scx_simple --scenario cpuset_resize\n"
	"  ktstr run --kernel arch/x86/boot/bzImage --topology 1n1l4c2t\n"
	"  ktstr run --scheduler ./scx_mine --json -- --slice-us 5000\n"
	"  ktstr run --scheduler scx_simple --watch scx_watchdog_timestamp --out d\n"
	"  ktstr run --scheduler scx_simple --save-memory /tmp/simple.vmcore\n"
	"\n"
	"exit status: 0 pass, 1 fail, 2 inconclusive, 3 the machine or ktstr itself\n"
	"failed, 4 skip, 5 wrong usage, 124 timed out in the emulated host, 128+N\n"
	"ended by signal N\n";

/* A signal handler has no argument to take its state from. */
static _Atomic int run_signal;
static _Atomic unsigned int run_signals;

static void on_signal(int sig)
{
	run_signal = sig;
	run_signals++;
}

/* Ignored signals stay so: nohup(1) and background jobs of a shell rely on it. */
static void catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction sa = { .sa_handler = on_signal }, old;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &sa, NULL);
	}
}

/**
 * struct progress - the line on the terminal while a run takes place
 * @show: standard error is a terminal, and nothing else writes to it
 * @held: the first signal ends the hold, not the run
 * @start_ns: of the run
 * @shown_s: the second that is shown
 */
struct progress {
	bool show;
	bool held;
	u64 start_ns;
	u64 shown_s;
};

static bool run_poll(void *ctx)
{
	struct progress *p = ctx;
	u64 s = (mono_ns() - p->start_ns) / NSEC_PER_SEC;

	if (p->show && s != p->shown_s) {
		fprintf(stderr, "\rktstr: running, %llu s ", (unsigned long long)s);
		p->shown_s = s;
	}
	return run_signals > p->held;
}

static bool run_release(void *ctx)
{
	return run_signals;
}

static void run_vm(struct ktstr_test *test, struct ktstr_result *res)
{
	struct progress p = {
		.show = isatty(STDERR_FILENO) && !test->verbose && !test->hold_ms,
		.held = test->hold_ms,
		.start_ns = mono_ns(),
	};

	test->stop = run_poll;
	test->release = run_release;
	test->stop_ctx = &p;
	ktstr_run(test, res);
	if (p.shown_s)
		fputs("\r                              \r", stderr);
}

static int finish(const struct run_opts *o, struct ktstr_result *res)
{
	int status = ktstr_exit_code(res);
	bool ended = run_signals > !!o->test.hold_ms;

	if (!o->json)
		ktstr_report_print(stdout, &o->test, res);
	else if (ktstr_result_json(stdout, &o->test, res))
		pr_err("the result could not be written");
	ktstr_result_free(res);
	return ended ? 128 + run_signal : status;
}

/* A run that cannot start has a verdict too, in the form that was asked for. */
static int setup_failed(const struct run_opts *o, const struct ktstr_err *err)
{
	struct ktstr_result res;

	verdict_setup_failed(&res, err->msg);
	return finish(o, &res);
}

/*
 * What cannot run should be told here and now, not after an emulated machine
 * has started. Inside one it was checked already.
 */
static int preflight(const struct run_opts *o, struct plan *p, struct ktstr_err *err)
{
	memset(p, 0, sizeof(*p));
	return getenv(EMULATED_ENV) ? 0 : plan_make(&o->test, p, err);
}

static int enter_host(int argc, char **argv, const struct run_opts *o, const struct plan *p,
		      int *status, struct ktstr_err *err)
{
	const struct ktstr_test *t = &o->test;
	/* Those with a name are carried with the directory they are in. */
	bool own = t->scheduler && strchr(t->scheduler, '/');
	const char *const carry[] = { own ? p->sched_path : NULL, NULL };
	struct emulated_opts opts = {
		.carry = carry,
		.artifacts = t->out_dir,
		.save = t->save_memory,
		.held = t->hold_ms,
		.kernel = t->kernel,
		.mem_mib = (p->job.vm.mem_bytes >> 20) + RUN_BASE_MIB,
		.flags = EMULATED_SUITE,
	};

	/* in there it is in memory, too, until it is brought back */
	if (t->save_memory)
		opts.mem_mib += p->job.vm.mem_bytes >> 20;
	if (t->boot == KTSTR_BOOT_VMLINUX)
		opts.flags |= EMULATED_VMLINUX;
	if (t->timeout_ms)
		opts.timeout_ms = EMULATED_BOOT_MS + t->timeout_ms;
	return ktstr_host_enter(argc, argv, &opts, status, err);
}

static int run_main(int argc, char **argv)
{
	struct ktstr_result res;
	struct ktstr_err err;
	struct run_opts o;
	struct plan plan;
	int ret, status;

	if (run_opts_parse(argc - 1, argv + 1, &o, &err))
		return cmd_usage_error(&cmd_run, &err);
	if (o.help)
		return cmd_help(&cmd_run);
	ret = preflight(&o, &plan, &err);
	if (!ret)
		ret = enter_host(argc, argv, &o, &plan, &status, &err);
	plan_free(&plan);
	if (ret < 0)
		return setup_failed(&o, &err);
	if (ret)
		return status;
	catch_signals();
	run_vm(&o.test, &res);
	return finish(&o, &res);
}

const struct cmd cmd_run = {
	.name = "run",
	.brief = "run a scheduler in a VM and judge it",
	.usage = run_usage,
	.main = run_main,
};
