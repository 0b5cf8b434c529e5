/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_KERNEL_OPS_H
#define KTSTR_HOST_COORD_KERNEL_OPS_H

/*
 * Kernel operations: read and write the guest's kernel on the guest's own
 * request. All functions: coordinator thread. Freezing, and the gate that
 * only one freeze at a time may pass, are the caller's.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "host/coord/dispatch.h"
#include "host/inspect/kop_target.h"
#include "lib/err.h"
#include "lib/wire_ops.h"

/**
 * kernel_ops_decode() - take a request apart
 * @req: as dispatch.h queues it
 * @v: filled in; points into @req. After a failure @v->id alone is valid
 * @err: what is wrong with the request
 *
 * Return: 0, or the error of @req or of korq_decode(): answer with
 * kernel_ops_refuse().
 */
int kernel_ops_decode(const struct kernel_op_request *req, struct korq_view *v,
		      struct ktstr_err *err);

/**
 * kernel_ops_share_freeze() - may two requests use one freeze
 * @a: decoded
 * @b: the one that came right after it
 *
 * Return: true when both are cold writes.
 */
bool kernel_ops_share_freeze(const struct korq_view *a, const struct korq_view *b);

/**
 * kernel_ops_run() - carry out a request
 * @m: the guest's kernel
 * @v: decoded
 * @frozen: every vCPU stands still; a cold request insists
 * @reply: set to the WIRE_KORP payload, which the caller frees; NULL only when
 *         there is no memory
 * @len: set to its bytes
 * @err: the reason of a failure, as in the reply: names the entry
 *
 * Entries are carried out in their order. The first that fails ends the
 * request: what was written before it stays written, what was read before it
 * is in the reply. Without a freeze an OR is refused, because it would undo
 * what the guest writes between its read and its write.
 *
 * Return: 0 when all entries were carried out, or the negative errno of the
 * one that was not: as kop_target_resolve(), -EFAULT for memory that is not
 * there, -EOPNOTSUPP for a hot OR, -EPERM for a cold request without a freeze,
 * -ENOMEM.
 */
int kernel_ops_run(const struct kop_mem *m, const struct korq_view *v, bool frozen, void **reply,
		   size_t *len, struct ktstr_err *err);

/**
 * kernel_ops_refuse() - the reply to a request that is not carried out
 * @id: of the request, not 0
 * @reason: why
 * @reply: set to the payload, which the caller frees
 * @len: set to its bytes
 *
 * Return: 0 or -ENOMEM.
 */
int kernel_ops_refuse(u32 id, const char *reason, void **reply, size_t *len);

#endif /* KTSTR_HOST_COORD_KERNEL_OPS_H */
