/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_VMCOREINFO_H
#define KTSTR_HOST_KERNEL_VMCOREINFO_H

/*
 * VMCOREINFO: lines of KEY=VALUE that a kernel keeps about itself for whoever
 * reads its memory from outside (kernel/vmcore_info.c). An ELF note whose
 * physical address stands in /sys/kernel/vmcoreinfo.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "lib/err.h"

/* The kernel's own limit is a page: 64 KiB at most, plus the note's header. */
#define VMCOREINFO_MAX (2U * SZ_64K)

/**
 * struct vmcoreinfo - a parsed note
 * @text: the lines; not NUL-terminated, part of the caller's note
 * @len: bytes
 */
struct vmcoreinfo {
	const char *text;
	size_t len;
};

/**
 * vmcoreinfo_parse() - check the note and find its text
 * @note: bytes copied from the guest; @out points into them
 * @len: how many; may be more than the note has
 * @out: filled in on success
 * @err: says what is no VMCOREINFO about it
 *
 * Any thread. Return: 0, or -EBADMSG.
 */
int vmcoreinfo_parse(const void *note, size_t len, struct vmcoreinfo *out, struct ktstr_err *err);

/**
 * vmcoreinfo_symbol() - address of a line SYMBOL(name)=hex
 * @v: the note
 * @name: of the symbol
 * @addr: at run time; set on success
 *
 * Return: true when there is such a line. The first one counts, here and below.
 */
bool vmcoreinfo_symbol(const struct vmcoreinfo *v, const char *name, u64 *addr);

/**
 * vmcoreinfo_number() - value of a line NUMBER(name)=decimal, or =0xhex
 * @v: the note
 * @name: what it is of
 * @value: set on success
 *
 * Return: true when there is such a line.
 */
bool vmcoreinfo_number(const struct vmcoreinfo *v, const char *name, s64 *value);

/**
 * vmcoreinfo_slide() - value of the line KERNELOFFSET=hex
 * @v: the note
 * @slide: how far KASLR moved the kernel; set on success
 *
 * Return: true when there is such a line.
 */
bool vmcoreinfo_slide(const struct vmcoreinfo *v, u64 *slide);

/**
 * vmcoreinfo_string() - value of a line KEY=text
 * @v: the note
 * @key: such as OSRELEASE or BUILD-ID
 * @buf: where to; NUL-terminated; the guest's bytes as they are
 * @room: at least 1; a longer value is cut
 *
 * Return: true when there is such a line.
 */
bool vmcoreinfo_string(const struct vmcoreinfo *v, const char *key, char *buf, size_t room);

#endif /* KTSTR_HOST_KERNEL_VMCOREINFO_H */
