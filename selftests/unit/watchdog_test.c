// SPDX-License-Identifier: GPL-2.0-only
/* The watchdog on an injected clock: every tier, every stage, every bound. */
#include "host/coord/watchdog.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define S(n) ((n) * NSEC_PER_SEC)

static u64 cpu[4];

static const struct watchdog_config plain = {
	.vcpus = 2,
	.duration_ns = S(3),
	.pmu = true,
};

static struct watchdog_evidence sight(void)
{
	struct watchdog_evidence ev = {
		.live = true,
		.cpu_ns = cpu,
		.nr = 4,
	};

	return ev;
}

/* Runs the clock in 100 ms ticks; busy per mille of each tick on vCPU 0. */
static unsigned int run(struct watchdog *w, u64 *now, u64 until, unsigned int busy,
			struct watchdog_verdict *v)
{
	struct watchdog_evidence ev = sight();
	unsigned int tier = 0;

	while (*now < until && !tier) {
		*now += S(1) / 10;
		cpu[0] += S(1) / 10 * busy / 1000;
		tier = watchdog_check(w, *now, &ev, v);
	}
	return tier;
}

static void start(struct watchdog *w, const struct watchdog_config *cfg)
{
	memset(cpu, 0, sizeof(cpu));
	watchdog_init(w, cfg);
}

TEST(boot_headroom)
{
	EXPECT_EQ(watchdog_boot_headroom(1, 1), S(10) + 150 * NSEC_PER_MSEC);
	EXPECT_EQ(watchdog_boot_headroom(4, 0), S(10) + 600 * NSEC_PER_MSEC);
	EXPECT_EQ(watchdog_boot_headroom(512, 1), S(10) + 76800 * NSEC_PER_MSEC);
	EXPECT_EQ(watchdog_boot_headroom(1000, 1), S(90));
	EXPECT_EQ(watchdog_boot_headroom(1, 10), S(100) + 1500 * NSEC_PER_MSEC);
	EXPECT_EQ(watchdog_boot_headroom(1000, 3), S(270));
}

TEST(stages_only_go_forward)
{
	struct watchdog w;

	start(&w, &plain);
	EXPECT_EQ(w.stage, WIRE_STAGE_BOOT);
	EXPECT_FALSE(watchdog_stage(&w, WIRE_STAGE_BOOT, S(1)));
	EXPECT_TRUE(watchdog_stage(&w, WIRE_STAGE_DISPATCH, S(2)));
	EXPECT_EQ(w.stage_entered_ns, S(2));
	EXPECT_FALSE(watchdog_stage(&w, WIRE_STAGE_ATTACH, S(3)));
	EXPECT_EQ(w.stage, WIRE_STAGE_DISPATCH);
	EXPECT_EQ(w.stage_entered_ns, S(2));
	EXPECT_FALSE(watchdog_stage(&w, WIRE_STAGE_NR, S(3)));
	EXPECT_TRUE(watchdog_stage(&w, WIRE_STAGE_DONE, S(4)));
}

static const struct {
	enum wire_stage stage;
	const char *name;
	u64 spin;
	u64 idle;
} limits[] = {
	{ WIRE_STAGE_BOOT, "stage boot:", S(10) + 300 * NSEC_PER_MSEC, S(45) },
	{ WIRE_STAGE_ATTACH, "stage attach:", S(35), S(40) },
	{ WIRE_STAGE_DISPATCH, "stage dispatch:", S(8), S(35) },
	{ WIRE_STAGE_TEARDOWN, "stage teardown:", S(8), S(15) },
};

TEST(tier1_spin_in_every_stage)
{
	size_t i;
	int pmu;

	for (i = 0; i < ARRAY_SIZE(limits) * 2; i++) {
		struct watchdog_config cfg = plain;
		struct watchdog_verdict v = {};
		struct watchdog w;
		u64 budget = limits[i / 2].spin, now = S(5);

		pmu = i & 1;
		cfg.pmu = pmu;
		cfg.duration_ns = S(1000);
		start(&w, &cfg);
		cpu[0] = S(77);
		cpu[1] = S(99);
		watchdog_stage(&w, limits[i / 2].stage, now);
		if (!pmu)
			budget += budget / 2;
		/* the first look is the base, so one tick more is allowed */
		EXPECT_EQ(run(&w, &now, S(5) + budget, 1000, &v), 0);
		EXPECT_EQ(run(&w, &now, S(600), 1000, &v), 1);
		EXPECT_LE(now, S(5) + budget + S(1) / 2);
		EXPECT_EQ(v.tier, 1);
		EXPECT_EQ(v.stage, limits[i / 2].stage);
		EXPECT_EQ(strncmp(v.text, limits[i / 2].name, strlen(limits[i / 2].name)), 0);
	}
}

TEST(attach_waits_longer_than_the_guest)
{
	struct watchdog_config cfg = plain;
	struct watchdog_verdict v = {};
	struct watchdog w;
	u64 now = S(5);

	cfg.attach_ns = S(90);
	start(&w, &cfg);
	EXPECT_GE(w.deadline_ns, S(120));
	watchdog_stage(&w, WIRE_STAGE_ATTACH, now);
	EXPECT_EQ(run(&w, &now, S(5) + S(95), 1000, &v), 0);
	EXPECT_EQ(run(&w, &now, S(600), 1000, &v), 1);

	now = S(5);
	start(&w, &cfg);
	watchdog_stage(&w, WIRE_STAGE_ATTACH, now);
	EXPECT_EQ(run(&w, &now, S(5) + S(100), 0, &v), 0);
	EXPECT_EQ(run(&w, &now, S(600), 0, &v), 2);
}

TEST(tier1_counts_the_busiest_vcpu_not_the_sum)
{
	struct watchdog_evidence ev = sight();
	struct watchdog_verdict v;
	struct watchdog w;

	start(&w, &plain);
	EXPECT_EQ(watchdog_check(&w, 1, &ev, &v), 0);
	cpu[0] = S(9);
	cpu[1] = S(9);
	cpu[2] = S(9);
	cpu[3] = S(9);
	EXPECT_EQ(watchdog_check(&w, S(9), &ev, &v), 0);
	cpu[3] = S(11);
	EXPECT_EQ(watchdog_check(&w, S(11), &ev, &v), 1);
}

TEST(tier1_has_no_budget_for_the_body)
{
	struct watchdog_config cfg = plain;
	struct watchdog_verdict v;
	struct watchdog w;
	u64 now = S(5);

	cfg.duration_ns = S(1000);
	start(&w, &cfg);
	watchdog_stage(&w, WIRE_STAGE_BODY, now);
	EXPECT_EQ(run(&w, &now, S(1000), 1000, &v), 0);
}

TEST(tier2_idle_wedge_in_every_stage)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		struct watchdog_config cfg = plain;
		struct watchdog_verdict v = {};
		struct watchdog w;
		u64 now = S(5);

		cfg.duration_ns = S(1000);
		start(&w, &cfg);
		if (limits[i].stage == WIRE_STAGE_BOOT)
			now = 0;
		else
			watchdog_stage(&w, limits[i].stage, now);
		EXPECT_EQ(run(&w, &now, now + limits[i].idle, 0, &v), 0);
		EXPECT_EQ(run(&w, &now, S(600), 0, &v), 2);
		EXPECT_EQ(v.stage, limits[i].stage);
		EXPECT_EQ(strncmp(v.text, limits[i].name, strlen(limits[i].name)), 0);
		EXPECT_NE(strstr(v.text, "idle"), NULL);
	}
}

TEST(tier2_boot_follows_the_headroom)
{
	struct watchdog_config cfg = plain;
	struct watchdog_verdict v;
	struct watchdog w;
	u64 now = 0;

	cfg.slowdown = 10;
	cfg.duration_ns = S(10000);
	start(&w, &cfg);
	EXPECT_EQ(run(&w, &now, S(108), 0, &v), 0);
	EXPECT_EQ(run(&w, &now, S(600), 0, &v), 2);
	EXPECT_LE(now, S(109));
}

TEST(tier2_not_while_something_runs_or_the_evidence_is_blind)
{
	struct watchdog_evidence ev = sight();
	struct watchdog_config cfg = plain;
	struct watchdog_verdict v;
	struct watchdog w;
	u64 now = 0, t;

	cfg.duration_ns = S(1000);
	start(&w, &cfg);
	/* 1 % of a CPU is above the floor, below any spin budget */
	EXPECT_EQ(run(&w, &now, S(300), 10, &v), 0);

	start(&w, &cfg);
	ev.runnable = true;
	for (t = 0; t < S(300); t += S(1))
		ASSERT_EQ(watchdog_check(&w, t, &ev, &v), 0);
	start(&w, &cfg);
	ev.runnable = false;
	ev.live = false;
	for (t = 0; t < S(300); t += S(1))
		ASSERT_EQ(watchdog_check(&w, t, &ev, &v), 0);
}

TEST(tier2_a_new_stage_starts_afresh)
{
	struct watchdog_config cfg = plain;
	struct watchdog_verdict v;
	struct watchdog w;
	u64 now = 0;

	cfg.duration_ns = S(1000);
	start(&w, &cfg);
	EXPECT_EQ(run(&w, &now, S(44), 0, &v), 0);
	watchdog_stage(&w, WIRE_STAGE_ATTACH, now);
	EXPECT_EQ(run(&w, &now, S(83), 0, &v), 0);
	EXPECT_EQ(run(&w, &now, S(90), 0, &v), 2);
	EXPECT_EQ(v.stage, WIRE_STAGE_ATTACH);
}

TEST(V11_tier3_first_deadline)
{
	struct watchdog_evidence blind = { .live = false };
	u64 headroom = S(10) + 300 * NSEC_PER_MSEC, due;
	struct watchdog_verdict v = {};
	struct watchdog w;

	start(&w, &plain);
	due = S(3) + 3 * headroom;
	EXPECT_EQ(watchdog_check(&w, due, &blind, &v), 0);
	EXPECT_EQ(watchdog_check(&w, due + 1, &blind, &v), 3);
	EXPECT_EQ(v.stage, WIRE_STAGE_BOOT);
	EXPECT_NE(strstr(v.text, "stage boot: the deadline passed"), NULL);
	EXPECT_NE(strstr(v.text, "none"), NULL);
}

TEST(V11_tier3_work_is_the_longest_of_three)
{
	struct watchdog_config cfg = { .vcpus = 2 };
	u64 headroom3 = 3 * (S(10) + 300 * NSEC_PER_MSEC);
	struct watchdog w;

	watchdog_init(&w, &cfg);
	EXPECT_EQ(w.deadline_ns, S(1) + headroom3);
	cfg.duration_ns = S(7);
	watchdog_init(&w, &cfg);
	EXPECT_EQ(w.deadline_ns, S(7) + headroom3);
	cfg.watchdog_ns = S(9);
	watchdog_init(&w, &cfg);
	EXPECT_EQ(w.deadline_ns, S(9) + headroom3);
	cfg.watchdog_ns = UINT64_MAX;
	watchdog_init(&w, &cfg);
	EXPECT_EQ(w.deadline_ns, UINT64_MAX);
}

/* A guest that hangs in the body, spinning for ever, ends in bounded time. */
TEST(V11_tier3_hang_in_the_body)
{
	struct watchdog_config cfg = plain;
	struct watchdog_verdict v = {};
	struct watchdog w;
	u64 now = S(5);

	cfg.grace_ns = S(4);
	start(&w, &cfg);
	watchdog_stage(&w, WIRE_STAGE_BODY, now);
	watchdog_reset(&w, now + S(3), WATCHDOG_SOURCE_SCENARIO);
	EXPECT_EQ(w.deadline_ns, S(12));
	/* two windows of service are granted, then no more */
	EXPECT_EQ(run(&w, &now, S(32), 1000, &v), 0);
	EXPECT_EQ(run(&w, &now, S(100), 1000, &v), 3);
	EXPECT_LE(now, S(33));
	EXPECT_EQ(v.stage, WIRE_STAGE_BODY);
	EXPECT_NE(strstr(v.text, "scenario-start"), NULL);
}

TEST(tier3_an_idle_guest_is_not_put_off)
{
	struct watchdog_config cfg = plain;
	struct watchdog_verdict v = {};
	struct watchdog w;
	u64 now = S(5);

	cfg.grace_ns = S(20);
	start(&w, &cfg);
	watchdog_stage(&w, WIRE_STAGE_BODY, now);
	watchdog_reset(&w, now + S(3), WATCHDOG_SOURCE_SCENARIO);
	EXPECT_EQ(run(&w, &now, S(28), 0, &v), 0);
	EXPECT_EQ(run(&w, &now, S(100), 0, &v), 3);
	EXPECT_LE(now, S(28) + S(1) / 2);
}

TEST(tier3_pause_holds_it_off_but_not_for_ever)
{
	struct watchdog_evidence ev = { .paused = true };
	struct watchdog_verdict v;
	struct watchdog w;

	start(&w, &plain);
	watchdog_reset(&w, S(1), WATCHDOG_SOURCE_SCENARIO);
	EXPECT_EQ(watchdog_check(&w, w.deadline_ns + S(60), &ev, &v), 0);
	EXPECT_EQ(watchdog_check(&w, w.deadline_ns + S(60) + 1, &ev, &v), 3);
}

TEST(reset_and_extend)
{
	struct watchdog w;

	start(&w, &plain);
	w.windows = 2;
	watchdog_reset(&w, S(50), WATCHDOG_SOURCE_ATTACH_CONFIRM);
	EXPECT_EQ(w.deadline_ns, S(60) + 300 * NSEC_PER_MSEC);
	EXPECT_EQ(w.windows, 0);
	watchdog_extend(&w, S(2));
	EXPECT_EQ(w.deadline_ns, S(62) + 300 * NSEC_PER_MSEC);
	EXPECT_EQ(w.source, WATCHDOG_SOURCE_FREEZE);
	watchdog_reset(&w, UINT64_MAX, WATCHDOG_SOURCE_SCENARIO);
	EXPECT_EQ(w.deadline_ns, UINT64_MAX);
	watchdog_extend(&w, 1);
	EXPECT_EQ(w.deadline_ns, UINT64_MAX);
}

TEST(names)
{
	u32 i;

	for (i = 0; i < WATCHDOG_SOURCE_NR; i++)
		EXPECT_STRNE(watchdog_source_name(i), "unknown");
	EXPECT_STREQ(watchdog_source_name(WATCHDOG_SOURCE_NR), "unknown");
}

TEST_HARNESS_MAIN
