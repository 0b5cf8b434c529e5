// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "host/arch/arch.h"
#include "host/vmm/devices/io_bus.h"
#include "host/vmm/exit.h"
#include "lib/util.h"

static enum exit_action exit_mmio(struct io_bus *mmio, struct kvm_run *run)
{
	u32 len = min_t(u32, run->mmio.len, sizeof(run->mmio.data));

	if (run->mmio.is_write)
		io_bus_write(mmio, run->mmio.phys_addr, run->mmio.data, len);
	else if (!io_bus_read(mmio, run->mmio.phys_addr, run->mmio.data, len))
		memset(run->mmio.data, 0xff, len);
	return EXIT_CONTINUE;
}

static enum exit_action exit_system_event(const struct kvm_run *run)
{
	if (run->system_event.type == KVM_SYSTEM_EVENT_SHUTDOWN ||
	    run->system_event.type == KVM_SYSTEM_EVENT_RESET)
		return EXIT_SHUTDOWN;
	return EXIT_CONTINUE;
}

enum exit_action exit_classify(struct io_bus *pio, struct io_bus *mmio, struct kvm_run *run,
			       size_t run_size, u64 *detail)
{
	*detail = 0;
	switch (run->exit_reason) {
	case KVM_EXIT_MMIO:
		return exit_mmio(mmio, run);
	case KVM_EXIT_HLT:
		return EXIT_NONE;
	case KVM_EXIT_SHUTDOWN:
		return EXIT_SHUTDOWN;
	case KVM_EXIT_SYSTEM_EVENT:
		return exit_system_event(run);
	case KVM_EXIT_FAIL_ENTRY:
		*detail = run->fail_entry.hardware_entry_failure_reason;
		return EXIT_FATAL;
	case KVM_EXIT_INTERNAL_ERROR:
		return EXIT_FATAL;
	default:
		return arch_exit(pio, run, run_size);
	}
}

static const char *const reason_names[] = {
	[KVM_EXIT_UNKNOWN] = "UNKNOWN",
	[KVM_EXIT_EXCEPTION] = "EXCEPTION",
	[KVM_EXIT_IO] = "IO",
	[KVM_EXIT_HYPERCALL] = "HYPERCALL",
	[KVM_EXIT_DEBUG] = "DEBUG",
	[KVM_EXIT_HLT] = "HLT",
	[KVM_EXIT_MMIO] = "MMIO",
	[KVM_EXIT_IRQ_WINDOW_OPEN] = "IRQ_WINDOW_OPEN",
	[KVM_EXIT_SHUTDOWN] = "SHUTDOWN",
	[KVM_EXIT_FAIL_ENTRY] = "FAIL_ENTRY",
	[KVM_EXIT_INTR] = "INTR",
	[KVM_EXIT_INTERNAL_ERROR] = "INTERNAL_ERROR",
	[KVM_EXIT_SYSTEM_EVENT] = "SYSTEM_EVENT",
	[KVM_EXIT_IOAPIC_EOI] = "IOAPIC_EOI",
};

const char *exit_reason_name(u32 reason)
{
	if (reason < ARRAY_SIZE(reason_names) && reason_names[reason])
		return reason_names[reason];
	return "unnamed exit";
}
