/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_MODULES_H
#define KTSTR_GUEST_MODULES_H

#include <stddef.h>

#include "lib/err.h"

/**
 * module_unsigned_size() - where the signature of a module image begins
 * @image: the file's contents
 * @size: their size
 *
 * Return: the size without the signature, or @size when there is none or its
 * description does not fit the file.
 */
size_t module_unsigned_size(const void *image, size_t size);

/**
 * modules_load() - load every kernel module of a directory, in name order
 * @dir: the directory; names like ``10-virtio_mmio.ko`` give the order
 * @err: names the module that failed, or NULL
 *
 * A directory that does not exist means that everything is built in. A
 * module that is loaded or built in already (EEXIST) is fine. The first other
 * failure ends the walk. PID 1 only.
 *
 * Return: 0, or the negative errno of scandir(3), open(2) or init_module(2).
 */
int modules_load(const char *dir, struct ktstr_err *err);

#endif /* KTSTR_GUEST_MODULES_H */
