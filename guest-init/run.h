/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_RUN_H
#define KTSTR_GUEST_RUN_H

/*
 * What the parts of a guest's run share: its state, how it sleeps, and how it
 * tells the host. One thread, that of PID 1.
 */
#include "forward.h"
#include "lib/scenario.h"
#include "lib/util.h"
#include "lib/wire.h"
#include "program.h"
#include "request.h"
#include "result.h"
#include "sched.h"
#include "timecheck.h"
#include "worker.h"

/**
 * struct guest - the one run of this machine
 * @sc: what to do
 * @port: the bulk port, -1 when closed
 * @writer: frames into @port
 * @sigchld: signalfd for ended children
 * @out: standard output of the workload
 * @errout: its standard error
 * @out_w: write end of @out
 * @errout_w: write end of @errout
 * @sched: the scheduler
 * @workers: the load
 * @timecheck: the child that watches the clocks
 * @rq: questions to the host
 * @program: what ops run
 * @result: what the host will be told
 * @start_ns: scenario start, CLOCK_MONOTONIC; 0 before
 * @sched_died: the scheduler ended or was ejected after that
 */
struct guest {
	struct scenario *sc;
	int port;
	struct wire_writer writer;
	int sigchld;
	struct forward out;
	struct forward errout;
	int out_w;
	int errout_w;
	struct sched sched;
	struct workers workers;
	struct timecheck timecheck;
	struct requests rq;
	struct program program;
	struct wire_result_view result;
	u64 start_ns;
	bool sched_died;
};

/**
 * guest_deadline() - a time from now
 * @ms: how far off
 *
 * Return: CLOCK_MONOTONIC.
 */
u64 guest_deadline(unsigned int ms);

/**
 * guest_fail() - the run has failed; the first reason is the one that counts
 * @g: the run
 * @error: negative errno
 * @fmt: printf format of the reason
 */
void guest_fail(struct guest *g, int error, const char *fmt, ...) __printf(3, 4);

/**
 * guest_send_life() - tell the host how far the run came
 * @g: the run
 * @phase: enum wire_life_phase
 * @reason: NUL-terminated
 */
void guest_send_life(struct guest *g, enum wire_life_phase phase, const char *reason);

/**
 * guest_send_code() - send an exit code
 * @g: the run
 * @tag: WIRE_EXIT or WIRE_SCDX
 * @code: the code
 */
void guest_send_code(struct guest *g, enum wire_tag tag, int code);

/**
 * guest_reap() - take note of every child that has ended
 * @g: the run
 */
void guest_reap(struct guest *g);

/**
 * guest_turn() - the one place where the run sleeps
 * @g: the run
 * @deadline_ns: CLOCK_MONOTONIC
 *
 * Until something happens, it is time to look at sched_ext again, or
 * @deadline_ns is there. Output is shipped, children are reaped and answers of
 * the host are taken on the way.
 *
 * Return: false at the deadline.
 */
bool guest_turn(struct guest *g, u64 deadline_ns);

#endif /* KTSTR_GUEST_RUN_H */
