/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_RUNLOG_H
#define KTSTR_HOST_COORD_RUNLOG_H

#include <stddef.h>
#include <linux/types.h>

#include "lib/wire.h"

/* The guest's frames end here; what comes later is counted and voids the verdict. */
#define RUNLOG_MAX (64UL << 20)

/**
 * struct runlog - what the supervisor is going to read
 * @fd: a file, the caller's
 * @bytes: of guest frames written so far
 * @dropped: guest frames that found no room or could not be written
 *
 * One thread.
 */
struct runlog {
	int fd;
	u64 bytes;
	u64 dropped;
};

/**
 * runlog_frame() - keep a guest's frame, wrapped as WIRE_GFRM
 * @log: the log
 * @f: the frame
 * @t_ns: now, since the start of the run
 */
void runlog_frame(struct runlog *log, const struct wire_frame *f, u64 t_ns);

/**
 * runlog_own() - write a frame of the VMM's own
 * @log: the log; its bound is for guest frames only
 * @type: WIRE_VMMR, WIRE_CONS or WIRE_COM2
 * @payload: the bytes
 * @len: how many
 *
 * Return: 0 or negative errno of the write.
 */
int runlog_own(struct runlog *log, u32 type, const void *payload, size_t len);

#endif /* KTSTR_HOST_COORD_RUNLOG_H */
