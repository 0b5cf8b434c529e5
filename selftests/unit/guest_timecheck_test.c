// SPDX-License-Identifier: GPL-2.0-only
/* What is made of readings of two clocks. */
#include <sys/wait.h>

#include "guest-init/canary.c"
#include "guest-init/timecheck.c"
#include "kselftest_harness.h"

#define KHZ 2500000ULL

FIXTURE(clocks)
{
	struct timecheck_log *log;
	struct wire_timc out;
};

FIXTURE_SETUP(clocks)
{
	self->log = calloc(1, sizeof(*self->log));
	ASSERT_NE(NULL, self->log);
}

FIXTURE_TEARDOWN(clocks)
{
	free(self->log);
}

/* One reading, with the counter off the line by @off_ns. */
static void add(struct timecheck_log *log, u64 us, s64 off_ns)
{
	struct timecheck_sample s = {
		.mono_ns = 7 * NSEC_PER_SEC + us * 1000,
		.tsc = 1ULL << 40,
	};

	s.tsc += ((__int128)us * 1000 + off_ns) * KHZ / 1000000;
	timecheck_add(log, &s);
}

TEST_F(clocks, a_straight_line)
{
	u64 ms;

	for (ms = 0; ms <= 60000; ms++)
		add(self->log, ms * 1000, 0);
	timecheck_analyse(self->log, &self->out);
	EXPECT_EQ(60001, le64_to_cpu(self->out.samples));
	EXPECT_EQ(60 * NSEC_PER_SEC, le64_to_cpu(self->out.elapsed_ns));
	EXPECT_EQ(0, le64_to_cpu(self->out.backwards));
	EXPECT_EQ(NSEC_PER_MSEC, le64_to_cpu(self->out.max_step_ns));
	EXPECT_GE(1, le64_to_cpu(self->out.max_drift_ns));
	EXPECT_EQ(KHZ, le64_to_cpu(self->out.tsc_khz));
	/* one each 10 ms */
	EXPECT_EQ(6001, self->log->nr);
}

TEST_F(clocks, a_jump_of_the_counter_is_drift)
{
	u64 ms;

	/* 8 ms in the middle: each half is off the common line by up to 4 */
	for (ms = 0; ms <= 10000; ms++)
		add(self->log, ms * 1000, ms >= 5000 ? 8000000 : 0);
	timecheck_analyse(self->log, &self->out);
	EXPECT_LT(3900000, le64_to_cpu(self->out.max_drift_ns));
	EXPECT_GT(4100000, le64_to_cpu(self->out.max_drift_ns));
	EXPECT_EQ(0, le64_to_cpu(self->out.backwards));
}

TEST_F(clocks, steps_and_going_back)
{
	struct timecheck_sample s = { .tsc = 1000, .mono_ns = 1000 };

	timecheck_add(self->log, &s);
	s.mono_ns = 900; /* back */
	s.tsc = 1100;
	timecheck_add(self->log, &s);
	s.mono_ns = 5900;
	s.tsc = 1099; /* back */
	timecheck_add(self->log, &s);
	s.tsc = 1099; /* the same again is not */
	timecheck_add(self->log, &s);
	timecheck_analyse(self->log, &self->out);
	EXPECT_EQ(4, le64_to_cpu(self->out.samples));
	EXPECT_EQ(2, le64_to_cpu(self->out.backwards));
	EXPECT_EQ(5000, le64_to_cpu(self->out.max_step_ns));
	EXPECT_EQ(0, le64_to_cpu(self->out.max_drift_ns));
}

TEST_F(clocks, too_few_readings_give_no_rate)
{
	timecheck_analyse(self->log, &self->out);
	EXPECT_EQ(0, le64_to_cpu(self->out.samples));
	EXPECT_EQ(0, le64_to_cpu(self->out.elapsed_ns));
	add(self->log, 0, 0);
	add(self->log, 20000, 0);
	timecheck_analyse(self->log, &self->out);
	EXPECT_EQ(0, le64_to_cpu(self->out.tsc_khz));
	EXPECT_EQ(20 * NSEC_PER_MSEC, le64_to_cpu(self->out.elapsed_ns));
}

TEST_F(clocks, a_dead_counter_gives_no_rate)
{
	struct timecheck_sample s = { .tsc = 5 };
	int i;

	for (i = 1; i < 10; i++) {
		s.mono_ns = i * 20 * NSEC_PER_MSEC;
		timecheck_add(self->log, &s);
	}
	timecheck_analyse(self->log, &self->out);
	EXPECT_EQ(0, le64_to_cpu(self->out.tsc_khz));
	EXPECT_EQ(0, le64_to_cpu(self->out.max_drift_ns));
}

TEST_F(clocks, a_long_run_keeps_samples_of_all_of_it)
{
	u64 i;

	/* two and a half times what fits, and a bump in the first tenth */
	for (i = 0; i < TIMECHECK_SAMPLES_MAX * 5 / 2; i++)
		add(self->log, i * 10000, i >= 2000 && i < 3000 ? 50000000 : 0);
	timecheck_analyse(self->log, &self->out);
	EXPECT_GE(TIMECHECK_SAMPLES_MAX, self->log->nr);
	EXPECT_EQ(40 * NSEC_PER_MSEC, self->log->interval_ns);
	EXPECT_EQ(7 * NSEC_PER_SEC, self->log->sample[0].mono_ns);
	EXPECT_LT(49000000, le64_to_cpu(self->out.max_drift_ns));
	EXPECT_GT(51000000, le64_to_cpu(self->out.max_drift_ns));
	EXPECT_GE(1, KHZ - le64_to_cpu(self->out.tsc_khz));
}

TEST_F(clocks, hostile_numbers_do_no_harm)
{
	struct timecheck_sample s[] = {
		{ 0, 0 },
		{ UINT64_MAX, UINT64_MAX },
		{ 1ULL << 63, 1ULL << 62 },
		{ (1ULL << 63) - 1, UINT64_MAX },
		{ 1, (1ULL << 63) - 1 },
	};
	u32 i, j, k;

	for (i = 0; i < ARRAY_SIZE(s); i++) {
		for (j = 0; j < ARRAY_SIZE(s); j++) {
			memset(self->log, 0, sizeof(*self->log));
			for (k = 0; k < 8; k++)
				timecheck_add(self->log, &s[k % 2 ? j : i]);
			timecheck_analyse(self->log, &self->out);
			EXPECT_EQ(8, le64_to_cpu(self->out.samples));
		}
	}
}

TEST(a_child_reports_and_ends)
{
	struct timecheck t = { 0 };
	struct wire_timc out;
	pid_t pid;

	if (!counter_exists())
		SKIP(return, "no counter to compare with");
	ASSERT_EQ(0, timecheck_start(&t, NULL));
	pid = t.pid;
	EXPECT_FALSE(timecheck_report(&t, &out));
	timecheck_stop(&t);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_FALSE(timecheck_reaped(&t, pid + 1));
	EXPECT_TRUE(timecheck_reaped(&t, pid));
	EXPECT_TRUE(timecheck_report(&t, &out));
	timecheck_free(&t);
	EXPECT_FALSE(timecheck_report(&t, &out));
	timecheck_stop(&t);
	timecheck_free(&t);
}

TEST(the_canary_word_is_written_on_every_cpu)
{
	cpu_set_t before, after;

	EXPECT_EQ(0, canary_addr() % 4);
	ASSERT_EQ(0, sched_getaffinity(0, sizeof(before), &before));
	EXPECT_EQ(CPU_COUNT(&before), canary_write());
	EXPECT_EQ(CPU_COUNT(&before), word);
	ASSERT_EQ(0, sched_getaffinity(0, sizeof(after), &after));
	EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST_HARNESS_MAIN
