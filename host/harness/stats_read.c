// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/util.h"
#include "stats_json.h"

#define SUFFIX ".result.json"

static int cannot(const char *path, int code, struct ktstr_err *err)
{
	return ktstr_err_set(err, -code, "%.300s: %s", path, strerror(code));
}

static bool is_result(const char *name)
{
	size_t len = strlen(name), cut = strlen(SUFFIX);

	return len > cut && name[0] != '.' && !strcmp(name + len - cut, SUFFIX);
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* What is in a directory: results, and with @below those one further down. */
static int find_in(const char *dir, bool below, struct strv *files, struct ktstr_err *err)
{
	struct dirent *e;
	DIR *d = opendir(dir);
	int ret = 0;

	if (!d)
		return cannot(dir, errno, err);
	while (!ret && (e = readdir(d))) {
		char *path;

		if (e->d_name[0] == '.')
			continue;
		if (asprintf(&path, "%s/%s", dir, e->d_name) < 0) {
			ret = cannot(dir, ENOMEM, err);
			break;
		}
		if (is_dir(path)) {
			if (below)
				ret = find_in(path, false, files, err);
		} else if (is_result(e->d_name)) {
			strv_add(files, path);
		}
		free(path);
		if (!ret && files->nr > STATS_FILES_MAX)
			ret = ktstr_err_set(err, -E2BIG, "%.300s: more than %u results", dir,
					    STATS_FILES_MAX);
	}
	closedir(d);
	return ret;
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
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
	size_t i;
	int ret = 0;

	if (is_dir(place))
		ret = find_in(place, true, &files, err);
	else
		strv_add(&files, place);
	if (!ret && files.failed)
		ret = cannot(place, ENOMEM, err);
	if (!ret && !files.nr)
		ret = ktstr_err_set(err, -ENOENT,
				    "%.300s: no *.result.json in it, nor one directory down; 'ktstr run --out DIR' leaves one",
				    place);
	if (files.nr)
		qsort(files.v, files.nr, sizeof(*files.v), by_text);
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
