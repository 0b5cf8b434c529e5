/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_VMCORE_FORMAT_H
#define KTSTR_HOST_KERNEL_VMCORE_FORMAT_H

/* What is in a vmcore: shared by those who write and read one, nobody else's. */
#include <elf.h>
#include <stddef.h>
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/types.h>

#include "host/vmm/freeze.h"

#define VMCORE_PAGE 4096U

/* Of a note of ours; there are readers that look at the type alone, so it is nobody else's. */
#define VMCORE_NAME    "KTSTR"
#define VMCORE_TYPE    0x4b545352U
#define VMCORE_VERSION 1U

#define VMCORE_CPU_VALID	 BIT(0)
#define VMCORE_CPU_USER_PT_ROOT	 BIT(1)
#define VMCORE_CPU_TCR		 BIT(2)
#define VMCORE_CPU_SYSCALL_ENTRY BIT(3)
#define VMCORE_CPU_STARTED	 BIT(4)

/**
 * struct vmcore_note - the head of it; CPUs follow
 * @version: VMCORE_VERSION
 * @nr_cpus: how many struct vmcore_cpu follow
 * @vmcoreinfo_gpa: as in struct gk_config
 * @vmcoreinfo_size: likewise
 * @kadr_phys_base: likewise
 * @kadr_text: likewise
 */
struct vmcore_note {
	__le32 version;
	__le32 nr_cpus;
	__le64 vmcoreinfo_gpa;
	__le64 vmcoreinfo_size;
	__le64 kadr_phys_base;
	__le64 kadr_text;
};

/**
 * struct vmcore_cpu - what NT_PRSTATUS has no room for
 * @flags: VMCORE_CPU_*
 * @runstate: as in struct vcpu_regs; likewise below
 * @pt_root: counts if valid
 * @user_pt_root: counts if flagged
 * @tcr_el1: counts if flagged
 * @syscall_entry: counts if flagged
 */
struct vmcore_cpu {
	__le32 flags;
	__le32 runstate;
	__le64 pt_root;
	__le64 user_pt_root;
	__le64 tcr_el1;
	__le64 syscall_entry;
};

/**
 * vmcore_note_size() - bytes of an ELF note, padding included
 * @name: of the name, NUL included
 * @desc: of what it holds
 */
static inline size_t vmcore_note_size(size_t name, size_t desc)
{
	return sizeof(Elf64_Nhdr) + ALIGN(name, 4) + ALIGN(desc, 4);
}

/**
 * vmcore_prstatus_size() - bytes of NT_PRSTATUS
 * @machine: EM_X86_64 or EM_AARCH64
 *
 * Return: sizeof(struct elf_prstatus) there, 0 for another machine.
 */
size_t vmcore_prstatus_size(u16 machine);

/**
 * vmcore_prstatus_put() - registers into NT_PRSTATUS
 * @machine: EM_X86_64 or EM_AARCH64
 * @cpu: its number
 * @regs: its registers; all 0 unless valid
 * @desc: vmcore_prstatus_size() bytes, zeroed; aligned to 4
 */
void vmcore_prstatus_put(u16 machine, u32 cpu, const struct vcpu_regs *regs, u8 *desc);

/**
 * vmcore_prstatus_get() - registers out of NT_PRSTATUS
 * @machine: EM_X86_64 or EM_AARCH64
 * @desc: vmcore_prstatus_size() bytes; any alignment
 * @regs: filled in; valid, and without page tables
 */
void vmcore_prstatus_get(u16 machine, const u8 *desc, struct vcpu_regs *regs);

/**
 * vmcore_cpu_put() - the rest of the registers into our note
 * @cpu: filled in
 * @regs: the registers
 */
void vmcore_cpu_put(struct vmcore_cpu *cpu, const struct vcpu_regs *regs);

/**
 * vmcore_cpu_get() - the rest of the registers out of our note
 * @cpu: of the file
 * @regs: vmcore_prstatus_get() has been there
 */
void vmcore_cpu_get(const struct vmcore_cpu *cpu, struct vcpu_regs *regs);

#endif /* KTSTR_HOST_KERNEL_VMCORE_FORMAT_H */
