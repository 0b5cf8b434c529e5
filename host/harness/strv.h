/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_STRV_H
#define KTSTR_HOST_STRV_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/compiler.h>

/**
 * struct strv - a growing, NULL-terminated list of strings
 * @v: the strings, owned; NULL as long as the list is empty
 * @nr: how many, without the terminator
 * @failed: an addition ran out of memory; looked at once, at the end
 *
 * Zeroed memory is an empty list. One thread at a time.
 */
struct strv {
	char **v;
	size_t nr;
	bool failed;
};

/**
 * strv_add() - append a copy of a string
 * @s: the list
 * @str: the string
 *
 * Return: 0, or -ENOMEM, which also sets @failed.
 */
int strv_add(struct strv *s, const char *str);

/**
 * strv_addf() - append a formatted string
 * @s: the list
 * @fmt: printf format
 *
 * Return: as strv_add().
 */
int __printf(2, 3) strv_addf(struct strv *s, const char *fmt, ...);

/**
 * strv_split() - append the parts of a string
 * @s: the list
 * @str: the string, or NULL for none
 * @seps: separator characters; empty parts are left out
 *
 * Return: as strv_add().
 */
int strv_split(struct strv *s, const char *str, const char *seps);

/**
 * strv_has() - is a string in the list?
 * @s: the list
 * @str: the string
 */
bool strv_has(const struct strv *s, const char *str);

/**
 * strv_free() - free the strings and empty the list
 * @s: the list
 */
void strv_free(struct strv *s);

#endif /* KTSTR_HOST_STRV_H */
