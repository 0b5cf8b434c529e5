// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/plan.h"
#include "host/harness/scenario_planner.h"
#include "lib/util.h"

/* A day is more than a test. */
#define DURATION_MS_MAX (24U * 60 * 60 * 1000)
/* What does not stop at a step's end is killed after so long, all at once. */
#define END_MS 5000

static u32 duration_ms(const struct planner *pl)
{
	return pl->test->duration_ms ?: KTSTR_DURATION_MS;
}

static int setup_all(struct planner *pl, const struct ktstr_cgroup *def)
{
	int ret = 0;

	for (; def && def->name && !ret; def++)
		ret = planner_setup(pl, def);
	return ret;
}

/* Undo what the current step, or the backdrop, has set up and not undone itself. */
static int clean_up(struct planner *pl)
{
	u32 i, frozen;
	int ret = 0;

	pl->at_ms = 0;
	pl->flags = SCENARIO_OP_CLEANUP;
	for (i = 0; i < pl->p->nr_payloads && !ret; i++)
		if (pl->payloads[i].alive && pl->p->payloads[i].step == pl->step)
			ret = planner_payload_kill(pl, i);
	for (i = 0; i < pl->p->nr_groups && !ret; i++) {
		if (!pl->groups[i].alive || pl->p->groups[i].step != pl->step)
			continue;
		/* what is frozen cannot stop */
		while (!ret && (frozen = planner_cgroup_frozen(pl, pl->groups[i].cgroup)) !=
				       PLANNER_OUTSIDE)
			ret = planner_cgroup_freeze(pl, frozen, false);
		if (!ret)
			ret = planner_stop(pl, i);
	}
	for (i = pl->nr_cgroups; i-- && !ret;)
		if (pl->cgroups[i].alive && pl->cgroups[i].step == pl->step)
			ret = planner_cgroup_remove(pl, i);
	pl->flags = 0;
	pl->p->ops.budget_ns += END_MS * NSEC_PER_MSEC;
	return ret;
}

static int make_hold(struct planner *pl, const struct ktstr_hold *h, u32 *hold_ms)
{
	double ms;

	if (h->frac != 0 && h->ms)
		return planner_refuse(pl, ".hold has a fraction and milliseconds: give it one");
	if (h->frac == 0 && !h->ms)
		return planner_refuse(pl,
				      "give it a .hold, such as KTSTR_FRAC(0.5) or KTSTR_HOLD_MS(500)");
	/* not a number is no fraction */
	if (h->frac != 0 && !(h->frac > 0 && h->frac <= 1))
		return planner_refuse(pl, ".hold of %g of the duration: use a fraction up to 1",
				      h->frac);
	ms = h->ms ?: h->frac * duration_ms(pl);
	if (ms < 1 || ms > DURATION_MS_MAX - pl->p->sc.duration_ms)
		return planner_refuse(pl,
				      ".hold of %g ms: steps take 1 ms to a day, all of them together",
				      ms);
	*hold_ms = ms + 0.5;
	return 0;
}

static int name_step(struct planner *pl, const char *name)
{
	char **to = &pl->p->step_names[pl->step - 1];

	*to = name && *name ? pool_strdup(&pl->p->ops.pool, name) :
			      pool_printf(&pl->p->ops.pool, "step %u", pl->step);
	return *to ? 0 : planner_nomem(pl);
}

/* A step begins: what is laid out from here on belongs to it. */
static int begin(struct planner *pl, const char *name, const struct ktstr_hold *hold,
		 struct scenario_step **step)
{
	struct scenario *sc = &pl->p->sc;
	u32 hold_ms = 0;
	int ret;

	if (sc->nr_steps == SCENARIO_STEPS_MAX)
		return planner_refuse(pl, "more than %u steps: split the test", SCENARIO_STEPS_MAX);
	pl->step = sc->nr_steps + 1;
	ret = name_step(pl, name);
	if (!ret)
		ret = make_hold(pl, hold, &hold_ms);
	if (ret)
		return ret;
	*step = &sc->steps[sc->nr_steps++];
	**step = (struct scenario_step){ .hold_ms = hold_ms, .loop_ms = hold->loop_ms };
	sc->duration_ms += hold_ms;
	pl->span = (struct plan_ops_span){ hold_ms, 1, "the step", "its .hold" };
	if (hold->loop_ms) {
		pl->span.rounds = (hold_ms - 1) / hold->loop_ms + 1;
		pl->span.end_ms = min(hold->loop_ms, hold_ms);
		pl->span.what = "a round";
		pl->span.way_out = ".loop_ms";
	}
	return 0;
}

/* The last step, before it is cleaned up: with all its load. */
static int put_last(struct planner *pl, const struct scenario_step *step)
{
	/* what is due in a round comes again; what ends the step does not */
	return plan_ops_end(pl->test, step->loop_ms ? 1 : step->hold_ms, &pl->p->ops, &pl->err);
}

static int end(struct planner *pl, struct scenario_step *step, u32 first, bool last)
{
	struct plan_ops *ops = &pl->p->ops;
	u32 body = ops->nr_ops;
	int ret = 0;

	if (last)
		ret = put_last(pl, step);
	if (!step->loop_ms)
		body = ops->nr_ops;
	if (!ret)
		ret = clean_up(pl);
	step->nr_ops = ops->nr_ops - first;
	step->nr_end = ops->nr_ops - body;
	return ret;
}

/* What is due at once comes before the setup, what comes later behind it. */
static int fill_plain(struct planner *pl, const struct ktstr_step *s)
{
	size_t i = 0;
	int ret = 0;

	for (; s->ops && s->ops[i].kind && !s->ops[i].at_ms && !ret; i++)
		ret = planner_op(pl, &s->ops[i], i);
	if (!ret)
		ret = setup_all(pl, s->setup);
	for (; !ret && s->ops && s->ops[i].kind; i++)
		ret = planner_op(pl, &s->ops[i], i);
	return ret;
}

static int fill_loop(struct planner *pl, const struct ktstr_step *s, struct scenario_step *step,
		     u32 first)
{
	size_t i;
	int ret = setup_all(pl, s->setup);

	step->loop_from = pl->p->ops.nr_ops - first;
	pl->round = true;
	for (i = 0; !ret && s->ops && s->ops[i].kind; i++)
		ret = planner_op(pl, &s->ops[i], i);
	/* what can be done once need not be possible again */
	pl->dry = true;
	for (i = 0; !ret && pl->span.rounds > 1 && s->ops && s->ops[i].kind; i++)
		ret = planner_op(pl, &s->ops[i], i);
	pl->dry = false;
	pl->round = false;
	return ret;
}

static int add_step(struct planner *pl, const struct ktstr_step *s, bool last)
{
	u32 first = pl->p->ops.nr_ops;
	struct scenario_step *step;
	int ret = begin(pl, s->name, &s->hold, &step);

	if (!ret && step->loop_ms)
		ret = fill_loop(pl, s, step, first);
	else if (!ret)
		ret = fill_plain(pl, s);
	return ret ?: end(pl, step, first, last);
}

static int add_steps(struct planner *pl)
{
	const struct ktstr_step *s;
	int ret = 0;

	for (s = pl->test->steps; planner_step_given(s) && !ret; s++) {
		u32 number = s - pl->test->steps + 1;

		ret = add_step(pl, s, !planner_step_given(s + 1));
		if (s->name)
			ret = planner_within(pl, ret, "step %u (%.60s)", number, s->name);
		else
			ret = planner_within(pl, ret, "step %u", number);
	}
	if (!ret && !pl->p->sc.nr_steps)
		return planner_refuse(pl, ".steps is empty: give it a step, or leave it NULL");
	return ret;
}

static int spawn_outside(struct planner *pl)
{
	struct ktstr_workers w = {
		.nr = pl->test->workers ?: topology_cpus(pl->topo),
		.work = pl->test->work,
	};

	/* a backdrop is a load of its own */
	if (pl->test->backdrop && !pl->test->workers)
		return 0;
	return planner_spawn(pl, &w, PLANNER_OUTSIDE);
}

/* Before plan_ops_make(), which knows nothing of steps. */
static int check_ops(struct planner *pl)
{
	size_t nr = min_t(size_t, pl->test->nr_ops, KTSTR_OPS_MAX), i;
	int ret = 0;

	for (i = 0; pl->test->ops && i < nr && !ret; i++)
		ret = planner_op_check(pl, &pl->test->ops[i], i);
	return ret;
}

/* Without steps: workers and ops make one. */
static int add_whole(struct planner *pl)
{
	const struct ktstr_hold hold = KTSTR_HOLD_FULL;
	u32 first = pl->p->ops.nr_ops;
	struct scenario_step *step;
	int ret = begin(pl, "workload", &hold, &step);

	if (!ret)
		ret = spawn_outside(pl);
	if (!ret)
		ret = check_ops(pl);
	if (!ret)
		ret = plan_ops_make(pl->test, step->hold_ms, &pl->p->ops, &pl->err);
	return ret ?: end(pl, step, first, true);
}

static int check_test(struct planner *pl)
{
	const struct ktstr_test *t = pl->test;

	if (t->steps && t->workers)
		return planner_refuse(pl,
				      "steps and workers exclude each other: put the workers into a step's .setup, or start them with KTSTR_OP_SPAWN");
	if (t->steps && t->work.type)
		return planner_refuse(pl,
				      "steps and work exclude each other: say it of the workers in a step's .setup");
	if (t->steps && (t->ops || t->nr_ops))
		return planner_refuse(pl,
				      "steps and ops exclude each other: put the ops into a step's .ops");
	return 0;
}

static int allocate(struct planner *pl)
{
	struct scenario_plan *p = pl->p;
	struct pool *pool = &p->ops.pool;

	p->sc.groups = pool_alloc(pool, SCENARIO_GROUPS_MAX, sizeof(*p->sc.groups));
	p->groups = pool_alloc(pool, SCENARIO_GROUPS_MAX, sizeof(*p->groups));
	p->sc.steps = pool_alloc(pool, SCENARIO_STEPS_MAX, sizeof(*p->sc.steps));
	p->step_names = pool_alloc(pool, SCENARIO_STEPS_MAX, sizeof(*p->step_names));
	p->payloads = pool_alloc(pool, PLANNER_PAYLOADS_MAX, sizeof(*p->payloads));
	pl->groups = pool_alloc(pool, SCENARIO_GROUPS_MAX, sizeof(*pl->groups));
	pl->cgroups = pool_alloc(pool, PLANNER_CGROUPS_MAX, sizeof(*pl->cgroups));
	pl->payloads = pool_alloc(pool, PLANNER_PAYLOADS_MAX, sizeof(*pl->payloads));
	if (!p->sc.groups || !p->groups || !p->sc.steps || !p->step_names || !p->payloads ||
	    !pl->groups || !pl->cgroups || !pl->payloads)
		return planner_nomem(pl);
	return 0;
}

static int add_backdrop(struct planner *pl)
{
	int ret = setup_all(pl, pl->test->backdrop);

	pl->p->sc.nr_backdrop = pl->p->ops.nr_ops;
	return planner_within(pl, ret, "backdrop");
}

static int add_end(struct planner *pl)
{
	u32 first = pl->p->ops.nr_ops;
	int ret;

	pl->step = 0;
	ret = clean_up(pl);
	pl->p->sc.nr_end = pl->p->ops.nr_ops - first;
	return ret;
}

/* The scheduler that is there from the start on. */
static int note_scheduler(struct planner *pl)
{
	const struct ktstr_test *t = pl->test;
	size_t nr = 0;
	char **argv;

	if (!t->scheduler)
		return 0;
	while (t->sched_args && t->sched_args[nr])
		nr++;
	argv = pool_alloc(&pl->p->ops.pool, nr + 2, sizeof(*argv));
	if (!argv)
		return planner_nomem(pl);
	argv[0] = (char *)t->scheduler;
	if (nr)
		memcpy(argv + 1, t->sched_args, nr * sizeof(*argv));
	pl->sched_argv = (const char *const *)argv;
	pl->sched_ops = t->expect_ops;
	return 0;
}

static int lay_out(struct planner *pl)
{
	int ret = check_test(pl);

	if (!ret)
		ret = allocate(pl);
	if (!ret)
		ret = note_scheduler(pl);
	if (!ret)
		ret = add_backdrop(pl);
	if (!ret)
		ret = pl->test->steps ? add_steps(pl) : add_whole(pl);
	if (!ret)
		ret = add_end(pl);
	if (!ret && !pl->p->ops.nr_ops)
		ret = planner_refuse(pl,
				     "nothing happens in any step, so there is nothing to judge: add workers");
	return ret;
}

int scenario_plan_make(const struct ktstr_test *test, const struct topology *topo, u64 seed,
		       struct scenario_plan *p, struct ktstr_err *err)
{
	struct planner pl = {
		.test = test,
		.topo = topo,
		.p = p,
		.draw = test->seed ?: seed,
	};
	int ret;

	*p = (struct scenario_plan){};
	ret = lay_out(&pl);
	if (pl.draw != (test->seed ?: seed))
		p->seed = test->seed ?: seed;
	p->sc.ops = p->ops.ops;
	p->sc.nr_ops = p->ops.nr_ops;
	p->sched_at_end = pl.sched_argv;
	p->ops_at_end = pl.sched_ops;
	return ret ? ktstr_err_set(err, ret, "%s", pl.err.msg) : 0;
}

int scenario_plan_carry(const struct scenario_plan *p, struct initramfs *fs, struct ktstr_err *err)
{
	return plan_ops_carry(&p->ops, fs, err);
}

void scenario_plan_free(struct scenario_plan *p)
{
	plan_ops_free(&p->ops);
	*p = (struct scenario_plan){};
}
