/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_IMAGE_H
#define KTSTR_HOST_KERNEL_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include "lib/err.h"

/* A vmlinux with debug information is well below this. */
#define KERNEL_IMAGE_MAX (4ULL * SZ_1G)
/* Refuse to inflate a payload beyond this: a corrupt size trailer asks for it. */
#define KERNEL_PAYLOAD_MAX (1ULL * SZ_1G)

/**
 * enum kernel_format - what a kernel file is
 * @KERNEL_BZIMAGE: x86 bzImage (Documentation/arch/x86/boot.rst)
 * @KERNEL_ELF: uncompressed vmlinux for x86_64, ELF
 */
enum kernel_format {
	KERNEL_BZIMAGE,
	KERNEL_ELF,
};

/**
 * struct kernel_image - a kernel file
 * @path: the name it was opened by, for messages
 * @format: what it is
 * @fd: the file, or -1 for an image in memory
 * @data: the image in memory, or NULL for a file
 * @owned: @data is freed with the image
 * @size: bytes
 * @release: for a bzImage, the ``uname -r`` string of its setup header, else ""
 * @payload: for a bzImage, where the compressed vmlinux begins
 * @payload_size: bytes of it
 *
 * A file is read, not mapped: its pages go straight to where they are needed,
 * guest memory above all, and none stays in this process. Read-only after
 * opening, so any thread may use it.
 */
struct kernel_image {
	char *path;
	enum kernel_format format;
	int fd;
	const u8 *data;
	bool owned;
	size_t size;
	char release[128];
	size_t payload;
	size_t payload_size;
};

/**
 * kernel_image_open() - open a kernel file and find out what it is
 * @path: bzImage or vmlinux
 * @err: says what the file is not and what would do, or NULL
 *
 * Nothing in the file is trusted: every offset is checked against its size.
 *
 * Return: the image (kernel_image_free() it), or NULL with errno set: ENOENT
 * and other open errors, ENOEXEC for a file that is no kernel for this
 * architecture, EFBIG.
 */
struct kernel_image *kernel_image_open(const char *path, struct ktstr_err *err);

/**
 * kernel_image_from_mem() - the same for bytes already in memory
 * @data: must stay valid as long as the image
 * @size: bytes
 * @name: for messages
 * @err: as in kernel_image_open()
 *
 * Return: as kernel_image_open().
 */
struct kernel_image *kernel_image_from_mem(const void *data, size_t size, const char *name,
					   struct ktstr_err *err);

/**
 * kernel_image_read() - copy bytes out of an image
 * @img: the image
 * @offset: where they are
 * @buf: where to
 * @len: how many
 *
 * Return: 0, -ENOEXEC when they are not inside the image, or the negative
 * errno of the read (-EIO when the file has shrunk).
 */
int kernel_image_read(const struct kernel_image *img, size_t offset, void *buf, size_t len);

/**
 * kernel_image_vmlinux() - the uncompressed ELF of an image
 * @img: a bzImage or an ELF
 * @cache_dir: directory where inflated payloads are kept, or NULL for none
 * @err: names the compression that failed, or NULL
 *
 * For an ELF this opens the same file again. A payload is inflated by its
 * magic (zstd, gzip, xz, lzma) and kept in @cache_dir under its CRC-32 and
 * length, written beside and renamed, so a cut run leaves no torn file.
 *
 * Return: a new image, or NULL with errno set: EOPNOTSUPP for a compression
 * that is not built in, EBADMSG for corrupt data, ENOMEM.
 */
struct kernel_image *kernel_image_vmlinux(const struct kernel_image *img, const char *cache_dir,
					  struct ktstr_err *err);

/**
 * kernel_image_free() - close and forget; takes NULL
 * @img: the image
 */
void kernel_image_free(struct kernel_image *img);

#endif /* KTSTR_HOST_KERNEL_IMAGE_H */
