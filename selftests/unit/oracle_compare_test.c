// SPDX-License-Identifier: GPL-2.0-only
/* What snapshots are held against the guest's own words with: it must not miss anything. */
#include "kselftest_harness.h"

#include "selftests/domain_compare.h"
#include "selftests/task_compare.h"

static const char stat_text[] = "file /proc/schedstat\n"
				"> version 17\n"
				"> timestamp 4294899876\n"
				"> cpu0 0 0 19 7 30\n"
				"> domain0 MC 00000000,00000003 1 2\n"
				"> domain1 PKG 00000000,0000000f 3 4\n"
				"> cpu1 0 0 20 8 31\n"
				"file /sys/kernel/debug/sched/debug\n"
				"> cpu#1, 2000.000 MHz\n"
				">   .nr_running                    : 3\n"
				">   .clock                         : 1234.000567\n"
				">\x20\n"
				">   .nr_switches                   : 99\n"
				"> cpu#11\n"
				">   .nr_switches                   : 77\n"
				"task tid=12 tgid=12 nice=-5 start_ticks=40 comm=a\n"
				"end views=2\n";

static const struct ktstr_output stat_output = {
	.text = (char *)stat_text,
	.len = sizeof(stat_text) - 1,
};

TEST(words_of_a_line)
{
	static const char line[] = "  NET_TX:   5\t18446744073709551616 7x";
	const struct oracle_rec rec = { line, sizeof(line) - 1 };
	size_t len;
	u64 v = 1;

	EXPECT_TRUE(oracle_word_is(&rec, 0, "NET_TX:"));
	EXPECT_FALSE(oracle_word_is(&rec, 0, "NET_TX"));
	EXPECT_TRUE(oracle_word_num(&rec, 1, &v));
	EXPECT_EQ(5, v);
	EXPECT_FALSE(oracle_word_num(&rec, 0, &v));
	EXPECT_FALSE(oracle_word_num(&rec, 2, &v));
	EXPECT_FALSE(oracle_word_num(&rec, 3, &v));
	EXPECT_EQ(NULL, oracle_word_at(&rec, 4, &len));
}

TEST(lines_of_a_file)
{
	struct oracle_iter it;
	struct oracle_rec rec;
	u64 v;

	ASSERT_TRUE(cpu_line(&stat_output, SCHEDSTAT, 1, &rec));
	EXPECT_TRUE(oracle_word_num(&rec, 5, &v));
	EXPECT_EQ(31, v);
	EXPECT_FALSE(cpu_line(&stat_output, SCHEDSTAT, 2, &rec));
	ASSERT_TRUE(goto_cpu(&stat_output, 0, &it));
	EXPECT_TRUE(next_domain(&it, &rec));
	EXPECT_TRUE(next_domain(&it, &rec));
	EXPECT_TRUE(oracle_word_is(&rec, 1, "PKG"));
	EXPECT_FALSE(next_domain(&it, &rec));
}

TEST(a_cpus_part_of_the_debug_file)
{
	u64 v = 0;

	EXPECT_TRUE(debug_num(&stat_output, 1, ".nr_running", &v));
	EXPECT_EQ(3, v);
	EXPECT_TRUE(debug_num(&stat_output, 1, ".clock", &v));
	EXPECT_EQ(1234000567, v);
	/* behind the blank line it is somebody else's */
	EXPECT_FALSE(debug_num(&stat_output, 1, ".nr_switches", &v));
	EXPECT_TRUE(debug_num(&stat_output, 11, ".nr_switches", &v));
	EXPECT_EQ(77, v);
	EXPECT_FALSE(debug_num(&stat_output, 0, ".nr_running", &v));
}

TEST(masks)
{
	u64 mask;

	EXPECT_TRUE(mask_of_words("00000000,0000000f", 17, &mask));
	EXPECT_EQ(0xf, mask);
	EXPECT_TRUE(mask_of_words("80000000,00000001", 17, &mask));
	EXPECT_EQ(0x8000000000000001ULL, mask);
	EXPECT_FALSE(mask_of_words("1,00000000,00000000", 19, &mask));
	EXPECT_FALSE(mask_of_words("0-3", 3, &mask));
	EXPECT_TRUE(mask_of_list("0-3,7", &mask));
	EXPECT_EQ(0x8f, mask);
	EXPECT_TRUE(mask_of_list("63", &mask));
	EXPECT_TRUE(mask_of_list("", &mask));
	EXPECT_EQ(0, mask);
	EXPECT_FALSE(mask_of_list("64", &mask));
	EXPECT_FALSE(mask_of_list("3-1", &mask));
	EXPECT_FALSE(mask_of_list("0;1", &mask));
}

TEST(numbers_with_a_sign)
{
	struct oracle_iter it = oracle_begin(stat_output.text, stat_output.len);
	struct oracle_rec rec, again;
	u64 v;

	ASSERT_TRUE(oracle_next_kind(&it, "task", &rec));
	EXPECT_TRUE(rec_s64(&rec, "nice", &v));
	EXPECT_EQ(-5, (s64)v);
	EXPECT_FALSE(rec_s64(&rec, "comm", &v));
	EXPECT_FALSE(rec_s64(&rec, "prio", &v));
	EXPECT_TRUE(same_task(&stat_output, &rec, &again));
	rec.len -= strlen(" comm=a") + 1;
	/* born at another time, so it is another one */
	EXPECT_FALSE(same_task(&stat_output, &rec, &again));
}

TEST(what_is_not_between_is_wrong)
{
	struct oracle_tally t = { 0 };

	tally_between(&t, "a", 5, 5, 7);
	tally_between(&t, "b", 5, 7, 7);
	EXPECT_EQ(0, t.wrong);
	tally_between(&t, "c", 5, 4, 7);
	tally_between(&t, "d", 5, 8, 7);
	EXPECT_EQ(2, t.wrong);
	EXPECT_EQ(4, t.compared);
	EXPECT_EQ(0, t.exact);
	tally_same(&t, "e", 3, 3);
	tally_text(&t, "f", "name", "names", 4);
	EXPECT_EQ(2, t.wrong);
	tally_same(&t, "g", 3, 4);
	tally_text(&t, "h", "name", "names", 5);
	tally_text(&t, "i", NULL, "", 0);
	EXPECT_EQ(5, t.wrong);
	EXPECT_EQ(5, t.exact);
}

TEST_HARNESS_MAIN
