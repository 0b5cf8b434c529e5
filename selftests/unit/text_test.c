// SPDX-License-Identifier: GPL-2.0-only
/* Guest text becomes harmless. */
#include "kselftest_harness.h"
#include "lib/text.h"

TEST(C6_control_bytes)
{
	char dst[64];

	EXPECT_EQ(text_escape(dst, sizeof(dst), "a\x1b[2J\0b\x80\xff", 9), 21);
	EXPECT_STREQ(dst, "a\\x1b[2J\\x00b\\x80\\xff");
	text_escape(dst, sizeof(dst), "a\r\nb\tc\rd\r", 9);
	EXPECT_STREQ(dst, "a\nb\tc\\x0dd");
	text_escape(dst, sizeof(dst), "", 0);
	EXPECT_STREQ(dst, "");
}

TEST(C6_one_line)
{
	char dst[64];

	text_escape_line(dst, sizeof(dst), "not ok 1\n::set-output\tx\n\n", 25);
	EXPECT_STREQ(dst, "not ok 1 ::set-output x");
	EXPECT_EQ(text_escape_line(dst, sizeof(dst), "\n\t\n", 3), 0);
}

TEST(T7_cut_never_inside_an_escape)
{
	char dst[8];

	EXPECT_EQ(text_escape(dst, 5, "\xff\xff", 2), 4);
	EXPECT_STREQ(dst, "\\xff");
	EXPECT_EQ(text_escape(dst, 4, "\xff", 1), 0);
	EXPECT_EQ(text_escape(dst, 1, "a", 1), 0);
	EXPECT_EQ(text_escape(dst, 3, "abcdef", 6), 2);
	EXPECT_STREQ(dst, "ab");
}

TEST(room_that_always_suffices)
{
	char src[256], dst[TEXT_ESCAPED_MAX(256)];

	memset(src, 0xee, sizeof(src));
	EXPECT_EQ(text_escape(dst, sizeof(dst), src, sizeof(src)), 1024);
}

TEST_HARNESS_MAIN
