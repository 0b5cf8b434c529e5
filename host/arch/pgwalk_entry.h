/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_PGWALK_ENTRY_H
#define KTSTR_HOST_ARCH_PGWALK_ENTRY_H

/* What the page table walks of all architectures have in common; private to them. */
#include <errno.h>
#include <linux/bits.h>
#include <linux/compiler.h>

#include "host/vmm/gmem.h"

/* Says so on x86 (PTE_PRESENT) and arm64 (a valid descriptor) alike. */
#define PGWALK_PRESENT BIT(0)

/**
 * pgwalk_entry() - read one entry, once
 * @ram: guest memory
 * @table: gpa of its table
 * @index: in the table, within what the architecture has
 * @entry: set on success
 *
 * Return: 0, or -EFAULT when it is not present or not in RAM.
 */
static inline int pgwalk_entry(const struct gmem *ram, u64 table, u64 index, u64 *entry)
{
	const u64 *p = gmem_hva(ram, table + index * sizeof(*p), sizeof(*p));

	if (!p)
		return -EFAULT;
	*entry = READ_ONCE(*p);
	return *entry & PGWALK_PRESENT ? 0 : -EFAULT;
}

/**
 * pgwalk_finish() - from a page to the byte in it
 * @ram: guest memory
 * @base: what the last entry says; bits below @shift do not count
 * @gva: the address that is translated
 * @shift: of the page or block
 * @gpa: set on success
 *
 * Return: 0, or -EFAULT when it is not in RAM.
 */
static inline int pgwalk_finish(const struct gmem *ram, u64 base, u64 gva, int shift, u64 *gpa)
{
	u64 offset = GENMASK_ULL(shift - 1, 0);
	u64 addr = (base & ~offset) | (gva & offset);

	if (!gmem_hva(ram, addr, 1))
		return -EFAULT;
	*gpa = addr;
	return 0;
}

#endif /* KTSTR_HOST_ARCH_PGWALK_ENTRY_H */
