/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_SDT_FIXTURE_H
#define KTSTR_SELFTESTS_UNIT_SDT_FIXTURE_H

/*
 * An arena of a test's own with trees of an allocator in it, and the types that
 * describe them. To be included once, it includes fake_kernel.h.
 */
#include <stdlib.h>

#include "fake_kernel.h"
#include "host/inspect/arena.h"
#include "host/inspect/insp.h"
#include "host/inspect/sdt_alloc.h"
#include "host/inspect/sdt_resolve.h"
#include "lib/util.h"

/* The window is not aligned to its size, as in a kernel; nor are pointers. */
#define SDT_KERN  0xffffc90001e69000ULL
#define SDT_USER  0x00007f7d26200000ULL
#define SDT_BYTES (16U << 20)

/* struct sdt_desc, sdt_chunk and sdt_data of tools/sched_ext/scx_sdt.h. */
struct fake_desc {
	u64 allocated[8];
	u64 nr_free;
	u64 chunk;
};

struct fake_chunk {
	u64 slots[512];
};

struct fake_object {
	s32 idx;
	s32 genn;
	u64 payload[];
};

struct fake_allocator {
	u64 slab;
	u64 elem_size;
	u64 max_elems;
	u64 next;
	u64 root;
};

static const struct sdt_offsets fake_offsets = {
	.elem_size = offsetof(struct fake_allocator, elem_size),
	.root = offsetof(struct fake_allocator, root),
	.allocated = offsetof(struct fake_desc, allocated),
	.nr_free = offsetof(struct fake_desc, nr_free),
	.chunk = offsetof(struct fake_desc, chunk),
	.desc_size = sizeof(struct fake_desc),
	.header = 8,
};

/**
 * struct sdt_fake - a guest with an arena
 * @gk: its memory: SDT_BYTES from SDT_USER on, and what a test maps
 * @mem: that memory
 * @used: bytes of it given out
 * @arena: the arena
 * @in: for walks
 */
struct sdt_fake {
	struct guest_kernel gk;
	u8 *mem;
	u32 used;
	struct arena arena;
	struct insp in;
};

static inline struct sdt_fake *sdt_fake_new(void)
{
	struct sdt_fake *f = calloc(1, sizeof(*f));

	f->mem = calloc(1, SDT_BYTES);
	f->arena = (struct arena){ SDT_KERN, SDT_USER, 1 << 16, 4096 };
	fake_map(&f->gk, SDT_KERN + (SDT_USER & 0xffffffff), f->mem, SDT_BYTES);
	f->in.gk = &f->gk;
	return f;
}

static inline void sdt_fake_free(struct sdt_fake *f)
{
	free(f->mem);
	free(f);
}

/* Memory of the arena; as the guest's pointer. */
static inline u64 sdt_take(struct sdt_fake *f, u32 bytes, u32 align)
{
	u64 ptr;

	f->used = (f->used + align - 1) / align * align;
	ptr = SDT_USER + f->used;
	f->used += bytes;
	return ptr;
}

/* The memory behind a pointer, by its low 32 bits. */
static inline void *sdt_at(const struct sdt_fake *f, u64 ptr)
{
	return f->mem + (u32)(ptr - SDT_USER);
}

static inline struct fake_desc *sdt_desc(const struct sdt_fake *f, u64 desc)
{
	return sdt_at(f, desc);
}

static inline u64 *sdt_slots(const struct sdt_fake *f, u64 desc)
{
	return ((struct fake_chunk *)sdt_at(f, sdt_desc(f, desc)->chunk))->slots;
}

/* As scx_alloc_chunk() has it: all free. */
static inline u64 sdt_new_desc(struct sdt_fake *f)
{
	u64 desc = sdt_take(f, sizeof(struct fake_desc), 8);

	sdt_desc(f, desc)->nr_free = 512;
	sdt_desc(f, desc)->chunk = sdt_take(f, sizeof(struct fake_chunk), 4096);
	return desc;
}

static inline void sdt_set_bit(struct sdt_fake *f, u64 desc, u32 pos)
{
	sdt_desc(f, desc)->allocated[pos / 64] |= BIT_ULL(pos % 64);
	sdt_desc(f, desc)->nr_free--;
}

/* A child of an inner descriptor, whose bitmap stays as it is. */
static inline u64 sdt_new_child(struct sdt_fake *f, u64 parent, u32 pos)
{
	u64 child = sdt_new_desc(f);

	sdt_slots(f, parent)[pos] = child;
	return child;
}

static inline u64 sdt_new_object(struct sdt_fake *f, u64 leaf, u32 pos, s32 idx, u32 elem_size)
{
	u64 ptr = sdt_take(f, elem_size, 8);
	struct fake_object *o = sdt_at(f, ptr);

	o->idx = idx;
	sdt_set_bit(f, leaf, pos);
	sdt_slots(f, leaf)[pos] = ptr;
	return ptr;
}

/* A root, one descriptor below it, and the first leaf. */
static inline u64 sdt_new_tree(struct sdt_fake *f, u64 *middle, u64 *leaf)
{
	u64 root = sdt_new_desc(f);

	*middle = sdt_new_child(f, root, 0);
	*leaf = sdt_new_child(f, *middle, 0);
	return root;
}

/* Objects in the first positions of the first leaves. */
static inline void sdt_fill(struct sdt_fake *f, u64 middle, u64 leaf, u32 nr, u32 elem_size)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		if (i && i % 512 == 0)
			leaf = sdt_new_child(f, middle, i / 512);
		sdt_new_object(f, leaf, i % 512, i, elem_size);
	}
}

/**
 * struct fake_sdt_types - variations of a scheduler's types
 * @prefix: in front of the names of the allocator's types but sdt_data
 * @bodies: chunks and objects have one
 * @link: an object has a second word in front of its payload
 * @nr_free: name of that member
 * @chunk_slots: pointers in a chunk
 * @variables: that are allocators
 */
struct fake_sdt_types {
	const char *prefix;
	bool bodies;
	bool link;
	const char *nr_free;
	u32 chunk_slots;
	u32 variables;
};

static const struct fake_sdt_types fake_sdt_default = {
	.prefix = "",
	.nr_free = "nr_free",
	.chunk_slots = 512,
	.variables = 1,
};

#define FAKE_SECTION_OFFSET 24

static inline const char *fake_name(const struct fake_sdt_types *v, const char *name, char buf[64])
{
	snprintf(buf, 64, "%s%s", v->prefix, name);
	return buf;
}

static inline int fake_chunk_type(struct btf *btf, const struct fake_sdt_types *v, int u32_id,
				  int u64_id)
{
	int array = btf__add_array(btf, u32_id, btf__add_ptr(btf, 0), v->chunk_slots);
	int id, both;
	char buf[64];

	if (!v->bodies)
		return btf__add_fwd(btf, fake_name(v, "sdt_chunk", buf), BTF_FWD_STRUCT);
	id = btf__add_struct(btf, "sdt_data", v->link ? 16 : 8);
	btf__add_field(btf, "tid", u64_id, 0, 0);
	if (v->link)
		btf__add_field(btf, "urcu_link", u64_id, 64, 0);
	both = btf__add_array(btf, u32_id, u64_id, 0);
	btf__add_field(btf, "payload", both, v->link ? 128 : 64, 0);
	both = btf__add_union(btf, NULL, v->chunk_slots * 8);
	btf__add_field(btf, "descs", array, 0, 0);
	btf__add_field(btf, "data", array, 0, 0);
	id = btf__add_struct(btf, fake_name(v, "sdt_chunk", buf), v->chunk_slots * 8);
	btf__add_field(btf, "", both, 0, 0);
	return id;
}

static inline int fake_allocator_type(struct btf *btf, const struct fake_sdt_types *v, int u32_id,
				      int u64_id)
{
	int words = btf__add_array(btf, u32_id, u64_id, 8), chunk, desc, pool, id;
	char buf[64];

	chunk = btf__add_ptr(btf, fake_chunk_type(btf, v, u32_id, u64_id));
	desc = btf__add_struct(btf, fake_name(v, "sdt_desc", buf), sizeof(struct fake_desc));
	btf__add_field(btf, "allocated", words, 0, 0);
	btf__add_field(btf, v->nr_free, u64_id, 512, 0);
	btf__add_field(btf, "chunk", chunk, 576, 0);
	desc = btf__add_ptr(btf, btf__add_typedef(btf, fake_name(v, "sdt_desc_t", buf), desc));
	pool = btf__add_struct(btf, fake_name(v, "sdt_pool", buf), 32);
	btf__add_field(btf, "elem_size", u64_id, 64, 0);
	id = btf__add_struct(btf, fake_name(v, "scx_allocator", buf),
			     sizeof(struct fake_allocator));
	btf__add_field(btf, "pool", pool, 0, 0);
	btf__add_field(btf, "root", desc, 256, 0);
	return id;
}

/* .bss with allocators at FAKE_SECTION_OFFSET; payloads of 16, 24 and 32 bytes. */
static inline struct kbtf *fake_sdt_btf(const struct fake_sdt_types *v)
{
	struct btf *btf = btf__new_empty();
	int u32_id = btf__add_int(btf, "unsigned int", 4, 0);
	int u64_id = btf__add_int(btf, "unsigned long long", 8, 0);
	int id = fake_allocator_type(btf, v, u32_id, u64_id), anon, peer;
	char name[32];
	u32 i;

	id = btf__add_const(btf, id);
	for (i = 0; i < v->variables; i++) {
		snprintf(name, sizeof(name), i ? "allocator_%u" : "task_allocator", i);
		btf__add_var(btf, name, BTF_VAR_STATIC, id);
	}
	id = btf__type_cnt(btf) - v->variables;
	btf__add_datasec(btf, ".bss", FAKE_SECTION_OFFSET + 40 * v->variables);
	for (i = 0; i < v->variables; i++)
		btf__add_datasec_var_info(btf, id + i, FAKE_SECTION_OFFSET + 40 * i, 40);
	peer = btf__add_ptr(btf, btf__type_cnt(btf) + 1);
	btf__add_struct(btf, "task_ctx", 24);
	btf__add_field(btf, "pid", u32_id, 0, 0);
	btf__add_field(btf, "flags", u32_id, 32, 0);
	btf__add_field(btf, "runtime", u64_id, 64, 0);
	btf__add_field(btf, "peer", peer, 128, 0);
	btf__add_struct(btf, "first", 16);
	btf__add_struct(btf, "second", 16);
	btf__add_struct(btf, "third", 16);
	btf__add_struct(btf, "fourth", 16);
	anon = btf__add_struct(btf, NULL, 104);
	btf__add_typedef(btf, "anon_t", anon);
	return fake_kbtf(btf, NULL);
}

#endif /* KTSTR_SELFTESTS_UNIT_SDT_FIXTURE_H */
