// SPDX-License-Identifier: GPL-2.0-only
/* What each frame does to the coordinator, and what its damaged twin does not. */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/coord/dispatch.h"
#include "kselftest_harness.h"
#include "lib/log.h"
#include "lib/util.h"

#define RUN_START 1000000ull
#define DURATION  (5 * NSEC_PER_SEC)

static u64 fake_now;
static int warnings;

static u64 read_clock(void)
{
	return fake_now;
}

static void count_lines(enum log_level level, const char *fmt, va_list ap)
{
	warnings++;
}

FIXTURE(dispatch)
{
	struct dispatch_sinks s;
	struct snapshot_queue snapshots;
	struct observer_queue observer;
	struct kernel_op_queue kernel_ops;
	struct request_ids ids;
	atomic_bool kill;
	atomic_ullong phys_base;
	atomic_ullong text;
	atomic_ullong vmci_gpa;
	atomic_ullong vmci_size;
	atomic_ullong reset;
	atomic_ullong pause;
	atomic_ullong start;
	atomic_ullong cumulative;
	int sys_rdy;
};

FIXTURE_SETUP(dispatch)
{
	self->sys_rdy = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	self->s = (struct dispatch_sinks){
		.kill = &self->kill,
		.kill_evt = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
		.sys_rdy_evt = self->sys_rdy,
		.snapshots = &self->snapshots,
		.observer = &self->observer,
		.kernel_ops = &self->kernel_ops,
		.ids = &self->ids,
		.kern_phys_base = &self->phys_base,
		.kern_text = &self->text,
		.vmcoreinfo_gpa = &self->vmci_gpa,
		.vmcoreinfo_size = &self->vmci_size,
		.kern_phys_base_evt = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
		.watchdog_reset_ns = &self->reset,
		.watchdog_duration_ns = DURATION,
		.watchdog_pause_ns = &self->pause,
		.scenario_start_ns = &self->start,
		.scenario_pause_cumulative_ns = &self->cumulative,
		.run_start_ns = RUN_START,
		.now = read_clock,
	};
	fake_now = RUN_START;
	warnings = 0;
	log_set_sink(count_lines);
}

FIXTURE_TEARDOWN(dispatch)
{
	kernel_op_queue_free(&self->kernel_ops);
	close(self->s.kill_evt);
	close(self->sys_rdy);
	close(self->s.kern_phys_base_evt);
	log_set_sink(NULL);
}

static bool send(struct dispatch_sinks *s, u32 type, bool crc_ok, const void *payload, size_t len)
{
	struct wire_frame f = { type, crc_ok, payload, len, 0 };

	return dispatch_frame(&f, s);
}

/* How often an eventfd was written since the last look. */
static u64 fired(int fd)
{
	u64 n = 0;

	if (read(fd, &n, sizeof(n)) != sizeof(n))
		return 0;
	return n;
}

static void at(u64 since_start)
{
	fake_now = RUN_START + since_start;
}

TEST_F(dispatch, sched_exit)
{
	EXPECT_TRUE(send(&self->s, WIRE_SCDX, true, "\1\0\0\0", 4));
	EXPECT_TRUE(self->kill);
	EXPECT_EQ(fired(self->s.kill_evt), 1);
}

TEST_F(dispatch, T2_sched_exit_crc)
{
	EXPECT_FALSE(send(&self->s, WIRE_SCDX, false, "\1\0\0\0", 4));
	EXPECT_FALSE(self->kill);
	EXPECT_EQ(fired(self->s.kill_evt), 0);
}

TEST_F(dispatch, sched_exit_without_a_listener)
{
	int fd = self->s.kill_evt;

	self->s.kill_evt = -1;
	EXPECT_TRUE(send(&self->s, WIRE_SCDX, true, NULL, 0));
	EXPECT_TRUE(self->kill);
	EXPECT_EQ(warnings, 0);
	/* the flag counts even when the wake-up cannot be written */
	self->kill = false;
	self->s.kill_evt = 1 << 20;
	EXPECT_TRUE(send(&self->s, WIRE_SCDX, true, NULL, 0));
	EXPECT_TRUE(self->kill);
	EXPECT_EQ(warnings, 1);
	self->s.kill_evt = fd;
}

TEST_F(dispatch, sys_rdy_fires_once)
{
	EXPECT_FALSE(send(&self->s, WIRE_SRDY, true, NULL, 0));
	EXPECT_EQ(self->s.sys_rdy_evt, -1);
	EXPECT_EQ(fired(self->sys_rdy), 1);
	EXPECT_FALSE(send(&self->s, WIRE_SRDY, true, NULL, 0));
	EXPECT_EQ(fired(self->sys_rdy), 0);
}

TEST_F(dispatch, T2_sys_rdy_crc)
{
	EXPECT_FALSE(send(&self->s, WIRE_SRDY, false, NULL, 0));
	EXPECT_EQ(self->s.sys_rdy_evt, self->sys_rdy);
	EXPECT_EQ(fired(self->sys_rdy), 0);
	/* the good one still counts afterwards */
	EXPECT_FALSE(send(&self->s, WIRE_SRDY, true, NULL, 0));
	EXPECT_EQ(fired(self->sys_rdy), 1);
}

TEST_F(dispatch, sys_rdy_with_a_payload)
{
	EXPECT_FALSE(send(&self->s, WIRE_SRDY, true, "x", 1));
	EXPECT_EQ(self->s.sys_rdy_evt, self->sys_rdy);
	EXPECT_EQ(fired(self->sys_rdy), 0);
}

static void kadr(u8 *buf, u64 phys_base)
{
	struct wire_kadr k = {
		.phys_base = cpu_to_le64(phys_base),
		.page_offset_base = cpu_to_le64(0xffff888000000000ull),
		.text = cpu_to_le64(0xffffffff81000001ull),
	};

	memcpy(buf, &k, sizeof(k));
}

TEST_F(dispatch, kern_addrs)
{
	u8 buf[24];

	kadr(buf, 0x1e000001);
	EXPECT_FALSE(send(&self->s, WIRE_KADR, true, buf, 24));
	EXPECT_EQ(self->phys_base, 0x1e000001);
	EXPECT_EQ(self->text, 0xffffffff81000001ull);
	EXPECT_EQ(fired(self->s.kern_phys_base_evt), 1);
	/* a resend is taken again */
	kadr(buf, 1);
	EXPECT_FALSE(send(&self->s, WIRE_KADR, true, buf, 24));
	EXPECT_EQ(self->phys_base, 1);
	EXPECT_EQ(fired(self->s.kern_phys_base_evt), 1);
}

TEST_F(dispatch, T2_kern_addrs_crc)
{
	u8 buf[24];

	kadr(buf, 0x1e000001);
	EXPECT_FALSE(send(&self->s, WIRE_KADR, false, buf, 24));
	EXPECT_EQ(self->phys_base, 0);
	EXPECT_EQ(fired(self->s.kern_phys_base_evt), 0);
}

TEST_F(dispatch, kern_addrs_zero_or_wrong_length)
{
	u8 buf[25] = {};

	EXPECT_FALSE(send(&self->s, WIRE_KADR, true, buf, 24));
	kadr(buf, 7);
	EXPECT_FALSE(send(&self->s, WIRE_KADR, true, buf, 8));
	EXPECT_FALSE(send(&self->s, WIRE_KADR, true, buf, 23));
	EXPECT_FALSE(send(&self->s, WIRE_KADR, true, buf, 25));
	EXPECT_FALSE(send(&self->s, WIRE_KADR, true, NULL, 0));
	EXPECT_EQ(self->phys_base, 0);
	EXPECT_EQ(self->text, 0);
	EXPECT_EQ(fired(self->s.kern_phys_base_evt), 0);
}

static void snrq(u8 *buf, u32 id, u32 kind, const char *tag)
{
	struct wire_snrq r = {
		.id = cpu_to_le32(id),
		.kind = cpu_to_le32(kind),
	};

	memcpy(r.tag, tag, strnlen(tag, sizeof(r.tag)));
	memcpy(buf, &r, sizeof(r));
}

TEST_F(dispatch, snapshot_request)
{
	u8 buf[72];

	snrq(buf, 7, WIRE_SNAP_CAPTURE, "before");
	EXPECT_FALSE(send(&self->s, WIRE_SNRQ, true, buf, 72));
	snrq(buf, 8, WIRE_SNAP_WATCH, "jiffies_64");
	EXPECT_FALSE(send(&self->s, WIRE_SNRQ, true, buf, 72));
	ASSERT_EQ(self->snapshots.nr, 2);
	EXPECT_EQ(self->snapshots.req[0].id, 7);
	EXPECT_EQ(self->snapshots.req[0].kind, WIRE_SNAP_CAPTURE);
	EXPECT_STREQ(self->snapshots.req[0].tag, "before");
	EXPECT_EQ(self->snapshots.req[1].id, 8);
	EXPECT_STREQ(self->snapshots.req[1].tag, "jiffies_64");
}

TEST_F(dispatch, T2_snapshot_request_crc)
{
	u8 buf[72];

	snrq(buf, 7, WIRE_SNAP_CAPTURE, "before");
	EXPECT_FALSE(send(&self->s, WIRE_SNRQ, false, buf, 72));
	EXPECT_EQ(self->snapshots.nr, 0);
}

TEST_F(dispatch, snapshot_request_malformed)
{
	u8 buf[73] = {};

	snrq(buf, 0, WIRE_SNAP_CAPTURE, "id 0");
	EXPECT_FALSE(send(&self->s, WIRE_SNRQ, true, buf, 72));
	snrq(buf, 7, WIRE_SNAP_NONE, "kind 0");
	EXPECT_FALSE(send(&self->s, WIRE_SNRQ, true, buf, 72));
	snrq(buf, 7, WIRE_SNAP_CAPTURE, "length");
	EXPECT_FALSE(send(&self->s, WIRE_SNRQ, true, buf, 71));
	EXPECT_FALSE(send(&self->s, WIRE_SNRQ, true, buf, 73));
	EXPECT_FALSE(send(&self->s, WIRE_SNRQ, true, NULL, 0));
	EXPECT_EQ(self->snapshots.nr, 0);
	EXPECT_EQ(self->snapshots.dropped, 0);
}

TEST_F(dispatch, T7_snapshot_tag_of_full_length)
{
	char long_tag[65];
	u8 buf[72];

	memset(long_tag, 't', 64);
	long_tag[64] = '\0';
	snrq(buf, 1, WIRE_SNAP_CAPTURE, long_tag);
	EXPECT_FALSE(send(&self->s, WIRE_SNRQ, true, buf, 72));
	ASSERT_EQ(self->snapshots.nr, 1);
	EXPECT_STREQ(self->snapshots.req[0].tag, long_tag);
}

TEST_F(dispatch, T6_snapshot_flood)
{
	u8 buf[72];
	int i;

	for (i = 0; i < 1000; i++) {
		snrq(buf, i + 1, WIRE_SNAP_CAPTURE, "x");
		send(&self->s, WIRE_SNRQ, true, buf, 72);
	}
	EXPECT_EQ(self->snapshots.nr, SNAPSHOT_PENDING_MAX);
	EXPECT_EQ(self->snapshots.dropped, 1000 - SNAPSHOT_PENDING_MAX);
	EXPECT_EQ(self->ids.replays, 0);
}

TEST_F(dispatch, scenario_start)
{
	at(700);
	EXPECT_TRUE(send(&self->s, WIRE_SCST, true, NULL, 0));
	EXPECT_EQ(self->start, 700);
	EXPECT_EQ(self->reset, 700 + DURATION);
	/* a second start moves the deadline, not the first stamp */
	at(900);
	EXPECT_TRUE(send(&self->s, WIRE_SCST, true, NULL, 0));
	EXPECT_EQ(self->start, 700);
	EXPECT_EQ(self->reset, 900 + DURATION);
}

TEST_F(dispatch, T2_scenario_start_crc)
{
	at(700);
	EXPECT_TRUE(send(&self->s, WIRE_SCST, false, NULL, 0));
	EXPECT_EQ(self->start, 0);
	EXPECT_EQ(self->reset, 0);
}

TEST_F(dispatch, scenario_start_at_time_zero_is_biased)
{
	self->s.watchdog_duration_ns = 0;
	EXPECT_TRUE(send(&self->s, WIRE_SCST, true, NULL, 0));
	EXPECT_EQ(self->start, 1);
	EXPECT_EQ(self->reset, 1);
}

TEST_F(dispatch, scenario_start_without_a_budget)
{
	self->s.watchdog_reset_ns = NULL;
	at(700);
	EXPECT_TRUE(send(&self->s, WIRE_SCST, true, NULL, 0));
	EXPECT_EQ(self->start, 700);
	EXPECT_EQ(self->reset, 0);
}

TEST_F(dispatch, scenario_start_saturates)
{
	self->s.watchdog_duration_ns = UINT64_MAX - 10;
	at(700);
	EXPECT_TRUE(send(&self->s, WIRE_SCST, true, NULL, 0));
	EXPECT_EQ(self->reset, UINT64_MAX);
}

TEST_F(dispatch, scenario_pause)
{
	at(1200);
	EXPECT_TRUE(send(&self->s, WIRE_SCPP, true, NULL, 0));
	EXPECT_EQ(self->pause, 1200);
	/* a second pause restarts it */
	at(1300);
	EXPECT_TRUE(send(&self->s, WIRE_SCPP, true, NULL, 0));
	EXPECT_EQ(self->pause, 1300);
}

TEST_F(dispatch, T2_scenario_pause_crc)
{
	at(1200);
	EXPECT_TRUE(send(&self->s, WIRE_SCPP, false, NULL, 0));
	EXPECT_EQ(self->pause, 0);
}

TEST_F(dispatch, scenario_pause_at_time_zero_is_biased)
{
	EXPECT_TRUE(send(&self->s, WIRE_SCPP, true, NULL, 0));
	EXPECT_EQ(self->pause, 1);
}

TEST_F(dispatch, scenario_pause_without_a_budget)
{
	self->s.watchdog_reset_ns = NULL;
	at(1200);
	EXPECT_TRUE(send(&self->s, WIRE_SCPP, true, NULL, 0));
	EXPECT_EQ(self->pause, 1);
}

TEST_F(dispatch, scenario_resume)
{
	self->reset = 50000;
	at(1000);
	send(&self->s, WIRE_SCPP, true, NULL, 0);
	at(1600);
	EXPECT_TRUE(send(&self->s, WIRE_SCRR, true, NULL, 0));
	EXPECT_EQ(self->pause, 0);
	EXPECT_EQ(self->reset, 50600);
	EXPECT_EQ(self->cumulative, 600);
	/* pauses add up */
	at(2000);
	send(&self->s, WIRE_SCPP, true, NULL, 0);
	at(2050);
	EXPECT_TRUE(send(&self->s, WIRE_SCRR, true, NULL, 0));
	EXPECT_EQ(self->reset, 50650);
	EXPECT_EQ(self->cumulative, 650);
}

TEST_F(dispatch, T2_scenario_resume_crc)
{
	self->reset = 50000;
	at(1000);
	send(&self->s, WIRE_SCPP, true, NULL, 0);
	at(1600);
	EXPECT_TRUE(send(&self->s, WIRE_SCRR, false, NULL, 0));
	EXPECT_EQ(self->pause, 1000);
	EXPECT_EQ(self->reset, 50000);
	EXPECT_EQ(self->cumulative, 0);
}

TEST_F(dispatch, T4_scenario_resume_without_or_after_a_pause)
{
	self->reset = 50000;
	at(1600);
	EXPECT_TRUE(send(&self->s, WIRE_SCRR, true, NULL, 0));
	EXPECT_EQ(self->reset, 50000);
	send(&self->s, WIRE_SCPP, true, NULL, 0);
	at(1700);
	send(&self->s, WIRE_SCRR, true, NULL, 0);
	EXPECT_EQ(self->reset, 50100);
	at(1900);
	EXPECT_TRUE(send(&self->s, WIRE_SCRR, true, NULL, 0));
	EXPECT_EQ(self->reset, 50100);
	EXPECT_EQ(self->cumulative, 100);
}

TEST_F(dispatch, scenario_resume_without_a_budget)
{
	self->s.watchdog_reset_ns = NULL;
	self->pause = 5;
	at(1600);
	EXPECT_TRUE(send(&self->s, WIRE_SCRR, true, NULL, 0));
	EXPECT_EQ(self->pause, 5);
	EXPECT_EQ(self->cumulative, 0);
}

TEST_F(dispatch, scenario_resume_saturates)
{
	self->reset = UINT64_MAX - 5;
	self->cumulative = UINT64_MAX - 5;
	at(1000);
	send(&self->s, WIRE_SCPP, true, NULL, 0);
	at(1600);
	EXPECT_TRUE(send(&self->s, WIRE_SCRR, true, NULL, 0));
	EXPECT_EQ(self->reset, UINT64_MAX);
	EXPECT_EQ(self->cumulative, UINT64_MAX);
}

TEST_F(dispatch, scenario_resume_before_its_pause)
{
	self->reset = 50000;
	self->pause = 9000;
	at(1600);
	EXPECT_TRUE(send(&self->s, WIRE_SCRR, true, NULL, 0));
	EXPECT_EQ(self->reset, 50000);
	EXPECT_EQ(self->cumulative, 0);
}

TEST_F(dispatch, scenario_resume_with_a_deadline_of_zero_is_biased)
{
	self->pause = 9000;
	at(1600);
	EXPECT_TRUE(send(&self->s, WIRE_SCRR, true, NULL, 0));
	EXPECT_EQ(self->reset, 1);
}

TEST_F(dispatch, scenario_end)
{
	at(4000);
	EXPECT_TRUE(send(&self->s, WIRE_SCEN, true, NULL, 0));
	EXPECT_EQ(self->reset, 4000 + DURATION);
	EXPECT_EQ(self->start, 0);
}

TEST_F(dispatch, T2_scenario_end_crc)
{
	at(4000);
	EXPECT_TRUE(send(&self->s, WIRE_SCEN, false, NULL, 0));
	EXPECT_EQ(self->reset, 0);
}

TEST_F(dispatch, scenario_end_without_a_budget_and_saturating)
{
	at(4000);
	self->s.watchdog_duration_ns = UINT64_MAX;
	EXPECT_TRUE(send(&self->s, WIRE_SCEN, true, NULL, 0));
	EXPECT_EQ(self->reset, UINT64_MAX);
	self->s.watchdog_reset_ns = NULL;
	EXPECT_TRUE(send(&self->s, WIRE_SCEN, true, NULL, 0));
}

TEST_F(dispatch, a_clock_before_run_start_counts_as_zero)
{
	fake_now = RUN_START - 1;
	EXPECT_TRUE(send(&self->s, WIRE_SCST, true, NULL, 0));
	EXPECT_EQ(self->start, 1);
	EXPECT_EQ(self->reset, DURATION);
}

static bool untouched(FIXTURE_DATA(dispatch) * self)
{
	return !self->kill && !self->phys_base && !self->reset && !self->pause && !self->start &&
	       !self->cumulative && !self->snapshots.nr && !self->observer.nr &&
	       !self->kernel_ops.nr && !self->text && !self->vmci_gpa && !self->vmci_size &&
	       !self->s.sched_swaps && self->s.sys_rdy_evt == self->sys_rdy &&
	       !fired(self->s.kill_evt) && !fired(self->sys_rdy) &&
	       !fired(self->s.kern_phys_base_evt);
}

TEST_F(dispatch, T2_verdict_frames_are_logged_whatever_their_crc)
{
	static const u32 types[] = {
		WIRE_STIM, WIRE_STEN, WIRE_EXIT, WIRE_TEST, WIRE_CRSH, WIRE_PMET,
		WIRE_RAWO, WIRE_PRAW, WIRE_WPRF, WIRE_WPRC, WIRE_SOUT, WIRE_SERR,
		WIRE_SCLG, WIRE_LIFE, WIRE_EXCX, WIRE_DMSG, WIRE_PROB,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		EXPECT_TRUE(send(&self->s, types[i], true, "abcd", 4));
		EXPECT_TRUE(send(&self->s, types[i], false, "abcd", 4));
		EXPECT_TRUE(send(&self->s, types[i], true, NULL, 0));
	}
	EXPECT_TRUE(untouched(self));
	EXPECT_EQ(warnings, 0);
}

TEST_F(dispatch, coordinator_tags_are_never_logged)
{
	static const u32 types[] = {
		WIRE_SNRP, WIRE_KORQ, WIRE_KORP, WIRE_OBSQ, WIRE_VMCI,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		EXPECT_FALSE(send(&self->s, types[i], true, "abcd", 4));
		EXPECT_FALSE(send(&self->s, types[i], false, "abcd", 4));
		EXPECT_FALSE(send(&self->s, types[i], true, NULL, 0));
	}
	EXPECT_TRUE(untouched(self));
	EXPECT_EQ(warnings, 0);
}

TEST_F(dispatch, T6_unknown_tags_are_dropped_with_one_warning)
{
	u32 type;

	for (type = 0; type < 100; type++) {
		EXPECT_FALSE(send(&self->s, type, true, "abcd", 4));
		EXPECT_FALSE(send(&self->s, ~type, false, NULL, 0));
	}
	EXPECT_EQ(self->s.unknown_frames, 200);
	EXPECT_EQ(warnings, 1);
	EXPECT_TRUE(untouched(self));
}

TEST_F(dispatch, S5_host_tags_from_a_guest_are_unknown)
{
	static const u32 types[] = {
		WIRE_HFIL, WIRE_VMMR, WIRE_GFRM, WIRE_CONS, WIRE_COM2,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		EXPECT_FALSE(send(&self->s, types[i], true, "abcd", 4));
	EXPECT_EQ(self->s.unknown_frames, ARRAY_SIZE(types));
	EXPECT_TRUE(untouched(self));
}

static int stage(u32 type, bool crc_ok, const void *payload, size_t len)
{
	struct wire_frame f = { type, crc_ok, payload, len, 0 };

	return dispatch_stage(&f);
}

TEST(stage_of_a_frame)
{
	EXPECT_EQ(stage(WIRE_SRDY, true, NULL, 0), WIRE_STAGE_ATTACH);
	EXPECT_EQ(stage(WIRE_SRDY, true, "x", 1), -1);
	EXPECT_EQ(stage(WIRE_LIFE, true, "\1", 1), -1);
	EXPECT_EQ(stage(WIRE_LIFE, true, "\2", 1), WIRE_STAGE_DISPATCH);
	EXPECT_EQ(stage(WIRE_LIFE, true, "\3gone", 5), -1);
	EXPECT_EQ(stage(WIRE_LIFE, true, "\4no", 3), -1);
	EXPECT_EQ(stage(WIRE_LIFE, true, "\5simple", 7), WIRE_STAGE_DISPATCH);
	EXPECT_EQ(stage(WIRE_LIFE, true, "\6", 1), WIRE_STAGE_BODY);
	EXPECT_EQ(stage(WIRE_LIFE, true, NULL, 0), -1);
	EXPECT_EQ(stage(WIRE_SCST, true, NULL, 0), WIRE_STAGE_BODY);
	EXPECT_EQ(stage(WIRE_SCEN, true, NULL, 0), WIRE_STAGE_TEARDOWN);
	EXPECT_EQ(stage(WIRE_TEST, true, NULL, 0), WIRE_STAGE_TEARDOWN);
	EXPECT_EQ(stage(WIRE_EXIT, true, NULL, 0), WIRE_STAGE_TEARDOWN);
	EXPECT_EQ(stage(WIRE_SOUT, true, NULL, 0), -1);
}

TEST(T2_stage_crc)
{
	EXPECT_EQ(stage(WIRE_SRDY, false, NULL, 0), -1);
	EXPECT_EQ(stage(WIRE_LIFE, false, "\6", 1), -1);
	EXPECT_EQ(stage(WIRE_SCST, false, NULL, 0), -1);
	EXPECT_EQ(stage(WIRE_SCEN, false, NULL, 0), -1);
	EXPECT_EQ(stage(WIRE_TEST, false, NULL, 0), -1);
	EXPECT_EQ(stage(WIRE_EXIT, false, NULL, 0), -1);
}

TEST_HARNESS_MAIN
