/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_KTSTR_CLAIM_H
#define KTSTR_HOST_HARNESS_KTSTR_CLAIM_H

/*
 * Claims of a test's own about the figures of its run; part of ktstr.h. Each is
 * recorded in the result's findings under a label, and makes the verdict worse
 * when it does not hold: call them between ktstr_run() and the EXPECT on the
 * verdict.
 *
 *	ktstr_run(&t, &r);
 *	ktstr_claim_at_most(&r, "p99 of b over a", b->wake.p99 / a, 2.0);
 *	EXPECT_EQ(r.verdict, KTSTR_PASS);
 *
 * A value, or a bound, that is no number (NaN, also what 0 / 0.0 gives) is
 * inconclusive. A claim about a run that was skipped is only noted, and one that
 * does not hold of a run that never took place is inconclusive.
 */
#include <stdbool.h>
#include <linux/bits.h>
#include <linux/types.h>

struct ktstr_result;

/**
 * ktstr_claim_at_least() - a value is not below a bound
 * @res: the result
 * @label: names the value in findings and the verdict's text; copied
 * @value: measured
 * @limit: the bound
 *
 * Return: true when it holds.
 */
bool ktstr_claim_at_least(struct ktstr_result *res, const char *label, double value, double limit);

/**
 * ktstr_claim_at_most() - a value is not above a bound
 * @res: the result
 * @label: see ktstr_claim_at_least()
 * @value: measured
 * @limit: the bound
 *
 * Return: true when it holds.
 */
bool ktstr_claim_at_most(struct ktstr_result *res, const char *label, double value, double limit);

/**
 * ktstr_claim_between() - a value lies between two bounds, or is one of them
 * @res: the result
 * @label: see ktstr_claim_at_least()
 * @value: measured
 * @lo: the lower one
 * @hi: the upper one; below @lo nothing lies between them
 *
 * Return: true when it holds.
 */
bool ktstr_claim_between(struct ktstr_result *res, const char *label, double value, double lo,
			 double hi);

/**
 * ktstr_claim_eq() - a value is exactly another one
 * @res: the result
 * @label: see ktstr_claim_at_least()
 * @value: measured
 * @want: the other one
 *
 * Return: true when it holds.
 */
bool ktstr_claim_eq(struct ktstr_result *res, const char *label, double value, double want);

/**
 * ktstr_claim_ne() - a value is another one than that
 * @res: the result
 * @label: see ktstr_claim_at_least()
 * @value: measured
 * @other: that
 *
 * Return: true when it holds.
 */
bool ktstr_claim_ne(struct ktstr_result *res, const char *label, double value, double other);

/**
 * ktstr_claim_near() - a value is as good as another one
 * @res: the result
 * @label: see ktstr_claim_at_least()
 * @value: measured
 * @want: the other one
 * @tolerance: how far they may lie apart, in units of the value, at least 0
 *
 * Return: true when it holds.
 */
bool ktstr_claim_near(struct ktstr_result *res, const char *label, double value, double want,
		      double tolerance);

/**
 * ktstr_claim_is_finite() - a value is a number, and not infinite
 * @res: the result
 * @label: see ktstr_claim_at_least()
 * @value: measured; an infinite one fails, NaN is inconclusive
 *
 * Return: true when it holds.
 */
bool ktstr_claim_is_finite(struct ktstr_result *res, const char *label, double value);

/**
 * ktstr_claim_true() - a condition holds
 * @res: the result
 * @label: what holds, as a sentence
 * @cond: does it
 *
 * Return: @cond, or false when nothing can be said.
 */
bool ktstr_claim_true(struct ktstr_result *res, const char *label, bool cond);

/**
 * ktstr_claim_events_clean() - no counter of sched_ext grew much
 * @res: the result of a run with a monitor
 * @max: how much each counter may have grown while the monitor looked, but
 *       those in KTSTR_EVENTS_HARMLESS; inconclusive without counters
 *
 * Return: true when it holds.
 */
bool ktstr_claim_events_clean(struct ktstr_result *res, u64 max);

/**
 * ktstr_claim_events() - the same for counters of one's choice
 * @res: the result of a run with a monitor
 * @events: bitmask of enum monitor_event
 * @max: how much each of them may have grown
 *
 * Return: true when it holds.
 */
bool ktstr_claim_events(struct ktstr_result *res, u32 events, u64 max);

/* What a scheduler may well cause as often as it likes. */
#define KTSTR_EVENTS_HARMLESS                                                  \
	(BIT(MONITOR_DISPATCH_KEEP_LAST) | BIT(MONITOR_ENQ_SKIP_EXITING) |     \
	 BIT(MONITOR_ENQ_SKIP_MIGRATION_DISABLED) | BIT(MONITOR_REENQ_IMMED) | \
	 BIT(MONITOR_REFILL_SLICE_DFL))

#endif /* KTSTR_HOST_HARNESS_KTSTR_CLAIM_H */
