/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_VCPU_H
#define KTSTR_HOST_VMM_VCPU_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "host/vmm/freeze.h"
#include "host/vmm/kvm.h"
#include "host/vmm/watch.h"
#include "lib/err.h"

struct vm;

/*
 * A vCPU whose store flipped a latch waits this long for the coordinator's
 * kick, so that it is stopped at that store and not somewhere behind it.
 */
#define VCPU_HOLD_MS 1000

/**
 * struct vcpu - one virtual CPU and the thread that runs it
 * @vm: the machine it belongs to
 * @index: 0 is the boot CPU
 * @fd: KVM vCPU descriptor; only the vCPU's own thread issues ioctls on it once
 *      that thread runs: KVM makes them wait behind KVM_RUN
 * @run: the shared kvm_run page(s)
 * @run_size: bytes mapped at @run
 * @exits: KVM's count of exits, readable at any time
 * @thread: valid while @started
 * @tid: the thread's id, 0 until it runs (release by the thread)
 * @started: the thread was created and must be joined
 * @alive: the thread is inside its loop, so @run may be poked and the thread
 *         signalled; loaded right before each touch (store: release by the
 *         thread; load: acquire by whoever kicks)
 * @interrupted: the last KVM_RUN brought no exit, so there is none to complete;
 *               the thread's own
 * @parked: the thread stands still in freeze_park(), @regs is valid, and the
 *          vCPU's memory and descriptor may be looked at (release by the thread)
 * @regs: register snapshot of the last freeze; written before @parked
 * @watch: what the thread has programmed into the debug registers
 *
 * The thread owns @fd and @run. Others touch only ``run->immediate_exit`` and, for
 * a freeze, ``run->kvm_valid_regs``.
 */
struct vcpu {
	struct vm *vm;
	u32 index;
	int fd;
	struct kvm_run *run;
	size_t run_size;
	struct kvm_stat exits;
	pthread_t thread;
	atomic_int tid;
	bool started;
	atomic_bool alive;
	atomic_bool ended;
	bool interrupted;
	atomic_bool parked;
	struct vcpu_regs regs;
	struct watch_state watch;
};

/**
 * vcpu_create() - create the KVM vCPU and map its run page
 * @vm: the machine, with its VM descriptor open
 * @vcpu: zeroed; filled in
 * @index: vCPU id
 * @err: reason on failure, or NULL
 *
 * A failed vCPU may be given to vcpu_destroy().
 *
 * Return: 0 or negative errno.
 */
int vcpu_create(struct vm *vm, struct vcpu *vcpu, u32 index, struct ktstr_err *err);

/**
 * vcpu_enter() - one KVM_RUN, and what its exit asks for
 * @vcpu: the calling thread's own
 *
 * Serves devices, dispatches debug exits, ends the VM when the exit says so.
 * With immediate_exit set KVM only completes what the last exit left open.
 * When KVM was interrupted, immediate_exit is taken back, and flags that were
 * set before the kick are visible from then on.
 *
 * Return: 1 when there was an exit, 0 when KVM was interrupted, or the negative
 * errno of KVM_RUN.
 */
int vcpu_enter(struct vcpu *vcpu);

/**
 * vcpu_start() - let the vCPU's thread run the guest
 * @vcpu: created and initialised by the architecture
 * @err: reason on failure, or NULL
 *
 * Return: 0 or negative errno of pthread_create().
 */
int vcpu_start(struct vcpu *vcpu, struct ktstr_err *err);

/**
 * vcpu_kick() - make the vCPU leave KVM_RUN soon
 * @vcpu: any, also one that never started or has ended
 *
 * Sets immediate_exit, then signals: the flag catches a thread that is about
 * to enter KVM_RUN, the signal one that is inside (api.rst, "immediate_exit").
 * The signal's handler sets the flag once more: a thread that was kicked while
 * it took the flag of an earlier kick back cannot miss this one.
 *
 * What the kick is for is stored before. Any thread but the vCPU's own.
 */
void vcpu_kick(struct vcpu *vcpu);

/**
 * vcpu_cpu_ns() - CPU time the thread has used, guest time included
 * @vcpu: any; not while it is being joined
 *
 * Return: nanoseconds, 0 for a thread that is not there.
 */
u64 vcpu_cpu_ns(const struct vcpu *vcpu);

/**
 * vcpu_join() - wait until the thread is gone
 * @vcpu: its VM's kill flag is set; a thread that never started is fine
 */
void vcpu_join(struct vcpu *vcpu);

/**
 * vcpu_destroy() - join the thread, unmap, close; takes half-built vCPUs
 * @vcpu: its VM's kill flag must be set if the thread was started
 */
void vcpu_destroy(struct vcpu *vcpu);

/**
 * vcpu_kick_init() - install the handler of the kick signal
 *
 * Once per process, before the first vcpu_start(). The handler sets
 * immediate_exit of the vCPU whose thread it runs on, if any.
 *
 * Return: 0 or negative errno.
 */
int vcpu_kick_init(void);

#endif /* KTSTR_HOST_VMM_VCPU_H */
