/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_QUERY_INTERNAL_H
#define KTSTR_HOST_INSPECT_QUERY_INTERNAL_H

/* Between the files that answer questions, and for nobody else. */
#include <stdbool.h>
#include <stdio.h>
#include <linux/types.h>

#include "host/inspect/query.h"

struct guest_kernel;
struct value;

/* A name in a message; longer ones are cut. */
#define QUERY_SHOWN_MAX 100

/**
 * query_shown() - a name as it may stand in a message
 * @buf: filled in
 * @text: any bytes
 *
 * Return: @buf.
 */
const char *query_shown(char buf[QUERY_SHOWN_MAX], const char *text);

/**
 * struct suggestions - names that somebody may have meant
 * @part: what they have in them, whatever its case
 * @begins: take names that begin with it; else those that have it further on
 * @text: "a, b, c", "" = none; printable
 * @used: bytes of it
 * @nr: names in it
 */
struct suggestions {
	const char *part;
	bool begins;
	char text[320];
	size_t used;
	u32 nr;
};

/* Those that begin with @part, which must outlive @s, are taken first. */
void suggest_init(struct suggestions *s, const char *part);

/* Takes a name, if it fits. */
void suggest_add(struct suggestions *s, const char *name);

/* No room for more. */
bool suggest_full(const struct suggestions *s);

/**
 * query_variable() - show a variable of the kernel
 * @s: the guest, with a tree
 * @arg: "NAME" or "NAME:TYPE"
 * @percpu: of every CPU
 * @to: gets "symbol" or "percpu"
 * @err: see query_walk()
 *
 * Return: 0 or negative errno.
 */
int query_variable(struct guest_state *s, const char *arg, bool percpu, struct value *to,
		   struct ktstr_err *err);

/**
 * query_symbols_print() - print all symbols, in order of address
 * @gk: the kernel
 * @json: as a JSON object
 * @out: where to
 *
 * Return: 0, -ENOMEM, -EIO, or -ENODATA when their addresses are not known.
 */
int query_symbols_print(const struct guest_kernel *gk, bool json, FILE *out);

#endif /* KTSTR_HOST_INSPECT_QUERY_INTERNAL_H */
