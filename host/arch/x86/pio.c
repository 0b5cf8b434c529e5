// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "host/arch/arch.h"
#include "host/arch/x86/layout.h"
#include "host/arch/x86/pio.h"
#include "host/vmm/devices/io_bus.h"

#define I8042_DATA_PORT 0x60

bool pio_out(struct io_bus *pio, u16 port, const u8 *data, u32 len)
{
	if (port == LAYOUT_PORT_RESET && len && data[0] == LAYOUT_PORT_RESET_VALUE)
		return true;
	io_bus_write(pio, port, data, len);
	return false;
}

void pio_in(struct io_bus *pio, u16 port, u8 *data, u32 len)
{
	/* status and data of an i8042 with nothing to say */
	if (port == LAYOUT_PORT_RESET || port == I8042_DATA_PORT) {
		if (len)
			data[0] = 0;
		return;
	}
	io_bus_read(pio, port, data, len);
}

/*
 * A string instruction delivers up to a page of elements in one exit
 * (arch/x86/kvm/x86.c, emulator_pio_in_out()).
 */
static enum exit_action exit_io(struct io_bus *pio, struct kvm_run *run, size_t run_size)
{
	u64 bytes = (u64)run->io.size * run->io.count;
	u8 *data = (u8 *)run + run->io.data_offset;
	u32 i;

	if (run->io.data_offset > run_size || bytes > run_size - run->io.data_offset)
		return EXIT_FATAL;
	/* nobody drives the bus where no device answers */
	if (run->io.direction == KVM_EXIT_IO_IN)
		memset(data, 0xff, bytes);
	for (i = 0; i < run->io.count; i++, data += run->io.size) {
		if (run->io.direction == KVM_EXIT_IO_IN)
			pio_in(pio, run->io.port, data, run->io.size);
		else if (pio_out(pio, run->io.port, data, run->io.size))
			return EXIT_SHUTDOWN;
	}
	return EXIT_CONTINUE;
}

enum exit_action arch_exit(struct io_bus *pio, struct kvm_run *run, size_t run_size)
{
	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		return exit_io(pio, run, run_size);
	case KVM_EXIT_IOAPIC_EOI:
		/* of a pin that the guest made level-triggered; see host/arch/x86/ioapic.h */
		return EXIT_CONTINUE;
	default:
		return EXIT_NONE;
	}
}
