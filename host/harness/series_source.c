// SPDX-License-Identifier: GPL-2.0-only
/* Where the values of a series come from: snapshots and steps. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/bits.h>

#include "host/inspect/value.h"
#include "ktstr_value.h"
#include "lib/util.h"
#include "series_internal.h"

/* Above that not every number is a double. */
#define EXACT_MAX BIT_ULL(53)
/* Members named of what is no number. */
#define MEMBERS_MAX 12

static void not_a_number(struct ktstr_series *s, struct ktstr_slot *slot, const struct value *v,
			 const char *path)
{
	const char *reason = value_reason(v);
	const struct value *m;
	char members[256];
	size_t at = 0;
	u32 i = 0;

	if (reason) {
		series_error(s, slot, KTSTR_SLOT_MISSING_STATS, "\"%s\" is not there: %s", path,
			     reason);
		return;
	}
	members[0] = '\0';
	if (value_kind(v) == VALUE_STRUCT)
		for (m = value_first(v); m && i < MEMBERS_MAX && at < sizeof(members);
		     m = value_next(m), i++)
			at += snprintf(members + at, sizeof(members) - at, "%s%s",
				       i ? ", " : "; it has: ", value_name(m) ?: "?");
	series_error(s, slot, KTSTR_SLOT_TYPE_MISMATCH, "\"%s\" is no whole number%s", path,
		     members);
}

static bool may_be_negative(const struct value *v)
{
	enum value_kind k = value_kind(v);

	return k == VALUE_INT || k == VALUE_ENUM || k == VALUE_FLOAT;
}

static void take_number(struct ktstr_series *s, struct ktstr_slot *slot, const struct value *v,
			const char *path)
{
	u64 value;

	if (!value_u64(v, &value)) {
		not_a_number(s, slot, v, path);
	} else if (value && may_be_negative(v) && -value <= EXACT_MAX) {
		slot->value = -(double)-value;
	} else if (value > EXACT_MAX) {
		series_error(s, slot, KTSTR_SLOT_TYPE_MISMATCH,
			     "\"%s\" is %#llx, too much to be compared exactly", path,
			     (unsigned long long)value);
	} else {
		slot->value = value;
	}
}

static void take_snapshot(struct ktstr_series *s, struct ktstr_slot *slot,
			  const struct ktstr_snapshot *snap, const char *path)
{
	struct ktstr_err err = { "" };
	const struct value *v;

	if (snap->v.frozen < snap->v.vcpus || !strcmp(snap->v.schema, "degraded")) {
		series_error(s, slot, KTSTR_SLOT_PLACEHOLDER,
			     "the machine did not stand still: %u of %u vCPUs did", snap->v.frozen,
			     snap->v.vcpus);
		return;
	}
	if (!ktstr_snapshot_value(snap, NULL, &err)) {
		series_error(s, slot, KTSTR_SLOT_PLACEHOLDER, "%s", err.msg);
		return;
	}
	v = ktstr_snapshot_value(snap, path, &err);
	if (v)
		take_number(s, slot, v, path);
	else
		series_error(s, slot, KTSTR_SLOT_FIELD_NOT_FOUND, "%s", err.msg);
}

int ktstr_series_snapshots(struct ktstr_series *s, const struct ktstr_result *res,
			   const char *prefix, const char *path)
{
	struct ktstr_slot *slot;
	size_t i;

	prefix = prefix ?: KTSTR_SERIES_PERIODIC;
	series_begin(s, path);
	for (i = 0; i < res->nr_snapshots && !s->lost; i++) {
		const struct ktstr_snapshot *snap = &res->snapshots[i];

		if (strncmp(snap->v.tag, prefix, strlen(prefix)))
			continue;
		slot = series_add(s, snap->v.tag, snap->v.elapsed_ns, snap->step);
		if (slot)
			take_snapshot(s, slot, snap, path ?: "");
	}
	return s->lost ? -ENOMEM : 0;
}

static double iterations(const struct ktstr_phase *p)
{
	return p->iterations_to;
}

static double iterations_done(const struct ktstr_phase *p)
{
	return (double)p->iterations_to - (double)p->iterations_from;
}

static double duration_ms(const struct ktstr_phase *p)
{
	return (double)p->to_ms - (double)p->from_ms;
}

static double nr_ops(const struct ktstr_phase *p)
{
	return p->ops;
}

static double cgroups(const struct ktstr_phase *p)
{
	return p->cgroups;
}

static double workers(const struct ktstr_phase *p)
{
	return p->workers;
}

static double samples(const struct ktstr_phase *p)
{
	return p->nr_samples;
}

static const struct {
	const char *name;
	double (*get)(const struct ktstr_phase *p);
} figures[] = {
	{ "iterations", iterations },	{ "iterations_done", iterations_done },
	{ "duration_ms", duration_ms }, { "ops", nr_ops },
	{ "cgroups", cgroups },		{ "workers", workers },
	{ "samples", samples },
};

static const char *figure_name(u32 i)
{
	return figures[i].name;
}

static void take_phase(struct ktstr_series *s, struct ktstr_slot *slot, const struct ktstr_phase *p,
		       const char *figure)
{
	char names[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(figures); i++) {
		if (figure && !strcmp(figures[i].name, figure)) {
			slot->value = figures[i].get(p);
			return;
		}
	}
	series_error(s, slot, KTSTR_SLOT_FIELD_NOT_FOUND,
		     "a step has no figure \"%.64s\"; it has: %s", figure ?: "",
		     series_names(names, sizeof(names), figure_name, ARRAY_SIZE(figures)));
}

int ktstr_series_phases(struct ktstr_series *s, const struct ktstr_result *res, const char *figure)
{
	struct ktstr_slot *slot;
	char tag[32];
	size_t i;

	series_begin(s, figure);
	for (i = 0; i < res->load.nr_phases && !s->lost; i++) {
		const struct ktstr_phase *p = &res->load.phases[i];

		if (!p->to_ns)
			continue;
		snprintf(tag, sizeof(tag), "phase_%03u", p->step);
		slot = series_add(s, tag, p->to_ms * NSEC_PER_MSEC, p->step);
		if (slot)
			take_phase(s, slot, p, figure);
	}
	return s->lost ? -ENOMEM : 0;
}
