// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "io_bus.h"

int io_bus_add(struct io_bus *bus, const struct io_region *region, struct ktstr_err *err)
{
	const u64 last = region->base + (region->len - 1);
	unsigned int i;

	if (!region->len || last < region->base)
		return ktstr_err_set(err, -EINVAL, "device '%s': 0x%lx+0x%lx is no address range",
				     region->name, region->base, region->len);
	for (i = 0; i < bus->nr; i++) {
		const struct io_region *r = &bus->regions[i];

		if (region->base <= r->base + (r->len - 1) && r->base <= last)
			return ktstr_err_set(err, -EEXIST,
					     "device '%s' at 0x%lx-0x%lx overlaps '%s' at 0x%lx-0x%lx",
					     region->name, region->base, last, r->name, r->base,
					     r->base + (r->len - 1));
	}
	if (bus->nr == IO_BUS_REGIONS_MAX)
		return ktstr_err_set(err, -ENOSPC, "device '%s': the bus already holds %d devices",
				     region->name, IO_BUS_REGIONS_MAX);
	bus->regions[bus->nr++] = *region;
	return 0;
}

static const struct io_region *io_bus_find(struct io_bus *bus, u64 addr, u32 len)
{
	unsigned int i;

	for (i = 0; i < bus->nr; i++) {
		const struct io_region *r = &bus->regions[i];

		if (addr < r->base || addr - r->base >= r->len)
			continue;
		if (len <= r->len - (addr - r->base))
			return r;
		break;
	}
	atomic_fetch_add_explicit(&bus->unhandled, 1, memory_order_relaxed);
	return NULL;
}

bool io_bus_read(struct io_bus *bus, u64 addr, u8 *data, u32 len)
{
	const struct io_region *r = io_bus_find(bus, addr, len);

	if (!r)
		return false;
	r->read(r->opaque, addr - r->base, data, len);
	return true;
}

bool io_bus_write(struct io_bus *bus, u64 addr, const u8 *data, u32 len)
{
	const struct io_region *r = io_bus_find(bus, addr, len);

	if (!r)
		return false;
	r->write(r->opaque, addr - r->base, data, len);
	return true;
}
