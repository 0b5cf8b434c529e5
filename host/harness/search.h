/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_SEARCH_H
#define KTSTR_HOST_SEARCH_H

/*
 * The pattern of every look-up in discover.h: an ordered list of places, and a
 * message that lists them all when none of them has the file.
 */
#include <stdbool.h>
#include <linux/compiler.h>
#include "host/harness/strv.h"
#include "lib/err.h"

/**
 * struct search - places tried so far
 * @tried: their paths
 *
 * Zeroed memory is a new search; search_end() releases it.
 */
struct search {
	struct strv tried;
};

/**
 * search_try() - is it there?
 * @s: the search
 * @mode: for access(2)
 * @fmt: printf format of the path
 *
 * Return: the path, from malloc(3), or NULL.
 */
__printf(3, 4) char *search_try(struct search *s, int mode, const char *fmt, ...);

/**
 * search_note() - list a place that was looked at in another way
 * @s: the search
 * @fmt: printf format
 */
__printf(2, 3) void search_note(struct search *s, const char *fmt, ...);

/**
 * search_only() - one given path, without alternatives
 * @what: what it is, or the variable that names it
 * @path: the path
 * @mode: for access(2)
 * @err: says what is wrong with it, or NULL
 *
 * Return: a copy of the path, or NULL with errno set.
 */
char *search_only(const char *what, const char *path, int mode, struct ktstr_err *err);

/**
 * search_env() - the same for an environment variable
 * @var: its name
 * @mode: for access(2)
 * @path: set as search_only() returns when the variable is set
 * @err: as in search_only()
 *
 * Return: whether the variable is set and not empty.
 */
bool search_env(const char *var, int mode, char **path, struct ktstr_err *err);

/**
 * search_end() - the result of a search
 * @s: the search, released
 * @path: what was found, or NULL
 * @err: filled in when nothing was, or NULL
 * @what: what is missing
 * @way_out: what brings it in
 *
 * Return: @path; if NULL, errno is ENOENT.
 */
char *search_end(struct search *s, char *path, struct ktstr_err *err, const char *what,
		 const char *way_out);

#endif /* KTSTR_HOST_SEARCH_H */
