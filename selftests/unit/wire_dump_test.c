// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots and outcomes of requests between VMM process and supervisor. */
#include <errno.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "lib/util.h"
#include "lib/wire_dump.h"

static const struct dump_view full = {
	.kind = WIRE_DUMP_WATCH,
	.frozen = 3,
	.vcpus = 4,
	.slots = 0x5,
	.vcpu = 2,
	.exit_kind = 1026,
	.kva = 0xffffffff82003004,
	.old_value = 0x1111111111111111,
	.new_value = 0x2222222222222222,
	.writes = 17,
	.ip = 0xffffffff81234567,
	.t_ns = 5000000000,
	.latch_to_frozen_ns = 1001,
	.frozen_to_captured_ns = 1002,
	.frozen_ns = 1003,
	.elapsed_ns = 850000000,
	.boundary_ns = 849000000,
	.tag = "scx_watchdog_timestamp",
	.schema = "single",
	.ip_symbol = "scx_exit+0x1f",
	.exit_msg = "runnable task stall",
	.json = "{\"a\":1}",
	.json_len = 7,
};

static const struct op_view op = {
	.op = WIRE_OP_WATCH_END,
	.id = 6,
	.status = WIRE_SNAP_ERR,
	.writes = 123456,
	.t_ns = 99,
	.tag = "jiffies_64",
	.reason = "written too often",
	.data = "xyz",
	.data_len = 3,
};

TEST(snapshot_round_trip)
{
	struct dump_view v;
	size_t len;
	void *buf;

	ASSERT_EQ(wire_dump_encode(&full, &buf, &len), 0);
	ASSERT_EQ(len, sizeof(struct wire_dump) + 7);
	ASSERT_EQ(wire_dump_decode(buf, len, &v), 0);
	EXPECT_EQ(v.kind, full.kind);
	EXPECT_EQ(v.frozen, 3);
	EXPECT_EQ(v.vcpus, 4);
	EXPECT_EQ(v.slots, 5);
	EXPECT_EQ(v.vcpu, 2);
	EXPECT_EQ(v.exit_kind, 1026);
	EXPECT_EQ(v.kva, full.kva);
	EXPECT_EQ(v.old_value, full.old_value);
	EXPECT_EQ(v.new_value, full.new_value);
	EXPECT_EQ(v.writes, 17);
	EXPECT_EQ(v.ip, full.ip);
	EXPECT_EQ(v.t_ns, full.t_ns);
	EXPECT_EQ(v.latch_to_frozen_ns, 1001);
	EXPECT_EQ(v.frozen_to_captured_ns, 1002);
	EXPECT_EQ(v.frozen_ns, 1003);
	EXPECT_EQ(v.elapsed_ns, 850000000);
	EXPECT_EQ(v.boundary_ns, 849000000);
	EXPECT_STREQ(v.tag, full.tag);
	EXPECT_STREQ(v.schema, full.schema);
	EXPECT_STREQ(v.ip_symbol, full.ip_symbol);
	EXPECT_STREQ(v.exit_msg, full.exit_msg);
	ASSERT_EQ(v.json_len, 7);
	EXPECT_EQ(memcmp(v.json, full.json, 7), 0);
	free(buf);
}

/* The order of the numbers is the wire's, whatever a compiler does. */
TEST(snapshot_numbers_have_their_place)
{
	struct wire_dump w;
	size_t len;
	void *buf;

	ASSERT_EQ(wire_dump_encode(&full, &buf, &len), 0);
	memcpy(&w, buf, sizeof(w));
	EXPECT_EQ(le32_to_cpu(w.u32s[0]), full.kind);
	EXPECT_EQ(le32_to_cpu(w.u32s[5]), full.exit_kind);
	EXPECT_EQ(le64_to_cpu(w.u64s[0]), full.kva);
	EXPECT_EQ(le64_to_cpu(w.u64s[4]), full.ip);
	EXPECT_EQ(le64_to_cpu(w.u64s[8]), full.frozen_ns);
	EXPECT_EQ(le64_to_cpu(w.u64s[10]), full.boundary_ns);
	free(buf);
}

TEST(snapshot_without_text_and_texts_without_nul)
{
	struct dump_view in = { .kind = WIRE_DUMP_FAILURE }, v;
	size_t len;
	void *buf;

	ASSERT_EQ(wire_dump_encode(&in, &buf, &len), 0);
	ASSERT_EQ(wire_dump_decode(buf, len, &v), 0);
	EXPECT_EQ(v.json_len, 0);
	free(buf);
	memset(in.tag, 't', sizeof(in.tag));
	memset(in.exit_msg, 'm', sizeof(in.exit_msg));
	ASSERT_EQ(wire_dump_encode(&in, &buf, &len), 0);
	ASSERT_EQ(wire_dump_decode(buf, len, &v), 0);
	EXPECT_EQ(strlen(v.tag), sizeof(v.tag) - 1);
	EXPECT_EQ(strlen(v.exit_msg), sizeof(v.exit_msg) - 1);
	free(buf);
}

TEST(snapshot_text_is_bounded)
{
	struct dump_view in = full;
	struct dump_view v;
	size_t len;
	char *big;
	void *buf;

	big = malloc(WIRE_DUMP_JSON_MAX + 1);
	ASSERT_NE(big, NULL);
	memset(big, ' ', WIRE_DUMP_JSON_MAX + 1);
	in.json = big;
	in.json_len = WIRE_DUMP_JSON_MAX + 1;
	EXPECT_EQ(wire_dump_encode(&in, &buf, &len), -E2BIG);
	in.json_len--;
	ASSERT_EQ(wire_dump_encode(&in, &buf, &len), 0);
	EXPECT_EQ(wire_dump_decode(buf, len, &v), 0);
	free(buf);
	free(big);
}

TEST(snapshot_refusals)
{
	struct wire_dump *w;
	struct dump_view v;
	size_t len, cut;
	void *buf;

	ASSERT_EQ(wire_dump_encode(&full, &buf, &len), 0);
	for (cut = 0; cut < len; cut++)
		EXPECT_EQ(wire_dump_decode(buf, cut, &v), -EBADMSG);
	w = buf;
	w->version = cpu_to_le32(WIRE_DUMP_VERSION + 1);
	EXPECT_EQ(wire_dump_decode(buf, len, &v), -EPROTO);
	w->version = cpu_to_le32(WIRE_DUMP_VERSION);
	w->u32s[0] = 0;
	EXPECT_EQ(wire_dump_decode(buf, len, &v), -EBADMSG);
	w->u32s[0] = cpu_to_le32(WIRE_DUMP_NR);
	EXPECT_EQ(wire_dump_decode(buf, len, &v), -EBADMSG);
	w->u32s[0] = cpu_to_le32(WIRE_DUMP_EARLY);
	w->json_len = cpu_to_le32(8);
	EXPECT_EQ(wire_dump_decode(buf, len, &v), -EBADMSG);
	w->json_len = cpu_to_le32(7);
	memset(w->schema, 's', sizeof(w->schema));
	EXPECT_EQ(wire_dump_decode(buf, len, &v), -EBADMSG);
	w->schema[15] = '\0';
	EXPECT_EQ(wire_dump_decode(buf, len, &v), 0);
	free(buf);
}

TEST(outcome_round_trip)
{
	struct op_view v;
	size_t len;
	void *buf;

	ASSERT_EQ(wire_oprs_encode(&op, &buf, &len), 0);
	ASSERT_EQ(wire_oprs_decode(buf, len, &v), 0);
	EXPECT_EQ(v.op, WIRE_OP_WATCH_END);
	EXPECT_EQ(v.id, 6);
	EXPECT_EQ(v.status, WIRE_SNAP_ERR);
	EXPECT_EQ(v.writes, 123456);
	EXPECT_EQ(v.t_ns, 99);
	EXPECT_STREQ(v.tag, "jiffies_64");
	EXPECT_STREQ(v.reason, "written too often");
	ASSERT_EQ(v.data_len, 3);
	EXPECT_EQ(memcmp(v.data, "xyz", 3), 0);
	free(buf);
}

TEST(outcome_refusals)
{
	struct wire_oprs *w;
	struct op_view v;
	size_t len, cut;
	void *buf;

	ASSERT_EQ(wire_oprs_encode(&op, &buf, &len), 0);
	for (cut = 0; cut < sizeof(struct wire_oprs); cut++)
		EXPECT_EQ(wire_oprs_decode(buf, cut, &v), -EBADMSG);
	w = buf;
	w->version = cpu_to_le32(0);
	EXPECT_EQ(wire_oprs_decode(buf, len, &v), -EPROTO);
	w->version = cpu_to_le32(WIRE_DUMP_VERSION);
	w->op = cpu_to_le32(WIRE_OP_NR);
	EXPECT_EQ(wire_oprs_decode(buf, len, &v), -EBADMSG);
	w->op = cpu_to_le32(WIRE_OP_CAPTURE);
	w->status = 0;
	EXPECT_EQ(wire_oprs_decode(buf, len, &v), -EBADMSG);
	w->status = cpu_to_le32(WIRE_SNAP_OK);
	memset(w->reason, 'r', sizeof(w->reason));
	EXPECT_EQ(wire_oprs_decode(buf, len, &v), -EBADMSG);
	free(buf);
}

TEST(kind_names)
{
	u32 i;

	for (i = 1; i < WIRE_DUMP_NR; i++)
		EXPECT_STRNE(wire_dump_kind_name(i), "unknown");
	EXPECT_STREQ(wire_dump_kind_name(0), "unknown");
	EXPECT_STREQ(wire_dump_kind_name(WIRE_DUMP_NR), "unknown");
	EXPECT_STREQ(wire_dump_kind_name(0xffffffff), "unknown");
}

TEST_HARNESS_MAIN
