// SPDX-License-Identifier: GPL-2.0-only
/* A BPF program's variable found from outside, in trees that may be anything. */
#include "bpf_fixture.h"
#include "host/inspect/bpfmap.h"
#include "host/inspect/xarray.h"
#include "kselftest_harness.h"

#define NR_NODES 20

FIXTURE(bpfmap)
{
	struct bpf_fix *f;
	struct fix_array *bss;
	struct fix_node *nodes;
	struct ktstr_err err;
	u64 kva;
	u32 size;
};

static struct fix_array *add_section(struct bpf_fix *f, u32 id, const char *name)
{
	struct fix_array *a = fix_add_map(f, id, BPF_MAP_TYPE_ARRAY, name, sizeof(*a) + 64);

	a->map.value_size = 64;
	return a;
}

FIXTURE_SETUP(bpfmap)
{
	self->f = fix_new(NULL);
	self->nodes = fix_alloc(self->f, NR_NODES * sizeof(*self->nodes));
	fix_add_map(self->f, 1, BPF_MAP_TYPE_HASH, "tasks", sizeof(struct fix_htab));
	self->bss = add_section(self->f, 2, "ktstr_fi.bss");
	add_section(self->f, 3, "ktstr_fi.rodata");
}

FIXTURE_TEARDOWN(bpfmap)
{
	fix_free(self->f);
}

static u64 node_entry(FIXTURE_DATA(bpfmap) * self, u32 i)
{
	return fix_kva(self->f, &self->nodes[i]) + 2;
}

/* Of map_idr: what its tree begins with. */
static u64 *idr_head(struct bpf_fix *f)
{
	u64 kva;

	gk_symbol(&f->gk, "map_idr", &kva);
	return (u64 *)(f->ram + (kva - FIX_RAM)) + 1;
}

/* A tree of the test's own instead of the one that has the maps. */
static void plant(FIXTURE_DATA(bpfmap) * self)
{
	memset(self->nodes, 0, NR_NODES * sizeof(*self->nodes));
	*idr_head(self->f) = node_entry(self, 0);
}

static int find(FIXTURE_DATA(bpfmap) * self, const char *map, const char *variable)
{
	return bpfmap_find_var(&self->f->gk, self->f->btf, map, variable, &self->kva, &self->size,
			       &self->err);
}

static u64 value_kva(FIXTURE_DATA(bpfmap) * self, const struct fix_array *a)
{
	return fix_kva(self->f, a->value);
}

TEST_F(bpfmap, variable_by_suffix_and_by_whole_name)
{
	ASSERT_EQ(0, find(self, ".bss", "hits"))
	{
		TH_LOG("%s", self->err.msg);
	}
	EXPECT_EQ(value_kva(self, self->bss), self->kva);
	EXPECT_EQ(4, self->size);
	ASSERT_EQ(0, find(self, "ktstr_fi.bss", "total"));
	EXPECT_EQ(value_kva(self, self->bss) + 8, self->kva);
	EXPECT_EQ(8, self->size);
	EXPECT_EQ(0, find(self, "bss", "hits"));
	EXPECT_EQ(0, find(self, "#2", "hits"));
}

TEST_F(bpfmap, write_reaches_the_variable)
{
	u32 v;

	ASSERT_EQ(0, bpfmap_write_u32(&self->f->gk, self->f->btf, ".bss", "hits", 0xc0ffee,
				      &self->err));
	memcpy(&v, self->bss->value, sizeof(v));
	EXPECT_EQ(0xc0ffee, v);
	EXPECT_EQ(0, self->bss->value[4]);
	EXPECT_EQ(-EINVAL,
		  bpfmap_write_u32(&self->f->gk, self->f->btf, ".bss", "total", 1, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "8 bytes"));
}

TEST_F(bpfmap, missing_map_lists_what_there_is)
{
	EXPECT_EQ(-ENOENT, find(self, ".data", "hits"));
	EXPECT_NE(NULL, strstr(self->err.msg, "\".data\""));
	EXPECT_NE(NULL, strstr(self->err.msg, "tasks, ktstr_fi.bss, ktstr_fi.rodata"));
	EXPECT_EQ(-ENOENT, find(self, "#4", "hits"));
	*idr_head(self->f) = 0;
	EXPECT_EQ(-ENOENT, find(self, ".bss", "hits"));
	EXPECT_NE(NULL, strstr(self->err.msg, "none"));
}

TEST_F(bpfmap, missing_variable_is_named)
{
	EXPECT_EQ(-ENOENT, find(self, ".bss", "hots"));
	EXPECT_NE(NULL, strstr(self->err.msg, "hots"));
	EXPECT_EQ(-ENOENT, find(self, ".rodata", "hits"));
}

TEST_F(bpfmap, ambiguous_suffix_names_the_candidates)
{
	add_section(self->f, 4, "other.bss");
	EXPECT_EQ(-ENOTUNIQ, find(self, ".bss", "hits"));
	EXPECT_NE(NULL, strstr(self->err.msg, "ktstr_fi.bss, other.bss"));
	EXPECT_EQ(0, find(self, "ktstr_fi.bss", "hits"));
	/* two schedulers at once while one replaces the other */
	add_section(self->f, 4, "ktstr_fi.bss");
	EXPECT_EQ(-ENOTUNIQ, find(self, "ktstr_fi.bss", "hits"));
}

TEST_F(bpfmap, whole_name_beats_suffix)
{
	struct fix_array *a = add_section(self->f, 4, ".bss");

	ASSERT_EQ(0, find(self, ".bss", "hits"));
	EXPECT_EQ(value_kva(self, a), self->kva);
}

TEST_F(bpfmap, only_arrays)
{
	EXPECT_EQ(-EOPNOTSUPP, find(self, "tasks", "hits"));
	EXPECT_NE(NULL, strstr(self->err.msg, "not ARRAY"));
}

TEST_F(bpfmap, variable_outside_of_the_value)
{
	self->bss->map.value_size = 15;
	EXPECT_EQ(-EINVAL, find(self, ".bss", "total"));
	self->bss->map.value_size = 16;
	EXPECT_EQ(0, find(self, ".bss", "total"));
	self->bss->map.value_size = 0;
	EXPECT_EQ(-EINVAL, find(self, ".bss", "hits"));
}

TEST_F(bpfmap, types_that_are_not_there)
{
	struct fix_btf *types = self->f->types;
	u64 data = types->data;
	u32 size = types->data_size;

	types->data_size = KBTF_MAX + 1;
	EXPECT_EQ(-EFBIG, find(self, ".bss", "hits"));
	types->data_size = 0;
	EXPECT_EQ(-EINVAL, find(self, ".bss", "hits"));
	types->data_size = size;
	types->data = FIX_NOWHERE;
	EXPECT_EQ(-EFAULT, find(self, ".bss", "hits"));
	types->data = data + 8;
	EXPECT_GT(0, find(self, ".bss", "hits"));
	types->data = data;
	memset(self->f->ram + (data - FIX_RAM), 0xff, 8);
	EXPECT_EQ(-EINVAL, find(self, ".bss", "hits"));
	self->bss->map.btf = 0;
	EXPECT_EQ(-EINVAL, find(self, ".bss", "hits"));
	self->bss->map.btf = FIX_NOWHERE;
	EXPECT_EQ(-EFAULT, find(self, ".bss", "hits"));
}

TEST_F(bpfmap, name_without_end_and_hostile_bytes)
{
	struct fix_map *tasks = (void *)(self->f->ram + (self->f->maps->slots[1] - FIX_RAM));

	memset(tasks->name, 0x1b, BPF_OBJ_NAME_LEN);
	memset(self->bss->map.name, 'x', BPF_OBJ_NAME_LEN);
	EXPECT_EQ(-ENOENT, find(self, ".data", "hits"));
	EXPECT_EQ(NULL, strchr(self->err.msg, 0x1b));
	EXPECT_NE(NULL, strstr(self->err.msg, "\\x1b"));
}

TEST_F(bpfmap, map_at_an_address_that_is_not_there)
{
	self->f->maps->slots[5] = FIX_NOWHERE;
	EXPECT_EQ(0, find(self, ".bss", "hits"));
}

TEST_F(bpfmap, kernel_without_maps)
{
	self->f->gk.nr_symbols = 0;
	EXPECT_EQ(-EOPNOTSUPP, find(self, ".bss", "hits"));
	EXPECT_NE(NULL, strstr(self->err.msg, "map_idr"));
}

/* What xa_for_each() hands out. */
struct seen {
	u32 nr;
	u64 index[16];
	u64 ptr[16];
};

static int see(void *ctx, u64 index, u64 ptr)
{
	struct seen *s = ctx;

	if (s->nr < ARRAY_SIZE(s->ptr)) {
		s->index[s->nr] = index;
		s->ptr[s->nr] = ptr;
	}
	s->nr++;
	return 0;
}

static int walk(FIXTURE_DATA(bpfmap) * self, struct seen *s)
{
	struct xa_layout l;
	int ret;

	memset(s, 0, sizeof(*s));
	ret = xa_layout_init(&l, self->f->btf, &self->err);
	return ret ?: xa_for_each(&l, &self->f->gk, fix_kva(self->f, idr_head(self->f)), see, s);
}

TEST_F(bpfmap, tree_of_one_entry)
{
	struct seen s;

	*idr_head(self->f) = 0xffff888012340000;
	ASSERT_EQ(0, walk(self, &s));
	ASSERT_EQ(1, s.nr);
	EXPECT_EQ(0, s.index[0]);
	EXPECT_EQ(0xffff888012340000, s.ptr[0]);
}

TEST_F(bpfmap, tree_of_two_levels)
{
	struct seen s;

	plant(self);
	self->nodes[0].shift = 6;
	self->nodes[0].slots[1] = node_entry(self, 1);
	self->nodes[0].slots[63] = node_entry(self, 2);
	self->nodes[1].slots[2] = 0xffff888011110000;
	self->nodes[2].slots[63] = 0xffff888022220000;
	ASSERT_EQ(0, walk(self, &s));
	ASSERT_EQ(2, s.nr);
	EXPECT_EQ(66, s.index[0]);
	EXPECT_EQ(64 * 64 - 1, s.index[1]);
}

/* Values, siblings, retry and zero entries, and a node below the last level. */
TEST_F(bpfmap, G6_entries_that_are_no_pointers)
{
	struct seen s;

	plant(self);
	self->nodes[0].slots[0] = 0x7f;
	self->nodes[0].slots[1] = (5 << 2) | 2;
	self->nodes[0].slots[2] = (256 << 2) | 2;
	self->nodes[0].slots[3] = (257 << 2) | 2;
	self->nodes[0].slots[4] = 0xffff888011110000;
	ASSERT_EQ(0, walk(self, &s));
	EXPECT_EQ(1, s.nr);
	self->nodes[0].slots[5] = node_entry(self, 1);
	EXPECT_EQ(-EINVAL, walk(self, &s));
	EXPECT_EQ(1, s.nr);
}

TEST_F(bpfmap, G6_tree_with_loops)
{
	struct seen s;
	u32 i, j;

	/* to itself, to its parent, and each slot of each level to the next node */
	plant(self);
	self->nodes[0].shift = 6;
	self->nodes[0].slots[0] = node_entry(self, 0);
	self->nodes[0].slots[1] = node_entry(self, 1);
	self->nodes[1].slots[0] = node_entry(self, 0);
	self->nodes[1].slots[1] = 0xffff888011110000;
	EXPECT_EQ(-EINVAL, walk(self, &s));
	EXPECT_EQ(1, s.nr);

	for (i = 0; i < NR_NODES; i++) {
		self->nodes[i].shift = i < 10 ? 60 - 6 * i : 0;
		for (j = 0; j < XA_CHUNK_MAX; j++)
			self->nodes[i].slots[j] = node_entry(self, (i + 1) % NR_NODES);
	}
	EXPECT_EQ(-E2BIG, walk(self, &s));
	EXPECT_EQ(0, s.nr);
}

TEST_F(bpfmap, G6_shift_beyond_the_index)
{
	struct seen s;

	plant(self);
	self->nodes[0].shift = 61;
	EXPECT_EQ(-EINVAL, walk(self, &s));
	self->nodes[0].shift = 255;
	EXPECT_EQ(-EINVAL, walk(self, &s));
	*idr_head(self->f) = 0xdead000000000102;
	EXPECT_EQ(-EFAULT, walk(self, &s));
	EXPECT_EQ(0, s.nr);
}

TEST_HARNESS_MAIN
