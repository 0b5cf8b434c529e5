/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_IMAGE_CHECK_H
#define SELFTESTS_IMAGE_CHECK_H

/*
 * A saved guest that is looked at as a dump does, and what must hold whatever
 * its memory says.
 */
#include <stdbool.h>
#include <stddef.h>

#include "host/inspect/image_guest.h"
#include "image_trace.h"

/* What one look may take. */
#define IMAGE_CPU_NS	(2 * NSEC_PER_SEC)
#define IMAGE_BYTES_MAX (256UL << 20)

/* A guest's walks end after this in a freeze; without, they have to end as well. */
#define IMAGE_BUDGET_NS (100 * NSEC_PER_MSEC)

/**
 * struct image_look - what became of one look
 * @json: of all sections, the caller's
 * @len: bytes of it
 * @complete: it says so
 * @why: what does not hold, or NULL
 * @at: where in @json, or NULL
 */
struct image_look {
	char *json;
	size_t len;
	bool complete;
	const char *why;
	const char *at;
};

/**
 * image_look() - take all sections, write them, and check both
 * @s: the walks
 * @budget_ns: for guest_state_take()
 * @to: filled in
 */
void image_look(struct guest_state *s, u64 budget_ns, struct image_look *to);

/**
 * image_reopen() - symbols, types and layouts once more, out of memory as it is
 * @g: the guest; on failure without what failed and what depends on it
 * @err: says why it cannot be had
 *
 * Return: true when all is there.
 */
bool image_reopen(struct image_guest *g, struct ktstr_err *err);

/**
 * image_renew() - walks that know nothing from before
 * @g: the guest, with symbols and types
 * @err: says why there are none; then @g->state is NULL
 *
 * Return: true when there are.
 */
bool image_renew(struct image_guest *g, struct ktstr_err *err);

/**
 * image_trace_all() - find out what is read
 * @g: the guest
 * @all: by phase
 *
 * Return: false when memory as it is cannot be opened.
 */
bool image_trace_all(struct image_guest *g, struct image_accesses all[PHASES]);

#endif /* SELFTESTS_IMAGE_CHECK_H */
