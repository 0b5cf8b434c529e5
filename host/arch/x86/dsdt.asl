/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The devices of an x86 guest that no bus announces. The C preprocessor runs
 * first, so every address and interrupt is the one the VMM uses.
 *
 * CPUs are not here: the MADT has them, and the kernel needs no more.
 */
#include "host/arch/x86/layout.h"

DefinitionBlock ("dsdt.aml", "DSDT", 2, "KTSTR ", "KTSTRVM ", 1)
{
	/*
	 * One bit per virtio slot, set where a device is. acpi_build() finds
	 * this object by its name and writes the byte; 0xFF makes the compiler
	 * spend a whole byte on it.
	 */
	Name (\VDEV, 0xFF)

#define VIRTIO_DEVICE(name, slot, addr, gsi)				\
	Device (name)							\
	{								\
		Name (_HID, "LNRO0005")					\
		Name (_UID, slot)					\
		Name (_CRS, ResourceTemplate ()				\
		{							\
			Memory32Fixed (ReadWrite, addr,			\
				LAYOUT_VIRTIO_STRIDE)			\
			Interrupt (ResourceConsumer, Edge, ActiveHigh,	\
				Exclusive) { gsi }			\
		})							\
		Method (_STA, 0, NotSerialized)				\
		{							\
			If (\VDEV & (1 << slot)) { Return (0x0F) }	\
			Return (0)					\
		}							\
	}

#define UART_DEVICE(name, uid, port, gsi)				\
	Device (name)							\
	{								\
		Name (_HID, EisaId ("PNP0501"))				\
		Name (_UID, uid)					\
		Name (_CRS, ResourceTemplate ()				\
		{							\
			IO (Decode16, port, port, 1,			\
				LAYOUT_PORT_COM_LEN)			\
			IRQ (Edge, ActiveHigh, Exclusive) { gsi }	\
		})							\
	}

	Scope (\_SB)
	{
		UART_DEVICE (COM1, 1, LAYOUT_PORT_COM1, LAYOUT_GSI_COM1)
		UART_DEVICE (COM2, 2, LAYOUT_PORT_COM2, LAYOUT_GSI_COM2)
		VIRTIO_DEVICE (VIO0, 0, LAYOUT_VIRTIO0_ADDR, LAYOUT_VIRTIO0_GSI)
		VIRTIO_DEVICE (VIO1, 1, LAYOUT_VIRTIO1_ADDR, LAYOUT_VIRTIO1_GSI)
		VIRTIO_DEVICE (VIO2, 2, LAYOUT_VIRTIO2_ADDR, LAYOUT_VIRTIO2_GSI)
	}
}
