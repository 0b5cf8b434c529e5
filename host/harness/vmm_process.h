/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_VMM_PROCESS_H
#define KTSTR_HOST_HARNESS_VMM_PROCESS_H

/*
 * The two processes of a run. The supervisor owns deadline and verdict; the
 * VMM, its child, owns KVM, guest memory and every parser of guest data. All
 * the supervisor learns from the VMM is a file of frames (lib/wire.h) and a
 * wait status, so a VMM that crashes or hangs is a result like any other.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "host/coord/coord.h"
#include "host/vmm/vm.h"
#include "lib/err.h"

/**
 * struct vmm_job - what the VMM process has to do
 * @vm: the machine; its sinks are set by the VMM itself
 * @coord: the coordinator; start, log, kernel and what ends a hold are set by the
 *         VMM itself; @coord.memory_fd and @coord.inspect_fd are descriptors of
 *         the caller's, which the VMM inherits
 * @deadline_ns: CLOCK_MONOTONIC; the VMM is killed then
 * @release: asked every 100 ms; true, once, tells the VMM to let a held guest go
 *           on; NULL = never
 * @stop: asked every 100 ms; true kills the VMM; NULL = never
 * @stop_ctx: passed to @stop and @release
 */
struct vmm_job {
	struct vm_config vm;
	struct coord_config coord;
	u64 deadline_ns;
	bool (*release)(void *ctx);
	bool (*stop)(void *ctx);
	void *stop_ctx;
};

/**
 * struct vmm_outcome - what came back
 * @log: frames of the VMM, from malloc(); may end in a torn one
 * @log_len: bytes at @log
 * @wait_status: of the VMM process
 * @deadline: it was killed at its deadline
 * @stopped: it was killed because @stop said so
 */
struct vmm_outcome {
	void *log;
	size_t log_len;
	int wait_status;
	bool deadline;
	bool stopped;
};

/**
 * vmm_process_run() - run a VM in a process of its own and wait for it
 * @job: what to do; borrowed
 * @out: filled in on success; vmm_outcome_free() it
 * @err: names the step that failed, or NULL
 *
 * The child dies with the calling thread (PDEATHSIG). It keeps no descriptor
 * of the caller's above 2.
 *
 * Return: 0 when the process ran, however it ended; or negative errno.
 */
int vmm_process_run(const struct vmm_job *job, struct vmm_outcome *out, struct ktstr_err *err);

/**
 * vmm_outcome_free() - release the log; takes a zeroed one
 * @out: the outcome
 */
void vmm_outcome_free(struct vmm_outcome *out);

#endif /* KTSTR_HOST_HARNESS_VMM_PROCESS_H */
