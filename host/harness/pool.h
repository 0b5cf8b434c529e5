/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_POOL_H
#define KTSTR_HOST_HARNESS_POOL_H

/* Memory that is released all at once. */
#include <stdbool.h>
#include <stddef.h>
#include <linux/compiler.h>

/**
 * struct pool - pieces of memory with one owner
 * @piece: each of them, from malloc(3)
 * @nr: how many
 *
 * Zeroed memory is an empty pool. One thread at a time.
 */
struct pool {
	void **piece;
	size_t nr;
};

/**
 * pool_adopt() - make the pool the owner of a piece
 * @p: the pool
 * @piece: from malloc(3), or NULL, which is not taken
 *
 * Return: @piece; or NULL when there is no memory, then @piece is released.
 */
void *pool_adopt(struct pool *p, void *piece);

/**
 * pool_alloc() - a zeroed piece
 * @p: the pool
 * @nr: how many elements
 * @size: of each
 *
 * Return: it, valid until pool_free(), or NULL when there is no memory.
 */
void *pool_alloc(struct pool *p, size_t nr, size_t size);

/**
 * pool_strdup() - a copy of a string
 * @p: the pool
 * @str: the string, or NULL
 *
 * Return: as pool_alloc(); NULL for NULL.
 */
char *pool_strdup(struct pool *p, const char *str);

/**
 * pool_printf() - a formatted string
 * @p: the pool
 * @fmt: printf format
 *
 * Return: as pool_alloc().
 */
char *__printf(2, 3) pool_printf(struct pool *p, const char *fmt, ...);

/**
 * pool_free() - release all pieces and empty the pool
 * @p: the pool
 */
void pool_free(struct pool *p);

#endif /* KTSTR_HOST_HARNESS_POOL_H */
