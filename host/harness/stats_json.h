/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_STATS_JSON_H
#define KTSTR_HOST_HARNESS_STATS_JSON_H

/*
 * The figures of a run out of the result.json it left. Made with json-c; a build
 * without it has the functions all the same, and refuses. One thread for each set.
 */
#include "host/harness/stats.h"

/* A longer text is refused. */
#define STATS_JSON_MAX (256U << 20)

/**
 * stats_json_parse() - read one result
 * @run: filled in, also with what was there before a failure: stats_set_free()
 * @path: of the file: for messages, and for the test's name when the result has none
 * @json: its text
 * @len: bytes
 * @err: names @path and says what is wrong with it, or NULL
 *
 * A figure the result lacks is left out; what is no figure counts as lacking.
 *
 * Return: 0, -EINVAL for what is no JSON or no result, -EFBIG above
 * STATS_JSON_MAX, -ENOMEM, or -EOPNOTSUPP when this build is without json-c.
 */
int stats_json_parse(struct stats_run *run, const char *path, const char *json, size_t len,
		     struct ktstr_err *err);

/**
 * stats_read() - read all results of one side
 * @set: grows; in the order of the files' names
 * @places: a directory with files *.result.json, in itself or in directories in
 *          it, or such a file; or several of them with ':' between
 * @err: names the file or directory, or NULL
 *
 * Return: 0; as result_files_find(); the negative errno of a file that cannot be
 * read; or as stats_json_parse(). Then @set may have some of the runs.
 */
int stats_read(struct stats_set *set, const char *places, struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_STATS_JSON_H */
