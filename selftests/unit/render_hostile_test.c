// SPDX-License-Identifier: GPL-2.0-only
/*
 * Types that a guest has made up: each ends, in little memory, with a value
 * that says what is missing. They come straight from libbpf, past the checks
 * that most of them would fail.
 */
#include <bpf/libbpf.h>

#include "host/inspect/render.h"
#include "lib/util.h"
#define VALUE_FIXTURE_RAW_TYPES
#include "value_fixture.h"

FIXTURE(hostile)
{
	struct btf *btf;
	struct ids id;
	struct vtree *t;
	struct value *root;
};

FIXTURE_SETUP(hostile)
{
	self->btf = btf_start(&self->id);
	self->t = vtree_new(1 << 20);
	self->root = vtree_root(self->t);
}

FIXTURE_TEARDOWN(hostile)
{
	vtree_free(self->t);
	btf__free(self->btf);
}

static const u8 zeros[4096];

static struct value *render(FIXTURE_DATA(hostile) * self, int type, size_t len)
{
	return value_render(self->t, self->root, "v", NULL, (const struct kbtf *)self->btf, type,
			    zeros, len);
}

/* libbpf has a name for changing what it has built. */
static struct btf_type *type(FIXTURE_DATA(hostile) * self, int id)
{
	return (struct btf_type *)btf__type_by_id(self->btf, id);
}

TEST_F(hostile, qualifiers_up_to_the_cap)
{
	int t = self->id.u32;
	u32 i;

	for (i = 0; i < RENDER_PEEL_MAX; i++)
		t = btf__add_typedef(self->btf, "t", t);
	EXPECT_JSON("0", render(self, t, 4));
	t = btf__add_const(self->btf, t);
	EXPECT_JSON("{'unsupported':'a type that is malformed or has too many names'}",
		    render(self, t, 4));
}

TEST_F(hostile, typedef_of_itself)
{
	int t = btf__add_typedef(self->btf, "t", self->id.u32);

	type(self, t)->type = t;
	EXPECT_JSON("{'unsupported':'a type that is malformed or has too many names'}",
		    render(self, t, 4));
}

TEST_F(hostile, types_that_do_not_exist)
{
	int t = btf__add_typedef(self->btf, "t", 100000), s;

	s = btf__add_struct(self->btf, "s", 8);
	btf__add_field(self->btf, "a", 100000, 0, 0);
	btf__add_field(self->btf, "b", 100000, 0, 3);
	EXPECT_EQ(VALUE_UNSUPPORTED, value_kind(render(self, t, 4)));
	EXPECT_EQ(VALUE_UNSUPPORTED, value_kind(render(self, 100000, 4)));
	EXPECT_EQ(VALUE_STRUCT, value_kind(render(self, s, 8)));
	EXPECT_EQ(VALUE_UNSUPPORTED, value_kind(value_get(self->root, "v", NULL)));
}

TEST_F(hostile, structs_up_to_the_depth)
{
	int s = btf__add_struct(self->btf, "s", 4);
	const struct value *v;
	u32 i, depth = 0;

	btf__add_field(self->btf, "in", self->id.u32, 0, 0);
	for (i = 0; i < 100; i++) {
		int outer = btf__add_struct(self->btf, "s", 4);

		btf__add_field(self->btf, "in", s, 0, 0);
		s = outer;
	}
	for (v = render(self, s, 4); value_first(v); v = value_first(v))
		depth++;
	EXPECT_EQ(RENDER_DEPTH_MAX + 1, depth);
	EXPECT_JSON("{'unsupported':'types nested too deep'}", v);
}

TEST_F(hostile, a_struct_in_itself)
{
	int s = btf__add_struct(self->btf, "s", 16);

	btf__add_field(self->btf, "a", s, 0, 0);
	btf__add_field(self->btf, "b", s, 0, 0);
	render(self, s, 16);
	EXPECT_TRUE(vtree_full(self->t));
	EXPECT_LE(vtree_bytes(self->t), (1 << 20) + 256);
}

/* No node for any of them, and 2^32 ways through. */
TEST_F(hostile, anonymous_structs_in_themselves)
{
	int s = btf__add_struct(self->btf, NULL, 16);

	btf__add_field(self->btf, NULL, s, 0, 0);
	btf__add_field(self->btf, NULL, s, 0, 0);
	render(self, s, 16);
	EXPECT_TRUE(vtree_full(self->t));
	EXPECT_LT(vtree_nodes(self->t), 100000);
}

TEST_F(hostile, an_array_of_itself)
{
	int a = btf__add_array(self->btf, self->id.u32, self->id.u32, 2);

	btf_array(type(self, a))->type = a;
	EXPECT_EQ(VALUE_UNSUPPORTED, value_kind(render(self, a, 16)));
}

TEST_F(hostile, arrays_whose_size_overflows)
{
	int s = btf__add_struct(self->btf, "s", UINT32_MAX);
	int a = btf__add_array(self->btf, self->id.u32, self->id.u64, UINT32_MAX);
	int aa = btf__add_array(self->btf, self->id.u32, a, UINT32_MAX);
	int as = btf__add_array(self->btf, self->id.u32, s, UINT32_MAX);
	const struct value *v;

	v = render(self, a, 16);
	ASSERT_EQ(VALUE_TRUNCATED, value_kind(v));
	EXPECT_EQ(2, value_count(value_first(v)));
	EXPECT_EQ(VALUE_UNSUPPORTED, value_kind(render(self, aa, 16)));
	EXPECT_JSON("{'truncated':{'needed':'0xfffffffe00000001','had':16},\n"
		    "'partial':{'items':[],'truncated':{'needed':4294967295,'had':0}}}",
		    render(self, as, 16));
}

TEST_F(hostile, arrays_of_nothing)
{
	int empty = btf__add_struct(self->btf, "empty", 0);
	int a = btf__add_array(self->btf, self->id.u32, empty, UINT32_MAX);
	const struct value *v = render(self, a, 0);

	EXPECT_EQ(RENDER_ARRAY_MAX, value_count(v));
}

TEST_F(hostile, members_outside_of_their_struct)
{
	int s = btf__add_struct(self->btf, "s", 8);

	btf__add_field(self->btf, "far", self->id.u64, 0xfffff8, 0);
	btf__add_field(self->btf, "over", self->id.u64, 32, 0);
	btf__add_field(self->btf, "bits", self->id.u32, 60, 30);
	type(self, s)->info |= 1U << 31;
	EXPECT_JSON("{'far':{'truncated':{'needed':8,'had':0}},\n"
		    "'over':{'truncated':{'needed':8,'had':4},'partial':{'hex':'00000000'}},\n"
		    "'bits':{'truncated':{'needed':12,'had':8}}}",
		    render(self, s, 64));
}

TEST_F(hostile, numbers_of_absurd_sizes)
{
	int i = btf__add_int(self->btf, "i", 4, 0), e = btf__add_enum(self->btf, "e", 4);
	int f = btf__add_float(self->btf, "f", 4);
	u32 sizes[] = { 0, 3, 17, 4096, UINT32_MAX }, k;

	for (k = 0; k < ARRAY_SIZE(sizes); k++) {
		type(self, i)->size = sizes[k];
		type(self, e)->size = sizes[k];
		type(self, f)->size = sizes[k];
		EXPECT_NE(NULL, render(self, i, 4096));
		EXPECT_NE(NULL, render(self, e, 4096));
		EXPECT_NE(NULL, render(self, f, 4096));
		EXPECT_NE(NULL, render(self, btf__add_array(self->btf, i, i, 9), 4096));
		EXPECT_NE(NULL, render(self, btf__add_array(self->btf, i, e, 9), 4096));
		EXPECT_NE(NULL, render(self, btf__add_array(self->btf, i, f, 9), 4096));
	}
	free(value_as_json(self->root));
}

TEST_F(hostile, integers_of_all_bits_and_offsets)
{
	int i = btf__add_int(self->btf, "i", 4, 0), s;
	u32 *encoding, bits, offset;

	s = btf__add_struct(self->btf, "s", 16);
	btf__add_field(self->btf, "a", i, 24, 0);
	encoding = (u32 *)(type(self, i) + 1);
	for (bits = 0; bits < 256; bits += 5) {
		for (offset = 0; offset < 256; offset += 17) {
			*encoding = offset << 16 | bits | (bits & 7) << 24;
			EXPECT_NE(NULL, render(self, i, 4));
			EXPECT_NE(NULL, render(self, s, 16));
		}
	}
}

/* Before Linux 5.0: the bits are the integer's. */
TEST_F(hostile, bit_fields_of_old)
{
	int i = btf__add_int(self->btf, "u32", 4, 0), s;
	const u8 data[] = { 0xd0, 0x02 };

	s = btf__add_struct(self->btf, "s", 4);
	btf__add_field(self->btf, "a", i, 0, 0);
	btf_members(type(self, s))->offset = 4;
	*(u32 *)(type(self, i) + 1) = 5;
	EXPECT_JSON("{'truncated':{'needed':4,'had':2},'partial':{'a':13}}",
		    value_render(self->t, self->root, "v", NULL, (const struct kbtf *)self->btf, s,
				 data, sizeof(data)));
}

TEST_F(hostile, an_enum_of_65535_names_and_none_fits)
{
	int e = btf__add_enum(self->btf, "e", 4), a;
	u32 i;

	for (i = 0; i < 65535; i++)
		btf__add_enum_value(self->btf, "E", 1000000 - i);
	a = btf__add_array(self->btf, self->id.u32, e, 4096);
	render(self, a, 4096);
	EXPECT_TRUE(vtree_full(self->t));
	EXPECT_LT(vtree_nodes(self->t), 1000);
}

TEST_F(hostile, sections_of_odd_variables)
{
	int v = btf__add_var(self->btf, "v", BTF_VAR_STATIC, self->id.u64);
	struct btf_var_secinfo *s;
	int bss;

	bss = btf__add_datasec(self->btf, ".bss", 16);
	btf__add_datasec_var_info(self->btf, v, 0, 8);
	btf__add_datasec_var_info(self->btf, v, 8, 8);
	s = btf_var_secinfos(type(self, bss));
	s[0].offset = UINT32_MAX;
	s[1].size = UINT32_MAX;
	EXPECT_JSON("{'v':{'truncated':{'needed':8,'had':0}},'v':0}", render(self, bss, 16));
	s[0].type = bss;
	s[1].type = 100000;
	render(self, bss, 16);
	s[0] = s[1];
	s[0].type = bss;
	s[0].offset = 0;
	s[0].size = 16;
	s[1].type = bss;
	s[1].offset = 0;
	render(self, bss, 16);
	EXPECT_TRUE(vtree_full(self->t));
}

TEST_F(hostile, sets_of_cpus_that_are_none)
{
	int bits = btf__add_array(self->btf, self->id.u32, self->id.u64, UINT32_MAX), mask;

	mask = btf__add_struct(self->btf, "cpumask", 8);
	btf__add_field(self->btf, "bits", bits, 0, 0);
	EXPECT_EQ(VALUE_STRUCT, value_kind(render(self, mask, 64)));
	mask = btf__add_struct(self->btf, "bpf_cpumask", 8);
	btf__add_field(self->btf, "cpumask", mask, 0, 0);
	EXPECT_EQ(VALUE_STRUCT, value_kind(render(self, mask, 64)));
}

/* Bits flipped all over a sample: whatever libbpf takes, ends. */
TEST_F(hostile, mutations)
{
	int s, e, a, i, len;
	struct btf *btf;
	const void *raw;
	u32 seed = 1;
	u8 *copy;

	e = btf__add_enum(self->btf, "e", 4);
	btf__add_enum_value(self->btf, "A", 1);
	a = btf__add_array(self->btf, self->id.u32, e, 5);
	s = btf__add_struct(self->btf, "s", 64);
	btf__add_field(self->btf, "a", a, 0, 0);
	btf__add_field(self->btf, "c", self->id.u32, 163, 7);
	btf__add_field(self->btf, "p", btf__type_cnt(self->btf), 192, 0);
	btf__add_ptr(self->btf, s);
	raw = btf__raw_data(self->btf, (u32 *)&len);
	copy = malloc(len);
	libbpf_set_print(NULL);
	for (i = 0; i < 2000; i++) {
		u32 flips = i % 4 + 1, id;

		memcpy(copy, raw, len);
		while (flips--) {
			seed = seed * 1664525 + 1013904223;
			copy[24 + (seed >> 8) % (len - 24)] ^= 1 << (seed >> 29);
		}
		btf = btf__new(copy, len);
		if (!btf)
			continue;
		for (id = 1; id < btf__type_cnt(btf); id++) {
			struct vtree *t = vtree_new(1 << 16);

			value_render(t, vtree_root(t), "v", NULL, (const struct kbtf *)btf, id,
				     zeros, 64);
			free(value_as_json(vtree_root(t)));
			free(value_as_text(vtree_root(t), NULL));
			vtree_free(t);
		}
		btf__free(btf);
	}
	free(copy);
}

TEST_HARNESS_MAIN
