/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_WIRE_OUTPUT_H
#define KTSTR_LIB_WIRE_OUTPUT_H

/*
 * A program the guest was told to run, as it reports it: one start, what the
 * program wrote to its standard output in pieces, one end. Programs run one
 * after the other, and so do their frames.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "lib/wire.h"

/* What the programs of one run may write together; more is cut, and said. */
#define WIRE_OUTPUT_MAX (32U << 20)
/* One piece. */
#define WIRE_OUTPUT_PIECE_MAX BIT(20)
/* A name for the output, without a NUL. */
#define WIRE_OUTPUT_TAG_MAX 64
/* Why it ended as it did, without a NUL. */
#define WIRE_OUTPUT_REASON_MAX 511

/**
 * enum wire_rout_kind - which of the three
 * @WIRE_ROUT_START: the name of the output follows, 1..WIRE_OUTPUT_TAG_MAX bytes
 * @WIRE_ROUT_DATA: bytes of the program's output follow, at least one and
 *                  WIRE_OUTPUT_PIECE_MAX at most
 * @WIRE_ROUT_END: struct wire_rout_end follows
 */
enum wire_rout_kind {
	WIRE_ROUT_START = 1,
	WIRE_ROUT_DATA,
	WIRE_ROUT_END,
};

/**
 * struct wire_rout - WIRE_ROUT: what @kind says follows
 * @id: of the program, counted from 1
 * @kind: enum wire_rout_kind
 */
struct wire_rout {
	__le32 id;
	__le32 kind;
} __packed;
static_assert(sizeof(struct wire_rout) == 8);

/**
 * enum wire_run_end - how a program ended
 * @WIRE_RUN_EXITED: by itself; the code is its exit status
 * @WIRE_RUN_SIGNALED: by a signal that nobody here sent; the code is its number
 * @WIRE_RUN_TIMED_OUT: it was killed, because its time was over
 * @WIRE_RUN_CANCELLED: it was killed, because the scenario ended before it did
 * @WIRE_RUN_NOT_STARTED: it could not be executed; the code is the errno
 * @WIRE_RUN_NR: one more than the last
 */
enum wire_run_end {
	WIRE_RUN_EXITED = 1,
	WIRE_RUN_SIGNALED,
	WIRE_RUN_TIMED_OUT,
	WIRE_RUN_CANCELLED,
	WIRE_RUN_NOT_STARTED,
	WIRE_RUN_NR,
};

/**
 * wire_run_end_name() - an end as one lower-case word
 * @end: any value; an unknown one gives "unknown"
 */
const char *wire_run_end_name(u32 end);

/**
 * struct wire_rout_end - behind struct wire_rout; the reason follows, UTF-8 up
 *                        to the end of the payload, WIRE_OUTPUT_REASON_MAX bytes
 *                        at most
 * @end: enum wire_run_end
 * @code: exit status, signal or errno, as @end says; else 0
 * @bytes: the program wrote; more than came when it was cut
 * @elapsed_ns: from its start to its end
 */
struct wire_rout_end {
	__le32 end;
	__le32 code;
	__le64 bytes;
	__le64 elapsed_ns;
} __packed;
static_assert(sizeof(struct wire_rout_end) == 24);

/**
 * struct rout_view - a WIRE_ROUT frame, decoded
 * @id: of the program
 * @kind: enum wire_rout_kind
 * @data: tag, piece or reason, not NUL-terminated; points into the payload
 * @len: bytes of it
 * @end: WIRE_ROUT_END: enum wire_run_end
 * @code: WIRE_ROUT_END: as in struct wire_rout_end
 * @bytes: WIRE_ROUT_END: likewise
 * @elapsed_ns: WIRE_ROUT_END: likewise
 */
struct rout_view {
	u32 id;
	u32 kind;
	const void *data;
	size_t len;
	u32 end;
	u32 code;
	u64 bytes;
	u64 elapsed_ns;
};

/**
 * wire_rout_decode() - check a WIRE_ROUT payload and read it
 * @payload: the bytes
 * @len: how many
 * @v: filled in on success; points into @payload
 *
 * Return: 0, or -EBADMSG when the id is 0, a kind or an end does not exist, or
 * what follows has not the length it must have.
 */
int wire_rout_decode(const void *payload, size_t len, struct rout_view *v);

/**
 * wire_rout_send_end() - write a WIRE_ROUT_END
 * @w: where to; any thread
 * @v: the end; @v->data is its reason, cut to WIRE_OUTPUT_REASON_MAX
 *
 * Return: as wire_writer_send().
 */
int wire_rout_send_end(struct wire_writer *w, const struct rout_view *v);

#endif /* KTSTR_LIB_WIRE_OUTPUT_H */
