// SPDX-License-Identifier: GPL-2.0-only
/* The I/O APIC in user space, programmed as arch/x86/kernel/apic/io_apic.c does, and abused. */
#include <linux/bits.h>
#include <string.h>

#include "host/arch/x86/ioapic.h"
#include "host/vmm/devices/io_bus.h"
#include "kselftest_harness.h"

#define SELECT 0x00
#define WINDOW 0x10

#define REG_ID	    0x00
#define REG_VERSION 0x01
#define REG_ARB	    0x02
#define REG_LOW(n)  (0x10 + 2 * (n))
#define REG_HIGH(n) (0x11 + 2 * (n))

#define LAST_PIN (LAYOUT_IOAPIC_PINS - 1)

#define MASKED	 ((u32)BIT(16))
#define LEVEL	 ((u32)BIT(15))
#define LOGICAL	 ((u32)BIT(11))
#define READONLY ((u32)(BIT(12) | BIT(14)))

/* What was last told about pins, and how often. */
struct told {
	struct ioapic_msg msgs[LAYOUT_IOAPIC_PINS];
	u32 open;
	u32 times;
};

static void on_routes(void *ctx, const struct ioapic_msg *msgs, u32 open)
{
	struct told *t = ctx;

	memcpy(t->msgs, msgs, sizeof(t->msgs));
	t->open = open;
	t->times++;
}

FIXTURE(ioapic)
{
	struct told told;
	struct io_bus bus;
	struct ioapic *io;
};

FIXTURE_SETUP(ioapic)
{
	memset(self, 0, sizeof(*self));
	self->io = ioapic_new(on_routes, &self->told);
	ASSERT_NE(NULL, self->io);
	ASSERT_EQ(0, ioapic_attach(self->io, &self->bus, NULL));
}

FIXTURE_TEARDOWN(ioapic)
{
	ioapic_free(self->io);
}

static u32 get(struct ioapic *io, u32 reg)
{
	ioapic_write(io, SELECT, 4, reg);
	return ioapic_read(io, WINDOW, 4);
}

static void set(struct ioapic *io, u32 reg, u32 value)
{
	ioapic_write(io, SELECT, 4, reg);
	ioapic_write(io, WINDOW, 4, value);
}

/* As __ioapic_write_entry(): the half with the mask comes last. */
static void set_entry(struct ioapic *io, u32 pin, u32 high, u32 low)
{
	set(io, REG_HIGH(pin), high);
	set(io, REG_LOW(pin), low);
}

TEST_F(ioapic, comes_up_with_every_pin_masked)
{
	u32 pin;

	EXPECT_EQ(0, ioapic_read(self->io, SELECT, 4));
	EXPECT_EQ(0, get(self->io, REG_ID));
	EXPECT_EQ(0, get(self->io, REG_ARB));
	for (pin = 0; pin <= LAST_PIN; pin++) {
		EXPECT_EQ(MASKED, get(self->io, REG_LOW(pin)));
		EXPECT_EQ(0, get(self->io, REG_HIGH(pin)));
	}
	EXPECT_EQ(0, self->told.times);
}

TEST_F(ioapic, version_says_24_pins_and_no_eoi_register)
{
	EXPECT_EQ(0x00170011, get(self->io, REG_VERSION));
	set(self->io, REG_VERSION, 0xffffffff);
	EXPECT_EQ(0x00170011, get(self->io, REG_VERSION));
}

TEST_F(ioapic, id_has_four_bits_that_arbitration_shows_too)
{
	set(self->io, REG_ID, 0xffffffff);
	EXPECT_EQ(0x0f000000, get(self->io, REG_ID));
	EXPECT_EQ(0x0f000000, get(self->io, REG_ARB));
	set(self->io, REG_ARB, 0);
	EXPECT_EQ(0x0f000000, get(self->io, REG_ARB));
}

TEST_F(ioapic, select_has_eight_bits)
{
	ioapic_write(self->io, SELECT, 4, 0xabcdef01);
	EXPECT_EQ(0x01, ioapic_read(self->io, SELECT, 4));
	EXPECT_EQ(0x00170011, ioapic_read(self->io, WINDOW, 4));
}

TEST_F(ioapic, entry_keeps_what_software_may_write)
{
	set_entry(self->io, 5, 0xffffffff, 0xffffffff);
	EXPECT_EQ(0x0001afff, get(self->io, REG_LOW(5)));
	EXPECT_EQ(0xfffe0000, get(self->io, REG_HIGH(5)));
	EXPECT_EQ(0, get(self->io, REG_LOW(5)) & READONLY);
	set_entry(self->io, 5, 0, 0);
	EXPECT_EQ(0, get(self->io, REG_LOW(5)));
	EXPECT_EQ(0, get(self->io, REG_HIGH(5)));
}

TEST_F(ioapic, halves_do_not_touch_each_other_nor_the_neighbours)
{
	set(self->io, REG_HIGH(7), 0x12000000);
	set(self->io, REG_LOW(7), MASKED | 0x55);
	set(self->io, REG_HIGH(7), 0x34000000);
	EXPECT_EQ(MASKED | 0x55, get(self->io, REG_LOW(7)));
	EXPECT_EQ(0x34000000, get(self->io, REG_HIGH(7)));
	EXPECT_EQ(MASKED, get(self->io, REG_LOW(6)));
	EXPECT_EQ(MASKED, get(self->io, REG_LOW(8)));
}

TEST_F(ioapic, masked_pins_are_nobodys_business)
{
	u32 pin;

	for (pin = 0; pin <= LAST_PIN; pin++)
		set_entry(self->io, pin, 0x03000000, MASKED | (0x30 + pin));
	EXPECT_EQ(0, self->told.times);
}

TEST_F(ioapic, unmasking_opens_a_pin_and_masking_closes_it)
{
	set_entry(self->io, 4, 0x03000000, 0x41);
	EXPECT_EQ(1, self->told.times);
	EXPECT_EQ(1U << 4, self->told.open);
	EXPECT_EQ(0xfee03000, self->told.msgs[4].addr);
	EXPECT_EQ(0x41, self->told.msgs[4].data);

	set_entry(self->io, LAST_PIN, 0, 0x42);
	EXPECT_EQ(1U << 4 | 1U << LAST_PIN, self->told.open);

	set(self->io, REG_LOW(4), MASKED | 0x41);
	EXPECT_EQ(1U << LAST_PIN, self->told.open);
	EXPECT_EQ(3, self->told.times);
}

TEST_F(ioapic, same_value_again_tells_nobody)
{
	set_entry(self->io, 4, 0, 0x41);
	set_entry(self->io, 4, 0, 0x41);
	EXPECT_EQ(1, self->told.times);
}

TEST_F(ioapic, open_pin_moves_to_another_cpu)
{
	set_entry(self->io, 5, 0x01000000, 0x41);
	set_entry(self->io, 5, 0x02000000, 0x52);
	EXPECT_EQ(1U << 5, self->told.open);
	EXPECT_EQ(0xfee02000, self->told.msgs[5].addr);
	EXPECT_EQ(0x52, self->told.msgs[5].data);
}

TEST(destination_goes_into_address_bits)
{
	struct ioapic_msg msg;

	ASSERT_TRUE(ioapic_message(254ULL << 56 | 0x30, &msg));
	EXPECT_EQ(0xfeefe000, msg.addr);
	EXPECT_EQ(0x30, msg.data);
}

/* What Linux writes for APIC id 433 = 0x1b1, and what KVM takes it for. */
TEST(extended_destination_goes_where_kvm_has_ids_of_32_bits)
{
	struct ioapic_msg msg;

	ASSERT_TRUE(ioapic_message(0xb1ULL << 56 | 1ULL << 49 | 0x30, &msg));
	EXPECT_EQ(0x00000100fee00000ULL | 0xb1 << 12, msg.addr);
	ASSERT_TRUE(ioapic_message(0xffULL << 56 | 0x7fULL << 49 | 0x30, &msg));
	EXPECT_EQ(0x00007f00feeff000ULL, msg.addr);
	/* KVM refuses a route with anything in bits 39..32 */
	EXPECT_EQ(0, msg.addr >> 32 & 0xff);
}

TEST(modes_go_into_the_message)
{
	struct ioapic_msg msg;

	ASSERT_TRUE(ioapic_message(LOGICAL | 0x31, &msg));
	EXPECT_EQ(0xfee00004, msg.addr);
	EXPECT_EQ(0x31, msg.data);
	/* lowest priority, then NMI */
	ASSERT_TRUE(ioapic_message(1 << 8 | 0x31, &msg));
	EXPECT_EQ(0x131, msg.data);
	ASSERT_TRUE(ioapic_message(4 << 8, &msg));
	EXPECT_EQ(0x400, msg.data);
}

TEST(level_triggered_pin_asserts)
{
	struct ioapic_msg msg;

	ASSERT_TRUE(ioapic_message(LEVEL | 0x31, &msg));
	EXPECT_EQ(0xc031, msg.data);
}

TEST(masked_entry_has_no_message)
{
	struct ioapic_msg msg;

	EXPECT_FALSE(ioapic_message(MASKED | 0x31, &msg));
}

TEST_F(ioapic, registers_that_do_not_exist_read_0_and_take_nothing)
{
	u32 reg;

	for (reg = 3; reg < 0x100; reg++) {
		if (reg >= REG_LOW(0) && reg <= REG_HIGH(LAST_PIN))
			continue;
		set(self->io, reg, 0xffffffff & ~MASKED);
		EXPECT_EQ(0, get(self->io, reg));
	}
	EXPECT_EQ(0, self->told.times);
	EXPECT_EQ(0, get(self->io, REG_ID));
}

TEST_F(ioapic, offsets_beside_the_two_registers_are_dropped)
{
	u64 offset;

	ioapic_write(self->io, SELECT, 4, REG_LOW(3));
	for (offset = 0; offset < IOAPIC_LEN; offset++) {
		if (offset == SELECT || offset == WINDOW)
			continue;
		ioapic_write(self->io, offset, 4, 0x31);
		EXPECT_EQ(0, ioapic_read(self->io, offset, 4));
	}
	EXPECT_EQ(0, self->told.times);
	EXPECT_EQ(MASKED, ioapic_read(self->io, WINDOW, 4));
}

TEST_F(ioapic, other_widths_read_0_and_write_nothing)
{
	static const u32 widths[] = { 1, 2, 8 };
	u8 data[8];
	size_t i;

	ioapic_write(self->io, SELECT, 4, REG_LOW(3));
	for (i = 0; i < ARRAY_SIZE(widths); i++) {
		memset(data, 0, sizeof(data));
		EXPECT_TRUE(io_bus_write(&self->bus, LAYOUT_IOAPIC + WINDOW, data, widths[i]));
		EXPECT_TRUE(io_bus_write(&self->bus, LAYOUT_IOAPIC + SELECT, data, widths[i]));
		memset(data, 0xa5, sizeof(data));
		EXPECT_TRUE(io_bus_read(&self->bus, LAYOUT_IOAPIC + WINDOW, data, widths[i]));
		EXPECT_EQ(0, data[0]);
		EXPECT_EQ(0, data[widths[i] - 1]);
	}
	EXPECT_EQ(0, self->told.times);
	EXPECT_EQ(MASKED, ioapic_read(self->io, WINDOW, 4));
}

TEST_F(ioapic, is_where_the_madt_says)
{
	u32 value = REG_VERSION;

	EXPECT_TRUE(io_bus_write(&self->bus, LAYOUT_IOAPIC + SELECT, (u8 *)&value, 4));
	EXPECT_TRUE(io_bus_read(&self->bus, LAYOUT_IOAPIC + WINDOW, (u8 *)&value, 4));
	EXPECT_EQ(0x00170011, value);
	/* an access that runs out of the registers is nobody's */
	EXPECT_FALSE(io_bus_read(&self->bus, LAYOUT_IOAPIC + IOAPIC_LEN - 2, (u8 *)&value, 4));
}

TEST(free_takes_null)
{
	ioapic_free(NULL);
}

TEST_HARNESS_MAIN
