// SPDX-License-Identifier: GPL-2.0-only
/* Loads of canned scenarios that stay as they are. */
#include "host/harness/canned_internal.h"

/* Two cgroups of them take no more than all CPUs of a preset. */
#define LESS_THAN_HALF 0.4
/* Of each kind, far more than a small machine has CPUs. */
#define MANY 32

const struct ktstr_cgroup canned_steady[] = {
	{ .name = "cell_0", .workers = { { .per_cpu = LESS_THAN_HALF } } },
	{ .name = "cell_1", .workers = { { .per_cpu = LESS_THAN_HALF } } },
	{},
};

const struct ktstr_cgroup canned_steady_llc[] = {
	{ .name = "cell_0", .cpuset = KTSTR_LLC(0), .workers = { { .per_cpu = 1 } } },
	{ .name = "cell_1", .cpuset = KTSTR_LLC(1), .workers = { { .per_cpu = 1 } } },
	{},
};

const struct ktstr_cgroup canned_oversubscribed[] = {
	{ .name = "cell_0", .workers = { { .nr = MANY } } },
	{ .name = "cell_1", .workers = { { .nr = MANY } } },
	{},
};

const struct ktstr_cgroup canned_pinned[] = {
	{ .name = "cell_0",
	  .workers = { { .nr = 4,
			 .affinity = { .kind = KTSTR_AFFINITY_EXACT,
				       .from = { .kind = KTSTR_CPUS_EXACT, .list = "0-1" } } } } },
	{ .name = "cell_1", .workers = { { .per_cpu = LESS_THAN_HALF } } },
	{},
};

const struct ktstr_cgroup canned_mixed[] = {
	{ .name = "spinning", .workers = { { .per_cpu = LESS_THAN_HALF } } },
	{ .name = "bursty", .workers = { { .nr = 2, .work = { .type = WORK_BURSTY } } } },
	{ .name = "io", .workers = { { .nr = 2, .work = { .type = WORK_IO_SYNC } } } },
	{ .name = "pipes", .workers = { { .nr = 2, .work = { .type = WORK_PIPE } } } },
	{ .name = "yielding", .workers = { { .nr = 2, .work = { .type = WORK_YIELD } } } },
	{},
};

const struct ktstr_cgroup canned_nested[] = {
	{ .name = "outer_0/inner_0", .workers = { { .nr = 2 } } },
	{ .name = "outer_0/inner_1", .workers = { { .nr = 1 } } },
	{ .name = "outer_1/middle/inner", .workers = { { .nr = 2 } } },
	{},
};

const struct ktstr_cgroup canned_preempt_storm[] = {
	{ .name = "cell_0", .workers = { { .nr = 3, .work = { .type = WORK_PREEMPT_STORM } } } },
	{ .name = "cell_1", .workers = { { .nr = 3, .work = { .type = WORK_PREEMPT_STORM } } } },
	{},
};

const struct ktstr_cgroup canned_rt_storm[] = {
	{ .name = "cell_0", .workers = { { .nr = 2, .work = { .type = WORK_RT_STARVATION } } } },
	{ .name = "cell_1", .workers = { { .per_cpu = LESS_THAN_HALF } } },
	{},
};
