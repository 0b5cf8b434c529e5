/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_SCX_EVENTS_H
#define KTSTR_HOST_INSPECT_SCX_EVENTS_H

/*
 * What sched_ext counts about a scheduler (struct scx_event_stats, kernel/
 * sched/ext/internal.h): what /sys/kernel/sched_ext/root/events shows.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "lib/err.h"

struct guest_kernel;
struct insp;
struct kbtf;
struct value;

/**
 * enum scx_event - the counters
 *
 * Kernels from 6.15 on have some of them, see struct scx_events_layout.
 * All count events but SCX_EVENT_BYPASS_DURATION, which counts ns.
 */
enum scx_event {
	SCX_EVENT_SELECT_CPU_FALLBACK,
	SCX_EVENT_DISPATCH_LOCAL_DSQ_OFFLINE,
	SCX_EVENT_DISPATCH_KEEP_LAST,
	SCX_EVENT_ENQ_SKIP_EXITING,
	SCX_EVENT_ENQ_SKIP_MIGRATION_DISABLED,
	SCX_EVENT_REENQ_IMMED,
	SCX_EVENT_REENQ_LOCAL_REPEAT,
	SCX_EVENT_REFILL_SLICE_DFL,
	SCX_EVENT_BYPASS_DURATION,
	SCX_EVENT_BYPASS_DISPATCH,
	SCX_EVENT_BYPASS_ACTIVATE,
	SCX_EVENT_INSERT_NOT_OWNED,
	SCX_EVENT_SUB_BYPASS_DISPATCH,
	SCX_EVENTS_NR,
};

/**
 * enum scx_events_where - where a kernel has them
 * @SCX_EVENTS_NONE: it does not count
 * @SCX_EVENTS_PCPU: scx_sched.pcpu->event_stats
 * @SCX_EVENTS_STATS_CPU: scx_sched.event_stats_cpu (6.16, commit 48e1267773866)
 * @SCX_EVENTS_STATIC: the per-CPU symbol event_stats_cpu (6.15)
 */
enum scx_events_where {
	SCX_EVENTS_NONE,
	SCX_EVENTS_PCPU,
	SCX_EVENTS_STATS_CPU,
	SCX_EVENTS_STATIC,
};

/**
 * struct scx_events_layout - addresses and offsets, looked up once
 * @where: which of them; SCX_EVENTS_NONE: nothing below is valid
 * @symbol: SCX_EVENTS_STATIC: the per-CPU symbol
 * @pointer: else offset of the per-CPU pointer in struct scx_sched
 * @stats: offset of struct scx_event_stats from what it points to
 * @size: bytes of struct scx_event_stats
 * @offset: of each counter in it
 * @present: bit SCX_EVENT_x is set for each counter that this kernel has
 *
 * Does not change after scx_events_layout_init().
 */
struct scx_events_layout {
	enum scx_events_where where;
	u64 symbol;
	u32 pointer;
	u32 stats;
	u32 size;
	u32 offset[SCX_EVENTS_NR];
	u32 present;
};

/**
 * scx_events_layout_init() - find out where this kernel has them
 * @l: filled in
 * @gk: symbols
 * @btf: types
 * @err: says what is unexpected, or NULL
 *
 * Return: 0, also for a kernel that does not count (@l->where); or -EOPNOTSUPP
 * when it does, and in a way that is not known.
 */
int scx_events_layout_init(struct scx_events_layout *l, const struct guest_kernel *gk,
			   const struct kbtf *btf, struct ktstr_err *err);

/**
 * scx_events_read_cpu() - the counters of one CPU
 * @l: the layout
 * @gk: memory
 * @sched_kva: the scheduler, from scx_root_read()
 * @cpu: whose
 * @out: filled in; 0 for what this kernel does not count, all 0 on failure
 *
 * Return: 0, -ENOENT without a scheduler or in a kernel that does not count,
 * or -EFAULT.
 */
int scx_events_read_cpu(const struct scx_events_layout *l, const struct guest_kernel *gk,
			u64 sched_kva, u32 cpu, u64 out[SCX_EVENTS_NR]);

/**
 * scx_events_read() - the counters, summed over CPUs
 * @l: the layout
 * @gk: memory
 * @sched_kva: the scheduler, from scx_root_read()
 * @nr_cpus: of the machine
 * @out: filled in; all 0 on failure
 *
 * No allocation. Any thread; the guest may run. Sums wrap at 2^64.
 *
 * Return: as scx_events_read_cpu(); -EFAULT when the counters of any CPU cannot
 * be read: a sum without it would go backwards.
 */
int scx_events_read(const struct scx_events_layout *l, const struct guest_kernel *gk, u64 sched_kva,
		    u32 nr_cpus, u64 out[SCX_EVENTS_NR]);

/**
 * scx_event_name() - a counter's name
 * @event: one of enum scx_event
 *
 * Return: "select_cpu_fallback", a constant; NULL for anything else.
 */
const char *scx_event_name(u32 event);

/**
 * scx_events_walk() - the counters
 * @in: the guest; @in->sched_kva or the attached scheduler
 * @l: the layout
 * @to: a struct; gets "total" with a member for each counter that this kernel
 *      has, and "cpus", an array of the same with the CPU, without those whose
 *      counters are all 0; or "unavailable": the reason
 */
void scx_events_walk(struct insp *in, const struct scx_events_layout *l, struct value *to);

#endif /* KTSTR_HOST_INSPECT_SCX_EVENTS_H */
