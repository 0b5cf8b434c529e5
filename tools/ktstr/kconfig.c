// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <linux/compiler.h>

#include "kconfig.h"
#include "lib/util.h"

#define KCONFIG_MAX (8U << 20)

static char *__printf(1, 2) load(const char *fmt, ...)
{
	char path[PATH_MAX];
	size_t size;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	return n < (int)sizeof(path) ? file_read(path, KCONFIG_MAX, &size) : NULL;
}

char *kconfig_load(const char *kernel, const char *release)
{
	const char *slash = strrchr(kernel, '/');
	int len = slash ? slash - kernel : 1;
	const char *dir = slash ? kernel : ".";
	char *text;

	text = load("%.*s/config", len, dir);
	if (!text)
		text = load("%.*s/.config", len, dir);
	/* arch/x86/boot/bzImage */
	if (!text)
		text = load("%.*s/../../../.config", len, dir);
	if (!text && *release)
		text = load("%.*s/config-%s", len, dir, release);
	if (!text && *release && !strchr(release, '/'))
		text = load("/boot/config-%s", release);
	return text;
}

char kconfig_value(const char *config, const char *symbol)
{
	size_t len = strlen(symbol);
	const char *p;

	for (p = config; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!strncmp(p, "CONFIG_", 7) && !strncmp(p + 7, symbol, len) &&
		    p[7 + len] == '=' && (p[8 + len] == 'y' || p[8 + len] == 'm'))
			return p[8 + len];
	}
	return 'n';
}
