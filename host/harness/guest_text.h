/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_GUEST_TEXT_H
#define KTSTR_HOST_GUEST_TEXT_H

/*
 * Lines a guest wrote, on their way into a report that a CI may read. CIs
 * search whole logs for what a crash of their own machine looks like, such as
 * "[    1.234567] BUG:", "] Call Trace:" or "[FAIL]", wherever on a line it
 * stands and whatever stands in front of it. All of these need a square
 * bracket, so a guest's line has round ones; raw text is left to the artifacts.
 */
#include <stddef.h>

/* A longer line is cut. */
#define GUEST_LINE_MAX 1024

/**
 * guest_line() - make one line of a guest's fit for a report
 * @dst: filled in: printable ASCII without square brackets, NUL-terminated
 * @room: bytes of @dst, at least 1
 * @src: the line, any bytes
 * @len: how many
 *
 * Return: bytes written, without the NUL.
 */
size_t guest_line(char *dst, size_t room, const char *src, size_t len);

/**
 * guest_lines_count() - lines in a text; a last one without newline counts
 * @text: any bytes
 * @len: how many
 */
size_t guest_lines_count(const char *text, size_t len);

/**
 * guest_lines() - hand out the last lines of a text
 * @text: any bytes
 * @len: how many
 * @nr: lines at most
 * @fn: called for each, oldest first, with what guest_line() makes of it
 * @ctx: passed to @fn
 */
void guest_lines(const char *text, size_t len, size_t nr, void (*fn)(void *ctx, const char *line),
		 void *ctx);

#endif /* KTSTR_HOST_GUEST_TEXT_H */
