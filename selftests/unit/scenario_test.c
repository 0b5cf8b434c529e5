// SPDX-License-Identifier: GPL-2.0-only
/* The scenario file: what is written is read back, and nothing else is. */
#include <errno.h>

#include "kselftest_harness.h"
#include "lib/scenario.h"
#include "lib/util.h"
#include "lib/wire.h"

static char *sched_argv[] = { "scx_qmap", "-s", "5000", "", NULL };
static char *host_argv[] = { "/bin/attach", "-v", NULL };
static char *host_envp[] = { "A=1", "LONG=x y z", NULL };

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
	u32 w[10] = { version, 0, 7, 0, 1000, workers, fault, 0, 0, 0 };

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
	scenario_free(s);
	free(buf);
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
	EXPECT_NE(strstr(err.msg, "version 2"), NULL);
}

TEST(order_and_repeats)
{
	struct ktstr_err err = {};
	struct file f = {};

	add(&f, "SPTH", "/x", 2);
	add_version(&f, 1, 1, 0);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "version must come first"), NULL);

	memset(&f, 0, sizeof(f));
	add_version(&f, 1, 1, 0);
	add_version(&f, 1, 1, 0);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);

	memset(&f, 0, sizeof(f));
	add_version(&f, 1, 1, 0);
	add(&f, "SOPS", "a", 1);
	add(&f, "SOPS", "b", 1);
	add_end(&f, 3);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "comes twice"), NULL);

	memset(&f, 0, sizeof(f));
	add_version(&f, 1, 1, 0);
	add_end(&f, 1);
	add(&f, "SOPS", "b", 1);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "behind the end"), NULL);
}

TEST(missing_frames)
{
	struct file f = {};

	add_version(&f, 1, 1, 0);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
	memset(&f, 0, sizeof(f));
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
	add_version(&f, 1, 1, 0);
	add_end(&f, 1);
	EXPECT_EQ(decode_errno(&f, NULL), 0);
	memset(&f, 0, sizeof(f));
	add_version(&f, 1, 1, 0);
	add(&f, "SARG", "x", 1);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
}

TEST(values_out_of_range)
{
	struct file f = {};
	u32 short_version = 1;

	add_version(&f, 1, SCENARIO_WORKERS_MAX + 1, 0);
	add_end(&f, 1);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
	memset(&f, 0, sizeof(f));
	add_version(&f, 1, 1, SCENARIO_FAULT_NR);
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

	add_version(&f, 1, 1, 0);
	add(&f, "SPTH", "/a\0b", 4);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "NUL"), NULL);
	memset(&f, 0, sizeof(f));
	add_version(&f, 1, 1, 0);
	add(&f, "XXXX", "", 0);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "XXXX"), NULL);
}

TEST(fault_names)
{
	u32 i;

	for (i = 0; i < SCENARIO_FAULT_NR; i++)
		EXPECT_NE(scenario_fault_name(i), NULL);
	EXPECT_EQ(scenario_fault_name(SCENARIO_FAULT_NR), NULL);
}

TEST_HARNESS_MAIN
