/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_WORK_H
#define KTSTR_LIB_WORK_H

/*
 * The kinds of work a worker can do, and their parameters. The host checks
 * them, the guest does them: guest-init/work_*.c.
 */
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"

#define WORK_ARGS 6

/**
 * enum work_type - what a worker does until it is told to stop
 * @WORK_SPIN: burns CPU time in batches of 1024; the default
 * @WORK_YIELD: calls sched_yield() once an iteration
 * @WORK_MIXED: spins, then yields
 * @WORK_ALU: chains of multiplications, many instructions a cycle
 * @WORK_SMT_SPIN: pairs spin with PAUSE on the two threads of one core
 * @WORK_IPC: alternates between hot and cold phases
 * @WORK_IO_SYNC: 16 writes of 4 KiB, then fdatasync()
 * @WORK_IO_READ: random reads of 4 KiB past the page cache
 * @WORK_IO_CONVOY: writes and reads, fdatasync() every 16
 * @WORK_BURSTY: a burst, then sleep
 * @WORK_IDLE_CHURN: short bursts, short sleeps
 * @WORK_PIPE: pairs wake each other through pipes
 * @WORK_FUTEX_PING_PONG: pairs wake each other through a futex
 * @WORK_FUTEX_FAN_OUT: one wakes many through a futex
 * @WORK_FAN_OUT_COMPUTE: one wakes many, which work on matrices
 * @WORK_CACHE: strides through memory the size of an L1 cache
 * @WORK_CACHE_YIELD: the same, and yields
 * @WORK_CACHE_PIPE: the same in pairs that wake each other through pipes
 * @WORK_SEQUENCE: spin, sleep, yield, I/O and ALU phases by turns
 * @WORK_FORK_EXIT: forks a child that exits at once
 * @WORK_MUTEX: contenders for one mutex
 * @WORK_PRIORITY_INVERSION: low holds what high wants while medium spins
 * @WORK_THUNDERING_HERD: one wakes all waiters at once, again and again
 * @WORK_WAKE_CHAIN: a ring in which each wakes the next
 * @WORK_PREEMPT_STORM: one real-time worker preempts the others about 1000 times
 *                      a second
 * @WORK_RT_STARVATION: real-time workers take turns with the others
 * @WORK_CGROUP_ATTACH_STORM: moves itself between cgroups
 * @WORK_TIMER_LATENCY: sleeps until absolute times and notes how late it wakes
 * @WORK_TYPES: how many there are
 */
enum work_type {
	WORK_SPIN,
	WORK_YIELD,
	WORK_MIXED,
	WORK_ALU,
	WORK_SMT_SPIN,
	WORK_IPC,
	WORK_IO_SYNC,
	WORK_IO_READ,
	WORK_IO_CONVOY,
	WORK_BURSTY,
	WORK_IDLE_CHURN,
	WORK_PIPE,
	WORK_FUTEX_PING_PONG,
	WORK_FUTEX_FAN_OUT,
	WORK_FAN_OUT_COMPUTE,
	WORK_CACHE,
	WORK_CACHE_YIELD,
	WORK_CACHE_PIPE,
	WORK_SEQUENCE,
	WORK_FORK_EXIT,
	WORK_MUTEX,
	WORK_PRIORITY_INVERSION,
	WORK_THUNDERING_HERD,
	WORK_WAKE_CHAIN,
	WORK_PREEMPT_STORM,
	WORK_RT_STARVATION,
	WORK_CGROUP_ATTACH_STORM,
	WORK_TIMER_LATENCY,
	WORK_TYPES,
};

/**
 * struct work - a kind of work and its parameters; a parameter of 0 is a default
 * @type: which
 * @arg: the parameters, as work_info() names them; those of one type by name:
 * @bursty: WORK_BURSTY (50 ms, 100 ms) and WORK_IDLE_CHURN (1 ms, 5 ms; precise
 *          sets the timer slack to 1 ns)
 * @pair: the pairs: iterations between two wake-ups (1024); WORK_CACHE_PIPE also
 *        the size of the memory (32)
 * @fan: WORK_FUTEX_FAN_OUT (4 receivers, 1024 spins), WORK_FAN_OUT_COMPUTE (4,
 *       256 KiB, 5 operations, 100 us)
 * @cache: WORK_CACHE and WORK_CACHE_YIELD (32 KiB, stride of 64 bytes)
 * @ipc: WORK_IPC (100000 hot, 1024 cold, in 64 rounds)
 * @mutex: WORK_MUTEX (4 contenders, 256 held, 1024 between)
 * @inversion: WORK_PRIORITY_INVERSION (1 of each, 4096 held, 1024 between; pi = a
 *             mutex that inherits priorities)
 * @herd: WORK_THUNDERING_HERD (7 waiters, 1000 batches, 5 ms between them)
 * @chain: WORK_WAKE_CHAIN (depth 4, 100 us of work a hop)
 * @storm: WORK_PREEMPT_STORM (2 that are preempted, 1024 spins, 1000 us)
 * @rt: WORK_RT_STARVATION (1 real-time, 1 other, priority 50, 1024 spins)
 * @attach: WORK_CGROUP_ATTACH_STORM (2 cgroups, 1 ms between moves)
 * @timer: WORK_TIMER_LATENCY (1000 us)
 */
struct work {
	enum work_type type;
	union {
		u64 arg[WORK_ARGS];
		struct {
			u64 burst_us, sleep_us, precise;
		} bursty;
		struct {
			u64 iterations, kib;
		} pair;
		struct {
			u64 receivers, spins, kib, ops, sleep_us;
		} fan;
		struct {
			u64 kib, stride;
		} cache;
		struct {
			u64 hot, cold, period;
		} ipc;
		struct {
			u64 contenders, hold, work;
		} mutex;
		struct {
			u64 high, medium, low, hold, work, pi;
		} inversion;
		struct {
			u64 waiters, batches, sleep_us;
		} herd;
		struct {
			u64 depth, hop_us;
		} chain;
		struct {
			u64 others, spins, sleep_us;
		} storm;
		struct {
			u64 rt, others, priority, spins;
		} rt;
		struct {
			u64 cgroups, interval_us;
		} attach;
		struct {
			u64 interval_us;
		} timer;
	};
};

/**
 * struct work_arg - one parameter of a kind of work
 * @name: as in struct work, NULL behind the last
 * @preset: value that 0 stands for
 * @min: least value
 * @max: largest value; 0 = only other work of the same struct has this one
 */
struct work_arg {
	const char *name;
	u64 preset;
	u64 min;
	u64 max;
};

/**
 * struct work_info - what is known of a kind of work
 * @name: lower-case words with "_", for reports and command lines
 * @latency: it measures how long wake-ups take
 * @fork_only: it cannot be done by threads of one process
 * @smt: it needs cores of two threads
 * @args: its parameters
 */
struct work_info {
	const char *name;
	bool latency;
	bool fork_only;
	bool smt;
	struct work_arg args[WORK_ARGS + 1];
};

/**
 * work_info() - look a kind of work up
 * @type: any value
 *
 * Return: it, or NULL for one that does not exist.
 */
const struct work_info *work_info(u32 type);

/**
 * work_find() - look a kind of work up by its name
 * @name: "wake_chain"
 * @type: set on success
 * @err: lists the names there are, or NULL
 *
 * Return: 0 or -EINVAL.
 */
int work_find(const char *name, enum work_type *type, struct ktstr_err *err);

/**
 * work_get() - a parameter, its default filled in
 * @w: the work, passed work_check()
 * @i: which, 0 to WORK_ARGS - 1
 */
u64 work_get(const struct work *w, unsigned int i);

/**
 * work_group_size() - workers that do one job together
 * @w: the work, passed work_check()
 *
 * Return: 1 for work that each does for itself; the number of workers must be a
 * multiple of it.
 */
u32 work_group_size(const struct work *w);

/**
 * work_check() - can so many workers do this
 * @w: the work
 * @workers: how many
 * @threads: as threads of one process
 * @err: names the parameter and its range, or "requires num_workers divisible by
 *       N, got M", or NULL
 *
 * Return: 0 or -EINVAL.
 */
int work_check(const struct work *w, u32 workers, bool threads, struct ktstr_err *err);

#endif /* KTSTR_LIB_WORK_H */
