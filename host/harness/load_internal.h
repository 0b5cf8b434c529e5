/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_LOAD_INTERNAL_H
#define KTSTR_HOST_HARNESS_LOAD_INTERNAL_H

/* Between the files of the workload, and for nobody else. */
#include "load.h"

/**
 * load_fill_cgroups() - add up the workers of each cgroup and step
 * @load: with its groups and workers
 * @topo: where the nodes are, or NULL: page locality is not known
 *
 * Only workers that reported at the end count.
 *
 * Return: 0 or -ENOMEM.
 */
int load_fill_cgroups(struct ktstr_load *load, const struct topology *topo);

/**
 * load_fill_phases() - lay the steps beside the samples of the monitor
 * @load: gets the phases
 * @in: frames, samples and names of steps
 *
 * Return: 0 or -ENOMEM.
 */
int load_fill_phases(struct ktstr_load *load, const struct verdict_input *in);

#endif /* KTSTR_HOST_HARNESS_LOAD_INTERNAL_H */
