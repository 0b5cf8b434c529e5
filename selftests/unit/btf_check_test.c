// SPDX-License-Identifier: GPL-2.0-only
/* Why BTF is refused: its sections, and each type by itself. */
#include <bpf/btf.h>

#include "btf_words.h"
#include "kselftest_harness.h"

FIXTURE(btf_check)
{
	struct ktstr_err err;
};

FIXTURE_SETUP(btf_check)
{
}

FIXTURE_TEARDOWN(btf_check)
{
}

TEST_F(btf_check, one_of_each_kind)
{
	/* clang-format off */
	static const u32 words[] = {
		0, INFO(INT, 0), 4, 32, 0, INFO(INT, 0), 8, 64,
		NAME, INFO(PTR, 0), FIRST + 2, 0, INFO(ARRAY, 0), 0, U32, U32, 4,
		0, INFO(STRUCT, 2), 8, NAME, U32, 0, NAME, U32, 32,
		NAME, INFO(UNION, 1), 8, NAME, U64, 0,
		NAME, INFO(ENUM, 1), 4, NAME, 7,
		NAME, INFO(FWD, 0), 0,
		NAME, INFO(TYPEDEF, 0), U32, NAME, INFO(VOLATILE, 0), U32,
		NAME, INFO(CONST, 0), VOID, NAME, INFO(RESTRICT, 0), FIRST,
		NAME, INFO(FUNC, 1), FIRST + 11,
		0, INFO(FUNC_PROTO, 2), VOID, NAME, U32, 0, VOID,
		NAME, INFO(VAR, 0), U64, 1,
		NAME, INFO(DATASEC, 1), 8, FIRST + 12, 0, 8,
		NAME, INFO(FLOAT, 0), 8,
		NAME, INFO(DECL_TAG, 0), FIRST + 2, 1,
		NAME, INFO(TYPE_TAG, 0), FIRST,
		NAME, INFO(ENUM64, 1), 8, NAME, 1, 2,
	};
	/* clang-format on */
	struct blob b;
	struct btf *btf;
	size_t len;
	void *raw;

	ASSERT_EQ(0, words_check(words, ARRAY_SIZE(words), NULL, &self->err))
	{
		TH_LOG("%s", self->err.msg);
	}
	blob_init(&b, words, ARRAY_SIZE(words));
	raw = blob_build(&b, &len);
	btf = btf__new(raw, len);
	ASSERT_NE(NULL, btf);
	EXPECT_EQ(FIRST + 18, btf__type_cnt(btf));
	btf__free(btf);
	free(raw);
}

TEST_F(btf_check, every_alignment)
{
	const u32 *words = WORDS(0, INFO(INT, 0), 4, 32, 0, INFO(INT, 0), 8, 64, 0, INFO(STRUCT, 2),
				 12, NAME, U64, 0, NAME, U32, 64);
	u8 *raw, *moved;
	struct blob b;
	size_t len, i;

	blob_init(&b, words, 17);
	raw = blob_build(&b, &len);
	for (i = 0; i < 8; i++) {
		moved = malloc(len + i);
		memcpy(moved + i, raw, len);
		EXPECT_EQ(0, btf_check(moved + i, len, NULL, &self->err));
		free(moved);
	}
	free(raw);
}

TEST_F(btf_check, G4_header_that_lies)
{
	struct blob good, b;
	size_t len;
	void *raw;

	blob_init(&good, two_ints, 8);
	ASSERT_EQ(0, blob_check(&good, NULL, &self->err));
	raw = blob_build(&good, &len);
	while (len--)
		EXPECT_EQ(-EINVAL, btf_check(raw, len, NULL, &self->err));
	free(raw);

#define LIE(member, value)                                           \
	do {                                                         \
		b = good;                                            \
		b.hdr.member = value;                                \
		EXPECT_EQ(-EINVAL, blob_check(&b, NULL, &self->err)) \
		{                                                    \
			TH_LOG("%s", #member " = " #value);          \
		}                                                    \
	} while (0)
	LIE(magic, 0x9feb);
	LIE(version, 0);
	LIE(version, 2);
	LIE(flags, 1);
	LIE(hdr_len, 0);
	LIE(hdr_len, 20);
	LIE(hdr_len, 33);
	LIE(hdr_len, 36);
	LIE(hdr_len, UINT32_MAX);
	LIE(type_off, 2);
	LIE(type_off, 4);
	LIE(type_off, UINT32_MAX - 3);
	LIE(type_len, 28);
	LIE(type_len, 30);
	LIE(type_len, 36);
	LIE(type_len, UINT32_MAX - 3);
	LIE(str_off, 0);
	LIE(str_off, 33);
	LIE(str_off, UINT32_MAX);
	LIE(str_len, 0);
	LIE(str_len, 5);
	LIE(str_len, 7);
	LIE(str_len, UINT32_MAX);
	LIE(layout_len, 4);
	LIE(layout_len, UINT32_MAX - 3);
	b = good;
	b.hdr.layout_off = 32;
	b.hdr.layout_len = 4;
	EXPECT_EQ(-EINVAL, blob_check(&b, NULL, &self->err));
}

/* As long as the first headers were, and with words this file does not know. */
TEST_F(btf_check, other_header_lengths)
{
	struct {
		struct btf_header hdr;
		u32 more;
		u32 words[8];
		char strings[sizeof(strings)];
	} longer = {};
	u8 raw[24 + 32 + sizeof(strings)];
	struct blob b;

	blob_init(&b, two_ints, 8);
	b.hdr.hdr_len = 24;
	memcpy(raw, &b.hdr, 24);
	memcpy(raw + 24, b.words, 32);
	memcpy(raw + 56, strings, sizeof(strings));
	EXPECT_EQ(0, btf_check(raw, sizeof(raw), NULL, &self->err));

	longer.hdr = b.hdr;
	longer.hdr.hdr_len = 36;
	longer.more = 0xffffffff;
	memcpy(longer.words, b.words, 32);
	memcpy(longer.strings, strings, sizeof(strings));
	EXPECT_EQ(0, btf_check(&longer, offsetof(typeof(longer), strings) + sizeof(strings), NULL,
			       &self->err));
}

TEST_F(btf_check, strings_without_beginning_or_end)
{
	struct blob b;

	blob_init(&b, two_ints, 8);
	b.strings = "xname";
	EXPECT_EQ(-EINVAL, blob_check(&b, NULL, &self->err));
	b.strings = "\0nameX";
	EXPECT_EQ(-EINVAL, blob_check(&b, NULL, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "strings"));
}

TEST_F(btf_check, G4_names)
{
	u32 end = sizeof(strings);

	GOOD(end - 1, INFO(FWD, 0), 0);
	BAD("name", end, INFO(FWD, 0), 0);
	BAD("name", UINT32_MAX, INFO(FWD, 0), 0);
	BAD("name", 0, INFO(STRUCT, 1), 4, end, U32, 0);
	BAD("name", 0, INFO(ENUM, 1), 4, end, 0);
	BAD("name", 0, INFO(ENUM64, 1), 8, end, 0, 0);
	BAD("name", 0, INFO(FUNC_PROTO, 1), VOID, end, U32);
}

/* A long string is a source line for .BTF.ext until a type is called so. */
TEST_F(btf_check, long_names)
{
	u32 words[] = { 0, INFO(INT, 0), 4, 32, 0, INFO(FWD, 0), 0 };
	char text[BTF_CHECK_NAME_MAX + 3] = "";
	struct blob b;

	memset(text + 1, 'n', BTF_CHECK_NAME_MAX + 1);
	blob_init(&b, words, ARRAY_SIZE(words));
	b.strings = text;
	b.strings_len = sizeof(text);
	b.hdr.str_len = sizeof(text);
	EXPECT_EQ(0, blob_check(&b, NULL, &self->err));
	words[4] = 2;
	EXPECT_EQ(0, blob_check(&b, NULL, &self->err));
	words[4] = 1;
	EXPECT_EQ(-EINVAL, blob_check(&b, NULL, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "name"));
}

TEST_F(btf_check, G4_more_elements_than_there_are)
{
	BAD("type 3", 0, INFO(STRUCT, 1), 4);
	BAD("ends behind", 0, INFO(UNION, 0xffffff), 4);
	BAD("ends behind", 0, INFO(ENUM, 2), 4, NAME, 0);
	BAD("ends behind", 0, INFO(ENUM64, 0xffff), 4);
	BAD("ends behind", 0, INFO(FUNC_PROTO, 1), 0);
	BAD("ends behind", 0, INFO(DATASEC, 1), 0);
	BAD("ends behind", 0, INFO(ARRAY, 0), 0);
	BAD("ends behind", 0, INFO(INT, 0), 4);
	BAD("ends behind", 0, INFO(VAR, 0), U32);
	BAD("ends behind", 0, INFO(DECL_TAG, 0), U32);
	BAD("behind the last", 0, INFO(PTR, 0));
	BAD("elements", 0, INFO(PTR, 1), U32);
	BAD("elements", 0, INFO(CONST, 1), U32);
	BAD("elements", 0, INFO(FLOAT, 1), 8);
	BAD("elements", 0, INFO(INT, 1), 4, 32);
}

TEST_F(btf_check, unknown_kinds)
{
	EXPECT_EQ(-EOPNOTSUPP, CHECK(0, INFO(UNKN, 0), 0));
	EXPECT_EQ(-EOPNOTSUPP, CHECK(0, NR_BTF_KINDS << 24, 0));
	EXPECT_NE(NULL, strstr(self->err.msg, "unknown kind 20"));
	EXPECT_EQ(-EOPNOTSUPP, CHECK(0, 127 << 24, 0));
}

/* A kind of after this file, which the layout section gives a size. */
TEST_F(btf_check, unknown_kinds_with_a_layout)
{
	const u32 kind = NR_BTF_KINDS;
	u32 words[NR_BTF_KINDS + 1 + 16] = {
		0, INFO(INT, 0), 4, 32, 0, kind << 24 | 2, 0, 11, 22, 33, 0, INFO(STRUCT, 1),
		4, NAME,	 2, 0,
	};
	struct btf_layout *l = (struct btf_layout *)&words[16];
	struct btf *btf;
	struct blob b;
	size_t len;
	void *raw;

	blob_init(&b, words, ARRAY_SIZE(words));
	b.hdr.type_len = 16 * sizeof(u32);
	b.hdr.layout_off = b.hdr.type_len;
	b.hdr.layout_len = (kind + 1) * sizeof(*l);
	l[kind].info_sz = 4;
	l[kind].elem_sz = 4;
	ASSERT_EQ(0, blob_check(&b, NULL, &self->err))
	{
		TH_LOG("%s", self->err.msg);
	}
	raw = blob_build(&b, &len);
	btf = btf__new(raw, len);
	ASSERT_NE(NULL, btf);
	EXPECT_EQ(4, btf__type_cnt(btf));
	btf__free(btf);
	free(raw);

	l[kind].elem_sz = 3;
	EXPECT_EQ(-EOPNOTSUPP, blob_check(&b, NULL, &self->err));
	l[kind].elem_sz = 0xfc;
	EXPECT_EQ(-EINVAL, blob_check(&b, NULL, &self->err));
	l[kind].elem_sz = 4;
	b.hdr.layout_len = kind * sizeof(*l);
	EXPECT_EQ(-EOPNOTSUPP, blob_check(&b, NULL, &self->err));
	b.hdr.layout_len = (kind + 1) * sizeof(*l);
	b.hdr.layout_off -= sizeof(u32);
	EXPECT_EQ(-EINVAL, blob_check(&b, NULL, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "layout"));
}

TEST_F(btf_check, sizes)
{
	BAD("bytes", 0, INFO(INT, 0), 0, 0);
	BAD("bytes", 0, INFO(INT, 0), 17, 32);
	BAD("bits", 0, INFO(INT, 0), 4, 33);
	BAD("bits", 0, INFO(INT, 0), 4, 1 << 16 | 32);
	GOOD(0, INFO(INT, 0), 16, 128);
	GOOD(0, INFO(INT, 0), 4, 3 << 16 | 5);
	BAD("bytes", 0, INFO(FLOAT, 0), 0);
	BAD("bytes", 0, INFO(FLOAT, 0), 3);
	BAD("bytes", 0, INFO(FLOAT, 0), 32);
	GOOD(0, INFO(FLOAT, 0), 12);
	BAD("bytes", 0, INFO(ENUM, 0), 0);
	BAD("bytes", 0, INFO(ENUM, 0), 3);
	BAD("bytes", 0, INFO(ENUM64, 0), 16);
	GOOD(0, INFO(ENUM, 0), 1);
}

TEST_F(btf_check, G4_ids_that_do_not_exist)
{
	static const u32 ids[] = { FIRST + 1, 0xfffff, UINT32_MAX };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		BAD("exist", 0, INFO(PTR, 0), ids[i]);
		BAD("exist", 0, INFO(TYPEDEF, 0), ids[i]);
		BAD("exist", 0, INFO(TYPE_TAG, 0), ids[i]);
		BAD("exist", 0, INFO(ARRAY, 0), 0, ids[i], U32, 1);
		BAD("exist", 0, INFO(ARRAY, 0), 0, U32, ids[i], 1);
		BAD("exist", 0, INFO(STRUCT, 1), 4, NAME, ids[i], 0);
		BAD("exist", 0, INFO(FUNC_PROTO, 0), ids[i]);
		BAD("exist", 0, INFO(FUNC_PROTO, 1), VOID, NAME, ids[i]);
		BAD("exist", NAME, INFO(FUNC, 0), ids[i]);
		BAD("exist", NAME, INFO(VAR, 0), ids[i], 1);
		BAD("exist", NAME, INFO(DATASEC, 1), 4, ids[i], 0, 4);
		BAD("exist", NAME, INFO(DECL_TAG, 0), ids[i], -1);
	}
}

TEST_F(btf_check, ids_of_the_wrong_kind)
{
	BAD("stand", NAME, INFO(FUNC, 0), U32);
	BAD("stand", NAME, INFO(FUNC, 0), VOID);
	BAD("stand", NAME, INFO(DATASEC, 1), 4, U32, 0, 4);
	BAD("stand", NAME, INFO(DATASEC, 1), 4, VOID, 0, 4);
	GOOD(NAME, INFO(DATASEC, 1), 4, FIRST + 1, 0, 0, NAME, INFO(FUNC, 2), FIRST + 2, 0,
	     INFO(FUNC_PROTO, 0), VOID);
	BAD("stand", NAME, INFO(DECL_TAG, 0), VOID, -1);
	BAD("stand", NAME, INFO(VAR, 0), U32, 1, NAME, INFO(PTR, 0), FIRST);
	BAD("stand", NAME, INFO(DATASEC, 0), 4, 0, INFO(ARRAY, 0), 0, FIRST, U32, 2);
	BAD("stand", 0, INFO(STRUCT, 1), 4, NAME, FIRST + 1, 0, NAME, INFO(DECL_TAG, 0), U32, -1);
}

TEST_F(btf_check, tags_of_elements)
{
	GOOD(0, INFO(STRUCT, 1), 4, NAME, U32, 0, NAME, INFO(DECL_TAG, 0), FIRST, -1);
	GOOD(0, INFO(STRUCT, 1), 4, NAME, U32, 0, NAME, INFO(DECL_TAG, 0), FIRST, 0);
	BAD("element 1 of 1", 0, INFO(STRUCT, 1), 4, NAME, U32, 0, NAME, INFO(DECL_TAG, 0), FIRST,
	    1);
	BAD("element", 0, INFO(STRUCT, 1), 4, NAME, U32, 0, NAME, INFO(DECL_TAG, 0), FIRST, -2);
	BAD("element 0 of 0", NAME, INFO(DECL_TAG, 0), U32, 0);
	GOOD(0, INFO(FUNC_PROTO, 1), VOID, NAME, U32, NAME, INFO(FUNC, 0), FIRST, NAME,
	     INFO(DECL_TAG, 0), FIRST + 1, 0);
	BAD("element 1 of 1", 0, INFO(FUNC_PROTO, 1), VOID, NAME, U32, NAME, INFO(FUNC, 0), FIRST,
	    NAME, INFO(DECL_TAG, 0), FIRST + 1, 1);
	/* the function behind the tag is not looked at yet */
	BAD("stand", NAME, INFO(DECL_TAG, 0), FIRST + 1, 0, NAME, INFO(FUNC, 0), 0x100000);
}

TEST_F(btf_check, too_many_types)
{
	u32 i, nr = BTF_CHECK_TYPES_MAX;
	u32 *words = calloc((nr + 1) * 3, sizeof(*words));

	ASSERT_NE(NULL, words);
	for (i = 0; i <= nr; i++)
		words[i * 3 + 1] = INFO(FWD, 0);
	EXPECT_EQ(0, words_check(words, nr * 3, NULL, &self->err));
	EXPECT_EQ(-EINVAL, words_check(words, (nr + 1) * 3, NULL, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "types"));
	free(words);
}

TEST_HARNESS_MAIN
