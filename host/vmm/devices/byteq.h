/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_DEVICES_BYTEQ_H
#define KTSTR_HOST_VMM_DEVICES_BYTEQ_H

#include <stddef.h>
#include <linux/types.h>

/**
 * struct byteq - bytes that wait, first in, first out
 * @buf: room for @cap bytes; NULL when nothing ever waited
 * @cap: allocated
 * @head: index of the oldest byte
 * @len: bytes held, contiguous from @head
 *
 * Zeroed memory is an empty queue. The caller locks.
 */
struct byteq {
	u8 *buf;
	size_t cap;
	size_t head;
	size_t len;
};

/**
 * byteq_reserve() - make room behind the last byte
 * @q: the queue
 * @n: bytes
 * @max: refuse to hold more than this
 *
 * Return: where @n bytes may be put before byteq_commit(); NULL when that
 * would exceed @max or memory is short.
 */
u8 *byteq_reserve(struct byteq *q, size_t n, size_t max);

/**
 * byteq_commit() - bytes were put where byteq_reserve() said
 * @q: the queue
 * @n: how many, no more than reserved
 */
void byteq_commit(struct byteq *q, size_t n);

/**
 * byteq_peek() - the bytes that wait, byteq.len of them
 * @q: the queue
 *
 * Return: the oldest; valid until the queue is changed.
 */
const u8 *byteq_peek(const struct byteq *q);

/**
 * byteq_consume() - drop the oldest bytes
 * @q: the queue
 * @n: how many, no more than it holds
 *
 * An emptied queue gives a large buffer back to the system.
 */
void byteq_consume(struct byteq *q, size_t n);

/**
 * byteq_free() - drop everything
 * @q: the queue; empty and usable afterwards
 */
void byteq_free(struct byteq *q);

#endif /* KTSTR_HOST_VMM_DEVICES_BYTEQ_H */
