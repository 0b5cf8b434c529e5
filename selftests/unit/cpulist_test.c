// SPDX-License-Identifier: GPL-2.0-only
/* Sets of CPUs and the kernel's notation for them. */
#include <errno.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/cpulist.h"
#include "lib/util.h"

static const char *normal(const char *text)
{
	static char buf[CPULIST_TEXT_MAX];
	struct cpulist l;

	return cpulist_parse(text, TOPOLOGY_MAX_CPUS, &l, NULL) ?
		       "refused" :
		       cpulist_format(&l, buf, sizeof(buf));
}

TEST(written_as_the_kernel_does)
{
	EXPECT_STREQ(normal(""), "");
	EXPECT_STREQ(normal("0"), "0");
	EXPECT_STREQ(normal("0-3,8"), "0-3,8");
	EXPECT_STREQ(normal("8,0-3"), "0-3,8");
	EXPECT_STREQ(normal("0,1,2,3"), "0-3");
	EXPECT_STREQ(normal("4-4"), "4");
	EXPECT_STREQ(normal("0-1,1-2,2"), "0-2");
	EXPECT_STREQ(normal("0-511"), "0-511");
	EXPECT_STREQ(normal("510,511"), "510-511");
	EXPECT_STREQ(normal("007"), "7");
}

TEST(what_is_no_list)
{
	static const char *const bad[] = { ",",	   "0,",   ",0",  "0,,1", "-",	  "-1",	  "1-",
					   "1-2-", "1--2", "3-1", " 0",	  "0 ",	  "0, 1", "0-3:2/4",
					   "all",  "0x1",  "+1",  "1\n",  "0-3;", "x" };
	struct cpulist l = {}, before;
	struct ktstr_err err;
	size_t i;

	cpulist_set(&l, 5);
	before = l;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		err.msg[0] = '\0';
		EXPECT_EQ(cpulist_parse(bad[i], 512, &l, &err), -EINVAL)
		{
			TH_LOG("'%s'", bad[i]);
		}
		EXPECT_NE(strstr(err.msg, bad[i]), NULL);
		EXPECT_EQ(memcmp(&l, &before, sizeof(l)), 0);
	}
}

TEST(cpus_there_are_not)
{
	static const char *const bad[] = { "4",
					   "0-4",
					   "0,4",
					   "512",
					   "4294967296",
					   "0-4294967295",
					   "99999999999999999999-99999999999999999999" };
	struct ktstr_err err = {};
	struct cpulist l;
	size_t i;

	EXPECT_EQ(cpulist_parse("0-3", 4, &l, &err), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(cpulist_parse(bad[i], 4, &l, &err), -ERANGE)
		{
			TH_LOG("'%s'", bad[i]);
		}
		EXPECT_NE(strstr(err.msg, "below 4"), NULL);
	}
	EXPECT_EQ(cpulist_parse("512", 0xffffffff, &l, &err), -ERANGE);
	EXPECT_EQ(cpulist_parse("0", 0, &l, NULL), -ERANGE);
	EXPECT_EQ(cpulist_parse("", 0, &l, NULL), 0);
}

TEST(members)
{
	struct cpulist l = {}, other;

	EXPECT_EQ(cpulist_count(&l), 0);
	EXPECT_EQ(cpulist_nth(&l, 0), TOPOLOGY_MAX_CPUS);
	ASSERT_EQ(cpulist_parse("1,3-4,511", TOPOLOGY_MAX_CPUS, &l, NULL), 0);
	EXPECT_EQ(cpulist_count(&l), 4);
	EXPECT_EQ(cpulist_nth(&l, 0), 1);
	EXPECT_EQ(cpulist_nth(&l, 2), 4);
	EXPECT_EQ(cpulist_nth(&l, 3), 511);
	EXPECT_EQ(cpulist_nth(&l, 4), TOPOLOGY_MAX_CPUS);
	EXPECT_EQ(cpulist_nth(&l, 0xffffffff), TOPOLOGY_MAX_CPUS);
	EXPECT_TRUE(cpulist_has(&l, 511));
	EXPECT_FALSE(cpulist_has(&l, 512));
	EXPECT_FALSE(cpulist_has(&l, 0xffffffff));
	other = l;
	EXPECT_TRUE(cpulist_within(&l, &other));
	cpulist_set(&other, 0);
	EXPECT_TRUE(cpulist_within(&l, &other));
	EXPECT_FALSE(cpulist_within(&other, &l));
}

TEST(the_longest_text_fits)
{
	char buf[CPULIST_TEXT_MAX], again[CPULIST_TEXT_MAX];
	struct cpulist l = {}, back;
	u32 cpu;

	for (cpu = 0; cpu < TOPOLOGY_MAX_CPUS; cpu++)
		if (cpu % 3 != 2)
			cpulist_set(&l, cpu);
	EXPECT_TRUE(cpulist_format(&l, buf, sizeof(buf)) == buf);
	EXPECT_LT(strlen(buf), CPULIST_TEXT_MAX - 1);
	ASSERT_EQ(cpulist_parse(buf, TOPOLOGY_MAX_CPUS, &back, NULL), 0);
	EXPECT_EQ(memcmp(&l, &back, sizeof(l)), 0);
	EXPECT_STREQ(cpulist_format(&back, again, sizeof(again)), buf);
}

TEST(short_room_is_kept_to)
{
	char buf[8] = "xxxxxxx";
	struct cpulist l;

	ASSERT_EQ(cpulist_parse("100-200,300", TOPOLOGY_MAX_CPUS, &l, NULL), 0);
	cpulist_format(&l, buf, 5);
	EXPECT_STREQ(buf, "100-");
	EXPECT_EQ(buf[5], 'x');
	cpulist_format(&l, buf, 1);
	EXPECT_STREQ(buf, "");
	buf[0] = 'x';
	cpulist_format(&l, buf, 0);
	EXPECT_EQ(buf[0], 'x');
}

TEST_HARNESS_MAIN
