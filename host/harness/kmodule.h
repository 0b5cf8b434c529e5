/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KMODULE_H
#define KTSTR_HOST_KMODULE_H

#include <stddef.h>
#include "host/harness/initramfs.h"
#include "lib/err.h"

#define KMODULE_DIR "/ktstr/modules"

/**
 * kmodule_find() - find the file of a kernel module
 * @kernel: path of the kernel it must fit
 * @name: its file name without the suffix, e.g. "kvm-amd"
 *
 * <directory of the kernel>/modules/NAME.ko (what scripts/setup makes), the
 * build tree the kernel lies in, /lib/modules/<release>/kernel; compressed
 * modules (.xz, .zst, .gz) included.
 *
 * Return: the path, from malloc(3), or NULL: the module may be built in.
 */
char *kmodule_find(const char *kernel, const char *name);

/**
 * kmodule_read() - read a module, uncompressed
 * @path: from kmodule_find()
 * @size: set to its bytes
 * @err: names the file and what is wrong, or NULL
 *
 * Return: the bytes (free() them), or NULL with errno set as by file_read() or
 * inflate_any().
 */
void *kmodule_read(const char *path, size_t *size, struct ktstr_err *err);

/**
 * kmodule_add() - put modules where guest-init loads them from
 * @fs: the archive; files KMODULE_DIR/NN-NAME.ko
 * @kernel: path of the kernel
 * @names: in loading order, ended by NULL; those that are not found are taken
 *         for built in
 * @err: why, or NULL
 *
 * Return: how many were added, or negative errno of reading or adding one.
 */
int kmodule_add(struct initramfs *fs, const char *kernel, const char *const *names,
		struct ktstr_err *err);

#endif /* KTSTR_HOST_KMODULE_H */
