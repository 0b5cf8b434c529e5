// SPDX-License-Identifier: GPL-2.0-only
#include <asm/msr-index.h>
#include <linux/bits.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/arch/arch.h"
#include "host/arch/x86/cpuid.h"
#include "host/arch/x86/layout.h"
#include "host/vmm/vm.h"
#include "lib/util.h"

#define CPUID_ENTRIES 256

#define X86_CR0_PE  BIT(0)
#define X86_CR0_ET  BIT(4)
#define X86_CR0_PG  BIT(31)
#define X86_CR4_PAE BIT(5)

/* IA32_APIC_BASE, Intel SDM vol. 3, 12.12.1: EXTD turns the x2APIC on */
#define APIC_BASE_EXTD BIT(10)

/* Local vector table, Intel SDM vol. 3, 12.5.1 */
#define APIC_LVT0	0x350
#define APIC_LVT_MASKED BIT(16)

#define PTE_PRESENT 0x1UL
#define PTE_WRITE   0x2UL
#define PTE_HUGE    0x80UL

#define GDT_CS 2
#define GDT_DS 3

static struct kvm_cpuid2 *cpuid_alloc(void)
{
	struct kvm_cpuid2 *c = calloc(1, sizeof(*c) + CPUID_ENTRIES * sizeof(c->entries[0]));

	if (c)
		c->nent = CPUID_ENTRIES;
	return c;
}

static int set_cpuid(struct vcpu *vcpu, const struct kvm_cpuid2 *host, struct kvm_cpuid2 *guest,
		     struct ktstr_err *err)
{
	int ret;

	guest->nent = CPUID_ENTRIES;
	ret = cpuid_build(host, &vcpu->vm->topo, vcpu->index, guest, err);
	if (ret)
		return ret;
	if (vcpu->vm->ioapic)
		cpuid_extend_dest(guest);
	return KVM_IOCTL(vcpu->fd, KVM_SET_CPUID2, guest, err);
}

/*
 * One bank of machine-check registers instead of KVM's 32: the kernel visits
 * each bank several times while it boots, and every visit is an exit. A host
 * that cannot say so keeps the 32.
 */
static void set_mce_banks(struct vcpu *vcpu)
{
	u64 mcg_cap = 1;

	KVM_IOCTL(vcpu->fd, KVM_X86_SETUP_MCE, &mcg_cap, NULL);
}

/* What firmware would have left behind. */
static int set_msrs(struct vcpu *vcpu, struct ktstr_err *err)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry[2];
	} msrs = {
		.head.nmsrs = 2,
		.entry = {
			{ .index = MSR_IA32_MISC_ENABLE,
			  .data = MSR_IA32_MISC_ENABLE_FAST_STRING },
			/* all memory write-back, fixed ranges off, MTRRs on */
			{ .index = MSR_MTRRdefType, .data = 1 << 11 | 6 },
		},
	};
	int ret = KVM_IOCTL(vcpu->fd, KVM_SET_MSRS, &msrs, err);

	if (ret >= 0 && ret < (int)msrs.head.nmsrs)
		return ktstr_err_set(err, -EIO, "vCPU %u: KVM refused MSR 0x%x", vcpu->index,
				     msrs.entry[ret].index);
	return ret < 0 ? ret : 0;
}

/*
 * The x2APIC is on from the first instruction, as firmware does on machines
 * with many CPUs: the kernel then never touches the APIC by MMIO, where every
 * access is decoded by KVM's instruction emulator.
 */
static int set_x2apic(struct vcpu *vcpu, struct ktstr_err *err)
{
	struct kvm_sregs sregs;
	int ret;

	ret = KVM_IOCTL(vcpu->fd, KVM_GET_SREGS, &sregs, err);
	if (ret)
		return ret;
	sregs.apic_base |= APIC_BASE_EXTD;
	return KVM_IOCTL(vcpu->fd, KVM_SET_SREGS, &sregs, err);
}

/* Nothing is behind LINT0, which comes out of reset open for an 8259. */
static int mask_lint0(struct vcpu *vcpu, struct ktstr_err *err)
{
	struct kvm_lapic_state lapic;
	u32 lvt;
	int ret;

	ret = KVM_IOCTL(vcpu->fd, KVM_GET_LAPIC, &lapic, err);
	if (ret)
		return ret;
	memcpy(&lvt, lapic.regs + APIC_LVT0, sizeof(lvt));
	lvt |= APIC_LVT_MASKED;
	memcpy(lapic.regs + APIC_LVT0, &lvt, sizeof(lvt));
	return KVM_IOCTL(vcpu->fd, KVM_SET_LAPIC, &lapic, err);
}

static int init_vcpu(struct vcpu *vcpu, const struct kvm_cpuid2 *host, struct kvm_cpuid2 *guest,
		     struct ktstr_err *err)
{
	int ret;

	ret = set_cpuid(vcpu, host, guest, err);
	if (!ret)
		ret = set_msrs(vcpu, err);
	if (!ret)
		ret = set_x2apic(vcpu, err);
	if (!ret)
		ret = mask_lint0(vcpu, err);
	if (!ret)
		set_mce_banks(vcpu);
	return ret;
}

int arch_vcpus_init(struct vm *vm, struct ktstr_err *err)
{
	struct kvm_cpuid2 *host = cpuid_alloc(), *guest = cpuid_alloc();
	int ret = host && guest ? 0 : ktstr_err_set(err, -ENOMEM, "out of memory for CPUID");
	u32 i;

	if (!ret)
		ret = KVM_IOCTL(vm->kvm_fd, KVM_GET_SUPPORTED_CPUID, host, err);
	for (i = 0; i < vm->nr_vcpus && !ret; i++)
		ret = init_vcpu(&vm->vcpus[i], host, guest, err);
	free(host);
	free(guest);
	return ret;
}

/* 2 MiB pages, virtual = physical, for the first LAYOUT_PD_COUNT GiB. */
static int write_identity_map(struct gmem *ram)
{
	u64 pml4 = LAYOUT_PDPT | PTE_PRESENT | PTE_WRITE;
	u64 *pd, pdpt[LAYOUT_PD_COUNT];
	u32 i, g;
	int ret;

	pd = malloc(LAYOUT_PAGE);
	if (!pd)
		return -ENOMEM;
	ret = gmem_write(ram, LAYOUT_PML4, &pml4, sizeof(pml4));
	for (g = 0; g < LAYOUT_PD_COUNT && !ret; g++) {
		u64 dir = LAYOUT_PD + g * (u64)LAYOUT_PAGE;

		pdpt[g] = dir | PTE_PRESENT | PTE_WRITE;
		for (i = 0; i < 512; i++)
			pd[i] = ((u64)g << 30 | (u64)i << 21) | PTE_PRESENT | PTE_WRITE | PTE_HUGE;
		ret = gmem_write(ram, dir, pd, LAYOUT_PAGE);
	}
	if (!ret)
		ret = gmem_write(ram, LAYOUT_PDPT, pdpt, sizeof(pdpt));
	free(pd);
	return ret;
}

static struct kvm_segment flat_segment(u32 index, u8 type, u8 l)
{
	return (struct kvm_segment){
		.limit = 0xffffffff,
		.selector = index << 3,
		.type = type,
		.present = 1,
		.db = !l,
		.s = 1,
		.l = l,
		.g = 1,
	};
}

/* The 64-bit boot protocol, Documentation/arch/x86/boot.rst */
int arch_set_entry(struct vm *vm, u64 entry, struct ktstr_err *err)
{
	struct vcpu *vcpu = &vm->vcpus[0];
	/* __BOOT_CS and __BOOT_DS */
	static const u64 gdt[] = { 0, 0, 0x00af9b000000ffffULL, 0x00cf93000000ffffULL };
	struct kvm_segment data = flat_segment(GDT_DS, 3, 0);
	struct kvm_regs regs = {
		.rip = entry,
		.rsi = LAYOUT_BOOT_PARAMS,
		.rsp = LAYOUT_BOOT_STACK,
		.rbp = LAYOUT_BOOT_STACK,
		.rflags = 2,
	};
	struct kvm_sregs s;
	int ret;

	ret = write_identity_map(vm->ram);
	if (!ret)
		ret = gmem_write(vm->ram, LAYOUT_GDT, gdt, sizeof(gdt));
	if (ret)
		return ktstr_err_set(err, ret, "guest memory is too small for boot tables");
	ret = KVM_IOCTL(vcpu->fd, KVM_GET_SREGS, &s, err);
	if (ret)
		return ret;
	s.cs = flat_segment(GDT_CS, 11, 1);
	s.ds = data;
	s.es = data;
	s.fs = data;
	s.gs = data;
	s.ss = data;
	s.gdt.base = LAYOUT_GDT;
	s.gdt.limit = sizeof(gdt) - 1;
	s.idt.base = LAYOUT_IDT;
	s.idt.limit = 7;
	s.cr3 = LAYOUT_PML4;
	s.cr4 = X86_CR4_PAE;
	s.cr0 = X86_CR0_PE | X86_CR0_ET | X86_CR0_PG;
	s.efer = EFER_LME | EFER_LMA;
	ret = KVM_IOCTL(vcpu->fd, KVM_SET_SREGS, &s, err);
	if (!ret)
		ret = KVM_IOCTL(vcpu->fd, KVM_SET_REGS, &regs, err);
	return ret;
}
