/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_PAYLOAD_H
#define KTSTR_GUEST_PAYLOAD_H

/*
 * Programs that are part of the load: several at a time. What each has written to
 * its standard output goes to the host in one piece when it has ended.
 */
#include <poll.h>

#include "program.h"

/* At a time. */
#define PAYLOADS_MAX 64
/* Descriptors of each that are polled. */
#define PAYLOAD_FDS 2

/**
 * struct payload - one of them
 * @program: the program
 * @op: that started it; the scenario's
 * @cgroup: where it was put; the scenario's
 * @delivered: its output was sent
 * @judged: payloads_failed() has spoken of it
 */
struct payload {
	struct program program;
	const struct scenario_op *op;
	const char *cgroup;
	bool delivered;
	bool judged;
};

/**
 * struct payloads - those that run, and those whose output was not sent yet
 * @outputs: where that goes, borrowed
 * @list: @nr of them, in the order they were started
 * @nr: how many
 *
 * One thread, that of PID 1.
 */
struct payloads {
	struct outputs *outputs;
	struct payload *list[PAYLOADS_MAX];
	u32 nr;
};

/**
 * payloads_init() - none yet
 * @ps: the object, uninitialised
 * @outputs: must outlive @ps
 */
void payloads_init(struct payloads *ps, struct outputs *outputs);

/**
 * payloads_free() - release everything; what runs is left alone
 * @ps: the object
 */
void payloads_free(struct payloads *ps);

/**
 * payloads_start() - execute another one
 * @ps: the object
 * @op: SCENARIO_OP_PAYLOAD; must outlive @ps
 * @cgroup_fd: directory of its cgroup, -1 = that of the caller; borrowed
 * @now_ns: mono_ns()
 * @err: why it could not be, or NULL
 *
 * One that cannot be executed reports to the host like one that has ended, and
 * payloads_failed() speaks of it.
 *
 * Return: 0, -E2BIG when as many run as may, or -ENOMEM.
 */
int payloads_start(struct payloads *ps, const struct scenario_op *op, int cgroup_fd, u64 now_ns,
		   struct ktstr_err *err);

/**
 * payloads_pollfds() - what to poll for their output
 * @ps: the object
 * @fds: filled in; room for PAYLOADS_MAX * PAYLOAD_FDS
 *
 * Return: how many were filled in.
 */
u32 payloads_pollfds(const struct payloads *ps, struct pollfd *fds);

/**
 * payloads_pump() - take what they have written
 * @ps: the object
 */
void payloads_pump(struct payloads *ps);

/**
 * payloads_reaped() - take note that a child has ended
 * @ps: the object
 * @pid: what waitpid(2) returned
 * @status: its wait status
 *
 * Return: true when it was one of them.
 */
bool payloads_reaped(struct payloads *ps, pid_t pid, int status);

/**
 * payloads_step() - end those whose time is over, report those that have ended
 * @ps: the object
 * @now_ns: mono_ns()
 *
 * While another program's output is being sent, theirs waits.
 *
 * Return: when to call it again at the latest, UINT64_MAX when none runs.
 */
u64 payloads_step(struct payloads *ps, u64 now_ns);

/**
 * payloads_running() - does a payload still run
 * @ps: the object
 * @tag: its name, or NULL for any
 */
bool payloads_running(const struct payloads *ps, const char *tag);

/**
 * payloads_kill() - kill a payload: its step is over
 * @ps: the object
 * @tag: its name, or NULL for all
 * @now_ns: mono_ns()
 *
 * It has ended when payloads_running() says so.
 */
void payloads_kill(struct payloads *ps, const char *tag, u64 now_ns);

/**
 * payloads_kill_within() - the same, for all in a cgroup or below it
 * @ps: the object
 * @cgroup: which
 * @now_ns: mono_ns()
 */
void payloads_kill_within(struct payloads *ps, const char *cgroup, u64 now_ns);

/**
 * payloads_moved() - processes went to another cgroup, payloads among them
 * @ps: the object
 * @from: the cgroup they were in
 * @to: the one they are in; the scenario's
 */
void payloads_moved(struct payloads *ps, const char *from, const char *to);

/**
 * payloads_cancel() - kill all, without waiting for them, and report
 * @ps: the object
 * @now_ns: mono_ns()
 */
void payloads_cancel(struct payloads *ps, u64 now_ns);

/**
 * payloads_failed() - has one ended in a way that fails the run
 * @ps: the object
 * @err: says which one, and how
 *
 * That is: it could not be executed, was killed because its time was over, or by a
 * signal nobody here sent. What it exits with is for the host to judge.
 *
 * Return: true when one has; of each payload it is said once.
 */
bool payloads_failed(struct payloads *ps, struct ktstr_err *err);

#endif /* KTSTR_GUEST_PAYLOAD_H */
