/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_KERNEL_HZ_H
#define KTSTR_HOST_KERNEL_KERNEL_HZ_H

/* How long a jiffy of a guest is. */
#include <linux/types.h>

#include "lib/err.h"

struct guest_kernel;
struct kbtf;

/**
 * kernel_hz() - timer ticks a second
 * @gk: the kernel
 * @btf: its types, or NULL
 * @hz: set on success, 1 to IKCONFIG_HZ_MAX
 * @err: why it is not known; a caller that goes on with 250 says so
 *
 * From the configuration that the kernel carries (CONFIG_IKCONFIG), else from
 * what it counts jiffies with: clocksource_jiffies of kernel/time/jiffies.c.
 *
 * Any thread; takes milliseconds.
 *
 * Return: 0, or as ikconfig_hz().
 */
int kernel_hz(const struct guest_kernel *gk, const struct kbtf *btf, u32 *hz,
	      struct ktstr_err *err);

#endif /* KTSTR_HOST_KERNEL_KERNEL_HZ_H */
