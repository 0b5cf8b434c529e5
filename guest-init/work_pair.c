// SPDX-License-Identifier: GPL-2.0-only
/* Work that goes round: each wakes the next one, and waits for its turn. */
#include <errno.h>
#include <unistd.h>

#include "work_ops.h"
#include "work_tools.h"

static void stamp_next(struct work_run *r)
{
	struct work_slot *next = r->slot - r->member + (r->member + 1) % r->members;

	__atomic_store_n(&next->stamp_ns, mono_ns(), __ATOMIC_RELAXED);
}

static void measure_wake(struct work_run *r)
{
	u64 now = mono_ns(), stamp = __atomic_load_n(&r->slot->stamp_ns, __ATOMIC_RELAXED);

	if (stamp && now > stamp)
		reservoir_add(r->wake, now - stamp);
}

/* Return: false when it is over, or the one before it is gone. */
static bool take_turn(struct work_run *r)
{
	ssize_t n;
	char c;

	do {
		n = read(r->in, &c, 1);
	} while (n < 0 && errno == EINTR && !work_stopping(r));
	if (n != 1)
		return false;
	measure_wake(r);
	return true;
}

static bool pass_turn(struct work_run *r)
{
	ssize_t n;

	stamp_next(r);
	do {
		n = write(r->out, "", 1);
	} while (n < 0 && errno == EINTR && !work_stopping(r));
	return n == 1;
}

/* Member 0 has the first turn. A mate that is gone is for PID 1 to judge. */
static int ring(struct work_run *r, void (*job)(struct work_run *r))
{
	bool turn = !r->member;

	while (!work_stopping(r)) {
		if (!turn && !take_turn(r))
			return work_idle(r);
		turn = false;
		job(r);
		if (!pass_turn(r))
			return work_idle(r);
	}
	return 0;
}

static void pipe_job(struct work_run *r)
{
	u64 iterations = work_arg(r, 0);

	work_spin(iterations);
	work_step(r, iterations);
}

static int pipe_run(struct work_run *r)
{
	return ring(r, pipe_job);
}

static int cache_pipe_prepare(struct work_run *r)
{
	return work_alloc(r, work_arg(r, 1) * 1024);
}

static void cache_pipe_job(struct work_run *r)
{
	u64 iterations = work_arg(r, 0), places = work_arg(r, 1) * 1024 / 64, left, n;

	for (left = iterations; left; left -= n) {
		n = min(left, places);
		work_touch(r->mem, n * 64, 64);
	}
	work_step(r, iterations);
}

static int cache_pipe(struct work_run *r)
{
	return ring(r, cache_pipe_job);
}

static void hop_job(struct work_run *r)
{
	work_burst(r, work_arg(r, 1) * NSEC_PER_USEC);
	work_step(r, 0);
}

static int wake_chain(struct work_run *r)
{
	return ring(r, hop_job);
}

static int futex_ping_pong(struct work_run *r)
{
	u32 *turn = &r->team->word, other = 1 - r->member;
	u64 spins = work_arg(r, 0);
	bool woken;

	while (!work_stopping(r)) {
		woken = false;
		while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) == other && !work_stopping(r))
			woken = work_wait(turn, other);
		if (work_stopping(r))
			break;
		if (woken)
			measure_wake(r);
		work_spin(spins);
		stamp_next(r);
		__atomic_store_n(turn, other, __ATOMIC_RELEASE);
		work_wake(turn, 1);
		work_step(r, spins);
	}
	return 0;
}

const struct work_ops work_pipe_ops = {
	.run = pipe_run,
	.flags = WORK_WAKES | WORK_RING | WORK_BLOCKS,
};

const struct work_ops work_cache_pipe_ops = {
	.run = cache_pipe,
	.prepare = cache_pipe_prepare,
	.flags = WORK_WAKES | WORK_RING | WORK_BLOCKS,
};

/* It has checkpoints within its hops. */
const struct work_ops work_wake_chain_ops = {
	.run = wake_chain,
	.flags = WORK_WAKES | WORK_RING | WORK_YIELDS,
};

const struct work_ops work_futex_ping_pong_ops = {
	.run = futex_ping_pong,
	.flags = WORK_WAKES | WORK_BLOCKS,
};
