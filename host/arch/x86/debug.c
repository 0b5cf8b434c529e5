// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bits.h>
#include <linux/kvm.h>

#include "host/arch/arch.h"
#include "host/arch/debugreg.h"
#include "host/vmm/kvm.h"

#define DB_VECTOR 1

static struct kvm_guest_debug hw_breakpoints(const u64 *kva)
{
	struct kvm_guest_debug debug = { 0 };
	u32 slots = 0;
	int i;

	for (i = 0; i < WATCH_SLOTS; i++) {
		if (!kva[i])
			continue;
		slots |= BIT(i);
		debug.arch.debugreg[i] = kva[i];
	}
	if (slots) {
		debug.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP;
		debug.arch.debugreg[7] = x86_dr7(slots);
	}
	return debug;
}

/*
 * A data breakpoint traps behind its store (SDM vol. 3, 18.3.1.2): no stepping.
 *
 * While ours are in force, KVM keeps what the guest writes to DR0..DR7 and shows
 * it to the guest, but none of it has an effect (vmx and svm: handle_dr()).
 */
int arch_debug_set(int fd, const u64 *kva, u32 skip, bool step)
{
	struct kvm_guest_debug debug = hw_breakpoints(kva);

	return KVM_IOCTL(fd, KVM_SET_GUEST_DEBUG, &debug, NULL);
}

u32 arch_debug_decode(const struct kvm_debug_exit_arch *dbg, const u64 *armed, u32 *step_mask)
{
	return x86_debug_slots(dbg->dr6);
}

bool arch_debug_guest(const struct kvm_debug_exit_arch *dbg)
{
	return dbg->exception == DB_VECTOR && x86_debug_guest(dbg->dr6);
}

/* KVM_GUESTDBG_INJECT_DB leaves the guest's DR6 alone. */
int arch_debug_inject(int fd, const u64 *kva, const struct kvm_debug_exit_arch *dbg)
{
	struct kvm_guest_debug debug = hw_breakpoints(kva);
	struct kvm_debugregs regs;
	int ret;

	if (dbg->exception != DB_VECTOR)
		return -EINVAL;
	ret = KVM_IOCTL(fd, KVM_GET_DEBUGREGS, &regs, NULL);
	if (ret)
		return ret;
	regs.dr6 = x86_dr6_guest(regs.dr6, dbg->dr6);
	ret = KVM_IOCTL(fd, KVM_SET_DEBUGREGS, &regs, NULL);
	if (ret)
		return ret;
	debug.control |= KVM_GUESTDBG_INJECT_DB;
	return KVM_IOCTL(fd, KVM_SET_GUEST_DEBUG, &debug, NULL);
}
