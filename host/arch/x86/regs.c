// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <asm/msr-index.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/kvm.h>

#include "host/arch/arch.h"
#include "host/vmm/freeze.h"
#include "host/vmm/kvm.h"

static void read_general(const struct kvm_regs *k, struct vcpu_regs *regs)
{
	const u64 gpr[] = {
		k->rax, k->rbx, k->rcx, k->rdx, k->rsi, k->rdi, k->rbp, k->r8,
		k->r9,	k->r10, k->r11, k->r12, k->r13, k->r14, k->r15,
	};

	static_assert(sizeof(gpr) <= sizeof(regs->gpr));
	memcpy(regs->gpr, gpr, sizeof(gpr));
	regs->nr_gpr = ARRAY_SIZE(gpr);
	regs->ip = k->rip;
	regs->sp = k->rsp;
	regs->flags = k->rflags;
}

/* Written once, early in the guest's boot: no need to ask at every freeze. */
static void read_syscall_entry(int fd, struct vcpu_regs *regs)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry lstar;
	} msrs = {
		.head.nmsrs = 1,
		.lstar.index = MSR_LSTAR,
	};

	if (regs->syscall_entry || KVM_IOCTL(fd, KVM_GET_MSRS, &msrs, NULL) != 1)
		return;
	regs->syscall_entry = msrs.lstar.data;
	regs->has_syscall_entry = true;
}

/* Registers do not tell a vCPU that waits for its SIPI. */
static void read_runstate(int fd, struct vcpu_regs *regs)
{
	struct kvm_mp_state state;

	if (regs->started || KVM_IOCTL(fd, KVM_GET_MP_STATE, &state, NULL))
		return;
	regs->runstate = state.mp_state;
	regs->started = state.mp_state != KVM_MP_STATE_UNINITIALIZED &&
			state.mp_state != KVM_MP_STATE_INIT_RECEIVED;
}

u64 arch_regs_sets(int vm_fd)
{
	const u64 sets = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
	int can = KVM_IOCTL(vm_fd, KVM_CHECK_EXTENSION, (long)KVM_CAP_SYNC_REGS, NULL);

	return can > 0 && (can & sets) == sets ? sets : 0;
}

/* Bit 1 of RFLAGS and CR0.ET are never 0 (SDM vol. 3, 2.3 and 2.5). */
bool arch_regs_left(const struct kvm_run *run)
{
	return run->s.regs.regs.rflags && run->s.regs.sregs.cr0;
}

void arch_regs_forget(struct kvm_run *run)
{
	run->s.regs.regs.rflags = 0;
	run->s.regs.sregs.cr0 = 0;
}

void arch_regs_read(int fd, const struct kvm_run *run, struct vcpu_regs *regs)
{
	struct kvm_sregs sregs;
	struct kvm_regs general;

	regs->valid = false;
	if (arch_regs_left(run)) {
		read_general(&run->s.regs.regs, regs);
		regs->pt_root = run->s.regs.sregs.cr3;
	} else {
		if (KVM_IOCTL(fd, KVM_GET_REGS, &general, NULL) ||
		    KVM_IOCTL(fd, KVM_GET_SREGS, &sregs, NULL))
			return;
		read_general(&general, regs);
		regs->pt_root = sregs.cr3;
	}
	read_syscall_entry(fd, regs);
	read_runstate(fd, regs);
	regs->valid = true;
}

u64 arch_clock_now(void)
{
	u32 lo, hi;

	asm volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

/*
 * The offset rather than the counter itself: it does not run on between the
 * two calls, and equal changes leave the vCPUs' counters equal.
 */
int arch_clock_shift(int fd, u64 ticks)
{
	u64 offset = 0;
	struct kvm_device_attr attr = {
		.group = KVM_VCPU_TSC_CTRL,
		.attr = KVM_VCPU_TSC_OFFSET,
		.addr = (uintptr_t)&offset,
	};

	if (KVM_IOCTL(fd, KVM_GET_DEVICE_ATTR, &attr, NULL))
		return -ENXIO;
	offset -= ticks;
	return KVM_IOCTL(fd, KVM_SET_DEVICE_ATTR, &attr, NULL);
}
