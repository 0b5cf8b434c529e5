/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_NEAR_H
#define KTSTR_HOST_HARNESS_NEAR_H

/* What was meant by a name that does not exist. Any thread. */
#include "host/harness/strv.h"

/* Longer names are near to none but themselves. */
#define NEAR_NAME_MAX 127

/**
 * near_distance() - in how many characters names differ
 * @a: a name
 * @b: the other one
 *
 * Return: how many have to be added, removed or replaced, or two neighbours
 * swapped, to make one the other; UINT_MAX above NEAR_NAME_MAX.
 */
unsigned int near_distance(const char *a, const char *b);

/**
 * near_names() - those that are written nearly like a name
 * @name: as the user wrote it
 * @names: those there are
 * @near: those that differ, or begin otherwise, in a third of @name at most are
 *        added, nearest first; also those that have it in them
 *
 * Return: as strv_add().
 */
int near_names(const char *name, const struct strv *names, struct strv *near);

#endif /* KTSTR_HOST_HARNESS_NEAR_H */
