// SPDX-License-Identifier: GPL-2.0-only
#include "guest-init/kaddr.c"
#include "kselftest_harness.h"

static bool iomem_lines(const char *const *lines, struct kaddr_iomem *m)
{
	memset(m, 0, sizeof(*m));
	for (; *lines; lines++)
		if (kaddr_parse_iomem(*lines, m))
			return true;
	return false;
}

TEST(iomem_finds_ram_and_code)
{
	static const char *const lines[] = {
		"00000000-00000fff : Reserved",	       "00001000-0009fbff : System RAM",
		"000f0000-000fffff : Reserved",	       "  000f0000-000fffff : System ROM",
		"00100000-1ffdffff : System RAM",      "  0d600000-0ebfffff : Kernel code",
		"  0ec00000-0f7fffff : Kernel rodata", NULL,
	};
	struct kaddr_iomem m;

	ASSERT_TRUE(iomem_lines(lines, &m));
	EXPECT_EQ(0x1000, m.ram_start);
	EXPECT_EQ(0xd600000, m.code_start);
}

TEST(iomem_near_misses_do_not_count)
{
	static const char *const lines[] = {
		"",
		"01000000-01ffffff : Kernel codex",
		"01000000 : Kernel code",
		"01000000-01ffffff Kernel code",
		" : Kernel code",
		NULL,
	};
	struct kaddr_iomem m;

	EXPECT_FALSE(iomem_lines(lines, &m));
	EXPECT_EQ(0, m.code_start);
}

struct counted {
	unsigned int lines;
	size_t longest;
	const char *stop;
};

static bool count(const char *line, void *ctx)
{
	struct counted *c = ctx;

	c->lines++;
	c->longest = max(c->longest, strlen(line));
	return c->stop && !strcmp(line, c->stop);
}

static void put(char *path, const char *text, size_t len)
{
	int fd = mkstemp(path);

	if (fd < 0 || write_full(fd, text, len))
		abort();
	close_fd(&fd);
}

TEST(lines_cross_reads_and_an_overlong_one_is_dropped)
{
	char path[] = "/tmp/ktstr-unit-XXXXXX", text[4096];
	struct counted c = { 0 };
	int i, len = 0;

	for (i = 0; i < 50; i++)
		len += sprintf(text + len, "line %d of some length\n", i);
	memset(text + len, 'x', 600);
	len += 600;
	len += sprintf(text + len, "\nafter\nno newline");
	put(path, text, len);
	read_lines(path, SZ_1M, count, &c);
	/* 50, the rest of the overlong one, "after" */
	EXPECT_EQ(52, c.lines);
	EXPECT_GT(512, c.longest);
	c = (struct counted){ .stop = "line 7 of some length" };
	read_lines(path, SZ_1M, count, &c);
	EXPECT_EQ(8, c.lines);
	c = (struct counted){ 0 };
	read_lines(path, 1, count, &c);
	EXPECT_GT(30, c.lines);
	unlink(path);
	read_lines(path, SZ_1M, count, &c);
}

TEST(unreadable_addresses_are_not_sent)
{
	u64 text = 0;

	/* What an unprivileged reader of the two files sees. */
	EXPECT_TRUE(take_text("0000000000000000 T _text", &text));
	EXPECT_EQ(0, text);
}

TEST(symbol_line)
{
	u64 addr = 0;

	ASSERT_TRUE(kaddr_parse_symbol("ffffffff9d600000 T _text", "_text", &addr));
	EXPECT_EQ(0xffffffff9d600000ULL, addr);
	ASSERT_TRUE(kaddr_parse_symbol("0000000000000010 t _text", "_text", &addr));
	EXPECT_EQ(0x10, addr);
}

TEST(symbol_near_misses)
{
	u64 addr = 7;

	EXPECT_FALSE(kaddr_parse_symbol("ffffffff9d600000 T _stext", "_text", &addr));
	EXPECT_FALSE(kaddr_parse_symbol("ffffffff9d600000 T _text_end", "_text", &addr));
	EXPECT_FALSE(kaddr_parse_symbol("ffffffffc0000000 t _text\t[kvm]", "_text", &addr));
	EXPECT_FALSE(kaddr_parse_symbol("ffffffff9d600000 T", "_text", &addr));
	EXPECT_FALSE(kaddr_parse_symbol("ffffffff9d600000 ", "_text", &addr));
	EXPECT_FALSE(kaddr_parse_symbol("ffffffff9d600000", "_text", &addr));
	EXPECT_FALSE(kaddr_parse_symbol("", "_text", &addr));
	EXPECT_FALSE(kaddr_parse_symbol(" T _text", "_text", &addr));
	EXPECT_EQ(7, addr);
}

TEST(phys_base_of_an_image_at_its_link_address_is_zero)
{
	struct kaddr_iomem m = { .ram_start = 0x1000, .code_start = SZ_16M };

#if defined(__x86_64__)
	EXPECT_EQ(0, kaddr_phys_base(&m));
	m.code_start = 0xd600000;
	EXPECT_EQ(0xc600000, kaddr_phys_base(&m));
#else
	EXPECT_EQ(SZ_16M - 0x1000, kaddr_phys_base(&m));
#endif
}

TEST(vmcoreinfo_line)
{
	struct wire_vmci v = { 0 };

	ASSERT_TRUE(kaddr_parse_vmcoreinfo("0x0000000012345000 1024", &v));
	EXPECT_EQ(htole64(0x12345000), v.gpa);
	/* The size is in hex as well, without saying so. */
	EXPECT_EQ(htole64(0x1024), v.size);
}

TEST(vmcoreinfo_near_misses)
{
	struct wire_vmci v = { 0 };

	EXPECT_FALSE(kaddr_parse_vmcoreinfo("", &v));
	EXPECT_FALSE(kaddr_parse_vmcoreinfo("0x12345000", &v));
	EXPECT_FALSE(kaddr_parse_vmcoreinfo("0x12345000 ", &v));
	EXPECT_FALSE(kaddr_parse_vmcoreinfo("0x12345000 1024 1", &v));
	EXPECT_FALSE(kaddr_parse_vmcoreinfo("0x12345000 size", &v));
	EXPECT_FALSE(kaddr_parse_vmcoreinfo("0 1024", &v));
	EXPECT_FALSE(kaddr_parse_vmcoreinfo("0x1000 0", &v));
	EXPECT_EQ(0, v.gpa);
	EXPECT_EQ(0, v.size);
}

TEST_HARNESS_MAIN
