// SPDX-License-Identifier: GPL-2.0-only
/* The control queues: which ports there are, what they are called, who has them open. */
#include <endian.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/virtio_console.h>

#include "virtio_console_priv.h"

#define PORT_NAME_MAX 32

static const char *const port_names[VIRTIO_CONSOLE_PORTS] = {
	[VIRTIO_CONSOLE_HVC] = "ktstr-console",
	[VIRTIO_CONSOLE_BULK] = "ktstr-bulk",
	[VIRTIO_CONSOLE_STATS] = "ktstr-stats",
};

static void control_device_ready(struct virtio_console *vc)
{
	unsigned int port;

	for (port = 0; port < VIRTIO_CONSOLE_PORTS; port++)
		vc->due[port] |= VCON_DUE_ADD;
}

static void control_port_ready(struct virtio_console *vc, u32 port)
{
	if (port == VIRTIO_CONSOLE_HVC)
		vc->due[port] |= VCON_DUE_CONSOLE;
	vc->due[port] |= VCON_DUE_NAME | VCON_DUE_OPEN;
}

static void control_handle(struct virtio_console *vc, const struct virtio_console_control *msg)
{
	const u32 port = le32toh(msg->id);
	const u16 event = le16toh(msg->event);
	const u16 value = le16toh(msg->value);

	/* The id of DEVICE_READY means nothing; a value of 0 is "I gave up". */
	if (event == VIRTIO_CONSOLE_DEVICE_READY && value)
		control_device_ready(vc);
	else if (port >= VIRTIO_CONSOLE_PORTS)
		vc->stats.control_bad++;
	else if (event == VIRTIO_CONSOLE_PORT_READY && value)
		control_port_ready(vc, port);
	else if (event == VIRTIO_CONSOLE_PORT_OPEN)
		atomic_store(&vc->guest_open[port], value);
	else
		vc->stats.control_bad++;
}

static bool control_receive(struct virtio_console *vc)
{
	struct virtqueue *vq = &vc->mmio.queues[VCON_CONTROL_TX];
	struct virtio_console_control msg;
	unsigned int n;

	for (n = 0; n < VIRTIO_CONSOLE_CONTROL_BUDGET; n++) {
		if (!vcon_pop(vc, VCON_CONTROL_TX, &vc->chain))
			break;
		vc->stats.control++;
		if (vq_chain_read(&vc->chain, &msg, sizeof(msg)) == sizeof(msg))
			control_handle(vc, &msg);
		else
			vc->stats.control_bad++;
		virtqueue_push(vq, &vc->chain);
	}
	vcon_notify(vc, VCON_CONTROL_TX);
	return n == VIRTIO_CONSOLE_CONTROL_BUDGET;
}

/* The next message that is due, all ports' PORT_ADD before anything else. */
static bool control_next(const struct virtio_console *vc, unsigned int *port, u8 *due)
{
	unsigned int p;
	u8 bit;

	for (bit = VCON_DUE_ADD; bit <= VCON_DUE_OPEN; bit <<= 1) {
		for (p = 0; p < VIRTIO_CONSOLE_PORTS; p++) {
			if (vc->due[p] & bit) {
				*port = p;
				*due = bit;
				return true;
			}
		}
	}
	return false;
}

static size_t control_message(u8 *buf, unsigned int port, u8 due)
{
	struct virtio_console_control msg = {
		.id = htole32(port),
		.value = htole16(1),
	};
	size_t name = 0;

	switch (due) {
	case VCON_DUE_ADD:
		msg.event = VIRTIO_CONSOLE_PORT_ADD;
		break;
	case VCON_DUE_CONSOLE:
		msg.event = VIRTIO_CONSOLE_CONSOLE_PORT;
		break;
	case VCON_DUE_NAME:
		/* The name follows, without a NUL (5.3.6.2). */
		msg.event = VIRTIO_CONSOLE_PORT_NAME;
		name = strnlen(port_names[port], PORT_NAME_MAX);
		memcpy(buf + sizeof(msg), port_names[port], name);
		break;
	default:
		msg.event = VIRTIO_CONSOLE_PORT_OPEN;
		break;
	}
	msg.event = htole16(msg.event);
	memcpy(buf, &msg, sizeof(msg));
	return sizeof(msg) + name;
}

static bool control_send(struct virtio_console *vc)
{
	struct virtqueue *vq = &vc->mmio.queues[VCON_CONTROL_RX];
	u8 buf[sizeof(struct virtio_console_control) + PORT_NAME_MAX];
	unsigned int port, n = 0;
	size_t len;
	u8 due;

	if (!control_next(vc, &port, &due))
		return false;
	while (n < VIRTIO_CONSOLE_RX_BUDGET) {
		if (!control_next(vc, &port, &due)) {
			virtqueue_notify_disable(vq);
			break;
		}
		if (!vcon_pop(vc, VCON_CONTROL_RX, &vc->chain))
			break;
		n++;
		len = control_message(buf, port, due);
		if (vc->chain.in_len < len) {
			vc->stats.control_small++;
		} else {
			vq_chain_write(&vc->chain, buf, len);
			vc->due[port] &= ~due;
		}
		virtqueue_push(vq, &vc->chain);
	}
	vcon_notify(vc, VCON_CONTROL_RX);
	return n == VIRTIO_CONSOLE_RX_BUDGET;
}

bool vcon_control_drain(struct virtio_console *vc)
{
	bool more = control_receive(vc);

	return control_send(vc) || more;
}
