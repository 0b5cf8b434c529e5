/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_UTIL_H
#define KTSTR_LIB_UTIL_H

/*
 * The kernel's own helpers come from the tree (tools/include); what stands
 * here is what user space needs besides: whole reads and writes, closing
 * without losing errno, monotonic time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/kernel.h>
#include <linux/types.h>

#define NSEC_PER_MSEC 1000000UL
#define NSEC_PER_SEC  1000000000UL

/**
 * mono_ns() - now, on CLOCK_MONOTONIC
 *
 * Any thread. Return: nanoseconds.
 */
u64 mono_ns(void);

/**
 * write_full() - write a whole buffer, retrying EINTR and short writes
 * @fd: a blocking descriptor
 * @buf: the bytes
 * @len: how many
 *
 * Return: 0, or the negative errno of the write that failed (-EIO when the
 * descriptor accepts nothing more).
 */
int write_full(int fd, const void *buf, size_t len);

/**
 * read_full() - read up to @len bytes, retrying EINTR and short reads
 * @fd: a blocking descriptor
 * @buf: where to
 * @len: how many at most
 *
 * Return: bytes read (less than @len only at end of file), or negative errno.
 */
ssize_t read_full(int fd, void *buf, size_t len);

/**
 * mem_copy() - a copy of some bytes
 * @data: the bytes; may be NULL when @len is 0
 * @len: how many
 *
 * The copy carries one NUL behind them. The caller frees it.
 *
 * Return: the copy, or NULL when there is no memory.
 */
void *mem_copy(const void *data, size_t len);

/**
 * file_read() - read a whole file into memory
 * @path: the file
 * @max: refuse a larger file with -EFBIG
 * @size: set to the number of bytes read
 *
 * The buffer carries one NUL behind @size bytes. The caller frees it.
 *
 * Return: the buffer, or NULL with errno set.
 */
void *file_read(const char *path, size_t max, size_t *size);

/**
 * file_replace() - write a file so that its name never shows a torn one
 * @dirfd: directory, or AT_FDCWD
 * @name: path below it; its directory must be there
 * @data: the contents
 * @len: bytes
 *
 * Written and synced beside @name under a temporary name, then renamed.
 *
 * Return: 0, or the negative errno of what failed; then @name is as it was and
 * the temporary file is gone.
 */
int file_replace(int dirfd, const char *name, const void *data, size_t len);

/**
 * square_root() - what sqrt(3) does, without libm
 * @x: any number
 *
 * Neither PID 1 of a guest nor a test program is linked with libm.
 *
 * Return: its root, 0 for what is negative or no number.
 */
double square_root(double x);

/**
 * close_fd() - close a descriptor that may not be open, keeping errno
 * @fd: pointer to the descriptor; set to -1
 */
void close_fd(int *fd);

#endif /* KTSTR_LIB_UTIL_H */
