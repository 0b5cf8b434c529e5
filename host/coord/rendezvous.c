// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "host/arch/arch.h"
#include "host/coord/rendezvous.h"
#include "lib/log.h"
#include "lib/util.h"

/* How long a freeze is waited for without sleeping. */
#define PARK_SPIN_NS 300000
/* Between two looks at vCPUs that are on their way out of a freeze. */
#define UNPARK_POLL_NS 50000
/* They are out in the time of a few context switches, so look that often first. */
#define UNPARK_SPINS 32

static bool is_killed(struct vm *vm)
{
	return atomic_load_explicit(&vm->kill, memory_order_acquire);
}

static bool is_parked(struct vcpu *vcpu)
{
	return atomic_load_explicit(&vcpu->parked, memory_order_acquire);
}

static void drain_evt(int fd)
{
	u64 count;

	/* without blocking: EAGAIN is as good */
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		pr_warn_once("freeze eventfd: %s", strerror(errno));
}

static u64 deadline_of(u64 now, u64 timeout_ns)
{
	return timeout_ns > ~0ULL - now ? ~0ULL : now + timeout_ns;
}

/* Sleeps until there is an event, a kill, or @ns are over; >0 for an event. */
static int wait_evt(struct vm *vm, int evt, u64 ns)
{
	struct pollfd fds[] = {
		{ .fd = vm->kill_evt, .events = POLLIN },
		{ .fd = evt, .events = POLLIN },
	};
	struct timespec ts = { .tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC };

	return ppoll(fds, ARRAY_SIZE(fds), &ts, NULL);
}

static bool any_parked(struct vm *vm, u32 *which)
{
	u32 i;

	for (i = 0; i < vm->nr_vcpus; i++) {
		if (is_parked(&vm->vcpus[i])) {
			*which = i;
			return true;
		}
	}
	return false;
}

/* The barrier: 0 when nobody is parked any more. */
static int wait_unparked(struct vm *vm, u64 deadline, u32 *which)
{
	int spins = 0;

	while (any_parked(vm, which)) {
		if (is_killed(vm))
			return -ECANCELED;
		if (mono_ns() >= deadline)
			return -EBUSY;
		if (spins++ < UNPARK_SPINS)
			sched_yield();
		else
			wait_evt(vm, -1, UNPARK_POLL_NS);
	}
	return 0;
}

/* Counts who stands still; false when there is nobody left to wait for. */
static bool count_parked(struct vm *vm, struct rendezvous *r)
{
	bool coming = false;
	u32 i;

	r->frozen = 0;
	for (i = vm->nr_vcpus; i-- > 0;) {
		struct vcpu *vcpu = &vm->vcpus[i];

		if (is_parked(vcpu)) {
			r->frozen++;
			continue;
		}
		r->missing = i;
		coming |= !atomic_load_explicit(&vcpu->ended, memory_order_acquire);
	}
	return coming;
}

/*
 * A vCPU that has a CPU of its own parks in less time than it takes to fall
 * asleep and be woken. Yielding: it may be our CPU that the other one needs.
 */
static void spin_parked(struct vm *vm, struct rendezvous *r)
{
	while (count_parked(vm, r) && !is_killed(vm) && mono_ns() - r->begin_ns < PARK_SPIN_NS)
		sched_yield();
}

static int wait_parked(struct vm *vm, struct rendezvous *r, u64 deadline)
{
	const u64 backstop = FREEZE_BACKSTOP_MS * NSEC_PER_MSEC;
	u64 now, kick_at = r->begin_ns + backstop;

	spin_parked(vm, r);
	for (;;) {
		if (is_killed(vm))
			return -ECANCELED;
		/* drained before the flags are read: they are set before the event */
		drain_evt(vm->freeze.parked_evt);
		if (!count_parked(vm, r))
			return r->frozen == r->vcpus ? 0 : -ETIMEDOUT;
		now = mono_ns();
		if (now >= deadline)
			return -ETIMEDOUT;
		if (now >= kick_at) {
			/* a signal can be refused, see RLIMIT_SIGPENDING */
			vm_kick_all(vm);
			r->kicks++;
			kick_at = now + backstop;
		}
		wait_evt(vm, vm->freeze.parked_evt, min(deadline, kick_at) - now);
	}
}

/* Behind the barrier: whoever left the last freeze has taken the old request back. */
static void want_regs(struct vm *vm)
{
	u32 i;

	for (i = 0; i < vm->nr_vcpus; i++) {
		struct vcpu *vcpu = &vm->vcpus[i];

		if (atomic_load_explicit(&vcpu->alive, memory_order_acquire))
			__atomic_store_n(&vcpu->run->kvm_valid_regs, vm->freeze.regs_sets,
					 __ATOMIC_RELAXED);
	}
}

static void save_clock(struct vm *vm, struct rendezvous *r)
{
	struct kvm_clock_data clock = { 0 };
	int ret = KVM_IOCTL(vm->vm_fd, KVM_GET_CLOCK, &clock, NULL);

	r->ticks = arch_clock_now();
	if (ret) {
		pr_warn_once("KVM_GET_CLOCK: %s; the guest sees its freezes", strerror(-ret));
		return;
	}
	r->clock_ns = clock.clock;
	r->clock_valid = true;
}

int freeze_begin(struct vm *vm, struct rendezvous *r, u64 timeout_ns)
{
	u64 deadline;
	int ret;

	*r = (struct rendezvous){ .begin_ns = mono_ns(), .vcpus = vm->nr_vcpus };
	deadline = deadline_of(r->begin_ns, timeout_ns);
	ret = wait_unparked(vm, deadline, &r->missing);
	if (!ret) {
		drain_evt(vm->freeze.thaw_evt);
		atomic_store_explicit(&vm->freeze.clock_shift, 0, memory_order_relaxed);
		want_regs(vm);
		atomic_store_explicit(&vm->freeze.requested, true, memory_order_release);
		vm_kick_all(vm);
		r->kicks = 1;
		ret = wait_parked(vm, r, deadline);
	}
	r->killed = ret == -ECANCELED;
	r->frozen_ns = mono_ns();
	if (!ret)
		save_clock(vm, r);
	return ret;
}

/* Flags 0: set it to exactly this, whatever the host's clocks did meanwhile. */
static void restore_clock(struct vm *vm, const struct rendezvous *r)
{
	struct kvm_clock_data clock = { .clock = r->clock_ns };
	u64 now;
	int ret;

	if (!r->clock_valid)
		return;
	ret = KVM_IOCTL(vm->vm_fd, KVM_SET_CLOCK, &clock, NULL);
	if (ret) {
		/* then not the counters either: a guest has use for both, if they agree */
		pr_warn_once("KVM_SET_CLOCK: %s; the guest sees its freezes", strerror(-ret));
		return;
	}
	now = arch_clock_now();
	if (r->ticks && now > r->ticks)
		atomic_store_explicit(&vm->freeze.clock_shift, now - r->ticks,
				      memory_order_relaxed);
}

u64 freeze_end(struct vm *vm, struct rendezvous *r)
{
	static const u64 one = 1;
	u64 thawed;
	u32 which;

	restore_clock(vm, r);
	atomic_store_explicit(&vm->freeze.requested, false, memory_order_release);
	if (write(vm->freeze.thaw_evt, &one, sizeof(one)) < 0 && errno != EAGAIN)
		pr_warn_once("thaw eventfd: %s; thawing takes up to %d ms now", strerror(errno),
			     FREEZE_BACKSTOP_MS);
	thawed = mono_ns();
	if (wait_unparked(vm, deadline_of(thawed, RENDEZVOUS_TIMEOUT_NS), &which) == -EBUSY)
		pr_warn("vCPU %u does not leave the freeze", which);
	return thawed - r->begin_ns;
}
