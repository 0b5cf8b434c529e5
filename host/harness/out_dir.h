/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_OUT_DIR_H
#define KTSTR_HOST_HARNESS_OUT_DIR_H

/*
 * Where runs leave their files when the test does not say: $KTSTR_OUT/PROGRAM, one
 * directory for each program. It belongs to the session that wrote there last
 * (run_context.h): the results of the one before are gone with the first new one.
 */
#include "lib/err.h"

#define OUT_DIR_ENV "KTSTR_OUT"
/* Which session wrote last. */
#define OUT_DIR_SESSION ".session"

/**
 * out_dir_default() - the directory of this program
 *
 * Return: its path, from malloc(3), or NULL with errno ENOENT when $KTSTR_OUT is
 * not set or empty, or ENOMEM.
 */
char *out_dir_default(void);

/**
 * out_dir_make() - make what $KTSTR_OUT names, which its parents must have
 * @err: names it and says why not, or NULL
 *
 * Return: 0, also when it is there, or the negative errno of mkdir(2).
 */
int out_dir_make(struct ktstr_err *err);

/**
 * out_dir_begin() - forget the results of an earlier session
 * @dirfd: the directory
 * @session: name of this one
 *
 * Removes *.result.json, unless the directory is this session's already. Nothing
 * else, and nothing below another directory.
 *
 * Return: 0, or the negative errno of writing down whose it is.
 */
int out_dir_begin(int dirfd, const char *session);

/**
 * out_dir_name() - a name that no run in a directory has yet
 * @dirfd: the directory
 * @name: the one that is wished; characters other than [A-Za-z0-9._-] become '-'
 *
 * Return: it, with "-2", "-3" and so on behind it where it is taken, from malloc(3),
 * or NULL without memory.
 */
char *out_dir_name(int dirfd, const char *name);

#endif /* KTSTR_HOST_HARNESS_OUT_DIR_H */
