// SPDX-License-Identifier: GPL-2.0-only
/* Values on one line. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "value_text_internal.h"

/* Equal neighbours that are worth a count. */
#define REPEAT_MIN 4

static bool all_zero(const u8 *data, size_t len)
{
	return !len || (!data[0] && memcmp(data, data + 1, len - 1) == 0);
}

bool value_is_zero(const struct value *v, u32 depth)
{
	const struct value *m;

	switch (v->kind) {
	case VALUE_NULL:
		return true;
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_UINT:
	case VALUE_HEX:
	case VALUE_FLOAT:
	case VALUE_PTR:
		return !v->u;
	case VALUE_STRING:
	case VALUE_CPULIST:
		return !v->len;
	case VALUE_BYTES:
		return all_zero(v->data, v->len);
	case VALUE_STRUCT:
	case VALUE_ARRAY:
		break;
	default:
		return false;
	}
	if (v->flags & VALUE_F_COMPACT)
		return v->elem_kind != VALUE_ENUM &&
		       all_zero(v->data, (size_t)v->len * v->elem_size);
	for (m = v->first; m; m = m->next)
		if (depth > VALUE_DEPTH_MAX || !value_is_zero(m, depth + 1))
			return false;
	return true;
}

static bool same_members(const struct value *a, const struct value *b, u32 depth)
{
	if (a->len != b->len || depth > VALUE_DEPTH_MAX)
		return false;
	for (a = a->first, b = b->first; a && b; a = a->next, b = b->next)
		if (!value_same(a, b, depth + 1))
			return false;
	return !a && !b;
}

bool value_same(const struct value *a, const struct value *b, u32 depth)
{
	if (a->kind != b->kind || a->flags != b->flags)
		return false;
	switch (a->kind) {
	case VALUE_NULL:
		return true;
	case VALUE_STRING:
	case VALUE_BYTES:
	case VALUE_UNSUPPORTED:
		return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
	case VALUE_CPULIST:
		return a->len == b->len && memcmp(a->data, b->data, DIV_ROUND_UP(a->len, 8)) == 0;
	case VALUE_STRUCT:
		return same_members(a, b, depth);
	case VALUE_ARRAY:
		if (a->flags & VALUE_F_CUT)
			return false;
		if (!(a->flags & VALUE_F_COMPACT))
			return same_members(a, b, depth);
		return a->len == b->len && a->elem_kind == b->elem_kind &&
		       a->elem_size == b->elem_size &&
		       memcmp(a->data, b->data, (size_t)a->len * a->elem_size) == 0;
	case VALUE_TRUNCATED:
		return false;
	case VALUE_PTR:
		return a->u == b->u && !value_first(a) && !value_first(b);
	default:
		return a->u == b->u;
	}
}

bool value_is_block(const struct value *v)
{
	return v->kind == VALUE_STRUCT || v->kind == VALUE_ARRAY || value_first(v);
}

/* Scalars. */

static void put_escaped(FILE *out, const char *text, size_t len)
{
	char small[TEXT_ESCAPED_MAX(256)], *safe = small;
	size_t room = TEXT_ESCAPED_MAX(len);

	if (room > sizeof(small)) {
		safe = malloc(room);
		if (!safe) {
			fprintf(out, "(no memory for %zu bytes)", len);
			return;
		}
	}
	text_escape_line(safe, room, text, len);
	fputs(safe, out);
	if (safe != small)
		free(safe);
}

static void put_cpulist(FILE *out, const struct value *v)
{
	char *text = value_cpulist(v);

	fputs(text && *text ? text : "none", out);
	free(text);
}

static void put_enum(FILE *out, const struct value *v)
{
	const struct value_enum *e = (const struct value_enum *)v;

	if (e->enumerator) {
		put_escaped(out, e->enumerator, strlen(e->enumerator));
		fputs(" (", out);
	}
	fprintf(out, v->flags & VALUE_F_UNSIGNED ? "%" PRIu64 : "%" PRId64, v->u);
	if (e->enumerator)
		fputc(')', out);
}

static void put_bytes(FILE *out, const struct value *v)
{
	const u8 *data = v->data;
	u32 i;

	if (v->len && all_zero(data, v->len)) {
		fprintf(out, "%u bytes of 00", v->len);
		return;
	}
	for (i = 0; i < v->len; i++)
		fprintf(out, i && i % 8 == 0 ? " %02x" : "%02x", data[i]);
	if (!v->len)
		fputs("no bytes", out);
}

static void put_ptr(FILE *out, const struct value *v)
{
	const struct value_ptr *p = (const struct value_ptr *)v;

	if (!v->u) {
		fputs("NULL", out);
		return;
	}
	fprintf(out, "0x%" PRIx64, (u64)v->u);
	if (!(v->flags & VALUE_F_PTR_FULL))
		return;
	if (p->symbol) {
		fputs(" <", out);
		put_escaped(out, p->symbol, strlen(p->symbol));
		fputc('>', out);
	}
	if (p->note || p->skipped) {
		fputs(" (", out);
		put_escaped(out, p->note ?: "", strlen(p->note ?: ""));
		fputs(p->note && p->skipped ? ", not followed: " :
		      p->skipped	    ? "not followed: " :
					      "",
		      out);
		put_escaped(out, p->skipped ?: "", strlen(p->skipped ?: ""));
		fputc(')', out);
	}
}

void value_line_scalar(FILE *out, const struct value *v)
{
	const struct value_array *a = (const struct value_array *)v;

	switch (v->kind) {
	case VALUE_NULL:
		fputs("null", out);
		break;
	case VALUE_BOOL:
		fputs(v->u ? "true" : "false", out);
		break;
	case VALUE_INT:
		fprintf(out, "%" PRId64, (s64)v->i);
		break;
	case VALUE_UINT:
		fprintf(out, "%" PRIu64, (u64)v->u);
		break;
	case VALUE_HEX:
		fprintf(out, "0x%" PRIx64, (u64)v->u);
		break;
	case VALUE_FLOAT:
		fprintf(out, "%.15g", v->f);
		break;
	case VALUE_ENUM:
		put_enum(out, v);
		break;
	case VALUE_STRING:
		fputc('"', out);
		put_escaped(out, v->data, v->len);
		fputc('"', out);
		break;
	case VALUE_BYTES:
		put_bytes(out, v);
		break;
	case VALUE_CPULIST:
		put_cpulist(out, v);
		break;
	case VALUE_PTR:
		put_ptr(out, v);
		break;
	case VALUE_TRUNCATED:
		fprintf(out, "(cut: %" PRIu64 " of %" PRIu64 " bytes)", (u64)a->had,
			(u64)a->needed);
		break;
	case VALUE_UNSUPPORTED:
		fputs("(not shown: ", out);
		put_escaped(out, v->data, v->len);
		fputc(')', out);
		break;
	default:
		break;
	}
}

/* Everything that follows ends as soon as the line is too long. */

static bool line_value(struct value_line *l, const struct value *v, long room);

static bool line_members(struct value_line *l, const struct value *v, long room)
{
	const struct value *m;
	u32 zeros = 0, nr = 0;

	fputc('{', l->out);
	for (m = v->first; m; m = m->next) {
		if (!l->zeros && value_is_zero(m, 0)) {
			zeros++;
			continue;
		}
		fputs(nr++ ? ", " : " ", l->out);
		put_escaped(l->out, m->name ?: "", strlen(m->name ?: ""));
		fputs(": ", l->out);
		if (!line_value(l, m, room))
			return false;
	}
	if (zeros)
		fprintf(l->out, "%s%u zero", nr ? ", " : " ", zeros);
	fputs(" }", l->out);
	return ftell(l->out) <= room;
}

static bool line_elements(struct value_line *l, const struct value *v, long room)
{
	const struct value_array *a = (const struct value_array *)v;
	const struct value *m, *next;
	u32 same;

	fputc('[', l->out);
	for (m = value_first(v); m; m = next) {
		next = m->next;
		for (same = 1; next && value_same(m, next, 0); same++)
			next = next->next;
		if (same < REPEAT_MIN) {
			next = m->next;
			same = 1;
		}
		if (!line_value(l, m, room))
			return false;
		if (same > 1)
			fprintf(l->out, " x %u", same);
		if (next)
			fputs(", ", l->out);
	}
	fputc(']', l->out);
	if (v->flags & VALUE_F_CUT)
		fprintf(l->out, " (%" PRIu64 " of %" PRIu64 ")", (u64)a->had, (u64)a->needed);
	return ftell(l->out) <= room;
}

static bool line_value(struct value_line *l, const struct value *v, long room)
{
	const struct value *inner;

	if (ftell(l->out) > room)
		return false;
	if (v->kind == VALUE_STRUCT)
		return line_members(l, v, room);
	if (v->kind == VALUE_ARRAY)
		return line_elements(l, v, room);
	value_line_scalar(l->out, v);
	inner = value_first(v);
	if (inner) {
		fputs(v->kind == VALUE_PTR ? " -> " : " ", l->out);
		return line_value(l, inner, room);
	}
	return ftell(l->out) <= room;
}

bool value_line_try(struct value_line *l, const struct value *v, u32 room)
{
	bool fits;

	rewind(l->out);
	fits = line_value(l, v, room);
	fputc('\0', l->out);
	return !fflush(l->out) && fits;
}
