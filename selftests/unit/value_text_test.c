// SPDX-License-Identifier: GPL-2.0-only
/* Values as people read them. */
#include <errno.h>

#include "lib/util.h"
#include "value_fixture.h"

FIXTURE(text)
{
	struct vtree *t;
	struct value *root;
};

FIXTURE_SETUP(text)
{
	self->t = vtree_new(TREE_MAX);
	self->root = vtree_root(self->t);
}

FIXTURE_TEARDOWN(text)
{
	vtree_free(self->t);
}

TEST_F(text, scalars)
{
	value_add_bool(self->t, self->root, "ok", true);
	value_add_int(self->t, self->root, "nice", -5);
	value_add_uint(self->t, self->root, "weight", 18446744073709551615ULL);
	value_add_hex(self->t, self->root, "flags", 0x1f);
	value_add_float(self->t, self->root, "ratio", 0.25);
	value_add_enum(self->t, self->root, "kind", 1025, "SCX_EXIT_ERROR_BPF");
	value_add_enum(self->t, self->root, "state", 0, NULL);
	value_add_text(self->t, self->root, "comm", "a\nb\033");
	value_add_bytes(self->t, self->root, "id", "\1\2\xff", 3);
	value_add_cpulist(self->t, self->root, "cpus", "\x8f", 8);
	value_unsupported(self->t, self->root, "odd", "why not");
	EXPECT_TEXT("ok: true\n"
		    "nice: -5\n"
		    "weight: 18446744073709551615\n"
		    "flags: 0x1f\n"
		    "ratio: 0.25\n"
		    "kind: SCX_EXIT_ERROR_BPF (1025)\n"
		    "state: 0\n"
		    "comm: \"a b\\x1b\"\n"
		    "id: 0102ff\n"
		    "cpus: 0-3,7\n"
		    "odd: (not shown: why not)\n",
		    self->root, NULL);
}

TEST_F(text, pointers)
{
	struct value *p;

	value_add_ptr(self->t, self->root, "left", 0x10, "not mapped");
	p = value_add_ptr(self->t, self->root, "here", 0xffffffff81000000, NULL);
	value_ptr_note(p, "init_task", NULL);
	p = value_add_ptr(self->t, self->root, "slot", 0x1000, NULL);
	value_ptr_note(p, NULL, "sdt_alloc");
	value_add_uint(self->t, value_add_struct(self->t, p, NULL), "pid", 1);
	p = value_add_ptr(self->t, self->root, "loop", 0x1000, "cycle");
	value_ptr_note(p, NULL, "sdt_alloc");
	EXPECT_TEXT("left: 0x10 (not followed: not mapped)\n"
		    "here: 0xffffffff81000000 <init_task>\n"
		    "slot: 0x1000 (sdt_alloc) -> { pid: 1 }\n"
		    "loop: 0x1000 (sdt_alloc, not followed: cycle)\n",
		    self->root, NULL);
}

TEST_F(text, what_is_zero_is_named_once)
{
	const u64 nums[100] = {};
	struct value *s;

	value_add_uint(self->t, self->root, "a", 0);
	value_add_uint(self->t, self->root, "b", 3);
	value_add_text(self->t, self->root, "c", "");
	value_add_ptr(self->t, self->root, "d", 0, NULL);
	value_add_numbers(self->t, self->root, "e", VALUE_UINT, 8, nums, 100);
	s = value_add_struct(self->t, self->root, "f");
	value_add_bool(self->t, s, "g", false);
	value_add_enum(self->t, self->root, "h", 0, "NONE");
	EXPECT_TEXT("b: 3\n"
		    "h: NONE (0)\n"
		    "(zero: a, c, d, e, f)\n",
		    self->root, NULL);
	EXPECT_TEXT("a: 0\n"
		    "b: 3\n"
		    "c: \"\"\n"
		    "d: NULL\n"
		    "e: [0 x 100]\n"
		    "f: { g: false }\n"
		    "h: NONE (0)\n",
		    self->root, &(struct value_text_opts){ .zeros = true });
}

TEST_F(text, many_zeros_are_counted)
{
	const struct value_text_opts o = { .width = 60 };
	char name[16];
	u32 i;

	for (i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "member%u", i);
		value_add_uint(self->t, self->root, vtree_strdup(self->t, name), 0);
	}
	EXPECT_TEXT("(zero: member0, member1, member2, member3, 26 more)\n", self->root, &o);
}

TEST_F(text, small_structs_share_a_line)
{
	const struct value_text_opts narrow = { .indent = 1, .width = 42 };
	struct value *s = value_add_struct(self->t, self->root, "pos"), *in;

	value_add_uint(self->t, s, "x", 1);
	in = value_add_struct(self->t, s, "in");
	value_add_uint(self->t, in, "y", 2);
	value_add_uint(self->t, in, "z", 0);
	EXPECT_TEXT("pos: { x: 1, in: { y: 2, 1 zero } }\n", self->root, NULL);
	EXPECT_TEXT("\tpos:\n"
		    "\t\tx: 1\n"
		    "\t\tin: { y: 2, 1 zero }\n",
		    self->root, &narrow);
	/* A member by itself comes with its name. */
	EXPECT_TEXT("in: { y: 2, 1 zero }\n", in, NULL);
}

TEST_F(text, levels_of_spaces)
{
	const struct value_text_opts o = { .indent = 1, .spaces = 2, .width = 20 };
	const struct value_text_opts huge = { .indent = 1, .spaces = 99 };
	struct value *s = value_add_struct(self->t, self->root, "outer");

	value_add_text(self->t, s, "name", "longer than a line");
	value_add_uint(self->t, s, "none", 0);
	EXPECT_TEXT("  outer:\n"
		    "    name: \"longer than a line\"\n"
		    "    (zero: none)\n",
		    self->root, &o);
	EXPECT_TEXT("        outer: { name: \"longer than a line\", 1 zero }\n", self->root, &huge);
}

TEST_F(text, numbers_wrap_and_repeats_are_counted)
{
	const struct value_text_opts narrow = { .width = 56 };
	u32 nums[64] = {}, i;

	for (i = 0; i < 20; i++)
		nums[i] = 100000 + i;
	for (i = 40; i < 50; i++)
		nums[i] = 7;
	value_add_numbers(self->t, self->root, "n", VALUE_UINT, 4, nums, 64);
	EXPECT_TEXT("n:\n"
		    "\t[0] 100000, 100001, 100002, 100003, 100004,\n"
		    "\t[5] 100005, 100006, 100007, 100008, 100009,\n"
		    "\t[10] 100010, 100011, 100012, 100013, 100014,\n"
		    "\t[15] 100015, 100016, 100017, 100018, 100019,\n"
		    "\t[20] 0 x 20, 7 x 10, 0 x 14\n",
		    self->root, &narrow);
}

TEST_F(text, elements_beyond_the_limit_are_counted)
{
	struct value *a = value_add_array(self->t, self->root, "a");
	u32 i;

	for (i = 0; i < 50; i++)
		value_add_text(self->t, value_add_struct(self->t, a, NULL), "name",
			       i < 2 ? "the one name that is long" : "the other name that is long");
	value_cut(a, 1000, 50);
	EXPECT_TEXT("a:\n"
		    "\t[0-1]: { name: \"the one name that is long\" }\n"
		    "\t[2-9]: { name: \"the other name that is long\" }\n"
		    "\t(990 more)\n",
		    self->root, &(struct value_text_opts){ .items = 10 });
}

TEST_F(text, long_bytes_are_rows)
{
	u8 bytes[160] = { 1, 2 };

	bytes[159] = 9;
	value_add_bytes(self->t, self->root, "b", bytes, sizeof(bytes));
	value_add_bytes(self->t, self->root, "z", bytes + 2, 100);
	EXPECT_TEXT("b:\n"
		    "\t+0x0000  0102000000000000 0000000000000000 0000000000000000 0000000000000000\n"
		    "\t+0x0020  0000000000000000 0000000000000000 0000000000000000 0000000000000000\n"
		    "\tsame up to +0x0080\n"
		    "\t+0x0080  0000000000000000 0000000000000000 0000000000000000 0000000000000009\n"
		    "(zero: z)\n",
		    self->root, NULL);
}

TEST_F(text, a_failing_file_is_said)
{
	FILE *out = fopen("/dev/full", "w");

	value_add_uint(self->t, self->root, "n", 1);
	setbuf(out, NULL);
	EXPECT_EQ(-EIO, value_text_print(out, self->root, NULL));
	fclose(out);
}

TEST_HARNESS_MAIN
