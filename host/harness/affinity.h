/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_AFFINITY_H
#define KTSTR_HOST_HARNESS_AFFINITY_H

#include "host/harness/ktstr_scenario.h"
#include "host/harness/pool.h"
#include "lib/cpulist.h"
#include "lib/err.h"
#include "lib/topology.h"

/* Different sets that workers of one group are given at most. */
#define AFFINITY_LISTS_MAX 512

/**
 * struct affinity_ctx - who is to be given CPUs
 * @topo: the machine
 * @cpuset: CPUs of the workers' cgroup
 * @workers: how many, at least 1
 * @seed: what random CPUs are drawn from; moves on with each draw
 */
struct affinity_ctx {
	const struct topology *topo;
	const struct cpulist *cpuset;
	u32 workers;
	u64 *seed;
};

/**
 * affinity_lists() - an affinity intent as lists of CPUs
 * @a: the intent
 * @c: whose
 * @pool: owner of what comes out
 * @lists: set to NULL-terminated lists in the kernel's notation: worker i gets
 *         list i modulo their number, AFFINITY_LISTS_MAX at most. NULL when nothing
 *         is said
 * @err: what is wrong and what there is, or NULL
 *
 * The same @a, @c and seed give the same lists. Every list has a CPU of @c->cpuset.
 *
 * Return: 0, -EINVAL, or -ENOMEM.
 */
int affinity_lists(const struct ktstr_affinity *a, const struct affinity_ctx *c, struct pool *pool,
		   char *const **lists, struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_AFFINITY_H */
