// SPDX-License-Identifier: GPL-2.0-only
/* Logs of the verifier: what repeats is shown once, and nothing else goes. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/verifier_log.h"
#include "kselftest_harness.h"
#include "lib/util.h"

FIXTURE(log)
{
	FILE *f;
	char *text;
	size_t len;
	struct verifier_log v;
};

FIXTURE_SETUP(log)
{
	self->f = open_memstream(&self->text, &self->len);
	ASSERT_NE(NULL, self->f);
}

FIXTURE_TEARDOWN(log)
{
	if (self->f)
		fclose(self->f);
	free(self->text);
	verifier_log_free(&self->v);
}

static void __printf(2, 3) say(FIXTURE_DATA(log) * self, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(self->f, fmt, ap);
	va_end(ap);
	fputc('\n', self->f);
}

static const char *collapse(FIXTURE_DATA(log) * self)
{
	fclose(self->f);
	self->f = NULL;
	return verifier_log_collapse(self->text, self->len, &self->v) ? NULL : self->v.text;
}

/* One way through a loop of five instructions, as a 7.x kernel prints it. */
static void say_round(FIXTURE_DATA(log) * self, int i)
{
	say(self, "; sum += i * sum; @ ktstr.bpf.c:%d", 21);
	say(self, "12: (2f) r2 *= r1                     ; R1_w=%d R2_w=scalar(id=%d)", i, 9 * i);
	say(self, "13: (0f) r3 += r2                     ; R2_w=scalar(id=%d) R3_w=scalar()", i);
	say(self, "14: (07) r1 += 1                      ; R1_w=%d", i + 1);
	say(self, "15: (a5) if r1 < 0x100000 goto pc-4   ; R1_w=%d fp-8=mmmm%d", i + 1, i);
	say(self, "from 15 to 12: R1_w=%d R2_w=scalar(id=%d) R10=fp0", i + 1, i);
}

static size_t times(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

TEST_F(log, rounds_of_a_loop_are_one)
{
	const char *text;
	int i;

	say(self, "libbpf: prog 'loop': -- BEGIN PROG LOAD LOG --");
	say(self, "0: R1=ctx() R10=fp0");
	for (i = 1; i <= 400; i++)
		say_round(self, i);
	say(self, "BPF program is too large. Processed 1000001 insn");
	say(self, "processed 1000001 insns (limit 1000000)");
	text = collapse(self);
	ASSERT_NE(NULL, text);
	EXPECT_STREQ("libbpf: prog 'loop': -- BEGIN PROG LOAD LOG --\n"
		     "0: R1=ctx() R10=fp0\n"
		     "; sum += i * sum; @ ktstr.bpf.c:21\n"
		     "12: (2f) r2 *= r1                     ; R1_w=1 R2_w=scalar(id=9)\n"
		     "13: (0f) r3 += r2                     ; R2_w=scalar(id=1) R3_w=scalar()\n"
		     "14: (07) r1 += 1                      ; R1_w=2\n"
		     "15: (a5) if r1 < 0x100000 goto pc-4   ; R1_w=2 fp-8=mmmm1\n"
		     "from 15 to 12: R1_w=2 R2_w=scalar(id=1) R10=fp0\n"
		     "... (399 more rounds of the 6 lines above)\n"
		     "BPF program is too large. Processed 1000001 insn\n"
		     "processed 1000001 insns (limit 1000000)\n",
		     text);
	EXPECT_EQ(2404, self->v.lines_in);
	EXPECT_EQ(11, self->v.lines_out);
	EXPECT_EQ(1, self->v.passes);
	EXPECT_EQ(strlen(text), self->v.len);
}

TEST_F(log, two_rounds_stay_and_three_do_not)
{
	say_round(self, 1);
	say_round(self, 2);
	say(self, "exit");
	ASSERT_NE(NULL, collapse(self));
	EXPECT_EQ(13, self->v.lines_out);
	EXPECT_EQ(0, self->v.passes);
	EXPECT_STREQ(self->text, self->v.text);
}

TEST_F(log, three_rounds_are_enough)
{
	say_round(self, 1);
	say_round(self, 2);
	say_round(self, 3);
	ASSERT_NE(NULL, collapse(self));
	EXPECT_EQ(7, self->v.lines_out);
	EXPECT_NE(NULL, strstr(self->v.text, "... (2 more rounds of the 6 lines above)\n"));
}

TEST_F(log, what_four_lines_do_is_seen_in_more)
{
	int i;

	/* four lines are below the least period: two rounds of them are one of eight */
	for (i = 0; i < 24; i++) {
		say(self, "1: (bf) r1 = r6");
		say(self, "2: (07) r6 += 1");
		say(self, "3: (85) call pc+7");
		say(self, "4: (05) goto pc-4");
	}
	ASSERT_NE(NULL, collapse(self));
	EXPECT_STREQ("1: (bf) r1 = r6\n2: (07) r6 += 1\n3: (85) call pc+7\n4: (05) goto pc-4\n"
		     "1: (bf) r1 = r6\n2: (07) r6 += 1\n3: (85) call pc+7\n4: (05) goto pc-4\n"
		     "... (11 more rounds of the 8 lines above)\n",
		     self->v.text);
}

TEST_F(log, loops_in_loops)
{
	int i, j;

	for (i = 0; i < 10; i++) {
		say(self, "8: (b7) r9 = 0                        ; R9_w=%d", i);
		/* not always as often */
		for (j = 0; j < 20 + i; j++)
			say_round(self, 100 * i + j);
		say(self, "16: (07) r8 += 1");
		say(self, "17: (a5) if r8 < 0xa goto pc-9");
	}
	say(self, "18: (95) exit");
	ASSERT_NE(NULL, collapse(self));
	EXPECT_EQ(2, self->v.passes);
	EXPECT_EQ(12, self->v.lines_out);
	EXPECT_NE(NULL, strstr(self->v.text, "... (19 more rounds of the 6 lines above)\n"
					     "16: (07) r8 += 1\n"
					     "17: (a5) if r8 < 0xa goto pc-9\n"
					     "... (9 more rounds of the 10 lines above)\n"
					     "18: (95) exit\n"));
}

TEST_F(log, each_program_has_its_own_loop)
{
	int i, j;

	for (j = 0; j < 2; j++) {
		say(self, "libbpf: prog 'p%d': -- BEGIN PROG LOAD LOG --", j);
		for (i = 0; i < 7; i++)
			say_round(self, i);
		say(self, "reason %d", j);
	}
	ASSERT_NE(NULL, collapse(self));
	EXPECT_EQ(2, times(self->v.text, "... (6 more rounds of the 6 lines above)"));
	EXPECT_NE(NULL, strstr(self->v.text, "reason 0"));
	EXPECT_NE(NULL, strstr(self->v.text, "reason 1"));
}

TEST_F(log, a_loop_behind_halves_that_are_alike)
{
	int i, j;

	/* long runs that are the same, and not often enough: they must not use up the work */
	for (j = 0; j < 2; j++)
		for (i = 0; i < 3000; i++)
			say(self, "%d: (b7) r1 = %d", i, i);
	for (i = 0; i < 3000; i++)
		say(self, "%d: (b7) r2 = %d", 7000 + i, i);
	for (i = 0; i < 50; i++)
		say_round(self, i);
	ASSERT_NE(NULL, collapse(self));
	EXPECT_EQ(9007, self->v.lines_out);
}

static size_t same(const char *line)
{
	return verifier_log_same_len(line, strlen(line));
}

TEST(states_do_not_count)
{
	static const char *const cut[][2] = {
		{ "12: (2f) r2 *= r1   ; R1_w=1 R2=scalar()", "12: (2f) r2 *= r1" },
		{ "12: R1=ctx() R10=fp0", "12:" },
		{ "R0=inv(id=0) R1_w=invP0", "" },
		{ "7: frame1: R0_rw=0 fp-8=????mmmm", "7: frame1:" },
		{ "5: (7b) *(u64 *)(r10 -8) = r1 ; fp-8_w=1", "5: (7b) *(u64 *)(r10 -8) = r1" },
		{ "from 5 to 9 (speculative execution): R0=1",
		  "from 5 to 9 (speculative execution):" },
	};
	static const char *const whole[] = {
		"",
		"R7 invalid mem access 'scalar'",
		"R0 !read_ok",
		"; R = fp-",
		"math between map_value pointer and register with unbounded min value",
		"xR1=1",
		"R=1",
		"R1_w",
		"fp-=1",
		"fp-8",
		"R99999999999999999999",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cut); i++)
		EXPECT_EQ(strlen(cut[i][1]), same(cut[i][0])) TH_LOG("line %zu", i);
	for (i = 0; i < ARRAY_SIZE(whole); i++)
		EXPECT_EQ(strlen(whole[i]), same(whole[i])) TH_LOG("whole line %zu", i);
}

TEST_F(log, empty_and_odd_texts)
{
	struct verifier_log v;

	ASSERT_EQ(0, verifier_log_collapse("", 0, &v));
	EXPECT_STREQ("", v.text);
	EXPECT_EQ(0, v.lines_out);
	verifier_log_free(&v);
	verifier_log_free(&v);
	ASSERT_EQ(0, verifier_log_collapse("a\0b\n\n\xff", 6, &v));
	EXPECT_EQ(3, v.lines_in);
	EXPECT_EQ(7, v.len);
	EXPECT_EQ(0, memcmp("a\0b\n\n\xff\n", v.text, 7));
	verifier_log_free(&v);
}

/* Without a bound on the work each of these takes minutes. */
TEST_F(log, T7_hostile_logs_end)
{
	static char log[16 << 20];
	struct verifier_log v;
	size_t i, n;

	memset(log, '\n', sizeof(log));
	ASSERT_EQ(0, verifier_log_collapse(log, sizeof(log), &v));
	EXPECT_EQ(sizeof(log), v.lines_in);
	EXPECT_NE(NULL, strstr(v.text, "lines left out)\n"));
	EXPECT_LT(v.lines_out, 20);
	verifier_log_free(&v);

	/* the same text at growing distances */
	for (i = 0, n = 1; i + n + 2 < 1 << 20; i += n + 2, n++) {
		memset(log + i, 'a' + n % 26, n);
		log[i + n] = '\n';
		log[i + n + 1] = '\n';
	}
	ASSERT_EQ(0, verifier_log_collapse(log, i, &v));
	verifier_log_free(&v);

	/* a few texts in an order without a period */
	for (i = 0; i + 2 <= 4 << 20; i += 2) {
		log[i] = '0' + __builtin_parityll(i / 2);
		log[i + 1] = '\n';
	}
	ASSERT_EQ(0, verifier_log_collapse(log, i, &v));
	EXPECT_GT(v.lines_out, 1000);
	verifier_log_free(&v);

	/* one line */
	memset(log, 'R', sizeof(log));
	ASSERT_EQ(0, verifier_log_collapse(log, sizeof(log), &v));
	EXPECT_EQ(sizeof(log) + 1, v.len);
	verifier_log_free(&v);
}

TEST_HARNESS_MAIN
