/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_MONITOR_SAMPLES_H
#define KTSTR_SELFTESTS_UNIT_MONITOR_SAMPLES_H

/*
 * Samples of a machine that is well: one task on each CPU, clocks that move,
 * vCPUs that run, 100 ms apart. A test spoils some of them.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "lib/wire_monitor.h"

#define MON_CPUS   4
#define MON_MAX	   64
#define MON_PERIOD ((u64)100 * NSEC_PER_MSEC)
#define MON_SCHED  0xffff888004000000ULL

/**
 * struct mon_fake - the samples of a run
 * @s: @nr of them
 * @cpus: what they point into
 * @nr: how many there are
 */
struct mon_fake {
	struct monitor_sample s[MON_MAX];
	struct monitor_cpu cpus[MON_MAX * MON_CPUS];
	u32 nr;
};

/* A sample more, after the last one. */
static inline struct monitor_sample *mon_add(struct mon_fake *f)
{
	struct monitor_sample *s = &f->s[f->nr];
	struct monitor_cpu *cpus = &f->cpus[f->nr * MON_CPUS];
	u32 i;

	*s = (struct monitor_sample){
		.seq = f->nr,
		.t_ns = NSEC_PER_SEC + f->nr * MON_PERIOD,
		.cost_ns = 1000 * MON_CPUS,
		.flags = MONITOR_SAMPLE_EVENTS,
		.sched_kva = MON_SCHED,
		.nr_cpus = MON_CPUS,
		.cpus = cpus,
	};
	for (i = 0; i < MON_CPUS; i++)
		cpus[i] = (struct monitor_cpu){
			.flags = MONITOR_CPU_RQ | MONITOR_CPU_STATS,
			.nr_running = 1,
			.scx_nr_running = 1,
			.rq_clock = 5 * (u64)NSEC_PER_SEC + f->nr * MON_PERIOD + i,
			.vcpu_ns = NSEC_PER_SEC + f->nr * MON_PERIOD,
		};
	f->nr++;
	return s;
}

/* @nr samples of a machine that is well. */
static inline struct mon_fake *mon_new(u32 nr)
{
	struct mon_fake *f = calloc(1, sizeof(*f));

	if (!f || nr > MON_MAX)
		abort();
	while (f->nr < nr)
		mon_add(f);
	return f;
}

/* From sample @from to sample @to, CPU @cpu has its clock of sample @from. */
static inline void mon_stop_clock(struct mon_fake *f, u32 cpu, u32 from, u32 to)
{
	u32 i;

	for (i = from; i <= to; i++)
		f->s[i].cpus[cpu].rq_clock = f->s[from].cpus[cpu].rq_clock;
}

/* @per_interval more of an event in each interval that ends in @from to @to. */
static inline void mon_count(struct mon_fake *f, enum monitor_event e, u32 from, u32 to,
			     s64 per_interval)
{
	s64 sum = from ? f->s[from - 1].events[e] : 0;
	u32 i;

	for (i = from; i < f->nr; i++) {
		if (i <= to)
			sum += per_interval;
		f->s[i].events[e] = sum;
	}
}

#endif /* KTSTR_SELFTESTS_UNIT_MONITOR_SAMPLES_H */
