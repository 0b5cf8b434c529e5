// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: kallsyms-bench
 *
 * How much CPU time it takes to make a symbol table out of a kernel's kallsyms,
 * beside making the same one out of the text of /proc/kallsyms; and to find a
 * name in it, beside a binary search. The names are made up; they are as many
 * and as long as those of a distribution kernel. Needs no VM.
 *
 * Prints lines for scripts/bench.awk, see figure.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/figure.h"
#include "host/kernel/kallsyms.h"
#include "lib/util.h"
#include "selftests/unit/kallsyms_fixture.h"

#define SYMBOLS 230000
#define ROUNDS	5
#define STEXT	0xffffffff81000000ULL
/* kallsyms lies behind the text. */
#define TABLES (STEXT + SZ_32M)
/* A line of /proc/kallsyms: address, type, name. */
#define LINE_MAX_LEN 96
#define NAME_ROOM    64

static const char *const subsystem[] = { "sched",  "ext4",    "tcp",	   "bpf",  "nfs4",
					 "xfs",	   "usb_hcd", "acpi_ex",   "mm",   "blk_mq",
					 "cgroup", "kvm_x86", "__x64_sys", "perf", "drm_atomic" };
static const char *const verb[] = { "alloc", "free",  "get",   "set",	  "update", "enqueue",
				    "init",  "probe", "write", "release", "parse",  "lookup" };
static const char *const object[] = { "task",	    "page",  "inode", "request",
				      "entry_list", "state", "group", "context",
				      "buffer",	    "map",   "device" };
static const char *const suffix[] = { "", ".isra.0", "_locked", ".cold", "_show", "__func__.1" };

/**
 * struct sample - one kernel's worth of symbols
 * @sym: by address
 * @names: their names, NAME_ROOM bytes each
 * @table: as kallsyms
 * @text: as /proc/kallsyms
 * @text_len: bytes of it
 * @asked: symbols in the order they are looked up
 * @asked_names: their names, NAME_ROOM bytes each: who asks has the name at hand
 * @by_name: @sym by name
 */
struct sample {
	struct kt_symbol *sym;
	char *names;
	struct kt_table table;
	char *text;
	size_t text_len;
	struct kt_symbol *asked;
	char *asked_names;
	struct kt_symbol *by_name;
};

static u32 next_random(u64 *state)
{
	*state = *state * 6364136223846793005 + 1442695040888963407;
	return *state >> 33;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct kt_symbol *)a)->name, ((const struct kt_symbol *)b)->name);
}

static void make_symbol(struct sample *s, u32 i)
{
	char *name = s->names + (size_t)i * NAME_ROOM;
	u32 k = i;

	if (i)
		snprintf(name, NAME_ROOM, "%s_%s_%s_%x%s", subsystem[k % ARRAY_SIZE(subsystem)],
			 verb[k / 3 % ARRAY_SIZE(verb)], object[k / 5 % ARRAY_SIZE(object)], i,
			 suffix[k / 7 % ARRAY_SIZE(suffix)]);
	else
		snprintf(name, NAME_ROOM, "_stext");
	s->sym[i] = (struct kt_symbol){ name, STEXT + 112ULL * i };
	s->text_len += snprintf(s->text + s->text_len, LINE_MAX_LEN, "%016llx T %s\n",
				(unsigned long long)s->sym[i].addr, name);
}

static void make_questions(struct sample *s)
{
	u64 state = 1;
	u32 i;

	for (i = 0; i < SYMBOLS; i++) {
		char *name = s->asked_names + (size_t)i * NAME_ROOM;

		s->asked[i] = s->sym[next_random(&state) % SYMBOLS];
		memcpy(name, s->asked[i].name, NAME_ROOM);
		s->asked[i].name = name;
	}
}

static int sample_make(struct sample *s)
{
	u32 i;

	s->sym = calloc(SYMBOLS, sizeof(*s->sym));
	s->by_name = calloc(SYMBOLS, sizeof(*s->by_name));
	s->names = calloc(SYMBOLS, NAME_ROOM);
	s->text = calloc(SYMBOLS, LINE_MAX_LEN);
	s->asked = calloc(SYMBOLS, sizeof(*s->asked));
	s->asked_names = calloc(SYMBOLS, NAME_ROOM);
	if (!s->sym || !s->by_name || !s->names || !s->text || !s->asked || !s->asked_names)
		return -ENOMEM;
	for (i = 0; i < SYMBOLS; i++)
		make_symbol(s, i);
	make_questions(s);
	kt_build(&s->table, TABLES, STEXT, s->sym, SYMBOLS, KT_SLOT);
	memcpy(s->by_name, s->sym, SYMBOLS * sizeof(*s->sym));
	qsort(s->by_name, SYMBOLS, sizeof(*s->by_name), compare_names);
	return 0;
}

static void sample_free(struct sample *s)
{
	free(s->sym);
	free(s->names);
	free(s->table.mem);
	free(s->text);
	free(s->asked);
	free(s->asked_names);
	free(s->by_name);
}

static int load_text(const struct sample *s, struct symtab *st)
{
	const char *end = s->text + s->text_len, *eol;
	char *p = s->text;
	int ret = 0;

	while (!ret && p < end) {
		u64 addr = strtoull(p, &p, 16);

		/* over " T " */
		p += 3;
		eol = memchr(p, '\n', end - p);
		ret = symtab_add(st, p, eol - p, addr);
		p += eol - p + 1;
	}
	return ret;
}

/* CPU milliseconds until the table can be asked, or negative errno. */
static double time_load(const struct sample *s, bool text, struct symtab **st)
{
	struct ktstr_err err = { "" };
	double start = figure_cpu_ms();
	int ret;

	*st = symtab_new(0);
	if (!*st)
		return -ENOMEM;
	ret = text ? load_text(s, *st) : kallsyms_load(&s->table.src, *st, &err);
	if (!ret)
		ret = symtab_finish(*st);
	if (ret)
		fprintf(stderr, "kallsyms-bench: %s\n", err.msg[0] ? err.msg : strerror(-ret));
	return ret ? ret : figure_cpu_ms() - start;
}

/* CPU nanoseconds for each name, or negative errno. */
static double time_lookup(const struct sample *s, const struct symtab *st)
{
	double start = figure_cpu_ms();
	u32 i, wrong = 0;
	u64 addr = 0;

	for (i = 0; i < SYMBOLS; i++) {
		const struct kt_symbol *want = &s->asked[i];

		wrong += !symtab_lookup(st, want->name, &addr) || addr != want->addr;
	}
	return wrong ? -ENOENT : (figure_cpu_ms() - start) * 1e6 / SYMBOLS;
}

static double time_search(const struct sample *s)
{
	double start = figure_cpu_ms();
	u32 i, wrong = 0;

	for (i = 0; i < SYMBOLS; i++) {
		const struct kt_symbol *want = &s->asked[i], *got;

		got = bsearch(want, s->by_name, SYMBOLS, sizeof(*want), compare_names);
		wrong += !got || got->addr != want->addr;
	}
	return wrong ? -ENOENT : (figure_cpu_ms() - start) * 1e6 / SYMBOLS;
}

/**
 * struct times - what each round came to
 * @load: of kallsyms
 * @text: of the same as text
 * @lookup: in the table
 * @search: binary
 */
struct times {
	double load[ROUNDS];
	double text[ROUNDS];
	double lookup[ROUNDS];
	double search[ROUNDS];
};

static bool measure(const struct sample *s, struct times *t, int round)
{
	struct symtab *ours, *theirs;

	t->load[round] = time_load(s, false, &ours);
	t->text[round] = time_load(s, true, &theirs);
	t->lookup[round] = t->load[round] < 0 ? -1 : time_lookup(s, ours);
	t->search[round] = time_search(s);
	symtab_free(ours);
	symtab_free(theirs);
	return t->load[round] >= 0 && t->text[round] >= 0 && t->lookup[round] >= 0 &&
	       t->search[round] >= 0;
}

int main(void)
{
	struct sample s = { 0 };
	struct times t;
	int ret = sample_make(&s), round;

	for (round = 0; !ret && round < ROUNDS; round++)
		ret = measure(&s, &t, round) ? 0 : -EIO;
	if (ret) {
		fprintf(stderr, "kallsyms-bench: %s\n", strerror(-ret));
	} else {
		figure_print("kallsyms.load_ms", "ms", t.load, ROUNDS,
			     figure_quantile(t.text, ROUNDS, 0.5), "<=60");
		figure_print("kallsyms.lookup_ns", "ns", t.lookup, ROUNDS,
			     figure_quantile(t.search, ROUNDS, 0.5), "<=200");
	}
	sample_free(&s);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
