/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_WORKLOAD_H
#define KTSTR_GUEST_WORKLOAD_H

#include "run.h"

/**
 * workload_run() - carry the scenario out: backdrop, steps, end
 * @g: the run, its scheduler attached
 *
 * Sends WIRE_SCST, WIRE_STIM and WIRE_STEN, and the reports of workers that end on
 * the way. Any failure becomes the run's, and ends the scenario in good order.
 */
void workload_run(struct guest *g);

/**
 * workload_end() - stop what still lives, and report it
 * @g: the run, after workload_run()
 *
 * Workers have GROUPS_STOP_NS together, then they are killed.
 */
void workload_end(struct guest *g);

#endif /* KTSTR_GUEST_WORKLOAD_H */
