/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_WATCH_RUN_H
#define KTSTR_SELFTESTS_WATCH_RUN_H

/*
 * Runs of selftests/sched/ktstr_fixture, and what is looked at in their snapshots.
 * To be included once in a test program.
 */
#include "ktstr_harness.h"

#define RUN_TIMEOUT_S 300
#define TOPOLOGY      "1n1l2c1t"
#define VCPUS	      2
/* As long as it takes, at most; a scheduler that ends also ends the run. */
#define DURATION_MS 20000

static inline void run(struct ktstr_test *test, struct ktstr_result *res)
{
	test->topology = TOPOLOGY;
	test->scheduler = "ktstr_fixture";
	/* some errors come during the attach: nothing of it may be missed */
	test->observe_first = true;
	if (!test->duration_ms)
		test->duration_ms = DURATION_MS;
	ktstr_run(test, res);
	test_summary(res);
}

static inline size_t count_snapshots(const struct ktstr_result *res, enum wire_dump_kind kind)
{
	size_t n = 0, i;

	for (i = 0; i < res->nr_snapshots; i++)
		n += res->snapshots[i].v.kind == kind;
	return n;
}

static inline void print_timing(const struct dump_view *v)
{
	ksft_print_msg("%s on vCPU %u: %llu us to frozen, %llu us to captured, %llu us in all\n",
		       v->ip_symbol, v->vcpu, (unsigned long long)v->latch_to_frozen_ns / 1000,
		       (unsigned long long)v->frozen_to_captured_ns / 1000,
		       (unsigned long long)v->frozen_ns / 1000);
}

static inline int watch_main(int argc, char **argv)
{
	struct ktstr_err err = { "" };
	char *fixture;

	test_enter(argc, argv);
	fixture = discover_scheduler("ktstr_fixture", &err);
	if (!fixture)
		test_lacks("the fixture scheduler is not built", &err);
	free(fixture);
	return test_harness_run(argc, argv);
}

#endif /* KTSTR_SELFTESTS_WATCH_RUN_H */
