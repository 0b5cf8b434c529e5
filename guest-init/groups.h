/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_GROUPS_H
#define KTSTR_GUEST_GROUPS_H

/* All workers of a scenario: those that run, and what is left of those that did. */
#include "group.h"

#define GROUPS_ALL UINT32_MAX
/* How long workers may take to stop; then they are killed. */
#define GROUPS_STOP_NS (5 * NSEC_PER_SEC)
/* How long killed ones may take to go; then they are given up. */
#define GROUPS_KILL_NS (2 * NSEC_PER_SEC)

/**
 * struct group_run - a group that was started
 * @g: the group
 * @cgroup: where its workers are now; the scenario's
 * @wanted_ns: since when it is to stop; 0 = it is not
 * @killed: it was killed for not having stopped, or for not having started
 */
struct group_run {
	struct group g;
	const char *cgroup;
	u64 wanted_ns;
	bool killed;
};

/**
 * struct groups - all of them
 * @sc: the scenario, borrowed
 * @writer: where reports go, borrowed
 * @run: groups that run or are to stop
 * @nr: how many
 * @brief: of workers that ended, for the result
 * @nr_brief: how many
 * @iterations: of these
 * @reports: WIRE_WREP frames sent
 * @incomplete: one of these did not report
 * @error: first negative errno of sending reports
 *
 * One thread, that of PID 1.
 */
struct groups {
	const struct scenario *sc;
	struct wire_writer *writer;
	struct group_run **run;
	u32 nr;
	struct wire_worker_view *brief;
	u32 nr_brief;
	u64 iterations;
	u32 reports;
	bool incomplete;
	int error;
};

/**
 * groups_init() - no workers yet
 * @gs: the object, uninitialised
 * @sc: must outlive @gs
 * @writer: likewise
 */
void groups_init(struct groups *gs, const struct scenario *sc, struct wire_writer *writer);

/**
 * groups_start() - start a group; its workers block until released
 * @gs: the object
 * @index: which, of the scenario; one that runs already is started once more
 * @cgroup_fd: as in group_start()
 * @out: likewise
 * @errout: likewise
 * @err: why it failed, or NULL
 *
 * What there is of a group that failed is killed, and reports when it is
 * collected.
 *
 * Return: 0, -E2BIG above SCENARIO_WORKERS_MAX workers in all, -ENOMEM, or as
 * group_start().
 */
int groups_start(struct groups *gs, u32 index, int cgroup_fd, int out, int errout,
		 struct ktstr_err *err);

/**
 * groups_release() - let all go that block
 * @gs: the object
 */
void groups_release(struct groups *gs);

/**
 * groups_stop() - ask workers to stop and report
 * @gs: the object
 * @index: of the scenario, or GROUPS_ALL
 * @now_ns: mono_ns()
 *
 * Those that were asked before are not asked again.
 */
void groups_stop(struct groups *gs, u32 index, u64 now_ns);

/**
 * groups_stop_within() - the same, for all in a cgroup or below it
 * @gs: the object
 * @cgroup: which
 * @now_ns: mono_ns()
 */
void groups_stop_within(struct groups *gs, const char *cgroup, u64 now_ns);

/**
 * groups_collect() - see that what is to stop does, and report what has
 * @gs: the object
 * @now_ns: mono_ns()
 * @timeout_ns: what does not stop is killed after so long
 * @limit_ns: or at this time, whichever is first; UINT64_MAX = no such limit
 * @start_ns: as in group_report()
 *
 * Return: when to call it again at the latest, or UINT64_MAX when no group is left
 * that is to stop.
 */
u64 groups_collect(struct groups *gs, u64 now_ns, u64 timeout_ns, u64 limit_ns, u64 start_ns);

/**
 * groups_stopping() - is a group left that is to stop
 * @gs: the object
 * @index: of the scenario, or GROUPS_ALL
 */
bool groups_stopping(const struct groups *gs, u32 index);

/**
 * groups_reaped() - take note that a child has ended
 * @gs: the object
 * @pid: what waitpid(2) returned
 * @status: its wait status
 *
 * Return: true when it was a worker.
 */
bool groups_reaped(struct groups *gs, pid_t pid, int status);

/**
 * groups_affinity() - give the workers of a group other CPUs
 * @gs: the object
 * @index: of the scenario
 * @cpus: as in group_affinity()
 * @err: why it failed, or NULL
 *
 * Return: 0, -ESRCH when no such group runs, or as group_affinity().
 */
int groups_affinity(struct groups *gs, u32 index, char *const *cpus, struct ktstr_err *err);

/**
 * groups_moved() - processes went to another cgroup, workers among them
 * @gs: the object
 * @from: the cgroup they were in
 * @to: the one they are in; the scenario's
 */
void groups_moved(struct groups *gs, const char *from, const char *to);

/**
 * groups_died() - has a worker ended while it should run
 * @gs: the object
 * @err: says which one, and how
 *
 * Return: true when one has. Its group is to stop from then on, so it is said
 * once.
 */
bool groups_died(struct groups *gs, struct ktstr_err *err);

/**
 * groups_workers() - workers alive
 * @gs: the object
 */
u32 groups_workers(const struct groups *gs);

/**
 * groups_total() - iterations of all workers ever started, so far
 * @gs: the object
 */
u64 groups_total(const struct groups *gs);

/**
 * groups_free() - kill what still runs, and free
 * @gs: the object, initialised
 */
void groups_free(struct groups *gs);

#endif /* KTSTR_GUEST_GROUPS_H */
