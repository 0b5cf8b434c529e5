// SPDX-License-Identifier: GPL-2.0-only
/* The bus: who answers an address, and that nobody sees a stranger's access. */
#include <linux/kernel.h>

#include "host/vmm/devices/io_bus.h"
#include "kselftest_harness.h"

struct dev {
	unsigned int reads;
	unsigned int writes;
	u64 offset;
	u32 len;
};

static void dev_read(void *opaque, u64 offset, u8 *data, u32 len)
{
	struct dev *d = opaque;

	d->reads++;
	d->offset = offset;
	d->len = len;
	memset(data, 0xd0, len);
}

static void dev_write(void *opaque, u64 offset, const u8 *data, u32 len)
{
	struct dev *d = opaque;

	d->writes++;
	d->offset = offset;
	d->len = len;
}

static struct io_region region(const char *name, u64 base, u64 len, struct dev *d)
{
	return (struct io_region){
		.name = name,
		.base = base,
		.len = len,
		.read = dev_read,
		.write = dev_write,
		.opaque = d,
	};
}

TEST(finds_the_device_and_its_offset)
{
	struct dev a = {}, b = {};
	struct io_region ra = region("a", 0x1000, 0x1000, &a);
	struct io_region rb = region("b", 0x2000, 0x10, &b);
	struct io_bus bus = {};
	u8 data[8] = {};

	ASSERT_EQ(0, io_bus_add(&bus, &ra, NULL));
	ASSERT_EQ(0, io_bus_add(&bus, &rb, NULL));
	EXPECT_TRUE(io_bus_read(&bus, 0x200c, data, 4));
	EXPECT_EQ(0, a.reads);
	EXPECT_EQ(1, b.reads);
	EXPECT_EQ(12, b.offset);
	EXPECT_EQ(0xd0, data[3]);
	EXPECT_EQ(0, data[4]);
	EXPECT_TRUE(io_bus_write(&bus, 0x1fff, data, 1));
	EXPECT_EQ(1, a.writes);
	EXPECT_EQ(0xfff, a.offset);
	EXPECT_EQ(0, atomic_load(&bus.unhandled));
}

TEST(M2_straddling_accesses_reach_nobody)
{
	struct dev a = {}, b = {};
	struct io_region ra = region("a", 0x1000, 0x1000, &a);
	struct io_region rb = region("b", 0x2000, 0x10, &b);
	struct io_bus bus = {};
	u8 data[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	ASSERT_EQ(0, io_bus_add(&bus, &ra, NULL));
	ASSERT_EQ(0, io_bus_add(&bus, &rb, NULL));
	/* From one device into its neighbour, past the end, before the start. */
	EXPECT_FALSE(io_bus_write(&bus, 0x1ffe, data, 4));
	EXPECT_FALSE(io_bus_read(&bus, 0x200d, data, 4));
	EXPECT_FALSE(io_bus_read(&bus, 0x0fff, data, 2));
	EXPECT_FALSE(io_bus_read(&bus, 0x2010, data, 1));
	EXPECT_EQ(1, data[0]);
	EXPECT_EQ(0, a.reads + a.writes + b.reads + b.writes);
	EXPECT_EQ(4, atomic_load(&bus.unhandled));
}

TEST(addresses_that_wrap)
{
	struct dev d = {};
	struct io_region top = region("top", ~0ULL - 0xf, 0x10, &d);
	struct io_bus bus = {};
	u8 data[8];

	ASSERT_EQ(0, io_bus_add(&bus, &top, NULL));
	EXPECT_TRUE(io_bus_read(&bus, ~0ULL, data, 1));
	EXPECT_FALSE(io_bus_read(&bus, ~0ULL, data, 2));
	EXPECT_FALSE(io_bus_read(&bus, 0, data, 8));
	EXPECT_EQ(1, d.reads);
}

TEST(overlap_is_refused_and_names_both)
{
	struct dev d = {};
	struct io_region first = region("first", 0x1000, 0x100, &d);
	static const struct {
		u64 base, len;
	} bad[] = {
		{ 0x1000, 0x100 }, { 0x10ff, 1 }, { 0xfff, 2 }, { 0x1080, 8 }, { 0, 0x10000 },
	};
	struct ktstr_err err = {};
	struct io_bus bus = {};
	unsigned int i;

	ASSERT_EQ(0, io_bus_add(&bus, &first, &err));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct io_region r = region("second", bad[i].base, bad[i].len, &d);

		EXPECT_EQ(-EEXIST, io_bus_add(&bus, &r, &err));
		EXPECT_NE(NULL, strstr(err.msg, "first"));
		EXPECT_NE(NULL, strstr(err.msg, "second"));
	}
	EXPECT_EQ(1, bus.nr);
}

TEST(ranges_that_are_none)
{
	struct dev d = {};
	struct io_region empty = region("empty", 0x1000, 0, &d);
	struct io_region wraps = region("wraps", ~0ULL - 1, 4, &d);
	struct io_bus bus = {};

	EXPECT_EQ(-EINVAL, io_bus_add(&bus, &empty, NULL));
	EXPECT_EQ(-EINVAL, io_bus_add(&bus, &wraps, NULL));
}

TEST(a_full_bus_says_so)
{
	struct io_bus bus = {};
	struct dev d = {};
	unsigned int i;

	for (i = 0; i < IO_BUS_REGIONS_MAX; i++) {
		struct io_region r = region("d", i * 16, 16, &d);

		ASSERT_EQ(0, io_bus_add(&bus, &r, NULL));
	}
	{
		struct io_region r = region("late", i * 16, 16, &d);

		EXPECT_EQ(-ENOSPC, io_bus_add(&bus, &r, NULL));
	}
}

TEST_HARNESS_MAIN
