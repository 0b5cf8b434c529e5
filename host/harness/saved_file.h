/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_SAVED_FILE_H
#define KTSTR_HOST_HARNESS_SAVED_FILE_H

/*
 * A large file that is written by somebody else, or in pieces, and shows under
 * its name only when it is whole.
 */
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"

/**
 * struct saved_file - such a file
 * @path: its name, borrowed; NULL = there is none
 * @temp: what it is called meanwhile, beside @path; malloc()ed
 * @fd: open for reading and writing, or -1
 *
 * One thread.
 */
struct saved_file {
	const char *path;
	char *temp;
	int fd;
};

/**
 * saved_file_open() - begin
 * @f: filled in, also after an error
 * @path: its name, in a directory that exists; must outlive @f. NULL = none is
 *        wanted, and nothing is done
 * @err: names it and what is wrong, or NULL
 *
 * Only its owner can read it: guest memory is nobody else's business. A file of
 * that name stays as it is until saved_file_commit().
 *
 * Return: 0, -EISDIR for a directory, or the negative errno of open(2).
 */
int saved_file_open(struct saved_file *f, const char *path, struct ktstr_err *err);

/**
 * saved_file_piece() - take the payload of a WIRE_HSAV frame
 * @f: open
 * @payload: struct wire_hsav and data, from somebody who is not trusted
 * @len: bytes
 * @err: names the file and what is wrong, or NULL
 *
 * The last piece gives the file its size and its name.
 *
 * Return: 0; -EBADMSG for a malformed payload or one that nobody has asked for;
 * or the negative errno of writing. After a failure the file is gone.
 */
int saved_file_piece(struct saved_file *f, const void *payload, size_t len, struct ktstr_err *err);

/**
 * saved_file_commit() - it is whole: give it its name
 * @f: open; closed afterwards
 * @err: names it, or NULL
 *
 * Return: 0 or negative errno; then the file is gone.
 */
int saved_file_commit(struct saved_file *f, struct ktstr_err *err);

/**
 * saved_file_drop() - forget it; takes a zeroed or closed one
 * @f: what there is of it is removed
 */
void saved_file_drop(struct saved_file *f);

#endif /* KTSTR_HOST_HARNESS_SAVED_FILE_H */
