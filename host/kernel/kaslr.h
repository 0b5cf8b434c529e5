/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_KASLR_H
#define KTSTR_HOST_KERNEL_KASLR_H

/*
 * How far KASLR moved a kernel, from what several sources say about it. None
 * is believed against another.
 */
#include <linux/bits.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "lib/err.h"

/* No kernel is linked, or runs, below. */
#define KASLR_KERNEL_MIN 0xffff800000000000ULL
/* RANDOMIZE_BASE_MAX_OFFSET cannot be more than the image area, 1 GiB. */
#define KASLR_SLIDE_MAX_X86   ((u64)SZ_1G)
#define KASLR_SLIDE_MAX_ARM64 BIT_ULL(48)

#define KASLR_FACTS_MAX 4

/**
 * struct kaslr_fact - one place of the kernel, as linked and as it runs
 * @source: who says so, for messages; constant text
 * @link: address it was linked at
 * @runtime: address it is at
 */
struct kaslr_fact {
	const char *source;
	u64 link;
	u64 runtime;
};

/**
 * struct kaslr_evidence - all that is known
 * @fact: in order of arrival
 * @nr: how many
 * @slide_max: KASLR_SLIDE_MAX_X86 or KASLR_SLIDE_MAX_ARM64
 */
struct kaslr_evidence {
	struct kaslr_fact fact[KASLR_FACTS_MAX];
	unsigned int nr;
	u64 slide_max;
};

/**
 * kaslr_add() - note a fact
 * @ev: the evidence
 * @source: who says so; constant text
 * @link: address as linked
 * @runtime: address at run time
 *
 * Return: 0, or -ENOSPC when KASLR_FACTS_MAX are there.
 */
int kaslr_add(struct kaslr_evidence *ev, const char *source, u64 link, u64 runtime);

/**
 * kaslr_slide() - what the evidence comes to
 * @ev: the evidence
 * @slide: set on success to what the first fact says
 * @err: names the fact that cannot be, or the two that disagree
 *
 * Pure. A fact is accepted when both of its addresses are at least
 * KASLR_KERNEL_MIN, the one at run time is not below the other, and they are
 * at most @slide_max apart.
 *
 * Return: 0, -ENODATA without facts, -ERANGE for a fact that is not accepted,
 * -EBADMSG for a disagreement.
 */
int kaslr_slide(const struct kaslr_evidence *ev, u64 *slide, struct ktstr_err *err);

#endif /* KTSTR_HOST_KERNEL_KASLR_H */
