// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/coord/lookout.h"
#include "host/vmm/devices/virtio_console.h"
#include "lib/util.h"

void request_answer(struct lookout *l, u32 id, int ret, const char *reason)
{
	reply_snapshot(l->vm->console, id, ret ? WIRE_SNAP_ERR : WIRE_SNAP_OK,
		       ret && !*reason ? strerror(-ret) : reason, &l->replies);
}

int request_not_ready(const struct lookout *l, struct ktstr_err *err)
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

/* Everybody stands still, and looks at the slots before it goes on. */
static void kick(void *ctx)
{
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

/*
 * Arm while nobody runs: the value is exactly what the first store that traps
 * will replace. A store between looking and arming would be nobody's to see.
 */
static int arm_frozen(struct lookout *l, const char *symbol, struct user_watch_armed *armed,
		      struct ktstr_err *err)
{
	struct rendezvous r;
	int ret;

	ret = capture_gate_take(&l->gate, CAPTURE_REQUEST, err);
	if (ret)
		return ret;
	ret = lookout_freeze(l, &r);
	if (ret)
		ktstr_err_set(err, ret, "watch '%s': frozen=%u/%u: vCPU %u did not stand still",
			      symbol, r.frozen, r.vcpus, r.missing);
	else
		ret = arm_user(l, symbol, armed, err);
	lookout_thaw(l, &r);
	capture_gate_drop(&l->gate);
	return ret;
}

static int arm_watch(struct lookout *l, const struct snapshot_request *req, struct ktstr_err *err)
{
	struct user_watch_armed armed;
	int ret;

	ret = request_not_ready(l, err);
	if (!ret)
		ret = arm_frozen(l, req->tag, &armed, err);
	if (ret)
		return ret;
	l->slot[armed.idx] = (struct user_slot){
		.armed_ns = mono_ns(),
		.old_value = armed.old_value,
		.id = req->id,
	};
	if (lookout_armed(l))
		return 0;
	user_watch_free(&l->vm->watch, armed.idx, NULL);
	return ktstr_err_set(err, -ETIMEDOUT, "watch '%s': not every vCPU could be armed",
			     req->tag);
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

/* Its records are its own; a hold is answered later. */
static void serve_long(struct lookout *l, const struct snapshot_request *req)
{
	struct ktstr_err err = { "" };
	int ret;

	if (req->kind == WIRE_SNAP_HOLD) {
		ret = hold_begin(l, req->id, &err);
		if (!ret)
			return;
	} else {
		ret = save_memory_frozen(l, &err);
	}
	if (ret != -ECANCELED)
		request_answer(l, req->id, ret, err.msg);
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
	case WIRE_SNAP_MEMORY:
	case WIRE_SNAP_HOLD:
		serve_long(l, req);
		return;
	default:
		request_answer(l, req->id, -EINVAL, "unknown kind of snapshot request");
		return;
	}
	if (ret == -ECANCELED)
		return;
	lookout_record(l, ops[req->kind], req->id, req->tag, ret, err.msg);
	request_answer(l, req->id, ret, err.msg);
}

void request_next(struct lookout *l)
{
	struct snapshot_request snap;

	if (snapshot_queue_take(&l->snapshots, &snap))
		serve_snapshot(l, &snap);
	else
		request_kernel_ops(l);
}

void request_end(struct lookout *l)
{
	unsigned int i;

	for (i = 0; i < WATCH_USER_SLOTS; i++)
		if ((int)i != l->canary_idx)
			end_watch(l, i, USER_WATCH_RUN_END);
}
