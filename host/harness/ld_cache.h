/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_LD_CACHE_H
#define KTSTR_HOST_LD_CACHE_H

#include <stddef.h>
#include <linux/types.h>

/**
 * struct ld_cache - glibc's /etc/ld.so.cache
 * @data: the whole file, owned; NULL when there is none
 * @size: its bytes
 * @base: where offsets of strings count from
 * @entry: the entries, inside @data
 * @nr: how many; checked against @size
 */
struct ld_cache {
	void *data;
	size_t size;
	size_t base;
	const void *entry;
	u32 nr;
};

/**
 * ld_cache_open() - read the cache
 * @c: filled in
 * @path: the file, normally /etc/ld.so.cache
 *
 * A cache that is missing, in another format than "glibc-ld.so.cache1.1" or
 * damaged is an empty one, as for ld.so: it only spares a search.
 */
void ld_cache_open(struct ld_cache *c, const char *path);

/**
 * ld_cache_parse() - the same from memory
 * @c: filled in; takes @data over
 * @data: from malloc(3)
 * @size: its bytes
 *
 * Return: 0, or -EBADMSG, after which the cache is empty.
 */
int ld_cache_parse(struct ld_cache *c, void *data, size_t size);

/**
 * ld_cache_next() - next file of a name
 * @c: the cache
 * @name: as in DT_NEEDED
 * @pos: start at 0; set to where the next call goes on
 *
 * Several files may share a name (other ABIs, CPU-specific builds); the latter
 * are left out: every machine must be able to run what is found.
 *
 * Return: a path inside the cache, or NULL at the end.
 */
const char *ld_cache_next(const struct ld_cache *c, const char *name, u32 *pos);

/**
 * ld_cache_free() - forget the file
 * @c: the cache
 */
void ld_cache_free(struct ld_cache *c);

#endif /* KTSTR_HOST_LD_CACHE_H */
