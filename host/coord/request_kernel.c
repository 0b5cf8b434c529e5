// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/coord/kernel_ops.h"
#include "host/coord/lookout.h"
#include "lib/util.h"

static void record_kernel_op(struct lookout *l, const struct korq_view *q, int ret,
			     const void *reply, size_t len, const struct ktstr_err *err)
{
	struct op_view v = {
		.op = WIRE_OP_KERNEL,
		.id = q->id,
		.status = ret ? WIRE_SNAP_ERR : WIRE_SNAP_OK,
		.data = reply,
		.data_len = len,
	};

	if (l->kop_records++ >= LOOKOUT_KOP_RECORDS_MAX)
		return;
	snprintf(v.tag, sizeof(v.tag), "%.*s", (int)min_t(u32, q->tag_len, sizeof(v.tag) - 1),
		 q->tag_len ? q->tag : "");
	snprintf(v.reason, sizeof(v.reason), "%.500s", ret ? err->msg : "");
	lookout_record_view(l, &v);
}

/**
 * struct kernel_op - a kernel operation being served
 * @req: as it was queued
 * @q: taken apart
 * @ret: what came of it
 * @err: why it failed
 * @reply: for the guest, or NULL
 * @len: bytes of it
 */
struct kernel_op {
	struct kernel_op_request req;
	struct korq_view q;
	int ret;
	struct ktstr_err err;
	void *reply;
	size_t len;
};

/* Return: false when there is none; true also for one that is already refused. */
static bool take_kernel_op(struct lookout *l, struct kernel_op *op)
{
	memset(op, 0, sizeof(*op));
	if (!kernel_op_queue_take(&l->kernel_ops, &op->req))
		return false;
	op->ret = kernel_ops_decode(&op->req, &op->q, &op->err);
	if (!op->ret)
		op->ret = request_not_ready(l, &op->err);
	if (op->ret)
		kernel_ops_refuse(op->req.id, op->err.msg, &op->reply, &op->len);
	return true;
}

static void run_kernel_op(struct lookout *l, struct kernel_op *op, bool frozen)
{
	struct kop_guest guest = { .gk = l->obs.gk, .kbtf = l->obs.kbtf };
	struct kop_mem mem;

	kop_mem_init(&mem, &guest, l->vm->nr_vcpus);
	op->ret = kernel_ops_run(&mem, &op->q, frozen, &op->reply, &op->len, &op->err);
}

static void refuse_kernel_op(struct kernel_op *op, int ret, const char *why)
{
	op->ret = ktstr_err_set(&op->err, ret, "%.400s", why);
	kernel_ops_refuse(op->req.id, why, &op->reply, &op->len);
}

/* May the request that waits next go through the freeze of @op? */
static bool next_shares(const struct lookout *l, const struct kernel_op *op)
{
	struct ktstr_err err;
	struct korq_view next;

	return l->kernel_ops.nr && !kernel_ops_decode(&l->kernel_ops.req[0], &next, &err) &&
	       kernel_ops_share_freeze(&op->q, &next);
}

/*
 * One freeze for a cold operation, and for the cold writes right behind it.
 * Return: how many of @ops were served.
 */
static u32 run_cold(struct lookout *l, struct kernel_op *ops)
{
	struct ktstr_err err = { "" };
	struct rendezvous r;
	u32 nr = 1;
	int ret;

	ret = capture_gate_take(&l->gate, CAPTURE_REQUEST, &err);
	if (ret) {
		refuse_kernel_op(&ops[0], ret, err.msg);
		return nr;
	}
	ret = lookout_freeze(l, &r);
	if (ret)
		refuse_kernel_op(&ops[0], ret, "not every vCPU stood still");
	else
		run_kernel_op(l, &ops[0], true);
	while (!ret && nr < KERNEL_OP_PENDING_MAX && next_shares(l, &ops[nr - 1]) &&
	       take_kernel_op(l, &ops[nr]))
		run_kernel_op(l, &ops[nr++], true);
	lookout_thaw(l, &r);
	capture_gate_drop(&l->gate);
	return nr;
}

static void answer_kernel_op(struct lookout *l, struct kernel_op *op)
{
	if (op->reply && op->ret != -ECANCELED) {
		record_kernel_op(l, &op->q, op->ret, op->reply, op->len, &op->err);
		reply_kernel_op(l->vm->console, op->reply, op->len, &l->replies);
	}
	free(op->reply);
	free(op->req.data);
}

void request_kernel_ops(struct lookout *l)
{
	struct kernel_op ops[KERNEL_OP_PENDING_MAX];
	u32 nr = 1, i;

	if (!take_kernel_op(l, &ops[0]))
		return;
	if (!ops[0].ret && ops[0].q.mode == WIRE_KOP_COLD)
		nr = run_cold(l, ops);
	else if (!ops[0].ret)
		run_kernel_op(l, &ops[0], false);
	for (i = 0; i < nr; i++)
		answer_kernel_op(l, &ops[i]);
}
