/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_SERIES_INTERNAL_H
#define KTSTR_HOST_HARNESS_SERIES_INTERNAL_H

/* How a series is filled: between series*.c. */
#include <linux/compiler.h>

#include "host/harness/ktstr.h"

/**
 * series_begin() - an empty series
 * @s: overwritten
 * @name: of the figure, or NULL; made printable
 */
void series_begin(struct ktstr_series *s, const char *name);

/**
 * series_add() - one more sample
 * @s: the series
 * @tag: of the sample; made printable
 * @elapsed_ns: as in struct ktstr_slot
 * @step: likewise
 *
 * Return: it, with the value 0, valid until the next one; or NULL with @s->lost
 * set.
 */
struct ktstr_slot *series_add(struct ktstr_series *s, const char *tag, u64 elapsed_ns, u32 step);

/**
 * series_error() - a sample has no value
 * @s: the series
 * @slot: of it
 * @kind: why
 * @fmt: why, for people; made one printable line
 */
void __printf(4, 5) series_error(struct ktstr_series *s, struct ktstr_slot *slot,
				 enum ktstr_slot_kind kind, const char *fmt, ...);

/**
 * series_names() - names, with commas
 * @dst: filled in
 * @room: bytes of @dst
 * @name: gives the name of each index
 * @nr: how many there are
 *
 * Return: @dst.
 */
const char *series_names(char *dst, size_t room, const char *(*name)(u32 i), u32 nr);

static inline bool slot_ok(const struct ktstr_slot *slot)
{
	return slot->kind == KTSTR_SLOT_VALUE;
}

#endif /* KTSTR_HOST_HARNESS_SERIES_INTERNAL_H */
