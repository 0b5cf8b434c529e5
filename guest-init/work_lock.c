// SPDX-License-Identifier: GPL-2.0-only
/* Work under a lock. */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "work_ops.h"
#include "work_tools.h"

/* Who waits for such a lock is not woken by a signal. */
#define PI_WAIT_NS    (100 * NSEC_PER_MSEC)
#define HIGH_PRIORITY 3
#define HIGH_REST_NS  100000UL
#define LOW_NICE      19

enum { FREE, HELD, WAITED_FOR };

/* Return: false when it was stopped meanwhile and does not hold the lock. */
static bool lock_plain(struct work_run *r)
{
	u32 *word = &r->team->word, old = FREE;

	if (__atomic_compare_exchange_n(word, &old, HELD, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return true;
	while (__atomic_exchange_n(word, WAITED_FOR, __ATOMIC_ACQUIRE) != FREE) {
		if (work_stopping(r))
			return false;
		work_wait(word, WAITED_FOR);
	}
	return true;
}

static void unlock_plain(struct work_run *r)
{
	u32 *word = &r->team->word;

	if (__atomic_exchange_n(word, FREE, __ATOMIC_RELEASE) == WAITED_FOR)
		work_wake(word, 1);
}

static bool lock_pi(struct work_run *r)
{
	u32 *word = &r->team->word, old = 0;
	struct timespec ts;
	u64 until;

	if (__atomic_compare_exchange_n(word, &old, r->tid, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return true;
	while (!work_stopping(r)) {
		until = mono_ns() + PI_WAIT_NS;
		ts.tv_sec = until / NSEC_PER_SEC;
		ts.tv_nsec = until % NSEC_PER_SEC;
		if (!syscall(SYS_futex, word, FUTEX_LOCK_PI2, 0, &ts, NULL, 0))
			return true;
		/* Whoever held it was killed. */
		if (errno != ETIMEDOUT && errno != EAGAIN)
			work_sleep_until(r, mono_ns() + NSEC_PER_MSEC);
	}
	return false;
}

static void unlock_pi(struct work_run *r)
{
	u32 *word = &r->team->word, own = r->tid;

	if (!__atomic_compare_exchange_n(word, &own, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		syscall(SYS_futex, word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
}

static int mutex(struct work_run *r)
{
	u64 hold = work_arg(r, 1), work = work_arg(r, 2);

	while (!work_stopping(r)) {
		work_spin(work);
		if (!lock_plain(r))
			break;
		work_spin(hold);
		unlock_plain(r);
		work_step(r, hold + work);
	}
	return 0;
}

enum part { HIGH, MEDIUM, LOW };

static enum part part_of(const struct work *w, u32 member)
{
	if (member < work_get(w, 0))
		return HIGH;
	return member < work_get(w, 0) + work_get(w, 1) ? MEDIUM : LOW;
}

static int hold_in_turns(struct work_run *r, enum part part)
{
	u64 hold = work_arg(r, 3), work = work_arg(r, 4);
	bool pi = work_arg(r, 5);

	while (!work_stopping(r)) {
		work_spin(work);
		if (!(pi ? lock_pi(r) : lock_plain(r)))
			break;
		work_spin(hold);
		if (pi)
			unlock_pi(r);
		else
			unlock_plain(r);
		work_step(r, hold + work);
		/* Or it would keep its CPU for ever. */
		if (part == HIGH)
			work_sleep_until(r, mono_ns() + HIGH_REST_NS);
	}
	return 0;
}

static int priority_inversion(struct work_run *r)
{
	enum part part = part_of(r->work, r->member);

	return part == MEDIUM ? work_spin_ops.run(r) : hold_in_turns(r, part);
}

/*
 * High is a real-time thread: among those of the fair class a lock lends no
 * priority. Medium stays what the group is, low is as nice as it can be.
 */
static void inversion_role(const struct work *w, u32 member, struct work_sched *s)
{
	switch (part_of(w, member)) {
	case HIGH:
		*s = (struct work_sched){ .policy = SCHED_FIFO, .priority = HIGH_PRIORITY };
		break;
	case LOW:
		s->nice = LOW_NICE;
		break;
	default:
		break;
	}
}

const struct work_ops work_mutex_ops = { .run = mutex, .flags = WORK_YIELDS };

const struct work_ops work_priority_inversion_ops = {
	.run = priority_inversion,
	.role = inversion_role,
	.flags = WORK_YIELDS,
};
