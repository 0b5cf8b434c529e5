/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_RUN_H
#define KTSTR_GUEST_RUN_H

/*
 * What the parts of a guest's run share: its state, how it sleeps, and how it
 * tells the host. One thread, that of PID 1.
 */
#include "cgroup.h"
#include "forward.h"
#include "groups.h"
#include "lib/scenario.h"
#include "lib/util.h"
#include "lib/wire.h"
#include "payload.h"
#include "program.h"
#include "request.h"
#include "result.h"
#include "sched.h"
#include "steps.h"
#include "timecheck.h"

/**
 * enum sched_want - what the scheduler is to be
 * @SCHED_WANT_NOTHING: nobody looks: there is none, or its death is all the same
 * @SCHED_WANT_CHANGE: it is on its way in or out, and whoever started that looks
 * @SCHED_WANT_ATTACHED: alive and attached
 * @SCHED_WANT_DETACHED: gone, and no other one in its place
 */
enum sched_want {
	SCHED_WANT_NOTHING,
	SCHED_WANT_CHANGE,
	SCHED_WANT_ATTACHED,
	SCHED_WANT_DETACHED,
};

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
 * @want: what it is to be
 * @want_ops: name of the ops that must be attached then, or NULL for any; the
 *            scenario's
 * @steps: the scenario being carried out
 * @groups: workers
 * @cgroups: where they are
 * @froze: one of those was frozen at some time
 * @hold_end: what there was when the hold of the current step was over
 * @timecheck: the child that watches the clocks
 * @rq: questions to the host
 * @outputs: of programs
 * @program: the one that is waited for
 * @payloads: those that are not
 * @result: what the host will be told
 * @start_ns: scenario start, CLOCK_MONOTONIC; 0 before
 * @sched_died: the scheduler ended or was ejected after that
 * @sched_why: how, then
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
	enum sched_want want;
	const char *want_ops;
	struct steps steps;
	struct groups groups;
	struct cgroups cgroups;
	bool froze;
	struct {
		u32 cgroups;
		u32 workers;
	} hold_end;
	struct timecheck timecheck;
	struct requests rq;
	struct outputs outputs;
	struct program program;
	struct payloads payloads;
	struct wire_result_view result;
	u64 start_ns;
	bool sched_died;
	char sched_why[256];
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
 * @deadline_ns is there; not at all when that is past. Output is shipped, children
 * are reaped and answers of the host are taken on the way.
 *
 * Return: false at the deadline.
 */
bool guest_turn(struct guest *g, u64 deadline_ns);

#endif /* KTSTR_GUEST_RUN_H */
