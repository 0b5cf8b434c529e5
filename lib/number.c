// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <linux/kernel.h>

#include "number.h"

static const struct {
	const char *name;
	u32 ms;
} units[] = {
	{ "ms", 1 },
	{ "s", 1000 },
	{ "m", 60 * 1000 },
};

/*
 * The digits @text begins with. What is above 32 bits stays there, however many
 * digits follow. Returns what stands behind, or NULL without a digit.
 */
static const char *digits(const char *text, u64 *value)
{
	const char *p = text;
	u64 v = 0;

	while (*p >= '0' && *p <= '9') {
		if (v <= UINT32_MAX)
			v = v * 10 + *p - '0';
		p++;
	}
	*value = v;
	return p == text ? NULL : p;
}

int number_parse(const char *text, u32 min, u32 max, u32 *value, struct ktstr_err *err)
{
	const char *end;
	u64 v;

	end = digits(text, &v);
	if (!end || *end)
		return ktstr_err_set(err, -EINVAL, "'%.40s' is not a whole number from %u to %u",
				     text, min, max);
	if (v < min || v > max)
		return ktstr_err_set(err, -ERANGE, "'%.40s' is not in the range from %u to %u",
				     text, min, max);
	*value = v;
	return 0;
}

int decimal_parse(const char *text, double min, double max, double *value, struct ktstr_err *err)
{
	const char *p = text;
	double v = 0, unit = 1;
	bool point = false;

	while ((*p >= '0' && *p <= '9') || (*p == '.' && p > text && !point)) {
		if (*p == '.') {
			point = true;
		} else if (point) {
			unit /= 10;
			v += unit * (*p - '0');
		} else {
			v = v * 10 + (*p - '0');
		}
		p++;
	}
	if (*p || p == text || p[-1] == '.')
		return ktstr_err_set(err, -EINVAL, "'%.40s' is not a number from %g to %g", text,
				     min, max);
	if (v < min || v > max)
		return ktstr_err_set(err, -ERANGE, "'%.40s' is not in the range from %g to %g",
				     text, min, max);
	*value = v;
	return 0;
}

int duration_parse(const char *text, u32 min_ms, u32 *ms, struct ktstr_err *err)
{
	unsigned int i;
	const char *end;
	u64 v;

	end = digits(text, &v);
	for (i = 0; end && i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].name))
			continue;
		v *= units[i].ms;
		if (v < min_ms || v > DURATION_MAX_MS)
			return ktstr_err_set(err, -ERANGE,
					     "'%.40s' is not in the range from %ums to %um", text,
					     min_ms, DURATION_MAX_MS / 60000);
		*ms = v;
		return 0;
	}
	return ktstr_err_set(err, -EINVAL,
			     "'%.40s' is not a time span: a whole number and ms, s or m, such as 500ms, 3s or 2m",
			     text);
}
