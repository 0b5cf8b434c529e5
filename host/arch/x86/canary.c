// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "host/arch/canary.h"
#include "lib/util.h"

/* All of it identity-mapped by one 2 MiB page. */
#define PML4_GPA    0x1000
#define PDPT_GPA    0x2000
#define PD_GPA	    0x3000
#define GDT_GPA	    0x5000
#define CODE_GPA    0x10000
#define WATCHED_GPA 0x20000

#define PTE_TABLE 0x3 /* present, writable */
#define PTE_LARGE 0x83 /* present, writable, PS */

#define CR0_PE_ET_PG 0x80000011
#define CR4_PAE	     0x20
#define EFER_LME_LMA 0x500

#define GDT_CODE64 0x00af9b000000ffffULL
#define GDT_DATA   0x00cf93000000ffffULL
#define SEL_CODE   0x08
#define SEL_DATA   0x10

/* SDM vol. 3, 17.2.4: breakpoint 0, global and local, on writes of 4 bytes. */
#define DR7_WATCH0 (0x400 | 0x300 | 0x3 | 1 << 16 | 3 << 18)
#define DR6_B0	   0x1

/*
 *	mov $CANARY_LOOPS, %ecx
 * 1:	dec %ecx
 *	jnz 1b
 *	movl $CANARY_VALUE, WATCHED_GPA
 *	nop
 *	out %al, $0x10
 *	hlt
 *
 * A data breakpoint traps behind its instruction; the nop keeps that away from
 * the exit that follows where the watchpoint did not fire.
 */
/* clang-format off */
static const u8 canary_code[] = {
	0xb9, CANARY_LOOPS & 0xff, CANARY_LOOPS >> 8, 0, 0,
	0xff, 0xc9,
	0x75, 0xfc,
	0xc7, 0x04, 0x25, 0, 0, WATCHED_GPA >> 16, 0,
	CANARY_VALUE & 0xff, CANARY_VALUE >> 8, 0, 0,
	0x90,
	0xe6, 0x10,
	0xf4,
};

/* clang-format on */

u64 canary_arch_mem_gpa(void)
{
	return 0;
}

const u32 *canary_arch_watched(const struct canary_vm *c)
{
	return (const u32 *)(c->mem + WATCHED_GPA);
}

static void put_entry(u8 *mem, u64 gpa, u64 value)
{
	memcpy(mem + gpa, &value, sizeof(value));
}

static void fill_memory(u8 *mem)
{
	put_entry(mem, PML4_GPA, PDPT_GPA | PTE_TABLE);
	put_entry(mem, PDPT_GPA, PD_GPA | PTE_TABLE);
	put_entry(mem, PD_GPA, PTE_LARGE);
	put_entry(mem, GDT_GPA + SEL_CODE, GDT_CODE64);
	put_entry(mem, GDT_GPA + SEL_DATA, GDT_DATA);
	memcpy(mem + CODE_GPA, canary_code, sizeof(canary_code));
}

static void enter_long_mode(struct kvm_sregs *s)
{
	struct kvm_segment seg = {
		.limit = 0xffffffff,
		.selector = SEL_CODE,
		.type = 0xb,
		.present = 1,
		.s = 1,
		.l = 1,
		.g = 1,
	};

	s->cs = seg;
	seg.selector = SEL_DATA;
	seg.type = 0x3;
	seg.l = 0;
	seg.db = 1;
	s->ds = seg;
	s->es = seg;
	s->fs = seg;
	s->gs = seg;
	s->ss = seg;
	s->gdt.base = GDT_GPA;
	s->gdt.limit = SEL_DATA + 7;
	s->cr3 = PML4_GPA;
	s->cr4 = CR4_PAE;
	s->cr0 = CR0_PE_ET_PG;
	s->efer = EFER_LME_LMA;
}

/* The CPU's own features: without long mode in CPUID, EFER.LME is refused. */
static int set_cpuid(const struct canary_vm *c, const char **step)
{
	struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entry[256];
	} cpuid = { .head.nent = 256 };

	*step = "KVM_GET_SUPPORTED_CPUID";
	if (ioctl(c->kvm, KVM_GET_SUPPORTED_CPUID, &cpuid))
		return -errno;
	*step = "KVM_SET_CPUID2";
	return ioctl(c->vcpu, KVM_SET_CPUID2, &cpuid) ? -errno : 0;
}

static int set_registers(const struct canary_vm *c, const char **step)
{
	struct kvm_regs regs = { .rip = CODE_GPA, .rflags = 0x2 };
	struct kvm_sregs sregs;

	*step = "KVM_GET_SREGS";
	if (ioctl(c->vcpu, KVM_GET_SREGS, &sregs))
		return -errno;
	enter_long_mode(&sregs);
	*step = "KVM_SET_SREGS";
	if (ioctl(c->vcpu, KVM_SET_SREGS, &sregs))
		return -errno;
	*step = "KVM_SET_REGS";
	return ioctl(c->vcpu, KVM_SET_REGS, &regs) ? -errno : 0;
}

static int arm_watch(const struct canary_vm *c, const char **step)
{
	struct kvm_guest_debug debug = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP,
	};

	debug.arch.debugreg[0] = WATCHED_GPA;
	debug.arch.debugreg[7] = DR7_WATCH0;
	*step = "KVM_SET_GUEST_DEBUG";
	return ioctl(c->vcpu, KVM_SET_GUEST_DEBUG, &debug) ? -errno : 0;
}

int canary_arch_setup(struct canary_vm *c, const char **step)
{
	int ret;

	fill_memory(c->mem);
	ret = set_cpuid(c, step);
	if (!ret)
		ret = set_registers(c, step);
	if (!ret)
		ret = arm_watch(c, step);
	return ret;
}

bool canary_arch_hit(const struct kvm_run *run, u64 *status)
{
	*status = run->debug.arch.dr6;
	return run->debug.arch.exception == 1 && (run->debug.arch.dr6 & 0xf) == DR6_B0;
}
