/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_FORWARD_H
#define KTSTR_GUEST_FORWARD_H

#include "lib/err.h"
#include "lib/util.h"
#include "lib/wire.h"

/* One frame per read, of at most this much. */
#define FORWARD_CHUNK 4096
/* A program that never stops talking must not keep us: a full pipe's worth. */
#define FORWARD_BURST 16

/**
 * struct forward - a pipe whose bytes travel to the host as frames
 * @fd: the non-blocking read end; -1 before and after
 * @tag: enum wire_tag of the frames
 * @writer: where they go; borrowed
 * @error: first negative errno of the writer; from then on bytes are
 *         read and dropped, so that the program behind the pipe never blocks
 * @tail: the last bytes that went by, oldest first
 * @tail_len: how many of them
 *
 * One thread.
 */
struct forward {
	int fd;
	u32 tag;
	struct wire_writer *writer;
	int error;
	char tail[512];
	size_t tail_len;
};

/**
 * forward_open() - make the pipe
 * @f: the object, uninitialised
 * @tag: enum wire_tag of the frames
 * @writer: where they go; must outlive @f
 * @err: why, or NULL
 *
 * Return: the write end (close-on-exec), to be handed to a child and
 * closed by the caller; or the negative errno of pipe2(2), leaving @f closed.
 */
int forward_open(struct forward *f, u32 tag, struct wire_writer *writer, struct ktstr_err *err);

/**
 * forward_pump() - ship what the pipe holds right now
 * @f: an open object; a closed one is ignored
 *
 * Reads FORWARD_BURST chunks at most. Closes the pipe at its end.
 */
void forward_pump(struct forward *f);

/**
 * forward_text() - ship a text of our own in the same stream
 * @f: the object, open or closed
 * @text: NUL-terminated
 */
void forward_text(struct forward *f, const char *text);

/**
 * forward_tail() - the last lines that went by, in one line
 * @f: the object
 * @buf: filled with printable ASCII,
 *       a "|" for each line end
 * @len: size of @buf
 *
 * Return: @buf, or the constant "(no output)" when nothing ever came.
 */
const char *forward_tail(const struct forward *f, char *buf, size_t len);

/**
 * forward_close() - ship the rest and close
 * @f: the object; a closed one is ignored
 */
void forward_close(struct forward *f);

#endif /* KTSTR_GUEST_FORWARD_H */
