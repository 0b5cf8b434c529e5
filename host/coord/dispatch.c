// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dispatch.h"
#include "lib/log.h"
#include "lib/util.h"

static u64 add_saturated(u64 a, u64 b)
{
	u64 sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static u64 sub_saturated(u64 a, u64 b)
{
	return a > b ? a - b : 0;
}

static u64 elapsed_ns(const struct dispatch_sinks *s)
{
	return sub_saturated(s->now(), s->run_start_ns);
}

/* In every time stamp here 0 says "not set". */
static u64 bias_zero(u64 ns)
{
	return ns ? ns : 1;
}

static void event_signal(int fd, const char *what)
{
	const u64 one = 1;

	if (fd < 0)
		return;
	if (write(fd, &one, sizeof(one)) != sizeof(one))
		pr_warn("coordinator: cannot signal %s: %s", what, strerror(errno));
}

int snapshot_request_decode(const void *payload, size_t len, struct snapshot_request *req)
{
	struct wire_snrq raw;

	if (len != sizeof(raw))
		return -EBADMSG;
	memcpy(&raw, payload, sizeof(raw));
	req->id = le32_to_cpu(raw.id);
	req->kind = le32_to_cpu(raw.kind);
	if (!req->id || req->kind == WIRE_SNAP_NONE)
		return -EBADMSG;
	memcpy(req->tag, raw.tag, sizeof(raw.tag));
	req->tag[sizeof(raw.tag)] = '\0';
	return 0;
}

int observer_request_decode(const void *payload, size_t len, struct observer_request *req)
{
	struct wire_obsq raw;

	if (len != sizeof(raw))
		return -EBADMSG;
	memcpy(&raw, payload, sizeof(raw));
	req->id = le32_to_cpu(raw.id);
	req->kind = le32_to_cpu(raw.kind);
	req->addr = le64_to_cpu(raw.addr);
	req->count = le32_to_cpu(raw.count);
	return req->id && req->kind ? 0 : -EBADMSG;
}

/* Takes the first of @nr elements out of an array. */
static bool queue_take(void *array, unsigned int *nr, size_t size, void *out)
{
	if (!*nr)
		return false;
	memcpy(out, array, size);
	(*nr)--;
	memmove(array, (u8 *)array + size, *nr * size);
	return true;
}

bool snapshot_queue_take(struct snapshot_queue *q, struct snapshot_request *out)
{
	return queue_take(q->req, &q->nr, sizeof(q->req[0]), out);
}

bool observer_queue_take(struct observer_queue *q, struct observer_request *out)
{
	return queue_take(q->req, &q->nr, sizeof(q->req[0]), out);
}

bool kernel_op_queue_take(struct kernel_op_queue *q, struct kernel_op_request *out)
{
	return queue_take(q->req, &q->nr, sizeof(q->req[0]), out);
}

void kernel_op_queue_free(struct kernel_op_queue *q)
{
	struct kernel_op_request req;

	while (q && kernel_op_queue_take(q, &req))
		free(req.data);
}

/* A request that comes again must not be served again. */
static bool replayed(struct request_ids *ids, u32 id)
{
	u32 i;

	for (i = 0; ids && i < REQUEST_IDS_MAX; i++) {
		if (ids->id[i] == id) {
			ids->replays++;
			return true;
		}
	}
	return false;
}

static void remember(struct request_ids *ids, u32 id)
{
	if (ids)
		ids->id[ids->next++ % REQUEST_IDS_MAX] = id;
}

static bool on_sched_exit(const struct wire_frame *f, struct dispatch_sinks *s)
{
	/* A torn frame must neither end the run nor look like a verdict. */
	if (!f->crc_ok)
		return false;
	atomic_store_explicit(s->kill, true, memory_order_release);
	event_signal(s->kill_evt, "the end of the run");
	return true;
}

static void on_sys_rdy(const struct wire_frame *f, struct dispatch_sinks *s)
{
	int fd = s->sys_rdy_evt;

	/* The tag is never logged, so a payload could only be smuggled. */
	if (!f->crc_ok || f->len || fd < 0)
		return;
	/* Once: a guest that repeats itself must not pump the counter. */
	s->sys_rdy_evt = -1;
	event_signal(fd, "guest ready");
}

static void on_kern_addrs(const struct wire_frame *f, struct dispatch_sinks *s)
{
	struct wire_kadr raw;
	u64 biased;

	if (!f->crc_ok || f->len != sizeof(raw))
		return;
	memcpy(&raw, f->payload, sizeof(raw));
	biased = le64_to_cpu(raw.phys_base);
	if (!biased)
		return;
	if (s->kern_text)
		atomic_store_explicit(s->kern_text, le64_to_cpu(raw.text), memory_order_release);
	atomic_store_explicit(s->kern_phys_base, biased, memory_order_release);
	event_signal(s->kern_phys_base_evt, "kernel addresses");
}

static void on_vmcoreinfo(const struct wire_frame *f, struct dispatch_sinks *s)
{
	struct wire_vmci raw;
	u64 gpa, size;

	if (!f->crc_ok || f->len != sizeof(raw) || !s->vmcoreinfo_gpa || !s->vmcoreinfo_size)
		return;
	memcpy(&raw, f->payload, sizeof(raw));
	gpa = le64_to_cpu(raw.gpa);
	size = le64_to_cpu(raw.size);
	if (!gpa || !size || size > VMCOREINFO_MAX || gpa > UINT64_MAX - size)
		return;
	/* The first one counts: whoever reads the note must not see half of two. */
	if (atomic_load_explicit(s->vmcoreinfo_size, memory_order_relaxed))
		return;
	atomic_store_explicit(s->vmcoreinfo_gpa, gpa, memory_order_release);
	atomic_store_explicit(s->vmcoreinfo_size, size, memory_order_release);
}

static void on_snapshot_request(const struct wire_frame *f, struct dispatch_sinks *s)
{
	struct snapshot_queue *q = s->snapshots;
	struct snapshot_request req;

	if (!f->crc_ok || snapshot_request_decode(f->payload, f->len, &req))
		return;
	if (replayed(s->ids, req.id))
		return;
	if (q->nr >= SNAPSHOT_PENDING_MAX) {
		q->dropped++;
		return;
	}
	remember(s->ids, req.id);
	q->req[q->nr++] = req;
}

static void on_observer_request(const struct wire_frame *f, struct dispatch_sinks *s)
{
	struct observer_queue *q = s->observer;
	struct observer_request req;

	if (!q || !f->crc_ok || observer_request_decode(f->payload, f->len, &req))
		return;
	if (replayed(s->ids, req.id))
		return;
	if (q->nr >= OBSERVER_PENDING_MAX) {
		q->dropped++;
		return;
	}
	remember(s->ids, req.id);
	q->req[q->nr++] = req;
}

static void kernel_op_copy(struct kernel_op_request *req, const struct wire_frame *f)
{
	req->len = f->len;
	if (f->len > KERNEL_OP_REQUEST_MAX) {
		req->error = -EMSGSIZE;
		return;
	}
	req->data = malloc(f->len);
	if (req->data)
		memcpy(req->data, f->payload, f->len);
	else
		req->error = -ENOMEM;
}

static void on_kernel_op(const struct wire_frame *f, struct dispatch_sinks *s)
{
	struct kernel_op_queue *q = s->kernel_ops;
	struct kernel_op_request req = {};
	struct wire_korq raw;

	if (!q || !f->crc_ok || f->len < sizeof(raw))
		return;
	memcpy(&raw, f->payload, sizeof(raw));
	req.id = le32_to_cpu(raw.id);
	if (!req.id || replayed(s->ids, req.id))
		return;
	if (q->nr >= KERNEL_OP_PENDING_MAX) {
		q->dropped++;
		return;
	}
	kernel_op_copy(&req, f);
	remember(s->ids, req.id);
	q->req[q->nr++] = req;
}

/* The workload's clock starts now: boot and set-up did not use it up. */
static void push_deadline(struct dispatch_sinks *s, u64 elapsed)
{
	u64 target = add_saturated(elapsed, s->watchdog_duration_ns);

	if (s->watchdog_reset_ns)
		atomic_store_explicit(s->watchdog_reset_ns, bias_zero(target),
				      memory_order_release);
}

static void on_scenario_start(const struct wire_frame *f, struct dispatch_sinks *s)
{
	unsigned long long unset = 0;
	u64 elapsed;

	if (!f->crc_ok)
		return;
	elapsed = elapsed_ns(s);
	/*
	 * Periodic capture hangs on the first start, with or without a
	 * budget; a test of several phases starts more than once. Both sides
	 * run on the coordinator thread, so relaxed is enough.
	 */
	atomic_compare_exchange_strong_explicit(s->scenario_start_ns, &unset, bias_zero(elapsed),
						memory_order_relaxed, memory_order_relaxed);
	push_deadline(s, elapsed);
}

static void on_scenario_pause(const struct wire_frame *f, struct dispatch_sinks *s)
{
	u64 elapsed = s->watchdog_reset_ns ? elapsed_ns(s) : 0;

	if (f->crc_ok)
		atomic_store_explicit(s->watchdog_pause_ns, bias_zero(elapsed),
				      memory_order_release);
}

static void on_scenario_resume(const struct wire_frame *f, struct dispatch_sinks *s)
{
	u64 paused_at, pause, old;

	if (!f->crc_ok || !s->watchdog_reset_ns)
		return;
	paused_at = atomic_exchange_explicit(s->watchdog_pause_ns, 0, memory_order_acq_rel);
	if (!paused_at)
		return;
	pause = sub_saturated(elapsed_ns(s), paused_at);
	old = atomic_load_explicit(s->watchdog_reset_ns, memory_order_acquire);
	atomic_store_explicit(s->watchdog_reset_ns, bias_zero(add_saturated(old, pause)),
			      memory_order_release);
	/* Periodic capture follows the workload's clock, which stood still. */
	old = atomic_load_explicit(s->scenario_pause_cumulative_ns, memory_order_acquire);
	atomic_store_explicit(s->scenario_pause_cumulative_ns, add_saturated(old, pause),
			      memory_order_release);
}

static void on_unknown(const struct wire_frame *f, struct dispatch_sinks *s)
{
	char name[5];

	if (!s->unknown_frames++)
		pr_warn("guest sent a frame of unknown type %#x (%s), %zu bytes, CRC %s: dropped, as all further ones",
			f->type, wire_tag_name(f->type, name), f->len,
			f->crc_ok ? "right" : "wrong");
}

bool dispatch_frame(const struct wire_frame *f, struct dispatch_sinks *s)
{
	switch (f->type) {
	case WIRE_SCDX:
		return on_sched_exit(f, s);
	case WIRE_SRDY:
		on_sys_rdy(f, s);
		return false;
	case WIRE_KADR:
		on_kern_addrs(f, s);
		return false;
	case WIRE_SNRQ:
		on_snapshot_request(f, s);
		return false;
	case WIRE_VMCI:
		on_vmcoreinfo(f, s);
		return false;
	case WIRE_OBSQ:
		on_observer_request(f, s);
		return false;
	case WIRE_KORQ:
		on_kernel_op(f, s);
		return false;
	case WIRE_SSWN:
		if (f->crc_ok && !f->len)
			s->sched_swaps++;
		return false;
	case WIRE_SCST:
		on_scenario_start(f, s);
		return true;
	case WIRE_SCPP:
		on_scenario_pause(f, s);
		return true;
	case WIRE_SCRR:
		on_scenario_resume(f, s);
		return true;
	case WIRE_SCEN:
		if (f->crc_ok)
			push_deadline(s, elapsed_ns(s));
		return true;
	default:
		break;
	}
	switch (wire_class(f->type)) {
	case WIRE_CLASS_VERDICT:
		return true;
	case WIRE_CLASS_COORD:
		return false;
	case WIRE_CLASS_HOST:
	case WIRE_CLASS_UNKNOWN:
		break;
	}
	on_unknown(f, s);
	return false;
}

static int life_stage(const struct wire_frame *f)
{
	if (!f->len)
		return -1;
	switch (f->payload[0]) {
	case WIRE_LIFE_PAYLOAD_STARTING:
	case WIRE_LIFE_SCHED_ATTACHED:
		return WIRE_STAGE_DISPATCH;
	case WIRE_LIFE_WORKLOAD_DISPATCHED:
		return WIRE_STAGE_BODY;
	default:
		return -1;
	}
}

int dispatch_stage(const struct wire_frame *f)
{
	if (!f->crc_ok)
		return -1;
	switch (f->type) {
	case WIRE_SRDY:
		return f->len ? -1 : WIRE_STAGE_ATTACH;
	case WIRE_LIFE:
		return life_stage(f);
	case WIRE_SCST:
		return WIRE_STAGE_BODY;
	case WIRE_SCEN:
	case WIRE_TEST:
	case WIRE_EXIT:
		return WIRE_STAGE_TEARDOWN;
	default:
		return -1;
	}
}
