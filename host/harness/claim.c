// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "finding.h"

/* Of a claim: what is known, what it is held against, and does it hold. */
static bool __printf(6, 7) claim(struct ktstr_result *res, const char *label, double value,
				 double limit, bool holds, const char *fmt, ...)
{
	struct ktstr_finding f = {
		.check = KTSTR_CHECK_CLAIM,
		.kind = holds ? KTSTR_FINDING_PASS : KTSTR_FINDING_FAIL,
		.value = value,
		.limit = limit,
	};
	char text[sizeof(f.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (isnan(value) || isnan(limit)) {
		f.kind = KTSTR_FINDING_INCONCLUSIVE;
		finding_judge(res, &f, "%.100s: %s is no number", label,
			      isnan(value) ? "the value" : "a bound");
		return false;
	}
	return finding_judge(res, &f, "%.100s: %s", label, text) == KTSTR_FINDING_PASS;
}

bool ktstr_claim_at_least(struct ktstr_result *res, const char *label, double value, double limit)
{
	return claim(res, label, value, limit, value >= limit, "%.9g, %s %.9g", value,
		     value >= limit ? "at least" : "below", limit);
}

bool ktstr_claim_at_most(struct ktstr_result *res, const char *label, double value, double limit)
{
	return claim(res, label, value, limit, value <= limit, "%.9g, %s %.9g", value,
		     value <= limit ? "at most" : "above", limit);
}

bool ktstr_claim_between(struct ktstr_result *res, const char *label, double value, double lo,
			 double hi)
{
	bool holds = value >= lo && value <= hi;
	double limit = value < lo ? lo : hi;

	return claim(res, label, value, isnan(lo) ? lo : limit, holds, "%.9g, %s %.9g and %.9g",
		     value, holds ? "between" : "not between", lo, hi);
}

bool ktstr_claim_eq(struct ktstr_result *res, const char *label, double value, double want)
{
	return claim(res, label, value, want, value == want, "%.17g, %s %.17g", value,
		     value == want ? "equal to" : "not", want);
}

bool ktstr_claim_ne(struct ktstr_result *res, const char *label, double value, double other)
{
	return claim(res, label, value, other, value != other, "%.17g, %s %.17g", value,
		     value != other ? "not" : "which it must not be:", other);
}

bool ktstr_claim_near(struct ktstr_result *res, const char *label, double value, double want,
		      double tolerance)
{
	double apart = value > want ? value - want : want - value;
	bool holds = value == want ? tolerance >= 0 : apart <= tolerance;

	return claim(res, label, value, isnan(tolerance) ? tolerance : want, holds,
		     "%.9g, %s %.9g of %.9g", value, holds ? "within" : "not within", tolerance,
		     want);
}

bool ktstr_claim_is_finite(struct ktstr_result *res, const char *label, double value)
{
	return claim(res, label, value, 0, isfinite(value), "%.9g, %s", value,
		     isfinite(value) ? "finite" : "not finite");
}

bool ktstr_claim_true(struct ktstr_result *res, const char *label, bool cond)
{
	return claim(res, label, cond, 1, cond, "%s", cond ? "it holds" : "it does not hold");
}

bool ktstr_claim_events(struct ktstr_result *res, u32 events, u64 max)
{
	const struct ktstr_monitor_summary *s = &res->monitor.summary;
	double seen = s->events_ns && events & (BIT(WIRE_MON_EVENTS) - 1) ? 0 : NAN;
	bool holds = true;
	u32 e;

	if (isnan(seen))
		return claim(res, "events of sched_ext", seen, max, false, "no counters");
	for (e = 0; e < WIRE_MON_EVENTS; e++) {
		if (!(events & BIT(e)))
			continue;
		if (s->events[e] > max)
			holds = claim(res, monitor_event_name(e), s->events[e], max, false,
				      "%llu events, above %llu", (unsigned long long)s->events[e],
				      (unsigned long long)max);
		else if (s->events[e] > seen)
			seen = s->events[e];
	}
	if (!holds)
		return false;
	return claim(res, "events of sched_ext", seen, max, true, "at most %.9g of each kind",
		     seen);
}

bool ktstr_claim_events_clean(struct ktstr_result *res, u64 max)
{
	return ktstr_claim_events(res, ~(u32)KTSTR_EVENTS_HARMLESS, max);
}
