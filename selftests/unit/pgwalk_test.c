// SPDX-License-Identifier: GPL-2.0-only
/* Page walks of both architectures through tables a guest could have made. */
#include <errno.h>
#include <string.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "host/arch/pgwalk.h"
#include "kselftest_harness.h"

#define RAM_SIZE SZ_4M
#define KVA	 0xffffffff81234567ULL
#define KVA57	 0xff11000012345678ULL

#define PRESENT 1ULL
#define LARGE	0x80ULL
#define NX	BIT_ULL(63)

/* Tables of arm64, one per level at most; 64 KiB each so that any granule fits. */
#define A64_TABLE(level) ((u64)(1 + (level)) * SZ_64K)
#define A64_PAGE	 (16ULL * SZ_64K)
#define VALID		 1ULL
#define TABLE		 3ULL
#define TG1_16K		 BIT_ULL(30)
#define TG1_4K		 (2ULL << 30)
#define TG1_64K		 (3ULL << 30)
#define T1SZ(bits)	 ((u64)(64 - (bits)) << 16)
#define IPS_52		 (6ULL << 32)
#define TCR_EPD1	 BIT_ULL(23)
#define TCR_TBI1	 BIT_ULL(38)
#define TCR_DS		 BIT_ULL(59)
#define A64_KVA		 0xffffffc010234567ULL

#define UNTOUCHED 0x5a5a5a5a5a5a5a5aULL

FIXTURE(pgwalk)
{
	struct gmem ram;
	u8 *mem;
	u64 gpa;
};

FIXTURE_SETUP(pgwalk)
{
	self->mem = aligned_alloc(SZ_64K, RAM_SIZE);
	ASSERT_NE(NULL, self->mem);
	memset(self->mem, 0, RAM_SIZE);
	gmem_wrap(&self->ram, self->mem, RAM_SIZE);
	self->gpa = UNTOUCHED;
}

FIXTURE_TEARDOWN(pgwalk)
{
	free(self->mem);
}

static void put(u8 *mem, u64 table, u64 index, u64 entry)
{
	memcpy(mem + table + index * 8, &entry, sizeof(entry));
}

static u64 x86_index(u64 gva, int level)
{
	return gva >> (12 + 9 * (level - 1)) & 0x1ff;
}

/* Tables at 0x1000 * level, from @top down to the one that holds @entry. */
static u64 x86_map(u8 *mem, int top, u64 gva, int leaf, u64 entry)
{
	int level;

	for (level = top; level > leaf; level--)
		put(mem, 0x1000 * level, x86_index(gva, level), 0x1000 * (level - 1) | PRESENT);
	put(mem, 0x1000 * leaf, x86_index(gva, leaf), entry);
	return 0x1000 * top;
}

#define EXPECT_FAULT(call)                       \
	do {                                     \
		self->gpa = UNTOUCHED;           \
		EXPECT_EQ(-EFAULT, call);        \
		EXPECT_EQ(UNTOUCHED, self->gpa); \
	} while (0)

TEST_F(pgwalk, x86_4k_page)
{
	u64 cr3 = x86_map(self->mem, 4, KVA, 1, 0x9000 | PRESENT | NX | 0xe7e);

	EXPECT_EQ(0, x86_pgwalk(&self->ram, cr3, false, KVA, &self->gpa));
	EXPECT_EQ(0x9567, self->gpa);
	/* Bit 7 in the last table is PAT, as 0xe7e did not say. */
	x86_map(self->mem, 4, KVA, 1, 0xa000 | PRESENT | LARGE);
	EXPECT_EQ(0, x86_pgwalk(&self->ram, cr3, false, KVA, &self->gpa));
	EXPECT_EQ(0xa567, self->gpa);
}

TEST_F(pgwalk, x86_2m_page)
{
	u64 cr3 = x86_map(self->mem, 4, KVA, 2, 0x200000 | PRESENT | LARGE | BIT(12));

	EXPECT_EQ(0, x86_pgwalk(&self->ram, cr3, false, KVA, &self->gpa));
	EXPECT_EQ(0x200000 | (KVA & 0x1fffff), self->gpa);
}

TEST_F(pgwalk, x86_1g_page)
{
	/* The first GiB, of which the guest has the first 4 MiB. */
	u64 gva = 0xffff888000345678ULL;
	u64 cr3 = x86_map(self->mem, 4, gva, 3, PRESENT | LARGE);

	EXPECT_EQ(0, x86_pgwalk(&self->ram, cr3, false, gva, &self->gpa));
	EXPECT_EQ(0x345678, self->gpa);
	EXPECT_FAULT(x86_pgwalk(&self->ram, cr3, false, gva + SZ_4M, &self->gpa));
}

TEST_F(pgwalk, x86_five_levels)
{
	u64 cr3 = x86_map(self->mem, 5, KVA57, 1, 0x9000 | PRESENT);

	EXPECT_EQ(0, x86_pgwalk(&self->ram, cr3, true, KVA57, &self->gpa));
	EXPECT_EQ(0x9678, self->gpa);
	x86_map(self->mem, 5, KVA57, 2, 0x200000 | PRESENT | LARGE);
	EXPECT_EQ(0, x86_pgwalk(&self->ram, cr3, true, KVA57, &self->gpa));
	EXPECT_EQ(0x200000 | (KVA57 & 0x1fffff), self->gpa);
	x86_map(self->mem, 5, KVA57, 3, PRESENT | LARGE);
	EXPECT_FAULT(x86_pgwalk(&self->ram, cr3, true, KVA57, &self->gpa));
}

/* Tables of four levels taken for five, and the other way round: a fault, no guess. */
TEST_F(pgwalk, G2_x86_levels_that_are_not_the_tables)
{
	u64 cr3 = x86_map(self->mem, 4, KVA, 1, 0x9000 | PRESENT);

	EXPECT_FAULT(x86_pgwalk(&self->ram, cr3, true, KVA, &self->gpa));
	memset(self->mem, 0, RAM_SIZE);
	cr3 = x86_map(self->mem, 5, KVA57, 1, 0x9000 | PRESENT);
	EXPECT_FAULT(x86_pgwalk(&self->ram, cr3, false, KVA, &self->gpa));
}

TEST_F(pgwalk, G2_x86_cr3_that_is_garbage)
{
	u64 cr3, i;

	memset(self->mem, 0xff, RAM_SIZE);
	for (i = 1; i < 64; i++) {
		cr3 = i * 0x9e3779b97f4a7c15ULL;
		EXPECT_FAULT(x86_pgwalk(&self->ram, cr3, i & 1, KVA, &self->gpa));
	}
}

TEST_F(pgwalk, x86_lower_half)
{
	u64 gva = 0x00007fff12345678ULL;
	u64 cr3 = x86_map(self->mem, 4, gva, 1, 0x9000 | PRESENT);

	EXPECT_EQ(0, x86_pgwalk(&self->ram, cr3, false, gva, &self->gpa));
	EXPECT_EQ(0x9678, self->gpa);
}

TEST_F(pgwalk, x86_cr3_bits_that_are_no_address)
{
	u64 cr3 = x86_map(self->mem, 4, KVA, 1, 0x9000 | PRESENT);

	/* PCID below, no-flush and LAM above */
	EXPECT_EQ(0, x86_pgwalk(&self->ram, cr3 | 0xfff | 7ULL << 61, false, KVA, &self->gpa));
	EXPECT_EQ(0x9567, self->gpa);
}

TEST_F(pgwalk, x86_not_present_at_any_level)
{
	int level;

	for (level = 4; level >= 1; level--) {
		u64 cr3 = x86_map(self->mem, 4, KVA, level, (0x9000 | LARGE | NX) & ~PRESENT);

		EXPECT_FAULT(x86_pgwalk(&self->ram, cr3, false, KVA, &self->gpa));
	}
	memset(self->mem, 0, RAM_SIZE);
	EXPECT_FAULT(x86_pgwalk(&self->ram, 0x4000, false, KVA, &self->gpa));
}

TEST_F(pgwalk, G1_x86_table_or_page_outside_of_ram)
{
	static const u64 outside[] = { RAM_SIZE, 0xfee00000, 0xfffffffff000ULL,
				       GENMASK_ULL(51, 12) };
	int level, i;

	for (i = 0; i < (int)ARRAY_SIZE(outside); i++) {
		EXPECT_FAULT(x86_pgwalk(&self->ram, outside[i], false, KVA, &self->gpa));
		for (level = 4; level >= 1; level--) {
			u64 cr3 = x86_map(self->mem, 4, KVA, level, outside[i] | PRESENT);

			EXPECT_FAULT(x86_pgwalk(&self->ram, cr3, false, KVA, &self->gpa));
		}
	}
	EXPECT_FAULT(x86_pgwalk(&self->ram, ~0ULL, false, KVA, &self->gpa));
}

TEST_F(pgwalk, G2_x86_large_bit_at_a_level_without_large_pages)
{
	u64 cr3 = x86_map(self->mem, 4, KVA, 4, PRESENT | LARGE);

	EXPECT_FAULT(x86_pgwalk(&self->ram, cr3, false, KVA, &self->gpa));
	cr3 = x86_map(self->mem, 5, KVA57, 4, PRESENT | LARGE);
	EXPECT_FAULT(x86_pgwalk(&self->ram, cr3, true, KVA57, &self->gpa));
	cr3 = x86_map(self->mem, 5, KVA57, 5, PRESENT | LARGE);
	EXPECT_FAULT(x86_pgwalk(&self->ram, cr3, true, KVA57, &self->gpa));
}

TEST_F(pgwalk, G2_x86_reserved_bits_of_a_large_page)
{
	int bit;

	for (bit = 13; bit < 30; bit++) {
		u64 cr3 = x86_map(self->mem, 4, KVA, 3, BIT(bit) | PRESENT | LARGE);

		EXPECT_FAULT(x86_pgwalk(&self->ram, cr3, false, KVA, &self->gpa));
		if (bit >= 21)
			continue;
		cr3 = x86_map(self->mem, 4, KVA, 2, BIT(bit) | PRESENT | LARGE);
		EXPECT_FAULT(x86_pgwalk(&self->ram, cr3, false, KVA, &self->gpa));
	}
}

/* One table that maps itself in every entry: each level sees it once. */
TEST_F(pgwalk, G1_x86_loop_ends_after_its_levels)
{
	int i;

	for (i = 0; i < 512; i++)
		put(self->mem, 0x1000, i, 0x1000 | PRESENT);
	EXPECT_EQ(0, x86_pgwalk(&self->ram, 0x1000, false, KVA, &self->gpa));
	EXPECT_EQ(0x1567, self->gpa);
	EXPECT_EQ(0, x86_pgwalk(&self->ram, 0x1000, true, KVA57, &self->gpa));
	EXPECT_EQ(0x1678, self->gpa);
}

TEST_F(pgwalk, G2_x86_non_canonical)
{
	static const u64 bad48[] = { 0x0000800000000000ULL, 0xffff7fffffffffffULL,
				     0x8000000000000000ULL, KVA57 };
	static const u64 bad57[] = { 0x0100000000000000ULL, 0xfeffffffffffffffULL,
				     0x8000000000000000ULL };
	int i;

	for (i = 0; i < 512; i++)
		put(self->mem, 0x1000, i, 0x1000 | PRESENT);
	for (i = 0; i < (int)ARRAY_SIZE(bad48); i++)
		EXPECT_FAULT(x86_pgwalk(&self->ram, 0x1000, false, bad48[i], &self->gpa));
	for (i = 0; i < (int)ARRAY_SIZE(bad57); i++)
		EXPECT_FAULT(x86_pgwalk(&self->ram, 0x1000, true, bad57[i], &self->gpa));
	EXPECT_EQ(0, x86_pgwalk(&self->ram, 0x1000, false, ~0ULL, &self->gpa));
	EXPECT_EQ(0x1fff, self->gpa);
	EXPECT_EQ(0, x86_pgwalk(&self->ram, 0x1000, false, 0xffff800000000000ULL, &self->gpa));
	EXPECT_EQ(0, x86_pgwalk(&self->ram, 0x1000, true, 0xff00000000000000ULL, &self->gpa));
}

/* The last entry of the last page of RAM, and a table that only half fits. */
TEST_F(pgwalk, x86_tables_at_the_end_of_ram)
{
	struct gmem cut = { 0 };
	int i;

	for (i = 0; i < 512; i++)
		put(self->mem, RAM_SIZE - SZ_4K, i, (RAM_SIZE - SZ_4K) | PRESENT);
	EXPECT_EQ(0, x86_pgwalk(&self->ram, RAM_SIZE - SZ_4K, false, ~0ULL, &self->gpa));
	EXPECT_EQ(RAM_SIZE - 1, self->gpa);
	gmem_wrap(&cut, self->mem, RAM_SIZE - 4);
	EXPECT_FAULT(x86_pgwalk(&cut, RAM_SIZE - SZ_4K, false, ~0ULL, &self->gpa));
}

/* One granule of arm64 with as many levels as its addresses take. */
FIXTURE(a64)
{
	struct gmem ram;
	u8 *mem;
	u64 gpa;
};

FIXTURE_VARIANT(a64)
{
	u64 tcr;
	int shift;
	int va_bits;
	int first;
	int min_block;
};

FIXTURE_VARIANT_ADD(a64, granule_4k_39_bits) {
	.tcr = TG1_4K | T1SZ(39),
	.shift = 12,
	.va_bits = 39,
	.first = 1,
	.min_block = 1,
};

FIXTURE_VARIANT_ADD(a64, granule_4k_48_bits) {
	.tcr = TG1_4K | T1SZ(48),
	.shift = 12,
	.va_bits = 48,
	.first = 0,
	.min_block = 1,
};

FIXTURE_VARIANT_ADD(a64, granule_4k_52_bits) {
	.tcr = TG1_4K | T1SZ(52) | TCR_DS,
	.shift = 12,
	.va_bits = 52,
	.first = -1,
	.min_block = 0,
};

FIXTURE_VARIANT_ADD(a64, granule_16k_36_bits) {
	.tcr = TG1_16K | T1SZ(36),
	.shift = 14,
	.va_bits = 36,
	.first = 2,
	.min_block = 2,
};

FIXTURE_VARIANT_ADD(a64, granule_16k_47_bits) {
	.tcr = TG1_16K | T1SZ(47),
	.shift = 14,
	.va_bits = 47,
	.first = 1,
	.min_block = 2,
};

FIXTURE_VARIANT_ADD(a64, granule_16k_48_bits) {
	.tcr = TG1_16K | T1SZ(48),
	.shift = 14,
	.va_bits = 48,
	.first = 0,
	.min_block = 2,
};

FIXTURE_VARIANT_ADD(a64, granule_16k_52_bits) {
	.tcr = TG1_16K | T1SZ(52) | TCR_DS,
	.shift = 14,
	.va_bits = 52,
	.first = 0,
	.min_block = 1,
};

FIXTURE_VARIANT_ADD(a64, granule_64k_42_bits) {
	.tcr = TG1_64K | T1SZ(42),
	.shift = 16,
	.va_bits = 42,
	.first = 2,
	.min_block = 2,
};

FIXTURE_VARIANT_ADD(a64, granule_64k_48_bits) {
	.tcr = TG1_64K | T1SZ(48),
	.shift = 16,
	.va_bits = 48,
	.first = 1,
	.min_block = 2,
};

FIXTURE_VARIANT_ADD(a64, granule_64k_52_bits) {
	.tcr = TG1_64K | T1SZ(52) | IPS_52,
	.shift = 16,
	.va_bits = 52,
	.first = 1,
	.min_block = 1,
};

FIXTURE_SETUP(a64)
{
	self->mem = aligned_alloc(SZ_64K, RAM_SIZE);
	ASSERT_NE(NULL, self->mem);
	memset(self->mem, 0, RAM_SIZE);
	gmem_wrap(&self->ram, self->mem, RAM_SIZE);
	self->gpa = UNTOUCHED;
}

FIXTURE_TEARDOWN(a64)
{
	free(self->mem);
}

static int a64_shift(const FIXTURE_VARIANT(a64) * v, int level)
{
	return v->shift + (3 - level) * (v->shift - 3);
}

/* Some address of the upper half with a different index at every level. */
static u64 a64_gva(const FIXTURE_VARIANT(a64) * v)
{
	return GENMASK_ULL(63, v->va_bits) |
	       (0x000a5c3b71234567ULL & GENMASK_ULL(v->va_bits - 1, 0));
}

static void a64_put(const FIXTURE_VARIANT(a64) * v, u8 *mem, u64 gva, int level, u64 desc)
{
	int shift = a64_shift(v, level);
	int bits = min(v->shift - 3, v->va_bits - shift);

	put(mem, A64_TABLE(level - v->first), gva >> shift & GENMASK_ULL(bits - 1, 0), desc);
}

static u64 a64_map(const FIXTURE_VARIANT(a64) * v, u8 *mem, u64 gva, int leaf, u64 desc)
{
	int level;

	for (level = v->first; level < leaf; level++)
		a64_put(v, mem, gva, level, A64_TABLE(level + 1 - v->first) | TABLE);
	a64_put(v, mem, gva, leaf, desc);
	return A64_TABLE(0);
}

TEST_F(a64, page)
{
	u64 gva = a64_gva(variant);
	/* Attributes above and below the address: UXN, PXN, AF, SH, AttrIndx */
	u64 ttbr = a64_map(variant, self->mem, gva, 3, A64_PAGE | TABLE | 3ULL << 53 | BIT(10));

	EXPECT_EQ(0, arm64_pgwalk(&self->ram, ttbr, variant->tcr, gva, &self->gpa));
	EXPECT_EQ(A64_PAGE | (gva & GENMASK_ULL(variant->shift - 1, 0)), self->gpa);
}

TEST_F(a64, asid_and_cnp_are_ignored)
{
	u64 gva = a64_gva(variant);
	u64 ttbr = a64_map(variant, self->mem, gva, 3, A64_PAGE | TABLE);

	ttbr |= GENMASK_ULL(63, 48) | 1;
	EXPECT_EQ(0, arm64_pgwalk(&self->ram, ttbr, variant->tcr, gva, &self->gpa));
}

TEST_F(a64, blocks_where_the_granule_has_them)
{
	u64 gva = a64_gva(variant);
	int level;

	/* The offset inside a block is larger than RAM here, so stay low in it. */
	for (level = max(variant->first, 0); level < 3; level++) {
		int shift = a64_shift(variant, level);
		u64 low = (gva & ~GENMASK_ULL(shift - 1, 0)) | 0x12345;
		u64 ttbr = a64_map(variant, self->mem, low, level, VALID | BIT(10));

		self->gpa = UNTOUCHED;
		if (level < variant->min_block) {
			EXPECT_FAULT(arm64_pgwalk(&self->ram, ttbr, variant->tcr, low, &self->gpa));
			continue;
		}
		EXPECT_EQ(0, arm64_pgwalk(&self->ram, ttbr, variant->tcr, low, &self->gpa));
		EXPECT_EQ(0x12345, self->gpa);
		/* Beyond RAM, in the same block */
		low += RAM_SIZE;
		if (shift > 22)
			EXPECT_FAULT(arm64_pgwalk(&self->ram, ttbr, variant->tcr, low, &self->gpa));
	}
}

TEST_F(a64, invalid_at_any_level)
{
	u64 gva = a64_gva(variant);
	int level;

	for (level = 3; level >= variant->first; level--) {
		u64 ttbr = a64_map(variant, self->mem, gva, level, A64_PAGE | (TABLE & ~VALID));

		EXPECT_FAULT(arm64_pgwalk(&self->ram, ttbr, variant->tcr, gva, &self->gpa));
	}
}

TEST_F(a64, G2_block_at_the_last_level_is_reserved)
{
	u64 gva = a64_gva(variant);
	u64 ttbr = a64_map(variant, self->mem, gva, 3, A64_PAGE | VALID);

	EXPECT_FAULT(arm64_pgwalk(&self->ram, ttbr, variant->tcr, gva, &self->gpa));
}

TEST_F(a64, G1_table_or_page_outside_of_ram)
{
	static const u64 outside[] = { RAM_SIZE, 0x900000000000ULL, 0xffffffff0000ULL };
	u64 gva = a64_gva(variant);
	int level, i;

	for (i = 0; i < (int)ARRAY_SIZE(outside); i++) {
		EXPECT_FAULT(arm64_pgwalk(&self->ram, outside[i], variant->tcr, gva, &self->gpa));
		for (level = 3; level >= variant->first; level--) {
			u64 ttbr = a64_map(variant, self->mem, gva, level, outside[i] | TABLE);

			EXPECT_FAULT(arm64_pgwalk(&self->ram, ttbr, variant->tcr, gva, &self->gpa));
		}
	}
}

TEST_F(a64, G1_loop_ends_after_its_levels)
{
	u64 gva = a64_gva(variant), i;

	for (i = 0; i < SZ_64K / 8; i++)
		put(self->mem, SZ_64K, i, SZ_64K | TABLE);
	EXPECT_EQ(0, arm64_pgwalk(&self->ram, SZ_64K, variant->tcr, gva, &self->gpa));
	EXPECT_EQ(SZ_64K | (gva & GENMASK_ULL(variant->shift - 1, 0)), self->gpa);
}

TEST_F(a64, not_of_the_upper_half)
{
	u64 gva = a64_gva(variant), i;

	for (i = 0; i < SZ_64K / 8; i++)
		put(self->mem, SZ_64K, i, SZ_64K | TABLE);
	for (i = variant->va_bits; i < 64; i++)
		EXPECT_FAULT(arm64_pgwalk(&self->ram, SZ_64K, variant->tcr, gva & ~BIT_ULL(i),
					  &self->gpa));
	EXPECT_FAULT(arm64_pgwalk(&self->ram, SZ_64K, variant->tcr, 0, &self->gpa));
	EXPECT_EQ(0, arm64_pgwalk(&self->ram, SZ_64K, variant->tcr, ~0ULL, &self->gpa));
}

TEST_F(a64, top_byte_is_a_tag_if_the_guest_says_so)
{
	u64 gva = a64_gva(variant), tagged = gva & ~GENMASK_ULL(63, 56);
	u64 ttbr = a64_map(variant, self->mem, gva, 3, A64_PAGE | TABLE);

	EXPECT_FAULT(arm64_pgwalk(&self->ram, ttbr, variant->tcr, tagged, &self->gpa));
	EXPECT_EQ(0, arm64_pgwalk(&self->ram, ttbr, variant->tcr | TCR_TBI1, tagged, &self->gpa));
	EXPECT_EQ(A64_PAGE | (gva & GENMASK_ULL(variant->shift - 1, 0)), self->gpa);
	EXPECT_FAULT(arm64_pgwalk(&self->ram, ttbr, variant->tcr | TCR_TBI1, tagged & ~BIT_ULL(55),
				  &self->gpa));
}

TEST_F(a64, addresses_of_52_bits)
{
	u64 gva = a64_gva(variant);
	u64 ttbr = a64_map(variant, self->mem, gva, 3, A64_PAGE | TABLE);
	u64 high = variant->shift == 16 ? BIT_ULL(12) : BIT_ULL(48);

	if (variant->va_bits != 52)
		return;
	EXPECT_FAULT(arm64_pgwalk(&self->ram, ttbr | BIT(2), variant->tcr, gva, &self->gpa));
	a64_map(variant, self->mem, gva, 3, A64_PAGE | TABLE | high);
	EXPECT_FAULT(arm64_pgwalk(&self->ram, ttbr, variant->tcr, gva, &self->gpa));
	if (variant->shift == 16)
		return;
	a64_map(variant, self->mem, gva, 3, A64_PAGE | TABLE | BIT(9));
	EXPECT_FAULT(arm64_pgwalk(&self->ram, ttbr, variant->tcr, gva, &self->gpa));
}

TEST_F(pgwalk, G2_arm64_tcr_that_says_nothing_sensible)
{
	static const u64 bad[] = {
		0,
		~0ULL,
		T1SZ(48), /* TG1 is reserved */
		TG1_4K, /* 64 bits */
		TG1_4K | T1SZ(49), /* without DS */
		TG1_16K | T1SZ(52),
		TG1_4K | T1SZ(53) | TCR_DS,
		TG1_64K | T1SZ(53) | IPS_52,
		TG1_4K | T1SZ(24),
		TG1_64K | T1SZ(1),
		TG1_4K | T1SZ(48) | TCR_EPD1, /* no walks at all */
	};
	int i;

	for (i = 0; i < 8192; i++)
		put(self->mem, SZ_64K, i, SZ_64K | TABLE);
	for (i = 0; i < (int)ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, arm64_pgwalk(&self->ram, SZ_64K, bad[i], A64_KVA, &self->gpa));
		EXPECT_EQ(UNTOUCHED, self->gpa);
	}
}

/* Every TCR there is: an answer, and nothing read outside of RAM. */
TEST_F(pgwalk, arm64_any_tcr_is_survived)
{
	u64 tg, t1sz, flags, i;

	for (i = 0; i < 8192; i++)
		put(self->mem, SZ_64K, i, (i & 1 ? SZ_64K : ~0xfffULL) | TABLE);
	for (tg = 0; tg < 4; tg++)
		for (t1sz = 0; t1sz < 64; t1sz++)
			for (flags = 0; flags < 16; flags++) {
				u64 tcr = tg << 30 | t1sz << 16 | (flags & 1 ? TCR_DS : 0) |
					  (flags & 2 ? IPS_52 : 0) | (flags & 4 ? TCR_TBI1 : 0) |
					  (flags & 8 ? TCR_EPD1 : 0);
				int ret = arm64_pgwalk(&self->ram, SZ_64K, tcr, ~0ULL, &self->gpa);

				EXPECT_TRUE(ret == 0 || ret == -EFAULT || ret == -EINVAL);
			}
}

TEST_HARNESS_MAIN
