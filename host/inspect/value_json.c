// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_text.h"
#include "lib/util.h"
#include "value_internal.h"
#include "value_json.h"

/* Decimal digits a double always keeps, and those that always make up one. */
#define DIGITS_KEPT 15
#define DIGITS_ALL  17

static void put(json_writer_t *w, const struct value *v, u32 depth);

static void put_hex_bytes(json_writer_t *w, const struct value *v)
{
	static const char digits[] = "0123456789abcdef";
	const u8 *data = v->data;
	char *text;
	u32 i;

	text = malloc((size_t)v->len * 2 + 1);
	jsonw_start_object(w);
	jsonw_name(w, "hex");
	if (text) {
		for (i = 0; i < v->len; i++) {
			text[2 * (size_t)i] = digits[data[i] >> 4];
			text[2 * (size_t)i + 1] = digits[data[i] & 15];
		}
		text[2 * (size_t)v->len] = '\0';
		jsonw_string(w, text);
	} else {
		jsonw_null(w);
	}
	jsonw_end_object(w);
	free(text);
}

/*
 * The shortest decimal that reads back as the same number, and as no integer:
 * those are exact or a string, see value.h.
 */
static void put_float(json_writer_t *w, double f)
{
	char text[40];

	snprintf(text, sizeof(text), "%.*g", DIGITS_KEPT, f);
	if (isfinite(f) && strtod(text, NULL) != f)
		snprintf(text, sizeof(text), "%.*g", DIGITS_ALL, f);
	if (isfinite(f))
		jsonw_printf(w, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
	else
		jsonw_string(w, text);
}

static void put_enum(json_writer_t *w, const struct value *v)
{
	const struct value_enum *e = (const struct value_enum *)v;

	jsonw_start_object(w);
	jsonw_name(w, "value");
	if (v->flags & VALUE_F_UNSIGNED)
		json_u64(w, v->u);
	else
		json_s64(w, v->i);
	json_text_field(w, "name", e->enumerator);
	jsonw_end_object(w);
}

static void put_cpulist(json_writer_t *w, const struct value *v)
{
	char *text = value_cpulist(v);

	if (text)
		jsonw_string(w, text);
	else
		jsonw_null(w);
	free(text);
}

static void put_text_if(json_writer_t *w, const char *name, const char *text)
{
	if (text)
		json_text_field(w, name, text);
}

static void put_ptr(json_writer_t *w, const struct value *v, u32 depth)
{
	const struct value_ptr *p = (const struct value_ptr *)v;

	if (!v->u) {
		jsonw_null(w);
		return;
	}
	jsonw_start_object(w);
	json_hex_field(w, "ptr", v->u);
	if (v->flags & VALUE_F_PTR_FULL) {
		put_text_if(w, "symbol", p->symbol);
		put_text_if(w, "note", p->note);
		put_text_if(w, "skipped", p->skipped);
		if (p->deref) {
			jsonw_name(w, "deref");
			put(w, p->deref, depth + 1);
		}
	}
	jsonw_end_object(w);
}

static void put_needed(json_writer_t *w, const struct value *v)
{
	const struct value_array *a = (const struct value_array *)v;

	json_start(w, "truncated");
	json_u64_field(w, "needed", a->needed);
	json_u64_field(w, "had", a->had);
	jsonw_end_object(w);
}

static void put_truncated(json_writer_t *w, const struct value *v, u32 depth)
{
	jsonw_start_object(w);
	put_needed(w, v);
	if (v->first) {
		jsonw_name(w, "partial");
		put(w, v->first, depth + 1);
	}
	jsonw_end_object(w);
}

static void put_struct(json_writer_t *w, const struct value *v, u32 depth)
{
	const struct value *m;

	jsonw_start_object(w);
	for (m = v->first; m; m = m->next) {
		json_name(w, m->name ?: "");
		put(w, m, depth + 1);
	}
	jsonw_end_object(w);
}

static void put_items(json_writer_t *w, const struct value *v, u32 depth)
{
	const struct value *m;
	struct value_enum e;
	u32 i;

	jsonw_start_array(w);
	if (v->flags & VALUE_F_COMPACT) {
		for (i = 0; i < v->len; i++) {
			value_elem(v, i, &e);
			put(w, &e.v, depth + 1);
		}
	} else {
		for (m = v->first; m; m = m->next)
			put(w, m, depth + 1);
	}
	jsonw_end_array(w);
}

static void put_array(json_writer_t *w, const struct value *v, u32 depth)
{
	if (!(v->flags & VALUE_F_CUT)) {
		put_items(w, v, depth);
		return;
	}
	jsonw_start_object(w);
	jsonw_name(w, "items");
	put_items(w, v, depth);
	put_needed(w, v);
	jsonw_end_object(w);
}

static void put_unsupported(json_writer_t *w, const char *why)
{
	jsonw_start_object(w);
	json_text_field(w, "unsupported", why);
	jsonw_end_object(w);
}

static void put_scalar(json_writer_t *w, const struct value *v)
{
	switch (v->kind) {
	case VALUE_BOOL:
		jsonw_bool(w, v->u);
		break;
	case VALUE_INT:
		json_s64(w, v->i);
		break;
	case VALUE_UINT:
		json_u64(w, v->u);
		break;
	case VALUE_HEX:
		json_hex(w, v->u);
		break;
	case VALUE_FLOAT:
		put_float(w, v->f);
		break;
	case VALUE_ENUM:
		put_enum(w, v);
		break;
	case VALUE_STRING:
		json_string(w, v->data, v->len);
		break;
	case VALUE_BYTES:
		put_hex_bytes(w, v);
		break;
	case VALUE_CPULIST:
		put_cpulist(w, v);
		break;
	case VALUE_UNSUPPORTED:
		put_unsupported(w, value_chars(v));
		break;
	default:
		jsonw_null(w);
	}
}

/* As deep as the tree, which ends at VALUE_DEPTH_MAX. */
static void put(json_writer_t *w, const struct value *v, u32 depth)
{
	if (depth > VALUE_DEPTH_MAX) {
		put_unsupported(w, "values nested too deep");
		return;
	}
	switch (v->kind) {
	case VALUE_PTR:
		put_ptr(w, v, depth);
		break;
	case VALUE_STRUCT:
		put_struct(w, v, depth);
		break;
	case VALUE_ARRAY:
		put_array(w, v, depth);
		break;
	case VALUE_TRUNCATED:
		put_truncated(w, v, depth);
		break;
	default:
		put_scalar(w, v);
	}
}

void value_json(json_writer_t *w, const struct value *v)
{
	if (v)
		put(w, v, 0);
	else
		jsonw_null(w);
}

void value_json_field(json_writer_t *w, const char *name, const struct value *v)
{
	if (!name && v)
		name = v->name;
	json_name(w, name ?: "");
	value_json(w, v);
}
