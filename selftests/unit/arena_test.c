// SPDX-License-Identifier: GPL-2.0-only
/* Where an arena's memory is, in kernels of every page size. */
#include <linux/sizes.h>
#include <stdlib.h>

#include "fake_kernel.h"
#include "host/inspect/arena.h"
#include "host/inspect/insp.h"
#include "host/inspect/value.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define ARENA 0xffff888012340000ULL
#define VM    0xffff888012350000ULL
#define AREA  0xffffc90001e60000ULL
#define USER  0x0000100000000000ULL
#define PAGES 8192

/* What a kernel has, shortened. */
struct map {
	u32 type;
	u32 max_entries;
};

struct bpf_arena {
	u64 before;
	struct map map;
	u64 user_vm_start;
	u64 kern_vm;
};

struct vm {
	u64 next;
	u64 addr;
	u64 size;
};

FIXTURE(arena)
{
	struct guest_kernel *gk;
	struct kbtf *btf;
	struct arena_layout l;
	struct bpf_arena arena;
	struct vm vm;
	struct arena a;
	struct arena_pages pages;
	struct insp in;
	struct ktstr_err err;
	u8 *mem;
};

static struct kbtf *types(bool arenas)
{
	struct btf *btf = btf__new_empty();
	int u32_id = btf__add_int(btf, "unsigned int", 4, 0);
	int u64_id = btf__add_int(btf, "unsigned long", 8, 0);
	const struct fake_member map[] = { FAKE_MEMBER(struct map, max_entries, u32_id) };
	const struct fake_member vm[] = { FAKE_MEMBER(struct vm, addr, u64_id),
					  FAKE_MEMBER(struct vm, size, u64_id) };
	int map_id = fake_struct(btf, "bpf_map", sizeof(struct map), map, ARRAY_SIZE(map));
	const struct fake_member arena[] = { FAKE_MEMBER(struct bpf_arena, map, map_id),
					     FAKE_MEMBER(struct bpf_arena, user_vm_start, u64_id),
					     FAKE_MEMBER(struct bpf_arena, kern_vm, u64_id) };

	fake_struct(btf, "vm_struct", sizeof(struct vm), vm, ARRAY_SIZE(vm));
	if (arenas)
		fake_struct(btf, "bpf_arena", sizeof(struct bpf_arena), arena, ARRAY_SIZE(arena));
	return fake_kbtf(btf, NULL);
}

FIXTURE_SETUP(arena)
{
	self->gk = calloc(1, sizeof(*self->gk));
	self->mem = calloc(PAGES, SZ_4K);
	self->btf = types(true);
	ASSERT_EQ(0, arena_layout_init(&self->l, self->btf, &self->err));
	self->arena.map.max_entries = 1 << 20;
	self->arena.user_vm_start = USER;
	self->arena.kern_vm = fake_map(self->gk, VM, &self->vm, sizeof(self->vm));
	self->vm.addr = AREA;
	self->vm.size = ARENA_WINDOW + SZ_64K + SZ_4K;
	fake_map(self->gk, ARENA, &self->arena, sizeof(self->arena));
	self->in.gk = self->gk;
}

FIXTURE_TEARDOWN(arena)
{
	kbtf_free(self->btf);
	free(self->mem);
	free(self->gk);
}

static int get(FIXTURE_DATA(arena) * self)
{
	return arena_get(&self->l, self->gk, ARENA + offsetof(struct bpf_arena, map), &self->a,
			 &self->err);
}

/* Pages of 4 KiB from one number on. */
static void map_pages(FIXTURE_DATA(arena) * self, u32 first, u32 nr)
{
	fake_map(self->gk, AREA + SZ_32K + (u32)self->arena.user_vm_start + (u64)first * SZ_4K,
		 self->mem + first % PAGES * SZ_4K, (size_t)nr * SZ_4K);
}

TEST_F(arena, window_begins_half_a_guard_behind_its_area)
{
	ASSERT_EQ(0, get(self))
	{
		TH_LOG("%s", self->err.msg);
	}
	EXPECT_EQ(AREA + SZ_32K, self->a.kern_vm_start);
	EXPECT_EQ(USER, self->a.user_vm_start);
	EXPECT_EQ(1 << 20, self->a.max_pages);
	EXPECT_EQ(SZ_4K, self->a.page_size);
	EXPECT_EQ(AREA + SZ_32K + 0x26200000, arena_kva(&self->a, 0x7f7d26200000));
}

TEST_F(arena, larger_pages)
{
	self->arena.map.max_entries = 1 << 16;
	self->vm.size = ARENA_WINDOW + SZ_64K + SZ_16K;
	ASSERT_EQ(0, get(self));
	EXPECT_EQ(SZ_16K, self->a.page_size);
	EXPECT_EQ(AREA + SZ_32K, self->a.kern_vm_start);
	/* GUARD_SZ as it was at first, and rounded up to two pages */
	self->vm.size = ARENA_WINDOW + SZ_64K + SZ_64K;
	ASSERT_EQ(0, get(self));
	EXPECT_EQ(SZ_64K, self->a.page_size);
	EXPECT_EQ(AREA + SZ_32K, self->a.kern_vm_start);
	self->vm.size = ARENA_WINDOW + SZ_128K + SZ_64K;
	ASSERT_EQ(0, get(self));
	EXPECT_EQ(SZ_64K, self->a.page_size);
	EXPECT_EQ(AREA + SZ_64K, self->a.kern_vm_start);
}

TEST_F(arena, area_that_is_none)
{
	static const u64 sizes[] = { 0, ARENA_WINDOW, ARENA_WINDOW + SZ_64K, 1 << 20, ~0ULL };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		self->vm.size = sizes[i];
		EXPECT_EQ(-EINVAL, get(self));
	}
	self->vm.size = ARENA_WINDOW + SZ_64K + SZ_4K;
	self->vm.addr++;
	EXPECT_EQ(-EINVAL, get(self));
	self->vm.addr--;
	self->arena.map.max_entries++;
	EXPECT_EQ(-EINVAL, get(self));
	self->arena.kern_vm = 0xdead000000000100;
	EXPECT_EQ(-EFAULT, get(self));
	EXPECT_EQ(-EFAULT, arena_get(&self->l, self->gk, 8, &self->a, NULL));
}

TEST_F(arena, kernel_without_arenas)
{
	struct kbtf *btf = types(false);

	EXPECT_EQ(-EOPNOTSUPP, arena_layout_init(&self->l, btf, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "bpf_arena"));
	kbtf_free(btf);
}

TEST_F(arena, pointers_of_its_own)
{
	self->arena.map.max_entries = 16;
	ASSERT_EQ(0, get(self));
	EXPECT_FALSE(arena_owns(&self->a, 0));
	EXPECT_TRUE(arena_owns(&self->a, USER));
	EXPECT_TRUE(arena_owns(&self->a, USER + SZ_64K - 1));
	EXPECT_FALSE(arena_owns(&self->a, USER + SZ_64K));
	EXPECT_FALSE(arena_owns(&self->a, USER - 1));
	EXPECT_TRUE(arena_owns(&self->a, SZ_64K - 1));
	EXPECT_FALSE(arena_owns(&self->a, SZ_64K));
	/* not aligned to 4 GiB: the page numbers begin there, low bits count */
	self->a.user_vm_start = 0x7f7d26200000;
	EXPECT_TRUE(arena_owns(&self->a, 0x26200000));
	EXPECT_FALSE(arena_owns(&self->a, 0x261fffff));
	/* not mapped anywhere yet */
	self->a.user_vm_start = 0;
	EXPECT_FALSE(arena_owns(&self->a, USER));
	EXPECT_TRUE(arena_owns(&self->a, SZ_4K));
}

TEST_F(arena, reads_as_far_as_it_goes)
{
	u8 buf[64];

	ASSERT_EQ(0, get(self));
	map_pages(self, 3, 1);
	memset(self->mem + 3 * SZ_4K, 0x5a, SZ_4K);
	EXPECT_EQ(64, arena_read(&self->a, self->gk, USER + 3 * SZ_4K, 0, buf, 64));
	EXPECT_EQ(0x5a, buf[63]);
	EXPECT_EQ(24, arena_read(&self->a, self->gk, USER + 4 * SZ_4K - 64, 40, buf, 64));
	EXPECT_EQ(0, arena_read(&self->a, self->gk, USER, 0, buf, 64));
	/* an offset does not wrap at 4 GiB: what lies there is the guard */
	map_pages(self, 0, 1);
	EXPECT_EQ(0, arena_read(&self->a, self->gk, 0xffffffff, 1, buf, 64));
}

TEST_F(arena, pages_that_are_there)
{
	ASSERT_EQ(0, get(self));
	map_pages(self, 0, 3);
	map_pages(self, 63, 2);
	map_pages(self, ARENA_PAGES_MAX - 1, 2);
	arena_pages(&self->in, &self->a, &self->pages);
	EXPECT_EQ(ARENA_PAGES_MAX, self->pages.looked);
	EXPECT_EQ(6, self->pages.mapped);
	EXPECT_EQ(ARENA_PROBES_MAX, self->pages.probed);
	EXPECT_EQ(1, self->pages.probed_mapped);
	EXPECT_TRUE(self->pages.cut);
	EXPECT_EQ(7 | BIT_ULL(63), self->pages.map[0]);
	EXPECT_EQ(1, self->pages.map[1]);
	EXPECT_EQ(BIT_ULL(63), self->pages.map[ARENA_PAGES_MAX / 64 - 1]);
}

TEST_F(arena, small_ones_are_seen_whole)
{
	self->arena.map.max_entries = 10;
	ASSERT_EQ(0, get(self));
	map_pages(self, 0, 20);
	arena_pages(&self->in, &self->a, &self->pages);
	EXPECT_EQ(10, self->pages.looked);
	EXPECT_EQ(10, self->pages.mapped);
	EXPECT_EQ(0, self->pages.probed);
	EXPECT_FALSE(self->pages.cut);
	self->a.max_pages = ARENA_PAGES_MAX + 100;
	arena_pages(&self->in, &self->a, &self->pages);
	EXPECT_EQ(100, self->pages.probed);
	EXPECT_FALSE(self->pages.cut);
	self->in.deadline_ns = 1;
	arena_pages(&self->in, &self->a, &self->pages);
	EXPECT_EQ(0, self->pages.looked);
	EXPECT_TRUE(self->pages.cut);
}

static u64 number(struct vtree *t, const char *path)
{
	u64 v;

	return value_u64(value_get(vtree_root(t), path, NULL), &v) ? v : 0xbad0bad0bad0bad0;
}

TEST_F(arena, shown)
{
	struct vtree *t = vtree_new(1 << 20);

	self->arena.user_vm_start = USER + 0x200000;
	ASSERT_EQ(0, get(self));
	map_pages(self, 1, 2);
	map_pages(self, 7, 1);
	self->in.tree = t;
	arena_walk(&self->in, &self->a, true, vtree_root(t));
	EXPECT_EQ(USER + 0x200000, number(t, "user_vm_start"));
	EXPECT_EQ(AREA + SZ_32K, number(t, "kern_vm_start"));
	EXPECT_EQ(3, number(t, "mapped_pages"));
	EXPECT_EQ(1, number(t, "truncated"));
	EXPECT_EQ(0x201000, number(t, "mapped[0].user_addr"));
	EXPECT_EQ(2, number(t, "mapped[0].pages"));
	EXPECT_EQ(0x207000, number(t, "mapped[1].user_addr"));
	EXPECT_EQ(1, number(t, "mapped[1].pages"));
	ASSERT_NE(NULL, value_get(vtree_root(t), "pages[2]", NULL));
	EXPECT_EQ(0x207000, number(t, "pages[2].user_addr"));
	EXPECT_EQ(VALUE_BYTES, value_kind(value_get(vtree_root(t), "pages[2].bytes", NULL)));
	vtree_free(t);
}

TEST_HARNESS_MAIN
