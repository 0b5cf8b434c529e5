/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_SCENARIO_OP_H
#define KTSTR_LIB_SCENARIO_OP_H

/* One op of a scenario as bytes; between lib/scenario.c and lib/scenario_op.c. */
#include "lib/scenario.h"

/**
 * scenario_op_encode() - an op as the payload of a SOPR frame
 * @op: the op
 * @buf: set to the payload; the caller frees it
 * @len: set to its size
 *
 * Return: 0, -EINVAL for an op that would not decode again, or -ENOMEM.
 */
int scenario_op_encode(const struct scenario_op *op, void **buf, size_t *len);

/**
 * scenario_op_decode() - read the payload of a SOPR frame
 * @op: zeroed; release it with scenario_op_free() whatever comes back
 * @payload: the bytes
 * @len: how many
 * @why: set to what is wrong with them, a constant text, after -EBADMSG
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int scenario_op_decode(struct scenario_op *op, const void *payload, size_t len, const char **why);

/**
 * scenario_op_free() - release what a decoded op points to
 * @op: as of scenario_op_decode(), also after a failure
 */
void scenario_op_free(struct scenario_op *op);

#endif /* KTSTR_LIB_SCENARIO_OP_H */
