/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_SHOW_H
#define KTSTR_TOOLS_SHOW_H

/*
 * A dump as text for people. The dump may be of another version, cut by hand,
 * or no dump at all: what is missing or of another kind is left out, and every
 * text in it is escaped.
 */
#include <stdbool.h>
#include <stdio.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "lib/err.h"

struct value;

/**
 * struct show - how a dump is shown
 * @out: where to
 * @root: all of it
 * @dump: the standstill: @root, or its late half
 * @all: nothing is left out for being long or uninteresting
 * @colour: with terminal colours
 */
struct show {
	FILE *out;
	const struct value *root;
	const struct value *dump;
	bool all;
	bool colour;
};

/**
 * show_init() - look at what there is
 * @s: filled in but for @s->all and @s->colour
 * @root: from value_parse(); must outlive @s
 * @out: where to
 * @err: says why it is no dump, or NULL
 *
 * Return: 0, or -EINVAL for anything that is not a dump; @s is good for
 * show_path() all the same.
 */
int show_init(struct show *s, const struct value *root, FILE *out, struct ktstr_err *err);

/**
 * show_dump() - all sections in their order
 * @s: the dump
 */
void show_dump(const struct show *s);

/**
 * show_section() - one section, or one member of the dump as it is
 * @s: the dump
 * @name: of the section or member
 * @err: names what there is, or NULL
 *
 * Return: 0 or -ENOENT.
 */
int show_section(const struct show *s, const char *name, struct ktstr_err *err);

/**
 * show_path() - one value
 * @s: the dump
 * @path: see value_get()
 * @err: names what there is, or NULL
 *
 * Return: 0, or what value_get() sets errno to, negative.
 */
int show_path(const struct show *s, const char *path, struct ktstr_err *err);

#endif /* KTSTR_TOOLS_SHOW_H */
