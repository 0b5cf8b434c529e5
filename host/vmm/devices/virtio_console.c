// SPDX-License-Identifier: GPL-2.0-only
/* The data path: guest output to the sink, host input into guest buffers. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/virtio_config.h>
#include <linux/virtio_console.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>

#include "lib/util.h"
#include "virtio_console_priv.h"

#define VCON_QUEUE_MAX 256

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "vcon_config is little endian");

/* No size and no emergency write: both features stay unoffered. */
static const struct virtio_console_config vcon_config = {
	.max_nr_ports = VIRTIO_CONSOLE_PORTS,
};

static struct virtio_console *to_vcon(struct virtio_mmio *dev)
{
	return container_of(dev, struct virtio_console, mmio);
}

bool vcon_pop(struct virtio_console *vc, u32 queue, struct vq_chain *chain)
{
	struct virtqueue *vq = &vc->mmio.queues[queue];
	const bool to_driver = !(queue % 2);
	int ret;

	if (!virtio_mmio_live(&vc->mmio))
		return false;
	do {
		ret = virtqueue_pop(vq, vc->mmio.gm, chain);
	} while (!ret && virtqueue_notify_enable(vq));
	if (ret > 0 && to_driver && chain->has_out)
		ret = virtqueue_fail(vq, VQ_IN_READABLE);
	else if (ret > 0 && !to_driver && chain->has_in)
		ret = virtqueue_fail(vq, VQ_OUT_WRITABLE);
	if (ret < 0)
		virtio_mmio_fail(&vc->mmio, queue, vq->error);
	if (ret > 0 && chain->fault)
		vc->stats.faults++;
	return ret > 0;
}

void vcon_notify(struct virtio_console *vc, u32 queue)
{
	if (virtqueue_should_notify(&vc->mmio.queues[queue]))
		virtio_mmio_queue_irq(&vc->mmio);
}

struct tx_budget {
	size_t bytes;
	unsigned int chains;
	bool ended;
};

/* A chain of a queue that was taken down meanwhile is not ours any more. */
static void tx_forget_stale(struct virtio_console *vc, unsigned int port)
{
	struct vcon_tx *tx = &vc->tx[port];

	if (!tx->active || tx->chain.generation == vc->mmio.queues[vcon_tx_queue(port)].generation)
		return;
	vc->stats.tx_dropped[port] += tx->chain.out_len - tx->chain.out_pos;
	tx->active = false;
}

/* Get hold of a chain with bytes left to read. */
static bool tx_chain(struct virtio_console *vc, unsigned int port, struct tx_budget *budget)
{
	const u32 queue = vcon_tx_queue(port);
	struct vcon_tx *tx = &vc->tx[port];

	tx_forget_stale(vc, port);
	for (;;) {
		if (tx->active && tx->chain.out_pos < tx->chain.out_len)
			return true;
		if (tx->active)
			virtqueue_push(&vc->mmio.queues[queue], &tx->chain);
		tx->active = false;
		/* Chains of no bytes must not keep the caller here either. */
		if (!budget->chains) {
			budget->ended = true;
			return false;
		}
		budget->chains--;
		tx->active = vcon_pop(vc, queue, &tx->chain);
		if (!tx->active)
			return false;
	}
}

/* Have bytes in tx->buf: left over from a full sink, rescued, or new ones. */
static bool tx_fill(struct virtio_console *vc, unsigned int port, struct tx_budget *budget)
{
	struct vcon_tx *tx = &vc->tx[port];
	size_t room;

	if (tx->pos < tx->len)
		return true;
	tx->pos = 0;
	tx->len = 0;
	room = min_t(size_t, sizeof(tx->buf), budget->bytes);
	if (!room) {
		budget->ended = true;
		return false;
	}
	if (tx->rescued.len) {
		tx->len = min(room, tx->rescued.len);
		memcpy(tx->buf, byteq_peek(&tx->rescued), tx->len);
		byteq_consume(&tx->rescued, tx->len);
	} else if (tx_chain(vc, port, budget)) {
		tx->len = vq_chain_read(&tx->chain, tx->buf, room);
	}
	budget->bytes -= tx->len;
	return tx->len;
}

/* Lock held, and dropped around the sink: it may be slow, and it may send. */
static void tx_drain(struct virtio_console *vc, unsigned int port, struct tx_budget *budget)
{
	struct vcon_tx *tx = &vc->tx[port];
	size_t left, n;

	budget->chains = VCON_QUEUE_MAX;
	while (tx_fill(vc, port, budget)) {
		left = tx->len - tx->pos;
		pthread_mutex_unlock(&vc->mmio.lock);
		n = vc->ops->tx(vc->ctx, port, tx->buf + tx->pos, left);
		pthread_mutex_lock(&vc->mmio.lock);
		n = min(n, left);
		tx->pos += n;
		vc->stats.tx_bytes[port] += n;
		if (n < left) {
			vc->stats.tx_short[port]++;
			break;
		}
	}
	vcon_notify(vc, vcon_tx_queue(port));
}

/* Returns true when the guest may have buffers left and bytes wait for them. */
static bool rx_deliver(struct virtio_console *vc, unsigned int port)
{
	struct virtqueue *vq = &vc->mmio.queues[vcon_rx_queue(port)];
	struct byteq *rx = &vc->rx[port];
	unsigned int n = 0;
	size_t len;

	if (!rx->len || !atomic_load(&vc->guest_open[port]))
		return false;
	while (rx->len && n < VIRTIO_CONSOLE_RX_BUDGET) {
		if (!vcon_pop(vc, vcon_rx_queue(port), &vc->chain))
			break;
		n++;
		len = vq_chain_write(&vc->chain, byteq_peek(rx), rx->len);
		byteq_consume(rx, len);
		vc->stats.rx_bytes[port] += len;
		virtqueue_push(vq, &vc->chain);
	}
	/* Buffers posted while nothing waits are no news. */
	if (!rx->len)
		virtqueue_notify_disable(vq);
	vcon_notify(vc, vcon_rx_queue(port));
	return rx->len && n == VIRTIO_CONSOLE_RX_BUDGET;
}

bool virtio_console_drain(struct virtio_console *vc)
{
	struct tx_budget budget = { .bytes = VIRTIO_CONSOLE_TX_BUDGET };
	unsigned int i, port;
	bool more;

	pthread_mutex_lock(&vc->mmio.lock);
	more = vcon_control_drain(vc);
	for (port = 0; port < VIRTIO_CONSOLE_PORTS; port++)
		more |= rx_deliver(vc, port);
	for (i = 0; i < VIRTIO_CONSOLE_PORTS; i++)
		tx_drain(vc, (vc->first_port + i) % VIRTIO_CONSOLE_PORTS, &budget);
	vc->first_port = (vc->first_port + 1) % VIRTIO_CONSOLE_PORTS;
	pthread_mutex_unlock(&vc->mmio.lock);
	return more || budget.ended;
}

int virtio_console_send(struct virtio_console *vc, unsigned int port, const void *buf, size_t len)
{
	bool more = false;
	u8 *room;

	if (port >= VIRTIO_CONSOLE_PORTS)
		return -EINVAL;
	if (!len)
		return 0;
	pthread_mutex_lock(&vc->mmio.lock);
	room = byteq_reserve(&vc->rx[port], len, VIRTIO_CONSOLE_PENDING_MAX);
	if (room) {
		memcpy(room, buf, len);
		byteq_commit(&vc->rx[port], len);
		more = rx_deliver(vc, port);
	} else {
		vc->stats.rx_refused[port]++;
	}
	pthread_mutex_unlock(&vc->mmio.lock);
	/* The guest has buffers and will not say so again. */
	if (more)
		vc->ops->kick(vc->ctx);
	return room ? 0 : -ENOBUFS;
}

bool virtio_console_port_open(struct virtio_console *vc, unsigned int port)
{
	return port < VIRTIO_CONSOLE_PORTS && atomic_load(&vc->guest_open[port]);
}

void virtio_console_stats(struct virtio_console *vc, struct virtio_console_stats *out)
{
	unsigned int i;

	pthread_mutex_lock(&vc->mmio.lock);
	*out = vc->stats;
	out->mmio = vc->mmio.stats;
	for (i = 0; i < VIRTIO_CONSOLE_PORTS; i++)
		out->rx_pending[i] = vc->rx[i].len;
	for (i = 0; i < VIRTIO_CONSOLE_QUEUES; i++)
		out->empty_descs += vc->mmio.queues[i].nr_empty_descs;
	pthread_mutex_unlock(&vc->mmio.lock);
}

/*
 * Take what the driver queued before it reset the device. A powering off Linux
 * resets its virtio devices (drivers/virtio/virtio.c, virtio_device_shutdown()),
 * maybe right behind its last result.
 */
static void tx_rescue(struct virtio_console *vc, unsigned int port)
{
	struct tx_budget budget = { .chains = VCON_QUEUE_MAX };
	struct vcon_tx *tx = &vc->tx[port];
	u64 left, max;
	u8 *room;

	while (tx_chain(vc, port, &budget)) {
		left = tx->chain.out_len - tx->chain.out_pos;
		max = VIRTIO_CONSOLE_RESCUE_MAX - tx->rescued.len;
		room = byteq_reserve(&tx->rescued, min(left, max), VIRTIO_CONSOLE_RESCUE_MAX);
		if (room)
			byteq_commit(&tx->rescued, vq_chain_read(&tx->chain, room, min(left, max)));
		vc->stats.tx_dropped[port] += tx->chain.out_len - tx->chain.out_pos;
		tx->chain.out_pos = tx->chain.out_len;
	}
	tx->active = false;
}

static void vcon_reset(struct virtio_mmio *dev, bool live)
{
	struct virtio_console *vc = to_vcon(dev);
	unsigned int port;

	for (port = 0; port < VIRTIO_CONSOLE_PORTS; port++) {
		vc->due[port] = 0;
		atomic_store(&vc->guest_open[port], false);
		/* The reset before the first driver's probe ends no conversation. */
		if (!live)
			continue;
		tx_rescue(vc, port);
		vc->stats.rx_dropped[port] += vc->rx[port].len;
		byteq_free(&vc->rx[port]);
	}
	if (live)
		vc->ops->kick(vc->ctx);
}

static void vcon_queue_ready(struct virtio_mmio *dev, u32 index)
{
	/*
	 * A driver fills its receive queues one buffer and one notification at
	 * a time; unless told that nobody waits, each is a VM exit.
	 */
	if (index % 2 == 0)
		virtqueue_notify_disable(&dev->queues[index]);
	else
		virtqueue_notify_enable(&dev->queues[index]);
}

static void vcon_kick(struct virtio_mmio *dev, u32 index)
{
	struct virtio_console *vc = to_vcon(dev);

	vc->ops->kick(vc->ctx);
}

static void vcon_irq(struct virtio_mmio *dev)
{
	struct virtio_console *vc = to_vcon(dev);

	vc->ops->irq(vc->ctx);
}

static const struct virtio_mmio_ops vcon_mmio_ops = {
	.name = "console",
	.device_id = VIRTIO_ID_CONSOLE,
	.features = BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_RING_F_EVENT_IDX) |
		    BIT_ULL(VIRTIO_CONSOLE_F_MULTIPORT),
	.nr_queues = VIRTIO_CONSOLE_QUEUES,
	.queue_max = { [0 ... VIRTIO_CONSOLE_QUEUES - 1] = VCON_QUEUE_MAX },
	.config = &vcon_config,
	.config_len = sizeof(vcon_config),
	.queue_ready = vcon_queue_ready,
	.reset = vcon_reset,
	.kick = vcon_kick,
	.irq = vcon_irq,
};

int virtio_console_attach(struct virtio_console *vc, struct io_bus *bus, u64 base,
			  struct ktstr_err *err)
{
	return virtio_mmio_attach(&vc->mmio, bus, base, err);
}

struct virtio_console *virtio_console_new(const struct gmem *gm,
					  const struct virtio_console_ops *ops, void *ctx,
					  struct ktstr_err *err)
{
	struct virtio_console *vc = calloc(1, sizeof(*vc));
	int ret;

	if (!vc) {
		ktstr_err_set(err, -ENOMEM, "no memory for the virtio-console");
		return NULL;
	}
	vc->ops = ops;
	vc->ctx = ctx;
	ret = virtio_mmio_init(&vc->mmio, &vcon_mmio_ops, gm);
	if (ret) {
		ktstr_err_set(err, ret, "the virtio-console's lock: %s", strerror(-ret));
		free(vc);
		errno = -ret;
		return NULL;
	}
	return vc;
}

void virtio_console_free(struct virtio_console *vc)
{
	unsigned int i;

	if (!vc)
		return;
	for (i = 0; i < VIRTIO_CONSOLE_PORTS; i++) {
		byteq_free(&vc->tx[i].rescued);
		byteq_free(&vc->rx[i]);
	}
	virtio_mmio_destroy(&vc->mmio);
	free(vc);
}
