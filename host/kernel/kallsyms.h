/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_KALLSYMS_H
#define KTSTR_HOST_KERNEL_KALLSYMS_H

/*
 * The kernel's own symbol table, decoded out of its memory. Format:
 * scripts/kallsyms.c and kernel/kallsyms.c of the kernel. The tables are the
 * guest's word and may be anything.
 */
#include <stddef.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "host/kernel/symtab.h"
#include "lib/err.h"

/* Compressed names beyond this are refused; a distribution kernel has 3 MiB of them. */
#define KALLSYMS_NAMES_MAX (64U * SZ_1M)
/* Longest name; the kernel's own limit (KSYM_NAME_LEN) is 512. */
#define KALLSYMS_NAME_MAX 1024U

/**
 * struct kallsyms_src - where the tables are and how to read them
 * @read: copies up to @len bytes from kernel address @kva to @buf; returns how
 *        many, less than @len only where readable memory ends
 * @ctx: passed to @read
 * @names: address of kallsyms_names
 * @num_syms: address of kallsyms_num_syms
 * @token_table: address of kallsyms_token_table
 * @token_index: address of kallsyms_token_index
 * @offsets: address of kallsyms_offsets
 * @relative_base: address of kallsyms_relative_base, or 0 when not known: it
 *                 is then looked for right behind the offsets, where
 *                 scripts/kallsyms.c puts it
 * @stext: address of _stext, what the encoding of addresses is told by
 */
struct kallsyms_src {
	size_t (*read)(void *ctx, u64 kva, void *buf, size_t len);
	void *ctx;
	u64 names;
	u64 num_syms;
	u64 token_table;
	u64 token_index;
	u64 offsets;
	u64 relative_base;
	u64 stext;
};

/**
 * kallsyms_load() - decode all symbols
 * @src: where they are
 * @out: takes them, with their addresses at run time; not finished here
 * @err: says which table is broken and how
 *
 * Addresses come in three encodings: relative to their own table slot (7.x),
 * above a base symbol, and either absolute or, when negative, above that base
 * (CONFIG_KALLSYMS_ABSOLUTE_PERCPU, up to 6.14). The one that gives _stext its
 * address is the right one.
 *
 * Each byte is read from the guest once. After a failure @out holds what was
 * decoded until then.
 *
 * Any thread. Return: 0, -EFAULT for tables that cannot be read, -EBADMSG for
 * ones that make no sense, -ENOMEM.
 */
int kallsyms_load(const struct kallsyms_src *src, struct symtab *out, struct ktstr_err *err);

#endif /* KTSTR_HOST_KERNEL_KALLSYMS_H */
