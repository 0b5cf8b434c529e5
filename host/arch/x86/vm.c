// SPDX-License-Identifier: GPL-2.0-only
#include "host/arch/arch.h"
#include "host/arch/x86/ioapic.h"
#include "host/arch/x86/irqchip.h"
#include "host/arch/x86/layout.h"
#include "host/vmm/devices/serial.h"
#include "host/vmm/vm.h"
#include "lib/util.h"

const struct kvm_cap_need arch_kvm_needs[] = {
	{ KVM_CAP_SET_TSS_ADDR, "KVM_CAP_SET_TSS_ADDR" },
	{ KVM_CAP_IRQ_ROUTING, "KVM_CAP_IRQ_ROUTING" },
	{ KVM_CAP_EXT_CPUID, "KVM_CAP_EXT_CPUID" },
	{ KVM_CAP_ADJUST_CLOCK, "KVM_CAP_ADJUST_CLOCK" },
	{ KVM_CAP_DEBUGREGS, "KVM_CAP_DEBUGREGS" },
	{ KVM_CAP_XSAVE, "KVM_CAP_XSAVE" },
	{ KVM_CAP_XCRS, "KVM_CAP_XCRS" },
	{ KVM_CAP_TSC_DEADLINE_TIMER, "KVM_CAP_TSC_DEADLINE_TIMER" },
	{ 0, NULL },
};

const struct arch_map *arch_map(void)
{
	static const struct arch_map map = {
		.mmio_gap = LAYOUT_MMIO_GAP,
		.mmio_gap_end = LAYOUT_MMIO_GAP_END,
		.virtio_base = LAYOUT_VIRTIO_BASE,
		.virtio_stride = LAYOUT_VIRTIO_STRIDE,
		.virtio_gsi = LAYOUT_GSI_VIRTIO,
	};

	return &map;
}

/*
 * No PIT: the guest's clock is kvm-clock and its timer the TSC deadline, so
 * an in-kernel PIT would only burn host time (Firecracker keeps it for guests
 * without either; a kernel with sched_ext has both).
 */
int arch_vm_init(struct vm *vm, struct ktstr_err *err)
{
	u64 identity = LAYOUT_KVM_IDENTITY_MAP;
	int ret;

	ret = KVM_IOCTL(vm->vm_fd, KVM_SET_IDENTITY_MAP_ADDR, &identity, err);
	if (!ret)
		ret = KVM_IOCTL(vm->vm_fd, KVM_SET_TSS_ADDR, (unsigned long)LAYOUT_KVM_TSS, err);
	return ret ? ret : irqchip_init(vm, err);
}

void arch_vm_free(struct vm *vm)
{
	ioapic_free(vm->ioapic);
	vm->ioapic = NULL;
}

u32 arch_vcpu_id(const struct topology *topo, u32 index)
{
	return topology_apic_id(topo, index);
}

int arch_serial_init(struct vm *vm, struct ktstr_err *err)
{
	static const u16 base[VM_SERIAL_PORTS] = { LAYOUT_PORT_COM1, LAYOUT_PORT_COM2 };
	static const u32 gsi[VM_SERIAL_PORTS] = { LAYOUT_GSI_COM1, LAYOUT_GSI_COM2 };
	int i, ret = 0;

	for (i = 0; i < VM_SERIAL_PORTS && !ret; i++) {
		ret = serial_attach(vm->com[i].uart, &vm->pio, base[i], err);
		if (!ret)
			ret = vm_irqfd(vm, vm->com[i].irq_evt, gsi[i], err);
	}
	return ret;
}
