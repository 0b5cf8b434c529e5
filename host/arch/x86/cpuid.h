/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_X86_CPUID_H
#define KTSTR_HOST_ARCH_X86_CPUID_H

#include <linux/kvm.h>
#include <linux/types.h>
#include "lib/err.h"
#include "lib/topology.h"

/* KVM_MAX_CPUID_ENTRIES, arch/x86/include/asm/kvm_host.h */
#define CPUID_MAX_ENTRIES 256

/**
 * cpuid_build() - what CPUID tells one vCPU
 * @supported: KVM_GET_SUPPORTED_CPUID's answer
 * @t: the machine; a checked topology (topology_check())
 * @vcpu: 0..topology_cpus(@t) - 1
 * @out: for KVM_SET_CPUID2; @out->nent says how many entries there is room for
 *       (CPUID_MAX_ENTRIES are enough), and is set to how many there are
 * @err: says what is missing, or NULL
 *
 * Everything KVM supports is passed on, the paravirtual leaves (0x40000000,
 * 0x40000001) included, except:
 *
 * - VMX, SVM, SEV and SGX are hidden: a guest that is broken on purpose gets
 *   no nested virtualization and no enclaves to break KVM with;
 * - the hypervisor bit, the TSC deadline timer and the always running APIC
 *   timer are on: the machine has no PIT to calibrate or replace a timer with.
 *   The caller has checked KVM_CAP_TSC_DEADLINE_TIMER;
 * - the APIC id and every topology leaf describe @t: 1, 4, 0xB, 0x1F (Intel SDM
 *   vol. 2, CPUID), 0x80000008, 0x8000001D, 0x8000001E (AMD APM vol. 3,
 *   appendix E). An LLC is a package. A leaf that the host lacks is made up,
 *   caches with it.
 *
 * The guest kernel takes bit 3 of the APIC id for the LLC number of AMD family
 * 17h models 00h-1Fh and of Hygon (cacheinfo_amd_init_llc_id()) whatever CPUID
 * says. There the L3 is hidden: the kernel then takes the package for the LLC,
 * which is right, but sysfs has no index3.
 *
 * Pure function of its arguments: any thread.
 *
 * Return: 0; -EINVAL when @supported has no leaf 0 or 1; -E2BIG when @out has
 * too little room.
 */
int cpuid_build(const struct kvm_cpuid2 *supported, const struct topology *t, u32 vcpu,
		struct kvm_cpuid2 *out, struct ktstr_err *err);

/**
 * cpuid_extend_dest() - tell the guest that interrupts reach APIC ids above 254
 * @out: made by cpuid_build(); a list without KVM's features stays as it is
 *
 * Sets KVM_FEATURE_MSI_EXT_DEST_ID, which KVM leaves to whoever has the IOAPIC:
 * without interrupt remapping Linux starts no CPU with an id above 254 without it.
 */
void cpuid_extend_dest(struct kvm_cpuid2 *out);

#endif /* KTSTR_HOST_ARCH_X86_CPUID_H */
