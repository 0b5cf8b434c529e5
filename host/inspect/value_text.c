// SPDX-License-Identifier: GPL-2.0-only
/* Values on lines of their own. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "value_text_internal.h"

#define WIDTH_DEFAULT 100
/* Room a line has at least, however far it is indented. */
#define ROOM_MIN   24
#define INDENT_MAX 32
/* Names are cut here. */
#define NAME_SHOWN 128
#define HEX_ROW	   32

/**
 * struct text - one call of value_text_print()
 * @out: where to
 * @o: how
 * @line: for what may fit on one line
 */
struct text {
	FILE *out;
	struct value_text_opts o;
	struct value_line line;
};

static void put_value(struct text *t, const struct value *v, u32 indent, u32 used);

static void put_indent(struct text *t, u32 indent)
{
	u32 i, levels = min_t(u32, indent, INDENT_MAX);

	if (t->o.spaces) {
		fprintf(t->out, "%*s", (int)(levels * t->o.spaces), "");
		return;
	}
	for (i = 0; i < levels; i++)
		fputc('\t', t->out);
}

static u32 room(const struct text *t, u32 indent, u32 used)
{
	u32 taken = min_t(u32, indent, INDENT_MAX) * (t->o.spaces ?: VALUE_TAB) + used;

	return taken + ROOM_MIN < t->o.width ? t->o.width - taken : ROOM_MIN;
}

static const char *safe_name(char *buf, size_t size, const char *name)
{
	buf[0] = '\0';
	if (name)
		text_escape_line(buf, size, name, strnlen(name, NAME_SHOWN));
	return buf;
}

/* Members that are zero, as far as their names fit. */
static void put_zeros(struct text *t, const struct value *v, u32 indent, u32 nr)
{
	char name[TEXT_ESCAPED_MAX(NAME_SHOWN)];
	u32 left = room(t, indent, strlen("(zero: , 9999 more)")), shown = 0;
	const struct value *m;

	put_indent(t, indent);
	fputs("(zero: ", t->out);
	for (m = v->first; m; m = m->next) {
		if (!value_is_zero(m, 0))
			continue;
		safe_name(name, sizeof(name), m->name);
		if (strlen(name) + 2 > left)
			break;
		left -= strlen(name) + 2;
		fprintf(t->out, shown++ ? ", %s" : "%s", name);
	}
	if (shown < nr)
		fprintf(t->out, "%s%u more", shown ? ", " : "", nr - shown);
	fputs(")\n", t->out);
}

static void put_members(struct text *t, const struct value *v, u32 indent)
{
	char name[TEXT_ESCAPED_MAX(NAME_SHOWN)];
	const struct value *m;
	u32 zeros = 0;

	for (m = v->first; m; m = m->next) {
		if (!t->o.zeros && value_is_zero(m, 0)) {
			zeros++;
			continue;
		}
		safe_name(name, sizeof(name), m->name);
		put_indent(t, indent);
		fprintf(t->out, "%s:", name);
		put_value(t, m, indent, strlen(name) + 1);
	}
	if (zeros)
		put_zeros(t, v, indent, zeros);
}

/* How many elements from @m on are the same. */
static u32 repeats(const struct value *m)
{
	const struct value *next = m->next;
	u32 same = 1;

	for (; next && value_same(m, next, 0); next = next->next)
		same++;
	return same;
}

static const struct value *skip(const struct value *m, u32 nr)
{
	for (; m && nr; nr--)
		m = m->next;
	return m;
}

/* Numbers and the like: as many on a line as fit, the line's first index in front. */
static void put_row_elements(struct text *t, const struct value *v, u32 indent, u32 limit)
{
	const struct value *m = value_first(v);
	u32 i = 0, at = 0, same, left = 0, need;
	char count[16];

	while (m && i < limit) {
		same = min(repeats(m), limit - i);
		value_line_try(&t->line, m, room(t, indent, 0));
		snprintf(count, sizeof(count), same > 1 ? " x %u" : "", same);
		need = strlen(t->line.buf) + strlen(count) + 2;
		if (!i || need > left) {
			fputs(i ? ",\n" : "", t->out);
			put_indent(t, indent);
			at = fprintf(t->out, "[%u] ", i);
			left = room(t, indent, at);
		} else {
			fputs(", ", t->out);
		}
		fprintf(t->out, "%s%s", t->line.buf, count);
		left = need < left ? left - need : 0;
		i += same;
		m = skip(m, same);
	}
	if (i)
		fputc('\n', t->out);
}

static void put_block_elements(struct text *t, const struct value *v, u32 indent, u32 limit)
{
	const struct value *m = value_first(v);
	u32 i = 0, same;
	int used;

	while (m && i < limit) {
		same = min(repeats(m), limit - i);
		put_indent(t, indent);
		if (same > 1)
			used = fprintf(t->out, "[%u-%u]:", i, i + same - 1);
		else
			used = fprintf(t->out, "[%u]:", i);
		put_value(t, m, indent, used);
		i += same;
		m = skip(m, same);
	}
}

static bool has_blocks(const struct value *v)
{
	const struct value *m;

	if (v->flags & VALUE_F_COMPACT)
		return false;
	for (m = v->first; m; m = m->next)
		if (value_is_block(m))
			return true;
	return false;
}

static void put_elements(struct text *t, const struct value *v, u32 indent)
{
	const struct value_array *a = (const struct value_array *)v;
	u32 limit = t->o.items ? min(t->o.items, v->len) : v->len;
	u64 missing = v->flags & VALUE_F_CUT && a->needed > a->had ? a->needed - a->had : 0;

	if (v->len && !value_first(v)) {
		put_indent(t, indent);
		fputs("(no memory for the elements)\n", t->out);
		return;
	}
	if (has_blocks(v))
		put_block_elements(t, v, indent, limit);
	else
		put_row_elements(t, v, indent, limit);
	missing += v->len - limit;
	if (missing) {
		put_indent(t, indent);
		fprintf(t->out, "(%" PRIu64 " more)\n", missing);
	}
}

static void put_hex(struct text *t, const struct value *v, u32 indent)
{
	const u8 *data = v->data;
	u32 at, i, next;

	for (at = 0; at < v->len; at = next) {
		next = min(at + HEX_ROW, v->len);
		put_indent(t, indent);
		fprintf(t->out, "+0x%04x ", at);
		for (i = at; i < next; i++)
			fprintf(t->out, i % 8 == 0 ? " %02x" : "%02x", data[i]);
		fputc('\n', t->out);
		/* Rows like the one before. */
		for (i = next; v->len - i >= HEX_ROW && !memcmp(data + at, data + i, HEX_ROW);)
			i += HEX_ROW;
		if (i > next) {
			put_indent(t, indent);
			fprintf(t->out, "same up to +0x%04x\n", i);
			next = i;
		}
	}
}

/* What takes more than a line, below the line that names it. */
static void put_block(struct text *t, const struct value *v, u32 indent)
{
	if (indent > t->o.indent + VALUE_DEPTH_MAX) {
		put_indent(t, indent);
		fputs("(nested too deep)\n", t->out);
	} else if (v->kind == VALUE_STRUCT) {
		put_members(t, v, indent);
	} else if (v->kind == VALUE_ARRAY) {
		put_elements(t, v, indent);
	} else if (v->kind == VALUE_BYTES) {
		put_hex(t, v, indent);
	} else {
		put_indent(t, indent);
		put_value(t, v, indent, 0);
	}
}

/* The rest of a line of which @used columns are taken, and what belongs below. */
static void put_value(struct text *t, const struct value *v, u32 indent, u32 used)
{
	const char *gap = used ? " " : "";
	const struct value *inner;

	if (value_line_try(&t->line, v, room(t, indent, used + 1))) {
		fprintf(t->out, "%s%s\n", gap, t->line.buf);
		return;
	}
	if (v->kind == VALUE_STRUCT || v->kind == VALUE_ARRAY || v->kind == VALUE_BYTES) {
		fputc('\n', t->out);
		put_block(t, v, indent + 1);
		return;
	}
	fputs(gap, t->out);
	value_line_scalar(t->out, v);
	inner = value_first(v);
	fputs(inner && v->kind == VALUE_PTR ? " ->\n" : "\n", t->out);
	if (inner)
		put_block(t, inner, indent + 1);
}

int value_text_print(FILE *out, const struct value *v, const struct value_text_opts *o)
{
	struct text t = { .out = out, .line.zeros = o && o->zeros };
	char name[TEXT_ESCAPED_MAX(NAME_SHOWN)];

	if (o)
		t.o = *o;
	t.o.spaces = min_t(u32, t.o.spaces, VALUE_TAB);
	if (!t.o.width)
		t.o.width = WIDTH_DEFAULT;
	t.line.out = open_memstream(&t.line.buf, &t.line.size);
	if (!t.line.out)
		return -ENOMEM;
	if (v->name) {
		safe_name(name, sizeof(name), v->name);
		put_indent(&t, t.o.indent);
		fprintf(out, "%s:", name);
		put_value(&t, v, t.o.indent, strlen(name) + 1);
	} else {
		put_block(&t, v, t.o.indent);
	}
	fclose(t.line.out);
	free(t.line.buf);
	return ferror(out) ? -EIO : 0;
}
