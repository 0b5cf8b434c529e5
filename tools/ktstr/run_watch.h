/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_RUN_WATCH_H
#define KTSTR_TOOLS_RUN_WATCH_H

#include "host/harness/ktstr.h"
#include "host/vmm/watch.h"
#include "lib/err.h"

#define RUN_OPS_MAX (WATCH_USER_SLOTS + KTSTR_SNAPSHOTS_MAX)

/**
 * struct run_watch - what "ktstr run" is to watch and to take snapshots of
 * @ops: @nr of them, in the order of their times
 * @tags: names of snapshots that were given none
 * @nr: operations
 * @watches: of those, the watches, which come first
 */
struct run_watch {
	struct ktstr_op ops[RUN_OPS_MAX];
	char tags[RUN_OPS_MAX][24];
	u32 nr;
	u32 watches;
};

/**
 * run_watch_symbol() - take the value of --watch
 * @w: grows by an operation
 * @symbol: the kernel symbol; stays the caller's
 * @err: says what is wrong with it
 *
 * Return: 0 or -EINVAL.
 */
int run_watch_symbol(struct run_watch *w, const char *symbol, struct ktstr_err *err);

/**
 * run_watch_snapshot() - take the value of --snapshot-at
 * @w: grows by an operation
 * @value: "500ms", "500", or either with ":TAG"; stays the caller's
 * @err: says what is wrong with it
 *
 * Return: 0, -EINVAL, or -ERANGE.
 */
int run_watch_snapshot(struct run_watch *w, const char *value, struct ktstr_err *err);

#endif /* KTSTR_TOOLS_RUN_WATCH_H */
