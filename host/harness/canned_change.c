// SPDX-License-Identifier: GPL-2.0-only
/* Loads of canned scenarios while something is done to them. */
#include "host/harness/canned_internal.h"

#define BEFORE (1.0 / 3)
#define AFTER  (1.0 - BEFORE)

const struct ktstr_cgroup canned_one[] = {
	{ .name = "cell_0", .workers = { { .per_cpu = 0.5 } } },
	{},
};

const struct ktstr_cgroup canned_halves[] = {
	{ .name = "cell_0", .cpuset = KTSTR_DISJOINT(0, 2), .workers = { { .per_cpu = 1 } } },
	{ .name = "cell_1", .cpuset = KTSTR_DISJOINT(1, 2), .workers = { { .per_cpu = 1 } } },
	{},
};

static const struct ktstr_op apply[] = {
	{ .kind = KTSTR_OP_SET_CPUSET, .cgroup = "cell_0", .cpuset = KTSTR_DISJOINT(0, 2) },
	{ .kind = KTSTR_OP_SET_CPUSET, .cgroup = "cell_1", .cpuset = KTSTR_DISJOINT(1, 2) },
	{},
};

const struct ktstr_step canned_cpuset_apply[] = {
	{ .name = "anywhere", .hold = KTSTR_FRAC(BEFORE) },
	{ .name = "halves", .ops = apply, .hold = KTSTR_FRAC(AFTER) },
	{},
};

static const struct ktstr_op clear[] = {
	{ .kind = KTSTR_OP_CLEAR_CPUSET, .cgroup = "cell_0" },
	{ .kind = KTSTR_OP_CLEAR_CPUSET, .cgroup = "cell_1" },
	{},
};

const struct ktstr_step canned_cpuset_clear[] = {
	{ .name = "halves", .hold = KTSTR_FRAC(BEFORE) },
	{ .name = "anywhere", .ops = clear, .hold = KTSTR_FRAC(AFTER) },
	{},
};

static const struct ktstr_op grow[] = {
	{ .kind = KTSTR_OP_SET_CPUSET, .cgroup = "cell_0", .cpuset = KTSTR_RANGE(0, 0.75) },
	{ .kind = KTSTR_OP_SET_CPUSET, .cgroup = "cell_1", .cpuset = KTSTR_RANGE(0.75, 1) },
	{},
};

static const struct ktstr_op swap[] = {
	{ .kind = KTSTR_OP_SWAP_CPUSETS, .cgroup = "cell_0", .to = "cell_1" },
	{},
};

const struct ktstr_step canned_cpuset_resize[] = {
	{ .name = "halves", .hold = KTSTR_FRAC(BEFORE) },
	{ .name = "larger", .ops = grow, .hold = KTSTR_FRAC(BEFORE) },
	{ .name = "smaller", .ops = swap, .hold = KTSTR_FRAC(BEFORE) },
	{},
};

static const struct ktstr_cgroup added[] = {
	{ .name = "cell_1", .workers = { { .per_cpu = 0.5 } } },
	{ .name = "cell_2", .workers = { { .nr = 1, .work = { .type = WORK_BURSTY } } } },
	{},
};

const struct ktstr_step canned_cgroup_add[] = {
	{ .name = "one", .hold = KTSTR_FRAC(BEFORE) },
	{ .name = "three", .setup = added, .hold = KTSTR_FRAC(AFTER) },
	{},
};

static const struct ktstr_op removed[] = {
	{ .kind = KTSTR_OP_REMOVE_CGROUP, .cgroup = "cell_1" },
	{},
};

const struct ktstr_step canned_cgroup_remove[] = {
	{ .name = "two", .hold = KTSTR_FRAC(BEFORE) },
	{ .name = "one", .ops = removed, .hold = KTSTR_FRAC(AFTER) },
	{},
};

static const struct ktstr_op scatter[] = {
	{ .kind = KTSTR_OP_SET_AFFINITY,
	  .name = "cell_0",
	  .affinity = { .kind = KTSTR_AFFINITY_RANDOM, .count = 2 } },
	{},
};

static const struct ktstr_op gather[] = {
	{ .kind = KTSTR_OP_SET_AFFINITY, .name = "cell_0" },
	{},
};

const struct ktstr_step canned_affinity_change[] = {
	{ .name = "anywhere", .hold = KTSTR_FRAC(BEFORE) },
	{ .name = "scattered", .ops = scatter, .hold = KTSTR_FRAC(BEFORE) },
	{ .name = "anywhere again", .ops = gather, .hold = KTSTR_FRAC(BEFORE) },
	{},
};

static const struct ktstr_workers strangers = { .name = "strangers", .per_cpu = 0.5 };

static const struct ktstr_op compete[] = {
	{ .kind = KTSTR_OP_SPAWN, .workers = &strangers },
	{},
};

const struct ktstr_step canned_host_contention[] = {
	{ .name = "alone", .hold = KTSTR_FRAC(BEFORE) },
	{ .name = "with others", .ops = compete, .hold = KTSTR_FRAC(AFTER) },
	{},
};

const struct ktstr_cgroup canned_movable[] = {
	{ .name = "outer_0/from", .workers = { { .nr = 2 } } },
	{ .name = "outer_0/to" },
	{ .name = "outer_1/to", .workers = { { .nr = 1 } } },
	{},
};

static const struct ktstr_op move_near[] = {
	{ .kind = KTSTR_OP_MOVE_ALL_TASKS, .cgroup = "outer_0/from", .to = "outer_0/to" },
	{},
};

static const struct ktstr_op move_far[] = {
	{ .kind = KTSTR_OP_MOVE_ALL_TASKS, .cgroup = "outer_0/to", .to = "outer_1/to" },
	{},
};

const struct ktstr_step canned_task_move[] = {
	{ .name = "at home", .hold = KTSTR_FRAC(BEFORE) },
	{ .name = "next door", .ops = move_near, .hold = KTSTR_FRAC(BEFORE) },
	{ .name = "elsewhere", .ops = move_far, .hold = KTSTR_FRAC(BEFORE) },
	{},
};
