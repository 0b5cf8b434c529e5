/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_X86_IOAPIC_H
#define KTSTR_HOST_ARCH_X86_IOAPIC_H

/*
 * An I/O APIC (Intel 82093AA) in user space, for machines whose APIC ids the
 * eight destination bits of KVM's own do not reach. Bits 55..49 of an entry are
 * bits 14..8 of the destination, as Linux writes them when it finds
 * KVM_FEATURE_MSI_EXT_DEST_ID.
 *
 * Interrupts do not pass through here: every pin is an irqfd, and this is where
 * KVM learns which message a pin stands for. A pin is pulsed and low again
 * before anybody can look: a masked one loses its interrupt, as the chip's
 * edges are lost, and one programmed as level-triggered has nothing left to
 * deliver after an EOI, so its Remote IRR always reads 0.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/arch/x86/layout.h"
#include "lib/err.h"

struct io_bus;

/* Bytes of its registers in guest physical address space */
#define IOAPIC_LEN 0x100

/**
 * struct ioapic_msg - the interrupt message a pin stands for
 * @addr: address; bits 31..8 of the destination are in bits 63..40, which is
 *        how KVM takes them with KVM_X2APIC_API_USE_32BIT_IDS
 * @data: data
 */
struct ioapic_msg {
	u64 addr;
	u32 data;
};

/**
 * typedef ioapic_routes_fn - some pin's message has changed
 * @ctx: from ioapic_new()
 * @msgs: of every pin
 * @open: bit mask of pins that are not masked; the others' messages mean nothing
 *
 * vCPU thread, with the IOAPIC's lock held: it must not call back into it.
 */
typedef void (*ioapic_routes_fn)(void *ctx, const struct ioapic_msg msgs[LAYOUT_IOAPIC_PINS],
				 u32 open);

struct ioapic;

/**
 * ioapic_new() - make an IOAPIC with every pin masked
 * @routes: called for every change of what unmasked pins stand for
 * @ctx: passed to @routes
 *
 * Return: the IOAPIC, owned by the caller (ioapic_free()); NULL with errno
 * ENOMEM or what pthread_mutex_init(3) says.
 */
struct ioapic *ioapic_new(ioapic_routes_fn routes, void *ctx);

/**
 * ioapic_free() - free an IOAPIC
 * @io: the IOAPIC, or NULL; no thread may still use it
 */
void ioapic_free(struct ioapic *io);

/**
 * ioapic_attach() - put an IOAPIC where the MADT says it is
 * @io: the IOAPIC
 * @mmio: the bus of guest physical addresses
 * @err: see io_bus_add()
 *
 * Return: 0, or what io_bus_add() returns.
 */
int ioapic_attach(struct ioapic *io, struct io_bus *mmio, struct ktstr_err *err);

/**
 * ioapic_read() - the guest reads a register
 * @io: the IOAPIC
 * @offset: of the register; others than the two there are read 0
 * @len: width; registers are 32 bits wide, any other width reads 0
 *
 * Any thread. Return: the value.
 */
u32 ioapic_read(struct ioapic *io, u64 offset, u32 len);

/**
 * ioapic_write() - the guest writes a register
 * @io: the IOAPIC
 * @offset: as ioapic_read(); what is no register drops the value
 * @len: as ioapic_read(); any other width drops the value
 * @value: the value
 *
 * Any thread.
 */
void ioapic_write(struct ioapic *io, u64 offset, u32 len, u32 value);

/**
 * ioapic_message() - the message of a redirection entry
 * @entry: the entry's 64 bits
 * @msg: filled in
 *
 * Return: false for a masked entry, which has none.
 */
bool ioapic_message(u64 entry, struct ioapic_msg *msg);

#endif /* KTSTR_HOST_ARCH_X86_IOAPIC_H */
