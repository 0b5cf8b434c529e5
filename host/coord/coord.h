/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_COORD_H
#define KTSTR_HOST_COORD_COORD_H

/*
 * The coordinator: the one thread of the VMM process that reads what the guest
 * says, decides, and ends the run. Everything reaches it as an event of its
 * loop (host/coord/event.h).
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/vmm/vm.h"
#include "lib/err.h"
#include "lib/wire_result.h"

struct coord;

/**
 * struct coord_config - one run, as the coordinator sees it
 * @start_ns: when the VMM process began, CLOCK_MONOTONIC
 * @duration_ns: how long the workload is going to run
 * @attach_ns: how long the guest lets a scheduler take to attach
 * @nr_vcpus: of the machine
 * @slowdown: by how much this host is slower than hardware, at least 1; scales
 *            the budgets of everything but the workload
 * @deadline_ns: CLOCK_MONOTONIC; the run ends then whatever the guest does
 * @log_fd: where the verdict log goes, as frames of lib/wire.h; the caller's
 * @verbose: guest console on standard error too
 */
struct coord_config {
	u64 start_ns;
	u64 duration_ns;
	u64 attach_ns;
	u32 nr_vcpus;
	u32 slowdown;
	u64 deadline_ns;
	int log_fd;
	bool verbose;
};

/**
 * coord_longest_ns() - how long a run may take at most
 * @cfg: duration, attach time, vCPUs and slowdown are read
 *
 * Return: a deadline, in nanoseconds from now, that no run which gets anywhere
 * can miss.
 */
u64 coord_longest_ns(const struct coord_config *cfg);

/**
 * coord_new() - a coordinator without a machine
 * @cfg: copied
 * @err: names the step that failed, or NULL
 *
 * Return: the coordinator (coord_free()), or NULL with errno set.
 */
struct coord *coord_new(const struct coord_config *cfg, struct ktstr_err *err);

/**
 * coord_sinks() - where the machine has to send its output
 * @c: the coordinator; must outlive the machine
 *
 * Return: sinks for struct vm_config.
 */
struct vm_sinks coord_sinks(struct coord *c);

/**
 * coord_run() - start the machine, and serve it until it ends
 * @c: the coordinator
 * @vm: built with coord_sinks(); still the caller's afterwards, with every
 *      vCPU thread joined
 * @err: names the step that failed, or NULL
 *
 * The calling thread is the coordinator thread from here on.
 *
 * Return: 0 when the machine ran and ended, however it did, or the negative
 * errno of what kept the coordinator from working; coord_report() then says
 * VMM_EXIT_INTERNAL.
 */
int coord_run(struct coord *c, struct vm *vm, struct ktstr_err *err);

/**
 * coord_finish() - write console text and the report behind the log
 * @c: the coordinator, after coord_run() or instead of it
 * @failure: what the VMM process itself failed with, or NULL
 * @err: names the write that failed, or NULL
 *
 * Return: 0 or negative errno.
 */
int coord_finish(struct coord *c, const struct ktstr_err *failure, struct ktstr_err *err);

/**
 * coord_free() - forget everything; takes NULL
 * @c: no machine uses its sinks any more
 */
void coord_free(struct coord *c);

#endif /* KTSTR_HOST_COORD_COORD_H */
