/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_REPLY_H
#define KTSTR_HOST_COORD_REPLY_H

/*
 * What the host answers the guest: one whole frame, made in one buffer and
 * handed to the console in one call, so that no reply is ever torn. A guest
 * that does not read loses whole replies once VIRTIO_CONSOLE_PENDING_MAX bytes
 * wait for it, and its request runs into the guest's own deadline.
 */
#include <stddef.h>
#include <linux/types.h>

#include "lib/wire.h"

struct virtio_console;

#define REPLY_SNAPSHOT_LEN (WIRE_HDR_SIZE + sizeof(struct wire_snrp))

/**
 * struct reply_stats - what became of replies
 * @sent: handed to the console
 * @dropped: lost whole, for want of room or memory
 */
struct reply_stats {
	u64 sent;
	u64 dropped;
};

/**
 * reply_frame_snapshot() - a WIRE_SNRP frame
 * @frame: filled in, REPLY_SNAPSHOT_LEN bytes
 * @id: of the request
 * @status: enum wire_snap_status
 * @reason: NUL-terminated, cut to 511 bytes; NULL counts as ""
 */
void reply_frame_snapshot(u8 frame[REPLY_SNAPSHOT_LEN], u32 id, u32 status, const char *reason);

/**
 * reply_frame_kernel_op() - a WIRE_KORP frame
 * @payload: encoded, see lib/wire_ops.h
 * @len: bytes of it
 * @frame: set to the frame; the caller frees it
 * @frame_len: bytes of it
 *
 * Return: 0, -EMSGSIZE above WIRE_KORP_MAX, or -ENOMEM.
 */
int reply_frame_kernel_op(const void *payload, size_t len, u8 **frame, size_t *frame_len);

/**
 * reply_send() - hand a frame to the guest
 * @vc: the console
 * @frame: a whole frame
 * @len: bytes of it
 * @st: counted in; the caller's thread's
 *
 * Return: 0, or -ENOBUFS: dropped whole.
 */
int reply_send(struct virtio_console *vc, const u8 *frame, size_t len, struct reply_stats *st);

/**
 * reply_snapshot() - answer a snapshot or observer request
 * @vc: the console
 * @id: of the request
 * @status: enum wire_snap_status
 * @reason: as in reply_frame_snapshot()
 * @st: counted in
 *
 * Return: as reply_send().
 */
int reply_snapshot(struct virtio_console *vc, u32 id, u32 status, const char *reason,
		   struct reply_stats *st);

/**
 * reply_kernel_op() - answer a kernel operation
 * @vc: the console
 * @payload: encoded
 * @len: bytes of it
 * @st: counted in
 *
 * Return: as reply_frame_kernel_op() and reply_send().
 */
int reply_kernel_op(struct virtio_console *vc, const void *payload, size_t len,
		    struct reply_stats *st);

#endif /* KTSTR_HOST_COORD_REPLY_H */
