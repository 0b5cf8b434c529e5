// SPDX-License-Identifier: GPL-2.0-only
/* Pointers into arenas: to objects of an allocator, beside them, and elsewhere. */
#include "sdt_fixture.h"
#include "kselftest_harness.h"

#define ELEM  32
#define OTHER (SDT_USER + (1ULL << 40))

FIXTURE(sdt_resolve)
{
	struct sdt_fake *f;
	struct kbtf *btf;
	struct sdt_index *index;
	struct sdt_resolver r;
	struct arena arenas[2];
	struct render_target to;
	u32 task_ctx;
	int owner;
	u64 object;
	u64 memory[4];
	u32 offset;
};

FIXTURE_SETUP(sdt_resolve)
{
	struct sdt_owner o = { .elem_size = ELEM, .header = 8 };
	struct sdt_fake *f = sdt_fake_new();
	u32 i;

	self->f = f;
	self->btf = fake_sdt_btf(&fake_sdt_default);
	self->index = sdt_index_new();
	ASSERT_NE(NULL, self->btf);
	ASSERT_NE(NULL, self->index);
	self->arenas[0] = f->arena;
	/* its own window, the same low 32 bits */
	self->arenas[1] = (struct arena){ SDT_KERN + (1ULL << 36), OTHER, 16, 4096 };
	fake_map(&f->gk, arena_kva(&self->arenas[1], OTHER), self->memory, sizeof(self->memory));
	self->r.gk = &f->gk;
	self->r.index = self->index;
	self->r.arenas = self->arenas;
	self->r.nr_arenas = 2;
	self->task_ctx = kbtf_find(self->btf, "task_ctx", BTF_KIND_STRUCT);
	o.arena = f->arena;
	o.btf = self->btf;
	o.type_id = self->task_ctx;
	self->owner = sdt_index_owner(self->index, &o);
	self->object = sdt_take(f, ELEM, 8);
	for (i = 0; i < ELEM; i++)
		((u8 *)sdt_at(f, self->object))[i] = i;
	sdt_index_add(self->index, self->owner, self->object);
}

FIXTURE_TEARDOWN(sdt_resolve)
{
	sdt_index_free(self->index);
	kbtf_free(self->btf);
	sdt_fake_free(self->f);
}

static const char *resolve(FIXTURE_DATA(sdt_resolve) * self, u64 ptr, u32 pointee)
{
	memset(&self->to, 0, sizeof(self->to));
	return sdt_resolve(&self->r, ptr, self->btf, pointee, &self->to);
}

static u8 first_byte(FIXTURE_DATA(sdt_resolve) * self)
{
	return *(const u8 *)self->to.bytes;
}

static const struct sdt_owner *find(FIXTURE_DATA(sdt_resolve) * self, u32 addr)
{
	return sdt_index_find(self->index, &self->arenas[0], addr, &self->offset);
}

TEST_F(sdt_resolve, start_of_an_object_skips_its_header)
{
	ASSERT_EQ(NULL, resolve(self, self->object, 0));
	EXPECT_EQ(self->btf, self->to.btf);
	EXPECT_EQ(self->task_ctx, self->to.type_id);
	EXPECT_EQ(ELEM - 8, self->to.len);
	EXPECT_EQ(8, first_byte(self));
	EXPECT_STREQ("sdt_alloc", self->to.note);
}

TEST_F(sdt_resolve, payload_is_where_the_pointer_points)
{
	ASSERT_EQ(NULL, resolve(self, self->object + 8, 0));
	EXPECT_EQ(self->task_ctx, self->to.type_id);
	EXPECT_EQ(ELEM - 8, self->to.len);
	EXPECT_EQ(8, first_byte(self));
	EXPECT_STREQ("sdt_alloc", self->to.note);
}

TEST_F(sdt_resolve, only_the_low_32_bits_are_needed)
{
	ASSERT_EQ(NULL, resolve(self, (u32)self->object, 0));
	EXPECT_EQ(8, first_byte(self));
}

TEST_F(sdt_resolve, inside_of_an_object_a_type_must_be_said)
{
	EXPECT_NE(NULL, resolve(self, self->object + 4, 0));
	EXPECT_NE(NULL, resolve(self, self->object + 16, 0));
	ASSERT_EQ(NULL, resolve(self, self->object + 16, 1));
	EXPECT_EQ(1, self->to.type_id);
	EXPECT_EQ(4, self->to.len);
	EXPECT_EQ(16, first_byte(self));
	EXPECT_STREQ("arena", self->to.note);
}

TEST_F(sdt_resolve, a_pointer_to_the_payload_may_say_its_type)
{
	u32 first = kbtf_find(self->btf, "first", BTF_KIND_STRUCT);

	ASSERT_EQ(NULL, resolve(self, self->object + 8, first));
	EXPECT_EQ(first, self->to.type_id);
	EXPECT_EQ(16, self->to.len);
	EXPECT_STREQ("sdt_alloc", self->to.note);
	/* what has only a name does not say it */
	ASSERT_EQ(NULL, resolve(self, self->object + 8,
				kbtf_find(self->btf, "sdt_desc_t", BTF_KIND_TYPEDEF)));
	EXPECT_EQ(sizeof(struct fake_desc), self->to.len);
}

TEST_F(sdt_resolve, payload_of_unknown_type_is_bytes)
{
	struct sdt_owner o = { .arena = self->arenas[0], .elem_size = 24, .header = 16 };
	u64 ptr = sdt_take(self->f, 24, 8);

	o.btf = self->btf;
	sdt_index_add(self->index, sdt_index_owner(self->index, &o), ptr);
	ASSERT_EQ(NULL, resolve(self, ptr, 0));
	EXPECT_EQ(0, self->to.type_id);
	EXPECT_EQ(8, self->to.len);
	EXPECT_NE(NULL, resolve(self, ptr + 8, 0));
	EXPECT_EQ(NULL, resolve(self, ptr + 16, 0));
}

TEST_F(sdt_resolve, memory_beside_objects)
{
	EXPECT_NE(NULL, resolve(self, self->object + ELEM, 0));
	ASSERT_EQ(NULL, resolve(self, self->object + ELEM, self->task_ctx));
	EXPECT_EQ(24, self->to.len);
	EXPECT_STREQ("arena", self->to.note);
	/* a name without a body, and without one anywhere */
	EXPECT_NE(NULL, resolve(self, self->object + ELEM, 6));
	EXPECT_NE(NULL, resolve(self, self->object + ELEM, 1000000));
}

TEST_F(sdt_resolve, forward_declaration_with_a_body_elsewhere)
{
	struct btf *btf = btf__new_empty();
	int fwd = btf__add_fwd(btf, "ctx", BTF_FWD_STRUCT);
	int name = btf__add_fwd(btf, "nothing", BTF_FWD_STRUCT);
	int body = btf__add_struct(btf, "ctx", 12);
	struct kbtf *b = fake_kbtf(btf, NULL);

	ASSERT_EQ(NULL, sdt_resolve(&self->r, self->object + ELEM, b, fwd, &self->to));
	EXPECT_EQ(body, self->to.type_id);
	EXPECT_EQ(12, self->to.len);
	EXPECT_NE(NULL, sdt_resolve(&self->r, self->object + ELEM, b, name, &self->to));
	ASSERT_EQ(NULL, sdt_resolve(&self->r, self->object + 8, b, name, &self->to));
	EXPECT_EQ(self->task_ctx, self->to.type_id);
	kbtf_free(b);
}

TEST_F(sdt_resolve, pointers_to_elsewhere)
{
	EXPECT_FALSE(sdt_resolver_owns(&self->r, 0));
	EXPECT_FALSE(sdt_resolver_owns(&self->r, SDT_USER - 1));
	EXPECT_FALSE(sdt_resolver_owns(&self->r, 0xffff888000000000));
	EXPECT_FALSE(sdt_resolver_owns(&self->r, SDT_USER + ((u64)4096 << 16)));
	EXPECT_TRUE(sdt_resolver_owns(&self->r, SDT_USER + ((u64)4096 << 16) - 1));
	EXPECT_NE(NULL, resolve(self, 0xffff888000000000, self->task_ctx));
	self->r.nr_arenas = 0;
	EXPECT_NE(NULL, resolve(self, self->object, self->task_ctx));
}

TEST_F(sdt_resolve, pages_that_are_not_there)
{
	EXPECT_NE(NULL, resolve(self, SDT_USER + SDT_BYTES, self->task_ctx));
	ASSERT_EQ(NULL, resolve(self, SDT_USER + SDT_BYTES - 10, self->task_ctx));
	EXPECT_EQ(10, self->to.len);
}

TEST_F(sdt_resolve, arenas_with_the_same_low_bits)
{
	struct sdt_owner o = { .arena = self->arenas[1], .elem_size = 16, .header = 8 };

	self->memory[1] = 0x55;
	o.btf = self->btf;
	sdt_index_add(self->index, sdt_index_owner(self->index, &o), (OTHER & 0xffffffff));
	ASSERT_EQ((OTHER & 0xffffffff), (u32)self->object);
	ASSERT_EQ(NULL, resolve(self, OTHER, 0));
	EXPECT_EQ(0x55, first_byte(self));
	ASSERT_EQ(NULL, resolve(self, self->object, 0));
	EXPECT_EQ(8, first_byte(self));
	/* with 32 bits, the first arena is the home of the value */
	ASSERT_EQ(NULL, resolve(self, (u32)self->object, 0));
	EXPECT_EQ(8, first_byte(self));
	self->r.arenas = &self->arenas[1];
	self->r.nr_arenas = 1;
	ASSERT_EQ(NULL, resolve(self, (u32)self->object, 0));
	EXPECT_EQ(0x55, first_byte(self));
	/* an object does not reach from the end of one into the next */
	sdt_index_add(self->index, self->owner, 0xfffffff8);
	EXPECT_NE(NULL, find(self, 0xffffffff));
	EXPECT_EQ(NULL, sdt_index_find(self->index, self->arenas + 1, 4, &self->offset));
}

TEST_F(sdt_resolve, no_index)
{
	self->r.index = NULL;
	EXPECT_NE(NULL, resolve(self, self->object, 0));
	EXPECT_EQ(NULL, resolve(self, self->object, self->task_ctx));
}

TEST_F(sdt_resolve, objects_in_any_order)
{
	static const u32 at[] = { 5000, 100, 300, 0xfffffff0, 200, 4000, 0 };
	struct sdt_owner o = { .arena = self->arenas[0], .elem_size = 100, .header = 8 };
	u32 i;

	sdt_index_reset(self->index);
	EXPECT_EQ(NULL, find(self, 100));
	self->owner = sdt_index_owner(self->index, &o);
	for (i = 0; i < ARRAY_SIZE(at); i++)
		sdt_index_add(self->index, self->owner, at[i]);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		ASSERT_NE(NULL, find(self, at[i]));
		EXPECT_EQ(0, self->offset);
	}
	ASSERT_NE(NULL, find(self, 199));
	EXPECT_EQ(99, self->offset);
	ASSERT_NE(NULL, find(self, 0xffffffff));
	EXPECT_EQ(15, self->offset);
	EXPECT_EQ(NULL, find(self, 400));
	EXPECT_EQ(NULL, find(self, 5100));
	EXPECT_EQ(NULL, find(self, 0xffffffef));
	/* and again after one more */
	sdt_index_add(self->index, self->owner, 2000);
	EXPECT_NE(NULL, find(self, 2001));
	EXPECT_NE(NULL, find(self, 5000));
}

TEST_F(sdt_resolve, index_that_is_full)
{
	struct sdt_owner o = { .arena = self->arenas[0], .elem_size = 16, .header = 8 };
	u32 i;

	for (i = 1; i < SDT_SLOTS_MAX + 10; i++)
		sdt_index_add(self->index, self->owner, 64 * i);
	EXPECT_EQ(SDT_SLOTS_MAX, sdt_index_count(self->index));
	EXPECT_EQ(10, sdt_index_dropped(self->index));
	for (i = 1; i < SDT_OWNERS_MAX; i++)
		EXPECT_EQ(i, sdt_index_owner(self->index, &o));
	EXPECT_EQ(-ENOSPC, sdt_index_owner(self->index, &o));
	sdt_index_add(self->index, -ENOSPC, 5);
	EXPECT_EQ(11, sdt_index_dropped(self->index));
	sdt_index_reset(self->index);
	EXPECT_EQ(0, sdt_index_count(self->index) + sdt_index_dropped(self->index));
	EXPECT_EQ(0, sdt_index_owner(self->index, &o));
}

TEST_HARNESS_MAIN
