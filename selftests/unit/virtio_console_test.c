// SPDX-License-Identifier: GPL-2.0-only
/* The virtio-console: handshake, data both ways, hostile queues and messages. */
#include "vcon_fixture.h"

/* What the device said on the control queue next, and to which port. */
static int next_event(struct vd *vd, u32 *port, char *name)
{
	struct virtio_console_control msg;
	u32 len = 0;
	u8 *p = vd_read(vd, VCON_CONTROL_RX, &len);

	if (!p || len < sizeof(msg))
		return -1;
	memcpy(&msg, p, sizeof(msg));
	*port = msg.id;
	memcpy(name, p + sizeof(msg), len - sizeof(msg));
	name[len - sizeof(msg)] = '\0';
	return msg.value == 1 ? msg.event : -2;
}

#define EXPECT_EVENT(ev, id, text)                                                    \
	do {                                                                          \
		char name_[64];                                                       \
		u32 port_ = ~0;                                                       \
		EXPECT_EQ(VIRTIO_CONSOLE_##ev, next_event(&self->vd, &port_, name_)); \
		EXPECT_EQ(id, port_);                                                 \
		EXPECT_STREQ(text, name_);                                            \
	} while (0)

TEST_F(con, what_the_driver_finds)
{
	struct virtio_console_config cfg;

	EXPECT_EQ(3, fm_read(self->vd.dev, VIRTIO_MMIO_DEVICE_ID));
	EXPECT_EQ(0, fm_read(self->vd.dev, VIRTIO_MMIO_VENDOR_ID));
	fm_write(self->vd.dev, VIRTIO_MMIO_QUEUE_SEL, 7);
	EXPECT_EQ(256, fm_read(self->vd.dev, VIRTIO_MMIO_QUEUE_NUM_MAX));
	fm_write(self->vd.dev, VIRTIO_MMIO_QUEUE_SEL, 8);
	EXPECT_EQ(0, fm_read(self->vd.dev, VIRTIO_MMIO_QUEUE_NUM_MAX));
	virtio_mmio_read(self->vd.dev, VIRTIO_MMIO_CONFIG, (u8 *)&cfg, sizeof(cfg));
	EXPECT_EQ(0, cfg.cols);
	EXPECT_EQ(0, cfg.rows);
	EXPECT_EQ(3, cfg.max_nr_ports);
	EXPECT_EQ(1, self->s.kicks);
}

TEST_F(con, handshake_in_linux_order)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		vd_offer(&self->vd, VCON_CONTROL_RX, VD_BUF);
	vd_control(&self->vd, VIRTIO_CONSOLE_BAD_ID, VIRTIO_CONSOLE_DEVICE_READY, 1);
	EXPECT_FALSE(DRAIN());
	EXPECT_EVENT(PORT_ADD, 0, "");
	EXPECT_EVENT(PORT_ADD, 1, "");
	EXPECT_EVENT(PORT_ADD, 2, "");
	/* add_port() answers each of them before the next is looked at. */
	vd_control(&self->vd, 0, VIRTIO_CONSOLE_PORT_READY, 1);
	EXPECT_FALSE(DRAIN());
	EXPECT_EVENT(CONSOLE_PORT, 0, "");
	EXPECT_EVENT(PORT_NAME, 0, "ktstr-console");
	EXPECT_EVENT(PORT_OPEN, 0, "");
	vd_control(&self->vd, 1, VIRTIO_CONSOLE_PORT_READY, 1);
	vd_control(&self->vd, 2, VIRTIO_CONSOLE_PORT_READY, 1);
	EXPECT_FALSE(DRAIN());
	EXPECT_EVENT(PORT_NAME, 1, "ktstr-bulk");
	EXPECT_EVENT(PORT_NAME, 2, "ktstr-stats");
	EXPECT_EVENT(PORT_OPEN, 1, "");
	EXPECT_EVENT(PORT_OPEN, 2, "");
	EXPECT_FALSE(virtio_console_port_open(self->vc, BULK));
	OPEN(BULK);
	EXPECT_FALSE(DRAIN());
	EXPECT_TRUE(virtio_console_port_open(self->vc, BULK));
	EXPECT_FALSE(virtio_console_port_open(self->vc, HVC));
	vd_control(&self->vd, BULK, VIRTIO_CONSOLE_PORT_OPEN, 0);
	EXPECT_FALSE(DRAIN());
	EXPECT_FALSE(virtio_console_port_open(self->vc, BULK));
	GET_STATS();
	EXPECT_EQ(6, self->st.control);
	EXPECT_EQ(0, self->st.control_bad);
	EXPECT_GT(self->s.irqs, 0);
}

TEST_F(con, control_buffers_that_come_late)
{
	vd_control(&self->vd, VIRTIO_CONSOLE_BAD_ID, VIRTIO_CONSOLE_DEVICE_READY, 1);
	vd_control(&self->vd, VIRTIO_CONSOLE_BAD_ID, VIRTIO_CONSOLE_DEVICE_READY, 1);
	EXPECT_FALSE(DRAIN());
	/* Somebody waits now, so the first buffer is worth a notification. */
	vd_offer(&self->vd, VCON_CONTROL_RX, VD_BUF);
	EXPECT_TRUE(fq_wants_kick(&self->vd.q[VCON_CONTROL_RX], true, 0));
	EXPECT_FALSE(DRAIN());
	EXPECT_EVENT(PORT_ADD, 0, "");
	vd_offer(&self->vd, VCON_CONTROL_RX, VD_BUF);
	vd_offer(&self->vd, VCON_CONTROL_RX, VD_BUF);
	vd_offer(&self->vd, VCON_CONTROL_RX, VD_BUF);
	EXPECT_FALSE(DRAIN());
	EXPECT_EVENT(PORT_ADD, 1, "");
	EXPECT_EVENT(PORT_ADD, 2, "");
	/* Asked twice, told once: there is no queue to flood. */
	EXPECT_EQ(3, fq_used_idx(&self->vd.q[VCON_CONTROL_RX]));
}

TEST_F(con, output_of_every_port)
{
	unsigned int port;
	u32 id, len = 0;

	for (port = 0; port < VIRTIO_CONSOLE_PORTS; port++) {
		vd_write(&self->vd, TX(port), "one ", 4);
		vd_write(&self->vd, TX(port), "two", 3);
	}
	EXPECT_FALSE(DRAIN());
	for (port = 0; port < VIRTIO_CONSOLE_PORTS; port++) {
		EXPECT_EQ(7, self->s.nr[port]);
		EXPECT_EQ(0, memcmp(self->s.out[port], "one two", 7));
		EXPECT_TRUE(fq_used(&self->vd.q[TX(port)], &id, &len));
		EXPECT_EQ(0, len);
		EXPECT_EQ(2, fq_used_idx(&self->vd.q[TX(port)]));
	}
	EXPECT_EQ(VIRTIO_MMIO_INT_VRING, fm_read(self->vd.dev, VIRTIO_MMIO_INTERRUPT_STATUS));
}

TEST_F(con, input_waits_for_the_port_to_be_opened)
{
	u32 len = 0;
	u8 *p;

	vd_offer(&self->vd, RX(BULK), VD_BUF);
	EXPECT_EQ(0, virtio_console_send(self->vc, BULK, "early", 5));
	EXPECT_EQ(NULL, vd_read(&self->vd, RX(BULK), &len));
	OPEN(BULK);
	EXPECT_FALSE(DRAIN());
	p = vd_read(&self->vd, RX(BULK), &len);
	ASSERT_NE(NULL, p);
	EXPECT_EQ(5, len);
	EXPECT_EQ(0, memcmp(p, "early", 5));
	/* From now on without a drain, straight from the sender's thread. */
	vd_offer(&self->vd, RX(BULK), VD_BUF);
	EXPECT_EQ(0, virtio_console_send(self->vc, BULK, "now", 3));
	EXPECT_NE(NULL, vd_read(&self->vd, RX(BULK), &len));
	EXPECT_EQ(3, len);
	EXPECT_EQ(-EINVAL, virtio_console_send(self->vc, 3, "x", 1));
	EXPECT_EQ(0, virtio_console_send(self->vc, BULK, NULL, 0));
}

TEST_F(con, a_sink_may_send)
{
	u32 len = 0;
	u8 *p;

	self->s.echo = self->vc;
	OPEN(BULK);
	vd_offer(&self->vd, RX(BULK), VD_BUF);
	vd_write(&self->vd, TX(BULK), "ping", 4);
	EXPECT_FALSE(DRAIN());
	p = vd_read(&self->vd, RX(BULK), &len);
	ASSERT_NE(NULL, p);
	EXPECT_EQ(0, memcmp(p, "ping", 4));
}

TEST_F(con, filling_receive_queues_costs_no_exit)
{
	unsigned int i, kicks = 0;
	u16 old;

	for (i = 0; i < VD_QSIZE; i++) {
		old = self->vd.q[RX(BULK)].avail_idx;
		vd_offer(&self->vd, RX(BULK), VD_BUF);
		kicks += fq_wants_kick(&self->vd.q[RX(BULK)], true, old);
	}
	EXPECT_EQ(0, kicks);
	old = self->vd.q[TX(BULK)].avail_idx;
	vd_write(&self->vd, TX(BULK), "x", 1);
	EXPECT_TRUE(fq_wants_kick(&self->vd.q[TX(BULK)], true, old));
}

TEST_F(con, without_event_idx)
{
	unsigned int i;

	ASSERT_TRUE(vd_probe_features(&self->vd, self->vc,
				      VD_FEATURES & ~BIT_ULL(VIRTIO_RING_F_EVENT_IDX)));
	EXPECT_FALSE(fq_wants_kick(&self->vd.q[RX(BULK)], false, 0));
	for (i = 0; i < 1000; i++) {
		EXPECT_TRUE(fq_wants_kick(&self->vd.q[TX(BULK)], false, 0));
		vd_write(&self->vd, TX(BULK), "x", 1);
		EXPECT_FALSE(DRAIN());
	}
	EXPECT_EQ(1000, self->s.nr[BULK]);
}

TEST_F(con, C1_transmit_queue_with_a_writable_buffer)
{
	vd_queue(&self->vd, TX(BULK), vd_addr(TX(BULK), 0), 8, VRING_DESC_F_WRITE);
	EXPECT_FALSE(DRAIN());
	GET_STATS();
	EXPECT_EQ(1, self->st.mmio.errors[VQ_OUT_WRITABLE]);
	EXPECT_NE(0, fm_read(self->vd.dev, VIRTIO_MMIO_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
	EXPECT_NE(0, fm_read(self->vd.dev, VIRTIO_MMIO_INTERRUPT_STATUS) & VIRTIO_MMIO_INT_CONFIG);
	/* The queue is dead, its neighbours are not, and nothing spins. */
	vd_write(&self->vd, TX(BULK), "lost", 4);
	vd_write(&self->vd, TX(HVC), "alive", 5);
	EXPECT_FALSE(DRAIN());
	EXPECT_EQ(0, self->s.nr[BULK]);
	EXPECT_EQ(5, self->s.nr[HVC]);
	GET_STATS();
	EXPECT_EQ(1, self->st.mmio.needs_reset);
	/* A reset cures it. */
	ASSERT_TRUE(vd_probe(&self->vd, self->vc));
	vd_write(&self->vd, TX(BULK), "back", 4);
	EXPECT_FALSE(DRAIN());
	EXPECT_EQ(4, self->s.nr[BULK]);
}

TEST_F(con, C1_wrong_directions_elsewhere)
{
	vd_queue(&self->vd, RX(BULK), vd_addr(RX(BULK), 0), 8, 0);
	vd_queue(&self->vd, VCON_CONTROL_TX, vd_addr(VCON_CONTROL_TX, 0), 8, VRING_DESC_F_WRITE);
	vd_queue(&self->vd, VCON_CONTROL_RX, vd_addr(VCON_CONTROL_RX, 0), 8, 0);
	EXPECT_FALSE(DRAIN());
	GET_STATS();
	EXPECT_EQ(1, self->st.mmio.errors[VQ_OUT_WRITABLE]);
	/* The receive queues are not looked at before there is something to say. */
	atomic_store(&self->vc->guest_open[BULK], true);
	self->vc->due[0] = VCON_DUE_ADD;
	EXPECT_EQ(0, virtio_console_send(self->vc, BULK, "x", 1));
	EXPECT_FALSE(DRAIN());
	GET_STATS();
	EXPECT_EQ(2, self->st.mmio.errors[VQ_IN_READABLE]);
	EXPECT_EQ(3, self->st.mmio.needs_reset);
}

TEST_F(con, Q1_loop_on_one_port)
{
	fq_desc(&self->vd.q[TX(BULK)], 0, vd_addr(TX(BULK), 0), 8, VRING_DESC_F_NEXT, 0);
	fq_avail(&self->vd.q[TX(BULK)], 0);
	vd_write(&self->vd, TX(STATS_PORT), "{}", 2);
	EXPECT_FALSE(DRAIN());
	EXPECT_EQ(2, self->s.nr[STATS_PORT]);
	GET_STATS();
	EXPECT_EQ(1, self->st.mmio.errors[VQ_CHAIN_LOOP]);
	EXPECT_EQ(VQ_CHAIN_LOOP, self->st.mmio.last_error);
}

TEST_F(con, Q7_empty_chains_make_progress)
{
	unsigned int i, calls = 0;

	for (i = 0; i < VD_QSIZE; i++)
		vd_queue(&self->vd, TX(HVC), ~0ULL, 0, 0);
	while (DRAIN())
		calls++;
	EXPECT_LT(calls, 3);
	EXPECT_EQ(VD_QSIZE, fq_used_idx(&self->vd.q[TX(HVC)]));
	EXPECT_EQ(0, self->s.calls);
	GET_STATS();
	EXPECT_EQ(VD_QSIZE, self->st.empty_descs);
}

TEST_F(con, Q9_Q11_buffers_outside_of_ram_spoil_their_own_chain)
{
	u32 id, len = 0;
	u8 *p;

	vd_queue(&self->vd, TX(BULK), FQ_RAM - 4, 8, 0);
	vd_queue(&self->vd, TX(BULK), 0xC0000000, 4, 0);
	vd_write(&self->vd, TX(BULK), "good", 4);
	OPEN(BULK);
	vd_queue(&self->vd, RX(BULK), 0xC0000050, 4, VRING_DESC_F_WRITE);
	vd_queue(&self->vd, RX(BULK), FQ_RAM - 1, 2, VRING_DESC_F_WRITE);
	vd_offer(&self->vd, RX(BULK), VD_BUF);
	EXPECT_EQ(0, virtio_console_send(self->vc, BULK, "reply", 5));
	EXPECT_FALSE(DRAIN());
	EXPECT_EQ(4, self->s.nr[BULK]);
	EXPECT_EQ(3, fq_used_idx(&self->vd.q[TX(BULK)]));
	EXPECT_TRUE(fq_used(&self->vd.q[RX(BULK)], &id, &len));
	EXPECT_EQ(0, len);
	EXPECT_TRUE(fq_used(&self->vd.q[RX(BULK)], &id, &len));
	EXPECT_EQ(0, len);
	/* No byte of the reply is lost for it. */
	p = vd_read(&self->vd, RX(BULK), &len);
	ASSERT_NE(NULL, p);
	EXPECT_EQ(5, len);
	EXPECT_EQ(0, memcmp(p, "reply", 5));
	GET_STATS();
	EXPECT_EQ(4, self->st.faults);
	EXPECT_EQ(0, self->st.mmio.needs_reset);
}

TEST_F(con, Q22_received_bytes_and_canary)
{
	u32 len = 0;
	u8 *p;

	OPEN(BULK);
	vd_offer(&self->vd, RX(BULK), 100);
	vd_offer(&self->vd, RX(BULK), 100);
	EXPECT_FALSE(DRAIN());
	EXPECT_EQ(0, virtio_console_send(self->vc, BULK, "12345", 5));
	p = vd_read(&self->vd, RX(BULK), &len);
	ASSERT_NE(NULL, p);
	EXPECT_EQ(5, len);
	EXPECT_EQ('5', p[4]);
	EXPECT_EQ(0xcc, p[5]);
	EXPECT_EQ(0xcc, p[100]);
}

TEST_F(con, T8_the_sink_sees_a_copy)
{
	self->s.scribble = vd_buf(&self->vd, TX(BULK), 0);
	vd_write(&self->vd, TX(BULK), "stable", 6);
	self->s.take = 3;
	EXPECT_FALSE(DRAIN());
	EXPECT_FALSE(DRAIN());
	EXPECT_FALSE(self->s.changed);
	EXPECT_EQ(6, self->s.nr[BULK]);
	EXPECT_EQ(0, memcmp(self->s.out[BULK], "stable", 6));
}

TEST_F(con, control_messages_that_make_no_sense)
{
	static const struct virtio_console_control bad[] = {
		{ 3, VIRTIO_CONSOLE_PORT_READY, 1 },
		{ 0xffffffff, VIRTIO_CONSOLE_PORT_OPEN, 1 },
		{ 0x80000000, VIRTIO_CONSOLE_PORT_READY, 1 },
		{ 1, VIRTIO_CONSOLE_PORT_READY, 0 },
		{ 1, VIRTIO_CONSOLE_DEVICE_READY, 0 },
		{ 1, VIRTIO_CONSOLE_PORT_ADD, 1 },
		{ 1, VIRTIO_CONSOLE_RESIZE, 1 },
		{ 1, 8, 1 },
		{ 1, 0xffff, 0xffff },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		vd_control(&self->vd, bad[i].id, bad[i].event, bad[i].value);
	vd_write(&self->vd, VCON_CONTROL_TX, "short..", 7);
	vd_queue(&self->vd, VCON_CONTROL_TX, 0, 0, 0);
	vd_queue(&self->vd, VCON_CONTROL_TX, FQ_RAM, 8, 0);
	EXPECT_FALSE(DRAIN());
	GET_STATS();
	EXPECT_EQ(ARRAY_SIZE(bad) + 3, self->st.control_bad);
	EXPECT_EQ(ARRAY_SIZE(bad) + 3, fq_used_idx(&self->vd.q[VCON_CONTROL_TX]));
	EXPECT_EQ(0, self->st.mmio.needs_reset);
	EXPECT_EQ(0, self->vc->due[1]);
}

TEST_F(con, control_buffers_that_are_too_small)
{
	unsigned int i, calls = 0;
	u32 id, len = 0;

	for (i = 0; i < VD_QSIZE - 1; i++)
		vd_offer(&self->vd, VCON_CONTROL_RX, 7);
	vd_offer(&self->vd, VCON_CONTROL_RX, 8);
	vd_control(&self->vd, 0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	while (DRAIN() && calls < 5)
		calls++;
	EXPECT_LT(calls, 5);
	GET_STATS();
	EXPECT_EQ(VD_QSIZE - 1, self->st.control_small);
	for (i = 0; i < VD_QSIZE - 1; i++) {
		ASSERT_TRUE(fq_used(&self->vd.q[VCON_CONTROL_RX], &id, &len));
		ASSERT_EQ(0, len);
	}
	EXPECT_EVENT(PORT_ADD, 0, "");
}

TEST_HARNESS_MAIN
