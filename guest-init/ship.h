/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_SHIP_H
#define KTSTR_GUEST_SHIP_H

#include "lib/err.h"
#include "lib/wire.h"

/**
 * ship_tree() - send every regular file of a directory as WIRE_HFIL frames
 * @w: where they go
 * @dir: the directory; names in the frames are relative to it
 * @err: names the file that could not be sent, or NULL
 *
 * Directories that are empty, symlinks and special files are left out. Files
 * come in the order of their names.
 *
 * Return: 0, also for a directory that does not exist; -ENAMETOOLONG or -ELOOP
 * for one too deep; or the negative errno of opening, reading or writing.
 */
int ship_tree(struct wire_writer *w, const char *dir, struct ktstr_err *err);

#endif /* KTSTR_GUEST_SHIP_H */
