/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_SERIES_JUDGE_H
#define KTSTR_HOST_HARNESS_SERIES_JUDGE_H

/*
 * What a pattern makes of a series: collected sample by sample, the worst one is
 * told. Between series_pattern.c and series_strict.c.
 */
#include <linux/compiler.h>

#include "series_internal.h"

/**
 * struct series_judge - a pattern that is looked for
 * @res: gets the finding
 * @s: the series
 * @kind: the worst so far
 * @more: as bad ones behind the first of them
 * @slot: of the first of them, or NULL
 * @value: there
 * @limit: not kept
 * @text: in words
 */
struct series_judge {
	struct ktstr_result *res;
	const struct ktstr_series *s;
	enum ktstr_finding_kind kind;
	u32 more;
	const struct ktstr_slot *slot;
	double value;
	double limit;
	char text[200];
};

/**
 * series_judge_begin() - start, when there is enough to look at
 * @j: filled in
 * @res: gets the finding
 * @s: the series
 * @least: samples it takes
 * @a: a bound of the pattern
 * @b: another, or @a once more
 *
 * Return: false when there are too few samples, @s is not whole or a bound is no
 * number: the finding is made.
 */
bool series_judge_begin(struct series_judge *j, struct ktstr_result *res,
			const struct ktstr_series *s, size_t least, double a, double b);

/**
 * series_judge_readable() - and enough samples with a value
 * @j: begun
 * @least: of them
 * @from_ms: those that are as old at least
 *
 * Notes how many have none.
 *
 * Return: false when there are too few: the finding is made.
 */
bool series_judge_readable(struct series_judge *j, size_t least, u64 from_ms);

/**
 * series_judge_found() - a sample that does not follow
 * @j: begun
 * @kind: KTSTR_FINDING_INCONCLUSIVE or KTSTR_FINDING_FAIL
 * @slot: the sample
 * @value: measured
 * @limit: of it
 * @fmt: in words
 */
void __printf(6, 7) series_judge_found(struct series_judge *j, enum ktstr_finding_kind kind,
				       const struct ktstr_slot *slot, double value, double limit,
				       const char *fmt, ...);

/**
 * series_judge_end() - make the finding
 * @j: begun
 * @value: of the pattern, when it holds
 * @limit: the same
 * @fmt: in words, when it holds
 *
 * Return: whether it is a pass.
 */
bool __printf(4, 5)
	series_judge_end(struct series_judge *j, double value, double limit, const char *fmt, ...);

/**
 * struct series_where - a sample for people
 * @text: "periodic_004 (+850ms)"
 */
struct series_where {
	char text[112];
};

/**
 * series_where() - name a sample
 * @slot: the sample
 */
struct series_where series_where(const struct ktstr_slot *slot);

#define WHERE(slot) (series_where(slot).text)

#endif /* KTSTR_HOST_HARNESS_SERIES_JUDGE_H */
