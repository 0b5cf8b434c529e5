// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>

#include "host/arch/debugreg.h"

/* Arm ARM, DBGWCR<n>_EL1 */
#define WCR_E	     BIT(0)
#define WCR_EL1_EL0  (3ULL << 1)
#define WCR_STORE    (2ULL << 3)
#define WCR_BAS(off) (0xfULL << (5 + (off)))

/* Arm ARM, ESR_EL2.EC */
#define EC_SHIFT       26
#define EC_MASK	       0x3f
#define EC_SOFTSTP_LOW 0x32
#define EC_WATCHPT_LOW 0x34

u64 arm64_dbgwcr(u64 kva)
{
	return WCR_E | WCR_EL1_EL0 | WCR_STORE | WCR_BAS(kva & 4);
}

u64 arm64_dbgwvr(u64 kva)
{
	return kva & ~7ULL;
}

static u32 slots_at(u64 far, const u64 *armed, u32 *all)
{
	u32 hit = 0;
	int i;

	*all = 0;
	for (i = 0; i < WATCH_SLOTS; i++) {
		if (!armed[i])
			continue;
		*all |= BIT(i);
		if (far >= armed[i] && far - armed[i] < WATCH_LEN)
			hit |= BIT(i);
	}
	return hit;
}

u32 arm64_debug_slots(u32 hsr, u64 far, const u64 *armed, u32 *step_mask)
{
	u32 ec = hsr >> EC_SHIFT & EC_MASK;
	u32 hit, all;

	if (ec == EC_SOFTSTP_LOW)
		*step_mask = 0;
	if (ec != EC_WATCHPT_LOW)
		return 0;
	hit = slots_at(far, armed, &all);
	/*
	 * A store wider than the watch may report its own first byte, which is
	 * in no slot (Arm ARM D2.10.5). It has not happened either: step over
	 * it with every watch off, or it traps for ever.
	 */
	*step_mask |= hit ? hit : all;
	return hit;
}
