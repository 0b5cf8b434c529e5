// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scheduler with one bad habit, for tests that have to find it: one queue for
 * all CPUs, first in, first out, and what the habit makes of that. Without a
 * habit there is nothing to be found.
 */
#include <scx/common.bpf.h>

#include "ktstr_bad.h"

char _license[] SEC("license") = "GPL";

#define SHARED_DSQ 0
/* What is starved waits here; nobody looks here unless it is time. */
#define ASIDE_DSQ 1
/* Each CPU's own, from here on. */
#define CPU_DSQ	      16
#define PF_KTHREAD    0x00200000
#define NSEC_PER_MSEC 1000000ULL
/* So that a task is queued often; and it does not wait for its turn. */
#define MIGRATE_SLICE NSEC_PER_MSEC
/* So that a task is at work when its starvation begins. */
#define VICTIM_RUNTIME (100 * NSEC_PER_MSEC)

u32 habit; /* enum bad_habit */
/* When it begins, in ms after the attach. */
u32 after_ms;
/* How long what is starved waits each time. */
u32 period_ms;
/* Which task: one with this name, or any of user space. */
char victim_comm[BAD_COMM_LEN];
u32 nr_cpus;
/* The process that belongs to this program; it is spared. */
u32 bad_tgid;

u32 victim_pid;
u64 aside_ns;
u64 attached_ns;

UEI_DEFINE(uei);

static bool has_habit(u32 which)
{
	return habit == which && bpf_ktime_get_ns() - attached_ns >= after_ms * NSEC_PER_MSEC;
}

static bool has_name(const struct task_struct *p)
{
	u32 i;

	if (!victim_comm[0])
		return true;
	for (i = 0; i < BAD_COMM_LEN; i++) {
		if (p->comm[i] != victim_comm[i])
			return false;
		if (!p->comm[i])
			break;
	}
	return true;
}

/* Neither the kernel's nor PID 1, which everything hangs on. */
static bool is_prey(const struct task_struct *p)
{
	return !(p->flags & PF_KTHREAD) && p->tgid != 1 && p->tgid != bad_tgid && has_name(p);
}

/* One task that is at work, and the same one as long as it lives. */
static bool is_victim(const struct task_struct *p)
{
	if (victim_pid)
		return p->pid == victim_pid;
	return is_prey(p) && p->se.sum_exec_runtime >= VICTIM_RUNTIME &&
	       !__sync_val_compare_and_swap(&victim_pid, 0, p->pid);
}

static bool is_confined(const struct task_struct *p)
{
	return is_prey(p) && p->nr_cpus_allowed < nr_cpus;
}

/* The next CPU that the task may run on, or may not; -1 without one. */
static s32 next_cpu(struct task_struct *p, s32 from, bool allowed)
{
	s32 cpu = from;
	u32 i;

	bpf_for(i, 0, nr_cpus)
	{
		cpu = (cpu + 1) % nr_cpus;
		if (bpf_cpumask_test_cpu(cpu, p->cpus_ptr) == allowed)
			return cpu;
	}
	return -1;
}

/* To where the habit wants it; false when it has no say. */
static bool misplace(struct task_struct *p, u64 enq_flags)
{
	s32 cpu;

	if (has_habit(BAD_STARVE) && is_victim(p)) {
		if (!aside_ns)
			aside_ns = bpf_ktime_get_ns();
		scx_bpf_dsq_insert(p, ASIDE_DSQ, SCX_SLICE_DFL, enq_flags);
		return true;
	}
	if (has_habit(BAD_MIGRATE) && is_prey(p) && !is_migration_disabled(p)) {
		cpu = next_cpu(p, scx_bpf_task_cpu(p), true);
		if (cpu < 0)
			return false;
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL_ON | cpu, MIGRATE_SLICE,
				   enq_flags | SCX_ENQ_PREEMPT);
		return true;
	}
	if (has_habit(BAD_IGNORE_CPUSET) && is_confined(p)) {
		cpu = next_cpu(p, scx_bpf_task_cpu(p), false);
		if (cpu < 0)
			return false;
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL_ON | cpu, SCX_SLICE_DFL, enq_flags);
		return true;
	}
	if (has_habit(BAD_STRAND) && is_confined(p)) {
		cpu = next_cpu(p, scx_bpf_task_cpu(p), false);
		if (cpu < 0)
			return false;
		scx_bpf_dsq_insert(p, CPU_DSQ + cpu, SCX_SLICE_DFL, enq_flags);
		return true;
	}
	return false;
}

s32 BPF_STRUCT_OPS(bad_select_cpu, struct task_struct *p, s32 prev_cpu, u64 wake_flags)
{
	bool is_idle = false;
	s32 cpu;

	cpu = scx_bpf_select_cpu_dfl(p, prev_cpu, wake_flags, &is_idle);
	/* otherwise by enqueue */
	if (is_idle && habit == BAD_NONE)
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, SCX_SLICE_DFL, 0);
	return cpu;
}

void BPF_STRUCT_OPS(bad_enqueue, struct task_struct *p, u64 enq_flags)
{
	if (misplace(p, enq_flags))
		return;
	if (!(enq_flags & SCX_ENQ_LAST)) {
		scx_bpf_dsq_insert(p, SHARED_DSQ, SCX_SLICE_DFL, enq_flags);
		return;
	}
	/* The CPU has looked into the queue before, and would go idle now. */
	scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, SCX_SLICE_DFL, enq_flags);
	scx_bpf_kick_cpu(scx_bpf_task_cpu(p), 0);
}

static bool time_is_over(void)
{
	return aside_ns && bpf_ktime_get_ns() - aside_ns >= period_ms * NSEC_PER_MSEC;
}

void BPF_STRUCT_OPS(bad_dispatch, s32 cpu, struct task_struct *prev)
{
	if (has_habit(BAD_STALL))
		return;
	if (habit == BAD_STARVE && time_is_over() && scx_bpf_dsq_move_to_local(ASIDE_DSQ, 0)) {
		aside_ns = 0;
		return;
	}
	if (habit == BAD_STRAND && scx_bpf_dsq_move_to_local(CPU_DSQ + cpu, 0))
		return;
	scx_bpf_dsq_move_to_local(SHARED_DSQ, 0);
}

static s32 create_queues(void)
{
	s32 ret = scx_bpf_create_dsq(SHARED_DSQ, -1);
	u32 i;

	if (!ret)
		ret = scx_bpf_create_dsq(ASIDE_DSQ, -1);
	if (ret || habit != BAD_STRAND)
		return ret;
	bpf_for(i, 0, nr_cpus)
	{
		ret = scx_bpf_create_dsq(CPU_DSQ + i, -1);
		if (ret)
			break;
	}
	return ret;
}

s32 BPF_STRUCT_OPS_SLEEPABLE(bad_init)
{
	attached_ns = bpf_ktime_get_ns();
	return create_queues();
}

void BPF_STRUCT_OPS(bad_exit, struct scx_exit_info *ei)
{
	UEI_RECORD(uei, ei);
}

SCX_OPS_DEFINE(bad_ops, .select_cpu = (void *)bad_select_cpu, .enqueue = (void *)bad_enqueue,
	       .dispatch = (void *)bad_dispatch, .init = (void *)bad_init, .exit = (void *)bad_exit,
	       .name = "ktstr_bad");
