/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_WIRE_WORKER_H
#define KTSTR_LIB_WIRE_WORKER_H

/*
 * What one worker measured (WIRE_WREP): sent when it was collected, at the end
 * of its step or of the scenario. WIRE_TEST has the short form of all of them
 * and counts these frames, so that a lost one is noticed.
 */
#include <linux/bits.h>
#include <linux/types.h>

#include "lib/latency.h"
#include "lib/topology.h"

#define WIRE_WREP_VERSION 1
#define WORKER_NODES_MAX  16
#define WORKER_INFO_MAX	  96

#define WORKER_COMPLETED      BIT(0) /* reported at the end */
#define WORKER_MESSENGER      BIT(1) /* wakes the others of its group */
#define WORKER_AFFINITY_ERROR BIT(2) /* could not be placed; info says why */
#define WORKER_POLICY_ERROR   BIT(3) /* could not get its policy; info says why */
#define WORKER_KILLED	      BIT(4) /* did not stop when told to, and was killed */
#define WORKER_HAS_SCHEDSTAT  BIT(5) /* @run_delay_ns to @sched_cpu_ns are there */
#define WORKER_HAS_NUMA	      BIT(6) /* @numa_pages are there */

/**
 * struct worker_view - a worker's report in host byte order
 * @tid: thread id in the guest
 * @group: of the scenario (struct scenario.groups)
 * @index: within that group
 * @step: 0 = from the backdrop, else the step it was started in, from 1
 * @flags: WORKER_*
 * @status: wait status of its process, 0 while it was alive
 * @work_units: done
 * @iterations: of its work type
 * @cpu_ns: CPU time it got
 * @wall_ns: from its release to its stop
 * @migrations: times it found itself on another CPU than before
 * @cross_node: of them, those to another node
 * @max_gap_ns: longest time between two checkpoints
 * @max_gap_cpu: where that ended
 * @max_gap_at_ms: when, since scenario start
 * @run_delay_ns: waited on a run queue (/proc/PID/schedstat)
 * @run_count: times it was switched in
 * @sched_cpu_ns: CPU time by the same file
 * @numa_pages: its anonymous pages by node (/proc/PID/numa_maps)
 * @numa_migrated: pages the kernel migrated between nodes meanwhile (vmstat,
 *                 the whole guest)
 * @cpus: CPUs it was seen on, one bit each, little-endian
 * @wake: how long its wake-ups took
 * @timer: how late its timers were
 * @cost: how long an iteration took
 * @info: why it died or could not be placed, NUL-terminated, may be empty
 */
struct worker_view {
	u32 tid;
	u32 group;
	u32 index;
	u32 step;
	u32 flags;
	u32 status;
	u64 work_units;
	u64 iterations;
	u64 cpu_ns;
	u64 wall_ns;
	u64 migrations;
	u64 cross_node;
	u64 max_gap_ns;
	u32 max_gap_cpu;
	u32 max_gap_at_ms;
	u64 run_delay_ns;
	u64 run_count;
	u64 sched_cpu_ns;
	u64 numa_pages[WORKER_NODES_MAX];
	u64 numa_migrated;
	u8 cpus[TOPOLOGY_MAX_CPUS / 8];
	struct latency wake;
	struct latency timer;
	struct latency cost;
	char info[WORKER_INFO_MAX];
};

/**
 * worker_encode() - build a WIRE_WREP payload
 * @v: the report
 * @buf: set to the payload; the caller frees it
 * @len: set to its size; latencies without a sample and empty buckets take no
 *       room
 *
 * Return: 0, -EINVAL for what would not decode, or -ENOMEM.
 */
int worker_encode(const struct worker_view *v, void **buf, size_t *len);

/**
 * worker_decode() - check a WIRE_WREP payload and read it
 * @payload: the bytes
 * @len: how many
 * @v: filled in on success
 *
 * Return: 0, -EPROTO for an unknown version, or -EBADMSG for a length that does
 * not fit, unknown flags, an info without NUL, a bucket out of range or twice,
 * or counts that do not add up.
 */
int worker_decode(const void *payload, size_t len, struct worker_view *v);

#endif /* KTSTR_LIB_WIRE_WORKER_H */
