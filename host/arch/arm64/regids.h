/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_ARM64_REGIDS_H
#define KTSTR_HOST_ARCH_ARM64_REGIDS_H

/*
 * Register numbers for KVM_GET_ONE_REG of an arm64 vCPU. They are put together
 * here rather than by the architecture's asm/kvm.h, so that every host compiles
 * and tests them. Source: Documentation/virt/kvm/api.rst, 4.68; arch/arm64/
 * include/uapi/asm/kvm.h.
 */
#include <linux/kvm.h>

/* A 64-bit register inside arm64's struct kvm_regs, by its offset in bytes. */
#define ARM64_REGID_CORE(offset) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | 0x10ULL << 16 | (offset) / 4)

/* A system register, by its encoding. */
#define ARM64_REGID_SYS(op0, op1, crn, crm, op2)                                        \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | 0x13ULL << 16 | (op0) << 14 | (op1) << 11 | \
	 (crn) << 7 | (crm) << 3 | (op2))

/* struct user_pt_regs: x0..x30, sp (of EL0), pc, pstate; then the sp of EL1 */
#define ARM64_REGID_X(n)   ARM64_REGID_CORE((n) * 8)
#define ARM64_REGID_PC	   ARM64_REGID_CORE(256)
#define ARM64_REGID_PSTATE ARM64_REGID_CORE(264)
#define ARM64_REGID_SP_EL1 ARM64_REGID_CORE(272)

#define ARM64_REGID_TTBR0_EL1 ARM64_REGID_SYS(3, 0, 2, 0, 0)
#define ARM64_REGID_TTBR1_EL1 ARM64_REGID_SYS(3, 0, 2, 0, 1)
#define ARM64_REGID_TCR_EL1   ARM64_REGID_SYS(3, 0, 2, 0, 2)

#endif /* KTSTR_HOST_ARCH_ARM64_REGIDS_H */
