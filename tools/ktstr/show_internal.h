/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_SHOW_INTERNAL_H
#define KTSTR_TOOLS_SHOW_INTERNAL_H

/* Between the files that show a dump, and for nobody else. */
#include "host/inspect/value.h"
#include "host/inspect/value_text.h"
#include "show.h"

/* Spaces of a level, columns of a line. */
#define SHOW_INDENT 2
#define SHOW_WIDTH  100

/*
 * Sections. Each prints its heading when it has something to say.
 * Return: whether it had.
 */
bool show_summary(const struct show *s);
bool show_backtrace(const struct show *s);
bool show_variables(const struct show *s);
bool show_maps(const struct show *s);
bool show_scx(const struct show *s);
bool show_queues(const struct show *s);
bool show_vcpus(const struct show *s);
bool show_tasks(const struct show *s);
bool show_allocations(const struct show *s);
bool show_logs(const struct show *s);
bool show_missing(const struct show *s);

/* Reading; every one takes NULL for @v, and values of any kind. */

/**
 * struct show_str - a text of the dump, made harmless
 * @s: NUL-terminated, cut if need be
 */
struct show_str {
	char s[320];
};

/**
 * show_get() - a member
 * @v: the struct
 * @path: names with dots between them; "" is @v itself
 *
 * Return: the value, or NULL.
 */
const struct value *show_get(const struct value *v, const char *path);

/* A number, boolean or enum; false when there is none. */
bool show_u64(const struct value *v, const char *path, u64 *n);

/* The same, else 0. */
u64 show_num(const struct value *v, const char *path);

/* The first element of an array, else NULL. */
const struct value *show_items(const struct value *v, const char *path);

/* Elements of an array, also those that were cut from it. */
u64 show_count(const struct value *v, const char *path);

/* A scalar as text; "" when there is none. */
struct show_str show_str(const struct value *v, const char *path);

/* Is it there, and not empty. */
bool show_has(const struct value *v, const char *path);

/* Do two texts agree. */
bool show_is(const struct value *v, const char *path, const char *text);

/* "kworker/0:1 (12)" of a task. */
struct show_str show_task_name(const struct value *task);

/* "15.6 ms" */
struct show_str show_ns(u64 ns);

/* A time in jiffies: in seconds when the dump says how long one is. */
struct show_str show_jiffies(const struct show *s, u64 jiffies);

/* How long a task has been runnable; false when nothing says so. */
bool show_wait(const struct show *s, const struct value *task, u64 *jiffies);

/* Name of a dispatch queue by its id. */
struct show_str show_dsq_id(const struct value *v, const char *path);

/* Writing. */

void show_heading(const struct show *s, const char *fmt, ...) __printf(2, 3);

/* "  label       text" */
void show_row(const struct show *s, const char *label, const char *fmt, ...) __printf(3, 4);

/* A text of any length, escaped, as one line without its end. */
void show_put_text(const struct show *s, const struct value *v);

/**
 * show_value() - a value as value_text_print() has it
 * @s: the dump
 * @v: the value, or NULL
 * @indent: levels
 * @items: elements of arrays, 0 or with @s->all: all of them
 */
void show_value(const struct show *s, const struct value *v, u32 indent, u32 items);

/**
 * show_members() - the members of a struct, those that are zero by name only
 * @s: the dump
 * @v: the struct
 * @indent: levels
 * @hide: tells which are left out unless @s->all; or NULL
 * @hidden: how many were
 */
void show_members(const struct show *s, const struct value *v, u32 indent,
		  bool (*hide)(const char *name), u32 *hidden);

#endif /* KTSTR_TOOLS_SHOW_INTERNAL_H */
