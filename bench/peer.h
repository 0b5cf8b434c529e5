/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_BENCH_PEER_H
#define KTSTR_BENCH_PEER_H

#include "host/harness/strv.h"
#include "lib/err.h"

/* Archive of what QEMU needs, beside the program that starts it. */
#define PEER_ARCHIVE "peer.cpio"

/**
 * struct peer - the QEMU that is measured: the one that discover_qemu() finds
 * @path: what was found: a program, or the wrapper that scripts/setup makes
 * @program: the program itself
 * @loader: the ld.so of its own that it runs with, or NULL
 * @lib_path: where that one looks for libraries, or NULL
 * @data: directories of its firmware; empty = those it knows by itself
 */
struct peer {
	char *path;
	char *program;
	char *loader;
	char *lib_path;
	struct strv data;
};

/**
 * peer_find() - find QEMU
 * @p: filled in, also after a failure: peer_free() it
 * @err: names what is missing, or NULL
 *
 * Return: 0 or negative errno.
 */
int peer_find(struct peer *p, struct ktstr_err *err);

/**
 * peer_command() - the beginning of QEMU's command line
 * @p: the peer
 * @argv: program and arguments are appended
 *
 * The wrapper does the same, but an emulated host has no shell.
 */
void peer_command(const struct peer *p, struct strv *argv);

/**
 * peer_free() - forget it; takes a zeroed one
 * @p: the peer
 */
void peer_free(struct peer *p);

/**
 * peer_pack() - write an archive of everything QEMU needs, at its own paths
 * @file: where to
 * @err: what is missing or could not be written, or NULL
 *
 * Changes LD_LIBRARY_PATH of the calling process.
 *
 * Return: 0 or negative errno.
 */
int peer_pack(const char *file, struct ktstr_err *err);

/**
 * peer_unpack() - put the files of an archive where they belong
 * @file: from peer_pack()
 * @err: the file that could not be read or written, or NULL
 *
 * Files that exist stay as they are: running programs may have them mapped.
 *
 * Return: 0 or negative errno.
 */
int peer_unpack(const char *file, struct ktstr_err *err);

#endif /* KTSTR_BENCH_PEER_H */
