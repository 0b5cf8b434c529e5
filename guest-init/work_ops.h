/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_WORK_OPS_H
#define KTSTR_GUEST_WORK_OPS_H

/* Private to group.c and work_*.c: what there is to do. */
#include <linux/bits.h>
#include <linux/types.h>

#include "lib/work.h"

struct work_run;

/**
 * struct work_sched - scheduling parameters, as sched_setattr(2) takes them
 * @size: of this
 * @policy: SCHED_*
 * @flags: 0
 * @nice: of SCHED_OTHER, SCHED_BATCH and SCHED_EXT
 * @priority: of SCHED_FIFO and SCHED_RR
 * @runtime: of SCHED_DEADLINE
 * @deadline: see there
 * @period: see there
 *
 * Not struct sched_attr: only some versions of libc have that.
 */
struct work_sched {
	u32 size;
	u32 policy;
	u64 flags;
	s32 nice;
	u32 priority;
	u64 runtime;
	u64 deadline;
	u64 period;
};

#define WORK_WAKES  BIT(0) /* measures wake-ups */
#define WORK_TIMES  BIT(1) /* measures timers */
#define WORK_COSTS  BIT(2) /* measures iterations */
#define WORK_RING   BIT(3) /* mates have pipes to each other */
#define WORK_LEADS  BIT(4) /* member 0 wakes the others */
#define WORK_BLOCKS BIT(5) /* every iteration blocks: checkpoints cost nothing beside that */
#define WORK_YIELDS BIT(6) /* every iteration gives up the CPU */

/**
 * struct work_ops - how a kind of work is done
 * @flags: WORK_*
 * @prepare: before the release, as root: get what it needs; NULL = nothing
 * @run: work until work_stopping(); all it blocks in is left with EINTR then
 * @role: replace the policy of a member of the team; NULL = all have that of the
 *        group
 *
 * Both calls return 0, or work_fail() when the worker cannot go on.
 */
struct work_ops {
	u32 flags;
	int (*prepare)(struct work_run *r);
	int (*run)(struct work_run *r);
	void (*role)(const struct work *w, u32 member, struct work_sched *s);
};

/**
 * work_ops() - how a kind of work is done
 * @type: below WORK_TYPES
 */
const struct work_ops *work_ops(enum work_type type);

/* Done by: */
extern const struct work_ops work_spin_ops, work_yield_ops, work_mixed_ops, work_alu_ops,
	work_smt_spin_ops, work_ipc_ops;
extern const struct work_ops work_io_sync_ops, work_io_read_ops, work_io_convoy_ops;
extern const struct work_ops work_bursty_ops, work_timer_latency_ops;
extern const struct work_ops work_pipe_ops, work_cache_pipe_ops, work_wake_chain_ops,
	work_futex_ping_pong_ops;
extern const struct work_ops work_futex_fan_out_ops, work_fan_out_compute_ops,
	work_thundering_herd_ops;
extern const struct work_ops work_cache_ops, work_cache_yield_ops;
extern const struct work_ops work_mutex_ops, work_priority_inversion_ops;
extern const struct work_ops work_preempt_storm_ops, work_rt_starvation_ops;
extern const struct work_ops work_sequence_ops, work_fork_exit_ops, work_cgroup_attach_storm_ops;

#endif /* KTSTR_GUEST_WORK_OPS_H */
