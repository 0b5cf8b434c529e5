/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_OPS_H
#define KTSTR_GUEST_OPS_H

/* A run of ops, carried out one by one. How is said by a table of actions. */
#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/scenario.h"
#include "lib/util.h"

#define OP_DONE 0
#define OP_BUSY 1

/**
 * struct op_job - an op that is being carried out
 * @op: which
 * @end: behind the last op of its run
 * @now_ns: the time of this call, CLOCK_MONOTONIC
 * @begin_ns: the time of the first call
 * @limit_ns: it shall take no longer than until then; UINT64_MAX = no such limit
 * @wake_ns: set by the action: when it has something to do, without an event; at
 *           first 0, which is at once
 * @stage: the action's own, at first 0
 * @fatal: set by the action: its failure fails the run even if the op may fail
 * @err: set by the action when it fails: what follows the op's name, such as
 *       ": no such file"
 */
struct op_job {
	const struct scenario_op *op;
	const struct scenario_op *end;
	u64 now_ns;
	u64 begin_ns;
	u64 limit_ns;
	u64 wake_ns;
	u32 stage;
	bool fatal;
	struct ktstr_err err;
};

/**
 * struct op_action - how ops of one kind are carried out; nothing in it waits
 * @begin: start, and perhaps finish, an op. Return: OP_DONE, OP_BUSY, or a
 *         negative errno
 * @step: look how it stands, while it is busy; NULL when @begin never says so.
 *        Return: the same
 * @cancel: give up an op that is busy, or NULL when there is nothing to give up
 */
struct op_action {
	int (*begin)(void *ctx, struct op_job *job);
	int (*step)(void *ctx, struct op_job *job);
	void (*cancel)(void *ctx, struct op_job *job);
};

/**
 * struct ops - a run of ops
 * @action: by kind, SCENARIO_OP_NR of them, borrowed
 * @ctx: passed to them
 * @first: the one that counts as op 1
 * @op: the current one
 * @end: behind the last one
 * @start_ns: their times are counted from here
 * @until_ns: one whose time is then or later is not begun; UINT64_MAX = all are
 * @limit_ns: for struct op_job.limit_ns
 * @cleanup: only those with SCENARIO_OP_CLEANUP
 * @done: how many times the current one was carried out
 * @busy: it is being carried out
 * @job: the same
 *
 * One thread.
 */
struct ops {
	const struct op_action *const *action;
	void *ctx;
	const struct scenario_op *first;
	const struct scenario_op *op;
	const struct scenario_op *end;
	u64 start_ns;
	u64 until_ns;
	u64 limit_ns;
	bool cleanup;
	u32 done;
	bool busy;
	struct op_job job;
};

/**
 * ops_init() - an empty run
 * @ops: the object, uninitialised
 * @action: as in struct ops, must outlive it
 * @ctx: passed to the actions
 */
void ops_init(struct ops *ops, const struct op_action *const *action, void *ctx);

/**
 * ops_run() - begin another run
 * @ops: the object, not busy
 * @first: of the run; must outlive it
 * @nr: how many
 * @start_ns: their times are counted from here
 */
void ops_run(struct ops *ops, const struct scenario_op *first, u32 nr, u64 start_ns);

/**
 * ops_step() - look how the current op stands, go on to the next one
 * @ops: the object
 * @now_ns: mono_ns()
 * @err: names the op and what went wrong
 *
 * Begins one op at most; never blocks. An op that failed is done with: whether
 * those that follow are carried out is for the caller to say.
 *
 * Return: 0, or the negative errno of an op that must not fail.
 */
int ops_step(struct ops *ops, u64 now_ns, struct ktstr_err *err);

/**
 * ops_wake_ns() - when ops_step() has something to do, without an event
 * @ops: the object
 *
 * Return: CLOCK_MONOTONIC, or UINT64_MAX when every op was carried out.
 */
u64 ops_wake_ns(const struct ops *ops);

/**
 * ops_pending() - will any op begin, or end, before a given time
 * @ops: the object
 * @end_ns: CLOCK_MONOTONIC
 */
bool ops_pending(const struct ops *ops, u64 end_ns);

/**
 * ops_leading() - is the next op one that is to follow at once
 * @ops: the object
 *
 * Return: true as long as there is an op and no time was given for it.
 */
bool ops_leading(const struct ops *ops);

/**
 * ops_only_cleanup() - from now on carry out only what cleans up; also in later runs
 * @ops: the object
 * @limit_ns: when that shall be over
 *
 * An op that is busy goes on.
 */
void ops_only_cleanup(struct ops *ops, u64 limit_ns);

/**
 * ops_cancel() - give up the op that is busy, and all that follow
 * @ops: the object
 * @now_ns: mono_ns()
 */
void ops_cancel(struct ops *ops, u64 now_ns);

/**
 * ops_unfinished() - the first op that was not carried out
 * @ops: the object
 * @err: names it, and how often it was carried out
 *
 * Return: -ECANCELED when there is one that must not fail, else 0.
 */
int ops_unfinished(const struct ops *ops, struct ktstr_err *err);

#endif /* KTSTR_GUEST_OPS_H */
