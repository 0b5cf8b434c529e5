/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_VCON_FIXTURE_H
#define KTSTR_SELFTESTS_UNIT_VCON_FIXTURE_H

/* A virtio-console between a driver that works and a sink that keeps everything. */
#include <linux/kernel.h>

#include "kselftest_harness.h"
#include "vcon_driver.h"

#define TX(port)   vcon_tx_queue(port)
#define RX(port)   vcon_rx_queue(port)
#define HVC	   VIRTIO_CONSOLE_HVC
#define BULK	   VIRTIO_CONSOLE_BULK
#define STATS_PORT VIRTIO_CONSOLE_STATS

struct sink {
	u8 *out[VIRTIO_CONSOLE_PORTS];
	size_t nr[VIRTIO_CONSOLE_PORTS];
	size_t take; /* at most so many bytes per call */
	size_t largest; /* offer seen */
	unsigned int calls;
	unsigned int irqs;
	unsigned int kicks;
	struct virtio_console *echo; /* send back what comes in */
	u8 *scribble; /* overwrite this guest memory meanwhile */
	bool changed; /* and it showed */
};

#define SINK_MAX ((size_t)SZ_8M)

static size_t sink_tx(void *ctx, unsigned int port, const u8 *buf, size_t len)
{
	struct sink *s = ctx;
	const size_t n = min(len, s->take);
	u8 first = len ? buf[0] : 0;

	s->calls++;
	s->largest = max(s->largest, len);
	if (s->scribble) {
		memset(s->scribble, 0xee, VD_BUF);
		s->changed |= len && buf[0] != first;
	}
	if (s->nr[port] + n <= SINK_MAX)
		memcpy(s->out[port] + s->nr[port], buf, n);
	s->nr[port] += n;
	if (s->echo)
		virtio_console_send(s->echo, port, buf, n);
	return n;
}

static void sink_irq(void *ctx)
{
	((struct sink *)ctx)->irqs++;
}

static void sink_kick(void *ctx)
{
	((struct sink *)ctx)->kicks++;
}

static const struct virtio_console_ops ops = {
	.tx = sink_tx,
	.irq = sink_irq,
	.kick = sink_kick,
};

FIXTURE(con)
{
	struct gmem *gm;
	struct virtio_console *vc;
	struct virtio_console_stats st;
	struct sink s;
	struct vd vd;
};

FIXTURE_SETUP(con)
{
	unsigned int i;

	memset(&self->s, 0, sizeof(self->s));
	self->s.take = SINK_MAX;
	for (i = 0; i < VIRTIO_CONSOLE_PORTS; i++)
		ASSERT_NE(NULL, self->s.out[i] = malloc(SINK_MAX));
	self->gm = gmem_new(FQ_RAM, SZ_2G, SZ_4G, NULL);
	ASSERT_NE(NULL, self->gm);
	self->vc = virtio_console_new(self->gm, &ops, &self->s, NULL);
	ASSERT_NE(NULL, self->vc);
	ASSERT_TRUE(vd_probe(&self->vd, self->vc));
}

FIXTURE_TEARDOWN(con)
{
	unsigned int i;

	virtio_console_free(self->vc);
	gmem_free(self->gm);
	for (i = 0; i < VIRTIO_CONSOLE_PORTS; i++)
		free(self->s.out[i]);
}

#define DRAIN()	    virtio_console_drain(self->vc)
#define GET_STATS() virtio_console_stats(self->vc, &self->st)
#define OPEN(port)  vd_control(&self->vd, port, VIRTIO_CONSOLE_PORT_OPEN, 1)

#endif /* KTSTR_SELFTESTS_UNIT_VCON_FIXTURE_H */
