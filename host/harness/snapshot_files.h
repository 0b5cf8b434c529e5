/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_SNAPSHOT_FILES_H
#define KTSTR_HOST_HARNESS_SNAPSHOT_FILES_H

#include "host/harness/ktstr.h"
#include "lib/err.h"

/**
 * snapshot_files_clean() - remove what earlier runs of a test left behind
 * @dirfd: the output directory
 * @test: name of the test, without '/'
 *
 * Dumps and snapshots, so that none is taken for this run's, and temporary
 * files of processes that are gone. Nothing else, and nothing below a
 * directory. What cannot be removed stays: writing will say so.
 */
void snapshot_files_clean(int dirfd, const char *test);

/**
 * snapshot_files_write() - leave a run's snapshots in its output directory
 * @dirfd: the output directory
 * @dir: its path, for messages and for the result
 * @test: name of the test, without '/'
 * @res: its snapshots are written and get their path, and dump_path is set
 * @err: names the first file that could not be written, or NULL
 *
 * TEST.failure-dump.json, and TEST.snapshot.TAG.json for everything with a tag,
 * of which only harmless characters remain; of several that come to the same
 * name the later ones get a number. Every file is tried.
 *
 * Return: 0, or the negative errno of the first failure.
 */
int snapshot_files_write(int dirfd, const char *dir, const char *test, struct ktstr_result *res,
			 struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_SNAPSHOT_FILES_H */
