// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/kvm.h>

#include "host/arch/arch.h"
#include "host/arch/debugreg.h"
#include "host/vmm/kvm.h"

/* A data breakpoint traps behind its store (SDM vol. 3, 18.3.1.2): no stepping. */
int arch_debug_set(int fd, const u64 *kva, u32 skip, bool step)
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
	return KVM_IOCTL(fd, KVM_SET_GUEST_DEBUG, &debug, NULL);
}

u32 arch_debug_decode(const struct kvm_debug_exit_arch *dbg, const u64 *armed, u32 *step_mask)
{
	return x86_debug_slots(dbg->dr6);
}
