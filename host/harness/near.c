// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/util.h"
#include "near.h"

/* Of the table of distances, by line: the one being made, and the two above. */
static unsigned int cell(const char *a, const char *b, size_t j, const unsigned int *row,
			 const unsigned int *up, const unsigned int *up2)
{
	unsigned int least = min(up[j], row[j - 1]) + 1;

	least = min(least, up[j - 1] + (a[0] != b[j - 1]));
	if (up2 && j > 1 && a[0] == b[j - 2] && a[-1] == b[j - 1])
		least = min(least, up2[j - 2] + 1);
	return least;
}

unsigned int near_distance(const char *a, const char *b)
{
	unsigned int rows[3][NEAR_NAME_MAX + 1];
	size_t na = strlen(a), nb = strlen(b), i, j;

	if (na > NEAR_NAME_MAX || nb > NEAR_NAME_MAX)
		return UINT_MAX;
	for (j = 0; j <= nb; j++)
		rows[0][j] = j;
	for (i = 1; i <= na; i++) {
		unsigned int *row = rows[i % 3];

		row[0] = i;
		for (j = 1; j <= nb; j++)
			row[j] = cell(a + i - 1, b, j, row, rows[(i + 2) % 3],
				      i > 1 ? rows[(i + 1) % 3] : NULL);
	}
	return rows[na % 3][nb];
}

/* Who began right may have stopped early. */
static unsigned int near_begin(const char *name, const char *full)
{
	char begin[NEAR_NAME_MAX + 1];
	unsigned int whole = near_distance(name, full), part;

	if (strlen(full) <= strlen(name) || strlen(name) > NEAR_NAME_MAX)
		return whole;
	snprintf(begin, sizeof(begin), "%.*s", (int)strlen(name), full);
	part = near_distance(name, begin) + 1;
	return min(whole, part);
}

int near_names(const char *name, const struct strv *names, struct strv *near)
{
	unsigned int limit = max_t(size_t, strlen(name) / 3, 1), d;
	size_t i;

	for (d = 0; d <= limit; d++)
		for (i = 0; i < names->nr; i++)
			if (near_begin(name, names->v[i]) == d)
				strv_add(near, names->v[i]);
	for (i = 0; i < names->nr && *name; i++)
		if (strstr(names->v[i], name) && !strv_has(near, names->v[i]))
			strv_add(near, names->v[i]);
	return near->failed ? -ENOMEM : 0;
}
