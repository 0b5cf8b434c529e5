// SPDX-License-Identifier: GPL-2.0-only
/* The UART, probed the way drivers/tty/serial/8250 probes it, and abused. */
#include <linux/serial_reg.h>

#include "host/vmm/devices/io_bus.h"
#include "host/vmm/devices/serial.h"
#include "kselftest_harness.h"

struct world {
	char out[4096];
	size_t nr;
	int level;
	unsigned int rises;
};

static void world_tx(void *ctx, const u8 *buf, size_t len)
{
	struct world *w = ctx;

	while (len-- && w->nr < sizeof(w->out))
		w->out[w->nr++] = *buf++;
}

static void world_irq(void *ctx, int level)
{
	struct world *w = ctx;

	w->rises += level && !w->level;
	w->level = level;
}

static const struct serial_ops ops = { .tx = world_tx, .irq = world_irq };

FIXTURE(serial)
{
	struct world w;
	struct serial *s;
};

FIXTURE_SETUP(serial)
{
	memset(&self->w, 0, sizeof(self->w));
	self->s = serial_new(&ops, &self->w);
	ASSERT_NE(NULL, self->s);
}

FIXTURE_TEARDOWN(serial)
{
	serial_free(self->s);
}

TEST_F(serial, transmits)
{
	const char *p;

	for (p = "hello\n"; *p; p++) {
		EXPECT_EQ(UART_LSR_THRE | UART_LSR_TEMT, serial_read(self->s, UART_LSR));
		serial_write(self->s, UART_TX, *p);
	}
	EXPECT_EQ(6, self->w.nr);
	EXPECT_EQ(0, memcmp(self->w.out, "hello\n", 6));
	EXPECT_EQ(0, self->w.rises);
}

TEST_F(serial, is_a_16550a_to_a_driver)
{
	serial_write(self->s, UART_IER, 0xff);
	EXPECT_EQ(0x0f, serial_read(self->s, UART_IER));
	serial_write(self->s, UART_IER, 0);
	EXPECT_EQ(0, serial_read(self->s, UART_IER));
	serial_write(self->s, UART_MCR, UART_MCR_LOOP | UART_MCR_OUT2 | UART_MCR_RTS);
	EXPECT_EQ(0x90, serial_read(self->s, UART_MSR) & 0xf0);
	serial_write(self->s, UART_MCR, UART_MCR_LOOP | UART_MCR_OUT1 | UART_MCR_DTR);
	EXPECT_EQ(UART_MSR_RI | UART_MSR_DSR, serial_read(self->s, UART_MSR));
	serial_write(self->s, UART_MCR, 0);
	EXPECT_EQ(0xb0, serial_read(self->s, UART_MSR));
	EXPECT_EQ(UART_IIR_NO_INT, serial_read(self->s, UART_IIR));
	serial_write(self->s, UART_FCR, UART_FCR_ENABLE_FIFO);
	EXPECT_EQ(0xc1, serial_read(self->s, UART_IIR));
	serial_write(self->s, UART_SCR, 0xa5);
	EXPECT_EQ(0xa5, serial_read(self->s, UART_SCR));
}

TEST_F(serial, divisor_latch_hides_data_registers)
{
	serial_write(self->s, UART_IER, UART_IER_RDI);
	serial_write(self->s, UART_LCR, UART_LCR_DLAB);
	serial_write(self->s, UART_DLL, 0x34);
	serial_write(self->s, UART_DLM, 0x12);
	EXPECT_EQ(0x34, serial_read(self->s, UART_DLL));
	EXPECT_EQ(0x12, serial_read(self->s, UART_DLM));
	EXPECT_EQ(0, self->w.nr);
	serial_write(self->s, UART_LCR, UART_LCR_WLEN8);
	EXPECT_EQ(UART_IER_RDI, serial_read(self->s, UART_IER));
}

TEST_F(serial, transmitter_empty_interrupt)
{
	/* What serial8250_THRE_test() looks for: twice, without a byte sent. */
	serial_write(self->s, UART_IER, UART_IER_THRI);
	EXPECT_EQ(1, self->w.level);
	EXPECT_EQ(UART_IIR_THRI, serial_read(self->s, UART_IIR));
	EXPECT_EQ(0, self->w.level);
	EXPECT_EQ(UART_IIR_NO_INT, serial_read(self->s, UART_IIR));
	serial_write(self->s, UART_IER, 0);
	serial_write(self->s, UART_IER, UART_IER_THRI);
	EXPECT_EQ(UART_IIR_THRI, serial_read(self->s, UART_IIR));
	serial_write(self->s, UART_TX, 'x');
	EXPECT_EQ(1, self->w.level);
	EXPECT_EQ(3, self->w.rises);
	serial_write(self->s, UART_IER, 0);
	EXPECT_EQ(0, self->w.level);
}

TEST_F(serial, receives)
{
	serial_write(self->s, UART_FCR, UART_FCR_ENABLE_FIFO);
	serial_write(self->s, UART_IER, UART_IER_RDI);
	EXPECT_EQ(3, serial_inject(self->s, (const u8 *)"abc", 3));
	EXPECT_EQ(1, self->w.level);
	EXPECT_EQ(0xc0 | UART_IIR_RDI, serial_read(self->s, UART_IIR));
	EXPECT_EQ('a', serial_read(self->s, UART_RX));
	EXPECT_EQ('b', serial_read(self->s, UART_RX));
	EXPECT_EQ(1, self->w.level);
	EXPECT_EQ('c', serial_read(self->s, UART_RX));
	EXPECT_EQ(0, self->w.level);
	EXPECT_EQ(0, serial_read(self->s, UART_RX));
	EXPECT_EQ(0, serial_read(self->s, UART_LSR) & UART_LSR_DR);
}

TEST_F(serial, S1_divisor_zero_then_transmit)
{
	serial_write(self->s, UART_LCR, UART_LCR_DLAB);
	serial_write(self->s, UART_DLL, 0);
	serial_write(self->s, UART_DLM, 0);
	serial_write(self->s, UART_LCR, UART_LCR_WLEN8);
	serial_write(self->s, UART_TX, 'z');
	EXPECT_EQ(1, self->w.nr);
	EXPECT_EQ('z', self->w.out[0]);
}

TEST_F(serial, S2_loopback_flood)
{
	struct serial_stats st;
	unsigned int i;

	serial_write(self->s, UART_FCR, UART_FCR_ENABLE_FIFO);
	serial_write(self->s, UART_MCR, UART_MCR_LOOP);
	for (i = 0; i < 1000000; i++)
		serial_write(self->s, UART_TX, i);
	EXPECT_EQ(0, self->w.nr);
	EXPECT_NE(0, serial_read(self->s, UART_LSR) & UART_LSR_OE);
	EXPECT_EQ(0, serial_read(self->s, UART_LSR) & UART_LSR_OE);
	for (i = 0; serial_read(self->s, UART_LSR) & UART_LSR_DR; i++)
		EXPECT_EQ((u8)i, serial_read(self->s, UART_RX));
	EXPECT_EQ(SERIAL_FIFO, i);
	serial_stats(self->s, &st);
	EXPECT_EQ(SERIAL_FIFO, st.rx_bytes);
	EXPECT_EQ(1000000 - SERIAL_FIFO, st.rx_overruns);
}

TEST_F(serial, S2_injected_past_the_fifo)
{
	struct serial_stats st;
	u8 flood[500];

	memset(flood, 'f', sizeof(flood));
	serial_write(self->s, UART_FCR, UART_FCR_ENABLE_FIFO);
	serial_write(self->s, UART_IER, UART_IER_RLSI);
	EXPECT_EQ(SERIAL_FIFO, serial_inject(self->s, flood, sizeof(flood)));
	EXPECT_EQ(0, serial_inject(self->s, flood, 1));
	EXPECT_EQ(0xc0 | UART_IIR_RLSI, serial_read(self->s, UART_IIR));
	EXPECT_EQ(UART_LSR_OE | UART_LSR_DR | UART_LSR_THRE | UART_LSR_TEMT,
		  serial_read(self->s, UART_LSR));
	EXPECT_EQ(0, self->w.level);
	serial_stats(self->s, &st);
	EXPECT_EQ(500 - SERIAL_FIFO + 1, st.rx_overruns);
	serial_write(self->s, UART_FCR, UART_FCR_ENABLE_FIFO | UART_FCR_CLEAR_RCVR);
	EXPECT_EQ(0, serial_read(self->s, UART_LSR) & UART_LSR_DR);
	/* The FIFO keeps working across its wrap. */
	EXPECT_EQ(SERIAL_FIFO, serial_inject(self->s, flood, SERIAL_FIFO));
	EXPECT_EQ('f', serial_read(self->s, UART_RX));
}

TEST_F(serial, one_byte_without_the_fifo)
{
	EXPECT_EQ(1, serial_inject(self->s, (const u8 *)"ab", 2));
	EXPECT_NE(0, serial_read(self->s, UART_LSR) & UART_LSR_OE);
	EXPECT_EQ('a', serial_read(self->s, UART_RX));
}

TEST_F(serial, every_register_and_value_survives)
{
	unsigned int reg, value;

	for (value = 0; value < 256; value++) {
		for (reg = 0; reg < 16; reg++) {
			serial_write(self->s, reg, value);
			serial_read(self->s, reg);
			serial_read(self->s, ~0ULL - reg);
		}
	}
}

TEST_F(serial, M1_wide_accesses_are_taken_apart)
{
	struct serial_stats st;
	struct io_bus bus = {};
	u8 data[4];

	ASSERT_EQ(0, serial_attach(self->s, &bus, 0x3f8, NULL));
	/* outw to SCR's neighbour and SCR; outl past the end is nobody's. */
	EXPECT_TRUE(io_bus_write(&bus, 0x3f8 + UART_MSR, (const u8 *)"\x11\x22", 2));
	EXPECT_EQ(0x22, serial_read(self->s, UART_SCR));
	EXPECT_FALSE(io_bus_write(&bus, 0x3f8 + UART_SCR, (const u8 *)"\x33\x44", 2));
	EXPECT_EQ(0x22, serial_read(self->s, UART_SCR));
	EXPECT_TRUE(io_bus_read(&bus, 0x3f8 + UART_MCR, data, 4));
	EXPECT_EQ(0x22, data[3]);
	serial_stats(self->s, &st);
	EXPECT_EQ(0, st.ignored);
	EXPECT_EQ(1, atomic_load(&bus.unhandled));
}

TEST(free_takes_null)
{
	serial_free(NULL);
}

TEST_HARNESS_MAIN
