/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_SCHED_KTSTR_FIXTURE_H
#define SELFTESTS_SCHED_KTSTR_FIXTURE_H

/*
 * What both halves of the fixture scheduler know. Types are the including
 * side's own: vmlinux.h or linux/types.h.
 */

/**
 * enum fixture_callback - value of the variable error_from: a callback, in the
 *                         order of struct sched_ext_ops, or none
 * @FIXTURE_CB_NONE: no error
 * @FIXTURE_CB_SELECT_CPU: ops.select_cpu()
 * @FIXTURE_CB_ENQUEUE: ops.enqueue()
 * @FIXTURE_CB_DEQUEUE: ops.dequeue()
 * @FIXTURE_CB_DISPATCH: ops.dispatch()
 * @FIXTURE_CB_TICK: ops.tick()
 * @FIXTURE_CB_RUNNABLE: ops.runnable()
 * @FIXTURE_CB_RUNNING: ops.running()
 * @FIXTURE_CB_STOPPING: ops.stopping()
 * @FIXTURE_CB_QUIESCENT: ops.quiescent()
 * @FIXTURE_CB_YIELD: ops.yield()
 * @FIXTURE_CB_SET_WEIGHT: ops.set_weight()
 * @FIXTURE_CB_SET_CPUMASK: ops.set_cpumask()
 * @FIXTURE_CB_UPDATE_IDLE: ops.update_idle()
 * @FIXTURE_CB_INIT_TASK: ops.init_task()
 * @FIXTURE_CB_EXIT_TASK: ops.exit_task()
 * @FIXTURE_CB_ENABLE: ops.enable()
 * @FIXTURE_CB_DISABLE: ops.disable()
 * @FIXTURE_CB_CPU_ACQUIRE: ops.cpu_acquire()
 * @FIXTURE_CB_CPU_RELEASE: ops.cpu_release()
 * @FIXTURE_CB_INIT: ops.init()
 * @FIXTURE_CB_NR: one more than the last
 */
enum fixture_callback {
	FIXTURE_CB_NONE,
	FIXTURE_CB_SELECT_CPU,
	FIXTURE_CB_ENQUEUE,
	FIXTURE_CB_DEQUEUE,
	FIXTURE_CB_DISPATCH,
	FIXTURE_CB_TICK,
	FIXTURE_CB_RUNNABLE,
	FIXTURE_CB_RUNNING,
	FIXTURE_CB_STOPPING,
	FIXTURE_CB_QUIESCENT,
	FIXTURE_CB_YIELD,
	FIXTURE_CB_SET_WEIGHT,
	FIXTURE_CB_SET_CPUMASK,
	FIXTURE_CB_UPDATE_IDLE,
	FIXTURE_CB_INIT_TASK,
	FIXTURE_CB_EXIT_TASK,
	FIXTURE_CB_ENABLE,
	FIXTURE_CB_DISABLE,
	FIXTURE_CB_CPU_ACQUIRE,
	FIXTURE_CB_CPU_RELEASE,
	FIXTURE_CB_INIT,
	FIXTURE_CB_NR,
};

/* Exit code of --bpf-exit-after, and an id that no queue has. */
#define FIXTURE_EXIT_CODE 42
#define FIXTURE_BAD_DSQ	  0xbadULL
/* More CPUs than any machine has. */
#define FIXTURE_BAD_CPU 0x100000

/* What --sysctl-after writes. */
#define FIXTURE_PANIC_TIMEOUT 7

/* The arena's list: nodes 1..FIXTURE_ARENA_NODES, this in each. */
#define FIXTURE_ARENA_NODES 64
#define FIXTURE_ARENA_MAGIC 0x6b7473747261726eULL

/* Of the loop of --verify-loop. */
#define FIXTURE_LOOP_ROUNDS 100

/**
 * struct fixture_item - a value of the maps of --maps; its size is no multiple of 8
 * @n: which it is; a per-CPU value has FIXTURE_PER_CPU * CPU added
 * @inverse: ~@n
 * @tag: FIXTURE_TAG
 */
struct fixture_item {
	u32 n;
	u32 inverse;
	char tag[12];
};

#define FIXTURE_TAG	"ktstr item"
#define FIXTURE_PER_CPU 1000000

/* Elements of each array and hash, as far as it has room. */
#define FIXTURE_ITEMS 100
/*
 * Into a queue and a stack go as many as there is room for; some of them are
 * taken out again, and a few more put in.
 */
#define FIXTURE_QUEUE_MAX  16
#define FIXTURE_QUEUE_POPS 5
#define FIXTURE_QUEUE_MORE 3
/* Records of a ring buffer, and how many of the kernel's are consumed. */
#define FIXTURE_RING_RECORDS  4
#define FIXTURE_RING_CONSUMED 1

#endif /* SELFTESTS_SCHED_KTSTR_FIXTURE_H */
