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

char *plan_run_path(char *found, struct pool *pool, struct ktstr_err *err)
{
	char *path = carry_path(found);

	if (!path)
		ktstr_err_set(err, -errno, "%s: %s", found, strerror(errno));
	free(found);
	return path ? pool_adopt(pool, path) : NULL;
}

char **plan_run_argv(const char *const *argv, struct pool *pool)
{
	size_t argc = 0, i;
	char **copy;

	while (argv[argc])
		argc++;
	copy = pool_alloc(pool, argc + 1, sizeof(*copy));
	for (i = 0; copy && i < argc; i++) {
		copy[i] = pool_strdup(pool, argv[i]);
		if (!copy[i])
			return NULL;
	}
	return copy;
}

int plan_run_make(const struct ktstr_op *op, size_t i, struct pool *pool, struct scenario_op *to,
		  struct ktstr_err *err)
{
	char *found = discover_program(op->argv[0], err);

	if (!found)
		return -errno;
	to->path = plan_run_path(found, pool, err);
	if (!to->path)
		return -errno;
	to->argv = plan_run_argv(op->argv, pool);
	to->timeout_ms = op->timeout_ms ?: KTSTR_RUN_TIMEOUT_MS * plan_slowdown();
	return to->argv ? 0 : ktstr_err_set(err, -ENOMEM, "op %zu (run): out of memory", i);
}
