/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_X86_ACPI_H
#define KTSTR_HOST_ARCH_X86_ACPI_H

#include <stddef.h>
#include <linux/types.h>
#include "host/vmm/gmem_slot.h"
#include "lib/err.h"
#include "lib/topology.h"

/**
 * struct acpi_params - what the tables describe
 * @topology: the CPUs; a checked topology (topology_check())
 * @virtio_slots: bit n set: there is a virtio-mmio device in slot n of
 *                layout.h; others are not announced
 * @memory: RAM with its nodes (gmem_slots()); may be NULL only for a single
 *          node, and there are no SRAT and SLIT then
 * @nr_memory: entries of @memory
 *
 * The caller owns everything; nothing is kept.
 */
struct acpi_params {
	const struct topology *topology;
	u32 virtio_slots;
	const struct gmem_slot *memory;
	size_t nr_memory;
};

/**
 * acpi_build() - write a guest's ACPI tables
 * @p: what they describe
 * @buf: zeroed memory they are written to; what the guest sees at @base
 * @len: room at @buf; LAYOUT_ACPI_SIZE is enough for TOPOLOGY_MAX_CPUS
 * @base: gpa of @buf, 16-byte aligned, the whole of @buf below 4 GiB
 * @rsdp_gpa: set to the address of the RSDP, for boot_params.acpi_rsdp_addr
 * @err: says what does not fit, or NULL
 *
 * Writes RSDP, XSDT, FADT, MADT, DSDT, SRAT and SLIT when @p has memory ranges,
 * and HMAT when there are several nodes (ACPI 6.5, chapter 5). The machine is
 * hardware-reduced: no 8259, PIT, PM timer, CMOS clock, i8042 or VGA, so the
 * kernel probes for none of them.
 * Pure function of its arguments: any thread.
 *
 * Return: 0; -EINVAL for a misaligned @base, an unknown virtio slot, memory of
 * an unknown node or several nodes without memory; -ENOSPC when the tables are
 * larger than @len.
 */
int acpi_build(const struct acpi_params *p, void *buf, size_t len, u64 base, u64 *rsdp_gpa,
	       struct ktstr_err *err);

#endif /* KTSTR_HOST_ARCH_X86_ACPI_H */
