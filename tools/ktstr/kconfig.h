/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_KCONFIG_H
#define KTSTR_TOOLS_KCONFIG_H

/**
 * kconfig_load() - the configuration a kernel was built with
 * @kernel: path of the kernel
 * @release: its ``uname -r`` text, or ""
 *
 * "config" beside the kernel (what scripts/setup makes), ".config" of the build
 * tree it lies in, "config-RELEASE" beside it or in /boot.
 *
 * Return: the text, from malloc(3), or NULL when there is none.
 */
char *kconfig_load(const char *kernel, const char *release);

/**
 * kconfig_value() - the value of a tristate
 * @config: the text
 * @symbol: its name without "CONFIG_"
 *
 * Return: 'y', 'm', or 'n' for everything else.
 */
char kconfig_value(const char *config, const char *symbol);

#endif /* KTSTR_TOOLS_KCONFIG_H */
