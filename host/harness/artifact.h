/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARTIFACT_H
#define KTSTR_HOST_ARTIFACT_H

#include <limits.h>
#include "host/harness/strv.h"
#include "lib/err.h"
#include "lib/util.h"

/* Caps on what one run may leave behind. */
#define ARTIFACT_FILES_MAX 65536
#define ARTIFACT_BYTES_MAX (16ULL << 30)
#define ARTIFACT_DEPTH_MAX 32

/**
 * struct artifact_sink - writes files that arrive in pieces below a directory
 * @dirfd: the directory; -1 when closed
 * @parent: directory of the file being written, or -1
 * @fd: the file being written, under a temporary name, or -1
 * @name: its final name inside @parent
 * @temp: its temporary name
 * @path: what the sender called it
 * @files: files begun
 * @bytes: bytes written
 * @session: the results of an earlier session go when the first file comes
 *           (out_dir.h): name of this one, or NULL
 * @tests: tests of which a file came; dumps of their earlier runs are gone
 *
 * The sender is not trusted: no component of a path may lead out of the
 * directory, through "..", a symlink or otherwise, and a file shows under its
 * name only when it is complete. One thread at a time.
 */
struct artifact_sink {
	int dirfd;
	int parent;
	int fd;
	char name[NAME_MAX + 1];
	char temp[32];
	char path[PATH_MAX];
	u32 files;
	u64 bytes;
	const char *session;
	struct strv tests;
};

/**
 * artifact_open() - take a directory
 * @s: the sink
 * @dir: the directory, made when it is missing; NULL refuses every file
 * @err: why, or NULL
 *
 * Removes temporary files in it that a sink of a killed process left.
 *
 * Return: 0, or the negative errno of mkdir(2) or open(2).
 */
int artifact_open(struct artifact_sink *s, const char *dir, struct ktstr_err *err);

/**
 * artifact_piece() - take the payload of a WIRE_HFIL frame
 * @s: the sink
 * @payload: struct wire_hfil, the path, the bytes
 * @len: its size
 * @err: why, naming the path, or NULL
 *
 * The first file "TEST.*" of a test removes that test's dumps of earlier runs, as
 * the run itself would do (host/harness/snapshot_files.h): it wrote elsewhere.
 *
 * Return: 0; -EBADMSG for a malformed payload, a path that is not relative and
 * clean, or pieces out of order; -EFBIG above one of the caps; or the negative
 * errno of the file system (-ENOTDIR, -ELOOP for a symlink in the way). After a
 * failure the file in progress is gone.
 */
int artifact_piece(struct artifact_sink *s, const void *payload, size_t len, struct ktstr_err *err);

/**
 * artifact_close() - close the directory and drop an unfinished file
 * @s: the sink
 */
void artifact_close(struct artifact_sink *s);

#endif /* KTSTR_HOST_ARTIFACT_H */
