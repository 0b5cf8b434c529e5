/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_WORK_BIRTH_H
#define KTSTR_GUEST_WORK_BIRTH_H

/* Private to group.c and work_*.c: processes and threads that become workers. */
#include <sys/types.h>

#include "work_run.h"

/**
 * struct work_birth - what a new process of workers is given
 * @sg: what they are
 * @shared: memory of the group
 * @group: index of the group
 * @home: directory of their cgroup
 * @cgroup_fd: the cgroup, -1 = stay
 * @gate: read end of the pipe whose end of file is the release
 * @ready: write end of the pipe whose end of file says that all are set up
 * @out: standard output
 * @errout: standard error
 * @in: of a ring: where it reads, -1 without
 * @next: of a ring: where it writes
 */
struct work_birth {
	const struct scenario_group *sg;
	struct work_shared *shared;
	u32 group;
	const char *home;
	int cgroup_fd;
	int gate;
	int ready;
	int out;
	int errout;
	int in;
	int next;
};

/**
 * work_fork() - make the process of one worker
 * @b: what it is given
 * @index: which worker
 * @err: names the call, or NULL
 *
 * Return: its pid, or the negative errno of clone3(2), or of writing
 * cgroup.procs.
 */
pid_t work_fork(const struct work_birth *b, u32 index, struct ktstr_err *err);

/**
 * work_fork_threads() - make one process with all workers as its threads
 * @b: what it is given
 * @err: names the call, or NULL
 *
 * Return: see work_fork().
 */
pid_t work_fork_threads(const struct work_birth *b, struct ktstr_err *err);

/**
 * work_enter() - become a process of workers; its first call
 * @b: what it was given; descriptors are those of this process afterwards
 * @index: the worker it is, or the first of them
 *
 * Does not return when that fails.
 */
void work_enter(struct work_birth *b, u32 index);

/**
 * work_abort() - end a process that has not become a worker
 * @b: what it was given
 * @index: the worker it was to be, or the first of them
 * @ret: negative errno
 * @what: the call that failed
 */
void work_abort(const struct work_birth *b, u32 index, int ret, const char *what) __noreturn;

/**
 * work_setup() - name, memory policy, and what the work needs
 * @r: the worker; its thread calls it, as root
 * @sg: of its group
 *
 * Return: 0 or work_fail().
 */
int work_setup(struct work_run *r, const struct scenario_group *sg);

/**
 * work_change_ids() - no more root, if the group says so
 * @r: the worker; with threads, any
 * @sg: of its group
 *
 * Return: 0 or work_fail().
 */
int work_change_ids(struct work_run *r, const struct scenario_group *sg);

/**
 * work_main() - a worker's life behind its set-up
 * @r: the worker
 * @gate: see struct work_birth
 *
 * Return: 0, or the negative errno the work ended with.
 */
int work_main(struct work_run *r, int gate);

/**
 * work_threads_main() - the life of a process whose threads are the workers
 * @b: what it was given
 */
void work_threads_main(struct work_birth *b) __noreturn;

/**
 * work_raise_fds() - allow so many descriptors more than a process needs anyway
 * @nr: how many
 */
void work_raise_fds(u32 nr);

/**
 * work_place_policy() - give a worker its policy
 * @sg: of its group
 * @index: which one
 * @tid: its thread
 *
 * Return: 0 or the negative errno of sched_setattr(2).
 */
int work_place_policy(const struct scenario_group *sg, u32 index, pid_t tid);

/**
 * work_place_cpus() - give a worker its CPUs
 * @cpus: lists of CPUs, "0-3,8", worker i gets cpus[i % number]; NULL = all of them
 * @index: which worker
 * @tid: its thread
 * @err: quotes the list, or NULL
 *
 * Return: 0, as cpulist_parse(), or the negative errno of sched_setaffinity(2).
 */
int work_place_cpus(char *const *cpus, u32 index, pid_t tid, struct ktstr_err *err);

#endif /* KTSTR_GUEST_WORK_BIRTH_H */
