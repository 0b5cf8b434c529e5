// SPDX-License-Identifier: GPL-2.0-only
/* Schedulers that come and go while a plan is carried out. */
#include <errno.h>

#include "host/harness/discover.h"
#include "host/harness/plan.h"
#include "host/harness/plan_run.h"
#include "host/harness/scenario_planner.h"
#include "lib/util.h"

/* BPF programs are unloaded behind an RCU grace period or a few. */
#define DETACH_MS 10000

/* argv[0] is where the program is. */
static int attach(struct planner *pl, const char *const *argv, const char *ops, u32 timeout_ms)
{
	struct pool *pool = &pl->p->ops.pool;
	u32 most = timeout_ms ?: pl->test->attach_ms;
	struct scenario_op op = {
		.kind = SCENARIO_OP_SCHED_ATTACH,
		.timeout_ms = most ?: SCENARIO_ATTACH_MS * plan_slowdown(),
		.to = pool_strdup(pool, ops),
	};
	char *found = discover_scheduler(argv[0], &pl->err), **copy;

	if (!found)
		return -errno;
	op.path = plan_run_path(found, pool, &pl->err);
	if (!op.path)
		return -errno;
	copy = plan_run_argv(argv, pool);
	if (!copy || !op.to != !ops)
		return planner_nomem(pl);
	copy[0] = (char *)op.path;
	op.argv = copy;
	pl->sched_argv = argv;
	pl->sched_ops = ops;
	return planner_put(pl, &op, most ?: SCENARIO_ATTACH_MS);
}

int planner_sched_attach(struct planner *pl, const struct ktstr_op *op)
{
	if (pl->sched_argv)
		return planner_refuse(pl,
				      "scheduler \"%.80s\" is attached: detach it first, or use KTSTR_OP_REPLACE_SCHEDULER",
				      pl->sched_argv[0]);
	if (!op->argv[0][0])
		return planner_refuse(pl, "give it a scheduler in .argv");
	return attach(pl, op->argv, op->expect_ops, op->timeout_ms);
}

int planner_sched_detach(struct planner *pl, const struct ktstr_op *op)
{
	struct scenario_op to = {
		.kind = SCENARIO_OP_SCHED_DETACH,
		.timeout_ms = op->timeout_ms ?: DETACH_MS * plan_slowdown(),
	};

	if (!pl->sched_argv)
		return planner_refuse(pl,
				      "no scheduler is attached here: use KTSTR_OP_ATTACH_SCHEDULER first");
	pl->sched_argv = NULL;
	pl->sched_ops = NULL;
	return planner_put(pl, &to, op->timeout_ms ?: DETACH_MS);
}

int planner_sched_restart(struct planner *pl, const struct ktstr_op *op)
{
	const char *const *argv = pl->sched_argv;
	const char *ops = pl->sched_ops;
	int ret = planner_sched_detach(pl, op);

	return ret ?: attach(pl, argv, op->expect_ops ?: ops, op->timeout_ms);
}
