// SPDX-License-Identifier: GPL-2.0-only
#include "work_ops.h"
#include "work_run.h"

static const struct work_ops *const all[WORK_TYPES] = {
	[WORK_SPIN] = &work_spin_ops,
	[WORK_YIELD] = &work_yield_ops,
	[WORK_MIXED] = &work_mixed_ops,
	[WORK_ALU] = &work_alu_ops,
	[WORK_SMT_SPIN] = &work_smt_spin_ops,
	[WORK_IPC] = &work_ipc_ops,
	[WORK_IO_SYNC] = &work_io_sync_ops,
	[WORK_IO_READ] = &work_io_read_ops,
	[WORK_IO_CONVOY] = &work_io_convoy_ops,
	[WORK_BURSTY] = &work_bursty_ops,
	[WORK_IDLE_CHURN] = &work_bursty_ops,
	[WORK_PIPE] = &work_pipe_ops,
	[WORK_FUTEX_PING_PONG] = &work_futex_ping_pong_ops,
	[WORK_FUTEX_FAN_OUT] = &work_futex_fan_out_ops,
	[WORK_FAN_OUT_COMPUTE] = &work_fan_out_compute_ops,
	[WORK_CACHE] = &work_cache_ops,
	[WORK_CACHE_YIELD] = &work_cache_yield_ops,
	[WORK_CACHE_PIPE] = &work_cache_pipe_ops,
	[WORK_SEQUENCE] = &work_sequence_ops,
	[WORK_FORK_EXIT] = &work_fork_exit_ops,
	[WORK_MUTEX] = &work_mutex_ops,
	[WORK_PRIORITY_INVERSION] = &work_priority_inversion_ops,
	[WORK_THUNDERING_HERD] = &work_thundering_herd_ops,
	[WORK_WAKE_CHAIN] = &work_wake_chain_ops,
	[WORK_PREEMPT_STORM] = &work_preempt_storm_ops,
	[WORK_RT_STARVATION] = &work_rt_starvation_ops,
	[WORK_CGROUP_ATTACH_STORM] = &work_cgroup_attach_storm_ops,
	[WORK_TIMER_LATENCY] = &work_timer_latency_ops,
};

const struct work_ops *work_ops(enum work_type type)
{
	return all[type];
}
