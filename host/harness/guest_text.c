// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "guest_text.h"
#include "lib/text.h"

size_t guest_line(char *dst, size_t room, const char *src, size_t len)
{
	size_t used = text_escape_line(dst, room, src, len);
	char *p;

	for (p = dst; *p; p++) {
		if (*p == '[')
			*p = '(';
		else if (*p == ']')
			*p = ')';
	}
	return used;
}

/* Length of the line at @text, without its newline. */
static size_t line_len(const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);

	return end ? end - text : len;
}

size_t guest_lines_count(const char *text, size_t len)
{
	size_t nr = 0;

	while (len) {
		size_t n = line_len(text, len);

		nr++;
		if (n == len)
			break;
		text += n + 1;
		len -= n + 1;
	}
	return nr;
}

void guest_lines(const char *text, size_t len, size_t nr, void (*fn)(void *ctx, const char *line),
		 void *ctx)
{
	size_t total = guest_lines_count(text, len);
	char line[GUEST_LINE_MAX];
	size_t i;

	for (i = 0; i < total; i++) {
		size_t n = line_len(text, len);

		if (total - i <= nr) {
			guest_line(line, sizeof(line), text, n);
			fn(ctx, line);
		}
		if (n == len)
			break;
		text += n + 1;
		len -= n + 1;
	}
}
