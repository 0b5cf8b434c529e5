/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_DEVICES_IO_BUS_H
#define KTSTR_HOST_VMM_DEVICES_IO_BUS_H

/*
 * Which device answers an I/O port or an MMIO address. One bus per address
 * space.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <linux/types.h>

#include "lib/err.h"

#define IO_BUS_REGIONS_MAX 16

/**
 * struct io_region - addresses that one device answers
 * @name: the device, for messages; constant text
 * @base: first address
 * @len: how many, not 0
 * @read: fill @len bytes at @data from register @offset. @offset + @len never
 *        exceeds the region's length.
 * @write: the same, the other way
 * @opaque: passed to both
 *
 * The callbacks run on vCPU threads, several at once: they lock for
 * themselves. Width and alignment of an access are the guest's choice and the
 * device's to judge. A read callback must fill all @len bytes.
 */
struct io_region {
	const char *name;
	u64 base;
	u64 len;
	void (*read)(void *opaque, u64 offset, u8 *data, u32 len);
	void (*write)(void *opaque, u64 offset, const u8 *data, u32 len);
	void *opaque;
};

/**
 * struct io_bus - one address space
 * @regions: devices, in the order they were added
 * @nr: how many
 * @unhandled: accesses that no device answered; any thread, relaxed
 *
 * Zeroed memory is an empty bus. Filled before the first vCPU runs and
 * constant from then on, which is why look-ups take no lock.
 */
struct io_bus {
	struct io_region regions[IO_BUS_REGIONS_MAX];
	unsigned int nr;
	atomic_ullong unhandled;
};

/**
 * io_bus_add() - put a device on the bus
 * @bus: the bus; no vCPU runs yet
 * @region: copied; read and write must be set
 * @err: on failure names both devices that collide, or the limit; or NULL
 *
 * Return: 0; -EINVAL for an empty or wrapping range, -EEXIST for an overlap,
 * -ENOSPC when the bus is full.
 */
int io_bus_add(struct io_bus *bus, const struct io_region *region, struct ktstr_err *err);

/**
 * io_bus_read() - a guest load
 * @bus: the bus
 * @addr: any address
 * @data: filled by the device; left alone when there is none
 * @len: bytes
 *
 * Any thread. An access that does not lie inside one region as a whole is
 * nobody's: no device ever sees an offset beyond its end.
 *
 * Return: true when a device answered.
 */
bool io_bus_read(struct io_bus *bus, u64 addr, u8 *data, u32 len);

/**
 * io_bus_write() - a guest store
 * @bus: the bus
 * @addr: any address
 * @data: the bytes
 * @len: how many
 *
 * As io_bus_read().
 */
bool io_bus_write(struct io_bus *bus, u64 addr, const u8 *data, u32 len);

#endif /* KTSTR_HOST_VMM_DEVICES_IO_BUS_H */
