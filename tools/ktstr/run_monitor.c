// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/number.h"
#include "lib/names.h"
#include "lib/util.h"
#include "run_monitor.h"

/**
 * struct limit - what a limit's value is
 * @name: as in reports, so that what failed can be named
 * @at: of its member in struct ktstr_monitor_limits
 * @kind: of that member
 */
struct limit {
	const char *name;
	size_t at;
	enum {
		LIMIT_DECIMAL,
		LIMIT_WHOLE,
		LIMIT_ALLOW,
	} kind;
};

#define AT(member) offsetof(struct ktstr_monitor_limits, member)

static const struct limit limits[] = {
	{ "imbalance", AT(max_imbalance_ratio), LIMIT_DECIMAL },
	{ "local_dsq_depth", AT(max_local_dsq_depth), LIMIT_WHOLE },
	{ "rq_clock_stuck", AT(allow_clock_stuck), LIMIT_ALLOW },
	{ "fallback_rate", AT(max_fallback_rate), LIMIT_DECIMAL },
	{ "keep_last_rate", AT(max_keep_last_rate), LIMIT_DECIMAL },
	{ "sustained", AT(sustained_samples), LIMIT_WHOLE },
};

static const struct limit *find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(limits); i++)
		if (strlen(limits[i].name) == len && !memcmp(limits[i].name, name, len))
			return &limits[i];
	return NULL;
}

static int no_limit(const char *text, size_t len, struct ktstr_err *err)
{
	struct names names;
	char name[64];
	size_t i;

	snprintf(name, sizeof(name), "%.*s", (int)min_t(size_t, len, sizeof(name) - 1), text);
	names_init(&names, name);
	for (i = 0; i < ARRAY_SIZE(limits); i++)
		names_add(&names, limits[i].name);
	return ktstr_err_set(err, -EINVAL, "no limit '%.40s'; %sthere are %s", name, names.hint,
			     names_list(&names));
}

static int set(const struct limit *limit, const char *value, struct ktstr_monitor_limits *l,
	       struct ktstr_err *err)
{
	void *at = (char *)l + limit->at;

	switch (limit->kind) {
	case LIMIT_DECIMAL:
		/* 0 would stand for the default */
		return decimal_parse(value, 0.001, 1e6, at, err);
	case LIMIT_WHOLE:
		return number_parse(value, 1, 1000000, at, err);
	case LIMIT_ALLOW:
		*(bool *)at = true;
		return strcmp(value, "allow") ?
			       ktstr_err_set(err, -EINVAL, "'%.40s' is not allow", value) :
			       0;
	}
	return -EINVAL;
}

/* NAME=VALUE, @len bytes. */
static int take(const char *item, size_t len, struct ktstr_monitor_limits *l, struct ktstr_err *err)
{
	const char *equals = memchr(item, '=', len);
	size_t name_len = equals ? (size_t)(equals - item) : len;
	const struct limit *limit = find(item, name_len);
	struct ktstr_err why = { "" };
	char value[32];
	int ret;

	if (!limit)
		return no_limit(item, name_len, err);
	len -= name_len + !!equals;
	if (!equals || len >= sizeof(value))
		return ktstr_err_set(err, -EINVAL, "%s needs a value, such as %s=%s", limit->name,
				     limit->name, limit->kind == LIMIT_ALLOW ? "allow" : "5");
	memcpy(value, equals + 1, len);
	value[len] = '\0';
	ret = set(limit, value, l, &why);
	return ret ? ktstr_err_set(err, ret, "%s: %s", limit->name, why.msg) : 0;
}

int run_monitor_limits(const char *list, struct ktstr_monitor_limits *l, struct ktstr_err *err)
{
	size_t len;
	int ret;

	l->enforce = true;
	if (!list)
		return 0;
	for (;; list += len + 1) {
		len = strcspn(list, ",");
		ret = take(list, len, l, err);
		if (ret || !list[len])
			return ret;
	}
}
