// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "series_internal.h"

/* An error of a path names what there is. */
#define ERROR_MAX 640

const char *ktstr_slot_kind_name(enum ktstr_slot_kind k)
{
	static const char *const names[] = {
		[KTSTR_SLOT_VALUE] = "Value",
		[KTSTR_SLOT_FIELD_NOT_FOUND] = "FieldNotFound",
		[KTSTR_SLOT_TYPE_MISMATCH] = "TypeMismatch",
		[KTSTR_SLOT_MISSING_STATS] = "MissingStats",
		[KTSTR_SLOT_PLACEHOLDER] = "PlaceholderSample",
	};

	return (u32)k < ARRAY_SIZE(names) ? names[k] : "unknown";
}

void series_begin(struct ktstr_series *s, const char *name)
{
	memset(s, 0, sizeof(*s));
	name = name ?: "";
	text_escape_line(s->name, sizeof(s->name), name, strlen(name));
}

struct ktstr_slot *series_add(struct ktstr_series *s, const char *tag, u64 elapsed_ns, u32 step)
{
	struct ktstr_slot *slot = s->slots;

	/* doubled at each power of two */
	if (!(s->nr & (s->nr - 1)))
		slot = reallocarray(s->slots, s->nr ? 2 * s->nr : 1, sizeof(*slot));
	if (!slot) {
		s->lost = true;
		return NULL;
	}
	s->slots = slot;
	slot += s->nr++;
	*slot = (struct ktstr_slot){ .elapsed_ns = elapsed_ns, .step = step };
	text_escape_line(slot->tag, sizeof(slot->tag), tag, strlen(tag));
	return slot;
}

void series_error(struct ktstr_series *s, struct ktstr_slot *slot, enum ktstr_slot_kind kind,
		  const char *fmt, ...)
{
	char raw[ERROR_MAX], text[ERROR_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	text_escape_line(text, sizeof(text), raw, strlen(raw));
	slot->kind = kind;
	slot->value = 0;
	slot->error = strdup(text);
	if (!slot->error)
		s->lost = true;
}

const char *series_names(char *dst, size_t room, const char *(*name)(u32 i), u32 nr)
{
	size_t at = 0;
	u32 i;

	dst[0] = '\0';
	for (i = 0; i < nr && at < room; i++)
		at += snprintf(dst + at, room - at, "%s%s", i ? ", " : "", name(i));
	return dst;
}

void ktstr_series_free(struct ktstr_series *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->nr; i++)
		free(s->slots[i].error);
	free(s->slots);
	memset(s, 0, sizeof(*s));
}

/* The value behind @after of a step, or from the beginning without one. */
static const struct ktstr_slot *next_of(const struct ktstr_series *s, u32 step,
					const struct ktstr_slot *after)
{
	const struct ktstr_slot *slot = after ? after + 1 : s->slots;

	if (step == KTSTR_NO_STEP || s->lost)
		return NULL;
	for (; slot && slot < s->slots + s->nr; slot++)
		if (slot->step == step && slot_ok(slot))
			return slot;
	return NULL;
}

double ktstr_series_first(const struct ktstr_series *s, u32 step)
{
	const struct ktstr_slot *slot = next_of(s, step, NULL);

	return slot ? slot->value : NAN;
}

double ktstr_series_last(const struct ktstr_series *s, u32 step)
{
	const struct ktstr_slot *slot = NULL;
	double value = NAN;

	while ((slot = next_of(s, step, slot)))
		value = slot->value;
	return value;
}

double ktstr_series_delta(const struct ktstr_series *s, u32 step)
{
	const struct ktstr_slot *first = next_of(s, step, NULL);

	if (!first || !next_of(s, step, first))
		return NAN;
	return ktstr_series_last(s, step) - first->value;
}

double ktstr_series_value(const struct ktstr_series *s, u32 step)
{
	const struct ktstr_slot *slot = NULL;
	double sum = 0;
	size_t nr = 0;

	while ((slot = next_of(s, step, slot))) {
		sum += slot->value;
		nr++;
	}
	return nr ? sum / nr : NAN;
}

double ktstr_series_ratio_across_phases(const struct ktstr_series *s, u32 a, u32 b)
{
	double of = ktstr_series_value(s, b);

	return of == 0 ? NAN : ktstr_series_value(s, a) / of;
}
