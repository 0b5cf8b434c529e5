// SPDX-License-Identifier: GPL-2.0-only
/* What the supervisor makes of the VMM process's log, whole, torn and forged. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "host/harness/vmm_log.h"
#include "lib/util.h"

#define ARRIVAL 0x100000000ull

FIXTURE(vmm_log)
{
	u8 buf[4096];
	size_t len;
	struct vmm_log log;
};

FIXTURE_SETUP(vmm_log)
{
	memset(self, 0, sizeof(*self));
}

FIXTURE_TEARDOWN(vmm_log)
{
	vmm_log_free(&self->log);
}

static void add(FIXTURE_DATA(vmm_log) * self, u32 type, const void *payload, size_t len)
{
	struct wire_hdr hdr;

	wire_hdr_init(&hdr, type, payload, len);
	memcpy(self->buf + self->len, &hdr, sizeof(hdr));
	memcpy(self->buf + self->len + sizeof(hdr), payload, len);
	self->len += sizeof(hdr) + len;
}

static void add_guest(FIXTURE_DATA(vmm_log) * self, u32 type, u32 crc_ok, const char *text)
{
	struct {
		struct wire_gfrm head;
		char text[64];
	} g = { .head = { htole32(type), htole32(crc_ok), htole64(ARRIVAL + self->len) } };

	memcpy(g.text, text, strlen(text));
	add(self, WIRE_GFRM, &g, sizeof(g.head) + strlen(text));
}

static void add_report(FIXTURE_DATA(vmm_log) * self)
{
	struct vmm_report r = { .exit_reason = VMM_EXIT_SHUTDOWN, .frames = 7 };
	struct wire_vmm_report w;

	wire_vmm_report_encode(&r, &w);
	add(self, WIRE_VMMR, &w, sizeof(w));
}

static int parse(FIXTURE_DATA(vmm_log) * self)
{
	vmm_log_free(&self->log);
	return vmm_log_parse(&self->log, self->buf, self->len);
}

TEST_F(vmm_log, guest_frames_come_out_in_order)
{
	add_guest(self, WIRE_SOUT, 1, "one");
	add_guest(self, WIRE_SERR, 0, "");
	add(self, WIRE_CONS, "console", 7);
	add_report(self);
	ASSERT_EQ(0, parse(self));
	EXPECT_FALSE(self->log.damaged);
	ASSERT_EQ(2, self->log.nr_frames);
	EXPECT_EQ(WIRE_SOUT, self->log.frames[0].type);
	EXPECT_TRUE(self->log.frames[0].crc_ok);
	EXPECT_EQ(0, memcmp("one", self->log.frames[0].payload, 3));
	EXPECT_EQ(WIRE_SERR, self->log.frames[1].type);
	EXPECT_FALSE(self->log.frames[1].crc_ok);
	EXPECT_EQ(ARRIVAL, self->log.frames[0].t_ns);
	EXPECT_LT(ARRIVAL, self->log.frames[1].t_ns);
	EXPECT_EQ(7, self->log.console_len);
	EXPECT_TRUE(self->log.report_valid);
	EXPECT_EQ(7, self->log.report.frames);
}

TEST_F(vmm_log, empty_log_is_no_report)
{
	ASSERT_EQ(0, parse(self));
	EXPECT_FALSE(self->log.report_valid);
	EXPECT_FALSE(self->log.damaged);
}

TEST_F(vmm_log, L6_every_truncation_keeps_what_is_whole)
{
	size_t whole, cut;

	add_guest(self, WIRE_SOUT, 1, "one");
	whole = self->len;
	add_report(self);
	for (cut = self->len - 1; cut > whole; cut--) {
		self->len = cut;
		ASSERT_EQ(0, parse(self));
		EXPECT_EQ(1, self->log.nr_frames);
		EXPECT_FALSE(self->log.report_valid);
		EXPECT_TRUE(self->log.damaged);
	}
}

TEST_F(vmm_log, second_report_is_damage)
{
	add_report(self);
	add_report(self);
	ASSERT_EQ(0, parse(self));
	EXPECT_TRUE(self->log.damaged);
}

TEST_F(vmm_log, second_console_is_damage)
{
	add(self, WIRE_CONS, "a", 1);
	add(self, WIRE_CONS, "b", 1);
	ASSERT_EQ(0, parse(self));
	EXPECT_TRUE(self->log.damaged);
	EXPECT_EQ('a', *(char *)self->log.console);
}

TEST_F(vmm_log, bare_guest_frame_is_damage)
{
	add(self, WIRE_EXIT, "\0\0\0\0", 4);
	ASSERT_EQ(0, parse(self));
	EXPECT_TRUE(self->log.damaged);
	EXPECT_EQ(0, self->log.nr_frames);
}

TEST_F(vmm_log, T2_wrong_crc_is_damage)
{
	add_report(self);
	self->buf[self->len - 1] ^= 1;
	ASSERT_EQ(0, parse(self));
	EXPECT_TRUE(self->log.damaged);
	EXPECT_FALSE(self->log.report_valid);
}

TEST_F(vmm_log, short_wrapper_is_damage)
{
	add(self, WIRE_GFRM, "abc", 3);
	ASSERT_EQ(0, parse(self));
	EXPECT_TRUE(self->log.damaged);
}

static void add_dump_of(FIXTURE_DATA(vmm_log) * self, enum wire_dump_kind kind, const char *tag,
			u64 t_ns, const char *json)
{
	struct dump_view v = {
		.kind = kind,
		.frozen = 2,
		.vcpus = 2,
		.t_ns = t_ns,
		.json = json,
		.json_len = strlen(json),
	};
	size_t len;
	void *buf;

	snprintf(v.tag, sizeof(v.tag), "%s", tag);
	if (wire_dump_encode(&v, &buf, &len))
		abort();
	add(self, WIRE_DUMP, buf, len);
	free(buf);
}

static void add_dump(FIXTURE_DATA(vmm_log) * self, const char *tag, const char *json)
{
	add_dump_of(self, WIRE_DUMP_CAPTURE, tag, 0, json);
}

static void add_op(FIXTURE_DATA(vmm_log) * self, enum wire_op op, const char *tag)
{
	struct op_view v = { .op = op, .status = WIRE_SNAP_OK, .data = "data", .data_len = 4 };
	size_t len;
	void *buf;

	snprintf(v.tag, sizeof(v.tag), "%s", tag);
	if (wire_oprs_encode(&v, &buf, &len))
		abort();
	add(self, WIRE_OPRS, buf, len);
	free(buf);
}

TEST_F(vmm_log, dumps_and_records_come_out_in_order)
{
	add_op(self, WIRE_OP_OBSERVER, "");
	add_dump(self, "one", "{}");
	add_dump(self, "two", "[1]");
	add_op(self, WIRE_OP_CAPTURE, "two");
	add_report(self);
	ASSERT_EQ(0, parse(self));
	memset(self->buf, 0, sizeof(self->buf));
	EXPECT_FALSE(self->log.damaged);
	ASSERT_EQ(2, self->log.nr_dumps);
	EXPECT_STREQ("one", self->log.dumps[0].tag);
	EXPECT_STREQ("{}", self->log.dumps[0].json);
	EXPECT_STREQ("[1]", self->log.dumps[1].json);
	ASSERT_EQ(2, self->log.nr_ops);
	EXPECT_EQ(WIRE_OP_OBSERVER, self->log.ops[0].op);
	EXPECT_STREQ("two", self->log.ops[1].tag);
	EXPECT_EQ(0, memcmp("data", self->log.ops[1].data, 4));
}

TEST_F(vmm_log, every_truncation_of_a_dump_is_damage)
{
	size_t cut;

	add_dump(self, "one", "{}");
	for (cut = self->len - 1; cut > 0; cut--) {
		self->len = cut;
		ASSERT_EQ(0, parse(self));
		EXPECT_EQ(0, self->log.nr_dumps);
		EXPECT_TRUE(self->log.damaged);
	}
}

TEST_F(vmm_log, dump_that_makes_no_sense_is_damage)
{
	add(self, WIRE_DUMP, "abc", 3);
	add_dump(self, "good", "{}");
	ASSERT_EQ(0, parse(self));
	EXPECT_TRUE(self->log.damaged);
	EXPECT_EQ(1, self->log.nr_dumps);
}

TEST_F(vmm_log, record_that_makes_no_sense_is_damage)
{
	add(self, WIRE_OPRS, "abc", 3);
	add_op(self, WIRE_OP_CANARY, "");
	ASSERT_EQ(0, parse(self));
	EXPECT_TRUE(self->log.damaged);
	EXPECT_EQ(1, self->log.nr_ops);
}

/* Dumps by the hundred do not fit into the fixture. */
static u8 many[(VMM_LOG_DUMPS_MAX + SNAPSHOT_STORE_MAX) * 1024];
static size_t many_len;

static void keep_many(FIXTURE_DATA(vmm_log) * self)
{
	memcpy(many + many_len, self->buf, self->len);
	many_len += self->len;
	self->len = 0;
}

TEST_F(vmm_log, more_failures_than_a_run_has_is_damage)
{
	int i;

	for (i = 0; i <= VMM_LOG_FAILURES_MAX; i++) {
		add_dump_of(self, WIRE_DUMP_FAILURE, "", i, "{}");
		keep_many(self);
	}
	ASSERT_EQ(0, vmm_log_parse(&self->log, many, many_len));
	EXPECT_TRUE(self->log.damaged);
	EXPECT_EQ(VMM_LOG_FAILURES_MAX, self->log.nr_dumps);
}

TEST_F(vmm_log, newest_snapshots_stay_and_failures_always)
{
	char tag[16];
	int i;

	add_dump_of(self, WIRE_DUMP_EARLY, "early-degraded", 1, "{}");
	keep_many(self);
	add_dump_of(self, WIRE_DUMP_FAILURE, "", 2, "{}");
	keep_many(self);
	for (i = 0; i < SNAPSHOT_STORE_MAX + 3; i++) {
		snprintf(tag, sizeof(tag), "s%d", i);
		add_dump_of(self, WIRE_DUMP_WATCH, tag, 3 + i, "{}");
		keep_many(self);
	}
	ASSERT_EQ(0, vmm_log_parse(&self->log, many, many_len));
	EXPECT_FALSE(self->log.damaged);
	EXPECT_EQ(3, self->log.dumps_evicted);
	ASSERT_EQ(2 + SNAPSHOT_STORE_MAX, self->log.nr_dumps);
	EXPECT_EQ(WIRE_DUMP_EARLY, self->log.dumps[0].kind);
	EXPECT_EQ(WIRE_DUMP_FAILURE, self->log.dumps[1].kind);
	EXPECT_STREQ("s3", self->log.dumps[2].tag);
	EXPECT_STREQ("s66", self->log.dumps[1 + SNAPSHOT_STORE_MAX].tag);
}

TEST_F(vmm_log, snapshot_of_the_same_name_replaces)
{
	add_dump_of(self, WIRE_DUMP_CAPTURE, "a", 1, "[1]");
	add_dump_of(self, WIRE_DUMP_CAPTURE, "b", 2, "[2]");
	add_dump_of(self, WIRE_DUMP_CAPTURE, "a", 3, "[3]");
	ASSERT_EQ(0, parse(self));
	EXPECT_FALSE(self->log.damaged);
	EXPECT_EQ(0, self->log.dumps_evicted);
	ASSERT_EQ(2, self->log.nr_dumps);
	EXPECT_STREQ("[2]", self->log.dumps[0].json);
	EXPECT_STREQ("a", self->log.dumps[1].tag);
	EXPECT_STREQ("[3]", self->log.dumps[1].json);
}

/* The dump of a failure waits for the kernel's message, others do not. */
TEST_F(vmm_log, order_is_that_of_the_standstills)
{
	add_dump_of(self, WIRE_DUMP_CAPTURE, "before", 1, "{}");
	add_dump_of(self, WIRE_DUMP_CAPTURE, "behind", 3, "{}");
	add_dump_of(self, WIRE_DUMP_FAILURE, "", 2, "{}");
	ASSERT_EQ(0, parse(self));
	ASSERT_EQ(3, self->log.nr_dumps);
	EXPECT_STREQ("before", self->log.dumps[0].tag);
	EXPECT_EQ(WIRE_DUMP_FAILURE, self->log.dumps[1].kind);
	EXPECT_STREQ("behind", self->log.dumps[2].tag);
}

/* A guest names its snapshots; it cannot replace the one of its failure. */
TEST_F(vmm_log, nameless_snapshot_is_no_failure_dump)
{
	add_dump_of(self, WIRE_DUMP_FAILURE, "", 1, "[1]");
	add_dump_of(self, WIRE_DUMP_CAPTURE, "", 2, "[2]");
	ASSERT_EQ(0, parse(self));
	ASSERT_EQ(2, self->log.nr_dumps);
	EXPECT_STREQ("[1]", self->log.dumps[0].json);
	EXPECT_EQ(WIRE_DUMP_FAILURE, self->log.dumps[0].kind);
}

TEST_F(vmm_log, forged_dump_of_the_guest_is_no_dump)
{
	add_guest(self, WIRE_DUMP, 1, "{}");
	ASSERT_EQ(0, parse(self));
	EXPECT_EQ(0, self->log.nr_dumps);
	EXPECT_EQ(1, self->log.nr_frames);
}

static void add_sample(FIXTURE_DATA(vmm_log) * self, u64 seq, u32 cpus)
{
	struct monitor_cpu cpu[3] = { { .nr_running = 1 }, { .nr_running = 2 }, {} };
	struct monitor_sample s = { .seq = seq, .nr_cpus = cpus, .cpus = cpu };
	u8 payload[1024];

	wire_mons_encode(&s, payload);
	add(self, WIRE_MONS, payload, wire_mons_size(cpus));
}

static void add_monitor_info(FIXTURE_DATA(vmm_log) * self)
{
	struct monitor_info info = { .period_ns = 1, .hz = 300 };
	struct wire_moni w;

	wire_moni_encode(&info, &w);
	add(self, WIRE_MONI, &w, sizeof(w));
}

TEST_F(vmm_log, samples_come_out_in_order)
{
	add_monitor_info(self);
	add_sample(self, 4, 2);
	add_sample(self, 5, 3);
	ASSERT_EQ(0, parse(self));
	EXPECT_FALSE(self->log.damaged);
	EXPECT_TRUE(self->log.monitor_seen);
	EXPECT_EQ(300, self->log.monitor_info.hz);
	ASSERT_EQ(2, self->log.nr_samples);
	EXPECT_EQ(4, self->log.samples[0].seq);
	ASSERT_EQ(2, self->log.samples[0].nr_cpus);
	EXPECT_EQ(2, self->log.samples[0].cpus[1].nr_running);
	EXPECT_EQ(3, self->log.samples[1].nr_cpus);
}

TEST_F(vmm_log, second_monitor_is_damage)
{
	add_monitor_info(self);
	add_monitor_info(self);
	ASSERT_EQ(0, parse(self));
	EXPECT_TRUE(self->log.damaged);
}

TEST_F(vmm_log, sample_that_cannot_be_read)
{
	add(self, WIRE_MONS, "short", 5);
	ASSERT_EQ(0, parse(self));
	EXPECT_TRUE(self->log.damaged);
	EXPECT_EQ(0, self->log.nr_samples);
}

TEST_F(vmm_log, forged_sample_of_the_guest_is_no_sample)
{
	add_guest(self, WIRE_MONS, 1, "x");
	ASSERT_EQ(0, parse(self));
	EXPECT_EQ(0, self->log.nr_samples);
	EXPECT_EQ(1, self->log.nr_frames);
}

/* One more than a VMM process writes. */
TEST_F(vmm_log, too_many_samples)
{
	size_t len, i;
	u8 *all;

	add_sample(self, 0, 1);
	len = self->len;
	all = malloc(len * (WIRE_MON_SAMPLES_MAX + 1));
	for (i = 0; i <= WIRE_MON_SAMPLES_MAX; i++)
		memcpy(all + i * len, self->buf, len);
	ASSERT_EQ(0, vmm_log_parse(&self->log, all, len * WIRE_MON_SAMPLES_MAX));
	EXPECT_FALSE(self->log.damaged);
	vmm_log_free(&self->log);
	ASSERT_EQ(0, vmm_log_parse(&self->log, all, len * (WIRE_MON_SAMPLES_MAX + 1)));
	EXPECT_TRUE(self->log.damaged);
	EXPECT_EQ(WIRE_MON_SAMPLES_MAX, self->log.nr_samples);
	free(all);
}

TEST_HARNESS_MAIN
