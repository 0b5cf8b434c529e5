// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <linux/bits.h>
#include <linux/compiler.h>

#include "host/arch/arch.h"
#include "host/vmm/devices/pi_mutex.h"
#include "host/vmm/watch.h"
#include "lib/log.h"
#include "lib/util.h"

int watch_init(struct watchpoint_arm *w)
{
	int ret;

	memset(w, 0, sizeof(*w));
	w->hit_evt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->change_evt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ret = w->hit_evt < 0 || w->change_evt < 0 ? -errno : pi_mutex_init(&w->latch_lock);
	if (ret) {
		close_fd(&w->hit_evt);
		close_fd(&w->change_evt);
	}
	return ret;
}

void watch_destroy(struct watchpoint_arm *w)
{
	if (w->hit_evt < 0)
		return;
	pthread_mutex_destroy(&w->latch_lock);
	close_fd(&w->hit_evt);
	close_fd(&w->change_evt);
}

void watch_mark_armed(struct watchpoint_arm *w)
{
	atomic_store_explicit(&w->any_armed, 1, memory_order_relaxed);
}

static void signal_event(int fd)
{
	static const u64 one = 1;

	/* EAGAIN: the counter is full, so the coordinator is being woken anyway */
	if (write(fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		pr_err("watchpoint eventfd: %s; nobody hears of this hit", strerror(errno));
}

bool watch_latch_hit(struct watchpoint_arm *w, u32 kind, u32 vcpu)
{
	bool first;

	pthread_mutex_lock(&w->latch_lock);
	first = !atomic_load_explicit(&w->hit, memory_order_relaxed);
	if (first) {
		w->hit_ns = mono_ns();
		w->hit_kind = kind;
		w->hit_vcpu = vcpu;
		atomic_store_explicit(&w->hit, true, memory_order_release);
	}
	pthread_mutex_unlock(&w->latch_lock);
	if (first)
		signal_event(w->hit_evt);
	return first;
}

u64 watch_read_value(const void *p, u32 len)
{
	u64 value = 0;

	if (!p)
		return 0;
	if (len == 8 && !((uintptr_t)p % 8))
		return __atomic_load_n((const u64 *)p, __ATOMIC_RELAXED);
	if (len == 8)
		value = (u64)__atomic_load_n((const u32 *)p + 1, __ATOMIC_RELAXED) << 32;
	return value | __atomic_load_n((const u32 *)p, __ATOMIC_RELAXED);
}

u32 watch_user_hits(const struct watchpoint_arm *w)
{
	u32 hits = 0;
	unsigned int i;

	for (i = 0; i < WATCH_USER_SLOTS; i++)
		if (atomic_load_explicit(&w->user[i].hit, memory_order_acquire))
			hits |= 1u << i;
	return hits;
}

bool watch_latch_user_hit(struct watchpoint_arm *w, unsigned int idx, u32 vcpu)
{
	struct watch_user *u;
	const void *p;
	bool first;

	if (idx >= WATCH_USER_SLOTS)
		return false;
	u = &w->user[idx];
	pthread_mutex_lock(&w->latch_lock);
	if (atomic_fetch_add_explicit(&u->writes, 1, memory_order_relaxed) + 1 >= WATCH_MUTE_HITS)
		atomic_store_explicit(&u->muted, true, memory_order_relaxed);
	first = !atomic_load_explicit(&u->hit, memory_order_relaxed);
	if (first) {
		u->hit_ns = mono_ns();
		p = atomic_load_explicit(&u->value_host_ptr, memory_order_acquire);
		u->hit_value = watch_read_value(p, u->value_len);
		u->hit_vcpu = vcpu;
		atomic_store_explicit(&u->hit, true, memory_order_release);
	}
	pthread_mutex_unlock(&w->latch_lock);
	if (first)
		signal_event(w->hit_evt);
	return first;
}

bool watch_slot0_trap(struct watchpoint_arm *w, u32 vcpu)
{
	const u32 *p = atomic_load_explicit(&w->kind_host_ptr, memory_order_acquire);
	u32 kind = p ? __atomic_load_n(p, __ATOMIC_RELAXED) : 0;

	if (kind >= SCX_EXIT_ERROR)
		return watch_latch_hit(w, kind, vcpu);
	atomic_fetch_add_explicit(&w->benign, 1, memory_order_relaxed);
	if (kind && !atomic_exchange(&w->left, true))
		signal_event(w->change_evt);
	return false;
}

/* Nobody watches the new scheduler yet: the vCPU must not run on. */
static bool attach_trap(struct watchpoint_arm *w)
{
	if (!READ_ONCE(*w->attach_host_ptr)) {
		atomic_fetch_add_explicit(&w->benign, 1, memory_order_relaxed);
		return false;
	}
	if (!atomic_exchange(&w->attached, true))
		signal_event(w->change_evt);
	return true;
}

/*
 * The flags are read before the address: whoever frees the slot clears the
 * address first, so a flag that was cleared for the next owner never comes
 * with the address of the last one.
 */
static u64 wanted_user(const struct watch_user *u)
{
	if (atomic_load_explicit(&u->hit, memory_order_acquire) ||
	    atomic_load_explicit(&u->muted, memory_order_acquire))
		return 0;
	return atomic_load_explicit(&u->request_kva, memory_order_acquire);
}

static void wanted_set(const struct watchpoint_arm *w, u64 *want)
{
	int i;

	want[0] = atomic_load_explicit(&w->request_kva, memory_order_acquire);
	for (i = 0; i < WATCH_USER_SLOTS; i++)
		want[i + 1] = wanted_user(&w->user[i]);
}

static bool in_force(const struct watch_state *st, const u64 *want)
{
	return !memcmp(want, st->armed, sizeof(st->armed)) && st->armed_step == !!st->step_mask &&
	       st->armed_skip == st->step_mask;
}

static void set_in_force(struct watch_state *st, const u64 *want)
{
	memcpy(st->armed, want, sizeof(st->armed));
	st->armed_step = st->step_mask;
	st->armed_skip = st->step_mask;
	st->failures = 0;
}

/* Whether KVM has now what is wanted. */
static bool program(struct watch_state *st, const u64 *want, int fd, u32 index)
{
	int ret;

	if (st->failures >= WATCH_ARM_FAILURES_MAX)
		return false;
	ret = arch_debug_set(fd, want, st->step_mask, st->step_mask);
	if (!ret) {
		set_in_force(st, want);
		return true;
	}
	st->failures++;
	if (!atomic_fetch_add_explicit(&st->failed_total, 1, memory_order_relaxed))
		pr_err("vCPU %u: KVM_SET_GUEST_DEBUG: %s; its stores are not watched", index,
		       strerror(-ret));
	return false;
}

static void turn_off(struct watch_state *st, int fd, u32 index)
{
	static const u64 none[WATCH_SLOTS];

	st->step_mask = 0;
	if (!in_force(st, none))
		program(st, none, fd, index);
}

static void self_arm(struct watchpoint_arm *w, struct watch_state *st, int fd, u32 index)
{
	u64 want[WATCH_SLOTS];
	u32 gen;

	/* before the slots: they are at least as new as this says */
	gen = atomic_load_explicit(&w->gen, memory_order_acquire);
	wanted_set(w, want);
	if (memcmp(want, st->tried, sizeof(want))) {
		memcpy(st->tried, want, sizeof(want));
		st->failures = 0;
		st->strays = 0;
		st->gave_up = false;
	}
	if (st->gave_up) {
		turn_off(st, fd, index);
		return;
	}
	if (w->deaf)
		set_in_force(st, want);
	else if (!in_force(st, want) && !program(st, want, fd, index))
		return;
	if (atomic_load_explicit(&st->armed_gen, memory_order_relaxed) != gen)
		atomic_store_explicit(&st->armed_gen, gen, memory_order_release);
}

/* If these do not stop, something is wrong: rather watch nothing than do nothing else. */
static void stray(struct watch_state *st, u32 index)
{
	u32 total = atomic_fetch_add_explicit(&st->strays_total, 1, memory_order_relaxed);

	if (!total)
		pr_warn("vCPU %u: a debug exit that no watchpoint explains", index);
	if (++st->strays < WATCH_STRAYS_MAX || st->gave_up)
		return;
	st->gave_up = true;
	pr_err("vCPU %u: %u debug exits that no watchpoint explains; its stores are not watched",
	       index, st->strays);
}

static void hand_on(struct watch_state *st, int fd, u32 index)
{
	int ret;

	if (!st->owes)
		return;
	st->owes = false;
	ret = arch_debug_inject(fd, st->armed, &st->owed);
	if (!ret) {
		atomic_fetch_add_explicit(&st->handed_on, 1, memory_order_relaxed);
		return;
	}
	pr_warn_once("vCPU %u: a debug exception of the guest is lost: %s", index, strerror(-ret));
	stray(st, index);
}

void watch_self_arm(struct watchpoint_arm *w, struct watch_state *st, int fd, u32 index)
{
	if (!atomic_load_explicit(&w->any_armed, memory_order_relaxed))
		return;
	self_arm(w, st, fd, index);
	hand_on(st, fd, index);
}

static bool user_trap(struct watchpoint_arm *w, struct watch_state *st, unsigned int idx, u32 vcpu)
{
	struct watch_user *u = &w->user[idx];
	/* pairs with the release by who published: tag and pointer are as new */
	u64 kva = atomic_load_explicit(&u->request_kva, memory_order_acquire);

	if (kva != st->armed[idx + 1])
		return false;
	if (!__atomic_load_n(&u->tag[0], __ATOMIC_RELAXED) &&
	    !atomic_load_explicit(&u->value_host_ptr, memory_order_acquire)) {
		atomic_fetch_add_explicit(&st->canary_hits, 1, memory_order_release);
		return false;
	}
	return watch_latch_user_hit(w, idx, vcpu);
}

static bool slot0_trap(struct watchpoint_arm *w, const struct watch_state *st, u32 vcpu)
{
	u64 kva = atomic_load_explicit(&w->request_kva, memory_order_acquire);

	if (kva && kva == st->armed[0])
		return kva == w->attach_kva ? attach_trap(w) : watch_slot0_trap(w, vcpu);
	atomic_fetch_add_explicit(&w->benign, 1, memory_order_relaxed);
	return false;
}

bool watch_dispatch(struct watchpoint_arm *w, struct watch_state *st,
		    const struct kvm_debug_exit_arch *dbg, u32 index)
{
	bool stepped = st->step_mask, guests = arch_debug_guest(dbg), first = false;
	u32 slots = arch_debug_decode(dbg, st->armed, &st->step_mask);
	unsigned int i;

	/* x86: no cause at all is INT1's, and no sign of progress either */
	if (guests || (!slots && !stepped)) {
		st->owed = *dbg;
		st->owes = true;
	}
	/* DR6 may show conditions of registers that are off (SDM vol. 3, 18.2.3) */
	for (i = 0; i < WATCH_SLOTS; i++)
		if (!st->armed[i])
			slots &= ~BIT(i);
	if (slots)
		st->strays = 0;
	else if (!stepped && !guests)
		stray(st, index);
	if (slots & BIT(0))
		first |= slot0_trap(w, st, index);
	for (i = 0; i < WATCH_USER_SLOTS; i++)
		if (slots & BIT(i + 1))
			first |= user_trap(w, st, i, index);
	return first;
}
