/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_OUTPUT_H
#define KTSTR_HOST_HARNESS_OUTPUT_H

#include "host/harness/ktstr.h"
#include "lib/wire.h"

/**
 * struct output_order - which WIRE_ROUT frame may come next
 * @id: of the program that runs, or ran last; 0 before the first
 * @open: it has started and not ended
 * @nr: programs so far, at most KTSTR_OUTPUTS_MAX
 * @bytes: of its output so far
 * @total: of all output so far, at most WIRE_OUTPUT_MAX
 *
 * Zeroed before the first frame.
 */
struct output_order {
	u32 id;
	bool open;
	u32 nr;
	u64 bytes;
	u64 total;
};

/**
 * output_next() - check the next WIRE_ROUT frame
 * @o: what came before; updated when the frame fits
 * @f: the frame, its CRC right
 * @v: set to what it says; points into the frame
 *
 * Return: whether it can be read, and may come here.
 */
bool output_next(struct output_order *o, const struct wire_frame *f, struct rout_view *v);

/**
 * output_fill() - put the outputs of programs together
 * @res: @nr_outputs and @outputs are set; output_free() them even after a
 *       failure
 * @frames: the verdict log; only WIRE_ROUT frames that output_next() takes count
 * @nr: how many
 *
 * Return: 0 or -ENOMEM.
 */
int output_fill(struct ktstr_result *res, const struct wire_frame *frames, size_t nr);

/**
 * output_free() - release the outputs of a result
 * @res: the result
 */
void output_free(struct ktstr_result *res);

#endif /* KTSTR_HOST_HARNESS_OUTPUT_H */
