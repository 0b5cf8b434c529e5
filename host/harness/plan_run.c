// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/carry.h"
#include "host/harness/discover.h"
#include "host/harness/plan.h"
#include "host/harness/plan_run.h"
#include "lib/util.h"

/* More than the suite's own limits leave to any one program. */
#define TIMEOUT_MS_MAX 3600000

int plan_run_check(const struct ktstr_op *op, size_t i, struct ktstr_err *err)
{
	size_t argc = 0;

	while (argc < ARRAY_SIZE(op->argv) && op->argv[argc])
		argc++;
	if (!argc || !op->argv[0][0])
		return ktstr_err_set(err, -EINVAL,
				     "op %zu (run): give it a program in .argv = { \"NAME\", ... }",
				     i);
	if (argc > KTSTR_ARGV_MAX)
		return ktstr_err_set(err, -EINVAL, "op %zu (run): more than %u words in .argv", i,
				     KTSTR_ARGV_MAX);
	if (op->timeout_ms > TIMEOUT_MS_MAX)
		return ktstr_err_set(err, -EINVAL, "op %zu (run): timeout_ms of %u; at most %u", i,
				     op->timeout_ms, TIMEOUT_MS_MAX);
	return 0;
}

u64 plan_run_budget(const struct ktstr_op *op)
{
	return (op->timeout_ms ?: KTSTR_RUN_TIMEOUT_MS) * (u64)NSEC_PER_MSEC;
}

int plan_run_make(const struct ktstr_op *op, size_t i, struct scenario_op *to,
		  struct ktstr_err *err)
{
	char *found = discover_program(op->argv[0], err);
	int ret = 0;

	if (!found)
		return -errno;
	/* at the same place in the guest, which knows no working directory of ours */
	to->path = carry_path(found);
	if (!to->path)
		ret = ktstr_err_set(err, -errno, "op %zu (run): %s: %s", i, found, strerror(errno));
	free(found);
	to->argv = (char *const *)op->argv;
	to->timeout_ms = op->timeout_ms ?: KTSTR_RUN_TIMEOUT_MS * plan_slowdown();
	return ret;
}
