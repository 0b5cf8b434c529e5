/* SPDX-License-Identifier: GPL-2.0-only */

/* The compiled DSDT as data: build.mk makes dsdt.aml and names its directory */
	.section .rodata
	.globl acpi_dsdt_aml
	.globl acpi_dsdt_aml_end
	.balign 4
acpi_dsdt_aml:
	.incbin "dsdt.aml"
acpi_dsdt_aml_end:

	.section .note.GNU-stack, "", %progbits
