/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_X86_ACPI_H
#define KTSTR_HOST_ARCH_X86_ACPI_H

#include <stddef.h>
#include <linux/types.h>
#include "lib/err.h"
#include "lib/topology.h"

/**
 * struct acpi_memory - one range of guest RAM and the node it belongs to
 * @base: gpa
 * @len: bytes
 * @node: 0..topology.nodes - 1
 */
struct acpi_memory {
	u64 base;
	u64 len;
	u32 node;
};

/**
 * struct acpi_params - what the tables describe
 * @topology: the CPUs; a checked topology (topology_check())
 * @virtio_slots: bit n set: there is a virtio-mmio device in slot n of
 *                layout.h; others are not announced
 * @memory: RAM with its nodes; may be NULL only for a single node, and there
 *          are no SRAT and SLIT then
 * @nr_memory: entries of @memory
 *
 * The caller owns everything; nothing is kept.
 */
struct acpi_params {
	const struct topology *topology;
	u32 virtio_slots;
	const struct acpi_memory *memory;
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
 * Writes RSDP, XSDT, FADT, MADT, DSDT, and SRAT and SLIT when @p has memory
 * ranges (ACPI 6.5, chapter 5). The machine is hardware-reduced: no 8259, PIT,
 * PM timer, CMOS clock, i8042 or VGA, so the kernel probes for none of them.
 * Pure function of its arguments: any thread.
 *
 * Return: 0; -EINVAL for a misaligned @base, an unknown virtio slot, memory of
 * an unknown node or several nodes without memory; -ENOSPC when the tables are
 * larger than @len.
 */
int acpi_build(const struct acpi_params *p, void *buf, size_t len, u64 base, u64 *rsdp_gpa,
	       struct ktstr_err *err);

#endif /* KTSTR_HOST_ARCH_X86_ACPI_H */
