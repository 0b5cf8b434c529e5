// SPDX-License-Identifier: GPL-2.0-only
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>

#include "lib/log.h"
#include "io_bus.h"
#include "pi_mutex.h"
#include "virtio_mmio.h"

#define MMIO_MAGIC   0x74726976 /* "virt" */
#define MMIO_VERSION 2

/* The four steps of 3.1.1, in their order. */
#define STATUS_STEPS                                                                          \
	(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER | VIRTIO_CONFIG_S_FEATURES_OK | \
	 VIRTIO_CONFIG_S_DRIVER_OK)
#define STATUS_DRIVERS (STATUS_STEPS | VIRTIO_CONFIG_S_FAILED)

static_assert(VIRTIO_MMIO_NOTIFY_OFFSET == VIRTIO_MMIO_QUEUE_NOTIFY,
	      "ioeventfds are bound to this register");

static bool status_is(struct virtio_mmio *dev, u32 mask, u32 value)
{
	return (atomic_load(&dev->status) & mask) == value;
}

bool virtio_mmio_live(struct virtio_mmio *dev)
{
	return status_is(dev, VIRTIO_CONFIG_S_DRIVER_OK | VIRTIO_CONFIG_S_FAILED,
			 VIRTIO_CONFIG_S_DRIVER_OK);
}

/* Between FEATURES_OK and DRIVER_OK, the only time queues are set up. */
static bool in_queue_setup(struct virtio_mmio *dev)
{
	return status_is(dev,
			 VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK |
				 VIRTIO_CONFIG_S_FAILED,
			 VIRTIO_CONFIG_S_FEATURES_OK);
}

static void raise_irq(struct virtio_mmio *dev, u32 cause)
{
	/* The cause first: the handler must find it, or it says "not mine". */
	atomic_fetch_or(&dev->isr, cause);
	dev->ops->irq(dev);
}

void virtio_mmio_queue_irq(struct virtio_mmio *dev)
{
	raise_irq(dev, VIRTIO_MMIO_INT_VRING);
}

void virtio_mmio_config_changed(struct virtio_mmio *dev)
{
	atomic_fetch_add(&dev->generation, 1);
	if (virtio_mmio_live(dev))
		raise_irq(dev, VIRTIO_MMIO_INT_CONFIG);
}

void virtio_mmio_fail(struct virtio_mmio *dev, u32 index, enum vq_error error)
{
	struct virtqueue *vq = &dev->queues[index];

	virtqueue_fail(vq, error);
	if (dev->failed_queues & (1U << index))
		return;
	dev->failed_queues |= 1U << index;
	if (!dev->stats.needs_reset)
		pr_warn("virtio %s: queue %u stopped (%s), device needs a reset; more of this is only counted",
			dev->ops->name, index, vq_error_name(vq->error));
	dev->stats.needs_reset++;
	dev->stats.errors[vq->error]++;
	dev->stats.last_error = vq->error;
	atomic_fetch_or(&dev->status, VIRTIO_CONFIG_S_NEEDS_RESET);
	if (virtio_mmio_live(dev))
		raise_irq(dev, VIRTIO_MMIO_INT_CONFIG);
}

static void device_reset(struct virtio_mmio *dev)
{
	const bool live = status_is(dev, VIRTIO_CONFIG_S_DRIVER_OK, VIRTIO_CONFIG_S_DRIVER_OK);
	u32 i;

	dev->ops->reset(dev, live);
	for (i = 0; i < dev->ops->nr_queues; i++)
		virtqueue_reset(&dev->queues[i]);
	dev->device_sel = 0;
	dev->driver_sel = 0;
	dev->queue_sel = 0;
	dev->driver_features = 0;
	dev->failed_queues = 0;
	dev->stats.resets++;
	atomic_store(&dev->isr, 0);
	/* Last: a driver that reads 0 may reuse its memory (2.4.2). */
	atomic_store(&dev->status, 0);
}

static bool features_acceptable(const struct virtio_mmio *dev)
{
	return !(dev->driver_features & ~dev->ops->features) &&
	       (dev->driver_features & (1ULL << VIRTIO_F_VERSION_1));
}

/* A step is taken only with all steps before it. */
static bool status_in_order(u32 value)
{
	switch (value & STATUS_STEPS) {
	case 0:
	case VIRTIO_CONFIG_S_ACKNOWLEDGE:
	case VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER:
	case STATUS_STEPS & ~VIRTIO_CONFIG_S_DRIVER_OK:
	case STATUS_STEPS:
		return true;
	default:
		return false;
	}
}

static void write_status(struct virtio_mmio *dev, u32 value)
{
	const u32 old = atomic_load(&dev->status);
	u32 fresh;

	if (!value) {
		device_reset(dev);
		return;
	}
	/* NEEDS_RESET is the device's own; Linux writes back what it read. */
	fresh = value & ~old & ~VIRTIO_CONFIG_S_NEEDS_RESET;
	if ((old & ~value & STATUS_DRIVERS) || (fresh & ~STATUS_DRIVERS) ||
	    !status_in_order(value) || (old & VIRTIO_CONFIG_S_FAILED)) {
		dev->stats.bad_status++;
		return;
	}
	if ((fresh & VIRTIO_CONFIG_S_FEATURES_OK) && !features_acceptable(dev)) {
		dev->stats.bad_features++;
		fresh &= ~(VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK);
	}
	if (fresh & VIRTIO_CONFIG_S_FAILED)
		dev->stats.failed++;
	atomic_fetch_or(&dev->status, fresh);
	/* What the driver queued before it said DRIVER_OK came without a kick. */
	if (fresh & VIRTIO_CONFIG_S_DRIVER_OK)
		dev->ops->kick(dev, 0);
}

static void write_driver_features(struct virtio_mmio *dev, u32 value)
{
	if (!status_is(dev, VIRTIO_CONFIG_S_DRIVER | VIRTIO_CONFIG_S_FEATURES_OK,
		       VIRTIO_CONFIG_S_DRIVER) ||
	    (dev->driver_sel > 1 && value)) {
		dev->stats.bad_features++;
		return;
	}
	if (dev->driver_sel == 0)
		dev->driver_features = (dev->driver_features & ~0xffffffffULL) | value;
	else if (dev->driver_sel == 1)
		dev->driver_features = (u32)dev->driver_features | (u64)value << 32;
}

static void write_queue_num(struct virtio_mmio *dev, struct virtqueue *vq, u32 value)
{
	if (!value || (value & (value - 1)) || value > vq->max) {
		dev->stats.bad_queue++;
		virtio_mmio_fail(dev, dev->queue_sel, VQ_QUEUE_SIZE);
		return;
	}
	vq->size = value;
}

static void write_queue_ready(struct virtio_mmio *dev, struct virtqueue *vq, u32 value)
{
	const u64 f = dev->driver_features;

	if (value != 1) {
		dev->stats.bad_queue++;
		return;
	}
	vq->event_idx = f & (1ULL << VIRTIO_RING_F_EVENT_IDX);
	vq->indirect = f & (1ULL << VIRTIO_RING_F_INDIRECT_DESC);
	if (vq->error || virtqueue_enable(vq, dev->gm)) {
		virtio_mmio_fail(dev, dev->queue_sel, vq->error);
		return;
	}
	if (dev->ops->queue_ready)
		dev->ops->queue_ready(dev, dev->queue_sel);
}

static void set_low(u64 *addr, u32 value)
{
	*addr = (*addr & ~0xffffffffULL) | value;
}

static void set_high(u64 *addr, u32 value)
{
	*addr = (u32)*addr | (u64)value << 32;
}

static void write_queue(struct virtio_mmio *dev, u32 offset, u32 value)
{
	struct virtqueue *vq;

	if (dev->queue_sel >= dev->ops->nr_queues) {
		dev->stats.bad_queue++;
		return;
	}
	vq = &dev->queues[dev->queue_sel];
	if (offset == VIRTIO_MMIO_QUEUE_READY && !value) {
		/* Linux takes queues down like this in its error paths. */
		if (vq->ready)
			virtqueue_disable(vq);
		return;
	}
	if (!in_queue_setup(dev) || vq->ready) {
		dev->stats.bad_queue++;
		return;
	}
	switch (offset) {
	case VIRTIO_MMIO_QUEUE_NUM:
		write_queue_num(dev, vq, value);
		break;
	case VIRTIO_MMIO_QUEUE_READY:
		write_queue_ready(dev, vq, value);
		break;
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
		set_low(&vq->desc_gpa, value);
		break;
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		set_high(&vq->desc_gpa, value);
		break;
	case VIRTIO_MMIO_QUEUE_AVAIL_LOW:
		set_low(&vq->avail_gpa, value);
		break;
	case VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
		set_high(&vq->avail_gpa, value);
		break;
	case VIRTIO_MMIO_QUEUE_USED_LOW:
		set_low(&vq->used_gpa, value);
		break;
	case VIRTIO_MMIO_QUEUE_USED_HIGH:
		set_high(&vq->used_gpa, value);
		break;
	}
}

static void write_notify(struct virtio_mmio *dev, u32 index)
{
	if (index >= dev->ops->nr_queues || !virtio_mmio_live(dev)) {
		dev->stats.bad_notify++;
		return;
	}
	dev->ops->kick(dev, index);
}

static void write_register(struct virtio_mmio *dev, u32 offset, u32 value)
{
	switch (offset) {
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		dev->device_sel = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		dev->driver_sel = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES:
		write_driver_features(dev, value);
		break;
	case VIRTIO_MMIO_QUEUE_SEL:
		dev->queue_sel = value;
		break;
	case VIRTIO_MMIO_QUEUE_NOTIFY:
		write_notify(dev, value);
		break;
	case VIRTIO_MMIO_STATUS:
		write_status(dev, value);
		break;
	case VIRTIO_MMIO_SHM_SEL:
		break;
	case VIRTIO_MMIO_QUEUE_NUM:
	case VIRTIO_MMIO_QUEUE_READY:
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
	case VIRTIO_MMIO_QUEUE_AVAIL_LOW:
	case VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
	case VIRTIO_MMIO_QUEUE_USED_LOW:
	case VIRTIO_MMIO_QUEUE_USED_HIGH:
		write_queue(dev, offset, value);
		break;
	default:
		dev->stats.bad_access++;
		break;
	}
}

static void count_bad_access(struct virtio_mmio *dev)
{
	pthread_mutex_lock(&dev->lock);
	dev->stats.bad_access++;
	pthread_mutex_unlock(&dev->lock);
}

/* Registers are 32 bits wide and accessed as a whole (4.2.2.2). */
static bool is_register_access(u64 offset, u32 len)
{
	return offset < VIRTIO_MMIO_CONFIG && len == sizeof(u32) && !(offset % sizeof(u32));
}

void virtio_mmio_write(void *opaque, u64 offset, const u8 *data, u32 len)
{
	struct virtio_mmio *dev = opaque;
	u32 value;

	if (!is_register_access(offset, len)) {
		pthread_mutex_lock(&dev->lock);
		if (offset >= VIRTIO_MMIO_CONFIG)
			dev->stats.config_writes++;
		else
			dev->stats.bad_access++;
		pthread_mutex_unlock(&dev->lock);
		return;
	}
	memcpy(&value, data, sizeof(value));
	value = le32toh(value);
	if (offset == VIRTIO_MMIO_INTERRUPT_ACK) {
		atomic_fetch_and(&dev->isr, ~value);
		return;
	}
	pthread_mutex_lock(&dev->lock);
	write_register(dev, offset, value);
	pthread_mutex_unlock(&dev->lock);
}

static u32 read_device_features(const struct virtio_mmio *dev)
{
	if (dev->device_sel > 1)
		return 0;
	return dev->ops->features >> (32 * dev->device_sel);
}

static u32 read_locked(struct virtio_mmio *dev, u32 offset)
{
	const struct virtqueue *vq = NULL;

	if (dev->queue_sel < dev->ops->nr_queues)
		vq = &dev->queues[dev->queue_sel];
	switch (offset) {
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return read_device_features(dev);
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
		return vq ? vq->max : 0;
	case VIRTIO_MMIO_QUEUE_READY:
		return vq && vq->ready;
	default:
		dev->stats.bad_access++;
		return 0;
	}
}

static u32 read_register(struct virtio_mmio *dev, u32 offset)
{
	u32 value;

	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return MMIO_MAGIC;
	case VIRTIO_MMIO_VERSION:
		return MMIO_VERSION;
	case VIRTIO_MMIO_DEVICE_ID:
		return dev->ops->device_id;
	case VIRTIO_MMIO_VENDOR_ID:
		return 0;
	case VIRTIO_MMIO_INTERRUPT_STATUS:
		return atomic_load(&dev->isr);
	case VIRTIO_MMIO_STATUS:
		return atomic_load(&dev->status);
	case VIRTIO_MMIO_CONFIG_GENERATION:
		return atomic_load(&dev->generation);
	case VIRTIO_MMIO_SHM_LEN_LOW:
	case VIRTIO_MMIO_SHM_LEN_HIGH:
	case VIRTIO_MMIO_SHM_BASE_LOW:
	case VIRTIO_MMIO_SHM_BASE_HIGH:
		/* A length of -1 is "no such region" (4.2.2.1). */
		return ~0U;
	}
	pthread_mutex_lock(&dev->lock);
	value = read_locked(dev, offset);
	pthread_mutex_unlock(&dev->lock);
	return value;
}

static void read_config(struct virtio_mmio *dev, u64 offset, u8 *data, u32 len)
{
	if (offset > dev->ops->config_len || len > dev->ops->config_len - offset)
		count_bad_access(dev);
	else
		memcpy(data, (const u8 *)dev->ops->config + offset, len);
}

void virtio_mmio_read(void *opaque, u64 offset, u8 *data, u32 len)
{
	struct virtio_mmio *dev = opaque;
	u32 value;

	memset(data, 0, len);
	if (offset >= VIRTIO_MMIO_CONFIG) {
		read_config(dev, offset - VIRTIO_MMIO_CONFIG, data, len);
	} else if (is_register_access(offset, len)) {
		value = htole32(read_register(dev, offset));
		memcpy(data, &value, sizeof(value));
	} else {
		count_bad_access(dev);
	}
}

void virtio_mmio_stats(struct virtio_mmio *dev, struct virtio_mmio_stats *out)
{
	pthread_mutex_lock(&dev->lock);
	*out = dev->stats;
	pthread_mutex_unlock(&dev->lock);
}

int virtio_mmio_attach(struct virtio_mmio *dev, struct io_bus *bus, u64 base, struct ktstr_err *err)
{
	const struct io_region region = {
		.name = dev->ops->name,
		.base = base,
		.len = VIRTIO_MMIO_SIZE,
		.read = virtio_mmio_read,
		.write = virtio_mmio_write,
		.opaque = dev,
	};

	return io_bus_add(bus, &region, err);
}

int virtio_mmio_init(struct virtio_mmio *dev, const struct virtio_mmio_ops *ops,
		     const struct gmem *gm)
{
	u32 i;

	memset(dev, 0, sizeof(*dev));
	dev->ops = ops;
	dev->gm = gm;
	for (i = 0; i < ops->nr_queues; i++)
		virtqueue_init(&dev->queues[i], ops->queue_max[i]);
	return pi_mutex_init(&dev->lock);
}

void virtio_mmio_destroy(struct virtio_mmio *dev)
{
	pthread_mutex_destroy(&dev->lock);
}
