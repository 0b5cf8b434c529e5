// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "host/coord/lookout.h"
#include "lib/util.h"

void lookout_gk_config(const struct lookout *l, struct gk_config *cfg)
{
	*cfg = (struct gk_config){
		.ram = l->vm->ram,
		.vmcoreinfo_gpa = atomic_load(&l->vmci_gpa),
		.vmcoreinfo_size = atomic_load(&l->vmci_size),
		.kadr_phys_base = atomic_load(&l->phys_base),
		.kadr_text = atomic_load(&l->text),
		.image = l->cfg->kernel,
	};
}

static void start_observer(struct lookout *l)
{
	struct gk_config cfg;

	lookout_gk_config(l, &cfg);
	l->obs.nr_cpus = l->vm->nr_vcpus;
	l->obs.want_digest = l->cfg->symbol_digest;
	observer_start(&l->obs, &cfg);
}

void request_await(struct lookout *l)
{
	struct ktstr_err err = { "" };
	int ret = request_not_ready(l, &err);

	if (l->await_id)
		request_answer(l, l->await_id, ret, err.msg);
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
	return ktstr_err_set(err, -EIO, "KVM took them, and %u of %u vCPUs trapped", trapped, cpus);
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
	request_answer(l, req->id, ret, err.msg);
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
			request_answer(l, req.id, -EINVAL, "unknown observer request");
		}
	}
}
