// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "text.h"
#include "util.h"

#define MORE_ROOM sizeof(", 4294967295 more")
#define FAR	  UINT_MAX

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

unsigned int names_distance(const char *a, const char *b)
{
	unsigned int rows[3][NAMES_NEAR_MAX + 1];
	size_t na = strlen(a), nb = strlen(b), i, j;

	if (na > NAMES_NEAR_MAX || nb > NAMES_NEAR_MAX)
		return FAR;
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
static unsigned int distance_of_beginning(const char *wanted, const char *name)
{
	unsigned int whole = names_distance(wanted, name), part;
	char begin[NAMES_NEAR_MAX + 1];

	if (strlen(name) <= strlen(wanted) || strlen(wanted) > NAMES_NEAR_MAX)
		return whole;
	snprintf(begin, sizeof(begin), "%.*s", (int)strlen(wanted), name);
	part = names_distance(wanted, begin) + 1;
	return min(whole, part);
}

/*
 * FAR for a name that differs in more than a third, and has not all of it in itself.
 * One letter tells nothing.
 */
static unsigned int score(const char *wanted, const char *name)
{
	unsigned int limit = max_t(size_t, strlen(wanted) / 3, 1), by;

	if (strlen(wanted) < 2)
		return FAR;
	by = distance_of_beginning(wanted, name);
	if (by <= limit)
		return by;
	return strstr(name, wanted) ? limit + 1 : FAR;
}

/* Of names that are as near as each other, all that have room. */
static void hint_at(struct names *n, const char *name, const char *shown)
{
	static const char ask[] = "did you mean ", end[] = "? ";
	unsigned int by = score(n->wanted, name);
	size_t used = strlen(n->hint);

	if (by == FAR || by > n->by)
		return;
	if (by < n->by)
		used = 0;
	n->by = by;
	if (!used)
		snprintf(n->hint, sizeof(n->hint), "%s%s%s", ask, shown, end);
	else if (used + strlen(shown) + sizeof(", ") <= sizeof(n->hint))
		sprintf(n->hint + used - strlen(end), ", %s%s", shown, end);
}

void names_init(struct names *n, const char *wanted)
{
	*n = (struct names){ .wanted = wanted, .room = sizeof(n->list), .by = FAR };
}

void names_add(struct names *n, const char *name)
{
	char shown[NAMES_NEAR_MAX + 1];
	size_t len = text_escape_line(shown, sizeof(shown), name, strlen(name));

	if (n->wanted)
		hint_at(n, name, shown);
	n->nr++;
	if (!n->more && n->used + strlen(", ") + len + MORE_ROOM <= n->room) {
		n->used += sprintf(n->list + n->used, "%s%s", n->used ? ", " : "", shown);
		return;
	}
	n->more++;
	if (n->used + MORE_ROOM <= n->room)
		sprintf(n->list + n->used, "%s%u more", n->used ? ", " : "", n->more);
}

const char *names_list(const struct names *n)
{
	return n->nr ? n->list : "none";
}
