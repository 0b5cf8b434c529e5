/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_SCHED_KTSTR_BAD_H
#define SELFTESTS_SCHED_KTSTR_BAD_H

/*
 * What both halves of the bad scheduler know. Types are the including side's
 * own: vmlinux.h or linux/types.h.
 */

/**
 * enum bad_habit - value of the variable habit
 * @BAD_NONE: first in, first out
 * @BAD_STARVE: one task is run only now and then
 * @BAD_MIGRATE: a task goes to another CPU each time it is queued
 * @BAD_IGNORE_CPUSET: a task goes to a CPU that it must not run on
 * @BAD_STRAND: a task waits where only CPUs look that it must not run on
 * @BAD_STALL: nothing is run any more
 */
enum bad_habit {
	BAD_NONE,
	BAD_STARVE,
	BAD_MIGRATE,
	BAD_IGNORE_CPUSET,
	BAD_STRAND,
	BAD_STALL,
};

/* TASK_COMM_LEN */
#define BAD_COMM_LEN 16

#endif /* SELFTESTS_SCHED_KTSTR_BAD_H */
