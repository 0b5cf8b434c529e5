/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_PLAN_KOP_H
#define KTSTR_HOST_HARNESS_PLAN_KOP_H

#include <stddef.h>

#include "host/harness/ktstr.h"
#include "lib/err.h"

/**
 * plan_kop_encode() - a kernel operation of a test as a WIRE_KORQ payload
 * @op: of kind SCENARIO_OP_KERNEL
 * @index: of @op in its test, for messages
 * @buf: set to the payload on success; the caller frees it
 * @len: set to its size
 * @err: names operation and entry by their index and the way out, or NULL
 *
 * Return: 0, -EINVAL, or -ENOMEM.
 */
int plan_kop_encode(const struct ktstr_op *op, size_t index, void **buf, size_t *len,
		    struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_PLAN_KOP_H */
