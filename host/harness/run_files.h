/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_RUN_FILES_H
#define KTSTR_HOST_HARNESS_RUN_FILES_H

#include "host/harness/ktstr.h"
#include "lib/err.h"

/**
 * run_files_write() - leave a run's texts in its output directory
 * @test: its name and directory; the directory is created when it is missing.
 *        Without one it is that of out_dir.h, where the name is made unique; without
 *        that nothing is written
 * @res: the result; artifact_dir, dump_path and the snapshots' paths are set
 * @err: names the file and what went wrong, or NULL
 *
 * NAME.report.txt for people, NAME.result.json for programs, NAME.console.txt
 * and NAME.sched.txt as they were captured, made printable, and the snapshots
 * (snapshot_files.h), of which an earlier run's are removed first. Each is written
 * beside its name and renamed, so that a name never shows a torn file.
 *
 * Return: 0, or the negative errno of the file system.
 */
int run_files_write(const struct ktstr_test *test, struct ktstr_result *res, struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_RUN_FILES_H */
