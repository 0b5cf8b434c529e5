/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_SCHEDSTAT_H
#define KTSTR_HOST_INSPECT_SCHEDSTAT_H

/*
 * Statistics of the run queues: what /proc/schedstat shows of a CPU (kernel/
 * sched/stats.c, show_schedstat()).
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/inspect/kstruct.h"
#include "lib/err.h"

struct guest_kernel;
struct insp;
struct kbtf;
struct value;

/**
 * struct schedstat_layout - addresses and offsets, looked up once
 * @compiled: this kernel has CONFIG_SCHEDSTATS; else nothing below is valid
 * @s: struct rq
 * @runqueues: the per-CPU symbol
 * @enabled_kva: address of the static key that switches them on, 0 = unknown
 *
 * Does not change after schedstat_layout_init().
 */
struct schedstat_layout {
	bool compiled;
	struct kstruct s;
	u64 runqueues;
	u64 enabled_kva;
};

/**
 * schedstat_layout_init() - find out where this kernel keeps it
 * @l: filled in
 * @gk: symbols
 * @btf: types
 * @err: names the symbol or member that is missing, or NULL
 *
 * Return: 0, also for a kernel without schedstats (@l->compiled); or
 * -EOPNOTSUPP.
 */
int schedstat_layout_init(struct schedstat_layout *l, const struct guest_kernel *gk,
			  const struct kbtf *btf, struct ktstr_err *err);

/**
 * schedstat_enabled() - does the guest count
 * @l: the layout
 * @gk: memory
 *
 * kernel.sched_schedstats=1, or a program that switches it on. Delays and
 * @pcount are counted even without.
 *
 * Return: 1, 0, or -ENODATA when it cannot be told.
 */
int schedstat_enabled(const struct schedstat_layout *l, const struct guest_kernel *gk);

/**
 * struct schedstat - of one CPU, since boot
 * @run_delay: ns that tasks waited for this CPU
 * @pcount: times that one was given it
 * @rq_cpu_time: ns that tasks ran
 * @yld_count: sched_yield()
 * @sched_count: schedule()
 * @sched_goidle: of them to the idle task
 * @ttwu_count: wake-ups by this CPU
 * @ttwu_local: of them on this CPU
 *
 * Counters of 32 bits in the kernel wrap there.
 */
struct schedstat {
	u64 run_delay;
	u64 pcount;
	u64 rq_cpu_time;
	u32 yld_count;
	u32 sched_count;
	u32 sched_goidle;
	u32 ttwu_count;
	u32 ttwu_local;
};

/**
 * schedstat_read() - of one CPU now
 * @l: the layout
 * @gk: memory
 * @cpu: whose
 * @st: filled in; all 0 on failure
 *
 * No allocation. Any thread; the guest may run.
 *
 * Return: 0, -ENODATA in a kernel without schedstats, or -EFAULT.
 */
int schedstat_read(const struct schedstat_layout *l, const struct guest_kernel *gk, u32 cpu,
		   struct schedstat *st);

/**
 * schedstat_walk() - of every CPU
 * @in: the guest
 * @l: the layout
 * @to: a struct; gets "enabled" and "cpus", an array of structs; or
 *      "unavailable": the reason
 */
void schedstat_walk(struct insp *in, const struct schedstat_layout *l, struct value *to);

#endif /* KTSTR_HOST_INSPECT_SCHEDSTAT_H */
