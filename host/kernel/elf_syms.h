/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_ELF_SYMS_H
#define KTSTR_HOST_KERNEL_ELF_SYMS_H

/*
 * What a kernel file says about addresses: the ELF symbol table of a vmlinux,
 * and where any kernel file is linked at. Link addresses, before KASLR.
 */
#include <linux/types.h>

#include "host/kernel/image.h"
#include "host/kernel/symtab.h"
#include "lib/err.h"

/**
 * elf_syms_load() - read the symbol table of a vmlinux
 * @img: an ELF
 * @out: takes the symbols; not finished here
 * @err: says what the file lacks, and what else would do
 *
 * Undefined symbols, sections and file names are left out; a value of 0 is an
 * address like any other (the first per-CPU variable of kernels up to 6.14).
 *
 * Any thread. Return: 0, -ENODATA when the file is stripped or is a bzImage,
 * -ENOEXEC for one that is corrupt, -EIO and other errors of read(2), -ENOMEM.
 */
int elf_syms_load(const struct kernel_image *img, struct symtab *out, struct ktstr_err *err);

/**
 * elf_link_text() - the address a kernel's _text was linked at
 * @img: an ELF, stripped or not: its first segment in memory; or a bzImage: its
 *       preferred load address (Documentation/arch/x86/boot.rst, pref_address)
 * @text: set on success
 * @err: says what is wrong with the file
 *
 * Any thread. Return: 0, -ENOEXEC, or negative errno of read(2).
 */
int elf_link_text(const struct kernel_image *img, u64 *text, struct ktstr_err *err);

#endif /* KTSTR_HOST_KERNEL_ELF_SYMS_H */
