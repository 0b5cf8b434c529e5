// SPDX-License-Identifier: GPL-2.0-only
/* Samples of the monitor between VMM process and supervisor. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/util.h"
#include "lib/wire.h"
#include "lib/wire_monitor.h"

#define CPUS 3

FIXTURE(wire_monitor)
{
	struct monitor_cpu cpus[CPUS];
	struct monitor_sample s;
	size_t len;
	u8 *buf;
};

FIXTURE_SETUP(wire_monitor)
{
	u32 i;

	for (i = 0; i < CPUS; i++)
		self->cpus[i] = (struct monitor_cpu){
			.flags = MONITOR_CPU_RQ | MONITOR_CPU_STATS,
			.nr_running = 10 + i,
			.scx_nr_running = 20 + i,
			.local_dsq_depth = 30 + i,
			.scx_flags = 40 + i,
			.rq_clock = 0x1122334455667700 + i,
			.vcpu_ns = 50 + i,
			.stats = { 1, 2, 3, 4, 5, 6, 7 + i },
		};
	self->s = (struct monitor_sample){
		.seq = 5,
		.t_ns = 0xffffffff00000001,
		.cost_ns = 77,
		.missed = 3,
		.flags = MONITOR_SAMPLE_EVENTS,
		.sched_kva = 0xffff888001234560,
		.events = { -1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 },
		.nr_cpus = CPUS,
		.cpus = self->cpus,
	};
	self->len = wire_mons_size(CPUS);
	/* exactly as much as there is, for the sanitizer */
	self->buf = malloc(self->len);
	wire_mons_encode(&self->s, self->buf);
}

FIXTURE_TEARDOWN(wire_monitor)
{
	free(self->buf);
}

static void set_u32(u8 *at, u32 v)
{
	__le32 le = cpu_to_le32(v);

	memcpy(at, &le, sizeof(le));
}

TEST_F(wire_monitor, sample_round_trip)
{
	struct monitor_cpu cpus[CPUS];
	struct monitor_sample s;

	ASSERT_EQ(wire_mons_decode(self->buf, self->len, &s, cpus, CPUS), 0);
	EXPECT_EQ(s.seq, 5);
	EXPECT_EQ(s.t_ns, self->s.t_ns);
	EXPECT_EQ(s.cost_ns, 77);
	EXPECT_EQ(s.missed, 3);
	EXPECT_EQ(s.flags, MONITOR_SAMPLE_EVENTS);
	EXPECT_EQ(s.sched_kva, self->s.sched_kva);
	EXPECT_EQ(s.events[0], -1);
	EXPECT_EQ(s.events[12], 13);
	EXPECT_EQ(s.nr_cpus, CPUS);
	EXPECT_TRUE(s.cpus == cpus);
	EXPECT_EQ(cpus[2].nr_running, 12);
	EXPECT_EQ(cpus[2].scx_nr_running, 22);
	EXPECT_EQ(cpus[2].local_dsq_depth, 32);
	EXPECT_EQ(cpus[2].scx_flags, 42);
	EXPECT_EQ(cpus[2].rq_clock, 0x1122334455667702);
	EXPECT_EQ(cpus[2].vcpu_ns, 52);
	EXPECT_EQ(cpus[2].stats[MONITOR_TTWU_LOCAL], 9);
}

TEST_F(wire_monitor, place_of_the_first_cpu)
{
	EXPECT_EQ(self->len, 152 + CPUS * 96);
	EXPECT_EQ(self->buf[152], 3);
	EXPECT_EQ(self->buf[156], 10);
	EXPECT_EQ(self->buf[152 + 96 + 4], 11);
}

TEST_F(wire_monitor, counted_before_there_is_room)
{
	struct monitor_sample s;

	ASSERT_EQ(wire_mons_decode(self->buf, self->len, &s, NULL, 0), 0);
	EXPECT_EQ(s.nr_cpus, CPUS);
	EXPECT_EQ(s.cpus, NULL);
}

TEST_F(wire_monitor, too_little_room)
{
	struct monitor_cpu cpus[CPUS - 1];
	struct monitor_sample s;

	EXPECT_EQ(wire_mons_decode(self->buf, self->len, &s, cpus, CPUS - 1), -ENOSPC);
}

TEST_F(wire_monitor, every_length_but_the_right_one)
{
	struct monitor_cpu cpus[CPUS];
	struct monitor_sample s;
	size_t len;

	for (len = 0; len < self->len; len++) {
		u8 *cut = malloc(len + 1);

		memcpy(cut, self->buf, len);
		EXPECT_EQ(wire_mons_decode(cut, len, &s, cpus, CPUS), -EBADMSG);
		free(cut);
	}
}

TEST_F(wire_monitor, numbers_of_cpus_that_cannot_be)
{
	static const u32 bad[] = { 0, CPUS - 1, CPUS + 1, WIRE_MON_CPUS_MAX + 1, 0x80000000, ~0U };
	struct monitor_cpu cpus[CPUS];
	struct monitor_sample s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		set_u32(self->buf + 8, bad[i]);
		EXPECT_EQ(wire_mons_decode(self->buf, self->len, &s, cpus, CPUS), -EBADMSG);
	}
}

TEST_F(wire_monitor, another_version)
{
	struct monitor_sample s;

	set_u32(self->buf, WIRE_MON_VERSION + 1);
	EXPECT_EQ(wire_mons_decode(self->buf, self->len, &s, NULL, 0), -EPROTO);
}

TEST_F(wire_monitor, samples_that_are_kept)
{
	EXPECT_EQ(wire_mons_max(1), WIRE_MON_SAMPLES_MAX);
	EXPECT_EQ(wire_mons_max(8), WIRE_MON_SAMPLES_MAX);
	EXPECT_EQ(wire_mons_max(WIRE_MON_CPUS_MAX) % 2, 0);
	EXPECT_LE(wire_mons_max(256) * wire_mons_size(256), WIRE_MON_BYTES_MAX);
	EXPECT_GE(wire_mons_max(256), 1000);
	EXPECT_LE(wire_mons_size(WIRE_MON_CPUS_MAX), WIRE_FRAME_MAX);
}

static const struct monitor_info known = {
	.period_ns = 100000000,
	.hz = 1000,
	.hz_assumed = 1,
	.nr_cpus = 8,
	.error = "",
	.no_events = "no struct scx_event_stats",
	.no_stats = "no member rq.rq_sched_info",
};

TEST(info_round_trip)
{
	struct monitor_info info;
	struct wire_moni w;

	wire_moni_encode(&known, &w);
	ASSERT_EQ(wire_moni_decode(&w, sizeof(w), &info), 0);
	EXPECT_EQ(info.period_ns, 100000000);
	EXPECT_EQ(info.hz, 1000);
	EXPECT_EQ(info.hz_assumed, 1);
	EXPECT_EQ(info.nr_cpus, 8);
	EXPECT_STREQ(info.error, "");
	EXPECT_STREQ(info.no_events, known.no_events);
	EXPECT_STREQ(info.no_stats, known.no_stats);
}

TEST(info_that_makes_no_sense)
{
	struct monitor_info info;
	struct wire_moni w;

	wire_moni_encode(&known, &w);
	EXPECT_EQ(wire_moni_decode(&w, sizeof(w) - 1, &info), -EBADMSG);
	EXPECT_EQ(wire_moni_decode(&w, 0, &info), -EBADMSG);
	w.hz = 0;
	EXPECT_EQ(wire_moni_decode(&w, sizeof(w), &info), -EBADMSG);
	wire_moni_encode(&known, &w);
	w.period_ns = 0;
	EXPECT_EQ(wire_moni_decode(&w, sizeof(w), &info), -EBADMSG);
	wire_moni_encode(&known, &w);
	memset(w.no_stats, 'x', sizeof(w.no_stats));
	EXPECT_EQ(wire_moni_decode(&w, sizeof(w), &info), -EBADMSG);
	wire_moni_encode(&known, &w);
	w.version = cpu_to_le32(2);
	EXPECT_EQ(wire_moni_decode(&w, sizeof(w), &info), -EPROTO);
}

/* A text without an end in the sender's memory must not run into what follows. */
TEST(info_with_a_text_that_fills_its_room)
{
	struct monitor_info info = known, back;
	struct wire_moni w;

	memset(info.no_events, 'y', sizeof(info.no_events));
	wire_moni_encode(&info, &w);
	ASSERT_EQ(wire_moni_decode(&w, sizeof(w), &back), 0);
	EXPECT_EQ(strlen(back.no_events), WIRE_MON_TEXT_MAX - 1);
	EXPECT_STREQ(back.no_stats, known.no_stats);
}

TEST(names)
{
	u32 i;

	for (i = 0; i < WIRE_MON_EVENTS; i++)
		EXPECT_STRNE(monitor_event_name(i), "unknown");
	for (i = 0; i < MONITOR_STATS; i++)
		EXPECT_STRNE(monitor_stat_name(i), "unknown");
	EXPECT_STREQ(monitor_event_name(WIRE_MON_EVENTS), "unknown");
	EXPECT_STREQ(monitor_stat_name(MONITOR_STATS), "unknown");
	EXPECT_STREQ(monitor_event_name(MONITOR_DISPATCH_KEEP_LAST), "dispatch_keep_last");
}

TEST(a_guest_must_not_send_them)
{
	EXPECT_EQ(wire_class(WIRE_MONS), WIRE_CLASS_HOST);
	EXPECT_EQ(wire_class(WIRE_MONI), WIRE_CLASS_HOST);
}

TEST_HARNESS_MAIN
