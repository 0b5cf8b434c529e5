// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <errno.h>
#include <linux/align.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/kernel/vmcoreinfo.h"
#include "lib/util.h"

#define NOTE_NAME "VMCOREINFO"
/* Digits, a sign or "0x". */
#define VALUE_MAX 32

int vmcoreinfo_parse(const void *note, size_t len, struct vmcoreinfo *out, struct ktstr_err *err)
{
	Elf64_Nhdr nh;
	size_t head = sizeof(nh) + ALIGN(sizeof(NOTE_NAME), 4);
	const char *p = note;

	if (len < head)
		return ktstr_err_set(err, -EBADMSG, "VMCOREINFO: %zu bytes are no ELF note", len);
	memcpy(&nh, p, sizeof(nh));
	if (nh.n_namesz != sizeof(NOTE_NAME) ||
	    memcmp(p + sizeof(nh), NOTE_NAME, sizeof(NOTE_NAME)) != 0)
		return ktstr_err_set(err, -EBADMSG,
				     "VMCOREINFO: there is no such ELF note (name of %u bytes)",
				     nh.n_namesz);
	if (!nh.n_descsz || nh.n_descsz > len - head)
		return ktstr_err_set(err, -EBADMSG,
				     "VMCOREINFO: note says %u bytes of text, %zu were given",
				     nh.n_descsz, len - head);
	out->text = p + head;
	out->len = strnlen(out->text, nh.n_descsz);
	return 0;
}

bool vmcoreinfo_string(const struct vmcoreinfo *v, const char *key, char *buf, size_t room)
{
	const char *p = v->text, *end = v->text + v->len, *eol;
	size_t len = strlen(key), n;

	for (; p < end; p = eol + 1) {
		eol = memchr(p, '\n', end - p) ?: end;
		n = eol - p;
		if (n <= len || memcmp(p, key, len) != 0 || p[len] != '=')
			continue;
		n = min(n - len - 1, room - 1);
		memcpy(buf, p + len + 1, n);
		buf[n] = '\0';
		return true;
	}
	return false;
}

static bool value_of(const struct vmcoreinfo *v, const char *kind, const char *name, int base,
		     u64 *value)
{
	char key[128], text[VALUE_MAX], *end;

	if (snprintf(key, sizeof(key), "%s(%s)", kind, name) >= (int)sizeof(key) ||
	    !vmcoreinfo_string(v, key, text, sizeof(text)))
		return false;
	if (base != 16 && !strncmp(text, "0x", 2))
		base = 16;
	errno = 0;
	/* A negative number comes back in two's complement. */
	*value = strtoull(text, &end, base);
	return !errno && end != text && !*end;
}

bool vmcoreinfo_symbol(const struct vmcoreinfo *v, const char *name, u64 *addr)
{
	return value_of(v, "SYMBOL", name, 16, addr);
}

bool vmcoreinfo_number(const struct vmcoreinfo *v, const char *name, s64 *value)
{
	return value_of(v, "NUMBER", name, 10, (u64 *)value);
}

bool vmcoreinfo_slide(const struct vmcoreinfo *v, u64 *slide)
{
	char text[VALUE_MAX], *end;

	if (!vmcoreinfo_string(v, "KERNELOFFSET", text, sizeof(text)))
		return false;
	errno = 0;
	*slide = strtoull(text, &end, 16);
	return !errno && end != text && !*end;
}
