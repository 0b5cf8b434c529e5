// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "host/inspect/dsq.h"
#include "host/inspect/insp.h"
#include "host/inspect/scx_events.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"

/* struct scx_event_stats of the kernels there are has 104. */
#define STATS_MAX 1024

/**
 * struct event - a counter
 * @name: ours
 * @member: the kernel's
 * @other: what older kernels call it, or NULL
 */
static const struct event {
	const char *name;
	const char *member;
	const char *other;
} events[SCX_EVENTS_NR] = {
	[SCX_EVENT_SELECT_CPU_FALLBACK] = { "select_cpu_fallback", "SCX_EV_SELECT_CPU_FALLBACK" },
	[SCX_EVENT_DISPATCH_LOCAL_DSQ_OFFLINE] = { "dispatch_local_dsq_offline",
						   "SCX_EV_DISPATCH_LOCAL_DSQ_OFFLINE" },
	[SCX_EVENT_DISPATCH_KEEP_LAST] = { "dispatch_keep_last", "SCX_EV_DISPATCH_KEEP_LAST" },
	[SCX_EVENT_ENQ_SKIP_EXITING] = { "enq_skip_exiting", "SCX_EV_ENQ_SKIP_EXITING" },
	[SCX_EVENT_ENQ_SKIP_MIGRATION_DISABLED] = { "enq_skip_migration_disabled",
						    "SCX_EV_ENQ_SKIP_MIGRATION_DISABLED" },
	[SCX_EVENT_REENQ_IMMED] = { "reenq_immed", "SCX_EV_REENQ_IMMED" },
	[SCX_EVENT_REENQ_LOCAL_REPEAT] = { "reenq_local_repeat", "SCX_EV_REENQ_LOCAL_REPEAT" },
	/* under the other name since 6d3f8fb4b2d4 ("sched_ext: Add an event, ...") */
	[SCX_EVENT_REFILL_SLICE_DFL] = { "refill_slice_dfl", "SCX_EV_REFILL_SLICE_DFL",
					 "SCX_EV_ENQ_SLICE_DFL" },
	[SCX_EVENT_BYPASS_DURATION] = { "bypass_duration", "SCX_EV_BYPASS_DURATION" },
	[SCX_EVENT_BYPASS_DISPATCH] = { "bypass_dispatch", "SCX_EV_BYPASS_DISPATCH" },
	[SCX_EVENT_BYPASS_ACTIVATE] = { "bypass_activate", "SCX_EV_BYPASS_ACTIVATE" },
	[SCX_EVENT_INSERT_NOT_OWNED] = { "insert_not_owned", "SCX_EV_INSERT_NOT_OWNED" },
	[SCX_EVENT_SUB_BYPASS_DISPATCH] = { "sub_bypass_dispatch", "SCX_EV_SUB_BYPASS_DISPATCH" },
};

const char *scx_event_name(u32 event)
{
	return event < SCX_EVENTS_NR ? events[event].name : NULL;
}

/* The per-CPU symbol is also the name of a member, so members come first. */
static void find_where(struct scx_events_layout *l, const struct guest_kernel *gk,
		       const struct kbtf *btf)
{
	if (kbtf_member(btf, "scx_sched", "pcpu", &l->pointer, NULL) == 0 &&
	    kbtf_member(btf, "scx_sched_pcpu", "event_stats", &l->stats, NULL) == 0) {
		l->where = SCX_EVENTS_PCPU;
		return;
	}
	l->stats = 0;
	if (kbtf_member(btf, "scx_sched", "event_stats_cpu", &l->pointer, NULL) == 0)
		l->where = SCX_EVENTS_STATS_CPU;
	else if (gk_symbol(gk, "event_stats_cpu", &l->symbol))
		l->where = SCX_EVENTS_STATIC;
}

int scx_events_layout_init(struct scx_events_layout *l, const struct guest_kernel *gk,
			   const struct kbtf *btf, struct ktstr_err *err)
{
	u32 i, size;
	int ret;

	memset(l, 0, sizeof(*l));
	if (kbtf_struct_size(btf, "scx_event_stats", &l->size))
		return 0;
	find_where(l, gk, btf);
	if (l->where == SCX_EVENTS_NONE)
		return ktstr_err_set(err, -EOPNOTSUPP,
				     "this kernel has a struct scx_event_stats, but neither scx_sched.pcpu->event_stats nor event_stats_cpu");
	for (i = 0; i < SCX_EVENTS_NR; i++) {
		const struct event *e = &events[i];

		ret = kbtf_member(btf, "scx_event_stats", e->member, &l->offset[i], &size);
		if (ret && e->other)
			ret = kbtf_member(btf, "scx_event_stats", e->other, &l->offset[i], &size);
		if (ret == 0 && size == sizeof(u64) && l->offset[i] <= l->size - size)
			l->present |= 1U << i;
	}
	if (l->present && l->size <= STATS_MAX)
		return 0;
	l->where = SCX_EVENTS_NONE;
	return ktstr_err_set(err, -EOPNOTSUPP,
			     "this kernel's struct scx_event_stats has %u bytes and no known counter",
			     l->size);
}

static int stats_of_cpu(const struct scx_events_layout *l, const struct guest_kernel *gk,
			u64 sched_kva, u32 cpu, u64 *kva)
{
	u64 base = l->symbol;

	if (l->where == SCX_EVENTS_NONE || !sched_kva)
		return -ENOENT;
	if (l->where != SCX_EVENTS_STATIC && gk_read_u64(gk, sched_kva + l->pointer, &base))
		return -EFAULT;
	if (gk_percpu(gk, base, cpu, kva))
		return -EFAULT;
	*kva += l->stats;
	return 0;
}

int scx_events_read_cpu(const struct scx_events_layout *l, const struct guest_kernel *gk,
			u64 sched_kva, u32 cpu, u64 out[SCX_EVENTS_NR])
{
	u8 stats[STATS_MAX];
	u64 kva;
	u32 i;
	int ret;

	memset(out, 0, SCX_EVENTS_NR * sizeof(*out));
	ret = stats_of_cpu(l, gk, sched_kva, cpu, &kva);
	if (ret)
		return ret;
	if (gk_read(gk, kva, stats, l->size))
		return -EFAULT;
	for (i = 0; i < SCX_EVENTS_NR; i++)
		if (l->present & 1U << i)
			memcpy(&out[i], stats + l->offset[i], sizeof(out[i]));
	return 0;
}

int scx_events_read(const struct scx_events_layout *l, const struct guest_kernel *gk, u64 sched_kva,
		    u32 nr_cpus, u64 out[SCX_EVENTS_NR])
{
	u64 one[SCX_EVENTS_NR];
	u32 cpu, i;
	int ret;

	memset(out, 0, SCX_EVENTS_NR * sizeof(*out));
	for (cpu = 0; cpu < nr_cpus; cpu++) {
		ret = scx_events_read_cpu(l, gk, sched_kva, cpu, one);
		if (ret) {
			memset(out, 0, SCX_EVENTS_NR * sizeof(*out));
			return ret;
		}
		for (i = 0; i < SCX_EVENTS_NR; i++)
			out[i] += one[i];
	}
	return 0;
}

static void show(struct insp *in, const struct scx_events_layout *l, const u64 *counts,
		 struct value *to)
{
	u32 i;

	/* The kernel's are signed, and a sum may be caught below 0. */
	for (i = 0; i < SCX_EVENTS_NR; i++)
		if (l->present & 1U << i)
			value_add_int(in->tree, to, events[i].name, (s64)counts[i]);
}

static void show_cpu(struct insp *in, const struct scx_events_layout *l, u64 sched_kva, u32 cpu,
		     struct value *to)
{
	u64 counts[SCX_EVENTS_NR], any = 0;
	struct value *one;
	int ret;
	u32 i;

	ret = scx_events_read_cpu(l, in->gk, sched_kva, cpu, counts);
	for (i = 0; i < SCX_EVENTS_NR; i++)
		any |= counts[i];
	if (!ret && !any)
		return;
	one = value_add_struct(in->tree, to, NULL);
	value_add_uint(in->tree, one, "cpu", cpu);
	if (ret)
		value_unsupported(in->tree, one, "unreadable", "no memory behind the pointer");
	else
		show(in, l, counts, one);
}

void scx_events_walk(struct insp *in, const struct scx_events_layout *l, struct value *to)
{
	u64 counts[SCX_EVENTS_NR], sched_kva = dsq_sched_kva(in);
	struct value *cpus;
	u32 cpu;
	int ret;

	if (l->where == SCX_EVENTS_NONE || !sched_kva) {
		value_add_text(in->tree, to, "unavailable",
			       l->where == SCX_EVENTS_NONE ? "this kernel does not count events" :
							     "no scheduler is attached");
		return;
	}
	ret = scx_events_read(l, in->gk, sched_kva, in->nr_cpus, counts);
	if (ret)
		value_unsupported(in->tree, to, "total", "the counters of a CPU cannot be read");
	else
		show(in, l, counts, value_add_struct(in->tree, to, "total"));
	cpus = value_add_array(in->tree, to, "cpus");
	for (cpu = 0; cpu < in->nr_cpus && !insp_late(in); cpu++)
		show_cpu(in, l, sched_kva, cpu, cpus);
	if (cpu < in->nr_cpus)
		value_cut(cpus, in->nr_cpus, cpu);
}
