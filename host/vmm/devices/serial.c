// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <linux/serial_reg.h>

#include "lib/util.h"
#include "io_bus.h"
#include "pi_mutex.h"
#include "serial.h"

/* What the driver may set; the upper bits tell other UARTs from a 16550A. */
#define SERIAL_IER_BITS (UART_IER_RDI | UART_IER_THRI | UART_IER_RLSI | UART_IER_MSI)
#define SERIAL_MCR_BITS \
	(UART_MCR_DTR | UART_MCR_RTS | UART_MCR_OUT1 | UART_MCR_OUT2 | UART_MCR_LOOP)
/* The other end of the line is there and ready. */
#define SERIAL_MSR_IDLE (UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS)

struct serial {
	const struct serial_ops *ops;
	void *ctx;
	pthread_mutex_t lock; /* guards all below */
	u8 ier;
	u8 lcr;
	u8 mcr;
	u8 scr;
	u8 dll;
	u8 dlm;
	bool fifo_on;
	bool overrun; /* since the last read of LSR */
	bool thri; /* the transmitter became empty, not yet told */
	int level; /* of the interrupt line, as last announced */
	u8 fifo[SERIAL_FIFO];
	u32 head; /* index of the oldest byte */
	u32 nr; /* bytes held */
	struct serial_stats stats;
};

/* Causes in the order of the data sheet's priorities, table "Interrupt Control". */
static u8 serial_cause(const struct serial *s)
{
	if ((s->ier & UART_IER_RLSI) && s->overrun)
		return UART_IIR_RLSI;
	if ((s->ier & UART_IER_RDI) && s->nr)
		return UART_IIR_RDI;
	if ((s->ier & UART_IER_THRI) && s->thri)
		return UART_IIR_THRI;
	return UART_IIR_NO_INT;
}

static void serial_update_irq(struct serial *s)
{
	const int level = serial_cause(s) != UART_IIR_NO_INT;

	if (level == s->level)
		return;
	s->level = level;
	if (s->ops->irq)
		s->ops->irq(s->ctx, level);
}

static bool serial_fifo_push(struct serial *s, u8 byte)
{
	/* Without the FIFO there is the one receive buffer register. */
	const u32 room = s->fifo_on ? SERIAL_FIFO : 1;

	if (s->nr >= room) {
		s->overrun = true;
		s->stats.rx_overruns++;
		return false;
	}
	s->fifo[(s->head + s->nr) % SERIAL_FIFO] = byte;
	s->nr++;
	s->stats.rx_bytes++;
	return true;
}

static u8 serial_fifo_pop(struct serial *s)
{
	u8 byte;

	if (!s->nr)
		return 0;
	byte = s->fifo[s->head];
	s->head = (s->head + 1) % SERIAL_FIFO;
	s->nr--;
	return byte;
}

static u8 serial_read_iir(struct serial *s)
{
	const u8 cause = serial_cause(s);

	/* Reading it is what acknowledges this one cause. */
	if (cause == UART_IIR_THRI)
		s->thri = false;
	/* Both top bits: a 16550A with a working FIFO. */
	return cause | (s->fifo_on ? 0xc0 : 0);
}

static u8 serial_read_lsr(struct serial *s)
{
	u8 lsr = UART_LSR_THRE | UART_LSR_TEMT;

	if (s->nr)
		lsr |= UART_LSR_DR;
	if (s->overrun)
		lsr |= UART_LSR_OE;
	s->overrun = false;
	return lsr;
}

static u8 serial_read_msr(const struct serial *s)
{
	u8 msr = 0;

	if (!(s->mcr & UART_MCR_LOOP))
		return SERIAL_MSR_IDLE;
	/* In loopback the modem control outputs are the modem status inputs. */
	if (s->mcr & UART_MCR_RTS)
		msr |= UART_MSR_CTS;
	if (s->mcr & UART_MCR_DTR)
		msr |= UART_MSR_DSR;
	if (s->mcr & UART_MCR_OUT1)
		msr |= UART_MSR_RI;
	if (s->mcr & UART_MCR_OUT2)
		msr |= UART_MSR_DCD;
	return msr;
}

static u8 serial_read_locked(struct serial *s, u64 offset)
{
	const bool dlab = s->lcr & UART_LCR_DLAB;

	switch (offset) {
	case UART_RX:
		return dlab ? s->dll : serial_fifo_pop(s);
	case UART_IER:
		return dlab ? s->dlm : s->ier;
	case UART_IIR:
		return serial_read_iir(s);
	case UART_LCR:
		return s->lcr;
	case UART_MCR:
		return s->mcr;
	case UART_LSR:
		return serial_read_lsr(s);
	case UART_MSR:
		return serial_read_msr(s);
	case UART_SCR:
		return s->scr;
	default:
		s->stats.ignored++;
		return 0;
	}
}

u8 serial_read(struct serial *s, u64 offset)
{
	u8 value;

	pthread_mutex_lock(&s->lock);
	value = serial_read_locked(s, offset);
	serial_update_irq(s);
	pthread_mutex_unlock(&s->lock);
	return value;
}

static void serial_transmit(struct serial *s, u8 byte)
{
	if (s->mcr & UART_MCR_LOOP) {
		serial_fifo_push(s, byte);
	} else {
		s->stats.tx_bytes++;
		s->ops->tx(s->ctx, &byte, 1);
	}
	s->thri = true;
}

static void serial_write_fcr(struct serial *s, u8 value)
{
	const bool on = value & UART_FCR_ENABLE_FIFO;

	/* Switching the FIFO mode empties it, as does asking for it. */
	if (on != s->fifo_on || (value & UART_FCR_CLEAR_RCVR))
		s->nr = 0;
	s->fifo_on = on;
}

static void serial_write_ier(struct serial *s, u8 value)
{
	const u8 fresh = value & ~s->ier;

	s->ier = value & SERIAL_IER_BITS;
	/* Enabling it with an empty transmitter interrupts at once; drivers test that. */
	if (fresh & UART_IER_THRI)
		s->thri = true;
}

static void serial_write_locked(struct serial *s, u64 offset, u8 value)
{
	const bool dlab = s->lcr & UART_LCR_DLAB;

	switch (offset) {
	case UART_TX:
		if (dlab)
			s->dll = value;
		else
			serial_transmit(s, value);
		break;
	case UART_IER:
		if (dlab)
			s->dlm = value;
		else
			serial_write_ier(s, value);
		break;
	case UART_FCR:
		serial_write_fcr(s, value);
		break;
	case UART_LCR:
		s->lcr = value;
		break;
	case UART_MCR:
		s->mcr = value & SERIAL_MCR_BITS;
		break;
	case UART_LSR:
	case UART_MSR:
		break;
	case UART_SCR:
		s->scr = value;
		break;
	default:
		s->stats.ignored++;
		break;
	}
}

void serial_write(struct serial *s, u64 offset, u8 value)
{
	pthread_mutex_lock(&s->lock);
	serial_write_locked(s, offset, value);
	serial_update_irq(s);
	pthread_mutex_unlock(&s->lock);
}

size_t serial_inject(struct serial *s, const u8 *buf, size_t len)
{
	size_t i;

	pthread_mutex_lock(&s->lock);
	for (i = 0; i < len; i++)
		if (!serial_fifo_push(s, buf[i]))
			break;
	/* One refused byte stands for all that follow it. */
	if (i < len)
		s->stats.rx_overruns += len - i - 1;
	serial_update_irq(s);
	pthread_mutex_unlock(&s->lock);
	return i;
}

void serial_stats(struct serial *s, struct serial_stats *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->stats;
	pthread_mutex_unlock(&s->lock);
}

static void serial_io_read(void *opaque, u64 offset, u8 *data, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		data[i] = serial_read(opaque, offset + i);
}

static void serial_io_write(void *opaque, u64 offset, const u8 *data, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		serial_write(opaque, offset + i, data[i]);
}

int serial_attach(struct serial *s, struct io_bus *bus, u64 base, struct ktstr_err *err)
{
	const struct io_region region = {
		.name = "serial",
		.base = base,
		.len = SERIAL_REGS,
		.read = serial_io_read,
		.write = serial_io_write,
		.opaque = s,
	};

	return io_bus_add(bus, &region, err);
}

struct serial *serial_new(const struct serial_ops *ops, void *ctx)
{
	struct serial *s = calloc(1, sizeof(*s));
	int ret;

	if (!s)
		return NULL;
	ret = pi_mutex_init(&s->lock);
	if (ret) {
		free(s);
		errno = -ret;
		return NULL;
	}
	s->ops = ops;
	s->ctx = ctx;
	/* 9600 baud, so that a driver that divides by it finds a number. */
	s->dll = 12;
	return s;
}

void serial_free(struct serial *s)
{
	if (!s)
		return;
	pthread_mutex_destroy(&s->lock);
	free(s);
}
