/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_CAPTURE_H
#define KTSTR_HOST_CAPTURE_H

#include <stddef.h>
#include <linux/types.h>

/**
 * capture_output() - the first bytes another program prints
 * @argv: its path or its name in PATH, and its arguments; ended by NULL
 * @timeout_ms: kill it after this long
 * @buf: filled in, NUL-terminated; "" when it cannot be run or says nothing
 * @len: bytes of @buf, at least 1; the program is killed once it is full
 *
 * Standard input and error of the program are /dev/null. Any thread.
 */
void capture_output(char *const argv[], u32 timeout_ms, char *buf, size_t len);

#endif /* KTSTR_HOST_CAPTURE_H */
