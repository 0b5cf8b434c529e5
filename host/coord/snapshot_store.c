// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/text.h"
#include "lib/util.h"
#include "snapshot_store.h"

int snapshot_store_init(struct snapshot_store *s, u32 max, struct ktstr_err *err)
{
	memset(s, 0, sizeof(*s));
	if (!max || max > SNAPSHOT_STORE_MAX)
		return ktstr_err_set(err, -EINVAL,
				     "%u snapshots cannot be stored: a run keeps 1..%d of them",
				     max, SNAPSHOT_STORE_MAX);
	s->max = max;
	return 0;
}

static struct snapshot_entry *find(struct snapshot_store *s, const char *name)
{
	u32 i;

	for (i = 0; i < s->nr; i++) {
		if (!strncmp(s->entry[i].name, name, SNAPSHOT_NAME_MAX))
			return &s->entry[i];
	}
	return NULL;
}

static void warn_overwrite(const struct snapshot_store *s, const struct snapshot_entry *e)
{
	char shown[TEXT_ESCAPED_MAX(SNAPSHOT_NAME_MAX)];

	/* A guest may repeat itself for as long as it runs. */
	if (s->overwritten > SNAPSHOT_STORE_MAX)
		return;
	text_escape_line(shown, sizeof(shown), e->name, strlen(e->name));
	pr_warn("snapshot '%s' was taken before: the new one replaces it", shown);
}

int snapshot_store_take(struct snapshot_store *s, struct snapshot_entry *out)
{
	if (!s->nr)
		return -ENOENT;
	*out = s->entry[0];
	s->nr--;
	memmove(&s->entry[0], &s->entry[1], s->nr * sizeof(s->entry[0]));
	return 0;
}

static struct snapshot_entry *new_entry(struct snapshot_store *s, const char *name)
{
	struct snapshot_entry oldest, *e;

	if (s->nr >= s->max) {
		snapshot_store_take(s, &oldest);
		free(oldest.data);
		s->evicted++;
	}
	e = &s->entry[s->nr++];
	memset(e, 0, sizeof(*e));
	memcpy(e->name, name, strnlen(name, SNAPSHOT_NAME_MAX));
	return e;
}

int snapshot_store_put(struct snapshot_store *s, const char *name, void *data, size_t len,
		       const struct snapshot_meta *meta)
{
	struct snapshot_entry *e;

	if (!s->max) {
		free(data);
		return -EINVAL;
	}
	e = find(s, name);
	if (e) {
		s->overwritten++;
		warn_overwrite(s, e);
		free(e->data);
	} else {
		e = new_entry(s, name);
	}
	e->data = data;
	e->len = len;
	e->meta = *meta;
	return 0;
}

void snapshot_store_free(struct snapshot_store *s)
{
	struct snapshot_entry e;

	if (!s)
		return;
	while (!snapshot_store_take(s, &e))
		free(e.data);
	s->max = 0;
}
