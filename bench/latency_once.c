// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: latency-once CPUS
 *
 * Boots one guest whose scheduler fails 300 ms after it attached, and prints how
 * long it took from the store that killed it until the dump of the standstill
 * was on record: one line of NAME=VALUE words. Without usable KVM it does so in
 * a freshly booted emulated host.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/emulated.h"
#include "host/harness/ktstr.h"
#include "lib/log.h"
#include "lib/util.h"

#define EXIT_USAGE	5
#define DURATION_MS	3000
#define HOST_TIMEOUT_MS (5 * 60 * 1000)

/* From the middle of a run, on whichever CPU comes first. */
static const char *const sched_args[] = { "--error-from=dispatch", "--error-after=300", NULL };

static double us(u64 ns)
{
	return (double)ns / NSEC_PER_MSEC * 1000;
}

/* What the coordinator noted when the dump was written. */
static const struct op_view *written(const struct ktstr_result *res)
{
	const struct op_view *v = ktstr_op_find(res, WIRE_OP_CAPTURE, "failure-dump");

	return v && v->status == WIRE_SNAP_OK && !v->reason[0] ? v : NULL;
}

static int print(u32 cpus, const struct ktstr_result *res, struct ktstr_err *err)
{
	const struct ktstr_snapshot *s = ktstr_snapshot_find(res, "");
	const struct op_view *w = written(res);
	const struct dump_view *v;

	if (!s || s->v.kind != WIRE_DUMP_FAILURE)
		return ktstr_err_set(err, -ENOENT, "the watchpoint did not catch it: %.300s",
				     res->reason_text);
	v = &s->v;
	if (v->frozen != cpus || v->vcpus != cpus)
		return ktstr_err_set(err, -ETIMEDOUT, "%u of %u vCPUs stood still", v->frozen,
				     v->vcpus);
	if (!v->latch_to_frozen_ns || !w || w->t_ns <= v->t_ns)
		return ktstr_err_set(err, -EPROTO, "the dump lacks times: %.300s",
				     w ? res->reason_text : "it was not written in time");
	printf("which=latency boot=dump cpus=%u trap_to_frozen_us=%.2f", cpus,
	       us(v->latch_to_frozen_ns));
	printf(" frozen_to_captured_us=%.2f standstill_us=%.2f request_to_written_us=%.2f\n",
	       us(v->frozen_to_captured_ns), us(v->frozen_ns), us(w->t_ns - v->t_ns));
	return 0;
}

static int measure(u32 cpus, struct ktstr_err *err)
{
	struct ktstr_test test = {
		.name = "latency",
		.topo = { 1, 1, cpus, 1 },
		.scheduler = "ktstr_fixture",
		.sched_args = sched_args,
		.duration_ms = DURATION_MS,
		/* slot 0 is to be armed when it fails */
		.observe_first = true,
	};
	struct ktstr_result res;
	int ret;

	ret = ktstr_run(&test, &res);
	if (ret)
		ktstr_err_set(err, ret, "%.300s", res.reason_text);
	else
		ret = print(cpus, &res, err);
	ktstr_result_free(&res);
	return ret;
}

int main(int argc, char **argv)
{
	struct emulated_opts opts = { .flags = EMULATED_SUITE, .timeout_ms = HOST_TIMEOUT_MS };
	u32 cpus = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	struct ktstr_err err = { "" };
	int status, ret;

	if (cpus < 1 || cpus > 64) {
		fprintf(stderr, "usage: latency-once CPUS\n");
		return EXIT_USAGE;
	}
	ret = ktstr_host_enter(argc, argv, &opts, &status, &err);
	if (ret > 0)
		return status;
	if (!ret)
		ret = measure(cpus, &err);
	if (ret < 0)
		pr_err("latency-once: %s", err.msg);
	return ret < 0 ? EMULATED_INFRA_STATUS : 0;
}
