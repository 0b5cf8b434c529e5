// SPDX-License-Identifier: GPL-2.0-only
/* The command line of "ktstr show". */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "show_opts.h"

static char buf[256];

static int parse(const char *line, struct show_opts *o, struct ktstr_err *err)
{
	static char *argv[16];
	char *save = NULL, *word;
	int argc = 0;

	argv[argc++] = "show";
	snprintf(buf, sizeof(buf), "%s", line);
	for (word = strtok_r(buf, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	argv[argc] = NULL;
	return show_opts_parse(argc, argv, o, err);
}

#define EXPECT_REFUSED(line, why)                          \
	do {                                               \
		struct ktstr_err err = { "" };             \
		struct show_opts o;                        \
		EXPECT_EQ(-EINVAL, parse(line, &o, &err)); \
		EXPECT_NE(NULL, strstr(err.msg, why))      \
		{                                          \
			TH_LOG("%s", err.msg);             \
		}                                          \
	} while (0)

TEST(a_file_is_enough)
{
	struct show_opts o;

	ASSERT_EQ(0, parse("a.dump.json", &o, NULL));
	EXPECT_STREQ("a.dump.json", o.file);
	EXPECT_EQ(NULL, o.section);
	EXPECT_EQ(NULL, o.path);
	EXPECT_FALSE(o.all);
	ASSERT_EQ(0, parse("-", &o, NULL));
	EXPECT_STREQ("-", o.file);
}

TEST(options_stand_before_or_behind_the_file)
{
	struct show_opts o;

	ASSERT_EQ(0, parse("--all --section maps a.json", &o, NULL));
	EXPECT_TRUE(o.all);
	EXPECT_STREQ("maps", o.section);
	EXPECT_STREQ("a.json", o.file);
	ASSERT_EQ(0, parse("a.json --path=cpus[3].clock", &o, NULL));
	EXPECT_STREQ("cpus[3].clock", o.path);
	EXPECT_STREQ("a.json", o.file);
}

TEST(nothing_of_the_last_call_is_left)
{
	struct show_opts o;

	ASSERT_EQ(0, parse("--all --path a b", &o, NULL));
	ASSERT_EQ(0, parse("c", &o, NULL));
	EXPECT_FALSE(o.all);
	EXPECT_EQ(NULL, o.path);
	EXPECT_STREQ("c", o.file);
}

TEST(help_needs_no_file)
{
	struct show_opts o;

	ASSERT_EQ(0, parse("--help", &o, NULL));
	EXPECT_TRUE(o.help);
	ASSERT_EQ(0, parse("--section maps --path x -h", &o, NULL));
	EXPECT_TRUE(o.help);
}

TEST(what_is_wrong_is_named)
{
	EXPECT_REFUSED("", "which dump?");
	EXPECT_REFUSED("--all", "which dump?");
	EXPECT_REFUSED("a.json b.json", "unexpected argument 'b.json'");
	EXPECT_REFUSED("--section maps --path x a.json", "do not go together");
	EXPECT_REFUSED("a.json --sections maps", "sections");
	EXPECT_REFUSED("a.json --section", "section");
}

TEST_HARNESS_MAIN
