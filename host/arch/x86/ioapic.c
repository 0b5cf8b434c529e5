// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/arch/x86/ioapic.h"
#include "host/vmm/devices/io_bus.h"
#include "host/vmm/devices/pi_mutex.h"
#include "lib/util.h"

/* The two registers of the chip, 82093AA data sheet, 3.1 */
#define REG_SELECT 0x00
#define REG_WINDOW 0x10

/* Registers in the window, 3.2 */
#define WIN_ID	    0x00
#define WIN_VERSION 0x01
#define WIN_ARB	    0x02
#define WIN_TABLE   0x10

#define SELECT_MASK 0xff
#define ID_MASK	    (0xfU << 24)

/* What KVM's own says; a version below 0x20 has no EOI register */
#define VERSION (0x11 | (LAYOUT_IOAPIC_PINS - 1) << 16)

/* Redirection entry, 3.2.4 */
#define ENTRY_VECTOR   GENMASK_ULL(7, 0)
#define ENTRY_DELIVERY GENMASK_ULL(10, 8)
#define ENTRY_LOGICAL  BIT_ULL(11)
#define ENTRY_POLARITY BIT_ULL(13)
#define ENTRY_LEVEL    BIT_ULL(15)
#define ENTRY_MASKED   BIT_ULL(16)
/* struct IO_APIC_route_entry of arch/x86/include/asm/io_apic.h: virt_destid_8_14 */
#define ENTRY_DEST_EXT GENMASK_ULL(55, 49)
#define ENTRY_DEST     GENMASK_ULL(63, 56)

/* Delivery Status and Remote IRR are the chip's own, the rest is reserved */
#define ENTRY_WRITABLE                                                                  \
	(ENTRY_VECTOR | ENTRY_DELIVERY | ENTRY_LOGICAL | ENTRY_POLARITY | ENTRY_LEVEL | \
	 ENTRY_MASKED | ENTRY_DEST_EXT | ENTRY_DEST)

/* Intel SDM vol. 3, 12.11: vector, delivery mode and trigger mode are where an entry has them */
#define MSI_ADDR	 0xfee00000ULL
#define MSI_ADDR_LOGICAL BIT_ULL(2)
#define MSI_DEST_SHIFT	 12
#define MSI_DATA_ASSERT	 BIT(14)

/**
 * struct ioapic - an I/O APIC
 * @routes: told of changes
 * @ctx: passed to @routes
 * @lock: guards what is below
 * @select: which register is in the window
 * @id: ID register
 * @entries: redirection table
 */
struct ioapic {
	ioapic_routes_fn routes;
	void *ctx;
	pthread_mutex_t lock;
	u8 select;
	u32 id;
	u64 entries[LAYOUT_IOAPIC_PINS];
};

struct ioapic *ioapic_new(ioapic_routes_fn routes, void *ctx)
{
	struct ioapic *io = calloc(1, sizeof(*io));
	size_t pin;
	int ret;

	if (!io)
		return NULL;
	ret = pi_mutex_init(&io->lock);
	if (ret) {
		free(io);
		errno = -ret;
		return NULL;
	}
	io->routes = routes;
	io->ctx = ctx;
	for (pin = 0; pin < ARRAY_SIZE(io->entries); pin++)
		io->entries[pin] = ENTRY_MASKED;
	return io;
}

void ioapic_free(struct ioapic *io)
{
	if (!io)
		return;
	pthread_mutex_destroy(&io->lock);
	free(io);
}

bool ioapic_message(u64 entry, struct ioapic_msg *msg)
{
	u64 dest = (entry & ENTRY_DEST) >> 56, ext = (entry & ENTRY_DEST_EXT) >> 49;

	if (entry & ENTRY_MASKED)
		return false;
	msg->addr = MSI_ADDR | dest << MSI_DEST_SHIFT | ext << 40;
	if (entry & ENTRY_LOGICAL)
		msg->addr |= MSI_ADDR_LOGICAL;
	msg->data = entry & (ENTRY_VECTOR | ENTRY_DELIVERY | ENTRY_LEVEL);
	if (entry & ENTRY_LEVEL)
		msg->data |= MSI_DATA_ASSERT;
	return true;
}

static void tell_routes(struct ioapic *io)
{
	struct ioapic_msg msgs[LAYOUT_IOAPIC_PINS] = { 0 };
	u32 pin, open = 0;

	for (pin = 0; pin < LAYOUT_IOAPIC_PINS; pin++)
		if (ioapic_message(io->entries[pin], &msgs[pin]))
			open |= 1U << pin;
	io->routes(io->ctx, msgs, open);
}

static void write_entry(struct ioapic *io, u32 pin, bool high, u32 value)
{
	u64 old = io->entries[pin], now;

	now = high ? (old & UINT32_MAX) | (u64)value << 32 : (old & ~(u64)UINT32_MAX) | value;
	now &= ENTRY_WRITABLE;
	io->entries[pin] = now;
	/* the kernel masks all of them one by one while it boots: KVM need not hear of it */
	if (now != old && !(now & old & ENTRY_MASKED))
		tell_routes(io);
}

static void write_window(struct ioapic *io, u32 value)
{
	u32 pin;

	if (io->select == WIN_ID)
		io->id = value & ID_MASK;
	if (io->select < WIN_TABLE)
		return;
	pin = (io->select - WIN_TABLE) / 2;
	if (pin < LAYOUT_IOAPIC_PINS)
		write_entry(io, pin, io->select & 1, value);
}

static u32 read_window(const struct ioapic *io)
{
	u32 pin;

	switch (io->select) {
	case WIN_ID:
	case WIN_ARB:
		return io->id;
	case WIN_VERSION:
		return VERSION;
	default:
		break;
	}
	if (io->select < WIN_TABLE)
		return 0;
	pin = (io->select - WIN_TABLE) / 2;
	if (pin >= LAYOUT_IOAPIC_PINS)
		return 0;
	return io->select & 1 ? io->entries[pin] >> 32 : io->entries[pin];
}

u32 ioapic_read(struct ioapic *io, u64 offset, u32 len)
{
	u32 value = 0;

	if (len != sizeof(value))
		return 0;
	pthread_mutex_lock(&io->lock);
	if (offset == REG_SELECT)
		value = io->select;
	else if (offset == REG_WINDOW)
		value = read_window(io);
	pthread_mutex_unlock(&io->lock);
	return value;
}

void ioapic_write(struct ioapic *io, u64 offset, u32 len, u32 value)
{
	if (len != sizeof(value))
		return;
	pthread_mutex_lock(&io->lock);
	if (offset == REG_SELECT)
		io->select = value & SELECT_MASK;
	else if (offset == REG_WINDOW)
		write_window(io, value);
	pthread_mutex_unlock(&io->lock);
}

static void bus_read(void *opaque, u64 offset, u8 *data, u32 len)
{
	u32 value = ioapic_read(opaque, offset, len);

	memset(data, 0, len);
	memcpy(data, &value, min_t(u32, len, sizeof(value)));
}

static void bus_write(void *opaque, u64 offset, const u8 *data, u32 len)
{
	u32 value = 0;

	memcpy(&value, data, min_t(u32, len, sizeof(value)));
	ioapic_write(opaque, offset, len, value);
}

int ioapic_attach(struct ioapic *io, struct io_bus *mmio, struct ktstr_err *err)
{
	const struct io_region region = {
		.name = "ioapic",
		.base = LAYOUT_IOAPIC,
		.len = IOAPIC_LEN,
		.read = bus_read,
		.write = bus_write,
		.opaque = io,
	};

	return io_bus_add(mmio, &region, err);
}
