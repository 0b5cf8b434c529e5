// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "host/harness/discover.h"
#include "host/harness/emulated.h"
#include "host/harness/kmodule.h"
#include "host/harness/plan.h"
#include "lib/log.h"
#include "lib/util.h"
#include "sched_names.h"
#include "terminal.h"
#include "verifier_opts.h"

/* What the program and the harness take beside the guest's own memory. */
#define BASE_MIB   256
#define EXIT_INFRA 3

static const char verifier_usage[] =
	"usage: ktstr verifier [<option>...]\n"
	"\n"
	"Loads schedulers on kernels and machines, each combination once, and shows how\n"
	"many instructions the verifier went through for each of their struct_ops\n"
	"programs, as the host reads it from the guest's memory. A scheduler passes where\n"
	"it attached and workers, one for each CPU, made progress under it. Where the\n"
	"verifier refused it, its log is shown, with what repeats once. Where KVM is not\n"
	"usable, all of it happens inside an emulated host.\n"
	"\n"
	"  --scheduler NAME  a sched_ext scheduler ('ktstr list') or the path of one; more\n"
	"                    than once for several; default: all there are\n"
	"  --preset NAME     a machine: tiny-1llc, smt-2llc, numa2-4llc and others; more\n"
	"                    than once for several; default: tiny-1llc and tiny-2llc\n"
	"  --topology SPEC   another one: nodes, LLCs in all, cores per LLC, threads per\n"
	"                    core, such as 1n2l4c2t\n"
	"  --kernel FILE     bzImage or vmlinux; more than once for several; default:\n"
	"                    $KTSTR_KERNEL, the one built in $KDIR, the one scripts/setup\n"
	"                    fetched\n"
	"  --raw             show the output of schedulers that failed as it is\n"
	"  --json            print the sweep as JSON, and nothing else\n"
	"  --out DIR         leave a file for each combination and a summary there,\n"
	"                    verifier.json, beside the files of 'ktstr run'\n"
	"\n"
	"examples:\n"
	"  ktstr verifier --scheduler scx_simple\n"
	"  ktstr verifier --scheduler ./scx_mine --preset smt-2llc --preset numa2-4llc\n"
	"  ktstr verifier --kernel old/bzImage --kernel new/bzImage --out d\n"
	"\n"
	"exit status: 0 all passed, 1 at least one failed, 2 inconclusive, 3 the machine\n"
	"or ktstr itself failed, 4 all skipped, 5 wrong usage, 128+N ended by signal N\n";

/* A signal handler has no argument to take its state from. */
static atomic_int verifier_signal;

static void on_signal(int sig)
{
	verifier_signal = sig;
}

static void catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction sa = { .sa_handler = on_signal }, old;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signals); i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &sa, NULL);
}

static bool stopped(void *ctx)
{
	return verifier_signal;
}

/**
 * struct sweeping - what the options come to
 * @o: the options
 * @s: the sweep
 * @kernels: of @s
 * @paths: of @kernels, owned
 * @mem_mib: of the largest guest
 */
struct sweeping {
	struct verifier_opts o;
	struct sweep s;
	struct sweep_kernel *kernels;
	struct strv paths;
	u32 mem_mib;
};

/* All there are, or those that were named, which must be there. */
static int take_schedulers(struct sweeping *w, struct ktstr_err *err)
{
	struct strv *names = &w->o.schedulers;
	size_t i;
	char *at;

	if (!names->nr) {
		at = sched_names(names, err);
		free(at);
		if (!at)
			return -ENOENT;
	}
	for (i = 0; i < names->nr; i++) {
		at = discover_scheduler(names->v[i], err);
		free(at);
		if (!at)
			return -ENOENT;
	}
	if (names->failed)
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	if (!names->nr)
		return ktstr_err_set(err, -ENOENT, "no schedulers; 'make' builds them");
	w->s.scheds = (const char *const *)names->v;
	w->s.nr_scheds = names->nr;
	return 0;
}

/* Two of the same release differ in their file. */
static void label(struct sweeping *w, u32 i)
{
	struct sweep_kernel *k = &w->kernels[i];
	const char *slash = strrchr(k->path, '/');
	char release[64] = "";
	u32 j;

	discover_release(k->path, release, sizeof(release));
	snprintf(k->label, sizeof(k->label), "%.63s",
		 release[0] ? release : (slash ? slash + 1 : k->path));
	for (j = 0; j < i; j++)
		if (!strcmp(w->kernels[j].label, k->label))
			snprintf(k->label, sizeof(k->label), "%.58s-%u",
				 release[0] ? release : (slash ? slash + 1 : k->path), i + 1);
}

static int take_kernels(struct sweeping *w, struct ktstr_err *err)
{
	size_t i, nr = max_t(size_t, w->o.kernels.nr, 1);
	char *path;

	for (i = 0; i < nr; i++) {
		path = discover_kernel(w->o.kernels.nr ? w->o.kernels.v[i] : NULL, err);
		if (!path)
			return -errno ?: -ENOENT;
		strv_add(&w->paths, path);
		free(path);
	}
	w->kernels = calloc(nr, sizeof(*w->kernels));
	if (!w->kernels || w->paths.failed)
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < nr; i++) {
		w->kernels[i].path = w->paths.v[i];
		label(w, i);
	}
	w->s.kernels = w->kernels;
	w->s.nr_kernels = nr;
	return 0;
}

static int set_up(struct sweeping *w, struct ktstr_err *err)
{
	int ret = take_schedulers(w, err);

	if (!ret)
		ret = take_kernels(w, err);
	if (ret)
		return ret;
	w->s.machines = w->o.machines;
	w->s.nr_machines = w->o.nr_machines;
	w->s.out_dir = w->o.out;
	return sweep_init(&w->s) ? ktstr_err_set(err, -ENOMEM, "out of memory") : 0;
}

/*
 * What cannot run should be told here and now, not after an emulated machine has
 * started: every kernel is tried with the largest machine.
 */
static int preflight(struct sweeping *w, struct ktstr_err *err)
{
	struct ktstr_test test = { .name = "verifier", .scheduler = w->s.scheds[0] };
	struct plan plan;
	u32 i;
	int ret = 0;

	for (i = 0; i < w->s.nr_machines; i++)
		if (!i || topology_cpus(&w->o.machines[i].topo) > topology_cpus(&test.topo))
			test.topo = w->o.machines[i].topo;
	for (i = 0; i < w->s.nr_kernels && !ret; i++) {
		test.kernel = w->kernels[i].path;
		ret = plan_make(&test, &plan, err);
		w->mem_mib = max_t(u32, w->mem_mib, plan.job.vm.mem_bytes >> 20);
		plan_free(&plan);
	}
	return ret;
}

/* What a kernel is read with, and what its guests need. */
static void carry_kernel(struct strv *carry, const char *kernel)
{
	static const char *const beside[] = { "release", "config" };
	static const char *const modules[] = {
		"virtio",
		"virtio_ring",
		"virtio_mmio",
		"virtio_console",
	};
	const char *slash = strrchr(kernel, '/');
	char *path;
	size_t i;

	strv_add(carry, kernel);
	for (i = 0; i < ARRAY_SIZE(beside); i++) {
		if (asprintf(&path, "%.*s%s", (int)(slash ? slash - kernel + 1 : 0), kernel,
			     beside[i]) < 0)
			continue;
		if (!access(path, R_OK))
			strv_add(carry, path);
		free(path);
	}
	for (i = 0; i < ARRAY_SIZE(modules); i++) {
		path = kmodule_find(kernel, modules[i]);
		if (path)
			strv_add(carry, path);
		free(path);
	}
}

static int enter_host(int argc, char **argv, struct sweeping *w, int *status, struct ktstr_err *err)
{
	struct strv carry = { 0 };
	struct emulated_opts opts = {
		.artifacts = w->o.out,
		.kernel = w->kernels[0].path,
		.mem_mib = w->mem_mib + BASE_MIB,
		.flags = EMULATED_SUITE,
	};
	u32 i;
	int ret;

	/* those with a name are carried with the directory they are in */
	for (i = 0; i < w->s.nr_scheds; i++)
		if (strchr(w->s.scheds[i], '/'))
			strv_add(&carry, w->s.scheds[i]);
	for (i = 1; i < w->s.nr_kernels; i++)
		carry_kernel(&carry, w->kernels[i].path);
	if (carry.failed) {
		ret = ktstr_err_set(err, -ENOMEM, "out of memory");
	} else {
		opts.carry = (const char *const *)carry.v;
		ret = ktstr_host_enter(argc, argv, &opts, status, err);
	}
	strv_free(&carry);
	return ret;
}

static void progress(const struct sweeping *w, const struct sweep_cell *c)
{
	char name[320];

	fprintf(stderr, "ktstr: [%u/%u] %s: %s, %.1f s\n", (u32)(c - w->s.cells) + 1, w->s.nr_cells,
		sweep_cell_name(&w->s, c, name, sizeof(name)), ktstr_verdict_name(c->verdict),
		(double)c->elapsed_ns / NSEC_PER_SEC);
}

/* A file that could not be written is a failure of the sweep, not of a cell. */
static int run_cells(struct sweeping *w)
{
	bool show = terminal_is(STDERR_FILENO);
	struct ktstr_err err;
	int ret = 0;
	u32 i;

	for (i = 0; i < w->s.nr_cells && !verifier_signal; i++) {
		struct sweep_cell *c = &w->s.cells[i];

		sweep_run_cell(&w->s, c, stopped, NULL);
		if (show)
			progress(w, c);
		if (sweep_write_cell(&w->s, c, &err)) {
			pr_err("%s", err.msg);
			ret = EXIT_INFRA;
		}
	}
	if (sweep_write(&w->s, &err)) {
		pr_err("%s", err.msg);
		ret = EXIT_INFRA;
	}
	return ret;
}

static int finish(struct sweeping *w)
{
	struct sweep_look look = {
		.signs = terminal_is(STDOUT_FILENO) && terminal_takes_utf8(),
		.raw = w->o.raw,
	};
	int lost = run_cells(w), status = sweep_exit_code(&w->s);

	if (!w->o.json) {
		sweep_print(stdout, &w->s, &look);
	} else if (sweep_json(stdout, &w->s)) {
		pr_err("the sweep could not be written");
		lost = EXIT_INFRA;
	}
	if (verifier_signal)
		return 128 + verifier_signal;
	return status ?: lost;
}

static int sweep(int argc, char **argv, struct sweeping *w)
{
	struct ktstr_err err = { "" };
	int ret, status = 0;

	ret = set_up(w, &err);
	if (!ret && !getenv(EMULATED_ENV))
		ret = preflight(w, &err);
	if (!ret) {
		terminal_remember();
		ret = enter_host(argc, argv, w, &status, &err);
	}
	if (ret < 0) {
		fprintf(stderr, "ktstr verifier: %s\n", err.msg);
		return EXIT_INFRA;
	}
	if (ret)
		return status;
	catch_signals();
	return finish(w);
}

static int verifier_main(int argc, char **argv)
{
	struct sweeping w = { 0 };
	struct ktstr_err err;
	int ret;

	if (verifier_opts_parse(argc - 1, argv + 1, &w.o, &err))
		ret = cmd_usage_error(&cmd_verifier, &err);
	else if (w.o.help)
		ret = cmd_help(&cmd_verifier);
	else
		ret = sweep(argc, argv, &w);
	sweep_free(&w.s);
	free(w.kernels);
	strv_free(&w.paths);
	verifier_opts_free(&w.o);
	return ret;
}

const struct cmd cmd_verifier = {
	.name = "verifier",
	.brief = "count what the verifier went through, scheduler by scheduler",
	.usage = verifier_usage,
	.main = verifier_main,
};
