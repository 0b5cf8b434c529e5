/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_SNAPSHOT_PATH_H
#define KTSTR_HOST_COORD_SNAPSHOT_PATH_H

/*
 * File names of snapshots. A tag is the guest's: what is not a letter, a
 * digit, '.', '_' or '-' becomes '_', byte by byte, so no tag leaves the
 * directory or means anything to a shell. Pure functions, any thread.
 */
#include <limits.h>
#include <stddef.h>

/**
 * snapshot_tagged_path() - a snapshot's path beside the failure dump's
 * @base: path of the failure dump, "DIR/STEM.failure-dump.EXT"
 * @tag: the tag, may hold any byte
 * @tag_len: bytes of it
 * @path: set to "DIR/STEM.snapshot.TAG.EXT"
 * @room: bytes of @path
 *
 * Only ".failure-dump" at the end of the stem is taken off, once. A base
 * without extension gives none, one without a stem (or a hidden file) gives
 * the stem "dump".
 *
 * Return: 0, or -ENAMETOOLONG: @path is "" then.
 */
int snapshot_tagged_path(const char *base, const char *tag, size_t tag_len, char *path,
			 size_t room);

/**
 * snapshot_file_name() - the same as a name that every file system takes
 * @base: path or name of the failure dump; its directory is left out
 * @tag: the tag, may hold any byte; an empty one counts as "_"
 * @tag_len: bytes of it
 * @name: filled in
 *
 * For openat() and file_replace() with the output directory's descriptor:
 * never empty, ".", "..", or longer than NAME_MAX, and without '/'. What is
 * too long is cut at the end of the stem first, then of the tag; an overlong
 * extension is left out.
 *
 * Return: @name.
 */
const char *snapshot_file_name(const char *base, const char *tag, size_t tag_len,
			       char name[NAME_MAX + 1]);

#endif /* KTSTR_HOST_COORD_SNAPSHOT_PATH_H */
