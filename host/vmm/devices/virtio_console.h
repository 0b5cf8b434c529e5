/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_DEVICES_VIRTIO_CONSOLE_H
#define KTSTR_HOST_VMM_DEVICES_VIRTIO_CONSOLE_H

/*
 * The virtio-console (virtio 1.2, 5.3) that carries everything a guest and its
 * harness tell each other: three ports over virtio-mmio, MULTIPORT, as seen by
 * drivers/char/virtio_console.c.
 *
 * Threads: vCPU threads come in through the MMIO registers. One thread, the
 * coordinator, calls virtio_console_drain(); nobody else may. Any thread may
 * send, look at the ports and read the counters.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "host/vmm/gmem.h"
#include "lib/err.h"
#include "virtio_mmio.h"

struct io_bus;

/**
 * enum virtio_console_port - the ports, by number
 * @VIRTIO_CONSOLE_HVC: "ktstr-console", hvc0 in the guest
 * @VIRTIO_CONSOLE_BULK: "ktstr-bulk", wire frames both ways
 * @VIRTIO_CONSOLE_STATS: "ktstr-stats", raw bytes
 * @VIRTIO_CONSOLE_PORTS: how many
 */
enum virtio_console_port {
	VIRTIO_CONSOLE_HVC,
	VIRTIO_CONSOLE_BULK,
	VIRTIO_CONSOLE_STATS,
	VIRTIO_CONSOLE_PORTS,
};

/* Two queues per port and two for control. */
#define VIRTIO_CONSOLE_QUEUES (2 * (VIRTIO_CONSOLE_PORTS + 1))

/* What one call does for a guest at most; the rest waits for the next call. */
#define VIRTIO_CONSOLE_TX_CHUNK	      SZ_32K /* bytes handed to the sink at once */
#define VIRTIO_CONSOLE_TX_BUDGET      SZ_256K /* bytes per drain */
#define VIRTIO_CONSOLE_CONTROL_BUDGET 32 /* control chains per drain */
#define VIRTIO_CONSOLE_RX_BUDGET      64 /* chains filled per queue and call */

/* Bytes per port that may wait for a guest that posts no buffers. */
#define VIRTIO_CONSOLE_PENDING_MAX SZ_4M
/* Bytes per port saved out of the queue when a driver resets a live device. */
#define VIRTIO_CONSOLE_RESCUE_MAX SZ_1M

/**
 * struct virtio_console_ops - the world around the device
 * @tx: the guest sent @len bytes on @port. Returns how many it took; when
 *      fewer, the rest stays where it is (in host memory up to
 *      VIRTIO_CONSOLE_TX_CHUNK, the remainder in the guest's ring, which fills
 *      up and blocks the writer) and is offered again by the next
 *      virtio_console_drain(), which the sink's owner calls when there is
 *      room. The buffer is a copy that no guest can change. Called by
 *      virtio_console_drain() without a lock held: it may send.
 * @irq: raise the device's interrupt: one edge, typically a write to an irqfd
 * @kick: make the coordinator call virtio_console_drain(), typically a write
 *        to the eventfd that is also the queues' ioeventfd
 *
 * @irq and @kick come from any thread, maybe with the device's lock held: they
 * must not block and not call back into the device.
 */
struct virtio_console_ops {
	size_t (*tx)(void *ctx, unsigned int port, const u8 *buf, size_t len);
	void (*irq)(void *ctx);
	void (*kick)(void *ctx);
};

/**
 * struct virtio_console_stats - what the device saw
 * @tx_bytes: taken by the sink, per port
 * @tx_short: times the sink took less than offered, per port
 * @tx_dropped: bytes lost, per port: the driver took a queue down with more in
 *              it than could be saved
 * @rx_bytes: delivered into the guest's buffers, per port
 * @rx_pending: waiting for the guest right now, per port
 * @rx_refused: calls of virtio_console_send() that found no room, per port
 * @rx_dropped: bytes that waited for a driver that reset the device, per port
 * @control: control messages from the guest
 * @control_bad: of these, unknown, too short, or for a port that is not there
 * @control_small: guest buffers too small for a control message
 * @faults: chains with a buffer outside of guest RAM
 * @empty_descs: descriptors of 0 bytes
 * @mmio: the transport's counters
 */
struct virtio_console_stats {
	u64 tx_bytes[VIRTIO_CONSOLE_PORTS];
	u64 tx_short[VIRTIO_CONSOLE_PORTS];
	u64 tx_dropped[VIRTIO_CONSOLE_PORTS];
	u64 rx_bytes[VIRTIO_CONSOLE_PORTS];
	u64 rx_pending[VIRTIO_CONSOLE_PORTS];
	u64 rx_refused[VIRTIO_CONSOLE_PORTS];
	u64 rx_dropped[VIRTIO_CONSOLE_PORTS];
	u64 control;
	u64 control_bad;
	u64 control_small;
	u64 faults;
	u64 empty_descs;
	struct virtio_mmio_stats mmio;
};

struct virtio_console;

/**
 * virtio_console_new() - make the device
 * @gm: guest memory; outlives the device
 * @ops: constant, all set; outlives the device
 * @ctx: passed to @ops
 * @err: reason, or NULL
 *
 * Return: the device, owned by the caller (virtio_console_free()); or NULL
 * with errno ENOMEM or what pthread_mutex_init(3) says.
 */
struct virtio_console *virtio_console_new(const struct gmem *gm,
					  const struct virtio_console_ops *ops, void *ctx,
					  struct ktstr_err *err);

/**
 * virtio_console_free() - free the device
 * @vc: the device, or NULL; no thread may still use it
 */
void virtio_console_free(struct virtio_console *vc);

/**
 * virtio_console_attach() - put the device on the MMIO bus
 * @vc: the device
 * @bus: the bus
 * @base: first of VIRTIO_MMIO_SIZE addresses
 * @err: see io_bus_add()
 *
 * The VM then binds an ioeventfd of length 4 to @base +
 * VIRTIO_MMIO_NOTIFY_OFFSET. One without a datamatch is enough: a drain looks
 * at every queue anyway.
 *
 * Return: 0, or what io_bus_add() returns.
 */
int virtio_console_attach(struct virtio_console *vc, struct io_bus *bus, u64 base,
			  struct ktstr_err *err);

/**
 * virtio_console_drain() - do what the guest asked for
 * @vc: the device
 *
 * Only the coordinator thread. Bounded by the budgets above. Also the way to
 * fetch what is left after the last vCPU stopped: call until it says false.
 *
 * Return: true when a budget ended before the work did: call again, after
 * looking at other events.
 */
bool virtio_console_drain(struct virtio_console *vc);

/**
 * virtio_console_send() - bytes for the guest
 * @vc: the device
 * @port: enum virtio_console_port
 * @buf: the bytes, copied
 * @len: how many
 *
 * Any thread, the sink included. They go into the guest's buffers as far as
 * there are any and the guest has opened the port (Linux throws away what
 * comes earlier), and wait otherwise.
 *
 * Return: 0; -EINVAL for a port that does not exist; -ENOBUFS when they would
 * not fit into VIRTIO_CONSOLE_PENDING_MAX: then none of them is sent.
 */
int virtio_console_send(struct virtio_console *vc, unsigned int port, const void *buf, size_t len);

/**
 * virtio_console_port_open() - has the guest the port open
 * @vc: the device
 * @port: enum virtio_console_port
 *
 * Any thread. Return: true between the guest's PORT_OPEN 1 and PORT_OPEN 0.
 */
bool virtio_console_port_open(struct virtio_console *vc, unsigned int port);

/**
 * virtio_console_stats() - copy the counters
 * @vc: the device
 * @out: filled in
 *
 * Any thread.
 */
void virtio_console_stats(struct virtio_console *vc, struct virtio_console_stats *out);

#endif /* KTSTR_HOST_VMM_DEVICES_VIRTIO_CONSOLE_H */
