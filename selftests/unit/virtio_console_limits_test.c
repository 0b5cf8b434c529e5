// SPDX-License-Identifier: GPL-2.0-only
/* The virtio-console's limits: back-pressure, budgets, what a reset costs. */
#include "vcon_fixture.h"

TEST_F(con, C4_short_sink_loses_and_doubles_nothing)
{
	u8 *data = gmem_hva(self->gm, VD_SPARE, VD_SPARE_LEN);
	const u32 len = 200000;
	unsigned int i, stuck = 0;

	for (i = 0; i < len; i++)
		data[i] = i * 7 + (i >> 8);
	/* Two large chains and a small one. */
	vd_queue(&self->vd, TX(BULK), VD_SPARE, 150000, 0);
	vd_queue(&self->vd, TX(BULK), VD_SPARE + 150000, len - 150001, 0);
	vd_queue(&self->vd, TX(BULK), VD_SPARE + len - 1, 1, 0);
	self->s.take = 0;
	EXPECT_FALSE(DRAIN());
	EXPECT_EQ(0, self->s.nr[BULK]);
	EXPECT_EQ(0, fq_used_idx(&self->vd.q[TX(BULK)]));
	for (i = 0; self->s.nr[BULK] < len && i < 10000; i++) {
		const size_t before = self->s.nr[BULK];

		self->s.take = i % 3 ? 997 * (i % 5) : 1;
		DRAIN();
		stuck += self->s.nr[BULK] == before;
		/* A chain is given back only when all of it was taken. */
		if (fq_used_idx(&self->vd.q[TX(BULK)]))
			ASSERT_GE(self->s.nr[BULK], 150000);
	}
	self->s.take = SINK_MAX;
	EXPECT_FALSE(DRAIN());
	EXPECT_EQ(len, self->s.nr[BULK]);
	EXPECT_EQ(0, memcmp(self->s.out[BULK], data, len));
	EXPECT_EQ(3, fq_used_idx(&self->vd.q[TX(BULK)]));
	EXPECT_GT(stuck, 0);
	EXPECT_EQ(VIRTIO_CONSOLE_TX_CHUNK, self->s.largest);
	GET_STATS();
	EXPECT_GT(self->st.tx_short[BULK], 0);
	EXPECT_EQ(len, self->st.tx_bytes[BULK]);
	EXPECT_EQ(0, self->st.tx_dropped[BULK]);
}

TEST_F(con, C4_a_full_sink_stops_its_own_port_only)
{
	vd_write(&self->vd, TX(BULK), "stuck", 5);
	self->s.take = 0;
	EXPECT_FALSE(DRAIN());
	self->s.take = SINK_MAX;
	vd_write(&self->vd, TX(HVC), "free", 4);
	EXPECT_FALSE(DRAIN());
	EXPECT_EQ(4, self->s.nr[HVC]);
	EXPECT_EQ(5, self->s.nr[BULK]);
}

TEST_F(con, one_drain_is_bounded_in_bytes)
{
	unsigned int i, calls;

	/* 64 times 64 KiB: 4 MiB, sixteen budgets. */
	for (i = 0; i < VD_QSIZE; i++)
		vd_queue(&self->vd, TX(HVC), VD_SPARE, SZ_64K, 0);
	vd_write(&self->vd, TX(BULK), "first", 5);
	EXPECT_TRUE(DRAIN());
	EXPECT_EQ(VIRTIO_CONSOLE_TX_BUDGET, self->s.nr[HVC]);
	EXPECT_EQ(VIRTIO_CONSOLE_TX_CHUNK, self->s.largest);
	/* The next call begins with the next port: nobody starves. */
	EXPECT_TRUE(DRAIN());
	EXPECT_EQ(5, self->s.nr[BULK]);
	for (calls = 2; DRAIN(); calls++)
		;
	EXPECT_EQ(VD_QSIZE * SZ_64K, self->s.nr[HVC]);
	EXPECT_LE(calls, 20);
}

TEST_F(con, one_drain_is_bounded_in_control_messages)
{
	unsigned int i;

	for (i = 0; i < 40; i++)
		OPEN(i % 3);
	EXPECT_TRUE(DRAIN());
	GET_STATS();
	EXPECT_EQ(VIRTIO_CONSOLE_CONTROL_BUDGET, self->st.control);
	EXPECT_FALSE(DRAIN());
	GET_STATS();
	EXPECT_EQ(40, self->st.control);
}

TEST_F(con, C5_buffers_that_never_come)
{
	static u8 block[SZ_64K];
	unsigned int i, sent = 0;

	OPEN(BULK);
	EXPECT_FALSE(DRAIN());
	for (i = 0; i < 1000; i++)
		sent += !virtio_console_send(self->vc, BULK, block, sizeof(block));
	EXPECT_EQ(VIRTIO_CONSOLE_PENDING_MAX / SZ_64K, sent);
	EXPECT_EQ(-ENOBUFS, virtio_console_send(self->vc, BULK, block, 1));
	EXPECT_EQ(0, virtio_console_send(self->vc, HVC, block, 1));
	for (i = 0; i < 10; i++)
		EXPECT_FALSE(DRAIN());
	GET_STATS();
	EXPECT_EQ(VIRTIO_CONSOLE_PENDING_MAX, self->st.rx_pending[BULK]);
	EXPECT_EQ(1000 - sent + 1, self->st.rx_refused[BULK]);
	EXPECT_EQ(1, self->st.rx_pending[HVC]);
	EXPECT_EQ(1, self->s.kicks);
}

TEST_F(con, C5_buffers_of_one_byte)
{
	u8 data[1000], got[1000];
	unsigned int i, n = 0, rounds = 0;
	u32 len = 0;
	u8 *p;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i * 13;
	OPEN(BULK);
	EXPECT_FALSE(DRAIN());
	EXPECT_EQ(0, virtio_console_send(self->vc, BULK, data, sizeof(data)));
	while (n < sizeof(data) && rounds++ < 100) {
		for (i = 0; i < VD_QSIZE; i++)
			vd_offer(&self->vd, RX(BULK), 1);
		while (DRAIN())
			;
		while ((p = vd_read(&self->vd, RX(BULK), &len))) {
			ASSERT_EQ(1, len);
			EXPECT_EQ(0xcc, p[1]);
			got[n++] = *p;
			if (n == sizeof(got))
				break;
		}
	}
	EXPECT_EQ(0, memcmp(data, got, sizeof(data)));
	EXPECT_EQ(DIV_ROUND_UP(sizeof(data), VD_QSIZE), rounds);
}

TEST_F(con, C5_more_buffers_than_one_call_fills)
{
	u8 data[100] = { 0 };
	unsigned int i;

	OPEN(BULK);
	EXPECT_FALSE(DRAIN());
	self->s.kicks = 0;
	/* The queue holds 64; the call's own budget ends with the last of them. */
	for (i = 0; i < VD_QSIZE; i++)
		vd_offer(&self->vd, RX(BULK), 1);
	EXPECT_EQ(0, virtio_console_send(self->vc, BULK, data, sizeof(data)));
	/* Nobody else would look again: the device asks for it. */
	EXPECT_EQ(1, self->s.kicks);
	EXPECT_FALSE(DRAIN());
	GET_STATS();
	EXPECT_EQ(VD_QSIZE, self->st.rx_bytes[BULK]);
}

TEST_F(con, reset_saves_what_the_driver_had_queued)
{
	u8 *data = gmem_hva(self->gm, VD_SPARE, VD_SPARE_LEN);
	unsigned int i;

	for (i = 0; i < 100000; i++)
		data[i] = i * 3;
	vd_queue(&self->vd, TX(BULK), VD_SPARE, 99990, 0);
	self->s.take = 10;
	EXPECT_FALSE(DRAIN());
	vd_queue(&self->vd, TX(BULK), VD_SPARE + 99990, 10, 0);
	self->s.kicks = 0;
	fm_write(self->vd.dev, VIRTIO_MMIO_STATUS, 0);
	EXPECT_EQ(1, self->s.kicks);
	/* The driver's memory is its own again. */
	memset(data, 0, 100000);
	self->s.take = SINK_MAX;
	while (DRAIN())
		;
	ASSERT_EQ(100000, self->s.nr[BULK]);
	for (i = 0; i < 100000; i++)
		ASSERT_EQ((u8)(i * 3), self->s.out[BULK][i]);
	GET_STATS();
	EXPECT_EQ(0, self->st.tx_dropped[BULK]);
	EXPECT_EQ(0, virtio_console_port_open(self->vc, BULK));
	/* And what a new driver sends comes behind it. */
	ASSERT_TRUE(vd_probe(&self->vd, self->vc));
	vd_write(&self->vd, TX(BULK), "new", 3);
	EXPECT_FALSE(DRAIN());
	EXPECT_EQ(0, memcmp(self->s.out[BULK] + 100000, "new", 3));
}

TEST_F(con, reset_saves_no_more_than_its_cap)
{
	unsigned int i;

	for (i = 0; i < VD_QSIZE; i++)
		vd_queue(&self->vd, TX(HVC), VD_SPARE, VD_SPARE_LEN, 0);
	fm_write(self->vd.dev, VIRTIO_MMIO_STATUS, 0);
	while (DRAIN())
		;
	EXPECT_EQ(VIRTIO_CONSOLE_RESCUE_MAX, self->s.nr[HVC]);
	GET_STATS();
	EXPECT_EQ((u64)VD_QSIZE * VD_SPARE_LEN - VIRTIO_CONSOLE_RESCUE_MAX,
		  self->st.tx_dropped[HVC]);
}

TEST_F(con, input_survives_the_probe_and_not_the_driver)
{
	struct virtio_console *vc = virtio_console_new(self->gm, &ops, &self->s, NULL);
	struct virtio_console_stats st;

	ASSERT_NE(NULL, vc);
	EXPECT_EQ(0, virtio_console_send(vc, BULK, "hello", 5));
	ASSERT_TRUE(vd_probe(&self->vd, vc));
	virtio_console_stats(vc, &st);
	EXPECT_EQ(5, st.rx_pending[BULK]);
	ASSERT_TRUE(vd_probe(&self->vd, vc));
	virtio_console_stats(vc, &st);
	EXPECT_EQ(0, st.rx_pending[BULK]);
	EXPECT_EQ(5, st.rx_dropped[BULK]);
	virtio_console_free(vc);
}

TEST_F(con, queue_taken_down_under_a_waiting_chain)
{
	vd_queue(&self->vd, TX(BULK), VD_SPARE, 100000, 0);
	self->s.take = 10;
	EXPECT_FALSE(DRAIN());
	fm_write(self->vd.dev, VIRTIO_MMIO_QUEUE_SEL, TX(BULK));
	fm_write(self->vd.dev, VIRTIO_MMIO_QUEUE_READY, 0);
	self->s.take = SINK_MAX;
	EXPECT_FALSE(DRAIN());
	GET_STATS();
	/* The chunk that was copied out is ours, the rest went with the queue. */
	EXPECT_EQ(VIRTIO_CONSOLE_TX_CHUNK, self->s.nr[BULK]);
	EXPECT_EQ(100000 - VIRTIO_CONSOLE_TX_CHUNK, self->st.tx_dropped[BULK]);
	EXPECT_EQ(0, fq_used_idx(&self->vd.q[TX(BULK)]));
}

TEST(free_takes_null)
{
	virtio_console_free(NULL);
}

TEST_HARNESS_MAIN
