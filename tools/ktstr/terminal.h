/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_TERMINAL_H
#define KTSTR_TOOLS_TERMINAL_H

#include <stdbool.h>

/**
 * terminal_takes_utf8() - does the locale say that text is UTF-8
 *
 * Return: whether $LC_ALL, $LC_CTYPE or $LANG do, as the C library looks at them.
 */
bool terminal_takes_utf8(void);

/**
 * terminal_remember() - tell the same program in an emulated host
 *
 * There neither output is a terminal, but ends on one all the same. To be called
 * before ktstr_host_enter(). It sets $KTSTR_TERMINAL.
 */
void terminal_remember(void);

/**
 * terminal_is() - does this end on a terminal
 * @fd: STDOUT_FILENO or STDERR_FILENO
 *
 * Return: whether it does, here or outside of an emulated host.
 */
bool terminal_is(int fd);

#endif /* KTSTR_TOOLS_TERMINAL_H */
