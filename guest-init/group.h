/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_GROUP_H
#define KTSTR_GUEST_GROUP_H

/*
 * One running group of workers, as PID 1 sees it: started together, let go
 * together, stopped, counted. What the workers do is in work_*.c.
 */
#include <stdbool.h>
#include <sys/types.h>

#include "lib/err.h"
#include "lib/scenario.h"
#include "lib/util.h"
#include "lib/wire.h"
#include "lib/wire_result.h"

struct work_shared;

/**
 * struct group - workers that do the same work
 * @sg: what was asked for; borrowed until group_free()
 * @index: of @sg in the scenario
 * @nr: workers
 * @procs: processes: @nr, or 1 when the workers are threads
 * @running: processes that are not reaped yet
 * @stopping: group_stop() or group_kill() was called: they may end
 * @started: group_start() returned 0
 * @pid: of each process, also of its own process group; 0 from its reaping on
 * @status: how each process ended
 * @flags: WORKER_*_ERROR and WORKER_KILLED of each worker
 * @info: what went wrong with the worker whose @flags say so, one text for all
 * @shared: what they count and report, in memory shared with them
 * @gate: write end of the pipe they block on; -1 once released
 * @home: directory of their cgroup, "" when it is not known
 * @migrated: pages migrated between nodes, in the whole guest, from release to
 *            stop
 *
 * One thread.
 */
struct group {
	const struct scenario_group *sg;
	u32 index;
	u32 nr;
	u32 procs;
	u32 running;
	bool stopping;
	bool started;
	pid_t *pid;
	int *status;
	u32 *flags;
	char info[96];
	struct work_shared *shared;
	int gate;
	char *home;
	u64 migrated;
};

/**
 * group_start() - make the workers and place them; they block until released
 * @g: the object, uninitialised
 * @sg: what is wanted, passed work_check(); must outlive @g
 * @index: of it in the scenario
 * @cgroup_fd: directory of the cgroup they are born in, -1 = that of the
 *             caller; borrowed
 * @out: their standard output
 * @errout: their standard error
 * @err: names group, worker, call and reason, or NULL
 *
 * Waits until each of them has set itself up, so that a failure is known here,
 * but not longer than a second: the scheduler under test may not run them. Then
 * it goes on without those that were not run, and a failure of theirs shows as
 * group_died(). A worker keeps no descriptor of the caller above 2.
 *
 * The caller ends with group_free() also after a failure; group_report() then
 * tells which worker could not be placed.
 *
 * Return: 0, -EINVAL for a work type or list of CPUs that does not exist,
 * -ENOMEM, or the negative errno of mmap(2), pipe2(2), clone3(2),
 * sched_setaffinity(2), sched_setattr(2) or of what the worker's own set-up met
 * (set_mempolicy(2), setgroups(2), setgid(2), setuid(2), files and cgroups of its
 * work).
 */
int group_start(struct group *g, const struct scenario_group *sg, u32 index, int cgroup_fd, int out,
		int errout, struct ktstr_err *err);

/**
 * group_release() - let all of them go at once
 * @g: the object, started
 */
void group_release(struct group *g);

/**
 * group_stop() - ask every worker to stop and report
 * @g: the object; one that was never started is fine
 *
 * They answer as soon as the scheduler lets them run, and then end. Reap them
 * through group_reaped() until group_running() is 0, and call group_kill() after
 * a deadline. Releases those that still wait for it.
 */
void group_stop(struct group *g);

/**
 * group_kill() - SIGKILL to all that still run, and to their children
 * @g: the object
 *
 * They are reaped as before. Those that had not reported get WORKER_KILLED.
 */
void group_kill(struct group *g);

/**
 * group_reaped() - take note that a child has ended
 * @g: the object
 * @pid: what waitpid(2) returned
 * @status: its wait status
 *
 * Return: true when it was a process of this group.
 */
bool group_reaped(struct group *g, pid_t pid, int status);

/**
 * group_running() - processes that are not reaped yet
 * @g: the object
 */
u32 group_running(const struct group *g);

/**
 * group_died() - has a worker ended while it should run
 * @g: the object
 * @index: set to the first such worker
 * @status: set to the wait status of its process
 *
 * Return: true when one has; group_info() says why.
 */
bool group_died(const struct group *g, u32 *index, int *status);

/**
 * group_info() - why a worker ended, or could not be placed
 * @g: the object
 * @index: which worker
 * @buf: filled in, NUL-terminated; empty when there is nothing to say
 * @len: room, WORKER_INFO_MAX is always enough
 *
 * Return: @buf.
 */
char *group_info(const struct group *g, u32 index, char *buf, size_t len);

/**
 * group_total() - iterations of all workers so far
 * @g: the object
 *
 * May be called at any time. Iterations as in struct worker_view: for work that
 * spins, batches of 1024.
 */
u64 group_total(const struct group *g);

/**
 * group_affinity() - give the workers other CPUs
 * @g: the object, started
 * @cpus: lists of CPUs, worker i gets cpus[i % number]; NULL-terminated
 * @err: names the worker and the list, or NULL
 *
 * Those before the one that failed have been moved. A worker that has ended is
 * passed over. The report has WORKER_AFFINITY_ERROR for one that failed.
 *
 * Return: 0, -EINVAL for a list that is none or holds no CPU the worker may run
 * on, -ERANGE for a CPU there cannot be, -ESRCH for a thread that the scheduler
 * has not run since group_start(), or the negative errno of sched_setaffinity(2).
 */
int group_affinity(struct group *g, char *const *cpus, struct ktstr_err *err);

/**
 * group_brief() - the short form of the reports, for WIRE_TEST
 * @g: the object; all processes are reaped
 * @out: @g->nr entries; a worker that did not report has no "completed" flag and
 *       zeroes but for what it had published of its work
 *
 * Return: how many workers reported: @g->nr when all did.
 */
u32 group_brief(const struct group *g, struct wire_worker_view *out);

/**
 * group_report() - send the reports, one WIRE_WREP frame for each worker
 * @g: the object; all processes are reaped, or group_start() failed
 * @w: where to
 * @start_ns: start of the scenario, CLOCK_MONOTONIC
 *
 * Return: 0, -ENOMEM, or as wire_writer_send().
 */
int group_report(const struct group *g, struct wire_writer *w, u64 start_ns);

/**
 * group_free() - kill what still runs, by process group, reap it, and free
 * @g: the object, zeroed with gate -1, or as group_start() left it
 *
 * Removes cgroups that killed workers made. May be called twice.
 */
void group_free(struct group *g);

#endif /* KTSTR_GUEST_GROUP_H */
