// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "result_files.h"

static int cannot(const char *path, int code, struct ktstr_err *err)
{
	return ktstr_err_set(err, -code, "%.300s: %s", path, strerror(code));
}

static bool is_result(const char *name)
{
	size_t len = strlen(name), cut = strlen(RESULT_SUFFIX);

	return len > cut && !strcmp(name + len - cut, RESULT_SUFFIX);
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

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
		if (!ret && files->nr > RESULT_FILES_MAX)
			ret = ktstr_err_set(err, -E2BIG, "%.300s: more than %u results", dir,
					    RESULT_FILES_MAX);
	}
	closedir(d);
	return ret;
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

int result_files_find(const char *place, struct strv *files, struct ktstr_err *err)
{
	size_t before = files->nr;
	int ret = 0;

	if (is_dir(place))
		ret = find_in(place, true, files, err);
	else
		strv_add(files, place);
	if (!ret && files->failed)
		ret = cannot(place, ENOMEM, err);
	if (!ret && files->nr == before)
		ret = ktstr_err_set(err, -ENOENT,
				    "%.300s: no *" RESULT_SUFFIX
				    " in it, nor one directory down; 'ktstr run --out DIR' leaves one",
				    place);
	if (!ret)
		qsort(files->v + before, files->nr - before, sizeof(*files->v), by_text);
	return ret;
}
