// SPDX-License-Identifier: GPL-2.0-only
/* Values as JSON, and back. */
#include <errno.h>
#include <limits.h>

#include "host/inspect/value_parse.h"
#include "json_check.h"
#include "lib/util.h"
#include "value_fixture.h"

/* Largest integer a double holds together with all below it. */
#define EXACT_MAX ((1ULL << 53) - 1)

FIXTURE(json)
{
	struct vtree *t;
	struct value *root;
	struct ktstr_err err;
};

FIXTURE_SETUP(json)
{
	self->t = vtree_new(TREE_MAX);
	self->root = vtree_root(self->t);
}

FIXTURE_TEARDOWN(json)
{
	vtree_free(self->t);
}

TEST_F(json, numbers_a_double_would_round)
{
	struct value *a = value_add_array(self->t, self->root, "a");

	value_add_uint(self->t, a, NULL, EXACT_MAX);
	value_add_uint(self->t, a, NULL, EXACT_MAX + 1);
	value_add_int(self->t, a, NULL, -(s64)EXACT_MAX);
	value_add_int(self->t, a, NULL, INT64_MIN);
	value_add_hex(self->t, a, NULL, 31);
	EXPECT_JSON("[9007199254740991,'0x20000000000000',-9007199254740991,\n"
		    "'0x8000000000000000','0x1f']",
		    a);
}

TEST_F(json, floats)
{
	/* the last one is a number of 17 digits, which no integer may be */
	const double nums[] = { 0, -1.5, 1e300, 0.1, 1.0 / 3, 10846169068898440.0 };
	const float singles[] = { 2.5, -0.0f };

	EXPECT_JSON("[0.0,-1.5,1e+300,0.1,0.33333333333333331,10846169068898440.0]",
		    value_add_numbers(self->t, self->root, "d", VALUE_FLOAT, 8, nums, 6));
	EXPECT_JSON("[2.5,-0.0]",
		    value_add_numbers(self->t, self->root, "s", VALUE_FLOAT, 4, singles, 2));
	value_add_float(self->t, self->root, "nan", __builtin_nan(""));
	EXPECT_JSON("'nan'", value_get(self->root, "nan", NULL));
}

TEST_F(json, strings_of_any_bytes)
{
	char text[256];
	char *json;
	u32 i;

	for (i = 0; i < 255; i++)
		text[i] = i + 1;
	text[255] = '\0';
	value_add_text(self->t, self->root, "t", text);
	value_add_text(self->t, self->root, "two", "a\nb\t\"c\"\\");
	EXPECT_JSON("'a\\nb\\t\\'c\\'\\\\'", value_get(self->root, "two", NULL));
	json = value_as_json(self->root);
	EXPECT_TRUE(json_valid(json, strlen(json)));
	free(json);
}

TEST_F(json, null_is_null)
{
	EXPECT_JSON("null", NULL);
	value_add_null(self->t, self->root, "n");
	value_add_ptr(self->t, self->root, "p", 0, NULL);
	EXPECT_JSON("{'n':null,'p':null}", self->root);
}

TEST_F(json, cpulists)
{
	u8 bits[32] = {};

	bits[0] = 0x0f;
	bits[25] = 0x80;
	value_add_cpulist(self->t, self->root, "some", bits, 256);
	value_add_cpulist(self->t, self->root, "none", bits, 0);
	/* Bits behind the last one are nobody's. */
	value_add_cpulist(self->t, self->root, "three", bits, 3);
	EXPECT_JSON("{'some':'0-3,207','none':'','three':'0-2'}", self->root);
}

TEST_F(json, as_a_member)
{
	json_writer_t *w;
	char *text;
	size_t len;
	FILE *out;

	value_add_uint(self->t, self->root, "n", 3);
	out = open_memstream(&text, &len);
	w = jsonw_new(out);
	jsonw_start_object(w);
	value_json_field(w, NULL, value_first(self->root));
	value_json_field(w, "other", value_first(self->root));
	value_json_field(w, "none", NULL);
	jsonw_end_object(w);
	jsonw_destroy(&w);
	fclose(out);
	EXPECT_STREQ("{\"n\":3,\"other\":3,\"none\":null}\n", text);
	free(text);
}

static void add_all_kinds(struct vtree *t, struct value *root)
{
	const u32 nums[] = { 1, 2, 3 };
	struct value *s, *a, *p;

	value_add_null(t, root, "null");
	value_add_bool(t, root, "bool", true);
	value_add_int(t, root, "int", -5);
	value_add_uint(t, root, "uint", 5);
	value_add_hex(t, root, "hex", 0xffffffff81000000);
	value_add_float(t, root, "float", 0.25);
	value_add_enum(t, root, "enum", 1025, "SCX_EXIT_ERROR_BPF");
	value_add_enum(t, root, "unnamed", -7, NULL);
	value_add_text(t, root, "text", "a \"text\"\nof two lines");
	value_add_bytes(t, root, "bytes", "\0\1\xff", 3);
	value_add_cpulist(t, root, "cpus", "\x8f", 8);
	p = value_add_ptr(t, root, "followed", 0xffff888000001000, NULL);
	value_ptr_note(p, "init_task", "slab");
	s = value_add_struct(t, p, NULL);
	value_add_uint(t, s, "pid", 1);
	value_add_ptr(t, root, "skipped", 0x10, "not mapped");
	a = value_add_numbers(t, root, "array", VALUE_UINT, 4, nums, 3);
	value_cut(a, 10, 3);
	a = value_add_array(t, root, "mixed");
	value_add_struct(t, a, NULL);
	value_add_array(t, a, NULL);
	value_unsupported(t, root, "odd", "because of %d", 7);
}

TEST_F(json, all_kinds)
{
	add_all_kinds(self->t, self->root);
	EXPECT_JSON("{'null':null,'bool':true,'int':-5,'uint':5,'hex':'0xffffffff81000000',\n"
		    "'float':0.25,'enum':{'value':1025,'name':'SCX_EXIT_ERROR_BPF'},\n"
		    "'unnamed':{'value':-7,'name':null},'text':'a \\'text\\'\\nof two lines',\n"
		    "'bytes':{'hex':'0001ff'},'cpus':'0-3,7',\n"
		    "'followed':{'ptr':'0xffff888000001000','symbol':'init_task',\n"
		    "'note':'slab','deref':{'pid':1}},'skipped':{'ptr':'0x10',\n"
		    "'skipped':'not mapped'},'array':{'items':[1,2,3],\n"
		    "'truncated':{'needed':10,'had':3}},'mixed':[{},[]],\n"
		    "'odd':{'unsupported':'because of 7'}}",
		    self->root);
}

/* What was read back is written the same, and has its kinds. */
TEST_F(json, there_and_back)
{
	static const struct {
		const char *path;
		enum value_kind kind;
	} kinds[] = {
		{ "null", VALUE_NULL },		{ "bool", VALUE_BOOL },
		{ "int", VALUE_INT },		{ "uint", VALUE_UINT },
		{ "hex", VALUE_HEX },		{ "float", VALUE_FLOAT },
		{ "enum", VALUE_ENUM },		{ "unnamed", VALUE_ENUM },
		{ "text", VALUE_STRING },	{ "bytes", VALUE_BYTES },
		{ "cpus", VALUE_STRING },	{ "followed", VALUE_PTR },
		{ "followed.pid", VALUE_UINT }, { "skipped", VALUE_PTR },
		{ "array", VALUE_ARRAY },	{ "array[1]", VALUE_UINT },
		{ "mixed[0]", VALUE_STRUCT },	{ "odd", VALUE_UNSUPPORTED },
	};
	const struct value *v;
	struct vtree *back;
	char *json;
	u32 i;

	add_all_kinds(self->t, self->root);
	json = value_as_json(self->root);
	back = value_parse(json, strlen(json), &self->err);
	if (!back && errno == EOPNOTSUPP) {
		free(json);
		SKIP(return, "this build is without json-c");
	}
	ASSERT_NE(NULL, back)
	TH_LOG("%s", self->err.msg);
	EXPECT_JSON(json, vtree_root(back));
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		v = value_get(vtree_root(back), kinds[i].path, &self->err);
		ASSERT_NE(NULL, v)
		TH_LOG("%s", self->err.msg);
		EXPECT_EQ(kinds[i].kind, value_kind(v))
		TH_LOG("%s", kinds[i].path);
	}
	vtree_free(back);
	free(json);
}

static struct vtree *parse(FIXTURE_DATA(json) * self, const char *json)
{
	return value_parse(json, strlen(json), &self->err);
}

static bool no_parser(void)
{
	struct vtree *t = value_parse("{}", 2, NULL);
	bool none = !t && errno == EOPNOTSUPP;

	vtree_free(t);
	return none;
}

TEST_F(json, cut_structs_come_back)
{
	struct vtree *t;
	u64 v;

	if (no_parser())
		SKIP(return, "this build is without json-c");
	t = parse(self,
		  "{\"s\": {\"truncated\": {\"needed\": 8, \"had\": 4}, \"partial\": {\"a\": 7}}}\n");
	ASSERT_NE(NULL, t);
	ASSERT_TRUE(value_u64(value_get(vtree_root(t), "s.a", NULL), &v));
	EXPECT_EQ(7, v);
	EXPECT_JSON("{'s':{'truncated':{'needed':8,'had':4},'partial':{'a':7}}}", vtree_root(t));
	vtree_free(t);
}

TEST_F(json, structs_that_look_like_something_else)
{
	static const char *const same[] = {
		"{\"v\":{\"hex\":\"0g\"}}",
		"{\"v\":{\"hex\":\"00\",\"more\":1}}",
		"{\"v\":{\"value\":1,\"name\":\"a\",\"more\":2}}",
		"{\"v\":{\"value\":{\"a\":1},\"name\":\"a\"}}",
		"{\"v\":{\"ptr\":5}}",
		"{\"v\":{\"ptr\":\"0x5\",\"other\":1}}",
		"{\"v\":{\"truncated\":true}}",
		"{\"v\":{\"unsupported\":1}}",
		"{\"v\":{\"ptr\":\"0x5\",\"deref\":null}}",
		"{\"v\":[null,true,-1,[[]],{\"\":\"\"}]}",
		"{\"value\":\"0x12345678901234567\"}",
	};
	struct vtree *t;
	u32 i;

	if (no_parser())
		SKIP(return, "this build is without json-c");
	for (i = 0; i < ARRAY_SIZE(same); i++) {
		t = parse(self, same[i]);
		ASSERT_NE(NULL, t)
		TH_LOG("%s: %s", same[i], self->err.msg);
		EXPECT_JSON(same[i], vtree_root(t));
		vtree_free(t);
	}
}

TEST_F(json, a_text_that_is_no_object)
{
	struct vtree *t;

	if (no_parser())
		SKIP(return, "this build is without json-c");
	t = parse(self, "[1, 2]");
	ASSERT_NE(NULL, t);
	EXPECT_JSON("{'value':[1,2]}", vtree_root(t));
	vtree_free(t);
	t = parse(self, "12");
	ASSERT_NE(NULL, t);
	EXPECT_JSON("{'value':12}", vtree_root(t));
	vtree_free(t);
	t = parse(self, "null");
	ASSERT_NE(NULL, t);
	EXPECT_JSON("{'value':null}", vtree_root(t));
	vtree_free(t);
}

TEST_F(json, malformed)
{
	static const char *const bad[] = { "",	  "{",	   "{\"a\":}", "[1,]",	     "{} {}",
					   "nul", "[1 2]", "\"abc",    "{\"a\":01}", "\x01{}" };
	char *deep;
	u32 i;

	if (no_parser())
		SKIP(return, "this build is without json-c");
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(NULL, parse(self, bad[i]))
		TH_LOG("%s", bad[i]);
		EXPECT_EQ(EINVAL, errno);
		EXPECT_EQ(0, strncmp("malformed JSON at byte ", self->err.msg, 23));
	}
	deep = malloc(100000);
	memset(deep, '[', 100000);
	EXPECT_EQ(NULL, value_parse(deep, 100000, &self->err));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(NULL, value_parse(deep, (size_t)VALUE_PARSE_MAX + 1, &self->err));
	EXPECT_EQ(EFBIG, errno);
	free(deep);
}

/* As deep as a parser lets pass: printing does not end the program. */
TEST_F(json, deep)
{
	char *deep, *json;
	struct vtree *t;

	if (no_parser())
		SKIP(return, "this build is without json-c");
	deep = malloc(4000);
	memset(deep, '[', 2000);
	memset(deep + 2000, ']', 2000);
	t = value_parse(deep, 4000, &self->err);
	ASSERT_NE(NULL, t)
	TH_LOG("%s", self->err.msg);
	json = value_as_json(vtree_root(t));
	EXPECT_NE(NULL, strstr(json, "values nested too deep"));
	free(json);
	free(value_as_text(vtree_root(t), NULL));
	vtree_free(t);
	free(deep);
}

TEST_HARNESS_MAIN
