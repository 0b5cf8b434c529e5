// SPDX-License-Identifier: GPL-2.0-only
/* The scenario file: what is written is read back, and nothing else is. */
#include <errno.h>

#include "kselftest_harness.h"
#include "lib/scenario.h"
#include "lib/util.h"
#include "lib/wire.h"
#include "lib/wire_ops.h"

static char *sched_argv[] = { "scx_qmap", "-s", "5000", "", NULL };
static char *host_argv[] = { "/bin/attach", "-v", NULL };
static char *host_envp[] = { "A=1", "LONG=x y z", NULL };

static char *run_argv[] = { "ktstr_oracle", "maps", "", NULL };

/* COLD read of jiffies_64 as u64 */
static const u8 korq[] = "\1\0\0\0\1\0\0\0\2\1\4\0\1\0\0\0"
			 "tick\1\2\12\0\10\0\0\0jiffies_64";

static struct scenario_op ops[] = {
	{ .kind = SCENARIO_OP_CAPTURE, .at_ms = 100, .tag = "now" },
	{ .kind = SCENARIO_OP_WATCH,
	  .flags = SCENARIO_OP_MAY_FAIL,
	  .tag = "scx_watchdog_timestamp" },
	{ .kind = SCENARIO_OP_KERNEL, .count = 10000, .korq = korq, .korq_len = sizeof(korq) - 1 },
	{ .kind = SCENARIO_OP_UNWATCH, .at_ms = 900, .tag = "scx_watchdog_timestamp" },
	{ .kind = SCENARIO_OP_RUN,
	  .at_ms = 950,
	  .tag = "after",
	  .path = "/opt/ktstr_oracle",
	  .argv = run_argv,
	  .timeout_ms = 1500 },
	{ .kind = SCENARIO_OP_MEMORY, .at_ms = 99, .flags = SCENARIO_OP_MAY_FAIL, .tag = "memory" },
	{ .kind = SCENARIO_OP_HOLD, .at_ms = 999, .tag = "hold", .timeout_ms = 86400000 },
};

static struct scenario full = {
	.nonce = 0x1122334455667788ull,
	.duration_ms = 3000,
	.workers = 4,
	.fault = SCENARIO_FAULT_KILL_SCHED,
	.fault_after_ms = 700,
	.attach_ms = 20000,
	.timeout_ms = 90000,
	.verbose = true,
	.sched_path = "/opt/scx_qmap",
	.sched_argv = sched_argv,
	.sched_ops = "qmap",
	.argv = host_argv,
	.envp = host_envp,
	.cwd = "/tmp/a b",
	.artifacts = "/out",
	.save = "/somewhere/else.vmcore",
	.observe = true,
	.timecheck = true,
	.ops = ops,
	.nr_ops = ARRAY_SIZE(ops),
};

static int same_strings(char *const *a, char *const *b)
{
	for (; *a && *b; a++, b++)
		if (strcmp(*a, *b))
			return 0;
	return !*a && !*b;
}

/* A file of one's own making, to break what the encoder would not write. */
struct file {
	u8 buf[1024];
	size_t len;
};

static void add(struct file *f, const char *tag, const void *payload, size_t len)
{
	struct wire_hdr h;

	wire_hdr_init(&h, WIRE_TAG(tag[0], tag[1], tag[2], tag[3]), payload, len);
	memcpy(f->buf + f->len, &h, sizeof(h));
	if (len)
		memcpy(f->buf + f->len + sizeof(h), payload, len);
	f->len += sizeof(h) + len;
}

static void add_version(struct file *f, u32 version, u32 workers, u32 fault)
{
	u32 w[12] = { version, 0, 7, 0, 1000, workers, fault, 0, 0, 0, 0, 0 };

	add(f, "SVER", w, sizeof(w));
}

static void add_end(struct file *f, u32 frames)
{
	add(f, "SEND", &frames, sizeof(frames));
}

static int decode_errno(const struct file *f, struct ktstr_err *err)
{
	struct scenario *s = scenario_decode(f->buf, f->len, err);

	if (!s)
		return errno;
	scenario_free(s);
	return 0;
}

TEST(round_trip)
{
	struct ktstr_err err = {};
	struct scenario *s;
	size_t len;
	void *buf;

	ASSERT_EQ(scenario_encode(&full, &buf, &len), 0);
	s = scenario_decode(buf, len, &err);
	ASSERT_NE(s, NULL) TH_LOG("%s", err.msg);
	EXPECT_EQ(s->nonce, full.nonce);
	EXPECT_EQ(s->duration_ms, 3000);
	EXPECT_EQ(s->workers, 4);
	EXPECT_EQ(s->fault, SCENARIO_FAULT_KILL_SCHED);
	EXPECT_EQ(s->fault_after_ms, 700);
	EXPECT_EQ(s->attach_ms, 20000);
	EXPECT_EQ(s->timeout_ms, 90000);
	EXPECT_TRUE(s->verbose);
	EXPECT_STREQ(s->sched_path, "/opt/scx_qmap");
	EXPECT_TRUE(same_strings(s->sched_argv, sched_argv));
	EXPECT_STREQ(s->sched_ops, "qmap");
	EXPECT_TRUE(same_strings(s->argv, host_argv));
	EXPECT_TRUE(same_strings(s->envp, host_envp));
	EXPECT_STREQ(s->cwd, "/tmp/a b");
	EXPECT_STREQ(s->artifacts, "/out");
	EXPECT_STREQ(s->save, "/somewhere/else.vmcore");
	EXPECT_TRUE(s->observe);
	EXPECT_FALSE(s->observe_first);
	EXPECT_TRUE(s->timecheck);
	scenario_free(s);
	scenario_free(NULL);
	free(buf);
}

TEST(empty_one_is_eevdf)
{
	struct scenario in = { .nonce = 1 }, *s;
	size_t len;
	void *buf;

	ASSERT_EQ(scenario_encode(&in, &buf, &len), 0);
	s = scenario_decode(buf, len, NULL);
	ASSERT_NE(s, NULL);
	EXPECT_EQ(s->sched_path, NULL);
	EXPECT_EQ(s->sched_argv, NULL);
	EXPECT_EQ(s->argv, NULL);
	EXPECT_FALSE(s->verbose);
	EXPECT_FALSE(s->observe || s->observe_first || s->timecheck);
	EXPECT_EQ(s->ops, NULL);
	EXPECT_EQ(s->nr_ops, 0);
	scenario_free(s);
	free(buf);
}

TEST(ops_keep_their_order_and_contents)
{
	struct scenario *s;
	size_t len;
	void *buf;
	u32 i;

	ASSERT_EQ(scenario_encode(&full, &buf, &len), 0);
	s = scenario_decode(buf, len, NULL);
	ASSERT_NE(s, NULL);
	ASSERT_EQ(s->nr_ops, ARRAY_SIZE(ops));
	for (i = 0; i < s->nr_ops; i++) {
		EXPECT_EQ(s->ops[i].kind, ops[i].kind);
		EXPECT_EQ(s->ops[i].at_ms, ops[i].at_ms);
		EXPECT_EQ(s->ops[i].count, ops[i].count);
		EXPECT_EQ(s->ops[i].flags, ops[i].flags);
		ASSERT_EQ(s->ops[i].korq_len, ops[i].korq_len);
	}
	EXPECT_STREQ(s->ops[0].tag, "now");
	EXPECT_EQ(s->ops[2].tag, NULL);
	EXPECT_EQ(memcmp(s->ops[2].korq, korq, sizeof(korq) - 1), 0);
	EXPECT_EQ(s->ops[3].korq, NULL);
	EXPECT_EQ(s->ops[3].path, NULL);
	EXPECT_STREQ(s->ops[4].tag, "after");
	EXPECT_STREQ(s->ops[4].path, "/opt/ktstr_oracle");
	EXPECT_TRUE(same_strings(s->ops[4].argv, run_argv));
	EXPECT_EQ(s->ops[4].timeout_ms, 1500);
	EXPECT_STREQ(s->ops[5].tag, "memory");
	EXPECT_EQ(s->ops[6].timeout_ms, 86400000);
	scenario_free(s);
	free(buf);
}

TEST(observe_first_implies_observe)
{
	struct scenario in = { .observe_first = true }, *s;
	size_t len;
	void *buf;

	ASSERT_EQ(scenario_encode(&in, &buf, &len), 0);
	s = scenario_decode(buf, len, NULL);
	ASSERT_NE(s, NULL);
	EXPECT_TRUE(s->observe_first);
	EXPECT_TRUE(s->observe);
	scenario_free(s);
	free(buf);
}

static int encode_op(const struct scenario_op *op)
{
	struct scenario_op copy = *op;
	struct scenario in = { .ops = &copy, .nr_ops = 1 };
	size_t len;
	void *buf;
	int ret;

	ret = scenario_encode(&in, &buf, &len);
	if (!ret)
		free(buf);
	return ret;
}

TEST(encoder_refuses_ops)
{
	struct scenario_op many[SCENARIO_OPS_MAX + 1], op = ops[0];
	struct scenario in = { .ops = many, .nr_ops = ARRAY_SIZE(many) };
	char tag[WIRE_SNAP_TAG_MAX + 2];
	size_t len, i;
	void *buf;

	for (i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = ops[0];
	EXPECT_EQ(scenario_encode(&in, &buf, &len), -EINVAL);
	in.nr_ops--;
	ASSERT_EQ(scenario_encode(&in, &buf, &len), 0);
	free(buf);
	op.kind = 0;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op.kind = SCENARIO_OP_NR;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op = ops[0];
	op.flags = BIT(2);
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op = ops[0];
	op.tag = NULL;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	memset(tag, 't', sizeof(tag));
	tag[WIRE_SNAP_TAG_MAX + 1] = '\0';
	op.tag = tag;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	tag[WIRE_SNAP_TAG_MAX] = '\0';
	EXPECT_EQ(encode_op(&op), 0);
	op = ops[2];
	op.korq_len--;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op = ops[2];
	op.tag = "both";
	EXPECT_EQ(encode_op(&op), -EINVAL);
}

TEST(many_arguments)
{
	char *argv[1001], text[1000][8];
	struct scenario in = { .argv = argv }, *s;
	size_t len, i;
	void *buf;

	for (i = 0; i < 1000; i++) {
		snprintf(text[i], sizeof(text[i]), "%zu", i);
		argv[i] = text[i];
	}
	argv[1000] = NULL;
	ASSERT_EQ(scenario_encode(&in, &buf, &len), 0);
	s = scenario_decode(buf, len, NULL);
	ASSERT_NE(s, NULL);
	EXPECT_TRUE(same_strings(s->argv, argv));
	scenario_free(s);
	free(buf);
}

TEST(encoder_refuses)
{
	struct scenario in = {};
	size_t len, i;
	void *buf;
	char *big;

	in.fault = SCENARIO_FAULT_NR;
	EXPECT_EQ(scenario_encode(&in, &buf, &len), -EINVAL);
	in.fault = 0;
	in.workers = SCENARIO_WORKERS_MAX + 1;
	EXPECT_EQ(scenario_encode(&in, &buf, &len), -EINVAL);
	in.workers = 1;
	in.sched_argv = sched_argv;
	EXPECT_EQ(scenario_encode(&in, &buf, &len), -EINVAL);
	in.sched_argv = NULL;
	big = malloc(SCENARIO_FILE_MAX + 1);
	ASSERT_NE(big, NULL);
	for (i = 0; i < SCENARIO_FILE_MAX; i++)
		big[i] = 'x';
	big[i] = '\0';
	in.cwd = big;
	EXPECT_EQ(scenario_encode(&in, &buf, &len), -E2BIG);
	free(big);
}

TEST(T1_cut_anywhere_is_refused)
{
	size_t len, cut;
	void *buf;

	ASSERT_EQ(scenario_encode(&full, &buf, &len), 0);
	for (cut = 0; cut < len; cut++) {
		/* a copy of its own size, so that ASan sees an overrun */
		u8 *part = malloc(cut + !cut);

		ASSERT_NE(part, NULL);
		memcpy(part, buf, cut);
		EXPECT_EQ(scenario_decode(part, cut, NULL), NULL);
		EXPECT_EQ(errno, EBADMSG);
		free(part);
	}
	free(buf);
}

TEST(T2_any_flipped_bit_is_refused)
{
	size_t len, i;
	u8 *bytes;
	void *buf;
	int bit;

	ASSERT_EQ(scenario_encode(&full, &buf, &len), 0);
	bytes = buf;
	for (i = 0; i < len; i++) {
		/* the pad of a header carries nothing */
		if (i >= 12 && i < 16)
			continue;
		for (bit = 0; bit < 8; bit++) {
			struct scenario *s;

			bytes[i] ^= 1 << bit;
			s = scenario_decode(buf, len, NULL);
			bytes[i] ^= 1 << bit;
			if (s) {
				/* only the pad of a later header is left */
				EXPECT_EQ(s->nonce, full.nonce);
				EXPECT_TRUE(same_strings(s->argv, host_argv));
				scenario_free(s);
			}
		}
	}
	free(buf);
}

TEST(other_version)
{
	struct ktstr_err err = {};
	struct file f = {};

	add_version(&f, SCENARIO_VERSION + 1, 1, 0);
	add_end(&f, 1);
	EXPECT_EQ(decode_errno(&f, &err), EPROTO);
	EXPECT_NE(strstr(err.msg, "version 5"), NULL);
}

TEST(order_and_repeats)
{
	struct ktstr_err err = {};
	struct file f = {};

	add(&f, "SPTH", "/x", 2);
	add_version(&f, SCENARIO_VERSION, 1, 0);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "version must come first"), NULL);

	memset(&f, 0, sizeof(f));
	add_version(&f, SCENARIO_VERSION, 1, 0);
	add_version(&f, SCENARIO_VERSION, 1, 0);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);

	memset(&f, 0, sizeof(f));
	add_version(&f, SCENARIO_VERSION, 1, 0);
	add(&f, "SOPS", "a", 1);
	add(&f, "SOPS", "b", 1);
	add_end(&f, 3);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "comes twice"), NULL);

	memset(&f, 0, sizeof(f));
	add_version(&f, SCENARIO_VERSION, 1, 0);
	add_end(&f, 1);
	add(&f, "SOPS", "b", 1);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "behind the end"), NULL);
}

TEST(missing_frames)
{
	struct file f = {};

	add_version(&f, SCENARIO_VERSION, 1, 0);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
	memset(&f, 0, sizeof(f));
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
	add_version(&f, SCENARIO_VERSION, 1, 0);
	add_end(&f, 1);
	EXPECT_EQ(decode_errno(&f, NULL), 0);
	memset(&f, 0, sizeof(f));
	add_version(&f, SCENARIO_VERSION, 1, 0);
	add(&f, "SARG", "x", 1);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
}

TEST(values_out_of_range)
{
	struct file f = {};
	u32 short_version = SCENARIO_VERSION;

	add_version(&f, SCENARIO_VERSION, SCENARIO_WORKERS_MAX + 1, 0);
	add_end(&f, 1);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
	memset(&f, 0, sizeof(f));
	add_version(&f, SCENARIO_VERSION, 1, SCENARIO_FAULT_NR);
	add_end(&f, 1);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
	memset(&f, 0, sizeof(f));
	add(&f, "SVER", &short_version, 4);
	add_end(&f, 1);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
	memset(&f, 0, sizeof(f));
	add(&f, "SVER", &short_version, 3);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
}

TEST(T7_nul_inside_a_string_and_unknown_tags)
{
	struct ktstr_err err = {};
	struct file f = {};

	add_version(&f, SCENARIO_VERSION, 1, 0);
	add(&f, "SPTH", "/a\0b", 4);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "NUL"), NULL);
	memset(&f, 0, sizeof(f));
	add_version(&f, SCENARIO_VERSION, 1, 0);
	add(&f, "XXXX", "", 0);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "XXXX"), NULL);
}

/* As lib/scenario_op.c has it. */
struct raw_op {
	u32 kind;
	u32 at_ms;
	u32 count;
	u32 flags;
	u32 timeout_ms;
	u32 group;
	u32 strings;
	u32 nr_argv;
	u32 nr_cpus;
};

#define RAW_TAG	   BIT(0)
#define RAW_PATH   BIT(1)
#define RAW_CGROUP BIT(2)
#define RAW_TO	   BIT(3)
#define RAW_VALUE  BIT(4)

static int decode_raw(const struct raw_op *op, const char *rest, size_t len)
{
	struct file f = {};
	u8 buf[512];

	memcpy(buf, op, sizeof(*op));
	memcpy(buf + sizeof(*op), rest, len);
	add_version(&f, SCENARIO_VERSION, 1, 0);
	add(&f, "SOPR", buf, sizeof(*op) + len);
	add_end(&f, 2);
	return decode_errno(&f, NULL);
}

/* The NUL at the end of a literal counts. */
#define DECODE(op, rest) decode_raw(&(op), rest, sizeof(rest))

TEST(decoder_refuses_ops)
{
	struct raw_op op = { .kind = SCENARIO_OP_CAPTURE, .strings = RAW_TAG };
	struct file f = {};

	EXPECT_EQ(DECODE(op, "tag"), 0);
	EXPECT_EQ(decode_raw(&op, "tag", 3), EBADMSG);
	EXPECT_EQ(decode_raw(&op, "", 0), EBADMSG);
	EXPECT_EQ(DECODE(op, ""), EBADMSG);
	EXPECT_EQ(DECODE(op, "tag\0"), EBADMSG);
	EXPECT_EQ(DECODE(op, "t\0g"), EBADMSG);
	op.strings = 0;
	EXPECT_EQ(decode_raw(&op, "", 0), EBADMSG);
	EXPECT_EQ(DECODE(op, "tag"), EBADMSG);
	op.strings = RAW_TAG | BIT(5);
	EXPECT_EQ(DECODE(op, "tag\0x"), EBADMSG);
	op.strings = RAW_TAG | BIT(31);
	EXPECT_EQ(DECODE(op, "tag"), EBADMSG);
	op.strings = RAW_TAG;
	op.kind = 0;
	EXPECT_EQ(DECODE(op, "tag"), EBADMSG);
	op.kind = SCENARIO_OP_NR;
	EXPECT_EQ(DECODE(op, "tag"), EBADMSG);
	op.kind = 0xffffffff;
	EXPECT_EQ(DECODE(op, "tag"), EBADMSG);
	op.kind = SCENARIO_OP_KERNEL;
	op.strings = 0;
	EXPECT_EQ(DECODE(op, "junk"), EBADMSG);
	EXPECT_EQ(decode_raw(&op, (const char *)korq, sizeof(korq) - 1), 0);
	add_version(&f, SCENARIO_VERSION, 1, 0);
	add(&f, "SOPR", "short", 5);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
}

TEST(encoder_refuses_programs)
{
	char *many[SCENARIO_ARGV_MAX + 2] = { NULL }, *none[] = { NULL };
	struct scenario_op op = ops[4];
	size_t i;

	for (i = 0; i < SCENARIO_ARGV_MAX + 1; i++)
		many[i] = "x";
	op.argv = many;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	many[SCENARIO_ARGV_MAX] = NULL;
	EXPECT_EQ(encode_op(&op), 0);
	op.argv = none;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op.argv = NULL;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op = ops[4];
	op.path = "";
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op = ops[4];
	op.timeout_ms = 0;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op = ops[4];
	op.tag = NULL;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op = ops[4];
	op.kind = SCENARIO_OP_CAPTURE;
	EXPECT_EQ(encode_op(&op), -EINVAL);
}

TEST(decoder_refuses_programs)
{
	struct raw_op op = { .kind = SCENARIO_OP_RUN,
			     .timeout_ms = 1,
			     .strings = RAW_TAG | RAW_PATH,
			     .nr_argv = 1 };

	EXPECT_EQ(DECODE(op, "t\0p\0a"), 0);
	EXPECT_EQ(decode_raw(&op, "t\0p\0a", 5), EBADMSG);
	EXPECT_EQ(DECODE(op, "t\0p"), EBADMSG);
	EXPECT_EQ(DECODE(op, "t\0\0a"), EBADMSG);
	EXPECT_EQ(DECODE(op, "t\0p\0a\0b"), EBADMSG);
	op.nr_argv = 2;
	EXPECT_EQ(DECODE(op, "t\0p\0a\0"), 0);
	EXPECT_EQ(DECODE(op, "t\0p\0a"), EBADMSG);
	op.nr_argv = 0;
	EXPECT_EQ(DECODE(op, "t\0p"), EBADMSG);
	op.nr_argv = 0xffffffff;
	EXPECT_EQ(DECODE(op, "t\0p\0a"), EBADMSG);
	op.nr_argv = 1;
	op.nr_cpus = 0xffffffff;
	EXPECT_EQ(DECODE(op, "t\0p\0a"), EBADMSG);
	op.nr_cpus = 0;
	op.timeout_ms = 0;
	EXPECT_EQ(DECODE(op, "t\0p\0a"), EBADMSG);
}

TEST(holds_have_an_end)
{
	struct raw_op raw = { .kind = SCENARIO_OP_HOLD, .timeout_ms = 1, .strings = RAW_TAG };
	struct scenario_op op = ops[6];

	op.timeout_ms = 0;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op = ops[6];
	op.tag = NULL;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op = ops[6];
	op.korq = korq;
	op.korq_len = sizeof(korq) - 1;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	EXPECT_EQ(DECODE(raw, "t"), 0);
	raw.timeout_ms = 0;
	EXPECT_EQ(DECODE(raw, "t"), EBADMSG);
	raw.kind = SCENARIO_OP_MEMORY;
	EXPECT_EQ(DECODE(raw, "t"), 0);
	raw.timeout_ms = 1;
	EXPECT_EQ(DECODE(raw, "t"), EBADMSG);
}

TEST(op_names)
{
	u32 i;

	for (i = 1; i < SCENARIO_OP_NR; i++)
		EXPECT_NE(scenario_op_name(i), NULL);
	EXPECT_EQ(scenario_op_name(0), NULL);
	EXPECT_EQ(scenario_op_name(SCENARIO_OP_NR), NULL);
}

TEST(fault_names)
{
	u32 i;

	for (i = 0; i < SCENARIO_FAULT_NR; i++)
		EXPECT_NE(scenario_fault_name(i), NULL);
	EXPECT_EQ(scenario_fault_name(SCENARIO_FAULT_NR), NULL);
}

TEST_HARNESS_MAIN
