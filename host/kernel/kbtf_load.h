/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_KBTF_LOAD_H
#define KTSTR_HOST_KERNEL_KBTF_LOAD_H

/*
 * Where a kernel's BTF comes from.
 */
#include <stddef.h>

#include "lib/err.h"

struct guest_kernel;
struct kernel_image;

/**
 * kbtf_load() - copy a kernel's BTF
 * @gk: memory, or NULL
 * @img: image, or NULL
 * @len: set to its size, at most KBTF_MAX
 * @err: names what is missing, or NULL
 *
 * From the image when it is an ELF with a section .BTF, else from memory.
 *
 * Return: the bytes, unchecked, the caller's; or NULL with errno set as
 * kbtf_new() has it.
 */
void *kbtf_load(const struct guest_kernel *gk, const struct kernel_image *img, size_t *len,
		struct ktstr_err *err);

#endif /* KTSTR_HOST_KERNEL_KBTF_LOAD_H */
