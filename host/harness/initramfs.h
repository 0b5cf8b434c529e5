/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INITRAMFS_H
#define KTSTR_HOST_INITRAMFS_H

/*
 * An initramfs: an uncompressed "newc" cpio archive
 * (Documentation/driver-api/early-userspace/buffer-format.rst). The archive
 * depends on names, modes and contents only: entries are sorted, times are 0
 * and inode numbers count up, so the same input gives the same bytes.
 *
 * Sources are read once, straight into the archive, when it is built.
 */
#include <stddef.h>
#include <sys/types.h>
#include "lib/err.h"

struct initramfs;

/**
 * initramfs_new() - an empty archive
 *
 * One thread at a time. Return: the archive (initramfs_free() it), or NULL with
 * errno ENOMEM.
 */
struct initramfs *initramfs_new(void);

/**
 * initramfs_add_dir() - add a directory and its parents
 * @fs: the archive
 * @path: absolute path inside; "." and ".." are refused
 * @mode: permission bits; the parents get 0755. A directory that is there
 *        already keeps its mode
 * @err: why, or NULL
 *
 * Return: 0, -EINVAL for a path that is not absolute and clean, -ENOTDIR when
 * the path or a parent is there as something else, -ENAMETOOLONG, -ENOMEM.
 */
int initramfs_add_dir(struct initramfs *fs, const char *path, mode_t mode, struct ktstr_err *err);

/**
 * initramfs_add_file() - add a regular file of the host
 * @fs: the archive
 * @path: absolute path inside
 * @host_path: where its contents are, symlinks followed; read when building
 * @mode: permission bits, or 0 to take those of @host_path
 * @err: why, or NULL
 *
 * Adding the same source to the same path again does nothing.
 *
 * Return: 0, -EEXIST when @path is there with another content, -EINVAL also
 * for a @host_path that is no regular file, -EFBIG above 4 GiB (the format's
 * limit), the negative errno of open(2), or as initramfs_add_dir().
 */
int initramfs_add_file(struct initramfs *fs, const char *path, const char *host_path, mode_t mode,
		       struct ktstr_err *err);

/**
 * initramfs_add_mem() - add a regular file from memory
 * @fs: the archive
 * @path: absolute path inside
 * @data: its contents, copied
 * @len: bytes
 * @mode: permission bits
 * @err: why, or NULL
 *
 * Return: as initramfs_add_file().
 */
int initramfs_add_mem(struct initramfs *fs, const char *path, const void *data, size_t len,
		      mode_t mode, struct ktstr_err *err);

/**
 * initramfs_add_symlink() - add a symbolic link
 * @fs: the archive
 * @path: absolute path inside
 * @target: what it says
 * @err: why, or NULL
 *
 * Return: as initramfs_add_file().
 */
int initramfs_add_symlink(struct initramfs *fs, const char *path, const char *target,
			  struct ktstr_err *err);

/**
 * initramfs_add_elf() - add a program with everything it needs to start
 * @fs: the archive
 * @path: absolute path inside
 * @host_path: an ELF program or shared object, static or dynamic
 * @err: names the library that is missing and who needs it, or NULL
 *
 * The interpreter and the shared libraries (elf_deps.h) are placed at the paths
 * at which they were found, with the contents their symlinks lead to.
 *
 * Return: as initramfs_add_file(), or as elf_deps_add(): -ENOEXEC for a file
 * that is not ELF, -ENOENT for a missing library.
 */
int initramfs_add_elf(struct initramfs *fs, const char *path, const char *host_path,
		      struct ktstr_err *err);

/**
 * initramfs_size() - how large the archive is going to be
 * @fs: the archive
 *
 * Return: bytes, a multiple of 4.
 */
size_t initramfs_size(const struct initramfs *fs);

/**
 * initramfs_build() - make the archive in memory
 * @fs: the archive; may be built again, and added to
 * @buf: set to the archive; the caller frees it
 * @len: set to its size
 * @err: names the source that could not be read, or NULL
 *
 * Return: 0, -ENOMEM, or the negative errno of reading a source; -ESTALE when a
 * source changed its size since it was added.
 */
int initramfs_build(const struct initramfs *fs, void **buf, size_t *len, struct ktstr_err *err);

/**
 * initramfs_build_fd() - make the archive in a memfd
 * @fs: the archive
 * @len: set to its size
 * @err: as in initramfs_build()
 *
 * For archives with big files: nothing but the page cache of the memfd is ever
 * filled.
 *
 * Return: the descriptor, close-on-exec and owned by the caller, or negative
 * errno as initramfs_build() and memfd_create(2).
 */
int initramfs_build_fd(const struct initramfs *fs, size_t *len, struct ktstr_err *err);

/**
 * initramfs_free() - forget everything; takes NULL
 * @fs: the archive
 */
void initramfs_free(struct initramfs *fs);

#endif /* KTSTR_HOST_INITRAMFS_H */
