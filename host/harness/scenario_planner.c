// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/harness/scenario_planner.h"
#include "lib/util.h"

int planner_refuse(struct planner *pl, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(pl->err.msg, sizeof(pl->err.msg), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

int planner_within(struct planner *pl, int ret, const char *fmt, ...)
{
	char where[160];
	struct ktstr_err why;
	va_list ap;

	if (!ret)
		return 0;
	va_start(ap, fmt);
	vsnprintf(where, sizeof(where), fmt, ap);
	va_end(ap);
	why = pl->err;
	return ktstr_err_set(&pl->err, ret, "%s: %s", where, why.msg);
}

int planner_nomem(struct planner *pl)
{
	return ktstr_err_set(&pl->err, -ENOMEM, "out of memory");
}

int planner_put(struct planner *pl, const struct scenario_op *op, u64 budget_ms)
{
	struct scenario_op to = *op;

	if (pl->dry)
		return 0;
	to.at_ms = pl->at_ms;
	to.flags = pl->flags;
	pl->p->ops.budget_ns += budget_ms * NSEC_PER_MSEC * (pl->round ? pl->span.rounds : 1);
	return plan_ops_put(&pl->p->ops, &to, &pl->err) ? 0 : -errno;
}
