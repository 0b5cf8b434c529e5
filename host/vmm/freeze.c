// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/arch/arch.h"
#include "host/vmm/freeze.h"
#include "host/vmm/vcpu.h"
#include "host/vmm/vm.h"
#include "lib/log.h"
#include "lib/util.h"

/*
 * A string instruction on a device register leaves KVM once per element, and
 * KVM itself goes back to the guest after 1024 of them (x86_emulate_insn()).
 */
#define DRAIN_MAX_EXITS 4096

int freeze_init(struct freeze *f)
{
	int ret;

	*f = (struct freeze){ .parked_evt = -1, .thaw_evt = -1 };
	f->parked_evt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->thaw_evt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (f->parked_evt >= 0 && f->thaw_evt >= 0)
		return 0;
	ret = -errno;
	freeze_destroy(f);
	return ret;
}

void freeze_destroy(struct freeze *f)
{
	close_fd(&f->parked_evt);
	close_fd(&f->thaw_evt);
}

static bool killed(const struct vcpu *vcpu)
{
	return atomic_load_explicit(&vcpu->vm->kill, memory_order_acquire);
}

static bool requested(const struct vcpu *vcpu)
{
	return atomic_load_explicit(&vcpu->vm->freeze.requested, memory_order_acquire);
}

/* The coordinator does the same when it asks for a freeze. */
static void want_regs(struct vcpu *vcpu, u64 sets)
{
	__atomic_store_n(&vcpu->run->kvm_valid_regs, sets, __ATOMIC_RELAXED);
}

/*
 * What the guest has asked of a device is done, but its instruction is not: KVM
 * puts the result into registers and memory at the next KVM_RUN. Completing
 * one access may bring the next one of the same instruction.
 */
static void drain(struct vcpu *vcpu)
{
	int ret, n = 0;

	want_regs(vcpu, vcpu->vm->freeze.regs_sets);
	do {
		__atomic_store_n(&vcpu->run->immediate_exit, 1, __ATOMIC_RELAXED);
		ret = vcpu_enter(vcpu);
	} while (ret > 0 && ++n < DRAIN_MAX_EXITS && !killed(vcpu));
	if (ret < 0)
		pr_warn("vCPU %u: KVM_RUN while freezing: %s; a device access may be incomplete",
			vcpu->index, strerror(-ret));
	else if (n == DRAIN_MAX_EXITS)
		pr_warn_once("vCPU %u: a device access goes on and on; frozen in the middle of it",
			     vcpu->index);
}

static void signal_parked(const struct freeze *f)
{
	static const u64 one = 1;

	/* EAGAIN: the counter is full, so the coordinator is being woken anyway */
	if (write(f->parked_evt, &one, sizeof(one)) < 0 && errno != EAGAIN)
		pr_warn_once("parked eventfd: %s; freezing takes up to %d ms now", strerror(errno),
			     FREEZE_BACKSTOP_MS);
}

static void wait_thaw(const struct vcpu *vcpu)
{
	struct pollfd fds[] = {
		{ .fd = vcpu->vm->freeze.thaw_evt, .events = POLLIN },
		{ .fd = vcpu->vm->kill_evt, .events = POLLIN },
	};

	while (requested(vcpu) && !killed(vcpu))
		poll(fds, ARRAY_SIZE(fds), FREEZE_BACKSTOP_MS);
}

static void take_back_clock(const struct vcpu *vcpu)
{
	u64 ticks = atomic_load_explicit(&vcpu->vm->freeze.clock_shift, memory_order_relaxed);
	int ret = ticks && !killed(vcpu) ? arch_clock_shift(vcpu->fd, ticks) : 0;

	if (ret)
		pr_warn_once("the guest sees the freeze: its clock cannot be set back: %s",
			     strerror(-ret));
}

/*
 * KVM_RUN costs more than all the rest. With the registers left behind by the
 * one that was interrupted, a second has nothing to complete and nothing to say.
 */
static bool need_drain(const struct vcpu *vcpu)
{
	if (!vcpu->interrupted)
		return true;
	return vcpu->vm->freeze.regs_sets && !arch_regs_left(vcpu->run);
}

void freeze_park(struct vcpu *vcpu)
{
	if (need_drain(vcpu))
		drain(vcpu);
	arch_regs_read(vcpu->fd, vcpu->run, &vcpu->regs);
	atomic_store_explicit(&vcpu->parked, true, memory_order_release);
	signal_parked(&vcpu->vm->freeze);
	wait_thaw(vcpu);
	take_back_clock(vcpu);
	want_regs(vcpu, 0);
	arch_regs_forget(vcpu->run);
	atomic_store_explicit(&vcpu->parked, false, memory_order_release);
}
