/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_SCHED_USER_H
#define SELFTESTS_SCHED_USER_H

/* What the user-space sides of our own schedulers share; one thread. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <linux/compiler.h>

#define EXIT_USAGE 2
/* enum scx_exit_kind: from here on it is an error. */
#define SCX_EXIT_ERROR 1024

static atomic_bool stop;

static inline void on_signal(int sig)
{
	stop = 1;
}

/* A signal cuts it short. */
static inline void sleep_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

static inline void __noreturn __printf(2, 3) die(int status, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("\n", stderr);
	exit(status);
}

/* Up to @end, or the whole text when that is NULL. Both are of optarg. */
static inline long number_of(const char *option, const char *text, long lo, long hi, char **end)
{
	char *rest;
	long n;

	errno = 0;
	n = strtol(text, &rest, 10);
	if (rest == text || errno || n < lo || n > hi || (!end && *rest))
		die(EXIT_USAGE, "--%s=%s: not a number from %ld to %ld", option, optarg, lo, hi);
	if (end)
		*end = rest;
	return n;
}

#endif /* SELFTESTS_SCHED_USER_H */
