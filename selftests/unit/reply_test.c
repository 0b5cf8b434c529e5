// SPDX-License-Identifier: GPL-2.0-only
/* Replies as the guest gets them: whole frames, or none. */
#include <errno.h>
#include <stdlib.h>

#include "host/coord/reply.h"
#include "lib/wire_ops.h"
#include "vcon_fixture.h"

#define REASON_MAX 511

struct got {
	u32 type;
	bool crc_ok;
	u8 payload[2048];
	size_t len;
	unsigned int nr;
};

static void keep(void *ctx, const struct wire_frame *f)
{
	struct got *g = ctx;

	g->type = f->type;
	g->crc_ok = f->crc_ok;
	g->len = f->len;
	if (f->len <= sizeof(g->payload))
		memcpy(g->payload, f->payload, f->len);
	g->nr++;
}

static struct wire_snrp snapshot_reply(u32 id, u32 status, const char *reason, struct got *g)
{
	u8 frame[REPLY_SNAPSHOT_LEN];
	struct wire_snrp r = {};

	memset(g, 0, sizeof(*g));
	memset(frame, 0xee, sizeof(frame));
	reply_frame_snapshot(frame, id, status, reason);
	if (!wire_parse(frame, sizeof(frame), keep, g) && g->len == sizeof(r))
		memcpy(&r, g->payload, sizeof(r));
	return r;
}

TEST(snapshot_reply_round_trip)
{
	struct got g;
	struct wire_snrp r = snapshot_reply(0x01020304, WIRE_SNAP_ERR, "no such symbol", &g);

	EXPECT_EQ(g.nr, 1);
	EXPECT_EQ(g.type, WIRE_SNRP);
	EXPECT_TRUE(g.crc_ok);
	EXPECT_EQ(g.len, 520);
	EXPECT_EQ(le32_to_cpu(r.id), 0x01020304);
	EXPECT_EQ(le32_to_cpu(r.status), WIRE_SNAP_ERR);
	EXPECT_STREQ(r.reason, "no such symbol");
}

TEST(snapshot_reply_layout)
{
	u8 frame[REPLY_SNAPSHOT_LEN];

	EXPECT_EQ(sizeof(frame), 536);
	reply_frame_snapshot(frame, 0x0a0b0c0d, 1, "r");
	EXPECT_EQ(memcmp(frame, "PRNS", 4), 0);
	EXPECT_EQ(memcmp(frame + 4, "\x08\x02\0\0", 4), 0);
	/* the pad */
	EXPECT_EQ(memcmp(frame + 12, "\0\0\0\0", 4), 0);
	EXPECT_EQ(memcmp(frame + 16, "\x0d\x0c\x0b\x0a\x01\0\0\0r\0", 10), 0);
}

TEST(snapshot_reply_status_values)
{
	struct got g;
	struct wire_snrp r;

	r = snapshot_reply(1, WIRE_SNAP_OK, "", &g);
	EXPECT_EQ(le32_to_cpu(r.status), 1);
	r = snapshot_reply(1, WIRE_SNAP_ERR, "", &g);
	EXPECT_EQ(le32_to_cpu(r.status), 2);
}

TEST(snapshot_reply_without_a_reason)
{
	static const char zero[512];
	struct got g;
	struct wire_snrp r;

	r = snapshot_reply(1, WIRE_SNAP_OK, "", &g);
	EXPECT_EQ(memcmp(r.reason, zero, 512), 0);
	r = snapshot_reply(1, WIRE_SNAP_OK, NULL, &g);
	EXPECT_EQ(memcmp(r.reason, zero, 512), 0);
	EXPECT_TRUE(g.crc_ok);
}

TEST(snapshot_reply_truncates_the_reason)
{
	char reason[2000];
	struct wire_snrp r;
	struct got g;
	size_t len;

	for (len = REASON_MAX - 1; len <= REASON_MAX + 2; len++) {
		memset(reason, 'r', sizeof(reason));
		reason[len] = '\0';
		r = snapshot_reply(9, WIRE_SNAP_ERR, reason, &g);
		EXPECT_EQ(strnlen(r.reason, 512), len < REASON_MAX ? len : REASON_MAX);
		EXPECT_EQ(g.len, 520);
		EXPECT_TRUE(g.crc_ok);
	}
	memset(reason, 'r', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	r = snapshot_reply(9, WIRE_SNAP_ERR, reason, &g);
	EXPECT_EQ(r.reason[REASON_MAX], '\0');
}

TEST(snapshot_reply_leaves_nothing_behind_a_short_reason)
{
	struct wire_snrp r;
	struct got g;
	int i;

	r = snapshot_reply(9, WIRE_SNAP_ERR, "short", &g);
	for (i = 5; i < 512; i++)
		EXPECT_EQ(r.reason[i], 0);
}

TEST(snapshot_reply_crc_covers_the_payload_alone)
{
	u8 frame[REPLY_SNAPSHOT_LEN];
	struct wire_hdr hdr;
	struct got g = {};

	reply_frame_snapshot(frame, 5, WIRE_SNAP_OK, "fine");
	memcpy(&hdr, frame, sizeof(hdr));
	EXPECT_EQ(le32_to_cpu(hdr.crc), wire_crc(frame + 16, 520));
	frame[16 + 100] ^= 1;
	EXPECT_EQ(wire_parse(frame, sizeof(frame), keep, &g), 0);
	EXPECT_FALSE(g.crc_ok);
}

TEST(kernel_op_reply_round_trip)
{
	struct got g = {};
	size_t len;
	u8 *frame;

	ASSERT_EQ(reply_frame_kernel_op("payload", 7, &frame, &len), 0);
	EXPECT_EQ(len, 23);
	EXPECT_EQ(wire_parse(frame, len, keep, &g), 0);
	EXPECT_EQ(g.type, WIRE_KORP);
	EXPECT_TRUE(g.crc_ok);
	EXPECT_EQ(g.len, 7);
	EXPECT_EQ(memcmp(g.payload, "payload", 7), 0);
	free(frame);
}

TEST(kernel_op_reply_limits)
{
	u8 *big = calloc(1, WIRE_KORP_MAX + 1), *frame;
	struct got g = {};
	size_t len;

	ASSERT_NE(NULL, big);
	EXPECT_EQ(reply_frame_kernel_op(big, WIRE_KORP_MAX + 1, &frame, &len), -EMSGSIZE);
	ASSERT_EQ(reply_frame_kernel_op(big, WIRE_KORP_MAX, &frame, &len), 0);
	EXPECT_EQ(wire_parse(frame, len, keep, &g), 0);
	EXPECT_TRUE(g.crc_ok);
	EXPECT_EQ(g.len, WIRE_KORP_MAX);
	free(frame);
	ASSERT_EQ(reply_frame_kernel_op(NULL, 0, &frame, &len), 0);
	EXPECT_EQ(len, WIRE_HDR_SIZE);
	free(frame);
	free(big);
}

/* Everything the guest finds in its buffers of the bulk port. */
static void read_all(struct vd *vd, struct wire_assembler *a, struct got *g)
{
	const u8 *p;
	u32 len;

	while ((p = vd_read(vd, RX(BULK), &len)))
		wire_asm_feed(a, p, len, keep, g);
}

TEST_F(con, a_reply_arrives_whole)
{
	struct wire_assembler a;
	struct reply_stats st = {};
	struct got g = {};
	int i;

	OPEN(BULK);
	DRAIN();
	for (i = 0; i < 8; i++)
		vd_offer(&self->vd, RX(BULK), 100);
	EXPECT_EQ(reply_snapshot(self->vc, 7, WIRE_SNAP_ERR, "why", &st), 0);
	wire_asm_init(&a, WIRE_FRAME_MAX);
	read_all(&self->vd, &a, &g);
	EXPECT_EQ(g.nr, 1);
	EXPECT_EQ(g.type, WIRE_SNRP);
	EXPECT_TRUE(g.crc_ok);
	EXPECT_EQ(wire_asm_residual(&a), 0);
	EXPECT_EQ(st.sent, 1);
	EXPECT_EQ(st.dropped, 0);
	wire_asm_free(&a);
}

TEST_F(con, a_guest_that_does_not_read_loses_whole_replies)
{
	const u64 room = VIRTIO_CONSOLE_PENDING_MAX / REPLY_SNAPSHOT_LEN;
	struct reply_stats st = {};
	u64 i;

	OPEN(BULK);
	DRAIN();
	for (i = 0; i < room; i++)
		ASSERT_EQ(reply_snapshot(self->vc, i + 1, WIRE_SNAP_OK, "", &st), 0);
	for (i = 0; i < 10; i++)
		EXPECT_EQ(reply_snapshot(self->vc, 1, WIRE_SNAP_OK, "", &st), -ENOBUFS);
	EXPECT_EQ(st.sent, room);
	EXPECT_EQ(st.dropped, 10);
	GET_STATS();
	EXPECT_EQ(self->st.rx_pending[BULK], room * REPLY_SNAPSHOT_LEN);
	EXPECT_EQ(self->st.rx_refused[BULK], 10);
}

TEST_F(con, what_was_not_dropped_is_not_torn)
{
	struct wire_assembler a;
	struct reply_stats st = {};
	struct got g = {};
	u8 *big = calloc(1, WIRE_KORP_MAX);
	int i;

	ASSERT_NE(NULL, big);
	OPEN(BULK);
	DRAIN();
	/* big ones until one is refused, then a small one that still fits */
	while (!reply_kernel_op(self->vc, big, WIRE_KORP_MAX, &st))
		;
	EXPECT_EQ(st.dropped, 1);
	EXPECT_EQ(reply_snapshot(self->vc, 3, WIRE_SNAP_OK, "", &st), 0);
	wire_asm_init(&a, WIRE_FRAME_MAX);
	for (i = 0; i < 2000 && g.nr < st.sent; i++) {
		vd_offer(&self->vd, RX(BULK), VD_BUF);
		DRAIN();
		read_all(&self->vd, &a, &g);
	}
	EXPECT_EQ(g.nr, st.sent);
	EXPECT_EQ(g.type, WIRE_SNRP);
	EXPECT_EQ(a.n.crc_errors, 0);
	EXPECT_EQ(a.n.resyncs, 0);
	EXPECT_EQ(wire_asm_residual(&a), 0);
	wire_asm_free(&a);
	free(big);
}

TEST_F(con, an_overlong_kernel_op_reply_is_counted)
{
	u8 *big = calloc(1, WIRE_KORP_MAX + 1);
	struct reply_stats st = {};

	ASSERT_NE(NULL, big);
	EXPECT_EQ(reply_kernel_op(self->vc, big, WIRE_KORP_MAX + 1, &st), -EMSGSIZE);
	EXPECT_EQ(st.sent, 0);
	EXPECT_EQ(st.dropped, 1);
	free(big);
}

TEST_HARNESS_MAIN
