/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_X86_DSDT_H
#define KTSTR_HOST_ARCH_X86_DSDT_H

#include <linux/types.h>

/*
 * dsdt.asl as iasl compiled it, header and checksum included (dsdt_aml.S).
 * Read-only: acpi_build() patches its own copy.
 */
extern const u8 acpi_dsdt_aml[];
extern const u8 acpi_dsdt_aml_end[];

#endif /* KTSTR_HOST_ARCH_X86_DSDT_H */
