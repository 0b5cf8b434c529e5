// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/build_bug.h>

#include "ld_cache.h"
#include "lib/util.h"

/* glibc, sysdeps/generic/dl-cache.h: struct cache_file_new, file_entry_new */
#define LD_CACHE_MAGIC "glibc-ld.so.cache1.1"
#define LD_CACHE_OLD   "ld.so-1.7.0"
#define LD_CACHE_MAX   (64U << 20)

struct ld_cache_hdr {
	char magic[sizeof(LD_CACHE_MAGIC) - 1];
	u32 nr;
	u32 len_strings;
	u8 flags;
	u8 pad[3];
	u32 extension_offset;
	u32 unused[3];
};

static_assert(sizeof(struct ld_cache_hdr) == 48);

struct ld_cache_entry {
	u32 flags;
	u32 key;
	u32 value;
	u32 osversion;
	u64 hwcap;
};

static_assert(sizeof(struct ld_cache_entry) == 24);

/*
 * Old caches begin with a table of their own, aligned up to the new one's; the
 * count is the second word behind its 12-byte magic.
 */
static size_t skip_old(const u8 *data, size_t size)
{
	size_t base;
	u32 nr;

	if (size < 16 || memcmp(data, LD_CACHE_OLD, sizeof(LD_CACHE_OLD) - 1))
		return 0;
	memcpy(&nr, data + 12, sizeof(nr));
	base = 16 + 12 * (size_t)nr;
	return (base + 7) & ~(size_t)7;
}

int ld_cache_parse(struct ld_cache *c, void *data, size_t size)
{
	size_t base = skip_old(data, size);
	struct ld_cache_hdr hdr;

	memset(c, 0, sizeof(*c));
	if (base > size || size - base < sizeof(hdr))
		goto damaged;
	memcpy(&hdr, (u8 *)data + base, sizeof(hdr));
	if (memcmp(hdr.magic, LD_CACHE_MAGIC, sizeof(hdr.magic)))
		goto damaged;
	if (hdr.nr > (size - base - sizeof(hdr)) / sizeof(struct ld_cache_entry))
		goto damaged;
	c->data = data;
	c->size = size;
	c->base = base;
	c->entry = (u8 *)data + base + sizeof(hdr);
	c->nr = hdr.nr;
	return 0;
damaged:
	free(data);
	return -EBADMSG;
}

void ld_cache_open(struct ld_cache *c, const char *path)
{
	size_t size;
	void *data;

	memset(c, 0, sizeof(*c));
	data = file_read(path, LD_CACHE_MAX, &size);
	if (data)
		ld_cache_parse(c, data, size);
}

static const char *string_at(const struct ld_cache *c, u32 offset)
{
	const char *s;

	if (offset >= c->size - c->base)
		return NULL;
	s = (const char *)c->data + c->base + offset;
	return memchr(s, 0, c->size - c->base - offset) ? s : NULL;
}

const char *ld_cache_next(const struct ld_cache *c, const char *name, u32 *pos)
{
	while (*pos < c->nr) {
		struct ld_cache_entry e;
		const char *key, *value;

		memcpy(&e, (const u8 *)c->entry + (size_t)(*pos)++ * sizeof(e), sizeof(e));
		key = string_at(c, e.key);
		value = string_at(c, e.value);
		if (!e.hwcap && key && value && !strcmp(key, name))
			return value;
	}
	return NULL;
}

void ld_cache_free(struct ld_cache *c)
{
	free(c->data);
	memset(c, 0, sizeof(*c));
}
