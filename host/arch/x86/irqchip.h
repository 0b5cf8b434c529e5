/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_X86_IRQCHIP_H
#define KTSTR_HOST_ARCH_X86_IRQCHIP_H

#include "lib/err.h"

struct vm;

/**
 * irqchip_init() - the machine's interrupt controllers, before its vCPUs
 * @vm: with its VM descriptor; @vm->irqchip says which, @vm->ioapic is set when
 *      the IOAPIC is ours
 * @err: names the failing step, or an APIC id that KVM's own IOAPIC does not
 *       reach; or NULL
 *
 * Return: 0, -EINVAL for such an id, -ENOMEM, or negative errno of the ioctl.
 */
int irqchip_init(struct vm *vm, struct ktstr_err *err);

#endif /* KTSTR_HOST_ARCH_X86_IRQCHIP_H */
