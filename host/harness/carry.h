/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_CARRY_H
#define KTSTR_HOST_CARRY_H

#include <stdbool.h>
#include "host/harness/initramfs.h"
#include "lib/err.h"

/**
 * carry_path() - make a path absolute without following its symlinks
 * @path: relative to the working directory, or absolute
 *
 * A path that goes up ("..") is resolved through the file system instead, as
 * only that knows what ".." means behind a symlink.
 *
 * Return: the path, clean, from malloc(3); or NULL with errno set.
 */
char *carry_path(const char *path);

/**
 * carry_file() - take a file along at its own path
 * @fs: the archive
 * @path: the file; an ELF file brings its libraries
 * @err: why, or NULL
 *
 * Return: as initramfs_add_elf().
 */
int carry_file(struct initramfs *fs, const char *path, struct ktstr_err *err);

/**
 * carry_tree() - take a file or a whole directory along
 * @fs: the archive
 * @path: the file or directory; symlinks to files become files, symlinks to
 *        directories below @path are left out, and so is what is neither
 * @err: why, or NULL
 *
 * Return: as carry_file(), or the negative errno of stat(2) or opendir(3).
 */
int carry_tree(struct initramfs *fs, const char *path, struct ktstr_err *err);

/**
 * carry_suite() - take along what discover.h finds for guests
 * @fs: the archive
 * @kernel: kernel under test as given on the command line, or NULL
 * @vmlinux: also the uncompressed vmlinux beside it
 * @err: why, or NULL
 *
 * What is not found is left out: whoever needs it inside says so by itself.
 *
 * Return: as carry_file().
 */
int carry_suite(struct initramfs *fs, const char *kernel, bool vmlinux, struct ktstr_err *err);

#endif /* KTSTR_HOST_CARRY_H */
