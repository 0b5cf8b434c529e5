// SPDX-License-Identifier: GPL-2.0-only
/* Work that does several things, or makes processes. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "work_ops.h"
#include "work_tools.h"

#define PHASE_NS     NSEC_PER_MSEC
#define IO_BYTES     65536
#define IO_REST_NS   100000UL
#define PHASE_ROUNDS WORK_BATCH
/* A child that was killed still needs the scheduler in order to end. */
#define CHILD_END_NS NSEC_PER_SEC

static int sequence_prepare(struct work_run *r)
{
	int ret = work_file(r, 1, false);

	return ret ?: work_alloc(r, IO_BYTES);
}

static bool phase_over(const struct work_run *r, u64 end)
{
	return r->last_ns >= end || work_stopping(r);
}

static void yield_phase(struct work_run *r)
{
	u64 end = mono_ns() + PHASE_NS;

	while (!phase_over(r, end)) {
		sched_yield();
		work_tick(r, 1);
	}
}

static int io_phase(struct work_run *r)
{
	ssize_t n = pwrite(r->fd, r->mem, IO_BYTES, 0);

	if (n < 0 && errno != EINTR)
		return work_fail(r, -errno, "write");
	if (n >= 0 && n < IO_BYTES && !work_stopping(r))
		return work_fail(r, -ENOSPC, "write");
	work_sleep_until(r, mono_ns() + IO_REST_NS);
	work_tick(r, IO_BYTES / 4096);
	return 0;
}

static void alu_phase(struct work_run *r)
{
	u64 end = mono_ns() + PHASE_NS, seed = r->index;

	while (!phase_over(r, end)) {
		seed = work_alu(PHASE_ROUNDS, seed);
		work_tick(r, PHASE_ROUNDS);
	}
}

static int sequence(struct work_run *r)
{
	int ret;

	while (!work_stopping(r)) {
		work_burst(r, PHASE_NS);
		work_sleep_until(r, mono_ns() + PHASE_NS);
		yield_phase(r);
		ret = io_phase(r);
		if (ret)
			return ret;
		alu_phase(r);
		work_step(r, 0);
	}
	return 0;
}

static void wait_child(struct work_run *r, pid_t pid)
{
	u64 until = 0;

	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
		if (!work_stopping(r))
			continue;
		if (until && mono_ns() > until)
			break;
		until = until ?: mono_ns() + CHILD_END_NS;
		kill(pid, SIGKILL);
	}
}

static int fork_exit(struct work_run *r)
{
	pid_t pid;

	while (!work_stopping(r)) {
		pid = fork();
		if (!pid)
			_exit(0);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return work_fail(r, -errno, "fork");
		wait_child(r, pid);
		work_step(r, 1);
	}
	return 0;
}

const struct work_ops work_sequence_ops = {
	.run = sequence,
	.prepare = sequence_prepare,
	.flags = WORK_YIELDS,
};

const struct work_ops work_fork_exit_ops = { .run = fork_exit, .flags = WORK_BLOCKS };
