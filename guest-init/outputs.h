/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_OUTPUTS_H
#define KTSTR_GUEST_OUTPUTS_H

/*
 * What goes to the host as WIRE_ROUT frames: a start, pieces and an end for each
 * output, one output after the other.
 */
#include <stdbool.h>

#include "lib/wire_output.h"

/**
 * struct outputs - the stream of them
 * @writer: where frames go, borrowed
 * @id: of the output that is open, or was the last, counted from 1; 0 = none yet
 * @open: one has begun and not ended: no other may begin
 * @sent: bytes of all outputs; WIRE_OUTPUT_MAX at most
 * @error: first negative errno of the writer
 *
 * One thread, that of PID 1.
 */
struct outputs {
	struct wire_writer *writer;
	u32 id;
	bool open;
	u64 sent;
	int error;
};

/**
 * outputs_init() - none yet
 * @o: the object, uninitialised
 * @writer: must outlive @o
 */
void outputs_init(struct outputs *o, struct wire_writer *writer);

/**
 * outputs_start() - begin one
 * @o: the object, nothing open
 * @tag: its name; what is above WIRE_OUTPUT_TAG_MAX bytes is cut
 */
void outputs_start(struct outputs *o, const char *tag);

/**
 * outputs_data() - a piece of it
 * @o: the object
 * @frame: the piece, behind room for a struct wire_rout, which is filled in
 * @len: bytes of the piece, WIRE_OUTPUT_PIECE_MAX at most
 *
 * What is above WIRE_OUTPUT_MAX in all is not sent: the end's count says so.
 */
void outputs_data(struct outputs *o, void *frame, size_t len);

/**
 * outputs_end() - end it
 * @o: the object
 * @end: how; its id and kind are filled in
 */
void outputs_end(struct outputs *o, struct rout_view *end);

#endif /* KTSTR_GUEST_OUTPUTS_H */
