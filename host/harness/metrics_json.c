// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "metrics_json.h"

void metrics_json_free(struct metric_leaves *l)
{
	size_t i;

	for (i = 0; i < l->nr; i++)
		free(l->leaf[i].path);
	free(l->leaf);
	memset(l, 0, sizeof(*l));
}

#ifdef HAVE_JSON_C

#include <json-c/json.h>

/**
 * struct walk - on the way through a text
 * @to: numbers found
 * @path: of where it is, NUL-terminated
 * @len: bytes of it
 * @err: for the caller's caller
 */
struct walk {
	struct metric_leaves *to;
	char path[METRICS_JSON_PATH_MAX + 1];
	size_t len;
	struct ktstr_err *err;
};

static int visit(struct walk *w, struct json_object *j);

static int add_leaf(struct walk *w, double value)
{
	struct metric_leaves *to = w->to;
	struct metric_leaf *grown;

	if (!isfinite(value))
		return 0;
	if (to->nr >= METRICS_JSON_NR_MAX)
		return ktstr_err_set(w->err, -E2BIG, "more than %u numbers", METRICS_JSON_NR_MAX);
	/* doubled at each power of two */
	if (!(to->nr & (to->nr - 1))) {
		grown = reallocarray(to->leaf, to->nr ? 2 * to->nr : 1, sizeof(*grown));
		if (!grown)
			return ktstr_err_set(w->err, -ENOMEM, "out of memory for its numbers");
		to->leaf = grown;
	}
	grown = &to->leaf[to->nr];
	grown->value = value;
	grown->path = strdup(w->len ? w->path : "value");
	if (!grown->path)
		return ktstr_err_set(w->err, -ENOMEM, "out of memory for its numbers");
	to->nr++;
	return 0;
}

/* One step down; the path is as it was when it returns. */
static int visit_child(struct walk *w, const char *name, size_t len, struct json_object *j)
{
	char escaped[METRICS_JSON_PATH_MAX + 1];
	size_t was = w->len, n;
	int ret;

	n = text_escape_line(escaped, sizeof(escaped), name, len);
	if (n + !!was > METRICS_JSON_PATH_MAX - was || len > METRICS_JSON_PATH_MAX)
		return ktstr_err_set(w->err, -E2BIG,
				     "the path of a number has more than %u bytes: %.100s...",
				     METRICS_JSON_PATH_MAX, was ? w->path : escaped);
	w->len += snprintf(w->path + was, sizeof(w->path) - was, "%s%s", was ? "." : "", escaped);
	ret = visit(w, j);
	w->len = was;
	w->path[was] = '\0';
	return ret;
}

static int visit_array(struct walk *w, struct json_object *j)
{
	size_t i, nr = json_object_array_length(j);
	char name[32];
	int ret = 0;

	for (i = 0; i < nr && !ret; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		ret = visit_child(w, name, strlen(name), json_object_array_get_idx(j, i));
	}
	return ret;
}

static int visit_object(struct walk *w, struct json_object *j)
{
	struct json_object_iterator it = json_object_iter_begin(j);
	struct json_object_iterator end = json_object_iter_end(j);
	int ret = 0;

	for (; !ret && !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		const char *name = json_object_iter_peek_name(&it);

		ret = visit_child(w, name, strlen(name), json_object_iter_peek_value(&it));
	}
	return ret;
}

/* As deep as the text, which the tokener has limited. */
static int visit(struct walk *w, struct json_object *j)
{
	switch (json_object_get_type(j)) {
	case json_type_int:
	case json_type_double:
		return add_leaf(w, json_object_get_double(j));
	case json_type_array:
		return visit_array(w, j);
	case json_type_object:
		return visit_object(w, j);
	default:
		return 0;
	}
}

static int parse_error(struct json_tokener *tok, size_t at, size_t len, struct ktstr_err *err)
{
	enum json_tokener_error why = json_tokener_get_error(tok);

	if (why == json_tokener_error_depth)
		return ktstr_err_set(err, -E2BIG, "nested deeper than %u at byte %zu",
				     METRICS_JSON_DEPTH_MAX, at);
	return ktstr_err_set(err, -EINVAL, "malformed JSON at byte %zu of %zu: %s", at, len,
			     at >= len ? "it ends here" : json_tokener_error_desc(why));
}

static int parse(const char *json, size_t len, struct json_object **j, struct ktstr_err *err)
{
	struct json_tokener *tok = json_tokener_new_ex(METRICS_JSON_DEPTH_MAX);
	size_t at;
	int ret = 0;

	if (!tok)
		return ktstr_err_set(err, -ENOMEM, "out of memory for a parser of JSON");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	*j = json_tokener_parse_ex(tok, json, len);
	at = json_tokener_get_parse_end(tok);
	/* a number at the very end may go on */
	if (json_tokener_get_error(tok) == json_tokener_continue)
		*j = json_tokener_parse_ex(tok, "", 1);
	if (json_tokener_get_error(tok) != json_tokener_success)
		ret = parse_error(tok, at, len, err);
	json_tokener_free(tok);
	return ret;
}

int metrics_json_usable(struct ktstr_err *err)
{
	return 0;
}

int metrics_json_parse(const char *json, size_t len, struct metric_leaves *to,
		       struct ktstr_err *err)
{
	struct walk w = { .to = to, .err = err };
	struct json_object *j = NULL;
	int ret;

	memset(to, 0, sizeof(*to));
	if (len > METRICS_JSON_MAX)
		return ktstr_err_set(err, -E2BIG, "%zu bytes of JSON, more than the %u read", len,
				     METRICS_JSON_MAX);
	/* the parser would take it for what is allowed behind a value */
	while (len && strchr(" \t\r\n", json[len - 1]) && json[len - 1])
		len--;
	if (!len)
		return ktstr_err_set(err, -EINVAL, "no JSON: it is empty");
	ret = parse(json, len, &j, err);
	if (!ret)
		ret = visit(&w, j);
	json_object_put(j);
	return ret;
}

#else

int metrics_json_usable(struct ktstr_err *err)
{
	return ktstr_err_set(err, -EOPNOTSUPP,
			     "this build cannot read JSON: install json-c (Debian: libjson-c-dev, Fedora: json-c-devel, Arch: json-c) and build again");
}

int metrics_json_parse(const char *json, size_t len, struct metric_leaves *to,
		       struct ktstr_err *err)
{
	memset(to, 0, sizeof(*to));
	return metrics_json_usable(err);
}

#endif /* HAVE_JSON_C */
