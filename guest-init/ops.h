/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_OPS_H
#define KTSTR_GUEST_OPS_H

#include "lib/err.h"
#include "lib/scenario.h"
#include "program.h"
#include "request.h"

/* How long the host may take over one request. */
#define OPS_TIMEOUT_NS (30 * NSEC_PER_SEC)

/**
 * struct ops - the ops of a scenario being carried out
 * @sc: where they come from, borrowed
 * @rq: how the host is asked, borrowed
 * @program: what runs programs, borrowed
 * @start_ns: scenario start, CLOCK_MONOTONIC
 * @next: op that is current
 * @done: how many times it was carried out
 * @busy: it is being carried out
 * @deadline_ns: of the answer, while @busy with a request
 *
 * One thread.
 */
struct ops {
	const struct scenario *sc;
	struct requests *rq;
	struct program *program;
	u64 start_ns;
	u32 next;
	u32 done;
	bool busy;
	u64 deadline_ns;
};

/**
 * ops_init() - before the first op
 * @ops: the object, uninitialised
 * @sc: must outlive @ops; the ids of its kernel operations are overwritten
 * @rq: must outlive @ops
 * @program: must outlive @ops
 * @start_ns: scenario start
 */
void ops_init(struct ops *ops, const struct scenario *sc, struct requests *rq,
	      struct program *program, u64 start_ns);

/**
 * ops_step() - take an answer or the end of a program, go on to the next op
 * @ops: the object
 * @now_ns: mono_ns()
 * @err: names the op, and the host's reason or what else went wrong
 *
 * Never blocks. After an error no further op is begun.
 *
 * Return: 0; -EOPNOTSUPP when the host refused an op that must not fail,
 * -EREMOTEIO when a program that must not fail did not exit with 0,
 * -ETIMEDOUT when the host did not answer (whether the op may fail or not), or
 * the negative errno of the port.
 */
int ops_step(struct ops *ops, u64 now_ns, struct ktstr_err *err);

/**
 * ops_wake_ns() - when ops_step() has something to do, without an answer
 * @ops: the object
 *
 * Return: CLOCK_MONOTONIC, or UINT64_MAX when every op was carried out.
 */
u64 ops_wake_ns(const struct ops *ops);

/**
 * ops_busy() - is an op being carried out
 * @ops: the object
 */
bool ops_busy(const struct ops *ops);

/**
 * ops_pending() - will any op begin, or end, before a given time
 * @ops: the object
 * @end_ns: CLOCK_MONOTONIC
 */
bool ops_pending(const struct ops *ops, u64 end_ns);

/**
 * ops_end() - the scenario is over: kill the program that still runs
 * @ops: the object
 * @now_ns: mono_ns()
 */
void ops_end(struct ops *ops, u64 now_ns);

/**
 * ops_unfinished() - the first op that was not carried out
 * @ops: the object
 * @err: names it, and how often it was carried out
 *
 * Return: -ECANCELED when there is one that must not fail, else 0.
 */
int ops_unfinished(const struct ops *ops, struct ktstr_err *err);

#endif /* KTSTR_GUEST_OPS_H */
