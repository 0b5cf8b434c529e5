// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/cpulist.h"
#include "lib/util.h"

u32 cpulist_count(const struct cpulist *l)
{
	u32 n = 0;
	size_t i;

	for (i = 0; i < sizeof(l->bits); i++)
		n += __builtin_popcount(l->bits[i]);
	return n;
}

u32 cpulist_nth(const struct cpulist *l, u32 n)
{
	u32 cpu;

	for (cpu = 0; cpu < TOPOLOGY_MAX_CPUS; cpu++)
		if (cpulist_has(l, cpu) && !n--)
			break;
	return cpu;
}

bool cpulist_within(const struct cpulist *l, const struct cpulist *other)
{
	size_t i;

	for (i = 0; i < sizeof(l->bits); i++)
		if (l->bits[i] & ~other->bits[i])
			return false;
	return true;
}

/* Moves @p behind the digits; a number that is too large stays so, it never wraps around. */
static bool take_number(const char **p, u32 *value)
{
	const char *start = *p;
	u32 v = 0;

	for (; **p >= '0' && **p <= '9'; (*p)++)
		v = min(v * 10 + **p - '0', (u32)TOPOLOGY_MAX_CPUS);
	*value = v;
	return *p != start;
}

/* "3" or "0-3", from @p up to what follows. */
static bool take_range(const char **p, u32 *from, u32 *to)
{
	if (!take_number(p, from))
		return false;
	*to = *from;
	if (**p != '-')
		return true;
	(*p)++;
	return take_number(p, to) && *from <= *to;
}

int cpulist_parse(const char *text, u32 cpus, struct cpulist *l, struct ktstr_err *err)
{
	struct cpulist set = {};
	const char *p = text;
	u32 from, to;

	if (cpus > TOPOLOGY_MAX_CPUS)
		cpus = TOPOLOGY_MAX_CPUS;
	while (*p) {
		const char *start = p;

		if (!take_range(&p, &from, &to) || (*p && *p != ',') || (*p && !p[1]))
			return ktstr_err_set(err, -EINVAL,
					     "'%.60s' is not a list such as \"0-3,8\" at '%.20s'",
					     text, start);
		if (to >= cpus)
			return ktstr_err_set(err, -ERANGE,
					     "'%.60s': %.*s is not below %u, which is how many there are",
					     text, (int)(p - start), start, cpus);
		for (; from <= to; from++)
			cpulist_set(&set, from);
		if (*p)
			p++;
	}
	*l = set;
	return 0;
}

char *cpulist_format(const struct cpulist *l, char *buf, size_t len)
{
	size_t used = 0;
	u32 cpu, end;

	if (len)
		buf[0] = '\0';
	for (cpu = 0; cpu < TOPOLOGY_MAX_CPUS && used < len; cpu = end + 1) {
		end = cpu;
		if (!cpulist_has(l, cpu))
			continue;
		while (cpulist_has(l, end + 1))
			end++;
		used += snprintf(buf + used, len - used, "%s%u", used ? "," : "", cpu);
		if (end > cpu && used < len)
			used += snprintf(buf + used, len - used, "-%u", end);
	}
	return buf;
}
