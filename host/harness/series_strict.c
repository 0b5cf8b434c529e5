// SPDX-License-Identifier: GPL-2.0-only
/* Patterns that want a value of every sample, or of several in a row. */
#include <math.h>

#include "lib/util.h"
#include "series_judge.h"

/* The longest row of samples near the target until the deadline. */
static size_t longest_row(const struct ktstr_series *s, double target, double tolerance,
			  u64 deadline_ms, bool errors_too)
{
	size_t i, row = 0, longest = 0;

	for (i = 0; i < s->nr; i++) {
		const struct ktstr_slot *slot = &s->slots[i];

		if (slot->elapsed_ns / NSEC_PER_MSEC > deadline_ms)
			break;
		if (slot_ok(slot) && !isnan(slot->value))
			row = fabs(slot->value - target) <= tolerance ? row + 1 : 0;
		else
			row = errors_too ? row + 1 : 0;
		longest = max(longest, row);
	}
	return longest;
}

static const struct ktstr_slot *last_until(const struct ktstr_series *s, u64 deadline_ms)
{
	const struct ktstr_slot *last = NULL;
	size_t i;

	for (i = 0; i < s->nr; i++)
		if (slot_ok(&s->slots[i]) && s->slots[i].elapsed_ns / NSEC_PER_MSEC <= deadline_ms)
			last = &s->slots[i];
	return last;
}

static void missed(struct series_judge *j, double target, double tolerance, u64 deadline_ms,
		   size_t longest)
{
	const struct ktstr_slot *last = last_until(j->s, deadline_ms);

	if (last)
		series_judge_found(j, KTSTR_FINDING_FAIL, last, last->value, target,
				   "not within %.9g of %.9g by %llu ms: %zu of %d samples in a row, at last value %.9g at sample %s",
				   tolerance, target, (unsigned long long)deadline_ms, longest,
				   KTSTR_SERIES_CONVERGED, last->value, WHERE(last));
	else
		series_judge_found(j, KTSTR_FINDING_INCONCLUSIVE, NULL, NAN, target,
				   "no sample by %llu ms", (unsigned long long)deadline_ms);
}

bool ktstr_series_converges_to(struct ktstr_result *res, const struct ktstr_series *s,
			       double target, double tolerance, u64 deadline_ms)
{
	struct series_judge j;
	size_t row, perhaps;

	if (!series_judge_begin(&j, res, s, KTSTR_SERIES_CONVERGED, target, tolerance) ||
	    !series_judge_readable(&j, 1, 0))
		return false;
	row = longest_row(s, target, tolerance, deadline_ms, false);
	perhaps = longest_row(s, target, tolerance, deadline_ms, true);
	if (row < KTSTR_SERIES_CONVERGED && perhaps >= KTSTR_SERIES_CONVERGED)
		series_judge_found(&j, KTSTR_FINDING_INCONCLUSIVE, NULL, NAN, target,
				   "%zu of %d samples in a row within %.9g of %.9g, and some have no value",
				   row, KTSTR_SERIES_CONVERGED, tolerance, target);
	else if (row < KTSTR_SERIES_CONVERGED)
		missed(&j, target, tolerance, deadline_ms, row);
	return series_judge_end(&j, target, tolerance,
				"within %.9g of %.9g for %zu samples in a row by %llu ms",
				tolerance, target, row, (unsigned long long)deadline_ms);
}

/* A sample without a value: is that the figure's fault, or the sample's. */
static void no_value(struct series_judge *j, const struct ktstr_slot *slot)
{
	bool wrong = slot->kind == KTSTR_SLOT_FIELD_NOT_FOUND ||
		     slot->kind == KTSTR_SLOT_TYPE_MISMATCH;

	series_judge_found(j, wrong ? KTSTR_FINDING_FAIL : KTSTR_FINDING_INCONCLUSIVE, slot, NAN, 0,
			   "sample %s: %s: %s", WHERE(slot), ktstr_slot_kind_name(slot->kind),
			   slot->error ?: "");
}

bool ktstr_series_always_true(struct ktstr_result *res, const struct ktstr_series *s,
			      const char *what, bool (*holds)(double value, void *ctx), void *ctx)
{
	struct series_judge j;
	size_t i;

	if (!series_judge_begin(&j, res, s, 1, 0, 0))
		return false;
	for (i = 0; i < s->nr; i++) {
		const struct ktstr_slot *slot = &s->slots[i];

		if (!slot_ok(slot))
			no_value(&j, slot);
		else if (!holds(slot->value, ctx))
			series_judge_found(&j, KTSTR_FINDING_FAIL, slot, slot->value, 0,
					   "not \"%.72s\" at sample %s: value %.16g", what,
					   WHERE(slot), slot->value);
	}
	return series_judge_end(&j, s->nr, 0, "\"%.72s\" in all of %zu sample%s", what, s->nr,
				s->nr == 1 ? "" : "s");
}

static bool all_within(struct ktstr_result *res, const struct ktstr_series *s, double lo, double hi,
		       const char *said)
{
	struct series_judge j;
	size_t i;

	if (!series_judge_begin(&j, res, s, 1, lo, hi))
		return false;
	for (i = 0; i < s->nr; i++) {
		const struct ktstr_slot *slot = &s->slots[i];

		if (!slot_ok(slot))
			no_value(&j, slot);
		else if (isnan(slot->value))
			series_judge_found(&j, KTSTR_FINDING_INCONCLUSIVE, slot, NAN, lo,
					   "sample %s is no number", WHERE(slot));
		else if (slot->value < lo || slot->value > hi)
			series_judge_found(&j, KTSTR_FINDING_FAIL, slot, slot->value,
					   slot->value < lo ? lo : hi,
					   "value %.16g at sample %s, not %s", slot->value,
					   WHERE(slot), said);
	}
	return series_judge_end(&j, s->nr, isinf(lo) ? hi : lo, "each of %zu sample%s %s", s->nr,
				s->nr == 1 ? "" : "s", said);
}

bool ktstr_series_each_at_least(struct ktstr_result *res, const struct ktstr_series *s,
				double limit)
{
	char said[64];

	snprintf(said, sizeof(said), "at least %.16g", limit);
	return all_within(res, s, limit, INFINITY, said);
}

bool ktstr_series_each_at_most(struct ktstr_result *res, const struct ktstr_series *s, double limit)
{
	char said[64];

	snprintf(said, sizeof(said), "at most %.16g", limit);
	return all_within(res, s, -INFINITY, limit, said);
}

bool ktstr_series_each_between(struct ktstr_result *res, const struct ktstr_series *s, double lo,
			       double hi)
{
	char said[96];

	snprintf(said, sizeof(said), "between %.16g and %.16g", lo, hi);
	return all_within(res, s, lo, hi, said);
}
