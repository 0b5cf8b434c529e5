// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local APICs are KVM's. The IOAPIC is KVM's as well when the eight destination
 * bits of its entries reach every CPU, and ours when not ("split irqchip",
 * Documentation/virt/kvm/api.rst, 7.5 and 7.9).
 */
#include <errno.h>
#include <string.h>

#include "host/arch/x86/ioapic.h"
#include "host/arch/x86/irqchip.h"
#include "host/arch/x86/layout.h"
#include "host/vmm/kvm.h"
#include "host/vmm/vm.h"
#include "lib/log.h"

/* Highest id that eight bits reach; 255 is the broadcast. */
#define XAPIC_ID_MAX 254

struct routing_table {
	struct kvm_irq_routing head;
	struct kvm_irq_routing_entry entry[LAYOUT_IOAPIC_PINS];
};

/*
 * Interrupts come through the IOAPIC alone. KVM's default routing gives every
 * GSI below 16 to the 8259 as well, which starts unmasked, and a kernel on a
 * hardware-reduced machine never programs it: the first interrupt of COM1
 * would arrive a second time, as exception 4.
 */
static int route_to_kvm(struct vm *vm, struct ktstr_err *err)
{
	struct routing_table table = { .head.nr = LAYOUT_IOAPIC_PINS };
	u32 i;

	for (i = 0; i < LAYOUT_IOAPIC_PINS; i++)
		table.entry[i] = (struct kvm_irq_routing_entry){
			.gsi = i,
			.type = KVM_IRQ_ROUTING_IRQCHIP,
			.u.irqchip = { .irqchip = KVM_IRQCHIP_IOAPIC, .pin = i },
		};
	return KVM_IOCTL(vm->vm_fd, KVM_SET_GSI_ROUTING, &table, err);
}

/* A masked pin is a GSI that leads nowhere. */
static void route_messages(void *ctx, const struct ioapic_msg *msgs, u32 open)
{
	struct routing_table table = { 0 };
	struct ktstr_err err;
	struct vm *vm = ctx;
	u32 i;

	for (i = 0; i < LAYOUT_IOAPIC_PINS; i++) {
		if (!(open & 1U << i))
			continue;
		table.entry[table.head.nr++] = (struct kvm_irq_routing_entry){
			.gsi = i,
			.type = KVM_IRQ_ROUTING_MSI,
			.u.msi = {
				.address_lo = msgs[i].addr,
				.address_hi = msgs[i].addr >> 32,
				.data = msgs[i].data,
			},
		};
	}
	if (KVM_IOCTL(vm->vm_fd, KVM_SET_GSI_ROUTING, &table, &err))
		pr_warn("IOAPIC: %s; the guest may wait for an interrupt", err.msg);
}

static int enable_cap(struct vm *vm, u32 what, u64 arg, const char *name, struct ktstr_err *err)
{
	struct kvm_enable_cap cap = { .cap = what, .args = { arg } };
	int ret = KVM_IOCTL(vm->vm_fd, KVM_ENABLE_CAP, &cap, NULL);

	return ret ? ktstr_err_set(err, ret, "KVM_ENABLE_CAP of %s: %s", name, strerror(-ret)) : 0;
}

static int init_split(struct vm *vm, struct ktstr_err *err)
{
	const u64 ids = KVM_X2APIC_API_USE_32BIT_IDS | KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK;
	int ret;

	ret = enable_cap(vm, KVM_CAP_SPLIT_IRQCHIP, LAYOUT_IOAPIC_PINS, "KVM_CAP_SPLIT_IRQCHIP",
			 err);
	if (!ret)
		ret = enable_cap(vm, KVM_CAP_X2APIC_API, ids, "KVM_CAP_X2APIC_API", err);
	if (ret)
		return ret;
	vm->ioapic = ioapic_new(route_messages, vm);
	if (!vm->ioapic)
		return ktstr_err_set(err, -errno, "IOAPIC: %s", strerror(errno));
	return ioapic_attach(vm->ioapic, &vm->mmio, err);
}

static int init_kernel(struct vm *vm, struct ktstr_err *err)
{
	int ret = KVM_IOCTL(vm->vm_fd, KVM_CREATE_IRQCHIP, 0, err);

	return ret ? ret : route_to_kvm(vm, err);
}

int irqchip_init(struct vm *vm, struct ktstr_err *err)
{
	u32 last = topology_apic_id(&vm->topo, topology_cpus(&vm->topo) - 1);
	bool wide = last > XAPIC_ID_MAX;

	if (wide && vm->irqchip == VM_IRQCHIP_KERNEL)
		return ktstr_err_set(err, -EINVAL,
				     "APIC id %u is above %u, which KVM's IOAPIC does not reach; leave the choice of an irqchip to ktstr",
				     last, XAPIC_ID_MAX);
	return wide || vm->irqchip == VM_IRQCHIP_SPLIT ? init_split(vm, err) : init_kernel(vm, err);
}
