/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_EMULATED_H
#define KTSTR_HOST_ARCH_EMULATED_H

/*
 * What an architecture adds to the emulated host: the machine that QEMU has to
 * emulate so that KVM works in it, and what its kernel is told.
 */
#include "host/harness/strv.h"

/**
 * struct emulated_arch - constants of an architecture
 * @qemu: name of the QEMU program
 * @modules: kernel modules to load in this order, those that exist; ended by
 *           NULL
 */
struct emulated_arch {
	const char *qemu;
	const char *const *modules;
};

/**
 * emulated_arch() - the constants
 */
const struct emulated_arch *emulated_arch(void);

/**
 * emulated_arch_machine() - append the machine, without CPUs, memory, kernel
 * @args: QEMU's arguments
 * @port_chardev: id of the character device behind the port
 * @port_name: the port's name
 */
void emulated_arch_machine(struct strv *args, const char *port_chardev, const char *port_name);

/**
 * emulated_arch_cmdline() - append this architecture's kernel parameters
 * @params: one string each
 *
 * Measures clocks for a few milliseconds.
 */
void emulated_arch_cmdline(struct strv *params);

#endif /* KTSTR_HOST_ARCH_EMULATED_H */
