/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_FINDING_H
#define KTSTR_HOST_HARNESS_FINDING_H

/* Findings of checks in a result: added one by one, the worst one decides. */
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

/**
 * finding_worst() - the one that decides
 * @load: of the result
 * @first: index of the first one that counts
 *
 * Fail over Inconclusive over the rest, among equals the first.
 *
 * Return: it, or NULL when nothing but passes and notes are there.
 */
const struct ktstr_finding *finding_worst(const struct ktstr_load *load, size_t first);

/**
 * finding_reason() - what a failure or doubt of a check is called in a verdict
 * @f: a finding that fails or is inconclusive
 */
enum ktstr_reason finding_reason(const struct ktstr_finding *f);

/**
 * finding_where() - the cgroup and the step a finding is about
 * @f: the finding
 * @dst: filled in: " in cgroup a, step 1", parts of it, or nothing
 * @room: bytes of @dst
 *
 * Return: @dst.
 */
const char *finding_where(const struct ktstr_finding *f, char *dst, size_t room);

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
