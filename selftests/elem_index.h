/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_ELEM_INDEX_H
#define SELFTESTS_ELEM_INDEX_H

/*
 * The elements that ktstr_oracle listed, by map and key: there may be
 * thousands, and each is looked for several times.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "oracle_parse.h"

/**
 * struct elem - one element
 * @map: id of its map
 * @key: text of its key, task or cgroup
 * @key_len: bytes of it
 * @rec: the record
 * @seen: by the host, too
 */
struct elem {
	u64 map;
	const char *key;
	size_t key_len;
	struct oracle_rec rec;
	bool seen;
};

/**
 * struct elem_index - all elements of one listing
 * @v: them, in order
 * @nr: how many
 */
struct elem_index {
	struct elem *v;
	size_t nr;
};

static inline int elem_order(const void *a, const void *b)
{
	const struct elem *l = a, *r = b;

	if (l->map != r->map)
		return l->map < r->map ? -1 : 1;
	if (l->key_len != r->key_len)
		return l->key_len < r->key_len ? -1 : 1;
	return memcmp(l->key, r->key, l->key_len);
}

static inline bool elem_parse(const struct oracle_rec *rec, struct elem *e)
{
	static const char *const owners[] = { "key", "task", "cgroup" };
	size_t i;

	*e = (struct elem){ .rec = *rec };
	for (i = 0; i < ARRAY_SIZE(owners) && !e->key; i++)
		e->key = oracle_value(rec, owners[i], &e->key_len);
	return e->key && oracle_num(rec, "map", &e->map);
}

/**
 * elem_index_make() - sort what was listed
 * @x: filled in; elem_index_free() it
 * @text: what the oracle wrote; must outlive @x
 * @len: bytes of it
 *
 * Return: false when there is no memory, or an element without a key.
 */
static inline bool elem_index_make(struct elem_index *x, const char *text, size_t len)
{
	struct oracle_iter it = oracle_begin(text, len);
	struct oracle_rec rec;

	x->nr = 0;
	x->v = calloc(oracle_count(text, len, "elem") + 1, sizeof(*x->v));
	if (!x->v)
		return false;
	while (oracle_next_kind(&it, "elem", &rec))
		if (!elem_parse(&rec, &x->v[x->nr++]))
			return false;
	qsort(x->v, x->nr, sizeof(*x->v), elem_order);
	return true;
}

/**
 * elem_index_free() - forget it
 * @x: made, or zeroed
 */
static inline void elem_index_free(struct elem_index *x)
{
	free(x->v);
	*x = (struct elem_index){ 0 };
}

/**
 * elem_find() - an element
 * @x: the index
 * @map: id of the map
 * @key: text of its key
 * @len: bytes of it
 *
 * Return: it, or NULL.
 */
static inline struct elem *elem_find(const struct elem_index *x, u64 map, const char *key,
				     size_t len)
{
	const struct elem wanted = { .map = map, .key = key, .key_len = len };

	return bsearch(&wanted, x->v, x->nr, sizeof(*x->v), elem_order);
}

#endif /* SELFTESTS_ELEM_INDEX_H */
