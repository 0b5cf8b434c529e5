// SPDX-License-Identifier: GPL-2.0-only
/* Which variables are allocators, what their objects are, and how all is shown. */
#include <json_writer.h>

#include "sdt_fixture.h"
#include "host/inspect/render.h"
#include "host/inspect/value.h"
#include "host/inspect/value_json.h"
#include "kselftest_harness.h"

#define TREE_MAX (16U << 20)
/* A header of 8 bytes and struct task_ctx. */
#define ELEM 32

struct task_ctx {
	u32 pid;
	u32 flags;
	u64 runtime;
	u64 peer;
};

FIXTURE(sdt_alloc)
{
	struct sdt_fake *f;
	struct kbtf *btf;
	struct sdt_layout l;
	struct sdt_alloc_src src;
	struct vtree *tree;
	struct value *to;
	struct {
		u8 before[FAKE_SECTION_OFFSET];
		struct fake_allocator a;
	} bss;
	u64 root;
	u64 middle;
	u64 leaf;
	char *text;
};

static void use_types(FIXTURE_DATA(sdt_alloc) * self, const struct fake_sdt_types *v)
{
	kbtf_free(self->btf);
	self->btf = fake_sdt_btf(v);
	sdt_layout_init(&self->l, self->btf, NULL);
	self->src.section = kbtf_find(self->btf, ".bss", BTF_KIND_DATASEC);
}

static void new_tree(FIXTURE_DATA(sdt_alloc) * self, size_t max_bytes)
{
	vtree_free(self->tree);
	self->tree = vtree_new(max_bytes);
	self->f->in.tree = self->tree;
	self->to = value_add_array(self->tree, vtree_root(self->tree), "sdt_allocations");
}

FIXTURE_SETUP(sdt_alloc)
{
	self->f = sdt_fake_new();
	self->root = sdt_new_tree(self->f, &self->middle, &self->leaf);
	self->bss.a.elem_size = ELEM;
	self->bss.a.root = self->root;
	self->src.l = &self->l;
	self->src.data = &self->bss;
	self->src.len = sizeof(self->bss);
	self->src.arena = &self->f->arena;
	use_types(self, &fake_sdt_default);
	ASSERT_EQ(1, self->l.nr);
	new_tree(self, TREE_MAX);
}

FIXTURE_TEARDOWN(sdt_alloc)
{
	free(self->text);
	vtree_free(self->tree);
	kbtf_free(self->btf);
	sdt_fake_free(self->f);
}

static void walk(FIXTURE_DATA(sdt_alloc) * self)
{
	new_tree(self, TREE_MAX);
	sdt_alloc_walk(&self->f->in, &self->src, self->to, NULL);
}

static const struct value *get(FIXTURE_DATA(sdt_alloc) * self, const char *path)
{
	char whole[128];

	snprintf(whole, sizeof(whole), "sdt_allocations[0].%s", path);
	return value_get(vtree_root(self->tree), whole, NULL);
}

static u64 number(FIXTURE_DATA(sdt_alloc) * self, const char *path)
{
	u64 v;

	return value_u64(get(self, path), &v) ? v : 0xbad0bad0bad0bad0;
}

static const char *text(FIXTURE_DATA(sdt_alloc) * self, const char *path)
{
	return value_text(get(self, path)) ?: "(none)";
}

static u64 entries(FIXTURE_DATA(sdt_alloc) * self)
{
	const struct value *v = get(self, "entries");

	return v ? value_count(v) : ~0ULL;
}

static const char *json(FIXTURE_DATA(sdt_alloc) * self)
{
	size_t len;
	FILE *out;
	json_writer_t *w;

	free(self->text);
	out = open_memstream(&self->text, &len);
	w = jsonw_new(out);
	value_json(w, self->to);
	jsonw_destroy(&w);
	fclose(out);
	self->text[strcspn(self->text, "\n")] = '\0';
	return self->text;
}

static struct task_ctx *add_task(FIXTURE_DATA(sdt_alloc) * self, u32 pos, u32 pid)
{
	u64 ptr = sdt_new_object(self->f, self->leaf, pos, pos, self->bss.a.elem_size);
	struct task_ctx *ctx = (void *)((struct fake_object *)sdt_at(self->f, ptr))->payload;

	ctx->pid = pid;
	return ctx;
}

TEST_F(sdt_alloc, one_allocator_as_json)
{
	static const char *const pieces[] = {
		"[{\"name\":\"task_allocator\",\"elem_size\":32,\"payload_type\":\"task_ctx\",",
		"\"payload_type_reason\":\"the only struct of 24 bytes\",",
		"\"skipped_subtrees\":0,\"truncated\":false,\"entries\":[",
		"{\"idx\":0,\"genn\":0,\"user_addr\":\"0x26206000\",\"payload\":",
		"{\"pid\":17,\"flags\":3,\"runtime\":1234567,\"peer\":null}},",
		"{\"idx\":2,\"genn\":0,\"user_addr\":\"0x26206020\",\"payload\":",
		"{\"pid\":0,\"flags\":0,\"runtime\":0,\"peer\":null}}],",
		"\"zero_payloads\":1}]",
	};
	struct task_ctx *ctx = add_task(self, 0, 17);
	const char *at;
	u32 i;

	ctx->flags = 3;
	ctx->runtime = 1234567;
	add_task(self, 2, 0);
	walk(self);
	at = json(self);
	for (i = 0; i < ARRAY_SIZE(pieces); at += strlen(pieces[i++]))
		EXPECT_EQ(0, strncmp(at, pieces[i], strlen(pieces[i])))
		{
			TH_LOG("piece %u of %s", i, self->text);
		}
	EXPECT_STREQ("", at);
}

TEST_F(sdt_alloc, variable_is_found_where_it_is)
{
	EXPECT_STREQ("task_allocator", self->l.at[0].name);
	EXPECT_EQ(FAKE_SECTION_OFFSET, self->l.at[0].offset);
	EXPECT_EQ(self->src.section, self->l.at[0].section);
	EXPECT_EQ(NULL, self->l.at[0].unusable);
	EXPECT_EQ(offsetof(struct fake_allocator, elem_size), self->l.at[0].o.elem_size);
	EXPECT_EQ(offsetof(struct fake_allocator, root), self->l.at[0].o.root);
	EXPECT_EQ(64, self->l.at[0].o.nr_free);
	EXPECT_EQ(72, self->l.at[0].o.chunk);
	EXPECT_EQ(80, self->l.at[0].o.desc_size);
	EXPECT_EQ(0, self->l.at[0].o.slots);
	EXPECT_EQ(8, self->l.at[0].o.header);
}

TEST_F(sdt_alloc, members_decide_not_names)
{
	struct fake_sdt_types v = fake_sdt_default;

	v.prefix = "my_";
	use_types(self, &v);
	ASSERT_EQ(1, self->l.nr);
	EXPECT_EQ(NULL, self->l.at[0].unusable);
	v.bodies = true;
	use_types(self, &v);
	ASSERT_EQ(1, self->l.nr);
	EXPECT_EQ(NULL, self->l.at[0].unusable);
}

/* lib/sdt_alloc.bpf.c of the scx project links freed objects through a word. */
TEST_F(sdt_alloc, header_is_what_stands_before_the_payload)
{
	struct fake_sdt_types v = fake_sdt_default;

	v.bodies = true;
	use_types(self, &v);
	EXPECT_EQ(8, self->l.at[0].o.header);
	v.link = true;
	use_types(self, &v);
	EXPECT_EQ(16, self->l.at[0].o.header);
	self->bss.a.elem_size = 40;
	add_task(self, 0, 0)->flags = 0;
	((u64 *)sdt_at(self->f, sdt_slots(self->f, self->leaf)[0]))[2] = 99;
	walk(self);
	EXPECT_STREQ("task_ctx", text(self, "payload_type"));
	EXPECT_EQ(99, number(self, "entries[0].payload.pid"));
}

TEST_F(sdt_alloc, types_that_cannot_be_walked_are_said)
{
	struct fake_sdt_types v = fake_sdt_default;

	v.nr_free = "free_slots";
	use_types(self, &v);
	ASSERT_EQ(1, self->l.nr);
	walk(self);
	EXPECT_EQ(0, entries(self));
	EXPECT_NE(NULL, strstr(text(self, "entries_unavailable"), "descriptors"));
	v = fake_sdt_default;
	v.bodies = true;
	v.chunk_slots = 256;
	use_types(self, &v);
	walk(self);
	EXPECT_NE(NULL, strstr(text(self, "entries_unavailable"), "512"));
}

TEST_F(sdt_alloc, object_without_allocators)
{
	struct btf *btf = btf__new_empty();
	int u64_id = btf__add_int(btf, "unsigned long long", 8, 0);
	int var = btf__add_var(btf, "counter", BTF_VAR_STATIC, u64_id);
	struct ktstr_err err = {};

	btf__add_datasec(btf, ".bss", 8);
	btf__add_datasec_var_info(btf, var, 0, 8);
	kbtf_free(self->btf);
	self->btf = fake_kbtf(btf, NULL);
	EXPECT_EQ(-ENOENT, sdt_layout_init(&self->l, self->btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "allocator"));
	EXPECT_EQ(0, self->l.nr);
	walk(self);
	EXPECT_EQ(0, value_count(self->to));
}

TEST_F(sdt_alloc, more_allocators_than_are_kept)
{
	struct fake_sdt_types v = fake_sdt_default;

	v.variables = SDT_ALLOCATORS_MAX + 3;
	use_types(self, &v);
	EXPECT_EQ(SDT_ALLOCATORS_MAX, self->l.nr);
	EXPECT_EQ(3, self->l.dropped);
	EXPECT_STREQ("allocator_31", self->l.at[31].name);
	/* the value has room for one; the others lie outside of it */
	add_task(self, 0, 1);
	walk(self);
	EXPECT_EQ(SDT_ALLOCATORS_MAX, value_count(self->to));
	EXPECT_EQ(1, entries(self));
	EXPECT_NE(NULL, value_get(vtree_root(self->tree), "sdt_allocations[31].entries_unavailable",
				  NULL));
}

TEST_F(sdt_alloc, another_section)
{
	self->src.section++;
	walk(self);
	EXPECT_EQ(0, value_count(self->to));
}

static void payload(FIXTURE_DATA(sdt_alloc) * self, u64 size, struct sdt_type *type)
{
	sdt_payload_type(self->btf, &self->l.at[0].o, size, type);
}

TEST_F(sdt_alloc, payload_by_size)
{
	struct sdt_type type;

	payload(self, 24, &type);
	EXPECT_STREQ("task_ctx", type.name);
	EXPECT_EQ(kbtf_find(self->btf, "task_ctx", BTF_KIND_STRUCT), type.id);
	payload(self, 104, &type);
	EXPECT_STREQ("anon_t", type.name);
	payload(self, 25, &type);
	EXPECT_EQ(0, type.id);
	EXPECT_EQ(NULL, type.name);
	EXPECT_STREQ("no struct of 25 bytes", type.reason);
	payload(self, 0, &type);
	EXPECT_EQ(0, type.id);
	EXPECT_STREQ("the objects have no payload", type.reason);
}

TEST_F(sdt_alloc, several_of_a_size_are_no_type)
{
	struct sdt_type type;

	payload(self, 16, &type);
	EXPECT_EQ(0, type.id);
	EXPECT_EQ(NULL, type.name);
	EXPECT_STREQ("ambiguous: 4 structs of 16 bytes: first, second, third, ...", type.reason);
	/* the allocator's own: 40, 80 and 32 bytes */
	payload(self, 40, &type);
	EXPECT_STREQ("no struct of 40 bytes", type.reason);
	payload(self, 80, &type);
	EXPECT_STREQ("no struct of 80 bytes", type.reason);
	payload(self, 32, &type);
	EXPECT_STREQ("no struct of 32 bytes", type.reason);
}

TEST_F(sdt_alloc, bytes_where_the_type_is_not_known)
{
	self->bss.a.elem_size = 24;
	add_task(self, 0, 0x01020304);
	walk(self);
	EXPECT_EQ(VALUE_NULL, value_kind(get(self, "payload_type")));
	EXPECT_EQ(text(self, "payload_type_reason"),
		  strstr(text(self, "payload_type_reason"), "ambiguous"));
	EXPECT_NE(NULL, strstr(json(self), "{\"hex\":\"04030201000000000000000000000000\"}"));
	self->bss.a.elem_size = 56;
	walk(self);
	EXPECT_STREQ("no struct of 48 bytes", text(self, "payload_type_reason"));
	EXPECT_EQ(VALUE_BYTES, value_kind(get(self, "entries[0].payload")));
}

TEST_F(sdt_alloc, elem_size_has_bounds)
{
	static const struct {
		u64 size;
		bool good;
	} sizes[] = {
		{ 0, false },	 { 8, false },	   { 15, false },
		{ 16, true },	 { 4096, true },   { 4097, false },
		{ 8192, false }, { ~0ULL, false }, { (1ULL << 32) + 32, false },
	};
	u32 i;

	add_task(self, 0, 1);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		self->bss.a.elem_size = sizes[i].size;
		walk(self);
		EXPECT_EQ(sizes[i].good, entries(self));
		EXPECT_EQ(sizes[i].size, number(self, "elem_size"));
		EXPECT_EQ(!sizes[i].good, !!get(self, "entries_unavailable"));
		EXPECT_EQ(0, number(self, "skipped_subtrees"));
	}
}

TEST_F(sdt_alloc, elem_size_less_than_the_header)
{
	self->l.at[0].o.header = 24;
	self->bss.a.elem_size = 16;
	add_task(self, 0, 1);
	walk(self);
	EXPECT_EQ(0, entries(self));
	EXPECT_EQ(16, number(self, "elem_size"));
	EXPECT_NE(NULL, strstr(text(self, "entries_unavailable"), "header"));
	/* as large: there is an object, and nothing in it */
	self->bss.a.elem_size = 24;
	walk(self);
	EXPECT_EQ(1, entries(self));
	EXPECT_EQ(VALUE_UNSUPPORTED, value_kind(get(self, "entries[0].payload")));
}

TEST_F(sdt_alloc, variable_that_is_not_initialised)
{
	add_task(self, 0, 1);
	self->bss.a.root = 0;
	walk(self);
	EXPECT_EQ(0, entries(self));
	EXPECT_EQ(0, number(self, "skipped_subtrees"));
	EXPECT_EQ(0, number(self, "truncated"));
	EXPECT_NE(NULL, strstr(text(self, "entries_unavailable"), "root"));
	self->src.arena = NULL;
	self->bss.a.root = self->root;
	walk(self);
	EXPECT_EQ(0, entries(self));
	EXPECT_NE(NULL, strstr(text(self, "entries_unavailable"), "arena"));
}

TEST_F(sdt_alloc, value_that_ends_early)
{
	add_task(self, 0, 1);
	for (self->src.len = 0; self->src.len < sizeof(self->bss); self->src.len++) {
		walk(self);
		EXPECT_EQ(0, entries(self));
		EXPECT_NE(NULL, strstr(text(self, "entries_unavailable"), "outside"));
	}
	self->l.at[0].offset = 0xfffffff0;
	walk(self);
	EXPECT_EQ(0, entries(self));
}

/* The last bytes of the memory that is there belong to the object's first half. */
static void at_the_end(FIXTURE_DATA(sdt_alloc) * self, u32 bytes)
{
	u64 ptr = SDT_USER + SDT_BYTES - bytes;
	struct fake_object o = { .idx = -5, .genn = 7 };

	memcpy(sdt_at(self->f, ptr), &o, sizeof(o));
	memset((u8 *)sdt_at(self->f, ptr) + 8, 0, bytes - 8);
	sdt_set_bit(self->f, self->leaf, 0);
	sdt_slots(self->f, self->leaf)[0] = ptr;
}

TEST_F(sdt_alloc, payload_that_is_there_in_part)
{
	at_the_end(self, 8 + 12);
	walk(self);
	EXPECT_EQ(-5, (s64)number(self, "entries[0].idx"));
	EXPECT_EQ(7, number(self, "entries[0].genn"));
	EXPECT_EQ(VALUE_TRUNCATED, value_kind(get(self, "entries[0].payload")));
	EXPECT_NE(NULL, strstr(json(self), "\"truncated\":{\"needed\":24,\"had\":12}"));
	EXPECT_EQ(0, number(self, "skipped_subtrees"));
}

TEST_F(sdt_alloc, payload_of_which_nothing_is_there)
{
	at_the_end(self, 8);
	walk(self);
	EXPECT_EQ(-5, (s64)number(self, "entries[0].idx"));
	EXPECT_EQ(VALUE_UNSUPPORTED, value_kind(get(self, "entries[0].payload")));
	EXPECT_EQ(0, number(self, "skipped_subtrees"));
	EXPECT_EQ(NULL, get(self, "zero_payloads"));
}

/* Cleared before its bit: shown as it is, and counted. */
TEST_F(sdt_alloc, payload_of_zeros_is_shown)
{
	add_task(self, 0, 0);
	add_task(self, 1, 5);
	walk(self);
	ASSERT_EQ(2, entries(self));
	EXPECT_EQ(0, number(self, "entries[0].payload.pid"));
	EXPECT_EQ(1, number(self, "zero_payloads"));
}

TEST_F(sdt_alloc, what_was_left_out_is_said)
{
	add_task(self, 0, 1);
	sdt_set_bit(self->f, self->leaf, 1);
	sdt_slots(self->f, self->middle)[1] = 0x12345678;
	walk(self);
	EXPECT_EQ(1, number(self, "skipped_subtrees"));
	EXPECT_EQ(1, number(self, "unpopulated"));
	EXPECT_EQ(0, number(self, "truncated"));
	EXPECT_EQ(1, entries(self));
}

TEST_F(sdt_alloc, more_objects_than_are_shown)
{
	sdt_fill(self->f, self->middle, self->leaf, SDT_ENTRIES_MAX + 1, ELEM);
	walk(self);
	EXPECT_EQ(SDT_ENTRIES_MAX, entries(self));
	EXPECT_EQ(1, number(self, "truncated"));
	EXPECT_STREQ("more objects than are shown", text(self, "truncated_reason"));
}

TEST_F(sdt_alloc, tree_without_room)
{
	sdt_fill(self->f, self->middle, self->leaf, 2000, ELEM);
	new_tree(self, 65536);
	sdt_alloc_walk(&self->f->in, &self->src, self->to, NULL);
	EXPECT_TRUE(vtree_full(self->tree));
	EXPECT_GT(2000, entries(self));
	EXPECT_NE(NULL, strstr(json(self), "\"needed\":2000"));
}

TEST_F(sdt_alloc, no_tree_at_all)
{
	struct sdt_index *index = sdt_index_new();

	add_task(self, 0, 1);
	self->f->in.tree = NULL;
	sdt_alloc_walk(&self->f->in, &self->src, NULL, index);
	EXPECT_EQ(1, sdt_index_count(index));
	sdt_index_free(index);
}

/* A payload's pointer to the payload of another object is followed. */
TEST_F(sdt_alloc, pointers_between_objects)
{
	struct sdt_resolver r = { .gk = &self->f->gk, .arenas = &self->f->arena, .nr_arenas = 1 };
	struct render_env env = { .resolve = sdt_resolve, .ctx = &r, .chase = 2 };
	struct task_ctx *ctx = add_task(self, 0, 11);

	r.index = sdt_index_new();
	add_task(self, 1, 12)->peer = sdt_slots(self->f, self->leaf)[0] + 8;
	ctx->peer = sdt_slots(self->f, self->leaf)[1];
	self->src.env = &env;
	new_tree(self, TREE_MAX);
	sdt_alloc_walk(&self->f->in, &self->src, self->to, r.index);
	EXPECT_EQ(12, number(self, "entries[0].payload.peer.pid"));
	EXPECT_EQ(11, number(self, "entries[1].payload.peer.pid"));
	EXPECT_NE(NULL, strstr(json(self), "\"note\":\"sdt_alloc\""));
	sdt_index_free(r.index);
}

TEST_HARNESS_MAIN
