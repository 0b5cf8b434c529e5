// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "host/coord/lookout.h"
#include "host/coord/slot0.h"
#include "lib/log.h"
#include "lib/util.h"

/* The first scan; slot0_scan() sets the pace from then on. */
#define SCAN_NS	       (100 * NSEC_PER_MSEC)
#define ARMED_NS       NSEC_PER_SEC
#define ARMED_PAUSE_US 50
/* More than a run can have at once; a bound for what a guest can make us do. */
#define WORK_MAX 256

void lookout_record_view(struct lookout *l, struct op_view *v)
{
	void *buf;
	size_t len;
	int ret;

	v->t_ns = mono_ns() - l->cfg->start_ns;
	ret = wire_oprs_encode(v, &buf, &len);
	if (!ret) {
		ret = runlog_own(l->log, WIRE_OPRS, buf, len);
		free(buf);
	}
	if (ret)
		pr_err("the outcome of '%s' is lost: %s", v->tag, strerror(-ret));
}

void lookout_record(struct lookout *l, u32 op, u32 id, const char *tag, int ret, const char *reason)
{
	struct op_view v = {
		.op = op,
		.id = id,
		.status = ret ? WIRE_SNAP_ERR : WIRE_SNAP_OK,
	};

	if (ret && (!reason || !*reason))
		reason = strerror(-ret);
	snprintf(v.tag, sizeof(v.tag), "%s", tag);
	snprintf(v.reason, sizeof(v.reason), "%s", reason ?: "");
	lookout_record_view(l, &v);
}

bool lookout_ended(const struct lookout *l)
{
	return !l->vm || atomic_load_explicit(&l->vm->kill, memory_order_acquire);
}

bool lookout_all_armed(const struct lookout *l)
{
	const struct vm *vm = l->vm;
	u32 gen = atomic_load(&vm->watch.gen), i;

	for (i = 0; i < vm->nr_vcpus; i++) {
		const struct vcpu *v = &vm->vcpus[i];

		if (atomic_load_explicit(&v->alive, memory_order_acquire) &&
		    atomic_load_explicit(&v->watch.armed_gen, memory_order_acquire) != gen)
			return false;
	}
	return true;
}

bool lookout_armed(struct lookout *l)
{
	u64 deadline = mono_ns() + ARMED_NS * l->cfg->slowdown;

	vm_kick_all(l->vm);
	while (!lookout_all_armed(l)) {
		if (lookout_ended(l) || mono_ns() > deadline)
			return false;
		usleep(ARMED_PAUSE_US);
	}
	return true;
}

static bool vcpu_died(const struct vm *vm)
{
	u32 i;

	for (i = 0; i < vm->nr_vcpus; i++)
		if (atomic_load_explicit(&vm->vcpus[i].ended, memory_order_acquire))
			return true;
	return false;
}

static void lay_out_periodic(struct lookout *l)
{
	u64 anchor = l->hooks.scenario_ns(l->hooks.ctx);
	u64 end = anchor + l->cfg->duration_ns, ready;

	if (l->periodic_laid_out || !l->cfg->periodic || !anchor || !lookout_ready(l))
		return;
	/* how far the workload is, as if nothing had ever stood still */
	ready = anchor + lookout_elapsed_ns(l, mono_ns() - l->cfg->start_ns);
	l->periodic_laid_out = true;
	if (!periodic_start(&l->periodic, l->cfg->periodic, l->cfg->duration_ns, anchor, ready,
			    end))
		lookout_record(l, WIRE_OP_CAPTURE, 0, "periodic", -ETIME,
			       "the kernel could be read only when the workload was over");
	periodic_shift(&l->periodic, l->work_frozen_ns);
}

/* Behind whatever may have moved it: a freeze, a pause, a snapshot taken. */
static void arm_boundary(struct lookout *l)
{
	u64 next = UINT64_MAX, at = 0;
	struct itimerspec spec;

	if (l->periodic_laid_out)
		next = periodic_next_ns(&l->periodic, l->hooks.paused_ns(l->hooks.ctx));
	if (next == l->boundary_ns)
		return;
	l->boundary_ns = next;
	if (next != UINT64_MAX)
		at = l->cfg->start_ns + next;
	spec = (struct itimerspec){
		.it_value = { at / NSEC_PER_SEC, at % NSEC_PER_SEC },
	};
	timerfd_settime(l->boundary.fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

static bool boundary_due(struct lookout *l)
{
	lay_out_periodic(l);
	return l->periodic_laid_out &&
	       periodic_due(&l->periodic, mono_ns() - l->cfg->start_ns,
			    l->hooks.paused_ns(l->hooks.ctx), l->hooks.paused(l->hooks.ctx));
}

static void serve_boundary(struct lookout *l)
{
	char tag[PERIODIC_TAG_MAX];
	struct snap_want want = {
		.kind = WIRE_DUMP_PERIODIC,
		.tag = periodic_tag(l->periodic.next, tag),
		.vcpu = WIRE_DUMP_NO_VCPU,
		.boundary_ns = l->periodic.boundary_ns[l->periodic.next] -
			       l->hooks.scenario_ns(l->hooks.ctx),
	};
	struct snap snap;
	int ret;

	if (capture_gate_take(&l->gate, CAPTURE_PERIODIC, NULL))
		return;
	ret = snap_take(l, &want, &snap);
	if (ret != -ECANCELED)
		periodic_done(&l->periodic, !ret && snap.degraded[0]);
	if (!ret) {
		snap_write(l, &snap, NULL, NULL, NULL);
		snap_free(&snap);
	} else if (ret != -ECANCELED) {
		lookout_record(l, WIRE_OP_CAPTURE, 0, tag, ret, NULL);
	}
	if (l->periodic.abandoned)
		lookout_record(l, WIRE_OP_CAPTURE, 0, tag, -ETIMEDOUT,
			       "the guest did not stand still twice in a row: no more of these");
	capture_gate_drop(&l->gate);
}

static enum capture_trigger next(struct lookout *l)
{
	struct capture_inputs in = {
		.kill = lookout_ended(l),
		.vcpu_died = vcpu_died(l->vm),
		.error_latch = atomic_load_explicit(&l->vm->watch.hit, memory_order_acquire) &&
			       !l->late_seen,
		.fallback_latch = l->fallback_kind && !l->late_seen,
		.requests = l->snapshots.nr + l->kernel_ops.nr,
		.user_hits = watch_user_hits(&l->vm->watch),
		.periodic_due = boundary_due(l),
	};

	return capture_next(&l->state, &in);
}

/* Return: whether there was anything to do. */
static bool do_next(struct lookout *l)
{
	switch (next(l)) {
	case CAPTURE_NOTHING:
	case CAPTURE_STOP:
		return false;
	case CAPTURE_ERROR:
		slot0_late(l, WIRE_DUMP_FAILURE);
		break;
	case CAPTURE_FALLBACK:
		slot0_late(l, WIRE_DUMP_FALLBACK);
		break;
	case CAPTURE_REQUEST:
		request_next(l);
		break;
	case CAPTURE_USER_HIT:
		request_user_hit(l, __builtin_ctz(watch_user_hits(&l->vm->watch)));
		break;
	case CAPTURE_PERIODIC:
		serve_boundary(l);
		break;
	case CAPTURE_EARLY:
		slot0_early(l);
		break;
	}
	return true;
}

void lookout_work(struct lookout *l)
{
	int i;

	for (i = 0; i < WORK_MAX; i++)
		if (!slot0_changed(l) && !do_next(l))
			break;
	arm_boundary(l);
}

static void on_hit(struct event *ev)
{
	event_clear(ev);
	lookout_work(ev->ctx);
}

static void on_scan(struct event *ev)
{
	event_clear(ev);
	slot0_scan(ev->ctx);
}

static void on_message(struct event *ev)
{
	event_clear(ev);
	slot0_message(ev->ctx, false);
}

/* The one address that the guest cannot lie about: where its system calls go. */
static int check_entry(struct lookout *l)
{
	u64 entry = 0;
	struct rendezvous r;
	int ret;

	if (!lookout_freeze(l, &r) && l->vm->vcpus[0].regs.has_syscall_entry)
		entry = l->vm->vcpus[0].regs.syscall_entry;
	lookout_thaw(l, &r);
	ret = entry ? gk_check_entry(l->obs.gk, entry, &l->obs.error) : 0;
	return ret == -ENOENT ? 0 : ret;
}

static void record_observed(struct lookout *l, int ret)
{
	struct op_view v = {
		.op = WIRE_OP_OBSERVER,
		.id = l->await_id,
		.status = ret ? WIRE_SNAP_ERR : WIRE_SNAP_OK,
		.tag = "observer",
		.data = ret ? NULL : l->obs.digest,
		.data_len = ret || !l->obs.digest ? 0 : sizeof(*l->obs.digest),
	};

	if (ret)
		snprintf(v.reason, sizeof(v.reason), "%s", l->obs.error.msg);
	else
		snprintf(v.reason, sizeof(v.reason),
			 "%llu symbols and the types in %llu ms%s%.400s",
			 (unsigned long long)gk_symbol_count(l->obs.gk),
			 (unsigned long long)(l->obs.load_ns / NSEC_PER_MSEC),
			 l->obs.has_scx ? "" : "; ", l->obs.has_scx ? "" : l->obs.error.msg);
	lookout_record_view(l, &v);
}

static void on_observed(struct event *ev)
{
	struct lookout *l = ev->ctx;
	int ret = 0;

	event_clear(ev);
	observer_finish(&l->obs);
	if (lookout_ended(l))
		return;
	if (lookout_ready(l)) {
		ret = check_entry(l);
		if (ret)
			l->obs.state = OBSERVER_FAILED;
		if (!gk_symbol(l->obs.gk, "jiffies_64", &l->jiffies_kva))
			l->jiffies_kva = 0;
		if (!ret && l->obs.has_scx)
			slot0_expect(l);
		l->warm_due = true;
	} else {
		ret = l->obs.ret;
	}
	record_observed(l, ret);
	request_await(l);
	slot0_scan(l);
}

static void on_boundary(struct event *ev)
{
	event_clear(ev);
	lookout_work(ev->ctx);
}

/* @every_ns: 0 = not before it is set */
static int open_timer(struct event *ev, void (*handle)(struct event *ev), struct lookout *l,
		      u64 every_ns)
{
	ev->handle = handle;
	ev->ctx = l;
	ev->fd = timer_open(every_ns, every_ns);
	return ev->fd < 0 ? ev->fd : 0;
}

int lookout_init(struct lookout *l, const struct coord_config *cfg, struct runlog *log,
		 const struct lookout_hooks *hooks)
{
	int ret;

	memset(l, 0, sizeof(*l));
	l->cfg = cfg;
	l->log = log;
	l->hooks = *hooks;
	l->canary_idx = -1;
	l->hit.fd = -1;
	l->change.fd = -1;
	l->scan.fd = -1;
	l->message.fd = -1;
	l->boundary.fd = -1;
	l->hold.timer.fd = -1;
	l->boundary_ns = UINT64_MAX;
	capture_init(&l->state, cfg->dual);
	ret = observer_init(&l->obs);
	if (!ret)
		ret = open_timer(&l->scan, on_scan, l, SCAN_NS);
	if (!ret)
		ret = open_timer(&l->message, on_message, l, 0);
	if (!ret)
		ret = open_timer(&l->boundary, on_boundary, l, 0);
	if (!ret)
		ret = hold_init(l);
	return ret;
}

void lookout_sinks(struct lookout *l, struct dispatch_sinks *s)
{
	s->snapshots = &l->snapshots;
	s->observer = &l->observer_reqs;
	s->kernel_ops = &l->kernel_ops;
	s->ids = &l->ids;
	s->kern_phys_base = &l->phys_base;
	s->kern_text = &l->text;
	s->vmcoreinfo_gpa = &l->vmci_gpa;
	s->vmcoreinfo_size = &l->vmci_size;
}

int lookout_start(struct lookout *l, struct vm *vm, struct event_loop *loop)
{
	struct event *events[] = { &l->hit,  &l->change,  &l->observed,
				   &l->scan, &l->message, &l->boundary };
	size_t i;
	int ret = 0;

	l->vm = vm;
	vm->watch.deaf = l->cfg->deaf_watch;
	vm->freeze.stuck = l->cfg->stuck_vcpu;
	l->hit = (struct event){ vm->watch.hit_evt, on_hit, l };
	l->change = (struct event){ vm->watch.change_evt, on_hit, l };
	l->observed = (struct event){ l->obs.done_evt, on_observed, l };
	for (i = 0; i < ARRAY_SIZE(events) && !ret; i++)
		ret = event_loop_add(loop, events[i]);
	return ret ? ret : hold_start(l, loop);
}

void lookout_frames(struct lookout *l)
{
	request_observer(l);
	lookout_work(l);
}

void lookout_sched_log(struct lookout *l, const void *text, size_t len)
{
	size_t room = sizeof(l->sched_log), keep;

	if (len > room) {
		text = (const char *)text + len - room;
		len = room;
	}
	keep = min(l->sched_log_len, room - len);
	memmove(l->sched_log, l->sched_log + l->sched_log_len - keep, keep);
	memcpy(l->sched_log + keep, text, len);
	l->sched_log_len = keep + len;
}

void lookout_stop(struct lookout *l)
{
	if (!l->vm)
		return;
	observer_finish(&l->obs);
	slot0_end(l);
	if (l->cfg->save_memory)
		save_memory(l, false, NULL);
	request_end(l);
	l->vm = NULL;
}

void lookout_destroy(struct lookout *l)
{
	snap_free(&l->late.snap);
	snap_free(&l->early);
	kernel_op_queue_free(&l->kernel_ops);
	observer_destroy(&l->obs);
	close_fd(&l->scan.fd);
	close_fd(&l->message.fd);
	close_fd(&l->boundary.fd);
	close_fd(&l->hold.timer.fd);
}
