/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_VM_DEVICES_H
#define KTSTR_HOST_VMM_VM_DEVICES_H

#include "lib/err.h"

struct vm;

/**
 * vm_devices_reset() - put a zeroed VM's device descriptors to "none"
 * @vm: fresh from calloc()
 */
void vm_devices_reset(struct vm *vm);

/**
 * vm_devices_add() - create the UARTs and the virtio-console and wire them
 * @vm: with its interrupt controller
 * @err: names the step, or NULL
 *
 * Interrupts go through irqfds, queue notifications arrive on ioeventfds
 * (``vm->console_evt``): neither makes a vCPU leave the kernel for long.
 *
 * Return: 0 or negative errno.
 */
int vm_devices_add(struct vm *vm, struct ktstr_err *err);

/**
 * vm_devices_free() - undo vm_devices_add(), from any half of it
 * @vm: no vCPU thread runs any more
 */
void vm_devices_free(struct vm *vm);

#endif /* KTSTR_HOST_VMM_VM_DEVICES_H */
