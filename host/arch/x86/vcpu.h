/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_X86_VCPU_H
#define KTSTR_HOST_ARCH_X86_VCPU_H

#include <linux/types.h>
#include "lib/err.h"

struct vcpu;

/**
 * x86_set_entry() - put the boot CPU at a 64-bit entry point
 * @vcpu: the boot CPU, initialised
 * @entry: guest physical address, inside the identity map (first 4 GiB)
 * @boot_params: guest physical address of the zero page, given in RSI
 * @err: names the failing step, or NULL
 *
 * Writes the identity map and GDT into guest memory. State as the 64-bit boot
 * protocol wants it (Documentation/arch/x86/boot.rst).
 *
 * Return: 0 or negative errno.
 */
int x86_set_entry(struct vcpu *vcpu, u64 entry, u64 boot_params, struct ktstr_err *err);

#endif /* KTSTR_HOST_ARCH_X86_VCPU_H */
