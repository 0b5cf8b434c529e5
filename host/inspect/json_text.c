// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_text.h"
#include "lib/text.h"

/* Texts up to here need no memory. */
#define SHORT_TEXT 256

static void put_text(json_writer_t *w, const void *text, size_t len,
		     size_t (*escape)(char *dst, size_t room, const void *src, size_t len))
{
	char small[TEXT_ESCAPED_MAX(SHORT_TEXT)], *large = NULL;

	if (len <= SHORT_TEXT) {
		escape(small, sizeof(small), text, len);
		jsonw_string(w, small);
		return;
	}
	large = malloc(TEXT_ESCAPED_MAX(len));
	if (large) {
		escape(large, TEXT_ESCAPED_MAX(len), text, len);
		jsonw_string(w, large);
	} else {
		jsonw_null(w);
	}
	free(large);
}

void json_line(json_writer_t *w, const void *text, size_t len)
{
	put_text(w, text, len, text_escape_line);
}

void json_string(json_writer_t *w, const void *text, size_t len)
{
	put_text(w, text, len, text_escape);
}

/* No name in a kernel is longer, and a guest's may as well be cut. */
void json_name(json_writer_t *w, const char *name)
{
	char safe[TEXT_ESCAPED_MAX(SHORT_TEXT)];

	text_escape_line(safe, sizeof(safe), name, strnlen(name, SHORT_TEXT));
	jsonw_name(w, safe);
}

void json_start(json_writer_t *w, const char *name)
{
	jsonw_name(w, name);
	jsonw_start_object(w);
}

void json_hex(json_writer_t *w, u64 v)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)v);
	jsonw_string(w, text);
}

void json_u64(json_writer_t *w, u64 v)
{
	if (v > JSON_EXACT_MAX)
		json_hex(w, v);
	else
		jsonw_uint(w, v);
}

/* A negative number that is too long for a double is seldom a count: bits. */
void json_s64(json_writer_t *w, s64 v)
{
	if (v > (s64)JSON_EXACT_MAX || v < -(s64)JSON_EXACT_MAX)
		json_hex(w, v);
	else
		jsonw_int(w, v);
}

void json_text_field(json_writer_t *w, const char *name, const char *text)
{
	jsonw_name(w, name);
	if (text)
		json_line(w, text, strlen(text));
	else
		jsonw_null(w);
}

void json_hex_field(json_writer_t *w, const char *name, u64 v)
{
	jsonw_name(w, name);
	json_hex(w, v);
}

void json_u64_field(json_writer_t *w, const char *name, u64 v)
{
	jsonw_name(w, name);
	json_u64(w, v);
}

void json_s64_field(json_writer_t *w, const char *name, s64 v)
{
	jsonw_name(w, name);
	json_s64(w, v);
}
