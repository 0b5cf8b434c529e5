// SPDX-License-Identifier: GPL-2.0-only
/* Frames about programs that run in the guest. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/util.h"
#include "lib/wire_output.h"

static const u8 start[] = "\5\0\0\0\1\0\0\0name";
static const u8 data[] = "\5\0\0\0\2\0\0\0bytes";

static int decode(const u8 *payload, size_t len, struct rout_view *v)
{
	/* exactly as long as it is, so that ASan sees a read behind it */
	u8 *copy = malloc(len ?: 1);
	int ret;

	if (!copy)
		abort();
	memcpy(copy, payload, len);
	ret = wire_rout_decode(copy, len, v);
	free(copy);
	return ret;
}

TEST(start_and_data)
{
	struct rout_view v;

	ASSERT_EQ(wire_rout_decode(start, sizeof(start) - 1, &v), 0);
	EXPECT_EQ(v.id, 5);
	EXPECT_EQ(v.kind, WIRE_ROUT_START);
	ASSERT_EQ(v.len, 4);
	EXPECT_EQ(memcmp(v.data, "name", 4), 0);
	ASSERT_EQ(wire_rout_decode(data, sizeof(data) - 1, &v), 0);
	EXPECT_EQ(v.kind, WIRE_ROUT_DATA);
	EXPECT_EQ(v.len, 5);
}

TEST(refused)
{
	u8 buf[sizeof(struct wire_rout) + WIRE_OUTPUT_TAG_MAX + 1];
	struct rout_view v;
	size_t i;

	for (i = 0; i <= 8; i++)
		EXPECT_EQ(decode(start, i, &v), -EBADMSG);
	EXPECT_EQ(decode(data, 8, &v), -EBADMSG);
	memcpy(buf, start, 8);
	memset(buf + 8, 'x', sizeof(buf) - 8);
	EXPECT_EQ(decode(buf, sizeof(buf), &v), -EBADMSG);
	EXPECT_EQ(decode(buf, sizeof(buf) - 1, &v), 0);
	buf[0] = 0;
	EXPECT_EQ(decode(buf, 12, &v), -EBADMSG);
	buf[0] = 1;
	buf[4] = 4;
	EXPECT_EQ(decode(buf, 12, &v), -EBADMSG);
	buf[4] = 0;
	EXPECT_EQ(decode(buf, 12, &v), -EBADMSG);
}

TEST(a_piece_has_a_bound)
{
	size_t len = sizeof(struct wire_rout) + WIRE_OUTPUT_PIECE_MAX;
	u8 *buf = calloc(1, len + 1);
	struct rout_view v;

	ASSERT_NE(buf, NULL);
	memcpy(buf, data, 8);
	EXPECT_EQ(wire_rout_decode(buf, len, &v), 0);
	EXPECT_EQ(wire_rout_decode(buf, len + 1, &v), -EBADMSG);
	free(buf);
}

struct end {
	u8 payload[1024];
	size_t len;
};

static void take(void *ctx, const struct wire_frame *f)
{
	struct end *e = ctx;

	if (f->type != WIRE_ROUT || !f->crc_ok || f->len > sizeof(e->payload))
		abort();
	memcpy(e->payload, f->payload, f->len);
	e->len = f->len;
}

/* What an end looks like on the wire. */
static void send_end(const struct rout_view *v, struct end *e)
{
	struct wire_writer w;
	u8 buf[2048];
	ssize_t n;
	int fds[2];

	if (pipe(fds))
		abort();
	wire_writer_init(&w, fds[1]);
	if (wire_rout_send_end(&w, v))
		abort();
	n = read(fds[0], buf, sizeof(buf));
	if (n <= 0 || wire_parse(buf, n, take, e))
		abort();
	wire_writer_free(&w);
	close(fds[0]);
	close(fds[1]);
}

TEST(an_end_comes_back)
{
	struct rout_view in = {
		.id = 7,
		.data = "died",
		.len = 4,
		.end = WIRE_RUN_SIGNALED,
		.code = 11,
		.bytes = 1ULL << 40,
		.elapsed_ns = 123456789,
	};
	struct rout_view v;
	struct end e;
	size_t i;

	send_end(&in, &e);
	ASSERT_EQ(wire_rout_decode(e.payload, e.len, &v), 0);
	EXPECT_EQ(v.id, 7);
	EXPECT_EQ(v.kind, WIRE_ROUT_END);
	EXPECT_EQ(v.end, WIRE_RUN_SIGNALED);
	EXPECT_EQ(v.code, 11);
	EXPECT_EQ(v.bytes, 1ULL << 40);
	EXPECT_EQ(v.elapsed_ns, 123456789);
	ASSERT_EQ(v.len, 4);
	EXPECT_EQ(memcmp(v.data, "died", 4), 0);
	for (i = 0; i < e.len - 4; i++)
		EXPECT_EQ(decode(e.payload, i, &v), -EBADMSG);
	in.end = WIRE_RUN_NR;
	send_end(&in, &e);
	EXPECT_EQ(decode(e.payload, e.len, &v), -EBADMSG);
}

TEST(a_long_reason_is_cut)
{
	char reason[WIRE_OUTPUT_REASON_MAX + 100];
	struct rout_view in = {
		.id = 1, .end = WIRE_RUN_EXITED, .data = reason, .len = sizeof(reason)
	};
	struct rout_view v;
	struct end e;

	memset(reason, 'r', sizeof(reason));
	send_end(&in, &e);
	ASSERT_EQ(wire_rout_decode(e.payload, e.len, &v), 0);
	EXPECT_EQ(v.len, WIRE_OUTPUT_REASON_MAX);
	EXPECT_EQ(decode(e.payload, e.len + 1, &v), -EBADMSG);
}

TEST(names)
{
	u32 i;

	for (i = 1; i < WIRE_RUN_NR; i++)
		EXPECT_STRNE(wire_run_end_name(i), "unknown");
	EXPECT_STREQ(wire_run_end_name(0), "unknown");
	EXPECT_STREQ(wire_run_end_name(WIRE_RUN_NR), "unknown");
}

TEST_HARNESS_MAIN
