// SPDX-License-Identifier: GPL-2.0-only
/* Why BTF is refused: types among each other, and split off a base. */
#include <bpf/btf.h>

#include "btf_words.h"
#include "kselftest_harness.h"

FIXTURE(btf_graph)
{
	struct ktstr_err err;
};

FIXTURE_SETUP(btf_graph)
{
}

FIXTURE_TEARDOWN(btf_graph)
{
}

TEST_F(btf_graph, G4_types_that_contain_themselves)
{
	BAD("contains itself", 0, INFO(STRUCT, 1), 8, NAME, FIRST, 0);
	BAD("contains itself", NAME, INFO(UNION, 1), 8, NAME, FIRST, 0);
	BAD("contains itself", NAME, INFO(TYPEDEF, 0), FIRST);
	BAD("contains itself", NAME, INFO(TYPEDEF, 0), FIRST + 1, NAME, INFO(CONST, 0), FIRST + 2,
	    NAME, INFO(VOLATILE, 0), FIRST);
	BAD("contains itself", 0, INFO(ARRAY, 0), 0, FIRST, U32, 1);
	BAD("contains itself", 0, INFO(ARRAY, 0), 0, U32, FIRST, 1);
	BAD("contains itself", 0, INFO(STRUCT, 1), 8, NAME, FIRST + 1, 0, 0, INFO(ARRAY, 0), 0,
	    FIRST + 2, U32, 0, NAME, INFO(TYPE_TAG, 0), FIRST);
}

TEST_F(btf_graph, types_that_point_to_themselves)
{
	BAD("made of itself", NAME, INFO(PTR, 0), FIRST);
	BAD("made of itself", NAME, INFO(PTR, 0), FIRST + 1, NAME, INFO(CONST, 0), FIRST + 2, NAME,
	    INFO(PTR, 0), FIRST);
	BAD("made of itself", NAME, INFO(PTR, 0), FIRST + 1, 0, INFO(ARRAY, 0), 0, FIRST, U32, 2);
	BAD("made of itself", NAME, INFO(PTR, 0), FIRST + 1, 0, INFO(FUNC_PROTO, 0), FIRST);
	BAD("made of itself", NAME, INFO(PTR, 0), FIRST + 1, 0, INFO(FUNC_PROTO, 1), VOID, NAME,
	    FIRST);
	/* a list: through a struct */
	GOOD(0, INFO(STRUCT, 1), 8, NAME, FIRST + 1, 0, NAME, INFO(PTR, 0), FIRST);
	GOOD(0, INFO(STRUCT, 1), 8, NAME, FIRST + 1, 0, NAME, INFO(PTR, 0), FIRST + 2, 0,
	     INFO(FUNC_PROTO, 1), VOID, NAME, FIRST + 3, NAME, INFO(PTR, 0), FIRST);
}

/* @nr types of one kind, each referring to the one before. */
static int chain_check(u32 kind, u32 nr, bool backwards, struct ktstr_err *err)
{
	u32 words[4 + 3 * 2 * BTF_CHECK_DEPTH_MAX] = { 0, INFO(INT, 0), 4, 32 };
	u32 i, *w = words + 4;

	for (i = 0; i < nr; i++, w += 3) {
		w[1] = kind << 24;
		if (backwards)
			w[2] = i + 1 < nr ? i + 3 : 1;
		else
			w[2] = i + 1;
	}
	return words_check(words, 4 + 3 * nr, NULL, err);
}

TEST_F(btf_graph, G4_nested_too_deep)
{
	u32 kinds[] = { BTF_KIND_TYPEDEF, BTF_KIND_PTR }, i, backwards;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (backwards = 0; backwards < 2; backwards++) {
			EXPECT_EQ(0, chain_check(kinds[i], BTF_CHECK_DEPTH_MAX - 1, backwards,
						 &self->err));
			EXPECT_EQ(-EINVAL, chain_check(kinds[i], BTF_CHECK_DEPTH_MAX, backwards,
						       &self->err));
			EXPECT_NE(NULL, strstr(self->err.msg, "deep"));
			EXPECT_EQ(-EINVAL, chain_check(kinds[i], BTF_CHECK_DEPTH_MAX + 9, backwards,
						       &self->err));
		}
	}
}

/* Structs of two of the one before: 2^@levels members in all. */
static int doubling_check(u32 levels, struct ktstr_err *err)
{
	u32 words[4 + 9 * 32] = { 0, INFO(INT, 0), 4, 32 };
	u32 i, *w = words + 4;

	for (i = 0; i < levels; i++, w += 9)
		memcpy(w, (u32[]){ 0, INFO(STRUCT, 2), 4, NAME, i + 1, 0, NAME, i + 1, 0 }, 36);
	return words_check(words, 4 + 9 * levels, NULL, err);
}

TEST_F(btf_graph, G4_members_that_multiply)
{
	EXPECT_EQ(0, doubling_check(18, &self->err));
	EXPECT_EQ(-EINVAL, doubling_check(20, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "members"));
	EXPECT_EQ(-EINVAL, doubling_check(32, &self->err));
}

TEST_F(btf_graph, G4_arrays_larger_than_memory)
{
	GOOD(0, INFO(ARRAY, 0), 0, U64, U32, 0x1fffffff);
	BAD("elements", 0, INFO(ARRAY, 0), 0, U64, U32, 0x20000000);
	BAD("elements", 0, INFO(ARRAY, 0), 0, U64, U32, UINT32_MAX);
	BAD("elements", 0, INFO(ARRAY, 0), 0, FIRST + 1, U32, 0x10000, 0, INFO(ARRAY, 0), 0, U32,
	    U32, 0x10000);
	BAD("elements", NAME, INFO(PTR, 0), VOID, 0, INFO(ARRAY, 0), 0, FIRST, U32, 0x20000000);
	BAD("elements", 0, INFO(ARRAY, 0), 0, FIRST + 1, U32, 0x40000000, NAME, INFO(TYPEDEF, 0),
	    U32);
	/* nothing, however often */
	GOOD(0, INFO(ARRAY, 0), 0, FIRST + 1, U32, UINT32_MAX, 0, INFO(STRUCT, 0), 0);
	GOOD(0, INFO(ARRAY, 0), 0, VOID, U32, UINT32_MAX);
	GOOD(0, INFO(ARRAY, 0), 0, FIRST + 1, U32, UINT32_MAX, 0, INFO(ARRAY, 0), 0, U64, U32, 0);
}

TEST_F(btf_graph, members_outside_of_their_struct)
{
	GOOD(0, INFO(STRUCT, 1), 8, NAME, U32, 32);
	BAD("member 0", 0, INFO(STRUCT, 1), 8, NAME, U32, 33);
	BAD("member 0", 0, INFO(STRUCT, 1), 8, NAME, U64, 1);
	BAD("member 1", 0, INFO(STRUCT, 2), 8, NAME, U32, 0, NAME, U32, 0xffffffe0);
	BAD("member 0", 0, INFO(UNION, 1), 4, NAME, U64, 0);
	BAD("member 0", 0, INFO(STRUCT, 1), 8, NAME, FIRST + 1, 0, 0, INFO(ARRAY, 0), 0, U32, U32,
	    3);
	/* a flexible array, and what has no size, may begin at the end */
	GOOD(0, INFO(STRUCT, 1), 8, NAME, FIRST + 1, 64, 0, INFO(ARRAY, 0), 0, U32, U32, 0);
	GOOD(0, INFO(STRUCT, 1), 8, NAME, FIRST + 1, 64, NAME, INFO(FWD, 0), 0);
	BAD("member 0", 0, INFO(STRUCT, 1), 8, NAME, FIRST + 1, 65, NAME, INFO(FWD, 0), 0);
}

TEST_F(btf_graph, bit_fields)
{
	GOOD(0, INFO(STRUCT, 1) | KFLAG, 4, NAME, U32, BITFIELD(3, 29));
	BAD("member 0", 0, INFO(STRUCT, 1) | KFLAG, 4, NAME, U32, BITFIELD(3, 30));
	BAD("bit field", 0, INFO(STRUCT, 1) | KFLAG, 64, NAME, U32, BITFIELD(33, 0));
	BAD("member 0", 0, INFO(STRUCT, 1) | KFLAG, 4, NAME, U32, BITFIELD(0, 1));
	/* as before the flag: an int of 5 bits */
	GOOD(0, INFO(INT, 0), 4, 5, 0, INFO(STRUCT, 1), 1, NAME, FIRST, 3);
	BAD("member 0", 0, INFO(INT, 0), 4, 5, 0, INFO(STRUCT, 1), 1, NAME, FIRST, 4);
}

FIXTURE(split)
{
	struct btf *btf;
	struct btf_check_base base;
	struct ktstr_err err;
};

/* The base: two integers, a struct of 8 bytes, a variable and a prototype. */
FIXTURE_SETUP(split)
{
	struct blob b;
	size_t len;
	void *raw;

	blob_init(&b,
		  WORDS(0, INFO(INT, 0), 4, 32, 0, INFO(INT, 0), 8, 64, 0, INFO(STRUCT, 1), 8, NAME,
			U64, 0, NAME, INFO(VAR, 0), U32, 1, 0, INFO(FUNC_PROTO, 0), VOID),
		  21);
	raw = blob_build(&b, &len);
	ASSERT_EQ(0, btf_check(raw, len, NULL, &self->err));
	self->btf = btf__new(raw, len);
	ASSERT_NE(NULL, self->btf);
	ASSERT_EQ(0, btf_check_base_init(&self->base, self->btf, NULL));
	EXPECT_EQ(sizeof(strings), self->base.strings);
	free(raw);
}

FIXTURE_TEARDOWN(split)
{
	btf__free(self->btf);
}

#define SPLIT(...)                                                                            \
	words_check((const u32[]){ __VA_ARGS__ }, ARRAY_SIZE(((const u32[]){ __VA_ARGS__ })), \
		    &self->base, &self->err)

/* Ids of the base, and of the first split type. */
enum {
	B_STRUCT = FIRST,
	B_VAR,
	B_PROTO,
	S_FIRST,
};

TEST_F(split, types_of_the_base)
{
	const u32 own = sizeof(strings);

	EXPECT_EQ(0, SPLIT(NAME, INFO(STRUCT, 2), 12, own + NAME, U32, 0, NAME, B_STRUCT, 32))
	{
		TH_LOG("%s", self->err.msg);
	}
	EXPECT_EQ(0, SPLIT(NAME, INFO(FUNC, 0), B_PROTO));
	EXPECT_EQ(-EINVAL, SPLIT(NAME, INFO(FUNC, 0), B_STRUCT));
	EXPECT_EQ(0, SPLIT(NAME, INFO(DATASEC, 1), 4, B_VAR, 0, 4));
	EXPECT_EQ(-EINVAL, SPLIT(NAME, INFO(PTR, 0), B_VAR));
	EXPECT_EQ(0, SPLIT(NAME, INFO(PTR, 0), B_STRUCT));
	EXPECT_EQ(0, SPLIT(NAME, INFO(DECL_TAG, 0), B_STRUCT, 0));
	EXPECT_EQ(-EINVAL, SPLIT(NAME, INFO(DECL_TAG, 0), B_STRUCT, 1));
	EXPECT_EQ(-EINVAL, SPLIT(NAME, INFO(PTR, 0), S_FIRST + 1));
	EXPECT_EQ(-EINVAL, SPLIT(NAME, INFO(PTR, 0), S_FIRST));
}

TEST_F(split, sizes_of_the_base)
{
	EXPECT_EQ(-EINVAL, SPLIT(NAME, INFO(STRUCT, 1), 12, NAME, B_STRUCT, 33));
	EXPECT_EQ(-EINVAL, SPLIT(0, INFO(ARRAY, 0), 0, B_STRUCT, U32, 0x20000000));
	EXPECT_EQ(0, SPLIT(0, INFO(ARRAY, 0), 0, B_STRUCT, U32, 0x1fffffff));
	EXPECT_EQ(-EINVAL, SPLIT(0, INFO(STRUCT, 1) | KFLAG, 4, NAME, U32, BITFIELD(3, 30)));
}

TEST_F(split, names_of_both)
{
	const u32 own = sizeof(strings);

	EXPECT_EQ(0, SPLIT(NAME, INFO(FWD, 0), 0));
	EXPECT_EQ(0, SPLIT(own + NAME, INFO(FWD, 0), 0));
	EXPECT_EQ(-EINVAL, SPLIT(own + sizeof(strings), INFO(FWD, 0), 0));
}

/* A module may have no name of its own. */
TEST_F(split, no_strings)
{
	struct blob b;

	blob_init(&b, (const u32[]){ NAME, INFO(FWD, 0), 0 }, 3);
	b.strings_len = 0;
	b.hdr.str_len = 0;
	EXPECT_EQ(0, blob_check(&b, &self->base, &self->err));
	EXPECT_EQ(-EINVAL, blob_check(&b, NULL, &self->err));
}

TEST_HARNESS_MAIN
