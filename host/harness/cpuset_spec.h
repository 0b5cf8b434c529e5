/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_CPUSET_SPEC_H
#define KTSTR_HOST_HARNESS_CPUSET_SPEC_H

#include "host/harness/ktstr_scenario.h"
#include "lib/cpulist.h"
#include "lib/err.h"
#include "lib/topology.h"

/**
 * cpuset_all() - every CPU of a machine
 * @t: the machine
 * @out: set to them
 */
void cpuset_all(const struct topology *t, struct cpulist *out);

/**
 * cpuset_usable() - those that fractions are taken of
 * @t: the machine
 * @out: set to all CPUs, but for the last one of more than two
 */
void cpuset_usable(const struct topology *t, struct cpulist *out);

/**
 * cpuset_resolve() - the CPUs a specification means
 * @s: the specification
 * @t: the machine
 * @inherited: what KTSTR_CPUS_INHERIT stands for
 * @out: set on success, to one CPU at least
 * @err: "CpusetSpec validation failed: ", what is wrong, and what there is; or NULL
 *
 * Pure. Return: 0 or -EINVAL.
 */
int cpuset_resolve(const struct ktstr_cpuset *s, const struct topology *t,
		   const struct cpulist *inherited, struct cpulist *out, struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_CPUSET_SPEC_H */
