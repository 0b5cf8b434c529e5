// SPDX-License-Identifier: GPL-2.0-only
/* Questions and answers as bytes, from anybody. */
#include <errno.h>
#include <stdlib.h>

#include "inspect_client.h"
#include "kselftest_harness.h"

TEST(a_question_comes_back)
{
	struct inq_view in = { .flags = WIRE_INQ_JSON | WIRE_INQ_FROZEN,
			       .argc = 2,
			       .argv = { "map", "" } };
	struct inq_view out;
	u8 buf[WIRE_INQ_MAX];
	size_t len;

	ASSERT_EQ(0, inq_encode(&in, buf, &len, NULL));
	EXPECT_EQ(sizeof(struct wire_inq) + 5, len);
	EXPECT_EQ(len, inq_need(buf, len, NULL));
	ASSERT_EQ(0, inq_decode(buf, len, &out, NULL));
	EXPECT_EQ(in.flags, out.flags);
	ASSERT_EQ(2, out.argc);
	EXPECT_STREQ("map", out.argv[0]);
	EXPECT_STREQ("", out.argv[1]);
}

TEST(a_question_has_limits)
{
	static const char *const five[] = { "1", "2", "3", "4" };
	char word[WIRE_INQ_BYTES_MAX + 1];
	struct inq_view v = { .argc = 1, .argv = { word } };
	u8 buf[WIRE_INQ_MAX];
	size_t len;

	memset(word, 'x', sizeof(word));
	word[WIRE_INQ_BYTES_MAX - 1] = '\0';
	EXPECT_EQ(0, inq_encode(&v, buf, &len, NULL));
	EXPECT_EQ(WIRE_INQ_MAX, len);
	word[WIRE_INQ_BYTES_MAX - 1] = 'x';
	word[WIRE_INQ_BYTES_MAX] = '\0';
	EXPECT_EQ(-E2BIG, inq_encode(&v, buf, &len, NULL));
	v.argc = 0;
	EXPECT_EQ(-E2BIG, inq_encode(&v, buf, &len, NULL));
	memcpy(v.argv, five, sizeof(five));
	v.argc = WIRE_INQ_WORDS_MAX;
	EXPECT_EQ(0, inq_encode(&v, buf, &len, NULL));
	v.argc++;
	EXPECT_EQ(-E2BIG, inq_encode(&v, buf, &len, NULL));
}

/* A good question with one member changed. */
struct spoilt {
	struct wire_inq h;
	char words[16];
};

static int decode(struct spoilt *s, size_t len)
{
	struct inq_view v;
	u8 *copy = malloc(len + 1);
	int ret;

	/* to the byte, so that a read behind it is seen */
	memcpy(copy, s, len);
	ret = inq_decode(copy, len, &v, NULL);
	free(copy);
	return ret;
}

TEST(what_is_no_question_is_refused)
{
	struct spoilt good, s;
	u8 buf[WIRE_INQ_MAX] = { 0 };
	size_t len, i;

	len = client_question(buf, 0, "map", ".bss");
	memcpy(&good, buf, sizeof(good));
	ASSERT_EQ(sizeof(good.h) + 9, len);
	EXPECT_EQ(0, decode(&good, len));
	for (i = 0; i < len; i++)
		EXPECT_GT(0, decode(&good, i));
	EXPECT_EQ(-EBADMSG, decode(&good, len + 1));
	s = good;
	s.h.magic = 0;
	EXPECT_EQ(-EBADMSG, decode(&s, len));
	s = good;
	s.h.version = cpu_to_le32(WIRE_INSPECT_VERSION + 1);
	EXPECT_EQ(-EPROTO, decode(&s, len));
	s = good;
	s.h.flags = cpu_to_le32(4);
	EXPECT_EQ(-EBADMSG, decode(&s, len));
	s = good;
	s.h.words = 0;
	EXPECT_EQ(-EBADMSG, decode(&s, len));
	s.h.words = cpu_to_le32(1);
	EXPECT_EQ(-EBADMSG, decode(&s, len));
	s.h.words = cpu_to_le32(3);
	EXPECT_EQ(-EBADMSG, decode(&s, len));
	s.h.words = cpu_to_le32(~0U);
	EXPECT_EQ(-EBADMSG, decode(&s, len));
	s = good;
	s.h.len = cpu_to_le32(~0U);
	EXPECT_EQ(-EBADMSG, decode(&s, len));
	s.h.len = cpu_to_le32(WIRE_INQ_BYTES_MAX);
	EXPECT_EQ(-EBADMSG, decode(&s, len));
	EXPECT_EQ(WIRE_INQ_MAX, inq_need(&s, len, NULL));
	s = good;
	s.words[8] = 'x';
	EXPECT_EQ(-EBADMSG, decode(&s, len));
}

TEST(an_answer_has_limits)
{
	struct wire_ina w;
	u32 status, len;

	ina_encode(ENOENT, 7, &w);
	ASSERT_EQ(0, ina_decode(&w, &status, &len, NULL));
	EXPECT_EQ(ENOENT, status);
	EXPECT_EQ(7, len);
	w.len = cpu_to_le32(WIRE_INA_TEXT_MAX + 1);
	EXPECT_EQ(-EBADMSG, ina_decode(&w, &status, &len, NULL));
	ina_encode(0, 0, &w);
	w.version = 0;
	EXPECT_EQ(-EPROTO, ina_decode(&w, &status, &len, NULL));
	w.magic = 0;
	EXPECT_EQ(-EBADMSG, ina_decode(&w, &status, &len, NULL));
}

TEST_HARNESS_MAIN
