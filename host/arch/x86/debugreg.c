// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>

#include "host/arch/debugreg.h"

/* Intel SDM vol. 3, 18.2.4 */
#define DR7_FIXED      BIT(10)
#define DR7_LE	       BIT(8)
#define DR7_GE	       BIT(9)
#define DR7_LG(n)      (3ULL << (n) * 2)
#define DR7_WRITE(n)   (1ULL << (16 + (n) * 4))
#define DR7_4_BYTES(n) (3ULL << (18 + (n) * 4))

/* 18.2.3 */
#define DR6_B	   GENMASK(WATCH_SLOTS - 1, 0)
#define DR6_OF_OWN (BIT(13) | BIT(14) | BIT(15)) /* BD, BS, BT */
#define DR6_LOW	   (BIT(11) | BIT(16)) /* BLD, RTM */

u64 x86_dr7(u32 slots)
{
	u64 dr7 = 0;
	int i;

	for (i = 0; i < WATCH_SLOTS; i++)
		if (slots & BIT(i))
			dr7 |= DR7_LG(i) | DR7_WRITE(i) | DR7_4_BYTES(i);
	return dr7 ? dr7 | DR7_FIXED | DR7_LE | DR7_GE : 0;
}

u32 x86_debug_slots(u64 dr6)
{
	return dr6 & DR6_B;
}

bool x86_debug_guest(u64 dr6)
{
	return dr6 & DR6_OF_OWN;
}

u64 x86_dr6_guest(u64 old, u64 dr6)
{
	u64 rest = old & ~(DR6_B | DR6_LOW);

	return rest | (dr6 & (DR6_OF_OWN | DR6_LOW));
}
