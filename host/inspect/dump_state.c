// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/inspect/dump_state.h"
#include "host/inspect/json_text.h"
#include "host/inspect/value.h"
#include "host/inspect/value_json.h"

/* The others are short, and some say what is not there. */
static bool is_section(const struct value *v)
{
	return value_kind(v) == VALUE_STRUCT || value_kind(v) == VALUE_ARRAY;
}

static bool is_complete(const struct value *v)
{
	return strcmp(value_name(v), "complete") == 0;
}

bool dump_state_complete(const struct vtree *t, u32 left_out)
{
	const struct value *v;
	u64 said = true;

	if (!t || left_out || !vtree_complete(t))
		return false;
	for (v = value_first(vtree_root(t)); v; v = value_next(v))
		if (is_complete(v))
			value_u64(v, &said);
	return said;
}

void dump_state_put(json_writer_t *w, const struct vtree *t, u32 left_out)
{
	const struct value *v;
	char name[96];
	u32 i;

	if (!t)
		return;
	for (v = value_first(vtree_root(t)), i = 0; v; v = value_next(v), i++) {
		if (i < DUMP_SECTIONS_MAX && left_out & BIT(i) && is_section(v)) {
			snprintf(name, sizeof(name), "%s_unavailable", value_name(v));
			json_text_field(w, name, "left out: the dump would have been too long");
			continue;
		}
		if (is_complete(v))
			continue;
		jsonw_name(w, value_name(v));
		jsonw_pretty(w, false);
		value_json(w, v);
		jsonw_pretty(w, true);
	}
}

static size_t json_len(const struct value *v)
{
	char *text = NULL;
	size_t len = 0;
	json_writer_t *w;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return 0;
	w = jsonw_new(out);
	if (w) {
		value_json(w, v);
		jsonw_destroy(&w);
	}
	fclose(out);
	free(text);
	return len;
}

u32 dump_state_largest(const struct vtree *t, u32 left_out)
{
	size_t len, max = 0;
	const struct value *v;
	u32 i, which = 0;

	if (!t)
		return left_out;
	for (v = value_first(vtree_root(t)), i = 0; v && i < DUMP_SECTIONS_MAX;
	     v = value_next(v), i++) {
		if (left_out & BIT(i) || !is_section(v))
			continue;
		len = json_len(v);
		if (len > max) {
			max = len;
			which = i;
		}
	}
	return max ? left_out | BIT(which) : left_out;
}
