/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_SHIP_H
#define KTSTR_GUEST_SHIP_H

#include "lib/err.h"
#include "lib/wire.h"

/**
 * ship_tree() - send every regular file of a directory as WIRE_HFIL frames
 * @w: where they go
 * @dir: the directory; names in the frames are relative to it
 * @but: a file that is left out, if it is among them; or NULL
 * @err: names the file that could not be sent, or NULL
 *
 * Directories that are empty, symlinks and special files are left out. Files
 * come in the order of their names.
 *
 * Return: 0, also for a directory that does not exist; -ENAMETOOLONG or -ELOOP
 * for one too deep; or the negative errno of opening, reading or writing.
 */
int ship_tree(struct wire_writer *w, const char *dir, const char *but, struct ktstr_err *err);

/**
 * ship_saved() - send one file as WIRE_HSAV frames, without its holes
 * @w: where they go
 * @path: the file
 * @err: names it when it could not be sent, or NULL
 *
 * Return: 0, also for a file that does not exist or is none; or the negative
 * errno of opening, reading or writing.
 */
int ship_saved(struct wire_writer *w, const char *path, struct ktstr_err *err);

#endif /* KTSTR_GUEST_SHIP_H */
