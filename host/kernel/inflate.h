/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_INFLATE_H
#define KTSTR_HOST_KERNEL_INFLATE_H

#include <stddef.h>
#include <linux/types.h>
#include "lib/err.h"

/**
 * inflate_any() - uncompress a buffer by its magic
 * @src: zstd, gzip, xz or lzma data; bytes behind the stream are ignored
 *       (a bzImage appends the uncompressed size, lib/decompress*.c)
 * @len: bytes at @src
 * @max: refuse to produce more than this
 * @out_len: set to the bytes produced
 * @err: names the format and what went wrong, or NULL
 *
 * Any thread. The caller frees the buffer.
 *
 * Return: the buffer, or NULL with errno set: EOPNOTSUPP for an unknown magic,
 * EBADMSG for corrupt or truncated data, EFBIG beyond @max, ENOMEM.
 */
void *inflate_any(const void *src, size_t len, size_t max, size_t *out_len, struct ktstr_err *err);

#endif /* KTSTR_HOST_KERNEL_INFLATE_H */
