// SPDX-License-Identifier: GPL-2.0-only
/* A kernel's symbols by name and by address. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"

#include "host/kernel/symtab.h"
#include "lib/util.h"

#define MANY 100000

FIXTURE(symtab)
{
	struct symtab *st;
};

FIXTURE_SETUP(symtab)
{
	self->st = symtab_new(0);
	ASSERT_NE(NULL, self->st);
}

FIXTURE_TEARDOWN(symtab)
{
	symtab_free(self->st);
}

static int add(struct symtab *st, const char *name, u64 addr)
{
	return symtab_add(st, name, strlen(name), addr);
}

TEST_F(symtab, finds_each_name_and_no_other)
{
	u64 addr = 7;

	EXPECT_EQ(0, add(self->st, "_stext", 0x1000));
	/* need not end in NUL */
	EXPECT_EQ(0, symtab_add(self->st, "scx_root_and_more", 8, 0x2000));
	EXPECT_EQ(0, symtab_finish(self->st));
	EXPECT_EQ(2, symtab_count(self->st));
	EXPECT_TRUE(symtab_lookup(self->st, "scx_root", &addr));
	EXPECT_EQ(0x2000, addr);
	EXPECT_TRUE(symtab_lookup(self->st, "_stext", &addr));
	EXPECT_EQ(0x1000, addr);
	EXPECT_FALSE(symtab_lookup(self->st, "scx_roo", &addr));
	EXPECT_FALSE(symtab_lookup(self->st, "scx_root_", &addr));
	EXPECT_FALSE(symtab_lookup(self->st, "", &addr));
	EXPECT_EQ(0x1000, addr);
}

TEST_F(symtab, of_a_name_added_twice_the_last_one_counts)
{
	u64 addr;

	add(self->st, "show", 0x1000);
	add(self->st, "other", 0x2000);
	add(self->st, "show", 0x3000);
	ASSERT_EQ(0, symtab_finish(self->st));
	EXPECT_TRUE(symtab_lookup(self->st, "show", &addr));
	EXPECT_EQ(0x3000, addr);
	EXPECT_STREQ("show", symtab_at(self->st, 0x1001, NULL));
	EXPECT_STREQ("show", symtab_at(self->st, 0x3001, NULL));
}

TEST_F(symtab, an_address_belongs_to_the_nearest_symbol_below)
{
	u64 offset = 7;

	add(self->st, "first", 0x1000);
	add(self->st, "second", 0x2000);
	add(self->st, "alias", 0x2000);
	add(self->st, "last", ~0ULL);
	ASSERT_EQ(0, symtab_finish(self->st));
	EXPECT_EQ(NULL, symtab_at(self->st, 0xfff, &offset));
	EXPECT_EQ(7, offset);
	EXPECT_STREQ("first", symtab_at(self->st, 0x1000, &offset));
	EXPECT_EQ(0, offset);
	EXPECT_STREQ("first", symtab_at(self->st, 0x1fff, &offset));
	EXPECT_EQ(0xfff, offset);
	EXPECT_STREQ("second", symtab_at(self->st, 0x2000, NULL));
	EXPECT_STREQ("second", symtab_at(self->st, ~0ULL - 1, NULL));
	EXPECT_STREQ("last", symtab_at(self->st, ~0ULL, &offset));
	EXPECT_EQ(0, offset);
}

TEST_F(symtab, symbols_in_any_order_are_sorted_by_address)
{
	static const u64 addr[] = { 0xffffffff81000300, 0,  0xffffffff81000100, 0xffff888000000000,
				    0xffffffff81000200, 42, 0xffffffff81000300 };
	char name[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(addr); i++) {
		snprintf(name, sizeof(name), "s%zu", i);
		add(self->st, name, addr[i]);
	}
	ASSERT_EQ(0, symtab_finish(self->st));
	EXPECT_STREQ("s1", symtab_at(self->st, 0, NULL));
	EXPECT_STREQ("s1", symtab_at(self->st, 41, NULL));
	EXPECT_STREQ("s5", symtab_at(self->st, 42, NULL));
	EXPECT_STREQ("s3", symtab_at(self->st, 0xffffffff810000ff, NULL));
	EXPECT_STREQ("s2", symtab_at(self->st, 0xffffffff810001ff, NULL));
	EXPECT_STREQ("s4", symtab_at(self->st, 0xffffffff81000200, NULL));
	EXPECT_STREQ("s0", symtab_at(self->st, 0xffffffff81000301, NULL));
}

TEST_F(symtab, a_hundred_thousand_symbols_are_all_found)
{
	char name[32];
	u64 addr;
	int i, wrong = 0;

	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "function_%d.isra.0", i);
		wrong += add(self->st, name, 16ULL * i) != 0;
	}
	ASSERT_EQ(0, symtab_finish(self->st));
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "function_%d.isra.0", i);
		wrong += !symtab_lookup(self->st, name, &addr) || addr != 16ULL * i;
		wrong += strcmp(symtab_at(self->st, 16ULL * i + 15, NULL), name) != 0;
	}
	EXPECT_EQ(0, wrong);
}

TEST_F(symtab, names_of_every_length_are_told_apart)
{
	char name[64];
	u64 addr;
	size_t i;

	memset(name, 'a', sizeof(name));
	for (i = 1; i < sizeof(name); i++)
		symtab_add(self->st, name, i, i);
	ASSERT_EQ(0, symtab_finish(self->st));
	for (i = sizeof(name) - 1; i; i--) {
		name[i] = '\0';
		ASSERT_TRUE(symtab_lookup(self->st, name, &addr));
		EXPECT_EQ(i, addr);
	}
}

struct seen {
	u32 nr;
	u64 sum;
	char names[64];
};

static void see(void *ctx, const char *name, size_t len, u64 addr)
{
	struct seen *s = ctx;

	s->nr++;
	s->sum += addr;
	if (strlen(name) == len && strlen(s->names) + len < sizeof(s->names))
		strcat(s->names, name);
}

TEST_F(symtab, every_symbol_is_passed_on_also_those_of_one_name)
{
	struct seen s = { 0 };

	symtab_each(NULL, see, &s);
	symtab_each(self->st, see, &s);
	EXPECT_EQ(0, s.nr);
	add(self->st, "show", 0x3000);
	add(self->st, "a", 0x1000);
	add(self->st, "show", 0x20000);
	add(self->st, "show", 0x3000);
	ASSERT_EQ(0, symtab_finish(self->st));
	symtab_each(self->st, see, &s);
	EXPECT_EQ(4, s.nr);
	EXPECT_EQ(0x27000, s.sum);
	EXPECT_STREQ("showashowshow", s.names);
}

TEST_F(symtab, an_empty_table_finds_nothing)
{
	u64 addr;

	EXPECT_FALSE(symtab_lookup(self->st, "early", &addr));
	EXPECT_EQ(0, symtab_finish(self->st));
	EXPECT_FALSE(symtab_lookup(self->st, "any", &addr));
	EXPECT_EQ(NULL, symtab_at(self->st, ~0ULL, NULL));
	EXPECT_EQ(0, symtab_count(self->st));
	EXPECT_FALSE(symtab_lookup(NULL, "any", &addr));
	EXPECT_EQ(NULL, symtab_at(NULL, 0, NULL));
	EXPECT_EQ(0, symtab_count(NULL));
	symtab_free(NULL);
}

TEST_F(symtab, refuses_empty_names_and_names_that_come_too_late)
{
	EXPECT_EQ(-EINVAL, add(self->st, "", 1));
	EXPECT_EQ(-E2BIG, symtab_add(self->st, "x", SYMTAB_NAMES_MAX, 1));
	EXPECT_EQ(0, symtab_finish(self->st));
	EXPECT_EQ(-EINVAL, add(self->st, "late", 1));
	EXPECT_EQ(-EINVAL, symtab_finish(self->st));
}

TEST_HARNESS_MAIN
