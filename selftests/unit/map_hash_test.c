// SPDX-License-Identifier: GPL-2.0-only
/* Hashes in guest memory: elements of every kind, chains that lead anywhere. */
#include "bpf_fixture.h"
#include "kselftest_harness.h"

#define BUCKETS 8
/* How the kernel ends a chain: odd. */
#define END(bucket) ((u64)(bucket) << 1 | 1)

FIXTURE(hashes)
{
	struct bpf_fix *f;
	struct fix_htab *htab;
	struct fix_bucket *buckets;
};

static void add_buckets(FIXTURE_DATA(hashes) * self, u32 nr)
{
	u32 i;

	self->buckets = fix_alloc(self->f, nr * sizeof(*self->buckets));
	for (i = 0; i < nr; i++)
		self->buckets[i].first = END(i);
	self->htab->buckets = fix_kva(self->f, self->buckets);
	self->htab->n_buckets = nr;
}

FIXTURE_SETUP(hashes)
{
	self->f = fix_new(NULL);
	self->htab = fix_add_map(self->f, 2, BPF_MAP_TYPE_HASH, "by_pid", sizeof(*self->htab));
	self->htab->map.max_entries = BUCKETS;
	add_buckets(self, BUCKETS);
}

FIXTURE_TEARDOWN(hashes)
{
	fix_free(self->f);
}

/* In front of its chain, as the kernel does it. */
static struct fix_elem *add_elem(FIXTURE_DATA(hashes) * self, u32 hash, u32 key, u64 value)
{
	struct fix_elem *e = fix_alloc(self->f, sizeof(*e) + 16);
	struct fix_bucket *b = &self->buckets[hash & (self->htab->n_buckets - 1)];

	e->hash = hash;
	e->next = b->first;
	memcpy(e->key, &key, sizeof(key));
	memcpy(e->key + 8, &value, sizeof(value));
	b->first = fix_kva(self->f, e);
	return e;
}

TEST_F(hashes, keys_and_values_by_type)
{
	const char *json;

	add_elem(self, 0x101, 10, 100);
	add_elem(self, 0x201, 11, 101);
	add_elem(self, 7, 12, 102);
	json = fix_walk(self->f);
	EXPECT_TRUE(fix_has(json, "'entries':[{'key':11,'value':101},"));
	EXPECT_TRUE(fix_has(json, "{'key':10,'value':100},{'key':12,'value':102}]"));
	EXPECT_EQ(NULL, strstr(json, "incomplete"));
	self->htab->map.map_type = BPF_MAP_TYPE_LRU_HASH;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "{'key':12,'value':102}"));
	self->htab->map.btf_value_type_id = self->f->pair_type;
	self->htab->map.value_size = 8;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "{'key':12,'value':{'a':102,'b':0}}"));
}

TEST_F(hashes, also_as_bytes)
{
	u64 pptr = FIX_RAM + 0x2000;

	add_elem(self, 1, 10, 0x102);
	self->f->in.raw = true;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "{'key_raw':{'hex':'0a000000'},'key':10,"));
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'value_raw':{'hex':'02010000'},'value':258}"));
	self->htab->map.map_type = BPF_MAP_TYPE_PERCPU_HASH;
	*(u64 *)(self->buckets[1].first - FIX_RAM + self->f->ram + offsetof(struct fix_elem, key) +
		 8) = pptr;
	*(u32 *)fix_percpu(self->f, pptr, 0) = 1;
	*(u32 *)fix_percpu(self->f, pptr, 1) = 2;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'values':[1,2],'values_raw':["));
	EXPECT_TRUE(fix_has(fix_walk(self->f), "[{'hex':'01000000'},{'hex':'02000000'}]}"));
}

TEST_F(hashes, empty)
{
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'entries':[]"));
}

TEST_F(hashes, without_types)
{
	add_elem(self, 1, 0x0a, 0x0b);
	self->htab->map.btf = 0;
	EXPECT_TRUE(fix_has(fix_walk(self->f),
			    "{'key':{'hex':'0a000000'},'value':{'hex':'0b000000'}}"));
}

/* The value begins at a multiple of eight behind the key. */
TEST_F(hashes, key_of_an_odd_size)
{
	struct fix_elem *e = add_elem(self, 1, 0, 5);

	self->htab->map.key_size = 7;
	self->htab->map.btf_key_type_id = 0;
	memcpy(e->key, "abcdefg", 7);
	EXPECT_TRUE(fix_has(fix_walk(self->f), "{'key':{'hex':'61626364656667'},'value':5}"));
	self->htab->map.key_size = 9;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'value':0}"));
}

TEST_F(hashes, percpu)
{
	u64 pptr = FIX_RAM + 0x2000;

	add_elem(self, 1, 10, pptr);
	self->htab->map.map_type = BPF_MAP_TYPE_PERCPU_HASH;
	*(u32 *)fix_percpu(self->f, pptr, 0) = 1;
	*(u32 *)fix_percpu(self->f, pptr, 1) = 2;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "{'key':10,'values':[1,2]}"));
	self->htab->map.map_type = BPF_MAP_TYPE_LRU_PERCPU_HASH;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "{'key':10,'values':[1,2]}"));
}

TEST_F(hashes, of_maps)
{
	add_elem(self, 1, 10, fix_kva(self->f, self->htab));
	add_elem(self, 2, 11, FIX_NOWHERE);
	self->htab->map.map_type = BPF_MAP_TYPE_HASH_OF_MAPS;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'id':2,'name':'by_pid'},"));
	EXPECT_TRUE(fix_has(self->f->json,
			    "{'key':11,'ptr':'0xdead000000000100','id':{'unsupported'"));
}

TEST_F(hashes, G5_chain_in_a_circle)
{
	struct fix_elem *first = add_elem(self, 1, 10, 100);
	const char *json;

	self->htab->map.max_entries = 1000;
	add_elem(self, 1, 11, 101);
	first->next = self->buckets[1].first;
	add_elem(self, 2, 12, 102);
	json = fix_walk(self->f);
	EXPECT_TRUE(fix_has(json, "chains without an end: 1"));
	EXPECT_FALSE(self->f->complete);
	EXPECT_TRUE(fix_has(json, "{'key':12,'value':102}"));
	EXPECT_GT(10, fix_count(json, "'key':"));
	first->next = fix_kva(self->f, first);
	EXPECT_TRUE(fix_has(fix_walk(self->f), "chains without an end: 1"));
}

TEST_F(hashes, G5_more_elements_than_there_can_be)
{
	u32 i;

	self->htab->map.max_entries = 4;
	for (i = 0; i < 10; i++)
		add_elem(self, 1, i, i);
	EXPECT_TRUE(fix_has(fix_walk(self->f), "chains without an end: 1"));
	/* one is being replaced on every CPU */
	self->htab->map.max_entries = 8;
	EXPECT_EQ(NULL, strstr(fix_walk(self->f), "incomplete"));
}

TEST_F(hashes, element_in_the_wrong_bucket)
{
	struct fix_elem *wrong = add_elem(self, 1, 10, 100);
	const char *json;

	add_elem(self, 2, 12, 102);
	wrong->hash = 3;
	json = fix_walk(self->f);
	EXPECT_TRUE(fix_has(json, "elements of another map or bucket: 1"));
	EXPECT_EQ(1, fix_count(json, "'key':"));
}

TEST_F(hashes, memory_that_is_not_there)
{
	const char *json;

	add_elem(self, 1, 10, 100);
	self->buckets[0].first = FIX_NOWHERE;
	add_elem(self, 2, 12, 102)->next = FIX_NOWHERE;
	json = fix_walk(self->f);
	EXPECT_TRUE(fix_has(json, "unreadable elements: 2"));
	EXPECT_EQ(2, fix_count(json, "'key':"));
	self->htab->buckets = FIX_NOWHERE;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "unreadable elements: 1"));
	self->htab->n_buckets = 0x400000;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "unreadable elements: 16"));
}

TEST_F(hashes, G5_number_of_buckets_that_no_hash_has)
{
	static const u32 bad[] = { 0, 3, 0x80000000, 0xffffffff };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		self->htab->n_buckets = bad[i];
		EXPECT_TRUE(fix_has(fix_walk(self->f), "'entries':{'unsupported':"));
	}
}

TEST_F(hashes, sizes_that_no_hash_has)
{
	add_elem(self, 1, 10, 100);
	self->htab->map.value_size = 0xffffffff;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'key':10"));
	self->htab->map.key_size = 0xffffffff;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "incomplete"));
	self->htab->map.key_size = 0;
	self->htab->map.value_size = 0;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'entries':[{"));
}

TEST_F(hashes, more_than_what_is_shown)
{
	const u32 nr = BPF_HASH_ENTRIES_MAX + 100;
	const char *json;
	u32 i;

	self->htab->map.max_entries = nr;
	add_buckets(self, 8192);
	for (i = 0; i < nr; i++)
		add_elem(self, i, i, i);
	json = fix_walk(self->f);
	EXPECT_EQ(BPF_HASH_ENTRIES_MAX, fix_count(json, "'key':"));
	EXPECT_TRUE(fix_has(json, "'needed':4196,'had':4096"));
	EXPECT_EQ(NULL, strstr(json, "incomplete"));
}

TEST(G5_kernel_with_other_hashes)
{
	struct bpf_fix *f = fix_new("bpf_htab");

	fix_add_map(f, 2, BPF_MAP_TYPE_HASH, "by_pid", sizeof(struct fix_htab));
	fix_add_map(f, 3, BPF_MAP_TYPE_LPM_TRIE, "routes", sizeof(struct fix_map));
	fix_add_map(f, 4, 1234, "new", sizeof(struct fix_map));
	EXPECT_TRUE(fix_has(fix_walk(f), "this kernel's types have no bpf_htab.map"));
	EXPECT_TRUE(fix_has(f->json, "prefix tries are not walked"));
	EXPECT_TRUE(fix_has(f->json, "'type':1234,'type_name':'unknown'"));
	EXPECT_TRUE(fix_has(f->json, "maps of type 1234 are not known"));
	fix_free(f);
}

TEST_HARNESS_MAIN
