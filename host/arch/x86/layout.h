/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_X86_LAYOUT_H
#define KTSTR_HOST_ARCH_X86_LAYOUT_H

/*
 * The guest physical address map of an x86 guest, in rising order. Whatever
 * puts something into guest memory before the guest runs takes its address
 * from here; nothing else may name one.
 *
 * The header is included by dsdt.asl too (through the C preprocessor), so it
 * holds plain integer constants without suffixes and no declarations. All
 * addresses below 4 GiB fit in u32.
 */

#define LAYOUT_PAGE 0x1000

/*
 * Below 640 KiB: what the boot protocol needs. The kernel has copied or
 * replaced all of it by the time it starts using this memory as RAM
 * (Documentation/arch/x86/boot.rst).
 */

/* struct gdt: null, __BOOT_CS (0x10), __BOOT_DS (0x18) */
#define LAYOUT_GDT 0x500
#define LAYOUT_IDT 0x520

/* struct boot_params, one page: "the zero page" */
#define LAYOUT_BOOT_PARAMS 0x7000

/* Grows down, from below the page tables */
#define LAYOUT_BOOT_STACK (LAYOUT_PML4 - 0x10)

/*
 * The identity map that is live at a 64-bit entry: one PML4, one PDPT, and
 * LAYOUT_PD_COUNT page directories of 2 MiB pages, a GiB each.
 */
#define LAYOUT_PML4	0x9000
#define LAYOUT_PDPT	(LAYOUT_PML4 + LAYOUT_PAGE)
#define LAYOUT_PD	(LAYOUT_PDPT + LAYOUT_PAGE)
#define LAYOUT_PD_COUNT 4

/* NUL included; x86's COMMAND_LINE_SIZE is 2048, setup_header.cmdline_size says */
#define LAYOUT_CMDLINE	   0x20000
#define LAYOUT_CMDLINE_MAX 4096

/* End of low RAM in the e820 map; a PC's EBDA would start here */
#define LAYOUT_LOWMEM_END 0x9fc00

/*
 * The "BIOS" hole: backed by memory, reserved in the e820 map. The ACPI tables
 * lie where a PC has its BIOS; boot_params.acpi_rsdp_addr leads the kernel to
 * them, so nothing scans for the RSDP.
 */
#define LAYOUT_ACPI	 0xe0000
#define LAYOUT_ACPI_SIZE 0x10000

/* End of the hole, start of the RAM the kernel lives in; a bzImage goes here */
#define LAYOUT_HIMEM  0x100000
#define LAYOUT_KERNEL LAYOUT_HIMEM

/* Entry of a bzImage in long mode: kernel + 0x200 (boot.rst, 64-bit protocol) */
#define LAYOUT_KERNEL_ENTRY64 0x200

/* Far enough above any kernel; the initrd must still end below the MMIO gap */
#define LAYOUT_INITRD 0x8000000

/*
 * The MMIO gap: RAM stops here and goes on at 4 GiB. Everything below is in
 * the gap.
 */
#define LAYOUT_MMIO_GAP	     0xc0000000
#define LAYOUT_MMIO_GAP_END  0x100000000
#define LAYOUT_MMIO_GAP_SIZE (LAYOUT_MMIO_GAP_END - LAYOUT_MMIO_GAP)

/* virtio-mmio transports, one page each; slot numbers below */
#define LAYOUT_VIRTIO_BASE	 LAYOUT_MMIO_GAP
#define LAYOUT_VIRTIO_STRIDE	 LAYOUT_PAGE
#define LAYOUT_VIRTIO_SLOTS	 3
#define LAYOUT_VIRTIO_ADDR(slot) (LAYOUT_VIRTIO_BASE + (slot) * LAYOUT_VIRTIO_STRIDE)

/*
 * The same as literals, for dsdt.asl: iasl 20200925 puts a constant that it
 * had to compute behind the resource template instead of into it. acpi.c
 * checks them against the formulas.
 */
#define LAYOUT_VIRTIO0_ADDR 0xc0000000
#define LAYOUT_VIRTIO1_ADDR 0xc0001000
#define LAYOUT_VIRTIO2_ADDR 0xc0002000
#define LAYOUT_VIRTIO0_GSI  5
#define LAYOUT_VIRTIO1_GSI  6
#define LAYOUT_VIRTIO2_GSI  7

/* Which device sits in which slot; a slot that is not used stays empty */
#define LAYOUT_VIRTIO_CONSOLE 0
#define LAYOUT_VIRTIO_BLK     1
#define LAYOUT_VIRTIO_NET     2

/* Fixed by the architecture: Intel SDM vol. 3, 12.4.1 and the PC's IOAPIC */
#define LAYOUT_IOAPIC 0xfec00000
#define LAYOUT_LAPIC  0xfee00000

/*
 * KVM_SET_TSS_ADDR takes three pages, which Intel hosts without unrestricted
 * guest need; KVM_SET_IDENTITY_MAP_ADDR takes the page behind them. Both must
 * lie outside every memory slot.
 */
#define LAYOUT_KVM_TSS		0xfffbd000
#define LAYOUT_KVM_TSS_PAGES	3
#define LAYOUT_KVM_IDENTITY_MAP (LAYOUT_KVM_TSS + LAYOUT_KVM_TSS_PAGES * LAYOUT_PAGE)

/* RAM above the gap */
#define LAYOUT_HIGHMEM LAYOUT_MMIO_GAP_END

/*
 * Interrupts. The machine has no 8259: a GSI is an IOAPIC pin, nothing else.
 * GSIs 3 and 4 are what every kernel expects of COM2 and COM1; virtio takes
 * the pins from 5 upwards.
 */
#define LAYOUT_IOAPIC_PINS	24
#define LAYOUT_GSI_COM2		3
#define LAYOUT_GSI_COM1		4
#define LAYOUT_GSI_VIRTIO	5
#define LAYOUT_VIRTIO_GSI(slot) (LAYOUT_GSI_VIRTIO + (slot))

/* I/O ports */
#define LAYOUT_PORT_COM1    0x3f8
#define LAYOUT_PORT_COM2    0x2f8
#define LAYOUT_PORT_COM_LEN 8

/*
 * The only thing left of an i8042: writing RESET_VALUE to its command port
 * resets the machine. The FADT's RESET_REG says so, and reboot=k uses it.
 */
#define LAYOUT_PORT_RESET	0x64
#define LAYOUT_PORT_RESET_VALUE 0xfe

#endif /* KTSTR_HOST_ARCH_X86_LAYOUT_H */
