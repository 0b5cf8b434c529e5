// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: monitor-bench IMAGE
 *
 * What a sample of the monitor costs, natively on a saved guest of several CPUs (see
 * dump-bench), and what it costs a running guest: its work with the monitor beside
 * its work without, by turns. The second needs KVM; without it, that part runs in an
 * emulated host.
 *
 * Prints lines for scripts/bench.awk, see figure.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/figure.h"
#include "bench/monitor_rate.h"
#include "host/harness/emulated.h"
#include "host/harness/ktstr.h"
#include "host/inspect/image_guest.h"
#include "host/inspect/monitor_sample.h"
#include "host/kernel/vmcore.h"
#include "lib/log.h"
#include "lib/util.h"

#define EXIT_USAGE	5
#define HOST_TIMEOUT_MS (10 * 60 * 1000)
#define SAMPLES		51
/* One of them has a CPU of its own where the host has two; the other half is ours. */
#define GUEST_CPUS 1
#define GUEST_MIB  256
/* All rounds, and what it takes until the workers' counters are found. */
#define DURATION_MS (RATE_ROUNDS * RATE_SLICES * RATE_SLICE_MS + 6000)

static int sample_image(const struct image_guest *g, struct ktstr_err *err)
{
	struct monitor_cpu cpus[WIRE_MON_CPUS_MAX];
	struct monitor_sample s = { .nr_cpus = g->core->nr_cpus, .cpus = cpus };
	struct monitor_layout l;
	struct monitor_info info;
	double us[SAMPLES];
	int i;

	if (s.nr_cpus > ARRAY_SIZE(cpus) ||
	    monitor_layout_init(&l, g->gk, g->btf, g->has_scx ? &g->scx : NULL, &info))
		return ktstr_err_set(err, -EOPNOTSUPP, "the image cannot be sampled");
	monitor_sample_read(&l, g->gk, &s);
	for (i = 0; i < SAMPLES; i++) {
		/* a tenth of a second lies between two of a run */
		figure_cold_caches();
		us[i] = figure_cpu_ms();
		monitor_sample_read(&l, g->gk, &s);
		us[i] = (figure_cpu_ms() - us[i]) * 1000 / s.nr_cpus;
	}
	for (i = 0; i < s.nr_cpus; i++)
		if (!(cpus[i].flags & MONITOR_CPU_RQ))
			return ktstr_err_set(err, -EIO, "CPU %d of the image cannot be read", i);
	figure_print("monitor.us_per_vcpu", "us", us, SAMPLES, 0, "<=50");
	return 0;
}

static int bench_sample(const char *path, struct ktstr_err *err)
{
	struct image_guest *g = image_guest_open(path, NULL, err);
	int ret = g ? sample_image(g, err) : -errno;

	image_guest_close(g);
	return ret;
}

static void print_rates(const struct rate_result *r)
{
	double ratio[RATE_ROUNDS], wall[RATE_ROUNDS], us[RATE_ROUNDS];
	u32 i;

	for (i = 0; i < r->nr; i++) {
		ratio[i] = r->round[i].ratio;
		wall[i] = r->round[i].wall_ratio;
		us[i] = r->round[i].us_per_vcpu;
	}
	figure_print("monitor.guest_rate", "ratio", ratio, r->nr, 0, ">=0.99");
	figure_print("monitor.guest_wall_rate", "ratio", wall, r->nr, 0, NULL);
	figure_print("monitor.live_us_per_vcpu", "us", us, r->nr, 0, NULL);
}

/* That a round has its samples, and its other half has none, is part of it. */
static int check_rates(const struct rate_result *r, const struct ktstr_result *res,
		       struct ktstr_err *err)
{
	if (res->verdict != KTSTR_PASS)
		return ktstr_err_set(err, -EPROTO, "%.300s", res->reason_text);
	if (!r->found)
		return ktstr_err_set(err, -ENOENT, "the workers' counters are not in guest memory");
	if (r->nr != RATE_ROUNDS)
		return ktstr_err_set(err, -ETIME, "only %u of %u rounds", r->nr, RATE_ROUNDS);
	if (r->samples < RATE_ROUNDS * 2 || r->stray > RATE_ROUNDS)
		return ktstr_err_set(err, -EPROTO, "%u samples with the monitor, %u without",
				     r->samples, r->stray);
	return 0;
}

static int bench_rate(struct ktstr_err *err)
{
	struct ktstr_test test = {
		.name = "monitor",
		.topo = { 1, 1, GUEST_CPUS, 1 },
		.mem_mib = GUEST_MIB,
		.scheduler = "scx_simple",
		.duration_ms = DURATION_MS,
	};
	const struct rate_result *r = rate_begin(GUEST_CPUS);
	struct ktstr_result res;
	int ret;

	if (!r)
		return ktstr_err_set(err, -ENOMEM, "no memory");
	ret = ktstr_run(&test, &res);
	if (ret)
		ktstr_err_set(err, ret, "%.300s", res.reason_text);
	else
		ret = check_rates(r, &res, err);
	if (!ret)
		print_rates(r);
	ktstr_result_free(&res);
	return ret;
}

static int fail(const struct ktstr_err *err)
{
	pr_err("monitor-bench: %s", ktstr_err_msg(err));
	return EMULATED_INFRA_STATUS;
}

int main(int argc, char **argv)
{
	struct emulated_opts opts = { .flags = EMULATED_SUITE, .timeout_ms = HOST_TIMEOUT_MS };
	struct ktstr_err err = { "" };
	int status, ret;

	if (argc != 2) {
		fprintf(stderr, "usage: monitor-bench IMAGE\n");
		return EXIT_USAGE;
	}
	setlinebuf(stdout);
	if (!getenv(EMULATED_ENV) && bench_sample(argv[1], &err))
		return fail(&err);
	ret = ktstr_host_enter(argc, argv, &opts, &status, &err);
	if (ret > 0)
		return status;
	if (ret < 0 || bench_rate(&err))
		return fail(&err);
	return 0;
}
