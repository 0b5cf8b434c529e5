// SPDX-License-Identifier: GPL-2.0-only
/* Arrays in guest memory, by their types, and arrays that may be anything. */
#include "bpf_fixture.h"
#include "kselftest_harness.h"

FIXTURE(arrays)
{
	struct bpf_fix *f;
};

FIXTURE_SETUP(arrays)
{
	self->f = fix_new(NULL);
}

FIXTURE_TEARDOWN(arrays)
{
	fix_free(self->f);
}

static struct fix_array *add_array(struct bpf_fix *f, u32 nr)
{
	struct fix_array *a;

	a = fix_add_map(f, 3, BPF_MAP_TYPE_ARRAY, "numbers", sizeof(*a) + 8 * nr);
	a->map.max_entries = nr;
	return a;
}

static void set(struct fix_array *a, u32 index, u32 v)
{
	memcpy(a->value + 8 * index, &v, sizeof(v));
}

TEST_F(arrays, header_and_elements_by_type)
{
	struct fix_array *a = add_array(self->f, 3);
	const char *json;

	set(a, 0, 7);
	set(a, 2, 9);
	a->map.frozen = true;
	json = fix_walk(self->f);
	EXPECT_TRUE(fix_has(json, "'id':3,'name':'numbers','type':2,'type_name':'ARRAY'"));
	EXPECT_TRUE(fix_has(json, "'key_size':4,'value_size':4,'max_entries':3,'frozen':true"));
	EXPECT_TRUE(fix_has(json, "'entries':[{'index':0,'value':7},"));
	EXPECT_TRUE(fix_has(json, "{'index':1,'value':0},{'index':2,'value':9}]"));
	EXPECT_EQ(NULL, strstr(json, "incomplete"));
	EXPECT_TRUE(self->f->complete);
	EXPECT_EQ(NULL, strstr(json, "own_id"));
}

TEST_F(arrays, a_list_has_what_they_are_and_not_what_is_in_them)
{
	struct bpf_fix *f = self->f;
	struct value *maps;
	const char *json;

	set(add_array(f, 3), 0, 7);
	f->in.tree = vtree_new(1U << 20);
	maps = value_add_array(f->in.tree, vtree_root(f->in.tree), "maps");
	bpf_maps_list(&f->in, &f->l, maps);
	json = fix_json(f, maps);
	vtree_free(f->in.tree);
	f->in.tree = NULL;
	EXPECT_TRUE(fix_has(json, "'id':3,'name':'numbers','type':2,'type_name':'ARRAY'"));
	EXPECT_TRUE(fix_has(json, "'frozen':false}]"));
}

TEST_F(arrays, id_of_a_map_that_is_being_freed)
{
	add_array(self->f, 1)->map.id = 0;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'own_id':0"));
}

TEST_F(arrays, data_section_by_variable)
{
	struct fix_array *a = add_array(self->f, 1);
	struct guest_btf *btfs = self->f->in.btfs;
	u64 total = 123456;

	a->map.value_size = 16;
	a->map.btf_value_type_id = self->f->bss_type;
	a->map.max_entries = 1;
	/* add_array() has room for one of eight bytes */
	self->f->used += 64;
	set(a, 0, 5);
	memcpy(a->value + 8, &total, sizeof(total));
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'value':{'hits':5,'total':123456}"));
	self->f->in.btfs = NULL;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "types of BPF objects are not loaded"));
	self->f->in.btfs = btfs;
}

/* A CPU whose memory is not there leaves its place empty. */
TEST_F(arrays, also_as_bytes)
{
	struct fix_array *a = add_array(self->f, 2);
	u64 pptr = FIX_RAM + FIX_RAM_SIZE - FIX_PERCPU - 8;

	set(a, 1, 0x102);
	self->f->in.raw = true;
	EXPECT_TRUE(fix_has(fix_walk(self->f),
			    "{'index':1,'value_raw':{'hex':'02010000'},'value':258}"));
	a->map.map_type = BPF_MAP_TYPE_PERCPU_ARRAY;
	memcpy(a->value, &pptr, sizeof(pptr));
	*(u32 *)fix_percpu(self->f, pptr, 0) = 3;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'values_raw':[{'hex':'03000000'},null]}"));
}

TEST_F(arrays, zeros_at_the_end_are_told_not_shown)
{
	struct fix_array *a = add_array(self->f, 1000);
	const char *json;

	set(a, 0, 1);
	set(a, 2, 1);
	json = fix_walk(self->f);
	EXPECT_TRUE(fix_has(json, "'zero_tail':{'from':3,'to':1000}"));
	EXPECT_EQ(3, fix_count(json, "'index':"));
	set(a, 990, 1);
	json = fix_walk(self->f);
	EXPECT_EQ(NULL, strstr(json, "zero_tail"));
	EXPECT_EQ(1000, fix_count(json, "'index':"));
}

TEST_F(arrays, G5_larger_than_what_is_shown)
{
	struct fix_array *a = add_array(self->f, BPF_ARRAY_ENTRIES_MAX + 10);
	const char *json;

	set(a, BPF_ARRAY_ENTRIES_MAX - 1, 1);
	json = fix_walk(self->f);
	EXPECT_EQ(BPF_ARRAY_ENTRIES_MAX, fix_count(json, "'index':"));
	EXPECT_TRUE(fix_has(json, "'needed':4106,'had':4096"));
	EXPECT_FALSE(self->f->complete);
}

TEST_F(arrays, end_that_is_not_mapped)
{
	struct fix_array *a = add_array(self->f, 4);
	const char *json;

	/* at the end of memory; then a size that no array has */
	a = (void *)(self->f->ram + FIX_RAM_SIZE - sizeof(*a) - 16);
	*a = *(struct fix_array *)(self->f->ram + (self->f->maps->slots[3] - FIX_RAM));
	self->f->maps->slots[3] = fix_kva(self->f, a);
	set(a, 1, 77);
	json = fix_walk(self->f);
	EXPECT_TRUE(fix_has(json, "{'index':1,'value':77}"));
	EXPECT_TRUE(fix_has(json, "{'index':2,'value':{'unsupported':"));
	EXPECT_TRUE(fix_has(json, "'incomplete':'unreadable elements: 2'"));
	a->map.max_entries = 0xffffffff;
	json = fix_walk(self->f);
	EXPECT_GT(100, fix_count(json, "'index':"));
	EXPECT_TRUE(fix_has(json, "'needed':4294967295"));
	a->map.value_size = 0xffffffff;
	json = fix_walk(self->f);
	EXPECT_TRUE(fix_has(json, "incomplete"));
	EXPECT_TRUE(fix_has(json, "'truncated'"));
}

TEST_F(arrays, G5_values_larger_than_a_map_may_show)
{
	struct fix_array *a = add_array(self->f, 64);

	a->map.value_size = 2U << 20;
	a->map.btf_value_type_id = 0;
	set(a, 0, 1);
	EXPECT_TRUE(fix_has(fix_walk(self->f), "incomplete"));
	a->map.value_size = 0;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "zero_tail"));
}

TEST_F(arrays, G5_percpu)
{
	struct fix_array *a =
		fix_add_map(self->f, 1, BPF_MAP_TYPE_PERCPU_ARRAY, "stats", sizeof(*a) + 16);
	u64 pptr = FIX_RAM + 0x2000, nowhere = FIX_NOWHERE;
	const char *json;

	a->map.max_entries = 2;
	memcpy(a->value, &pptr, sizeof(pptr));
	memcpy(a->value + 8, &nowhere, sizeof(nowhere));
	*(u32 *)fix_percpu(self->f, pptr, 0) = 11;
	*(u32 *)fix_percpu(self->f, pptr, 1) = 22;
	json = fix_walk(self->f);
	EXPECT_TRUE(fix_has(json, "{'index':0,'values':[11,22]}"));
	EXPECT_TRUE(fix_has(json, "{'index':1,'values':[{'unsupported':"));
	EXPECT_TRUE(fix_has(json, "'incomplete':'unreadable elements: 2'"));
	EXPECT_FALSE(self->f->complete);
	self->f->gk.nr_symbols = 0;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "there is no address for CPU 1"));
}

TEST_F(arrays, types_that_are_missing_or_bad)
{
	struct fix_array *a = add_array(self->f, 1);
	const char *json;

	set(a, 0, 0x04030201);
	a->map.btf = 0;
	json = fix_walk(self->f);
	EXPECT_TRUE(fix_has(json, "'btf_unavailable':'the map came without types'"));
	EXPECT_TRUE(fix_has(json, "'value':{'hex':'01020304'}"));
	a->map.btf = FIX_NOWHERE;
	json = fix_walk(self->f);
	EXPECT_TRUE(fix_has(json, "'btf_unavailable':'cannot read struct btf"));
	EXPECT_TRUE(fix_has(json, "'hex':'01020304'"));
	a->map.btf = fix_kva(self->f, self->f->types);
	a->map.btf_value_type_id = 0x7fffffff;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "unsupported"));
}

TEST_F(arrays, deadline_and_a_full_tree)
{
	struct fix_array *a = add_array(self->f, 4000);
	struct value *maps;
	u32 i;

	for (i = 0; i < 4000; i++)
		set(a, i, i + 1);
	self->f->in.deadline_ns = 1;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'needed':1,'had':0"));
	self->f->in.deadline_ns = 0;
	self->f->in.late = false;
	self->f->in.tree = vtree_new(65536);
	maps = value_add_array(self->f->in.tree, vtree_root(self->f->in.tree), "maps");
	bpf_maps_walk(&self->f->in, &self->f->l, maps);
	EXPECT_TRUE(vtree_full(self->f->in.tree));
	EXPECT_GT(4000, fix_count(fix_json(self->f, maps), "'index':"));
	/* no room for the array itself */
	maps = value_add_array(self->f->in.tree, vtree_root(self->f->in.tree), "again");
	EXPECT_EQ(NULL, maps);
	bpf_maps_walk(&self->f->in, &self->f->l, maps);
	vtree_free(self->f->in.tree);
}

TEST_F(arrays, maps_that_cannot_be_read)
{
	self->f->maps->slots[5] = FIX_NOWHERE & ~3ULL;
	EXPECT_TRUE(fix_has(fix_walk(self->f),
			    "[{'id':5,'kva':'0xdead000000000100','entries':{'unsupported':"));
	self->f->maps->shift = 99;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "map_idr could not be read to its end"));
}

TEST_F(arrays, one_map_by_name)
{
	struct bpf_map_view view;
	struct ktstr_err err;
	struct value *one;

	set(add_array(self->f, 1), 0, 42);
	EXPECT_EQ(-ENOENT, bpf_map_find(&self->f->in, &self->f->l, "#4", &view, &err));
	EXPECT_NE(NULL, strstr(err.msg, "numbers"));
	ASSERT_EQ(0, bpf_map_find(&self->f->in, &self->f->l, "#3", &view, &err));
	ASSERT_EQ(0, bpf_map_find(&self->f->in, &self->f->l, "bers", &view, &err));
	self->f->in.tree = vtree_new(65536);
	one = bpf_map_walk_one(&self->f->in, &self->f->l, &view, vtree_root(self->f->in.tree));
	EXPECT_TRUE(fix_has(fix_json(self->f, one), "'value':42"));
	vtree_free(self->f->in.tree);
}

TEST_F(arrays, types_loaded_before)
{
	add_array(self->f, 1);
	EXPECT_EQ(1, bpf_maps_warm(&self->f->in, &self->f->l));
	/* kept: what is there now does not count any more */
	memset(self->f->ram + (self->f->types->data - FIX_RAM), 0xff, 8);
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'value':0"));
}

TEST_HARNESS_MAIN
