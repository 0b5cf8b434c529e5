// SPDX-License-Identifier: GPL-2.0-only
/* The console: what is found in it, and what is kept of it. */
#include "host/coord/conscan.h"
#include "kselftest_harness.h"
#include "lib/util.h"

static const struct {
	const char *text;
	enum conscan_kind kind;
} lines[] = {
	{ "[    1.5] Kernel panic - not syncing: sysrq triggered crash", CONSCAN_PANIC },
	{ "[    2.5] BUG: kernel NULL pointer dereference, address: 0", CONSCAN_OOPS },
	{ "BUG: unable to handle page fault for address: ffffc90000000000", CONSCAN_OOPS },
	{ "kernel BUG at kernel/sched/ext.c:100!", CONSCAN_OOPS },
	{ "Oops: general protection fault, probably for non-canonical", CONSCAN_OOPS },
	{ "general protection fault, maybe for address 0x10", CONSCAN_OOPS },
	{ "Unable to handle kernel NULL pointer dereference at 0", CONSCAN_OOPS },
	{ "Internal error: Oops: 0000000096000004 [#1] SMP", CONSCAN_OOPS },
	{ "PANIC: double fault, error_code: 0x0", CONSCAN_OOPS },
	{ "BUG: KASAN: slab-out-of-bounds in foo", CONSCAN_OOPS },
	{ "watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [spin:99]", CONSCAN_LOCKUP },
	{ "watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 0", CONSCAN_LOCKUP },
	{ "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0", CONSCAN_LOCKUP },
	{ "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", CONSCAN_RCU_STALL },
	{ "rcu: INFO: rcu_preempt self-detected stall on CPU", CONSCAN_RCU_STALL },
	{ "INFO: rcu_sched detected expedited stalls on CPUs/tasks: { 1-... }", CONSCAN_RCU_STALL },
	{ "INFO: task kworker/0:1:10 blocked for more than 120 seconds.", CONSCAN_HUNG_TASK },
	{ "WARNING: CPU: 0 PID: 1 at kernel/sched/ext.c:1 f+0x1/0x2", CONSCAN_WARN },
	{ "WARNING: kernel/sched/ext.c:123 at scx_foo+0x1/0x2, CPU#0: x/1", CONSCAN_WARN },
	{ "WARNING: possible circular locking dependency detected", CONSCAN_WARN },
	{ "UBSAN: shift-out-of-bounds in foo.c:1:2", CONSCAN_WARN },
	/* lines of a healthy boot, and of broken user space */
	{ "Kernel command line: panic=-1 softlockup_panic=1 nmi_watchdog=1", CONSCAN_NONE },
	{ "rcu: \tRCU CPU stall warnings timeout set to 21", CONSCAN_NONE },
	{ "NMI watchdog: Enabled. Permanently consumes one hw-PMU counter.", CONSCAN_NONE },
	{ "traps: a.out[7] general protection fault ip:40 sp:7 error:0", CONSCAN_NONE },
	{ "traps: a.out[7] trap invalid opcode ip:40 sp:7 error:0", CONSCAN_NONE },
	{ "[Firmware Bug]: TSC doesn't count with P0 frequency!", CONSCAN_NONE },
	{ "sched_ext: BPF scheduler \"simple\" enabled", CONSCAN_NONE },
};

static enum conscan_kind scan(const char *text, size_t len, size_t cut)
{
	enum conscan_kind kind;
	struct conscan c;

	if (conscan_init(&c, 64, 64))
		return CONSCAN_NR;
	conscan_feed(&c, text, cut);
	conscan_feed(&c, text + cut, len - cut);
	kind = conscan_flush(&c);
	conscan_free(&c);
	return kind;
}

TEST(kinds)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		EXPECT_EQ(scan(lines[i].text, strlen(lines[i].text), 0), lines[i].kind);
}

TEST(S4_split_at_each_byte)
{
	char text[256];
	size_t i, len, cut;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		len = snprintf(text, sizeof(text), "before\n%s\nafter\n", lines[i].text);
		for (cut = 0; cut <= len; cut++)
			EXPECT_EQ(scan(text, len, cut), lines[i].kind);
	}
}

TEST(S4_one_byte_at_a_time)
{
	struct conscan c;
	const char *p = "x\n[    9.1][   T77] Kernel panic - not syncing: a\n";

	ASSERT_EQ(conscan_init(&c, 64, 64), 0);
	for (; *p; p++)
		conscan_feed(&c, p, 1);
	EXPECT_EQ(c.kind, CONSCAN_PANIC);
	EXPECT_STREQ(c.line, "Kernel panic - not syncing: a");
	EXPECT_STREQ(c.panic_line, c.line);
	conscan_free(&c);
}

TEST(found_only_at_the_end_of_its_line)
{
	struct conscan c;

	ASSERT_EQ(conscan_init(&c, 64, 64), 0);
	EXPECT_EQ(conscan_feed(&c, "BUG: soft lockup", 16), CONSCAN_NONE);
	EXPECT_EQ(conscan_feed(&c, "\n", 1), CONSCAN_LOCKUP);
	conscan_free(&c);
}

TEST(first_crash_line_and_panic_line)
{
	static const char text[] = "WARNING: CPU: 0 PID: 1 at a.c:1\n---[ end trace 0 ]---\n"
				   "BUG: kernel NULL pointer dereference, address: 8\n"
				   "Oops: Oops: 0000 [#1] SMP\n"
				   "Kernel panic - not syncing: Fatal exception\n";
	struct conscan c;

	ASSERT_EQ(conscan_init(&c, 4096, 64), 0);
	EXPECT_EQ(conscan_feed(&c, text, sizeof(text) - 1), CONSCAN_PANIC);
	EXPECT_STREQ(c.line, "BUG: kernel NULL pointer dereference, address: 8");
	EXPECT_STREQ(c.panic_line, "Kernel panic - not syncing: Fatal exception");
	EXPECT_FALSE(c.trace_ended);
	conscan_feed(&c, "---[ end Kernel panic - not syncing: x ]---\n", 44);
	EXPECT_TRUE(c.trace_ended);
	EXPECT_TRUE(conscan_fatal(c.kind));
	conscan_free(&c);
}

TEST(crashed_and_fatal)
{
	EXPECT_FALSE(conscan_crashed(CONSCAN_NONE));
	EXPECT_FALSE(conscan_crashed(CONSCAN_WARN));
	EXPECT_TRUE(conscan_crashed(CONSCAN_HUNG_TASK));
	EXPECT_TRUE(conscan_crashed(CONSCAN_RCU_STALL));
	EXPECT_TRUE(conscan_crashed(CONSCAN_PANIC));
	EXPECT_FALSE(conscan_fatal(CONSCAN_LOCKUP));
	EXPECT_TRUE(conscan_fatal(CONSCAN_OOPS));
	EXPECT_STREQ(conscan_kind_name(CONSCAN_NR), "unknown");
	EXPECT_STREQ(conscan_kind_name(CONSCAN_RCU_STALL), "RCU stall");
}

TEST(S3_flood_without_newline)
{
	static char block[1 << 20];
	struct conscan c;
	char *text;
	size_t len;
	int i;

	memset(block, 'x', sizeof(block));
	ASSERT_EQ(conscan_init(&c, 1000, 2000), 0);
	for (i = 0; i < 64; i++)
		conscan_feed(&c, block, sizeof(block));
	EXPECT_EQ(conscan_dropped(&c), (64ull << 20) - 3000);
	text = conscan_text(&c, &len);
	ASSERT_NE(text, NULL);
	EXPECT_LT(len, 3100);
	EXPECT_NE(strstr(text, "[... 67105864 bytes dropped ...]"), NULL);
	free(text);
	/* and a panic behind it is still found */
	EXPECT_EQ(conscan_feed(&c, "Kernel panic - not syncing\n", 27), CONSCAN_PANIC);
	conscan_free(&c);
}

TEST(S4_pattern_across_the_pieces_of_a_long_line)
{
	static const char panic[] = "Kernel panic - not syncing";
	size_t lead;

	for (lead = 900; lead < 1100; lead++) {
		struct conscan c;
		char text[1200];

		memset(text, 'y', sizeof(text));
		memcpy(text + lead, panic, sizeof(panic) - 1);
		ASSERT_EQ(conscan_init(&c, 64, 64), 0);
		conscan_feed(&c, text, sizeof(text));
		EXPECT_EQ(conscan_flush(&c), CONSCAN_PANIC);
		conscan_free(&c);
	}
}

TEST(C6_nul_and_escape_bytes)
{
	struct conscan c;
	char buf[128];

	ASSERT_EQ(conscan_init(&c, 64, 64), 0);
	conscan_feed(&c, "\0\x1b[1mBUG: \xff\0bad\n", 16);
	EXPECT_EQ(c.kind, CONSCAN_OOPS);
	EXPECT_STREQ(c.line, " \\x1b[1mBUG: \\xff bad");
	conscan_tail(&c, 1, buf, sizeof(buf));
	EXPECT_STREQ(buf, "\\x00\\x1b[1mBUG: \\xff\\x00bad\n");
	conscan_free(&c);
}

/* Every byte that comes out is one that went in, at its place. */
TEST(ring_keeps_head_and_tail)
{
	size_t total;

	for (total = 0; total < 60; total++) {
		size_t len, i, at = 0;
		struct conscan c;
		char in[64], *text;

		for (i = 0; i < total; i++)
			in[i] = 'A' + i;
		ASSERT_EQ(conscan_init(&c, 10, 16), 0);
		while (at < total) {
			size_t n = min(total - at, at % 7 + 1);

			conscan_feed(&c, in + at, n);
			at += n;
		}
		text = conscan_text(&c, &len);
		ASSERT_NE(text, NULL);
		if (total <= 26) {
			EXPECT_EQ(conscan_dropped(&c), 0);
			EXPECT_EQ(len, total);
			EXPECT_EQ(memcmp(text, in, total), 0);
		} else {
			EXPECT_EQ(conscan_dropped(&c), total - 26);
			EXPECT_EQ(memcmp(text, in, 10), 0);
			EXPECT_EQ(memcmp(text + len - 16, in + total - 16, 16), 0);
		}
		free(text);
		conscan_free(&c);
	}
}

TEST(tail_lines)
{
	struct conscan c;
	char buf[64];

	ASSERT_EQ(conscan_init(&c, 8, 64), 0);
	EXPECT_EQ(conscan_tail(&c, 3, buf, sizeof(buf)), 0);
	conscan_feed(&c, "one\ntwo\nthree\r\nfour\n", 20);
	conscan_tail(&c, 2, buf, sizeof(buf));
	EXPECT_STREQ(buf, "three\nfour\n");
	conscan_tail(&c, 0, buf, sizeof(buf));
	EXPECT_STREQ(buf, "");
	conscan_tail(&c, 99, buf, sizeof(buf));
	EXPECT_STREQ(buf, "one\ntwo\nthree\nfour\n");
	conscan_feed(&c, "five", 4);
	conscan_tail(&c, 2, buf, sizeof(buf));
	EXPECT_STREQ(buf, "four\nfive");
	/* too little room: whole lines go first, then the front of the last */
	EXPECT_EQ(conscan_tail(&c, 2, buf, 8), 4);
	EXPECT_STREQ(buf, "five");
	EXPECT_EQ(conscan_tail(&c, 2, buf, 3), 2);
	EXPECT_STREQ(buf, "ve");
	EXPECT_EQ(conscan_tail(&c, 2, buf, 1), 0);
	conscan_free(&c);
	conscan_free(NULL);
}

TEST_HARNESS_MAIN
