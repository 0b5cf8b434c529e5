/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_DEVICES_SERIAL_H
#define KTSTR_HOST_VMM_DEVICES_SERIAL_H

/*
 * A 16550A UART (National Semiconductor PC16550D data sheet) as far as a
 * driver can tell: transmission takes no time, so the transmitter is always
 * empty.
 */
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"

struct io_bus;

/* Registers of a UART, and the address range it takes on a bus. */
#define SERIAL_REGS 8
/* Received bytes the guest has not read. */
#define SERIAL_FIFO 64

/**
 * struct serial_ops - the world around a UART
 * @tx: the guest sent these bytes; copies them and returns
 * @irq: the interrupt line changed to @level (1 or 0). As on an ISA bus the
 *       edge is what counts: a driver reads IIR until it says "none", which
 *       is when the line falls, so an irqfd written on every 1 is enough;
 *       may be NULL
 *
 * Both run on vCPU threads (@irq also on that of serial_inject()) with the
 * UART's lock held, so bytes arrive in order: they must neither block nor
 * call back into the UART.
 */
struct serial_ops {
	void (*tx)(void *ctx, const u8 *buf, size_t len);
	void (*irq)(void *ctx, int level);
};

/**
 * struct serial_stats - what a UART saw
 * @tx_bytes: sent by the guest
 * @rx_bytes: put into the receive FIFO
 * @rx_overruns: bytes lost because the receive FIFO was full
 * @ignored: accesses beyond the eight registers
 */
struct serial_stats {
	u64 tx_bytes;
	u64 rx_bytes;
	u64 rx_overruns;
	u64 ignored;
};

struct serial;

/**
 * serial_new() - make a UART
 * @ops: constant, outlives the UART
 * @ctx: passed to @ops
 *
 * Return: the UART, owned by the caller (serial_free()); NULL with errno
 * ENOMEM or what pthread_mutex_init(3) says.
 */
struct serial *serial_new(const struct serial_ops *ops, void *ctx);

/**
 * serial_free() - free a UART
 * @s: the UART, or NULL; no thread may still use it
 */
void serial_free(struct serial *s);

/**
 * serial_attach() - put a UART on a bus
 * @s: the UART
 * @bus: the I/O port bus (or an MMIO bus: registers are one byte apart)
 * @base: address of its first register
 * @err: see io_bus_add()
 *
 * Wider accesses are taken apart into bytes, as an ISA bus does.
 *
 * Return: 0, or what io_bus_add() returns.
 */
int serial_attach(struct serial *s, struct io_bus *bus, u64 base, struct ktstr_err *err);

/**
 * serial_read() - the guest reads a register
 * @s: the UART
 * @offset: 0..7; anything else reads 0 and is counted
 *
 * Any thread. Return: the value.
 */
u8 serial_read(struct serial *s, u64 offset);

/**
 * serial_write() - the guest writes a register
 * @s: the UART
 * @offset: 0..7; anything else is counted and dropped
 * @value: the value
 *
 * Any thread.
 */
void serial_write(struct serial *s, u64 offset, u8 value);

/**
 * serial_inject() - bytes arrive on the line
 * @s: the UART
 * @buf: the bytes
 * @len: how many
 *
 * Any thread. What does not fit is lost as on a real line: counted, and
 * visible to the guest as an overrun.
 *
 * Return: how many bytes went into the FIFO.
 */
size_t serial_inject(struct serial *s, const u8 *buf, size_t len);

/**
 * serial_stats() - copy the counters
 * @s: the UART
 * @out: filled in
 *
 * Any thread.
 */
void serial_stats(struct serial *s, struct serial_stats *out);

#endif /* KTSTR_HOST_VMM_DEVICES_SERIAL_H */
