/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_TEXT_H
#define KTSTR_LIB_TEXT_H

/*
 * Text that came from a guest goes to terminals, TAP streams and JSON only in
 * this form: printable ASCII, everything else as \xNN.
 */
#include <stddef.h>

/**
 * text_escape() - make text of several lines harmless
 * @dst: filled in, always NUL-terminated
 * @room: bytes of @dst, at least 1
 * @src: the bytes
 * @len: how many
 *
 * Newlines and tabs stay, a carriage return in front of a newline goes, a
 * backslash stays one. What does not fit is cut, never inside an escape.
 *
 * Return: bytes written, without the NUL.
 */
size_t text_escape(char *dst, size_t room, const void *src, size_t len);

/**
 * text_escape_line() - make one line harmless
 * @dst: filled in, always NUL-terminated
 * @room: bytes of @dst, at least 1
 * @src: the bytes
 * @len: how many
 *
 * As text_escape(), but newlines and tabs become spaces, and white space at
 * the end goes.
 *
 * Return: bytes written, without the NUL.
 */
size_t text_escape_line(char *dst, size_t room, const void *src, size_t len);

/* Room that always suffices for @len bytes, the NUL included. */
#define TEXT_ESCAPED_MAX(len) ((len) * 4 + 1)

#endif /* KTSTR_LIB_TEXT_H */
