/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_SCHED_NAMES_H
#define KTSTR_TOOLS_SCHED_NAMES_H

#include "host/harness/strv.h"
#include "lib/err.h"

/**
 * sched_names() - the schedulers that are found by name
 * @names: appended to, in alphabetical order
 * @err: where they were looked for, or NULL
 *
 * Return: their directory, from malloc(3), or NULL with errno set.
 */
char *sched_names(struct strv *names, struct ktstr_err *err);

#endif /* KTSTR_TOOLS_SCHED_NAMES_H */
