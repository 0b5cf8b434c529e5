// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cpulist.h"
#include "lib/scenario_part.h"
#include "lib/util.h"

void scenario_buf_put(struct scenario_buf *b, const void *data, size_t len)
{
	if (b->err)
		return;
	if (len > SCENARIO_FILE_MAX - b->len) {
		b->err = -E2BIG;
		return;
	}
	if (len > b->room - b->len) {
		size_t room = (b->len + len) * 2;
		u8 *bigger = realloc(b->data, room);

		if (!bigger) {
			b->err = -ENOMEM;
			return;
		}
		b->data = bigger;
		b->room = room;
	}
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
}

void scenario_buf_put_string(struct scenario_buf *b, const char *s)
{
	if (s)
		scenario_buf_put(b, s, strlen(s) + 1);
}

void scenario_buf_put_strings(struct scenario_buf *b, char *const *list)
{
	for (; list && *list; list++)
		scenario_buf_put_string(b, *list);
}

bool scenario_take(struct scenario_rest *r, void *to, size_t len)
{
	if (r->len < len)
		return false;
	memcpy(to, r->p, len);
	r->p += len;
	r->len -= len;
	return true;
}

int scenario_take_string(struct scenario_rest *r, const char **s)
{
	const u8 *nul = r->len ? memchr(r->p, '\0', r->len) : NULL;
	char *copy;

	if (!nul)
		return -EBADMSG;
	copy = strdup((const char *)r->p);
	if (!copy)
		return -ENOMEM;
	r->len -= nul + 1 - r->p;
	r->p = nul + 1;
	*s = copy;
	return 0;
}

int scenario_take_strings(struct scenario_rest *r, u32 nr, char *const **list)
{
	char **strings;
	int ret = 0;
	u32 i;

	*list = NULL;
	if (!nr)
		return 0;
	/* each has its NUL */
	if (nr > r->len)
		return -EBADMSG;
	strings = calloc(nr + (size_t)1, sizeof(*strings));
	if (!strings)
		return -ENOMEM;
	for (i = 0; i < nr && !ret; i++)
		ret = scenario_take_string(r, (const char **)&strings[i]);
	*list = strings;
	return ret;
}

size_t scenario_strings_count(char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

void scenario_strings_free(char *const *list)
{
	char *const *s;

	for (s = list; s && *s; s++)
		free(*s);
	free((void *)list);
}

bool scenario_cgroup_ok(const char *path)
{
	const char *name = path;

	if (!*path)
		return true;
	if (strlen(path) >= SCENARIO_PATH_MAX || strchr(path, '\n'))
		return false;
	for (;;) {
		size_t len = strcspn(name, "/");

		if (!len || len > NAME_MAX || (len == 1 && name[0] == '.') ||
		    (len == 2 && !memcmp(name, "..", 2)))
			return false;
		name += len;
		if (!*name++)
			return true;
	}
}

bool scenario_cpus_ok(char *const *cpus)
{
	size_t n = scenario_strings_count(cpus), i;
	struct cpulist l;

	for (i = 0; i < n; i++)
		if (strlen(cpus[i]) >= SCENARIO_PATH_MAX ||
		    cpulist_parse(cpus[i], TOPOLOGY_MAX_CPUS, &l, NULL) || !cpulist_count(&l))
			return false;
	return n && n <= SCENARIO_STRINGS_MAX;
}
