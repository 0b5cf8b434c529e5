// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: scenario-once start|sched|idle|gauntlet
 *
 * start      one guest of four CPUs with a load: from guest-ready to the load, and
 *            from the end of the load to the end of the machine
 * sched      the same under scx_simple
 * idle       one guest of eight CPUs without any load: the host's CPU time
 * gauntlet   24 small guests one after the other, as a test program runs them
 *
 * Prints one line of NAME=VALUE words. Without usable KVM it does so in a freshly
 * booted emulated host.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/harness/emulated.h"
#include "host/harness/ktstr.h"
#include "lib/log.h"
#include "lib/preset.h"
#include "lib/util.h"

#define EXIT_USAGE	5
#define HOST_TIMEOUT_MS (15 * 60 * 1000)
#define LOAD_MS		1000
#define IDLE_MS		10000
#define IDLE_CPUS	8
/* What the guest still does after it has started is no idling. */
#define SETTLE_NS (2 * NSEC_PER_SEC)
#define VARIANTS  24
#define SMALL	  4
#define SEEN_MAX  1024

/* Two cgroups with two workers each: a CPU for each of them. */
static const struct ktstr_cgroup load[] = {
	{ .name = "cell_0", .workers = { { .nr = 2 } } },
	{ .name = "cell_1", .workers = { { .nr = 2 } } },
	{},
};

static const struct ktstr_cgroup nobody[] = {
	{ .name = "empty" },
	{},
};

static double ms(u64 ns)
{
	return (double)ns / NSEC_PER_MSEC;
}

static int run(struct ktstr_test *test, struct ktstr_result *res, struct ktstr_err *err)
{
	int ret = ktstr_run(test, res);

	if (ret)
		return ktstr_err_set(err, ret, "%.300s", res->reason_text);
	if (res->verdict != KTSTR_PASS)
		return ktstr_err_set(err, -EPROTO, "%.300s", res->reason_text);
	return 0;
}

/* The only step, without ops of its own: its hold begins with it. */
static const struct ktstr_phase *hold_of(const struct ktstr_result *res, struct ktstr_err *err)
{
	if (res->load.nr_phases == 2 && res->load.phases[1].to_ns)
		return &res->load.phases[1];
	ktstr_err_set(err, -ENOENT, "the workload's step is not on record");
	return NULL;
}

/*
 * When the hold was over, on the host's clock: a frame may be seen late, but never
 * early, so the one that was seen soonest after it was sent tells how the guest's
 * clock is set.
 */
static u64 hold_over_ns(const struct ktstr_result *res, const struct ktstr_phase *hold)
{
	u64 origin = res->timings.scenario_ns;

	origin = min(origin, hold->from_ns - hold->from_ms * NSEC_PER_MSEC);
	origin = min(origin, hold->to_ns - hold->to_ms * NSEC_PER_MSEC);
	return origin + (hold->from_ms + LOAD_MS) * NSEC_PER_MSEC;
}

static int print_start(const struct ktstr_result *res, const char *what, struct ktstr_err *err)
{
	const struct ktstr_phase *hold = hold_of(res, err);
	const struct ktstr_timings *t = &res->timings;
	u64 from, over;

	if (!hold)
		return -ENOENT;
	from = t->attach_ns ?: t->ready_ns;
	over = hold_over_ns(res, hold);
	if (t->scenario_ns < from || t->end_ns < over)
		return ktstr_err_set(err, -ERANGE,
				     "times that cannot be: ready %.1f ms, load %.1f ms, over %.1f ms, end %.1f ms",
				     ms(from), ms(t->scenario_ns), ms(over), ms(t->end_ns));
	printf("which=scenario boot=%s cpus=%d", what, SMALL);
	printf(" ready_ms=%.3f start_ms=%.3f start_share=%.5f teardown_ms=%.3f stop_ms=%.3f\n",
	       ms(t->ready_ns), ms(t->scenario_ns - from),
	       (double)(t->scenario_ns - from) / t->ready_ns, ms(t->end_ns - over),
	       hold->to_ns > over ? ms(hold->to_ns - over) : 0);
	return 0;
}

static int bench_start(const char *what, struct ktstr_err *err)
{
	struct ktstr_test test = {
		.name = "start",
		.topo = { 1, 1, SMALL, 1 },
		.scheduler = strcmp(what, "sched") ? NULL : "scx_simple",
		.backdrop = load,
		.duration_ms = LOAD_MS,
		.no_observe = true,
	};
	struct ktstr_result res;
	int ret = run(&test, &res, err);

	if (!ret)
		ret = print_start(&res, what, err);
	ktstr_result_free(&res);
	return ret;
}

/**
 * struct usage - CPU time of the VMM process over time
 * @clock: its CPU-time clock
 * @found: it is known
 * @nr: looks at it
 * @at_ns: when, CLOCK_MONOTONIC
 * @cpu_ns: CPU time of all its threads
 */
struct usage {
	clockid_t clock;
	bool found;
	u32 nr;
	u64 at_ns[SEEN_MAX];
	u64 cpu_ns[SEEN_MAX];
};

/* This process has one child while it runs a test: the VMM. */
static bool find_vmm(struct usage *u)
{
	char path[64];
	int pid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fscanf(f, "%d", &pid) != 1)
		pid = 0;
	fclose(f);
	return pid && !clock_getcpuclockid(pid, &u->clock);
}

static bool look(void *ctx)
{
	struct usage *u = ctx;
	struct timespec ts;

	u->found = u->found || find_vmm(u);
	if (!u->found || u->nr == SEEN_MAX || clock_gettime(u->clock, &ts))
		return false;
	u->at_ns[u->nr] = mono_ns();
	u->cpu_ns[u->nr++] = ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
	return false;
}

static int print_idle(const struct usage *u, const struct ktstr_result *res, struct ktstr_err *err)
{
	const struct ktstr_phase *hold = hold_of(res, err);
	u32 first = 0, last;
	u64 begin;

	if (!hold)
		return -ENOENT;
	begin = res->report.t_start_ns + hold->from_ns;
	while (first < u->nr && u->at_ns[first] < begin + SETTLE_NS)
		first++;
	for (last = first; last + 1 < u->nr; last++)
		if (u->at_ns[last + 1] > begin + IDLE_MS * NSEC_PER_MSEC)
			break;
	if (last <= first)
		return ktstr_err_set(err, -ENODATA, "the VMM's CPU time was not seen: %u looks",
				     u->nr);
	printf("which=scenario boot=idle cpus=%d core_share=%.6f vcpu_ms=%.3f seen_ms=%.1f\n",
	       IDLE_CPUS,
	       (double)(u->cpu_ns[last] - u->cpu_ns[first]) / (u->at_ns[last] - u->at_ns[first]),
	       ms(res->load.contention.on_cpu_ns), ms(u->at_ns[last] - u->at_ns[first]));
	return 0;
}

static int bench_idle(struct ktstr_err *err)
{
	static struct usage u;
	struct ktstr_test test = {
		.name = "idle",
		.topo = { 1, 1, IDLE_CPUS, 1 },
		.backdrop = nobody,
		.duration_ms = IDLE_MS,
		.no_observe = true,
		.stop = look,
		.stop_ctx = &u,
	};
	struct ktstr_result res;
	int ret = run(&test, &res, err);

	if (!ret)
		ret = print_idle(&u, &res, err);
	ktstr_result_free(&res);
	return ret;
}

static int bench_gauntlet(struct ktstr_err *err)
{
	static const char *const machine[] = { "tiny-1llc", "tiny-2llc" };
	u64 start = mono_ns(), parts = 0;
	struct ktstr_result res;
	int i, ret = 0;

	for (i = 0; i < VARIANTS && !ret; i++) {
		struct ktstr_test test = {
			.name = "variant",
			.topology = machine[i % ARRAY_SIZE(machine)],
			.backdrop = load,
			.duration_ms = LOAD_MS,
		};

		ret = run(&test, &res, err);
		parts += res.timings.ready_ns + LOAD_MS * NSEC_PER_MSEC;
		ktstr_result_free(&res);
	}
	if (!ret)
		printf("which=scenario boot=gauntlet cpus=%d overhead=%.5f seconds=%.3f\n", SMALL,
		       (double)(mono_ns() - start) / parts,
		       (double)(mono_ns() - start) / NSEC_PER_SEC);
	return ret;
}

static int measure(const char *what, struct ktstr_err *err)
{
	if (!strcmp(what, "idle"))
		return bench_idle(err);
	if (!strcmp(what, "gauntlet"))
		return bench_gauntlet(err);
	return bench_start(what, err);
}

static bool known(const char *what)
{
	static const char *const all[] = { "start", "sched", "idle", "gauntlet" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (!strcmp(all[i], what))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct emulated_opts opts = { .flags = EMULATED_SUITE, .timeout_ms = HOST_TIMEOUT_MS };
	struct ktstr_err err = { "" };
	int status, ret;

	if (argc != 2 || !known(argv[1])) {
		fprintf(stderr, "usage: scenario-once start|sched|idle|gauntlet\n");
		return EXIT_USAGE;
	}
	ret = ktstr_host_enter(argc, argv, &opts, &status, &err);
	if (ret > 0)
		return status;
	if (!ret)
		ret = measure(argv[1], &err);
	if (ret < 0)
		pr_err("scenario-once: %s", err.msg);
	return ret < 0 ? EMULATED_INFRA_STATUS : 0;
}
