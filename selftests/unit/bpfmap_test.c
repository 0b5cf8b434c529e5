// SPDX-License-Identifier: GPL-2.0-only
/* A BPF program's variable found from outside, in trees that may be anything. */
#include <linux/bpf.h>
#include <stdlib.h>

#include "fake_kernel.h"
#include "host/inspect/bpfmap.h"
#include "host/inspect/xarray.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define IDR	   0xffffffff83100000ULL
#define MAPS	   0xffff888020000000ULL
#define MAP_STRIDE 0x1000ULL
#define NODES	   0xffff888030000000ULL
#define BTF_STRUCT 0xffff888040000000ULL
#define BTF_DATA   0xffffc90000800000ULL
#define NR_MAPS	   8
#define NR_NODES   20

/* What a kernel has, shortened. */
struct idr {
	u64 lock;
	u64 head;
};

struct node {
	u8 shift;
	u64 parent;
	u64 slots[XA_CHUNK_MAX];
};

struct map {
	u32 type;
	u32 value_size;
	u64 btf;
	char name[BPF_OBJ_NAME_LEN];
};

struct array {
	struct map map;
	u32 elem_size;
	char value[64];
};

struct btf_struct {
	u64 data;
	u32 data_size;
};

/* The members above as a kernel's types; value is a flexible array there. */
static struct kbtf *kernel_types(void)
{
	struct btf *btf = btf__new_empty();
	int u8_id = btf__add_int(btf, "unsigned char", 1, 0);
	int u32_id = btf__add_int(btf, "unsigned int", 4, 0);
	int u64_id = btf__add_int(btf, "unsigned long", 8, 0);
	int slots = btf__add_array(btf, u32_id, u64_id, XA_CHUNK_MAX);
	int name = btf__add_array(btf, u32_id, u8_id, BPF_OBJ_NAME_LEN);
	int value = btf__add_array(btf, u32_id, u8_id, 0);
	const struct fake_member xarray[] = { { "xa_head", u64_id, 8 } };
	int xa = fake_struct(btf, "xarray", 16, xarray, ARRAY_SIZE(xarray));
	const struct fake_member idr[] = { { "idr_rt", xa, 0 } };
	const struct fake_member node[] = { FAKE_MEMBER(struct node, shift, u8_id),
					    FAKE_MEMBER(struct node, slots, slots) };
	const struct fake_member map[] = { { "map_type", u32_id, 0 },
					   FAKE_MEMBER(struct map, value_size, u32_id),
					   FAKE_MEMBER(struct map, btf, u64_id),
					   FAKE_MEMBER(struct map, name, name) };
	const struct fake_member bts[] = { FAKE_MEMBER(struct btf_struct, data, u64_id),
					   FAKE_MEMBER(struct btf_struct, data_size, u32_id) };
	int map_id = fake_struct(btf, "bpf_map", sizeof(struct map), map, ARRAY_SIZE(map));
	const struct fake_member array[] = { FAKE_MEMBER(struct array, map, map_id),
					     FAKE_MEMBER(struct array, value, value) };

	fake_struct(btf, "idr", 24, idr, ARRAY_SIZE(idr));
	fake_struct(btf, "xa_node", sizeof(struct node), node, ARRAY_SIZE(node));
	fake_struct(btf, "bpf_array", sizeof(struct array), array, ARRAY_SIZE(array));
	fake_struct(btf, "btf", sizeof(struct btf_struct), bts, ARRAY_SIZE(bts));
	return fake_kbtf(btf, NULL);
}

/* The BTF of a BPF object with crash (u32), total (u64) and outside in .bss. */
static void *program_types(u32 *len)
{
	struct btf *btf = btf__new_empty();
	int u32_id = btf__add_int(btf, "unsigned int", 4, 0);
	int u64_id = btf__add_int(btf, "unsigned long", 8, 0);
	int crash = btf__add_var(btf, "crash", BTF_VAR_GLOBAL_ALLOCATED, u32_id);
	int total = btf__add_var(btf, "total", BTF_VAR_GLOBAL_ALLOCATED, u64_id);
	int outside = btf__add_var(btf, "outside", BTF_VAR_GLOBAL_ALLOCATED, u32_id);
	const void *raw;
	void *copy;

	btf__add_datasec(btf, ".bss", 64);
	btf__add_datasec_var_info(btf, total, 0, 8);
	btf__add_datasec_var_info(btf, crash, 12, 4);
	btf__add_datasec_var_info(btf, outside, 0xfffffffc, 4);
	raw = btf__raw_data(btf, len);
	copy = malloc(*len);
	memcpy(copy, raw, *len);
	btf__free(btf);
	return copy;
}

FIXTURE(bpfmap)
{
	struct guest_kernel *gk;
	struct kbtf *btf;
	struct idr idr;
	struct node nodes[NR_NODES];
	struct array maps[NR_MAPS];
	struct btf_struct prog;
	void *prog_raw;
	struct ktstr_err err;
	u64 kva;
	u32 size;
};

static u64 map_kva(u32 i)
{
	return MAPS + i * MAP_STRIDE;
}

static u64 node_entry(u32 i)
{
	return NODES + i * sizeof(struct node) + 2;
}

static void map_set(FIXTURE_DATA(bpfmap) * self, u32 i, u32 type, const char *name)
{
	struct map *m = &self->maps[i].map;

	m->type = type;
	m->value_size = 64;
	m->btf = BTF_STRUCT;
	snprintf(m->name, sizeof(m->name), "%s", name);
	self->nodes[0].slots[i + 1] = map_kva(i);
}

FIXTURE_SETUP(bpfmap)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	u32 i;

	self->gk = gk;
	self->btf = kernel_types();
	ASSERT_NE(NULL, self->btf);
	self->prog_raw = program_types(&self->prog.data_size);
	self->prog.data = fake_map(gk, BTF_DATA, self->prog_raw, self->prog.data_size);
	fake_map(gk, BTF_STRUCT, &self->prog, sizeof(self->prog));
	fake_symbol(gk, "map_idr", fake_map(gk, IDR, &self->idr, sizeof(self->idr)));
	fake_map(gk, NODES, self->nodes, sizeof(self->nodes));
	for (i = 0; i < NR_MAPS; i++)
		fake_map(gk, map_kva(i), &self->maps[i], sizeof(self->maps[i]));
	self->idr.head = node_entry(0);
	map_set(self, 0, BPF_MAP_TYPE_HASH, "tasks");
	map_set(self, 1, BPF_MAP_TYPE_ARRAY, "ktstr_fi.bss");
	map_set(self, 2, BPF_MAP_TYPE_ARRAY, "ktstr_fi.rodata");
}

FIXTURE_TEARDOWN(bpfmap)
{
	kbtf_free(self->btf);
	free(self->prog_raw);
	free(self->gk);
}

static int find(FIXTURE_DATA(bpfmap) * self, const char *map, const char *variable)
{
	return bpfmap_find_var(self->gk, self->btf, map, variable, &self->kva, &self->size,
			       &self->err);
}

TEST_F(bpfmap, variable_by_suffix_and_by_whole_name)
{
	ASSERT_EQ(0, find(self, ".bss", "crash"))
	{
		TH_LOG("%s", self->err.msg);
	}
	EXPECT_EQ(map_kva(1) + offsetof(struct array, value) + 12, self->kva);
	EXPECT_EQ(4, self->size);
	ASSERT_EQ(0, find(self, "ktstr_fi.bss", "total"));
	EXPECT_EQ(map_kva(1) + offsetof(struct array, value), self->kva);
	EXPECT_EQ(8, self->size);
	EXPECT_EQ(0, find(self, "bss", "crash"));
}

TEST_F(bpfmap, write_reaches_the_variable)
{
	u32 v;

	ASSERT_EQ(0, bpfmap_write_u32(self->gk, self->btf, ".bss", "crash", 0xc0ffee, &self->err));
	memcpy(&v, self->maps[1].value + 12, sizeof(v));
	EXPECT_EQ(0xc0ffee, v);
	EXPECT_EQ(0, self->maps[1].value[11]);
	EXPECT_EQ(0, self->maps[1].value[16]);
	EXPECT_EQ(-EINVAL, bpfmap_write_u32(self->gk, self->btf, ".bss", "total", 1, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "8 bytes"));
}

TEST_F(bpfmap, missing_map_lists_what_there_is)
{
	EXPECT_EQ(-ENOENT, find(self, ".data", "crash"));
	EXPECT_NE(NULL, strstr(self->err.msg, "\".data\""));
	EXPECT_NE(NULL, strstr(self->err.msg, "tasks, ktstr_fi.bss, ktstr_fi.rodata"));
	self->idr.head = 0;
	EXPECT_EQ(-ENOENT, find(self, ".bss", "crash"));
	EXPECT_NE(NULL, strstr(self->err.msg, "none"));
}

TEST_F(bpfmap, missing_variable_is_named)
{
	EXPECT_EQ(-ENOENT, find(self, ".bss", "crush"));
	EXPECT_NE(NULL, strstr(self->err.msg, "crush"));
	EXPECT_EQ(-ENOENT, find(self, ".rodata", "crash"));
}

TEST_F(bpfmap, ambiguous_suffix_names_the_candidates)
{
	map_set(self, 3, BPF_MAP_TYPE_ARRAY, "other.bss");
	EXPECT_EQ(-ENOTUNIQ, find(self, ".bss", "crash"));
	EXPECT_NE(NULL, strstr(self->err.msg, "ktstr_fi.bss, other.bss"));
	EXPECT_EQ(0, find(self, "ktstr_fi.bss", "crash"));
	/* two schedulers at once while one replaces the other */
	map_set(self, 3, BPF_MAP_TYPE_ARRAY, "ktstr_fi.bss");
	EXPECT_EQ(-ENOTUNIQ, find(self, "ktstr_fi.bss", "crash"));
}

TEST_F(bpfmap, whole_name_beats_suffix)
{
	map_set(self, 3, BPF_MAP_TYPE_ARRAY, ".bss");
	ASSERT_EQ(0, find(self, ".bss", "crash"));
	EXPECT_EQ(map_kva(3) + offsetof(struct array, value) + 12, self->kva);
}

TEST_F(bpfmap, only_arrays)
{
	EXPECT_EQ(-EOPNOTSUPP, find(self, "tasks", "crash"));
	EXPECT_NE(NULL, strstr(self->err.msg, "not ARRAY"));
}

TEST_F(bpfmap, variable_outside_of_the_value)
{
	EXPECT_EQ(-EINVAL, find(self, ".bss", "outside"));
	self->maps[1].map.value_size = 15;
	EXPECT_EQ(-EINVAL, find(self, ".bss", "crash"));
	self->maps[1].map.value_size = 16;
	EXPECT_EQ(0, find(self, ".bss", "crash"));
}

TEST_F(bpfmap, types_that_are_not_there)
{
	u64 data = self->prog.data;
	u32 size = self->prog.data_size;

	self->prog.data_size = KBTF_MAX + 1;
	EXPECT_EQ(-EFBIG, find(self, ".bss", "crash"));
	self->prog.data_size = size + 1;
	EXPECT_EQ(-EFAULT, find(self, ".bss", "crash"));
	self->prog.data_size = 0;
	EXPECT_EQ(-EINVAL, find(self, ".bss", "crash"));
	self->prog.data_size = size;
	self->prog.data = data + 8;
	EXPECT_GT(0, find(self, ".bss", "crash"));
	self->prog.data = data;
	memset(self->prog_raw, 0xff, 8);
	EXPECT_EQ(-EINVAL, find(self, ".bss", "crash"));
	self->maps[1].map.btf = 0;
	EXPECT_EQ(-EINVAL, find(self, ".bss", "crash"));
	self->maps[1].map.btf = 0xdead000000000100;
	EXPECT_EQ(-EINVAL, find(self, ".bss", "crash"));
}

TEST_F(bpfmap, name_without_end_and_hostile_bytes)
{
	memset(self->maps[0].map.name, 0x1b, BPF_OBJ_NAME_LEN);
	memset(self->maps[2].map.name, 'x', BPF_OBJ_NAME_LEN);
	EXPECT_EQ(-ENOENT, find(self, ".data", "crash"));
	EXPECT_EQ(NULL, strchr(self->err.msg, 0x1b));
	EXPECT_NE(NULL, strstr(self->err.msg, "\\x1b"));
}

TEST_F(bpfmap, map_at_an_address_that_is_not_there)
{
	self->nodes[0].slots[5] = 0xdead000000000100;
	EXPECT_EQ(0, find(self, ".bss", "crash"));
}

TEST_F(bpfmap, kernel_without_maps)
{
	self->gk->nr_symbols = 0;
	EXPECT_EQ(-EOPNOTSUPP, find(self, ".bss", "crash"));
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
	ret = xa_layout_init(&l, self->btf, &self->err);
	return ret ?: xa_for_each(&l, self->gk, IDR + offsetof(struct idr, head), see, s);
}

TEST_F(bpfmap, tree_of_one_entry)
{
	struct seen s;

	self->idr.head = 0xffff888012340000;
	ASSERT_EQ(0, walk(self, &s));
	ASSERT_EQ(1, s.nr);
	EXPECT_EQ(0, s.index[0]);
	EXPECT_EQ(0xffff888012340000, s.ptr[0]);
}

TEST_F(bpfmap, tree_of_two_levels)
{
	struct seen s;

	memset(self->nodes, 0, sizeof(self->nodes));
	self->nodes[0].shift = 6;
	self->nodes[0].slots[1] = node_entry(1);
	self->nodes[0].slots[63] = node_entry(2);
	self->nodes[1].slots[2] = 0xffff888011110000;
	self->nodes[2].slots[63] = 0xffff888022220000;
	ASSERT_EQ(0, walk(self, &s));
	ASSERT_EQ(2, s.nr);
	EXPECT_EQ(66, s.index[0]);
	EXPECT_EQ(64 * 64 - 1, s.index[1]);
}

/* Values, siblings, retry and zero entries, and a node below the last level. */
TEST_F(bpfmap, entries_that_are_no_pointers)
{
	struct seen s;

	memset(self->nodes, 0, sizeof(self->nodes));
	self->nodes[0].slots[0] = 0x7f;
	self->nodes[0].slots[1] = (5 << 2) | 2;
	self->nodes[0].slots[2] = (256 << 2) | 2;
	self->nodes[0].slots[3] = (257 << 2) | 2;
	self->nodes[0].slots[4] = 0xffff888011110000;
	ASSERT_EQ(0, walk(self, &s));
	EXPECT_EQ(1, s.nr);
	self->nodes[0].slots[5] = node_entry(1);
	EXPECT_EQ(-EINVAL, walk(self, &s));
	EXPECT_EQ(1, s.nr);
}

TEST_F(bpfmap, tree_with_loops)
{
	struct seen s;
	u32 i, j;

	/* to itself, to its parent, and each slot of each level to the next node */
	memset(self->nodes, 0, sizeof(self->nodes));
	self->nodes[0].shift = 6;
	self->nodes[0].slots[0] = node_entry(0);
	self->nodes[0].slots[1] = node_entry(1);
	self->nodes[1].slots[0] = node_entry(0);
	self->nodes[1].slots[1] = 0xffff888011110000;
	EXPECT_EQ(-EINVAL, walk(self, &s));
	EXPECT_EQ(1, s.nr);

	for (i = 0; i < NR_NODES; i++) {
		self->nodes[i].shift = i < 10 ? 60 - 6 * i : 0;
		for (j = 0; j < XA_CHUNK_MAX; j++)
			self->nodes[i].slots[j] = node_entry((i + 1) % NR_NODES);
	}
	EXPECT_EQ(-E2BIG, walk(self, &s));
	EXPECT_EQ(0, s.nr);
}

TEST_F(bpfmap, shift_beyond_the_index)
{
	struct seen s;

	self->nodes[0].shift = 61;
	EXPECT_EQ(-EINVAL, walk(self, &s));
	self->nodes[0].shift = 255;
	EXPECT_EQ(-EINVAL, walk(self, &s));
	self->idr.head = 0xdead000000000102;
	EXPECT_EQ(-EFAULT, walk(self, &s));
	EXPECT_EQ(0, s.nr);
}

TEST_HARNESS_MAIN
