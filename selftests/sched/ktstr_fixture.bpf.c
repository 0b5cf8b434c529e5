// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scheduler that does nothing special until it is told to fail: one queue for
 * all CPUs, first in, first out. Every callback is there so that an error can
 * come from it.
 *
 * The variables in .bss are its knobs. They are set from the command line, and
 * may be written at any time from outside, also from outside the machine.
 */
#include <scx/common.bpf.h>
#include <scx/bpf_arena_common.bpf.h>

#include "ktstr_fixture.h"

char _license[] SEC("license") = "GPL";

#define SHARED_DSQ    0
#define PF_KTHREAD    0x00200000
#define NSEC_PER_MSEC 1000000ULL
#define WAIT_STEPS    1000000

/* enum fixture_callback, and when its error is due, in ms after the attach. */
u32 error_from;
u32 error_after_ms;
/* Mistakes that the kernel itself finds, due at the same time. */
u32 bad_dsq;
u32 bad_cpu;
/* One runnable task is never run again, from the same time on. */
u32 stall;
/* Leave without an error. */
u32 bpf_exit;
u32 bpf_exit_after_ms;
/* Not 0: an error as soon as anything is to be scheduled. */
u32 crash_now;

/* The process that belongs to this program; it is not withheld. */
u32 fixture_tgid;
/* Which task is withheld. */
u32 stalled_pid;
/* Set when it ended by an error. */
u32 ktstr_err_exit_detected;
/* When it was attached the last time. */
u64 attached_ns;
u64 nr_attached;
/* Times that a task began to run. */
u64 nr_started;
/* Address of the arena's list as a program sees it, and its nodes. */
u64 arena_head;
u32 arena_nodes;

UEI_DEFINE(uei);

static __always_inline bool due(u32 after_ms)
{
	return bpf_ktime_get_ns() - attached_ns >= after_ms * NSEC_PER_MSEC;
}

#define fault_point(callback, name)                                            \
	do {                                                                   \
		if (unlikely(error_from == (callback)) && due(error_after_ms)) \
			scx_bpf_error("ktstr_fixture: error from " name);      \
	} while (0)

/* In what is called often, whatever the load does. */
static __always_inline void look_outside(void)
{
	if (unlikely(crash_now))
		scx_bpf_error("ktstr_fixture: host crash");
	if (unlikely(bpf_exit) && due(bpf_exit_after_ms))
		scx_bpf_exit(FIXTURE_EXIT_CODE, "ktstr_fixture: exit from BPF");
}

static bool withhold(const struct task_struct *p)
{
	if (likely(!stall) || !due(error_after_ms))
		return false;
	if (stalled_pid)
		return p->pid == stalled_pid;
	if (p->flags & PF_KTHREAD || p->pid == 1 || p->tgid == fixture_tgid)
		return false;
	return !__sync_val_compare_and_swap(&stalled_pid, 0, p->pid);
}

s32 BPF_STRUCT_OPS(fixture_select_cpu, struct task_struct *p, s32 prev_cpu, u64 wake_flags)
{
	bool is_idle = false;
	s32 cpu;

	fault_point(FIXTURE_CB_SELECT_CPU, "select_cpu");
	if (unlikely(bad_cpu) && due(error_after_ms))
		return FIXTURE_BAD_CPU;
	cpu = scx_bpf_select_cpu_dfl(p, prev_cpu, wake_flags, &is_idle);
	if (is_idle)
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, SCX_SLICE_DFL, 0);
	return cpu;
}

void BPF_STRUCT_OPS(fixture_enqueue, struct task_struct *p, u64 enq_flags)
{
	u64 dsq = SHARED_DSQ;

	fault_point(FIXTURE_CB_ENQUEUE, "enqueue");
	if (withhold(p))
		return;
	if (unlikely(bad_dsq) && due(error_after_ms))
		dsq = FIXTURE_BAD_DSQ;
	scx_bpf_dsq_insert(p, dsq, SCX_SLICE_DFL, enq_flags);
}

void BPF_STRUCT_OPS(fixture_dequeue, struct task_struct *p, u64 deq_flags)
{
	fault_point(FIXTURE_CB_DEQUEUE, "dequeue");
}

void BPF_STRUCT_OPS(fixture_dispatch, s32 cpu, struct task_struct *prev)
{
	look_outside();
	fault_point(FIXTURE_CB_DISPATCH, "dispatch");
	scx_bpf_dsq_move_to_local(SHARED_DSQ, 0);
}

void BPF_STRUCT_OPS(fixture_tick, struct task_struct *p)
{
	look_outside();
	fault_point(FIXTURE_CB_TICK, "tick");
}

void BPF_STRUCT_OPS(fixture_runnable, struct task_struct *p, u64 enq_flags)
{
	fault_point(FIXTURE_CB_RUNNABLE, "runnable");
}

void BPF_STRUCT_OPS(fixture_running, struct task_struct *p)
{
	__sync_fetch_and_add(&nr_started, 1);
	look_outside();
	fault_point(FIXTURE_CB_RUNNING, "running");
}

void BPF_STRUCT_OPS(fixture_stopping, struct task_struct *p, bool runnable)
{
	fault_point(FIXTURE_CB_STOPPING, "stopping");
}

void BPF_STRUCT_OPS(fixture_quiescent, struct task_struct *p, u64 deq_flags)
{
	fault_point(FIXTURE_CB_QUIESCENT, "quiescent");
}

bool BPF_STRUCT_OPS(fixture_yield, struct task_struct *from, struct task_struct *to)
{
	fault_point(FIXTURE_CB_YIELD, "yield");
	return false;
}

void BPF_STRUCT_OPS(fixture_set_weight, struct task_struct *p, u32 weight)
{
	fault_point(FIXTURE_CB_SET_WEIGHT, "set_weight");
}

void BPF_STRUCT_OPS(fixture_set_cpumask, struct task_struct *p, const struct cpumask *cpumask)
{
	fault_point(FIXTURE_CB_SET_CPUMASK, "set_cpumask");
}

void BPF_STRUCT_OPS(fixture_update_idle, s32 cpu, bool idle)
{
	fault_point(FIXTURE_CB_UPDATE_IDLE, "update_idle");
}

s32 BPF_STRUCT_OPS_SLEEPABLE(fixture_init_task, struct task_struct *p,
			     struct scx_init_task_args *args)
{
	fault_point(FIXTURE_CB_INIT_TASK, "init_task");
	return 0;
}

void BPF_STRUCT_OPS(fixture_exit_task, struct task_struct *p, struct scx_exit_task_args *args)
{
	fault_point(FIXTURE_CB_EXIT_TASK, "exit_task");
}

void BPF_STRUCT_OPS(fixture_enable, struct task_struct *p)
{
	fault_point(FIXTURE_CB_ENABLE, "enable");
}

void BPF_STRUCT_OPS(fixture_disable, struct task_struct *p)
{
	fault_point(FIXTURE_CB_DISABLE, "disable");
}

void BPF_STRUCT_OPS(fixture_cpu_acquire, s32 cpu, struct scx_cpu_acquire_args *args)
{
	fault_point(FIXTURE_CB_CPU_ACQUIRE, "cpu_acquire");
}

void BPF_STRUCT_OPS(fixture_cpu_release, s32 cpu, struct scx_cpu_release_args *args)
{
	fault_point(FIXTURE_CB_CPU_RELEASE, "cpu_release");
}

static int wait_step(u32 i, void *ctx)
{
	return due(error_after_ms);
}

static int wait_steps(u32 i, void *ctx)
{
	return bpf_loop(WAIT_STEPS, wait_step, NULL, 0) < WAIT_STEPS;
}

/*
 * These are called for the first time while the scheduler is being attached.
 * Their errors are due only when this much of that has passed, so that there
 * was something to see before.
 */
static bool fails_in_attach(void)
{
	return error_from == FIXTURE_CB_INIT || error_from == FIXTURE_CB_INIT_TASK ||
	       error_from == FIXTURE_CB_ENABLE || error_from == FIXTURE_CB_SET_WEIGHT;
}

s32 BPF_STRUCT_OPS_SLEEPABLE(fixture_init)
{
	s32 ret;

	attached_ns = bpf_ktime_get_ns();
	nr_attached++;
	stalled_pid = 0;
	ret = scx_bpf_create_dsq(SHARED_DSQ, -1);
	if (ret) {
		scx_bpf_error("ktstr_fixture: no shared queue: %d", ret);
		return ret;
	}
	if (fails_in_attach())
		bpf_loop(WAIT_STEPS, wait_steps, NULL, 0);
	fault_point(FIXTURE_CB_INIT, "init");
	return 0;
}

void BPF_STRUCT_OPS(fixture_exit, struct scx_exit_info *ei)
{
	if (ei->kind >= SCX_EXIT_ERROR)
		ktstr_err_exit_detected = 1;
	UEI_RECORD(uei, ei);
}

#define FIXTURE_OPS_DEFINE(ops, ops_name, ...)                                                   \
	SCX_OPS_DEFINE(ops, .select_cpu = (void *)fixture_select_cpu,                            \
		       .enqueue = (void *)fixture_enqueue, .dequeue = (void *)fixture_dequeue,   \
		       .dispatch = (void *)fixture_dispatch, .tick = (void *)fixture_tick,       \
		       .runnable = (void *)fixture_runnable, .running = (void *)fixture_running, \
		       .stopping = (void *)fixture_stopping,                                     \
		       .quiescent = (void *)fixture_quiescent, .yield = (void *)fixture_yield,   \
		       .set_weight = (void *)fixture_set_weight,                                 \
		       .set_cpumask = (void *)fixture_set_cpumask,                               \
		       .update_idle = (void *)fixture_update_idle,                               \
		       .init_task = (void *)fixture_init_task,                                   \
		       .exit_task = (void *)fixture_exit_task, .enable = (void *)fixture_enable, \
		       .disable = (void *)fixture_disable, .init = (void *)fixture_init,         \
		       .exit = (void *)fixture_exit, .flags = SCX_OPS_KEEP_BUILTIN_IDLE,         \
		       .name = ops_name, ##__VA_ARGS__)

/* The same again: one can follow the other at once, and the last is known. */
FIXTURE_OPS_DEFINE(fixture_a, "ktstr_fixture", .cpu_acquire = (void *)fixture_cpu_acquire,
		   .cpu_release = (void *)fixture_cpu_release);
FIXTURE_OPS_DEFINE(fixture_b, "ktstr_fixture_b");
FIXTURE_OPS_DEFINE(fixture_end, "ktstr_fixture_end");

#ifdef __BPF_FEATURE_ADDR_SPACE_CAST
struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 16); /* pages */
#if defined(__TARGET_ARCH_arm64) || defined(__aarch64__)
	__ulong(map_extra, 1ull << 32);
#else
	__ulong(map_extra, 1ull << 44);
#endif
} arena SEC(".maps");

struct arena_node {
	__arena struct arena_node *next;
	u64 value;
	u64 magic;
};

/* Lay out the list, the last node first. Run by hand, before the attach. */
SEC("syscall")
int arena_fill(void *ctx)
{
	__arena struct arena_node *node, *next = NULL;
	u32 i;

	node = bpf_arena_alloc_pages(&arena, NULL, 1, NUMA_NO_NODE, 0);
	if (!node)
		return -ENOMEM;
	bpf_for(i, 0, FIXTURE_ARENA_NODES)
	{
		node[i].next = next;
		node[i].value = FIXTURE_ARENA_NODES - i;
		node[i].magic = FIXTURE_ARENA_MAGIC;
		next = &node[i];
	}
	arena_head = (u64)next;
	arena_nodes = FIXTURE_ARENA_NODES;
	return 0;
}
#endif

/* Those two are loaded only where they are asked for: no verifier takes them. */
SEC("syscall")
int verify_fail(void *ctx)
{
	return *(int *)bpf_ktime_get_ns();
}

/* Each round is another state, so all are walked through before the refusal. */
SEC("syscall")
int verify_loop(void *ctx)
{
	u64 sum = bpf_ktime_get_ns();
	u32 i;

#pragma clang loop unroll(disable)
	for (i = 0; i < FIXTURE_LOOP_ROUNDS; i++) {
		sum = sum * FIXTURE_LOOP_ROUNDS + i;
		barrier_var(sum);
		sum ^= sum >> 7;
		barrier_var(sum);
	}
	return *(int *)sum;
}

#include "ktstr_fixture_maps.bpf.h"
