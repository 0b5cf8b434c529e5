// SPDX-License-Identifier: GPL-2.0-only
/* Work in which member 0 wakes all others at once. */
#include <limits.h>

#include "work_ops.h"
#include "work_tools.h"

static u32 team_word(const struct work_run *r)
{
	return __atomic_load_n(&r->team->word, __ATOMIC_ACQUIRE);
}

static void wake_team(struct work_run *r)
{
	__atomic_add_fetch(&r->team->word, 1, __ATOMIC_RELEASE);
	work_wake(&r->team->word, INT_MAX);
}

/* Until the others have all answered. */
static void wait_answers(struct work_run *r)
{
	u32 done;

	while (!work_stopping(r)) {
		done = __atomic_load_n(&r->team->done, __ATOMIC_ACQUIRE);
		if (done == r->members - 1)
			break;
		work_wait(&r->team->done, done);
	}
}

static void answer(struct work_run *r)
{
	if (__atomic_add_fetch(&r->team->done, 1, __ATOMIC_RELEASE) == r->members - 1)
		work_wake(&r->team->done, 1);
}

/*
 * Until the word is another one than @seen; measures it when there was something
 * to wait for. Return: the word; @seen when it is over.
 */
static u32 wait_word(struct work_run *r, u32 seen, u64 *stamp)
{
	u32 word = team_word(r);
	bool woken = false;
	u64 now = 0;

	while (word == seen && !work_stopping(r)) {
		woken = work_wait(&r->team->word, seen);
		now = mono_ns();
		word = team_word(r);
	}
	if (woken && word != seen) {
		u64 at = __atomic_load_n(stamp, __ATOMIC_RELAXED);

		if (at && now > at)
			reservoir_add(r->wake, now - at);
	}
	return word;
}

static int messenger(struct work_run *r, u64 spins)
{
	while (!work_stopping(r)) {
		work_spin(spins);
		__atomic_store_n(&r->team->done, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&r->team->stamp_ns, mono_ns(), __ATOMIC_RELAXED);
		wake_team(r);
		wait_answers(r);
		work_step(r, spins);
	}
	return 0;
}

static int receiver(struct work_run *r, u64 (*job)(struct work_run *r))
{
	u32 seen = 0, word;

	while (!work_stopping(r)) {
		word = wait_word(r, seen, &r->team->stamp_ns);
		if (word == seen)
			break;
		seen = word;
		work_step(r, job(r));
		answer(r);
	}
	return 0;
}

static u64 wake_job(struct work_run *r)
{
	work_spin(WORK_WAKE_BATCH);
	return WORK_WAKE_BATCH;
}

static int futex_fan_out(struct work_run *r)
{
	return r->member ? receiver(r, wake_job) : messenger(r, work_arg(r, 1));
}

/* Three square matrices fill the memory. */
static u32 matrix_size(const struct work_run *r)
{
	u64 cells = work_arg(r, 2) * 1024 / 3 / sizeof(u64);
	u32 n = 1;

	while ((u64)(n + 1) * (n + 1) <= cells)
		n++;
	return n;
}

static int compute_prepare(struct work_run *r)
{
	return r->member ? work_alloc(r, work_arg(r, 2) * 1024) : 0;
}

static void multiply(struct work_run *r, u32 n)
{
	u64 *a = r->mem, *b = a + n * n, *c = b + n * n;
	u32 i, j, k;

	for (i = 0; i < n && !work_stopping(r); i++) {
		for (j = 0; j < n; j++) {
			c[i * n + j] = 0;
			for (k = 0; k < n; k++)
				c[i * n + j] += a[i * n + k] * b[k * n + j];
		}
	}
}

static u64 compute_job(struct work_run *r)
{
	u32 n = matrix_size(r), i, ops = work_arg(r, 3);

	work_sleep_until(r, mono_ns() + work_arg(r, 4) * NSEC_PER_USEC);
	for (i = 0; i < ops && !work_stopping(r); i++)
		multiply(r, n);
	return i;
}

static int fan_out_compute(struct work_run *r)
{
	return r->member ? receiver(r, compute_job) : messenger(r, 1);
}

/*
 * Nobody waits for the herd, so a waiter may be late by several wake-ups: its
 * own stamp is that of the first one since it began to wait.
 */
static void stamp_herd(struct work_run *r)
{
	struct work_slot *mate = r->slot;
	u64 now = mono_ns(), none;
	u32 i;

	for (i = 1; i < r->members; i++) {
		none = 0;
		__atomic_compare_exchange_n(&mate[i].stamp_ns, &none, now, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
	}
}

/* A round begins when all are back from the last one. */
static void gather_herd(struct work_run *r)
{
	u32 word = team_word(r), i = 1;

	while (i < r->members && !work_stopping(r)) {
		if (__atomic_load_n(&r->slot[i].word, __ATOMIC_ACQUIRE) == word)
			i++;
		else
			work_sleep_until(r, mono_ns() + NSEC_PER_MSEC);
	}
}

static int herd_waker(struct work_run *r)
{
	u64 batches = work_arg(r, 1), pause = work_arg(r, 2) * NSEC_PER_USEC, i;

	while (!work_stopping(r)) {
		gather_herd(r);
		for (i = 0; i < batches && !work_stopping(r); i++) {
			stamp_herd(r);
			wake_team(r);
			work_step(r, 1);
			work_sleep_until(r, mono_ns() + pause);
		}
	}
	return 0;
}

static int herd_waiter(struct work_run *r)
{
	u32 seen = 0, word;

	while (!work_stopping(r)) {
		word = wait_word(r, seen, &r->slot->stamp_ns);
		if (word == seen)
			break;
		seen = word;
		work_step(r, wake_job(r));
		__atomic_store_n(&r->slot->stamp_ns, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&r->slot->word, word, __ATOMIC_RELEASE);
	}
	return 0;
}

static int thundering_herd(struct work_run *r)
{
	return r->member ? herd_waiter(r) : herd_waker(r);
}

const struct work_ops work_futex_fan_out_ops = {
	.run = futex_fan_out,
	.flags = WORK_WAKES | WORK_LEADS | WORK_BLOCKS,
};

const struct work_ops work_fan_out_compute_ops = {
	.run = fan_out_compute,
	.prepare = compute_prepare,
	.flags = WORK_WAKES | WORK_LEADS | WORK_BLOCKS,
};

const struct work_ops work_thundering_herd_ops = {
	.run = thundering_herd,
	.flags = WORK_WAKES | WORK_LEADS | WORK_BLOCKS,
};
