// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/pool.h"

void *pool_adopt(struct pool *p, void *piece)
{
	void **grown;

	if (!piece)
		return NULL;
	/* doubled at each power of two */
	if (!(p->nr & (p->nr - 1))) {
		grown = realloc(p->piece, (p->nr ? p->nr * 2 : 1) * sizeof(*grown));
		if (!grown) {
			free(piece);
			return NULL;
		}
		p->piece = grown;
	}
	p->piece[p->nr++] = piece;
	return piece;
}

void *pool_alloc(struct pool *p, size_t nr, size_t size)
{
	return pool_adopt(p, calloc(nr ?: 1, size));
}

char *pool_strdup(struct pool *p, const char *str)
{
	return str ? pool_adopt(p, strdup(str)) : NULL;
}

char *pool_printf(struct pool *p, const char *fmt, ...)
{
	va_list ap;
	char *str;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&str, fmt, ap);
	va_end(ap);
	return n < 0 ? NULL : pool_adopt(p, str);
}

void pool_free(struct pool *p)
{
	size_t i;

	for (i = 0; i < p->nr; i++)
		free(p->piece[i]);
	free(p->piece);
	*p = (struct pool){};
}
