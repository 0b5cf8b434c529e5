/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_LOG_H
#define KTSTR_LIB_LOG_H

#include <stdarg.h>
#include <linux/compiler.h>

/**
 * enum log_level - how loud a line is
 * @LOG_LEVEL_ERR: something failed that the user asked for
 * @LOG_LEVEL_WARN: something is off; the run goes on
 * @LOG_LEVEL_INFO: progress
 * @LOG_LEVEL_DEBUG: for the developer of ktstr
 */
enum log_level {
	LOG_LEVEL_ERR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/**
 * typedef log_sink_fn - where lines go
 * @level: the level of the line
 * @fmt: printf format, without a newline
 * @ap: its arguments
 *
 * Called from any thread; a sink locks for itself.
 */
typedef void (*log_sink_fn)(enum log_level level, const char *fmt, va_list ap);

/**
 * log_set_sink() - replace the sink; NULL restores the default (stderr)
 * @sink: the new one
 *
 * Return: the sink that was in place.
 */
log_sink_fn log_set_sink(log_sink_fn sink);

/**
 * log_set_level() - drop lines above this level
 * @level: the loudest level still printed; the start value is
 *         LOG_LEVEL_WARN, or what KTSTR_VERBOSE=1 raises it to
 */
void log_set_level(enum log_level level);

/**
 * log_print() - print one line; use the pr_* macros
 * @level: its level
 * @fmt: printf format, no newline
 *
 * Keeps errno.
 */
void log_print(enum log_level level, const char *fmt, ...) __printf(2, 3);

/* tools/include/linux/kernel.h may define some of these for the tree's tools */
#undef pr_err
#undef pr_warn
#undef pr_info
#undef pr_debug
#undef pr_warn_once
#define pr_err(...)   log_print(LOG_LEVEL_ERR, __VA_ARGS__)
#define pr_warn(...)  log_print(LOG_LEVEL_WARN, __VA_ARGS__)
#define pr_info(...)  log_print(LOG_LEVEL_INFO, __VA_ARGS__)
#define pr_debug(...) log_print(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* What a guest can provoke at will is said once, and counted by its owner. */
#define pr_warn_once(...)                                                \
	do {                                                             \
		static int warned_;                                      \
		if (!__atomic_exchange_n(&warned_, 1, __ATOMIC_RELAXED)) \
			pr_warn(__VA_ARGS__);                            \
	} while (0)

#endif /* KTSTR_LIB_LOG_H */
