// SPDX-License-Identifier: GPL-2.0-only
/* Every transition of the failure dump's state machine; what goes first; the gate. */
#include <errno.h>

#include "host/coord/capture_state.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define STALL 1026

/* What the coordinator has written so far, as "tag:schema:halves ". */
struct written {
	char text[512];
	unsigned int early;
	unsigned int late;
};

FIXTURE(capture)
{
	struct capture_state s;
	struct capture_reports out;
	struct capture_inputs in;
	struct written written;
	char skipped[CAPTURE_SKIPPED_TEXT];
};

FIXTURE_SETUP(capture)
{
	capture_init(&self->s, true);
}

FIXTURE_TEARDOWN(capture)
{
}

static int step(struct capture_state *s, enum capture_event ev, struct written *w)
{
	struct capture_reports out;
	int ret = capture_step(s, ev, &out);
	size_t at = strlen(w->text);
	u32 i;

	for (i = 0; i < out.nr; i++) {
		const struct capture_report *r = &out.report[i];

		at += snprintf(w->text + at, sizeof(w->text) - at, "%s:%s:%s%s ", r->tag, r->schema,
			       r->early ? "E" : "", r->late ? "L" : "");
		w->early += r->early;
		w->late += r->late;
	}
	return ret;
}

#define STEP(ev)      step(&self->s, CAPTURE_EV_##ev, &self->written)
#define WRITTEN(want) EXPECT_STREQ(self->written.text, want)
#define NEXT(...)                                                  \
	({                                                         \
		self->in = (struct capture_inputs){ __VA_ARGS__ }; \
		capture_next(&self->s, &self->in);                 \
	})
#define SKIPPED(stall) capture_skipped_text(&self->s, stall, self->skipped, sizeof(self->skipped))

TEST_F(capture, single_without_dual_mode)
{
	capture_init(&self->s, false);
	EXPECT_EQ(STEP(LATE_CAPTURED), 0);
	EXPECT_EQ(self->s.phase, CAPTURE_DONE);
	WRITTEN(":single:L ");
}

TEST_F(capture, degraded_without_dual_mode)
{
	capture_init(&self->s, false);
	EXPECT_EQ(STEP(LATE_DEGRADED), 0);
	EXPECT_EQ(self->s.phase, CAPTURE_DONE);
	WRITTEN(":degraded:L ");
}

TEST_F(capture, a_clean_exit_makes_no_dump)
{
	capture_init(&self->s, false);
	EXPECT_EQ(STEP(LATE_SUPPRESSED), 0);
	WRITTEN("");
	/* the next scheduler's failure does */
	EXPECT_EQ(self->s.phase, CAPTURE_IDLE);
	EXPECT_EQ(STEP(LATE_CAPTURED), 0);
	WRITTEN(":single:L ");
}

TEST_F(capture, no_early_without_dual_mode)
{
	capture_init(&self->s, false);
	capture_note_scan(&self->s, 5000, 1000);
	EXPECT_EQ(NEXT(), CAPTURE_NOTHING);
	EXPECT_EQ(STEP(EARLY_CAPTURED), -EPROTO);
	EXPECT_EQ(STEP(EARLY_DEGRADED), -EPROTO);
	EXPECT_EQ(self->s.phase, CAPTURE_IDLE);
	WRITTEN("");
}

TEST_F(capture, dual_has_both_halves)
{
	EXPECT_EQ(STEP(EARLY_CAPTURED), 0);
	EXPECT_EQ(self->s.phase, CAPTURE_TOOK_EARLY);
	EXPECT_TRUE(self->s.early_held);
	WRITTEN("");
	EXPECT_EQ(capture_step(&self->s, CAPTURE_EV_LATE_CAPTURED, &self->out), 0);
	EXPECT_EQ(self->out.nr, 1);
	EXPECT_STREQ(self->out.report[0].tag, "");
	EXPECT_STREQ(self->out.report[0].schema, "dual");
	EXPECT_TRUE(self->out.report[0].early);
	EXPECT_TRUE(self->out.report[0].late);
	EXPECT_FALSE(self->out.skipped);
	EXPECT_EQ(self->s.phase, CAPTURE_DONE);
	EXPECT_FALSE(self->s.early_held);
}

TEST_F(capture, dual_without_an_early_half_says_so)
{
	EXPECT_EQ(capture_step(&self->s, CAPTURE_EV_LATE_CAPTURED, &self->out), 0);
	EXPECT_EQ(self->out.nr, 1);
	EXPECT_STREQ(self->out.report[0].schema, "dual");
	EXPECT_FALSE(self->out.report[0].early);
	EXPECT_TRUE(self->out.report[0].late);
	EXPECT_TRUE(self->out.skipped);
}

TEST_F(capture, a_late_one_that_is_degraded_goes_before_the_early_one)
{
	STEP(EARLY_CAPTURED);
	EXPECT_EQ(STEP(LATE_DEGRADED), 0);
	EXPECT_EQ(self->s.phase, CAPTURE_DONE);
	WRITTEN(":degraded:L early-pre-late-degraded:single:E ");
}

TEST_F(capture, a_late_one_that_is_degraded_without_an_early_one)
{
	EXPECT_EQ(STEP(LATE_DEGRADED), 0);
	WRITTEN(":degraded:L ");
}

TEST_F(capture, a_clean_exit_behind_an_early_one)
{
	STEP(EARLY_CAPTURED);
	EXPECT_EQ(STEP(LATE_SUPPRESSED), 0);
	WRITTEN("early-only-late-suppressed:single:E ");
	EXPECT_FALSE(self->s.early_held);
	/* not twice */
	EXPECT_EQ(STEP(RUN_END), 0);
	EXPECT_EQ(self->written.early, 1);
}

TEST_F(capture, a_failure_of_the_scheduler_that_came_after)
{
	STEP(EARLY_CAPTURED);
	STEP(LATE_SUPPRESSED);
	EXPECT_EQ(NEXT(.error_latch = true), CAPTURE_ERROR);
	EXPECT_EQ(STEP(LATE_CAPTURED), 0);
	WRITTEN("early-only-late-suppressed:single:E :dual:L ");
	EXPECT_STREQ(SKIPPED(false), "the early capture was written as early-only-late-suppressed");
}

TEST_F(capture, the_late_one_never_fires)
{
	STEP(EARLY_CAPTURED);
	EXPECT_EQ(STEP(RUN_END), 0);
	EXPECT_EQ(self->s.phase, CAPTURE_DONE);
	WRITTEN("early-only-late-never-fired:single:E ");
}

TEST_F(capture, an_early_one_that_is_degraded_is_written_at_once_and_not_tried_again)
{
	capture_note_scan(&self->s, 600, 1000);
	EXPECT_EQ(NEXT(), CAPTURE_EARLY);
	EXPECT_EQ(STEP(EARLY_DEGRADED), 0);
	WRITTEN("early-degraded:degraded:E ");
	EXPECT_EQ(self->s.phase, CAPTURE_TOOK_EARLY);
	capture_note_scan(&self->s, 700, 1000);
	EXPECT_EQ(NEXT(), CAPTURE_NOTHING);
	EXPECT_EQ(STEP(LATE_CAPTURED), 0);
	WRITTEN("early-degraded:degraded:E :dual:L ");
	EXPECT_STREQ(SKIPPED(false), "the early capture was written as early-degraded");
}

TEST_F(capture, nothing_happens_without_anything)
{
	EXPECT_EQ(STEP(RUN_END), 0);
	EXPECT_EQ(self->s.phase, CAPTURE_DONE);
	WRITTEN("");
}

TEST_F(capture, impossible_events_change_nothing)
{
	struct capture_state before;

	STEP(EARLY_CAPTURED);
	before = self->s;
	EXPECT_EQ(STEP(EARLY_CAPTURED), -EPROTO);
	EXPECT_EQ(STEP(EARLY_DEGRADED), -EPROTO);
	EXPECT_EQ(STEP(NR), -EPROTO);
	EXPECT_EQ(memcmp(&before, &self->s, sizeof(before)), 0);
	WRITTEN("");
	STEP(LATE_CAPTURED);
	before = self->s;
	EXPECT_EQ(STEP(EARLY_CAPTURED), -EPROTO);
	EXPECT_EQ(STEP(LATE_CAPTURED), -EPROTO);
	EXPECT_EQ(STEP(LATE_DEGRADED), -EPROTO);
	EXPECT_EQ(STEP(LATE_SUPPRESSED), -EPROTO);
	EXPECT_EQ(memcmp(&before, &self->s, sizeof(before)), 0);
	WRITTEN(":dual:EL ");
	EXPECT_EQ(STEP(RUN_END), 0);
	WRITTEN(":dual:EL ");
}

/* All sequences of up to four events, and then the end. */
TEST_F(capture, every_captured_early_reaches_disk)
{
	const unsigned int depth = 4;
	unsigned int seq, i, n, total = 1, captured, late;
	struct written w;
	int dual, ret;

	for (i = 0; i < depth; i++)
		total *= CAPTURE_EV_NR;
	for (dual = 0; dual < 2; dual++) {
		for (seq = 0; seq < total; seq++) {
			capture_init(&self->s, dual);
			memset(&w, 0, sizeof(w));
			captured = 0;
			late = 0;
			for (i = 0, n = seq; i < depth; i++, n /= CAPTURE_EV_NR) {
				enum capture_event ev = n % CAPTURE_EV_NR;

				ret = step(&self->s, ev, &w);
				if (!ret)
					captured += ev <= CAPTURE_EV_EARLY_DEGRADED;
				if (!ret)
					late += ev == CAPTURE_EV_LATE_CAPTURED ||
						ev == CAPTURE_EV_LATE_DEGRADED;
			}
			step(&self->s, CAPTURE_EV_RUN_END, &w);
			ASSERT_EQ(w.early, captured) TH_LOG("sequence %u: %s", seq, w.text);
			ASSERT_EQ(w.late, late) TH_LOG("sequence %u: %s", seq, w.text);
			ASSERT_LE(captured, 1);
			ASSERT_LE(late, 1);
			ASSERT_FALSE(self->s.early_held);
		}
	}
}

TEST_F(capture, the_end_of_the_machine_always_wins)
{
	capture_note_scan(&self->s, 600, 1000);
	EXPECT_EQ(NEXT(.kill = true, .error_latch = true, .fallback_latch = true, .requests = 1,
		       .user_hits = 7, .periodic_due = true),
		  CAPTURE_STOP);
	EXPECT_EQ(NEXT(.vcpu_died = true, .error_latch = true, .requests = 1), CAPTURE_STOP);
	EXPECT_EQ(NEXT(.kill = true), CAPTURE_STOP);
	STEP(RUN_END);
	EXPECT_EQ(NEXT(.vcpu_died = true), CAPTURE_STOP);
}

TEST_F(capture, the_order_of_the_triggers)
{
	capture_note_scan(&self->s, 600, 1000);
	EXPECT_EQ(NEXT(.error_latch = true, .fallback_latch = true, .requests = 1, .user_hits = 1,
		       .periodic_due = true),
		  CAPTURE_ERROR);
	EXPECT_EQ(NEXT(.fallback_latch = true, .requests = 1, .user_hits = 1, .periodic_due = true),
		  CAPTURE_FALLBACK);
	EXPECT_EQ(NEXT(.requests = 1, .user_hits = 1, .periodic_due = true), CAPTURE_REQUEST);
	EXPECT_EQ(NEXT(.user_hits = 4, .periodic_due = true), CAPTURE_USER_HIT);
	EXPECT_EQ(NEXT(.periodic_due = true), CAPTURE_PERIODIC);
	EXPECT_EQ(NEXT(), CAPTURE_EARLY);
	STEP(EARLY_CAPTURED);
	EXPECT_EQ(NEXT(), CAPTURE_NOTHING);
}

TEST_F(capture, an_error_is_captured_once_and_the_rest_goes_on)
{
	EXPECT_EQ(NEXT(.error_latch = true), CAPTURE_ERROR);
	STEP(LATE_CAPTURED);
	EXPECT_EQ(NEXT(.error_latch = true, .fallback_latch = true), CAPTURE_NOTHING);
	EXPECT_EQ(NEXT(.error_latch = true, .requests = 2), CAPTURE_REQUEST);
	EXPECT_EQ(NEXT(.error_latch = true, .user_hits = 1), CAPTURE_USER_HIT);
	EXPECT_EQ(NEXT(.error_latch = true, .periodic_due = true), CAPTURE_PERIODIC);
	capture_note_scan(&self->s, 600, 1000);
	EXPECT_EQ(NEXT(), CAPTURE_NOTHING);
}

TEST_F(capture, early_is_due_above_half_the_watchdog)
{
	capture_note_scan(&self->s, 500, 1000);
	EXPECT_EQ(NEXT(), CAPTURE_NOTHING);
	EXPECT_EQ(self->s.threshold_jiffies, 500);
	capture_note_scan(&self->s, 501, 1000);
	EXPECT_EQ(NEXT(), CAPTURE_EARLY);
	EXPECT_EQ(self->s.early_max_age_jiffies, 501);
	EXPECT_EQ(self->s.early_threshold_jiffies, 500);
	/* what made it is kept, the peak goes on */
	capture_note_scan(&self->s, 800, 2000);
	EXPECT_EQ(self->s.early_max_age_jiffies, 501);
	EXPECT_EQ(self->s.early_threshold_jiffies, 500);
	EXPECT_EQ(self->s.peak_jiffies, 800);
	capture_note_scan(&self->s, 3, 2000);
	EXPECT_EQ(self->s.peak_jiffies, 800);
}

TEST_F(capture, early_needs_a_watchdog)
{
	capture_note_scan(&self->s, ~0ull, 0);
	EXPECT_EQ(NEXT(), CAPTURE_NOTHING);
	EXPECT_EQ(self->s.peak_jiffies, ~0ull);
}

TEST_F(capture, early_is_not_taken_for_a_scheduler_that_has_left)
{
	capture_note_scan(&self->s, 501, 1000);
	STEP(LATE_SUPPRESSED);
	EXPECT_EQ(NEXT(), CAPTURE_NOTHING);
	capture_note_scan(&self->s, 501, 1000);
	EXPECT_EQ(NEXT(), CAPTURE_EARLY);
}

TEST_F(capture, skipped_because_the_scan_was_not_possible)
{
	EXPECT_STREQ(SKIPPED(false),
		     "scan prerequisites unavailable: the run queues were not read before the exit");
	capture_note_unavailable(&self->s, "symbol 'runqueues' not found");
	EXPECT_STREQ(SKIPPED(true), "scan prerequisites unavailable: symbol 'runqueues' not found");
	capture_note_scan(&self->s, 5, 0);
	capture_note_unavailable(&self->s, "");
	EXPECT_STREQ(SKIPPED(false),
		     "scan prerequisites unavailable: scheduler watchdog timeout not known");
}

TEST_F(capture, skipped_because_nobody_waited_long_enough)
{
	capture_note_scan(&self->s, 12, 1000);
	capture_note_unavailable(&self->s, "for a moment");
	EXPECT_STREQ(SKIPPED(false), "max_age never crossed threshold (peak=12j, threshold=500j)");
}

TEST_F(capture, skipped_because_of_a_tick_stall)
{
	capture_note_scan(&self->s, 0, 1000);
	EXPECT_STREQ(SKIPPED(true), "scx_tick stall - no per-task runnable_at data");
}

TEST_F(capture, skipped_because_the_exit_came_first)
{
	capture_note_scan(&self->s, 501, 1000);
	EXPECT_EQ(NEXT(.error_latch = true), CAPTURE_ERROR);
	STEP(LATE_CAPTURED);
	EXPECT_STREQ(SKIPPED(false),
		     "the exit came before the early capture (peak=501j, threshold=500j)");
}

TEST_F(capture, a_long_reason_is_cut)
{
	char why[1000];

	memset(why, 'w', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	capture_note_unavailable(&self->s, why);
	EXPECT_EQ(strlen(self->s.unavailable), sizeof(self->s.unavailable) - 1);
	EXPECT_LT(strlen(SKIPPED(false)), CAPTURE_SKIPPED_TEXT - 1);
	capture_skipped_text(&self->s, false, why, 8);
	EXPECT_STREQ(why, "scan pr");
}

TEST(tick_stall_is_told_from_a_task_that_waited)
{
	EXPECT_TRUE(capture_is_tick_stall(STALL, "watchdog failed to check in for 5.001s"));
	EXPECT_FALSE(capture_is_tick_stall(STALL, "stress[77] failed to run for 5.001s"));
	EXPECT_FALSE(capture_is_tick_stall(1024, "watchdog failed to check in for 5.001s"));
	EXPECT_FALSE(capture_is_tick_stall(STALL, ""));
}

TEST(gate_has_one_holder_and_refuses_the_next)
{
	struct capture_gate g = {};
	struct ktstr_err err;

	EXPECT_EQ(capture_gate_take(&g, CAPTURE_PERIODIC, &err), 0);
	EXPECT_EQ(capture_gate_take(&g, CAPTURE_REQUEST, &err), -EBUSY);
	EXPECT_NE(NULL, strstr(err.msg, "guest request refused"));
	EXPECT_NE(NULL, strstr(err.msg, "(periodic capture)"));
	EXPECT_EQ(capture_gate_take(&g, CAPTURE_PERIODIC, NULL), -EBUSY);
	/* a refusal changes nothing */
	EXPECT_EQ(g.holder, CAPTURE_PERIODIC);
	capture_gate_drop(&g);
	EXPECT_EQ(capture_gate_take(&g, CAPTURE_USER_HIT, &err), 0);
	capture_gate_drop(&g);
	EXPECT_EQ(g.holder, CAPTURE_NOTHING);
}

TEST(triggers_have_names)
{
	int i;

	for (i = CAPTURE_NOTHING; i <= CAPTURE_EARLY; i++)
		EXPECT_STRNE(capture_trigger_name(i), "unknown");
	EXPECT_STREQ(capture_trigger_name(99), "unknown");
}

TEST_HARNESS_MAIN
