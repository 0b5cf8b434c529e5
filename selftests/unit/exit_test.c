// SPDX-License-Identifier: GPL-2.0-only
/* What an exit of a vCPU means: classification, port I/O, unclaimed accesses. */
#include <string.h>

#include "kselftest_harness.h"

#include "host/arch/arch.h"
#include "host/vmm/devices/io_bus.h"
#include "host/vmm/devices/serial.h"
#include "host/vmm/exit.h"
#include "lib/util.h"

#define RUN_SIZE 8192

FIXTURE(exit)
{
	struct io_bus pio;
	struct io_bus mmio;
	struct serial *com[2];
	char out[2][64];
	size_t len[2];
	union {
		struct kvm_run run;
		u8 bytes[RUN_SIZE];
	} page;
	u64 detail;
};

struct capture {
	char *out;
	size_t *len;
};

static struct capture captures[2];

static void capture_tx(void *ctx, const u8 *buf, size_t len)
{
	struct capture *c = ctx;

	for (size_t i = 0; i < len && *c->len < 63; i++)
		c->out[(*c->len)++] = buf[i];
}

static const struct serial_ops serial_ops = { .tx = capture_tx };

FIXTURE_SETUP(exit)
{
	static const u16 base[2] = { 0x3f8, 0x2f8 };
	int i;

	memset(self, 0, sizeof(*self));
	for (i = 0; i < 2; i++) {
		captures[i] = (struct capture){ self->out[i], &self->len[i] };
		self->com[i] = serial_new(&serial_ops, &captures[i]);
		ASSERT_NE(NULL, self->com[i]);
		ASSERT_EQ(0, serial_attach(self->com[i], &self->pio, base[i], NULL));
	}
}

FIXTURE_TEARDOWN(exit)
{
	serial_free(self->com[0]);
	serial_free(self->com[1]);
}

static enum exit_action classify(FIXTURE_DATA(exit) * self, u32 reason)
{
	self->page.run.exit_reason = reason;
	return exit_classify(&self->pio, &self->mmio, &self->page.run, RUN_SIZE, &self->detail);
}

TEST_F(exit, hlt_is_none)
{
	EXPECT_EQ(EXIT_NONE, classify(self, KVM_EXIT_HLT));
}

TEST_F(exit, shutdown_is_shutdown)
{
	EXPECT_EQ(EXIT_SHUTDOWN, classify(self, KVM_EXIT_SHUTDOWN));
}

TEST_F(exit, system_event_shutdown_is_shutdown)
{
	self->page.run.system_event.type = KVM_SYSTEM_EVENT_SHUTDOWN;
	EXPECT_EQ(EXIT_SHUTDOWN, classify(self, KVM_EXIT_SYSTEM_EVENT));
}

TEST_F(exit, system_event_reset_is_shutdown)
{
	self->page.run.system_event.type = KVM_SYSTEM_EVENT_RESET;
	EXPECT_EQ(EXIT_SHUTDOWN, classify(self, KVM_EXIT_SYSTEM_EVENT));
}

TEST_F(exit, system_event_unknown_type_is_continue)
{
	self->page.run.system_event.type = 99;
	EXPECT_EQ(EXIT_CONTINUE, classify(self, KVM_EXIT_SYSTEM_EVENT));
}

TEST_F(exit, M8_fail_entry_is_fatal_with_reason)
{
	self->page.run.fail_entry.hardware_entry_failure_reason = 0xdeadbeef;
	EXPECT_EQ(EXIT_FATAL, classify(self, KVM_EXIT_FAIL_ENTRY));
	EXPECT_EQ(0xdeadbeef, self->detail);
}

TEST_F(exit, M8_internal_error_is_fatal_without_reason)
{
	EXPECT_EQ(EXIT_FATAL, classify(self, KVM_EXIT_INTERNAL_ERROR));
	EXPECT_EQ(0, self->detail);
}

TEST_F(exit, end_of_a_level_triggered_interrupt_asks_for_nothing)
{
	EXPECT_EQ(EXIT_CONTINUE, classify(self, KVM_EXIT_IOAPIC_EOI));
}

TEST_F(exit, M8_unknown_reason_is_none)
{
	EXPECT_EQ(EXIT_NONE, classify(self, 0x7fffffff));
}

TEST_F(exit, mmio_read_unmapped_returns_0xff)
{
	self->page.run.mmio.phys_addr = 0x1000;
	self->page.run.mmio.len = 4;
	EXPECT_EQ(EXIT_CONTINUE, classify(self, KVM_EXIT_MMIO));
	EXPECT_EQ(0, memcmp(self->page.run.mmio.data, "\xff\xff\xff\xff\0\0\0\0", 8));
	EXPECT_EQ(1, self->mmio.unhandled);
}

TEST_F(exit, mmio_write_unmapped_is_continue)
{
	self->page.run.mmio.phys_addr = 0x1000;
	self->page.run.mmio.len = 2;
	self->page.run.mmio.is_write = 1;
	EXPECT_EQ(EXIT_CONTINUE, classify(self, KVM_EXIT_MMIO));
}

TEST_F(exit, mmio_length_beyond_the_data_is_cut)
{
	self->page.run.mmio.phys_addr = 0x1000;
	self->page.run.mmio.len = 0xffffffff;
	EXPECT_EQ(EXIT_CONTINUE, classify(self, KVM_EXIT_MMIO));
}

#if defined(__x86_64__)
#include "host/arch/x86/pio.h"

static enum exit_action port_io(FIXTURE_DATA(exit) * self, u8 direction, u16 port, void *data,
				u8 size, u32 count)
{
	enum exit_action action;

	self->page.run.io.direction = direction;
	self->page.run.io.port = port;
	self->page.run.io.size = size;
	self->page.run.io.count = count;
	self->page.run.io.data_offset = 4096;
	memcpy(self->page.bytes + 4096, data, size * count);
	action = classify(self, KVM_EXIT_IO);
	memcpy(data, self->page.bytes + 4096, size * count);
	return action;
}

TEST_F(exit, out_i8042_reset_is_shutdown_signal)
{
	EXPECT_TRUE(pio_out(&self->pio, 0x64, (const u8 *)"\xfe", 1));
}

TEST_F(exit, out_i8042_other_value_is_not)
{
	EXPECT_FALSE(pio_out(&self->pio, 0x64, (const u8 *)"\0", 1));
}

TEST_F(exit, out_com1)
{
	EXPECT_FALSE(pio_out(&self->pio, 0x3f8, (const u8 *)"A", 1));
	EXPECT_STREQ("A", self->out[0]);
}

TEST_F(exit, out_com2)
{
	EXPECT_FALSE(pio_out(&self->pio, 0x2f8, (const u8 *)"B", 1));
	EXPECT_STREQ("B", self->out[1]);
	EXPECT_STREQ("", self->out[0]);
}

TEST_F(exit, out_unknown_port)
{
	EXPECT_FALSE(pio_out(&self->pio, 0x1234, (const u8 *)"\xff", 1));
}

TEST_F(exit, in_i8042_status_and_data_read_zero)
{
	u8 status = 0xff, data = 0xff;

	pio_in(&self->pio, 0x64, &status, 1);
	pio_in(&self->pio, 0x60, &data, 1);
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, data);
}

TEST_F(exit, in_unknown_port_leaves_the_data)
{
	u8 data = 0xa5;

	pio_in(&self->pio, 0x1234, &data, 1);
	EXPECT_EQ(0xa5, data);
}

TEST_F(exit, io_out_i8042_reset_is_shutdown)
{
	u8 value = 0xfe;

	EXPECT_EQ(EXIT_SHUTDOWN, port_io(self, KVM_EXIT_IO_OUT, 0x64, &value, 1, 1));
}

TEST_F(exit, io_out_serial_is_continue)
{
	u8 value = 'Z';

	EXPECT_EQ(EXIT_CONTINUE, port_io(self, KVM_EXIT_IO_OUT, 0x3f8, &value, 1, 1));
	EXPECT_STREQ("Z", self->out[0]);
}

TEST_F(exit, io_in_serial_is_continue)
{
	u8 value = 0xff;

	/* line status: transmitter empty, nothing received */
	EXPECT_EQ(EXIT_CONTINUE, port_io(self, KVM_EXIT_IO_IN, 0x3f8 + 5, &value, 1, 1));
	EXPECT_EQ(0x60, value);
}

TEST_F(exit, io_in_where_nobody_is_reads_all_ones)
{
	u8 value[4] = { 1, 2, 3, 4 };

	EXPECT_EQ(EXIT_CONTINUE, port_io(self, KVM_EXIT_IO_IN, 0xcf8, value, 4, 1));
	EXPECT_EQ(0, memcmp(value, "\xff\xff\xff\xff", 4));
}

TEST_F(exit, M3_string_output_delivers_every_element)
{
	char text[] = "rep outsb";

	EXPECT_EQ(EXIT_CONTINUE, port_io(self, KVM_EXIT_IO_OUT, 0x3f8, text, 1, 9));
	EXPECT_STREQ("rep outsb", self->out[0]);
}

TEST_F(exit, M3_string_io_beyond_the_run_page_is_fatal)
{
	self->page.run.io.direction = KVM_EXIT_IO_OUT;
	self->page.run.io.port = 0x3f8;
	self->page.run.io.size = 4;
	self->page.run.io.count = 1025;
	self->page.run.io.data_offset = 4096;
	EXPECT_EQ(EXIT_FATAL, classify(self, KVM_EXIT_IO));
	self->page.run.io.count = 1;
	self->page.run.io.data_offset = RUN_SIZE + 1;
	EXPECT_EQ(EXIT_FATAL, classify(self, KVM_EXIT_IO));
	EXPECT_EQ(0, self->len[0]);
}
#endif

TEST_HARNESS_MAIN
