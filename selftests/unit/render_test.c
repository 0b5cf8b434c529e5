// SPDX-License-Identifier: GPL-2.0-only
/* Every kind of type, from bytes whose value is known. */
#include <errno.h>

#include "host/inspect/render.h"
#include "lib/util.h"
#define VALUE_FIXTURE_RAW_TYPES
#include "value_fixture.h"

FIXTURE(render)
{
	struct btf *btf;
	struct ids id;
	struct vtree *t;
	struct value *root;
};

FIXTURE_SETUP(render)
{
	self->btf = btf_start(&self->id);
	self->t = vtree_new(TREE_MAX);
	self->root = vtree_root(self->t);
}

FIXTURE_TEARDOWN(render)
{
	vtree_free(self->t);
	btf__free(self->btf);
}

static struct value *render(FIXTURE_DATA(render) * self, int type, const void *data, size_t len)
{
	return value_render(self->t, self->root, "v", NULL, (const struct kbtf *)self->btf, type,
			    data, len);
}

#define RENDER(type, ...)                                   \
	({                                                  \
		const u8 bytes_[] = { __VA_ARGS__ };        \
		render(self, type, bytes_, sizeof(bytes_)); \
	})

TEST_F(render, integers)
{
	EXPECT_JSON("255", RENDER(self->id.u8, 0xff));
	EXPECT_JSON("65534", RENDER(self->id.u16, 0xfe, 0xff));
	EXPECT_JSON("4294967294", RENDER(self->id.u32, 0xfe, 0xff, 0xff, 0xff));
	EXPECT_JSON("-2", RENDER(self->id.s32, 0xfe, 0xff, 0xff, 0xff));
	EXPECT_JSON("-1", RENDER(self->id.s64, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff));
	EXPECT_JSON("1", RENDER(self->id.u64, 1, 0, 0, 0, 0, 0, 0, 0));
	EXPECT_JSON("'0xff00000000000000'", RENDER(self->id.u64, 0, 0, 0, 0, 0, 0, 0, 0xff));
	EXPECT_JSON("-128", RENDER(self->id.ch, 0x80));
}

TEST_F(render, integers_of_16_bytes)
{
	int wide = btf__add_int(self->btf, "__int128", 16, BTF_INT_SIGNED);

	EXPECT_JSON("{'hex':'0102000000000000000000000000ff80'}",
		    RENDER(wide, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0x80));
}

TEST_F(render, booleans)
{
	EXPECT_JSON("false", RENDER(self->id.flag, 0));
	EXPECT_JSON("true", RENDER(self->id.flag, 1));
	/* Memory that was scribbled over. */
	EXPECT_JSON("204", RENDER(self->id.flag, 0xcc));
}

TEST_F(render, floats)
{
	int single = btf__add_float(self->btf, "float", 4);
	int dbl = btf__add_float(self->btf, "double", 8);
	int wide = btf__add_float(self->btf, "long double", 16);
	const float f = 1.5;
	const double d = -0.1, inf = __builtin_inf();
	const u8 zeros[16] = {};

	EXPECT_JSON("1.5", render(self, single, &f, sizeof(f)));
	EXPECT_JSON("-0.1", render(self, dbl, &d, sizeof(d)));
	EXPECT_JSON("'inf'", render(self, dbl, &inf, sizeof(inf)));
	EXPECT_EQ(VALUE_TRUNCATED, value_kind(render(self, wide, zeros, sizeof(zeros))));
}

TEST_F(render, enums)
{
	int e, wide;

	e = btf__add_enum(self->btf, "kind", 4);
	btf__add_enum_value(self->btf, "KIND_NONE", 0);
	btf__add_enum_value(self->btf, "KIND_ERROR", 1024);
	wide = btf__add_enum64(self->btf, "wide", 8, false);
	btf__add_enum64_value(self->btf, "WIDE", 0xffffffff00000001);
	EXPECT_JSON("{'value':0,'name':'KIND_NONE'}", RENDER(e, 0, 0, 0, 0));
	EXPECT_JSON("{'value':1024,'name':'KIND_ERROR'}", RENDER(e, 0, 4, 0, 0));
	EXPECT_JSON("{'value':3,'name':null}", RENDER(e, 3, 0, 0, 0));
	EXPECT_JSON("{'value':4294967295,'name':null}", RENDER(e, 255, 255, 255, 255));
	EXPECT_JSON("{'value':'0xffffffff00000001','name':'WIDE'}",
		    RENDER(wide, 1, 0, 0, 0, 255, 255, 255, 255));
}

TEST_F(render, signed_enums_of_any_size)
{
	int e, small;

	e = btf__add_enum(self->btf, "err", 4);
	btf__add_enum_value(self->btf, "ERR_LOST", -2);
	small = btf__add_enum(self->btf, "tiny", 1);
	btf__add_enum_value(self->btf, "TINY_MINUS", -1);
	EXPECT_JSON("{'value':-2,'name':'ERR_LOST'}", RENDER(e, 0xfe, 255, 255, 255));
	EXPECT_JSON("{'value':-1,'name':'TINY_MINUS'}", RENDER(small, 0xff));
}

TEST_F(render, typedefs_and_qualifiers)
{
	int t = btf__add_typedef(self->btf, "u64", self->id.u64);

	t = btf__add_const(self->btf, btf__add_volatile(self->btf, t));
	t = btf__add_type_tag(self->btf, "arena", t);
	t = btf__add_restrict(self->btf, btf__add_typedef(self->btf, "again", t));
	EXPECT_JSON("7", RENDER(t, 7, 0, 0, 0, 0, 0, 0, 0));
}

/*
 * struct task {
 *	u32 pid;
 *	union { u32 word; struct { u16 lo, hi; }; };
 *	struct pos { u8 x, y; } pos;	at 8
 *	char comm[6];			at 10
 * };
 */
static int add_task(struct btf *btf, const struct ids *id)
{
	int pair, both, pos, comm, task;

	pair = btf__add_struct(btf, NULL, 4);
	btf__add_field(btf, "lo", id->u16, 0, 0);
	btf__add_field(btf, "hi", id->u16, 16, 0);
	both = btf__add_union(btf, NULL, 4);
	btf__add_field(btf, "word", id->u32, 0, 0);
	btf__add_field(btf, NULL, pair, 0, 0);
	pos = btf__add_struct(btf, "pos", 2);
	btf__add_field(btf, "x", id->u8, 0, 0);
	btf__add_field(btf, "y", id->u8, 8, 0);
	comm = btf__add_array(btf, id->u32, id->ch, 6);
	task = btf__add_struct(btf, "task", 16);
	btf__add_field(btf, "pid", id->u32, 0, 0);
	btf__add_field(btf, NULL, both, 4 * 8, 0);
	btf__add_field(btf, "pos", pos, 8 * 8, 0);
	btf__add_field(btf, "comm", comm, 10 * 8, 0);
	return task;
}

static const u8 task_bytes[] = { 42, 0, 0, 0, 1, 0, 2, 0, 3, 4, 's', 'h', 0, 'x', 0, 0, 99, 99 };

TEST_F(render, structs_with_all_their_members)
{
	int task = add_task(self->btf, &self->id);
	const struct value *v;
	u64 hi;

	/* More bytes than the type has are nobody's. */
	v = render(self, task, task_bytes, sizeof(task_bytes));
	EXPECT_JSON("{'pid':42,'word':131073,'lo':1,'hi':2,'pos':{'x':3,'y':4},'comm':'sh'}", v);
	EXPECT_STREQ("v", value_name(v));
	ASSERT_TRUE(value_u64(value_get(self->root, "v.hi", NULL), &hi));
	EXPECT_EQ(2, hi);
}

TEST_F(render, structs_that_are_cut_show_what_there_is)
{
	int task = add_task(self->btf, &self->id);

	EXPECT_JSON("{'truncated':{'needed':16,'had':9},'partial':{'pid':42,'word':131073,\n"
		    "'lo':1,'hi':2,'pos':{'truncated':{'needed':2,'had':1},\n"
		    "'partial':{'x':3}}}}",
		    render(self, task, task_bytes, 9));
	EXPECT_JSON("{'truncated':{'needed':16,'had':2},\n"
		    "'partial':{'pid':{'truncated':{'needed':4,'had':2},\n"
		    "'partial':{'hex':'2a00'}}}}",
		    render(self, task, task_bytes, 2));
	EXPECT_JSON("{'truncated':{'needed':16,'had':0}}", render(self, task, NULL, 0));
}

TEST_F(render, paths_lead_into_what_was_cut)
{
	int task = add_task(self->btf, &self->id);
	u64 v;

	render(self, task, task_bytes, 9);
	ASSERT_TRUE(value_u64(value_get(self->root, "v.pos.x", NULL), &v));
	EXPECT_EQ(3, v);
	EXPECT_EQ(NULL, value_get(self->root, "v.pos.y", NULL));
}

TEST_F(render, bit_fields)
{
	int e, neg, s;

	e = btf__add_enum(self->btf, "mode", 4);
	btf__add_enum_value(self->btf, "MODE_A", 0);
	btf__add_enum_value(self->btf, "MODE_B", 5);
	neg = btf__add_enum(self->btf, "level", 4);
	btf__add_enum_value(self->btf, "LEVEL_LOW", -2);
	btf__add_enum_value(self->btf, "LEVEL_NONE", 0);
	s = btf__add_struct(self->btf, "bits", 12);
	btf__add_field(self->btf, "a", self->id.u32, 0, 3);
	btf__add_field(self->btf, "b", self->id.s32, 3, 4);
	btf__add_field(self->btf, "flag", self->id.flag, 7, 1);
	btf__add_field(self->btf, "mode", e, 8, 3);
	btf__add_field(self->btf, "level", neg, 11, 2);
	btf__add_field(self->btf, "wide", self->id.u64, 13, 51);
	btf__add_field(self->btf, "over", self->id.u32, 61, 30);
	/* 0b1_1110_101, 0b???_10_101, ... */
	EXPECT_JSON("{'a':5,'b':-2,'flag':true,'mode':{'value':5,'name':'MODE_B'},\n"
		    "'level':{'value':-2,'name':'LEVEL_LOW'},'wide':1,'over':8}",
		    RENDER(s, 0xf5, 0x35, 0, 0, 0, 0, 0, 0, 0x01, 0, 0, 0));
}

TEST_F(render, bit_fields_of_64_bits_from_any_bit)
{
	int s = btf__add_struct(self->btf, "bits", 16);

	btf__add_field(self->btf, "a", self->id.u32, 0, 1);
	btf__add_field(self->btf, "b", self->id.u64, 1, 64);
	EXPECT_JSON("{'a':1,'b':'0x8000000000000001'}",
		    RENDER(s, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0));
	EXPECT_JSON("{'truncated':{'needed':16,'had':8},'partial':{'a':1,\n"
		    "'b':{'truncated':{'needed':9,'had':8}}}}",
		    RENDER(s, 3, 0, 0, 0, 0, 0, 0, 0));
}

TEST_F(render, texts)
{
	int name = btf__add_array(self->btf, self->id.u32, self->id.ch, 8);

	EXPECT_JSON("'swapper'", RENDER(name, 's', 'w', 'a', 'p', 'p', 'e', 'r', 0));
	EXPECT_JSON("'a\\tb'", RENDER(name, 'a', '\t', 'b', 0, 1, 2, 3, 4));
	EXPECT_JSON("'12345678'", RENDER(name, '1', '2', '3', '4', '5', '6', '7', '8'));
	EXPECT_JSON("''", RENDER(name, 0, 0, 0, 0, 0, 0, 0, 0));
	/* No text: nothing of it may be lost. */
	EXPECT_JSON("{'hex':'6100ff0000000000'}",
		    RENDER(btf__add_array(self->btf, self->id.u32, self->id.u8, 8), 'a', 0, 0xff, 0,
			   0, 0, 0, 0));
	EXPECT_JSON("{'hex':'0000000000000001'}", RENDER(name, 0, 0, 0, 0, 0, 0, 0, 1));
	EXPECT_JSON("{'hex':'61ff620000000000'}", RENDER(name, 'a', 255, 'b', 0, 0, 0, 0, 0));
}

TEST_F(render, texts_that_are_cut)
{
	int name = btf__add_array(self->btf, self->id.u32, self->id.ch, 8);
	int large = btf__add_array(self->btf, self->id.u32, self->id.ch, 5000);
	char *text = calloc(1, 5000);
	const struct value *v;

	EXPECT_JSON("{'truncated':{'needed':8,'had':3},'partial':'abc'}",
		    RENDER(name, 'a', 'b', 'c'));
	memset(text, 'x', 100);
	EXPECT_EQ(VALUE_STRING, value_kind(render(self, large, text, 5000)));
	memset(text, 'x', 4999);
	v = render(self, large, text, 5000);
	ASSERT_EQ(VALUE_TRUNCATED, value_kind(v));
	EXPECT_EQ(RENDER_ARRAY_MAX, strlen(value_text(value_first(v))));
	free(text);
}

TEST_F(render, arrays)
{
	int nums = btf__add_array(self->btf, self->id.u32, self->id.u16, 3);
	int rows = btf__add_array(self->btf, self->id.u32, nums, 2);
	int flags = btf__add_array(self->btf, self->id.u32, self->id.flag, 3);
	int names = btf__add_array(self->btf, self->id.u32,
				   btf__add_array(self->btf, self->id.u32, self->id.ch, 2), 2);
	int none = btf__add_array(self->btf, self->id.u32, self->id.u32, 0);
	int ptrs = btf__add_array(self->btf, self->id.u32, btf__add_ptr(self->btf, 0), 2);
	const u64 two[] = { 0, 0xffff888000001000 };

	EXPECT_JSON("[1,2,3]", RENDER(nums, 1, 0, 2, 0, 3, 0));
	EXPECT_JSON("[[1,2,3],[4,5,6]]", RENDER(rows, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0));
	EXPECT_JSON("[false,true,true]", RENDER(flags, 0, 1, 1));
	EXPECT_JSON("['ab','c']", RENDER(names, 'a', 'b', 'c', 0));
	EXPECT_JSON("[]", RENDER(none, 0));
	EXPECT_JSON("[null,{'ptr':'0xffff888000001000'}]", render(self, ptrs, two, sizeof(two)));
}

TEST_F(render, arrays_of_scalars_are_one_node)
{
	int nums = btf__add_array(self->btf, self->id.u32, self->id.u64, 1000);
	u8 *data = calloc(1000, 8);
	size_t before = vtree_bytes(self->t);

	render(self, nums, data, 8000);
	EXPECT_LT(vtree_bytes(self->t) - before, 8000 + 256);
	EXPECT_EQ(1002, vtree_nodes(self->t));
	free(data);
}

TEST_F(render, arrays_of_enums)
{
	int e = btf__add_enum(self->btf, "state", 1), many, id;
	char name[16];
	u32 i;

	btf__add_enum_value(self->btf, "OFF", 0);
	btf__add_enum_value(self->btf, "ON", 7);
	id = btf__add_array(self->btf, self->id.u32, e, 3);
	EXPECT_JSON("[{'value':7,'name':'ON'},{'value':0,'name':'OFF'},{'value':255,\n"
		    "'name':null}]",
		    RENDER(id, 7, 0, 255));
	EXPECT_STREQ("ON", value_text(value_get(self->root, "v[0]", NULL)));

	many = btf__add_enum(self->btf, "many", 1);
	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "M%u", i);
		btf__add_enum_value(self->btf, name, i);
	}
	id = btf__add_array(self->btf, self->id.u32, many, 2);
	EXPECT_JSON("[{'value':199,'name':'M199'},{'value':0,'name':'M0'}]", RENDER(id, 199, 0));
}

TEST_F(render, arrays_end_at_the_cap)
{
	int nums = btf__add_array(self->btf, self->id.u32, self->id.u16, 5000);
	int bytes = btf__add_array(self->btf, self->id.u32, self->id.u8, 5000);
	u8 *data = calloc(5000, 2);
	const struct value *v;
	char *json;

	v = render(self, nums, data, 10000);
	EXPECT_EQ(RENDER_ARRAY_MAX, value_count(v));
	json = value_as_json(v);
	EXPECT_NE(NULL, strstr(json, "],\"truncated\":{\"needed\":5000,\"had\":4096}}"));
	free(json);
	v = render(self, bytes, data, 5000);
	json = value_as_json(v);
	EXPECT_NE(NULL,
		  strstr(json, "{\"truncated\":{\"needed\":5000,\"had\":4096},\"partial\":{\"hex"));
	free(json);
	free(data);
}

TEST_F(render, arrays_that_are_cut)
{
	int nums = btf__add_array(self->btf, self->id.u32, self->id.u16, 3);

	EXPECT_JSON("{'truncated':{'needed':6,'had':5},'partial':{'items':[1,2],\n"
		    "'truncated':{'needed':3,'had':2}}}",
		    RENDER(nums, 1, 0, 2, 0, 3));
}

TEST_F(render, sets_of_cpus)
{
	int bits = btf__add_array(self->btf, self->id.u32, self->id.u64, 2);
	int mask, mask_t, bpf_mask, bitmap, two;

	mask = btf__add_struct(self->btf, "cpumask", 16);
	btf__add_field(self->btf, "bits", bits, 0, 0);
	mask_t = btf__add_typedef(self->btf, "cpumask_t", mask);
	bpf_mask = btf__add_struct(self->btf, "bpf_cpumask", 24);
	btf__add_field(self->btf, "cpumask", mask_t, 0, 0);
	btf__add_field(self->btf, "usage", self->id.u32, 128, 0);
	bitmap = btf__add_struct(self->btf, "scx_bitmap", 24);
	btf__add_field(self->btf, "tid", self->id.u64, 0, 0);
	btf__add_field(self->btf, "bits", bits, 64, 0);
	EXPECT_JSON("'0-3,7,64'", RENDER(mask, 0x8f, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0));
	EXPECT_JSON("''", RENDER(mask, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
	EXPECT_JSON("'1,127'", RENDER(bpf_mask, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80,
				      1, 0, 0, 0, 0, 0, 0, 0));
	EXPECT_JSON("'0,2'", RENDER(bitmap, 9, 9, 9, 9, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				    0, 0, 0, 0, 0));
	/* By that name, but no set. */
	two = btf__add_struct(self->btf, "cpumask", 4);
	btf__add_field(self->btf, "other", self->id.u32, 0, 0);
	EXPECT_JSON("{'other':1}", RENDER(two, 1, 0, 0, 0));
}

TEST_F(render, sets_of_cpus_end_at_the_last_cpu)
{
	int bits = btf__add_array(self->btf, self->id.u32, self->id.u64, 1), mask;
	const struct render_env env = { .nr_cpus = 6 };
	const u8 all[8] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	mask = btf__add_struct(self->btf, "cpumask", 8);
	btf__add_field(self->btf, "bits", bits, 0, 0);
	EXPECT_JSON("'0-5'", value_render(self->t, self->root, "m", &env,
					  (const struct kbtf *)self->btf, mask, all, sizeof(all)));
}

TEST_F(render, sections_variable_by_variable)
{
	int crash = btf__add_var(self->btf, "crash", BTF_VAR_GLOBAL_ALLOCATED, self->id.u32);
	int total = btf__add_var(self->btf, "total", BTF_VAR_STATIC, self->id.u64);
	int lost = btf__add_var(self->btf, "lost", BTF_VAR_STATIC, self->id.u64);
	const u8 data[] = { 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0 };
	int bss;

	bss = btf__add_datasec(self->btf, ".bss", 24);
	btf__add_datasec_var_info(self->btf, total, 0, 8);
	btf__add_datasec_var_info(self->btf, crash, 8, 4);
	btf__add_datasec_var_info(self->btf, lost, 16, 8);
	EXPECT_JSON("{'truncated':{'needed':24,'had':16},'partial':{'total':5,'crash':1,\n"
		    "'lost':{'truncated':{'needed':8,'had':0}}}}",
		    render(self, bss, data, sizeof(data)));
	EXPECT_JSON("5", render(self, total, data, sizeof(data)));
}

TEST_F(render, what_has_no_value)
{
	int fwd = btf__add_fwd(self->btf, "hidden", BTF_FWD_STRUCT);
	int proto = btf__add_func_proto(self->btf, 0);
	int func = btf__add_func(self->btf, "f", BTF_FUNC_STATIC, proto);
	int hidden = btf__add_array(self->btf, self->id.u32, fwd, 4);

	EXPECT_JSON("{'unsupported':'a type that is declared, but not defined'}", RENDER(fwd, 0));
	EXPECT_JSON("{'unsupported':'a function'}", RENDER(func, 0));
	EXPECT_JSON("{'unsupported':'a function'}", RENDER(proto, 0));
	EXPECT_JSON("{'unsupported':'an array of a type without a size'}", RENDER(hidden, 0));
}

TEST_F(render, bytes_of_no_type)
{
	u8 *large = calloc(1, 5000);
	const struct value *v;

	EXPECT_JSON("{'hex':'01ff'}", RENDER(0, 1, 255));
	EXPECT_JSON("{'hex':''}", render(self, 0, NULL, 0));
	v = render(self, 0, large, 5000);
	EXPECT_EQ(VALUE_TRUNCATED, value_kind(v));
	EXPECT_EQ(VALUE_BYTES, value_kind(value_first(v)));
	free(large);
}

TEST_F(render, into_an_array)
{
	struct value *a = value_add_array(self->t, self->root, "a");
	const u32 n = 3;

	value_render(self->t, a, NULL, NULL, (const struct kbtf *)self->btf, self->id.u32, &n, 4);
	value_render(self->t, a, NULL, NULL, (const struct kbtf *)self->btf, self->id.u32, &n, 4);
	EXPECT_JSON("{'a':[3,3]}", self->root);
	EXPECT_EQ(NULL, value_render(self->t, NULL, NULL, NULL, (const struct kbtf *)self->btf,
				     self->id.u32, &n, 4));
}

TEST_HARNESS_MAIN
