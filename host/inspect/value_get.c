// SPDX-License-Identifier: GPL-2.0-only
/* Values by path, and what to say when there is none. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/names.h"
#include "lib/text.h"
#include "lib/util.h"
#include "value_internal.h"

/* A name in a message; longer ones are cut. */
#define SHOWN_MAX 64
/* One node of a path leads through at most so many pointers. */
#define PASS_MAX 32

/**
 * struct step - one part of a path
 * @path: the whole of it
 * @text: the name or what is between brackets
 * @len: of @text
 * @element: between brackets
 * @rest: what follows
 */
struct step {
	const char *path;
	const char *text;
	size_t len;
	bool element;
	const char *rest;
};

static const char *shown(char *buf, size_t room, const char *text, size_t len)
{
	text_escape_line(buf, room, text, min_t(size_t, len, SHOWN_MAX));
	return buf;
}

static bool is(const char *name, const struct step *s)
{
	return name && strlen(name) == s->len && memcmp(name, s->text, s->len) == 0;
}

static bool ends_in(const char *name, const struct step *s)
{
	size_t len = name ? strlen(name) : 0;

	return len > s->len && memcmp(name + len - s->len, s->text, s->len) == 0;
}

static const struct value *member(const struct value *v, const char *name, size_t len)
{
	const struct value *m;

	if (v->kind != VALUE_STRUCT)
		return NULL;
	for (m = v->first; m; m = m->next)
		if (m->name && strlen(m->name) == len && memcmp(m->name, name, len) == 0)
			return m;
	return NULL;
}

/* What an element of an array is called. */
static const char *label(const struct value *v)
{
	const struct value *m;

	if (v->name)
		return v->name;
	m = member(v, "name", strlen("name"));
	return m ? value_text(m) : NULL;
}

static bool is_index(const struct step *s, u64 *index)
{
	size_t i;

	*index = 0;
	for (i = 0; i < s->len; i++) {
		if (s->text[i] < '0' || s->text[i] > '9' || *index > UINT32_MAX)
			return false;
		*index = *index * 10 + (s->text[i] - '0');
	}
	return s->len;
}

/* Error texts. */

/**
 * struct message - a message that grows
 * @text: the message so far
 * @len: of it
 */
struct message {
	char text[sizeof(((struct ktstr_err *)0)->msg)];
	size_t len;
};

static void __printf(2, 3) message_add(struct message *l, const char *fmt, ...)
{
	size_t room = sizeof(l->text) - l->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->text + l->len, room, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < room)
		l->len += n;
	else
		l->text[l->len] = '\0';
}

/* "in a.b": the part of the path that was found. */
static void message_where(struct message *l, const struct step *s)
{
	size_t len = s->text - s->path - s->element;
	char buf[TEXT_ESCAPED_MAX(SHOWN_MAX)];

	while (len && s->path[len - 1] == '.')
		len--;
	if (len)
		message_add(l, " in \"%s\"", shown(buf, sizeof(buf), s->path, len));
}

/* @wanted is what one of them should be called, or NULL. */
static void message_names(struct message *l, const struct value *v, const struct step *wanted)
{
	char want[SHOWN_MAX + 1] = "";
	const struct value *m;
	struct names names;
	const char *name;

	if (v->flags & VALUE_F_COMPACT || !value_count(v))
		return;
	if (wanted)
		snprintf(want, sizeof(want), "%.*s", (int)min_t(size_t, wanted->len, SHOWN_MAX),
			 wanted->text);
	names_init(&names, want);
	/* of the message, besides the hint */
	names.room = sizeof(l->text) - min(sizeof(l->text), l->len + sizeof(names.hint));
	for (m = v->first; m; m = m->next) {
		name = v->kind == VALUE_STRUCT ? m->name : label(m);
		if (name && *name)
			names_add(&names, name);
	}
	if (names.nr)
		message_add(l, "; %sthere is %s", names.hint, names.list);
}

static const struct value *fail(struct ktstr_err *err, int code, const struct message *l)
{
	ktstr_err_set(err, code, "%s", l->text);
	errno = -code;
	return NULL;
}

static const char *kind_text(const struct value *v)
{
	static const char *const names[] = {
		[VALUE_NULL] = "null",
		[VALUE_BOOL] = "a boolean",
		[VALUE_INT] = "a number",
		[VALUE_UINT] = "a number",
		[VALUE_HEX] = "a number",
		[VALUE_FLOAT] = "a number",
		[VALUE_ENUM] = "an enum",
		[VALUE_STRING] = "a text",
		[VALUE_BYTES] = "bytes of no known type",
		[VALUE_CPULIST] = "a list of CPUs",
		[VALUE_PTR] = "a pointer that was not followed",
		[VALUE_STRUCT] = "a struct",
		[VALUE_ARRAY] = "an array",
		[VALUE_TRUNCATED] = "cut",
		[VALUE_UNSUPPORTED] = "not supported",
	};

	return v->kind < ARRAY_SIZE(names) ? names[v->kind] : "unknown";
}

static void message_what(struct message *l, const struct step *s, const struct value *v)
{
	const struct value_ptr *p = (const struct value_ptr *)v;
	char buf[TEXT_ESCAPED_MAX(SHOWN_MAX)];

	message_add(l, "no %s \"%s\"", s->element ? "element" : "member",
		    shown(buf, sizeof(buf), s->text, s->len));
	message_where(l, s);
	if (v->kind == VALUE_STRUCT)
		return;
	message_add(l, ", which is %s", kind_text(v));
	if (v->kind == VALUE_ARRAY)
		message_add(l, " of %u", v->len);
	if (v->kind == VALUE_PTR && !v->u)
		message_add(l, ": it is NULL");
	else if (v->flags & VALUE_F_PTR_FULL && p->skipped)
		message_add(l, ": %s", shown(buf, sizeof(buf), p->skipped, strlen(p->skipped)));
	if (v->kind == VALUE_UNSUPPORTED)
		message_add(l, ": %s", shown(buf, sizeof(buf), value_chars(v), v->len));
}

static const struct value *missing(struct ktstr_err *err, const struct step *s,
				   const struct value *v)
{
	struct message l = {};

	message_what(&l, s, v);
	message_names(&l, v, s);
	return fail(err, -ENOENT, &l);
}

static const struct value *malformed(struct ktstr_err *err, const char *path)
{
	char buf[TEXT_ESCAPED_MAX(SHOWN_MAX)];
	struct message l = {};

	message_add(&l,
		    "\"%s\" is no path: a path is like \"maps[.bss].value.nr\" or \"cpus[3].clock\"",
		    shown(buf, sizeof(buf), path, strlen(path)));
	return fail(err, -EINVAL, &l);
}

/* Steps. */

/* The first or only element that is called so; @s is a number for others. */
static const struct value *element_called(const struct value *v, const struct step *s,
					  bool (*called)(const char *, const struct step *),
					  u32 *nr)
{
	const struct value *m, *found = NULL;

	*nr = 0;
	if (v->flags & VALUE_F_COMPACT)
		return NULL;
	for (m = v->first; m; m = m->next) {
		if (!called(label(m), s))
			continue;
		if (!(*nr)++)
			found = m;
	}
	return found;
}

static const struct value *element(const struct value *v, const struct step *s,
				   struct ktstr_err *err)
{
	char buf[TEXT_ESCAPED_MAX(SHOWN_MAX)];
	const struct value *m;
	struct message l = {};
	u64 index;
	u32 nr;

	if (is_index(s, &index))
		return value_at(v, index) ?: missing(err, s, v);
	m = element_called(v, s, is, &nr);
	if (m)
		return m;
	m = element_called(v, s, ends_in, &nr);
	if (nr <= 1)
		return m ?: missing(err, s, v);
	message_add(&l, "%u elements end in \"%s\"", nr, shown(buf, sizeof(buf), s->text, s->len));
	message_where(&l, s);
	message_names(&l, v, NULL);
	return fail(err, -ENOTUNIQ, &l);
}

/* Where a path goes on that has come to @v. */
static const struct value *pass(const struct value *v)
{
	const struct value *next;
	u32 i;

	for (i = 0; i < PASS_MAX; i++) {
		if (v->kind != VALUE_PTR && v->kind != VALUE_TRUNCATED)
			break;
		next = value_first(v);
		if (!next)
			break;
		v = next;
	}
	return v;
}

static const struct value *take(const struct value *v, const struct step *s, struct ktstr_err *err)
{
	const struct value *in, *m;

	v = pass(v);
	m = member(v, s->text, s->len);
	if (m)
		return m;
	if (s->element && v->kind == VALUE_ARRAY)
		return element(v, s, err);
	/* An entry of a map stands for its value. */
	in = member(v, "value", strlen("value"));
	if (in) {
		in = pass(in);
		m = member(in, s->text, s->len);
		if (m)
			return m;
		if (s->element && in->kind == VALUE_ARRAY)
			return element(in, s, err);
	}
	return missing(err, s, v);
}

/* The next part of the path at @s->rest; false when it is none. */
static bool next_step(struct step *s)
{
	const char *p = s->rest;

	s->element = *p == '[';
	if (s->element) {
		s->text = p + 1;
		s->len = strcspn(s->text, "]");
		if (!s->text[s->len])
			return false;
		s->rest = s->text + s->len + 1;
	} else {
		p += p != s->path && *p == '.';
		s->text = p;
		s->len = strcspn(p, ".[");
		s->rest = p + s->len;
	}
	return s->len && (!*s->rest || *s->rest == '.' || *s->rest == '[');
}

const struct value *value_get(const struct value *v, const char *path, struct ktstr_err *err)
{
	struct step s = { .path = path, .rest = path };

	if (!v) {
		errno = ENOENT;
		ktstr_err_set(err, -ENOENT, "no value that \"%.64s\" could be looked for in", path);
		return NULL;
	}
	if (!*path)
		return malformed(err, path);
	while (v && *s.rest) {
		if (!next_step(&s))
			return malformed(err, path);
		v = take(v, &s, err);
	}
	return v;
}
