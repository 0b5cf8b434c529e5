// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/number.h"
#include "lib/util.h"
#include "run_watch.h"

static int check_name(const char *what, const char *name, struct ktstr_err *err)
{
	if (!*name)
		return ktstr_err_set(err, -EINVAL, "an empty %s", what);
	if (strlen(name) > WIRE_SNAP_TAG_MAX)
		return ktstr_err_set(err, -EINVAL, "%s '%.40s...' has more than %u characters",
				     what, name, WIRE_SNAP_TAG_MAX);
	return 0;
}

/* Operations run in the order given, so it is that of their times; equal ones stay in order. */
static void insert(struct run_watch *w, const struct ktstr_op *op)
{
	u32 at = w->nr++;

	while (at > w->watches && w->ops[at - 1].at_ms > op->at_ms) {
		w->ops[at] = w->ops[at - 1];
		at--;
	}
	w->ops[at] = *op;
}

int run_watch_symbol(struct run_watch *w, const char *symbol, struct ktstr_err *err)
{
	struct ktstr_op op = { .kind = SCENARIO_OP_WATCH, .name = symbol };
	int ret;

	if (w->watches == WATCH_USER_SLOTS)
		return ktstr_err_set(err, -EINVAL, "'%.40s' is one too many: at most %u symbols",
				     symbol, WATCH_USER_SLOTS);
	ret = check_name("symbol", symbol, err);
	if (ret)
		return ret;
	memmove(&w->ops[w->watches + 1], &w->ops[w->watches],
		(w->nr - w->watches) * sizeof(w->ops[0]));
	w->ops[w->watches++] = op;
	w->nr++;
	return 0;
}

static int parse_time(const char *text, u32 *ms, struct ktstr_err *err)
{
	if (*text && strspn(text, "0123456789") == strlen(text))
		return number_parse(text, 0, DURATION_MAX_MS, ms, err);
	return duration_parse(text, 0, ms, err);
}

int run_watch_snapshot(struct run_watch *w, const char *value, struct ktstr_err *err)
{
	struct ktstr_op op = { .kind = SCENARIO_OP_CAPTURE };
	const char *tag = strchr(value, ':');
	char when[32];
	int ret;

	if (w->nr - w->watches == KTSTR_SNAPSHOTS_MAX)
		return ktstr_err_set(err, -EINVAL, "'%.40s' is one too many: at most %u snapshots",
				     value, KTSTR_SNAPSHOTS_MAX);
	snprintf(when, sizeof(when), "%.*s", (int)(tag ? tag - value : strlen(value)), value);
	ret = parse_time(when, &op.at_ms, err);
	if (!ret && tag)
		ret = check_name("tag", tag + 1, err);
	if (ret)
		return ret;
	op.name = tag ? tag + 1 : w->tags[w->nr];
	if (!tag)
		snprintf(w->tags[w->nr], sizeof(w->tags[0]), "at_%ums", op.at_ms);
	insert(w, &op);
	return 0;
}
