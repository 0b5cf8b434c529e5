// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/kernel/ikconfig.h"
#include "host/kernel/inflate.h"
#include "lib/util.h"

/* kernel/configs.c puts it right before the data. */
#define MAGIC	  "IKCFG_ST"
#define MAGIC_LEN 8U

static int find_data(const struct guest_kernel *gk, u64 *start, u64 *len, struct ktstr_err *err)
{
	char magic[MAGIC_LEN];
	u64 end;

	/* the second one since commit 13610aa908dc, 5.1 */
	if (!gk_symbol(gk, "kernel_config_data", start) ||
	    !gk_symbol(gk, "kernel_config_data_end", &end))
		return ktstr_err_set(err, -ENOENT,
				     "this kernel does not carry its configuration (CONFIG_IKCONFIG=y)");
	if (end <= *start || end - *start > IKCONFIG_GZ_MAX)
		return ktstr_err_set(err, -EBADMSG,
				     "kernel_config_data from 0x%" PRIx64 " to 0x%" PRIx64
				     ": 1 byte to %u",
				     *start, end, IKCONFIG_GZ_MAX);
	if (gk_read(gk, *start - MAGIC_LEN, magic, MAGIC_LEN))
		return ktstr_err_set(err, -EFAULT, "kernel_config_data cannot be read");
	if (memcmp(magic, MAGIC, MAGIC_LEN) != 0)
		return ktstr_err_set(err, -EBADMSG, "no " MAGIC " before kernel_config_data");
	*len = end - *start;
	return 0;
}

int ikconfig_load(const struct guest_kernel *gk, struct ikconfig *cfg, struct ktstr_err *err)
{
	u64 start, len = 0;
	void *gz;
	int ret;

	memset(cfg, 0, sizeof(*cfg));
	ret = find_data(gk, &start, &len, err);
	if (ret)
		return ret;
	gz = malloc(len);
	if (!gz)
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	if (gk_read(gk, start, gz, len)) {
		ret = ktstr_err_set(err, -EFAULT, "kernel_config_data cannot be read");
	} else {
		cfg->text = inflate_any(gz, len, IKCONFIG_TEXT_MAX, &cfg->len, err);
		/* another compression than gzip is as wrong as a corrupt one */
		if (!cfg->text)
			ret = errno == EOPNOTSUPP ? -EBADMSG : -errno;
	}
	free(gz);
	return ret;
}

void ikconfig_free(struct ikconfig *cfg)
{
	free(cfg->text);
	memset(cfg, 0, sizeof(*cfg));
}

int ikconfig_get(const struct ikconfig *cfg, const char *name, char *buf, size_t room)
{
	static const char prefix[] = "CONFIG_";
	const size_t head = sizeof(prefix) - 1, name_len = strlen(name);
	const char *p = cfg->text, *end = p + cfg->len, *eol;
	size_t n;

	for (; p < end; p = eol + 1) {
		eol = memchr(p, '\n', end - p) ?: end;
		n = eol - p;
		if (n <= head + name_len || memcmp(p, prefix, head) != 0 ||
		    memcmp(p + head, name, name_len) != 0 || p[head + name_len] != '=')
			continue;
		p += head + name_len + 1;
		n = min((size_t)(eol - p), room - 1);
		memcpy(buf, p, n);
		buf[n] = '\0';
		return 0;
	}
	return -ENOENT;
}

int ikconfig_number(const struct ikconfig *cfg, const char *name, u64 *value)
{
	char text[32], *end;
	int ret = ikconfig_get(cfg, name, text, sizeof(text));

	if (ret)
		return ret;
	if (text[0] < '0' || text[0] > '9')
		return -EBADMSG;
	errno = 0;
	*value = strtoull(text, &end, strncmp(text, "0x", 2) ? 10 : 16);
	return errno || *end ? -EBADMSG : 0;
}

int ikconfig_hz(const struct guest_kernel *gk, u32 *hz, struct ktstr_err *err)
{
	struct ikconfig cfg;
	u64 v = 0;
	int ret = ikconfig_load(gk, &cfg, err);

	if (ret)
		return ret;
	ret = ikconfig_number(&cfg, "HZ", &v);
	if (!ret && (!v || v > IKCONFIG_HZ_MAX))
		ret = -EBADMSG;
	if (ret)
		ktstr_err_set(err, ret, "the kernel's configuration has no usable CONFIG_HZ");
	else
		*hz = v;
	ikconfig_free(&cfg);
	return ret;
}
