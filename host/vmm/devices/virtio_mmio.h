/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_DEVICES_VIRTIO_MMIO_H
#define KTSTR_HOST_VMM_DEVICES_VIRTIO_MMIO_H

/*
 * The virtio-mmio transport, version 2 (virtio 1.2, 4.2), as seen by
 * drivers/virtio/virtio_mmio.c: registers, status, queue set-up, interrupts.
 * What the device behind it does is in its ops.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <linux/types.h>

#include "host/vmm/gmem.h"
#include "virtqueue.h"

struct io_bus;

/* Bytes of address space of one device, and the register that notifies a queue. */
#define VIRTIO_MMIO_SIZE	  0x1000
#define VIRTIO_MMIO_NOTIFY_OFFSET 0x50
#define VIRTIO_MMIO_QUEUES_MAX	  8

struct virtio_mmio;

/**
 * struct virtio_mmio_ops - a device behind the transport
 * @name: for messages
 * @device_id: VIRTIO_ID_*
 * @features: offered; VIRTIO_F_VERSION_1 must be one of them
 * @nr_queues: 1..VIRTIO_MMIO_QUEUES_MAX
 * @queue_max: most descriptors of each queue
 * @config: the device's configuration space, constant
 * @config_len: bytes of it
 * @queue_ready: queue @index was just enabled (lock held)
 * @reset: the driver resets the device (lock held). The queues are reset next;
 *         with @live true this is the last chance to take what they hold.
 * @kick: look after queue @index: the driver notified it by a register write
 *        that no ioeventfd took, or the device has just become live. May be
 *        called with the lock held or not: wake somebody up, do nothing here.
 * @irq: raise the interrupt (an edge is enough); as @kick
 */
struct virtio_mmio_ops {
	const char *name;
	u32 device_id;
	u64 features;
	u32 nr_queues;
	u16 queue_max[VIRTIO_MMIO_QUEUES_MAX];
	const void *config;
	u32 config_len;
	void (*queue_ready)(struct virtio_mmio *dev, u32 index);
	void (*reset)(struct virtio_mmio *dev, bool live);
	void (*kick)(struct virtio_mmio *dev, u32 index);
	void (*irq)(struct virtio_mmio *dev);
};

/**
 * struct virtio_mmio_stats - what a driver did to a transport
 * @resets: status 0 written
 * @needs_reset: times the device asked for a reset
 * @errors: why, by enum vq_error
 * @last_error: the latest of these
 * @failed: the driver set FAILED
 * @bad_access: accesses of a wrong width, unaligned, or to no register
 * @bad_status: status writes that clear bits or skip a step
 * @bad_features: FEATURES_OK refused, or features written too late
 * @bad_queue: queue registers written for a queue that does not exist, that is
 *             live, or at a time when queues are not set up
 * @bad_notify: notifications of no queue, or before DRIVER_OK
 * @config_writes: writes to the configuration space, which has nothing to set
 */
struct virtio_mmio_stats {
	u64 resets;
	u64 needs_reset;
	u64 errors[VQ_ERROR_NR];
	enum vq_error last_error;
	u64 failed;
	u64 bad_access;
	u64 bad_status;
	u64 bad_features;
	u64 bad_queue;
	u64 bad_notify;
	u64 config_writes;
};

/**
 * struct virtio_mmio - a transport; embedded in its device
 * @ops: what it carries
 * @gm: guest memory
 * @lock: guards everything below that is not atomic, and the device's state
 * @status: device status (2.1); written under @lock, read without
 * @isr: pending interrupt causes; set by the device, cleared by the driver
 * @generation: of the configuration space
 * @device_sel: DeviceFeaturesSel
 * @driver_sel: DriverFeaturesSel
 * @queue_sel: QueueSel, any value
 * @driver_features: accepted by the driver; final once FEATURES_OK is set
 * @failed_queues: one bit per queue whose failure was counted since the reset
 * @queues: the device's side of each queue
 * @stats: counters
 *
 * A vCPU in its interrupt handler reads and acknowledges @isr without @lock,
 * so it never waits for a thread that is at work on the queues.
 */
struct virtio_mmio {
	const struct virtio_mmio_ops *ops;
	const struct gmem *gm;
	pthread_mutex_t lock;
	atomic_uint status;
	atomic_uint isr;
	atomic_uint generation;
	u32 device_sel;
	u32 driver_sel;
	u32 queue_sel;
	u64 driver_features;
	u32 failed_queues;
	struct virtqueue queues[VIRTIO_MMIO_QUEUES_MAX];
	struct virtio_mmio_stats stats;
};

/**
 * virtio_mmio_init() - a transport out of reset
 * @dev: filled in
 * @ops: constant, outlives @dev
 * @gm: guest memory, outlives @dev
 *
 * Return: 0, or negative errno of the lock's creation; then @dev must not be
 * given to virtio_mmio_destroy().
 */
int virtio_mmio_init(struct virtio_mmio *dev, const struct virtio_mmio_ops *ops,
		     const struct gmem *gm);

/**
 * virtio_mmio_destroy() - undo virtio_mmio_init()
 * @dev: no thread uses it any more
 */
void virtio_mmio_destroy(struct virtio_mmio *dev);

/**
 * virtio_mmio_attach() - put the device on a bus
 * @dev: the transport
 * @bus: MMIO address space
 * @base: first address of the VIRTIO_MMIO_SIZE bytes
 * @err: see io_bus_add()
 *
 * Return: 0, or what io_bus_add() returns.
 */
int virtio_mmio_attach(struct virtio_mmio *dev, struct io_bus *bus, u64 base,
		       struct ktstr_err *err);

/**
 * virtio_mmio_read() - the guest reads a register
 * @opaque: the struct virtio_mmio
 * @offset: any
 * @data: filled, with zeros where there is nothing to read
 * @len: bytes, any
 *
 * Any thread; takes the lock for the queue registers and the features only.
 */
void virtio_mmio_read(void *opaque, u64 offset, u8 *data, u32 len);

/**
 * virtio_mmio_write() - the guest writes a register
 * @opaque: the struct virtio_mmio
 * @offset: any
 * @data: the bytes
 * @len: how many, any
 *
 * Any thread.
 */
void virtio_mmio_write(void *opaque, u64 offset, const u8 *data, u32 len);

/**
 * virtio_mmio_live() - may the device use its queues
 * @dev: the transport
 *
 * Any thread; the answer holds as long as the lock is held. Return: true from
 * DRIVER_OK until the next reset.
 */
bool virtio_mmio_live(struct virtio_mmio *dev);

/**
 * virtio_mmio_queue_irq() - tell the driver about used buffers
 * @dev: the transport
 *
 * Any thread.
 */
void virtio_mmio_queue_irq(struct virtio_mmio *dev);

/**
 * virtio_mmio_config_changed() - tell the driver that the configuration changed
 * @dev: the transport
 *
 * Any thread. A driver that reads the configuration meanwhile sees another
 * generation afterwards and reads again.
 */
void virtio_mmio_config_changed(struct virtio_mmio *dev);

/**
 * virtio_mmio_fail() - a queue broke the rules: DEVICE_NEEDS_RESET
 * @dev: the transport, lock held
 * @index: the queue; only this one stops
 * @error: counted and logged; &virtqueue.error when that is set already
 *
 * A live device also raises the configuration interrupt (2.1.2). Counted once
 * per queue and reset, however often the device runs into it.
 */
void virtio_mmio_fail(struct virtio_mmio *dev, u32 index, enum vq_error error);

/**
 * virtio_mmio_stats() - copy the counters
 * @dev: the transport
 * @out: filled in
 *
 * Any thread.
 */
void virtio_mmio_stats(struct virtio_mmio *dev, struct virtio_mmio_stats *out);

#endif /* KTSTR_HOST_VMM_DEVICES_VIRTIO_MMIO_H */
