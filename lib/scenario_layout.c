// SPDX-License-Identifier: GPL-2.0-only
#include "lib/scenario_layout.h"
#include "lib/scenario_op.h"

static const char *steps_wrong(const struct scenario *s)
{
	u64 ops = (u64)s->nr_backdrop + s->nr_end;
	u32 i;

	/* the ops of what has no steps at all are one step of their own */
	if (!s->nr_steps && !ops)
		return NULL;
	for (i = 0; i < s->nr_steps; i++) {
		const struct scenario_step *step = &s->steps[i];

		if (step->loop_from > step->nr_ops || step->nr_end > step->nr_ops - step->loop_from)
			return "a step repeats or ends with more ops than it has";
		ops += step->nr_ops;
	}
	return ops == s->nr_ops ? NULL : "the ops of the steps do not add up";
}

static const char *groups_wrong(const struct scenario *s)
{
	u64 workers = 0;
	u32 i;

	for (i = 0; i < s->nr_groups; i++) {
		if (s->groups[i].step > s->nr_steps)
			return "a group belongs to a step there is not";
		workers += s->groups[i].workers;
	}
	return workers <= SCENARIO_WORKERS_MAX ? NULL : "too many workers";
}

const char *scenario_layout_wrong(const struct scenario *s)
{
	const char *why = steps_wrong(s) ?: groups_wrong(s);
	u32 i;

	for (i = 0; i < s->nr_ops && !why; i++)
		if (scenario_op_has_group(&s->ops[i]) && s->ops[i].group >= s->nr_groups)
			why = "an op is about a group there is not";
	if (!why && s->sched_argv && !s->sched_path)
		why = "scheduler arguments without a scheduler";
	return why;
}
