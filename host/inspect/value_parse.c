// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "value_internal.h"
#include "value_parse.h"

#ifdef HAVE_JSON_C

#include <json-c/json.h>

/* Arrays, objects and "deref"s around each other of the deepest value. */
#define PARSE_DEPTH (2 * VALUE_DEPTH_MAX)
/* What a tree takes for each byte of JSON at most, "[0,0]" being the worst. */
#define TREE_PER_BYTE 32

static void add(struct vtree *t, struct value *parent, const char *name, struct json_object *j);

static struct json_object *get(struct json_object *j, const char *key, enum json_type type)
{
	struct json_object *m = NULL;

	if (!json_object_object_get_ex(j, key, &m) || !json_object_is_type(m, type))
		return NULL;
	return m;
}

static bool hex_number(const char *s, u64 *v)
{
	size_t digits = strncmp(s, "0x", 2) == 0 ? strspn(s + 2, "0123456789abcdef") : 0;

	if (!digits || digits > 16 || s[2 + digits])
		return false;
	*v = strtoull(s, NULL, 16);
	return true;
}

/* Numbers are a form of their own from 2^53 on. */
static bool is_number(struct json_object *j)
{
	u64 v;

	return json_object_is_type(j, json_type_int) || (json_object_is_type(j, json_type_string) &&
							 hex_number(json_object_get_string(j), &v));
}

static u64 number(struct json_object *j)
{
	u64 v;

	if (json_object_is_type(j, json_type_string) && hex_number(json_object_get_string(j), &v))
		return v;
	return (u64)json_object_get_int64(j);
}

static void add_text(struct vtree *t, struct value *parent, const char *name, struct json_object *j)
{
	const char *s = json_object_get_string(j);
	u64 v;

	if (hex_number(s, &v))
		value_add_hex(t, parent, name, v);
	else
		value_add_string(t, parent, name, s, json_object_get_string_len(j));
}

static void add_int(struct vtree *t, struct value *parent, const char *name, s64 v)
{
	if (v < 0)
		value_add_int(t, parent, name, v);
	else
		value_add_uint(t, parent, name, v);
}

static u8 digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static bool add_bytes(struct vtree *t, struct value *parent, const char *name,
		      struct json_object *j)
{
	struct json_object *m = get(j, "hex", json_type_string);
	const char *s = m ? json_object_get_string(m) : "x";
	size_t len = strspn(s, "0123456789abcdef"), i;
	u8 *data;

	if (s[len] || len % 2 || json_object_object_length(j) != 1)
		return false;
	data = malloc(len / 2 + 1);
	for (i = 0; data && i < len / 2; i++)
		data[i] = digit(s[2 * i]) << 4 | digit(s[2 * i + 1]);
	if (data)
		value_add_bytes(t, parent, name, data, len / 2);
	else
		value_unsupported(t, parent, name, "no memory for %zu bytes", len / 2);
	free(data);
	return true;
}

static bool add_enum(struct vtree *t, struct value *parent, const char *name, struct json_object *j)
{
	struct json_object *v = NULL, *n = NULL;
	const char *text;

	if (json_object_object_length(j) != 2 || !json_object_object_get_ex(j, "value", &v) ||
	    !json_object_object_get_ex(j, "name", &n))
		return false;
	if (!is_number(v) || (n && !json_object_is_type(n, json_type_string)))
		return false;
	text = n ? vtree_strdup(t, json_object_get_string(n)) : NULL;
	value_add_enum(t, parent, name, (s64)number(v), text);
	return true;
}

static const char *text_of(struct vtree *t, struct json_object *j, const char *key, u32 *nr)
{
	struct json_object *m = get(j, key, json_type_string);

	if (!m)
		return NULL;
	(*nr)++;
	return vtree_strdup(t, json_object_get_string(m));
}

static bool add_pointer(struct vtree *t, struct value *parent, const char *name,
			struct json_object *j)
{
	struct json_object *v = get(j, "ptr", json_type_string), *deref = NULL;
	const char *symbol, *note, *skipped;
	struct value *p;
	bool followed;
	u32 nr = 1;
	u64 ptr;

	if (!v || !hex_number(json_object_get_string(v), &ptr))
		return false;
	symbol = text_of(t, j, "symbol", &nr);
	note = text_of(t, j, "note", &nr);
	skipped = text_of(t, j, "skipped", &nr);
	followed = json_object_object_get_ex(j, "deref", &deref);
	if (nr + followed != (u32)json_object_object_length(j))
		return false;
	p = value_add_ptr(t, parent, name, ptr, skipped);
	value_ptr_note(p, symbol, note);
	if (followed)
		add(t, p, NULL, deref);
	return true;
}

static void add_items(struct vtree *t, struct value *array, struct json_object *j)
{
	size_t i, nr = json_object_array_length(j);

	for (i = 0; array && i < nr; i++)
		add(t, array, NULL, json_object_array_get_idx(j, i));
}

static bool add_truncated(struct vtree *t, struct value *parent, const char *name,
			  struct json_object *j)
{
	struct json_object *cut = get(j, "truncated", json_type_object);
	struct json_object *items, *partial = NULL, *needed, *had;
	struct value *v;

	if (!cut || !json_object_object_get_ex(cut, "needed", &needed) ||
	    !json_object_object_get_ex(cut, "had", &had))
		return false;
	items = get(j, "items", json_type_array);
	if (items) {
		v = value_add_array(t, parent, name);
		add_items(t, v, items);
		value_cut(v, number(needed), number(had));
		return true;
	}
	v = value_new_truncated(t, parent, name, number(needed), number(had));
	if (json_object_object_get_ex(j, "partial", &partial))
		add(t, v, NULL, partial);
	return true;
}

static bool add_unsupported(struct vtree *t, struct value *parent, const char *name,
			    struct json_object *j)
{
	struct json_object *m = get(j, "unsupported", json_type_string);

	if (!m || json_object_object_length(j) != 1)
		return false;
	value_unsupported(t, parent, name, "%s", json_object_get_string(m));
	return true;
}

static void add_members(struct vtree *t, struct value *to, struct json_object *j)
{
	struct json_object_iterator it = json_object_iter_begin(j);
	struct json_object_iterator end = json_object_iter_end(j);

	for (; to && !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
		add(t, to, vtree_strdup(t, json_object_iter_peek_name(&it)),
		    json_object_iter_peek_value(&it));
}

static void add_object(struct vtree *t, struct value *parent, const char *name,
		       struct json_object *j)
{
	if (add_bytes(t, parent, name, j) || add_pointer(t, parent, name, j) ||
	    add_enum(t, parent, name, j) || add_truncated(t, parent, name, j) ||
	    add_unsupported(t, parent, name, j))
		return;
	add_members(t, value_add_struct(t, parent, name), j);
}

/* As deep as the text, which the tokener has limited. */
static void add(struct vtree *t, struct value *parent, const char *name, struct json_object *j)
{
	switch (json_object_get_type(j)) {
	case json_type_null:
		value_add_null(t, parent, name);
		break;
	case json_type_boolean:
		value_add_bool(t, parent, name, json_object_get_boolean(j));
		break;
	case json_type_int:
		add_int(t, parent, name, json_object_get_int64(j));
		break;
	case json_type_double:
		value_add_float(t, parent, name, json_object_get_double(j));
		break;
	case json_type_string:
		add_text(t, parent, name, j);
		break;
	case json_type_array:
		add_items(t, value_add_array(t, parent, name), j);
		break;
	case json_type_object:
		add_object(t, parent, name, j);
		break;
	}
}

static struct vtree *fail(int code)
{
	errno = -code;
	return NULL;
}

static struct json_object *parse(const char *json, size_t len, struct ktstr_err *err)
{
	struct json_tokener *tok = json_tokener_new_ex(PARSE_DEPTH);
	enum json_tokener_error why;
	struct json_object *j;
	size_t at;

	if (!tok) {
		fail(ktstr_err_set(err, -ENOMEM, "no memory for a parser of JSON"));
		return NULL;
	}
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	errno = 0;
	j = json_tokener_parse_ex(tok, json, len);
	why = json_tokener_get_error(tok);
	at = json_tokener_get_parse_end(tok);
	/* A number at the very end may go on. */
	if (why == json_tokener_continue) {
		j = json_tokener_parse_ex(tok, "", 1);
		why = json_tokener_get_error(tok);
	}
	if (why != json_tokener_success)
		fail(ktstr_err_set(err, -EINVAL, "malformed JSON at byte %zu of %zu: %s", at, len,
				   at == len ? "it ends here" : json_tokener_error_desc(why)));
	json_tokener_free(tok);
	if (why == json_tokener_success)
		errno = 0;
	return j;
}

struct vtree *value_parse(const char *json, size_t len, struct ktstr_err *err)
{
	struct json_object *j;
	struct vtree *t;
	bool full;

	if (len > VALUE_PARSE_MAX)
		return fail(ktstr_err_set(err, -EFBIG, "%zu bytes of JSON, more than the %u read",
					  len, VALUE_PARSE_MAX));
	j = parse(json, len, err);
	if (!j && errno)
		return NULL;
	t = vtree_new((len + 1024) * TREE_PER_BYTE);
	if (t && json_object_is_type(j, json_type_object))
		add_members(t, vtree_root(t), j);
	else if (t)
		add(t, vtree_root(t), "value", j);
	json_object_put(j);
	full = t && vtree_full(t);
	if (t && !full)
		return t;
	vtree_free(t);
	return fail(ktstr_err_set(err, -ENOMEM, "no memory for %zu bytes of JSON", len));
}

#else

struct vtree *value_parse(const char *json, size_t len, struct ktstr_err *err)
{
	errno = -ktstr_err_set(err, -EOPNOTSUPP,
			       "this build cannot read JSON: install json-c (Debian: libjson-c-dev, Fedora: json-c-devel, Arch: json-c) and build again");
	return NULL;
}

#endif /* HAVE_JSON_C */
