// SPDX-License-Identifier: GPL-2.0-only
/* The result of the guest and the report of the VMM process, on the wire. */
#include <errno.h>

#include "kselftest_harness.h"
#include "lib/util.h"
#include "lib/wire_result.h"

static const struct wire_worker_view two[] = {
	{ 101, WIRE_WORKER_COMPLETED, 5000, 900000000, 1000000000 },
	{ 102, 0, 1ull << 40, 7, 8 },
};

static const struct wire_result_view good = {
	.flags = WIRE_RESULT_ATTACHED_START | WIRE_RESULT_WORKERS_DONE,
	.nonce = 0xfeedface12345678ull,
	.stage = WIRE_STAGE_DONE,
	.error = -ENOENT,
	.nr_workers = 2,
	.sched_status = 0x8b,
	.nr_reports = 1,
	.ops = "simple",
	.reason = "because",
};

static int decode(const void *payload, size_t len)
{
	struct wire_result_view v;
	/* a copy of its own size, unaligned, so that ASan sees an overrun */
	u8 *copy = malloc(len + 1);
	int err;

	memcpy(copy + 1, payload, len);
	err = wire_result_decode(copy + 1, len, &v);
	free(copy);
	return err;
}

TEST(result_round_trip)
{
	struct wire_worker_view w;
	struct wire_result_view v;
	size_t len;
	void *buf;
	u8 *odd;

	ASSERT_EQ(wire_result_encode(&good, two, &buf, &len), 0);
	EXPECT_EQ(len, sizeof(struct wire_result) + 2 * 32);
	odd = malloc(len + 1);
	ASSERT_NE(odd, NULL);
	memcpy(odd + 1, buf, len);
	ASSERT_EQ(wire_result_decode(odd + 1, len, &v), 0);
	EXPECT_EQ(v.flags, good.flags);
	EXPECT_EQ(v.nonce, good.nonce);
	EXPECT_EQ(v.stage, WIRE_STAGE_DONE);
	EXPECT_EQ(v.error, -ENOENT);
	EXPECT_EQ(v.sched_status, 0x8b);
	EXPECT_EQ(v.nr_reports, 1);
	EXPECT_STREQ(v.ops, "simple");
	EXPECT_STREQ(v.reason, "because");
	ASSERT_EQ(v.nr_workers, 2);
	wire_result_worker(&v, 0, &w);
	EXPECT_EQ(memcmp(&w, &two[0], sizeof(w)), 0);
	wire_result_worker(&v, 1, &w);
	EXPECT_EQ(memcmp(&w, &two[1], sizeof(w)), 0);
	free(odd);
	free(buf);
}

TEST(result_layout)
{
	size_t len;
	void *buf;
	u8 *p;

	ASSERT_EQ(wire_result_encode(&good, two, &buf, &len), 0);
	p = buf;
	EXPECT_EQ(p[0], WIRE_RESULT_VERSION);
	EXPECT_EQ(p[8], 0x78);
	EXPECT_EQ(p[15], 0xfe);
	EXPECT_EQ(p[16], WIRE_STAGE_DONE);
	EXPECT_EQ(p[24], 2);
	EXPECT_EQ(p[32], 1);
	EXPECT_EQ(memcmp(p + 36, "simple\0", 7), 0);
	EXPECT_EQ(memcmp(p + 100, "because\0", 8), 0);
	EXPECT_EQ(p[356], 101);
	free(buf);
}

TEST(result_long_texts_are_cut)
{
	struct wire_result_view v = good, back;
	size_t len;
	void *buf;

	memset(v.ops, 'o', sizeof(v.ops));
	memset(v.reason, 'r', sizeof(v.reason));
	ASSERT_EQ(wire_result_encode(&v, two, &buf, &len), 0);
	ASSERT_EQ(wire_result_decode(buf, len, &back), 0);
	EXPECT_EQ(strlen(back.ops), 63);
	EXPECT_EQ(strlen(back.reason), 255);
	free(buf);
	v.nr_reports = 3;
	EXPECT_EQ(wire_result_encode(&v, two, &buf, &len), -EINVAL);
	v.nr_workers = WIRE_RESULT_WORKERS_MAX + 1;
	EXPECT_EQ(wire_result_encode(&v, two, &buf, &len), -EINVAL);
}

TEST(T1_result_length_must_fit)
{
	size_t len, n;
	void *buf;

	ASSERT_EQ(wire_result_encode(&good, two, &buf, &len), 0);
	for (n = 0; n < len; n++)
		EXPECT_EQ(decode(buf, n), -EBADMSG);
	buf = realloc(buf, len + 32);
	ASSERT_NE(buf, NULL);
	memset((u8 *)buf + len, 0, 32);
	EXPECT_EQ(decode(buf, len + 1), -EBADMSG);
	EXPECT_EQ(decode(buf, len + 32), -EBADMSG);
	EXPECT_EQ(decode(buf, len), 0);
	free(buf);
}

TEST(T2_result_values)
{
	struct wire_result *r;
	size_t len;
	void *buf;

	ASSERT_EQ(wire_result_encode(&good, two, &buf, &len), 0);
	r = buf;
	r->version = cpu_to_le32(WIRE_RESULT_VERSION + 1);
	EXPECT_EQ(decode(buf, len), -EPROTO);
	r->version = cpu_to_le32(WIRE_RESULT_VERSION);
	r->flags = cpu_to_le32(1 << 4);
	EXPECT_EQ(decode(buf, len), -EBADMSG);
	r->flags = 0;
	r->stage = cpu_to_le32(WIRE_STAGE_NR);
	EXPECT_EQ(decode(buf, len), -EBADMSG);
	r->stage = 0;
	r->error = cpu_to_le32(1);
	EXPECT_EQ(decode(buf, len), -EBADMSG);
	r->error = 0;
	/* 2 + 2^27 workers of 32 bytes wrap to the same 32-bit size */
	r->nr_workers = cpu_to_le32(2 + (1u << 27));
	EXPECT_EQ(decode(buf, len), -EBADMSG);
	r->nr_workers = cpu_to_le32(2);
	EXPECT_EQ(decode(buf, len), 0);
	r->nr_reports = cpu_to_le32(3);
	EXPECT_EQ(decode(buf, len), -EBADMSG);
	r->nr_reports = cpu_to_le32(2);
	EXPECT_EQ(decode(buf, len), 0);
	memset(r->ops, 'x', sizeof(r->ops));
	EXPECT_EQ(decode(buf, len), -EBADMSG);
	r->ops[0] = '\0';
	memset(r->reason, 'x', sizeof(r->reason));
	EXPECT_EQ(decode(buf, len), -EBADMSG);
	free(buf);
}

static void fill_report(struct vmm_report *r)
{
	u64 *p = (u64 *)((u8 *)r + offsetof(struct vmm_report, frames));
	u64 i;

	memset(r, 0, sizeof(*r));
	r->exit_reason = VMM_EXIT_TIMEOUT;
	r->kvm_exit_reason = 8;
	r->stage = WIRE_STAGE_BODY;
	r->watchdog_tier = 3;
	r->console_kind = 6;
	r->error = -EIO;
	for (i = 0; i < WIRE_VMM_REPORT_U64S; i++)
		p[i] = (i + 1) << 33 | i;
	r->contention_known = 1;
	r->kvm_stats_known = 0x81;
	memcpy(r->reason, "why", 4);
	memcpy(r->console_line, "line", 5);
}

TEST(report_round_trip)
{
	struct vmm_report in, out;
	struct wire_vmm_report w;

	fill_report(&in);
	EXPECT_EQ(in.worst_wait_ns, 25ull << 33 | 24);
	EXPECT_EQ(in.kvm_stats[VMM_KVM_HYPERCALLS], 34ull << 33 | 33);
	wire_vmm_report_encode(&in, &w);
	memset(&out, 0xff, sizeof(out));
	ASSERT_EQ(wire_vmm_report_decode(&w, sizeof(w), &out), 0);
	EXPECT_EQ(memcmp(&in, &out, sizeof(in)), 0);
}

TEST(T2_report_values)
{
	struct vmm_report in, out;
	struct wire_vmm_report w;

	fill_report(&in);
	wire_vmm_report_encode(&in, &w);
	EXPECT_EQ(wire_vmm_report_decode(&w, sizeof(w) - 1, &out), -EBADMSG);
	w.version = cpu_to_le32(9);
	EXPECT_EQ(wire_vmm_report_decode(&w, sizeof(w), &out), -EPROTO);
	in.exit_reason = 0;
	wire_vmm_report_encode(&in, &w);
	EXPECT_EQ(wire_vmm_report_decode(&w, sizeof(w), &out), -EBADMSG);
	in.exit_reason = VMM_EXIT_NR;
	wire_vmm_report_encode(&in, &w);
	EXPECT_EQ(wire_vmm_report_decode(&w, sizeof(w), &out), -EBADMSG);
	in.exit_reason = VMM_EXIT_SHUTDOWN;
	in.stage = WIRE_STAGE_NR;
	wire_vmm_report_encode(&in, &w);
	EXPECT_EQ(wire_vmm_report_decode(&w, sizeof(w), &out), -EBADMSG);
	in.stage = 0;
	in.contention_known = 2;
	wire_vmm_report_encode(&in, &w);
	EXPECT_EQ(wire_vmm_report_decode(&w, sizeof(w), &out), -EBADMSG);
	in.contention_known = 0;
	in.kvm_stats_known = 1U << VMM_KVM_STATS;
	wire_vmm_report_encode(&in, &w);
	EXPECT_EQ(wire_vmm_report_decode(&w, sizeof(w), &out), -EBADMSG);
	in.kvm_stats_known = 0;
	wire_vmm_report_encode(&in, &w);
	memset(w.reason, 'x', sizeof(w.reason));
	EXPECT_EQ(wire_vmm_report_decode(&w, sizeof(w), &out), -EBADMSG);
	wire_vmm_report_encode(&in, &w);
	memset(w.console_line, 'x', sizeof(w.console_line));
	EXPECT_EQ(wire_vmm_report_decode(&w, sizeof(w), &out), -EBADMSG);
}

TEST(exit_names)
{
	u32 i;

	EXPECT_STREQ(vmm_exit_name(0), "unknown exit");
	for (i = 1; i < VMM_EXIT_NR; i++)
		EXPECT_STRNE(vmm_exit_name(i), "unknown exit");
	EXPECT_STREQ(vmm_exit_name(VMM_EXIT_NR), "unknown exit");
}

TEST_HARNESS_MAIN
