/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_SCENARIO_PLAN_H
#define KTSTR_HOST_HARNESS_SCENARIO_PLAN_H

/*
 * From what a test says to what guest-init does: names are resolved, cpusets and
 * affinities become lists of CPUs, what ends with a step gets ops that end it.
 * Everything that cannot be is refused here, before a VM exists. Pure but for
 * looking programs up.
 */
#include "host/harness/initramfs.h"
#include "host/harness/ktstr.h"
#include "host/harness/plan_ops.h"
#include "lib/err.h"
#include "lib/scenario.h"
#include "lib/topology.h"

/**
 * struct scenario_payload - a payload as it was planned
 * @name: of its output
 * @payload: what the test says of it; the test's own
 * @step: 0 = the backdrop's, else the step that started it, from 1
 */
struct scenario_payload {
	const char *name;
	const struct ktstr_payload *payload;
	u32 step;
};

/**
 * struct scenario_plan - a test's load, ready to be encoded
 * @sc: groups, steps, ops, nr_backdrop, nr_end, duration_ms are filled in; all
 *      in memory of the plan's own
 * @groups: the same groups, for whoever judges them
 * @step_names: names of @sc.nr_steps steps
 * @nr_groups: how many, as @sc.nr_groups
 * @payloads: programs that are part of the load, in the order they are started
 * @nr_payloads: how many
 * @nr_workers: of all groups together
 * @seed: what was drawn, was drawn from this; 0 when nothing was
 * @sched_at_end: a scheduler is attached when the last step is over
 * @ops_at_end: name of its ops, or NULL for any; the test's own
 * @ops: @sc.ops with what they come to: how many snapshots, what time they may take;
 *       owns the strings of the plan
 *
 * Owned by the caller: scenario_plan_free().
 */
struct scenario_plan {
	struct scenario sc;
	struct ktstr_group *groups;
	char **step_names;
	size_t nr_groups;
	struct scenario_payload *payloads;
	size_t nr_payloads;
	u32 nr_workers;
	u64 seed;
	bool sched_at_end;
	const char *ops_at_end;
	struct plan_ops ops;
};

/**
 * scenario_plan_make() - check a test's load and lay it out
 * @test: the test. Without steps its workers and ops make one step
 * @topo: the machine
 * @seed: what random CPUs are drawn from, unless the test has a seed of its own
 * @p: filled in, also after a failure
 * @err: names the step, the cgroup, the op by its index, what is wrong, and what
 *       there is instead, or NULL
 *
 * Return: 0, -EINVAL, -E2BIG, -ENOMEM, or as discover_program().
 */
int scenario_plan_make(const struct ktstr_test *test, const struct topology *topo, u64 seed,
		       struct scenario_plan *p, struct ktstr_err *err);

/**
 * scenario_plan_carry() - take the programs of its ops along
 * @p: made
 * @fs: the guest's archive
 * @err: names the program or the library that is missing, or NULL
 *
 * Return: as carry_file().
 */
int scenario_plan_carry(const struct scenario_plan *p, struct initramfs *fs, struct ktstr_err *err);

/**
 * scenario_plan_free() - release everything; takes a zeroed or half-made one
 * @p: the plan
 */
void scenario_plan_free(struct scenario_plan *p);

#endif /* KTSTR_HOST_HARNESS_SCENARIO_PLAN_H */
