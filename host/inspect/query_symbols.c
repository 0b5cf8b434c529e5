// SPDX-License-Identifier: GPL-2.0-only
/* All symbols of a kernel. */
#include <errno.h>
#include <inttypes.h>
#include <json_writer.h>
#include <stdlib.h>
#include <string.h>

#include "host/inspect/json_text.h"
#include "host/inspect/query_internal.h"
#include "host/kernel/guest_kernel.h"
#include "lib/text.h"
#include "lib/util.h"

/* A name with everything in it escaped. */
#define NAME_ROOM TEXT_ESCAPED_MAX(GK_SYMBOLISE_MAX)

/**
 * struct listed - a symbol
 * @kva: where
 * @name: owned by the kernel's table
 * @len: bytes of it
 */
struct listed {
	u64 kva;
	const char *name;
	size_t len;
};

/**
 * struct listing - all of them
 * @sym: @nr of them
 * @nr: see there
 * @room: of @sym
 */
struct listing {
	struct listed *sym;
	size_t nr;
	size_t room;
};

static void list_one(void *ctx, const char *name, size_t len, u64 kva)
{
	struct listing *l = ctx;

	if (l->nr < l->room)
		l->sym[l->nr++] = (struct listed){ kva, name, len };
}

static int by_address(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	if (x->kva != y->kva)
		return x->kva < y->kva ? -1 : 1;
	return strcmp(x->name, y->name);
}

/**
 * struct part - a part of the image
 * @letter: of its symbols
 * @from: the symbol it begins at
 * @to: and ends before
 * @start: the address of @from
 * @end: of @to; 0 = this kernel does not say
 */
struct part {
	char letter;
	const char *from;
	const char *to;
	u64 start;
	u64 end;
};

/* include/asm-generic/sections.h */
static const struct part image_parts[] = {
	{ 't', "_stext", "_etext" },
	{ 't', "_sinittext", "_einittext" },
	{ 'r', "__start_rodata", "__end_rodata" },
	{ 'b', "__bss_start", "__bss_stop" },
	{ 'd', "_text", "_end" },
};

#define NR_PARTS ARRAY_SIZE(image_parts)

static void find_parts(const struct guest_kernel *gk, struct part *parts)
{
	size_t i;

	memcpy(parts, image_parts, sizeof(image_parts));
	for (i = 0; i < NR_PARTS; i++)
		if (!gk_symbol(gk, parts[i].from, &parts[i].start) ||
		    !gk_symbol(gk, parts[i].to, &parts[i].end))
			parts[i].end = 0;
}

static char letter(const struct part *parts, u64 kva)
{
	size_t i;

	for (i = 0; i < NR_PARTS; i++)
		if (kva >= parts[i].start && kva < parts[i].end)
			return parts[i].letter;
	return 'a';
}

static void print_text(const struct listing *l, const struct part *parts, FILE *out)
{
	char name[NAME_ROOM];
	size_t i;

	for (i = 0; i < l->nr && !ferror(out); i++) {
		text_escape_line(name, sizeof(name), l->sym[i].name,
				 min_t(size_t, l->sym[i].len, GK_SYMBOLISE_MAX));
		fprintf(out, "%016" PRIx64 " %c %s\n", l->sym[i].kva, letter(parts, l->sym[i].kva),
			name);
	}
}

static int print_json(const struct listing *l, const struct part *parts, FILE *out)
{
	json_writer_t *w = jsonw_new(out);
	char type[2] = "";
	size_t i;

	if (!w)
		return -ENOMEM;
	jsonw_start_object(w);
	jsonw_name(w, "symbols");
	jsonw_start_array(w);
	for (i = 0; i < l->nr && !ferror(out); i++) {
		jsonw_start_object(w);
		json_hex_field(w, "address", l->sym[i].kva);
		type[0] = letter(parts, l->sym[i].kva);
		json_text_field(w, "type", type);
		json_text_field(w, "name", l->sym[i].name);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_end_object(w);
	jsonw_destroy(&w);
	fputc('\n', out);
	return 0;
}

int query_symbols_print(const struct guest_kernel *gk, bool json, FILE *out)
{
	struct listing l = { .room = gk_symbol_count(gk) };
	struct part parts[NR_PARTS];
	int ret;

	l.sym = malloc(max_t(size_t, l.room, 1) * sizeof(*l.sym));
	if (!l.sym)
		return -ENOMEM;
	ret = gk_symbol_each(gk, list_one, &l);
	if (!ret) {
		qsort(l.sym, l.nr, sizeof(*l.sym), by_address);
		find_parts(gk, parts);
		if (json)
			ret = print_json(&l, parts, out);
		else
			print_text(&l, parts, out);
	}
	free(l.sym);
	return ret;
}
