// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/util.h"
#include "result_files.h"
#include "stats_json.h"

static int cannot(const char *path, int code, struct ktstr_err *err)
{
	return ktstr_err_set(err, -code, "%.300s: %s", path, strerror(code));
}

static int read_file(struct stats_set *set, const char *path, struct ktstr_err *err)
{
	struct stats_run *run;
	size_t len;
	char *json;
	int ret;

	json = file_read(path, STATS_JSON_MAX, &len);
	if (!json)
		return cannot(path, errno, err);
	run = stats_set_add(set);
	ret = run ? stats_json_parse(run, path, json, len, err) : cannot(path, ENOMEM, err);
	free(json);
	return ret;
}

static int read_place(struct stats_set *set, const char *place, struct ktstr_err *err)
{
	struct strv files = { 0 };
	int ret = result_files_find(place, &files, err);
	size_t i;

	for (i = 0; i < files.nr && !ret; i++)
		ret = read_file(set, files.v[i], err);
	strv_free(&files);
	return ret;
}

int stats_read(struct stats_set *set, const char *places, struct ktstr_err *err)
{
	struct strv list = { 0 };
	struct stat st;
	size_t i;
	int ret = 0;

	/* a name may have the separator in it */
	if (stat(places, &st))
		strv_split(&list, places, ":");
	else
		strv_add(&list, places);
	if (list.failed)
		ret = cannot(places, ENOMEM, err);
	else if (!list.nr)
		ret = ktstr_err_set(err, -ENOENT, "'%.300s' names no directory", places);
	for (i = 0; i < list.nr && !ret; i++)
		ret = read_place(set, list.v[i], err);
	strv_free(&list);
	return ret;
}
