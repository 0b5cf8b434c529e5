/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_RESULT_FILES_H
#define KTSTR_HOST_HARNESS_RESULT_FILES_H

#include "host/harness/strv.h"
#include "lib/err.h"

#define RESULT_SUFFIX ".result.json"
/* More in one place are refused. */
#define RESULT_FILES_MAX 65536

/**
 * result_files_find() - results that runs left in a directory
 * @place: a directory with files *.result.json, in itself or in directories in it;
 *         or such a file
 * @files: grows: their paths, in the order of their names
 * @err: names the directory, or NULL
 *
 * Files whose names begin with a dot are no results.
 *
 * Return: 0; -ENOENT without a single one; -E2BIG above RESULT_FILES_MAX; -ENOMEM;
 * or the negative errno of opendir(3).
 */
int result_files_find(const char *place, struct strv *files, struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_RESULT_FILES_H */
