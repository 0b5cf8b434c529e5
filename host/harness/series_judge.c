// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "finding.h"
#include "lib/util.h"
#include "series_judge.h"

#define plural(n) ((n) == 1 ? "" : "s")

struct series_where series_where(const struct ktstr_slot *slot)
{
	struct series_where w;

	snprintf(w.text, sizeof(w.text), "%s (+%llums)", slot->tag,
		 (unsigned long long)(slot->elapsed_ns / NSEC_PER_MSEC));
	return w;
}

static bool __printf(2, 3) tell(struct series_judge *j, const char *fmt, ...)
{
	struct ktstr_finding f = {
		.check = KTSTR_CHECK_SERIES,
		.kind = j->kind,
		.step = j->slot && j->slot->step != KTSTR_NO_STEP ? j->slot->step : 0,
		.value = j->value,
		.limit = j->limit,
	};
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return finding_judge(j->res, &f, "%.72s: %s", j->s->name[0] ? j->s->name : "series",
			     text) == KTSTR_FINDING_PASS;
}

bool series_judge_begin(struct series_judge *j, struct ktstr_result *res,
			const struct ktstr_series *s, size_t least, double a, double b)
{
	*j = (struct series_judge){ .res = res, .s = s, .kind = KTSTR_FINDING_INCONCLUSIVE };
	if (s->lost) {
		tell(j, "out of memory for its samples");
		return false;
	}
	if (isnan(a) || isnan(b)) {
		tell(j, "a bound is no number");
		return false;
	}
	j->kind = s->nr < least ? KTSTR_FINDING_NOTE : KTSTR_FINDING_PASS;
	if (s->nr < least)
		tell(j, "nothing to compare: %zu sample%s, and it takes %zu", s->nr, plural(s->nr),
		     least);
	return s->nr >= least;
}

bool series_judge_readable(struct series_judge *j, size_t least, u64 from_ms)
{
	const struct ktstr_slot *bad = NULL;
	size_t i, good = 0, late = 0;

	for (i = 0; i < j->s->nr; i++) {
		const struct ktstr_slot *slot = &j->s->slots[i];

		if (slot->elapsed_ns / NSEC_PER_MSEC < from_ms)
			continue;
		late++;
		good += slot_ok(slot);
		if (!slot_ok(slot) && !bad)
			bad = slot;
	}
	if (good >= least && !bad)
		return true;
	j->kind = good >= least || late < least ? KTSTR_FINDING_NOTE : KTSTR_FINDING_INCONCLUSIVE;
	if (late < least)
		tell(j, "nothing to compare: %zu sample%s from %llu ms on, and it takes %zu", late,
		     plural(late), (unsigned long long)from_ms, least);
	else
		tell(j, "%zu of %zu samples have no value: %s: %s: %s", late - good, late,
		     WHERE(bad), ktstr_slot_kind_name(bad->kind), bad->error ?: "");
	j->kind = KTSTR_FINDING_PASS;
	return good >= least;
}

void series_judge_found(struct series_judge *j, enum ktstr_finding_kind kind,
			const struct ktstr_slot *slot, double value, double limit, const char *fmt,
			...)
{
	va_list ap;

	if (kind < j->kind)
		return;
	if (kind == j->kind && j->slot) {
		j->more++;
		return;
	}
	j->kind = kind;
	j->more = 0;
	j->slot = slot;
	j->value = value;
	j->limit = limit;
	va_start(ap, fmt);
	vsnprintf(j->text, sizeof(j->text), fmt, ap);
	va_end(ap);
}

bool series_judge_end(struct series_judge *j, double value, double limit, const char *fmt, ...)
{
	char more[32] = "";
	va_list ap;

	if (j->more)
		snprintf(more, sizeof(more), "; and %u more", j->more);
	if (j->kind == KTSTR_FINDING_PASS) {
		j->value = value;
		j->limit = limit;
		va_start(ap, fmt);
		vsnprintf(j->text, sizeof(j->text), fmt, ap);
		va_end(ap);
	}
	return tell(j, "%s%s", j->text, more);
}
