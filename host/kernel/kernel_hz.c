// SPDX-License-Identifier: GPL-2.0-only
#include "host/kernel/guest_kernel.h"
#include "host/kernel/ikconfig.h"
#include "host/kernel/kbtf.h"
#include "host/kernel/kernel_hz.h"
#include "lib/util.h"

/* A tick of it is TICK_NSEC ns, and is never adjusted. */
static bool from_clocksource(const struct guest_kernel *gk, const struct kbtf *btf, u32 *hz)
{
	u32 mult_at, shift_at, mult, shift, tick;
	u64 kva;

	if (!btf || !gk_symbol(gk, "clocksource_jiffies", &kva) ||
	    kbtf_member(btf, "clocksource", "mult", &mult_at, NULL) ||
	    kbtf_member(btf, "clocksource", "shift", &shift_at, NULL) ||
	    gk_read_u32(gk, kva + mult_at, &mult) || gk_read_u32(gk, kva + shift_at, &shift) ||
	    shift > 31)
		return false;
	tick = mult >> shift;
	if (!tick)
		return false;
	*hz = (NSEC_PER_SEC + tick / 2) / tick;
	return *hz && *hz <= IKCONFIG_HZ_MAX;
}

int kernel_hz(const struct guest_kernel *gk, const struct kbtf *btf, u32 *hz, struct ktstr_err *err)
{
	int ret = ikconfig_hz(gk, hz, err);

	return ret && from_clocksource(gk, btf, hz) ? 0 : ret;
}
