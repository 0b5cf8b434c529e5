/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_SCENARIO_OP_H
#define KTSTR_LIB_SCENARIO_OP_H

/* One op of a scenario as bytes; between lib/scenario.c and lib/scenario_op.c. */
#include "lib/scenario.h"
#include "lib/scenario_part.h"

/**
 * scenario_op_encode() - add an op as the payload of a SOPR frame
 * @op: the op
 * @b: where to; its @err becomes -EINVAL for an op that would not decode again
 */
void scenario_op_encode(const struct scenario_op *op, struct scenario_buf *b);

/**
 * scenario_op_decode() - read the payload of a SOPR frame
 * @op: zeroed; release it with scenario_op_free() whatever comes back
 * @payload: the bytes
 * @len: how many
 * @why: set to what is wrong with them, a constant text, after -EBADMSG
 *
 * Its group is not looked up.
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int scenario_op_decode(struct scenario_op *op, const void *payload, size_t len, const char **why);

/**
 * scenario_op_has_group() - is an op about a group of workers
 * @op: a good op
 */
bool scenario_op_has_group(const struct scenario_op *op);

/**
 * scenario_op_free() - release what a decoded op points to
 * @op: as of scenario_op_decode(), also after a failure
 */
void scenario_op_free(struct scenario_op *op);

#endif /* KTSTR_LIB_SCENARIO_OP_H */
