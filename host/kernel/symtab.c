// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "host/kernel/symtab.h"
#include "lib/util.h"

#define SYMTAB_FIRST 1024
/* Bytes of a name, its NUL included: what distribution kernels come to, rounded up. */
#define NAME_GUESS 32
/* How many symbols ahead the hash slots are asked for while they are filled. */
#define PREFETCH 16

/**
 * struct symtab_entry - one symbol
 * @addr: its address
 * @name: where its name begins in the names
 * @hash: of its name
 */
struct symtab_entry {
	u64 addr;
	u32 name;
	u32 hash;
};

/**
 * struct symtab_slot - a place in the hash table
 * @hash: of the name; saves most looks at the name itself
 * @name: where it begins in the names; 0 = free
 * @addr: of the symbol, again: to find it takes two cache misses, not three
 */
struct symtab_slot {
	u32 hash;
	u32 name;
	u64 addr;
};

/**
 * struct symtab - see symtab_new()
 * @sym: symbols in the order they were added
 * @nr: how many
 * @room: how many fit
 * @names: NUL-terminated, one after another, from 1 on
 * @names_len: bytes in use
 * @names_room: bytes allocated
 * @slots: open addressing, linear probing; at least half of them free
 * @mask: number of @slots less 1
 * @order: indices of @sym by address, or NULL while @sym is in order itself
 * @sorted: @sym is in order
 * @finished: @slots and @order are there
 * @key: random
 */
struct symtab {
	struct symtab_entry *sym;
	u32 nr;
	u32 room;
	char *names;
	size_t names_len;
	size_t names_room;
	struct symtab_slot *slots;
	u32 mask;
	u32 *order;
	bool sorted;
	bool finished;
	u64 key[2];
};

static u64 mix(u64 a, u64 b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (u64)m ^ (u64)(m >> 64);
}

static u32 name_hash(const struct symtab *st, const char *p, size_t len)
{
	u64 h = st->key[0] + len, v;

	for (; len > 8; len -= 8, p += 8) {
		memcpy(&v, p, 8);
		h = mix(h ^ v, st->key[1]);
	}
	v = 0;
	if (len >= 4) {
		u32 first, last;

		memcpy(&first, p, 4);
		memcpy(&last, p + len - 4, 4);
		v = first | (u64)last << 32;
	} else {
		for (; len; len--)
			v = v << 8 | (u8)p[len - 1];
	}
	h = mix(h ^ v, st->key[1]);
	return h ^ h >> 32;
}

struct symtab *symtab_new(size_t expect)
{
	struct symtab *st = calloc(1, sizeof(*st));

	if (!st)
		return NULL;
	expect = min_t(size_t, expect, SYMTAB_MAX);
	st->room = max_t(size_t, expect, SYMTAB_FIRST);
	st->names_room = (size_t)st->room * NAME_GUESS;
	st->sym = malloc(st->room * sizeof(*st->sym));
	st->names = malloc(st->names_room);
	st->names_len = 1;
	st->sorted = true;
	if (!st->sym || !st->names) {
		symtab_free(st);
		errno = ENOMEM;
		return NULL;
	}
	/* Without random bytes it is a table all the same. */
	if (getrandom(st->key, sizeof(st->key), GRND_NONBLOCK) != sizeof(st->key))
		st->key[1] = mono_ns();
	st->key[1] |= 1;
	return st;
}

static int symtab_grow(struct symtab *st, size_t len)
{
	void *bigger;

	if (st->nr == st->room) {
		bigger = realloc(st->sym, 2 * (size_t)st->room * sizeof(*st->sym));
		if (!bigger)
			return -ENOMEM;
		st->sym = bigger;
		st->room *= 2;
	}
	if (st->names_room - st->names_len <= len) {
		size_t room = 2 * st->names_room + len;

		bigger = realloc(st->names, room);
		if (!bigger)
			return -ENOMEM;
		st->names = bigger;
		st->names_room = room;
	}
	return 0;
}

int symtab_add(struct symtab *st, const char *name, size_t len, u64 addr)
{
	struct symtab_entry *e;

	if (!len || st->finished)
		return -EINVAL;
	if (st->nr == SYMTAB_MAX || len >= SYMTAB_NAMES_MAX - st->names_len)
		return -E2BIG;
	if (unlikely(st->nr == st->room || st->names_room - st->names_len <= len)) {
		int ret = symtab_grow(st, len);

		if (ret)
			return ret;
	}
	if (st->nr && addr < st->sym[st->nr - 1].addr)
		st->sorted = false;
	e = &st->sym[st->nr++];
	e->addr = addr;
	e->name = st->names_len;
	e->hash = name_hash(st, name, len);
	memcpy(st->names + st->names_len, name, len);
	st->names[st->names_len + len] = '\0';
	st->names_len += len + 1;
	return 0;
}

/* The slot of a name, or the free one where it belongs. */
static struct symtab_slot *find_slot(const struct symtab *st, const char *name, u32 hash)
{
	u32 i = hash & st->mask;

	while (st->slots[i].name) {
		struct symtab_slot *s = &st->slots[i];

		if (s->hash == hash && !strcmp(st->names + s->name, name))
			break;
		i = (i + 1) & st->mask;
	}
	return &st->slots[i];
}

static int build_hash(struct symtab *st)
{
	u32 size = 2, i;

	while (size / 2 < st->nr)
		size *= 2;
	st->slots = calloc(size, sizeof(*st->slots));
	if (!st->slots)
		return -ENOMEM;
	st->mask = size - 1;
	for (i = 0; i < st->nr; i++) {
		const struct symtab_entry *e = &st->sym[i];
		struct symtab_slot *s;

		if (st->nr - i > PREFETCH)
			__builtin_prefetch(&st->slots[e[PREFETCH].hash & st->mask], 1);
		s = find_slot(st, st->names + e->name, e->hash);
		*s = (struct symtab_slot){ e->hash, e->name, e->addr };
	}
	return 0;
}

/* Radix sort, a byte at a time; keeps the order of what is equal. */
static int sort_order(struct symtab *st)
{
	u32 *from = malloc(st->nr * sizeof(*from)), *to = malloc(st->nr * sizeof(*to)), *done;
	unsigned int shift;
	u32 i;

	if (!from || !to) {
		free(from);
		free(to);
		return -ENOMEM;
	}
	for (i = 0; i < st->nr; i++)
		from[i] = i;
	for (shift = 0; shift < 64; shift += 8) {
		u32 start[257] = { 0 };

		for (i = 0; i < st->nr; i++)
			start[(u8)(st->sym[i].addr >> shift) + 1]++;
		if (start[(u8)(st->sym[0].addr >> shift) + 1] == st->nr)
			continue;
		for (i = 1; i < 256; i++)
			start[i] += start[i - 1];
		for (i = 0; i < st->nr; i++)
			to[start[(u8)(st->sym[from[i]].addr >> shift)]++] = from[i];
		done = to;
		to = from;
		from = done;
	}
	free(to);
	st->order = from;
	return 0;
}

int symtab_finish(struct symtab *st)
{
	int ret;

	if (st->finished)
		return -EINVAL;
	ret = build_hash(st);
	if (!ret && !st->sorted)
		ret = sort_order(st);
	st->finished = !ret;
	return ret;
}

bool symtab_lookup(const struct symtab *st, const char *name, u64 *addr)
{
	const struct symtab_slot *s;

	if (!st || !st->finished)
		return false;
	s = find_slot(st, name, name_hash(st, name, strlen(name)));
	if (!s->name)
		return false;
	*addr = s->addr;
	return true;
}

static const struct symtab_entry *nth(const struct symtab *st, u32 i)
{
	return &st->sym[st->order ? st->order[i] : i];
}

/* How many symbols are below @addr, in the order of addresses. */
static u32 count_below(const struct symtab *st, u64 addr)
{
	u32 low = 0, high = st->nr;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (nth(st, mid)->addr < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const char *symtab_at(const struct symtab *st, u64 addr, u64 *offset)
{
	const struct symtab_entry *e;
	u32 i;

	if (!st || !st->finished)
		return NULL;
	i = count_below(st, addr);
	if (i == st->nr || nth(st, i)->addr != addr) {
		if (!i)
			return NULL;
		i = count_below(st, nth(st, i - 1)->addr);
	}
	e = nth(st, i);
	if (offset)
		*offset = addr - e->addr;
	return st->names + e->name;
}

void symtab_each(const struct symtab *st,
		 void (*fn)(void *ctx, const char *name, size_t len, u64 addr), void *ctx)
{
	u32 i, nr = symtab_count(st);

	for (i = 0; i < nr; i++) {
		const struct symtab_entry *e = &st->sym[i];
		u32 end = i + 1 < nr ? e[1].name : st->names_len;

		fn(ctx, st->names + e->name, end - e->name - 1, e->addr);
	}
}

size_t symtab_count(const struct symtab *st)
{
	return st ? st->nr : 0;
}

void symtab_free(struct symtab *st)
{
	if (!st)
		return;
	free(st->sym);
	free(st->names);
	free(st->slots);
	free(st->order);
	free(st);
}
