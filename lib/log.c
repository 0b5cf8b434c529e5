// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

static const char *const level_names[] = {
	[LOG_LEVEL_ERR] = "error",
	[LOG_LEVEL_WARN] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

/* One write(2) a line: lines of several threads and processes never mix. */
static void log_to_stderr(enum log_level level, const char *fmt, va_list ap)
{
	char line[1024];
	int n, room = sizeof(line) - 1;

	n = snprintf(line, room, "ktstr: %s: ", level_names[level]);
	n += vsnprintf(line + n, room - n, fmt, ap);
	if (n >= room)
		n = room - 1;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}

static log_sink_fn log_sink = log_to_stderr;
static int log_max_level = -1;

static int level_from_env(void)
{
	const char *v = getenv("KTSTR_VERBOSE");

	return v && strcmp(v, "0") && v[0] ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN;
}

log_sink_fn log_set_sink(log_sink_fn sink)
{
	log_sink_fn old = log_sink;

	log_sink = sink ? sink : log_to_stderr;
	return old;
}

void log_set_level(enum log_level level)
{
	__atomic_store_n(&log_max_level, level, __ATOMIC_RELAXED);
}

void log_print(enum log_level level, const char *fmt, ...)
{
	int max = __atomic_load_n(&log_max_level, __ATOMIC_RELAXED);
	int saved = errno;
	va_list ap;

	if (max < 0) {
		max = level_from_env();
		__atomic_store_n(&log_max_level, max, __ATOMIC_RELAXED);
	}
	if ((int)level <= max) {
		va_start(ap, fmt);
		log_sink(level, fmt, ap);
		va_end(ap);
	}
	errno = saved;
}
