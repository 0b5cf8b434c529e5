// SPDX-License-Identifier: GPL-2.0-only
/* The scenario file: what is written is read back, and nothing else is. */
#include "kselftest_harness.h"
#include "scenario_fixture.h"

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
	EXPECT_STREQ(s->cwd, "/a b");
	EXPECT_STREQ(s->artifacts, "/out");
	EXPECT_STREQ(s->save, "/somewhere/else.vmcore");
	EXPECT_TRUE(s->observe);
	EXPECT_FALSE(s->observe_first);
	EXPECT_TRUE(s->timecheck);
	EXPECT_TRUE(s->sched_may_end);
	EXPECT_EQ(s->nr_backdrop, 3);
	EXPECT_EQ(s->nr_end, 1);
	EXPECT_EQ(s->nr_groups, ARRAY_SIZE(every_group));
	EXPECT_EQ(s->nr_steps, ARRAY_SIZE(every_step));
	EXPECT_EQ(s->nr_ops, ARRAY_SIZE(every_op));
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
	EXPECT_FALSE(s->sched_may_end);
	EXPECT_EQ(s->groups, NULL);
	EXPECT_EQ(s->steps, NULL);
	EXPECT_EQ(s->ops, NULL);
	EXPECT_EQ(s->nr_ops, 0);
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

/*
 * With a CRC that fits, some of the files mean something. What is read from
 * those can be written again: nothing gets in that the encoder would not write.
 */
TEST(T2_any_flipped_bit_is_refused_or_means_something)
{
	size_t len, at, i, payload;
	u8 *bytes;
	void *buf;

	ASSERT_EQ(scenario_encode(&full, &buf, &len), 0);
	bytes = buf;
	for (at = 0; at < len; at += WIRE_HDR_SIZE + payload) {
		struct wire_hdr h, right;

		memcpy(&h, bytes + at, sizeof(h));
		payload = le32_to_cpu(h.len);
		for (i = 0; i < payload * 8; i++) {
			u8 *flipped = bytes + at + WIRE_HDR_SIZE + i / 8;
			struct scenario *s;

			*flipped ^= 1 << i % 8;
			EXPECT_EQ(scenario_decode(buf, len, NULL), NULL);
			wire_hdr_init(&right, le32_to_cpu(h.type), bytes + at + WIRE_HDR_SIZE,
				      payload);
			memcpy(bytes + at, &right, sizeof(right));
			s = scenario_decode(buf, len, NULL);
			EXPECT_TRUE(!s || !encode_errno(s));
			scenario_free(s);
			*flipped ^= 1 << i % 8;
			memcpy(bytes + at, &h, sizeof(h));
		}
	}
	free(buf);
}

TEST(T3_any_flipped_bit_of_a_header_is_refused)
{
	size_t len, at, i;
	u8 *bytes;
	void *buf;

	ASSERT_EQ(scenario_encode(&full, &buf, &len), 0);
	bytes = buf;
	for (at = 0; at < len;) {
		struct wire_hdr h;

		memcpy(&h, bytes + at, sizeof(h));
		/* its pad, the last 4 bytes, carries nothing */
		for (i = 0; i < (WIRE_HDR_SIZE - 4) * 8; i++) {
			bytes[at + i / 8] ^= 1 << i % 8;
			EXPECT_EQ(scenario_decode(buf, len, NULL), NULL)
			{
				TH_LOG("bit %zu of the header at %zu", i, at);
			}
			bytes[at + i / 8] ^= 1 << i % 8;
		}
		at += WIRE_HDR_SIZE + le32_to_cpu(h.len);
	}
	free(buf);
}

TEST(other_version)
{
	struct ktstr_err err = {};
	struct file f = {};

	add_version(&f, SCENARIO_VERSION + 1, 0);
	add_end(&f, 1);
	EXPECT_EQ(decode_errno(&f, &err), EPROTO);
	EXPECT_NE(strstr(err.msg, "version 5"), NULL);
}

TEST(order_and_repeats)
{
	struct ktstr_err err = {};
	struct file f = {};

	add(&f, "SPTH", "/x", 2);
	add_version(&f, SCENARIO_VERSION, 0);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "version must come first"), NULL);

	memset(&f, 0, sizeof(f));
	add_version(&f, SCENARIO_VERSION, 0);
	add_version(&f, SCENARIO_VERSION, 0);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);

	memset(&f, 0, sizeof(f));
	add_version(&f, SCENARIO_VERSION, 0);
	add(&f, "SOPS", "a", 1);
	add(&f, "SOPS", "b", 1);
	add_end(&f, 3);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "comes twice"), NULL);

	memset(&f, 0, sizeof(f));
	add_version(&f, SCENARIO_VERSION, 0);
	add_end(&f, 1);
	add(&f, "SOPS", "b", 1);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "behind the end"), NULL);
}

TEST(missing_frames)
{
	struct file f = {};

	add_version(&f, SCENARIO_VERSION, 0);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
	memset(&f, 0, sizeof(f));
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
	add_version(&f, SCENARIO_VERSION, 0);
	add_end(&f, 1);
	EXPECT_EQ(decode_errno(&f, NULL), 0);
	memset(&f, 0, sizeof(f));
	add_version(&f, SCENARIO_VERSION, 0);
	add(&f, "SARG", "x", 1);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, NULL), EBADMSG);
}

TEST(values_out_of_range)
{
	struct file f = {};
	u32 short_version = SCENARIO_VERSION;

	add_version(&f, SCENARIO_VERSION, SCENARIO_FAULT_NR);
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

	add_version(&f, SCENARIO_VERSION, 0);
	add(&f, "SPTH", "/a\0b", 4);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "NUL"), NULL);
	memset(&f, 0, sizeof(f));
	add_version(&f, SCENARIO_VERSION, 0);
	add(&f, "XXXX", "", 0);
	add_end(&f, 2);
	EXPECT_EQ(decode_errno(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "XXXX"), NULL);
}

TEST(flags_are_told_apart)
{
	bool *flags[] = { &full.verbose, &full.observe, &full.timecheck, &full.sched_may_end };
	struct scenario *s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++)
		*flags[i] = false;
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		*flags[i] = true;
		s = through_file(&full);
		ASSERT_NE(s, NULL);
		EXPECT_EQ(s->verbose, full.verbose);
		EXPECT_EQ(s->observe, full.observe);
		EXPECT_EQ(s->timecheck, full.timecheck);
		EXPECT_EQ(s->sched_may_end, full.sched_may_end);
		scenario_free(s);
		*flags[i] = false;
	}
}

TEST(fault_names)
{
	u32 i;

	for (i = 0; i < SCENARIO_FAULT_NR; i++)
		EXPECT_NE(scenario_fault_name(i), NULL);
	EXPECT_EQ(scenario_fault_name(SCENARIO_FAULT_NR), NULL);
}

TEST_HARNESS_MAIN
