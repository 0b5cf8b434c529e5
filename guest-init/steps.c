// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "steps.h"

static const struct scenario_step *step_of(const struct steps *st)
{
	return &st->sc->steps[st->step - 1];
}

static u32 kinds_of(const struct scenario *sc, u32 first, u32 nr)
{
	u32 i, kinds = 0;

	for (i = 0; i < nr; i++)
		kinds |= 1U << sc->ops[first + i].kind;
	return kinds;
}

/* Of the current step, as an index. */
static u32 first_op(const struct steps *st)
{
	return st->next_op - step_of(st)->nr_ops;
}

/* Those that are not for its end. */
static u32 body_ops(const struct steps *st)
{
	return step_of(st)->nr_ops - step_of(st)->nr_end;
}

static void run_ops(struct steps *st, enum steps_phase phase, u32 first, u32 nr, u64 now_ns)
{
	st->phase = phase;
	ops_run(&st->ops, nr ? st->sc->ops + first : NULL, nr, now_ns);
}

void steps_init(struct steps *st, const struct scenario *sc, const struct op_action *const *action,
		const struct steps_hooks *hooks, void *ctx, u64 now_ns)
{
	memset(st, 0, sizeof(*st));
	st->sc = sc;
	st->hooks = hooks;
	st->ctx = ctx;
	st->next_op = sc->nr_backdrop;
	ops_init(&st->ops, action, ctx);
	run_ops(st, STEPS_BACKDROP, 0, sc->nr_backdrop, now_ns);
}

static void begin_end(struct steps *st, u64 now_ns)
{
	run_ops(st, STEPS_END, st->sc->nr_ops - st->sc->nr_end, st->sc->nr_end, now_ns);
}

static void begin_clean(struct steps *st, u64 now_ns)
{
	const struct scenario_step *s = step_of(st);

	st->hooks->hold_end(st->ctx, st->step, now_ns);
	run_ops(st, STEPS_CLEAN, st->next_op - s->nr_end, s->nr_end, now_ns);
}

void steps_fail(struct steps *st, u64 now_ns)
{
	if (!st->failed) {
		st->failed = true;
		ops_only_cleanup(&st->ops, now_ns + STEPS_CLEAN_NS);
	}
	switch (st->phase) {
	case STEPS_OPS:
		ops_cancel(&st->ops, now_ns);
		begin_clean(st, now_ns);
		break;
	case STEPS_BACKDROP:
	case STEPS_BETWEEN:
		ops_cancel(&st->ops, now_ns);
		begin_end(st, now_ns);
		break;
	default:
		/* cleaning up already: that goes on */
		break;
	}
}

static int start(struct steps *st, u64 now_ns, struct ktstr_err *err)
{
	const struct scenario *sc = st->sc;
	int ret = st->hooks->start(st->ctx, now_ns, err);

	if (ret) {
		steps_fail(st, now_ns);
		return ret;
	}
	st->phase = STEPS_BETWEEN;
	st->hooks->begin(st->ctx, 0, sc->nr_backdrop, kinds_of(sc, 0, sc->nr_backdrop), now_ns);
	return 0;
}

static void begin_step(struct steps *st, u64 now_ns)
{
	u32 first = st->next_op, nr;

	st->step++;
	st->next_op += step_of(st)->nr_ops;
	nr = body_ops(st);
	st->hooks->begin(st->ctx, st->step, nr, kinds_of(st->sc, first, nr), now_ns);
	st->leading = true;
	st->round = 0;
	run_ops(st, STEPS_OPS, first, nr, now_ns);
}

/* What was to be there at once is there: the hold begins. */
static void begin_hold(struct steps *st, u64 now_ns)
{
	st->leading = false;
	st->ops.start_ns = now_ns;
	st->round_ns = now_ns;
	st->end_ns = now_ns + step_of(st)->hold_ms * NSEC_PER_MSEC;
	st->ops.until_ns = st->end_ns;
}

static bool loops(const struct steps *st)
{
	return step_of(st)->loop_ms;
}

static u64 next_round_ns(const struct steps *st)
{
	return st->round_ns + step_of(st)->loop_ms * NSEC_PER_MSEC;
}

/* A round that came too late does not make those behind it hurry. */
static void begin_round(struct steps *st, u64 now_ns)
{
	u32 from = min(step_of(st)->loop_from, body_ops(st));
	u64 due_ns = next_round_ns(st);

	st->round++;
	st->round_ns = due_ns;
	if (now_ns >= next_round_ns(st))
		st->round_ns = now_ns;
	if (from == body_ops(st))
		return;
	run_ops(st, STEPS_OPS, first_op(st) + from, body_ops(st) - from, st->round_ns);
	st->ops.first = st->sc->ops + first_op(st);
	st->ops.until_ns = st->end_ns;
}

/* Rounds but the first may be cut short by the end of the hold. */
static int end_hold(struct steps *st, u64 now_ns, struct ktstr_err *err)
{
	int ret = st->round ? 0 : ops_unfinished(&st->ops, err);

	if (ret)
		steps_fail(st, now_ns);
	else
		begin_clean(st, now_ns);
	return ret;
}

static int turn_ops(struct steps *st, u64 now_ns, struct ktstr_err *err)
{
	int ret;

	/* No time has passed in a step that has not begun. */
	if (st->leading)
		st->ops.start_ns = now_ns;
	if (st->leading && !ops_leading(&st->ops)) {
		begin_hold(st, now_ns);
		return 0;
	}
	ret = ops_step(&st->ops, now_ns, err);
	if (ret)
		steps_fail(st, now_ns);
	if (ret || st->leading)
		return ret;
	if (now_ns >= st->end_ns && !ops_pending(&st->ops, st->end_ns))
		return end_hold(st, now_ns, err);
	if (loops(st) && now_ns < st->end_ns && now_ns >= next_round_ns(st) &&
	    !ops_pending(&st->ops, UINT64_MAX))
		begin_round(st, now_ns);
	return 0;
}

static void end_step(struct steps *st, u64 now_ns)
{
	u32 nr = body_ops(st);

	st->hooks->end(st->ctx, st->step, nr, kinds_of(st->sc, first_op(st), nr), now_ns);
	if (st->failed)
		begin_end(st, now_ns);
	else
		st->phase = STEPS_BETWEEN;
}

static void between(struct steps *st, u64 now_ns)
{
	if (st->step < st->sc->nr_steps)
		begin_step(st, now_ns);
	else
		begin_end(st, now_ns);
}

/*
 * Backdrop, and what cleans up: ops one after the other, nothing to hold. The last
 * one may have taken a while: what comes behind it is for another turn, which
 * knows how late it is.
 */
static int turn_plain(struct steps *st, u64 now_ns, struct ktstr_err *err)
{
	int ret;

	if (ops_pending(&st->ops, UINT64_MAX)) {
		ret = ops_step(&st->ops, now_ns, err);
		if (ret)
			steps_fail(st, now_ns);
		return ret;
	}
	if (st->phase == STEPS_BACKDROP)
		return start(st, now_ns, err);
	if (st->phase == STEPS_CLEAN)
		end_step(st, now_ns);
	else
		st->phase = STEPS_DONE;
	return 0;
}

static int turn(struct steps *st, u64 now_ns, struct ktstr_err *err)
{
	switch (st->phase) {
	case STEPS_BETWEEN:
		between(st, now_ns);
		return 0;
	case STEPS_OPS:
		return turn_ops(st, now_ns, err);
	case STEPS_DONE:
		return 0;
	default:
		return turn_plain(st, now_ns, err);
	}
}

int steps_turn(struct steps *st, u64 now_ns, struct ktstr_err *err)
{
	struct ktstr_err why;
	char where[32];
	int ret;

	steps_where(st, where, sizeof(where));
	ret = turn(st, now_ns, &why);
	return ret ? ktstr_err_set(err, ret, "%s, %s", where, why.msg) : 0;
}

u64 steps_wake_ns(const struct steps *st)
{
	u64 wake;

	if (st->phase == STEPS_BETWEEN || st->phase == STEPS_DONE)
		return 0;
	if (st->phase != STEPS_OPS)
		return ops_pending(&st->ops, UINT64_MAX) ? ops_wake_ns(&st->ops) : 0;
	if (st->leading)
		return ops_leading(&st->ops) ? ops_wake_ns(&st->ops) : 0;
	if (ops_pending(&st->ops, st->end_ns))
		return ops_wake_ns(&st->ops);
	wake = st->end_ns;
	if (loops(st) && !ops_pending(&st->ops, UINT64_MAX))
		wake = min(wake, next_round_ns(st));
	return wake;
}

const char *steps_where(const struct steps *st, char *buf, size_t len)
{
	switch (st->phase) {
	case STEPS_BACKDROP:
		snprintf(buf, len, "backdrop");
		break;
	case STEPS_BETWEEN:
		snprintf(buf, len, "after step %u", st->step);
		break;
	case STEPS_OPS:
		snprintf(buf, len, "step %u", st->step);
		break;
	case STEPS_CLEAN:
		snprintf(buf, len, "end of step %u", st->step);
		break;
	default:
		snprintf(buf, len, "end of the scenario");
		break;
	}
	return buf;
}
