/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_ORACLE_COMPARE_H
#define SELFTESTS_ORACLE_COMPARE_H

/*
 * What the host saw at a standstill, held against what the guest itself said
 * before and after it.
 *
 * What does not change must be the same. What only grows must lie between the
 * two; and where they are equal, it is the same.
 */
#include <stdio.h>
#include <string.h>

#include "host/harness/ktstr_value.h"
#include "host/inspect/value.h"
#include "ktstr_test.h"
#include "oracle_parse.h"

/* Of what differs, lines printed. */
#define TALLY_SHOWN_MAX 20

/**
 * struct oracle_tally - what came of comparisons
 * @compared: how many there were
 * @exact: of them, those that had to be the same
 * @wrong: those that were not as they must be
 */
struct oracle_tally {
	u64 compared;
	u64 exact;
	u64 wrong;
};

/* What differs, on standard output, until it is too much. */
static inline void __printf(2, 3) tally_wrong(struct oracle_tally *t, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	if (t->wrong++ >= TALLY_SHOWN_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	test_diag(line);
}

/**
 * tally_between() - compare a number that only grows
 * @t: the tally
 * @what: its name, for people
 * @before: by the guest
 * @seen: by the host
 * @after: by the guest
 */
static inline void tally_between(struct oracle_tally *t, const char *what, u64 before, u64 seen,
				 u64 after)
{
	t->compared++;
	t->exact += before == after;
	if (seen < before || seen > after)
		tally_wrong(t, "%s: %llu is not between %llu and %llu", what,
			    (unsigned long long)seen, (unsigned long long)before,
			    (unsigned long long)after);
}

/**
 * tally_same() - compare a number that does not change
 * @t: the tally
 * @what: its name, for people
 * @seen: by the host
 * @said: by the guest
 */
static inline void tally_same(struct oracle_tally *t, const char *what, u64 seen, u64 said)
{
	tally_between(t, what, said, seen, said);
}

/**
 * tally_text() - compare a text that does not change
 * @t: the tally
 * @what: its name, for people
 * @seen: by the host; NULL = it has none
 * @said: by the guest; not NUL-terminated
 * @len: bytes of @said
 */
static inline void tally_text(struct oracle_tally *t, const char *what, const char *seen,
			      const char *said, size_t len)
{
	t->compared++;
	t->exact++;
	if (!seen || strlen(seen) != len || memcmp(seen, said, len))
		tally_wrong(t, "%s: \"%s\" by the host, \"%.*s\" by the guest", what,
			    seen ?: "(nothing)", (int)len, said);
}

/**
 * tally_print() - say what was compared
 * @t: the tally
 * @what: what it is about
 */
static inline void tally_print(const struct oracle_tally *t, const char *what)
{
	ksft_print_msg("%s: %llu compared, %llu of them did not move, %llu wrong\n", what,
		       (unsigned long long)t->compared, (unsigned long long)t->exact,
		       (unsigned long long)t->wrong);
}

/**
 * member_u64() - a number among a value's members
 * @v: the value, or NULL
 * @path: of the member
 * @out: set to it; unchanged without one
 *
 * Return: whether there is one.
 */
static inline bool member_u64(const struct value *v, const char *path, u64 *out)
{
	return value_u64(ktstr_value_get(v, path, NULL), out);
}

/**
 * struct looks - one guest, seen three times
 * @before: by itself
 * @seen: by the host, standing still
 * @after: by itself
 * @t: what came of it
 */
struct looks {
	const struct ktstr_output *before;
	const struct ktstr_snapshot *seen;
	const struct ktstr_output *after;
	struct oracle_tally t;
};

/**
 * part() - a part of the snapshot; without it that is wrong
 * @l: the looks
 * @fmt: its path
 *
 * Return: the value, or NULL.
 */
static inline const struct value *__printf(2, 3) part(struct looks *l, const char *fmt, ...)
{
	const struct value *v;
	struct ktstr_err err = { "" };
	char path[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	v = ktstr_snapshot_value(l->seen, path, &err);
	if (!v)
		tally_wrong(&l->t, "%s", err.msg);
	return v;
}

/**
 * looks_end() - end a part of the comparison
 * @l: the looks, whose tally begins again
 * @what: the part, for people
 * @at_least: comparisons there have to be
 *
 * Return: whether nothing in it was wrong.
 */
static inline bool looks_end(struct looks *l, const char *what, u64 at_least)
{
	bool right = !l->t.wrong && l->t.compared >= at_least;

	tally_print(&l->t, what);
	memset(&l->t, 0, sizeof(l->t));
	return right;
}

/**
 * oracle_word_at() - a word of a line
 * @rec: the line; any number of blanks and tabs are between its words
 * @index: 0 is the first
 * @len: set to its bytes
 *
 * Return: where it is, or NULL.
 */
static inline const char *oracle_word_at(const struct oracle_rec *rec, u32 index, size_t *len)
{
	const char *at = rec->line, *end = rec->line + rec->len, *from;

	for (;; index--) {
		while (at < end && (*at == ' ' || *at == '\t'))
			at++;
		from = at;
		while (at < end && *at != ' ' && *at != '\t')
			at++;
		if (from == at)
			return NULL;
		*len = at - from;
		if (!index)
			return from;
	}
}

/**
 * oracle_word_is() - is a word of a line this one
 * @rec: the line
 * @index: of the word
 * @text: the text
 */
static inline bool oracle_word_is(const struct oracle_rec *rec, u32 index, const char *text)
{
	size_t len;
	const char *at = oracle_word_at(rec, index, &len);

	return at && len == strlen(text) && !memcmp(at, text, len);
}

/**
 * oracle_word_num() - a word of a line as a number
 * @rec: the line
 * @index: of the word
 * @value: set to it
 *
 * Return: false for what is no unsigned decimal number.
 */
static inline bool oracle_word_num(const struct oracle_rec *rec, u32 index, u64 *value)
{
	size_t len;
	const char *at = oracle_word_at(rec, index, &len);
	char text[24], *end;

	if (!at || len >= sizeof(text) || *at < '0' || *at > '9')
		return false;
	memcpy(text, at, len);
	text[len] = '\0';
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !*end && !errno;
}

/**
 * oracle_file_first() - the first line of a file
 * @o: what the oracle wrote
 * @path: the file
 * @rec: set to it
 *
 * Return: false without one.
 */
static inline bool oracle_file_first(const struct ktstr_output *o, const char *path,
				     struct oracle_rec *rec)
{
	struct oracle_iter it;

	return oracle_file(o->text, o->len, path, &it) && oracle_file_line(&it, rec);
}

/**
 * oracle_file_find() - the first line of a file that begins with a word
 * @o: what the oracle wrote
 * @path: the file
 * @word: the word
 * @rec: set to the line
 *
 * Return: false without one.
 */
static inline bool oracle_file_find(const struct ktstr_output *o, const char *path,
				    const char *word, struct oracle_rec *rec)
{
	struct oracle_iter it;

	if (!oracle_file(o->text, o->len, path, &it))
		return false;
	while (oracle_file_line(&it, rec))
		if (oracle_word_is(rec, 0, word))
			return true;
	return false;
}

#endif /* SELFTESTS_ORACLE_COMPARE_H */
