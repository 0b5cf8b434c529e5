// SPDX-License-Identifier: GPL-2.0-only
/* Patterns from one sample to the next, and of all of them together. */
#include <math.h>
#include <string.h>

#include "lib/util.h"
#include "series_judge.h"

/* The next sample with a value, from @i on. */
static const struct ktstr_slot *next_value(const struct ktstr_series *s, size_t *i)
{
	while (*i < s->nr) {
		const struct ktstr_slot *slot = &s->slots[(*i)++];

		if (slot_ok(slot))
			return slot;
	}
	return NULL;
}

static size_t nr_values(const struct ktstr_series *s)
{
	size_t i = 0, nr = 0;

	while (next_value(s, &i))
		nr++;
	return nr;
}

static void unordered(struct series_judge *j, const struct ktstr_slot *slot)
{
	series_judge_found(j, KTSTR_FINDING_INCONCLUSIVE, slot, slot->value, NAN,
			   "sample %s is no number", WHERE(slot));
}

static bool grows(struct ktstr_result *res, const struct ktstr_series *s, bool strictly)
{
	const struct ktstr_slot *slot, *prior;
	struct series_judge j;
	size_t i = 0;

	if (!series_judge_begin(&j, res, s, 2, 0, 0) || !series_judge_readable(&j, 2, 0))
		return false;
	prior = next_value(s, &i);
	for (; (slot = next_value(s, &i)); prior = slot) {
		if (isnan(slot->value) || isnan(prior->value))
			unordered(&j, isnan(slot->value) ? slot : prior);
		else if (strictly ? slot->value <= prior->value : slot->value < prior->value)
			series_judge_found(&j, KTSTR_FINDING_FAIL, slot, slot->value, prior->value,
					   "%s at sample %s: value %.16g after prior value %.16g at sample %s",
					   slot->value == prior->value ? "stall" : "regression",
					   WHERE(slot), slot->value, prior->value, WHERE(prior));
	}
	return series_judge_end(&j, prior->value, prior->value, "%s over %zu samples, up to %.16g",
				strictly ? "strictly increasing" : "nondecreasing", nr_values(s),
				prior->value);
}

bool ktstr_series_nondecreasing(struct ktstr_result *res, const struct ktstr_series *s)
{
	return grows(res, s, false);
}

bool ktstr_series_strictly_increasing(struct ktstr_result *res, const struct ktstr_series *s)
{
	return grows(res, s, true);
}

static void check_rate(struct series_judge *j, const struct ktstr_slot *prior,
		       const struct ktstr_slot *slot, double lo, double hi)
{
	double ms = ((double)slot->elapsed_ns - (double)prior->elapsed_ns) / NSEC_PER_MSEC;
	double rate = (slot->value - prior->value) / ms;

	if (ms <= 0)
		series_judge_found(j, KTSTR_FINDING_INCONCLUSIVE, slot, NAN, lo,
				   "no time between samples %s and %s", WHERE(prior), WHERE(slot));
	else if (isnan(rate))
		series_judge_found(j, KTSTR_FINDING_INCONCLUSIVE, slot, NAN, lo,
				   "the rate at sample %s is no number", WHERE(slot));
	else if (rate < lo || rate > hi)
		series_judge_found(j, KTSTR_FINDING_FAIL, slot, rate, rate < lo ? lo : hi,
				   "rate %.9g/ms not within %.9g and %.9g at sample %s, since sample %s",
				   rate, lo, hi, WHERE(slot), WHERE(prior));
}

bool ktstr_series_rate_within(struct ktstr_result *res, const struct ktstr_series *s, double lo,
			      double hi)
{
	const struct ktstr_slot *slot, *prior;
	struct series_judge j;
	size_t i = 0;

	if (!series_judge_begin(&j, res, s, 2, lo, hi) || !series_judge_readable(&j, 2, 0))
		return false;
	prior = next_value(s, &i);
	for (; (slot = next_value(s, &i)); prior = slot)
		check_rate(&j, prior, slot, lo, hi);
	return series_judge_end(&j, lo, hi, "rates within %.9g/ms and %.9g/ms over %zu samples", lo,
				hi, nr_values(s));
}

/* The next sample with a value behind the warm-up. */
static const struct ktstr_slot *next_warm(const struct ktstr_series *s, size_t *i, u64 warmup_ms)
{
	const struct ktstr_slot *slot;

	while ((slot = next_value(s, i)))
		if (slot->elapsed_ns / NSEC_PER_MSEC >= warmup_ms)
			return slot;
	return NULL;
}

bool ktstr_series_steady_within(struct ktstr_result *res, const struct ktstr_series *s,
				u64 warmup_ms, double tolerance)
{
	const struct ktstr_slot *slot;
	double sum = 0, mean, apart;
	struct series_judge j;
	size_t i = 0, nr = 0;

	if (!series_judge_begin(&j, res, s, 2, tolerance, tolerance) ||
	    !series_judge_readable(&j, 2, warmup_ms))
		return false;
	for (; (slot = next_warm(s, &i, warmup_ms)); nr++)
		sum += slot->value;
	mean = sum / nr;
	for (i = 0; (slot = next_warm(s, &i, warmup_ms));) {
		apart = fabs(slot->value - mean);
		if (isnan(apart))
			unordered(&j, slot);
		else if (apart > tolerance * fabs(mean))
			series_judge_found(&j, KTSTR_FINDING_FAIL, slot, slot->value, mean,
					   "value %.9g at sample %s not within %.9g %% of the mean %.9g",
					   slot->value, WHERE(slot), 100 * tolerance, mean);
	}
	return series_judge_end(&j, mean, tolerance,
				"%zu samples within %.9g %% of their mean %.9g", nr,
				100 * tolerance, mean);
}

static void check_ratio(struct series_judge *j, const struct ktstr_slot *slot,
			const struct ktstr_slot *other, double lo, double hi)
{
	double ratio = slot->value / other->value;

	if (other->value == 0)
		series_judge_found(j, KTSTR_FINDING_INCONCLUSIVE, slot, NAN, lo,
				   "no ratio at sample %s: %.9g over 0", WHERE(slot), slot->value);
	else if (isnan(ratio))
		series_judge_found(j, KTSTR_FINDING_INCONCLUSIVE, slot, NAN, lo,
				   "the ratio at sample %s is no number", WHERE(slot));
	else if (ratio < lo || ratio > hi)
		series_judge_found(j, KTSTR_FINDING_FAIL, slot, ratio, ratio < lo ? lo : hi,
				   "ratio %.9g not within %.9g and %.9g at sample %s: %.9g over %.9g",
				   ratio, lo, hi, WHERE(slot), slot->value, other->value);
}

bool ktstr_series_ratio_within(struct ktstr_result *res, const struct ktstr_series *s,
			       const struct ktstr_series *other, double lo, double hi)
{
	struct series_judge j, o;
	size_t i, pairs = 0;

	if (!series_judge_begin(&o, res, other, other->nr ? 0 : !!s->nr, lo, hi) ||
	    !series_judge_begin(&j, res, s, 1, lo, hi))
		return false;
	if (s->nr != other->nr) {
		series_judge_found(&j, KTSTR_FINDING_FAIL, NULL, s->nr, other->nr,
				   "%zu samples over %zu of %.72s cannot be compared", s->nr,
				   other->nr, other->name);
		return series_judge_end(&j, 0, 0, "-");
	}
	if (!series_judge_readable(&j, 1, 0) || !series_judge_readable(&o, 1, 0))
		return false;
	for (i = 0; i < s->nr; i++) {
		if (!slot_ok(&s->slots[i]) || !slot_ok(&other->slots[i]))
			continue;
		check_ratio(&j, &s->slots[i], &other->slots[i], lo, hi);
		pairs++;
	}
	if (!pairs)
		series_judge_found(&j, KTSTR_FINDING_INCONCLUSIVE, NULL, NAN, lo,
				   "no sample has a value in %.72s as well", other->name);
	return series_judge_end(&j, lo, hi, "%zu ratios to %.72s within %.9g and %.9g", pairs,
				other->name, lo, hi);
}
