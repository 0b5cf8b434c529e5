// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bits.h>
#include <linux/compiler.h>

#include "host/arch/pgwalk.h"

/* Intel SDM vol. 3, 4.5 */
#define PTE_PRESENT BIT(0)
#define PTE_LARGE   BIT(7)
#define PTE_ADDR    GENMASK_ULL(51, 12)
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

static int read_entry(const struct gmem *ram, u64 table, u64 gva, int shift, u64 *entry)
{
	const u64 *p = gmem_hva(ram, table + (gva >> shift & TABLE_MASK) * sizeof(*p), sizeof(*p));

	if (!p)
		return -EFAULT;
	*entry = READ_ONCE(*p);
	return *entry & PTE_PRESENT ? 0 : -EFAULT;
}

static int finish(const struct gmem *ram, u64 base, u64 gva, int shift, u64 *gpa)
{
	u64 offset = GENMASK_ULL(shift - 1, 0);
	u64 addr = (base & ~offset) | (gva & offset);

	if (!gmem_hva(ram, addr, 1))
		return -EFAULT;
	*gpa = addr;
	return 0;
}

int x86_pgwalk(const struct gmem *ram, u64 cr3, bool five_levels, u64 gva, u64 *gpa)
{
	int shift = PAGE_SHIFT + (five_levels ? 4 : 3) * TABLE_BITS;
	u64 entry = cr3;
	int ret;

	if (!canonical(gva, shift + TABLE_BITS))
		return -EFAULT;
	for (; shift >= PAGE_SHIFT; shift -= TABLE_BITS) {
		ret = read_entry(ram, entry & PTE_ADDR, gva, shift, &entry);
		if (ret)
			return ret;
		/* In the last table the bit is PAT. */
		if (shift == PAGE_SHIFT || !(entry & PTE_LARGE))
			continue;
		if (shift > SHIFT_1G || entry & PTE_LARGE_RESERVED(shift))
			return -EFAULT;
		return finish(ram, entry & PTE_ADDR, gva, shift, gpa);
	}
	return finish(ram, entry & PTE_ADDR, gva, PAGE_SHIFT, gpa);
}
