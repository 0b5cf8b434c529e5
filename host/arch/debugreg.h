/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_DEBUGREG_H
#define KTSTR_HOST_ARCH_DEBUGREG_H

/*
 * Encoders and decoders of hardware watchpoints, both architectures. Pure:
 * every host compiles and tests both; host/arch/arch.h has the calls that hand
 * the running architecture's to KVM.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/vmm/watch.h"

/**
 * x86_dr7() - DR7 for a set of slots, each a write of 4 bytes
 * @slots: bitmask of WATCH_SLOTS slots
 *
 * Fixed bit 10, LE and GE, and for each slot L, G, R/W = 01, LEN = 11 (Intel
 * SDM vol. 3, 18.2.4). Slot 0 alone is 0xD0703.
 *
 * Return: the register, or 0 for no slot.
 */
u64 x86_dr7(u32 slots);

/**
 * x86_debug_slots() - slots that trapped
 * @dr6: of the debug exit
 *
 * Return: bits B0..B3; 0 for a single step, a task switch or nothing at all.
 */
u32 x86_debug_slots(u64 dr6);

/**
 * x86_debug_guest() - is it the guest that asked for a debug exception
 * @dr6: of the debug exit
 *
 * Return: whether there is a single step (BS), a task switch (BT) or a debug
 * register access (BD) in it.
 */
bool x86_debug_guest(u64 dr6);

/**
 * x86_dr6_guest() - DR6 as the guest finds it in its handler
 * @old: the guest's, before
 * @dr6: of the debug exit; its B0..B3 are ours
 *
 * B0..B3 are of the newest exception alone, all others stay until the guest
 * clears them; BLD and RTM are 0 when they happened (Intel SDM vol. 3, 18.2.3).
 */
u64 x86_dr6_guest(u64 old, u64 dr6);

/**
 * arm64_dbgwcr() - control register of a watchpoint on a write of 4 bytes
 * @kva: the address, 4-byte aligned
 *
 * E, PAC = EL1 and EL0, LSC = store, BAS = the four bytes inside the 8-byte
 * block (Arm ARM, DBGWCR<n>_EL1).
 */
u64 arm64_dbgwcr(u64 kva);

/**
 * arm64_dbgwvr() - value register that goes with it: the 8-byte block
 * @kva: the address
 */
u64 arm64_dbgwvr(u64 kva);

/**
 * arm64_debug_slots() - slots that trapped
 * @hsr: syndrome of the debug exit
 * @far: address of the access
 * @armed: address in each slot, 0 = off
 * @step_mask: slots to leave out for one instruction, because the store has not
 *             happened yet and would trap for ever (Arm ARM D2.10.5): set by a
 *             watchpoint exit, cleared by the software-step exit that follows
 *
 * Return: bitmask of the slots, 0 for any other exception class or an address
 * that is in no slot.
 */
u32 arm64_debug_slots(u32 hsr, u64 far, const u64 *armed, u32 *step_mask);

#endif /* KTSTR_HOST_ARCH_DEBUGREG_H */
