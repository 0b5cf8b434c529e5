// SPDX-License-Identifier: GPL-2.0-only
/* The lines of ktstr_oracle, as tests read them. */
#include "kselftest_harness.h"
#include "lib/util.h"
#include "selftests/oracle_parse.h"

static const char text[] =
	"map id=3 type=2 name=bpf_bpf.bss key=4 value=8 max=1 flags=0x400 extra=0x0\n"
	"elem map=3 key=00000000 value=0102030405060708\n"
	"map id=12 type=29 name= key=4 value=4 max=0 flags=0x1\n"
	"elem map=12 task=77 value=ff00ff00\n"
	"skip map=13: it has no keys\n"
	"elem map=3 key=01000000 value=aa\n"
	"error map id=9 info: Operation not permitted\n"
	"task tid=1 tgid=1 comm=a\\x20b\\x5cc cgroup=/\n"
	"sym ffffffff81000000 T _stext\n"
	"sym ffffffffc0200010 t init_module [virtio_mmio]\n"
	"sym ffffffff81000100 t init_module\n"
	"file /proc/a\n"
	"file /proc/schedstat\n"
	"> version 17\n"
	">\x20\n"
	"> file /proc/b\n"
	"file /proc/b\n"
	"> one\n"
	"end views=4\n";
#define LEN (sizeof(text) - 1)

static bool parse_rec(const char *line, struct oracle_rec *rec)
{
	struct oracle_iter it = oracle_begin(line, strlen(line));

	return oracle_next(&it, rec);
}

TEST(records_by_kind)
{
	EXPECT_EQ(oracle_count(text, LEN, "map"), 2);
	EXPECT_EQ(oracle_count(text, LEN, "elem"), 3);
	EXPECT_EQ(oracle_count(text, LEN, "ma"), 0);
	EXPECT_EQ(oracle_count(text, LEN, "error"), 1);
	EXPECT_EQ(oracle_count("", 0, "map"), 0);
}

TEST(whole_or_not)
{
	size_t i;

	EXPECT_TRUE(oracle_whole(text, LEN));
	for (i = 0; i < LEN; i++)
		EXPECT_FALSE(oracle_whole(text, i));
	EXPECT_TRUE(oracle_whole("end\n", 4));
	EXPECT_FALSE(oracle_whole("ending\n", 7));
	EXPECT_FALSE(oracle_whole("\n", 1));
}

TEST(a_cut_line_is_none)
{
	EXPECT_EQ(oracle_count("map id=1\nmap id=2", 17, "map"), 1);
}

TEST(values)
{
	struct oracle_rec rec;
	u64 v;

	ASSERT_TRUE(oracle_find(text, LEN, "map", "name", "bpf_bpf.bss", &rec));
	EXPECT_TRUE(oracle_num(&rec, "id", &v));
	EXPECT_EQ(v, 3);
	EXPECT_TRUE(oracle_num(&rec, "flags", &v));
	EXPECT_EQ(v, 0x400);
	EXPECT_FALSE(oracle_num(&rec, "name", &v));
	EXPECT_FALSE(oracle_num(&rec, "none", &v));
	/* a key is a whole word: neither "d" of "id" nor "i" */
	EXPECT_FALSE(oracle_num(&rec, "d", &v));
	EXPECT_FALSE(oracle_num(&rec, "i", &v));
	EXPECT_FALSE(oracle_find(text, LEN, "map", "name", "bpf", &rec));
	ASSERT_TRUE(oracle_find(text, LEN, "map", "name", "", &rec));
	EXPECT_TRUE(oracle_num(&rec, "id", &v));
	EXPECT_EQ(v, 12);
}

TEST(numbers_that_are_none)
{
	static const char *const bad[] = {
		"m v=\n",
		"m v=-1\n",
		"m v=+1\n",
		"m v=1x\n",
		"m v=18446744073709551616\n",
		"m v=0x10000000000000000\n",
		"m v=0123456789012345678901234567890\n",
		"m v\n",
	};
	struct oracle_rec rec;
	size_t i;
	u64 v;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ASSERT_TRUE(parse_rec(bad[i], &rec));
		EXPECT_FALSE(oracle_num(&rec, "v", &v))
		TH_LOG("%s", bad[i]);
	}
	ASSERT_TRUE(parse_rec("m v=18446744073709551615 w=0xffffffffffffffff\n", &rec));
	EXPECT_TRUE(oracle_num(&rec, "v", &v));
	EXPECT_EQ(v, UINT64_MAX);
	EXPECT_TRUE(oracle_num(&rec, "w", &v));
	EXPECT_EQ(v, UINT64_MAX);
}

TEST(elements)
{
	struct oracle_iter it = oracle_begin(text, LEN);
	struct oracle_rec rec;
	u8 buf[8];
	u64 v;

	ASSERT_TRUE(oracle_next_elem(&it, 3, &rec));
	EXPECT_EQ(oracle_bytes(&rec, "value", buf, sizeof(buf)), 8);
	EXPECT_EQ(memcmp(buf, "\1\2\3\4\5\6\7\10", 8), 0);
	EXPECT_EQ(oracle_bytes(&rec, "value", buf, 1), 8);
	ASSERT_TRUE(oracle_next_elem(&it, 3, &rec));
	EXPECT_EQ(oracle_bytes(&rec, "key", buf, sizeof(buf)), 4);
	EXPECT_EQ(buf[0], 1);
	EXPECT_FALSE(oracle_next_elem(&it, 3, &rec));
	it = oracle_begin(text, LEN);
	ASSERT_TRUE(oracle_next_elem(&it, 12, &rec));
	EXPECT_TRUE(oracle_num(&rec, "task", &v));
	EXPECT_EQ(v, 77);
	EXPECT_EQ(oracle_bytes(&rec, "key", buf, sizeof(buf)), -1);
	ASSERT_TRUE(parse_rec("elem v=abc w=0g x=AB y=\n", &rec));
	EXPECT_EQ(oracle_bytes(&rec, "v", buf, sizeof(buf)), -1);
	EXPECT_EQ(oracle_bytes(&rec, "w", buf, sizeof(buf)), -1);
	EXPECT_EQ(oracle_bytes(&rec, "x", buf, sizeof(buf)), -1);
	EXPECT_EQ(oracle_bytes(&rec, "y", buf, sizeof(buf)), 0);
}

TEST(texts)
{
	struct oracle_rec rec;
	char buf[8];

	ASSERT_TRUE(oracle_find(text, LEN, "task", "comm", "a b\\c", &rec));
	EXPECT_TRUE(oracle_str(&rec, "comm", buf, 6));
	EXPECT_STREQ(buf, "a b\\c");
	EXPECT_FALSE(oracle_str(&rec, "comm", buf, 5));
	ASSERT_TRUE(parse_rec("m a=\\x2 b=\\y20 c=\\ d=\\x2g\n", &rec));
	EXPECT_FALSE(oracle_str(&rec, "a", buf, sizeof(buf)));
	EXPECT_FALSE(oracle_str(&rec, "b", buf, sizeof(buf)));
	EXPECT_FALSE(oracle_str(&rec, "c", buf, sizeof(buf)));
	EXPECT_FALSE(oracle_str(&rec, "d", buf, sizeof(buf)));
}

TEST(symbols)
{
	struct oracle_rec rec;
	struct oracle_sym sym;

	EXPECT_EQ(oracle_sym_addr(text, LEN, "_stext"), 0xffffffff81000000);
	/* of the kernel, not of the module */
	EXPECT_EQ(oracle_sym_addr(text, LEN, "init_module"), 0xffffffff81000100);
	EXPECT_EQ(oracle_sym_addr(text, LEN, "_stex"), 0);
	ASSERT_TRUE(parse_rec("sym ffffffffc0200010 t init_module [virtio_mmio]\n", &rec));
	ASSERT_TRUE(oracle_sym(&rec, &sym));
	EXPECT_EQ(sym.type, 't');
	EXPECT_EQ(sym.module_len, strlen("[virtio_mmio]"));
	EXPECT_EQ(memcmp(sym.module, "[virtio_mmio]", sym.module_len), 0);
}

TEST(symbols_that_are_none)
{
	static const char *const bad[] = {
		"sym\n",
		"sym\x20\n",
		"sym 1\n",
		"sym 1 t\n",
		"sym 1  name\n",
		"sym 1 tt name\n",
		"sym 0x1 t name\n",
		"sym 11112222333344445 t name\n",
		"symbol 1 t name\n",
		"\n",
	};
	struct oracle_rec rec;
	struct oracle_sym sym;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ASSERT_TRUE(parse_rec(bad[i], &rec));
		EXPECT_FALSE(oracle_sym(&rec, &sym))
		TH_LOG("%s", bad[i]);
	}
}

TEST(files)
{
	struct oracle_iter it;
	struct oracle_rec rec;

	ASSERT_TRUE(oracle_file(text, LEN, "/proc/a", &it));
	EXPECT_FALSE(oracle_file_line(&it, &rec));
	ASSERT_TRUE(oracle_file(text, LEN, "/proc/schedstat", &it));
	ASSERT_TRUE(oracle_file_line(&it, &rec));
	EXPECT_EQ(rec.len, strlen("version 17"));
	ASSERT_TRUE(oracle_file_line(&it, &rec));
	EXPECT_EQ(rec.len, 0);
	/* a line of a file is no record of ours */
	ASSERT_TRUE(oracle_file_line(&it, &rec));
	EXPECT_EQ(memcmp(rec.line, "file /proc/b", rec.len), 0);
	EXPECT_FALSE(oracle_file_line(&it, &rec));
	ASSERT_TRUE(oracle_file(text, LEN, "/proc/b", &it));
	ASSERT_TRUE(oracle_file_line(&it, &rec));
	EXPECT_EQ(memcmp(rec.line, "one", rec.len), 0);
	EXPECT_FALSE(oracle_file(text, LEN, "/proc/c", &it));
}

TEST_HARNESS_MAIN
