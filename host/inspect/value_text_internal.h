/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_VALUE_TEXT_INTERNAL_H
#define KTSTR_HOST_INSPECT_VALUE_TEXT_INTERNAL_H

/* Between the files that print values, and for nobody else. */
#include "value_internal.h"
#include "value_text.h"

#define VALUE_TAB 8

/**
 * struct value_line - a value that may fit on one line
 * @out: where it is tried, in memory
 * @buf: what was written there, after fflush()
 * @size: of @buf
 * @zeros: see struct value_text_opts
 */
struct value_line {
	FILE *out;
	char *buf;
	size_t size;
	bool zeros;
};

/* Are two values the same but for their names. */
bool value_same(const struct value *a, const struct value *b, u32 depth);

/* Have they members or elements that may take lines of their own. */
bool value_is_block(const struct value *v);

/**
 * value_line_try() - print a value on one line
 * @l: set up
 * @v: the value
 * @room: columns
 *
 * Return: true when it fits; then @l->buf has it, NUL-terminated.
 */
bool value_line_try(struct value_line *l, const struct value *v, u32 room);

/**
 * value_line_scalar() - print a value without members
 * @out: where to
 * @v: the value; of one with members, what stands in front of them
 */
void value_line_scalar(FILE *out, const struct value *v);

#endif /* KTSTR_HOST_INSPECT_VALUE_TEXT_INTERNAL_H */
