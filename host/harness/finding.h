/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_FINDING_H
#define KTSTR_HOST_HARNESS_FINDING_H

/* Findings of checks in a result: added one by one, the worst one decides. */
#include <linux/bits.h>
#include <linux/compiler.h>

#include "host/harness/ktstr.h"

/**
 * finding_add() - put one more behind the others
 * @load: of the result
 * @f: what it is about: all but its text; @f->cgroup must live as long as @load
 * @fmt: its text; made printable, one line, cut when it is too long
 *
 * Return: 0 or -ENOMEM.
 */
int __printf(3, 4)
	finding_add(struct ktstr_load *load, const struct ktstr_finding *f, const char *fmt, ...);

/* Those of limits, for the next two. */
#define FINDING_LIMITS (BIT(KTSTR_CHECK_WORK_UNITS + 1) - 1)

/**
 * finding_worst() - the one that decides
 * @load: of the result
 * @checks: bitmask of enum ktstr_check: which count
 *
 * Fail over Inconclusive over the rest, among equals the first.
 *
 * Return: it, or NULL when nothing but passes and notes are there.
 */
const struct ktstr_finding *finding_worst(const struct ktstr_load *load, u32 checks);

/**
 * finding_reason() - what a failure or doubt of a check is called in a verdict
 * @f: a finding that fails or is inconclusive
 */
enum ktstr_reason finding_reason(const struct ktstr_finding *f);

/**
 * finding_tell() - the text of a verdict that a finding decides
 * @load: of the result
 * @f: the finding
 * @checks: as of finding_worst()
 * @dst: filled in: its text, the cgroup and the step it is about, and how many
 *       more of its kind there are
 * @room: bytes of @dst
 *
 * Return: @dst.
 */
const char *finding_tell(const struct ktstr_load *load, const struct ktstr_finding *f, u32 checks,
			 char *dst, size_t room);

/**
 * finding_judge() - add one to a result that has its verdict already
 * @res: the result; its verdict only gets worse: a failure makes it
 *       KTSTR_FAIL, an inconclusive finding takes a pass away
 * @f: as of finding_add(). A failure of a run that was skipped is a note, one of a
 *     run that could not be carried out is inconclusive: there was nothing to
 *     measure
 * @fmt: see there
 *
 * Return: what became of the finding. Without memory it is told only in
 * @res->reason_text, as inconclusive at least.
 */
enum ktstr_finding_kind __printf(3, 4)
	finding_judge(struct ktstr_result *res, const struct ktstr_finding *f, const char *fmt,
		      ...);

/**
 * finding_free() - release the findings of a result
 * @load: of the result
 */
void finding_free(struct ktstr_load *load);

#endif /* KTSTR_HOST_HARNESS_FINDING_H */
