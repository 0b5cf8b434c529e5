/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_DEVICES_VIRTIO_CONSOLE_PRIV_H
#define KTSTR_HOST_VMM_DEVICES_VIRTIO_CONSOLE_PRIV_H

/* Shared by the device's data path and its control protocol, nobody else. */
#include <stdatomic.h>

#include "byteq.h"
#include "virtio_console.h"

#define VCON_CONTROL_RX 2 /* device to driver */
#define VCON_CONTROL_TX 3 /* driver to device */

/* Port 0 comes before the control queues, the others behind them (5.3.2). */
static inline u32 vcon_rx_queue(unsigned int port)
{
	return port ? 2 * port + 2 : 0;
}

static inline u32 vcon_tx_queue(unsigned int port)
{
	return vcon_rx_queue(port) + 1;
}

/**
 * enum vcon_due - control messages a port still has to get, in sending order
 * @VCON_DUE_ADD: PORT_ADD
 * @VCON_DUE_CONSOLE: CONSOLE_PORT
 * @VCON_DUE_NAME: PORT_NAME
 * @VCON_DUE_OPEN: PORT_OPEN
 *
 * Bits, not a queue: a guest that asks again and again owns no more memory
 * than one that asks once.
 */
enum vcon_due {
	VCON_DUE_ADD = 1,
	VCON_DUE_CONSOLE = 2,
	VCON_DUE_NAME = 4,
	VCON_DUE_OPEN = 8,
};

/**
 * struct vcon_tx - driver to host, one port
 * @chain: being read while @active
 * @active: @chain is popped and not pushed
 * @len: bytes of @buf that came from the guest
 * @pos: bytes of these that the sink took; written by the draining thread only
 * @rescued: what a reset left behind, older than anything in the queue
 * @buf: the only copy that is looked at
 *
 * Under the device's lock, except that the draining thread reads @buf from
 * @pos to @len without it: nobody else changes these three.
 */
struct vcon_tx {
	struct vq_chain chain;
	bool active;
	u32 len;
	u32 pos;
	struct byteq rescued;
	u8 buf[VIRTIO_CONSOLE_TX_CHUNK];
};

/**
 * struct virtio_console - the device
 * @mmio: its transport, whose lock guards all that follows
 * @ops: see struct virtio_console_ops
 * @ctx: for @ops
 * @tx: driver to host
 * @rx: host to driver, waiting
 * @guest_open: the guest has the port open; written under the lock
 * @due: enum vcon_due bits per port
 * @chain: scratch for queues whose chains do not outlive one call
 * @first_port: where the next drain begins, so that a flooded port starves
 *              no other
 * @stats: counters (those of the transport are in @mmio)
 */
struct virtio_console {
	struct virtio_mmio mmio;
	const struct virtio_console_ops *ops;
	void *ctx;
	struct vcon_tx tx[VIRTIO_CONSOLE_PORTS];
	struct byteq rx[VIRTIO_CONSOLE_PORTS];
	atomic_bool guest_open[VIRTIO_CONSOLE_PORTS];
	u8 due[VIRTIO_CONSOLE_PORTS];
	struct vq_chain chain;
	unsigned int first_port;
	struct virtio_console_stats stats;
};

/**
 * vcon_pop() - take a chain and judge its direction
 * @vc: the device, lock held
 * @queue: even numbers are device to driver
 * @chain: filled in when true is returned
 *
 * Asks for a notification when there is none. A queue that broke the rules is
 * stopped and counted, and from then on looks empty.
 *
 * Return: true when there is a chain; it may be an empty one.
 */
bool vcon_pop(struct virtio_console *vc, u32 queue, struct vq_chain *chain);

/**
 * vcon_notify() - interrupt the driver if it wants to hear of this queue
 * @vc: the device, lock held
 * @queue: where chains were pushed
 */
void vcon_notify(struct virtio_console *vc, u32 queue);

/**
 * vcon_control_drain() - read and answer control messages
 * @vc: the device, lock held
 *
 * Return: true when a budget ended first.
 */
bool vcon_control_drain(struct virtio_console *vc);

#endif /* KTSTR_HOST_VMM_DEVICES_VIRTIO_CONSOLE_PRIV_H */
