/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_SCHEDLOG_H
#define KTSTR_HOST_HARNESS_SCHEDLOG_H

/*
 * The few lines in a scheduler's output that say what went wrong. The output
 * is the guest's: any bytes, perhaps without its beginning.
 */
#include <stdbool.h>
#include <stddef.h>

/**
 * schedlog_load_error() - why the BPF programs did not load
 * @log: the output, raw
 * @len: bytes of it
 * @dst: filled in, one line, printable ASCII, NUL-terminated
 * @room: bytes of @dst
 *
 * The verifier's own last word when libbpf printed its log (the line in front
 * of "processed N insns", with the program's name), else the first line of
 * libbpf that speaks of a failure.
 *
 * Return: true when there is one.
 */
bool schedlog_load_error(const char *log, size_t len, char *dst, size_t room);

/**
 * schedlog_exit() - what the kernel told the scheduler when it detached it
 * @log: the output, raw
 * @len: bytes of it
 * @dst: filled in as above
 * @room: bytes of @dst
 *
 * The last "EXIT: " line of UEI_REPORT()
 * (tools/sched_ext/include/scx/user_exit_info.h), without the prefix.
 *
 * Return: true when there is one that the user did not cause.
 */
bool schedlog_exit(const char *log, size_t len, char *dst, size_t room);

#endif /* KTSTR_HOST_HARNESS_SCHEDLOG_H */
