/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_EXIT_H
#define KTSTR_HOST_VMM_EXIT_H

#include <stddef.h>
#include <linux/kvm.h>
#include <linux/types.h>

struct io_bus;

/**
 * enum exit_action - what the run loop does after an exit
 * @EXIT_NONE: the exit asks for nothing (halt, unknown reasons): run again
 * @EXIT_CONTINUE: handled: run again
 * @EXIT_SHUTDOWN: the guest asked for the end: stop every vCPU
 * @EXIT_FATAL: KVM cannot go on with this guest
 */
enum exit_action {
	EXIT_NONE,
	EXIT_CONTINUE,
	EXIT_SHUTDOWN,
	EXIT_FATAL,
};

/**
 * exit_classify() - decide on an exit and serve its MMIO or port access
 * @pio: devices on I/O ports; unused where the architecture has none
 * @mmio: devices in guest physical address space
 * @run: the vCPU's run page after KVM_RUN returned 0
 * @run_size: bytes mapped at @run; data offsets are checked against it
 * @detail: for EXIT_FATAL the hardware entry failure reason or 0
 *
 * The vCPU's own thread. Device locks are taken inside, never kept. A read no
 * device answers yields all ones on MMIO. KVM_EXIT_DEBUG is not for here.
 *
 * Return: the action.
 */
enum exit_action exit_classify(struct io_bus *pio, struct io_bus *mmio, struct kvm_run *run,
			       size_t run_size, u64 *detail);

/**
 * exit_reason_name() - KVM_EXIT_* as text
 * @reason: the number in kvm_run.exit_reason
 */
const char *exit_reason_name(u32 reason);

#endif /* KTSTR_HOST_VMM_EXIT_H */
