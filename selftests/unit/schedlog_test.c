// SPDX-License-Identifier: GPL-2.0-only
/* The line of a scheduler's output that tells why. */
#include "host/harness/schedlog.h"
#include "kselftest_harness.h"
#include "lib/util.h"

static const char *load_error(const char *log, char dst[128])
{
	return schedlog_load_error(log, strlen(log), dst, 128) ? dst : NULL;
}

static const char *exit_reason(const char *log, char dst[128])
{
	return schedlog_exit(log, strlen(log), dst, 128) ? dst : NULL;
}

TEST(verifier)
{
	char dst[128];

	EXPECT_STREQ(load_error("libbpf: prog 'a': -- BEGIN PROG LOAD LOG --\n"
				"0: code\nreason one\nprocessed 1 insns\n"
				"-- END PROG LOAD LOG --\n"
				"libbpf: prog 'b': -- BEGIN PROG LOAD LOG --\n"
				"1: code\nreason two\nprocessed 9 insns (l)\n"
				"-- END PROG LOAD LOG --\n",
				dst),
		     "verifier, program b: reason two");
	/* a log without the count, as for a BTF error */
	EXPECT_STREQ(load_error("x\nlibbpf: prog 'c': -- BEGIN PROG LOAD LOG --\n"
				"func_info mismatch\n"
				"-- END PROG LOAD LOG --\n",
				dst),
		     "verifier, program c: func_info mismatch");
	/* the beginning was dropped */
	EXPECT_STREQ(load_error("jumps\nreason\nprocessed 5 insns", dst), "verifier: reason");
}

TEST(libbpf_without_a_verifier_log)
{
	char dst[128];

	EXPECT_STREQ(load_error("libbpf: loading x\n"
				"libbpf: extern (func ksym) 'f': not found\n"
				"libbpf: failed to load object 'x'\n",
				dst),
		     "libbpf: extern (func ksym) 'f': not found");
	EXPECT_EQ(load_error("usage: x\nfailed\n", dst), NULL);
	EXPECT_EQ(load_error("", dst), NULL);
}

TEST(T7_hostile_text)
{
	char dst[128], log[1000];

	EXPECT_STREQ(load_error("libbpf: prog '\x1b[31m': -- BEGIN PROG LOAD LOG --\n"
				"\x1b[2Jbad\nprocessed 1 insns\n",
				dst),
		     "verifier, program \\x1b[31m: \\x1b[2Jbad");
	/* the quote is never closed */
	EXPECT_STREQ(load_error("libbpf: prog 'a: -- BEGIN PROG LOAD LOG --\n"
				"bad\nprocessed 1 insns\n",
				dst),
		     "verifier: bad");
	EXPECT_EQ(load_error("-- BEGIN PROG LOAD LOG --\nprocessed 1 insns\n", dst), NULL);
	memset(log, 'x', sizeof(log));
	memcpy(log, "libbpf: failed", 14);
	EXPECT_TRUE(schedlog_load_error(log, sizeof(log), dst, sizeof(dst)));
	EXPECT_EQ(strlen(dst), 127);
}

TEST(exit_line)
{
	char dst[128];

	EXPECT_STREQ(exit_reason("a=1\nEXIT: runnable task stall (x)\n", dst),
		     "runnable task stall (x)");
	EXPECT_STREQ(exit_reason("EXIT: one\nEXIT: two", dst), "two");
	EXPECT_EQ(exit_reason("EXIT: unregistered from user space\n", dst), NULL);
	EXPECT_EQ(exit_reason("no EXIT: here\n", dst), NULL);
	EXPECT_EQ(exit_reason("", dst), NULL);
}

TEST_HARNESS_MAIN
