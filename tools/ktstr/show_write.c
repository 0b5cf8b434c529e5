// SPDX-License-Identifier: GPL-2.0-only
/* Headings, rows and values of a dump's text. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "show_internal.h"

#define BOLD  "\033[1m"
#define PLAIN "\033[0m"
/* Columns of a label. */
#define LABEL 11
/* A name in the list of those that are zero. */
#define NAME_SHOWN 64

void show_heading(const struct show *s, const char *fmt, ...)
{
	va_list ap;

	fputs(s->colour ? "\n" BOLD : "\n", s->out);
	va_start(ap, fmt);
	vfprintf(s->out, fmt, ap);
	va_end(ap);
	fputs(s->colour ? PLAIN "\n" : "\n", s->out);
}

void show_row(const struct show *s, const char *label, const char *fmt, ...)
{
	va_list ap;

	fprintf(s->out, "%*s%-*s ", SHOW_INDENT, "", LABEL, label);
	va_start(ap, fmt);
	vfprintf(s->out, fmt, ap);
	va_end(ap);
	fputc('\n', s->out);
}

void show_put_text(const struct show *s, const struct value *v)
{
	const char *text = v ? value_text(v) : NULL;
	size_t len = text ? strlen(text) : 0;
	char *safe;

	if (!text) {
		fputs(show_str(v, "").s, s->out);
		return;
	}
	safe = malloc(TEXT_ESCAPED_MAX(len));
	if (!safe)
		return;
	text_escape_line(safe, TEXT_ESCAPED_MAX(len), text, len);
	fputs(safe, s->out);
	free(safe);
}

void show_value(const struct show *s, const struct value *v, u32 indent, u32 items)
{
	const struct value_text_opts o = {
		.indent = indent,
		.spaces = SHOW_INDENT,
		.width = SHOW_WIDTH,
		.zeros = s->all,
		.items = s->all ? 0 : items,
	};

	if (v)
		value_text_print(s->out, v, &o);
}

/**
 * struct names - a list of names on one line
 * @left: columns
 * @shown: names so far
 * @more: those for which there was no room
 */
struct names {
	u32 left;
	u32 shown;
	u32 more;
};

static void put_name(const struct show *s, struct names *n, const char *name)
{
	char safe[TEXT_ESCAPED_MAX(NAME_SHOWN)];

	text_escape_line(safe, sizeof(safe), name, strnlen(name, NAME_SHOWN));
	if (n->more || strlen(safe) + 2 > n->left) {
		n->more++;
		return;
	}
	fprintf(s->out, n->shown++ ? ", %s" : "%s", safe);
	n->left -= strlen(safe) + 2;
}

static void put_zeros(const struct show *s, const struct value *v, u32 indent,
		      bool (*hide)(const char *name))
{
	struct names n = { .left = SHOW_WIDTH - indent * SHOW_INDENT -
				   strlen("(zero: , 999 more)") };
	const struct value *m;

	fprintf(s->out, "%*s(zero: ", (int)(indent * SHOW_INDENT), "");
	for (m = value_first(v); m; m = value_next(m))
		if (value_is_zero(m, 0) && !(hide && hide(value_name(m))))
			put_name(s, &n, value_name(m));
	if (n.more)
		fprintf(s->out, "%s%u more", n.shown ? ", " : "", n.more);
	fputs(")\n", s->out);
}

void show_members(const struct show *s, const struct value *v, u32 indent,
		  bool (*hide)(const char *name), u32 *hidden)
{
	const struct value *m;
	u32 zeros = 0;

	*hidden = 0;
	if (s->all)
		hide = NULL;
	for (m = value_first(v); m; m = value_next(m)) {
		if (hide && hide(value_name(m)))
			++*hidden;
		else if (!s->all && value_is_zero(m, 0))
			zeros++;
		else
			show_value(s, m, indent, 0);
	}
	if (zeros)
		put_zeros(s, v, indent, hide);
}
