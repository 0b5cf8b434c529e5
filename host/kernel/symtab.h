/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_SYMTAB_H
#define KTSTR_HOST_KERNEL_SYMTAB_H

/*
 * Names and addresses of a kernel: filled once, then asked by name (a hash
 * table) or by address (a sorted index). Where the names come from is no
 * concern of this file.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/sizes.h>
#include <linux/types.h>

/* What a table takes at most; a distribution kernel has 230,000 symbols, 5 MiB of names. */
#define SYMTAB_MAX	 (2U * SZ_1M)
#define SYMTAB_NAMES_MAX (256U * SZ_1M)

struct symtab;

/**
 * symtab_new() - make an empty table
 * @expect: symbols to make room for at once; a hint, capped at SYMTAB_MAX
 *
 * Any thread. Return: the table, to be freed with symtab_free(), or NULL with
 * errno ENOMEM.
 */
struct symtab *symtab_new(size_t expect);

/**
 * symtab_add() - add a symbol
 * @st: not finished yet
 * @name: copied; need not end in NUL
 * @len: its bytes, at least 1
 * @addr: any value
 *
 * The same name may be added again: symtab_lookup() then finds the last one,
 * symtab_at() all of them.
 *
 * Return: 0, -EINVAL (no name, or finished already), -E2BIG beyond SYMTAB_MAX
 * or SYMTAB_NAMES_MAX, -ENOMEM.
 */
int symtab_add(struct symtab *st, const char *name, size_t len, u64 addr);

/**
 * symtab_finish() - build the hash table and the sorted index
 * @st: the table; read-only from now on, so that any thread may ask it
 *
 * The hash is keyed with random bytes: whoever chooses the names cannot make
 * them collide. Symbols that were added in ascending order need no sorting.
 *
 * Return: 0, -EINVAL when finished already, -ENOMEM.
 */
int symtab_finish(struct symtab *st);

/**
 * symtab_lookup() - the address of a name
 * @st: finished; NULL has no symbols
 * @name: in full
 * @addr: set on success
 *
 * Constant time. Return: true when there is such a symbol.
 */
bool symtab_lookup(const struct symtab *st, const char *name, u64 *addr);

/**
 * symtab_at() - the symbol an address belongs to
 * @st: finished; NULL has no symbols
 * @addr: any value
 * @offset: set to what @addr lies above the symbol; may be NULL
 *
 * Of several symbols at the same address the one added first.
 *
 * Return: the nearest name at or below @addr, good until symtab_free(), or
 * NULL when all symbols are above.
 */
const char *symtab_at(const struct symtab *st, u64 addr, u64 *offset);

/**
 * symtab_each() - call a function for every symbol
 * @st: the table, or NULL
 * @fn: called in the order the symbols were added, also for each symbol of a
 *      name that was added several times; @name has @len bytes and ends in NUL
 * @ctx: passed to @fn
 */
void symtab_each(const struct symtab *st,
		 void (*fn)(void *ctx, const char *name, size_t len, u64 addr), void *ctx);

/**
 * symtab_count() - how many symbols were added
 * @st: the table, or NULL
 */
size_t symtab_count(const struct symtab *st);

/**
 * symtab_free() - forget it
 * @st: the table, finished or not, or NULL
 */
void symtab_free(struct symtab *st);

#endif /* KTSTR_HOST_KERNEL_SYMTAB_H */
