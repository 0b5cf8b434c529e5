// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "wire_result.h"

#define RESULT_FLAGS                                                                       \
	(WIRE_RESULT_ATTACHED_START | WIRE_RESULT_ATTACHED_END | WIRE_RESULT_SCHED_ALIVE | \
	 WIRE_RESULT_WORKERS_DONE)

/* The wire form keeps the numbers of struct vmm_report as two flat arrays. */
static_assert(offsetof(struct vmm_report, frames) == WIRE_VMM_REPORT_U32S * sizeof(u32));
static_assert(offsetof(struct vmm_report, reason) - offsetof(struct vmm_report, frames) ==
	      WIRE_VMM_REPORT_U64S * sizeof(u64));

static bool terminated(const char *s, size_t room)
{
	return memchr(s, '\0', room);
}

/* Cut, and zero the rest: nothing of the stack goes out on the wire. */
static void text_put(char *dst, size_t room, const char *src)
{
	size_t n = strnlen(src, room - 1);

	memcpy(dst, src, n);
	memset(dst + n, 0, room - n);
}

int wire_result_encode(const struct wire_result_view *v, const struct wire_worker_view *workers,
		       void **buf, size_t *len)
{
	struct wire_result *r;
	size_t size;
	u32 i;

	if (v->nr_workers > WIRE_RESULT_WORKERS_MAX || v->nr_reports > v->nr_workers)
		return -EINVAL;
	size = sizeof(*r) + v->nr_workers * sizeof(r->workers[0]);
	r = calloc(1, size);
	if (!r)
		return -ENOMEM;
	r->version = cpu_to_le32(WIRE_RESULT_VERSION);
	r->flags = cpu_to_le32(v->flags);
	r->nonce = cpu_to_le64(v->nonce);
	r->stage = cpu_to_le32(v->stage);
	r->error = cpu_to_le32(v->error);
	r->nr_workers = cpu_to_le32(v->nr_workers);
	r->sched_status = cpu_to_le32(v->sched_status);
	r->nr_reports = cpu_to_le32(v->nr_reports);
	text_put(r->ops, sizeof(r->ops), v->ops);
	text_put(r->reason, sizeof(r->reason), v->reason);
	for (i = 0; i < v->nr_workers; i++) {
		r->workers[i].tid = cpu_to_le32(workers[i].tid);
		r->workers[i].flags = cpu_to_le32(workers[i].flags);
		r->workers[i].work_units = cpu_to_le64(workers[i].work_units);
		r->workers[i].cpu_ns = cpu_to_le64(workers[i].cpu_ns);
		r->workers[i].wall_ns = cpu_to_le64(workers[i].wall_ns);
	}
	*buf = r;
	*len = size;
	return 0;
}

int wire_result_decode(const void *payload, size_t len, struct wire_result_view *v)
{
	struct wire_result r;

	if (len < sizeof(r))
		return -EBADMSG;
	memcpy(&r, payload, sizeof(r));
	if (le32_to_cpu(r.version) != WIRE_RESULT_VERSION)
		return -EPROTO;
	v->flags = le32_to_cpu(r.flags);
	v->nonce = le64_to_cpu(r.nonce);
	v->stage = le32_to_cpu(r.stage);
	v->error = (s32)le32_to_cpu(r.error);
	v->nr_workers = le32_to_cpu(r.nr_workers);
	v->sched_status = le32_to_cpu(r.sched_status);
	v->nr_reports = le32_to_cpu(r.nr_reports);
	if (v->nr_workers > WIRE_RESULT_WORKERS_MAX ||
	    len - sizeof(r) != v->nr_workers * sizeof(struct wire_worker))
		return -EBADMSG;
	if (v->nr_reports > v->nr_workers || v->flags & ~RESULT_FLAGS ||
	    v->stage >= WIRE_STAGE_NR || v->error > 0)
		return -EBADMSG;
	if (!terminated(r.ops, sizeof(r.ops)) || !terminated(r.reason, sizeof(r.reason)))
		return -EBADMSG;
	memcpy(v->ops, r.ops, sizeof(v->ops));
	memcpy(v->reason, r.reason, sizeof(v->reason));
	v->workers = (const u8 *)payload + sizeof(r);
	return 0;
}

void wire_result_worker(const struct wire_result_view *v, u32 i, struct wire_worker_view *w)
{
	struct wire_worker raw;

	memcpy(&raw, v->workers + i * sizeof(raw), sizeof(raw));
	w->tid = le32_to_cpu(raw.tid);
	w->flags = le32_to_cpu(raw.flags);
	w->work_units = le64_to_cpu(raw.work_units);
	w->cpu_ns = le64_to_cpu(raw.cpu_ns);
	w->wall_ns = le64_to_cpu(raw.wall_ns);
}

const char *vmm_exit_name(u32 exit)
{
	static const char *const names[VMM_EXIT_NR] = {
		[VMM_EXIT_SHUTDOWN] = "shutdown",	[VMM_EXIT_TRIPLE_FAULT] = "triple fault",
		[VMM_EXIT_FATAL] = "fatal KVM exit",	[VMM_EXIT_RUN_ERROR] = "KVM_RUN failed",
		[VMM_EXIT_GUEST_PANIC] = "guest panic", [VMM_EXIT_KILLED] = "killed",
		[VMM_EXIT_TIMEOUT] = "timed out",	[VMM_EXIT_INTERNAL] = "VMM failure",
	};

	return exit && exit < VMM_EXIT_NR ? names[exit] : "unknown exit";
}

const char *vmm_kvm_stat_name(u32 s)
{
	static const char *const names[VMM_KVM_STATS] = {
		[VMM_KVM_EXITS] = "exits",
		[VMM_KVM_HALT_EXITS] = "halt_exits",
		[VMM_KVM_HALT_POLL_OK] = "halt_successful_poll",
		[VMM_KVM_HALT_POLLS] = "halt_attempted_poll",
		[VMM_KVM_HALT_WAIT_NS] = "halt_wait_ns",
		[VMM_KVM_PREEMPTED] = "preemption_reported",
		[VMM_KVM_SIGNALS] = "signal_exits",
		[VMM_KVM_HYPERCALLS] = "hypercalls",
	};

	return s < VMM_KVM_STATS ? names[s] : "unknown";
}

void wire_vmm_report_encode(const struct vmm_report *r, struct wire_vmm_report *w)
{
	u32 u32s[WIRE_VMM_REPORT_U32S];
	u64 u64s[WIRE_VMM_REPORT_U64S];
	size_t i;

	memset(w, 0, sizeof(*w));
	memcpy(u32s, r, sizeof(u32s));
	memcpy(u64s, (const char *)r + offsetof(struct vmm_report, frames), sizeof(u64s));
	w->version = cpu_to_le32(WIRE_VMM_REPORT_VERSION);
	for (i = 0; i < ARRAY_SIZE(u32s); i++)
		w->u32s[i] = cpu_to_le32(u32s[i]);
	for (i = 0; i < ARRAY_SIZE(u64s); i++)
		w->u64s[i] = cpu_to_le64(u64s[i]);
	text_put(w->reason, sizeof(w->reason), r->reason);
	text_put(w->console_line, sizeof(w->console_line), r->console_line);
}

int wire_vmm_report_decode(const void *payload, size_t len, struct vmm_report *r)
{
	u32 u32s[WIRE_VMM_REPORT_U32S];
	u64 u64s[WIRE_VMM_REPORT_U64S];
	struct wire_vmm_report w;
	size_t i;

	if (len != sizeof(w))
		return -EBADMSG;
	memcpy(&w, payload, sizeof(w));
	if (le32_to_cpu(w.version) != WIRE_VMM_REPORT_VERSION)
		return -EPROTO;
	if (!terminated(w.reason, sizeof(w.reason)) ||
	    !terminated(w.console_line, sizeof(w.console_line)))
		return -EBADMSG;
	for (i = 0; i < ARRAY_SIZE(u32s); i++)
		u32s[i] = le32_to_cpu(w.u32s[i]);
	for (i = 0; i < ARRAY_SIZE(u64s); i++)
		u64s[i] = le64_to_cpu(w.u64s[i]);
	memset(r, 0, sizeof(*r));
	memcpy(r, u32s, sizeof(u32s));
	memcpy((char *)r + offsetof(struct vmm_report, frames), u64s, sizeof(u64s));
	memcpy(r->reason, w.reason, sizeof(r->reason));
	memcpy(r->console_line, w.console_line, sizeof(r->console_line));
	if (!r->exit_reason || r->exit_reason >= VMM_EXIT_NR || r->stage >= WIRE_STAGE_NR ||
	    r->contention_known > 1 || r->kvm_stats_known >> VMM_KVM_STATS)
		return -EBADMSG;
	return 0;
}
