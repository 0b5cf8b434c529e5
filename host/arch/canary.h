/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_CANARY_H
#define KTSTR_HOST_ARCH_CANARY_H

/*
 * What an architecture adds to host/harness/canary.c: a guest of a few
 * instructions that counts down for a moment, stores CANARY_VALUE to a watched
 * word, and then makes an exit of another kind.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/kvm.h>
#include <linux/types.h>

#define CANARY_MEM_SIZE (2U << 20)
#define CANARY_VALUE	0x1234
/* Enough for the guest to be truly running, little even where KVM is slow. */
#define CANARY_LOOPS 2000

/**
 * struct canary_vm - the canary's machine
 * @kvm: /dev/kvm
 * @vm: the VM
 * @vcpu: its only vCPU
 * @run: the vCPU's run page
 * @mem: CANARY_MEM_SIZE bytes of zeroes, not yet mapped into the guest
 */
struct canary_vm {
	int kvm;
	int vm;
	int vcpu;
	struct kvm_run *run;
	u8 *mem;
};

/**
 * canary_arch_mem_gpa() - where the canary's memory lies
 */
u64 canary_arch_mem_gpa(void);

/**
 * canary_arch_watched() - the watched word; the guest writes it at any time
 * @c: the machine
 */
const u32 *canary_arch_watched(const struct canary_vm *c);

/**
 * canary_arch_setup() - code, registers, and the armed watchpoint
 * @c: the machine, its memory mapped
 * @step: on failure, the name of the request that failed
 *
 * Runs in a forked child: no allocation, no locks.
 *
 * Return: 0 or negative errno.
 */
int canary_arch_setup(struct canary_vm *c, const char **step);

/**
 * canary_arch_hit() - is this debug exit the watched store?
 * @run: the run page, its exit reason KVM_EXIT_DEBUG
 * @status: set to the register that says so (x86: DR6, arm64: HSR)
 */
bool canary_arch_hit(const struct kvm_run *run, u64 *status);

#endif /* KTSTR_HOST_ARCH_CANARY_H */
