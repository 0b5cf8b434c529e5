/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_VCON_DRIVER_H
#define KTSTR_SELFTESTS_UNIT_VCON_DRIVER_H

/* A virtio-console driver for tests, in the words of drivers/char/virtio_console.c. */
#include <linux/bits.h>
#include <linux/virtio_console.h>

#include "host/vmm/devices/virtio_console_priv.h"
#include "vring_driver.h"

#define VD_QSIZE 64
#define VD_FEATURES                                                       \
	(BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_RING_F_EVENT_IDX) | \
	 BIT_ULL(VIRTIO_CONSOLE_F_MULTIPORT))
#define VD_BUF SZ_4K
/* Beyond every queue's own buffers, for data larger than one. */
#define VD_SPARE     0x300000ULL
#define VD_SPARE_LEN 0x100000U

/**
 * struct vd - the driver
 * @dev: the device's transport
 * @q: its queues
 * @next: descriptor each queue uses next; they are used one per chain
 */
struct vd {
	struct virtio_mmio *dev;
	struct fq q[VIRTIO_CONSOLE_QUEUES];
	u16 next[VIRTIO_CONSOLE_QUEUES];
};

/* Guest physical address of buffer @i of queue @queue. */
static inline u64 vd_addr(u32 queue, u16 i)
{
	return FQ_DATA + (u64)queue * VD_QSIZE * VD_BUF + (u64)i * VD_BUF;
}

static inline void *vd_buf(struct vd *vd, u32 queue, u16 i)
{
	return gmem_hva(vd->dev->gm, vd_addr(queue, i), VD_BUF);
}

static inline bool vd_probe_features(struct vd *vd, struct virtio_console *vc, u64 features)
{
	memset(vd->next, 0, sizeof(vd->next));
	vd->dev = &vc->mmio;
	return fm_probe(vd->dev, features, vd->q, VIRTIO_CONSOLE_QUEUES, VD_QSIZE);
}

static inline bool vd_probe(struct vd *vd, struct virtio_console *vc)
{
	return vd_probe_features(vd, vc, VD_FEATURES);
}

/* Queue a chain of one descriptor. */
static inline u16 vd_queue(struct vd *vd, u32 queue, u64 addr, u32 len, u16 flags)
{
	const u16 i = vd->next[queue]++ % VD_QSIZE;

	fq_desc(&vd->q[queue], i, addr, len, flags, 0);
	fq_avail(&vd->q[queue], i);
	return i;
}

/* Write @len bytes (up to a buffer) on a queue. */
static inline void vd_write(struct vd *vd, u32 queue, const void *data, u32 len)
{
	const u16 i = vd->next[queue] % VD_QSIZE;

	memcpy(vd_buf(vd, queue, i), data, len);
	vd_queue(vd, queue, vd_addr(queue, i), len, 0);
}

/* Offer a buffer of @len bytes, filled with a canary. */
static inline void vd_offer(struct vd *vd, u32 queue, u32 len)
{
	const u16 i = vd->next[queue] % VD_QSIZE;

	memset(vd_buf(vd, queue, i), 0xcc, VD_BUF);
	vd_queue(vd, queue, vd_addr(queue, i), len, VRING_DESC_F_WRITE);
}

static inline void vd_control(struct vd *vd, u32 id, u16 event, u16 value)
{
	const struct virtio_console_control msg = { id, event, value };

	vd_write(vd, VCON_CONTROL_TX, &msg, sizeof(msg));
}

/* The next filled buffer of a receive queue: its bytes and their number. */
static inline u8 *vd_read(struct vd *vd, u32 queue, u32 *len)
{
	u32 id;

	if (!fq_used(&vd->q[queue], &id, len))
		return NULL;
	return vd_buf(vd, queue, id);
}

#endif /* KTSTR_SELFTESTS_UNIT_VCON_DRIVER_H */
