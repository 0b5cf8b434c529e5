/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_BUILDID_H
#define KTSTR_HOST_KERNEL_BUILDID_H

/*
 * Build IDs: whether a vmlinux on disk is the kernel that runs. Layouts of
 * another build are never used on a guest.
 */
#include <stddef.h>
#include <linux/types.h>

#include "host/kernel/guest_kernel.h"
#include "host/kernel/image.h"
#include "lib/err.h"

/* Linkers make 8 to 32 bytes; the kernel itself shows 20 (BUILD_ID_SIZE_MAX). */
#define BUILDID_MAX 64

/**
 * struct buildid - a build ID
 * @len: its bytes, 1 to BUILDID_MAX
 * @id: they
 */
struct buildid {
	u32 len;
	u8 id[BUILDID_MAX];
};

/* Two digits a byte, and NUL. */
#define BUILDID_TEXT (2 * BUILDID_MAX + 1)

/**
 * buildid_text() - as hexadecimal digits
 * @b: the build ID
 * @buf: BUILDID_TEXT bytes
 *
 * Return: @buf.
 */
const char *buildid_text(const struct buildid *b, char *buf);

/**
 * buildid_in_notes() - find the one among ELF notes
 * @notes: any bytes; 4-byte aligned notes
 * @len: how many
 * @b: set on success
 *
 * Return: 0, or -ENODATA when there is none before the notes end or make no
 * sense.
 */
int buildid_in_notes(const void *notes, size_t len, struct buildid *b);

/**
 * buildid_of_image() - of a kernel file
 * @img: an ELF
 * @b: set on success
 *
 * From its note segments, else its note sections.
 *
 * Return: 0, -ENODATA when it has none or is no ELF, or as kernel_image_read().
 */
int buildid_of_image(const struct kernel_image *img, struct buildid *b);

/**
 * buildid_of_guest() - of a running kernel
 * @gk: the kernel
 * @b: set on success
 *
 * From the line BUILD-ID of VMCOREINFO (init_vmcoreinfo() of
 * kernel/vmcore_info.c, not in every kernel), else from
 * the notes between __start_notes and __stop_notes in its memory. Any thread.
 *
 * Return: 0, or -ENODATA when neither is there.
 */
int buildid_of_guest(const struct guest_kernel *gk, struct buildid *b);

/**
 * buildid_check() - hold a kernel file against a running kernel
 * @gk: the kernel
 * @img: the file, or NULL
 * @err: names both build IDs and the file
 *
 * gk_new() does so. Any thread.
 *
 * Return: 0 when they are the same, or one of them has none to compare;
 * -EBADMSG when they differ; -ENOEXEC for a file that is cut short, and others
 * of kernel_image_read().
 */
int buildid_check(const struct guest_kernel *gk, const struct kernel_image *img,
		  struct ktstr_err *err);

#endif /* KTSTR_HOST_KERNEL_BUILDID_H */
