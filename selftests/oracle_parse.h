/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_ORACLE_PARSE_H
#define SELFTESTS_ORACLE_PARSE_H

/*
 * The lines of ktstr_oracle (selftests/guest/ktstr_oracle.h), read without
 * copying them: a walk over the text gives records, a record gives its values.
 * The text comes from a guest, so it is hostile: what is not as it should be is
 * "not there".
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>

/**
 * struct oracle_rec - one line
 * @line: its text, without the line's end; not NUL-terminated
 * @len: bytes of it
 */
struct oracle_rec {
	const char *line;
	size_t len;
};

/**
 * struct oracle_iter - a walk over lines
 * @at: the next one
 * @end: of the text
 */
struct oracle_iter {
	const char *at;
	const char *end;
};

/**
 * struct oracle_sym - a sym record
 * @addr: its address
 * @type: as of nm(1)
 * @name: not NUL-terminated
 * @name_len: bytes of it
 * @module: "[name]", not NUL-terminated; @module_len is 0 for the kernel itself
 * @module_len: bytes of it
 */
struct oracle_sym {
	u64 addr;
	char type;
	const char *name;
	size_t name_len;
	const char *module;
	size_t module_len;
};

/**
 * oracle_begin() - a walk from the first line
 * @text: what the oracle wrote; must outlive the walk and its records
 * @len: bytes of it
 */
static inline struct oracle_iter oracle_begin(const char *text, size_t len)
{
	return (struct oracle_iter){ .at = text, .end = text + len };
}

/**
 * oracle_next() - the next line
 * @it: the walk
 * @rec: set to it
 *
 * A last line without an end is cut off, and is none.
 *
 * Return: false at the end.
 */
static inline bool oracle_next(struct oracle_iter *it, struct oracle_rec *rec)
{
	const char *nl = it->at < it->end ? memchr(it->at, '\n', it->end - it->at) : NULL;

	if (!nl)
		return false;
	rec->line = it->at;
	rec->len = nl - it->at;
	it->at = nl + 1;
	return true;
}

/**
 * oracle_is() - is a record of a kind
 * @rec: the record
 * @kind: its first word
 */
static inline bool oracle_is(const struct oracle_rec *rec, const char *kind)
{
	size_t n = strlen(kind);

	return rec->len >= n && !memcmp(rec->line, kind, n) &&
	       (rec->len == n || rec->line[n] == ' ');
}

/**
 * oracle_next_kind() - the next record of a kind
 * @it: the walk; every other record on the way is passed over
 * @kind: its first word
 * @rec: set to it
 *
 * Return: false at the end.
 */
static inline bool oracle_next_kind(struct oracle_iter *it, const char *kind,
				    struct oracle_rec *rec)
{
	while (oracle_next(it, rec))
		if (oracle_is(rec, kind))
			return true;
	return false;
}

/**
 * oracle_count() - how many records of a kind there are
 * @text: what the oracle wrote
 * @len: bytes of it
 * @kind: their first word
 */
static inline size_t oracle_count(const char *text, size_t len, const char *kind)
{
	struct oracle_iter it = oracle_begin(text, len);
	struct oracle_rec rec;
	size_t n = 0;

	while (oracle_next_kind(&it, kind, &rec))
		n++;
	return n;
}

/**
 * oracle_whole() - did the oracle write all it had to say
 * @text: what came
 * @len: bytes of it
 *
 * Its last line is an end record.
 */
static inline bool oracle_whole(const char *text, size_t len)
{
	const char *from;
	struct oracle_rec rec;
	struct oracle_iter it;

	if (!len || text[len - 1] != '\n')
		return false;
	from = memrchr(text, '\n', len - 1);
	from = from ? from + 1 : text;
	it = oracle_begin(from, text + len - from);
	return oracle_next(&it, &rec) && oracle_is(&rec, "end");
}

/**
 * oracle_value() - the text of a value
 * @rec: the record
 * @key: its key
 * @len: set to its bytes
 *
 * Return: where it is in the line, up to the next blank; or NULL.
 */
static inline const char *oracle_value(const struct oracle_rec *rec, const char *key, size_t *len)
{
	const char *end = rec->line + rec->len, *at = rec->line, *blank;
	size_t n = strlen(key);

	while ((at = memchr(at, ' ', end - at))) {
		at++;
		if ((size_t)(end - at) <= n || memcmp(at, key, n) || at[n] != '=')
			continue;
		at += n + 1;
		blank = memchr(at, ' ', end - at);
		*len = (blank ? blank : end) - at;
		return at;
	}
	return NULL;
}

/**
 * oracle_num() - a number
 * @rec: the record
 * @key: its key
 * @value: set to it
 *
 * Return: false when it is not there, is no unsigned number, decimal or 0x..,
 * or has more than 64 bits.
 */
static inline bool oracle_num(const struct oracle_rec *rec, const char *key, u64 *value)
{
	size_t len;
	const char *at = oracle_value(rec, key, &len);
	char text[24], *end;

	if (!at || !len || len >= sizeof(text) || at[0] < '0' || at[0] > '9')
		return false;
	memcpy(text, at, len);
	text[len] = '\0';
	errno = 0;
	*value = strtoull(text, &end, text[1] == 'x' ? 16 : 10);
	return !*end && !errno;
}

static inline int oracle_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte of two digits, or -1. */
static inline int oracle_byte(const char *at)
{
	int high = oracle_digit(at[0]), low = high < 0 ? -1 : oracle_digit(at[1]);

	return low < 0 ? -1 : high << 4 | low;
}

/**
 * oracle_bytes() - bytes written as two digits each
 * @rec: the record
 * @key: its key
 * @buf: filled in
 * @room: size of @buf
 *
 * Return: how many bytes the value has, of which at most @room are in @buf; or
 * -1 when it is not there or is no such value.
 */
static inline long oracle_bytes(const struct oracle_rec *rec, const char *key, void *buf,
				size_t room)
{
	size_t len, i;
	const char *at = oracle_value(rec, key, &len);
	u8 *to = buf;
	int byte;

	if (!at || len % 2)
		return -1;
	for (i = 0; i < len / 2; i++) {
		byte = oracle_byte(at + 2 * i);
		if (byte < 0)
			return -1;
		if (i < room)
			to[i] = byte;
	}
	return len / 2;
}

/**
 * oracle_str() - a text
 * @rec: the record
 * @key: its key
 * @buf: filled in, NUL-terminated
 * @room: size of @buf, at least 1
 *
 * Return: false when it is not there, has an escape that is none, or does not
 * fit.
 */
static inline bool oracle_str(const struct oracle_rec *rec, const char *key, char *buf, size_t room)
{
	size_t len, used = 0, i;
	const char *at = oracle_value(rec, key, &len);
	int byte;

	for (i = 0; at && i < len; i++) {
		byte = (u8)at[i];
		if (byte == '\\') {
			byte = len - i > 3 && at[i + 1] == 'x' ? oracle_byte(at + i + 2) : -1;
			i += 3;
		}
		if (byte < 0 || used + 1 >= room)
			return false;
		buf[used++] = byte;
	}
	buf[used] = '\0';
	return at;
}

/**
 * oracle_str_is() - is a text this one
 * @rec: the record
 * @key: its key
 * @text: the text, at most 255 bytes
 */
static inline bool oracle_str_is(const struct oracle_rec *rec, const char *key, const char *text)
{
	char buf[256];

	return oracle_str(rec, key, buf, sizeof(buf)) && !strcmp(buf, text);
}

/**
 * oracle_find() - the first record of a kind that has a text
 * @text: what the oracle wrote
 * @len: bytes of it
 * @kind: its first word: "map"
 * @key: "name"
 * @value: the text
 * @rec: set to it
 *
 * Return: false without one.
 */
static inline bool oracle_find(const char *text, size_t len, const char *kind, const char *key,
			       const char *value, struct oracle_rec *rec)
{
	struct oracle_iter it = oracle_begin(text, len);

	while (oracle_next_kind(&it, kind, rec))
		if (oracle_str_is(rec, key, value))
			return true;
	return false;
}

/**
 * oracle_next_elem() - the next element of a map
 * @it: the walk, from oracle_begin()
 * @map: the map's id
 * @rec: set to it
 *
 * Return: false at the end.
 */
static inline bool oracle_next_elem(struct oracle_iter *it, u64 map, struct oracle_rec *rec)
{
	u64 id;

	while (oracle_next_kind(it, "elem", rec))
		if (oracle_num(rec, "map", &id) && id == map)
			return true;
	return false;
}

/* The next word of a line, moved past; NULL at its end. */
static inline const char *oracle_token(const char **at, const char *end, size_t *len)
{
	const char *from = *at, *blank;

	if (from >= end)
		return NULL;
	blank = memchr(from, ' ', end - from);
	*len = (blank ? blank : end) - from;
	*at = blank ? blank + 1 : end;
	return *len ? from : NULL;
}

/**
 * oracle_sym() - read a sym record
 * @rec: the record
 * @sym: set to what it says
 *
 * Return: false when it is none.
 */
static inline bool oracle_sym(const struct oracle_rec *rec, struct oracle_sym *sym)
{
	const char *at = rec->line, *end = rec->line + rec->len, *word;
	size_t len, i;
	int digit;

	memset(sym, 0, sizeof(*sym));
	if (!oracle_is(rec, "sym"))
		return false;
	oracle_token(&at, end, &len);
	word = oracle_token(&at, end, &len);
	if (!word || len > 16)
		return false;
	for (i = 0; i < len; i++) {
		digit = oracle_digit(word[i]);
		if (digit < 0)
			return false;
		sym->addr = sym->addr << 4 | digit;
	}
	word = oracle_token(&at, end, &len);
	if (!word || len != 1)
		return false;
	sym->type = *word;
	sym->name = oracle_token(&at, end, &sym->name_len);
	if (sym->name)
		sym->module = oracle_token(&at, end, &sym->module_len);
	return sym->name;
}

/**
 * oracle_sym_addr() - address of the kernel's first symbol of a name
 * @text: what the oracle wrote
 * @len: bytes of it
 * @name: the name
 *
 * Return: 0 without one. A walk over all of them: for a few.
 */
static inline u64 oracle_sym_addr(const char *text, size_t len, const char *name)
{
	struct oracle_iter it = oracle_begin(text, len);
	struct oracle_rec rec;
	struct oracle_sym sym;

	while (oracle_next_kind(&it, "sym", &rec))
		if (oracle_sym(&rec, &sym) && !sym.module_len && sym.name_len == strlen(name) &&
		    !memcmp(sym.name, name, sym.name_len))
			return sym.addr;
	return 0;
}

/**
 * oracle_file() - go to the lines of a file
 * @text: what the oracle wrote
 * @len: bytes of it
 * @path: the file
 * @it: set in front of its first line
 *
 * Return: false when it is not there.
 */
static inline bool oracle_file(const char *text, size_t len, const char *path,
			       struct oracle_iter *it)
{
	size_t n = strlen(path);
	struct oracle_rec rec;

	*it = oracle_begin(text, len);
	while (oracle_next_kind(it, "file", &rec))
		if (rec.len == n + 5 && !memcmp(rec.line + 5, path, n))
			return true;
	return false;
}

/**
 * oracle_file_line() - the next line of a file
 * @it: as of oracle_file()
 * @rec: set to the line as it is in the file
 *
 * Return: false at the end of the file.
 */
static inline bool oracle_file_line(struct oracle_iter *it, struct oracle_rec *rec)
{
	struct oracle_iter ahead = *it;

	if (!oracle_next(&ahead, rec) || rec->len < 2 || memcmp(rec->line, "> ", 2))
		return false;
	*it = ahead;
	rec->line += 2;
	rec->len -= 2;
	return true;
}

#endif /* SELFTESTS_ORACLE_PARSE_H */
