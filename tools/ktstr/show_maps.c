// SPDX-License-Identifier: GPL-2.0-only
/* BPF maps: those that are variables of a program first. And what lies in arenas. */
#include <inttypes.h>
#include <string.h>

#include "lib/util.h"
#include "show_internal.h"

/* Entries of a map. */
#define ENTRIES 4

/* Data sections, in the order in which they are worth reading. */
static const char *const section_names[] = { ".bss", ".data", ".rodata" };

/*
 * -1 for a map that is no data section: libbpf calls those OBJECT.bss or .data.x,
 * and a map's name ends after 15 characters.
 */
static int section_of(const struct value *map)
{
	const struct value *value = show_get(map, "value");
	struct show_str name = show_str(map, "name");
	u32 i;

	if (!value || value_kind(value) != VALUE_STRUCT || !show_is(map, "type_name", "ARRAY"))
		return -1;
	for (i = 0; i < ARRAY_SIZE(section_names); i++)
		if (strstr(name.s, section_names[i]))
			return i;
	return strchr(name.s, '.') ? (int)ARRAY_SIZE(section_names) - 1 : -1;
}

/* Constants of the kernel (scx/enums.h) and formats of messages are in every scheduler. */
static bool is_boilerplate(const char *name)
{
	return strncmp(name, "__SCX_", strlen("__SCX_")) == 0 || strstr(name, "___fmt");
}

static bool any_hidden(const struct value *v)
{
	const struct value *m;

	for (m = value_first(v); m; m = value_next(m))
		if (!value_is_zero(m, 0) && !is_boilerplate(value_name(m)))
			return false;
	return true;
}

static void put_section(const struct show *s, const struct value *map)
{
	const struct value *value = show_get(map, "value");
	u32 hidden;

	fprintf(s->out, "  %s (map %s)\n", show_str(map, "name").s, show_str(map, "id").s);
	show_members(s, value, 2, is_boilerplate, &hidden);
	if (hidden)
		fprintf(s->out, "    (%u constants of sched_ext and formats of messages: --all)\n",
			hidden);
}

bool show_variables(const struct show *s)
{
	const struct value *map;
	bool any = false;
	int i;

	for (i = 0; i < (int)ARRAY_SIZE(section_names); i++) {
		for (map = show_items(s->dump, "maps"); map; map = value_next(map)) {
			if (section_of(map) != i || (!s->all && any_hidden(show_get(map, "value"))))
				continue;
			if (!any)
				show_heading(s, "THE SCHEDULER'S VARIABLES");
			any = true;
			put_section(s, map);
		}
	}
	return any;
}

static bool is_header(const char *name)
{
	static const char *const header[] = {
		"id",	  "name",     "type",	    "type_name",       "kva",
		"flags",  "key_size", "value_size", "max_entries",     "frozen",
		"own_id", "progs",    "entries",    "btf_unavailable",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(header); i++)
		if (strcmp(name, header[i]) == 0)
			return true;
	return false;
}

static void put_callbacks(const struct show *s, const struct value *map)
{
	const struct value *prog = show_items(map, "progs");
	u32 column = 3;

	if (!prog)
		return;
	fputs("   ", s->out);
	for (; prog; prog = value_next(prog)) {
		struct show_str name = show_str(prog, "member");

		if (column + strlen(name.s) + 2 > SHOW_WIDTH)
			column = fprintf(s->out, "\n   ") - 1;
		column += fprintf(s->out, " %s%s", name.s, value_next(prog) ? "," : "");
	}
	fputc('\n', s->out);
}

static void put_map_head(const struct show *s, const struct value *map)
{
	const struct value *entries = show_get(map, "entries");

	fprintf(s->out, "  %s (map %s) %s", show_str(map, "name").s, show_str(map, "id").s,
		show_str(map, "type_name").s);
	if (entries && value_kind(entries) == VALUE_ARRAY)
		fprintf(s->out, ", %" PRIu64 " entries", show_count(map, "entries"));
	else if (show_items(map, "progs"))
		fprintf(s->out, ", %" PRIu64 " callbacks", show_count(map, "progs"));
	fputc('\n', s->out);
}

static void put_map(const struct show *s, const struct value *map)
{
	const struct value *m, *entries = show_get(map, "entries");

	put_map_head(s, map);
	if (s->all) {
		show_value(s, map, 2, 0);
		return;
	}
	put_callbacks(s, map);
	/* Texts of a program, which come without types. */
	if (show_has(map, "btf_unavailable") && strchr(show_str(map, "name").s, '.'))
		return;
	if (entries && !value_is_zero(entries, 0))
		show_value(s, entries, 2, ENTRIES);
	if (show_items(map, "progs") || value_kind(map) != VALUE_STRUCT)
		return;
	for (m = value_first(map); m; m = value_next(m))
		if (!is_header(value_name(m)) && !value_is_zero(m, 0))
			show_value(s, m, 2, ENTRIES);
}

bool show_maps(const struct show *s)
{
	const struct value *map;
	bool any = false;

	for (map = show_items(s->dump, "maps"); map; map = value_next(map)) {
		if (section_of(map) >= 0)
			continue;
		if (!any)
			show_heading(s, "OTHER BPF MAPS");
		any = true;
		put_map(s, map);
	}
	return any;
}

static void put_allocator(const struct show *s, const struct value *a)
{
	fprintf(s->out, "  %s: %" PRIu64 " objects of %s bytes", show_str(a, "name").s,
		show_count(a, "entries"), show_str(a, "elem_size").s);
	if (show_has(a, "payload_type"))
		fprintf(s->out, ", struct %s", show_str(a, "payload_type").s);
	if (show_num(a, "skipped_subtrees"))
		fprintf(s->out, ", %s could not be followed", show_str(a, "skipped_subtrees").s);
	if (show_num(a, "zero_payloads"))
		fprintf(s->out, ", %s all zero", show_str(a, "zero_payloads").s);
	if (show_has(a, "truncated_reason"))
		fprintf(s->out, "; cut: %s", show_str(a, "truncated_reason").s);
	fputc('\n', s->out);
	if (!show_has(a, "payload_type") && show_has(a, "payload_type_reason"))
		fprintf(s->out, "    type of an object: %s\n",
			show_str(a, "payload_type_reason").s);
	if (s->all)
		show_value(s, show_get(a, "entries"), 2, 0);
}

bool show_allocations(const struct show *s)
{
	const struct value *a = show_items(s->dump, "sdt_allocations");

	if (!a)
		return false;
	show_heading(s, "OBJECTS IN ARENAS");
	for (; a; a = value_next(a)) {
		if (value_kind(a) == VALUE_STRUCT)
			put_allocator(s, a);
		else
			show_value(s, a, 1, 0);
	}
	return true;
}
