// SPDX-License-Identifier: GPL-2.0-only
/* Series out of snapshots, steps and the monitor's samples. */
#include "monitor_samples.h"
#include "series_fixture.h"

FIXTURE(source)
{
	struct ktstr_result res;
	struct ktstr_series s;
	struct mon_fake *mon;
};

FIXTURE_SETUP(source)
{
	fake_run(&self->res);
}

FIXTURE_TEARDOWN(source)
{
	ktstr_series_free(&self->s);
	if (self->mon) {
		self->res.monitor.samples = NULL;
		self->res.monitor.nr_samples = 0;
		free(self->mon);
	}
	ktstr_result_free(&self->res);
}

#define SLOT_ERROR(i, is, part)                                     \
	do {                                                        \
		const size_t at = (i);                              \
		ASSERT_LT(at, self->s.nr);                          \
		EXPECT_EQ(self->s.slots[at].kind, KTSTR_SLOT_##is); \
		ASSERT_NE(self->s.slots[at].error, NULL);           \
		has(_metadata, self->s.slots[at].error, part);      \
	} while (0)

TEST_F(source, snapshots_in_their_order)
{
	struct ktstr_result *r = &self->res;

	fake_periodic(r, 50, "-7");
	fake_periodic(r, 300, "5");
	fake_periodic(r, 550, "0");
	fake_snapshot(r, "mid_run", 600, "{}");
	fake_periodic(r, 700, "4294967296");
	ASSERT_EQ(ktstr_series_snapshots(&self->s, r, NULL, FAKE_PATH), 0);
	ASSERT_EQ(self->s.nr, 4);
	EXPECT_STREQ(self->s.name, FAKE_PATH);
	EXPECT_STREQ(self->s.slots[0].tag, "periodic_000");
	EXPECT_EQ(self->s.slots[0].value, -7);
	EXPECT_EQ(self->s.slots[0].step, 0);
	EXPECT_EQ(self->s.slots[0].elapsed_ns, FAKE_NS(50));
	EXPECT_EQ(self->s.slots[1].value, 5);
	EXPECT_EQ(self->s.slots[1].step, 1);
	/* between two steps */
	EXPECT_EQ(self->s.slots[2].step, KTSTR_NO_STEP);
	EXPECT_EQ(self->s.slots[3].value, 4294967296);
	EXPECT_EQ(self->s.slots[3].step, 2);
	ktstr_series_free(&self->s);
	ASSERT_EQ(ktstr_series_snapshots(&self->s, r, "mid", FAKE_PATH), 0);
	EXPECT_EQ(self->s.nr, 1);
}

TEST_F(source, a_wrong_path_names_what_there_is)
{
	fake_periodic(&self->res, 300, "5");
	fake_periodic(&self->res, 400, "6");
	ktstr_series_snapshots(&self->s, &self->res, NULL, "maps[.bss].value.nr_losst");
	SLOT_ERROR(0, FIELD_NOT_FOUND, "nr_losst");
	SLOT_ERROR(1, FIELD_NOT_FOUND, "nr_lost");
	EXPECT_FALSE(ktstr_series_nondecreasing(&self->res, &self->s));
	EXPECT_EQ(self->res.verdict, KTSTR_INCONCLUSIVE);
	has(_metadata, self->res.reason_text, "nr_losst");
	has(_metadata, self->res.reason_text, "nr_lost");
	ktstr_series_free(&self->s);
	ktstr_series_snapshots(&self->s, &self->res, NULL, "maps[.data].value.nr");
	SLOT_ERROR(0, FIELD_NOT_FOUND, "simple.bss");
}

TEST_F(source, what_is_no_number)
{
	fake_periodic(&self->res, 300, "\"text\"");
	fake_periodic(&self->res, 400, "{ \"value\": 7, \"lock\": 8 }");
	fake_periodic(&self->res, 500, "\"0x20000000000001\"");
	fake_periodic(&self->res, 600, "null");
	ktstr_series_snapshots(&self->s, &self->res, NULL, FAKE_PATH);
	SLOT_ERROR(0, TYPE_MISMATCH, "\"" FAKE_PATH "\" is no whole number");
	SLOT_ERROR(1, TYPE_MISMATCH, "it has: value, lock");
	SLOT_ERROR(2, TYPE_MISMATCH, "");
	SLOT_ERROR(3, TYPE_MISMATCH, "no whole number");
}

TEST_F(source, snapshots_that_are_none)
{
	struct ktstr_snapshot *s;

	s = fake_periodic(&self->res, 300, "5");
	s->v.frozen = 1;
	snprintf(s->v.schema, sizeof(s->v.schema), "degraded");
	fake_snapshot(&self->res, "periodic_001", 400, "{ \"maps\": ");
	ktstr_series_snapshots(&self->s, &self->res, NULL, FAKE_PATH);
	SLOT_ERROR(0, PLACEHOLDER, "1 of 2 vCPUs");
	SLOT_ERROR(1, PLACEHOLDER, "");
	EXPECT_STREQ(ktstr_slot_kind_name(self->s.slots[0].kind), "PlaceholderSample");
	EXPECT_FALSE(ktstr_series_each_at_least(&self->res, &self->s, 0));
	EXPECT_EQ(self->res.verdict, KTSTR_INCONCLUSIVE);
}

TEST_F(source, tags_are_printable)
{
	fake_snapshot(&self->res, "periodic_\x1b[2J", 400, "{ \"n\": 1 }");
	ktstr_series_snapshots(&self->s, &self->res, NULL, "n\x1b");
	EXPECT_STREQ(self->s.slots[0].tag, "periodic_\\x1b[2J");
	EXPECT_STREQ(self->s.name, "n\\x1b");
	lacks(_metadata, self->s.slots[0].error, "\x1b");
}

TEST_F(source, steps)
{
	ASSERT_EQ(ktstr_series_phases(&self->s, &self->res, "iterations"), 0);
	ASSERT_EQ(self->s.nr, 3);
	EXPECT_STREQ(self->s.slots[0].tag, "phase_000");
	EXPECT_EQ(self->s.slots[1].value, 1000);
	EXPECT_EQ(self->s.slots[1].elapsed_ns, FAKE_NS(500));
	EXPECT_EQ(self->s.slots[2].value, 4000);
	EXPECT_TRUE(ktstr_series_nondecreasing(&self->res, &self->s));
	ktstr_series_free(&self->s);
	ktstr_series_phases(&self->s, &self->res, "iterations_done");
	EXPECT_EQ(ktstr_series_ratio_across_phases(&self->s, 2, 1), 3);
	ktstr_series_free(&self->s);
	ktstr_series_phases(&self->s, &self->res, "duration_ms");
	EXPECT_EQ(self->s.slots[1].value, 300);
	ktstr_series_free(&self->s);
	/* one that goes on has no figures yet */
	self->res.load.phases[2].to_ns = 0;
	ktstr_series_phases(&self->s, &self->res, "iteration");
	ASSERT_EQ(self->s.nr, 2);
	SLOT_ERROR(1, FIELD_NOT_FOUND, "no figure \"iteration\"; it has: iterations, ");
}

TEST_F(source, the_step_of_a_time)
{
	const struct ktstr_load *l = &self->res.load;

	EXPECT_EQ(ktstr_phase_at(l, FAKE_NS(FAKE_START_MS) - 1), NULL);
	EXPECT_EQ(ktstr_phase_at(l, FAKE_NS(FAKE_START_MS)), &l->phases[0]);
	EXPECT_EQ(ktstr_phase_at(l, FAKE_NS(FAKE_START_MS + 150)), NULL);
	EXPECT_EQ(ktstr_phase_at(l, FAKE_NS(FAKE_START_MS + 499)), &l->phases[1]);
	EXPECT_EQ(ktstr_phase_at(l, FAKE_NS(FAKE_START_MS + 500)), NULL);
	EXPECT_EQ(ktstr_phase_at(l, FAKE_NS(FAKE_START_MS + 1000)), NULL);
	self->res.load.phases[2].to_ns = 0;
	EXPECT_EQ(ktstr_phase_at(l, FAKE_NS(FAKE_START_MS + 9000)), &l->phases[2]);
}

/* Samples every 100 ms from 1000 ms on; the scenario begins at the third of them. */
static void watch_run(FIXTURE_DATA(source) * self)
{
	struct ktstr_result *r = &self->res;
	size_t i;

	self->mon = mon_new(8);
	r->monitor.samples = self->mon->s;
	r->monitor.nr_samples = self->mon->nr;
	r->monitor.info_seen = true;
	r->timings.scenario_ns = FAKE_NS(1200);
	for (i = 0; i < r->load.nr_phases; i++) {
		r->load.phases[i].from_ns -= FAKE_NS(FAKE_START_MS - 1200);
		r->load.phases[i].to_ns -= FAKE_NS(FAKE_START_MS - 1200);
	}
}

TEST_F(source, monitor)
{
	watch_run(self);
	self->mon->cpus[3 * MON_CPUS + 2].nr_running = 7;
	self->mon->cpus[3 * MON_CPUS + 1].nr_running = 0;
	ASSERT_EQ(ktstr_series_monitor(&self->s, &self->res, "nr_running", KTSTR_ALL_CPUS), 0);
	ASSERT_EQ(self->s.nr, 6);
	EXPECT_STREQ(self->s.slots[1].tag, "sample_001");
	EXPECT_EQ(self->s.slots[0].elapsed_ns, 0);
	EXPECT_EQ(self->s.slots[0].value, MON_CPUS);
	EXPECT_EQ(self->s.slots[0].step, 0);
	EXPECT_EQ(self->s.slots[1].value, 9);
	EXPECT_EQ(self->s.slots[1].elapsed_ns, FAKE_NS(100));
	EXPECT_EQ(self->s.slots[2].step, 1);
	ktstr_series_free(&self->s);
	ktstr_series_monitor(&self->s, &self->res, "nr_running", 2);
	EXPECT_EQ(self->s.slots[1].value, 7);
	ktstr_series_free(&self->s);
	ktstr_series_monitor(&self->s, &self->res, "imbalance", KTSTR_ALL_CPUS);
	EXPECT_EQ(self->s.slots[0].value, 1);
	EXPECT_EQ(self->s.slots[1].value, 7);
}

/* A freeze is not time of the workload. */
TEST_F(source, monitor_and_freezes)
{
	struct ktstr_snapshot *snap;

	watch_run(self);
	snap = fake_periodic(&self->res, 0, "5");
	snap->v.t_ns = FAKE_NS(1350);
	snap->v.frozen_ns = FAKE_NS(30);
	ktstr_series_monitor(&self->s, &self->res, "local_dsq_depth", KTSTR_ALL_CPUS);
	EXPECT_EQ(self->s.slots[1].elapsed_ns, FAKE_NS(100));
	EXPECT_EQ(self->s.slots[2].elapsed_ns, FAKE_NS(170));
}

TEST_F(source, monitor_events_of_two_schedulers)
{
	u32 i;

	watch_run(self);
	mon_count(self->mon, MONITOR_SELECT_CPU_FALLBACK, 0, 7, 10);
	for (i = 5; i < 8; i++) {
		self->mon->s[i].sched_kva++;
		self->mon->s[i].events[MONITOR_SELECT_CPU_FALLBACK] = i - 4;
	}
	ktstr_series_monitor(&self->s, &self->res, "select_cpu_fallback", KTSTR_ALL_CPUS);
	ASSERT_EQ(self->s.nr, 6);
	EXPECT_EQ(self->s.slots[2].value, 50);
	EXPECT_EQ(self->s.slots[3].value, 51);
	EXPECT_EQ(self->s.slots[5].value, 53);
	EXPECT_TRUE(ktstr_series_strictly_increasing(&self->res, &self->s));
}

TEST_F(source, what_the_monitor_does_not_have)
{
	watch_run(self);
	ktstr_series_monitor(&self->s, &self->res, "nr_runing", KTSTR_ALL_CPUS);
	SLOT_ERROR(0, FIELD_NOT_FOUND, "no \"nr_runing\"; it has: nr_running, ");
	ktstr_series_free(&self->s);
	ktstr_series_monitor(&self->s, &self->res, "nr_running", MON_CPUS);
	SLOT_ERROR(0, FIELD_NOT_FOUND, "no CPU 4: there are 0 to 3");
	ktstr_series_free(&self->s);
	ktstr_series_monitor(&self->s, &self->res, "imbalance", 1);
	SLOT_ERROR(0, FIELD_NOT_FOUND, "CPU 1 has no \"imbalance\" of its own");
	ktstr_series_free(&self->s);
	ktstr_series_monitor(&self->s, &self->res, "refill_slice_dfl", 0);
	SLOT_ERROR(0, FIELD_NOT_FOUND, "CPU 0 has no \"refill_slice_dfl\" of its own");
}

TEST_F(source, what_the_monitor_could_not_read)
{
	watch_run(self);
	snprintf(self->res.monitor.info.no_events, WIRE_MON_TEXT_MAX, "no struct scx_event_stats");
	self->mon->s[3].flags = 0;
	self->mon->cpus[4 * MON_CPUS].flags = 0;
	self->mon->cpus[5 * MON_CPUS].local_dsq_depth = 1 << 20;
	ktstr_series_monitor(&self->s, &self->res, "refill_slice_dfl", KTSTR_ALL_CPUS);
	SLOT_ERROR(1, MISSING_STATS, "was not read: no struct scx_event_stats");
	ktstr_series_free(&self->s);
	ktstr_series_monitor(&self->s, &self->res, "nr_running", KTSTR_ALL_CPUS);
	SLOT_ERROR(2, MISSING_STATS, "\"nr_running\" was not read");
	SLOT_ERROR(3, PLACEHOLDER, "CPU 0 cannot be");
	EXPECT_FALSE(ktstr_series_each_at_most(&self->res, &self->s, 100));
	EXPECT_EQ(self->res.verdict, KTSTR_INCONCLUSIVE);
}

TEST_F(source, a_run_without_a_scenario)
{
	watch_run(self);
	self->res.timings.scenario_ns = 0;
	EXPECT_EQ(ktstr_series_monitor(&self->s, &self->res, "nr_running", KTSTR_ALL_CPUS), 0);
	EXPECT_EQ(self->s.nr, 0);
	ktstr_series_free(&self->s);
	EXPECT_EQ(ktstr_series_snapshots(&self->s, &self->res, NULL, NULL), 0);
	EXPECT_EQ(self->s.nr, 0);
	ktstr_series_free(NULL);
}

TEST_HARNESS_MAIN
