// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bits.h>

#include "host/arch/pgwalk.h"
#include "host/arch/pgwalk_entry.h"

/* Intel SDM vol. 3, 4.5 */
#define PTE_LARGE BIT(7)
#define PTE_ADDR  GENMASK_ULL(51, 12)
/* Of a large page; bit 12 is PAT. */
#define PTE_LARGE_RESERVED(shift) GENMASK_ULL((shift) - 1, 13)

#define PAGE_SHIFT 12
#define TABLE_BITS 9
#define TABLE_MASK 0x1ff
#define SHIFT_1G   30

static bool canonical(u64 gva, int bits)
{
	s64 top = (s64)gva >> (bits - 1);

	return top == 0 || top == -1;
}

int x86_pgwalk(const struct gmem *ram, u64 cr3, bool five_levels, u64 gva, u64 *gpa)
{
	int shift = PAGE_SHIFT + (five_levels ? 4 : 3) * TABLE_BITS;
	u64 entry = cr3;
	int ret;

	if (!canonical(gva, shift + TABLE_BITS))
		return -EFAULT;
	for (; shift >= PAGE_SHIFT; shift -= TABLE_BITS) {
		ret = pgwalk_entry(ram, entry & PTE_ADDR, gva >> shift & TABLE_MASK, &entry);
		if (ret)
			return ret;
		/* In the last table the bit is PAT. */
		if (shift == PAGE_SHIFT || !(entry & PTE_LARGE))
			continue;
		if (shift > SHIFT_1G || entry & PTE_LARGE_RESERVED(shift))
			return -EFAULT;
		return pgwalk_finish(ram, entry & PTE_ADDR, gva, shift, gpa);
	}
	return pgwalk_finish(ram, entry & PTE_ADDR, gva, PAGE_SHIFT, gpa);
}
