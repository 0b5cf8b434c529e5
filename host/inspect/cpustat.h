/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_CPUSTAT_H
#define KTSTR_HOST_INSPECT_CPUSTAT_H

/*
 * Where a CPU's time went, and its soft interrupts: what /proc/stat and
 * /proc/softirqs show (include/linux/kernel_stat.h).
 */
#include <stdbool.h>
#include <linux/types.h>

#include "lib/err.h"

struct guest_kernel;
struct insp;
struct kbtf;
struct value;

/**
 * enum cpustat_time - kinds of time
 *
 * Those of enum cpu_usage_stat, in the order of most kernels; which index a
 * kernel uses is looked up.
 */
enum cpustat_time {
	CPUSTAT_USER,
	CPUSTAT_NICE,
	CPUSTAT_SYSTEM,
	CPUSTAT_SOFTIRQ,
	CPUSTAT_IRQ,
	CPUSTAT_IDLE,
	CPUSTAT_IOWAIT,
	CPUSTAT_STEAL,
	CPUSTAT_GUEST,
	CPUSTAT_GUEST_NICE,
	CPUSTAT_FORCEIDLE,
	CPUSTAT_TIMES,
};

/* include/linux/interrupt.h: HI to RCU; a kernel with more shows the first. */
#define CPUSTAT_SOFTIRQS 10

/**
 * struct cpustat_layout - addresses and offsets, looked up once
 * @cpustat: the per-CPU symbol kernel_cpustat, plus the offset of its array
 * @nr_times: elements of the array
 * @index: of each kind of time in the array
 * @present: bit CPUSTAT_x is set for each that this kernel has
 * @kstat: the per-CPU symbol kstat, 0 = unknown: no soft interrupts
 * @softirqs: offset of their counters in it
 * @nr_softirqs: how many there are, at most CPUSTAT_SOFTIRQS
 * @irqs_sum: offset of the sum of interrupts in it
 * @tick_sched: the per-CPU symbol tick_cpu_sched, 0 = unknown, or this kernel
 *              counts idle time in kernel_cpustat alone
 * @idle_sleeptime: offset in it: ns idle without a tick
 * @iowait_sleeptime: the same, with I/O under way
 *
 * Does not change after cpustat_layout_init().
 */
struct cpustat_layout {
	u64 cpustat;
	u32 nr_times;
	u8 index[CPUSTAT_TIMES];
	u32 present;
	u64 kstat;
	u32 softirqs;
	u32 nr_softirqs;
	u32 irqs_sum;
	u64 tick_sched;
	u32 idle_sleeptime;
	u32 iowait_sleeptime;
};

/**
 * cpustat_layout_init() - find out where this kernel keeps it
 * @l: filled in
 * @gk: symbols
 * @btf: types
 * @err: names the symbol or member that is missing, or NULL
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int cpustat_layout_init(struct cpustat_layout *l, const struct guest_kernel *gk,
			const struct kbtf *btf, struct ktstr_err *err);

/**
 * struct cpustat - of one CPU, since boot
 * @time: ns of each kind, 0 for what this kernel does not have. A CPU that is
 *        idle without a tick adds to idle and iowait when it wakes up
 * @softirqs: how often each was handled
 * @irqs: interrupts in all
 * @has_sleeptime: the two below are known
 * @idle_sleeptime: ns
 * @iowait_sleeptime: ns
 */
struct cpustat {
	u64 time[CPUSTAT_TIMES];
	u32 softirqs[CPUSTAT_SOFTIRQS];
	u64 irqs;
	bool has_sleeptime;
	u64 idle_sleeptime;
	u64 iowait_sleeptime;
};

/**
 * cpustat_read() - of one CPU now
 * @l: the layout
 * @gk: memory
 * @cpu: whose
 * @st: filled in; all 0 on failure
 *
 * No allocation. Any thread; the guest may run.
 *
 * Return: 0 or -EFAULT.
 */
int cpustat_read(const struct cpustat_layout *l, const struct guest_kernel *gk, u32 cpu,
		 struct cpustat *st);

/**
 * cpustat_walk() - of every CPU
 * @in: the guest
 * @l: the layout
 * @to: an array; gets a struct for each CPU: cpu, time_ns {...}, softirqs {...},
 *      irqs; or cpu and "unreadable"
 */
void cpustat_walk(struct insp *in, const struct cpustat_layout *l, struct value *to);

#endif /* KTSTR_HOST_INSPECT_CPUSTAT_H */
