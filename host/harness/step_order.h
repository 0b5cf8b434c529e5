/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_STEP_ORDER_H
#define KTSTR_HOST_HARNESS_STEP_ORDER_H

#include <stdbool.h>
#include <linux/types.h>

#include "lib/wire.h"

/**
 * struct step_view - struct wire_stim in host byte order
 * @elapsed_ms: since scenario start
 * @step: 0 the baseline, else from 1
 * @ops: operations of the step
 * @op_kinds: bitmask of their kinds
 * @cgroups: alive
 * @workers: alive
 * @iterations: sum over all workers so far
 */
struct step_view {
	u32 elapsed_ms;
	u32 step;
	u32 ops;
	u32 op_kinds;
	u32 cgroups;
	u32 workers;
	u64 iterations;
};

/**
 * struct step_order - which WIRE_STIM or WIRE_STEN may come next
 * @begun: steps that have begun, the baseline too
 * @open: the last of them has not ended
 * @elapsed_ms: of the last frame
 *
 * Zeroed before the first frame.
 */
struct step_order {
	u32 begun;
	bool open;
	u32 elapsed_ms;
};

/**
 * step_decode() - read a WIRE_STIM or WIRE_STEN
 * @f: the frame, its CRC right
 * @v: filled in on success
 *
 * Return: false for another length.
 */
bool step_decode(const struct wire_frame *f, struct step_view *v);

/**
 * step_next() - may this frame come next
 * @o: what came before; updated when it may
 * @type: WIRE_STIM or WIRE_STEN
 * @v: what it says
 *
 * The baseline comes first and ends when step 1 begins, by itself or with a frame;
 * every other step begins when the one before has ended, and ends once. Time does
 * not go back.
 *
 * Return: whether it may.
 */
bool step_next(struct step_order *o, u32 type, const struct step_view *v);

#endif /* KTSTR_HOST_HARNESS_STEP_ORDER_H */
