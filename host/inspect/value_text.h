/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_VALUE_TEXT_H
#define KTSTR_HOST_INSPECT_VALUE_TEXT_H

/*
 * Values for people: a member a line, what is small on one line, what repeats
 * or is zero once with a count.
 */
#include <stdbool.h>
#include <stdio.h>
#include <linux/types.h>

struct value;

/**
 * struct value_text_opts - how to print
 * @indent: levels in front of every line
 * @spaces: for one level, 0 = a tab
 * @width: columns to stay within where that is possible, 0 = 100; a tab is 8
 * @zeros: print members that are zero like others, instead of their names only
 * @items: elements of an array, 0 = all; more are counted
 */
struct value_text_opts {
	u32 indent;
	u32 spaces;
	u32 width;
	bool zeros;
	u32 items;
};

/**
 * value_text_print() - print a value
 * @out: where to; whole lines of printable ASCII
 * @v: the value; one with a name is printed with it, the members of one
 *     without are printed by themselves
 * @o: how, or NULL
 *
 * Any thread; several may print the same tree.
 *
 * Return: 0, -EIO when @out failed, -ENOMEM.
 */
int value_text_print(FILE *out, const struct value *v, const struct value_text_opts *o);

/**
 * value_is_zero() - is there nothing to see
 * @v: the value
 * @depth: levels above it, 0 for callers
 *
 * Numbers that are 0, false, null, empty texts and sets, and what is made of
 * nothing else. An enum is never.
 */
bool value_is_zero(const struct value *v, u32 depth);

#endif /* KTSTR_HOST_INSPECT_VALUE_TEXT_H */
