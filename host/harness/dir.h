/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_DIR_H
#define KTSTR_HOST_HARNESS_DIR_H

/* Directories that runs leave their files in. */
#include <stdbool.h>

#include "lib/err.h"

/**
 * dir_make() - open a directory, made when it is missing
 * @what: it is, for @err: "output directory"
 * @path: of it; its parents must be there, as a typo in them should be seen as one
 * @err: why not, or NULL
 *
 * Return: a descriptor of the caller's, or the negative errno of mkdir(2) or open(2).
 */
int dir_make(const char *what, const char *path, struct ktstr_err *err);

/**
 * dir_remove() - remove files by their name, those that can be
 * @dirfd: of the directory
 * @goes: does a file of this name go
 * @ctx: passed to it
 */
void dir_remove(int dirfd, bool (*goes)(const char *name, const void *ctx), const void *ctx);

#endif /* KTSTR_HOST_HARNESS_DIR_H */
