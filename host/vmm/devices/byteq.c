// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "byteq.h"

/* Smallest allocation, and largest one that an empty queue keeps. */
#define BYTEQ_MIN  SZ_4K
#define BYTEQ_KEEP SZ_64K

u8 *byteq_reserve(struct byteq *q, size_t n, size_t max)
{
	size_t cap = q->cap ? q->cap : BYTEQ_MIN;
	u8 *buf;

	if (q->len > max || n > max - q->len)
		return NULL;
	if (n > q->cap - q->head - q->len && q->head) {
		memmove(q->buf, q->buf + q->head, q->len);
		q->head = 0;
	}
	if (n > q->cap - q->head - q->len) {
		/* @max bounds both terms, so neither sum nor product overflows. */
		while (cap < q->len + n)
			cap *= 2;
		buf = realloc(q->buf, cap);
		if (!buf)
			return NULL;
		q->buf = buf;
		q->cap = cap;
	}
	return q->buf + q->head + q->len;
}

void byteq_commit(struct byteq *q, size_t n)
{
	q->len += n;
}

const u8 *byteq_peek(const struct byteq *q)
{
	return q->buf + q->head;
}

void byteq_consume(struct byteq *q, size_t n)
{
	q->head += n;
	q->len -= n;
	if (q->len)
		return;
	q->head = 0;
	if (q->cap > BYTEQ_KEEP)
		byteq_free(q);
}

void byteq_free(struct byteq *q)
{
	free(q->buf);
	*q = (struct byteq){ 0 };
}
