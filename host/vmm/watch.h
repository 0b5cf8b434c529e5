/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_WATCH_H
#define KTSTR_HOST_VMM_WATCH_H

/*
 * Hardware watchpoints of a running guest. The coordinator publishes
 * addresses, every vCPU thread arms itself at the top of its loop, a debug
 * exit latches. Slot 0 belongs to the scheduler's exit kind, slots 1..3 to
 * whoever asks.
 *
 * Store order, which is the whole protocol:
 *  - publish slot 0:   kind_host_ptr, then request_kva, then any_armed
 *  - withdraw slot 0:  request_kva = 0, then kind_host_ptr = NULL
 *  - publish slot 1+:  tag and value_host_ptr, then request_kva, then any_armed
 *  - free slot 1+:     request_kva = 0, then value_host_ptr = NULL, then hit = false
 * Each store is a release, the vCPU's load of request_kva an acquire; the gate
 * any_armed is relaxed and comes last, so it may lag but never lead.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <linux/kvm.h>
#include <linux/types.h>

#include "lib/err.h"
#include "lib/wire.h"

#define WATCH_SLOTS	 4
#define WATCH_USER_SLOTS 3
#define WATCH_LEN	 4

/* enum scx_exit_kind, kernel/sched/ext/internal.h: from here on it is an error. */
#define SCX_EXIT_ERROR 1024

/* Unhandled writes after which a vCPU stops watching a user slot by itself. */
#define WATCH_MUTE_HITS 64

/**
 * struct watch_user - one of the slots 1..3
 * @value_host_ptr: the watched bytes in host memory, @value_len of them
 * @request_kva: guest virtual address, 0 = free (release/acquire)
 * @value_len: 4 or 8
 * @hit: latched by the first vCPU that traps; cleared when the slot is freed
 * @muted: WATCH_MUTE_HITS traps came before the first was handled: every vCPU
 *         leaves the slot out when it arms, so a hot symbol cannot stop the guest
 * @writes: traps counted since the slot was armed
 * @hit_ns: mono_ns() of the latch; written before @hit (release)
 * @hit_value: the value after the store that latched; written before @hit
 * @hit_vcpu: whose store it was; written before @hit
 * @tag: the symbol; written by the coordinator before @request_kva
 */
struct watch_user {
	const void *_Atomic value_host_ptr;
	atomic_ullong request_kva;
	u32 value_len;
	atomic_bool hit;
	atomic_bool muted;
	atomic_ullong writes;
	u64 hit_ns;
	u64 hit_value;
	u32 hit_vcpu;
	char tag[WIRE_SNAP_TAG_MAX + 1];
};

/**
 * struct watchpoint_arm - what all vCPU threads of a machine watch
 * @kind_host_ptr: slot 0: the exit kind in host memory; guest memory outlives
 *                 every vCPU thread, so a stale pointer can be read, not harm
 * @request_kva: slot 0: guest virtual address of the exit kind, 0 = none
 * @hit: slot 0 latched
 * @hit_ns: slot 0: mono_ns() of the latch; written before @hit
 * @hit_kind: slot 0: the kind that latched; written before @hit
 * @hit_vcpu: slot 0: whose store it was; written before @hit
 * @benign: slot 0: traps with a kind below SCX_EXIT_ERROR, or without pointer
 * @attach_kva: address of the pointer whose store attaches a scheduler; slot 0
 *              watches it while there is none. Written once, before it is ever
 *              in @request_kva; 0 = not known
 * @attach_host_ptr: that pointer in host memory; likewise
 * @attached: something other than NULL was stored to it; the vCPU waits. Taken
 *            back by the coordinator
 * @left: slot 0 trapped with a kind that is no error: the scheduler ends and its
 *        exit kind does not change any more. Taken back by the coordinator
 * @hit_evt: eventfd, one edge for each latch of any slot
 * @change_evt: eventfd, for @attached and @left
 * @latch_lock: what is written before a hit flag is written by one thread:
 *              taken by vCPU threads that trapped and by the coordinator while
 *              it arms or frees a slot, for a few stores; inherits priority
 * @user: slots 1..3
 * @any_armed: something was ever published; until then vCPUs skip the slots
 * @gen: counts publications and withdrawals; a vCPU that has armed itself
 *       stores the one it saw in its armed_gen (release)
 * @deaf: fault injection: vCPUs pretend to arm and never do
 */
struct watchpoint_arm {
	const u32 *_Atomic kind_host_ptr;
	atomic_ullong request_kva;
	atomic_bool hit;
	u64 hit_ns;
	u32 hit_kind;
	u32 hit_vcpu;
	atomic_ullong benign;
	u64 attach_kva;
	const u64 *attach_host_ptr;
	atomic_bool attached;
	atomic_bool left;
	int hit_evt;
	int change_evt;
	pthread_mutex_t latch_lock;
	struct watch_user user[WATCH_USER_SLOTS];
	atomic_uint any_armed;
	atomic_uint gen;
	bool deaf;
};

/**
 * struct watch_state - what one vCPU thread has programmed; the thread's own
 * @armed: address in each slot as KVM has it now
 * @step_mask: slots left out while KVM single-steps over a store (arm64 only:
 *             it traps before the store, x86 behind it)
 * @armed_step: KVM_GUESTDBG_SINGLESTEP is in force
 * @armed_skip: @step_mask as KVM has it now
 * @tried: addresses of the last KVM_SET_GUEST_DEBUG, whatever came of it
 * @failures: KVM_SET_GUEST_DEBUG calls that failed in a row; it is given up
 *            after WATCH_ARM_FAILURES_MAX, until the wanted set changes
 * @failed_total: of this vCPU since the start; any thread may read it
 * @armed_gen: newest generation in force on this vCPU (release)
 * @canary_hits: traps of the arm-time canary; any thread may read it
 * @strays: debug exits that neither an armed slot explains nor the guest's own
 *          doing, since the last that a slot did or the last change of the
 *          wanted set
 * @strays_total: of this vCPU since the start; any thread may read it
 * @owed: a debug exception that is the guest's, of the last exit; valid with
 *        @owes, until it is handed on
 * @owes: see there
 * @handed_on: such exceptions since the start; any thread may read it
 * @gave_up: WATCH_STRAYS_MAX was reached: nothing is watched until the wanted
 *           set changes
 */
struct watch_state {
	u64 armed[WATCH_SLOTS];
	u32 step_mask;
	bool armed_step;
	u32 armed_skip;
	u64 tried[WATCH_SLOTS];
	u32 failures;
	atomic_uint failed_total;
	atomic_uint armed_gen;
	atomic_uint canary_hits;
	u32 strays;
	atomic_uint strays_total;
	struct kvm_debug_exit_arch owed;
	bool owes;
	atomic_uint handed_on;
	bool gave_up;
};

#define WATCH_ARM_FAILURES_MAX 8
/* Few enough to be over in a moment, far more than come from a slot just withdrawn. */
#define WATCH_STRAYS_MAX 4096

/**
 * watch_init() - nothing armed
 * @w: filled in, with eventfds of its own
 *
 * Return: 0, or negative errno of eventfd(2) or pthread_mutex_init(3).
 */
int watch_init(struct watchpoint_arm *w);

/**
 * watch_destroy() - close the eventfds, release the lock
 * @w: initialised, or zeroed with @hit_evt -1; no vCPU thread runs any more
 */
void watch_destroy(struct watchpoint_arm *w);

/**
 * watch_mark_armed() - let vCPUs look at the slots from now on
 * @w: the watchpoints
 *
 * Idempotent. Behind the release store of the slot's request_kva.
 */
void watch_mark_armed(struct watchpoint_arm *w);

/**
 * watch_latch_hit() - slot 0 trapped with an error
 * @w: the watchpoints
 * @kind: the exit kind
 * @vcpu: whose store it was
 *
 * vCPU threads. The first call flips the latch and makes one edge on
 * @w->hit_evt, all others do nothing.
 *
 * Return: whether this call was the first.
 */
bool watch_latch_hit(struct watchpoint_arm *w, u32 kind, u32 vcpu);

/**
 * watch_latch_user_hit() - a user slot trapped
 * @w: the watchpoints
 * @idx: 0..2 for slots 1..3; anything else is ignored
 * @vcpu: whose store it was
 *
 * vCPU threads. As watch_latch_hit(); also counts, and mutes a slot that is
 * written too often.
 *
 * Return: whether this call flipped the latch.
 */
bool watch_latch_user_hit(struct watchpoint_arm *w, unsigned int idx, u32 vcpu);

/**
 * watch_user_hits() - which user slots have latched
 * @w: the watchpoints
 *
 * Any thread. Return: a bitmask, bit 0 is slot 1.
 */
u32 watch_user_hits(const struct watchpoint_arm *w);

/**
 * watch_read_value() - a watched word as it is now
 * @p: in guest memory, a multiple of 4; or NULL
 * @len: 4 or 8
 *
 * Other vCPUs may be writing it. What is aligned to its length is read in one
 * piece. Any thread.
 *
 * Return: the value, 0 for NULL.
 */
u64 watch_read_value(const void *p, u32 len);

/**
 * watch_slot0_trap() - read the exit kind and decide
 * @w: the watchpoints
 * @vcpu: whose store it was
 *
 * vCPU threads. Latches only a value of at least SCX_EXIT_ERROR, read through
 * kind_host_ptr; a NULL pointer is an epoch that is over.
 *
 * Return: whether this call flipped the latch.
 */
bool watch_slot0_trap(struct watchpoint_arm *w, u32 vcpu);

/**
 * watch_self_arm() - program this vCPU if what is wanted has changed
 * @w: the watchpoints
 * @st: the thread's own state
 * @fd: vCPU descriptor
 * @index: of the vCPU, for messages
 *
 * vCPU thread, right before KVM_RUN. One relaxed load when nothing was ever
 * published; no ioctl when nothing changed. A KVM_SET_GUEST_DEBUG that fails
 * is counted, named once, and tried WATCH_ARM_FAILURES_MAX times.
 *
 * A user slot that has latched or is muted is left out, so that it costs one
 * trap per vCPU at most until its owner has dealt with it.
 *
 * Also hands on to the guest what watch_dispatch() found to be the guest's.
 */
void watch_self_arm(struct watchpoint_arm *w, struct watch_state *st, int fd, u32 index);

/**
 * watch_dispatch() - act on KVM_EXIT_DEBUG
 * @w: the watchpoints
 * @st: the thread's own state
 * @dbg: of the exit
 * @index: of the vCPU
 *
 * vCPU thread. Decoding is the architecture's (host/arch/debugreg.h). A slot
 * counts only while what it is armed with is still what is published: a trap
 * at an address that was withdrawn meanwhile must not latch for its successor.
 * A slot with the tag "" and no @value_host_ptr is the arm-time canary: its
 * traps are counted in @st and nowhere else.
 *
 * While anything is armed, KVM brings every debug exception here, also those of
 * a guest that single-steps itself. They are the guest's and go back to it with
 * the next watch_self_arm(), before it runs on.
 *
 * Return: whether a latch was flipped or a scheduler attached, so that the
 * coordinator will stop the machine; the vCPU then waits for that before it runs
 * on (see vcpu.c).
 */
bool watch_dispatch(struct watchpoint_arm *w, struct watch_state *st,
		    const struct kvm_debug_exit_arch *dbg, u32 index);

#endif /* KTSTR_HOST_VMM_WATCH_H */
