// SPDX-License-Identifier: GPL-2.0-only
/* Types of BPF objects, through struct btf in a guest's memory. */
#include <linux/btf.h>
#include <stdlib.h>

#include "fake_kernel.h"
#include "host/kernel/guest_btf.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define VMLINUX	    0xffff888001000000ULL
#define PROGRAM	    0xffff888002000000ULL
#define MODULE	    0xffff888003000000ULL
#define DATA	    0xffffc90000000000ULL
#define POINTER	    0xffffffff83000000ULL
#define NOTHING	    0xdead000000000000ULL
#define MODULE_DATA (DATA + 0x100000)

/* As kernel/bpf/btf.c has it, shortened. */
struct fake_btf {
	u64 data;
	u32 data_size;
	u32 id;
	u64 base_btf;
	u32 start_id;
	u8 kernel_btf;
};

/* A kernel's types: struct btf itself, with as many members as asked for. */
static struct kbtf *kernel_types(size_t members)
{
	struct btf *btf = btf__new_empty();
	int u8_id = btf__add_int(btf, "unsigned char", 1, 0);
	int u32_id = btf__add_int(btf, "unsigned int", 4, 0);
	int u64_id = btf__add_int(btf, "unsigned long", 8, 0);
	const struct fake_member m[] = {
		FAKE_MEMBER(struct fake_btf, data, u64_id),
		FAKE_MEMBER(struct fake_btf, data_size, u32_id),
		FAKE_MEMBER(struct fake_btf, id, u32_id),
		FAKE_MEMBER(struct fake_btf, base_btf, u64_id),
		FAKE_MEMBER(struct fake_btf, start_id, u32_id),
		FAKE_MEMBER(struct fake_btf, kernel_btf, u8_id),
	};

	fake_struct(btf, "btf", sizeof(struct fake_btf), m, min(members, ARRAY_SIZE(m)));
	return fake_kbtf(btf, NULL);
}

/* Bytes of BTF with one struct, after those of @base. */
static void *blob_with(const char *name, const struct kbtf *base, u32 *len)
{
	struct btf *btf = base ? btf__new_empty_split((struct btf *)kbtf_btf(base)) :
				 btf__new_empty();
	void *copy;

	btf__add_struct(btf, name, 0);
	btf__raw_data(btf, len);
	copy = malloc(*len);
	memcpy(copy, btf__raw_data(btf, len), *len);
	btf__free(btf);
	return copy;
}

FIXTURE(guest_btf)
{
	struct guest_kernel *gk;
	struct kbtf *types;
	struct guest_btf *c;
	struct fake_btf vmlinux;
	struct fake_btf program;
	struct fake_btf module;
	u64 btf_vmlinux;
	void *program_raw;
	void *module_raw;
	struct ktstr_err err;
};

FIXTURE_SETUP(guest_btf)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));

	self->gk = gk;
	self->types = kernel_types(6);
	ASSERT_NE(NULL, self->types);
	self->program_raw = blob_with("task_ctx", NULL, &self->program.data_size);
	self->module_raw = blob_with("module_thing", self->types, &self->module.data_size);
	self->program.data = fake_map(gk, DATA, self->program_raw, self->program.data_size);
	self->module.data = fake_map(gk, MODULE_DATA, self->module_raw, self->module.data_size);
	self->program.id = 7;
	self->module.base_btf = fake_map(gk, VMLINUX, &self->vmlinux, sizeof(self->vmlinux));
	self->module.start_id = btf__type_cnt(kbtf_btf(self->types));
	self->module.kernel_btf = 1;
	self->vmlinux.kernel_btf = 1;
	self->btf_vmlinux = VMLINUX;
	fake_map(gk, PROGRAM, &self->program, sizeof(self->program));
	fake_map(gk, MODULE, &self->module, sizeof(self->module));
	fake_symbol(gk, "btf_vmlinux", fake_map(gk, POINTER, &self->btf_vmlinux, sizeof(u64)));
	self->c = guest_btf_new(gk, self->types, &self->err);
	ASSERT_NE(NULL, self->c);
}

FIXTURE_TEARDOWN(guest_btf)
{
	guest_btf_free(self->c);
	kbtf_free(self->types);
	free(self->program_raw);
	free(self->module_raw);
	free(self->gk);
}

static const struct kbtf *get(FIXTURE_DATA(guest_btf) * self, u64 kva)
{
	errno = 0;
	memset(&self->err, 0, sizeof(self->err));
	return guest_btf_get(self->c, kva, &self->err);
}

#define REFUSED(code, kva, reason)                             \
	do {                                                   \
		EXPECT_EQ(NULL, get(self, kva));               \
		EXPECT_EQ(code, errno);                        \
		EXPECT_NE(NULL, strstr(self->err.msg, reason)) \
		{                                              \
			TH_LOG("\"%s\"", self->err.msg);       \
		}                                              \
	} while (0)

TEST_F(guest_btf, program_is_loaded_once)
{
	const struct kbtf *b = get(self, PROGRAM);

	ASSERT_NE(NULL, b);
	EXPECT_TRUE(kbtf_has(b, "task_ctx", NULL));
	EXPECT_FALSE(kbtf_has(b, "btf", NULL));
	memset(self->program_raw, 0xff, self->program.data_size);
	EXPECT_EQ(b, get(self, PROGRAM));
}

TEST_F(guest_btf, address_used_again)
{
	const struct kbtf *b = get(self, PROGRAM), *other;

	ASSERT_NE(NULL, b);
	self->program.id++;
	other = get(self, PROGRAM);
	ASSERT_NE(NULL, other);
	EXPECT_NE(b, other);
	EXPECT_TRUE(kbtf_has(b, "task_ctx", NULL));
}

TEST_F(guest_btf, module_continues_the_kernel)
{
	const struct kbtf *b = get(self, MODULE);
	u32 first = self->module.start_id;
	u64 size;

	ASSERT_NE(NULL, b);
	EXPECT_STREQ("module_thing", kbtf_type_name(b, first));
	EXPECT_STREQ("unsigned char", kbtf_type_name(b, 1));
	ASSERT_EQ(0, kbtf_type_size(b, 1, &size));
	EXPECT_EQ(1, size);
}

TEST_F(guest_btf, kernels_own)
{
	EXPECT_EQ(self->types, get(self, VMLINUX));
	/* without symbols of data, by what it says of itself */
	self->gk->nr_symbols = 0;
	EXPECT_EQ(self->types, get(self, VMLINUX));
	EXPECT_NE(NULL, get(self, MODULE));
	EXPECT_NE(NULL, get(self, PROGRAM));
	EXPECT_NE(self->types, get(self, PROGRAM));
}

TEST_F(guest_btf, kernel_that_has_not_read_its_own)
{
	self->btf_vmlinux = 0;
	REFUSED(EFAULT, 0, "0x0");
}

TEST_F(guest_btf, base_of_another_kernel)
{
	self->module.start_id++;
	REFUSED(EINVAL, MODULE, "another kernel's");
	self->module.id++;
	self->module.start_id--;
	self->module.base_btf = PROGRAM;
	REFUSED(EINVAL, MODULE, "continue others");
	self->module.id++;
	self->module.base_btf = MODULE;
	REFUSED(EINVAL, MODULE, "continue others");
	self->module.id++;
	self->module.base_btf = NOTHING;
	REFUSED(EINVAL, MODULE, "continue others");
}

TEST_F(guest_btf, failure_is_remembered)
{
	u8 magic = *(u8 *)self->program_raw;

	*(u8 *)self->program_raw = 0;
	REFUSED(EINVAL, PROGRAM, "malformed BTF");
	*(u8 *)self->program_raw = magic;
	REFUSED(EINVAL, PROGRAM, "malformed BTF");
	self->program.id++;
	EXPECT_NE(NULL, get(self, PROGRAM));
}

TEST_F(guest_btf, memory_that_is_not_there)
{
	REFUSED(EFAULT, NOTHING, "0xdead000000000000");
	self->program.data = NOTHING;
	REFUSED(EFAULT, PROGRAM, "0xdead000000000000");
	self->program.data = DATA;
	self->program.data_size++;
	REFUSED(EFAULT, PROGRAM, "cannot read");
}

TEST_F(guest_btf, sizes_that_make_no_sense)
{
	self->program.data_size = KBTF_MAX + 1;
	REFUSED(EFBIG, PROGRAM, "more than");
	self->program.data_size = UINT32_MAX;
	REFUSED(EFBIG, PROGRAM, "more than");
	self->program.data_size = 0;
	REFUSED(EINVAL, PROGRAM, "header");
}

TEST_F(guest_btf, no_more_objects_than_are_kept)
{
	const struct kbtf *first = get(self, PROGRAM);
	u32 i;

	for (i = 1; i < GUEST_BTF_MAX; i++) {
		self->program.id++;
		ASSERT_NE(NULL, get(self, PROGRAM));
	}
	self->program.id++;
	REFUSED(ENOSPC, PROGRAM, "256");
	self->program.id = 7;
	EXPECT_EQ(first, get(self, PROGRAM));
}

/* Each of them within its limit; the sum is limited, too. */
TEST_F(guest_btf, no_more_bytes_than_are_kept)
{
	u32 i, big = KBTF_MAX - 4096;
	void *raw = calloc(1, big);

	ASSERT_NE(NULL, raw);
	self->program.data = fake_map(self->gk, DATA + 0x10000000, raw, big);
	self->program.data_size = big;
	for (i = 0; i < GUEST_BTF_BYTES_MAX / KBTF_MAX; i++) {
		self->program.id++;
		REFUSED(EINVAL, PROGRAM, "malformed");
	}
	self->program.id++;
	REFUSED(ENOSPC, PROGRAM, "kept");
	free(raw);
}

/* Kernels whose struct btf has fewer members than the newest's. */
TEST_F(guest_btf, members_that_are_missing)
{
	struct kbtf *types = kernel_types(2);
	struct guest_btf *c;
	const struct kbtf *b;

	ASSERT_NE(NULL, types);
	c = guest_btf_new(self->gk, types, &self->err);
	ASSERT_NE(NULL, c);
	b = guest_btf_get(c, PROGRAM, &self->err);
	ASSERT_NE(NULL, b);
	EXPECT_TRUE(kbtf_has(b, "task_ctx", NULL));
	EXPECT_EQ(types, guest_btf_get(c, VMLINUX, &self->err));
	guest_btf_free(c);
	kbtf_free(types);

	types = kernel_types(1);
	EXPECT_EQ(NULL, guest_btf_new(self->gk, types, &self->err));
	EXPECT_EQ(EOPNOTSUPP, errno);
	EXPECT_NE(NULL, strstr(self->err.msg, "data_size"));
	kbtf_free(types);
	guest_btf_free(NULL);
}

TEST_HARNESS_MAIN
