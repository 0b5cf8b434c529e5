/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_PGWALK_H
#define KTSTR_HOST_ARCH_PGWALK_H

/*
 * Guest page tables, read from guest memory. Every entry is the guest's: read
 * once, checked, then followed; a walk visits each level at most once.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/vmm/gmem.h"

/**
 * x86_pgwalk() - guest virtual to guest physical
 * @ram: guest memory
 * @cr3: page table root; bits that are no address are ignored
 * @five_levels: CR4.LA57
 * @gva: the address; a non-canonical one is refused
 * @gpa: set on success; 4 KiB, 2 MiB and 1 GiB pages
 *
 * Return: 0, or -EFAULT when an entry is not present or lies outside of RAM.
 */
int x86_pgwalk(const struct gmem *ram, u64 cr3, bool five_levels, u64 gva, u64 *gpa);

/**
 * arm64_pgwalk() - the same for addresses of the upper half (TTBR1)
 * @ram: guest memory
 * @ttbr1: page table root; ASID and CnP are ignored
 * @tcr: TCR_EL1: TG1 gives the granule (4, 16, 64 KiB), T1SZ the size
 * @gva: the address
 * @gpa: set on success; pages and blocks of every level
 *
 * Return: 0, -EFAULT, or -EINVAL for a TCR that says nothing sensible.
 */
int arm64_pgwalk(const struct gmem *ram, u64 ttbr1, u64 tcr, u64 gva, u64 *gpa);

#endif /* KTSTR_HOST_ARCH_PGWALK_H */
