/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_JSON_CHECK_H
#define KTSTR_SELFTESTS_UNIT_JSON_CHECK_H

/*
 * Is a text JSON by RFC 8259, and nothing else: what a lenient parser lets
 * pass is an error here, bytes that are not ASCII among it. Depth is bounded.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#ifndef JSON_DEPTH_MAX
#define JSON_DEPTH_MAX 16
#endif

/**
 * struct json_check - a parser under way
 * @p: next byte
 * @end: behind the last
 * @depth: open arrays and objects
 */
struct json_check {
	const char *p;
	const char *end;
	int depth;
};

static bool json_value(struct json_check *j);

static inline void json_space(struct json_check *j)
{
	while (j->p < j->end && *j->p && strchr(" \t\r\n", *j->p))
		j->p++;
}

static inline bool json_take(struct json_check *j, char c)
{
	json_space(j);
	if (j->p == j->end || *j->p != c)
		return false;
	j->p++;
	return true;
}

static inline bool json_escape(struct json_check *j)
{
	int i;

	if (j->p == j->end)
		return false;
	if (*j->p != 'u')
		return *j->p && strchr("\"\\/bfnrt", *j->p++);
	for (i = 0, j->p++; i < 4; i++, j->p++)
		if (j->p == j->end || !isxdigit((unsigned char)*j->p))
			return false;
	return true;
}

static inline bool json_string(struct json_check *j)
{
	unsigned char c;

	if (!json_take(j, '"'))
		return false;
	while (j->p < j->end) {
		c = *j->p++;
		if (c == '"')
			return true;
		if (c < 0x20 || c > 0x7e)
			return false;
		if (c == '\\' && !json_escape(j))
			return false;
	}
	return false;
}

static inline size_t json_digits(struct json_check *j)
{
	const char *from = j->p;

	while (j->p < j->end && isdigit((unsigned char)*j->p))
		j->p++;
	return j->p - from;
}

/* Behind the first digits; what is no number of its own needs not be exact. */
static inline bool json_fraction(struct json_check *j)
{
	if (j->p < j->end && *j->p == '.') {
		j->p++;
		if (!json_digits(j))
			return false;
	}
	if (j->p == j->end || (*j->p | 0x20) != 'e')
		return true;
	j->p++;
	if (j->p < j->end && (*j->p == '+' || *j->p == '-'))
		j->p++;
	return json_digits(j);
}

/* Of integers only those that a double holds exactly: at most 16 digits. */
static inline bool json_number(struct json_check *j)
{
	const char *from;
	size_t n;

	if (j->p < j->end && *j->p == '-')
		j->p++;
	from = j->p;
	n = json_digits(j);
	if (!n || (n > 1 && *from == '0'))
		return false;
	from = j->p;
	return json_fraction(j) && (n <= 16 || j->p > from);
}

static inline bool json_word(struct json_check *j)
{
	static const char *const words[] = { "true", "false", "null" };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		size_t len = strlen(words[i]);

		if ((size_t)(j->end - j->p) >= len && memcmp(j->p, words[i], len) == 0) {
			j->p += len;
			return true;
		}
	}
	return false;
}

static inline bool json_members(struct json_check *j, char close, bool named)
{
	if (++j->depth > JSON_DEPTH_MAX)
		return false;
	j->p++;
	if (!json_take(j, close)) {
		do {
			if (named && (!json_string(j) || !json_take(j, ':')))
				return false;
			if (!json_value(j))
				return false;
		} while (json_take(j, ','));
		if (!json_take(j, close))
			return false;
	}
	j->depth--;
	return true;
}

static bool json_value(struct json_check *j)
{
	json_space(j);
	if (j->p == j->end)
		return false;
	switch (*j->p) {
	case '{':
		return json_members(j, '}', true);
	case '[':
		return json_members(j, ']', false);
	case '"':
		return json_string(j);
	case 't':
	case 'f':
	case 'n':
		return json_word(j);
	default:
		return json_number(j);
	}
}

/* One value, and nothing but white space behind it. */
static inline bool json_valid(const char *text, size_t len)
{
	struct json_check j = { .p = text, .end = text + len };

	if (!json_value(&j))
		return false;
	json_space(&j);
	return j.p == j.end;
}

#endif /* KTSTR_SELFTESTS_UNIT_JSON_CHECK_H */
