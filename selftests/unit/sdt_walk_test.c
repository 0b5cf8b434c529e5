// SPDX-License-Identifier: GPL-2.0-only
/* The tree behind an allocator, whole, in the making and of a hostile guest. */
#include "sdt_fixture.h"
#include "kselftest_harness.h"

#define ELEM 32
/* Nothing of the arena is there. */
#define HOLE (SDT_USER + SDT_BYTES + 0x1000)

FIXTURE(sdt_walk)
{
	struct sdt_fake *f;
	struct sdt_index *index;
	struct sdt_tree *t;
	int owner;
	u64 root;
	u64 middle;
	u64 leaf;
};

FIXTURE_SETUP(sdt_walk)
{
	struct sdt_owner o = { .elem_size = ELEM, .header = 8 };

	self->f = sdt_fake_new();
	self->index = sdt_index_new();
	ASSERT_NE(NULL, self->index);
	self->t = calloc(1, sizeof(*self->t));
	o.arena = self->f->arena;
	self->owner = sdt_index_owner(self->index, &o);
	/* The arena's first bytes are the root: its pointer's low bits count. */
	self->root = sdt_new_tree(self->f, &self->middle, &self->leaf);
	self->t->o = &fake_offsets;
	self->t->arena = &self->f->arena;
	self->t->root = self->root;
	self->t->elem_size = ELEM;
}

FIXTURE_TEARDOWN(sdt_walk)
{
	free(self->t);
	sdt_index_free(self->index);
	sdt_fake_free(self->f);
}

static const struct sdt_tree *walk(FIXTURE_DATA(sdt_walk) * self)
{
	sdt_tree_walk(&self->f->in, self->t, self->index, self->owner);
	return self->t;
}

static u64 object(FIXTURE_DATA(sdt_walk) * self, u64 leaf, u32 pos)
{
	return sdt_new_object(self->f, leaf, pos, pos, ELEM);
}

TEST_F(sdt_walk, empty_tree)
{
	const struct sdt_tree *t = walk(self);

	EXPECT_EQ(0, t->nr);
	EXPECT_EQ(0, t->skipped);
	EXPECT_EQ(NULL, t->truncated);
}

TEST_F(sdt_walk, no_root_is_no_damage)
{
	self->t->root = 0;
	walk(self);
	EXPECT_EQ(0, self->t->nr + self->t->skipped + self->t->steps);
}

TEST_F(sdt_walk, only_the_low_32_bits_of_pointers_count)
{
	u64 high = 0xdeadbeefULL << 32, ptr;
	const struct sdt_tree *t;

	ptr = object(self, self->leaf, 0);
	sdt_slots(self->f, self->leaf)[0] = (u32)ptr | high;
	sdt_slots(self->f, self->middle)[0] = (u32)self->leaf;
	sdt_slots(self->f, self->root)[0] = (u32)self->middle | high;
	sdt_desc(self->f, self->root)->chunk ^= high;
	self->t->root = (u32)self->root | high;
	t = walk(self);
	ASSERT_EQ(1, t->nr);
	EXPECT_EQ((u32)ptr, t->entries[0].addr);
	EXPECT_EQ(0, t->skipped);
}

/* A pointer is NULL with all its bits, not with the 32 that lead somewhere. */
TEST_F(sdt_walk, low_bits_that_are_zero_are_followed)
{
	struct fake_desc first = *sdt_desc(self->f, self->root);

	fake_map(&self->f->gk, SDT_KERN, &first, sizeof(first));
	object(self, self->leaf, 0);
	self->t->root = 1ULL << 44;
	EXPECT_EQ(1, walk(self)->nr);
}

TEST_F(sdt_walk, inner_levels_go_by_pointer_whatever_the_bitmap_says)
{
	u64 leaf = sdt_new_child(self->f, sdt_new_child(self->f, self->root, 511), 200);
	const struct sdt_tree *t;
	u32 i;

	object(self, self->leaf, 3);
	object(self, leaf, 4);
	/* all clear: few tasks; nothing is full */
	EXPECT_EQ(2, walk(self)->nr);
	/* all set: most have no child at all */
	for (i = 0; i < 8; i++) {
		sdt_desc(self->f, self->root)->allocated[i] = ~0ULL;
		sdt_desc(self->f, self->middle)->allocated[i] = ~0ULL;
	}
	t = walk(self);
	ASSERT_EQ(2, t->nr);
	EXPECT_EQ(3, t->entries[0].idx);
	EXPECT_EQ(4, t->entries[1].idx);
	EXPECT_EQ(0, t->skipped);
	EXPECT_EQ(0, t->unpopulated);
}

TEST_F(sdt_walk, leaves_go_by_bitmap)
{
	const struct sdt_tree *t;

	object(self, self->leaf, 0);
	object(self, self->leaf, 1);
	/* freed: its memory stays in the chunk for the next one */
	sdt_desc(self->f, self->leaf)->allocated[0] = 2;
	t = walk(self);
	ASSERT_EQ(1, t->nr);
	EXPECT_EQ(1, t->entries[0].idx);
	EXPECT_EQ(1, sdt_index_count(self->index));
}

TEST_F(sdt_walk, every_position_in_order)
{
	static const u32 at[] = { 0, 1, 62, 63, 64, 127, 128, 448, 510, 511 };
	const struct sdt_tree *t;
	u32 i;

	for (i = ARRAY_SIZE(at); i-- > 0;)
		object(self, self->leaf, at[i]);
	t = walk(self);
	ASSERT_EQ(ARRAY_SIZE(at), t->nr);
	for (i = 0; i < ARRAY_SIZE(at); i++)
		EXPECT_EQ(at[i], t->entries[i].idx);
}

TEST_F(sdt_walk, pointer_not_stored_yet_is_no_damage)
{
	const struct sdt_tree *t;

	object(self, self->leaf, 0);
	sdt_set_bit(self->f, self->leaf, 1);
	object(self, self->leaf, 2);
	t = walk(self);
	EXPECT_EQ(2, t->nr);
	EXPECT_EQ(1, t->unpopulated);
	EXPECT_EQ(0, t->skipped);
	EXPECT_EQ(2, sdt_index_count(self->index));
}

TEST_F(sdt_walk, count_of_free_slots_above_512)
{
	u64 next = sdt_new_child(self->f, self->middle, 1);

	object(self, self->leaf, 0);
	object(self, next, 1);
	sdt_desc(self->f, self->leaf)->nr_free = 512;
	EXPECT_EQ(2, walk(self)->nr);
	sdt_desc(self->f, self->leaf)->nr_free = 0;
	EXPECT_EQ(2, walk(self)->nr);
	EXPECT_EQ(0, self->t->skipped);
	sdt_desc(self->f, self->leaf)->nr_free = 513;
	ASSERT_EQ(1, walk(self)->nr);
	EXPECT_EQ(1, self->t->entries[0].idx);
	EXPECT_EQ(1, self->t->skipped);
	sdt_desc(self->f, self->middle)->nr_free = 1ULL << 32;
	EXPECT_EQ(0, walk(self)->nr);
	EXPECT_EQ(1, self->t->skipped);
	sdt_desc(self->f, self->root)->nr_free = ~0ULL;
	EXPECT_EQ(0, walk(self)->nr);
	EXPECT_EQ(1, self->t->skipped);
}

TEST_F(sdt_walk, descriptor_without_a_chunk)
{
	u64 next = sdt_new_child(self->f, self->middle, 1);

	object(self, self->leaf, 1);
	object(self, next, 1);
	sdt_desc(self->f, self->leaf)->chunk = 0;
	ASSERT_EQ(1, walk(self)->nr);
	EXPECT_EQ(1, self->t->entries[0].idx);
	EXPECT_EQ(1, self->t->skipped);
	/* also where the window's first page is there */
	fake_map(&self->f->gk, SDT_KERN, sdt_slots(self->f, next), sizeof(struct fake_chunk));
	EXPECT_EQ(1, walk(self)->nr);
	EXPECT_EQ(1, self->t->skipped);
}

TEST_F(sdt_walk, memory_that_is_not_there)
{
	u64 next = sdt_new_child(self->f, self->middle, 1);

	object(self, next, 1);
	sdt_slots(self->f, self->middle)[0] = HOLE;
	EXPECT_EQ(1, walk(self)->nr);
	EXPECT_EQ(1, self->t->skipped);
	sdt_slots(self->f, self->middle)[0] = self->leaf;
	sdt_desc(self->f, self->leaf)->chunk = HOLE;
	EXPECT_EQ(1, walk(self)->nr);
	EXPECT_EQ(1, self->t->skipped);
	/* half of it */
	sdt_desc(self->f, self->leaf)->chunk = SDT_USER + SDT_BYTES - 2048;
	EXPECT_EQ(1, walk(self)->nr);
	EXPECT_EQ(1, self->t->skipped);
	self->t->root = HOLE;
	EXPECT_EQ(0, walk(self)->nr);
	EXPECT_EQ(1, self->t->skipped);
}

/* Its address is known all the same: pointers to it are told from others. */
TEST_F(sdt_walk, object_that_is_not_there)
{
	object(self, self->leaf, 0);
	object(self, self->leaf, 1);
	sdt_slots(self->f, self->leaf)[0] = HOLE;
	ASSERT_EQ(1, walk(self)->nr);
	EXPECT_EQ(1, self->t->entries[0].idx);
	EXPECT_EQ(1, self->t->skipped);
	EXPECT_EQ(2, sdt_index_count(self->index));
}

TEST_F(sdt_walk, index_and_generation_are_signed)
{
	struct fake_object *o = sdt_at(self->f, object(self, self->leaf, 0));

	o->idx = -1;
	o->genn = INT32_MIN;
	ASSERT_EQ(1, walk(self)->nr);
	EXPECT_EQ(-1, self->t->entries[0].idx);
	EXPECT_EQ(INT32_MIN, self->t->entries[0].genn);
}

TEST_F(sdt_walk, as_many_as_are_shown)
{
	sdt_fill(self->f, self->middle, self->leaf, SDT_ENTRIES_MAX, ELEM);
	walk(self);
	EXPECT_EQ(SDT_ENTRIES_MAX, self->t->nr);
	EXPECT_EQ(NULL, self->t->truncated);
	EXPECT_EQ(SDT_ENTRIES_MAX - 1, self->t->entries[SDT_ENTRIES_MAX - 1].idx);
	EXPECT_EQ(SDT_ENTRIES_MAX, sdt_index_count(self->index));
}

/* The rest of the leaf goes to the index; what follows is not even looked at. */
TEST_F(sdt_walk, one_more_ends_the_walk_everywhere)
{
	u64 leaf, other;
	u32 i;

	sdt_fill(self->f, self->middle, self->leaf, SDT_ENTRIES_MAX, ELEM);
	leaf = sdt_new_child(self->f, self->middle, 8);
	for (i = 0; i < 100; i++)
		object(self, leaf, 5 * i);
	/* in the same parent, and in another one */
	object(self, sdt_new_child(self->f, self->middle, 9), 0);
	sdt_slots(self->f, self->middle)[10] = HOLE;
	other = sdt_new_child(self->f, self->root, 1);
	object(self, sdt_new_child(self->f, other, 0), 0);
	walk(self);
	EXPECT_EQ(SDT_ENTRIES_MAX, self->t->nr);
	EXPECT_NE(NULL, self->t->truncated);
	EXPECT_EQ(0, self->t->skipped);
	EXPECT_EQ(SDT_ENTRIES_MAX + 100, sdt_index_count(self->index));
}

TEST_F(sdt_walk, unreadable_objects_leave_room_for_others)
{
	u64 leaf;

	sdt_fill(self->f, self->middle, self->leaf, SDT_ENTRIES_MAX, ELEM);
	sdt_slots(self->f, self->leaf)[0] = HOLE;
	leaf = sdt_new_child(self->f, self->middle, 8);
	object(self, leaf, 0);
	walk(self);
	EXPECT_EQ(SDT_ENTRIES_MAX, self->t->nr);
	EXPECT_EQ(1, self->t->skipped);
	EXPECT_EQ(NULL, self->t->truncated);
	/* the limit counts before the object is read */
	object(self, leaf, 1);
	sdt_slots(self->f, leaf)[1] = HOLE;
	walk(self);
	EXPECT_NE(NULL, self->t->truncated);
	EXPECT_EQ(1, self->t->skipped);
}

TEST_F(sdt_walk, levels_end_at_three)
{
	u64 below = sdt_new_child(self->f, self->leaf, 7);

	object(self, below, 0);
	EXPECT_EQ(0, walk(self)->nr);
	/* used, it is an object, whatever it looks like */
	sdt_set_bit(self->f, self->leaf, 7);
	EXPECT_EQ(1, walk(self)->nr);
	EXPECT_EQ((u32)below, self->t->entries[0].addr);
}

TEST_F(sdt_walk, loops_end)
{
	u32 i;

	for (i = 0; i < 512; i++)
		sdt_slots(self->f, self->root)[i] = self->root;
	walk(self);
	EXPECT_EQ(0, self->t->nr);
	EXPECT_NE(NULL, self->t->truncated);
	EXPECT_EQ(SDT_STEPS_MAX, self->t->steps);
}

TEST_F(sdt_walk, loops_with_objects_that_are_not_there_end)
{
	u32 i;

	for (i = 0; i < 512; i++) {
		sdt_slots(self->f, self->root)[i] = self->middle;
		sdt_slots(self->f, self->middle)[i] = self->leaf;
		sdt_slots(self->f, self->leaf)[i] = HOLE;
	}
	memset(sdt_desc(self->f, self->leaf)->allocated, 0xff, 64);
	walk(self);
	EXPECT_EQ(0, self->t->nr);
	EXPECT_NE(NULL, self->t->truncated);
	EXPECT_LE(self->t->steps, SDT_STEPS_MAX + SDT_ENTS);
	EXPECT_LE(sdt_index_count(self->index), SDT_SLOTS_MAX);
}

TEST_F(sdt_walk, time_that_is_over)
{
	object(self, self->leaf, 0);
	self->f->in.deadline_ns = 1;
	walk(self);
	EXPECT_EQ(0, self->t->nr);
	EXPECT_NE(NULL, self->t->truncated);
	EXPECT_TRUE(self->f->in.late);
}

static void put(FIXTURE_DATA(sdt_walk) * self, u64 ptr, u32 offset, u64 v)
{
	memcpy((u8 *)sdt_at(self->f, ptr) + offset, &v, sizeof(v));
}

/* Three descriptors in a row, with the chunk first and pointers behind others. */
TEST_F(sdt_walk, members_elsewhere)
{
	struct sdt_offsets o = {
		.chunk = 0,
		.nr_free = 8,
		.allocated = 32,
		.desc_size = 96,
		.slots = 64,
	};
	u64 ptr = object(self, self->leaf, 9), desc[3], chunk[3];
	u32 i;

	for (i = 0; i < 3; i++) {
		desc[i] = sdt_take(self->f, o.desc_size, 8);
		chunk[i] = sdt_take(self->f, 8192, 4096);
		put(self, desc[i], o.chunk, chunk[i]);
	}
	put(self, chunk[0], o.slots, desc[1]);
	put(self, chunk[1], o.slots, desc[2]);
	put(self, chunk[2], o.slots + 9 * 8, ptr);
	put(self, desc[2], o.allocated, BIT_ULL(9));
	self->t->o = &o;
	self->t->root = desc[0];
	ASSERT_EQ(1, walk(self)->nr);
	EXPECT_EQ(9, self->t->entries[0].idx);
	EXPECT_EQ(0, self->t->skipped);
}

TEST_F(sdt_walk, no_index)
{
	object(self, self->leaf, 0);
	sdt_tree_walk(&self->f->in, self->t, NULL, -1);
	EXPECT_EQ(1, self->t->nr);
}

TEST_HARNESS_MAIN
