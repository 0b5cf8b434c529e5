// SPDX-License-Identifier: GPL-2.0-only
/* What is not in a dump, wherever it says so. */
#include <inttypes.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "show_internal.h"

/* Places that are named. */
#define PLACES 20
/* Levels that are looked at; values of a guest have fewer. */
#define DEPTH 256
/* Of a name in a path. */
#define NAME_SHOWN 64

/**
 * struct search - for what is missing
 * @s: the dump
 * @path: of the value that is looked at
 * @len: of it
 * @depth: levels above it
 * @guest: of these, those inside of a value of the guest, whose names say nothing
 * @places: found so far
 */
struct search {
	const struct show *s;
	char path[256];
	size_t len;
	u32 depth;
	u32 guest;
	u64 places;
};

static bool begin_place(struct search *f)
{
	if (!f->places++)
		show_heading(f->s, "NOT IN THIS DUMP");
	if (!f->s->all && f->places > PLACES)
		return false;
	fprintf(f->s->out, "  %s: ", f->path);
	return true;
}

static void put_reason(struct search *f, const char *reason)
{
	struct show_str t;

	if (!begin_place(f))
		return;
	text_escape_line(t.s, sizeof(t.s), reason, strlen(reason));
	fprintf(f->s->out, "%s\n", t.s);
}

/* Of an array elements are missing, of others bytes. */
static void put_lost(struct search *f, const struct value *v, u64 needed, u64 had)
{
	if (begin_place(f))
		fprintf(f->s->out, "%" PRIu64 " of %" PRIu64 " %s are here\n", had, needed,
			value_kind(v) == VALUE_ARRAY ? "elements" : "bytes");
}

static bool ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), n = strlen(end);

	return len >= n && strcmp(name + len - n, end) == 0;
}

/* A member of ours that is there to say why something is not. */
static bool is_reason(const struct search *f, const struct value *v)
{
	const char *name = value_name(v);

	if (f->guest || !name || value_kind(v) != VALUE_STRING)
		return false;
	/* Most maps of bytes are meant to be that. */
	if (strcmp(name, "btf_unavailable") == 0)
		return f->s->all;
	return ends_in(name, "unavailable") || ends_in(name, "incomplete") ||
	       strcmp(name, "truncated_reason") == 0 || strcmp(name, "degraded_reason") == 0 ||
	       strcmp(name, "early_skipped_reason") == 0;
}

static bool is_guests(const char *name)
{
	static const char *const names[] = { "value", "values", "key", "payload" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Return: the length before. */
static size_t push(struct search *f, const struct value *v, const struct value *parent, u64 index)
{
	char name[TEXT_ESCAPED_MAX(NAME_SHOWN)];
	size_t len = f->len, room = sizeof(f->path) - len;
	int n = 0;

	if (value_kind(parent) == VALUE_STRUCT) {
		text_escape_line(name, sizeof(name), value_name(v),
				 strnlen(value_name(v), NAME_SHOWN));
		n = snprintf(f->path + len, room, "%s%s", len ? "." : "", name);
	} else if (value_kind(parent) == VALUE_ARRAY) {
		n = snprintf(f->path + len, room, "[%" PRIu64 "]", index);
	}
	f->len = min(len + n, sizeof(f->path) - 1);
	return len;
}

static void look(struct search *f, const struct value *v)
{
	const char *reason = value_reason(v);
	u64 needed, had, i = 0;
	const struct value *m;
	size_t len;
	bool guest;

	if (reason)
		put_reason(f, reason);
	else if (is_reason(f, v))
		put_reason(f, value_text(v));
	if (value_lost(v, &needed, &had))
		put_lost(f, v, needed, had);
	if (f->depth >= DEPTH)
		return;
	for (m = value_first(v); m; m = value_next(m), i++) {
		guest = f->guest || (value_kind(v) == VALUE_STRUCT && is_guests(value_name(m)));
		len = push(f, m, v, i);
		f->depth++;
		f->guest += guest;
		look(f, m);
		f->guest -= guest;
		f->depth--;
		f->len = len;
		f->path[len] = '\0';
	}
}

/* What is said of the whole. */
static void look_at_limits(struct search *f)
{
	static const struct {
		const char *name;
		const char *reason;
	} limits[] = {
		{ "dump_truncated_at_us",
		  "the time for looking was up after so many microseconds" },
		{ "tree_full", "there was no room for the rest" },
		{ "nr_cpu_ids", "the guest says it has so many CPUs, which the machine has not" },
		{ "logs_cut", "the logs were left out: the dump would have been too long" },
	};
	const struct value *v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		v = show_get(f->s->dump, limits[i].name) ?: show_get(f->s->root, limits[i].name);
		if (!v || value_is_zero(v, 0))
			continue;
		snprintf(f->path, sizeof(f->path), "%s", limits[i].name);
		if (begin_place(f))
			fprintf(f->s->out, "%s (%s)\n", limits[i].reason, show_str(v, "").s);
		f->path[0] = '\0';
	}
}

bool show_missing(const struct show *s)
{
	struct search f = { .s = s };

	look_at_limits(&f);
	look(&f, s->root);
	if (!s->all && f.places > PLACES)
		fprintf(s->out, "  (%" PRIu64 " more places: --all)\n", f.places - PLACES);
	return f.places;
}
