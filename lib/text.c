// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

static size_t escape(char *dst, size_t room, const unsigned char *src, size_t len, bool one_line)
{
	static const char hex[] = "0123456789abcdef";
	size_t used = 0, i;

	for (i = 0; i < len; i++) {
		unsigned char c = src[i];
		char seq[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };
		size_t n = sizeof(seq);

		if (c == '\r' && (i + 1 == len || src[i + 1] == '\n'))
			continue;
		if ((c == '\n' || c == '\t') && one_line)
			c = ' ';
		if ((c >= 0x20 && c <= 0x7e) || c == '\n' || c == '\t') {
			seq[0] = c;
			n = 1;
		}
		if (n >= room - used)
			break;
		memcpy(dst + used, seq, n);
		used += n;
	}
	while (one_line && used && dst[used - 1] == ' ')
		used--;
	dst[used] = '\0';
	return used;
}

size_t text_escape(char *dst, size_t room, const void *src, size_t len)
{
	return escape(dst, room, src, len, false);
}

size_t text_escape_line(char *dst, size_t room, const void *src, size_t len)
{
	return escape(dst, room, src, len, true);
}
