/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_MAP_COMPARE_H
#define SELFTESTS_MAP_COMPARE_H

/*
 * BPF maps: a snapshot with the bytes of keys and values (dump_raw), held
 * against the view "maps" of ktstr_oracle, taken before and after it.
 *
 * Word by word: what was the same before and after is the same in between; what
 * was not lies between the two. Apart from that are only the words that are
 * named in a list of struct map_words.
 */
#include <linux/bpf.h>

#include "elem_index.h"
#include "lib/util.h"
#include "oracle_compare.h"

#define MAP_VALUE_MAX 65536
#define MAP_KEY_MAX   512
#define MAP_CPUS_MAX  64

/**
 * enum map_words_kind - what is special about words of a value
 * @MAP_WORDS_HIDDEN: the kernel's own, such as a lock or a timer: system calls
 *                    show zeros there, check_and_init_map_value()
 * @MAP_WORDS_FREE: go up and down all the time
 */
enum map_words_kind {
	MAP_WORDS_HIDDEN,
	MAP_WORDS_FREE,
};

/**
 * struct map_words - special words of the values of a map
 * @map: its name
 * @from: the first byte of them in a value
 * @to: the byte behind them
 * @kind: what is special
 * @most: words of one value that it may be; 0 = all of them. For data sections,
 *        where the compiler decides what is where
 */
struct map_words {
	const char *map;
	u32 from;
	u32 to;
	enum map_words_kind kind;
	u32 most;
};

/**
 * struct map_looks - the maps of one guest, seen three times
 * @l: the looks
 * @before: elements in @l.before
 * @after: elements in @l.after
 * @special: words that are exceptions, up to one without a map
 * @maps: compared
 * @elems: the same
 * @words: of @elems, those that were the same
 * @moved: words that changed, and were between
 * @hidden: words of the kernel's own
 * @free: words of MAP_WORDS_FREE that had come and gone
 * @of_value: of @free, those of the current value
 * @gone: elements that were not there all the time
 * @unlisted: maps whose elements no system call lists, or the host does not
 */
struct map_looks {
	struct looks l;
	struct elem_index before;
	struct elem_index after;
	const struct map_words *special;
	u64 maps;
	u64 elems;
	u64 words;
	u64 moved;
	u64 hidden;
	u64 free;
	u32 of_value;
	u64 gone;
	u64 unlisted;
};

/**
 * struct map_said - a map, as the guest and the host have it
 * @rec: the guest's record
 * @v: the host's value
 * @id: of the map
 * @type: BPF_MAP_TYPE_*
 * @value_size: in bytes
 * @name: of the map
 */
struct map_said {
	struct oracle_rec rec;
	const struct value *v;
	u64 id;
	u64 type;
	u64 value_size;
	char name[BPF_OBJ_NAME_LEN];
};

static inline const struct map_words *special_words(const struct map_looks *c, const char *map,
						    u32 at)
{
	const struct map_words *w;

	for (w = c->special; w && w->map; w++)
		if (!strcmp(w->map, map) && at >= w->from && at < w->to)
			return w;
	return NULL;
}

/* Of at most 8 bytes, little endian. */
static inline u64 word_of(const u8 *bytes, u32 len)
{
	u64 word = 0;

	memcpy(&word, bytes, min_t(u32, len, sizeof(word)));
	return word;
}

/* Whichever way it went; what goes through zero is not between. */
static inline bool is_between(u64 a, u64 seen, u64 b)
{
	return a <= b ? seen >= a && seen <= b : seen >= b && seen <= a;
}

static inline bool may_be_special(struct map_looks *c, const struct map_words *special, u64 before,
				  u64 after)
{
	if (special->kind == MAP_WORDS_HIDDEN)
		return !before && !after;
	return ++c->of_value <= special->most || !special->most;
}

static inline void compare_word(struct map_looks *c, const struct map_said *m, u32 at, u64 before,
				u64 seen, u64 after)
{
	const struct map_words *special = special_words(c, m->name, at);

	if (before == after && seen == before)
		c->words++;
	else if (before != after && is_between(before, seen, after))
		c->moved++;
	else if (special && may_be_special(c, special, before, after))
		*(special->kind == MAP_WORDS_FREE ? &c->free : &c->hidden) += 1;
	else
		tally_wrong(&c->l.t, "%s at %u: 0x%llx, 0x%llx in the snapshot, then 0x%llx",
			    m->name, at, (unsigned long long)before, (unsigned long long)seen,
			    (unsigned long long)after);
}

static inline void compare_bytes(struct map_looks *c, const struct map_said *m, const u8 *before,
				 const u8 *seen, const u8 *after, u32 len)
{
	u32 at;

	c->of_value = 0;
	for (at = 0; at < len; at += 8)
		compare_word(c, m, at, word_of(before + at, len - at), word_of(seen + at, len - at),
			     word_of(after + at, len - at));
}

/* Where the value of each CPU begins in what a lookup gives. */
static inline u32 stride_of(const struct map_said *m)
{
	return round_up(m->value_size, 8);
}

static inline bool is_percpu(u64 type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* The bytes of a value as the host saw them: from one member, or of each CPU. */
static inline long seen_percpu(const struct map_said *m, const struct value *entry, u8 *to)
{
	const struct value *all = ktstr_value_get(entry, "values_raw", NULL), *v;
	u32 stride = stride_of(m), nr = 0;
	const void *bytes;
	size_t len;

	for (v = all ? value_first(all) : NULL; v; v = value_next(v), nr++) {
		bytes = value_bytes(v, &len);
		if (!bytes || len != m->value_size || (nr + 1) * stride > MAP_VALUE_MAX)
			return -1;
		memset(to + nr * stride, 0, stride);
		memcpy(to + nr * stride, bytes, len);
	}
	return nr ? nr * stride : -1;
}

/* An array of descriptors gives ids. */
static inline long seen_id(const struct value *entry, u8 *to)
{
	u64 id;

	if (!member_u64(entry, "id", &id))
		return -1;
	memcpy(to, &id, sizeof(u32));
	return sizeof(u32);
}

/* Behind the last frame a lookup gives zeros, bpf_stackmap_extract(). */
static inline long seen_stack(const struct map_said *m, const struct value *entry, u8 *to)
{
	const struct value *stack = ktstr_value_get(entry, "stack", NULL), *v;
	u32 at = 0;
	u64 pc;

	memset(to, 0, MAP_VALUE_MAX);
	for (v = stack ? value_first(stack) : NULL; v; v = value_next(v), at += sizeof(pc)) {
		if (!value_u64(v, &pc) || at + sizeof(pc) > m->value_size)
			return -1;
		memcpy(to + at, &pc, sizeof(pc));
	}
	return at ? (long)m->value_size : -1;
}

static inline long seen_value(const struct map_said *m, const struct value *entry, u8 *to)
{
	const void *bytes;
	size_t len;

	if (m->value_size > MAP_VALUE_MAX)
		return -1;
	if (is_percpu(m->type))
		return seen_percpu(m, entry, to);
	if (m->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || m->type == BPF_MAP_TYPE_HASH_OF_MAPS ||
	    m->type == BPF_MAP_TYPE_PROG_ARRAY)
		return seen_id(entry, to);
	if (m->type == BPF_MAP_TYPE_STACK_TRACE)
		return seen_stack(m, entry, to);
	bytes = value_bytes(ktstr_value_get(entry, "value_raw", NULL), &len);
	if (!bytes || len != m->value_size)
		return -1;
	memcpy(to, bytes, len);
	return len;
}

/* As the oracle writes it: bytes, or the number of a task or cgroup. */
static inline bool seen_key(const struct value *entry, char *to, size_t room)
{
	const u8 *bytes;
	u64 number;
	size_t len, i;

	if (member_u64(entry, "owner.pid", &number) || member_u64(entry, "owner.id", &number)) {
		snprintf(to, room, "%llu", (unsigned long long)number);
		return true;
	}
	bytes = value_bytes(ktstr_value_get(entry, "key_raw", NULL), &len);
	if (!bytes && member_u64(entry, "index", &number)) {
		bytes = (const u8 *)&number;
		len = sizeof(u32);
	}
	if (!bytes || 2 * len >= room)
		return false;
	for (i = 0; i < len; i++)
		snprintf(to + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

/**
 * struct elem_bytes - the bytes of one element
 * @before: by the guest
 * @seen: by the host
 * @after: by the guest
 */
struct elem_bytes {
	u8 before[MAP_VALUE_MAX];
	u8 seen[MAP_VALUE_MAX];
	u8 after[MAP_VALUE_MAX];
};

static inline void compare_values(struct map_looks *c, const struct map_said *m,
				  const struct elem *before, const struct elem *after,
				  struct elem_bytes *b, long len)
{
	long said = oracle_bytes(&before->rec, "value", b->before, MAP_VALUE_MAX);
	u32 stride = stride_of(m), at;

	c->elems++;
	if (said != len || oracle_bytes(&after->rec, "value", b->after, MAP_VALUE_MAX) != len) {
		tally_wrong(&c->l.t, "%s: %ld bytes of a value by the guest, %ld by the host",
			    m->name, said, len);
		return;
	}
	if (!is_percpu(m->type)) {
		compare_bytes(c, m, b->before, b->seen, b->after, len);
		return;
	}
	for (at = 0; at < len; at += stride)
		compare_bytes(c, m, b->before + at, b->seen + at, b->after + at, m->value_size);
}

/* What came and went in between is in neither listing: of tasks, a younger one. */
static inline bool may_be_unknown(const struct map_looks *c, const struct map_said *m,
				  const char *key)
{
	u64 pid = strtoull(key, NULL, 10), known;
	size_t i;

	if (m->type != BPF_MAP_TYPE_TASK_STORAGE)
		return false;
	for (i = 0; i < c->before.nr; i++)
		if (c->before.v[i].map == m->id) {
			known = strtoull(c->before.v[i].key, NULL, 10);
			if (known >= pid)
				return false;
		}
	return true;
}

static inline void compare_entry(struct map_looks *c, const struct map_said *m, const char *key,
				 const struct value *entry)
{
	struct elem *before = elem_find(&c->before, m->id, key, strlen(key));
	struct elem *after = elem_find(&c->after, m->id, key, strlen(key));
	static struct elem_bytes b;
	long len;

	if (!before || !after) {
		c->gone++;
		if (!before && !after && !may_be_unknown(c, m, key))
			tally_wrong(&c->l.t, "%s: the guest has no element %s", m->name, key);
		return;
	}
	if (before->seen)
		tally_wrong(&c->l.t, "%s: element %s is there twice", m->name, key);
	before->seen = true;
	len = seen_value(m, entry, b.seen);
	if (len < 0)
		tally_wrong(&c->l.t, "%s: no bytes of element %s", m->name, key);
	else
		compare_values(c, m, before, after, &b, len);
}

/* Elements of an array that are told of, not shown: zeros, all of them. */
static inline void compare_zero_tail(struct map_looks *c, const struct map_said *m)
{
	struct elem *before, *after;
	static struct elem_bytes b;
	u64 from, to;
	char key[9];

	if (!member_u64(m->v, "zero_tail.from", &from) || !member_u64(m->v, "zero_tail.to", &to))
		return;
	for (; from < to; from++) {
		snprintf(key, sizeof(key), "%08x", (u32)__builtin_bswap32(from));
		before = elem_find(&c->before, m->id, key, 8);
		after = elem_find(&c->after, m->id, key, 8);
		if (!before || !after || m->value_size > MAP_VALUE_MAX) {
			tally_wrong(&c->l.t, "%s: the guest has no element %s", m->name, key);
			continue;
		}
		before->seen = true;
		memset(b.seen, 0, m->value_size);
		compare_values(c, m, before, after, &b, m->value_size);
	}
}

/* What the guest had before and after, the host had, too. */
static inline void find_missing(struct map_looks *c, const struct map_said *m)
{
	const struct elem *e;
	size_t i;

	for (i = 0; i < c->before.nr; i++) {
		e = &c->before.v[i];
		if (e->map != m->id || e->seen)
			continue;
		if (elem_find(&c->after, m->id, e->key, e->key_len))
			tally_wrong(&c->l.t, "%s: the host has no element %.*s", m->name,
				    (int)e->key_len, e->key);
		else
			c->gone++;
	}
}

/* A data section is an array of one element, shown in another way. */
static inline void compare_elements(struct map_looks *c, const struct map_said *m)
{
	const struct value *entries = ktstr_value_get(m->v, "entries", NULL), *e;
	char key[2 * MAP_KEY_MAX + 1];

	if (!entries)
		compare_entry(c, m, "00000000", m->v);
	for (e = entries ? value_first(entries) : NULL; e; e = value_next(e)) {
		if (seen_key(e, key, sizeof(key)))
			compare_entry(c, m, key, e);
		else
			tally_wrong(&c->l.t, "%s: an element without a key", m->name);
	}
	compare_zero_tail(c, m);
	find_missing(c, m);
	if (ktstr_value_get(m->v, "incomplete", NULL))
		tally_wrong(&c->l.t, "%s: incomplete: %s", m->name,
			    value_text(ktstr_value_get(m->v, "incomplete", NULL)));
}

/* Those that the kernel or the host does not list, and a struct_ops: see there. */
static inline bool has_elements(u64 type)
{
	switch (type) {
	case BPF_MAP_TYPE_ARENA:
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_USER_RINGBUF:
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
	case BPF_MAP_TYPE_BLOOM_FILTER:
	case BPF_MAP_TYPE_LPM_TRIE:
	case BPF_MAP_TYPE_STRUCT_OPS:
		return false;
	default:
		return true;
	}
}

/* The address that programs use is what it was created with. */
static inline void compare_arena(struct map_looks *c, const struct map_said *m)
{
	u64 extra, pages, start = 0, end = 0;

	oracle_num(&m->rec, "extra", &extra);
	oracle_num(&m->rec, "max", &pages);
	member_u64(m->v, "user_vm_start", &start);
	member_u64(m->v, "user_vm_end", &end);
	tally_same(&c->l.t, "user_vm_start", start, extra);
	tally_same(&c->l.t, "pages of an arena", (end - start) / 4096, pages);
}

static inline void compare_ring(struct map_looks *c, const struct map_said *m)
{
	u64 max, capacity = 0;

	oracle_num(&m->rec, "max", &max);
	member_u64(m->v, "capacity", &capacity);
	tally_same(&c->l.t, "capacity of a ring buffer", capacity, max);
}

static inline void compare_header(struct map_looks *c, const struct map_said *m)
{
	static const char *const members[][2] = {
		{ "type", "type" },	  { "key", "key_size" }, { "value", "value_size" },
		{ "max", "max_entries" }, { "flags", "flags" },
	};
	u64 said, seen;
	size_t i;

	tally_text(&c->l.t, "name of a map", value_text(ktstr_value_get(m->v, "name", NULL)),
		   m->name, strlen(m->name));
	for (i = 0; i < ARRAY_SIZE(members); i++) {
		if (oracle_num(&m->rec, members[i][0], &said) &&
		    member_u64(m->v, members[i][1], &seen))
			tally_same(&c->l.t, members[i][1], seen, said);
		else
			tally_wrong(&c->l.t, "%s has no %s", m->name, members[i][1]);
	}
}

static inline void compare_map(struct map_looks *c, const struct map_said *m)
{
	c->maps++;
	compare_header(c, m);
	if (has_elements(m->type)) {
		compare_elements(c, m);
		return;
	}
	c->unlisted++;
	if (m->type == BPF_MAP_TYPE_ARENA)
		compare_arena(c, m);
	else if (m->type == BPF_MAP_TYPE_RINGBUF || m->type == BPF_MAP_TYPE_USER_RINGBUF)
		compare_ring(c, m);
}

/**
 * map_by_id() - a map in a snapshot
 * @l: the looks
 * @id: of the map
 *
 * Return: it, or NULL.
 */
static inline const struct value *map_by_id(struct looks *l, u64 id)
{
	const struct value *maps = part(l, "maps"), *v;
	u64 other;

	for (v = maps ? value_first(maps) : NULL; v; v = value_next(v))
		if (member_u64(v, "id", &other) && other == id)
			return v;
	return NULL;
}

/* Both ways: as many, and each. */
static inline void compare_maps(struct map_looks *c)
{
	const struct ktstr_output *o = c->l.before;
	struct oracle_iter it = oracle_begin(o->text, o->len);
	const struct value *all = part(&c->l, "maps");
	struct map_said m;

	if (!elem_index_make(&c->before, o->text, o->len) ||
	    !elem_index_make(&c->after, c->l.after->text, c->l.after->len))
		tally_wrong(&c->l.t, "the elements that the guest lists cannot be sorted");
	while (oracle_next_kind(&it, "map", &m.rec)) {
		if (!oracle_num(&m.rec, "id", &m.id) || !oracle_num(&m.rec, "type", &m.type) ||
		    !oracle_num(&m.rec, "value", &m.value_size) ||
		    !oracle_str(&m.rec, "name", m.name, sizeof(m.name))) {
			tally_wrong(&c->l.t, "%.*s", (int)m.rec.len, m.rec.line);
			continue;
		}
		m.v = map_by_id(&c->l, m.id);
		if (m.v)
			compare_map(c, &m);
		else
			tally_wrong(&c->l.t, "the host has no map %llu, %s",
				    (unsigned long long)m.id, m.name);
	}
	tally_same(&c->l.t, "number of maps", all ? value_count(all) : 0, c->maps);
}

static inline void map_looks_print(const struct map_looks *c)
{
	ksft_print_msg("%llu maps, %llu elements: %llu words the same, %llu that moved between\n",
		       (unsigned long long)c->maps, (unsigned long long)c->elems,
		       (unsigned long long)c->words, (unsigned long long)c->moved);
	ksft_print_msg("%llu words of the kernel's own, %llu that come and go\n",
		       (unsigned long long)c->hidden, (unsigned long long)c->free);
	ksft_print_msg("%llu elements that were not there all the time, %llu maps not listed\n",
		       (unsigned long long)c->gone, (unsigned long long)c->unlisted);
}

static inline void map_looks_free(struct map_looks *c)
{
	elem_index_free(&c->before);
	elem_index_free(&c->after);
}

#endif /* SELFTESTS_MAP_COMPARE_H */
