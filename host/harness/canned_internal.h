/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_CANNED_INTERNAL_H
#define KTSTR_HOST_HARNESS_CANNED_INTERNAL_H

/* The parts of canned scenarios, between host/harness/canned*.c. */
#include "host/harness/ktstr_canned.h"

/* Loads that stay as they are: canned_load.c. */
extern const struct ktstr_cgroup canned_steady[];
extern const struct ktstr_cgroup canned_steady_llc[];
extern const struct ktstr_cgroup canned_oversubscribed[];
extern const struct ktstr_cgroup canned_pinned[];
extern const struct ktstr_cgroup canned_mixed[];
extern const struct ktstr_cgroup canned_nested[];
extern const struct ktstr_cgroup canned_preempt_storm[];
extern const struct ktstr_cgroup canned_rt_storm[];

/* Loads in parts of the machine, and changes: canned_change.c. */
extern const struct ktstr_cgroup canned_halves[];
extern const struct ktstr_cgroup canned_one[];
extern const struct ktstr_cgroup canned_movable[];
extern const struct ktstr_step canned_cpuset_apply[];
extern const struct ktstr_step canned_cpuset_clear[];
extern const struct ktstr_step canned_cpuset_resize[];
extern const struct ktstr_step canned_cgroup_add[];
extern const struct ktstr_step canned_cgroup_remove[];
extern const struct ktstr_step canned_affinity_change[];
extern const struct ktstr_step canned_host_contention[];
extern const struct ktstr_step canned_task_move[];

#endif /* KTSTR_HOST_HARNESS_CANNED_INTERNAL_H */
