// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bits.h>
#include <linux/kernel.h>

#include "host/arch/pgwalk.h"
#include "host/arch/pgwalk_entry.h"

/* Arm ARM, TCR_EL1 */
#define TCR_T1SZ(tcr) ((tcr) >> 16 & 0x3f)
#define TCR_EPD1      BIT_ULL(23)
#define TCR_TG1(tcr)  ((tcr) >> 30 & 0x3)
#define TCR_IPS(tcr)  ((tcr) >> 32 & 0x7)
#define TCR_TBI1      BIT_ULL(38)
#define TCR_DS	      BIT_ULL(59)
#define IPS_52_BITS   6

/* Arm ARM D8.3, VMSAv8-64 descriptors */
#define DESC_TABLE BIT(1) /* a page at the last level; clear: a block */

#define SHIFT_4K   12
#define SHIFT_16K  14
#define SHIFT_64K  16
#define LAST_LEVEL 3
/* Without FEAT_TTST an address has 25 bits at least, with FEAT_LPA2 52 at most. */
#define T1SZ_MIN      12
#define T1SZ_MIN_LPA1 16
#define T1SZ_MAX      39

/**
 * struct a64_regime - what TCR_EL1 says about TTBR1
 * @shift: of a page
 * @va_bits: of an address
 * @ds: 52-bit addresses with 4 and 16 KiB pages (FEAT_LPA2)
 * @ttbr_52: bits 5:2 of the root are bits 51:48 of its address
 * @tbi: the top byte of an address is a tag
 * @block_level: lowest level that may hold a block
 */
struct a64_regime {
	int shift;
	int va_bits;
	bool ds;
	bool ttbr_52;
	bool tbi;
	int block_level;
};

static int regime_decode(u64 tcr, struct a64_regime *r)
{
	static const int shifts[] = { 0, SHIFT_16K, SHIFT_4K, SHIFT_64K };
	int t1sz = TCR_T1SZ(tcr);

	r->shift = shifts[TCR_TG1(tcr)];
	if (!r->shift || tcr & TCR_EPD1)
		return -EINVAL;
	r->ds = tcr & TCR_DS && r->shift != SHIFT_64K;
	if (t1sz > T1SZ_MAX || t1sz < T1SZ_MIN ||
	    (t1sz < T1SZ_MIN_LPA1 && r->shift != SHIFT_64K && !r->ds))
		return -EINVAL;
	r->va_bits = 64 - t1sz;
	r->tbi = tcr & TCR_TBI1;
	r->ttbr_52 = r->ds || (r->shift == SHIFT_64K && TCR_IPS(tcr) == IPS_52_BITS);
	r->block_level = (r->shift == SHIFT_4K ? 1 : 2) - (r->ttbr_52 ? 1 : 0);
	return 0;
}

/* All bits above the address are ones, but for a tag. */
static bool upper_half(const struct a64_regime *r, u64 gva)
{
	u64 must = GENMASK_ULL(r->tbi ? 55 : 63, r->va_bits);

	return (gva & must) == must;
}

static u64 root_addr(const struct a64_regime *r, u64 ttbr, int index_bits)
{
	/* A table of few entries is aligned to its size, but to 64 bytes at least. */
	u64 addr = ttbr & GENMASK_ULL(47, max(index_bits + 3, 6));

	return r->ttbr_52 ? addr | (ttbr >> 2 & 0xf) << 48 : addr;
}

static u64 desc_addr(const struct a64_regime *r, u64 desc)
{
	if (r->ds)
		return (desc & GENMASK_ULL(49, r->shift)) | (desc >> 8 & 0x3) << 50;
	if (r->shift == SHIFT_64K)
		return (desc & GENMASK_ULL(47, SHIFT_64K)) | (desc >> 12 & 0xf) << 48;
	return desc & GENMASK_ULL(47, r->shift);
}

int arm64_pgwalk(const struct gmem *ram, u64 ttbr1, u64 tcr, u64 gva, u64 *gpa)
{
	struct a64_regime r;
	int level, shift, stride, bits, ret;
	u64 table, desc;

	ret = regime_decode(tcr, &r);
	if (ret)
		return ret;
	if (!upper_half(&r, gva))
		return -EFAULT;
	stride = r.shift - 3;
	level = LAST_LEVEL + 1 - DIV_ROUND_UP(r.va_bits - r.shift, stride);
	shift = r.shift + (LAST_LEVEL - level) * stride;
	bits = r.va_bits - shift;
	table = root_addr(&r, ttbr1, bits);
	for (;; level++, shift -= stride, bits = stride) {
		ret = pgwalk_entry(ram, table, gva >> shift & GENMASK_ULL(bits - 1, 0), &desc);
		if (ret)
			return ret;
		table = desc_addr(&r, desc);
		if (level == LAST_LEVEL)
			return desc & DESC_TABLE ? pgwalk_finish(ram, table, gva, shift, gpa) :
						   -EFAULT;
		if (desc & DESC_TABLE)
			continue;
		if (level < r.block_level)
			return -EFAULT;
		return pgwalk_finish(ram, table, gva, shift, gpa);
	}
}
