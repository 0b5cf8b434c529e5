/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_STEPS_H
#define KTSTR_GUEST_STEPS_H

/*
 * The parts of a scenario, one after the other: its backdrop, its steps, its end.
 *
 * A step has begun when its leading ops, those without a time, are done: from then
 * on its hold is counted, and the times of the others. So it is as long as was
 * asked for, however long the guest takes to set it up.
 *
 * Pure but for the actions and the hooks: time comes from the caller.
 */
#include "ops.h"

/**
 * enum steps_phase - where it stands
 * @STEPS_BACKDROP: the scene is being set
 * @STEPS_BETWEEN: a step is over, or the backdrop, and the next one has not begun
 * @STEPS_OPS: a step runs
 * @STEPS_CLEAN: its hold is over, what it leaves behind is removed
 * @STEPS_END: the last step is over, the backdrop is removed
 * @STEPS_DONE: nothing is left to do
 */
enum steps_phase {
	STEPS_BACKDROP,
	STEPS_BETWEEN,
	STEPS_OPS,
	STEPS_CLEAN,
	STEPS_END,
	STEPS_DONE,
};

/* What is left to be cleaned up after a failure may take so long together. */
#define STEPS_CLEAN_NS (5 * NSEC_PER_SEC)

/**
 * struct steps_hooks - who is told
 * @start: the backdrop is there: the scenario starts. Return: 0, or a negative
 *         errno that fails the run; @err then says why
 * @begin: step @step begins; 0 = the baseline, right behind @start. @ops and @kinds
 *         are how many ops it has, without those that clean up, and of which kinds,
 *         one bit each
 * @hold_end: its hold is over
 * @end: it has been cleaned up
 */
struct steps_hooks {
	int (*start)(void *ctx, u64 now_ns, struct ktstr_err *err);
	void (*begin)(void *ctx, u32 step, u32 ops, u32 kinds, u64 now_ns);
	void (*hold_end)(void *ctx, u32 step, u64 now_ns);
	void (*end)(void *ctx, u32 step, u32 ops, u32 kinds, u64 now_ns);
};

/**
 * struct steps - a scenario being carried out
 * @sc: which, borrowed
 * @hooks: who is told, borrowed
 * @ctx: passed to them and to the actions
 * @phase: where it stands
 * @step: the current step, or the last one, from 1; 0 = none yet
 * @next_op: of the scenario, the first one of the next step
 * @leading: the current step has not begun, see above
 * @failed: something has: only what cleans up is left
 * @round: of a step that loops, from 0
 * @round_ns: when that began
 * @end_ns: when the hold is over
 * @ops: the ops of this phase
 *
 * One thread.
 */
struct steps {
	const struct scenario *sc;
	const struct steps_hooks *hooks;
	void *ctx;
	enum steps_phase phase;
	u32 step;
	u32 next_op;
	bool leading;
	bool failed;
	u32 round;
	u64 round_ns;
	u64 end_ns;
	struct ops ops;
};

/**
 * steps_init() - before the backdrop
 * @st: the object, uninitialised
 * @sc: decoded, must outlive @st
 * @action: how ops are carried out, as in struct ops
 * @hooks: all of them set
 * @ctx: passed to both
 * @now_ns: mono_ns()
 */
void steps_init(struct steps *st, const struct scenario *sc, const struct op_action *const *action,
		const struct steps_hooks *hooks, void *ctx, u64 now_ns);

/**
 * steps_turn() - do what is due
 * @st: the object
 * @now_ns: mono_ns()
 * @err: names step, op and what went wrong
 *
 * Never blocks. A failure ends the current step: what is left are the ops that
 * clean up, of that step and of the scenario. Failures among them are reported as
 * well, and change nothing. Call until steps_done(), also after an error.
 *
 * Return: 0, or the negative errno of an op that must not fail, -ECANCELED for one
 * that was not carried out.
 */
int steps_turn(struct steps *st, u64 now_ns, struct ktstr_err *err);

/**
 * steps_fail() - something else has failed: clean up
 * @st: the object
 * @now_ns: mono_ns()
 */
void steps_fail(struct steps *st, u64 now_ns);

/**
 * steps_wake_ns() - when steps_turn() has something to do, without an event
 * @st: the object, not done
 *
 * Return: CLOCK_MONOTONIC.
 */
u64 steps_wake_ns(const struct steps *st);

/**
 * steps_done() - is nothing left to do
 * @st: the object
 */
static inline bool steps_done(const struct steps *st)
{
	return st->phase == STEPS_DONE;
}

/**
 * steps_where() - where it stands, in words
 * @st: the object
 * @buf: filled in: "backdrop", "step 2", "end of step 2"
 * @len: size of @buf
 *
 * Return: @buf.
 */
const char *steps_where(const struct steps *st, char *buf, size_t len);

#endif /* KTSTR_GUEST_STEPS_H */
