// SPDX-License-Identifier: GPL-2.0-only
/* What a message says about a name that does not exist. */
#include <stdio.h>
#include <string.h>
#include <linux/kernel.h>

#include "kselftest_harness.h"
#include "lib/names.h"
#include "lib/util.h"

static void fill(struct names *n, const char *wanted, const char *const *name)
{
	names_init(n, wanted);
	for (; *name; name++)
		names_add(n, *name);
}

#define FILL(wanted, ...) fill(&n, wanted, (const char *const[]){ __VA_ARGS__, NULL })

TEST(distances)
{
	EXPECT_EQ(names_distance("gap", "gap"), 0);
	EXPECT_EQ(names_distance("", "gap"), 3);
	EXPECT_EQ(names_distance("gap", ""), 3);
	EXPECT_EQ(names_distance("gap", "gaps"), 1);
	EXPECT_EQ(names_distance("gap", "gpa"), 1);
	EXPECT_EQ(names_distance("agap", "gpa"), 2);
	EXPECT_EQ(names_distance("gap_ms", "gap"), 3);
	EXPECT_EQ(names_distance("kitten", "sitting"), 3);
}

TEST(lists_all_there_are)
{
	struct names n;

	names_init(&n, NULL);
	EXPECT_STREQ("none", names_list(&n));
	FILL(NULL, "a", "b", "c");
	EXPECT_STREQ("a, b, c", names_list(&n));
	EXPECT_STREQ("", n.hint);
}

TEST(what_has_no_room_is_counted)
{
	struct names n;
	char name[16];
	u32 i, in = 1;

	names_init(&n, "nothing like them");
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "name%u", i);
		names_add(&n, name);
	}
	EXPECT_LT(strlen(n.list), sizeof(n.list));
	for (i = 0; n.list[i]; i++)
		in += n.list[i] == ',';
	/* the last is the count itself */
	snprintf(name, sizeof(name), ", %u more", 1000 - (in - 1));
	EXPECT_NE(NULL, strstr(n.list, name));
	EXPECT_EQ(0, strncmp(n.list, "name0, name1, ", 14));
	n.room = 0;
	names_add(&n, "one");
}

TEST(little_room_is_kept_to)
{
	struct names n;

	names_init(&n, NULL);
	n.room = 32;
	names_add(&n, "first");
	names_add(&n, "second_that_is_long");
	names_add(&n, "x");
	EXPECT_STREQ("first, 2 more", names_list(&n));
}

TEST(typo_is_understood)
{
	struct names n;

	FILL("wrost_gap_ms", "worst_gap", "worst_gap_ms", "worst");
	EXPECT_STREQ("did you mean worst_gap_ms? ", n.hint);
	FILL("wrost_gap", "worst_gap_ms", "worst");
	EXPECT_STREQ("did you mean worst_gap_ms? ", n.hint);
	FILL("spni", "pipe", "spin", "yield");
	EXPECT_STREQ("did you mean spin? ", n.hint);
}

TEST(part_of_a_name_is_understood)
{
	struct names n;

	FILL("fallback", "worst", "total_fallback");
	EXPECT_STREQ("did you mean total_fallback? ", n.hint);
}

TEST(several_may_be_meant)
{
	struct names n;

	FILL("cpu2", "cpu0", "cpu1", "node");
	EXPECT_STREQ("did you mean cpu0, cpu1? ", n.hint);
}

TEST(nothing_like_it)
{
	struct names n;
	char name[2000];

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	FILL(name, "spin", "pipe");
	EXPECT_STREQ("", n.hint);
	EXPECT_STREQ("spin, pipe", names_list(&n));
	FILL("", "spin", "pipe");
	EXPECT_STREQ("", n.hint);
	FILL("b", "a", "bb");
	EXPECT_STREQ("", n.hint);
	FILL("spin", name, name);
	EXPECT_STREQ("", n.hint);
}

TEST(names_of_a_guest_are_made_printable)
{
	struct names n;

	FILL("a\nb", "a\033b", "c");
	EXPECT_STREQ("a\\x1bb, c", names_list(&n));
	EXPECT_STREQ("did you mean a\\x1bb? ", n.hint);
}

TEST_HARNESS_MAIN
