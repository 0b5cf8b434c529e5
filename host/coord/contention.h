/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_CONTENTION_H
#define KTSTR_HOST_COORD_CONTENTION_H

/*
 * What the host did to the guest while its workload ran: how long vCPU threads
 * waited for a CPU of the host, by /proc/PID/task/TID/schedstat. A guest that was
 * kept waiting looks, from within, like one whose scheduler kept a task waiting.
 *
 * A kernel without CONFIG_SCHED_INFO does not tell; then nothing is known.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "lib/wire_result.h"

struct vm;

/**
 * struct contention_vcpu - one thread
 * @fd: its schedstat, or -1
 * @first_on_cpu_ns: CPU time at the first look
 * @first_wait_ns: and how long it had waited until then
 * @on_cpu_ns: CPU time at the last look
 * @wait_ns: and how long it had waited until then
 */
struct contention_vcpu {
	int fd;
	u64 first_on_cpu_ns;
	u64 first_wait_ns;
	u64 on_cpu_ns;
	u64 wait_ns;
};

/**
 * struct contention - all vCPU threads of a run; coordinator thread
 * @vcpus: @nr of them
 * @nr: how many
 * @begun: the workload has started once
 * @running: and is not over
 * @failed: a thread's numbers could not be read
 * @worst_wait_ns: longest that one of them waited between two looks
 */
struct contention {
	struct contention_vcpu *vcpus;
	u32 nr;
	bool begun;
	bool running;
	bool failed;
	u64 worst_wait_ns;
};

/**
 * contention_init() - nothing is known yet
 * @c: filled in; contention_destroy() it, also after an error
 * @nr: vCPUs
 *
 * Return: 0 or -ENOMEM.
 */
int contention_init(struct contention *c, u32 nr);

/**
 * contention_start() - find where the threads' numbers are
 * @c: initialised
 * @vm: the machine, running; only for the call
 */
void contention_start(struct contention *c, const struct vm *vm);

/**
 * contention_frame() - a good frame came: WIRE_SCST and WIRE_SCEN say when
 * @c: initialised
 * @type: its tag
 */
void contention_frame(struct contention *c, u32 type);

/**
 * contention_begin() - the workload starts, or starts again
 * @c: initialised
 */
void contention_begin(struct contention *c);

/**
 * contention_look() - look at all threads; to be called every now and then
 * @c: initialised; nothing happens while no workload runs
 */
void contention_look(struct contention *c);

/**
 * contention_end() - the workload is over, for now at least
 * @c: initialised
 */
void contention_end(struct contention *c);

/**
 * contention_report() - what it came to until the last look
 * @c: initialised
 * @r: its contention_known to worst_wait_ns are filled in
 */
void contention_report(const struct contention *c, struct vmm_report *r);

/**
 * contention_parse() - read a schedstat file
 * @text: its contents, NUL-terminated
 * @on_cpu_ns: set to the CPU time
 * @wait_ns: set to the wait on run queues
 *
 * Return: false when it is none.
 */
bool contention_parse(const char *text, u64 *on_cpu_ns, u64 *wait_ns);

/**
 * contention_destroy() - close what is open; takes a zeroed one
 * @c: no longer used
 */
void contention_destroy(struct contention *c);

#endif /* KTSTR_HOST_COORD_CONTENTION_H */
