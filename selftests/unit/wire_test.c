// SPDX-License-Identifier: GPL-2.0-only
/* The frame format: header, writer, assembler. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/util.h"
#include "lib/wire.h"
#include "lib/wire_ops.h"

/* What a stream of frames amounts to, without keeping the payloads. */
struct record {
	size_t nr;
	size_t bad;
	size_t bytes;
	u32 digest;
	u32 last_type;
	bool last_ok;
	size_t last_len;
};

static void record_frame(void *ctx, const struct wire_frame *f)
{
	u32 words[3] = { f->type, f->crc_ok, f->len };
	struct record *r = ctx;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		r->digest = r->digest * 31 + words[i];
	r->digest = r->digest * 31 + wire_crc(f->payload, f->len);
	r->nr++;
	r->bad += !f->crc_ok;
	r->bytes += f->len;
	r->last_type = f->type;
	r->last_ok = f->crc_ok;
	r->last_len = f->len;
}

static size_t put(u8 *p, u32 type, const void *payload, size_t len)
{
	struct wire_hdr h;

	wire_hdr_init(&h, type, payload, len);
	memcpy(p, &h, sizeof(h));
	if (len)
		memcpy(p + sizeof(h), payload, len);
	return sizeof(h) + len;
}

static size_t put_hdr(u8 *p, u32 type, u32 len, u32 crc, u32 pad)
{
	struct wire_hdr h = {
		.type = cpu_to_le32(type),
		.len = cpu_to_le32(len),
		.crc = cpu_to_le32(crc),
		.pad = cpu_to_le32(pad),
	};

	memcpy(p, &h, sizeof(h));
	return sizeof(h);
}

static u32 next_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

TEST(tag_bytes_on_the_wire)
{
	u8 buf[32];
	char name[5];

	EXPECT_EQ(WIRE_EXIT, 0x45584954u);
	EXPECT_EQ(WIRE_SNRQ, 0x534e5251u);
	EXPECT_EQ(WIRE_KADR, 0x4b414452u);
	EXPECT_EQ(WIRE_SCPP, 0x53435050u);
	EXPECT_EQ(put(buf, WIRE_EXIT, "\0\0\0\0", 4), 20);
	EXPECT_EQ(memcmp(buf, "TIXE\4\0\0\0\x1c\xdf\x44\x21\0\0\0\0", 16), 0);
	EXPECT_STREQ(wire_tag_name(WIRE_SCST, name), "SCST");
	EXPECT_STREQ(wire_tag_name(0x41000a42, name), "A??B");
}

TEST(crc_is_ieee)
{
	EXPECT_EQ(wire_crc("123456789", 9), 0xcbf43926u);
	EXPECT_EQ(wire_crc(NULL, 0), 0u);
}

TEST(classes)
{
	static const u32 coord[] = {
		WIRE_SRDY, WIRE_KADR, WIRE_SNRQ, WIRE_SNRP, WIRE_KORQ,
		WIRE_KORP, WIRE_SSWN, WIRE_OBSQ, WIRE_VMCI,
	};
	static const u32 host[] = {
		WIRE_HFIL, WIRE_HSAV, WIRE_INSQ, WIRE_INSA, WIRE_HSIG, WIRE_VMMR,
		WIRE_GFRM, WIRE_CONS, WIRE_COM2, WIRE_DUMP, WIRE_OPRS,
	};
	static const u32 verdict[] = {
		WIRE_STIM, WIRE_STEN, WIRE_SCST, WIRE_SCPP, WIRE_SCRR, WIRE_SCEN, WIRE_EXIT,
		WIRE_TEST, WIRE_SCDX, WIRE_CRSH, WIRE_PMET, WIRE_RAWO, WIRE_PRAW, WIRE_WPRF,
		WIRE_WPRC, WIRE_SOUT, WIRE_SERR, WIRE_SCLG, WIRE_LIFE, WIRE_EXCX, WIRE_DMSG,
		WIRE_PROB, WIRE_TIMC, WIRE_ROUT, WIRE_WREP,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(coord); i++)
		EXPECT_EQ(wire_class(coord[i]), WIRE_CLASS_COORD);
	for (i = 0; i < ARRAY_SIZE(host); i++)
		EXPECT_EQ(wire_class(host[i]), WIRE_CLASS_HOST);
	for (i = 0; i < ARRAY_SIZE(verdict); i++)
		EXPECT_EQ(wire_class(verdict[i]), WIRE_CLASS_VERDICT);
	EXPECT_EQ(wire_class(0), WIRE_CLASS_UNKNOWN);
	EXPECT_EQ(wire_class(WIRE_EXIT + 1), WIRE_CLASS_UNKNOWN);
}

TEST(stage_names)
{
	u32 i;

	for (i = 0; i < WIRE_STAGE_NR; i++)
		EXPECT_STRNE(wire_stage_name(i), "unknown");
	EXPECT_STREQ(wire_stage_name(WIRE_STAGE_NR), "unknown");
}

TEST(send_small_and_large_through_a_pipe)
{
	size_t len = 300000, got = 0, total;
	struct wire_assembler a;
	struct record r = {};
	u8 chunk[777];
	int fds[2];
	u8 *big;
	pid_t pid;

	ASSERT_EQ(pipe(fds), 0);
	big = malloc(len);
	ASSERT_NE(big, NULL);
	memset(big, 0x5a, len);
	total = 16 + 3 + 16 + len + 16;
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		/* non-blocking: the pipe fills up and the call has to wait */
		fcntl(fds[1], F_SETFL, O_NONBLOCK);
		_exit(wire_send(fds[1], WIRE_SOUT, "abc", 3) ||
		      wire_send(fds[1], WIRE_SERR, big, len) ||
		      wire_send(fds[1], WIRE_SRDY, NULL, 0));
	}
	close(fds[1]);
	wire_asm_init(&a, WIRE_FRAME_MAX);
	while (got < total) {
		ssize_t n = read(fds[0], chunk, sizeof(chunk));

		ASSERT_GT(n, 0);
		got += n;
		EXPECT_EQ(wire_asm_feed(&a, chunk, n, record_frame, &r), 0);
	}
	EXPECT_EQ(r.nr, 3);
	EXPECT_EQ(r.bad, 0);
	EXPECT_EQ(r.bytes, len + 3);
	EXPECT_EQ(r.last_type, WIRE_SRDY);
	EXPECT_EQ(wire_asm_residual(&a), 0);
	wire_asm_free(&a);
	free(big);
	close(fds[0]);
}

TEST(send_refuses_too_much)
{
	u8 byte = 0;

	EXPECT_EQ(wire_send(-1, WIRE_SOUT, &byte, WIRE_FRAME_MAX + 1), -EMSGSIZE);
	EXPECT_EQ(wire_send(-1, WIRE_SOUT, &byte, 1), -EBADF);
}

TEST(T5_writer_stays_silent_after_a_torn_frame)
{
	struct wire_writer w;
	char buf[64];
	int fds[2];

	ASSERT_EQ(pipe(fds), 0);
	wire_writer_init(&w, -1);
	EXPECT_EQ(wire_writer_send(&w, WIRE_SOUT, "x", 1), -EBADF);
	w.fd = fds[1];
	EXPECT_EQ(wire_writer_send(&w, WIRE_SOUT, "x", 1), -EBADF);
	close(fds[1]);
	EXPECT_EQ(read(fds[0], buf, sizeof(buf)), 0);
	EXPECT_EQ(w.frames, 0);
	wire_writer_free(&w);
	wire_writer_free(NULL);
	close(fds[0]);
}

struct writer_arg {
	struct wire_writer *w;
	u8 fill;
};

static void *write_many(void *ctx)
{
	struct writer_arg *arg = ctx;
	u8 payload[5000];
	int i;

	memset(payload, arg->fill, sizeof(payload));
	for (i = 0; i < 200; i++)
		if (wire_writer_send(arg->w, WIRE_SOUT, payload, sizeof(payload)))
			break;
	return NULL;
}

TEST(T5_threads_share_a_writer)
{
	struct writer_arg args[4];
	struct wire_assembler a;
	struct record r = {};
	struct wire_writer w;
	pthread_t threads[4];
	u8 chunk[4096];
	int fds[2], i;
	ssize_t n;

	ASSERT_EQ(pipe(fds), 0);
	wire_writer_init(&w, fds[1]);
	for (i = 0; i < 4; i++) {
		args[i].w = &w;
		args[i].fill = i;
		ASSERT_EQ(pthread_create(&threads[i], NULL, write_many, &args[i]), 0);
	}
	wire_asm_init(&a, WIRE_FRAME_MAX);
	while (r.nr < 800) {
		n = read(fds[0], chunk, sizeof(chunk));
		ASSERT_GT(n, 0);
		wire_asm_feed(&a, chunk, n, record_frame, &r);
	}
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(r.bad, 0);
	EXPECT_EQ(w.frames, 800);
	EXPECT_EQ(wire_asm_residual(&a), 0);
	wire_asm_free(&a);
	wire_writer_free(&w);
	close(fds[0]);
	close(fds[1]);
}

TEST(T1_header_cut_at_each_byte)
{
	u8 stream[128];
	size_t len = 0, cut;

	len += put(stream + len, WIRE_SRDY, NULL, 0);
	len += put(stream + len, WIRE_EXIT, "\1\0\0\0", 4);
	len += put(stream + len, WIRE_SCST, NULL, 0);
	for (cut = 0; cut <= len; cut++) {
		struct wire_assembler a;
		struct record r = {};

		wire_asm_init(&a, WIRE_FRAME_MAX);
		EXPECT_EQ(wire_asm_feed(&a, stream, cut, record_frame, &r), 0);
		EXPECT_EQ(wire_asm_feed(&a, stream + cut, len - cut, record_frame, &r), 0);
		EXPECT_EQ(r.nr, 3);
		EXPECT_EQ(r.bad, 0);
		EXPECT_EQ(a.n.dropped_bytes, 0);
		wire_asm_free(&a);
	}
}

TEST(T1_torn_at_the_end_is_residual)
{
	struct wire_assembler a;
	struct record r = {};
	u8 stream[64];
	size_t len;

	len = put(stream, WIRE_EXIT, "\1\0\0\0", 4);
	wire_asm_init(&a, WIRE_FRAME_MAX);
	wire_asm_feed(&a, stream, len - 1, record_frame, &r);
	EXPECT_EQ(r.nr, 0);
	EXPECT_EQ(wire_asm_residual(&a), len - 1);
	wire_asm_free(&a);
	wire_asm_free(NULL);
}

TEST(T1_no_memory_by_claimed_length)
{
	struct wire_assembler a;
	struct record r = {};
	u8 hdr[16];

	put_hdr(hdr, WIRE_SOUT, WIRE_FRAME_MAX, 0, 0);
	wire_asm_init(&a, WIRE_FRAME_MAX);
	EXPECT_EQ(wire_asm_feed(&a, hdr, 16, record_frame, &r), 0);
	EXPECT_LE(a.room, 8192);
	EXPECT_EQ(wire_asm_residual(&a), 16);
	wire_asm_free(&a);
}

TEST(T1_frame_at_the_cap_is_taken)
{
	struct wire_assembler a;
	struct record r = {};
	u8 *p = calloc(1, WIRE_FRAME_MAX);
	u8 hdr[16];

	ASSERT_NE(p, NULL);
	put_hdr(hdr, WIRE_SOUT, WIRE_FRAME_MAX, wire_crc(p, WIRE_FRAME_MAX), 0);
	wire_asm_init(&a, WIRE_FRAME_MAX);
	wire_asm_feed(&a, hdr, 16, record_frame, &r);
	wire_asm_feed(&a, p, WIRE_FRAME_MAX, record_frame, &r);
	EXPECT_EQ(r.nr, 1);
	EXPECT_TRUE(r.last_ok);
	EXPECT_EQ(r.last_len, WIRE_FRAME_MAX);
	EXPECT_EQ(a.n.oversize, 0);
	wire_asm_free(&a);
	free(p);
}

TEST(T1_one_byte_over_the_cap_is_passed_over)
{
	size_t total = 16 + WIRE_FRAME_MAX + 1;
	struct wire_assembler a;
	struct record r = {};
	u8 *p = calloc(1, total);
	u8 after[32];
	size_t len;

	ASSERT_NE(p, NULL);
	put_hdr(p, WIRE_SOUT, WIRE_FRAME_MAX + 1, 0, 0);
	len = put(after, WIRE_EXIT, "\0\0\0\0", 4);
	wire_asm_init(&a, WIRE_FRAME_MAX);
	/* dropped only when the whole of it has arrived */
	wire_asm_feed(&a, p, total - 1, record_frame, &r);
	EXPECT_EQ(a.n.oversize, 1);
	EXPECT_EQ(a.n.resyncs, 0);
	EXPECT_EQ(wire_asm_residual(&a), total - 1);
	EXPECT_LE(a.room, 256 << 10);
	wire_asm_feed(&a, p + total - 1, 1, record_frame, &r);
	EXPECT_EQ(a.n.resyncs, 1);
	EXPECT_EQ(a.n.dropped_bytes, total);
	wire_asm_feed(&a, after, len, record_frame, &r);
	EXPECT_EQ(r.nr, 1);
	EXPECT_EQ(r.last_type, WIRE_EXIT);
	wire_asm_free(&a);
	free(p);
}

TEST(T1_length_all_ones_clears_at_twice_the_cap)
{
	size_t cap = 4096, i;
	struct wire_assembler a;
	struct record r = {};
	u8 junk[64] = {}, stream[64];
	size_t len;

	put_hdr(stream, WIRE_SOUT, 0xffffffff, 0, 0);
	wire_asm_init(&a, cap);
	wire_asm_feed(&a, stream, 16, record_frame, &r);
	for (i = 0; i < 2 * cap - 16; i += 16)
		wire_asm_feed(&a, junk, 16, record_frame, &r);
	EXPECT_EQ(wire_asm_residual(&a), 2 * cap);
	EXPECT_EQ(a.n.resyncs, 0);
	wire_asm_feed(&a, junk, 1, record_frame, &r);
	EXPECT_EQ(wire_asm_residual(&a), 0);
	EXPECT_EQ(a.n.resyncs, 1);
	EXPECT_EQ(a.n.dropped_bytes, 2 * cap + 1);
	len = put(stream, WIRE_SCST, NULL, 0);
	wire_asm_feed(&a, junk, 7, record_frame, &r);
	wire_asm_feed(&a, stream, len, record_frame, &r);
	EXPECT_EQ(r.nr, 1);
	EXPECT_EQ(r.last_type, WIRE_SCST);
	EXPECT_EQ(a.n.dropped_bytes, 2 * cap + 1 + 7);
	wire_asm_free(&a);
}

TEST(T2_wrong_crc_is_delivered_and_the_walk_goes_on)
{
	struct wire_assembler a;
	struct record r = {};
	u8 stream[64];
	size_t len = 0;

	len += put(stream, WIRE_EXIT, "\0\0\0\0", 4);
	stream[16] ^= 1;
	wire_asm_init(&a, WIRE_FRAME_MAX);
	wire_asm_feed(&a, stream, len, record_frame, &r);
	EXPECT_EQ(r.nr, 1);
	EXPECT_FALSE(r.last_ok);
	EXPECT_EQ(a.n.crc_errors, 1);
	len = put(stream, WIRE_SCST, NULL, 0);
	wire_asm_feed(&a, stream, len, record_frame, &r);
	EXPECT_EQ(r.nr, 2);
	EXPECT_TRUE(r.last_ok);
	EXPECT_EQ(a.n.resyncs, 0);
	wire_asm_free(&a);
}

TEST(T2_crc_over_another_length)
{
	struct wire_assembler a;
	struct record r = {};
	u8 stream[64] = {};

	put_hdr(stream, WIRE_EXIT, 4, wire_crc("\0\0\0\0\0\0\0\0", 8), 0);
	wire_asm_init(&a, WIRE_FRAME_MAX);
	wire_asm_feed(&a, stream, 20, record_frame, &r);
	EXPECT_EQ(r.bad, 1);
	/* an empty payload has the CRC 0 and no other */
	put_hdr(stream, WIRE_SRDY, 0, 1, 0);
	wire_asm_feed(&a, stream, 16, record_frame, &r);
	EXPECT_EQ(r.bad, 2);
	wire_asm_free(&a);
}

TEST(pad_is_counted_and_harmless)
{
	struct wire_assembler a;
	struct record r = {};
	u8 stream[16];

	put_hdr(stream, WIRE_SRDY, 0, 0, 0xdead);
	wire_asm_init(&a, WIRE_FRAME_MAX);
	wire_asm_feed(&a, stream, 16, record_frame, &r);
	EXPECT_EQ(r.nr, 1);
	EXPECT_TRUE(r.last_ok);
	EXPECT_EQ(a.n.pad_nonzero, 1);
	wire_asm_free(&a);
}

TEST(T6_ten_million_tiny_frames)
{
	u64 start = mono_ns();
	struct wire_assembler a;
	struct record r = {};
	u8 block[16 * 4096];
	size_t i;

	for (i = 0; i < 4096; i++)
		put_hdr(block + 16 * i, WIRE_SRDY + (i & 1), 0, 0, 0);
	wire_asm_init(&a, WIRE_FRAME_MAX);
	for (i = 0; i < 10000000 / 4096; i++)
		wire_asm_feed(&a, block, sizeof(block), record_frame, &r);
	EXPECT_EQ(r.nr, 10000000 / 4096 * 4096);
	EXPECT_LE(a.room, 256 << 10);
	EXPECT_LT(mono_ns() - start, 60 * NSEC_PER_SEC);
	wire_asm_free(&a);
}

/* Frames, damaged frames and garbage: what comes out is the same for any cut. */
TEST(T5_any_split_gives_the_same_frames)
{
	size_t len = 0, room = 1 << 20;
	u8 *stream = malloc(room);
	struct record whole = {};
	struct wire_assembler a;
	u32 seed = 12345;
	u64 dropped;
	int round;

	ASSERT_NE(stream, NULL);
	while (len < room - 20000) {
		u32 kind = next_random(&seed) % 16, n, i;
		u8 payload[1000];

		n = next_random(&seed) % sizeof(payload);
		for (i = 0; i < n; i++)
			payload[i] = next_random(&seed);
		if (kind == 0) {
			memcpy(stream + len, payload, n % 40);
			len += n % 40;
		} else if (kind == 1) {
			len += put_hdr(stream + len, WIRE_SERR, 8193 + n * 16, 0, 0);
		} else {
			len += put(stream + len, WIRE_SOUT, payload, n);
			if (kind == 2)
				stream[len - 1] ^= 4;
		}
	}
	wire_asm_init(&a, 8192);
	wire_asm_feed(&a, stream, len, record_frame, &whole);
	EXPECT_GT(whole.nr, 100);
	EXPECT_EQ(a.n.frames, whole.nr);
	EXPECT_EQ(a.n.dropped_bytes + wire_asm_residual(&a) + whole.bytes + 16 * whole.nr, len);
	dropped = a.n.dropped_bytes;
	wire_asm_free(&a);

	for (round = 0; round < 20; round++) {
		struct record r = {};
		size_t off = 0;

		wire_asm_init(&a, 8192);
		while (off < len) {
			size_t n = 1 + next_random(&seed) % (round < 10 ? 40 : 100000);

			n = min(n, len - off);
			wire_asm_feed(&a, stream + off, n, record_frame, &r);
			off += n;
		}
		EXPECT_EQ(r.nr, whole.nr);
		EXPECT_EQ(r.digest, whole.digest);
		EXPECT_EQ(a.n.dropped_bytes, dropped);
		wire_asm_free(&a);
	}
	free(stream);
}

TEST(T5_pure_garbage)
{
	struct wire_assembler a;
	struct record r = {};
	u32 seed = 99, i;
	u8 junk[4096];
	int round;

	wire_asm_init(&a, WIRE_FRAME_MAX);
	for (round = 0; round < 20000; round++) {
		for (i = 0; i < sizeof(junk); i += 4) {
			u32 v = next_random(&seed);

			memcpy(junk + i, &v, 4);
		}
		ASSERT_EQ(wire_asm_feed(&a, junk, sizeof(junk), record_frame, &r), 0);
		ASSERT_LE(a.room, 64 << 20);
	}
	EXPECT_EQ(a.n.dropped_bytes + wire_asm_residual(&a) + r.bytes + 16 * r.nr,
		  20000ull * sizeof(junk));
	wire_asm_free(&a);
}

TEST(parse_stops_at_a_torn_or_oversize_frame)
{
	struct record r = {};
	u8 buf[128];
	size_t len = 0, whole;

	len += put(buf + len, WIRE_SCST, NULL, 0);
	len += put(buf + len, WIRE_EXIT, "\0\0\0\0", 4);
	whole = len;
	EXPECT_EQ(wire_parse(buf, len, record_frame, &r), 0);
	EXPECT_EQ(r.nr, 2);
	EXPECT_EQ(wire_parse(buf, 0, record_frame, &r), 0);
	memset(&r, 0, sizeof(r));
	EXPECT_EQ(wire_parse(buf, len - 1, record_frame, &r), -EBADMSG);
	EXPECT_EQ(r.nr, 1);
	len += put_hdr(buf + len, WIRE_SOUT, WIRE_FRAME_MAX + 1, 0, 0);
	EXPECT_EQ(wire_parse(buf, len, record_frame, &r), -EBADMSG);
	EXPECT_EQ(wire_parse(buf, whole + 5, record_frame, &r), -EBADMSG);
}

TEST(variable_payloads_fit_a_frame)
{
	/* the heads are pinned where they are declared; so must their limits be */
	EXPECT_LE(WIRE_KORP_MAX, WIRE_FRAME_MAX);
	EXPECT_LT(sizeof(struct wire_korq) + WIRE_KOP_TAG_MAX, WIRE_FRAME_MAX);
	EXPECT_LT(sizeof(struct wire_korp) + WIRE_KOP_REASON_MAX, WIRE_KORP_MAX);
	EXPECT_EQ(0, offsetof(struct wire_pmet, version));
	EXPECT_EQ(8, offsetof(struct wire_metric, name_len));
}

TEST_HARNESS_MAIN
