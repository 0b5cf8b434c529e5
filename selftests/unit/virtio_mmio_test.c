// SPDX-License-Identifier: GPL-2.0-only
/* The virtio-mmio transport: the handshake Linux makes, and its violations. */
#include <linux/bits.h>
#include <linux/kernel.h>

#include "host/vmm/devices/io_bus.h"
#include "kselftest_harness.h"
#include "vring_driver.h"

#define QUEUES 2
#define QMAX   64
#define V1     BIT_ULL(VIRTIO_F_VERSION_1)
#define EVENT  BIT_ULL(VIRTIO_RING_F_EVENT_IDX)

static struct {
	unsigned int ready;
	unsigned int resets;
	unsigned int live_resets;
	unsigned int kicks;
	unsigned int irqs;
	u32 last_kick;
} seen;

static void dev_ready(struct virtio_mmio *dev, u32 index)
{
	seen.ready |= 1U << index;
}

static void dev_reset(struct virtio_mmio *dev, bool live)
{
	seen.resets++;
	seen.live_resets += live;
}

static void dev_kick(struct virtio_mmio *dev, u32 index)
{
	seen.kicks++;
	seen.last_kick = index;
}

static void dev_irq(struct virtio_mmio *dev)
{
	seen.irqs++;
}

static const u8 config[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

static const struct virtio_mmio_ops ops = {
	.name = "test",
	.device_id = 42,
	.features = V1 | EVENT | 0x5,
	.nr_queues = QUEUES,
	.queue_max = { QMAX, 16 },
	.config = config,
	.config_len = sizeof(config),
	.queue_ready = dev_ready,
	.reset = dev_reset,
	.kick = dev_kick,
	.irq = dev_irq,
};

FIXTURE(mmio)
{
	struct gmem *gm;
	struct virtio_mmio dev;
	struct fq q[QUEUES];
};

FIXTURE_SETUP(mmio)
{
	memset(&seen, 0, sizeof(seen));
	self->gm = gmem_new(FQ_RAM, SZ_2G, SZ_4G, NULL);
	ASSERT_NE(NULL, self->gm);
	ASSERT_EQ(0, virtio_mmio_init(&self->dev, &ops, self->gm));
}

FIXTURE_TEARDOWN(mmio)
{
	virtio_mmio_destroy(&self->dev);
	gmem_free(self->gm);
}

#define RD(reg)	   fm_read(&self->dev, VIRTIO_MMIO_##reg)
#define WR(reg, v) fm_write(&self->dev, VIRTIO_MMIO_##reg, v)
#define STATS()                                      \
	({                                           \
		struct virtio_mmio_stats st_;        \
		virtio_mmio_stats(&self->dev, &st_); \
		st_;                                 \
	})

TEST_F(mmio, handshake_as_linux_makes_it)
{
	EXPECT_EQ(0x74726976, RD(MAGIC_VALUE));
	EXPECT_EQ(2, RD(VERSION));
	EXPECT_EQ(42, RD(DEVICE_ID));
	EXPECT_EQ(0, RD(VENDOR_ID));
	WR(DEVICE_FEATURES_SEL, 1);
	EXPECT_EQ(V1 >> 32, RD(DEVICE_FEATURES));
	WR(DEVICE_FEATURES_SEL, 0);
	EXPECT_EQ((u32)EVENT | 0x5, RD(DEVICE_FEATURES));
	WR(DEVICE_FEATURES_SEL, 2);
	EXPECT_EQ(0, RD(DEVICE_FEATURES));
	WR(QUEUE_SEL, 1);
	EXPECT_EQ(16, RD(QUEUE_NUM_MAX));
	EXPECT_EQ(~0U, RD(SHM_LEN_LOW));
	EXPECT_EQ(~0U, RD(SHM_LEN_HIGH));

	ASSERT_TRUE(fm_probe(&self->dev, V1 | EVENT, self->q, QUEUES, 16));
	EXPECT_EQ(3, seen.ready);
	EXPECT_EQ(1, seen.kicks);
	EXPECT_TRUE(virtio_mmio_live(&self->dev));
	EXPECT_TRUE(self->dev.queues[0].event_idx);
	EXPECT_FALSE(self->dev.queues[0].indirect);
	EXPECT_EQ(16, self->dev.queues[0].size);
	EXPECT_EQ(0, STATS().bad_access + STATS().bad_status + STATS().bad_queue +
			     STATS().bad_features + STATS().bad_notify);
}

TEST_F(mmio, interrupts_are_set_acked_and_independent)
{
	ASSERT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
	virtio_mmio_queue_irq(&self->dev);
	virtio_mmio_config_changed(&self->dev);
	EXPECT_EQ(2, seen.irqs);
	EXPECT_EQ(3, RD(INTERRUPT_STATUS));
	WR(INTERRUPT_ACK, VIRTIO_MMIO_INT_VRING);
	EXPECT_EQ(VIRTIO_MMIO_INT_CONFIG, RD(INTERRUPT_STATUS));
	/* Acknowledging nonsense acknowledges nothing else (M7). */
	WR(INTERRUPT_ACK, 0xfffffff0);
	EXPECT_EQ(VIRTIO_MMIO_INT_CONFIG, RD(INTERRUPT_STATUS));
	WR(INTERRUPT_ACK, 0xffffffff);
	EXPECT_EQ(0, RD(INTERRUPT_STATUS));
}

TEST_F(mmio, notification_through_the_register)
{
	ASSERT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
	seen.kicks = 0;
	WR(QUEUE_NOTIFY, 1);
	EXPECT_EQ(1, seen.kicks);
	EXPECT_EQ(1, seen.last_kick);
}

TEST_F(mmio, queue_is_taken_down_without_a_reset)
{
	ASSERT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
	WR(QUEUE_SEL, 0);
	WR(QUEUE_READY, 0);
	EXPECT_EQ(0, RD(QUEUE_READY));
	/* And not brought back while the device is live (Q17). */
	WR(QUEUE_READY, 1);
	EXPECT_EQ(0, RD(QUEUE_READY));
	EXPECT_EQ(1, STATS().bad_queue);
}

TEST_F(mmio, Q16_queue_sizes)
{
	static const u32 bad[] = { 0, 3, QMAX + 1, QMAX * 2, 0x10000, 0x10010, 0xffffffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ASSERT_TRUE(fm_negotiate(&self->dev, V1));
		fm_queue_addrs(&self->dev, 0, bad[i], FQ_BASE(0), FQ_BASE(1), FQ_BASE(2));
		EXPECT_NE(0, RD(STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
		WR(QUEUE_READY, 1);
		EXPECT_EQ(0, RD(QUEUE_READY));
		EXPECT_EQ(i + 1, STATS().bad_queue);
		EXPECT_EQ(i + 1, STATS().errors[VQ_QUEUE_SIZE]);
		/* Before DRIVER_OK there is nobody to interrupt (2.1.2). */
		EXPECT_EQ(0, seen.irqs);
	}
	/* None at all. */
	ASSERT_TRUE(fm_negotiate(&self->dev, V1));
	WR(QUEUE_SEL, 0);
	WR(QUEUE_READY, 1);
	EXPECT_EQ(0, RD(QUEUE_READY));
	/* And the device lives on. */
	EXPECT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
}

TEST_F(mmio, Q17_live_configuration_is_immutable)
{
	struct virtqueue before;
	u32 off;

	ASSERT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
	WR(QUEUE_SEL, 0);
	before = self->dev.queues[0];
	WR(QUEUE_NUM, 8);
	for (off = VIRTIO_MMIO_QUEUE_DESC_LOW; off <= VIRTIO_MMIO_QUEUE_USED_HIGH; off += 4)
		if (off % 16 < 8)
			fm_write(&self->dev, off, 0x1000);
	WR(QUEUE_READY, 1);
	EXPECT_EQ(0, memcmp(&before, &self->dev.queues[0], sizeof(before)));
	EXPECT_EQ(8, STATS().bad_queue);
	WR(DRIVER_FEATURES_SEL, 0);
	WR(DRIVER_FEATURES, 0x5);
	EXPECT_EQ(V1, self->dev.driver_features);
	EXPECT_EQ(1, STATS().bad_features);
}

TEST_F(mmio, Q17_half_of_an_address_between_ready_and_driver_ok)
{
	ASSERT_TRUE(fm_negotiate(&self->dev, V1));
	fq_init(&self->q[0], self->gm, FQ_BASE(0), 16);
	ASSERT_TRUE(fm_queue(&self->dev, 0, &self->q[0]));
	WR(QUEUE_DESC_HIGH, 1);
	EXPECT_EQ(FQ_BASE(0), self->dev.queues[0].desc_gpa);
	EXPECT_EQ(1, STATS().bad_queue);
}

TEST_F(mmio, Q18_ring_addresses)
{
	static const struct {
		u64 desc, avail, used;
		enum vq_error why;
	} bad[] = {
		{ FQ_BASE(0) + 1, FQ_BASE(1), FQ_BASE(2), VQ_RING_ALIGN },
		{ FQ_BASE(0), FQ_BASE(1) + 1, FQ_BASE(2), VQ_RING_ALIGN },
		{ FQ_BASE(0), FQ_BASE(1), FQ_BASE(2) + 2, VQ_RING_ALIGN },
		{ FQ_RAM, FQ_BASE(1), FQ_BASE(2), VQ_RING_ADDR },
		{ FQ_RAM - 16, FQ_BASE(1), FQ_BASE(2), VQ_RING_ADDR },
		{ FQ_BASE(0), ~0ULL - 3, FQ_BASE(2), VQ_RING_ADDR },
		{ FQ_BASE(0), FQ_BASE(1), 1ULL << 40, VQ_RING_ADDR },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ASSERT_TRUE(fm_negotiate(&self->dev, V1));
		fm_queue_addrs(&self->dev, 1, 16, bad[i].desc, bad[i].avail, bad[i].used);
		WR(QUEUE_READY, 1);
		EXPECT_EQ(0, RD(QUEUE_READY));
		EXPECT_EQ(bad[i].why, STATS().last_error);
		EXPECT_NE(0, RD(STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
	}
	EXPECT_EQ(ARRAY_SIZE(bad), STATS().needs_reset);
	EXPECT_EQ(0, seen.ready);
}

TEST_F(mmio, Q19_absent_queues)
{
	static const u32 absent[] = { QUEUES, 8, 9, 0x7fffffff, 0x80000000, 0xffffffff };
	unsigned int i;

	ASSERT_TRUE(fm_negotiate(&self->dev, V1));
	for (i = 0; i < ARRAY_SIZE(absent); i++) {
		fm_queue_addrs(&self->dev, absent[i], 16, FQ_BASE(0), FQ_BASE(1), FQ_BASE(2));
		WR(QUEUE_READY, 1);
		EXPECT_EQ(0, RD(QUEUE_READY));
		EXPECT_EQ(0, RD(QUEUE_NUM_MAX));
		WR(QUEUE_NOTIFY, absent[i]);
	}
	EXPECT_EQ(ARRAY_SIZE(absent) * 8, STATS().bad_queue);
	EXPECT_EQ(ARRAY_SIZE(absent), STATS().bad_notify);
	/* Present, but too early. */
	WR(QUEUE_NOTIFY, 0);
	EXPECT_EQ(ARRAY_SIZE(absent) + 1, STATS().bad_notify);
	EXPECT_EQ(0, seen.kicks);
	EXPECT_EQ(0, RD(STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
}

TEST_F(mmio, Q21_reset_forgets_everything)
{
	ASSERT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
	virtio_mmio_queue_irq(&self->dev);
	WR(STATUS, 0);
	EXPECT_EQ(0, RD(STATUS));
	EXPECT_EQ(0, RD(INTERRUPT_STATUS));
	EXPECT_EQ(1, seen.live_resets);
	WR(QUEUE_SEL, 0);
	EXPECT_EQ(0, RD(QUEUE_READY));
	EXPECT_EQ(QMAX, RD(QUEUE_NUM_MAX));
	EXPECT_EQ(0, self->dev.queues[0].desc_gpa);
	EXPECT_EQ(0, self->dev.driver_features);
	EXPECT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
}

TEST_F(mmio, needs_reset_is_told_counted_and_cured)
{
	ASSERT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
	virtio_mmio_fail(&self->dev, 1, VQ_CHAIN_LOOP);
	virtio_mmio_fail(&self->dev, 1, VQ_AVAIL_JUMP);
	EXPECT_EQ(VIRTIO_CONFIG_S_NEEDS_RESET, RD(STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
	EXPECT_EQ(VIRTIO_MMIO_INT_CONFIG, RD(INTERRUPT_STATUS));
	EXPECT_EQ(1, seen.irqs);
	EXPECT_EQ(1, STATS().needs_reset);
	EXPECT_EQ(1, STATS().errors[VQ_CHAIN_LOOP]);
	EXPECT_EQ(0, STATS().errors[VQ_AVAIL_JUMP]);
	/* The other queue goes on. */
	EXPECT_TRUE(virtio_mmio_live(&self->dev));
	EXPECT_EQ(VQ_OK, self->dev.queues[0].error);
	/* A driver may write back what it read. */
	WR(STATUS, RD(STATUS));
	EXPECT_EQ(0, STATS().bad_status);
	ASSERT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
	EXPECT_EQ(0, RD(STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
	EXPECT_EQ(VQ_OK, self->dev.queues[1].error);
}

TEST_F(mmio, M1_register_widths)
{
	static const u32 widths[] = { 0, 1, 2, 3, 8 };
	u64 before, off;
	unsigned int i;
	u8 data[8];

	ASSERT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
	before = STATS().bad_access;
	for (i = 0; i < ARRAY_SIZE(widths); i++) {
		for (off = 0; off < VIRTIO_MMIO_CONFIG; off += 4) {
			memset(data, 0, sizeof(data));
			virtio_mmio_write(&self->dev, off, data, widths[i]);
			memset(data, 0x77, sizeof(data));
			virtio_mmio_read(&self->dev, off, data, widths[i]);
			ASSERT_TRUE(!widths[i] || !data[0]);
			ASSERT_TRUE(widths[i] == 8 || data[7] == 0x77);
		}
	}
	/* A one-byte zero to the status register has not reset anything. */
	EXPECT_EQ(0xf, RD(STATUS));
	EXPECT_EQ(before + ARRAY_SIZE(widths) * 2 * 64, STATS().bad_access);
}

TEST_F(mmio, M2_unaligned_and_straddling)
{
	struct io_bus bus = {};
	u8 data[8] = {};
	u64 off;

	ASSERT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
	ASSERT_EQ(0, virtio_mmio_attach(&self->dev, &bus, 0xC0000000, NULL));
	for (off = 0; off < VIRTIO_MMIO_CONFIG; off++) {
		if (off % 4 == 0)
			continue;
		EXPECT_TRUE(io_bus_write(&bus, 0xC0000000 + off, data, 4));
		memset(data, 0x77, 4);
		EXPECT_TRUE(io_bus_read(&bus, 0xC0000000 + off, data, 4));
		EXPECT_EQ(0, data[0]);
		memset(data, 0, 4);
	}
	EXPECT_EQ(0xf, RD(STATUS));
	EXPECT_FALSE(io_bus_write(&bus, 0xC0000000 + VIRTIO_MMIO_SIZE - 2, data, 4));
	EXPECT_FALSE(io_bus_read(&bus, 0xC0000000 - 2, data, 4));
	EXPECT_TRUE(io_bus_read(&bus, 0xC0000000 + VIRTIO_MMIO_SIZE - 4, data, 4));
	EXPECT_EQ(0, data[0]);
}

TEST_F(mmio, M4_configuration_space)
{
	static const struct {
		u64 offset;
		u32 len;
	} out[] = {
		{ 12, 1 },
		{ 10, 4 },
		{ 9, 4 },
		{ 8, 8 },
		{ 0x1000, 4 },
		{ ~0ULL - 0x100, 4 },
		{ ~0ULL - 0x101, 8 },
	};
	unsigned int i;
	u8 data[8];

	virtio_mmio_read(&self->dev, VIRTIO_MMIO_CONFIG, data, 4);
	EXPECT_EQ(0, memcmp(data, config, 4));
	virtio_mmio_read(&self->dev, VIRTIO_MMIO_CONFIG + 4, data, 8);
	EXPECT_EQ(0, memcmp(data, config + 4, 8));
	virtio_mmio_read(&self->dev, VIRTIO_MMIO_CONFIG + 11, data, 1);
	EXPECT_EQ(12, data[0]);
	for (i = 0; i < ARRAY_SIZE(out); i++) {
		memset(data, 0x77, sizeof(data));
		virtio_mmio_read(&self->dev, VIRTIO_MMIO_CONFIG + out[i].offset, data, out[i].len);
		EXPECT_EQ(0, data[0] | data[out[i].len - 1]);
	}
	EXPECT_EQ(ARRAY_SIZE(out), STATS().bad_access);
	virtio_mmio_write(&self->dev, VIRTIO_MMIO_CONFIG, data, 4);
	virtio_mmio_write(&self->dev, VIRTIO_MMIO_CONFIG + 0x5000, data, 8);
	EXPECT_EQ(2, STATS().config_writes);
}

TEST_F(mmio, M4_generation_changes_between_two_reads)
{
	u32 before, after;
	u8 data[4];

	ASSERT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
	before = RD(CONFIG_GENERATION);
	virtio_mmio_read(&self->dev, VIRTIO_MMIO_CONFIG, data, 4);
	virtio_mmio_config_changed(&self->dev);
	after = RD(CONFIG_GENERATION);
	EXPECT_NE(before, after);
	EXPECT_EQ(after, RD(CONFIG_GENERATION));
	EXPECT_EQ(VIRTIO_MMIO_INT_CONFIG, RD(INTERRUPT_STATUS));
}

TEST_F(mmio, M5_steps_out_of_order)
{
	static const u32 bad[] = { 2,	  4,	8,    1 | 4, 1 | 8,	 1 | 2 | 4,
				   2 | 8, 0x10, 0x20, 0x101, 0x80000000, 0xffffffff };
	unsigned int i;

	WR(STATUS, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		WR(STATUS, bad[i]);
		EXPECT_EQ(0, RD(STATUS)) TH_LOG("0x%x", bad[i]);
	}
	EXPECT_EQ(ARRAY_SIZE(bad), STATS().bad_status);
	WR(STATUS, 1);
	WR(STATUS, 1 | 2 | 4);
	EXPECT_EQ(1, RD(STATUS));
}

TEST_F(mmio, M5_bits_are_not_cleared_one_by_one)
{
	static const u32 bad[] = { 1 | 2 | 8, 1 | 2 | 4, 1 | 8 | 4, 2 | 8 | 4, 1 };
	unsigned int i;

	ASSERT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		WR(STATUS, bad[i]);
		EXPECT_EQ(0xf, RD(STATUS));
	}
	EXPECT_EQ(ARRAY_SIZE(bad), STATS().bad_status);
}

TEST_F(mmio, M5_features_that_are_not_on_offer)
{
	static const u64 bad[] = { 0,	   EVENT,
				   V1 | 2, V1 | (1ULL << 63),
				   ~0ULL,  V1 | (1ULL << VIRTIO_RING_F_INDIRECT_DESC) };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_FALSE(fm_negotiate(&self->dev, bad[i]));
		EXPECT_EQ(3, RD(STATUS));
		WR(STATUS, 1 | 2 | 8 | 4);
		EXPECT_EQ(3, RD(STATUS));
	}
	EXPECT_FALSE(virtio_mmio_live(&self->dev));
	EXPECT_EQ(0, seen.kicks);
	EXPECT_EQ(ARRAY_SIZE(bad) * 2, STATS().bad_features);
	/* A third word of features is none of ours, unless it is empty. */
	WR(STATUS, 0);
	WR(STATUS, 1);
	WR(STATUS, 3);
	WR(DRIVER_FEATURES_SEL, 2);
	WR(DRIVER_FEATURES, 0);
	WR(DRIVER_FEATURES, 1);
	EXPECT_EQ(ARRAY_SIZE(bad) * 2 + 1, STATS().bad_features);
}

TEST_F(mmio, M5_failed_is_kept_and_stops_the_device)
{
	ASSERT_TRUE(fm_probe(&self->dev, V1, self->q, QUEUES, 16));
	WR(STATUS, 0xf | VIRTIO_CONFIG_S_FAILED);
	EXPECT_EQ(0xf | VIRTIO_CONFIG_S_FAILED, RD(STATUS));
	EXPECT_FALSE(virtio_mmio_live(&self->dev));
	EXPECT_EQ(1, STATS().failed);
	WR(STATUS, 0xf);
	EXPECT_EQ(0xf | VIRTIO_CONFIG_S_FAILED, RD(STATUS));
	WR(STATUS, 0);
	EXPECT_EQ(0, RD(STATUS));
}

TEST_F(mmio, queues_wait_for_features_ok)
{
	WR(STATUS, 0);
	WR(STATUS, 1);
	WR(STATUS, 3);
	fq_init(&self->q[0], self->gm, FQ_BASE(0), 16);
	EXPECT_FALSE(fm_queue(&self->dev, 0, &self->q[0]));
	EXPECT_EQ(8, STATS().bad_queue);
}

TEST_HARNESS_MAIN
