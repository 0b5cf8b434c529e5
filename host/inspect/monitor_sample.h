/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_MONITOR_SAMPLE_H
#define KTSTR_HOST_INSPECT_MONITOR_SAMPLE_H

/*
 * One look at all run queues of a running guest, for the monitor. Nothing is
 * allocated and no name looked up: all that is done once.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/inspect/rq.h"
#include "host/inspect/schedstat.h"
#include "host/inspect/scx_events.h"
#include "lib/err.h"
#include "lib/wire_monitor.h"

struct guest_kernel;
struct kbtf;
struct scx_layout;

/* What a kernel ticks at that does not say: the default of kernel/Kconfig.hz. */
#define MONITOR_HZ_DEFAULT 250

/**
 * struct monitor_layout - where this kernel keeps what is sampled
 * @rq: run queues
 * @scx: the attached scheduler, or NULL
 * @events: event counters, with @has_events
 * @has_events: see there
 * @stats: schedstats, with @has_stats
 * @has_stats: see there
 *
 * Does not change after monitor_layout_init().
 */
struct monitor_layout {
	struct rq_layout rq;
	const struct scx_layout *scx;
	struct scx_events_layout events;
	bool has_events;
	struct schedstat_layout stats;
	bool has_stats;
};

/**
 * monitor_layout_init() - find out what can be sampled
 * @l: filled in; valid unless @info->error says otherwise
 * @gk: the kernel; takes milliseconds for its tick rate
 * @btf: its types, or NULL: then nothing can be sampled
 * @scx: its sched_ext, must outlive @l; or NULL
 * @info: filled in but for the period: what is missing, and why
 *
 * Any thread. Return: 0, or -EOPNOTSUPP when not even run queues can be read.
 */
int monitor_layout_init(struct monitor_layout *l, const struct guest_kernel *gk,
			const struct kbtf *btf, const struct scx_layout *scx,
			struct monitor_info *info);

/**
 * monitor_sample_read() - one look
 * @l: the layout
 * @gk: memory; the guest may run
 * @s: @s->nr_cpus and @s->cpus are read; flags, scheduler, events and the CPUs
 *     but their vcpu_ns are filled in. A CPU that cannot be read lacks its flag
 *
 * Any thread, one at a time. Bounded by the number of CPUs.
 */
void monitor_sample_read(const struct monitor_layout *l, const struct guest_kernel *gk,
			 struct monitor_sample *s);

#endif /* KTSTR_HOST_INSPECT_MONITOR_SAMPLE_H */
