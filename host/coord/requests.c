// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/coord/kernel_ops.h"
#include "host/coord/lookout.h"
#include "host/vmm/devices/virtio_console.h"
#include "lib/util.h"

static void answer(struct lookout *l, u32 id, int ret, const char *reason)
{
	reply_snapshot(l->vm->console, id, ret ? WIRE_SNAP_ERR : WIRE_SNAP_OK,
		       ret && !*reason ? strerror(-ret) : reason, &l->replies);
}

/* Why symbols and types cannot be used now, in a form for the guest. */
static int not_ready(const struct lookout *l, struct ktstr_err *err)
{
	switch (l->obs.state) {
	case OBSERVER_READY:
		return 0;
	case OBSERVER_FAILED:
		return ktstr_err_set(err, -EOPNOTSUPP, "%.400s", l->obs.error.msg);
	case OBSERVER_LOADING:
	case OBSERVER_IDLE:
		break;
	}
	return ktstr_err_set(err, -EAGAIN,
			     "the host has not read the kernel's symbols yet: await it first");
}

static void start_observer(struct lookout *l)
{
	struct gk_config cfg = {
		.ram = l->vm->ram,
		.vmcoreinfo_gpa = atomic_load(&l->vmci_gpa),
		.vmcoreinfo_size = atomic_load(&l->vmci_size),
		.kadr_phys_base = atomic_load(&l->phys_base),
		.kadr_text = atomic_load(&l->text),
		.image = l->cfg->kernel,
	};

	observer_start(&l->obs, &cfg);
}

void request_await(struct lookout *l)
{
	struct ktstr_err err = { "" };
	int ret = not_ready(l, &err);

	if (l->await_id)
		answer(l, l->await_id, ret, err.msg);
	l->await_id = 0;
}

static void await(struct lookout *l, const struct observer_request *req)
{
	l->await_id = req->id;
	if (l->obs.state == OBSERVER_IDLE)
		start_observer(l);
	if (l->obs.state == OBSERVER_READY || l->obs.state == OBSERVER_FAILED)
		request_await(l);
}

static int arm_canary(struct lookout *l, u64 addr, struct ktstr_err *err)
{
	struct watchpoint_arm *w = &l->vm->watch;
	unsigned int idx = WATCH_USER_SLOTS - 1;
	struct watch_user *u = &w->user[idx];
	u32 i;

	if (l->canary_idx >= 0 || atomic_load(&u->request_kva))
		return ktstr_err_set(err, -EBUSY, "canary: the slot is taken");
	if (!addr || addr % WATCH_LEN)
		return ktstr_err_set(err, -EDOM, "canary: address %#llx is not 4-byte aligned",
				     (unsigned long long)addr);
	for (i = 0; i < l->vm->nr_vcpus; i++)
		atomic_store(&l->vm->vcpus[i].watch.canary_hits, 0);
	u->tag[0] = '\0';
	atomic_store_explicit(&u->value_host_ptr, NULL, memory_order_release);
	atomic_store_explicit(&u->request_kva, addr, memory_order_release);
	watch_mark_armed(w);
	atomic_fetch_add(&w->gen, 1);
	l->canary_idx = idx;
	if (lookout_armed(l))
		return 0;
	return ktstr_err_set(err, -ETIMEDOUT, "canary: not every vCPU could be armed");
}

static int judge_canary(struct lookout *l, u32 cpus, struct ktstr_err *err)
{
	u32 i, trapped = 0;

	if (l->canary_idx < 0)
		return ktstr_err_set(err, -EINVAL, "canary: none was armed");
	for (i = 0; i < l->vm->nr_vcpus; i++)
		trapped += !!atomic_load(&l->vm->vcpus[i].watch.canary_hits);
	user_watch_free(&l->vm->watch, l->canary_idx, NULL);
	l->canary_idx = -1;
	vm_kick_all(l->vm);
	if (cpus && trapped >= min(cpus, l->vm->nr_vcpus))
		return 0;
	return ktstr_err_set(err, -EIO,
			     "watchpoints do not work here: KVM took them, and %u of %u vCPUs trapped",
			     trapped, cpus);
}

static void canary(struct lookout *l, const struct observer_request *req)
{
	bool done = req->kind == WIRE_OBS_CANARY_DONE;
	struct ktstr_err err = { "" };
	int ret;

	ret = done ? judge_canary(l, req->count, &err) : arm_canary(l, req->addr, &err);
	if (ret || done)
		lookout_record(l, WIRE_OP_CANARY, req->id, "canary", ret, err.msg);
	if (ret && !done && l->canary_idx >= 0) {
		user_watch_free(&l->vm->watch, l->canary_idx, NULL);
		l->canary_idx = -1;
	}
	answer(l, req->id, ret, err.msg);
}

void request_observer(struct lookout *l)
{
	struct observer_request req;

	while (!lookout_ended(l) && observer_queue_take(&l->observer_reqs, &req)) {
		switch (req.kind) {
		case WIRE_OBS_AWAIT:
			await(l, &req);
			break;
		case WIRE_OBS_CANARY_ARM:
		case WIRE_OBS_CANARY_DONE:
			canary(l, &req);
			break;
		default:
			answer(l, req.id, -EINVAL, "unknown observer request");
		}
	}
}

static int capture(struct lookout *l, const char *tag, struct ktstr_err *err)
{
	struct snap_want want = {
		.kind = WIRE_DUMP_CAPTURE,
		.tag = tag,
		.vcpu = WIRE_DUMP_NO_VCPU,
	};
	struct snap snap;
	int ret;

	if (!*tag)
		return ktstr_err_set(err, -EINVAL, "a snapshot needs a tag");
	ret = capture_gate_take(&l->gate, CAPTURE_REQUEST, err);
	if (ret)
		return ret;
	ret = snap_take(l, &want, &snap);
	capture_gate_drop(&l->gate);
	if (ret)
		return ktstr_err_set(err, ret, "snapshot: %s", strerror(-ret));
	ret = snap_write(l, &snap, NULL, NULL, NULL);
	if (ret)
		ktstr_err_set(err, ret, "snapshot: %s", strerror(-ret));
	else if (snap.degraded[0])
		ret = ktstr_err_set(err, -ETIMEDOUT, "%s", snap.degraded);
	snap_free(&snap);
	return ret;
}

static bool symbol_runtime(void *ctx, const char *name, u64 *kva)
{
	struct lookout *l = ctx;

	return gk_symbol(l->obs.gk, name, kva);
}

static bool symbol_link(void *ctx, const char *name, u64 *kva)
{
	struct lookout *l = ctx;

	return gk_symbol_link(l->obs.gk, name, kva);
}

static const void *hva(void *ctx, u64 kva, u64 len)
{
	struct lookout *l = ctx;

	return gk_hva(l->obs.gk, kva, len);
}

/* Eight bytes are of one variable when the next symbol is not among them. */
static bool wide(void *ctx, const char *symbol, u64 kva)
{
	char a[GK_SYMBOLISE_MAX], b[GK_SYMBOLISE_MAX];
	struct lookout *l = ctx;

	gk_symbolise(l->obs.gk, kva, a, sizeof(a));
	gk_symbolise(l->obs.gk, kva + WATCH_LEN, b, sizeof(b));
	return *a && !strncmp(a, b, strlen(a)) && b[strlen(a)] == '+';
}

static void kick(void *ctx)
{
	struct lookout *l = ctx;

	vm_kick_all(l->vm);
}

static int arm_user(struct lookout *l, const char *symbol, struct user_watch_armed *armed,
		    struct ktstr_err *err)
{
	struct user_watch_env env = {
		.symbol = symbol_runtime,
		.hva = hva,
		.wide = wide,
		.kick = kick,
		.ctx = l,
		.runtime_addresses = true,
		.warned = &l->warned,
	};
	u64 kva;

	/* link addresses alone: the slide decides whether they can be used */
	if (!gk_symbol(l->obs.gk, symbol, &kva) && gk_symbol_link(l->obs.gk, symbol, &kva)) {
		env.symbol = symbol_link;
		env.runtime_addresses = false;
		env.slide_known = gk_slide(l->obs.gk, &env.slide);
	}
	return user_watch_arm(&l->vm->watch, &env, symbol, armed, err);
}

static int arm_watch(struct lookout *l, const struct snapshot_request *req, struct ktstr_err *err)
{
	struct user_watch_armed armed;
	struct user_slot *slot;
	struct watch_user *u;
	int ret;

	ret = not_ready(l, err);
	if (!ret)
		ret = arm_user(l, req->tag, &armed, err);
	if (ret)
		return ret;
	if (!lookout_armed(l)) {
		user_watch_free(&l->vm->watch, armed.idx, NULL);
		return ktstr_err_set(err, -ETIMEDOUT, "watch '%s': not every vCPU could be armed",
				     req->tag);
	}
	u = &l->vm->watch.user[armed.idx];
	slot = &l->slot[armed.idx];
	*slot = (struct user_slot){
		.armed_ns = mono_ns(),
		.old_value = armed.old_value,
		.id = req->id,
	};
	/* a store between publishing and arming was nobody's to see */
	armed.old_value = user_watch_value(u);
	if (!atomic_load_explicit(&u->hit, memory_order_acquire))
		slot->old_value = armed.old_value;
	return 0;
}

static void end_watch(struct lookout *l, unsigned int idx, enum user_watch_why why)
{
	char text[USER_WATCH_END_TEXT];
	struct op_view v = {
		.op = WIRE_OP_WATCH_END,
		.id = l->slot[idx].id,
		.status = WIRE_SNAP_OK,
	};
	struct user_watch_end end;

	if (user_watch_free(&l->vm->watch, idx, &end))
		return;
	user_watch_end_text(&end, why, mono_ns() - l->slot[idx].armed_ns, text, sizeof(text));
	v.writes = end.writes;
	snprintf(v.tag, sizeof(v.tag), "%s", end.tag);
	snprintf(v.reason, sizeof(v.reason), "%s", text);
	lookout_record_view(l, &v);
}

static int unwatch(struct lookout *l, const char *symbol, struct ktstr_err *err)
{
	int idx = user_watch_find(&l->vm->watch, symbol);

	if (idx < 0)
		return ktstr_err_set(err, -ENOENT, "'%.64s' is not being watched", symbol);
	end_watch(l, idx, USER_WATCH_REQUESTED);
	vm_kick_all(l->vm);
	return 0;
}

void request_user_hit(struct lookout *l, unsigned int idx)
{
	struct watch_user *u = &l->vm->watch.user[idx];
	struct capture_watch about = {
		.kva = atomic_load(&u->request_kva),
		.len = u->value_len,
		.old_value = l->slot[idx].old_value,
		.new_value = u->hit_value,
		.writes = atomic_load(&u->writes),
	};
	struct snap_want want = {
		.kind = WIRE_DUMP_WATCH,
		.tag = u->tag,
		.latch_ns = u->hit_ns,
		.vcpu = u->hit_vcpu,
		.watch = &about,
	};
	struct ktstr_err err = { "" };
	struct snap snap;
	int ret;

	snprintf(about.symbol, sizeof(about.symbol), "%s", u->tag);
	ret = capture_gate_take(&l->gate, CAPTURE_USER_HIT, &err);
	if (!ret) {
		ret = snap_take(l, &want, &snap);
		capture_gate_drop(&l->gate);
	}
	if (ret == -ECANCELED)
		return;
	if (!ret) {
		snap_write(l, &snap, NULL, NULL, NULL);
		snap_free(&snap);
	} else {
		lookout_record(l, WIRE_OP_CAPTURE, l->slot[idx].id, u->tag, ret, err.msg);
	}
	end_watch(l, idx, USER_WATCH_HANDLED);
}

static void serve_snapshot(struct lookout *l, const struct snapshot_request *req)
{
	static const u32 ops[] = {
		[WIRE_SNAP_CAPTURE] = WIRE_OP_CAPTURE,
		[WIRE_SNAP_WATCH] = WIRE_OP_WATCH,
		[WIRE_SNAP_UNWATCH] = WIRE_OP_UNWATCH,
	};
	struct ktstr_err err = { "" };
	int ret;

	switch (req->kind) {
	case WIRE_SNAP_CAPTURE:
		ret = capture(l, req->tag, &err);
		break;
	case WIRE_SNAP_WATCH:
		ret = arm_watch(l, req, &err);
		break;
	case WIRE_SNAP_UNWATCH:
		ret = unwatch(l, req->tag, &err);
		break;
	default:
		answer(l, req->id, -EINVAL, "unknown kind of snapshot request");
		return;
	}
	if (ret == -ECANCELED)
		return;
	lookout_record(l, ops[req->kind], req->id, req->tag, ret, err.msg);
	answer(l, req->id, ret, err.msg);
}

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
		op->ret = not_ready(l, &op->err);
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

static void serve_kernel_ops(struct lookout *l)
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

void request_next(struct lookout *l)
{
	struct snapshot_request snap;

	if (snapshot_queue_take(&l->snapshots, &snap))
		serve_snapshot(l, &snap);
	else
		serve_kernel_ops(l);
}

void request_end(struct lookout *l)
{
	unsigned int i;

	for (i = 0; i < WATCH_USER_SLOTS; i++)
		if ((int)i != l->canary_idx)
			end_watch(l, i, USER_WATCH_RUN_END);
}
