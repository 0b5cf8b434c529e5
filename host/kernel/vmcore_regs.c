// SPDX-License-Identifier: GPL-2.0-only
/* Registers in the notes of a vmcore. */
#include <string.h>
#include <linux/kernel.h>

#include "host/kernel/vmcore_format.h"
#include "lib/util.h"

/* struct elf_prstatus of include/linux/elfcore.h, with 64 bits: where things are */
#define PR_PID 32
#define PR_REG 112
/* pr_fpvalid and padding */
#define PR_TAIL 8

/* struct user_regs_struct of arch/x86/include/asm/user_64.h */
#define X86_REGS     27
#define X86_ORIG_RAX 15
#define X86_RIP	     16
#define X86_CS	     17
#define X86_FLAGS    18
#define X86_RSP	     19
#define X86_SS	     20
/* arch/x86/include/asm/segment.h */
#define X86_KERNEL_CS 0x10
#define X86_KERNEL_DS 0x18
#define X86_USER_DS   0x2b
#define X86_USER_CS   0x33

/* struct user_pt_regs of arch/arm64/include/uapi/asm/ptrace.h */
#define A64_REGS   34
#define A64_SP	   31
#define A64_PC	   32
#define A64_PSTATE 33

/* Of rax rbx rcx rdx rsi rdi rbp r8..r15, as struct vcpu_regs.gpr has them. */
static const u8 x86_gpr[] = { 10, 5, 11, 12, 13, 14, 4, 9, 8, 7, 6, 3, 2, 1, 0 };

size_t vmcore_prstatus_size(u16 machine)
{
	switch (machine) {
	case EM_X86_64:
		return PR_REG + X86_REGS * sizeof(u64) + PR_TAIL;
	case EM_AARCH64:
		return PR_REG + A64_REGS * sizeof(u64) + PR_TAIL;
	default:
		return 0;
	}
}

static void put(u8 *desc, unsigned int reg, u64 v)
{
	__le64 raw = cpu_to_le64(v);

	memcpy(desc + PR_REG + reg * sizeof(raw), &raw, sizeof(raw));
}

static u64 get(const u8 *desc, unsigned int reg)
{
	__le64 raw;

	memcpy(&raw, desc + PR_REG + reg * sizeof(raw), sizeof(raw));
	return le64_to_cpu(raw);
}

static void put_x86(u8 *desc, const struct vcpu_regs *regs)
{
	bool kernel = (s64)regs->ip < 0;
	u32 i;

	for (i = 0; i < min_t(u32, regs->nr_gpr, ARRAY_SIZE(x86_gpr)); i++)
		put(desc, x86_gpr[i], regs->gpr[i]);
	put(desc, X86_ORIG_RAX, ~0ULL);
	put(desc, X86_RIP, regs->ip);
	put(desc, X86_FLAGS, regs->flags);
	put(desc, X86_RSP, regs->sp);
	/* Not asked of KVM, but readers tell by them whether a CPU is in its kernel. */
	put(desc, X86_CS, kernel ? X86_KERNEL_CS : X86_USER_CS);
	put(desc, X86_SS, kernel ? X86_KERNEL_DS : X86_USER_DS);
}

static void put_arm64(u8 *desc, const struct vcpu_regs *regs)
{
	u32 i;

	for (i = 0; i < min_t(u32, regs->nr_gpr, A64_SP); i++)
		put(desc, i, regs->gpr[i]);
	put(desc, A64_SP, regs->sp);
	put(desc, A64_PC, regs->ip);
	put(desc, A64_PSTATE, regs->flags);
}

void vmcore_prstatus_put(u16 machine, u32 cpu, const struct vcpu_regs *regs, u8 *desc)
{
	/* 0 would be what readers take for the idle task of any CPU */
	__le32 pid = cpu_to_le32(cpu + 1);

	memcpy(desc + PR_PID, &pid, sizeof(pid));
	if (!regs->valid)
		return;
	if (machine == EM_X86_64)
		put_x86(desc, regs);
	else
		put_arm64(desc, regs);
}

static void get_x86(const u8 *desc, struct vcpu_regs *regs)
{
	u32 i;

	regs->nr_gpr = ARRAY_SIZE(x86_gpr);
	for (i = 0; i < regs->nr_gpr; i++)
		regs->gpr[i] = get(desc, x86_gpr[i]);
	regs->ip = get(desc, X86_RIP);
	regs->sp = get(desc, X86_RSP);
	regs->flags = get(desc, X86_FLAGS);
}

static void get_arm64(const u8 *desc, struct vcpu_regs *regs)
{
	u32 i;

	regs->nr_gpr = A64_SP;
	for (i = 0; i < regs->nr_gpr; i++)
		regs->gpr[i] = get(desc, i);
	regs->ip = get(desc, A64_PC);
	regs->sp = get(desc, A64_SP);
	regs->flags = get(desc, A64_PSTATE);
}

void vmcore_prstatus_get(u16 machine, const u8 *desc, struct vcpu_regs *regs)
{
	*regs = (struct vcpu_regs){ .valid = true };
	if (machine == EM_X86_64)
		get_x86(desc, regs);
	else
		get_arm64(desc, regs);
}

void vmcore_cpu_put(struct vmcore_cpu *cpu, const struct vcpu_regs *regs)
{
	u32 flags = 0;

	if (regs->valid)
		flags |= VMCORE_CPU_VALID;
	if (regs->has_user_pt_root)
		flags |= VMCORE_CPU_USER_PT_ROOT;
	if (regs->has_tcr)
		flags |= VMCORE_CPU_TCR;
	if (regs->has_syscall_entry)
		flags |= VMCORE_CPU_SYSCALL_ENTRY;
	if (regs->started)
		flags |= VMCORE_CPU_STARTED;
	cpu->flags = cpu_to_le32(flags);
	cpu->runstate = cpu_to_le32(regs->runstate);
	cpu->pt_root = cpu_to_le64(regs->pt_root);
	cpu->user_pt_root = cpu_to_le64(regs->user_pt_root);
	cpu->tcr_el1 = cpu_to_le64(regs->tcr_el1);
	cpu->syscall_entry = cpu_to_le64(regs->syscall_entry);
}

void vmcore_cpu_get(const struct vmcore_cpu *cpu, struct vcpu_regs *regs)
{
	u32 flags = le32_to_cpu(cpu->flags);

	regs->valid = flags & VMCORE_CPU_VALID;
	regs->has_user_pt_root = flags & VMCORE_CPU_USER_PT_ROOT;
	regs->has_tcr = flags & VMCORE_CPU_TCR;
	regs->has_syscall_entry = flags & VMCORE_CPU_SYSCALL_ENTRY;
	regs->started = flags & VMCORE_CPU_STARTED;
	regs->runstate = le32_to_cpu(cpu->runstate);
	regs->pt_root = le64_to_cpu(cpu->pt_root);
	regs->user_pt_root = le64_to_cpu(cpu->user_pt_root);
	regs->tcr_el1 = le64_to_cpu(cpu->tcr_el1);
	regs->syscall_entry = le64_to_cpu(cpu->syscall_entry);
}
