/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_DEVICES_VIRTQUEUE_H
#define KTSTR_HOST_VMM_DEVICES_VIRTQUEUE_H

/*
 * The device's side of a split virtqueue (virtio 1.2, 2.7) over guest memory
 * whose owner may be broken or hostile: every ring field is read once, checked
 * as a copy, and used from the copy.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>
#include <linux/types.h>
#include <linux/virtio_ring.h>

#include "host/vmm/gmem.h"

/* Most descriptors a queue of ours can have; a power of two. */
#define VIRTQUEUE_SIZE_MAX 256

/**
 * enum vq_error - what a driver did wrong with a queue
 * @VQ_OK: nothing
 * @VQ_QUEUE_SIZE: a size that is 0, no power of two, or above the maximum
 * @VQ_RING_ALIGN: a ring address is not aligned as 2.7 demands
 * @VQ_RING_ADDR: a ring does not lie in guest RAM as a whole
 * @VQ_AVAIL_JUMP: avail->idx ran more than a queue size ahead
 * @VQ_AVAIL_REWIND: avail->idx went backwards
 * @VQ_HEAD_RANGE: an avail ring entry names a descriptor that does not exist
 * @VQ_NEXT_RANGE: a descriptor's next does
 * @VQ_DUP_HEAD: a chain was made available again before it was used
 * @VQ_CHAIN_LOOP: a chain visits more descriptors than its table has
 * @VQ_CHAIN_LONG: a chain has more descriptors than the queue
 * @VQ_CHAIN_BYTES: a chain describes more than 2^32 bytes
 * @VQ_BAD_ORDER: a device-readable descriptor after a device-writable one
 * @VQ_INDIRECT_OFF: an indirect descriptor although not negotiated
 * @VQ_INDIRECT_NESTED: an indirect descriptor inside of an indirect table
 * @VQ_INDIRECT_NEXT: INDIRECT and NEXT in one descriptor
 * @VQ_INDIRECT_EMPTY: an indirect table of 0 bytes
 * @VQ_INDIRECT_SIZE: an indirect table that is no whole number of descriptors
 * @VQ_INDIRECT_LONG: an indirect table with more entries than the queue
 * @VQ_INDIRECT_ADDR: an indirect table outside of guest RAM
 * @VQ_OUT_WRITABLE: a device-writable buffer in a driver-to-device queue
 * @VQ_IN_READABLE: a device-readable buffer in a device-to-driver queue
 * @VQ_ERROR_NR: how many there are
 *
 * Buffers outside of guest RAM are not in this list: they spoil their own
 * chain (&vq_chain.fault), not the queue.
 */
enum vq_error {
	VQ_OK,
	VQ_QUEUE_SIZE,
	VQ_RING_ALIGN,
	VQ_RING_ADDR,
	VQ_AVAIL_JUMP,
	VQ_AVAIL_REWIND,
	VQ_HEAD_RANGE,
	VQ_NEXT_RANGE,
	VQ_DUP_HEAD,
	VQ_CHAIN_LOOP,
	VQ_CHAIN_LONG,
	VQ_CHAIN_BYTES,
	VQ_BAD_ORDER,
	VQ_INDIRECT_OFF,
	VQ_INDIRECT_NESTED,
	VQ_INDIRECT_NEXT,
	VQ_INDIRECT_EMPTY,
	VQ_INDIRECT_SIZE,
	VQ_INDIRECT_LONG,
	VQ_INDIRECT_ADDR,
	VQ_OUT_WRITABLE,
	VQ_IN_READABLE,
	VQ_ERROR_NR,
};

/**
 * vq_error_name() - the error as one word for reports, e.g. "chain_loop"
 * @error: the error
 *
 * Return: constant text.
 */
const char *vq_error_name(enum vq_error error);

/**
 * struct virtqueue - one queue, the device's side
 * @size: descriptors; set by the driver, a power of two up to @max
 * @max: what the device offers, constant
 * @ready: the rings below are in use
 * @event_idx: VIRTIO_RING_F_EVENT_IDX was negotiated
 * @indirect: VIRTIO_RING_F_INDIRECT_DESC was negotiated
 * @error: why the queue stopped, VQ_OK while it runs; it touches no guest
 *         memory any more until virtqueue_reset()
 * @generation: counts virtqueue_reset() and virtqueue_disable(): a chain
 *              popped in another generation must not be pushed
 * @desc_gpa: descriptor table as the driver set it
 * @avail_gpa: avail ring
 * @used_gpa: used ring
 * @desc: @desc_gpa mapped; valid while @ready
 * @avail: @avail_gpa mapped
 * @used: @used_gpa mapped
 * @last_avail: next avail entry to take
 * @seen_avail: highest avail->idx seen, so that going back is noticed
 * @used_idx: entries put into the used ring
 * @asked_used: @used_idx at the last virtqueue_should_notify()
 * @quiet: chains given back since that last said yes
 * @in_flight: one bit per head that was popped and not yet pushed
 * @nr_pops: chains taken
 * @nr_pushes: chains given back
 * @nr_empty_descs: descriptors of 0 bytes among them (legal, worth a count)
 *
 * Not locked: the owner of the device state calls in one thread at a time.
 */
struct virtqueue {
	u16 size;
	u16 max;
	bool ready;
	bool event_idx;
	bool indirect;
	enum vq_error error;
	u32 generation;
	u64 desc_gpa;
	u64 avail_gpa;
	u64 used_gpa;
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	u16 last_avail;
	u16 seen_avail;
	u16 used_idx;
	u16 asked_used;
	u32 quiet;
	u64 in_flight[VIRTQUEUE_SIZE_MAX / 64];
	u64 nr_pops;
	u64 nr_pushes;
	u64 nr_empty_descs;
};

/**
 * struct vq_chain - one chain, copied out of the queue
 * @head: its id in the used ring
 * @generation: of the queue it came from
 * @fault: a buffer is not in guest RAM; the chain looks empty then, and the
 *         device completes it as failed
 * @has_out: there is a device-readable descriptor, be it of 0 bytes
 * @has_in: there is a device-writable one
 * @nr_out: device-readable entries, the first ones in @iov
 * @nr_in: device-writable entries behind them
 * @out_len: bytes in the readable part
 * @in_len: bytes in the writable part
 * @out_pos: bytes vq_chain_read() has taken
 * @in_pos: bytes vq_chain_write() has put; what the used ring will say
 * @out_at: first entry of @iov with bytes left to read
 * @in_at: first entry of @iov with room left to write
 * @iov: host addresses, each inside of one region of guest RAM; shrinks from
 *       the front as bytes are moved
 *
 * Plain host memory: what the driver changes in its rings after the pop does
 * not reach it.
 */
struct vq_chain {
	u16 head;
	u32 generation;
	bool fault;
	bool has_out;
	bool has_in;
	u16 nr_out;
	u16 nr_in;
	u64 out_len;
	u64 in_len;
	u64 out_pos;
	u64 in_pos;
	u16 out_at;
	u16 in_at;
	struct iovec iov[VIRTQUEUE_SIZE_MAX];
};

/**
 * virtqueue_init() - a queue out of reset
 * @vq: filled in
 * @max: most descriptors offered, a power of two up to VIRTQUEUE_SIZE_MAX
 */
void virtqueue_init(struct virtqueue *vq, u16 max);

/**
 * virtqueue_reset() - forget everything the driver set
 * @vq: the queue
 *
 * Chains in flight are dropped; @max, the counters and a new generation stay.
 */
void virtqueue_reset(struct virtqueue *vq);

/**
 * virtqueue_enable() - take the rings into use
 * @vq: with size and addresses as the driver gave them
 * @gm: guest memory
 *
 * Return: 0; -EINVAL with &virtqueue.error set to VQ_QUEUE_SIZE,
 * VQ_RING_ALIGN or VQ_RING_ADDR.
 */
int virtqueue_enable(struct virtqueue *vq, const struct gmem *gm);

/**
 * virtqueue_disable() - stop using the rings, chains in flight are dropped
 * @vq: the queue
 */
void virtqueue_disable(struct virtqueue *vq);

/**
 * virtqueue_fail() - stop the queue for an error that its device found
 * @vq: the queue
 * @error: what is wrong; the first one is kept
 *
 * Return: -EPROTO, so that a caller can pass it on.
 */
int virtqueue_fail(struct virtqueue *vq, enum vq_error error);

/**
 * virtqueue_pop() - take the next chain
 * @vq: the queue
 * @gm: guest memory
 * @chain: filled in when 1 is returned
 *
 * Looks at no more than twice &virtqueue.size descriptors (the queue's table
 * and one indirect table), whatever they say.
 *
 * Return: 1; 0 when there is none or the queue is not ready; -EPROTO when the
 * driver broke the rules (now or before), see &virtqueue.error.
 */
int virtqueue_pop(struct virtqueue *vq, const struct gmem *gm, struct vq_chain *chain);

/**
 * virtqueue_push() - give a chain back to the driver
 * @vq: the queue
 * @chain: from virtqueue_pop(); with &vq_chain.in_pos bytes written
 *
 * A chain of another generation, or one that is not in flight, is dropped.
 */
void virtqueue_push(struct virtqueue *vq, const struct vq_chain *chain);

/**
 * virtqueue_should_notify() - does the driver want an interrupt by now
 * @vq: the queue
 *
 * To be called after a batch of virtqueue_push(). Answers true at most once
 * per batch, and at the latest when a whole queue's worth of buffers was given
 * back since the last time: a driver that left nonsense in used_event gets a
 * spurious interrupt then, rather than none until its index wraps.
 *
 * Return: true when the device must raise its interrupt.
 */
bool virtqueue_should_notify(struct virtqueue *vq);

/**
 * virtqueue_notify_enable() - ask for a notification of the next chain
 * @vq: the queue, found empty
 *
 * Return: true when a chain arrived in the meantime; then the caller looks
 * again, for the driver may not have seen the request.
 */
bool virtqueue_notify_enable(struct virtqueue *vq);

/**
 * virtqueue_notify_disable() - notifications are of no use now
 * @vq: the queue
 *
 * A hint to the driver; every notification saved is a VM exit saved.
 */
void virtqueue_notify_disable(struct virtqueue *vq);

/**
 * vq_chain_read() - copy from the readable part, continuing where it ended
 * @chain: the chain
 * @buf: where to
 * @len: bytes at most
 *
 * Each guest byte is read once, ever.
 *
 * Return: bytes copied, less than @len only at the end.
 */
size_t vq_chain_read(struct vq_chain *chain, void *buf, size_t len);

/**
 * vq_chain_write() - copy into the writable part, continuing where it ended
 * @chain: the chain
 * @buf: the bytes
 * @len: how many
 *
 * Return: bytes copied, less than @len only when the buffers are full.
 */
size_t vq_chain_write(struct vq_chain *chain, const void *buf, size_t len);

#endif /* KTSTR_HOST_VMM_DEVICES_VIRTQUEUE_H */
