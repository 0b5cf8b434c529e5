/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_IKCONFIG_H
#define KTSTR_HOST_KERNEL_IKCONFIG_H

/*
 * The configuration a kernel was built with, out of its memory: what
 * /proc/config.gz shows (kernel/configs.c, CONFIG_IKCONFIG=y).
 */
#include <stddef.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "host/kernel/guest_kernel.h"
#include "lib/err.h"

/* Beyond these it is no configuration; a distribution's has 70 KiB and 300 KiB. */
#define IKCONFIG_GZ_MAX	  SZ_1M
#define IKCONFIG_TEXT_MAX SZ_16M

/* More ticks a second are damage. */
#define IKCONFIG_HZ_MAX 100000U

/**
 * struct ikconfig - a kernel's configuration
 * @text: lines of CONFIG_NAME=value; not NUL-terminated; the guest's bytes
 * @len: bytes
 */
struct ikconfig {
	char *text;
	size_t len;
};

/**
 * ikconfig_load() - read it
 * @gk: the kernel
 * @cfg: filled in on success, to be given to ikconfig_free()
 * @err: what is missing or wrong
 *
 * Any thread; takes milliseconds.
 *
 * Return: 0, -ENOENT for a kernel that does not have it (CONFIG_IKCONFIG is not
 * y), -EBADMSG for something else in its place, -EFAULT, -EFBIG, -ENOMEM.
 */
int ikconfig_load(const struct guest_kernel *gk, struct ikconfig *cfg, struct ktstr_err *err);

/**
 * ikconfig_free() - forget it
 * @cfg: filled in by ikconfig_load(), or zeroed
 */
void ikconfig_free(struct ikconfig *cfg);

/**
 * ikconfig_get() - the value of an option
 * @cfg: the configuration
 * @name: without CONFIG_
 * @buf: where to: "y", "m", "250", "\"text\""; NUL-terminated on success; the
 *       guest's bytes as they are
 * @room: at least 1; a longer value is cut
 *
 * Return: 0, or -ENOENT for an option that is not set.
 */
int ikconfig_get(const struct ikconfig *cfg, const char *name, char *buf, size_t room);

/**
 * ikconfig_number() - the value of an option with a number
 * @cfg: the configuration
 * @name: without CONFIG_
 * @value: set on success
 *
 * Return: 0, -ENOENT for an option that is not set, -EBADMSG for a value that
 * is no number of 64 bits.
 */
int ikconfig_number(const struct ikconfig *cfg, const char *name, u64 *value);

/**
 * ikconfig_hz() - timer ticks a second
 * @gk: the kernel
 * @hz: set on success, 1 to IKCONFIG_HZ_MAX
 * @err: why it is not known; a caller that goes on with 250 says so
 *
 * Any thread; takes milliseconds.
 *
 * Return: 0, as ikconfig_load(), or -EBADMSG for a value that cannot be.
 */
int ikconfig_hz(const struct guest_kernel *gk, u32 *hz, struct ktstr_err *err);

#endif /* KTSTR_HOST_KERNEL_IKCONFIG_H */
