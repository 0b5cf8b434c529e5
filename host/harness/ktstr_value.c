// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "host/inspect/value.h"
#include "host/inspect/value_parse.h"
#include "ktstr.h"
#include "ktstr_value.h"

const struct value *ktstr_value_get(const struct value *v, const char *path, struct ktstr_err *err)
{
	if (v)
		return value_get(v, path, err);
	errno = -ktstr_err_set(err, -ENOENT, "no value to look for \"%s\" in", path);
	return NULL;
}

const struct value *ktstr_snapshot_value(const struct ktstr_snapshot *s, const char *path,
					 struct ktstr_err *err)
{
	if (!s || !s->tree) {
		errno = -ktstr_err_set(err, -ENOENT, "no such snapshot in this result");
		return NULL;
	}
	if (!*s->tree)
		*s->tree = value_parse(s->json, s->v.json_len, err);
	if (!*s->tree)
		return NULL;
	if (!path || !*path)
		return vtree_root(*s->tree);
	return value_get(vtree_root(*s->tree), path, err);
}

int ktstr_snapshot_u64(const struct ktstr_snapshot *s, const char *path, u64 *out,
		       struct ktstr_err *err)
{
	const struct value *v = ktstr_snapshot_value(s, path, err);

	if (!v)
		return -errno;
	if (!value_u64(v, out))
		return ktstr_err_set(err, -EINVAL, "\"%s\" is no number", path);
	return 0;
}

const char *ktstr_snapshot_text(const struct ktstr_snapshot *s, const char *path,
				struct ktstr_err *err)
{
	const struct value *v = ktstr_snapshot_value(s, path, err);
	const char *text = value_text(v);

	if (v && !text)
		errno = -ktstr_err_set(err, -EINVAL, "\"%s\" is no text", path);
	return text;
}
