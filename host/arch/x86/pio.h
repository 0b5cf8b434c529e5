/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_X86_PIO_H
#define KTSTR_HOST_ARCH_X86_PIO_H

#include <stdbool.h>
#include <linux/types.h>

struct io_bus;

/**
 * pio_out() - one element written to an I/O port
 * @pio: the port devices
 * @port: the port
 * @data: the element
 * @len: its size, 1, 2 or 4
 *
 * Return: true when this was the reset request of an i8042 (0xfe to port
 * 0x64); everything else is given to the device on that port, if any.
 */
bool pio_out(struct io_bus *pio, u16 port, const u8 *data, u32 len);

/**
 * pio_in() - one element read from an I/O port
 * @pio: the port devices
 * @port: the port
 * @data: filled by the device; left alone where there is none
 * @len: its size, 1, 2 or 4
 */
void pio_in(struct io_bus *pio, u16 port, u8 *data, u32 len);

#endif /* KTSTR_HOST_ARCH_X86_PIO_H */
