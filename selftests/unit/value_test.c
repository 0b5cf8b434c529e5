// SPDX-License-Identifier: GPL-2.0-only
/* A tree of values: built without trouble by callers who check nothing, and asked by path. */
#include <errno.h>

#include "host/inspect/value_internal.h"
#include "lib/util.h"
#include "value_fixture.h"

FIXTURE(tree)
{
	struct vtree *t;
	struct value *root;
	struct ktstr_err err;
};

FIXTURE_SETUP(tree)
{
	self->t = vtree_new(TREE_MAX);
	ASSERT_NE(NULL, self->t);
	self->root = vtree_root(self->t);
}

FIXTURE_TEARDOWN(tree)
{
	vtree_free(self->t);
}

TEST_F(tree, what_is_missing_can_be_asked_for)
{
	struct value *array = value_add_array(self->t, self->root, "array");
	struct value *cut = value_add_numbers(self->t, self->root, "cut", VALUE_UINT, 1, "12", 2);
	u64 needed = 0, had = 0;

	value_unsupported(self->t, self->root, "odd", "why %u", 5);
	EXPECT_FALSE(value_lost(self->root, &needed, &had));
	EXPECT_FALSE(value_lost(array, &needed, &had));
	value_cut(cut, 10, 2);
	EXPECT_TRUE(value_lost(cut, &needed, &had));
	EXPECT_EQ(10, needed);
	EXPECT_EQ(2, had);
	EXPECT_TRUE(value_lost(value_new_truncated(self->t, self->root, "short", 8, 3), &needed,
			       &had));
	EXPECT_EQ(8, needed);
	EXPECT_EQ(3, had);
	EXPECT_STREQ("why 5", value_reason(value_get(self->root, "odd", NULL)));
	EXPECT_EQ(NULL, value_reason(cut));
}

TEST_F(tree, empty)
{
	EXPECT_EQ(VALUE_STRUCT, value_kind(self->root));
	EXPECT_EQ(NULL, value_name(self->root));
	EXPECT_EQ(0, value_count(self->root));
	EXPECT_EQ(1, vtree_nodes(self->t));
	EXPECT_FALSE(vtree_full(self->t));
	EXPECT_JSON("{}", self->root);
	vtree_free(NULL);
}

TEST_F(tree, without_a_parent_nothing_is_added)
{
	struct vtree *t = self->t;

	EXPECT_EQ(NULL, value_add_struct(t, NULL, "a"));
	EXPECT_EQ(NULL, value_add_array(NULL, NULL, "a"));
	value_add_null(t, NULL, "a");
	value_add_uint(NULL, NULL, "a", 1);
	value_add_enum(t, NULL, "a", 1, "A");
	value_add_text(t, NULL, "a", "text");
	value_add_bytes(t, NULL, "a", "b", 1);
	value_add_cpulist(t, NULL, "a", "b", 8);
	value_add_float(t, NULL, "a", 1);
	EXPECT_EQ(NULL, value_add_ptr(t, NULL, "a", 1, NULL));
	EXPECT_EQ(NULL, value_add_numbers(t, NULL, "a", VALUE_UINT, 1, "a", 1));
	value_unsupported(t, NULL, "a", "%s", "why");
	value_cut(NULL, 1, 0);
	value_ptr_note(NULL, NULL, NULL);
	EXPECT_EQ(1, vtree_nodes(t));
}

TEST_F(tree, scalars_take_no_members)
{
	struct value *nums;

	nums = value_add_numbers(self->t, self->root, "n", VALUE_UINT, 1, "a", 1);
	ASSERT_NE(NULL, nums);
	EXPECT_EQ(NULL, value_add_struct(self->t, nums, NULL));
	value_add_uint(self->t, nums, NULL, 1);
	EXPECT_JSON("{'n':[97]}", self->root);
}

TEST_F(tree, numbers_of_odd_sizes_are_refused)
{
	EXPECT_EQ(NULL, value_add_numbers(self->t, self->root, "n", VALUE_UINT, 3, "abc", 1));
	EXPECT_EQ(NULL, value_add_numbers(self->t, self->root, "n", VALUE_FLOAT, 2, "ab", 1));
	EXPECT_EQ(NULL, value_add_numbers(self->t, self->root, "n", VALUE_STRUCT, 8, "", 0));
	EXPECT_JSON("{}", self->root);
}

TEST_F(tree, elements_of_numbers_are_values)
{
	const s16 nums[] = { 1, -2, 32767 };
	const struct value *v, *e;
	s64 n;

	v = value_add_numbers(self->t, self->root, "n", VALUE_INT, 2, nums, 3);
	ASSERT_NE(NULL, v);
	EXPECT_EQ(3, value_count(v));
	EXPECT_EQ(5, vtree_nodes(self->t));
	ASSERT_TRUE(value_s64(value_at(v, 1), &n));
	EXPECT_EQ(-2, n);
	EXPECT_EQ(NULL, value_at(v, 3));
	e = value_first(v);
	EXPECT_EQ(e, value_at(v, 0));
	e = value_next(value_next(e));
	ASSERT_TRUE(value_s64(e, &n));
	EXPECT_EQ(32767, n);
	EXPECT_EQ(NULL, value_next(e));
}

TEST_F(tree, a_bool_that_is_neither_is_a_number)
{
	const struct value *v;

	v = value_add_numbers(self->t, self->root, "b", VALUE_BOOL, 1, "\0\1\7", 3);
	EXPECT_JSON("[false,true,7]", v);
	EXPECT_EQ(VALUE_UINT, value_kind(value_at(v, 2)));
}

TEST_F(tree, full_is_full)
{
	struct vtree *t = vtree_new(4096);
	struct value *a = value_add_array(t, vtree_root(t), "a");
	u32 i;

	for (i = 0; i < 1000; i++)
		value_add_uint(t, a, NULL, i);
	EXPECT_TRUE(vtree_full(t));
	EXPECT_LT(value_count(a), 200);
	EXPECT_LE(vtree_bytes(t), 4096 + 256);
	/* Also for what would have fitted. */
	EXPECT_EQ(NULL, value_add_struct(t, vtree_root(t), "s"));
	EXPECT_STREQ("", vtree_strdup(t, ""));
	EXPECT_EQ(1, value_count(vtree_root(t)));
	EXPECT_EQ(0, value_count(NULL));
	vtree_free(t);
}

TEST_F(tree, a_full_tree_has_room_for_last_words)
{
	struct vtree *t = vtree_new(4096);
	struct value *root = vtree_root(t);

	while (!vtree_full(t))
		value_add_struct(t, root, "s");
	value_add_bool(t, root, "lost", true);
	vtree_last_words(t);
	value_add_uint(t, root, "late", 10);
	value_add_bool(t, root, "complete", vtree_complete(t));
	EXPECT_TRUE(vtree_full(t));
	EXPECT_EQ(NULL, value_get(root, "lost", NULL));
	EXPECT_JSON("10", value_get(root, "late", NULL));
	EXPECT_JSON("false", value_get(root, "complete", NULL));
	EXPECT_LE(vtree_bytes(t), 4096 + 512);
	vtree_free(t);
}

TEST_F(tree, last_words_of_an_empty_tree)
{
	vtree_last_words(self->t);
	value_add_bool(self->t, self->root, "complete", vtree_complete(self->t));
	EXPECT_JSON("{\"complete\":true}", self->root);
}

/* One array that is cut, or whatever else @how says, in a tree of its own. */
static bool complete_after(void (*how)(struct vtree *t, struct value *array))
{
	struct vtree *t = vtree_new(65536);
	bool complete;

	how(t, value_add_array(t, vtree_root(t), "a"));
	complete = vtree_complete(t);
	vtree_free(t);
	return complete;
}

static void nothing_missing(struct vtree *t, struct value *array)
{
	value_add_ptr(t, array, NULL, 16, "not in memory");
}

static void cut(struct vtree *t, struct value *array)
{
	value_cut(array, 10, 0);
}

static void cut_numbers(struct vtree *t, struct value *array)
{
	value_cut(value_add_numbers(t, array, NULL, VALUE_UINT, 1, "12", 2), 10, 2);
}

static void truncated(struct vtree *t, struct value *array)
{
	value_new_truncated(t, array, NULL, 10, 2);
}

static void unsupported(struct vtree *t, struct value *array)
{
	value_unsupported(t, array, NULL, "no memory");
}

static void gap(struct vtree *t, struct value *array)
{
	vtree_gap(t);
}

TEST_F(tree, whatever_is_missing_makes_it_incomplete)
{
	EXPECT_TRUE(complete_after(nothing_missing));
	EXPECT_FALSE(complete_after(cut));
	EXPECT_FALSE(complete_after(cut_numbers));
	EXPECT_FALSE(complete_after(truncated));
	EXPECT_FALSE(complete_after(unsupported));
	EXPECT_FALSE(complete_after(gap));
}

TEST_F(tree, one_value_larger_than_all_room)
{
	static const char large[70000];
	struct vtree *t = vtree_new(65536);

	value_add_bytes(t, vtree_root(t), "b", large, sizeof(large));
	EXPECT_TRUE(vtree_full(t));
	EXPECT_JSON("{}", vtree_root(t));
	vtree_free(t);
}

TEST_F(tree, grows_over_many_pieces_of_memory)
{
	struct value *a = value_add_array(self->t, self->root, "a");
	u32 i;
	u64 v;

	for (i = 0; i < 200000; i++)
		value_add_uint(self->t, a, NULL, i);
	EXPECT_FALSE(vtree_full(self->t));
	EXPECT_EQ(200000, value_count(a));
	ASSERT_TRUE(value_u64(value_at(a, 199999), &v));
	EXPECT_EQ(199999, v);
	EXPECT_LT(vtree_bytes(self->t), 200000 * 34);
}

TEST_F(tree, memory_in_advance_is_not_taken_twice)
{
	size_t before;

	ASSERT_TRUE(vtree_reserve(self->t, 1 << 20));
	before = vtree_bytes(self->t);
	value_add_uint(self->t, self->root, "a", 1);
	EXPECT_EQ(before + 32, vtree_bytes(self->t));
	/* More than the tree may have is left out. */
	EXPECT_TRUE(vtree_reserve(self->t, SIZE_MAX));
	value_add_uint(self->t, self->root, "b", 1);
	EXPECT_JSON("{'a':1,'b':1}", self->root);
}

TEST_F(tree, texts_are_copies)
{
	char text[] = "hello";

	value_add_text(self->t, self->root, "a", text);
	value_add_string(self->t, self->root, "b", text, 2);
	value_add_string(self->t, self->root, "c", "x\0y", 3);
	value_add_text(self->t, self->root, "d", NULL);
	text[0] = 'j';
	EXPECT_JSON("{'a':'hello','b':'he','c':'x','d':null}", self->root);
	EXPECT_STREQ("hello", value_text(value_first(self->root)));
}

TEST_F(tree, bytes)
{
	size_t len;

	value_add_bytes(self->t, self->root, "a", "\1\0\2", 3);
	value_add_text(self->t, self->root, "b", "text");
	EXPECT_EQ(0, memcmp(value_bytes(value_at(self->root, 0), &len), "\1\0\2", 3));
	EXPECT_EQ(3, len);
	EXPECT_EQ(NULL, value_bytes(value_at(self->root, 1), &len));
	EXPECT_EQ(0, len);
	EXPECT_EQ(NULL, value_bytes(NULL, &len));
}

TEST_F(tree, numbers_of_other_kinds)
{
	const struct value *v;
	u64 u;

	value_add_bool(self->t, self->root, "b", true);
	value_add_enum(self->t, self->root, "e", -3, "E_MINUS");
	value_add_ptr(self->t, self->root, "p", 0x1000, NULL);
	value_add_float(self->t, self->root, "f", -2.5);
	value_add_text(self->t, self->root, "t", "1");
	v = value_first(self->root);
	EXPECT_TRUE(value_u64(v, &u) && u == 1);
	v = value_next(v);
	EXPECT_TRUE(value_u64(v, &u) && u == (u64)-3);
	EXPECT_STREQ("E_MINUS", value_text(v));
	v = value_next(v);
	EXPECT_TRUE(value_u64(v, &u) && u == 0x1000);
	v = value_next(v);
	EXPECT_TRUE(value_u64(v, &u) && u == (u64)-2);
	v = value_next(v);
	EXPECT_FALSE(value_u64(v, &u));
	EXPECT_FALSE(value_u64(NULL, &u));
	EXPECT_EQ(NULL, value_text(NULL));
}

/* maps: two maps, one of which has entries whose value is a struct. */
static void add_maps(struct vtree *t, struct value *root)
{
	struct value *maps = value_add_array(t, root, "maps");
	struct value *bss = value_add_struct(t, maps, NULL);
	struct value *hash, *entries, *entry, *value;

	value_add_text(t, bss, "name", "bpf_bpf.bss");
	value = value_add_struct(t, bss, "value");
	value_add_uint(t, value, "nr_enqueued", 77);
	hash = value_add_struct(t, maps, NULL);
	value_add_text(t, hash, "name", "task_ctx");
	entries = value_add_array(t, hash, "entries");
	entry = value_add_struct(t, entries, NULL);
	value_add_uint(t, entry, "key", 5);
	value = value_add_struct(t, entry, "value");
	value_add_uint(t, value, "weight", 100);
}

static u64 get(struct value *root, const char *path, struct ktstr_err *err)
{
	u64 v;

	if (value_u64(value_get(root, path, err), &v))
		return v;
	return UINT64_MAX;
}

TEST_F(tree, path_to_an_entry)
{
	add_maps(self->t, self->root);
	EXPECT_EQ(77, get(self->root, "maps[bpf_bpf.bss].value.nr_enqueued", NULL));
	EXPECT_EQ(77, get(self->root, "maps[.bss].value.nr_enqueued", NULL));
	EXPECT_EQ(77, get(self->root, "maps[.bss].nr_enqueued", NULL));
	EXPECT_EQ(77, get(self->root, "maps[0].nr_enqueued", NULL));
	EXPECT_EQ(100, get(self->root, "maps[task_ctx].entries[0].weight", NULL));
	EXPECT_EQ(5, get(self->root, "maps[1].entries[0].key", NULL));
	EXPECT_EQ(self->root, value_get(self->root, "maps", NULL) ? self->root : NULL);
}

TEST_F(tree, path_to_elements)
{
	const u32 nums[] = { 10, 11, 12 };
	struct value *rows = value_add_array(self->t, self->root, "rows");

	value_add_numbers(self->t, rows, NULL, VALUE_UINT, 4, nums, 3);
	value_add_numbers(self->t, rows, NULL, VALUE_UINT, 4, nums, 2);
	EXPECT_EQ(12, get(self->root, "rows[0][2]", NULL));
	EXPECT_EQ(11, get(self->root, "rows[1][1]", NULL));
	EXPECT_EQ(NULL, value_get(self->root, "rows[1][2]", &self->err));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_STREQ("no element \"2\" in \"rows[1]\", which is an array of 2", self->err.msg);
}

TEST_F(tree, path_to_a_name_with_dots)
{
	struct value *s = value_add_struct(self->t, self->root, ".data.part");

	value_add_uint(self->t, s, "x", 3);
	EXPECT_EQ(3, get(self->root, "[.data.part].x", NULL));
	EXPECT_EQ(NULL, value_get(self->root, "[part].x", NULL));
}

TEST_F(tree, path_through_pointers_and_cuts)
{
	struct value *p = value_add_ptr(self->t, self->root, "p", 0xffff888000001000, NULL);
	struct value *to = value_add_struct(self->t, p, NULL);

	value_add_uint(self->t, to, "weight", 9);
	EXPECT_EQ(9, get(self->root, "p.weight", NULL));
	EXPECT_EQ(0xffff888000001000, get(self->root, "p", NULL));
}

/* Is there no such value, and does the message end so. */
static bool refused(FIXTURE_DATA(tree) * self, const char *path, const char *why)
{
	size_t len;

	if (value_get(self->root, path, &self->err) || errno != ENOENT)
		return false;
	len = strlen(self->err.msg);
	return len >= strlen(why) && strcmp(self->err.msg + len - strlen(why), why) == 0;
}

TEST_F(tree, errors_say_what_there_is)
{
	static const char near[] =
		"no member \"map\"; did you mean maps? there is maps, gone, null, number, odd";
	add_maps(self->t, self->root);
	value_add_ptr(self->t, self->root, "gone", 0xffff888000001000, "not mapped");
	value_add_ptr(self->t, self->root, "null", 0, NULL);
	value_add_uint(self->t, self->root, "number", 1);
	value_unsupported(self->t, self->root, "odd", "a reason");

	EXPECT_TRUE(refused(self, "map[.bss]", near));
	EXPECT_TRUE(refused(self, "maps[.bss].value.weight",
			    "no member \"weight\" in \"maps[.bss].value\"; there is nr_enqueued"));
	EXPECT_TRUE(refused(self, "maps[.rodata]",
			    "\"maps\", which is an array of 2; there is bpf_bpf.bss, task_ctx"));
	EXPECT_TRUE(refused(self, "gone.x",
			    "which is a pointer that was not followed: not mapped"));
	EXPECT_TRUE(refused(self, "null.x",
			    "which is a pointer that was not followed: it is NULL"));
	EXPECT_TRUE(refused(self, "number.x", "no member \"x\" in \"number\", which is a number"));
	EXPECT_TRUE(refused(self, "odd[1]", " in \"odd\", which is not supported: a reason"));
	EXPECT_EQ(NULL, value_get(NULL, "a", &self->err));
	EXPECT_EQ(ENOENT, errno);
}

TEST_F(tree, several_elements_end_in_a_name)
{
	struct value *maps = value_add_array(self->t, self->root, "maps");

	value_add_text(self->t, value_add_struct(self->t, maps, NULL), "name", "one.bss");
	value_add_text(self->t, value_add_struct(self->t, maps, NULL), "name", "two.bss");
	EXPECT_EQ(NULL, value_get(self->root, "maps[.bss]", &self->err));
	EXPECT_EQ(ENOTUNIQ, errno);
	EXPECT_STREQ("2 elements end in \".bss\" in \"maps\"; there is one.bss, two.bss",
		     self->err.msg);
	EXPECT_NE(NULL, value_get(self->root, "maps[two.bss]", NULL));
}

TEST_F(tree, what_is_no_path)
{
	static const char *const paths[] = { "",    ".",   ".a", "a.",	  "a..b",
					     "a[1", "a[]", "a[", "a[1]b", "a.[1]" };
	u32 i;

	value_add_struct(self->t, self->root, "a");
	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		EXPECT_EQ(NULL, value_get(self->root, paths[i], &self->err));
		EXPECT_EQ(EINVAL, errno)
		TH_LOG("%s", paths[i]);
	}
	EXPECT_EQ(NULL, value_get(self->root, "a[", &self->err));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, strncmp("\"a[\" is no path: a path is like ", self->err.msg, 32));
}

TEST_F(tree, long_lists_of_names_are_counted)
{
	char name[32];
	u32 i;

	for (i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "member_number_%u", i);
		value_add_uint(self->t, self->root, vtree_strdup(self->t, name), i);
	}
	EXPECT_EQ(NULL, value_get(self->root, "member", &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "there is member_number_0, member_number_1, "));
	EXPECT_NE(NULL, strstr(self->err.msg, " more"));
}

TEST_F(tree, hostile_names_do_not_reach_a_terminal)
{
	value_add_uint(self->t, self->root, "\033[2J", 1);
	EXPECT_EQ(NULL, value_get(self->root, "\033]0;x\007", &self->err));
	EXPECT_STREQ("no member \"\\x1b]0;x\\x07\"; there is \\x1b[2J", self->err.msg);
	EXPECT_JSON("{'\\\\x1b[2J':1}", self->root);
}

TEST_HARNESS_MAIN
