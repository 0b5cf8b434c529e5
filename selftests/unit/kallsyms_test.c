// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's symbol table as it lies in memory, sound and broken (RELIABILITY G3). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "kallsyms_fixture.h"

#include "host/kernel/kallsyms.h"

#define KVA   0xffffffff82589660ULL
#define STEXT 0xffffffff81000000ULL
/* Where the names begin in the memory of a table. */
#define NAMES 4

static const struct kt_symbol few[] = {
	{ "_text", STEXT },
	{ "_stext", STEXT },
	{ "entry_SYSCALL_64", STEXT + 0x80 },
	{ "do_a_rather_long_piece_of_a_job", STEXT + 0x1234 },
	{ "__sched_text_start", STEXT + 0x800000 },
	{ "scx_root", 0xffffffff83e4afd0 },
	{ "_end", 0xffffffff84230000 },
};

FIXTURE(kallsyms)
{
	struct kt_table t;
	struct symtab *st;
	struct ktstr_err err;
};

FIXTURE_SETUP(kallsyms)
{
	kt_build(&self->t, KVA, STEXT, few, ARRAY_SIZE(few), KT_SLOT);
	self->st = symtab_new(0);
	ASSERT_NE(NULL, self->st);
	self->err.msg[0] = '\0';
}

FIXTURE_TEARDOWN(kallsyms)
{
	symtab_free(self->st);
	free(self->t.mem);
}

static void rebuild(struct kt_table *t, const struct kt_symbol *sym, u32 nr, enum kt_encoding enc)
{
	free(t->mem);
	kt_build(t, KVA, STEXT, sym, nr, enc);
}

/* How many of @sym are not found where they belong. */
static int load(struct kt_table *t, struct symtab *st, const struct kt_symbol *sym, u32 nr,
		struct ktstr_err *err)
{
	int wrong = 0;
	u64 addr;
	u32 i;

	if (kallsyms_load(&t->src, st, err) || symtab_finish(st) || symtab_count(st) != nr)
		return -1;
	for (i = 0; i < nr; i++)
		wrong += !symtab_lookup(st, sym[i].name, &addr) || addr != sym[i].addr;
	return wrong;
}

/* Offset in the table's memory. */
static u8 *at(struct kt_table *t, u64 kva)
{
	return t->mem + (kva - t->kva);
}

TEST_F(kallsyms, addresses_relative_to_their_slot)
{
	EXPECT_EQ(0, load(&self->t, self->st, few, ARRAY_SIZE(few), &self->err));
	EXPECT_STREQ("", self->err.msg);
}

TEST_F(kallsyms, addresses_above_a_base_that_was_named)
{
	rebuild(&self->t, few, ARRAY_SIZE(few), KT_BASE);
	self->t.src.relative_base = KVA + self->t.len - 8;
	EXPECT_EQ(0, load(&self->t, self->st, few, ARRAY_SIZE(few), &self->err));
}

TEST_F(kallsyms, addresses_above_a_base_that_was_not_named)
{
	/* an odd and an even number of entries: the base is aligned */
	rebuild(&self->t, few, ARRAY_SIZE(few), KT_BASE);
	EXPECT_EQ(0, load(&self->t, self->st, few, ARRAY_SIZE(few), &self->err));
	symtab_free(self->st);
	self->st = symtab_new(0);
	rebuild(&self->t, few, ARRAY_SIZE(few) - 1, KT_BASE);
	EXPECT_EQ(0, load(&self->t, self->st, few, ARRAY_SIZE(few) - 1, &self->err));
}

TEST_F(kallsyms, absolute_addresses_of_percpu_variables)
{
	static const struct kt_symbol sym[] = {
		{ "fixed_percpu_data", 0 },
		{ "runqueues", 0x2f3c0 },
		{ "_stext", STEXT },
		{ "scx_root", STEXT + 0x2e4afd0 },
	};

	rebuild(&self->t, sym, ARRAY_SIZE(sym), KT_PERCPU);
	EXPECT_EQ(0, load(&self->t, self->st, sym, ARRAY_SIZE(sym), &self->err));
}

TEST_F(kallsyms, long_names_have_two_bytes_of_length)
{
	struct kt_symbol sym[] = { { "_stext", STEXT }, { NULL, STEXT + 16 }, { "z", STEXT + 32 } };
	char name[512];
	u64 addr;

	memset(name, 'q', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	sym[1].name = name;
	rebuild(&self->t, sym, ARRAY_SIZE(sym), KT_SLOT);
	EXPECT_EQ(0, load(&self->t, self->st, sym, ARRAY_SIZE(sym), &self->err));
	EXPECT_TRUE(symtab_lookup(self->st, name, &addr));
	EXPECT_EQ(STEXT + 16, addr);
}

TEST_F(kallsyms, names_of_many_megabytes_are_read_piece_by_piece)
{
	enum { COUNT = 30000, LENGTH = 200 };
	struct kt_symbol *sym = calloc(COUNT, sizeof(*sym));
	char *names = malloc((size_t)COUNT * LENGTH);
	int i;

	ASSERT_NE(NULL, sym);
	ASSERT_NE(NULL, names);
	for (i = 0; i < COUNT; i++) {
		char *name = names + (size_t)i * LENGTH;

		/* of different lengths, with no token in them */
		snprintf(name, LENGTH, "X%dX%0*d", i, 20 + i % 170, 0);
		sym[i] = (struct kt_symbol){ name, STEXT + 16 * i };
	}
	sym[COUNT - 1].name = "_stext";
	sym[COUNT - 1].addr = STEXT;
	rebuild(&self->t, sym, COUNT, KT_SLOT);
	EXPECT_LT(3 * SZ_1M, self->t.len);
	EXPECT_EQ(0, load(&self->t, self->st, sym, COUNT, &self->err));
	free(names);
	free(sym);
}

TEST_F(kallsyms, G3_unsorted_addresses_are_sorted)
{
	static const struct kt_symbol sym[] = {
		{ "high", STEXT + 0x2000 },
		{ "_stext", STEXT },
		{ "middle", STEXT + 0x1000 },
	};

	rebuild(&self->t, sym, ARRAY_SIZE(sym), KT_SLOT);
	EXPECT_EQ(0, load(&self->t, self->st, sym, ARRAY_SIZE(sym), &self->err));
	EXPECT_STREQ("middle", symtab_at(self->st, STEXT + 0x1fff, NULL));
}

TEST_F(kallsyms, G3_a_count_of_none_or_of_four_billion_is_refused)
{
	static const u32 bad[] = { 0, SYMTAB_MAX + 1, 0xffffffff };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		kt_put32(self->t.mem, bad[i]);
		EXPECT_EQ(-EBADMSG, kallsyms_load(&self->t.src, self->st, &self->err));
		EXPECT_NE(NULL, strstr(self->err.msg, "symbols; expected 1 to"));
	}
	EXPECT_EQ(0, symtab_count(self->st));
}

TEST_F(kallsyms, more_symbols_than_there_are_offsets)
{
	kt_put32(self->t.mem, SYMTAB_MAX);
	EXPECT_EQ(-EFAULT, kallsyms_load(&self->t.src, self->st, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "kallsyms_offsets"));
}

TEST_F(kallsyms, G3_an_empty_name_is_refused)
{
	self->t.mem[NAMES] = 0;
	EXPECT_EQ(-EBADMSG, kallsyms_load(&self->t.src, self->st, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "name 0 at offset 0 is empty"));
}

TEST_F(kallsyms, a_name_that_is_nothing_but_its_type_is_refused)
{
	/* "T__text" is now 'T' alone, and the next name begins early */
	self->t.mem[NAMES] = 1;
	self->t.mem[NAMES + 1] = 'T';
	EXPECT_EQ(-EBADMSG, kallsyms_load(&self->t.src, self->st, &self->err));
}

TEST_F(kallsyms, G3_a_name_that_goes_beyond_memory_is_refused)
{
	self->t.mem[NAMES] = 0xff;
	self->t.mem[NAMES + 1] = 0xff;
	EXPECT_EQ(-EBADMSG, kallsyms_load(&self->t.src, self->st, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "ends beyond the names"));
}

TEST_F(kallsyms, G3_a_name_longer_than_any_is_refused)
{
	/* 0x7f bytes, each standing for 24 characters */
	memset(self->t.mem + NAMES, KT_LONG_TOKEN, 0x80);
	EXPECT_EQ(-EBADMSG, kallsyms_load(&self->t.src, self->st, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "longer than 1024"));
}

TEST_F(kallsyms, G3_a_token_beyond_its_table_is_refused)
{
	/* with the token table the last thing in memory, an index can point past it */
	self->t.len = self->t.src.token_index + 512 - KVA;
	memset(at(&self->t, self->t.src.token_index) + 2 * 'x', 0xff, 2);
	EXPECT_EQ(-EBADMSG, kallsyms_load(&self->t.src, self->st, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "token 120 at 65535"));
}

TEST_F(kallsyms, tables_that_are_not_in_memory)
{
	struct kallsyms_src good = self->t.src;
	u64 *where[] = { &self->t.src.num_syms, &self->t.src.token_index, &self->t.src.offsets };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(where); i++) {
		*where[i] = 0xdead0000;
		EXPECT_EQ(-EFAULT, kallsyms_load(&self->t.src, self->st, &self->err));
		EXPECT_NE(NULL, strstr(self->err.msg, "cannot read kallsyms_"));
		self->t.src = good;
	}
	self->t.src.names = ~0ULL;
	EXPECT_EQ(-EBADMSG, kallsyms_load(&self->t.src, self->st, &self->err));
	self->t.src = good;
	self->t.src.token_table = ~0ULL;
	EXPECT_EQ(-EBADMSG, kallsyms_load(&self->t.src, self->st, &self->err));
}

TEST_F(kallsyms, no_encoding_fits_the_known_symbol)
{
	self->t.src.stext += 8;
	EXPECT_EQ(-EBADMSG, kallsyms_load(&self->t.src, self->st, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "no encoding gives _stext"));
	EXPECT_NE(NULL, strstr(self->err.msg, "0xffffffff81000008"));
}

TEST_F(kallsyms, the_known_symbol_is_not_in_the_table)
{
	rebuild(&self->t, few + 2, ARRAY_SIZE(few) - 2, KT_SLOT);
	EXPECT_EQ(-EBADMSG, kallsyms_load(&self->t.src, self->st, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "no _stext among 5 symbols"));
}

static u32 next_random(u32 *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Whatever the bytes say: one of the errors, or a table that can be asked. */
TEST_F(kallsyms, mutated_tables_never_do_harm)
{
	size_t len = self->t.len;
	u8 *good = malloc(len);
	u32 state = 1, round;
	int odd = 0;

	ASSERT_NE(NULL, good);
	memcpy(good, self->t.mem, len);
	for (round = 0; round < 2000; round++) {
		struct symtab *st = symtab_new(0);
		u32 flips = 1 + next_random(&state) % 8;
		int ret;
		u64 addr;

		memcpy(self->t.mem, good, len);
		/* cut short, too, every other time */
		self->t.len = round & 1 ? next_random(&state) % len : len;
		while (flips--)
			self->t.mem[next_random(&state) % len] = next_random(&state);
		ret = kallsyms_load(&self->t.src, st, &self->err);
		odd += ret != 0 && ret != -EBADMSG && ret != -EFAULT;
		odd += symtab_finish(st) != 0;
		symtab_lookup(st, "scx_root", &addr);
		symtab_at(st, STEXT + 0x1000, &addr);
		symtab_free(st);
	}
	EXPECT_EQ(0, odd);
	free(good);
}

TEST_HARNESS_MAIN
