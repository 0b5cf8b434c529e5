/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_RQ_H
#define KTSTR_HOST_INSPECT_RQ_H

/*
 * Run queues (struct rq, kernel/sched/sched.h), one for each CPU.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/inspect/cfs.h"
#include "host/inspect/dsq.h"
#include "host/inspect/kstruct.h"
#include "host/inspect/task.h"
#include "lib/err.h"

struct guest_kernel;
struct insp;
struct kbtf;
struct value;

/* Tasks shown of one runnable_list. */
#define RQ_RUNNABLE_MAX 4096

/* scx_rq.flags; kernel/sched/sched.h, enum scx_rq_flags */
#define SCX_RQ_ONLINE 1U

/**
 * struct rq_layout - addresses and offsets, looked up once
 * @s: struct rq
 * @runqueues: the per-CPU symbol
 * @has_scx: this kernel has sched_ext; else @dsq is not valid
 * @has_cfs: the fair class keeps its queues as @cfs says
 * @cfs: for the queue of the fair class
 * @task: for curr and queued tasks
 * @dsq: for the local dispatch queue
 * @runnable_node: offset of scx.runnable_node in struct task_struct
 *
 * Does not change after rq_layout_init().
 */
struct rq_layout {
	struct kstruct s;
	u64 runqueues;
	bool has_scx;
	bool has_cfs;
	struct cfs_layout cfs;
	struct task_layout task;
	struct dsq_layout dsq;
	u32 runnable_node;
};

/**
 * rq_layout_init() - find out where this kernel keeps it
 * @l: filled in
 * @gk: symbols
 * @btf: types
 * @err: names the symbol or member that is missing, or NULL
 *
 * Return: 0, also for a kernel without sched_ext; or -EOPNOTSUPP.
 */
int rq_layout_init(struct rq_layout *l, const struct guest_kernel *gk, const struct kbtf *btf,
		   struct ktstr_err *err);

/**
 * struct rq_state - one run queue
 * @kva: address of its struct rq
 * @nr_running: runnable tasks of all classes, the running one included
 * @nr_switches: context switches so far
 * @clock: rq->clock in ns
 * @clock_task: of it, what was left for tasks
 * @nr_iowait: tasks that wait for I/O and last ran here
 * @idle: the idle task runs
 * @curr: address of the running task, 0 = unknown
 * @curr_pid: its pid; 0 for the idle task and for a task that cannot be read
 * @curr_comm: its name, raw guest bytes, "" = cannot be read
 * @has_scx: this kernel has sched_ext; else what follows is 0
 * @scx_nr_running: tasks of sched_ext in @nr_running
 * @local_dsq_depth: tasks in the local dispatch queue
 * @scx_flags: SCX_RQ_*
 * @scx_clock: what scx_bpf_now() gives while SCX_RQ_CLK_VALID is set
 * @scx_cpu_released: a higher class has the CPU
 * @scx_cpuperf_target: 0 to 1024
 * @scx_nr_immed: SCX_ENQ_IMMED tasks in the local queue; 0 in kernels without
 */
struct rq_state {
	u64 kva;
	u32 nr_running;
	u64 nr_switches;
	u64 clock;
	u64 clock_task;
	s32 nr_iowait;
	bool idle;
	u64 curr;
	s32 curr_pid;
	char curr_comm[TASK_COMM_LEN];
	bool has_scx;
	u32 scx_nr_running;
	u32 local_dsq_depth;
	u32 scx_flags;
	u64 scx_clock;
	bool scx_cpu_released;
	u32 scx_cpuperf_target;
	u32 scx_nr_immed;
};

/**
 * rq_state_read() - one run queue now
 * @l: the layout
 * @gk: memory
 * @cpu: whose
 * @st: filled in; all 0 on failure
 *
 * No allocation, and time that does not depend on the guest. Any thread; the
 * guest may run: then members may be of moments a microsecond apart, and curr
 * may be gone already, which leaves its pid and name empty.
 *
 * Return: 0, or -EFAULT when there is no such run queue.
 */
int rq_state_read(const struct rq_layout *l, const struct guest_kernel *gk, u32 cpu,
		  struct rq_state *st);

/**
 * rq_walk() - every run queue
 * @in: the guest; its first @in->nr_cpus CPUs
 * @l: the layout
 * @to: an array; gets a struct for each CPU: cpu, nr_running, clock, curr {...},
 *      fair as cfs_show(),
 *      scx {nr_running, flags, cpu_released, ..., local_dsq as dsq_show(),
 *      runnable {tasks, incomplete, crossed_links}}; or cpu and "unreadable"
 */
void rq_walk(struct insp *in, const struct rq_layout *l, struct value *to);

#endif /* KTSTR_HOST_INSPECT_RQ_H */
