/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_FREEZE_H
#define KTSTR_HOST_VMM_FREEZE_H

/*
 * How all vCPUs of a machine stand still. The vCPU's half is here, the
 * coordinator's in host/coord/rendezvous.h.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <linux/types.h>

struct vcpu;

/* A parked vCPU looks at its flags this often even if an event got lost. */
#define FREEZE_BACKSTOP_MS 100

/**
 * struct vcpu_regs - registers of a vCPU that stands still
 * @valid: they could be read
 * @ip: instruction pointer
 * @sp: stack pointer
 * @pt_root: page table root of the kernel half: CR3, TTBR1_EL1
 * @has_user_pt_root: @user_pt_root is valid (arm64: TTBR0_EL1)
 * @user_pt_root: root of the user half
 * @has_tcr: @tcr_el1 is valid (arm64)
 * @tcr_el1: translation control
 * @has_syscall_entry: @syscall_entry is valid (x86: MSR_LSTAR)
 * @syscall_entry: where the kernel takes system calls
 * @flags: RFLAGS, PSTATE
 * @gpr: general registers: x86 rax rbx rcx rdx rsi rdi rbp r8..r15; arm64 x0..x30
 * @nr_gpr: how many of @gpr
 * @runstate: x86: KVM_MP_STATE_* of the vCPU: tells who still waits to be
 *            started. Asked for up to the first freeze that finds it started,
 *            and left as it was then: whether it is halted now it does not say
 * @started: that freeze has been
 */
struct vcpu_regs {
	bool valid;
	u64 ip;
	u64 sp;
	u64 pt_root;
	bool has_user_pt_root;
	u64 user_pt_root;
	bool has_tcr;
	u64 tcr_el1;
	bool has_syscall_entry;
	u64 syscall_entry;
	u64 flags;
	u64 gpr[31];
	u32 nr_gpr;
	u32 runstate;
	bool started;
};

/**
 * struct freeze - a machine's standstill
 * @requested: every vCPU parks as soon as it sees this (release/acquire)
 * @parked_evt: eventfd, one edge by each vCPU that has parked; written after
 *              its parked flag
 * @thaw_evt: eventfd that ends the wait; written after @requested is cleared,
 *            drained by the coordinator before the next freeze
 * @clock_shift: guest clock ticks (x86: TSC) that passed during the freeze;
 *               written before @requested is cleared, taken back by each vCPU
 *               on its way out so that guest time stands still; 0 = nothing
 * @regs_sets: arch_regs_sets() of the machine. The coordinator puts it into
 *             kvm_valid_regs of every live vCPU before it kicks, so that the
 *             KVM_RUN that is interrupted leaves the registers behind; each
 *             vCPU takes it back on its way out, before @parked
 * @stuck: fault injection: the vCPU that never parks, counted from 1; 0 = none;
 *         written before the vCPUs run
 */
struct freeze {
	atomic_bool requested;
	int parked_evt;
	int thaw_evt;
	atomic_ullong clock_shift;
	u64 regs_sets;
	u32 stuck;
};

/**
 * freeze_init() - no freeze
 * @f: filled in, with eventfds of its own
 *
 * Return: 0 or negative errno of eventfd(2).
 */
int freeze_init(struct freeze *f);

/**
 * freeze_destroy() - close the eventfds
 * @f: initialised, or zeroed with both descriptors -1; no vCPU thread runs
 */
void freeze_destroy(struct freeze *f);

/**
 * freeze_park() - stand still until the thaw
 * @vcpu: the calling thread's own
 *
 * Completes a pending port or MMIO access (KVM_RUN with immediate_exit),
 * takes the register snapshot, sets the parked flag and then signals
 * parked_evt, polls thaw_evt and the machine's kill_evt with the backstop
 * until the flag is gone, takes back the clock, and clears the parked flag.
 *
 * A vCPU that was interrupted has nothing pending: KVM_RUN completes the access
 * first, and only then looks at signals (kvm_arch_vcpu_ioctl_run()).
 */
void freeze_park(struct vcpu *vcpu);

#endif /* KTSTR_HOST_VMM_FREEZE_H */
