/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_NAMES_H
#define KTSTR_LIB_NAMES_H

/*
 * What a message says about a name that does not exist: what was probably
 * meant, and what there is. Any thread.
 */
#include <stddef.h>
#include <linux/types.h>

/* Longer names are near to none but themselves. */
#define NAMES_NEAR_MAX 127

/**
 * struct names - names in a message
 * @wanted: the name that does not exist, borrowed; or NULL
 * @room: of @list that may be used
 * @list: "a, b, c", or as many as fit and ", 3 more"; printable
 * @used: bytes of @list without what there was no room for
 * @nr: how many were added
 * @more: how many of them are not in @list
 * @hint: "did you mean b? ", or ""
 * @by: how far from @wanted those in @hint are
 */
struct names {
	const char *wanted;
	size_t room;
	char list[400];
	size_t used;
	u32 nr;
	u32 more;
	char hint[160];
	unsigned int by;
};

/**
 * names_init() - there are none
 * @n: filled in
 * @wanted: what does not exist, must outlive @n; NULL = nobody asked for one
 */
void names_init(struct names *n, const char *wanted);

/**
 * names_add() - there is this one
 * @n: the object
 * @name: any bytes; copied
 */
void names_add(struct names *n, const char *name);

/**
 * names_list() - all that there are
 * @n: the object
 *
 * Return: @n->list, or "none".
 */
const char *names_list(const struct names *n);

/**
 * names_distance() - in how many characters names differ
 * @a: a name
 * @b: the other one
 *
 * Return: how many have to be added, removed or replaced, or two neighbours
 * swapped, to make one the other; UINT_MAX above NAMES_NEAR_MAX.
 */
unsigned int names_distance(const char *a, const char *b);

#endif /* KTSTR_LIB_NAMES_H */
