/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_JSON_READER_H
#define KTSTR_SELFTESTS_UNIT_JSON_READER_H

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"

/* A reader of JSON that keeps nothing: is this one value, and nothing more? */
static inline const char *json_skip_value(const char *p);

static inline const char *json_skip_space(const char *p)
{
	while (p && (*p == ' ' || *p == '\n'))
		p++;
	return p;
}

static inline const char *json_skip_string(const char *p)
{
	if (*p++ != '"')
		return NULL;
	for (; *p != '"'; p++) {
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
			return NULL;
		if (*p == '\\' && !strchr("\"\\/bfnrt", *++p))
			return NULL;
	}
	return p + 1;
}

static inline const char *json_skip_list(const char *p, char end, bool named)
{
	p = json_skip_space(p + 1);
	if (*p == end)
		return p + 1;
	for (;;) {
		if (named) {
			p = json_skip_space(json_skip_string(p));
			if (!p || *p++ != ':')
				return NULL;
		}
		p = json_skip_space(json_skip_value(json_skip_space(p)));
		if (!p)
			return NULL;
		if (*p == end)
			return p + 1;
		if (*p++ != ',')
			return NULL;
		p = json_skip_space(p);
	}
}

static inline const char *json_skip_value(const char *p)
{
	static const char *const words[] = { "true", "false", "null" };
	unsigned int i;
	char *end;

	if (*p == '{')
		return json_skip_list(p, '}', true);
	if (*p == '[')
		return json_skip_list(p, ']', false);
	if (*p == '"')
		return json_skip_string(p);
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strncmp(p, words[i], strlen(words[i])))
			return p + strlen(words[i]);
	}
	if (*p != '-' && !isdigit(*p))
		return NULL;
	strtod(p, &end);
	return end;
}

static inline bool is_json(const char *text)
{
	const char *end = json_skip_space(json_skip_value(text));

	return end && !*end;
}

#endif /* KTSTR_SELFTESTS_UNIT_JSON_READER_H */
