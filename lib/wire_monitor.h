/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_WIRE_MONITOR_H
#define KTSTR_LIB_WIRE_MONITOR_H

/*
 * What the monitor reads out of a running guest ten times a second, and how it
 * travels from the VMM process to its supervisor: one WIRE_MONI says what this
 * kernel shows, then each sample is a WIRE_MONS. The supervisor judges them;
 * the process that reads guest memory does not.
 */
#include <stddef.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define WIRE_MON_VERSION 1
#define WIRE_MON_EVENTS	 13
/* Samples of one run: the oldest half and the newest half of more than these. */
#define WIRE_MON_SAMPLES_MAX 4096
#define WIRE_MON_BYTES_MAX   (32U << 20)
#define WIRE_MON_CPUS_MAX    512
#define WIRE_MON_TEXT_MAX    256

/**
 * enum monitor_event - the counters of sched_ext, struct scx_event_stats
 * @MONITOR_SELECT_CPU_FALLBACK: ops.select_cpu() gave a CPU that cannot be used
 * @MONITOR_DISPATCH_LOCAL_DSQ_OFFLINE: the local DSQ's CPU had gone offline
 * @MONITOR_DISPATCH_KEEP_LAST: a task ran on because there was no other one
 * @MONITOR_ENQ_SKIP_EXITING: an exiting task went to a local DSQ
 * @MONITOR_ENQ_SKIP_MIGRATION_DISABLED: the same for one that must not migrate
 * @MONITOR_REENQ_IMMED: re-enqueued because the CPU was not free at once
 * @MONITOR_REENQ_LOCAL_REPEAT: a re-enqueue of a local DSQ caused another one
 * @MONITOR_REFILL_SLICE_DFL: a slice was refilled with the default
 * @MONITOR_BYPASS_DURATION: nanoseconds in bypass mode
 * @MONITOR_BYPASS_DISPATCH: tasks dispatched in it
 * @MONITOR_BYPASS_ACTIVATE: times it was entered
 * @MONITOR_INSERT_NOT_OWNED: a task was inserted that is not the scheduler's
 * @MONITOR_SUB_BYPASS_DISPATCH: tasks of bypassing children dispatched
 */
enum monitor_event {
	MONITOR_SELECT_CPU_FALLBACK,
	MONITOR_DISPATCH_LOCAL_DSQ_OFFLINE,
	MONITOR_DISPATCH_KEEP_LAST,
	MONITOR_ENQ_SKIP_EXITING,
	MONITOR_ENQ_SKIP_MIGRATION_DISABLED,
	MONITOR_REENQ_IMMED,
	MONITOR_REENQ_LOCAL_REPEAT,
	MONITOR_REFILL_SLICE_DFL,
	MONITOR_BYPASS_DURATION,
	MONITOR_BYPASS_DISPATCH,
	MONITOR_BYPASS_ACTIVATE,
	MONITOR_INSERT_NOT_OWNED,
	MONITOR_SUB_BYPASS_DISPATCH,
};

/**
 * monitor_event_name() - a counter by its name in lower case
 * @e: any value; an unknown one gives "unknown"
 */
const char *monitor_event_name(u32 e);

/**
 * enum monitor_stat - per-CPU counters of CONFIG_SCHEDSTATS, struct rq
 * @MONITOR_RUN_DELAY: rq_sched_info.run_delay, nanoseconds
 * @MONITOR_PCOUNT: rq_sched_info.pcount
 * @MONITOR_YLD_COUNT: yld_count
 * @MONITOR_SCHED_COUNT: sched_count
 * @MONITOR_SCHED_GOIDLE: sched_goidle
 * @MONITOR_TTWU_COUNT: ttwu_count
 * @MONITOR_TTWU_LOCAL: ttwu_local
 * @MONITOR_STATS: how many there are
 */
enum monitor_stat {
	MONITOR_RUN_DELAY,
	MONITOR_PCOUNT,
	MONITOR_YLD_COUNT,
	MONITOR_SCHED_COUNT,
	MONITOR_SCHED_GOIDLE,
	MONITOR_TTWU_COUNT,
	MONITOR_TTWU_LOCAL,
	MONITOR_STATS,
};

/**
 * monitor_stat_name() - a counter by its name in the kernel
 * @s: any value; an unknown one gives "unknown"
 */
const char *monitor_stat_name(u32 s);

/* Of struct monitor_cpu: @nr_running to @rq_clock were read; @stats were. */
#define MONITOR_CPU_RQ	  BIT(0)
#define MONITOR_CPU_STATS BIT(1)

/**
 * struct monitor_cpu - one CPU in one sample
 * @flags: MONITOR_CPU_*
 * @nr_running: tasks on its run queue, the running one included
 * @scx_nr_running: of them, those of sched_ext
 * @local_dsq_depth: tasks on its local DSQ
 * @scx_flags: rq->scx.flags, SCX_RQ_*
 * @rq_clock: rq->clock, nanoseconds
 * @vcpu_ns: CPU time its vCPU's thread has had so far, 0 = unknown
 * @stats: by enum monitor_stat, since the guest's boot
 */
struct monitor_cpu {
	u32 flags;
	u32 nr_running;
	u32 scx_nr_running;
	u32 local_dsq_depth;
	u32 scx_flags;
	u64 rq_clock;
	u64 vcpu_ns;
	u64 stats[MONITOR_STATS];
};

/* Of struct monitor_sample: @events were read. */
#define MONITOR_SAMPLE_EVENTS BIT(0)

/**
 * struct monitor_sample - the machine at one moment, or nearly: it runs meanwhile
 * @seq: counts samples from 0
 * @t_ns: when reading began, since the start of the run
 * @cost_ns: CPU time the reading took
 * @missed: ticks of the timer right before it without a sample, because the
 *          host had other things to do
 * @flags: MONITOR_SAMPLE_*
 * @sched_kva: the attached scheduler, 0 = none; counters of another one start
 *             anew
 * @events: by enum monitor_event, summed over CPUs
 * @nr_cpus: elements of @cpus, at least 1
 * @cpus: CPU 0 and on
 */
struct monitor_sample {
	u64 seq;
	u64 t_ns;
	u64 cost_ns;
	u32 missed;
	u32 flags;
	u64 sched_kva;
	s64 events[WIRE_MON_EVENTS];
	u32 nr_cpus;
	struct monitor_cpu *cpus;
};

/**
 * struct wire_mons_cpu - a CPU of WIRE_MONS, as struct monitor_cpu
 * @flags: as there, like all the others
 * @nr_running: see there
 * @scx_nr_running: see there
 * @local_dsq_depth: see there
 * @scx_flags: see there
 * @pad: 0
 * @rq_clock: see there
 * @vcpu_ns: see there
 * @stats: see there
 */
struct wire_mons_cpu {
	__le32 flags;
	__le32 nr_running;
	__le32 scx_nr_running;
	__le32 local_dsq_depth;
	__le32 scx_flags;
	__le32 pad;
	__le64 rq_clock;
	__le64 vcpu_ns;
	__le64 stats[MONITOR_STATS];
} __packed;
static_assert(sizeof(struct wire_mons_cpu) == 96);

/**
 * struct wire_mons - WIRE_MONS: the CPUs follow, and nothing else
 * @version: WIRE_MON_VERSION
 * @flags: as in struct monitor_sample, like all the others
 * @nr_cpus: see there
 * @missed: see there
 * @seq: see there
 * @t_ns: see there
 * @cost_ns: see there
 * @sched_kva: see there
 * @events: see there
 */
struct wire_mons {
	__le32 version;
	__le32 flags;
	__le32 nr_cpus;
	__le32 missed;
	__le64 seq;
	__le64 t_ns;
	__le64 cost_ns;
	__le64 sched_kva;
	__le64 events[WIRE_MON_EVENTS];
} __packed;
static_assert(sizeof(struct wire_mons) == 152);

/**
 * wire_mons_size() - bytes of a WIRE_MONS payload
 * @nr_cpus: of the sample, 1 .. WIRE_MON_CPUS_MAX
 */
size_t wire_mons_size(u32 nr_cpus);

/**
 * wire_mons_max() - how many samples of a machine are kept
 * @nr_cpus: of the machine, 1 .. WIRE_MON_CPUS_MAX
 *
 * Return: as many as WIRE_MON_BYTES_MAX holds, at most WIRE_MON_SAMPLES_MAX;
 * even.
 */
u32 wire_mons_max(u32 nr_cpus);

/**
 * wire_mons_encode() - to the wire
 * @s: the sample, with 1 .. WIRE_MON_CPUS_MAX CPUs
 * @buf: filled in, wire_mons_size() bytes
 */
void wire_mons_encode(const struct monitor_sample *s, void *buf);

/**
 * wire_mons_decode() - check a WIRE_MONS payload and read it
 * @payload: the bytes
 * @len: how many
 * @s: filled in on success
 * @cpus: room for @room CPUs, what @s->cpus points to afterwards; NULL = only
 *        count them: @s->cpus is NULL
 * @room: see there
 *
 * Return: 0; -EPROTO for an unknown version; -EBADMSG when the length does not
 * fit the number of CPUs, or that is 0 or above WIRE_MON_CPUS_MAX; -ENOSPC
 * when @room is too small.
 */
int wire_mons_decode(const void *payload, size_t len, struct monitor_sample *s,
		     struct monitor_cpu *cpus, u32 room);

/**
 * struct monitor_info - what the monitor can see of a kernel
 * @period_ns: between two samples
 * @hz: ticks of the guest's scheduler in a second
 * @hz_assumed: the kernel does not say, so @hz is a guess
 * @nr_cpus: CPUs it looks at
 * @error: why there are no samples, or ""
 * @no_events: why there are no event counters, or ""
 * @no_stats: the same for schedstats
 */
struct monitor_info {
	u64 period_ns;
	u32 hz;
	u32 hz_assumed;
	u32 nr_cpus;
	char error[WIRE_MON_TEXT_MAX];
	char no_events[WIRE_MON_TEXT_MAX];
	char no_stats[WIRE_MON_TEXT_MAX];
};

/**
 * struct wire_moni - WIRE_MONI, as struct monitor_info
 * @version: WIRE_MON_VERSION
 * @hz: as there, like all the others
 * @hz_assumed: see there, 0 or 1
 * @nr_cpus: see there
 * @period_ns: see there
 * @error: NUL-terminated
 * @no_events: NUL-terminated
 * @no_stats: NUL-terminated
 */
struct wire_moni {
	__le32 version;
	__le32 hz;
	__le32 hz_assumed;
	__le32 nr_cpus;
	__le64 period_ns;
	char error[WIRE_MON_TEXT_MAX];
	char no_events[WIRE_MON_TEXT_MAX];
	char no_stats[WIRE_MON_TEXT_MAX];
} __packed;
static_assert(sizeof(struct wire_moni) == 24 + 3 * WIRE_MON_TEXT_MAX);

/**
 * wire_moni_encode() - to the wire
 * @info: what can be seen
 * @w: filled in
 */
void wire_moni_encode(const struct monitor_info *info, struct wire_moni *w);

/**
 * wire_moni_decode() - check a WIRE_MONI payload and read it
 * @payload: the bytes
 * @len: how many
 * @info: filled in on success
 *
 * Return: 0, -EPROTO for an unknown version, or -EBADMSG when the length does
 * not fit, a text has no NUL, or there is no tick.
 */
int wire_moni_decode(const void *payload, size_t len, struct monitor_info *info);

#endif /* KTSTR_LIB_WIRE_MONITOR_H */
