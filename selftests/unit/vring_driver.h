/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_VRING_DRIVER_H
#define KTSTR_SELFTESTS_UNIT_VRING_DRIVER_H

/*
 * The driver's side of a split virtqueue and of virtio-mmio, for tests: it
 * does what Linux does, and lets a test spoil any of it.
 */
#include <linux/sizes.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>

#include "host/vmm/devices/virtio_mmio.h"
#include "host/vmm/gmem.h"

/* Guest physical layout of the tests: rings first, buffers behind them. */
#define FQ_RAM	   ((u64)SZ_4M)
#define FQ_BASE(i) (0x10000ULL * ((i) + 1))
#define FQ_AVAIL   0x2000
#define FQ_USED	   0x4000
#define FQ_DATA	   0x100000ULL

/**
 * struct fq - a queue as its driver sees it
 * @gm: the memory it lies in
 * @base: guest physical address of its descriptor table
 * @size: descriptors
 * @desc: descriptor table
 * @avail: avail ring
 * @used: used ring
 * @avail_idx: what the driver published last
 * @used_seen: used entries it has looked at
 */
struct fq {
	const struct gmem *gm;
	u64 base;
	u16 size;
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	u16 avail_idx;
	u16 used_seen;
};

static inline void fq_init(struct fq *q, const struct gmem *gm, u64 base, u16 size)
{
	*q = (struct fq){ .gm = gm, .base = base, .size = size };
	q->desc = gmem_hva(gm, base, size * sizeof(*q->desc));
	q->avail = gmem_hva(gm, base + FQ_AVAIL, 6 + 2 * size);
	q->used = gmem_hva(gm, base + FQ_USED, 6 + 8 * size);
	memset(q->desc, 0, size * sizeof(*q->desc));
	memset(q->avail, 0, 6 + 2 * size);
	memset(q->used, 0, 6 + 8 * size);
}

static inline void fq_desc(struct fq *q, u16 i, u64 addr, u32 len, u16 flags, u16 next)
{
	q->desc[i] = (struct vring_desc){ addr, len, flags, next };
}

static inline void fq_publish(struct fq *q, u16 idx)
{
	q->avail_idx = idx;
	__atomic_store_n((u16 *)&q->avail->idx, idx, __ATOMIC_RELEASE);
}

/* Make a chain available. */
static inline void fq_avail(struct fq *q, u16 head)
{
	q->avail->ring[q->avail_idx % q->size] = head;
	fq_publish(q, q->avail_idx + 1);
}

static inline u16 fq_used_idx(const struct fq *q)
{
	return __atomic_load_n((u16 *)&q->used->idx, __ATOMIC_ACQUIRE);
}

/* The next used entry, if there is one. */
static inline bool fq_used(struct fq *q, u32 *id, u32 *len)
{
	const struct vring_used_elem *e;

	if (fq_used_idx(q) == q->used_seen)
		return false;
	e = &q->used->ring[q->used_seen++ % q->size];
	*id = e->id;
	*len = e->len;
	return true;
}

static inline u16 *fq_used_event(struct fq *q)
{
	return (u16 *)&q->avail->ring[q->size];
}

static inline u16 *fq_avail_event(struct fq *q)
{
	return (u16 *)&q->used->ring[q->size];
}

/* Would Linux notify the device after publishing @idx, having published @old before? */
static inline bool fq_wants_kick(struct fq *q, bool event_idx, u16 old)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (event_idx)
		return vring_need_event(__atomic_load_n(fq_avail_event(q), __ATOMIC_RELAXED),
					q->avail_idx, old);
	return !(__atomic_load_n((u16 *)&q->used->flags, __ATOMIC_RELAXED) &
		 VRING_USED_F_NO_NOTIFY);
}

static inline u32 fm_read(struct virtio_mmio *dev, u64 offset)
{
	u32 v;

	virtio_mmio_read(dev, offset, (u8 *)&v, sizeof(v));
	return v;
}

static inline void fm_write(struct virtio_mmio *dev, u64 offset, u32 v)
{
	virtio_mmio_write(dev, offset, (const u8 *)&v, sizeof(v));
}

/* Status steps up to FEATURES_OK, as virtio_dev_probe() makes them. */
static inline bool fm_negotiate(struct virtio_mmio *dev, u64 features)
{
	fm_write(dev, VIRTIO_MMIO_STATUS, 0);
	fm_write(dev, VIRTIO_MMIO_STATUS, 1);
	fm_write(dev, VIRTIO_MMIO_STATUS, 1 | 2);
	fm_write(dev, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	fm_write(dev, VIRTIO_MMIO_DRIVER_FEATURES, features >> 32);
	fm_write(dev, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	fm_write(dev, VIRTIO_MMIO_DRIVER_FEATURES, features & UINT32_MAX);
	fm_write(dev, VIRTIO_MMIO_STATUS, 1 | 2 | 8);
	return fm_read(dev, VIRTIO_MMIO_STATUS) & 8;
}

static inline void fm_queue_addrs(struct virtio_mmio *dev, u32 index, u32 size, u64 desc, u64 avail,
				  u64 used)
{
	fm_write(dev, VIRTIO_MMIO_QUEUE_SEL, index);
	fm_write(dev, VIRTIO_MMIO_QUEUE_NUM, size);
	fm_write(dev, VIRTIO_MMIO_QUEUE_DESC_LOW, desc & UINT32_MAX);
	fm_write(dev, VIRTIO_MMIO_QUEUE_DESC_HIGH, desc >> 32);
	fm_write(dev, VIRTIO_MMIO_QUEUE_AVAIL_LOW, avail & UINT32_MAX);
	fm_write(dev, VIRTIO_MMIO_QUEUE_AVAIL_HIGH, avail >> 32);
	fm_write(dev, VIRTIO_MMIO_QUEUE_USED_LOW, used & UINT32_MAX);
	fm_write(dev, VIRTIO_MMIO_QUEUE_USED_HIGH, used >> 32);
}

/* One queue as vm_setup_vq() does it. */
static inline bool fm_queue(struct virtio_mmio *dev, u32 index, const struct fq *q)
{
	fm_queue_addrs(dev, index, q->size, q->base, q->base + FQ_AVAIL, q->base + FQ_USED);
	fm_write(dev, VIRTIO_MMIO_QUEUE_READY, 1);
	return fm_read(dev, VIRTIO_MMIO_QUEUE_READY);
}

/* All of it: reset, features, @nr queues of @size, DRIVER_OK. */
static inline bool fm_probe(struct virtio_mmio *dev, u64 features, struct fq *queues, u32 nr,
			    u16 size)
{
	u32 i;

	if (!fm_negotiate(dev, features))
		return false;
	for (i = 0; i < nr; i++) {
		fq_init(&queues[i], dev->gm, FQ_BASE(i), size);
		if (!fm_queue(dev, i, &queues[i]))
			return false;
	}
	fm_write(dev, VIRTIO_MMIO_STATUS, 1 | 2 | 8 | 4);
	return fm_read(dev, VIRTIO_MMIO_STATUS) & 4;
}

#endif /* KTSTR_SELFTESTS_UNIT_VRING_DRIVER_H */
