// SPDX-License-Identifier: GPL-2.0-only
/* Types by name, from a BTF that may be a guest's own invention. */
#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>

#include "fake_kernel.h"
#include "host/kernel/image.h"
#include "kselftest_harness.h"
#include "lib/util.h"

/**
 * struct ids - types every test can build on
 * @u32: unsigned int
 * @u64: unsigned long
 * @ch: char
 */
struct ids {
	int u32;
	int u64;
	int ch;
};

static struct btf *btf_start(struct ids *id)
{
	struct btf *btf = btf__new_empty();

	id->u32 = btf__add_int(btf, "unsigned int", 4, 0);
	id->u64 = btf__add_int(btf, "unsigned long", 8, 0);
	id->ch = btf__add_int(btf, "char", 1, BTF_INT_CHAR);
	return btf;
}

/*
 * struct inner { u64 at; };
 * typedef const struct inner inner_t;
 * struct outer {
 *	u32 first;
 *	union { u64 a; struct { u32 b_lo, b_hi; }; };	at 8
 *	inner_t in;					at 16
 *	char name[12];					at 24
 *	u32 low : 3, high : 5;				at 36
 *	char tail[];					at 40
 * };
 */
static void add_outer(struct btf *btf, const struct ids *id)
{
	int inner, named, pair, both, name, tail;

	inner = btf__add_struct(btf, "inner", 8);
	btf__add_field(btf, "at", id->u64, 0, 0);
	named = btf__add_typedef(btf, "inner_t", btf__add_const(btf, inner));
	pair = btf__add_struct(btf, NULL, 8);
	btf__add_field(btf, "b_lo", id->u32, 0, 0);
	btf__add_field(btf, "b_hi", id->u32, 32, 0);
	both = btf__add_union(btf, NULL, 8);
	btf__add_field(btf, "a", id->u64, 0, 0);
	btf__add_field(btf, NULL, pair, 0, 0);
	name = btf__add_array(btf, id->u32, id->ch, 12);
	tail = btf__add_array(btf, id->u32, id->ch, 0);
	btf__add_struct(btf, "outer", 40);
	btf__add_field(btf, "first", id->u32, 0, 0);
	btf__add_field(btf, NULL, both, 8 * 8, 0);
	btf__add_field(btf, "in", named, 16 * 8, 0);
	btf__add_field(btf, "name", name, 24 * 8, 0);
	btf__add_field(btf, "low", id->u32, 36 * 8, 3);
	btf__add_field(btf, "high", id->u32, 36 * 8 + 3, 5);
	btf__add_field(btf, "tail", tail, 40 * 8, 0);
}

static void add_enums(struct btf *btf)
{
	btf__add_enum(btf, "kind", 4);
	btf__add_enum_value(btf, "KIND_ERROR", 1024);
	btf__add_enum_value(btf, "KIND_MINUS", -2);
	btf__add_enum64(btf, "wide", 8, false);
	btf__add_enum64_value(btf, "WIDE", 1ULL << 48);
}

static void add_section(struct btf *btf, const struct ids *id)
{
	int crash = btf__add_var(btf, "crash", BTF_VAR_GLOBAL_ALLOCATED, id->u32);
	int total = btf__add_var(btf, "total", BTF_VAR_GLOBAL_ALLOCATED, id->u64);

	btf__add_datasec(btf, ".bss", 16);
	btf__add_datasec_var_info(btf, total, 0, 8);
	btf__add_datasec_var_info(btf, crash, 8, 4);
}

static struct btf *sample(void)
{
	struct btf *btf;
	struct ids id;

	btf = btf_start(&id);
	add_outer(btf, &id);
	add_enums(btf);
	add_section(btf, &id);
	return btf;
}

/* Ask for everything there is; what matters is that it ends and stays inside. */
static void ask_all(const struct kbtf *b)
{
	static const char *const members[] = { "first", "a", "b_hi", "in.at", "tail", "low", "x" };
	u32 off, size, i;

	for (i = 0; i < ARRAY_SIZE(members); i++)
		kbtf_member(b, "outer", members[i], &off, &size);
	kbtf_struct_size(b, "inner_t", &size);
	kbtf_enum_name(b, "kind", -2);
	kbtf_enum_name(b, "wide", 3);
	kbtf_variable(b, ".bss", "crash", &off, &size);
	kbtf_variable(b, NULL, "nothing", &off, &size);
}

FIXTURE(types)
{
	struct kbtf *b;
};

FIXTURE_SETUP(types)
{
	self->b = fake_kbtf(sample(), NULL);
	ASSERT_NE(NULL, self->b);
}

FIXTURE_TEARDOWN(types)
{
	kbtf_free(self->b);
}

TEST_F(types, member_by_name_and_path)
{
	u32 off, size;

	ASSERT_EQ(0, kbtf_member(self->b, "outer", "first", &off, &size));
	EXPECT_EQ(0, off);
	EXPECT_EQ(4, size);
	ASSERT_EQ(0, kbtf_member(self->b, "outer", "in.at", &off, &size));
	EXPECT_EQ(16, off);
	EXPECT_EQ(8, size);
	ASSERT_EQ(0, kbtf_member(self->b, "outer", "name", &off, &size));
	EXPECT_EQ(24, off);
	EXPECT_EQ(12, size);
	ASSERT_EQ(0, kbtf_member(self->b, "inner_t", "at", &off, NULL));
	EXPECT_EQ(0, off);
}

TEST_F(types, anonymous_members_are_searched)
{
	u32 off, size;

	ASSERT_EQ(0, kbtf_member(self->b, "outer", "a", &off, &size));
	EXPECT_EQ(8, off);
	EXPECT_EQ(8, size);
	ASSERT_EQ(0, kbtf_member(self->b, "outer", "b_hi", &off, &size));
	EXPECT_EQ(12, off);
	EXPECT_EQ(4, size);
}

TEST_F(types, flexible_array_has_no_size)
{
	u32 off, size = 7;

	ASSERT_EQ(0, kbtf_member(self->b, "outer", "tail", &off, &size));
	EXPECT_EQ(40, off);
	EXPECT_EQ(0, size);
}

TEST_F(types, bit_field_is_refused_but_there)
{
	u32 off, size;

	EXPECT_EQ(-EOPNOTSUPP, kbtf_member(self->b, "outer", "low", &off, &size));
	EXPECT_EQ(-EOPNOTSUPP, kbtf_member(self->b, "outer", "high", &off, &size));
	EXPECT_TRUE(kbtf_has(self->b, "outer", "high"));
}

TEST_F(types, what_is_not_there)
{
	u32 off, size;

	EXPECT_EQ(-ENOENT, kbtf_member(self->b, "outer", "firs", &off, &size));
	EXPECT_EQ(-ENOENT, kbtf_member(self->b, "outer", "first_", &off, &size));
	EXPECT_EQ(-ENOENT, kbtf_member(self->b, "outer", "", &off, &size));
	EXPECT_EQ(-ENOENT, kbtf_member(self->b, "outer", "in.", &off, &size));
	EXPECT_EQ(-ENOENT, kbtf_member(self->b, "outer", ".in", &off, &size));
	EXPECT_EQ(-ENOENT, kbtf_member(self->b, "outer", "in.at.more", &off, &size));
	EXPECT_EQ(-ENOENT, kbtf_member(self->b, "nothing", "first", &off, &size));
	EXPECT_EQ(-ENOENT, kbtf_member(self->b, "", "first", &off, &size));
	EXPECT_EQ(-ENOENT, kbtf_member(self->b, "kind", "first", &off, &size));
	EXPECT_EQ(-ENOENT, kbtf_find(self->b, "outer", BTF_KIND_UNION));
	EXPECT_EQ(-ENOENT, kbtf_find(self->b, "char", BTF_KIND_INT));
	EXPECT_FALSE(kbtf_has(self->b, "nothing", NULL));
	EXPECT_TRUE(kbtf_has(self->b, "outer", NULL));
	EXPECT_FALSE(kbtf_has(self->b, "outer", "nothing"));
}

TEST_F(types, struct_size)
{
	u32 size;

	ASSERT_EQ(0, kbtf_struct_size(self->b, "outer", &size));
	EXPECT_EQ(40, size);
	ASSERT_EQ(0, kbtf_struct_size(self->b, "inner_t", &size));
	EXPECT_EQ(8, size);
	EXPECT_EQ(-ENOENT, kbtf_struct_size(self->b, "kind", &size));
}

TEST_F(types, enumerator_names)
{
	EXPECT_STREQ("KIND_ERROR", kbtf_enum_name(self->b, "kind", 1024));
	EXPECT_STREQ("KIND_MINUS", kbtf_enum_name(self->b, "kind", -2));
	EXPECT_EQ(NULL, kbtf_enum_name(self->b, "kind", 1));
	EXPECT_STREQ("WIDE", kbtf_enum_name(self->b, "wide", 1LL << 48));
	EXPECT_EQ(NULL, kbtf_enum_name(self->b, "outer", 0));
}

TEST_F(types, variables_of_a_section)
{
	u32 off, size;

	ASSERT_EQ(0, kbtf_variable(self->b, ".bss", "crash", &off, &size));
	EXPECT_EQ(8, off);
	EXPECT_EQ(4, size);
	ASSERT_EQ(0, kbtf_variable(self->b, NULL, "total", &off, &size));
	EXPECT_EQ(0, off);
	EXPECT_EQ(-ENOENT, kbtf_variable(self->b, ".data", "crash", &off, &size));
	EXPECT_EQ(-ENOENT, kbtf_variable(self->b, ".bss", "crash_", &off, &size));
}

TEST_F(types, split_types_continue_their_base)
{
	struct btf *split = btf__new_empty_split((struct btf *)kbtf_btf(self->b));
	struct kbtf *b;
	u32 off, size;

	btf__add_struct(split, "module_thing", 24);
	btf__add_field(split, "in", kbtf_find(self->b, "inner", BTF_KIND_STRUCT), 16 * 8, 0);
	b = fake_kbtf(split, self->b);
	ASSERT_NE(NULL, b);
	ASSERT_EQ(0, kbtf_member(b, "module_thing", "in.at", &off, &size));
	EXPECT_EQ(16, off);
	EXPECT_EQ(8, size);
	EXPECT_EQ(-ENOENT, kbtf_find(b, "outer", BTF_KIND_STRUCT));
	kbtf_free(b);
}

TEST(first_of_a_name_wins)
{
	struct kbtf *b;
	struct ids id;
	struct btf *btf = btf_start(&id);
	u32 size;

	btf__add_struct(btf, "twice", 8);
	btf__add_struct(btf, "twice", 16);
	b = fake_kbtf(btf, NULL);
	ASSERT_NE(NULL, b);
	ASSERT_EQ(0, kbtf_struct_size(b, "twice", &size));
	EXPECT_EQ(8, size);
	kbtf_free(b);
}

/* Refused as a whole: nobody asks such types for members (btf_check_test.c). */
TEST(types_that_contain_themselves)
{
	struct ids id;
	struct btf *btf = btf_start(&id);
	int next = btf__type_cnt(btf);

	/* struct self { struct self; } */
	btf__add_struct(btf, "self", 8);
	btf__add_field(btf, NULL, next, 0, 0);
	EXPECT_EQ(NULL, fake_kbtf(btf, NULL));

	/* typedef of a typedef of the first */
	btf = btf_start(&id);
	btf__add_typedef(btf, "one", next + 1);
	btf__add_typedef(btf, "two", next);
	EXPECT_EQ(NULL, fake_kbtf(btf, NULL));
}

/* 2^levels ways down to a member that is not there. */
static struct kbtf *multiplied(int levels)
{
	struct ids id;
	struct btf *btf = btf_start(&id);
	int inner = id.u32, level;

	for (level = 0; level < levels; level++) {
		int this = btf__add_struct(btf, level == levels - 1 ? "top" : NULL, 8);

		btf__add_field(btf, level ? NULL : "leaf", inner, 0, 0);
		btf__add_field(btf, level ? NULL : "leaf2", inner, 0, 0);
		inner = this;
	}
	return fake_kbtf(btf, NULL);
}

TEST(members_that_multiply)
{
	struct kbtf *b;
	u32 off;

	EXPECT_EQ(NULL, multiplied(24));
	b = multiplied(18);
	ASSERT_NE(NULL, b);
	EXPECT_EQ(0, kbtf_member(b, "top", "leaf2", &off, NULL));
	EXPECT_EQ(-ELOOP, kbtf_member(b, "top", "nothing", &off, NULL));
	kbtf_free(b);
}

TEST_F(types, size_and_name_of_any_type)
{
	u32 id, nr = btf__type_cnt(kbtf_btf(self->b));
	u64 size = 1;

	id = kbtf_find(self->b, "outer", BTF_KIND_STRUCT);
	EXPECT_EQ(0, kbtf_type_size(self->b, id, &size));
	EXPECT_EQ(40, size);
	EXPECT_STREQ("outer", kbtf_type_name(self->b, id));
	id = kbtf_find(self->b, "inner_t", BTF_KIND_TYPEDEF);
	EXPECT_EQ(0, kbtf_type_size(self->b, id, &size));
	EXPECT_EQ(8, size);
	EXPECT_STREQ("inner_t", kbtf_type_name(self->b, id));
	EXPECT_EQ(-EINVAL, kbtf_type_size(self->b, 0, &size));
	EXPECT_STREQ("", kbtf_type_name(self->b, 0));
	EXPECT_EQ(-ENOENT, kbtf_type_size(self->b, nr, &size));
	EXPECT_EQ(-ENOENT, kbtf_type_size(self->b, UINT32_MAX, &size));
	EXPECT_STREQ("", kbtf_type_name(self->b, UINT32_MAX));
	for (id = 1; id < nr; id++)
		EXPECT_EQ(0, kbtf_type_size(self->b, id, &size));
}

FIXTURE(blob)
{
	u8 *raw;
	u32 len;
};

FIXTURE_SETUP(blob)
{
	struct btf *btf = sample();
	const void *raw = btf__raw_data(btf, &self->len);

	self->raw = malloc(self->len);
	memcpy(self->raw, raw, self->len);
	btf__free(btf);
}

FIXTURE_TEARDOWN(blob)
{
	free(self->raw);
}

TEST_F(blob, G13_every_truncation_is_refused)
{
	struct ktstr_err err;
	u32 len;

	for (len = 0; len < self->len; len++) {
		/* exactly as long, so that a byte too far is seen */
		void *cut = malloc(len ?: 1);

		memcpy(cut, self->raw, len);
		errno = 0;
		EXPECT_EQ(NULL, kbtf_from_raw(cut, len, NULL, &err));
		EXPECT_EQ(EINVAL, errno);
		free(cut);
	}
}

TEST_F(blob, every_flipped_byte_is_survived)
{
	static const u8 masks[] = { 0x01, 0x80, 0xff };
	struct kbtf *b;
	u32 i, m;

	for (i = 0; i < self->len; i++) {
		for (m = 0; m < ARRAY_SIZE(masks); m++) {
			self->raw[i] ^= masks[m];
			b = kbtf_from_raw(self->raw, self->len, NULL, NULL);
			if (b)
				ask_all(b);
			kbtf_free(b);
			self->raw[i] ^= masks[m];
		}
	}
}

TEST_F(blob, header_that_lies)
{
	struct btf_header *hdr = (struct btf_header *)self->raw;
	static const u32 lies[] = { 0, 4, 23, 25, 26, 0x7fffffff, 0xffffffff };
	u32 i, saved = hdr->hdr_len;

	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		hdr->hdr_len = lies[i];
		EXPECT_EQ(NULL, kbtf_from_raw(self->raw, self->len, NULL, NULL));
	}
	hdr->hdr_len = saved;
	hdr->type_len = 0xfffffff0;
	EXPECT_EQ(NULL, kbtf_from_raw(self->raw, self->len, NULL, NULL));
}

TEST_F(blob, G4_twenty_four_bytes)
{
	struct btf_header hdr = { .magic = BTF_MAGIC, .version = 1, .hdr_len = 24 };

	EXPECT_EQ(NULL, kbtf_from_raw(&hdr, 24, NULL, NULL));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(blob, too_large_is_refused_unread)
{
	struct ktstr_err err;

	EXPECT_EQ(NULL, kbtf_from_raw(self->raw, KBTF_MAX + 1, NULL, &err));
	EXPECT_EQ(EFBIG, errno);
	EXPECT_NE(NULL, strstr(err.msg, "bytes"));
}

TEST_F(blob, from_guest_memory)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	struct ktstr_err err;
	struct kbtf *b;

	EXPECT_EQ(NULL, kbtf_new(gk, NULL, &err));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_NE(NULL, strstr(err.msg, "CONFIG_DEBUG_INFO_BTF"));

	fake_symbol(gk, "__start_BTF", fake_map(gk, 0xffffffff82000000, self->raw, self->len));
	fake_symbol(gk, "__stop_BTF", 0xffffffff82000000 + self->len);
	b = kbtf_new(gk, NULL, &err);
	ASSERT_NE(NULL, b);
	EXPECT_TRUE(kbtf_has(b, "outer", "in.at"));
	kbtf_free(b);

	gk->symbols[1].kva = 0xffffffff81000000;
	EXPECT_EQ(NULL, kbtf_new(gk, NULL, &err));
	EXPECT_EQ(EFBIG, errno);
	gk->symbols[1].kva = 0xffffffff82000000 + self->len + 1;
	EXPECT_EQ(NULL, kbtf_new(gk, NULL, &err));
	EXPECT_EQ(EFAULT, errno);
	free(gk);
}

/* An ELF of nothing but a section .BTF. */
struct tiny_elf {
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	Elf64_Shdr sh[3];
	char names[24];
	u8 btf[4096];
};

static void tiny_elf_make(struct tiny_elf *e, const void *btf, size_t len)
{
	memset(e, 0, sizeof(*e));
	memcpy(e->eh.e_ident, ELFMAG, SELFMAG);
	e->eh.e_ident[EI_CLASS] = ELFCLASS64;
	e->eh.e_ident[EI_DATA] = ELFDATA2LSB;
	e->eh.e_ident[EI_VERSION] = EV_CURRENT;
	e->eh.e_type = ET_EXEC;
	e->eh.e_machine = EM_X86_64;
	e->eh.e_version = EV_CURRENT;
	e->eh.e_phoff = offsetof(struct tiny_elf, ph);
	e->eh.e_phnum = 1;
	e->eh.e_phentsize = sizeof(e->ph);
	e->eh.e_shoff = offsetof(struct tiny_elf, sh);
	e->eh.e_shnum = 3;
	e->eh.e_shentsize = sizeof(e->sh[0]);
	e->eh.e_shstrndx = 1;
	e->eh.e_ehsize = sizeof(e->eh);
	e->ph.p_type = PT_LOAD;
	memcpy(e->names, "\0.shstrtab\0.BTF", 16);
	e->sh[1].sh_type = SHT_STRTAB;
	e->sh[1].sh_name = 1;
	e->sh[1].sh_offset = offsetof(struct tiny_elf, names);
	e->sh[1].sh_size = sizeof(e->names);
	e->sh[2].sh_type = SHT_PROGBITS;
	e->sh[2].sh_name = 11;
	e->sh[2].sh_offset = offsetof(struct tiny_elf, btf);
	e->sh[2].sh_size = len;
	memcpy(e->btf, btf, min(len, sizeof(e->btf)));
}

TEST_F(blob, from_an_elf_image)
{
	struct kernel_image *img;
	struct tiny_elf *e = malloc(sizeof(*e));
	struct ktstr_err err;
	struct kbtf *b;

	tiny_elf_make(e, self->raw, self->len);
	img = kernel_image_from_mem(e, sizeof(*e), "tiny", &err);
	ASSERT_NE(NULL, img) TH_LOG("%s", err.msg);
	b = kbtf_new(NULL, img, &err);
	ASSERT_NE(NULL, b) TH_LOG("%s", err.msg);
	EXPECT_TRUE(kbtf_has(b, "outer", "first"));
	kbtf_free(b);

	/* all that can be wrong with its section table */
	e->sh[2].sh_size = sizeof(*e);
	EXPECT_EQ(NULL, kbtf_new(NULL, img, &err));
	EXPECT_NE(NULL, strstr(err.msg, ".BTF"));
	e->sh[2].sh_size = 1ULL << 40;
	EXPECT_EQ(NULL, kbtf_new(NULL, img, &err));
	EXPECT_EQ(EFBIG, errno);
	e->sh[2].sh_name = 0xffffffff;
	EXPECT_EQ(NULL, kbtf_new(NULL, img, &err));
	EXPECT_EQ(ENOENT, errno);
	e->sh[1].sh_size = ~0ULL;
	EXPECT_EQ(NULL, kbtf_new(NULL, img, &err));
	e->eh.e_shstrndx = 0xffff;
	EXPECT_EQ(NULL, kbtf_new(NULL, img, &err));
	e->eh.e_shoff = ~0ULL - 8;
	EXPECT_EQ(NULL, kbtf_new(NULL, img, &err));
	e->eh.e_shnum = 0;
	EXPECT_EQ(NULL, kbtf_new(NULL, img, &err));
	EXPECT_EQ(ENOENT, errno);
	kernel_image_free(img);
	free(e);
}

TEST_HARNESS_MAIN
