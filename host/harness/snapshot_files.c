// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/coord/snapshot_path.h"
#include "host/harness/dir.h"
#include "host/harness/snapshot_files.h"
#include "lib/util.h"

static bool ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), n = strlen(end);

	return len >= n && !strcmp(name + len - n, end);
}

static bool starts_with(const char *name, const char *start)
{
	return !strncmp(name, start, strlen(start));
}

/* What file_replace() leaves when it is killed: "NAME.PID.tmp". */
static bool is_stale_temp(const char *name)
{
	const char *end = name + strlen(name) - strlen(".tmp"), *p = end;
	char *rest;
	long pid;

	if (!ends_in(name, ".tmp"))
		return false;
	while (p > name && isdigit((unsigned char)p[-1]))
		p--;
	if (p == end || p == name || p[-1] != '.')
		return false;
	errno = 0;
	pid = strtol(p, &rest, 10);
	if (errno || rest != end || pid <= 0 || pid > INT_MAX)
		return false;
	/* our own number can only be an earlier process's: we write later */
	return pid == getpid() || (kill(pid, 0) && errno == ESRCH);
}

/* @rest: the name behind "TEST." */
static bool is_dump(const char *rest)
{
	return (starts_with(rest, "failure-dump.") || starts_with(rest, "snapshot.")) &&
	       ends_in(rest, ".json");
}

static bool is_left(const char *name, const void *ctx)
{
	const char *test = ctx;
	size_t len = strlen(test);

	if (strncmp(name, test, len) || name[len] != '.')
		return false;
	return is_dump(name + len + 1) || is_stale_temp(name);
}

void snapshot_files_clean(int dirfd, const char *test)
{
	dir_remove(dirfd, is_left, test);
}

static bool is_failure(const struct ktstr_snapshot *s)
{
	return !s->v.tag[0] && (s->v.kind == WIRE_DUMP_FAILURE || s->v.kind == WIRE_DUMP_FALLBACK);
}

/* @nr: 1 for the plain name, then the number behind the tag */
static void file_name(const struct ktstr_snapshot *s, const char *test, unsigned int nr,
		      char name[NAME_MAX + 1])
{
	char base[PATH_MAX], tag[sizeof(s->v.tag) + 16];

	if (nr > 1)
		snprintf(tag, sizeof(tag), "%s.%u", s->v.tag, nr);
	else
		snprintf(tag, sizeof(tag), "%s", s->v.tag);
	if (!is_failure(s)) {
		snprintf(base, sizeof(base), "%s.failure-dump.json", test);
		snapshot_file_name(base, tag, strlen(tag), name);
		return;
	}
	/* a name that was cut would be another test's: the open refuses the whole one */
	if (nr > 1)
		snprintf(name, NAME_MAX + 1, "%s.failure-dump.%u.json", test, nr);
	else
		snprintf(name, NAME_MAX + 1, "%s.failure-dump.json", test);
}

static bool is_taken(const struct ktstr_result *res, size_t before, const char *name)
{
	size_t i;

	for (i = 0; i < before; i++) {
		const char *path = res->snapshots[i].path;

		if (path && !strcmp(strrchr(path, '/') + 1, name))
			return true;
	}
	return false;
}

static int write_one(int dirfd, const char *dir, const char *test, struct ktstr_result *res,
		     size_t i, struct ktstr_err *err)
{
	struct ktstr_snapshot *s = &res->snapshots[i];
	char name[NAME_MAX + 1];
	unsigned int nr = 1;
	int ret;

	do
		file_name(s, test, nr++, name);
	while (is_taken(res, i, name));
	ret = file_replace(dirfd, name, s->json, s->v.json_len);
	if (ret)
		return ktstr_err_set(err, ret, "%s/%s: %s", dir, name, strerror(-ret));
	if (asprintf(&s->path, "%s/%s", dir, name) < 0) {
		s->path = NULL;
		return ktstr_err_set(err, -ENOMEM, "out of memory for the path of %s", name);
	}
	if (is_failure(s) && !res->dump_path)
		res->dump_path = strdup(s->path);
	return 0;
}

int snapshot_files_write(int dirfd, const char *dir, const char *test, struct ktstr_result *res,
			 struct ktstr_err *err)
{
	int first = 0, ret;
	size_t i;

	for (i = 0; i < res->nr_snapshots; i++) {
		ret = write_one(dirfd, dir, test, res, i, first ? NULL : err);
		if (!first)
			first = ret;
	}
	return first;
}
