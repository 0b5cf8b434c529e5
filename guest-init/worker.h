/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_WORKER_H
#define KTSTR_GUEST_WORKER_H

#include <sys/types.h>

#include "lib/err.h"
#include "lib/util.h"
#include "lib/wire_result.h"

#ifndef SCHED_EXT
#define SCHED_EXT 7 /* include/uapi/linux/sched.h */
#endif

/**
 * struct worker_attr - how workers are to be placed
 * @policy: SCHED_OTHER, SCHED_EXT, SCHED_FIFO...
 * @priority: for the real-time policies, 1-99; else 0
 * @pin: worker i may run on CPU i only
 */
struct worker_attr {
	int policy;
	int priority;
	bool pin;
};

struct worker_slot;

/**
 * struct workers - a set of spinning processes
 * @nr: how many
 * @nr_running: how many of them are not reaped yet
 * @pid: their process ids, each the leader of its own process group; an
 *       entry is 0 from its reaping on
 * @tid: the same, kept for the report
 * @slot: what they count, in memory shared with them
 * @gate: write end of the pipe they block on; -1 once released
 *
 * One thread.
 */
struct workers {
	unsigned int nr;
	unsigned int nr_running;
	pid_t *pid;
	pid_t *tid;
	struct worker_slot *slot;
	int gate;
};

/**
 * workers_start() - fork the workers and place them; they block until released
 * @ws: the object, uninitialised
 * @nr: how many; 0 is fine
 * @attr: policy and affinity, applied before any of them may run
 * @out: their standard output
 * @errout: their standard error
 * @err: names the worker and the call that failed, or NULL
 *
 * A worker keeps no descriptor above 2. The caller ends with workers_free()
 * also after a failure.
 *
 * Return: 0, or the negative errno of mmap(2), pipe2(2), fork(2),
 * sched_setaffinity(2) or sched_setscheduler(2).
 */
int workers_start(struct workers *ws, unsigned int nr, const struct worker_attr *attr, int out,
		  int errout, struct ktstr_err *err);

/**
 * workers_release() - let all of them go at once
 * @ws: the object
 */
void workers_release(struct workers *ws);

/**
 * workers_stop() - ask every worker to stop and report
 * @ws: the object
 *
 * They answer as soon as the scheduler lets them run. Reap them through
 * workers_reaped() and set a deadline.
 */
void workers_stop(struct workers *ws);

/**
 * workers_reaped() - take note that a child has ended
 * @ws: the object
 * @pid: what waitpid(2) returned
 *
 * Return: true when it was a worker.
 */
bool workers_reaped(struct workers *ws, pid_t pid);

/**
 * workers_total() - iterations of all workers so far
 * @ws: the object
 *
 * May be called at any time; a worker publishes once per 1024 iterations.
 */
u64 workers_total(const struct workers *ws);

/**
 * workers_report() - the reports
 * @ws: the object
 * @out: @ws->nr entries; a worker that did not report has zeroes and no
 *       "completed" flag
 *
 * Return: true when every worker reported.
 */
bool workers_report(const struct workers *ws, struct wire_worker_view *out);

/**
 * workers_free() - kill what still runs, by process group, and free
 * @ws: the object, possibly half built or zeroed
 */
void workers_free(struct workers *ws);

#endif /* KTSTR_GUEST_WORKER_H */
